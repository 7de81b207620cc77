"""The small frames of counts that the door in judges, from the records of ingested files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from statistics import median
from typing import Any

import polars as pl

from transforms.canonical import CANONICAL
from transforms.rules import rules_of

NIGHTS_NEEDED = 5
#: Feeds with amounts to convert, and the day whose rate they need.
CONVERTED_ON = {
    "orders": "order_date",
    "returns": "return_date",
    "invoices": "issued_date",
    "marketing_spend": "spend_date",
}


def rule_counts(files: Iterable[Mapping[str, Any]], tonight: set[str]) -> pl.DataFrame:
    """table, column, code, checked_rows, failed_rows, scope ("tonight" or "all"), per rule."""
    known = [f for f in files if f["status"] == "accepted"]
    rows = []
    for scope, counted in (
        ("tonight", [f for f in known if f["file_id"] in tonight]),
        ("all", known),
    ):
        for rule in (rule for table in CANONICAL.values() for rule in rules_of(table)):
            checked = sum(f["counts"]["checked"].get(rule.table, 0) for f in counted)
            failed = sum(f["counts"]["failed"].get(rule.name, 0) for f in counted)
            rows.append((rule.table, rule.column, rule.code, checked, failed, scope))
    schema = {
        "table": pl.String,
        "column": pl.String,
        "code": pl.String,
        "checked_rows": pl.Int64,
        "failed_rows": pl.Int64,
        "scope": pl.String,
    }
    return pl.DataFrame(rows, orient="row", schema=schema)


def file_counts(files: Iterable[Mapping[str, Any]], tonight: set[str]) -> pl.DataFrame:
    """One row per file of tonight: what was read, and what became of it."""
    rows = [
        (
            f["name"], f["source"] or "", f["feed"], f["status"], f["counts"].get("read", 0), f["counts"].get("accepted", 0),
            f["counts"].get("quarantined", 0), sum(f["counts"].get("ignored", {}).values()), f["reason"],
        )
        for f in files
        if f["file_id"] in tonight
    ]  # fmt: skip
    counts = ("rows_read", "rows_accepted", "rows_quarantined", "rows_ignored")
    schema = (
        {"file_name": pl.String, "source": pl.String, "feed": pl.String, "status": pl.String}
        | dict.fromkeys(counts, pl.Int64)
        | {"reason": pl.String}
    )
    return pl.DataFrame(rows, orient="row", schema=schema)


def feed_state(
    feed_counts: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    files: list[Mapping[str, Any]],
    tonight: set[str],
    as_of: date,
) -> pl.DataFrame:
    """One row per feed: how much, how new, and rows that no exchange rate fits.

    Args:
        tables: current table of every feed of CONVERTED_ON that there is.
    """
    accepted = [f for f in files if f["status"] == "accepted"]
    rows = []
    for row in feed_counts.iter_rows(named=True):
        feed = row["feed"]
        own = [f for f in accepted if f["feed"] == feed]
        newest = row["newest_date"]
        rows.append(
            {
                "feed": feed,
                "is_required": feed == "orders",
                "accepted_units": row["accepted_units"],
                "current_units": row["current_units"],
                "superseded_units": row["superseded_units"],
                "newest_date": newest,
                "as_of": as_of,
                "days_since_newest": (as_of - newest).days if newest else None,
                "units_tonight": sum(f["counts"]["units"] for f in own if f["file_id"] in tonight),
                "usual_units_per_night": _usual([f for f in own if f["file_id"] not in tonight]),
                **_missing_rates(feed, tables),
            }
        )
    schema = {
        "feed": pl.String, "is_required": pl.Boolean, "accepted_units": pl.Int64, "current_units": pl.Int64,
        "superseded_units": pl.Int64, "newest_date": pl.Date, "as_of": pl.Date,
        "days_since_newest": pl.Int64, "units_tonight": pl.Int64,
        "usual_units_per_night": pl.Float64, "missing_rate_rows": pl.Int64,
        "missing_rates": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _missing_rates(feed: str, tables: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """How many rows have no rate, and of each currency the first day that lacks one."""
    if feed not in CONVERTED_ON or feed not in tables:
        return {"missing_rate_rows": 0, "missing_rates": None}
    lacking = tables[feed].filter(pl.col("exchange_rate").is_null())
    days = lacking.group_by("currency").agg(pl.col(CONVERTED_ON[feed]).min()).sort("currency")
    told = ", ".join(f"{currency} from {day}" for currency, day in days.iter_rows())
    return {"missing_rate_rows": lacking.height, "missing_rates": told or None}


def _usual(files: list[Mapping[str, Any]]) -> float | None:
    """Median units of the nights before, once there are enough of them."""
    nights: dict[date, int] = {}
    for file in files:
        night = file["arrived_at"].date()
        nights[night] = nights.get(night, 0) + file["counts"]["units"]
    return float(median(nights.values())) if len(nights) >= NIGHTS_NEEDED else None
