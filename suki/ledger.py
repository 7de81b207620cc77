"""The ledger: what Suki remembers between runs, in a small relational store.

SQLite by default, PostgreSQL by URL (`SUKI_LEDGER_URL`). It holds facts about operation
only: files seen, runs, who holds which lock, surrogates given to people, mails handed over.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from suki.errors import ConfigurationError
from suki.ledger_tables import aliases, files, identity_keys, open_store, outbox, runs


def clock() -> datetime:
    """The wall clock, for operational facts only; no figure ever depends on it."""
    return datetime.now(UTC)


class Ledger:
    """Reads and writes the operational memory of one shop."""

    def __init__(self, url: str) -> None:
        """Open the store and create its tables where they are absent."""
        if url.startswith("sqlite:///"):
            folder = Path(url.removeprefix("sqlite:///")).parent
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise ConfigurationError(f"{folder} cannot be made: {error.strerror}") from error
        try:
            self.engine = open_store(url)
        except SQLAlchemyError as error:
            told = str(error).splitlines()[0]
            raise ConfigurationError(
                f"the ledger at {url.split('@')[-1]} cannot be opened: {told}. "
                "Is the folder writable, is SUKI_LEDGER_URL right?"
            ) from error

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
        record.setdefault("reason", None)
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
        return in_utc(found) if found else None

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

    def unfinished_runs(self, since: datetime) -> set[str]:
        """Runs opened since a moment that have not ended: their workshops are in use."""
        query = select(runs.c.run_id).where(runs.c.status == "open", runs.c.opened_at >= since)
        with self.engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def run(self, run_id: str) -> dict[str, Any] | None:
        """The record of one run, or None."""
        with self.engine.connect() as connection:
            row = connection.execute(select(runs).where(runs.c.run_id == run_id)).mappings().first()
        return dict(row) if row else None

    def is_published(self, run_id: str) -> bool:
        """True where the run was published, with or without warnings."""
        record = self.run(run_id)
        return record is not None and record["status"] in {"published", "banner"}

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

    def confirm_identity_key(self, secret: bytes) -> bool:
        """True where the key is the one this ledger began with; the first key is remembered."""
        fingerprint = hmac.new(secret, b"suki identity key", hashlib.sha256).hexdigest()
        with self.transaction() as connection:
            known = connection.execute(select(identity_keys.c.fingerprint)).scalar()
            if known is None:
                connection.execute(insert(identity_keys).values(fingerprint=fingerprint))
        return known in (None, fingerprint)

    def surrogates(self) -> dict[str, str]:
        """Every identifier hash -> customer_id given to it."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(aliases.c.identifier, aliases.c.customer_id))
            return {str(identifier): str(customer) for identifier, customer in rows}

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

    def start_message(self, key: str, status: str, **changes: Any) -> bool:
        """Move a claimed message on; False where another process has taken it up meanwhile."""
        with self.transaction() as connection:
            taken = connection.execute(
                update(outbox)
                .where(outbox.c.key == key, outbox.c.status == "queued")
                .values(status=status, **changes)
            )
        return bool(taken.rowcount)

    def mark_message(self, key: str, status: str, **changes: Any) -> None:
        """Remember what became of a message."""
        finished = clock() if status in {"sent", "written", "failed", "uncertain"} else None
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


def in_utc(moment: datetime) -> datetime:
    """A moment as the store gives it back, in UTC; SQLite forgets the zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _file_row(row: Any) -> dict[str, Any]:
    record = dict(row)
    record["counts"] = json.loads(record["counts"])
    record["arrived_at"] = in_utc(record["arrived_at"])
    return record
