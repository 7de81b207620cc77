"""The contact log: who was written to, listed or kept back, for which reason, on which date.

A run reads only what was decided on earlier business dates, so that the same date asked again
gives the same lists; a reason acted on stands in the log once and for all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from suki.ledger import Ledger, clock, in_utc
from suki.ledger_tables import contact_log, suppressions

if TYPE_CHECKING:
    import polars as pl


def contacts_before(
    ledger: Ledger, as_of: str, known_at: datetime | None = None
) -> list[dict[str, Any]]:
    """Rows of the log decided on earlier business dates, by key; those later than known_at left out."""
    query = (
        select(contact_log)
        .where(contact_log.c.contact_date < as_of)
        .order_by(contact_log.c.campaign, contact_log.c.customer_id, contact_log.c.reason_key)
    )
    if known_at is not None:
        query = query.where(contact_log.c.recorded_at <= known_at)
    with ledger.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def contacts_on(ledger: Ledger, as_of: str) -> list[dict[str, Any]]:
    """Rows of the log decided on a business date and after it: what a late sender must respect."""
    query = select(contact_log).where(contact_log.c.contact_date >= as_of)
    with ledger.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def record_contact(ledger: Ledger, **row: Any) -> bool:
    """Remember one decision; False where the reason was acted on before."""
    return record_contacts(ledger, [row]) == 1


def record_contacts(ledger: Ledger, rows: Iterable[Mapping[str, Any]]) -> int:
    """Remember decisions: campaign, customer_id, reason_key, contact_date, event, channel, segment, ...

    Returns:
        How many were not known before.

    Raises:
        IntegrityError: a row lacks what the log requires; nothing of it is remembered.
    """
    moment = clock()
    first = {_key(row): {**row, "recorded_at": moment} for row in reversed(list(rows))}
    fresh = _unknown(ledger, first)
    try:
        with ledger.transaction() as connection:
            if fresh:
                connection.execute(insert(contact_log), fresh)
        return len(fresh)
    except IntegrityError:
        # Somebody else remembered some of them just now; or a row is wrong, which must be told.
        left = _unknown(ledger, first)
        if len(left) == len(fresh):
            raise
        return record_contacts(ledger, left)


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["campaign"], row["customer_id"], row["reason_key"]


def _unknown(
    ledger: Ledger, rows: Mapping[tuple[str, str, str], dict[str, Any]]
) -> list[dict[str, Any]]:
    key = (contact_log.c.campaign, contact_log.c.customer_id, contact_log.c.reason_key)
    known: set[tuple[str, str, str]] = set()
    with ledger.engine.connect() as connection:
        for campaign in sorted({one for one, _, _ in rows}):
            query = select(*key).where(contact_log.c.campaign == campaign)
            known |= {(row[0], row[1], row[2]) for row in connection.execute(query)}
    return [rows[one] for one in sorted(rows) if one not in known]


def suppressed_identifiers(
    ledger: Ledger, known_at: datetime | None = None
) -> list[dict[str, str]]:
    """identifier and reason of everybody who is contacted by nobody, by identifier."""
    query = select(suppressions).order_by(suppressions.c.identifier)
    with ledger.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return [
        {"identifier": row["identifier"], "reason": row["reason"]}
        for row in rows
        if known_at is None or in_utc(row["since"]) <= known_at
    ]


def suppress(ledger: Ledger, identifier: str, reason: str) -> bool:
    """Let nobody contact the person behind a keyed hash; False where that stands already.

    Erasure outweighs every other reason: it also takes people off the lists for the shop's own eyes.
    """
    weaker = (suppressions.c.identifier == identifier) & (suppressions.c.reason != "erased")
    if reason == "erased":
        with ledger.transaction() as connection:
            raised = update(suppressions).where(weaker).values(reason=reason)
            if connection.execute(raised).rowcount:
                return True
    try:
        with ledger.transaction() as connection:
            connection.execute(
                insert(suppressions).values(identifier=identifier, reason=reason, since=clock())
            )
    except IntegrityError:
        return False
    return True


def memory_sha256(ledger: Ledger, as_of: str, known_at: datetime | None) -> str | None:
    """Hash of everything the log and the suppressions tell a run; None while they are empty."""
    kept = ("campaign", "customer_id", "reason_key", "contact_date", "event", "channel", "segment")
    log = [[row[name] for name in kept] for row in contacts_before(ledger, as_of, known_at)]
    barred = suppressed_identifiers(ledger, known_at)
    if not log and not barred:
        return None
    return hashlib.sha256(json.dumps([log, barred], sort_keys=True).encode()).hexdigest()


def log_table(rows: list[dict[str, Any]], customer_of: Mapping[str, str]) -> pl.DataFrame:
    """The log as CONTACT_LOG, under the surrogates of today.

    Args:
        rows: of `contacts_before`.
        customer_of: identifier -> customer_id of the run, so that a merge carries the log along.
    """
    import polars as pl

    from transforms.canonical.outreach import CONTACT_LOG

    named = [
        {
            **{name: row[name] for name in CONTACT_LOG.schema.names() if name != "contact_date"},
            "customer_id": customer_of.get(row["identifier"] or "", row["customer_id"]),
            "contact_date": row["contact_date"],
        }
        for row in rows
    ]
    if not named:
        return CONTACT_LOG.empty()
    frame = pl.DataFrame(named).with_columns(pl.col("contact_date").str.to_date())
    # Two people who turned out to be one may both have had the same reason: a message they got
    # counts, the latest first, and that the other was kept back does not undo it.
    in_turn = frame.sort(
        pl.col("event") == "held_out", pl.col("contact_date").to_physical().neg(), "event", "channel", "segment"
    )  # fmt: skip
    single = in_turn.unique(CONTACT_LOG.key, keep="first", maintain_order=True)
    return CONTACT_LOG.conform(single).sort(CONTACT_LOG.key)
