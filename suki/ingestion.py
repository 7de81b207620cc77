"""Taking in what has landed: each file once, whole or not at all, every row accounted for."""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suki.errors import ConfigurationError, SukiError
from suki.landing import IngestSummary, landed, told_unreadable
from suki.ledger import Ledger, clock
from suki.settings import Settings
from suki.storage import sha256_of, write_with

if TYPE_CHECKING:
    from transforms.readers.context import ReadResult
    from transforms.sources import SourceDefinition

log = logging.getLogger("suki.ingestion")

__all__ = ["IngestSummary", "ingest_landing", "load_sources"]


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
    for position, (feed, path) in enumerate(landed(settings, FEEDS, summary)):
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
        told_unreadable(f"landing/{feed}/{path.name}", error, summary)
        return
    if _is_known(content, path, feed, definitions, settings, ledger, summary):
        return
    record: dict[str, Any] = {
        "content_sha256": content,
        "name": path.name,
        "feed": feed,
        "reader_version": READER_VERSION,
    }
    record["arrived_at"] = ledger.first_arrival(content, feed) or arrived_at
    try:
        result = _read(path, feed, definitions, record, settings)
    except FileNotFoundError as error:
        told_unreadable(f"landing/{feed}/{path.name}", error, summary)
        return
    except SukiError:
        raise  # a fault of the configuration, not of the file
    except Exception as error:  # one file must not stop the night, whatever is in it
        _refuse(error, record, ledger, summary)
        return
    _store(result, record, settings)
    ledger.record_file(
        **record, status="accepted", counts=_counts(result), version_basis=_basis(result)
    )
    _add(summary, result)
    tell(f"read landing/{feed}/{path.name} as {result.definition.source}: {_told(result)}")
    for assumption in result.assumptions:
        tell(f"note: landing/{feed}/{path.name}: {assumption}")


def _is_known(
    content: str,
    path: Path,
    feed: str,
    definitions: tuple[SourceDefinition, ...],
    settings: Settings,
    ledger: Ledger,
    summary: IngestSummary,
) -> bool:
    """True where the definitions and the reader in force have read this content before."""
    from transforms.canonical import UNIT_TABLE
    from transforms.readers.reading import READER_VERSION

    fingerprints = {d.source: _fingerprint(d, settings) for d in definitions}
    known = ledger.accepted_reading(content, feed, READER_VERSION, fingerprints)
    if known is None:
        return False
    if not (settings.canonical / UNIT_TABLE[feed] / f"{known['file_id']}.parquet").is_file():
        return False  # its rows are gone; reading it again brings them back
    summary.files_known += 1
    if known["name"] != path.name:
        summary.messages.append(
            f"landing/{feed}/{path.name} has the same content as {known['name']}; not read again"
        )
    return True


def _refuse(
    error: Exception, record: dict[str, Any], ledger: Ledger, summary: IngestSummary
) -> None:
    """Tell and remember why a file was not read; the next run tries again."""
    message = _refusal(f"landing/{record['feed']}/{record['name']}", error)
    summary.files_refused += 1
    summary.messages.append(f"refused: {message}")
    nameless = _file_id(record["feed"], record["content_sha256"], "", record["reader_version"])
    ledger.record_file(**{"file_id": nameless} | record, status="refused", reason=message)


def _refusal(where: str, error: Exception) -> str:
    """Why a file was refused, in the reader's words, or as a fault of Suki's own."""
    from transforms.readers.raw import RefusedFileError

    if isinstance(error, RefusedFileError):
        return f"{where} {error}"
    log.debug("reading %s", where, exc_info=error)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "transforms" in f.filename]
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return (
        f"{where} could not be read: Suki did not foresee this ({type(error).__name__}{place}); "
        "the other files were read, report this sentence and the file's header"
    )


def _fingerprint(definition: SourceDefinition, settings: Settings) -> str:
    """Hash of all that decides how a file is read: its definition and what it takes from the store."""
    store = settings.business.store
    parts = (definition.fingerprint, store.timezone, store.reporting_currency)
    mailboxes = settings.business.identity.role_mailboxes
    return hashlib.sha256("\x1f".join((*parts, *mailboxes)).encode()).hexdigest()[:16]


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
    fingerprint = _fingerprint(definition, settings)
    record |= {"source": definition.source, "definition_fingerprint": fingerprint}
    record["file_id"] = _file_id(feed, record["content_sha256"], fingerprint, READER_VERSION)
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
        "units_quarantined": len(result.quarantined_units),
        "checked": result.checked_rows,
        "failed": failed_rows(result),
        "notes": [*result.assumptions, *result.notes],
        "assumptions": list(result.assumptions),
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
