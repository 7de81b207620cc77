"""Tiers: rolling sales by hand, grace, and every day of a year against a day-by-day count."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.loyalty.loyalty_shop import START, day, order, programme, refund, run

LEVELS = [
    {"name": "Silver", "net_sales": 100, "perks": ["Early access"]},
    {"name": "Gold", "net_sales": 300, "perks": ["Early access", "Free shipping"]},
]


def standing(as_of: date, orders: Any, refunds: Any = (), **policy: Any) -> dict[str, Any]:
    rules = programme(tiers={"levels": LEVELS} | policy)
    rows = run(rules, as_of, orders=orders, refunds=refunds)["loyalty_tiers"].to_dicts()
    return rows[0] if rows else {}


def test_a_tier_is_reached_on_the_day_its_sales_are_and_tells_what_is_missing_to_the_next():
    orders = [order("a", "ana", day("02-01"), 60), order("b", "ana", day("02-20"), 50)]
    before = standing(day("02-19"), orders)
    assert (before["tier"], before["since"], before["next_tier"]) == (None, None, "Silver")
    assert before["next_missing_amount"] == Decimal(40)
    after = standing(day("02-20"), orders)
    assert (after["tier"], after["since"], after["is_promotion"]) == ("Silver", day("02-20"), True)
    assert (after["next_tier"], after["next_missing_amount"]) == ("Gold", Decimal(190))
    assert (after["kept_until"], after["perks"]) == (None, "Early access")


def test_the_highest_tier_has_none_above_it():
    found = standing(day("02-01"), [order("a", "ana", day("02-01"), 300)])
    assert (found["tier"], found["perks"]) == ("Gold", "Early access; Free shipping")
    assert (found["next_tier"], found["next_missing_amount"]) == (None, None)


def test_an_order_counts_for_twelve_months_and_the_tier_ends_with_it_without_grace():
    orders = [order("a", "ana", day("02-10"), 100)]
    assert standing(day("2027-02-09"), orders)["tier"] == "Silver"
    gone = standing(day("2027-02-10"), orders)
    assert (gone["tier"], gone["rolling_amount"]) == (None, Decimal(0))


def test_grace_keeps_the_tier_and_tells_until_when_and_what_is_missing_to_keep_it():
    orders = [order("a", "ana", day("02-10"), 100), order("b", "ana", day("2027-01-05"), 30)]
    policy = {"grace_months": 1, "grace_days": 2}
    # Sufficient until 9 February 2027; a month and two days more is 11 March.
    found = standing(day("2027-03-11"), orders, **policy)
    assert (found["tier"], found["since"]) == ("Silver", day("02-10"))
    assert found["kept_until"] == day("2027-03-11")
    assert found["keep_missing_amount"] == Decimal(70)
    assert standing(day("2027-03-12"), orders, **policy)["tier"] is None


def test_whoever_buys_enough_within_the_grace_has_never_left_the_tier():
    orders = [order("a", "ana", day("02-10"), 100), order("b", "ana", day("2027-03-01"), 120)]
    found = standing(day("2027-06-01"), orders, grace_months=1)
    assert (found["tier"], found["since"]) == ("Silver", day("02-10"))
    without = standing(day("2027-06-01"), orders)
    assert (without["since"], without["is_promotion"]) == (day("2027-03-01"), True)


def test_whoever_falls_from_gold_is_silver_since_that_day_and_not_promoted():
    orders = [order("a", "ana", day("02-10"), 250), order("b", "ana", day("08-10"), 100)]
    assert standing(day("2027-02-09"), orders)["tier"] == "Gold"
    found = standing(day("2027-02-10"), orders)
    assert (found["tier"], found["since"], found["is_promotion"]) == (
        "Silver", day("2027-02-10"), False,
    )  # fmt: skip


def test_a_refund_takes_the_tier_on_its_own_day_and_not_before():
    orders = [order("a", "ana", day("02-10"), 100)]
    back = [refund("a", day("03-01"), "0.01")]
    assert standing(day("02-28"), orders, back)["tier"] == "Silver"
    assert standing(day("03-01"), orders, back)["tier"] is None


def test_a_refund_of_an_order_that_counts_no_more_takes_nothing_further():
    orders = [order("a", "ana", day("02-10"), 100), order("b", "ana", day("2027-02-20"), 100)]
    found = standing(day("2027-03-01"), orders, [refund("a", day("2027-02-25"), 100)])
    assert found["rolling_amount"] == Decimal(100)


def test_sales_before_the_start_count_but_nobody_had_a_tier_then():
    found = standing(START, [order("a", "ana", day("2025-06-01"), 150)])
    assert (found["tier"], found["since"], found["is_promotion"]) == ("Silver", START, True)


def test_an_order_of_29_february_counts_until_27_february_of_the_year_after():
    orders = [order("a", "ana", date(2028, 2, 29), 100)]
    assert standing(date(2029, 2, 27), orders)["tier"] == "Silver"
    assert standing(date(2029, 2, 28), orders)["tier"] is None


def tier_by_counting(orders: Any, refunds: Any, as_of: date, grace_days: int) -> str | None:
    """The tier of a day, asking every day of the grace anew."""
    for level in reversed(LEVELS):
        for back in range(grace_days + 1):
            asked = as_of - timedelta(days=back)
            if asked < START - timedelta(days=grace_days):
                continue
            total = Decimal(0)
            for one in orders:
                leaves = one["order_date"].replace(year=one["order_date"].year + 1)
                if one["order_date"] <= asked < leaves:
                    paid_back = sum(
                        r["returns_amount"] for r in refunds
                        if r["order_id"] == one["order_id"] and max(r["refund_date"], one["order_date"]) <= asked
                    )  # fmt: skip
                    total += max(Decimal(one["gross_amount"]) - paid_back, Decimal(0))
            if total >= level["net_sales"]:
                return str(level["name"])
    return None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(1, 200)), max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 400), st.integers(1, 150)), max_size=3),
    st.integers(0, 900),
    st.sampled_from([0, 1, 30]),
)
def test_the_tier_is_what_counting_every_day_gives(bought, sent_back, last, grace_days):
    orders = [
        order(f"o{n}", "ana", START + timedelta(days=days), goods)
        for n, (days, goods) in enumerate(bought)
    ]
    refunds = [
        refund(f"o{n}", START + timedelta(days=days), Decimal(amount))
        for n, days, amount in sent_back
    ]
    as_of = START + timedelta(days=last)
    found = standing(as_of, orders, refunds, grace_days=grace_days)
    assert found.get("tier") == tier_by_counting(orders, refunds, as_of, grace_days)
    if found.get("tier"):
        assert tier_by_counting(orders, refunds, found["since"], grace_days) == found["tier"]
        before = found["since"] - timedelta(days=1)
        if before >= START:
            assert tier_by_counting(orders, refunds, before, grace_days) != found["tier"]


@pytest.mark.parametrize("name", ["loyalty_tiers", "loyalty_entries", "loyalty_standing"])
def test_a_programme_that_is_off_or_has_not_begun_has_no_rows(name):
    orders = [order("a", "ana", day("2025-06-01"), 500)]
    rules = programme(points={"per_unit": 1}, tiers={"levels": LEVELS})
    assert run(rules, START - timedelta(days=1), orders=orders)[name].height == 0
    off = rules.model_copy(update={"enabled": False})
    found = run(off, START, orders=orders)[name]
    assert found.height == 0
    assert found.schema == run(rules, START, orders=orders)[name].schema
    assert isinstance(found, pl.DataFrame)
