"""Whether a person may be contacted on a channel for a purpose, and at which address.

Consent is per person, channel and purpose; what was never stated means no. A "no" about
marketing on a channel also ends birthday and survey messages there, whatever was said of those:
a person who unsubscribes means it. What a mailbox answered, it answered for everybody behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

#: Events of the messages feed by which a person says no, or an address says it is none.
REFUSING_EVENTS = ("unsubscribed", "complained")
ARRIVING_EVENTS = ("delivered", "opened", "clicked", "replied")
PERMISSION_COLUMNS = ("refusal", "address_key", "has_open_complaint", "language", "segment")


@dataclass(frozen=True)
class Permission:
    """What people said and how they can be reached.

    Attributes:
        profile: CUSTOMER_PROFILE.
        consents: customer_id, channel, purpose, is_granted, stated_at: the latest word of each.
        messages: current messages: customer_id, channel, event, event_at.
        suppressed: customer_id and reason (erased, unsubscribed or bounced) of people whom the
            ledger bars, whatever the files say.
        addresses: customer_id, address_key: people with one key share a mailbox; absent: nobody's.
            Where it also has phone and push_token, no device gets two messages a night.
    """

    profile: pl.DataFrame
    consents: pl.DataFrame
    messages: pl.DataFrame
    suppressed: pl.DataFrame
    addresses: pl.DataFrame


def permitted(
    rows: pl.DataFrame, permission: Permission, *, service_is_agreed: bool
) -> pl.DataFrame:
    """Add why somebody may not be contacted (`refusal`, null where they may), address and language.

    Args:
        rows: customer_id, channel, purpose, fallback_language.
    """
    known = permission.profile.select(
        "customer_id", "has_open_complaint", "is_staff", segment="rfm_segment",
        has_email="has_email", has_sms="has_phone", has_phone="has_phone",
        has_post="has_postal_address", has_push="has_push_token", spoken="language",
    )  # fmt: skip
    judged = (
        rows.join(known, on="customer_id", how="inner")
        .join(_barred(permission.suppressed), on="customer_id", how="left")
    )  # fmt: skip
    judged = _with_addresses(judged, permission.addresses)
    judged = _with_consent(judged, permission.consents)
    judged = _with_events(judged, permission.messages, permission.addresses)
    has_address = pl.lit(False)
    for channel in ("email", "sms", "phone", "post", "push"):
        has_address = (
            pl.when(pl.col("channel") == channel).then(f"has_{channel}").otherwise(has_address)
        )
    agreed = _agreed(service_is_agreed)
    refusal = (
        pl.when(pl.col("barred") == "erased").then("barred")
        .when(pl.col("channel") == "review").then(None)
        .when(pl.col("barred").is_not_null()).then("barred")
        .when(_has_refused()).then(pl.lit("unsubscribed"))
        .when(~agreed | pl.col("is_staff")).then(pl.lit("no_consent"))
        .when(~has_address).then(pl.lit("no_address"))
        .when(pl.col("has_bounced")).then(pl.lit("bounced"))
    )  # fmt: skip
    return judged.with_columns(
        refusal=refusal,
        language=pl.coalesce("spoken", "fallback_language"),
    )


def _barred(suppressed: pl.DataFrame) -> pl.DataFrame:
    """One reason for each person barred: erased outweighs the others, for it bars from every list."""
    first = suppressed.sort("customer_id", pl.col("reason") != "erased", "reason")
    one_each = first.unique("customer_id", keep="first", maintain_order=True)
    return one_each.select("customer_id", barred="reason")


def _with_addresses(rows: pl.DataFrame, addresses: pl.DataFrame) -> pl.DataFrame:
    """Add address_key, and device_key where phones and devices are known and the channel uses one."""
    known = addresses.select(
        "customer_id", known_key="address_key",
        **{
            f"{channel}_key": name if name in addresses.columns else pl.lit(None, pl.String)
            for channel, name in (("sms", "phone"), ("push", "push_token"))
        },
    )  # fmt: skip
    return rows.join(known, on="customer_id", how="left").with_columns(
        address_key=pl.coalesce("known_key", "customer_id"),
        device_key=pl.when(pl.col("channel") == "sms").then("sms_key")
        .when(pl.col("channel") == "push").then("push_key"),
    )  # fmt: skip


def _with_consent(rows: pl.DataFrame, consents: pl.DataFrame) -> pl.DataFrame:
    """Add the latest word on the purpose itself, and on marketing, per channel."""
    words = consents.select("customer_id", "channel", "purpose", "is_granted", "stated_at")
    on_purpose = words.rename({"is_granted": "word", "stated_at": "word_at"})
    on_marketing = words.filter(pl.col("purpose") == "marketing").select(
        "customer_id", "channel", marketing_word="is_granted", marketing_word_at="stated_at"
    )
    return rows.join(on_purpose, on=["customer_id", "channel", "purpose"], how="left").join(
        on_marketing, on=["customer_id", "channel"], how="left"
    )


def _with_events(
    rows: pl.DataFrame, messages: pl.DataFrame, addresses: pl.DataFrame
) -> pl.DataFrame:
    """Add when they last unsubscribed by a message, and whether the address bounces.

    A message of unknown channel counts for every channel: when unsure, no. What befell a mail
    befell the mailbox, so it counts for everybody who shares it.
    """
    named = messages.filter(pl.col("customer_id").is_not_null()).select(
        "customer_id", "event", "event_at",
        told=pl.when(pl.col("channel").is_in(["email", "sms", "push", "phone", "post"])).then("channel"),
    )  # fmt: skip
    keys = addresses.select("customer_id", answers_for="address_key")
    of_mailbox = named.join(keys, on="customer_id", how="left").drop_nulls("answers_for")
    of_person = named.with_columns(answers_for="customer_id")
    answers = pl.concat([of_person, of_mailbox.select(of_person.columns)])
    mailbox = pl.when(pl.col("channel") == "email").then("address_key")
    asked = pl.concat(
        [
            rows.select("customer_id", "channel", answers_for="customer_id"),
            rows.select("customer_id", "channel", answers_for=mailbox),
        ]
    ).unique()
    facts = (
        asked.join(answers.drop("customer_id"), on="answers_for", how="inner")
        .filter(pl.col("told").is_null() | (pl.col("told") == pl.col("channel")))
        .group_by("customer_id", "channel")
        .agg(
            refused_at=pl.col("event_at").filter(pl.col("event").is_in(REFUSING_EVENTS)).max(),
            bounced_at=pl.col("event_at").filter(pl.col("event") == "bounced").max(),
            arrived_at=pl.col("event_at").filter(pl.col("event").is_in(ARRIVING_EVENTS)).max(),
        )
    )
    has_bounced = pl.col("bounced_at").is_not_null() & (
        pl.col("arrived_at").is_null() | (pl.col("bounced_at") >= pl.col("arrived_at"))
    )
    return rows.join(facts, on=["customer_id", "channel"], how="left").with_columns(
        has_bounced=has_bounced.fill_null(False)
    )


def _agreed(service_is_agreed: bool) -> pl.Expr:
    own_word = pl.col("word")
    survey = pl.coalesce(own_word, "marketing_word").fill_null(False)
    return (
        pl.when(pl.col("purpose") == "survey").then(survey)
        .when(pl.col("purpose") == "service").then(own_word.fill_null(service_is_agreed))
        .otherwise(own_word.fill_null(False))
    )  # fmt: skip


def _has_refused() -> pl.Expr:
    """They said no in words, or unsubscribed after the last yes; a service is ended by its own no only."""
    is_service = pl.col("purpose") == "service"
    in_words = pl.col("word").eq(False).fill_null(False) | (
        ~is_service & pl.col("marketing_word").eq(False).fill_null(False)
    )
    is_survey = pl.col("purpose") == "survey"
    yes_at = pl.max_horizontal(
        pl.when("word").then("word_at"),
        pl.when(is_survey & pl.col("marketing_word")).then("marketing_word_at"),
    )
    by_message = pl.col("refused_at").is_not_null() & (
        yes_at.is_null() | (pl.col("refused_at") >= yes_at)
    )
    return in_words | (~is_service & by_message)
