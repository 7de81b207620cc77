"""A hand-made shop with a loyalty programme: nobody and nothing but what is put in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import polars as pl

from transforms.canonical import CURRENT
from transforms.canonical.contract import MONEY
from transforms.loyalty import Programme, loyalty

START = date(2026, 1, 1)
ORDERS = {
    "source": pl.String, "order_id": pl.String, "customer_id": pl.String, "order_date": pl.Date, "order_kind": pl.String,
    "is_valid_order": pl.Boolean, "invalid_reason": pl.String, "gross_amount": MONEY, "discount_amount": MONEY,
    "net_sales_amount": MONEY,
}  # fmt: skip
REFUNDS = {
    "source": pl.String, "order_id": pl.String, "refund_date": pl.Date, "date_basis": pl.String, "returns_amount": MONEY,
}  # fmt: skip
LINES = {
    "customer_id": pl.String, "order_date": pl.Date, "sku": pl.String, "category": pl.String, "is_purchase": pl.Boolean,
    "quantity": MONEY, "returned_quantity": MONEY,
}  # fmt: skip
#: order_id, customer_id, day, goods; and what else is to be said of it.
Order = tuple[Any, ...]


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}" if len(text) == 5 else text)


def programme(**parts: Any) -> Programme:
    return Programme.model_validate({"enabled": True, "starts_on": START, **parts})


def order(order_id: str, customer: str, placed: date, goods: Any, **facts: Any) -> dict[str, Any]:
    sold = {"gross_amount": goods, "discount_amount": 0, "net_sales_amount": goods}
    state = {"is_valid_order": True, "order_kind": "sale"}
    who = {"source": "till", "order_id": order_id, "customer_id": customer, "order_date": placed}
    return who | sold | state | facts


def refund(order_id: str, when: date | None, amount: Any, basis: str = "source") -> dict[str, Any]:
    row = {"source": "till", "order_id": order_id, "date_basis": basis}
    return row | {"refund_date": when, "returns_amount": amount}


def redemption(
    number: str, customer: str | None, when: date, points: int, kind: str = "redeem", **facts: Any
) -> dict[str, Any]:
    moment = datetime.combine(when, time(12), UTC)
    row = {"source": "app", "redemption_id": number, "customer_id": customer, "kind": kind}
    return row | {"redeemed_date": when, "redeemed_at": moment, "points": points} | facts


def bought(customer: str, when: date, **facts: Any) -> dict[str, Any]:
    line = {"customer_id": customer, "order_date": when, "is_purchase": True}
    return line | {"quantity": 1, "returned_quantity": 0} | facts


def run(
    rules: Programme,
    as_of: date,
    orders: Sequence[dict[str, Any]] = (),
    refunds: Sequence[dict[str, Any]] = (),
    redemptions: Sequence[dict[str, Any]] = (),
    lines: Sequence[dict[str, Any]] = (),
    customers: Sequence[dict[str, Any]] = (),
    observations: Sequence[dict[str, Any]] = (),
) -> dict[str, pl.DataFrame]:
    """Tables of the programme; customers are those of the orders unless they are given."""
    sold = _frame(ORDERS, orders)
    people = customers or [{"customer_id": name} for name in sold["customer_id"].unique().sort()]
    known = {"is_identified": True, "is_staff": False, "has_email": True, "email_marketing_consent": True}  # fmt: skip
    occasions = (
        sold.filter("is_valid_order")
        .group_by("customer_id", occasion_date="order_date")
        .agg(pl.col("net_sales_amount").sum())
        .sort("customer_id", "occasion_date")
    )
    facts = {
        "fct_orders": sold,
        "fct_refunds": _frame(REFUNDS, refunds),
        "fct_order_lines": _frame(LINES, lines),
        "fct_occasions": occasions,
    }
    current = {
        "customers": _frame(CURRENT["customers"].schema, [known | one for one in people]),
        "refund_observations": _frame(CURRENT["refund_observations"].schema, observations),
        "redemptions": _frame(CURRENT["redemptions"].schema, redemptions),
    }
    return loyalty(rules, facts, current, as_of)


def told(tables: dict[str, pl.DataFrame], *columns: str) -> list[tuple[Any, ...]]:
    """Columns of the ledger's entries, days as text."""
    rows = tables["loyalty_entries"].with_columns(pl.col("entry_date").cast(pl.String))
    return rows.select(columns or ("entry_date", "kind", "points", "balance_after")).rows()


def _frame(schema: Any, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    strangers = {key for row in rows for key in row} - set(schema)
    assert not strangers, strangers
    exact = [{name: _exact(row.get(name), dtype) for name, dtype in schema.items()} for row in rows]
    return pl.DataFrame(exact, schema=schema)


def _exact(value: Any, dtype: Any) -> Any:
    return Decimal(str(value)) if dtype == MONEY and value is not None else value
