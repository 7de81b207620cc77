"""Current state: of all versions of a thing known to a run, the one in force on its as_of.

Reads canonical Parquet, gives the `CURRENT` tables of the contract plus the people behind
them. Identity is decided elsewhere (`transforms.identity`); here it is only looked up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.canonical import CURRENT, UNIT_TABLE
from transforms.canonical.statements import CONSENT_STATEMENTS
from transforms.current_activity import ACTIVITIES, activity_tables, refund_observations
from transforms.current_consents import latest_consents, refusing_people
from transforms.current_people import (
    customer_rows,
    latest_contacts,
    latest_records,
    members_refusing,
    with_customer,
)
from transforms.exchange import with_rates
from transforms.identity import PersonKey, hash_series
from transforms.known_files import CanonicalStore, CurrentStateError, KnownFile, newest

__all__ = [
    "CanonicalStore",
    "CurrentStateError",
    "KnownFile",
    "StateRequest",
    "build",
    "members_refusing",
    "newest",
    "newest_order_date",
    "refusing_people",
    "reporting_currency",
    "with_customer",
]


@dataclass(frozen=True)
class StateRequest:
    """What current state is asked for."""

    as_of: date
    store_timezone: str
    reporting_currency: str
    key: PersonKey


def newest_order_date(store: CanonicalStore, zone: str, until: date) -> date | None:
    """The last business date up to `until` on which any known order was placed.

    An order dated in the future is a slip of the source and must not move the shop's clock.
    """
    day = pl.col("ordered_at").dt.convert_time_zone(zone).dt.date()
    newest: date | None = (
        store.table("orders").filter(day <= until).select(day.max()).collect().item()
    )
    return newest


def build(
    store: CanonicalStore, people: pl.DataFrame, request: StateRequest
) -> dict[str, pl.DataFrame]:
    """The current tables of a run, and what is kept from dbt: `contacts`, `consents` and `answers`.

    Args:
        people: identifier, customer_id: the surrogate of every identifier known.

    Raises:
        CurrentStateError: the reporting currency is "auto" but orders have several.
    """
    orders_all = newest(store.table("orders"), ("source", "order_id")).collect()
    currency = reporting_currency(orders_all, request.reporting_currency)
    orders = _orders(orders_all, store, people, request, currency)
    lines = _lines(store, orders_all, orders)
    tables = {
        "orders": CURRENT["orders"].conform(
            orders.select(c for c in orders.columns if c in CURRENT["orders"].column_by_name)
        ),
        "order_lines": CURRENT["order_lines"].conform(lines),
        "responses": _responses(store, people, request),
        "products": _products(store),
        "deliveries": _deliveries(store, orders),
        "refund_observations": refund_observations(
            store, orders, request.store_timezone, request.as_of
        ),
        **activity_tables(store, people, request.as_of, request.store_timezone, currency),
    }
    contacts = latest_contacts(store, people)
    consents = latest_consents(store, people, request.key)
    tables["customers"] = customer_rows(
        contacts,
        consents,
        latest_records(store, people),
        tables["orders"],
        people,
    )
    tables["feed_counts"] = _feed_counts(store, orders_all, orders, request)
    answers = answers_in_force(store, tables["responses"])
    return tables | {"contacts": contacts, "consents": consents, "answers": answers}


def reporting_currency(orders: pl.DataFrame, wanted: str) -> str:
    """The configured currency, or the only one there is.

    Raises:
        CurrentStateError: "auto" with several currencies.
    """
    if wanted != "auto":
        return wanted
    found = orders["currency"].unique().sort().to_list()
    if len(found) > 1:
        raise CurrentStateError(
            f"orders are in {', '.join(found)}; set store.reporting_currency in suki.toml and supply exchange_rates"
        )
    return found[0] if found else "XXX"


def _orders(
    rows: pl.DataFrame,
    store: CanonicalStore,
    people: pl.DataFrame,
    request: StateRequest,
    currency: str,
) -> pl.DataFrame:
    local = pl.col("ordered_at").dt.convert_time_zone(request.store_timezone).dt.date()
    known = rows.with_columns(order_date=local).filter(pl.col("order_date") <= request.as_of)
    refused = (
        store.refused_units("orders")
        .group_by("source", "unit")
        .agg(refused_in=pl.col("sequence").max())
    )
    known = known.join(
        refused, left_on=["source", "order_id"], right_on=["source", "unit"], how="left"
    )
    known = known.with_columns(
        is_stale=(pl.col("refused_in") > pl.col("sequence")).fill_null(False)
    )
    known = with_customer(known, people)
    guest = hash_series(
        known.select(pl.concat_str("source", pl.lit("|"), "order_id")).to_series(),
        "guest",
        request.key,
    )
    known = known.with_columns(
        is_identified=pl.col("customer_id").is_not_null(),
        unmerged_customer_id=pl.col("identifier"),
        guest=guest.str.slice(0, 20),
    )
    known = known.with_columns(customer_id=pl.coalesce("customer_id", "guest"))
    return with_rates(known, store, currency, "order_date").sort("source", "order_id")


def _lines(store: CanonicalStore, orders_all: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Lines of the versions in force; the file tells which version a line belongs to."""
    in_force = orders_all.select("source", "order_id", "file_id").join(
        orders.select("source", "order_id"), on=["source", "order_id"], how="semi"
    )
    rows = (
        store.table("order_lines")
        .join(in_force.lazy(), on=["source", "order_id", "file_id"], how="semi")
        .collect()
    )
    return rows.select(CURRENT["order_lines"].schema.names()).sort(
        "source", "order_id", "line_number"
    )


def _responses(store: CanonicalStore, people: pl.DataFrame, request: StateRequest) -> pl.DataFrame:
    rows = with_customer(
        newest(store.table("responses"), ("source", "response_id")).collect(), people
    )
    local = pl.col("submitted_at").dt.convert_time_zone(request.store_timezone).dt.date()
    rows = rows.with_columns(response_date=local).filter(
        pl.col("response_date").is_null() | (pl.col("response_date") <= request.as_of)
    )
    rows = rows.with_columns(pl.col("respondent").fill_null("customer"))
    table = CURRENT["responses"]
    return table.conform(rows.select(table.schema.names())).sort(table.key)


def answers_in_force(store: CanonicalStore, responses: pl.DataFrame) -> pl.DataFrame:
    """What current responses answer, from their version in force. Personal: kept away from dbt.

    Returns:
        source, response_id, question_number, question, answer.
    """
    unit = ["source", "response_id"]
    versions = newest(store.table("responses"), unit).select(*unit, "file_id")
    in_force = versions.join(responses.lazy().select(unit), on=unit, how="semi")
    rows = store.table("answers").join(in_force, on=[*unit, "file_id"], how="semi")
    return (
        rows.select(*unit, "question_number", "question", "answer")
        .sort(*unit, "question_number")
        .collect()
    )


def _products(store: CanonicalStore) -> pl.DataFrame:
    table = CURRENT["products"]
    rows = newest(store.table("products"), ("sku",)).collect()
    rows = rows.rename({"currency": "cost_currency"})
    return table.conform(rows.select(table.schema.names())).sort(table.key)


def _deliveries(store: CanonicalStore, orders: pl.DataFrame) -> pl.DataFrame:
    """Deliveries of current orders, named by the order's own source."""
    table = CURRENT["deliveries"]
    rows = newest(store.table("deliveries"), ("order_id",)).drop("source").collect()
    joined = rows.join(orders.select("source", "order_id"), on="order_id", how="inner")
    return table.conform(joined.select(table.schema.names())).sort(table.key)


def _feed_counts(
    store: CanonicalStore, orders_all: pl.DataFrame, orders: pl.DataFrame, request: StateRequest
) -> pl.DataFrame:
    # Customers and products have no business date of their own; when a file arrived is not one.
    stamp = {"orders": "ordered_at", "surveys": "submitted_at", "deliveries": "delivered_at",
             "exchange_rates": "rate_date", "consents": "stated_at"}  # fmt: skip
    stamp |= {feed: one.stamp for feed, one in ACTIVITIES.items()}
    keys = {"orders": ("source", "order_id"), "surveys": ("source", "response_id"), "products": ("sku",),
            "customers": ("source", "customer_ref_key", "email_key", "phone_key"), "deliveries": ("order_id",),
            "exchange_rates": ("rate_date", "from_currency", "to_currency"),
            "consents": CONSENT_STATEMENTS.key[:-1]}  # fmt: skip
    keys |= {feed: one.key for feed, one in ACTIVITIES.items()}
    counts = []
    for feed, unit_table in UNIT_TABLE.items():
        rows = store.table(unit_table)
        accepted = int(rows.select(pl.len()).collect().item())
        current = orders_all if feed == "orders" else newest(rows, keys[feed]).collect()
        days = _business_days(current, stamp.get(feed), request.store_timezone)
        dated = feed in {"orders", "surveys", "consents", *ACTIVITIES}
        counts.append(
            {
                "feed": feed,
                "accepted_units": accepted,
                "current_units": current.height,
                "superseded_units": _superseded(rows, keys[feed]),
                "after_as_of_units": int((days > request.as_of).sum()) if dated else 0,
                "stale_units": int(orders["is_stale"].sum()) if feed == "orders" else 0,
                "newest_date": days.filter(days <= request.as_of).max(),
            }
        )
    return (
        CURRENT["feed_counts"]
        .conform(pl.DataFrame(counts, schema=CURRENT["feed_counts"].schema))
        .sort("feed")
    )


def _business_days(rows: pl.DataFrame, column: str | None, zone: str) -> pl.Series:
    if column is None:
        return pl.Series([], dtype=pl.Date)
    moments = rows[column]
    if moments.dtype == pl.Date:
        return moments
    return moments.dt.convert_time_zone(zone).dt.date()


def _superseded(rows: pl.LazyFrame, key: Sequence[str]) -> int:
    """Versions beyond one per thing; counted from the rows, so that the balance can fail."""
    versions = rows.group_by(key).agg(beyond=pl.len().cast(pl.Int64) - 1)
    return int(versions.select(pl.col("beyond").sum()).collect().item())
