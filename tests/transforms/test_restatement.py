"""Events between two beliefs: each order that counts differently, named, and nothing left over."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from transforms.restatement import moved_metrics, order_events, revenue_restatement

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
MONEY = pl.Decimal(18, 4)
SCHEMA = {
    "source": pl.String, "order_id": pl.String, "customer_id": pl.String, "order_month": pl.Date,
    "validity": pl.String, "exchange_rate": pl.Decimal(18, 8), "gross_amount": MONEY,
    "discount_amount": MONEY, "returns_amount": MONEY, "net_sales_amount": MONEY,
}  # fmt: skip


def _order(order_id: str, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "source": "shop", "order_id": order_id, "customer_id": "c1", "order_month": JANUARY, "validity": "valid",
        "exchange_rate": Decimal(1), "gross_amount": Decimal(100), "discount_amount": Decimal(0), "returns_amount": Decimal(0),
    }  # fmt: skip
    row |= changes
    parts = (row["gross_amount"], row["discount_amount"], row["returns_amount"])
    net = parts[0] - parts[1] - parts[2]  # type: ignore[operator]
    return row | {"net_sales_amount": net if row["validity"] == "valid" else Decimal(0)}


def _ledger(*orders: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(orders), schema=SCHEMA)


def _months(ledger: pl.DataFrame) -> pl.DataFrame:
    return ledger.group_by(month_start="order_month").agg(pl.col("net_sales_amount").sum())


def _kinds(then: pl.DataFrame, now: pl.DataFrame) -> list[tuple[str, str, Decimal]]:
    return order_events(then, now).select("kind", "order_id", "amount").rows()


def test_a_late_order_adds_what_it_is_worth() -> None:
    assert _kinds(_ledger(), _ledger(_order("1"))) == [("late_order", "1", Decimal(100))]


def test_a_cancelled_order_takes_all_of_it_away() -> None:
    then, now = _ledger(_order("1")), _ledger(_order("1", validity="cancelled"))
    assert _kinds(then, now) == [("cancellation", "1", Decimal(-100))]


def test_a_refund_and_an_edit_of_one_order_are_told_apart() -> None:
    then = _ledger(_order("1"))
    now = _ledger(_order("1", returns_amount=Decimal(30), gross_amount=Decimal(120)))
    assert _kinds(then, now) == [("edit", "1", Decimal(20)), ("refund", "1", Decimal(-30))]


def test_a_corrected_rate_moves_the_whole_order() -> None:
    then = _ledger(_order("1"))
    now = _ledger(_order("1", exchange_rate=Decimal(2), gross_amount=Decimal(200)))
    assert _kinds(then, now) == [("exchange_rate", "1", Decimal(100))]


def test_a_merge_moves_no_money_but_is_told() -> None:
    then, now = _ledger(_order("1")), _ledger(_order("1", customer_id="c2"))
    assert _kinds(then, now) == [("merge", "1", Decimal(0))]


def test_an_order_that_was_never_a_purchase_is_no_event() -> None:
    then, now = _ledger(), _ledger(_order("1", validity="test"))
    assert _kinds(then, now) == []


def test_a_corrected_date_leaves_one_month_and_enters_another() -> None:
    events = order_events(_ledger(_order("1")), _ledger(_order("1", order_month=FEBRUARY)))
    assert events.select("month", "amount").rows() == [
        (JANUARY, Decimal(-100)),
        (FEBRUARY, Decimal(100)),
    ]


amounts = st.integers(0, 500).map(Decimal)
orders = st.builds(
    lambda order_id, month, validity, gross, returns, customer, rate: _order(
        order_id, order_month=month, validity=validity, gross_amount=gross,
        returns_amount=min(gross, returns), customer_id=customer, exchange_rate=rate,
    ),
    st.integers(1, 8).map(str), st.sampled_from([JANUARY, FEBRUARY]),
    st.sampled_from(["valid", "valid", "cancelled", "fully_refunded", "test"]), amounts, amounts,
    st.sampled_from(["c1", "c2"]), st.sampled_from([Decimal(1), Decimal(2)]),
)  # fmt: skip
ledgers = st.lists(orders, max_size=8, unique_by=lambda row: row["order_id"]).map(
    lambda rows: _ledger(*rows)
)


@given(ledgers, ledgers)
def test_events_explain_every_month_to_the_last_decimal(
    then: pl.DataFrame, now: pl.DataFrame
) -> None:
    events = order_events(then, now)
    story = revenue_restatement(_months(then), _months(now), events)
    residuals = story.filter(pl.col("kind") == "residual")["amount"]
    assert all(amount == 0 for amount in residuals)
    difference = now["net_sales_amount"].sum() - then["net_sales_amount"].sum()
    assert (events["amount"].sum() or 0) == difference


def test_an_unexplained_difference_shows_as_residual() -> None:
    month = pl.DataFrame({"month_start": [JANUARY], "net_sales_amount": [Decimal(100)]})
    doubled = month.with_columns(net_sales_amount=pl.lit(Decimal(150)))
    story = revenue_restatement(month, doubled, order_events(_ledger(), _ledger()))
    assert story.filter(pl.col("kind") == "residual")["amount"].to_list() == [Decimal(50)]


def test_only_observations_that_differ_are_told() -> None:
    row = {
        "metric": "orders", "period_type": "month", "period_start": JANUARY, "period_end": date(2025, 1, 31), "dimension": "all",
        "dimension_value": "", "metric_value": 5.0, "numerator": Decimal(5), "denominator": None, "reason_code": None,
    }  # fmt: skip
    schema_overrides = {"denominator": pl.Decimal(38, 6), "reason_code": pl.String}
    then = pl.DataFrame([row, row | {"metric": "nps"}], schema_overrides=schema_overrides)
    now = pl.DataFrame(
        [row | {"metric_value": 6.0, "numerator": Decimal(6)}, row | {"metric": "nps"}],
        schema_overrides=schema_overrides,
    )
    moved = moved_metrics(then, now)
    assert moved.select("metric", "difference").rows() == [("orders", 1.0)]
