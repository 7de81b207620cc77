"""What customers say and owe: the columns of `customer_profile` from answers, tickets, invoices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

#: Goods that came back this many days ago or less are an open return.
OPEN_RETURN_DAYS = 14
#: Scores from here on are a promoter's, and a passive's.
PROMOTER_FROM, PASSIVE_FROM = 9, 7
#: What an export calls a ticket that it states no day of solution for, but that is done.
SOLVED = ("solved", "closed")


def voice_columns(
    current: Mapping[str, pl.DataFrame], refunds: pl.DataFrame, as_of: date
) -> list[pl.DataFrame]:
    """Frames of customer_id and columns of the profile, one row per customer each speaks of.

    Args:
        current: responses, tickets, invoices, subscriptions.
        refunds: fct_refunds.
    """
    return [
        latest_answers(current["responses"]),
        _tickets(current["tickets"]),
        _overdue_invoices(current["invoices"], as_of),
        _running_subscriptions(current["subscriptions"], as_of),
        _open_returns(refunds, as_of),
    ]


def latest_answers(responses: pl.DataFrame) -> pl.DataFrame:
    """The latest completed answer of each customer to the recommendation question, and its group.

    However old it is: its day stands beside it, so that a rule may ask for a recent one. Of two
    answers of one day the one sent in later counts, then the one with the later key. What staff
    answer is no customer's voice.
    """
    asked = (
        pl.col("is_completed")
        & (pl.col("respondent") == "customer")
        & pl.col("score").is_not_null()
        & pl.col("response_date").is_not_null()
        & pl.col("customer_id").is_not_null()
    )
    group = (
        pl.when(pl.col("last_score") >= PROMOTER_FROM).then(pl.lit("promoter"))
        .when(pl.col("last_score") >= PASSIVE_FROM).then(pl.lit("passive"))
        .otherwise(pl.lit("detractor"))
    )  # fmt: skip
    return (
        responses.filter(asked)
        .sort("response_date", "submitted_at", "source", "response_id", nulls_last=False)
        .group_by("customer_id", maintain_order=True)
        .agg(last_score=pl.col("score").last(), last_score_date=pl.col("response_date").last())
        .with_columns(nps_group=group)
    )


def _tickets(tickets: pl.DataFrame) -> pl.DataFrame:
    """Tickets per customer; a complaint is open until a day of solution or a status says otherwise."""
    done = pl.col("resolved_date").is_not_null() | pl.col("ticket_status").is_in(SOLVED)
    is_open_complaint = pl.col("is_negative").fill_null(False) & ~done.fill_null(False)
    return (
        tickets.filter(pl.col("customer_id").is_not_null())
        .group_by("customer_id")
        .agg(ticket_count=pl.len().cast(pl.Int64), has_open_complaint=is_open_complaint.any())
    )


def _overdue_invoices(invoices: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Invoices whose payment failed, or whose last day to pay is past; as the mart unpaid_invoices.

    An invoice of nothing or less, such as a credit note, asks nobody for money.
    """
    status = pl.col("invoice_status").fill_null("open")
    is_asked = (pl.col("invoice_amount") > 0) & (status != "void")
    is_paid = pl.col("paid_date").is_not_null() | (status == "paid")
    is_late = (status == "failed") | (pl.col("due_date") < as_of).fill_null(False)
    return (
        invoices.filter(pl.col("customer_id").is_not_null() & is_asked & ~is_paid & is_late)
        .group_by("customer_id")
        .agg(overdue_invoice_count=pl.len().cast(pl.Int64))
    )


def _running_subscriptions(subscriptions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Subscriptions that run on as_of; one that is cancelled that day runs no more."""
    runs = pl.col("cancel_date").is_null() | (pl.col("cancel_date") > as_of)
    return (
        subscriptions.filter(pl.col("customer_id").is_not_null() & runs)
        .group_by("customer_id")
        .agg(active_subscription_count=pl.len().cast(pl.Int64))
    )


def _open_returns(refunds: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Customers of whom anything was undone in the last OPEN_RETURN_DAYS days, as_of the last."""
    recent = pl.col("refund_date") > as_of - timedelta(days=OPEN_RETURN_DAYS)
    return (
        refunds.filter(pl.col("customer_id").is_not_null() & recent)
        .select("customer_id")
        .unique()
        .with_columns(has_open_return=pl.lit(True))
    )
