"""Taking in what has landed: each file once, whole or not at all, every row accounted for."""

from __future__ import annotations

import difflib
import hashlib
import logging
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

log = logging.getLogger("suki.ingestion")

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
    from transforms.readers.definitions import load_definitions
    from transforms.sources import SourceError

    try:
        return load_definitions(folder / "sources" for folder in settings.config_folders)
    except SourceError as error:
        raise ConfigurationError(str(error)) from error


def _landed(
    settings: Settings, feeds: tuple[str, ...], summary: IngestSummary
) -> list[tuple[str, Path]]:
    """Every file of every feed, oldest first; what is no file of a feed is told."""
    if not settings.landing.is_dir():
        raise ConfigurationError(
            f"{settings.landing} does not exist. Make landing/orders/ there and drop exports in it, "
            "point SUKI_HOME elsewhere, or make a demo shop with `suki demo`."
        )
    found: list[tuple[str, Path, int]] = []
    for entry in sorted(settings.landing.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and entry.name in feeds:
            found += _files_of(entry, summary)
        else:
            summary.messages.append(_no_feed(entry, feeds))
    found.sort(key=lambda item: (feeds.index(item[0]), item[2], item[1].name))
    return _settled(
        [(feed, path) for feed, path, _ in found],
        settings.business.ingest.settle_seconds,
        summary,
    )


def _files_of(folder: Path, summary: IngestSummary) -> list[tuple[str, Path, int]]:
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")):
            continue
        where = f"landing/{folder.name}/{path.name}"
        if path.is_file():
            try:
                found.append((folder.name, path, path.stat().st_mtime_ns))
            except OSError as error:
                _vanished(where, error, summary)
        elif path.is_dir():
            summary.messages.append(
                f"{where} is a folder and was left alone; move its files up into landing/{folder.name}/"
            )
        else:
            summary.messages.append(
                f"{where} is a broken link or no regular file and was left alone; put the export itself there"
            )
    return found


def _no_feed(entry: Path, feeds: tuple[str, ...]) -> str:
    if entry.is_file():
        return (
            f"landing/{entry.name} lies outside the feeds and was left alone; move it into landing/<feed>/, "
            f"where feeds are {', '.join(feeds)}"
        )
    close = difflib.get_close_matches(entry.name, feeds, 1)
    hint = f"did you mean landing/{close[0]}/?" if close else f"feeds are {', '.join(feeds)}"
    return f"landing/{entry.name} is no feed and was left alone; {hint}"


def _settled(
    found: list[tuple[str, Path]], settle_seconds: float, summary: IngestSummary
) -> list[tuple[str, Path]]:
    """Leave files that somebody is still writing: by name, by an open writer, or by growth."""
    before = {path: _state(path) for _, path in found}
    newest = max((state[1] for state in before.values() if state), default=0)
    if settle_seconds and time.time() - newest / 1e9 < FRESH_SECONDS:
        time.sleep(settle_seconds)
    settled = []
    for feed, path in found:
        is_unfinished = path.name.lower().endswith(UNFINISHED_SUFFIXES)
        if is_unfinished or _state(path) != before[path] or _has_writer(path):
            summary.files_unfinished += 1
            summary.messages.append(
                f"landing/{feed}/{path.name} is still being written; left for the next run"
            )
        else:
            settled.append((feed, path))
    return settled


def _state(path: Path) -> tuple[int, int] | None:
    """Size and time of change, or None where the file is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _vanished(where: str, error: OSError, summary: IngestSummary) -> None:
    """A file that was there when the folder was listed and cannot be opened now."""
    if isinstance(error, FileNotFoundError):
        summary.files_unfinished += 1
        summary.messages.append(f"{where} vanished while Suki was looking; left for the next run")
        return
    summary.files_refused += 1
    summary.messages.append(
        f"refused: {where} cannot be opened ({error.strerror or error}); let the user Suki runs as read it"
    )


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
    from transforms.readers.reading import READER_VERSION

    try:
        content = sha256_of(path)
    except OSError as error:
        _vanished(f"landing/{feed}/{path.name}", error, summary)
        return
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
        result = _read(path, feed, definitions, record, settings)
    except FileNotFoundError as error:
        _vanished(f"landing/{feed}/{path.name}", error, summary)
        return
    except Exception as error:  # one file must not stop the night, whatever is in it
        message = _refusal(f"landing/{feed}/{path.name}", error)
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
    tell(f"read landing/{feed}/{path.name} as {result.definition.source}: {_told(result)}")
    for assumption in result.assumptions:
        tell(f"note: landing/{feed}/{path.name}: {assumption}")


def _refusal(where: str, error: Exception) -> str:
    """Why a file was refused, in the reader's words, or as a fault of Suki's own."""
    from transforms.readers.raw import RefusedFileError

    if isinstance(error, RefusedFileError):
        return f"{where} {error}"
    log.debug("reading %s", where, exc_info=error)
    return (
        f"{where} could not be read for a reason Suki does not know ({type(error).__name__}); "
        "the other files were. Run `suki --verbose ingest` for the details and report them"
    )


def _file_id(feed: str, content: str, fingerprint: str, reader_version: str) -> str:
    return hashlib.sha256(
        "\x1f".join((feed, content, fingerprint, reader_version)).encode()
    ).hexdigest()[:24]


def _read(
    path: Path,
    feed: str,
    definitions: tuple[SourceDefinition, ...],
    record: dict[str, Any],
    settings: Settings,
) -> ReadResult:
    """Choose the definition of a file and read it; `record` learns what was chosen."""
    from transforms.identity import person_key
    from transforms.readers.context import ReadContext
    from transforms.readers.reading import READER_VERSION, choose, exported_at, read_file

    definition, records = choose(path, feed, definitions)
    record |= {"source": definition.source, "definition_fingerprint": definition.fingerprint}
    record["file_id"] = _file_id(
        feed, record["content_sha256"], definition.fingerprint, READER_VERSION
    )
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
    return read_file(path, definition, context, records)


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
        "notes": [*result.assumptions, *result.notes],
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
