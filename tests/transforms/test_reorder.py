"""Reorder intervals: a product needs enough gaps behind it, open ones among them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.bought_lines import AS_OF, POLICY, Bought, all_lines, regulars
from transforms.canonical import SCORES
from transforms.reorder import intervals, purchases
from transforms.survival import curve_of, quantile_days


def bought(*rows: Bought) -> pl.DataFrame:
    return purchases(all_lines(*rows))


def intervals_of(*rows: Bought, policy=POLICY) -> dict[tuple[str, str], tuple]:
    found = intervals(bought(*rows), AS_OF, policy)
    return {
        (r["level"], r["item"]): (
            r["reorder_days"],
            r["quantile"],
            r["interval_count"],
            r["event_count"],
        )
        for r in found.to_dicts()
    }


def test_a_product_bought_twice_on_one_day_is_bought_once_in_the_sum_of_both():
    (row,) = bought(("a", "tea", None, 5, 2), ("a", "tea", None, 5, 3, 1)).to_dicts()
    assert row["quantity"] == Decimal(4)


def test_of_two_names_on_one_day_the_same_one_is_taken_whatever_the_order():
    two = all_lines(("a", "tea", None, 5), ("a", "tea", None, 5)).with_columns(
        product_name=pl.Series(["Green tea", "Tea, green"])
    )
    assert purchases(two).equals(purchases(two.reverse()))


def test_a_line_without_a_product_code_is_no_purchase_of_a_product():
    assert bought(("a", None, "tea", 5)).is_empty()


def test_a_median_and_a_quartile_by_hand():
    # Gaps of 10, 20 and 30 days end; 15, 25 and 40 are open. S(10) = 5/6; S(20) = 5/6 x 3/4 =
    # 0.625; S(30) = 0.625 x 1/2 = 0.3125: a quarter is back by day 20, half by day 30, never all.
    gaps = pl.DataFrame(
        {
            "sku": ["tea"] * 6,
            "gap_days": [10, 20, 30, 15, 25, 40],
            "is_event": [True] * 3 + [False] * 3,
        }
    )
    (row,) = quantile_days(gaps, "sku", {"quarter": 0.25, "half": 0.5, "all": 1.0}).rows()
    assert row == ("tea", 6, 3, 20, 30, None)


def test_fifteen_completed_and_fifteen_open_gaps_give_a_median():
    found = intervals_of(*regulars("tea", None, 15, 40))
    assert found == {("sku", "tea"): (40, "median", 30, 15)}


def test_twenty_nine_gaps_are_too_few():
    rows = [*regulars("tea", None, 14, 40), ("extra", "tea", None, 100)]
    assert len(rows) == 29
    assert intervals_of(*rows) == {}


def test_nine_completed_gaps_are_too_few_however_many_are_open():
    once = [(f"o{n}", "tea", None, 100) for n in range(60)]
    assert intervals_of(*regulars("tea", None, 9, 40), *once) == {}
    assert ("sku", "tea") in intervals_of(*regulars("tea", None, 10, 40), *once[:12])


def test_the_open_gap_of_the_last_purchase_counts_as_open_and_not_as_forgotten():
    # 15 of 45 gaps end on day 40, 30 are open at 90 days: the median is not reached.
    once = [(f"o{n}", "tea", None, 90) for n in range(15)]
    found = intervals_of(*regulars("tea", None, 15, 40), *once)
    assert found == {("sku", "tea"): (40, "first_quartile", 45, 15)}


def test_a_product_that_few_come_back_for_has_no_reorder_time():
    once = [(f"o{n}", "tea", None, 90) for n in range(100)]
    assert intervals_of(*regulars("tea", None, 15, 40), *once) == {}


def test_a_category_counts_any_of_its_products_and_one_gap_per_day():
    rows = []
    for n in range(15):
        rows += [(f"c{n}", "green", "tea", 130), (f"c{n}", "black", "tea", 130)]
        rows += [(f"c{n}", "black", "tea", 90)]
    found = intervals_of(*rows)
    assert found[("category", "tea")] == (40, "median", 30, 15)


def test_one_customers_gaps_do_not_run_into_anothers():
    rows = [(f"c{n:02}", "tea", None, 10 * n) for n in range(1, 40)]
    assert intervals_of(*rows, policy=replace(POLICY, minimum_events=1)) == {}


def test_an_empty_shop_has_no_intervals():
    found = intervals(bought(), AS_OF, POLICY)
    assert found.is_empty()
    assert found.schema == SCORES["product_intervals"].schema


def by_quantity(customers: int, gaps: dict[int, int]) -> list[Bought]:
    """Customers who buy each quantity in turn and come back after its number of days."""
    rows = []
    for n in range(customers):
        ago = sum(gaps.values()) + 1
        for quantity, days in gaps.items():
            rows.append((f"c{n:02}", "tea", "leaves", ago, quantity))
            ago -= days
        rows.append((f"c{n:02}", "tea", "leaves", ago, 1))
    return rows


def test_a_product_whose_gaps_grow_with_quantity_is_told_for_its_usual_quantity():
    # Four times as much lasts twice as long: a slope of one half.
    found = intervals(bought(*by_quantity(20, {1: 20, 4: 40})), AS_OF, POLICY)
    row = found.row(by_predicate=pl.col("level") == "sku", named=True)
    assert row["quantity_slope"] == pytest.approx(0.5)
    assert (row["reference_quantity"], row["reorder_days"]) == (1.0, 20)
    assert (row["smallest_quantity"], row["largest_quantity"]) == (1.0, 4.0)
    category = found.row(by_predicate=pl.col("level") == "category", named=True)
    assert category["quantity_slope"] is None


def test_gaps_that_shrink_with_quantity_are_not_scaled():
    found = intervals(bought(*by_quantity(20, {1: 40, 4: 20})), AS_OF, POLICY)
    row = found.row(by_predicate=pl.col("level") == "sku", named=True)
    assert row["quantity_slope"] is None
    # 40 of 60 gaps end, half of them on day 20; the open ones are a day old.
    assert row["reorder_days"] == 20


def test_the_order_of_the_lines_changes_no_interval():
    rows = [*by_quantity(20, {1: 20, 4: 40}), *regulars("mug", "ware", 20, 33)]
    lines = all_lines(*rows)
    asked = intervals(purchases(lines), AS_OF, POLICY)
    shuffled = lines.sample(fraction=1, shuffle=True, seed=4)
    assert intervals(purchases(shuffled), AS_OF, POLICY).equals(asked)


GAPS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 60), st.booleans()), min_size=1, max_size=40
)


@settings(max_examples=60, deadline=None)
@given(GAPS)
def test_many_curves_at_once_say_the_same_as_each_curve_alone(rows):
    # A gap of no days is open: nobody buys again on the day of purchase.
    rows = [(item, days, is_event and days > 0) for item, days, is_event in rows]
    gaps = pl.DataFrame(rows, schema=["item", "gap_days", "is_event"], orient="row")
    shares = {"q10": 0.1, "q25": 0.25, "q50": 0.5, "q90": 0.9, "q100": 1.0}
    for row in quantile_days(gaps, "item", shares).to_dicts():
        curve = curve_of(gaps.filter(pl.col("item") == row["item"]))
        assert {name: row[name] for name in shares} == {
            name: curve.quantile(share) for name, share in shares.items()
        }
        assert (row["gap_count"], row["event_count"]) == (curve.gap_count, curve.event_count)


def test_a_purchase_on_as_of_itself_is_an_open_gap_of_no_days():
    rows = [*regulars("tea", None, 15, 40), ("today", "tea", None, 0, 9)]
    assert intervals_of(*rows)[("sku", "tea")] == (40, "median", 31, 15)
