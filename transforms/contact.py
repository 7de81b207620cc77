"""Who may be contacted, and the reminder lists that only such people are on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.reorder_dates import told_reason


@dataclass(frozen=True)
class ReminderList:
    """One list: the people on it, and how many were left out for which reason."""

    name: str
    title: str
    catalogue_id: str
    rows: pl.DataFrame
    suppressed: dict[str, int]

    @property
    def eligible(self) -> int:
        """People the rule found: those on the list and those suppressed."""
        return self.rows.height + sum(self.suppressed.values())


def outcome(people: pl.DataFrame) -> pl.DataFrame:
    """Exactly one outcome per person: `send`, or the first reason that forbids it.

    Args:
        people: has `email` (null where unknown) and `email_marketing_consent`; consent that
            was never stated means no.
    """
    reason = (
        pl.when(~pl.col("email_marketing_consent").fill_null(False)).then(pl.lit("no_consent"))
        .when(pl.col("email").is_null()).then(pl.lit("no_email"))
        .otherwise(pl.lit("send"))
    )  # fmt: skip
    return people.with_columns(outcome=reason)


def reorder_list(
    due: pl.DataFrame, contacts: pl.DataFrame, customers: pl.DataFrame
) -> ReminderList:
    """L1: one row per person, the product due first, and why it is due."""
    first = due.sort("customer_id", "due_date", "reorder_days", "sku").unique(
        "customer_id", keep="first", maintain_order=True
    )
    columns = ["sku", "product_name", "last_order_date", "due_date", "reorder_days"]
    return _listed(
        "reorder",
        "Reorder reminder",
        "L1",
        first.with_columns(reason=told_reason()),
        columns,
        contacts,
        customers,
    )


def win_back_list(
    segments: pl.DataFrame, contacts: pl.DataFrame, customers: pl.DataFrame, as_of: date
) -> ReminderList:
    """L6: people silent past the lapse limit, most valuable first in the file's own column."""
    lapsed = segments.filter(pl.col("lifecycle_state") == "lapsed")
    why = pl.concat_str(
        pl.lit("silent for "), pl.col("days_since_last_order"), pl.lit(" days; from day "), pl.col("lapse_limit_days"),
        pl.lit(" on fewer than 1 in 10 order again within 90 days"),
    )  # fmt: skip
    last = (pl.lit(as_of) - pl.duration(days=pl.col("days_since_last_order"))).cast(pl.Date)
    spent = pl.col("net_sales_amount").round(2).cast(pl.Decimal(18, 2))
    rows = lapsed.with_columns(spent, reason=why, last_order_date=last)
    columns = [
        "segment",
        "last_order_date",
        "days_since_last_order",
        "occasion_count",
        "net_sales_amount",
    ]
    return _listed("win_back", "Win-back", "L6", rows, columns, contacts, customers)


def _listed(
    name: str,
    title: str,
    catalogue_id: str,
    rows: pl.DataFrame,
    columns: list[str],
    contacts: pl.DataFrame,
    customers: pl.DataFrame,
) -> ReminderList:
    agreed = customers.select("customer_id", "email_marketing_consent")
    plain = contacts.select("customer_id", "email", "first_name", "last_name", "language")
    decided = outcome(
        rows.join(agreed, on="customer_id", how="left").join(plain, on="customer_id", how="left")
    )
    # Two people may share one mailbox; it is written to once.
    ranked = decided.sort("customer_id").with_columns(
        rank=pl.int_range(pl.len()).over("outcome", "email")
    )
    decided = ranked.with_columns(
        outcome=pl.when((pl.col("outcome") == "send") & (pl.col("rank") > 0))
        .then(pl.lit("same_email"))
        .otherwise(pl.col("outcome"))
    )
    kept = decided.filter(pl.col("outcome") == "send").select(
        "email", "first_name", "last_name", "language", *columns, "reason", "customer_id"
    )
    counts = decided.filter(pl.col("outcome") != "send").group_by("outcome").len().sort("outcome")
    return ReminderList(
        name, title, catalogue_id, kept.sort("customer_id"), dict(counts.iter_rows())
    )
