"""Taking in what has landed: each file once, whole or not at all, every row accounted for."""

from __future__ import annotations

import difflib
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suki.errors import ConfigurationError
from suki.ledger import Ledger, clock
from suki.settings import Settings
from suki.storage import sha256_of, write_with

if TYPE_CHECKING:
    from transforms.readers.context import ReadResult
    from transforms.sources import SourceDefinition

UNFINISHED_SUFFIXES = (".part", ".tmp", ".crdownload", ".partial", ".filepart")
FRESH_SECONDS = 10.0


@dataclass
class IngestSummary:
    """What one ingest did; counts are rows unless they say files."""

    files_accepted: int = 0
    files_refused: int = 0
    files_known: int = 0
    files_unfinished: int = 0
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_ignored: int = 0
    messages: list[str] = field(default_factory=list)


def ingest_landing(
    settings: Settings,
    ledger: Ledger,
    tell: Callable[[str], None],
    *,
    seen_at: datetime | None = None,
) -> IngestSummary:
    """Read every complete new file of every feed.

    Args:
        seen_at: arrival time to record, for loading history; default the clock.

    Raises:
        ConfigurationError: the landing folder does not exist, or a source definition is wrong.
    """
    from transforms.canonical import FEEDS

    definitions = load_sources(settings)
    summary = IngestSummary()
    arrived = seen_at or clock()
    for position, (feed, path) in enumerate(_landed(settings, FEEDS, summary)):
        _take_in(
            path,
            feed,
            definitions,
            settings,
            ledger,
            arrived + timedelta(microseconds=position),
            summary,
            tell,
        )
    for message in summary.messages:
        tell(message)
    return summary


def load_sources(settings: Settings) -> tuple[SourceDefinition, ...]:
    """The shop's source definitions and the presets.

    Raises:
        ConfigurationError: one of them is wrong; the message names file, line and key.
    """
    from transforms.sources import SourceError, load_definitions

    try:
        return load_definitions(folder / "sources" for folder in settings.config_folders)
    except SourceError as error:
        raise ConfigurationError(str(error)) from error


def _landed(
    settings: Settings, feeds: tuple[str, ...], summary: IngestSummary
) -> list[tuple[str, Path]]:
    if not settings.landing.is_dir():
        raise ConfigurationError(
            f"{settings.landing} does not exist. Make landing/orders/ there and drop exports in it, "
            "point SUKI_HOME elsewhere, or make a demo shop with `suki demo`."
        )
    found = []
    for entry in sorted(settings.landing.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and entry.name in feeds:
            found += [
                (entry.name, path)
                for path in entry.iterdir()
                if path.is_file() and not path.name.startswith((".", "~$"))
            ]
        else:
            close = difflib.get_close_matches(entry.name, feeds, 1)
            hint = (
                f"did you mean landing/{close[0]}/?" if close else f"feeds are {', '.join(feeds)}"
            )
            summary.messages.append(f"landing/{entry.name} is no feed and was left alone; {hint}")
    by_arrival = sorted(
        found, key=lambda item: (feeds.index(item[0]), item[1].stat().st_mtime_ns, item[1].name)
    )
    return _settled(by_arrival, settings.business.ingest.settle_seconds, summary)


def _settled(
    found: list[tuple[str, Path]], settle_seconds: float, summary: IngestSummary
) -> list[tuple[str, Path]]:
    """Leave files that somebody is still writing: by name, by an open writer, or by growth."""
    fresh = {
        path: path.stat() for _, path in found if time.time() - path.stat().st_mtime < FRESH_SECONDS
    }
    if fresh and settle_seconds:
        time.sleep(settle_seconds)
    settled = []
    for feed, path in found:
        before, now = fresh.get(path), path.stat()
        grew = before is not None and (before.st_size, before.st_mtime_ns) != (
            now.st_size,
            now.st_mtime_ns,
        )
        if path.name.lower().endswith(UNFINISHED_SUFFIXES) or grew or _has_writer(path):
            summary.files_unfinished += 1
            summary.messages.append(
                f"landing/{feed}/{path.name} is still being written; left for the next run"
            )
        else:
            settled.append((feed, path))
    return settled


def _has_writer(path: Path) -> bool:
    """True where some process has the file open for writing (Linux; elsewhere never)."""
    try:
        import fcntl

        descriptor = os.open(path, os.O_RDONLY)
    except (ImportError, OSError):
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except (OSError, AttributeError):
        return False
    finally:
        os.close(descriptor)
    return False


def _take_in(
    path: Path,
    feed: str,
    definitions: tuple[SourceDefinition, ...],
    settings: Settings,
    ledger: Ledger,
    arrived_at: datetime,
    summary: IngestSummary,
    tell: Callable[[str], None],
) -> None:
    from transforms.readers.raw import RefusedFileError
    from transforms.readers.reading import READER_VERSION, choose_definition

    content = sha256_of(path)
    record: dict[str, Any] = {
        "content_sha256": content,
        "name": path.name,
        "feed": feed,
        "reader_version": READER_VERSION,
    }
    known = ledger.accepted_reading(
        content, feed, READER_VERSION, {d.source: d.fingerprint for d in definitions}
    )
    if known is not None:
        summary.files_known += 1
        if known["name"] != path.name:
            summary.messages.append(
                f"landing/{feed}/{path.name} has the same content as {known['name']}; not read again"
            )
        return
    record["arrived_at"] = ledger.first_arrival(content, feed) or arrived_at
    try:
        definition = choose_definition(path, feed, definitions)
        record |= {"source": definition.source, "definition_fingerprint": definition.fingerprint}
        record["file_id"] = _file_id(feed, content, definition.fingerprint, READER_VERSION)
        result = _read(path, definition, record, settings)
    except RefusedFileError as error:
        message = f"landing/{feed}/{path.name} {error}"
        summary.files_refused += 1
        summary.messages.append(f"refused: {message}")
        record.setdefault("file_id", _file_id(feed, content, "", READER_VERSION))
        ledger.record_file(**record, status="refused", reason=message)
        return
    _store(result, record, settings)
    ledger.record_file(
        **record, status="accepted", counts=_counts(result), version_basis=_basis(result)
    )
    _add(summary, result)
    tell(f"read landing/{feed}/{path.name} as {definition.source}: {_told(result)}")


def _file_id(feed: str, content: str, fingerprint: str, reader_version: str) -> str:
    return hashlib.sha256(
        "\x1f".join((feed, content, fingerprint, reader_version)).encode()
    ).hexdigest()[:24]


def _read(
    path: Path, definition: SourceDefinition, record: dict[str, Any], settings: Settings
) -> ReadResult:
    from transforms.identity import person_key
    from transforms.readers.context import ReadContext
    from transforms.readers.reading import exported_at, read_file

    context = ReadContext(
        file_id=record["file_id"],
        file_name=path.name,
        arrived_at=record["arrived_at"],
        exported_at=exported_at(path, definition),
        store_timezone=settings.business.store.timezone,
        store_currency=settings.business.store.reporting_currency,
        key=person_key(settings.identity_secret()),
        role_mailboxes=settings.business.identity.role_mailboxes,
    )
    return read_file(path, definition, context)


def _store(result: ReadResult, record: dict[str, Any], settings: Settings) -> None:
    """Write the file's tables; they count only once the ledger knows the file."""
    name = f"{record['file_id']}.parquet"
    for table, frame in result.tables.items():
        write_with(settings.canonical / table / name, frame.write_parquet)
    if result.failures.height:
        from transforms.quarantine import quarantine_rows

        rows = quarantine_rows(
            result, file_id=record["file_id"], file_name=record["name"], feed=record["feed"]
        )
        write_with(settings.quarantine / record["feed"] / name, rows.write_parquet)


def _counts(result: ReadResult) -> dict[str, Any]:
    from transforms.canonical import UNIT_TABLE
    from transforms.quarantine import failed_rows

    return {
        "read": result.rows_read,
        "accepted": result.rows_accepted,
        "quarantined": result.rows_quarantined,
        "ignored": result.ignored,
        "units": result.tables[UNIT_TABLE[result.definition.feed]].height,
        "checked": result.checked_rows,
        "failed": failed_rows(result),
        "notes": list(result.notes),
    }


def _basis(result: ReadResult) -> str:
    from transforms.quarantine import weakest_version_basis

    return weakest_version_basis(result)


def _add(summary: IngestSummary, result: ReadResult) -> None:
    summary.files_accepted += 1
    summary.rows_read += result.rows_read
    summary.rows_accepted += result.rows_accepted
    summary.rows_quarantined += result.rows_quarantined
    summary.rows_ignored += result.rows_ignored


def _told(result: ReadResult) -> str:
    parts = [f"{result.rows_read:,} rows read", f"{result.rows_accepted:,} accepted"]
    if result.rows_quarantined:
        parts.append(f"{result.rows_quarantined:,} quarantined")
    parts += [f"{count:,} ignored ({reason})" for reason, count in sorted(result.ignored.items())]
    return ", ".join(parts)
