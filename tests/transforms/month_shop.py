"""A made-up shop of 150 people over two years, and what of it is known on any night of a month.

Drawn by a fixed seed. People buy at their own pace, some share a mailbox, some never agreed to
anything, some take their word back in the middle of the month, some complain, some are staff.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from tests.transforms.audiences.calendar_shop import FACTS
from tests.transforms.audiences.care_shop import ORDERS, frame
from tests.transforms.audiences.product_shop import CATEGORIES, LINES
from tests.transforms.segment_shop import PLAIN
from transforms.audiences.shop import Shop
from transforms.canonical import CURRENT, SCORES
from transforms.canonical.contract import CONSENT_CHANNELS
from transforms.canonical.outreach import CUSTOMER_PROFILE

Row = dict[str, Any]
FIRST, LAST = date(2026, 12, 1), date(2026, 12, 30)
NIGHTS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
ZONE = "UTC"
SKUS = [sku for sku, category in CATEGORIES.items() if category]
#: Days between two purchases of each kind of buyer; the last kind bought once.
PACES = (14, 30, 45, 90, 700)
TABLES: dict[str, pl.Schema] = {
    "fct_orders": pl.Schema({**ORDERS, **FACTS["fct_orders"]}),
    "fct_order_lines": pl.Schema({**LINES, **FACTS["fct_order_lines"]}),
    "fct_occasions": FACTS["fct_occasions"],
}
CONSENTS = {
    "customer_id": pl.String, "channel": pl.String, "purpose": pl.String, "is_granted": pl.Boolean,
    "stated_at": pl.Datetime("us", "UTC"),
}  # fmt: skip
CONTACTS = {
    "customer_id": pl.String, "email": pl.String, "first_name": pl.String, "source_customer_id": pl.String,
    "birthday": pl.Date, "country": pl.String,
}  # fmt: skip


def moment(day: date, hour: int = 3) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@dataclass(frozen=True)
class Month:
    """Everything that happens, whenever; `shop` and `words` tell what a night knows of it."""

    people: pl.DataFrame
    contacts: pl.DataFrame
    facts: dict[str, pl.DataFrame]
    current: dict[str, pl.DataFrame]
    consents: pl.DataFrame

    def shop(self, as_of: date, previous: date | None) -> Shop:
        """The shop as the night of as_of knows it; messages are those of other tools."""
        dated = {
            "fct_orders": "order_date",
            "fct_order_lines": "order_date",
            "fct_occasions": "occasion_date",
        }
        facts = {name: self.facts[name].filter(pl.col(day) <= as_of) for name, day in dated.items()}
        current = {name: table.empty() for name, table in CURRENT.items()}
        context = {"as_of": as_of, "store_timezone": ZONE, "reporting_currency": "PHP"}
        current["run_context"] = frame(CURRENT["run_context"].schema, [context])
        current["contacts"] = self.contacts
        for name, rows in self.current.items():
            current[name] = _known(name, rows, as_of)
        scores = {name: table.empty() for name, table in SCORES.items()}
        scores["product_intervals"] = _intervals()
        return Shop(as_of, self._profile(as_of, facts, current), facts, current, scores, previous)

    def words(self, as_of: date) -> pl.DataFrame:
        """The latest word of each person, channel and purpose up to a night."""
        said = self.consents.filter(pl.col("stated_at").dt.date() <= as_of).sort("stated_at")
        return said.unique(["customer_id", "channel", "purpose"], keep="last", maintain_order=True)

    def _profile(
        self, as_of: date, facts: dict[str, pl.DataFrame], current: dict[str, pl.DataFrame]
    ) -> pl.DataFrame:
        counted = facts["fct_occasions"].group_by("customer_id").agg(
            first_order_date=pl.col("occasion_date").min(), last_order_date=pl.col("occasion_date").max(),
            occasion_count=pl.len(), lifetime_net_sales_amount=pl.col("net_sales_amount").sum(),
        )  # fmt: skip
        open_tickets = current["tickets"].filter("is_negative", pl.col("resolved_at").is_null())
        silent = pl.lit(as_of) - pl.col("last_order_date")
        days = silent.dt.total_days()
        stated = self.people.join(counted, on="customer_id").with_columns(
            has_open_complaint=pl.col("customer_id").is_in(open_tickets["customer_id"].implode()),
            days_since_last_order=days, order_count="occasion_count",
            lifecycle_state=pl.when(days > 120).then(pl.lit("lapsed")).when(days > 60).then(pl.lit("at_risk"))
            .otherwise(pl.lit("active")),
            state_since=pl.when(days > 120).then(pl.col("last_order_date") + timedelta(days=121))
            .when(days > 60).then(pl.col("last_order_date") + timedelta(days=61)).otherwise("last_order_date"),
            frequency_group=pl.when(pl.col("occasion_count") > 3).then(pl.lit("regular"))
            .when(pl.col("occasion_count") > 1).then(pl.lit("occasional")).otherwise(pl.lit("first_timer")),
            value_tier=pl.when(pl.col("lifetime_net_sales_amount") > 1000).then(pl.lit("vip")).otherwise(pl.lit("middle")),
        )  # fmt: skip
        plain = [pl.lit(v).alias(n) for n, v in PLAIN.items() if n not in stated.columns]
        rows = stated.with_columns(plain)
        known = rows.select(n for n in rows.columns if n in CUSTOMER_PROFILE.schema)
        return CUSTOMER_PROFILE.conform(known).sort("customer_id")


def month(seed: int = 20261201, size: int = 150) -> Month:
    """The shop drawn by a seed."""
    draw = random.Random(seed)
    names = [f"c{number:03}" for number in range(size)]
    tables: dict[str, list[Row]] = {
        name: [] for name in (*TABLES, "deliveries", "tickets", "responses", "messages")
    }
    for number, name in enumerate(names):
        _buy(draw, name, PACES[number % len(PACES)], tables)
    people = [
        {
            "customer_id": name, "is_staff": number % 40 == 39, "has_email": number % 15 != 14,
            "has_postal_address": True, "has_phone": True, "has_push_token": number % 3 == 0,
            "country": "PL" if number % 4 == 0 else "PH", "is_core": number % 25 == 0,
            "language": ("pl", "fil", None)[number % 3],
        }
        for number, name in enumerate(names)
    ]  # fmt: skip
    contacts = [
        {
            "customer_id": name,
            # Every tenth shares the mailbox of the one before.
            "email": f"{names[number - 1] if number % 10 == 9 else name}@example.com" if number % 15 != 14 else None,
            "first_name": draw.choice(["Łukasz", "Barbara", "Mikołaj", "Ana", None]),
            "birthday": date(1990, 12, 1 + number % 28) if number % 2 else None,
            "country": "PL" if number % 4 == 0 else "PH",
        }
        for number, name in enumerate(names)
    ]  # fmt: skip
    products = [
        {
            "sku": sku, "product_name": f"Name of {sku}", "category": CATEGORIES[sku], "is_active": True,
            "first_listed_date": date(2026, 12, 6) if sku == "matcha" else date(2024, 1, 1),
        }
        for sku in SKUS
    ]  # fmt: skip
    facts = {name: frame(schema, tables.pop(name)) for name, schema in TABLES.items()}
    current = {name: frame(CURRENT[name].schema, rows) for name, rows in tables.items()}
    current["products"] = frame(CURRENT["products"].schema, products)
    return Month(
        pl.DataFrame(people), pl.DataFrame(contacts, schema_overrides=CONTACTS).with_columns(
            source_customer_id=pl.lit(None, pl.String)
        ),
        facts, current, pl.DataFrame(_said(draw, names), schema=CONSENTS),
    )  # fmt: skip


def _buy(draw: random.Random, name: str, pace: int, tables: dict[str, list[Row]]) -> None:
    """One person's purchases at their pace, with parcels, complaints, answers and others' mail."""
    day = date(2025, 1, 5) + timedelta(days=draw.randrange(690))
    bought: list[date] = []
    while day <= LAST:
        bought.append(day)
        day += timedelta(days=max(1, round(draw.gauss(pace, pace / 6))))
    for number, day in enumerate(bought, 1):
        order_id, sku, money = (
            f"{name}-{number}",
            draw.choice(SKUS[:4]),
            Decimal(draw.randrange(20, 90)),
        )
        same = {"source": "store", "order_id": order_id, "customer_id": name, "order_date": day}
        tables["fct_orders"].append(
            {**same, "is_identified": True, "ordered_at": moment(day), "is_valid_order": True, "channel": "web",
             "net_sales_amount": money, "returns_amount": Decimal(0)}
        )  # fmt: skip
        tables["fct_order_lines"].append(
            {**same, "line_number": 1, "line_kind": "product", "sku": sku, "product_name": f"Name of {sku}",
             "category": CATEGORIES[sku], "quantity": Decimal(1), "returned_quantity": Decimal(0),
             "gross_amount": money, "is_purchase": True}
        )  # fmt: skip
        tables["fct_occasions"].append(
            {
                "customer_id": name,
                "occasion_date": day,
                "occasion_number": number,
                "net_sales_amount": money,
            }
        )
        parcel = moment(day + timedelta(days=draw.randrange(1, 9)))
        tables["deliveries"].append({**same, "shipped_at": moment(day, 9), "delivered_at": parcel})
        if draw.random() < 0.05:
            solved = parcel + timedelta(days=draw.randrange(1, 12))
            tables["tickets"].append(
                {"source": "desk", "ticket_id": order_id, "customer_id": name, "created_at": parcel,
                 "created_date": parcel.date(), "resolved_at": solved, "resolved_date": solved.date(),
                 "is_negative": True}
            )  # fmt: skip
        if draw.random() < 0.08:
            tables["responses"].append(
                {"source": "form", "survey_id": "nps", "response_id": order_id, "customer_id": name,
                 "response_date": parcel.date(), "submitted_at": parcel, "is_completed": True,
                 "score": draw.choice([3, 8, 9, 10]), "respondent": "customer"}
            )  # fmt: skip
    for night in NIGHTS:
        if draw.random() < 0.01:
            event = draw.choice(["sent", "sent", "bounced", "unsubscribed"])
            tables["messages"].append(
                {"source": "tool", "message_id": f"{name}-{night}", "customer_id": name, "event_date": night,
                 "campaign": "theirs", "channel": "email", "event": event, "event_at": moment(night)}
            )  # fmt: skip


def _said(draw: random.Random, names: list[str]) -> list[Row]:
    """Three in four agreed to something; every eighth of them takes it back within the month."""
    rows: list[Row] = []
    for name in names:
        for channel in CONSENT_CHANNELS:
            for purpose in ("marketing", "birthday", "survey", "service"):
                if draw.random() < 0.75:
                    word = {"customer_id": name, "channel": channel, "purpose": purpose}
                    said = moment(date(2026, 1, 1) + timedelta(days=draw.randrange(300)))
                    rows.append({**word, "is_granted": draw.random() < 0.9, "stated_at": said})
                    if draw.random() < 0.12:
                        later = moment(draw.choice(NIGHTS[5:25]))
                        rows.append({**word, "is_granted": draw.random() < 0.1, "stated_at": later})
    return rows


def _known(name: str, rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    began = {"tickets": "created_date", "responses": "response_date", "messages": "event_date"}
    if name in began:
        rows = rows.filter(pl.col(began[name]) <= as_of)
    late = [n for n in ("delivered_at", "resolved_at", "resolved_date") if n in rows.columns]
    return rows.with_columns(
        pl.when(pl.col(n).cast(pl.Date) <= as_of).then(n).alias(n) for n in late
    )


def _intervals() -> pl.DataFrame:
    rows = [
        {"level": "sku", "item": sku, "interval_count": 80, "event_count": 40, "reorder_days": days, "quantile": "median"}
        for sku, days in (("tea", 20), ("green", 35))
    ]  # fmt: skip
    return frame(SCORES["product_intervals"].schema, rows)
