"""Which categories have a season: shown by the counts, not by a growing or a busy shop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl
import pytest

from transforms.seasons import SeasonPolicy, season_name, seasons

AS_OF = date(2026, 10, 5)
SCHEMA = {"customer_id": pl.String, "category": pl.String, "order_date": pl.Date}
#: Twelve complete months before AS_OF: October 2025 to September 2026.
YEAR = [(2025, month) for month in (10, 11, 12)] + [(2026, month) for month in range(1, 10)]


def bought(counts: Mapping[str, Mapping[tuple[int, int], int]]) -> pl.DataFrame:
    """So many customers per category and (year, month), each buying on the first day."""
    rows = [
        (f"{category}{year}{month}{n}", category, date(year, month, 1))
        for category, months in counts.items()
        for (year, month), count in months.items()
        for n in range(count)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def yearly(counts: list[int], years: int = 1) -> dict[tuple[int, int], int]:
    """Counts of January to December, in each of the last so many years before AS_OF."""
    return {
        (year - back, month): counts[month - 1] for year, month in YEAR for back in range(years)
    }


#: Winter: 60 of 100 customers from November to January.
BOOTS = [20, 4, 4, 4, 4, 4, 4, 5, 5, 6, 20, 20]
EVEN = [10] * 12


def found(counts, as_of: date = AS_OF, **asked) -> list[tuple]:
    table = seasons(bought(counts), as_of, SeasonPolicy(**asked))
    return table.select("category", "start_month", "season_share", "sample_size").rows()


def test_a_category_sold_in_winter_has_a_season_that_runs_over_new_year():
    shop = {"boots": yearly(BOOTS), "tea": yearly(EVEN)}
    assert found(shop) == [("boots", 11, 0.6, 100)]
    (low,) = seasons(bought(shop), AS_OF, SeasonPolicy())["season_share_low"]
    # Wilson for 60 of 100 with z = 2.865 (5 % over twelve runs), z^2 = 8.208: middle
    # (0.6 + 0.04104) / 1.08208 = 0.5924, reach 2.865 x sqrt(0.0024 + 0.000205) / 1.08208 = 0.1351.
    assert low == pytest.approx(0.5924 - 0.1351, abs=2e-4)


def test_less_than_a_full_year_of_history_has_no_season():
    shop = {"boots": yearly(BOOTS), "tea": yearly(EVEN)}
    rows = bought(shop)
    assert seasons(rows, date(2026, 9, 30), SeasonPolicy()).is_empty()
    # From the second of a month on that month is not complete.
    later = rows.with_columns(pl.col("order_date") + pl.duration(days=1))
    assert seasons(later, AS_OF, SeasonPolicy()).is_empty()


def test_even_sales_have_no_season_however_they_fluctuate():
    rng = np.random.default_rng(1)
    shop = {f"c{n:02}": yearly(rng.poisson(20, 12).tolist(), 2) for n in range(40)}
    assert found(shop) == []


def test_too_few_customers_show_nothing():
    tenth = [count // 4 for count in BOOTS]
    assert sum(tenth) < 30
    assert found({"boots": yearly(tenth), "tea": yearly(EVEN)}) == []


def test_a_shop_that_grows_fast_has_no_season():
    growing = {month: 1 + 2**n // 8 for n, month in enumerate(YEAR)}
    assert growing[YEAR[-1]] / sum(growing.values()) > 0.45
    assert found({"tea": growing, "mugs": growing}) == []


def test_one_good_year_is_no_season():
    once = yearly(EVEN, 2) | {(2025, 11): 200, (2025, 12): 200}
    assert found({"boots": once, "tea": yearly(EVEN, 2)}) == []
    # October to December holds as much as November to January: the earlier is taken.
    twice = once | {(2024, 11): 200, (2024, 12): 200}
    assert [row[:2] for row in found({"boots": twice, "tea": yearly(EVEN, 2)})] == [("boots", 10)]


def test_how_strong_a_season_must_be_is_the_shops_own_choice():
    shop = {"boots": yearly(BOOTS), "tea": yearly(EVEN)}
    assert found(shop, concentration=1.8) != []
    assert found(shop, concentration=1.9) == []
    # November and December hold as much as December and January: the earlier in the year is taken.
    assert [row[1:3] for row in found(shop, months=2)] == [(11, 0.4)]


def test_customers_are_counted_once_a_month_however_often_they_buy():
    rows = bought({"tea": yearly(EVEN), "boots": yearly(EVEN)})
    busy = pl.DataFrame(
        [("busy", "boots", date(2025, 12, day)) for day in range(1, 31)] * 9,
        schema=SCHEMA,
        orient="row",
    )
    assert seasons(pl.concat([rows, busy]), AS_OF, SeasonPolicy()).is_empty()


def test_the_order_of_rows_changes_nothing_and_an_empty_shop_has_no_season():
    rows = bought({"boots": yearly(BOOTS, 2), "tea": yearly(EVEN, 2)})
    asked = seasons(rows, AS_OF, SeasonPolicy())
    assert asked.height == 1
    assert seasons(rows.reverse(), AS_OF, SeasonPolicy()).equals(asked)
    assert seasons(rows.clear(), AS_OF, SeasonPolicy()).is_empty()


def test_a_season_is_named_by_its_months():
    assert season_name(11, 3) == "November to January"
    assert season_name(6, 1) == "June"
    assert season_name(1, 2) == "January to February"
