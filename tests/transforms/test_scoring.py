"""All scores of a run: the parts agree with one another, and members explain themselves."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from transforms.canonical import MONEY, SCORES
from transforms.canonical.outreach import OUTREACH_SCORES
from transforms.clv.gate import ClvPolicy
from transforms.reorder import ReorderPolicy
from transforms.scoring import score
from transforms.segments import SegmentPolicy

SEGMENT_POLICY = SegmentPolicy(
    window_days=730, return_window_days=90, at_risk_return_chance=0.25,
    lapse_return_chance=0.10, at_risk_floor_days=30, at_risk_ceiling_days=180,
)  # fmt: skip
REORDER_POLICY = ReorderPolicy(
    lead_days=3, due_within_days=7, cooldown_days=14,
    minimum_intervals=30, minimum_events=10, maximum_days=365,
)  # fmt: skip
AS_OF = date(2026, 10, 31)
OCCASIONS = {
    "customer_id": pl.String, "occasion_date": pl.Date, "occasion_number": pl.Int64,
    "next_occasion_date": pl.Date, "net_sales_amount": MONEY, "discount_amount": MONEY,
}  # fmt: skip
LINES = {
    "customer_id": pl.String, "sku": pl.String, "product_name": pl.String, "category": pl.String,
    "order_date": pl.Date, "is_purchase": pl.Boolean, "quantity": MONEY, "returned_quantity": MONEY,
}  # fmt: skip


def facts(visits: dict[str, list[int]]) -> dict[str, pl.DataFrame]:
    """Per customer the days before as_of, oldest first; each visit buys one tea."""
    occasions, lines = [], []
    for customer, days in visits.items():
        dates = [AS_OF - timedelta(days=ago) for ago in days]
        for n, (day, following) in enumerate(zip(dates, [*dates[1:], None], strict=True), 1):
            occasions.append((customer, day, n, following, Decimal(100), Decimal(0)))
            lines.append((customer, "tea", "Tea", None, day, True, Decimal(1), Decimal(0)))
    return {
        "fct_occasions": pl.DataFrame(occasions, schema=OCCASIONS, orient="row"),
        "fct_order_lines": pl.DataFrame(lines, schema=LINES, orient="row"),
    }


PRODUCTS = pl.DataFrame(schema={"sku": pl.String, "is_active": pl.Boolean})
VISITS = {f"c{n:02}": [130 - n, 90 - n, 50 - n] for n in range(40)} | {"once": [400]}


def scored(given: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return score(given, PRODUCTS, AS_OF, SEGMENT_POLICY, REORDER_POLICY, ClvPolicy())


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return scored(facts(VISITS))


def test_every_score_table_is_made_in_its_contracts_shape_and_order(tables):
    counted_later = {table.name for table in OUTREACH_SCORES}
    assert tables.keys() == SCORES.keys() - counted_later
    for name in tables:
        table = SCORES[name]
        assert tables[name].schema == table.schema
        assert tables[name].equals(tables[name].sort(table.key, nulls_last=True)), name


def test_an_empty_shop_is_scored_to_empty_tables():
    empty = scored(facts({}))
    assert empty["customer_segments"].is_empty()
    assert empty["reorder_due"].is_empty()
    assert empty["product_intervals"].is_empty()


def test_the_order_of_the_facts_changes_nothing(tables):
    shuffled = {
        name: frame.sample(fraction=1, shuffle=True, seed=3)
        for name, frame in facts(VISITS).items()
    }
    again = scored(shuffled)
    for name in tables:
        assert again[name].equals(tables[name]), name


def test_a_line_that_is_no_purchase_opens_no_reorder_gap(tables):
    (tea,) = tables["product_intervals"].to_dicts()
    assert (tea["item"], tea["reorder_days"], tea["event_count"]) == ("tea", 40, 80)
    given = facts(VISITS)
    given["fct_order_lines"] = given["fct_order_lines"].with_columns(is_purchase=pl.lit(False))
    assert scored(given)["product_intervals"].is_empty()


def test_a_guest_who_is_nobodys_occasion_is_reminded_of_nothing():
    given = facts(VISITS)
    guest = (
        given["fct_order_lines"]
        .head(1)
        .with_columns(customer_id=pl.lit("guest"), order_date=pl.lit(AS_OF - timedelta(days=37)))
    )
    given["fct_order_lines"] = pl.concat([given["fct_order_lines"], guest])
    due = scored(given)["reorder_due"]
    assert due.height > 0
    assert "guest" not in due["customer_id"].to_list()


def test_survival_of_all_gaps_counts_the_first_and_the_later_ones(tables):
    day_0 = tables["survival_curve"].filter(
        (pl.col("day") == 0) & (pl.col("curve") == "next_order")
    )
    counts = dict(day_0.select("band", "at_risk_count").iter_rows())
    assert counts == {"all": 121, "1": 41, "2": 40, "3": 40, "4": 0, "5+": 0}


def test_whoever_is_lapsed_is_not_reminded_to_reorder():
    # Tea every 20 days and descaler every 300; forty people stopped all of it 291 to 297 days ago.
    active = {f"here{n:02}": [10 + 20 * k for k in range(34, -1, -1)] for n in range(40)}
    gone = {f"gone{n:02}": [291 + n % 7 + 20 * k for k in range(15, -1, -1)] for n in range(40)}
    given = facts(active | gone)
    descaler = [
        (
            person,
            "descaler",
            "Descaler",
            None,
            AS_OF - timedelta(days=ago),
            True,
            Decimal(1),
            Decimal(0),
        )
        for person, days in (active | gone).items()
        for ago in ((640, 340, 40) if person in active else (days[-1] + 300, days[-1]))
    ]
    bought = pl.concat(
        [given["fct_order_lines"], pl.DataFrame(descaler, schema=LINES, orient="row")]
    )
    made = scored(given | {"fct_order_lines": bought})
    intervals = dict(made["product_intervals"].select("item", "reorder_days").iter_rows())
    assert intervals["descaler"] == 300
    lapsed = made["customer_states"].filter(pl.col("state") == "lapsed")
    assert set(lapsed["customer_id"]) == set(gone)
    assert set(made["reorder_due"]["customer_id"]).isdisjoint(gone)
