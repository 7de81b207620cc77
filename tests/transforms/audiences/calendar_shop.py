"""A hand-made shop for finders of days: customers, orders, lines, and what a night finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from transforms.audiences.shop import Finder, Shop, Window
from transforms.canonical import CURRENT, SCORES
from transforms.canonical.contract import MONEY
from transforms.canonical.outreach import CANDIDATES, CUSTOMER_PROFILE

AS_OF = date(2026, 10, 31)
Row = dict[str, Any]

FACTS = {
    "fct_orders": pl.Schema(
        {
            "source": pl.String, "order_id": pl.String, "customer_id": pl.String, "is_identified": pl.Boolean,
            "order_date": pl.Date, "ordered_at": pl.Datetime("us", "UTC"), "is_valid_order": pl.Boolean,
            "net_sales_amount": MONEY, "returns_amount": MONEY,
        }
    ),
    "fct_order_lines": pl.Schema(
        {
            "source": pl.String, "order_id": pl.String, "line_number": pl.Int64, "customer_id": pl.String,
            "order_date": pl.Date, "sku": pl.String, "product_name": pl.String, "category": pl.String,
            "gross_amount": MONEY, "returned_quantity": MONEY, "is_purchase": pl.Boolean,
        }
    ),
    "fct_occasions": pl.Schema(
        {
            "customer_id": pl.String, "occasion_date": pl.Date, "occasion_number": pl.Int64,
            "net_sales_amount": MONEY,
        }
    ),
}  # fmt: skip

_NOTHING = {name: table.empty() for name, table in CURRENT.items()}
_NO_SCORES = {name: table.empty() for name, table in SCORES.items()}
_FLAGS = {name: False for name, dtype in CUSTOMER_PROFILE.schema.items() if dtype == pl.Boolean}


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _frame(schema: pl.Schema, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    rows = list(rows)
    strangers = {key for row in rows for key in row} - set(schema)
    assert not strangers, f"no such columns: {strangers}"
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def person(
    customer_id: str, first: str = "2024-05-06", last: str = "2026-10-11", **facts: Any
) -> Row:
    return {
        "customer_id": customer_id, **_FLAGS, "lifecycle_state": "active", "frequency_group": "regular",
        "lifetime_net_sales_amount": Decimal(100), "occasion_count": 4, "first_order_date": day(first),
        "last_order_date": day(last), "days_since_last_order": (AS_OF - day(last)).days,
        "state_since": day(last), **facts,
    }  # fmt: skip


def order(customer_id: str, order_id: str, on: str, **facts: Any) -> Row:
    return {
        "source": "store", "order_id": order_id, "customer_id": customer_id, "is_identified": True,
        "order_date": day(on), "ordered_at": at(on + "T02:00"), "is_valid_order": True,
        "net_sales_amount": Decimal("50.00"), "returns_amount": Decimal(0), **facts,
    }  # fmt: skip


def line(customer_id: str, order_id: str, on: str, sku: str, gross: int = 10, **facts: Any) -> Row:
    return {
        "source": "store", "order_id": order_id, "line_number": 1, "customer_id": customer_id,
        "order_date": day(on), "sku": sku, "product_name": sku.title(), "gross_amount": Decimal(gross),
        "returned_quantity": Decimal(0), "is_purchase": True, **facts,
    }  # fmt: skip


def occasion(customer_id: str, on: str, number: int, amount: str = "50.00") -> Row:
    return {
        "customer_id": customer_id, "occasion_date": day(on), "occasion_number": number,
        "net_sales_amount": Decimal(amount),
    }  # fmt: skip


def delivery(order_id: str, delivered: str | None) -> Row:
    moment = at(delivered) if delivered else None
    return {"source": "store", "order_id": order_id, "delivered_at": moment}


def shop(
    people: Iterable[Row], as_of: date = AS_OF, zone: str = "UTC", contacts: Any = (), **tables: Any
) -> Shop:
    """A shop with these customers; every table that is not named is empty."""
    context = {"as_of": as_of, "store_timezone": zone, "reporting_currency": "PHP"}
    current = {**_NOTHING, "run_context": _frame(CURRENT["run_context"].schema, [context])}
    columns = dict.fromkeys(("customer_id", "first_name", "source_customer_id"), pl.String)
    current["contacts"] = _frame(pl.Schema({**columns, "birthday": pl.Date}), contacts)
    facts = {name: _frame(schema, tables.pop(name, [])) for name, schema in FACTS.items()}
    current |= {name: _frame(CURRENT[name].schema, rows) for name, rows in tables.items()}
    profile = _frame(CUSTOMER_PROFILE.schema, people)
    return Shop(as_of, profile, facts, current, _NO_SCORES, as_of - timedelta(days=1))


def on(to: Shop, as_of: date, previous: date | None = None) -> Shop:
    """The same shop on another night."""
    return replace(to, as_of=as_of, previous_as_of=previous or as_of - timedelta(days=1))


def find(finder: Finder, to: Shop, expires_after_days: int = 14, **parameters: Any) -> pl.DataFrame:
    """What a finder finds; whatever it finds has the shape of CANDIDATES and names its reasons."""
    window = Window.of(to, expires_after_days)
    found = finder.find(to, window, finder.parameters(**parameters))
    assert found.schema == CANDIDATES.schema
    assert not found.select(CANDIDATES.key).is_duplicated().any()
    for name in ("customer_id", "reason_key", "event_date", "why", *finder.variables):
        assert found[name].null_count() == 0, name
    assert found["event_date"].is_between(window.first, window.last).all()
    return found


def reasons(found: pl.DataFrame) -> list[tuple[str, str, date]]:
    return found.select("customer_id", "reason_key", "event_date").rows()


def finder(finders: tuple[Finder, ...], name: str) -> Finder:
    return next(one for one in finders if one.name == name)
