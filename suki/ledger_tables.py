"""The tables of the ledger, and how its store is opened."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.exc import DatabaseError

metadata = MetaData()

files = Table(
    "files",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("file_id", String(40), nullable=False, unique=True),
    Column("content_sha256", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("feed", String(40), nullable=False),
    Column("source", String(80)),
    Column("definition_fingerprint", String(16)),
    Column("reader_version", String(8), nullable=False),
    Column("status", String(12), nullable=False),  # accepted, refused, duplicate, superseded
    Column("reason", Text),
    Column("arrived_at", DateTime(timezone=True), nullable=False),
    Column("version_basis", String(12)),
    Column("counts", Text, nullable=False, default="{}"),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(60), primary_key=True),
    Column("as_of", String(10), nullable=False),
    Column("known_at", String(40)),
    Column("status", String(12), nullable=False),  # open, published, banner, held, failed
    Column("reason", Text),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
)

locks = Table(
    "locks",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("token", String(40), nullable=False),
    Column("acquired_at", DateTime(timezone=True), nullable=False),
    Column("heartbeat_at", DateTime(timezone=True), nullable=False),
)

aliases = Table(
    "aliases",
    metadata,
    Column("identifier", String(32), primary_key=True),
    Column("customer_id", String(32), nullable=False, index=True),
    Column("since", String(32), nullable=False),
)

#: Decisions by hand about who is who; `aliases` holds what the files say, untouched by them.
identity_overrides = Table(
    "identity_overrides",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(8), nullable=False),  # merge, split
    Column("left", String(32), nullable=False),
    Column("right", String(32), nullable=False),
    Column("reason", Text),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("undone_at", DateTime(timezone=True)),
)

overridden_aliases = Table(
    "overridden_aliases",
    metadata,
    Column("run_id", String(60), primary_key=True),
    Column("identifier", String(32), primary_key=True),
    Column("customer_id", String(32), nullable=False),
)

identity_keys = Table(
    "identity_keys",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("message", String(60), nullable=False),
    Column("period", String(40), nullable=False),
    Column("recipient_key", String(64), nullable=False),
    Column("run_id", String(60), nullable=False),
    Column(
        "status", String(12), nullable=False
    ),  # queued, sending, sent, written, uncertain, failed
    Column("reason", Text),
    Column("path", Text),
    Column("queued_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
)

#: Decided for good, so that nobody is written to twice for one reason.
contact_log = Table(
    "contact_log",
    metadata,
    Column("campaign", String(60), primary_key=True),
    Column("customer_id", String(32), primary_key=True),
    Column("reason_key", String(200), primary_key=True),
    Column("contact_date", String(10), nullable=False, index=True),
    Column("event", String(10), nullable=False),  # sent, listed, held_out
    Column("channel", String(10), nullable=False),
    Column("segment", String(60), nullable=False),
    Column("identifier", String(32)),  # keyed hash of the address, to follow a merge of people
    Column("run_id", String(60), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("as_of", String(10), primary_key=True),
    Column("campaign", String(60), primary_key=True),
    Column("run_id", String(60), nullable=False),
    Column("content_sha256", String(64), nullable=False),  # words and recipients that were shown
    Column("people_count", Integer, nullable=False),
    Column("status", String(10), nullable=False),  # pending, approved, rejected, expired, done
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", String(200)),
)

#: Who took, or was refused, a file with personal data. It names files, nobody who is in them.
downloads = Table(
    "downloads",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("asked_at", DateTime(timezone=True), nullable=False, index=True),
    Column("user_name", String(200), nullable=False),
    Column("run_id", String(60), nullable=False),
    Column("file", String(200), nullable=False),  # lists/reorder.csv
    Column("shape", String(12), nullable=False),
    Column("outcome", String(8), nullable=False),  # served, refused
    Column("row_count", Integer),
    Column("left_out_count", Integer),  # people who have said no since the publication
    Column("reason", Text),
)

#: Whoever stands here is contacted by nobody, whatever the files say.
suppressions = Table(
    "suppressions",
    metadata,
    Column("identifier", String(32), primary_key=True),
    Column("reason", String(12), nullable=False),  # erased, unsubscribed, bounced
    Column("since", DateTime(timezone=True), nullable=False),
)


def _make_tables(engine: Engine) -> None:
    """Create what is absent; another process may be creating the same tables just now."""
    for attempts_left in reversed(range(20)):
        try:
            metadata.create_all(engine)
            return
        except DatabaseError:
            if not attempts_left:
                raise
            time.sleep(0.1)


def open_store(url: str) -> Engine:
    """The store at a URL, its tables created where they are absent."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _configure(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA busy_timeout=30000")
            connection.execute("PRAGMA journal_mode=WAL")

    _make_tables(engine)
    return engine
