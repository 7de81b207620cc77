"""The contact log beside what other tools sent: one history of messages."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import polars as pl

from transforms.canonical import CURRENT, TIMESTAMP

#: Name of the source under which Suki's own messages stand among the others.
OWN_SOURCE = "suki"
#: A publication is made on the morning after its business date; this is when it is acted on.
ACTED_ON_AT = pl.duration(days=1, hours=6)


def with_own_messages(messages: pl.DataFrame, log: pl.DataFrame, zone: str) -> pl.DataFrame:
    """The current messages with those of the contact log, so that response and uplift know them.

    Args:
        messages: the current table `messages`.
        log: CONTACT_LOG; all of it earlier than the business date.
        zone: IANA zone of the store.
    """
    acted = (pl.col("contact_date").cast(pl.Datetime("us")) + ACTED_ON_AT).dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    )
    own = log.with_columns(
        source=pl.lit(OWN_SOURCE),
        message_id=_message_ids(log),
        event=pl.when(pl.col("event") == "held_out").then(pl.lit("held_out")).otherwise(pl.lit("sent")),
        event_at=acted.dt.convert_time_zone("UTC").cast(TIMESTAMP),
        event_date=pl.col("contact_date") + pl.duration(days=1),
    )  # fmt: skip
    table = CURRENT["messages"]
    rows = own.filter(pl.col("channel") != "review")
    mine = table.conform(rows.select(n for n in table.schema.names() if n in rows.columns))
    return pl.concat([messages, mine]).sort(table.key)


def received_messages(messages: pl.DataFrame, uncounted_campaigns: Collection[str]) -> pl.DataFrame:
    """customer_id and contact_date of every message another tool sent, one row per message.

    Messages to phones are calls and not counted; of an unknown channel they are.
    """
    counted = messages.filter(
        pl.col("customer_id").is_not_null()
        & pl.col("event").is_in(["sent", "delivered"])
        & (pl.col("source") != OWN_SOURCE)
        & ~pl.col("campaign").is_in(list(uncounted_campaigns)).fill_null(False)
        & (pl.col("channel").fill_null("unknown") != "phone")
    )
    return (
        counted.group_by("source", "message_id", "customer_id")
        .agg(contact_date=pl.col("event_date").min())
        .select("customer_id", "contact_date")
        .sort("customer_id", "contact_date")
    )


def _message_ids(log: pl.DataFrame) -> pl.Series:
    named = log.select("campaign", "customer_id", "reason_key").iter_rows()
    drawn = [hashlib.sha256("\x1f".join(row).encode()).hexdigest()[:32] for row in named]
    return pl.Series(drawn, dtype=pl.String)
