"""Who is due for what: every reason not to remind somebody, and on whose rhythm it rests."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.bought_lines import (
    AS_OF,
    LINES,
    POLICY,
    Bought,
    all_lines,
    known,
    regularity,
)
from transforms.canonical import CURRENT, SCORES
from transforms.reorder import intervals, purchases
from transforms.reorder_dates import due, exclusions, reminders, told_reason

TEA = known(("sku", "tea", 40))


def products(*gone: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"sku": [*gone, "unsure"], "is_active": [*([False] * len(gone)), None]},
        schema={"sku": pl.String, "is_active": pl.Boolean},
    )


def subscription(customer: str, sku: str | None, begun: int, cancelled: int | None) -> pl.DataFrame:
    days = [None if ago is None else AS_OF - timedelta(days=ago) for ago in (begun, cancelled)]
    row = {"customer_id": customer, "sku": sku, "start_date": days[0], "cancel_date": days[1]}
    empty = CURRENT["subscriptions"].empty().select(list(row))
    return pl.DataFrame([row], schema=empty.schema)


def due_of(
    *rows: Bought,
    by: pl.DataFrame = TEA,
    regular: pl.DataFrame | None = None,
    gone: tuple[str, ...] = (),
    subscriptions: pl.DataFrame | None = None,
) -> pl.DataFrame:
    lines = all_lines(*rows)
    excluded = exclusions(
        lines,
        products(*gone),
        CURRENT["subscriptions"].empty() if subscriptions is None else subscriptions,
        AS_OF,
        POLICY.cooldown_days,
    )
    calm = SCORES["regularity"].empty() if regular is None else regular
    return due(purchases(lines.filter("is_purchase")), by, calm, excluded, AS_OF, POLICY)


def reminded(*rows: Bought, **shop) -> list[tuple]:
    return due_of(*rows, **shop).select("customer_id", "sku", "due_date", "basis").rows()


ANA = ("ana", "tea", "leaves", 37)
ANA_IS_DUE = [("ana", "tea", AS_OF, "sku")]


def test_due_from_today_to_the_end_of_the_window_and_never_in_the_past():
    # 40 days less 3 of lead: due on the 37th day after the purchase.
    ago = {"past": 38, "today": 37, "week": 31, "next_week": 30}
    assert reminded(*((name, "tea", None, days) for name, days in ago.items())) == [
        ("today", "tea", AS_OF, "sku"),
        ("week", "tea", AS_OF + timedelta(days=6), "sku"),
    ]


def test_what_is_bought_less_often_than_once_a_year_is_no_reorder():
    bought = ("ana", "machine", None, 362)
    assert reminded(bought, by=known(("sku", "machine", 365))) == [("ana", "machine", AS_OF, "sku")]
    later = ("ana", "machine", None, 363)
    assert reminded(later, by=known(("sku", "machine", 366))) == []


def test_a_product_used_up_faster_than_the_lead_is_due_the_day_after_and_not_before():
    by = known(("sku", "milk", 2))
    lines = all_lines(("ana", "milk", None, 30))
    excluded = exclusions(lines, products(), CURRENT["subscriptions"].empty(), AS_OF, 14)
    calm = SCORES["regularity"].empty()
    (row,) = reminders(purchases(lines), by, calm, excluded, 3, 365).to_dicts()
    assert row["due_date"] == row["last_order_date"] + timedelta(days=1)


def test_bought_again_since_is_not_due():
    assert reminded(ANA) == ANA_IS_DUE
    assert reminded(ANA, ("ana", "tea", "leaves", 20)) == []


def test_what_was_sent_back_is_no_purchase_to_be_reminded_of():
    assert reminded(("ana", "tea", "leaves", 37, 2, 2)) == []
    # Of a parcel returned in part the rest was kept.
    assert reminded(("ana", "tea", "leaves", 37, 2, 1)) == ANA_IS_DUE


def test_bought_again_and_sent_back_or_cancelled_is_not_due_for_the_earlier_purchase():
    assert reminded(ANA, ("ana", "tea", "leaves", 20, 1, 1)) == []
    assert reminded(ANA, ("ana", "mug", None, 20, 1, 1)) == ANA_IS_DUE
    assert reminded(ANA, ("bea", "tea", "leaves", 20, 1, 1)) == ANA_IS_DUE
    assert reminded(ANA, ("ana", "tea", "leaves", 60, 1, 1)) == ANA_IS_DUE


def test_a_discontinued_product_is_not_due_and_one_not_known_to_be_gone_is():
    found = reminded(
        ANA, ("bea", "unsure", None, 37), by=known(("sku", "tea", 40), ("sku", "unsure", 40)),
        gone=("tea",),
    )  # fmt: skip
    assert [row[:2] for row in found] == [("bea", "unsure")]


def test_a_product_nobody_finds_to_buy_any_more_is_not_due():
    by = known(("sku", "tea", 80))
    daily = [(f"c{n}", "tea", "leaves", 77 + n) for n in range(40)]
    assert reminded(*daily, by=by) == []
    assert reminded(*daily, ("zoe", "tea", "leaves", 25), by=by) == [("c0", "tea", AS_OF, "sku")]


@pytest.mark.parametrize("sku", ["tea", None])
def test_a_running_subscription_to_the_product_or_to_an_unnamed_one_needs_no_reminder(sku):
    assert reminded(ANA, subscriptions=subscription("ana", sku, 100, None)) == []
    # Not the subscription of somebody else, nor one that has ended or not begun.
    assert reminded(ANA, subscriptions=subscription("bea", sku, 100, None)) == ANA_IS_DUE
    assert reminded(ANA, subscriptions=subscription("ana", sku, 100, 0)) == ANA_IS_DUE
    assert reminded(ANA, subscriptions=subscription("ana", sku, 100, -1)) == []
    assert reminded(ANA, subscriptions=subscription("ana", sku, -1, None)) == ANA_IS_DUE


def test_a_subscription_to_something_else_is_no_reason_for_silence():
    assert reminded(ANA, subscriptions=subscription("ana", "mug", 100, None)) == ANA_IS_DUE


def test_nobody_who_bought_anything_within_the_cooldown_is_reminded():
    found = reminded(
        ("cooling", "tea", None, 37), ("cooling", "mug", None, 13),
        ("cooled", "tea", None, 37), ("cooled", "mug", None, 14),
        ("unnamed", "tea", None, 37), ("unnamed", None, None, 13),
    )  # fmt: skip
    assert [row[0] for row in found] == ["cooled"]


def test_without_an_interval_of_its_own_a_product_takes_its_categorys_and_else_none():
    found = reminded(
        ("ana", "green", "tea", 37), ("bea", "mug", None, 37), by=known(("category", "tea", 40))
    )
    assert found == [("ana", "green", AS_OF, "category")]


def test_the_products_own_interval_wins_over_its_categorys():
    both = known(("category", "leaves", 99), ("sku", "tea", 40))
    assert due_of(ANA, by=both).select("reorder_days", "basis").rows() == [(40, "sku")]


def test_by_category_another_of_its_products_bought_since_means_bought_again():
    by = known(("category", "tea", 40))
    assert reminded(("a", "green", "tea", 37), ("a", "black", "tea", 20), by=by) == []
    late = reminded(("a", "green", "tea", 60), ("a", "black", "tea", 37), by=by)
    assert late == [("a", "black", AS_OF, "category")]
    # By its own interval a product is missed even where another of the category was bought.
    assert reminded(ANA, ("ana", "black", "leaves", 20)) == ANA_IS_DUE


def test_a_renamed_product_is_reminded_of_once_by_its_last_name():
    frame = pl.concat([all_lines(("a", "tea", None, 70)), all_lines(("a", "tea", None, 37))])
    frame = frame.with_columns(product_name=pl.Series(["A name of before", "The name now"]))
    excluded = exclusions(frame, products(), CURRENT["subscriptions"].empty(), AS_OF, 14)
    found = due(purchases(frame), TEA, SCORES["regularity"].empty(), excluded, AS_OF, POLICY)
    assert found.select("product_name", "due_date").rows() == [("The name now", AS_OF)]


def test_an_empty_shop_has_nobody_due():
    assert due_of().schema == SCORES["reorder_due"].schema
    assert due_of().is_empty()


# --- quantity

SLOPE = {"quantity_slope": 0.5, "quantity_slope_low": 0.3, "reference_quantity": 1.0,
         "smallest_quantity": 1.0, "largest_quantity": 9.0}  # fmt: skip


def test_four_times_the_usual_quantity_is_due_later_and_says_so():
    by = known(("sku", "tea", 40), **SLOPE)
    found = due_of(("one", "tea", None, 37), ("four", "tea", None, 77, 4), by=by)
    assert found.select("customer_id", "reorder_days", "due_date").rows() == [
        ("four", 80, AS_OF),
        ("one", 40, AS_OF),
    ]
    told = found.select(told_reason()).to_series().to_list()
    assert "within 80 days (40 intervals), counted for the quantity of 4" in told[0]
    assert "quantity" not in told[1]


def test_without_a_proven_slope_the_quantity_changes_nothing():
    assert due_of(("four", "tea", None, 37, 4))["reorder_days"].to_list() == [40]


# --- the customer's own rhythm

REGULAR = regularity(("all", "all", 1.9, True))
#: Bought every 20 days by a customer, every 40 by everybody.
OWN = [("ana", "tea", "leaves", ago) for ago in (77, 57, 37, 17)]


def test_a_steady_customer_in_a_regular_shop_is_reminded_by_their_own_rhythm():
    found = due_of(*OWN, regular=REGULAR)
    assert found.select("basis", "reorder_days", "interval_count", "due_date").rows() == [
        ("person", 20, 3, AS_OF)
    ]
    assert found.select(told_reason()).item() == (
        "bought on 2026-10-14; they themselves buy it again every 20 days or so "
        "(median of 3 own intervals, and buying here is regular)"
    )


@pytest.mark.parametrize(
    "told",
    [
        [("all", "all", 1.1, False)],
        [("all", "all", None, None)],
        [],
        [("all", "all", 1.9, True), ("category", "leaves", 1.0, False)],
    ],
)
def test_where_buying_is_not_shown_to_be_regular_nobody_is_reminded_by_their_own_rhythm(told):
    assert reminded(*OWN, regular=regularity(*told)) == []
    rows = [("ana", "tea", "leaves", ago) for ago in (77, 57, 37)]
    assert reminded(*rows, regular=regularity(*told)) == ANA_IS_DUE


def test_the_category_decides_on_regularity_and_where_it_cannot_the_shop_does():
    irregular_shop = ("all", "all", 1.0, False)
    category = regularity(irregular_shop, ("category", "leaves", 1.6, True))
    assert reminded(*OWN, regular=category)[0][3] == "person"
    unknown = regularity(("all", "all", 1.9, True), ("category", "leaves", None, None))
    assert reminded(*OWN, regular=unknown)[0][3] == "person"


def test_two_purchases_are_no_rhythm():
    rows = [("ana", "tea", "leaves", ago) for ago in (57, 37)]
    assert reminded(*rows, regular=REGULAR) == ANA_IS_DUE
    assert reminded(("ana", "tea", "leaves", 77), *rows, regular=REGULAR) == []


def test_gaps_all_over_the_place_are_no_rhythm():
    # Gaps of 7 and 200 days: on average a factor of 5.4 away from their median.
    rows = [("ana", "tea", "leaves", ago) for ago in (37 + 207, 37 + 200, 37)]
    assert reminded(*rows, regular=REGULAR) == ANA_IS_DUE


def test_a_rhythm_of_ones_own_needs_no_interval_of_the_product():
    rows = [("ana", "rare", None, ago) for ago in (77, 57, 37, 17)]
    assert reminded(*rows, regular=REGULAR) == [("ana", "rare", AS_OF, "person")]


def test_twice_the_customers_own_usual_quantity_lasts_longer_by_the_products_slope():
    rows = [("ana", "tea", "leaves", ago) for ago in (97, 77, 57)]
    last = ("ana", "tea", "leaves", 37, 4)
    by = known(("sku", "tea", 400), **SLOPE)
    found = due_of(*rows, last, regular=REGULAR, by=by)
    assert found.select("reorder_days", "due_date").rows() == [(40, AS_OF)]


# --- whatever is bought

BUYERS = st.lists(
    st.tuples(
        st.sampled_from(["ana", "bea"]), st.sampled_from(["tea", "mug", None]),
        st.sampled_from(["leaves", None]), st.integers(0, 400), st.integers(1, 9), st.integers(0, 1),
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(BUYERS, st.integers(1, 400), st.booleans(), st.randoms(use_true_random=False))
def test_a_due_date_is_never_past_and_the_order_of_the_rows_never_matters(
    rows, days, is_regular, random
):
    by = known(("sku", "tea", days), ("category", "leaves", 60), **SLOPE)
    regular = regularity(("all", "all", 1.9, is_regular))
    found = due_of(*rows, by=by, regular=regular)
    window = (AS_OF, AS_OF + timedelta(days=POLICY.due_within_days))
    assert found["due_date"].is_between(*window, closed="left").all()
    assert (found["last_order_date"] < found["due_date"]).all()
    random.shuffle(rows)
    assert due_of(*rows, by=by, regular=regular).equals(found)


def test_a_whole_shop_runs_from_lines_to_dates():
    lines = all_lines(
        *((f"c{n:02}", "tea", "leaves", ago) for n in range(40) for ago in (77 + n % 7, 37 + n % 7))
    )
    bought = purchases(lines)
    found = intervals(bought, AS_OF, POLICY)
    assert lines.schema == LINES
    excluded = exclusions(lines, products(), CURRENT["subscriptions"].empty(), AS_OF, 14)
    listed = due(bought, found, SCORES["regularity"].empty(), excluded, AS_OF, POLICY)
    # Of 40 buyers those of n % 7 = 0 are due today and the others were due on days gone by.
    assert listed["due_date"].unique().to_list() == [AS_OF]
    assert listed.height == 6
    assert date(2026, 9, 24) == listed["last_order_date"].unique().item()
