"""Units cannot be mixed, and histories are what the occasions say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from transforms.canonical import MONEY
from transforms.clv.beta_geometric import BetaGeometric
from transforms.clv.durations import Duration, TimeUnit
from transforms.clv.histories import Histories, group, of_groups, one_history, summarise

OCCASIONS = {"customer_id": pl.String, "occasion_date": pl.Date, "net_sales_amount": MONEY}


def occasions(*rows: tuple[str, date, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [(who, day, Decimal(worth)) for who, day, worth in rows], schema=OCCASIONS, orient="row"
    )


def test_a_year_is_twelve_months_is_365_days_and_not_52_weeks() -> None:
    year = Duration(1, TimeUnit.YEARS)
    assert year.measured_in(TimeUnit.MONTHS) == pytest.approx(12)
    assert Duration(12, TimeUnit.MONTHS).measured_in(TimeUnit.DAYS) == pytest.approx(365)
    assert year.measured_in(TimeUnit.WEEKS) == pytest.approx(52.142857, abs=1e-6)
    assert Duration(1, TimeUnit.MONTHS).measured_in(TimeUnit.WEEKS) == pytest.approx(
        4.345, abs=5e-4
    )


@pytest.mark.parametrize("unit", ["weeks", 7, None])
def test_a_duration_without_a_real_unit_is_refused(unit) -> None:
    with pytest.raises(TypeError, match="TimeUnit"):
        Duration(39, unit)


@pytest.mark.parametrize("length", [-1, float("nan"), float("inf")])
def test_a_duration_that_is_no_length_is_refused(length) -> None:
    with pytest.raises(ValueError, match="zero or more"):
        Duration(length, TimeUnit.WEEKS)


def test_a_weekly_model_reads_a_daily_history_and_horizon_as_what_they_are() -> None:
    model = BetaGeometric(0.243, 4.414, 0.793, 2.426, TimeUnit.WEEKS, False)
    weekly = one_history(2, 30.0, 38.0, TimeUnit.WEEKS)
    daily = one_history(2, 210.0, 266.0, TimeUnit.DAYS)
    asked = [(weekly, Duration(39, TimeUnit.WEEKS)), (daily, Duration(273, TimeUnit.DAYS))]
    first, second = (model.conditional_purchases(*one) for one in asked)
    assert first == pytest.approx(second, rel=1e-12)
    assert model.p_alive(weekly) == pytest.approx(model.p_alive(daily), rel=1e-12)


def test_the_history_fixture_of_lifetimes_reads_the_same() -> None:
    """lifetimes test_utils, as of 2015-02-07: (1, 5, 6), (0, 0, 37), (2, 4, 37)."""
    found = summarise(
        occasions(
            ("1", date(2015, 2, 1), 1), ("1", date(2015, 2, 6), 1), ("2", date(2015, 1, 1), 1),
            ("3", date(2015, 1, 1), 1), ("3", date(2015, 1, 2), 1), ("3", date(2015, 1, 5), 1),
        ),
        date(2015, 2, 7),
    )  # fmt: skip
    named = found.select("repeat_count", "last_repeat_days", "age_days").rows()
    assert named == [(1, 5, 6), (0, 0, 37), (2, 4, 37)]


def test_the_same_day_fixture_of_lifetimes_reads_the_same() -> None:
    """lifetimes issue 208: two orders of a day are one occasion; f 2, r 31, T 42, m 375."""
    days = [(date(2017, 11, 19), 250), (date(2017, 12, 19), 500), (date(2017, 12, 20), 250)]
    [row] = summarise(
        occasions(*(("1", day, worth) for day, worth in days)), date(2017, 12, 31)
    ).rows(named=True)
    found = row["repeat_count"], row["last_repeat_days"], row["age_days"]
    assert found == (2, 31, 42)
    assert row["repeat_spend_amount"] / row["repeat_count"] == 375


def test_occasions_after_as_of_are_not_looked_at() -> None:
    early = ("1", date(2015, 1, 1), 5)
    late = [("1", date(2015, 3, 1), 9), ("2", date(2015, 3, 1), 9)]
    as_of = date(2015, 2, 1)
    both = summarise(occasions(early, *late), as_of)
    assert both.equals(summarise(occasions(early), as_of))


def test_groups_stand_for_every_customer_once(shop) -> None:
    people = summarise(shop, date(2026, 6, 30))
    groups = of_groups(group(people), TimeUnit.WEEKS)
    assert groups.total == people.height
    repeats = int((groups.repeats * groups.customers).sum())
    assert repeats == shop.height - people.height
    assert groups.age.max() * 7 == people["age_days"].to_numpy().max()


@pytest.mark.parametrize(
    ("repeats", "last", "age", "said"),
    [
        (1, 5.0, 4.0, "after the end of observation"),
        (0, 1.0, 4.0, "exactly where"),
        (2, 0.0, 4.0, "exactly where"),
        (-1, 0.0, 4.0, "zero or more"),
    ],
)
def test_an_impossible_history_is_refused(repeats, last, age, said) -> None:
    with pytest.raises(ValueError, match=said):
        one_history(repeats, last, age, TimeUnit.WEEKS)


def test_histories_without_a_unit_are_refused() -> None:
    one = np.array([1])
    with pytest.raises(TypeError, match="TimeUnit"):
        Histories(one, one * 1.0, one * 2.0, one, "weeks")  # type: ignore[arg-type]


def test_a_systematic_sample_keeps_the_mix() -> None:
    x = np.repeat(np.arange(4), [4000, 2000, 1000, 1000])
    times = np.arange(8000) / 100 + 1
    last = np.where(x > 0, 0.5, 0.0)
    full = Histories(x, last, times, np.ones(8000, dtype=int), TimeUnit.WEEKS)
    sample = full.thinned(1000)
    assert np.bincount(sample.repeats, weights=sample.customers).tolist() == [500, 250, 125, 125]
    assert full.thinned(8000) is full
