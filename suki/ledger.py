"""The ledger: what Suki remembers between runs, in a small relational store.

SQLite by default, PostgreSQL by URL (`SUKI_LEDGER_URL`). It holds facts about operation
only: files seen, runs, who holds which lock, surrogates given to people, mails handed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
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
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

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


def clock() -> datetime:
    """The wall clock, for operational facts only; no figure ever depends on it."""
    return datetime.now(UTC)


class Ledger:
    """Reads and writes the operational memory of one shop."""

    def __init__(self, url: str) -> None:
        """Open the store and create its tables where they are absent."""
        if url.startswith("sqlite:///"):
            folder = Path(url.removeprefix("sqlite:///")).parent
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.engine = _engine(url)
        metadata.create_all(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A connection whose work is committed as a whole or not at all."""
        with self.engine.begin() as connection:
            yield connection

    def known_files(
        self, *, known_at: datetime | None = None, statuses: Iterable[str] = ("accepted",)
    ) -> list[dict[str, Any]]:
        """Files in order of arrival, those first seen after `known_at` left out."""
        query = select(files).where(files.c.status.in_(list(statuses))).order_by(files.c.sequence)
        if known_at is not None:
            query = query.where(files.c.arrived_at <= known_at)
        with self.engine.connect() as connection:
            return [_file_row(row) for row in connection.execute(query).mappings()]

    def find_file(self, file_id: str) -> dict[str, Any] | None:
        """The record of one file, or None."""
        with self.engine.connect() as connection:
            row = (
                connection.execute(select(files).where(files.c.file_id == file_id))
                .mappings()
                .first()
            )
        return _file_row(row) if row else None

    def record_file(self, **record: Any) -> None:
        """Remember a file; one with the same id is remembered once.

        A correction of the source definition or reader makes earlier readings of the same
        content obsolete: they are kept as history and no longer read.
        """
        record["counts"] = json.dumps(record.get("counts", {}), sort_keys=True)
        with self.transaction() as connection:
            connection.execute(
                update(files)
                .where(
                    files.c.content_sha256 == record["content_sha256"],
                    files.c.feed == record["feed"],
                )
                .where(
                    files.c.file_id != record["file_id"],
                    files.c.status.in_(["accepted", "refused"]),
                )
                .values(status="superseded")
            )
            existing = select(files.c.file_id).where(files.c.file_id == record["file_id"])
            if connection.execute(existing).first():
                changed = {k: v for k, v in record.items() if k not in {"file_id", "arrived_at"}}
                connection.execute(
                    update(files).where(files.c.file_id == record["file_id"]).values(**changed)
                )
            else:
                connection.execute(insert(files).values(**record))

    def accepted_reading(
        self, content_sha256: str, feed: str, reader_version: str, fingerprints: dict[str, str]
    ) -> dict[str, Any] | None:
        """The reading of this content that is still good: accepted, by the definition in force."""
        query = select(files).where(
            files.c.content_sha256 == content_sha256,
            files.c.feed == feed,
            files.c.reader_version == reader_version,
            files.c.status == "accepted",
        )
        with self.engine.connect() as connection:
            rows = [_file_row(row) for row in connection.execute(query).mappings()]
        return next(
            (
                row
                for row in rows
                if fingerprints.get(row["source"]) == row["definition_fingerprint"]
            ),
            None,
        )

    def first_arrival(self, content_sha256: str, feed: str) -> datetime | None:
        """When this content was first seen in the feed, whatever definition read it."""
        query = (
            select(files.c.arrived_at)
            .where(files.c.content_sha256 == content_sha256, files.c.feed == feed)
            .order_by(files.c.sequence)
        )
        with self.engine.connect() as connection:
            found = connection.execute(query).scalar()
        return _utc(found) if found else None

    def open_run(self, run_id: str, as_of: str, known_at: str | None) -> None:
        """Remember that a run was begun; a finished run keeps its record."""
        with self.transaction() as connection:
            if (
                connection.execute(select(runs.c.run_id).where(runs.c.run_id == run_id)).first()
                is None
            ):
                connection.execute(
                    insert(runs).values(
                        run_id=run_id,
                        as_of=as_of,
                        known_at=known_at,
                        status="open",
                        opened_at=clock(),
                    )
                )

    def close_run(self, run_id: str, status: str, reason: str | None = None) -> None:
        """Remember how a run ended."""
        with self.transaction() as connection:
            connection.execute(
                update(runs)
                .where(runs.c.run_id == run_id)
                .values(status=status, reason=reason, finished_at=clock())
            )

    def run(self, run_id: str) -> dict[str, Any] | None:
        """The record of one run, or None."""
        with self.engine.connect() as connection:
            row = connection.execute(select(runs).where(runs.c.run_id == run_id)).mappings().first()
        return dict(row) if row else None

    def latest_runs(self, limit: int = 5) -> list[dict[str, Any]]:
        """Newest runs first."""
        query = select(runs).order_by(runs.c.opened_at.desc(), runs.c.run_id).limit(limit)
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def newest_published(self, *, before: str | None = None) -> dict[str, Any] | None:
        """The publication with the newest business date, optionally before a date."""
        query = (
            select(runs)
            .where(runs.c.status.in_(["published", "banner"]))
            .where(runs.c.known_at.is_(None))
        )
        if before is not None:
            query = query.where(runs.c.as_of < before)
        query = query.order_by(runs.c.as_of.desc(), runs.c.finished_at.desc(), runs.c.run_id).limit(
            1
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return dict(row) if row else None

    def surrogates(self) -> dict[str, str]:
        """Every identifier hash -> customer_id given to it."""
        with self.engine.connect() as connection:
            return {
                identifier: customer
                for identifier, customer in connection.execute(
                    select(aliases.c.identifier, aliases.c.customer_id)
                )
            }

    def give_surrogates(self, given: list[dict[str, str]]) -> None:
        """Write new or changed identifier -> customer_id rows."""
        if not given:
            return
        with self.transaction() as connection:
            known = set(connection.execute(select(aliases.c.identifier)).scalars())
            if fresh := [row for row in given if row["identifier"] not in known]:
                connection.execute(insert(aliases), fresh)
            for row in given:
                if row["identifier"] in known:
                    connection.execute(
                        update(aliases)
                        .where(aliases.c.identifier == row["identifier"])
                        .values(customer_id=row["customer_id"])
                    )

    def enqueue(self, key: str, **record: Any) -> bool:
        """Claim a message; False where it was claimed before, whatever became of it."""
        try:
            with self.transaction() as connection:
                connection.execute(
                    insert(outbox).values(key=key, status="queued", queued_at=clock(), **record)
                )
        except IntegrityError:
            return False
        return True

    def retry_message(self, key: str, run_id: str) -> bool:
        """Take up a message that failed before it was sent, or was never handed over."""
        with self.transaction() as connection:
            taken = connection.execute(
                update(outbox)
                .where(outbox.c.key == key, outbox.c.status.in_(["failed", "queued"]))
                .values(status="queued", run_id=run_id, reason=None, queued_at=clock())
            )
        return bool(taken.rowcount)

    def mark_message(self, key: str, status: str, **changes: Any) -> None:
        """Remember what became of a message."""
        finished = clock() if status in {"sent", "written", "failed"} else None
        with self.transaction() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.key == key)
                .values(status=status, finished_at=finished, **changes)
            )

    def messages(self, *, statuses: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Messages of the outbox in order of queueing."""
        query = select(outbox).order_by(outbox.c.queued_at, outbox.c.key)
        if statuses is not None:
            query = query.where(outbox.c.status.in_(list(statuses)))
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _configure(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA busy_timeout=30000")

    return engine


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _file_row(row: Any) -> dict[str, Any]:
    record = dict(row)
    record["counts"] = json.loads(record["counts"])
    record["arrived_at"] = _utc(record["arrived_at"])
    return record
