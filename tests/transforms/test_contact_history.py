"""Suki's own messages stand among those of other tools, from the morning they were acted on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from transforms.canonical import CURRENT
from transforms.canonical.outreach import CONTACT_LOG
from transforms.contact_history import received_messages, with_own_messages

NOTHING = CURRENT["messages"].empty()


def log(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    """CONTACT_LOG of 2026-03-28 from (campaign, customer_id, event, channel)."""
    names = ["campaign", "customer_id", "event", "channel"]
    told = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return CONTACT_LOG.conform(
        told.with_columns(
            reason_key=pl.lit("tea"), contact_date=date(2026, 3, 28), segment=pl.lit("loyal")
        )
    )


def test_a_message_decided_on_a_date_goes_out_the_next_morning_in_the_zone_of_the_shop():
    # Summer time begins in Warsaw on 2026-03-29 at two: six o'clock is four in UTC, not five.
    [row] = with_own_messages(
        NOTHING, log(("reorder", "ana", "sent", "email")), "Europe/Warsaw"
    ).to_dicts()
    assert row["event_at"] == datetime(2026, 3, 29, 4, tzinfo=UTC)
    assert (row["event_date"], row["event"], row["source"]) == (date(2026, 3, 29), "sent", "suki")


def test_whoever_is_listed_is_contacted_and_a_list_for_the_shop_contacts_nobody():
    told = log(
        ("reorder", "ana", "listed", "phone"),
        ("reorder", "bo", "held_out", "email"),
        ("late_delivery", "cy", "listed", "review"),
    )
    found = with_own_messages(NOTHING, told, "Asia/Manila")
    assert set(found.select("customer_id", "event").rows()) == {("ana", "sent"), ("bo", "held_out")}


def test_own_messages_are_not_counted_again_as_messages_of_another_tool():
    other = CURRENT["messages"].conform(
        pl.DataFrame(
            [
                {
                    "source": "mailer", "message_id": "m1", "customer_id": "ana", "campaign": "spring",
                    "event": "delivered", "event_at": datetime(2026, 3, 1, 9, tzinfo=UTC),
                    "event_date": date(2026, 3, 1), "channel": "email",
                }
            ]
        )
    )  # fmt: skip
    both = with_own_messages(other, log(("reorder", "ana", "sent", "email")), "Asia/Manila")
    assert both.height == 2
    assert received_messages(both, ()).rows() == [("ana", date(2026, 3, 1))]


def test_a_message_counts_once_and_calls_and_uncounted_campaigns_do_not():
    rows = [
        ("m1", "ana", "spring", "sent", "email", 1), ("m1", "ana", "spring", "delivered", "email", 2),
        ("m2", "ana", "order_confirmation", "sent", "email", 3), ("m3", "ana", "spring", "sent", "phone", 4),
        ("m4", "ana", "spring", "sent", None, 5), ("m5", "ana", "spring", "opened", "email", 6),
        ("m6", None, "spring", "sent", "email", 7),
    ]  # fmt: skip
    names = ["message_id", "customer_id", "campaign", "event", "channel"]
    told = [
        dict(zip(names, row, strict=False))
        | {"event_date": date(2026, 3, row[-1]), "event_at": datetime(2026, 3, row[-1], tzinfo=UTC)}
        for row in rows
    ]
    messages = CURRENT["messages"].conform(pl.DataFrame(told).with_columns(source=pl.lit("mailer")))
    found = received_messages(messages, ("order_confirmation",))
    assert found.rows() == [("ana", date(2026, 3, 1)), ("ana", date(2026, 3, 5))]
    assert received_messages(messages, ()).height == 3
