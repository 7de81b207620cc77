"""Those who are happy and say so: whom to ask for a testimonial, or to bring a friend."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from pydantic import Field

from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import answers, customers, first_of_each, number, reason
from transforms.yaml_files import Strict


class Witness(Strict):
    """Parameters of `testimonial`: what somebody must have done, and how fresh it must be."""

    minimum_occasions: int = Field(3, ge=1)
    within_days: int = Field(365, ge=30, le=1095)


class Referrer(Strict):
    """Parameters of `referral_ask`."""

    minimum_occasions: int = Field(2, ge=1)
    days_after_answer: int = Field(3, ge=0, le=60)


def _testimonial(shop: Shop, window: Window, rules: Witness) -> pl.DataFrame:
    """L28: a promoter who buys again and again and has praised in words or with five stars."""
    since = shop.as_of - timedelta(days=rules.within_days)
    praise = first_of_each(_praise(shop).filter(pl.col("day") > since), "day", descending=True)
    rows = _promoters(shop, rules.minimum_occasions).join(praise, on="customer_id")
    found = rows.filter(pl.col("last_score_date") > since).with_columns(
        # The reason stands when the last of the three has come true.
        event_date=pl.max_horizontal("last_score_date", "day", "occasion_date"),
    ).filter(window.holds()).with_columns(
        why=pl.format(
            "Promoter ({} of 10 on {}), {} purchase days, {} on {}.",
            "last_score", "last_score_date", "occasion_count", "praised_by", "day",
        ),
    )  # fmt: skip
    return finished(found)


def _referral_ask(shop: Shop, window: Window, rules: Referrer) -> pl.DataFrame:
    """L28: while the good word is fresh, and goods are not on their way back."""
    rows = _promoters(shop, rules.minimum_occasions).filter(~pl.col("has_open_return"))
    asked_on = pl.col("last_score_date") + timedelta(days=rules.days_after_answer)
    found = rows.with_columns(
        event_date=pl.max_horizontal(asked_on, "occasion_date"),
        reason_key=pl.format("promoter:{}", "last_score_date"),
    ).filter(window.holds()).with_columns(
        why=pl.format(
            "Promoter ({} of 10 on {}) with {} purchase days, no complaint and no return open.",
            "last_score", "last_score_date", "occasion_count",
        ),
    )  # fmt: skip
    return finished(found)


def _promoters(shop: Shop, minimum_occasions: int) -> pl.DataFrame:
    """Promoters without an open complaint, and the day of the occasion that made them regular."""
    reached = shop.facts["fct_occasions"].filter(pl.col("occasion_number") == minimum_occasions)
    return (
        customers(
            shop, "nps_group", "last_score", "last_score_date", "occasion_count",
            "lifetime_net_sales_amount", "has_open_complaint", "has_open_return", "last_order_date",
        )
        .filter(pl.col("nps_group") == "promoter", ~pl.col("has_open_complaint"))
        .join(reached.select("customer_id", "occasion_date"), on="customer_id")
        .with_columns(rank_value=number("lifetime_net_sales_amount"))
    )  # fmt: skip


def _praise(shop: Shop) -> pl.DataFrame:
    """One row per five-star review, and per comment that praises and blames nothing."""
    is_blame = pl.col("polarity").is_in(["negative", "mixed"])
    kind = (
        shop.scores["response_themes"]
        .group_by("source", "response_id")
        .agg(
            is_praise=(pl.col("polarity") == "positive").any(),
            is_blame=is_blame.any(),
        )
        .filter("is_praise", ~pl.col("is_blame"))
    )
    comments = (
        answers(shop)
        .join(kind, on=["source", "response_id"])
        .select(
            "customer_id",
            day="response_date",
            reason_key=pl.format("comment:{}", "reason_key"),
            praised_by=pl.lit("a comment that only praises"),
        )
    )
    reviews = (
        shop.current["reviews"]
        .filter(pl.col("rating") == 5, pl.col("customer_id").is_not_null())
        .select(
            "customer_id",
            day="review_date",
            reason_key=pl.format("review:{}", reason("source", "review_id")),
            praised_by=pl.format("five stars on {}", "platform"),
        )
    )
    return pl.concat([comments, reviews])


FINDERS: tuple[Finder, ...] = (
    Finder(
        "testimonial", "L28",
        "Promoters who come back, have praised the shop in a comment or review, and wait for nothing.",
        _testimonial, Witness, ("last_order_date",),
    ),
    Finder(
        "referral_ask", "L28",
        "Promoters who have just said that they would recommend the shop.",
        _referral_ask, Referrer, ("last_order_date",),
    ),
)  # fmt: skip
