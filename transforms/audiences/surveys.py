"""Whom to ask for an opinion, and the throttle: nobody is asked again so soon, by whatever survey."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import polars as pl
from pydantic import Field

from transforms.audiences.due_days import store_zone
from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import answers, customers, first_of_each, reason
from transforms.yaml_files import Strict

#: Campaigns of campaigns.yml that are surveys, as the shop ships them.
OWN_SURVEYS = ("nps_invitation", "four_questions", "exit_survey", "health_check")
_REACHED = ("delivered", "opened", "clicked", "replied", "complained", "unsubscribed")


class SurveyRules(Strict):
    """What every survey asks: how long people rest after any of them, and which campaigns count."""

    throttle_days: int = Field(90, ge=1, le=730)
    surveys: tuple[str, ...] = OWN_SURVEYS


class AfterPurchase(SurveyRules):
    """Parameters of `nps_invitation`."""

    days_after_delivery: int = Field(7, ge=0, le=120)
    days_after_order: int = Field(14, ge=0, le=120)


class AfterLapse(SurveyRules):
    """Parameters of `exit_survey`."""

    days_after_lapse: int = Field(0, ge=0, le=365)
    exit_surveys: tuple[str, ...] = ("exit_survey",)


class Periodic(SurveyRules):
    """Parameters of `health_check`."""

    period_days: int = Field(180, ge=7, le=730)
    states: tuple[Literal["new", "active", "at_risk", "lapsed", "reactivated"], ...] = (
        "active",
        "reactivated",
    )


class Sample(SurveyRules):
    """Parameters of `four_questions`."""

    period_days: int = Field(90, ge=7, le=730)
    share: float = Field(0.05, gt=0, le=1)
    regulars_only: bool = False


def survey_contacts(shop: Shop, surveys: Sequence[str] = OWN_SURVEYS) -> pl.DataFrame:
    """One row per person and day on which a survey reached them or was answered by them.

    A survey's invitations bear its campaign's name: one of `surveys`, or the name of any survey
    that was ever answered (as response rates are counted), in any case. Who was held out was not
    asked, nor whom a message did not reach.

    Returns:
        customer_id, survey (its name in small letters), day.
    """
    responses = shop.current["responses"]
    names = {name.strip().lower() for name in (*surveys, *responses["survey_id"].unique())}
    reached = pl.col("event").is_in(_REACHED).any()
    is_sent = (pl.col("event") == "sent").any() & ~(pl.col("event") == "bounced").any()
    invited = (
        shop.current["messages"]
        .with_columns(survey=pl.col("campaign").str.strip_chars().str.to_lowercase())
        .filter(pl.col("survey").is_in(sorted(names)), pl.col("customer_id").is_not_null())
        .filter(pl.col("event") != "held_out", pl.col("event_date") <= shop.as_of)
        .group_by("source", "message_id", "customer_id", "survey")
        .agg(day=pl.col("event_date").min(), is_asked=reached | is_sent)
        .filter("is_asked")
    )
    answered = answers(shop).with_columns(
        survey=pl.col("survey_id").str.strip_chars().str.to_lowercase(), day="response_date"
    )
    columns = ("customer_id", "survey", "day")
    return pl.concat([invited.select(columns), answered.select(columns)]).unique().sort(columns)


def survey_throttle(shop: Shop, days: int, surveys: Sequence[str] = OWN_SURVEYS) -> pl.DataFrame:
    """customer_id of everybody asked or heard less than `days` days ago, by whatever survey.

    Who was asked on day 0 may be asked again on day `days`.
    """
    since = shop.as_of - timedelta(days=days)
    recent = survey_contacts(shop, surveys).filter(pl.col("day") > since)
    return recent.select("customer_id").unique().sort("customer_id")


def check_days(people: pl.Series, period_days: int, as_of: date, salt: str) -> pl.Series:
    """The latest day up to as_of that is each person's own in the period.

    Everybody has one day in each period, drawn from a hash of salt and person, so that the days
    of all people are spread evenly and the same every night.
    """
    today = as_of.toordinal()
    numbers = [
        today - (today - _hash(f"{salt}:{who}") % period_days) % period_days for who in people
    ]
    return pl.Series("event_date", [date.fromordinal(n) for n in numbers], dtype=pl.Date)


def _nps_invitation(shop: Shop, window: Window, rules: AfterPurchase) -> pl.DataFrame:
    """F2: about the newest order whose day has come; never while goods are going back."""
    zone = store_zone(shop)
    delivered = pl.col("delivered_at").dt.convert_time_zone(zone).dt.date()
    # A source that never says when goods arrived is no reason to wait for them.
    deliveries = shop.current["deliveries"].filter(
        pl.col("delivered_at").is_not_null().any().over("source")
    ).select("source", "order_id", delivered_date=delivered, is_tracked=pl.lit(True))  # fmt: skip
    orders = shop.facts["fct_orders"].filter("is_valid_order", "is_identified")
    rows = orders.join(deliveries, on=["source", "order_id"], how="left").with_columns(
        reason_key=reason("source", "order_id"),
        event_date=pl.when("is_tracked")
        .then(pl.col("delivered_date") + timedelta(days=rules.days_after_delivery))
        .otherwise(pl.col("order_date") + timedelta(days=rules.days_after_order)),
    )
    told = answers(shop).select("customer_id", "order_id").drop_nulls().unique()
    rows = rows.join(told, on=["customer_id", "order_id"], how="anti").filter(window.holds())
    rows = first_of_each(rows, "event_date", descending=True)
    rows = rows.join(customers(shop, "has_open_return"), on="customer_id")
    when = (
        pl.when(pl.col("delivered_date").is_not_null())
        .then(pl.format("arrived on {}", "delivered_date"))
        .otherwise(pl.format("was placed on {}", "order_date"))
    )
    rows = _rested(rows.filter(~pl.col("has_open_return")), shop, rules)
    return _finished(
        rows.with_columns(why=pl.format("Their order {} {}; ", "order_id", when)), rules
    )


def _exit_survey(shop: Shop, window: Window, rules: AfterLapse) -> pl.DataFrame:
    """L23: once in a lifetime, when they have just become ex-customers."""
    lapses = shop.scores["lifecycle_transitions"].filter(pl.col("to_state") == "lapsed")
    rows = lapses.with_columns(
        event_date=pl.col("transition_date") + timedelta(days=rules.days_after_lapse),
        reason_key=pl.format("lapsed:{}", "occasion_date"),
        last_order_date="occasion_date",
    )
    rows = first_of_each(rows, "transition_date", descending=True).filter(window.holds())
    lapsed = customers(shop, "lifecycle_state").filter(pl.col("lifecycle_state") == "lapsed")
    named = [name.strip().lower() for name in rules.exit_surveys]
    asked = survey_contacts(shop, (*rules.surveys, *rules.exit_surveys)).filter(
        pl.col("survey").is_in(named)
    )
    rows = rows.join(lapsed, on="customer_id").join(asked, on="customer_id", how="anti")
    rows = _rested(rows, shop, rules).with_columns(
        days="silence_days",
        why=pl.format(
            "Lapsed on {} after {} days without an order; never asked why; ",
            "transition_date", "silence_days",
        ),
    )  # fmt: skip
    return _finished(rows, rules)


def _health_check(shop: Shop, window: Window, rules: Periodic) -> pl.DataFrame:
    """L24: every customer in good standing, once in a period, unless a survey came by anyway."""
    rows = customers(shop, "lifecycle_state", "last_order_date").filter(
        pl.col("lifecycle_state").is_in(rules.states)
    )
    rows = rows.with_columns(
        check_days(rows["customer_id"], rules.period_days, shop.as_of, "health_check")
    ).filter(window.holds())
    rest = rules.model_copy(update={"throttle_days": max(rules.throttle_days, rules.period_days)})
    rows = _rested(rows, shop, rest).with_columns(
        reason_key=pl.col("event_date").cast(pl.String), days=pl.lit(rules.period_days),
        why=pl.format("State {}, last order on {}; ", "lifecycle_state", "last_order_date"),
    )  # fmt: skip
    return _finished(rows, rest)


def _four_questions(shop: Shop, window: Window, rules: Sample) -> pl.DataFrame:
    """F1: a small sample, drawn afresh in every period; never of ex-customers."""
    rows = customers(shop, "lifecycle_state", "frequency_group", "last_order_date").filter(
        pl.col("lifecycle_state") != "lapsed",
        (pl.col("frequency_group") == "regular") | pl.lit(not rules.regulars_only),
    )
    rows = rows.with_columns(
        check_days(rows["customer_id"], rules.period_days, shop.as_of, "four_questions")
    ).filter(window.holds())
    limit = int(rules.share * 2**64)
    drawn = [
        _hash(f"four_questions:{day.toordinal() // rules.period_days}:{who}") < limit
        for who, day in rows.select("customer_id", "event_date").iter_rows()
    ]
    rows = _rested(rows.filter(pl.Series(drawn, dtype=pl.Boolean)), shop, rules).with_columns(
        reason_key=pl.col("event_date").cast(pl.String),
        why=pl.format(
            "Drawn into the sample of {} % of these {} days; ",
            pl.lit(f"{rules.share * 100:g}"), pl.lit(rules.period_days),
        ),
    )  # fmt: skip
    return _finished(rows, rules)


def _rested(rows: pl.DataFrame, shop: Shop, rules: SurveyRules) -> pl.DataFrame:
    recent = survey_throttle(shop, rules.throttle_days, rules.surveys)
    return rows.join(recent, on="customer_id", how="anti")


def _finished(rows: pl.DataFrame, rules: SurveyRules) -> pl.DataFrame:
    rested = pl.lit(f"no survey in the {rules.throttle_days} days before.")
    return finished(rows.with_columns(why=pl.concat_str("why", rested)))


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


FINDERS: tuple[Finder, ...] = (
    Finder(
        "nps_invitation", "F2",
        "Customers whose order arrived some days ago and whom no survey has asked lately.",
        _nps_invitation, AfterPurchase, ("order_id",),
    ),
    Finder(
        "exit_survey", "L23",
        "Customers who have just lapsed and were never asked why.",
        _exit_survey, AfterLapse, ("days", "last_order_date"),
    ),
    Finder(
        "health_check", "L24",
        "Customers in good standing whom nobody has asked for half a year, a few every day.",
        _health_check, Periodic, ("last_order_date",),
    ),
    Finder(
        "four_questions", "F1",
        "A small sample of customers, or of regulars, for four open questions.",
        _four_questions, Sample, ("last_order_date",),
    ),
)  # fmt: skip
