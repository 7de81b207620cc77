"""What lies in the landing folders: files that are complete, and what is none of them."""

from __future__ import annotations

import difflib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from suki.errors import ConfigurationError
from suki.settings import Settings

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


def landed(
    settings: Settings, feeds: tuple[str, ...], summary: IngestSummary
) -> list[tuple[str, Path]]:
    """Every complete file of every feed as (feed, path), oldest first; the rest is told.

    Raises:
        ConfigurationError: the landing folder does not exist.
    """
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
                told_unreadable(where, error, summary)
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


def told_unreadable(where: str, error: OSError, summary: IngestSummary) -> None:
    """Say of a file that was there when the folder was listed why it cannot be opened now."""
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
