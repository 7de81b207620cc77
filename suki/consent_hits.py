"""Hits of unsubscribe links as files of the `consents` feed: one a day, whole at every moment."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from suki.settings import Settings
from suki.storage import write_text

COLUMNS = ("email_key", "channel", "purpose", "is_granted", "stated_at")
PREFIX = "unsubscribed_"
_IN_THIS_PROCESS = threading.Lock()

Refusal = tuple[str, str, str]


def record_refusals(settings: Settings, refusals: Iterable[Refusal], at: datetime) -> Path:
    """Write down that somebody said no; what was said before today stays, twice is once.

    Args:
        refusals: (email_key, channel, purpose).
        at: the moment of the click, with its zone.

    Returns:
        `landing/consents/unsubscribed_<day>.csv`, which the next run reads.

    Raises:
        OSError: the file cannot be written; then nothing was recorded.
    """
    day = at.astimezone(settings.timezone).date()
    moment = at.isoformat(timespec="seconds")
    with _alone(settings.state / "unsubscribe.lock"):
        path = _file_of(settings.landing / "consents", f"{PREFIX}{day}")
        said = _read(path) | dict.fromkeys(refusals, moment)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([*refusal, "no", when] for refusal, when in said.items())
        return write_text(path, text.getvalue())


def refusals_since(settings: Settings, moment: datetime) -> frozenset[Refusal]:
    """Who said no by a link at that moment or later: asked once more before a message is sent.

    The feed is read at the beginning of a run; between that and the sending somebody may click.

    Args:
        moment: with its zone. Take one well before the run began, such as a day: a file that was
            being written just then waits for the next run.
    """
    found = set()
    for path in sorted((settings.landing / "consents").glob(f"{PREFIX}*.csv")):
        for refusal, when in _read(path).items():
            if datetime.fromisoformat(when) >= moment:
                found.add(refusal)
    return frozenset(found)


def _file_of(folder: Path, stem: str) -> Path:
    """The day's file; one that somebody edited is left as it is, and the next name taken."""
    names = (f"{stem}.csv", *(f"{stem}_{number}.csv" for number in range(2, 100)))
    for path in (folder / name for name in names):
        if not path.exists() or _rows(path) is not None:
            return path
    raise OSError(f"{folder} holds no file of {stem} that can be added to")


def _read(path: Path) -> dict[Refusal, str]:
    rows = _rows(path) if path.exists() else None
    return {(key, channel, purpose): when for key, channel, purpose, _, when in rows or []}


def _rows(path: Path) -> list[list[str]] | None:
    """The rows of a file of ours, or None where it is none."""
    try:
        header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
        for row in rows:
            datetime.fromisoformat(row[4])
    except (ValueError, IndexError, csv.Error):
        return None
    return rows if tuple(header) == COLUMNS and all(len(row) == 5 for row in rows) else None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One writer at a time, over threads and, where the system can lock files, over processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _IN_THIS_PROCESS, path.open("a") as stream:
        try:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        except ImportError:
            pass
        yield
