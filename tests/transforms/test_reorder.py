"""Reorder timing: an interval needs enough behind it, and a reminder needs a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from transforms.canonical import SCORES
from transforms.reorder import ReorderPolicy, due, intervals, purchases

AS_OF = date(2026, 10, 31)
POLICY = ReorderPolicy(
    lead_days=3, due_within_days=7, cooldown_days=14,
    minimum_intervals=30, minimum_events=10, maximum_days=365,
)  # fmt: skip
LINES = {
    "customer_id": pl.String,
    "sku": pl.String,
    "product_name": pl.String,
    "category": pl.String,
    "order_date": pl.Date,
}
Bought = tuple[str, str | None, str | None, int]


def lines(*rows: Bought) -> pl.DataFrame:
    """(customer, sku, category, days before as_of)."""
    full = [(c, s, f"name of {s}", cat, AS_OF - timedelta(days=ago)) for c, s, cat, ago in rows]
    return purchases(pl.DataFrame(full, schema=LINES, orient="row"))


def regulars(sku: str, category: str | None, buyers: int, gap: int, last: int = 90) -> list[Bought]:
    """Buyers with one completed gap and one open one each."""
    return [
        (f"{sku}-r{n:02}", sku, category, ago) for n in range(buyers) for ago in (last + gap, last)
    ]


def intervals_of(*rows: Bought, policy: ReorderPolicy = POLICY) -> dict[tuple[str, str], tuple]:
    found = intervals(lines(*rows), AS_OF, policy)
    return {
        (r["level"], r["item"]): (
            r["reorder_days"],
            r["quantile"],
            r["interval_count"],
            r["event_count"],
        )
        for r in found.to_dicts()
    }


def known(*rows: tuple[str, str, int]) -> pl.DataFrame:
    full = [(level, item, 40, 20, days, "median") for level, item, days in rows]
    return pl.DataFrame(full, schema=SCORES["product_intervals"].schema, orient="row")


def products(*gone: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"sku": [*gone, "unsure"], "is_active": [*([False] * len(gone)), None]},
        schema={"sku": pl.String, "is_active": pl.Boolean},
    )


def reminded(bought: pl.DataFrame, known_intervals: pl.DataFrame, *gone: str) -> list[tuple]:
    found = due(bought, known_intervals, products(*gone), AS_OF, POLICY)
    return found.select("customer_id", "sku", "due_date", "basis").rows()


def test_a_product_bought_twice_on_one_day_is_bought_once():
    assert lines(("a", "tea", None, 5), ("a", "tea", None, 5)).height == 1


def test_a_line_without_a_product_code_is_no_purchase_of_a_product():
    assert lines(("a", None, "tea", 5)).is_empty()


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


def test_due_from_today_to_the_end_of_the_window_and_never_in_the_past():
    # 40 days less 3 of lead: due on the 37th day after the purchase.
    ago = {"past": 38, "today": 37, "week": 31, "next_week": 30}
    bought = lines(*((name, "tea", None, days) for name, days in ago.items()))
    assert reminded(bought, known(("sku", "tea", 40))) == [
        ("today", "tea", AS_OF, "sku"),
        ("week", "tea", AS_OF + timedelta(days=6), "sku"),
    ]


def test_what_is_bought_less_often_than_once_a_year_is_no_reorder():
    bought = lines(("ana", "machine", None, 362))
    assert reminded(bought, known(("sku", "machine", 365))) == [("ana", "machine", AS_OF, "sku")]
    assert reminded(lines(("ana", "machine", None, 363)), known(("sku", "machine", 366))) == []


def test_bought_again_since_is_not_due():
    bought = lines(("a", "tea", None, 37), ("a", "tea", None, 20))
    assert reminded(bought, known(("sku", "tea", 40))) == []


def test_a_discontinued_product_is_not_due_and_one_not_known_to_be_gone_is():
    bought = lines(("a", "tea", None, 37), ("b", "unsure", None, 37))
    found = reminded(bought, known(("sku", "tea", 40), ("sku", "unsure", 40)), "tea")
    assert [row[:2] for row in found] == [("b", "unsure")]


def test_nobody_who_bought_anything_within_the_cooldown_is_reminded():
    bought = lines(
        ("cooling", "tea", None, 37), ("cooling", "mug", None, 13),
        ("cooled", "tea", None, 37), ("cooled", "mug", None, 14),
    )  # fmt: skip
    assert [row[0] for row in reminded(bought, known(("sku", "tea", 40)))] == ["cooled"]


def test_without_an_interval_of_its_own_a_product_takes_its_categorys():
    bought = lines(("a", "green", "tea", 37), ("b", "mug", None, 37))
    assert reminded(bought, known(("category", "tea", 40))) == [("a", "green", AS_OF, "category")]


def test_the_products_own_interval_wins_over_its_categorys():
    bought = lines(("a", "green", "tea", 37))
    found = due(
        bought, known(("category", "tea", 99), ("sku", "green", 40)), products(), AS_OF, POLICY
    )
    assert found.select("reorder_days", "basis").rows() == [(40, "sku")]


def test_by_category_another_of_its_products_bought_since_means_bought_again():
    bought = lines(("a", "green", "tea", 37), ("a", "black", "tea", 20))
    assert reminded(bought, known(("category", "tea", 40))) == []
    late = lines(("a", "green", "tea", 60), ("a", "black", "tea", 37))
    assert reminded(late, known(("category", "tea", 40))) == [("a", "black", AS_OF, "category")]


def test_a_renamed_product_is_reminded_of_once_by_its_last_name():
    frame = pl.DataFrame(
        [
            ("a", "tea", "Old name", None, AS_OF - timedelta(days=70)),
            ("a", "tea", "New name", None, AS_OF - timedelta(days=37)),
        ],
        schema=LINES,
        orient="row",
    )
    found = due(purchases(frame), known(("sku", "tea", 40)), products(), AS_OF, POLICY)
    assert found.select("product_name", "due_date").rows() == [("New name", AS_OF)]


def test_an_empty_shop_has_no_intervals_and_nobody_due():
    found = intervals(lines(), AS_OF, POLICY)
    assert found.schema == SCORES["product_intervals"].schema
    assert due(lines(), found, products(), AS_OF, POLICY).height == 0
