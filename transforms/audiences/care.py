"""Those whom the shop has let down: complaints, and answers that call for a call."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from pydantic import Field

from transforms.audiences.due_days import end_of_as_of, office_day_after, promised_day, store_zone
from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import (
    answers,
    complaints,
    counted_words,
    customers,
    first_of_each,
    money_words,
    number,
    share_words,
)
from transforms.yaml_files import Strict


class FollowUp(Strict):
    """Parameters of `service_recovery`."""

    days_after_solution: int = Field(3, ge=0, le=60)


class AnswerBy(Strict):
    """Parameters of `high_value_complainers`: the due day where support.yml promises nothing."""

    answer_within_office_days: int = Field(2, ge=1, le=20)


class CallBy(Strict):
    """Parameters of `detractor_call`."""

    call_within_office_days: int = Field(2, ge=1, le=20)


class UnheardAfter(Strict):
    """Parameters of `complaint_acknowledgement`."""

    hours: int = Field(24, ge=1, le=24 * 14)


def _service_recovery(shop: Shop, window: Window, rules: FollowUp) -> pl.DataFrame:
    """L20: only the newest complaint counts, and none may be open."""
    rows = first_of_each(complaints(shop), "created_at", descending=True)
    rows = rows.filter(~pl.col("is_open"), pl.col("resolved_date").is_not_null())
    rows = rows.with_columns(
        event_date=pl.col("resolved_date") + timedelta(days=rules.days_after_solution)
    ).filter(window.holds())
    content = customers(shop, "lifetime_net_sales_amount", "has_open_complaint").filter(
        ~pl.col("has_open_complaint")
    )
    found = rows.join(content, on="customer_id").with_columns(
        rank_value=number("lifetime_net_sales_amount"),
        days=pl.lit(rules.days_after_solution),
        why=pl.format(
            "Complaint {} ({}) was solved on {}, {} days before the question.",
            "ticket_id", "subject", "resolved_date", pl.lit(rules.days_after_solution),
        ),
    )  # fmt: skip
    return finished(found)


def _high_value_complainers(shop: Shop, window: Window, rules: AnswerBy) -> pl.DataFrame:
    """L21: one row per person, the complaint that waits longest; most valuable people first."""
    rows = complaints(shop).filter("is_open")
    rows = rows.with_columns(
        event_date="created_date", open_count=pl.len().over("customer_id")
    ).filter(window.holds())
    rows = first_of_each(rows, "created_at").join(
        customers(shop, "value_tier", "lifetime_net_sales_amount"), on="customer_id"
    )
    rows = rows.with_columns(_due(rows, shop, rules.answer_within_office_days))
    found = rows.with_columns(
        rank_value=number("lifetime_net_sales_amount"),
        days=(pl.lit(shop.as_of) - pl.col("created_date")).dt.total_days(),
        amount="lifetime_net_sales_amount",
    ).with_columns(
        why=pl.format(
            "Value tier {} ({} bought): {} open, the oldest ({}, {}) for {} days; due {}.",
            "value_tier", money_words("amount", shop), counted_words("open_count", "complaint"), "ticket_id",
            "subject", "days", pl.col("due_date").cast(pl.String).fill_null("on no day"),
        ),
    )  # fmt: skip
    return finished(found)


def _complaint_acknowledgement(shop: Shop, window: Window, rules: UnheardAfter) -> pl.DataFrame:
    """F8: listen and apologise first. A source that never records a reply says nothing here."""
    is_replied = pl.col("first_response_at").is_not_null()
    heard = shop.current["tickets"].filter(is_replied).select("source").unique()
    solved = shop.current["tickets"].filter(pl.col("resolved_at").is_not_null()).select("source")
    silent = solved.unique().join(heard, on="source", how="anti")
    limit = timedelta(hours=rules.hours)
    rows = complaints(shop).filter("is_open", ~is_replied).join(silent, on="source", how="anti")
    rows = rows.filter(pl.col("created_at") + limit <= end_of_as_of(shop)).with_columns(
        event_date=_local_day(pl.col("created_at") + limit - timedelta(microseconds=1), shop)
    )
    rows = first_of_each(rows.filter(window.holds()), "created_at")
    rows = rows.join(customers(shop, "value_tier"), on="customer_id")
    rows = rows.with_columns(
        _due(rows, shop, 1),
        rank_value=(pl.lit(end_of_as_of(shop)) - pl.col("created_at")).dt.total_minutes() / 60,
    )
    found = rows.with_columns(
        days=(pl.lit(shop.as_of) - pl.col("created_date")).dt.total_days(),
        why=pl.format(
            "Complaint {} ({}) of a customer of value tier {} has had no reply for {} hours.",
            "ticket_id", "subject", "value_tier", pl.col("rank_value").floor().cast(pl.Int64),
        ),
    )  # fmt: skip
    return finished(found)


def _detractor_call(shop: Shop, window: Window, rules: CallBy) -> pl.DataFrame:
    """L22: the latest score of each person; whoever has scored better since is not called."""
    scored = answers(shop).filter(pl.col("score").is_not_null())
    day = pl.col("response_date").cast(pl.Datetime("us", "UTC"))
    scored = scored.with_columns(moment=pl.coalesce("submitted_at", day))
    latest = first_of_each(scored, "moment", descending=True)
    rows = latest.filter(pl.col("score") <= 6).with_columns(event_date="response_date")
    rows = rows.filter(window.holds()).join(
        customers(shop, "value_tier", "lifetime_net_sales_amount", "has_open_complaint"),
        on="customer_id",
    )
    due = office_day_after(rows["response_date"], rules.call_within_office_days, shop)
    complaint = pl.when("has_open_complaint").then(pl.lit("; a complaint is open"))
    found = rows.with_columns(
        due_date=due,
        rank_value=number("lifetime_net_sales_amount"),
        amount="lifetime_net_sales_amount",
    ).with_columns(
        why=pl.format(
            "Answered {} of 10 on {}; value tier {} ({} bought){}.",
            "score", "response_date", "value_tier", money_words("amount", shop),
            complaint.otherwise(pl.lit("")),
        ),
    )  # fmt: skip
    return finished(found)


def _problem_customers(shop: Shop, window: Window, _: Strict) -> pl.DataFrame:
    """L19: a list for people to look at once a month; nobody is left out of anything by it."""
    month = shop.as_of.replace(day=1)
    columns = ("refund_share", "discount_share", "tickets_per_order", "lifetime_margin_amount")
    rows = customers(shop, "is_problem", *columns).filter("is_problem")
    found = rows.with_columns(
        event_date=pl.lit(month), reason_key=pl.lit(month.strftime("%Y-%m")),
        amount="lifetime_margin_amount", rank_value=-number("lifetime_margin_amount"),
    ).filter(window.holds()).with_columns(
        why=pl.format(
            "Refunded {} of sales, discounts {}, {} tickets per order, all above the 95th "
            "percentile; margin {}. For a person to judge, never a reason to exclude.",
            share_words("refund_share"), share_words("discount_share"),
            pl.col("tickets_per_order").round(2).cast(pl.String).fill_null("unknown"),
            money_words("lifetime_margin_amount", shop).fill_null("unknown"),
        ),
    )  # fmt: skip
    return finished(found)


def _due(rows: pl.DataFrame, shop: Shop, office_days: int) -> pl.Series:
    """By the promise that is next: of a first reply where there was none, else of the solution."""
    measures = (
        rows["first_response_at"]
        .is_null()
        .replace_strict({True: "first_response", False: "resolution"}, return_dtype=pl.String)
    )
    promised = [
        shop.support.target_hours(subject, measure)
        for subject, measure in zip(rows["subject"], measures, strict=True)
    ]
    hours = pl.Series("hours", promised, dtype=pl.Float64)
    otherwise = office_day_after(rows["created_date"], office_days, shop)
    by_promise = promised_day(rows["created_at"], hours, shop)
    chosen = pl.when(hours.is_not_null()).then(by_promise).otherwise(otherwise)
    return pl.select(chosen.alias("due_date")).to_series()


def _local_day(moment: pl.Expr, shop: Shop) -> pl.Expr:
    return moment.dt.convert_time_zone(store_zone(shop)).dt.date()


FINDERS: tuple[Finder, ...] = (
    Finder(
        "service_recovery", "L20",
        "Customers whose complaint was solved some days ago and who have no other one open.",
        _service_recovery, FollowUp, ("days",),
    ),
    Finder(
        "high_value_complainers", "L21",
        "Customers with an open complaint, the most valuable first, with the day it is due.",
        _high_value_complainers, AnswerBy, ("amount", "days"),
    ),
    Finder(
        "complaint_acknowledgement", "F8",
        "Customers with an open complaint to which nobody has replied for some hours.",
        _complaint_acknowledgement, UnheardAfter, ("days",),
    ),
    Finder(
        "detractor_call", "L22",
        "Customers whose latest score is 0 to 6, the most valuable first, with a day to call by.",
        _detractor_call, CallBy, ("amount",),
    ),
    Finder(
        "problem_customers", "L19",
        "Customers whose refunds, discounts and tickets are all extreme and who bring a loss.",
        _problem_customers,
    ),
)  # fmt: skip
