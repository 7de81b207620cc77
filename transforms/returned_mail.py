"""Which of some addresses mail no longer gets to, as far as the messages feed tells."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from transforms.permission import ARRIVING_EVENTS

#: Events by which an address, or whoever reads there, sends mail back.
RETURNING_EVENTS = ("bounced", "complained")


def returned_mail(messages: pl.LazyFrame, email_keys: Iterable[str]) -> pl.DataFrame:
    """The addresses whose last word is a bounce or a complaint: nothing has arrived there since.

    Args:
        messages: the canonical table; a message of unknown channel counts as mail.
        email_keys: keyed hashes of the addresses asked about.

    Returns:
        email_key, event, event_at; one row per address, ordered by it.
    """
    is_mail = pl.col("channel").is_null() | (pl.col("channel") == "email")
    is_back = pl.col("event").is_in(RETURNING_EVENTS)
    said = messages.filter(
        is_mail,
        pl.col("email_key").is_in(list(email_keys)),
        is_back | pl.col("event").is_in(ARRIVING_EVENTS),
    )
    # At one moment a bounce outweighs an arrival, as it does for customers.
    ordered = said.sort("email_key", "event_at", is_back, pl.col("event") == "complained")
    last = ordered.unique("email_key", keep="last", maintain_order=True).filter(is_back)
    return last.select("email_key", "event", "event_at").sort("email_key").collect()
