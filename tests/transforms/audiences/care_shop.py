"""A hand-made shop for finders of care, surveys and recognition: nobody and nothing but what is put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from transforms.audiences.shop import Finder, Shop, Window
from transforms.canonical import CURRENT, SCORES
from transforms.canonical.contract import MONEY, Table
from transforms.canonical.outreach import CANDIDATES, CUSTOMER_PROFILE

AS_OF = date(2026, 10, 31)  # a Saturday
Row = dict[str, Any]

ORDERS = pl.Schema(
    {
        "source": pl.String, "order_id": pl.String, "customer_id": pl.String, "is_identified": pl.Boolean,
        "order_date": pl.Date, "ordered_at": pl.Datetime("us", "UTC"), "is_valid_order": pl.Boolean,
        "invalid_reason": pl.String, "channel": pl.String, "net_sales_amount": MONEY,
    }
)  # fmt: skip
OCCASIONS = pl.Schema(
    {"customer_id": pl.String, "occasion_date": pl.Date, "occasion_number": pl.Int64}
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def frame(schema: pl.Schema, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows with the columns that are not named null."""
    full = [{name: row.get(name) for name in schema} for row in rows]
    return pl.DataFrame(full, schema=schema)


def _table(table: Table, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    rows = list(rows)
    strangers = {key for row in rows for key in row} - set(table.schema)
    assert not strangers, f"{table.name} has no {strangers}"
    return frame(table.schema, rows)


def person(customer_id: str, **facts: Any) -> Row:
    flags = {
        name: False
        for name, dtype in CUSTOMER_PROFILE.schema.items()
        if dtype == pl.Boolean
    }  # fmt: skip
    return {
        "customer_id": customer_id, **flags, "value_tier": "middle", "lifecycle_state": "active",
        "frequency_group": "regular", "lifetime_net_sales_amount": Decimal(100), "occasion_count": 4,
        "last_order_date": AS_OF - timedelta(days=20), "first_order_date": AS_OF - timedelta(days=400),
        **facts,
    }  # fmt: skip


def ticket(customer_id: str, ticket_id: str, created: str, **facts: Any) -> Row:
    moments = {
        key: at(value) if key.endswith("_at") else value for key, value in facts.items()
    }  # fmt: skip
    for moment, name in (
        ("first_response_at", "first_response_date"),
        ("resolved_at", "resolved_date"),
    ):
        if moment in moments:
            moments[name] = moments[moment].date()
    return {
        "source": "desk", "ticket_id": ticket_id, "customer_id": customer_id, "created_at": at(created),
        "created_date": at(created).date(), "is_negative": True, **moments,
    }  # fmt: skip


def response(customer_id: str | None, response_id: str, on: str, **facts: Any) -> Row:
    return {
        "source": "form", "survey_id": "form", "response_id": response_id, "customer_id": customer_id,
        "response_date": day(on), "submitted_at": at(on + "T03:00"), "is_completed": True,
        "respondent": "customer", **facts,
    }  # fmt: skip


def theme(response_id: str, name: str, polarity: str = "negative") -> Row:
    return {"source": "form", "response_id": response_id, "theme": name, "polarity": polarity}


def message(customer_id: str, campaign: str, on: date, event: str = "sent", **facts: Any) -> Row:
    return {
        "source": "suki", "message_id": f"{campaign}-{customer_id}-{on}", "customer_id": customer_id,
        "event_date": on, "campaign": campaign, "channel": "email", "event": event,
        "event_at": datetime(on.year, on.month, on.day, 2, tzinfo=UTC), **facts,
    }  # fmt: skip


def order(customer_id: str, order_id: str, on: str, **facts: Any) -> Row:
    return {
        "source": "store", "order_id": order_id, "customer_id": customer_id, "is_identified": True,
        "order_date": day(on), "ordered_at": at(on + "T02:00"), "is_valid_order": True, "channel": "web",
        "net_sales_amount": Decimal("50.00"), **facts,
    }  # fmt: skip


def delivery(order_id: str, shipped: str | None, delivered: str | None) -> Row:
    moments = {"shipped_at": shipped, "delivered_at": delivered}
    return {
        "source": "store", "order_id": order_id,
        **{name: at(value) if value else None for name, value in moments.items()},
    }  # fmt: skip


def shop(people: Iterable[Row], as_of: date = AS_OF, zone: str = "UTC", **tables: Any) -> Shop:
    """A shop with these profiles; every table that is not named is empty."""
    context = {"as_of": as_of, "store_timezone": zone, "reporting_currency": "PHP"}
    current = {name: table.empty() for name, table in CURRENT.items()}
    current["run_context"] = _table(CURRENT["run_context"], [context])
    scores = {name: table.empty() for name, table in SCORES.items()}
    orders, occasions = tables.pop("orders", []), tables.pop("occasions", [])
    settings = {name: tables.pop(name) for name in ("requests", "support") if name in tables}
    for name, rows in tables.items():
        if name in CURRENT:
            current[name] = _table(CURRENT[name], rows)
        else:
            scores[name] = _table(SCORES[name], rows)
    profile = _table(CUSTOMER_PROFILE, people)
    facts = {"fct_orders": frame(ORDERS, orders), "fct_occasions": frame(OCCASIONS, occasions)}
    return Shop(as_of, profile, facts, current, scores, as_of - timedelta(days=1), **settings)


def add(to: Shop, name: str, rows: Iterable[Row]) -> Shop:
    """The shop with more rows in one current table."""
    more = _table(CURRENT[name], list(rows))
    return replace(to, current={**to.current, name: pl.concat([to.current[name], more])})


def find(finder: Finder, to: Shop, expires_after_days: int = 14, **parameters: Any) -> pl.DataFrame:
    """What a finder finds; whatever it finds has the shape of CANDIDATES and names its reasons."""
    window = Window.of(to, expires_after_days)
    found = finder.find(to, window, finder.parameters(**parameters))
    assert found.schema == CANDIDATES.schema
    assert not found.select(CANDIDATES.key).is_duplicated().any()
    required = ("customer_id", "reason_key", "event_date", "why", *finder.variables)
    for name in required:
        assert found[name].null_count() == 0, name
    assert found["event_date"].is_between(window.first, window.last).all()
    return found


def who(found: pl.DataFrame) -> list[str]:
    """The people, first ranked first."""
    return found.sort("rank_value", "customer_id", descending=[True, False], nulls_last=True)[
        "customer_id"
    ].to_list()


def finder(finders: tuple[Finder, ...], name: str) -> Finder:
    return next(one for one in finders if one.name == name)
