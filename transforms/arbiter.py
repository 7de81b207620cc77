"""The contact arbiter: for every person and campaign exactly one outcome, with one reason.

Asked in this order: may we (consent, unsubscribed, address, bounced, erased); is a complaint
open; are they held out; has the reason run out; were they written to lately; does another
campaign come first. Two people behind one address are one for everything that counts messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from transforms.campaigns import Campaign
from transforms.canonical.outreach import CONTACT_DECISIONS, CONTACT_OUTCOMES, OUTCOMES
from transforms.permission import Permission, permitted

#: Channels that write to somebody: a person gets one message a night, and so many a window.
WRITING = ("email", "sms", "push", "post")


@dataclass(frozen=True)
class ContactPolicy:
    """How often and whom at most; the values come from `[contact]` of suki.toml.

    Attributes:
        frequency_cap_messages: messages one person may get ...
        frequency_cap_days: ... within this many days, tonight included.
        global_holdout_share: share of people no campaign writes to, to measure all of them.
        holdout_salt: text that draws the holdouts; another text draws other people.
        service_contact_is_agreed: whether answering an order or complaint needs no consent of its own.
    """

    frequency_cap_messages: int = 1
    frequency_cap_days: int = 7
    global_holdout_share: float = 0.05
    holdout_salt: str = "suki"
    service_contact_is_agreed: bool = False


@dataclass(frozen=True)
class Memory:
    """What was done before.

    Attributes:
        log: CONTACT_LOG of earlier business dates.
        received: customer_id, contact_date: messages other tools sent them, one row each.
    """

    log: pl.DataFrame
    received: pl.DataFrame


def decide(
    found: Mapping[str, pl.DataFrame],
    campaigns: Mapping[str, Campaign],
    permission: Permission,
    memory: Memory,
    policy: ContactPolicy,
    as_of: date,
) -> pl.DataFrame:
    """Exactly one outcome per campaign and person who has a reason to be written to.

    Args:
        found: campaign -> CANDIDATES of it.

    Returns:
        CONTACT_DECISIONS.
    """
    # A review list contacts nobody: whoever stood on it stands there until the reason is gone.
    memory = replace(memory, log=memory.log.filter(pl.col("channel") != "review"))
    rows = _one_per_person(_with_campaigns(found, campaigns), memory.log, as_of)
    if rows.is_empty():
        return CONTACT_DECISIONS.empty()
    rows = permitted(rows, permission, service_is_agreed=policy.service_contact_is_agreed)
    rows = _held_out(rows, policy)
    rows = _rested(rows, memory, permission.addresses, policy, as_of)
    rows = rows.with_columns(outcome=_first_reason()).with_columns(
        outranked_by=pl.lit(None, pl.String)
    )
    rows = _without_birthdays(_ranked(rows), as_of)
    names = CONTACT_DECISIONS.schema.names()
    return CONTACT_DECISIONS.conform(rows.select(names)).sort(CONTACT_DECISIONS.key)


def outcomes(decisions: pl.DataFrame, campaigns: Mapping[str, Campaign]) -> pl.DataFrame:
    """People per campaign and outcome, noughts included; they add up to the eligible.

    A campaign that found nobody has its rows too: an empty campaign is told, not hidden.
    """
    every = pl.DataFrame(
        [(name, outcome) for name, one in campaigns.items() if one.enabled for outcome in OUTCOMES],
        orient="row",
        schema={"campaign": pl.String, "outcome": pl.String},
    )
    counted = decisions.group_by("campaign", "outcome").agg(people_count=pl.len())
    rows = every.join(counted, on=["campaign", "outcome"], how="left").with_columns(
        pl.col("people_count").fill_null(0)
    )
    rows = rows.with_columns(eligible_count=pl.col("people_count").sum().over("campaign"))
    return CONTACT_OUTCOMES.conform(rows).sort(CONTACT_OUTCOMES.key)


def bucket(salt: str, customer_id: str, campaign: str) -> int:
    """Where a person falls, 0 to 999, the same for ever: below 1000 x share is held out."""
    digest = hashlib.sha256(f"{salt}\x1f{campaign}\x1f{customer_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % 1000


def _with_campaigns(
    found: Mapping[str, pl.DataFrame], campaigns: Mapping[str, Campaign]
) -> pl.DataFrame:
    frames = [
        frame.with_columns(
            campaign=pl.lit(name),
            channel=pl.lit(campaigns[name].channel),
            purpose=pl.lit(campaigns[name].purpose),
            priority=pl.lit(campaigns[name].priority),
            cooldown_days=pl.lit(campaigns[name].cooldown_days),
            holdout_share=pl.lit(campaigns[name].holdout_share),
            fallback_language=pl.lit(campaigns[name].language),
            expires_on=pl.col("event_date") + timedelta(days=campaigns[name].expires_after_days),
        )
        for name, frame in sorted(found.items())
    ]
    return pl.concat(frames) if frames else pl.DataFrame()


def _one_per_person(rows: pl.DataFrame, log: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The most pressing reason of each person and campaign that was not acted on before."""
    if rows.is_empty():
        return rows
    done = log.select("campaign", "customer_id", "reason_key")
    open_reasons = rows.join(done, on=["campaign", "customer_id", "reason_key"], how="anti")
    return (
        open_reasons.with_columns(is_expired=pl.col("expires_on") <= as_of)
        .sort(
            "campaign", "customer_id", "is_expired", "event_date",
            pl.col("rank_value").fill_null(float("-inf")).neg(), "reason_key",
        )
        .unique(["campaign", "customer_id"], keep="first", maintain_order=True)
    )  # fmt: skip


def _held_out(rows: pl.DataFrame, policy: ContactPolicy) -> pl.DataFrame:
    may_be = ~pl.col("purpose").eq("service") & pl.col("channel").is_in(WRITING)
    people = rows.select("campaign", "customer_id")
    return rows.with_columns(
        global_bucket=_buckets(people.with_columns(campaign=pl.lit("*")), policy.holdout_salt),
        own_bucket=_buckets(people, policy.holdout_salt),
    ).with_columns(
        is_global_holdout=may_be
        & (pl.col("global_bucket") < round(policy.global_holdout_share * 1000)),
        # People are drawn in thousandths: the nearest one to the stated share.
        is_campaign_holdout=may_be
        & (pl.col("own_bucket") < (pl.col("holdout_share") * 1000).round()),
    )


def _buckets(people: pl.DataFrame, salt: str) -> pl.Series:
    drawn = [bucket(salt, customer, campaign) for campaign, customer in people.iter_rows()]
    return pl.Series(drawn, dtype=pl.Int64)


def _rested(
    rows: pl.DataFrame,
    memory: Memory,
    addresses: pl.DataFrame,
    policy: ContactPolicy,
    as_of: date,
) -> pl.DataFrame:
    """Whether the campaign wrote to this address lately, or everybody together too often."""
    written = _at_address(memory.log.filter(pl.col("event") != "held_out"), addresses)
    last = written.group_by("campaign", "address_key").agg(
        last_contact=pl.col("contact_date").max()
    )
    own = written.filter(pl.col("channel").is_in(WRITING)).select("address_key", "contact_date")
    others = _at_address(memory.received, addresses).select(own.columns)
    since = as_of - timedelta(days=policy.frequency_cap_days - 1)
    recent = (
        pl.concat([own, others])
        .filter(pl.col("contact_date").is_between(since, as_of))
        .group_by("address_key")
        .agg(recent_messages=pl.len())
    )
    rested_on = pl.col("last_contact") + pl.duration(days="cooldown_days")
    return (
        rows.join(last, on=["campaign", "address_key"], how="left")
        .join(recent, on="address_key", how="left")
        .with_columns(
            is_cooling=(rested_on > pl.lit(as_of)).fill_null(False),
            is_capped=pl.col("channel").is_in(WRITING)
            & (pl.col("recent_messages").fill_null(0) >= policy.frequency_cap_messages),
        )
    )


def _at_address(rows: pl.DataFrame, addresses: pl.DataFrame) -> pl.DataFrame:
    """Add the address_key of the person: their own id where no address is known."""
    known = addresses.select("customer_id", "address_key")
    return rows.join(known, on="customer_id", how="left").with_columns(
        pl.coalesce("address_key", "customer_id").alias("address_key")
    )


def _first_reason() -> pl.Expr:
    """The first reason that forbids it; `send` as long as nothing has."""
    is_marketing = ~pl.col("purpose").eq("service") & ~pl.col("channel").eq("review")
    reasons = (
        (pl.col("refusal").is_not_null(), pl.col("refusal")),
        (is_marketing & pl.col("has_open_complaint"), pl.lit("open_complaint")),
        (pl.col("is_global_holdout"), pl.lit("global_holdout")),
        (pl.col("is_campaign_holdout"), pl.lit("campaign_holdout")),
        (pl.col("is_expired"), pl.lit("expired")),
        (pl.col("is_cooling"), pl.lit("cooldown")),
        (pl.col("is_capped"), pl.lit("frequency_cap")),
    )
    chosen = pl.lit("send")
    for forbids, reason in reversed(reasons):
        chosen = pl.when(forbids).then(reason).otherwise(chosen)
    return chosen


def _without_birthdays(rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Decisions are kept; on which day somebody was born is not to be read from them."""
    is_birthday = pl.col("purpose") == "birthday"
    return rows.with_columns(
        event_date=pl.when(is_birthday).then(pl.lit(as_of)).otherwise("event_date"),
        expires_on=pl.when(is_birthday)
        .then(pl.lit(as_of + timedelta(days=1)))
        .otherwise("expires_on"),
    )


def _ranked(rows: pl.DataFrame) -> pl.DataFrame:
    """One message a night for each address: the campaign of the best priority; ties by key."""
    in_turn = rows.sort("priority", "event_date", "campaign", "customer_id")
    return _first_at(_first_at(in_turn, "address_key"), "device_key")


def _first_at(in_turn: pl.DataFrame, key: str) -> pl.DataFrame:
    """Only the first in turn is sent at each address; a null key competes with nobody."""
    competes = (
        (pl.col("outcome") == "send") & pl.col("channel").is_in(WRITING) & pl.col(key).is_not_null()
    )
    firsts = (
        in_turn.filter(competes)
        .unique(key, keep="first", maintain_order=True)
        .select(key, first_campaign="campaign", first_customer="customer_id")
    )
    judged = in_turn.join(firsts, on=key, how="left", maintain_order="left")
    is_first = (pl.col("campaign") == pl.col("first_campaign")) & (
        pl.col("customer_id") == pl.col("first_customer")
    )
    is_shared = pl.col("campaign") == pl.col("first_campaign")
    loses = competes & ~is_first
    return judged.with_columns(
        outcome=pl.when(loses & is_shared).then(pl.lit("same_address"))
        .when(loses).then(pl.lit("outranked")).otherwise("outcome"),
        outranked_by=pl.when(loses & ~is_shared).then("first_campaign").otherwise("outranked_by"),
    ).drop("first_campaign", "first_customer")  # fmt: skip
