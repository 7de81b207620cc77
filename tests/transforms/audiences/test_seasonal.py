"""L2: winter shoes before winter, to whoever bought them for the last one."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from tests.transforms.audiences.care_shop import Row, find, finder
from tests.transforms.audiences.product_shop import basket, product_shop, shuffled, without_feeds
from transforms.audiences.seasonal import FINDERS
from transforms.audiences.shop import Shop

SEASONAL = finder(FINDERS, "seasonal_reorder")
#: November begins on the 1st; 14 days before that is the 18th of October.
REMINDER = date(2026, 10, 18)


def crowd() -> list[list[Row]]:
    """A shop of two years: boots from November to January, tea in every month."""
    rows = []
    for year, month in [(2024, m) for m in range(10, 13)] + [(2025, m) for m in range(1, 13)] + [
        (2026, m) for m in range(1, 10)
    ]:  # fmt: skip
        boots = 10 if month in (11, 12, 1) else 2
        for sku, count in (("boots", boots), ("tea", 6)):
            rows += [
                basket(f"{sku}{year}{month:02}{n}", date(year, month, 15), sku)
                for n in range(count)
            ]
    return rows  # fmt: skip


def shop(*ana: date, as_of: date = REMINDER, sku: str = "boots") -> Shop:
    return product_shop(*crowd(), *(basket("ana", day, sku) for day in ana), as_of=as_of)


def reminded(to: Shop, expires_after_days: int = 21, **asked: Any) -> list[tuple]:
    found = find(SEASONAL, to, expires_after_days, **asked)
    rows = found.filter(pl.col("customer_id") == "ana")
    return rows.select("reason_key", "event_date", "last_order_date").rows()


LAST_YEAR = date(2025, 11, 20)


def test_a_buyer_of_last_years_season_is_reminded_so_many_days_before_it_comes_again():
    assert reminded(shop(LAST_YEAR)) == [("shoes:2026", REMINDER, LAST_YEAR)]
    assert reminded(shop(LAST_YEAR, as_of=date(2026, 10, 17))) == []
    assert reminded(shop(LAST_YEAR, as_of=date(2026, 10, 17)), lead_days=15) != []


def test_the_reason_stands_unchanged_until_it_expires():
    for day in (date(2026, 10, 30), date(2026, 11, 7)):
        assert reminded(shop(LAST_YEAR, as_of=day)) == reminded(shop(LAST_YEAR))
    assert reminded(shop(LAST_YEAR, as_of=date(2026, 11, 10))) == []


def test_what_they_bought_and_why_it_is_a_season_is_told():
    found = find(SEASONAL, shop(LAST_YEAR)).filter(pl.col("customer_id") == "ana")
    (row,) = found.to_dicts()
    assert (row["category"], row["bought_product_name"]) == ("shoes", "Name of boots")
    assert row["why"].startswith(
        "Bought Name of boots on 2025-11-20, for last year's season of shoes (November to January: "
    )


def test_whoever_has_bought_for_this_season_already_is_left_in_peace():
    assert reminded(shop(LAST_YEAR, date(2026, 10, 18))) == []
    assert reminded(shop(LAST_YEAR, date(2026, 10, 20), as_of=date(2026, 10, 22))) == []
    # A purchase in summer was not for winter.
    assert reminded(shop(LAST_YEAR, date(2026, 6, 1))) != []


def test_only_last_years_same_stretch_counts():
    # From 14 days before the season to its end, a year ago.
    assert reminded(shop(date(2025, 10, 18))) != []
    assert reminded(shop(date(2025, 10, 17))) == []
    assert reminded(shop(date(2026, 1, 31))) != []
    assert reminded(shop(date(2026, 2, 1))) == []
    assert reminded(shop(date(2024, 11, 20))) == []


def test_a_category_sold_all_year_has_no_reminder():
    assert reminded(shop(LAST_YEAR, sku="tea")) == []
    assert find(SEASONAL, shop(LAST_YEAR), 21)["category"].unique().to_list() == ["shoes"]


def test_what_was_sent_back_was_not_bought():
    back = product_shop(*crowd(), basket("ana", LAST_YEAR, "boots", returned=1), as_of=REMINDER)
    assert reminded(back) == []


def test_rows_in_another_order_and_a_shop_of_orders_alone_give_the_same_and_an_empty_one_none():
    asked = shop(LAST_YEAR)
    assert find(SEASONAL, shuffled(asked)).equals(find(SEASONAL, asked))
    assert find(SEASONAL, without_feeds(asked)).equals(find(SEASONAL, asked))
    assert find(SEASONAL, product_shop()).is_empty()
