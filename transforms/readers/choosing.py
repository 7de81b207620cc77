"""Which source definition a file belongs to: by its name, else by its header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

from transforms.readers.files import read_records
from transforms.readers.raw import RawTable, Records, RefusedFileError
from transforms.sources import SourceDefinition


def choose_definition(
    path: Path, feed: str, definitions: Sequence[SourceDefinition]
) -> SourceDefinition:
    """The definition of a file: by file name pattern first, else by its header.

    Raises:
        RefusedFileError: nothing fits; the message names the closest source and what it misses.
    """
    return choose(path, feed, definitions)[0]


def choose(
    path: Path, feed: str, definitions: Sequence[SourceDefinition]
) -> tuple[SourceDefinition, Records | None]:
    """The definition of a file, and its records where they had to be read to tell.

    Raises:
        RefusedFileError: nothing fits; the message names the closest source and what it misses.
    """
    candidates = [d for d in definitions if d.feed == feed]
    named = _closest_kin(
        [d for d in candidates if any(fnmatch(path.name, p) for p in d.files)], definitions
    )
    if len(named) == 1:
        return named[0], None
    if len(named) > 1:
        raise RefusedFileError(
            f"fits the file patterns of {' and '.join(d.source for d in named)}; make `files` tell them apart"
        )
    records = read_records(path)
    fitting = [d for d in candidates if d.recognised_by and not _unseen(d, records)]
    most = max((len(d.recognised_by) for d in fitting), default=0)
    chosen = _closest_kin([d for d in fitting if len(d.recognised_by) == most], definitions)
    if len(chosen) == 1:
        return chosen[0], records if _reads_plainly(chosen[0]) else None
    if chosen:
        raise RefusedFileError(
            f"could be {' or '.join(d.source for d in chosen)}; name it under `files` of a source"
        )
    raise RefusedFileError(_nothing_fits(feed, candidates, records))


def exported_at(path: Path, definition: SourceDefinition) -> datetime | None:
    """The export moment that the file name tells, or None; a bare date means the end of that day."""
    found = re.search(definition.exported_at, path.name) if definition.exported_at else None
    digits = re.sub(r"\D", "", found.group(1) or "") if found else ""
    try:
        if len(digits) >= 12:
            return datetime.strptime(digits[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        day = datetime.strptime(digits[:8], "%Y%m%d")
    except ValueError:
        return None
    return day.replace(hour=23, minute=59, second=59, tzinfo=UTC)


def _reads_plainly(definition: SourceDefinition) -> bool:
    """True where the definition reads a file just as the look at its header did."""
    told = (definition.encoding, definition.delimiter, definition.sheet, definition.skip_top_rows)
    return told == ("auto", "auto", None, 0)


def _closest_kin(
    fitting: list[SourceDefinition], definitions: Sequence[SourceDefinition]
) -> list[SourceDefinition]:
    """Of definitions that extend one another, the last in line: a shop's own beats its preset."""
    parents = {d.source: d.extends for d in definitions}
    ancestors = set()
    for definition in fitting:
        parent = definition.extends
        while parent:
            ancestors.add(parent)
            parent = parents.get(parent)
    return [d for d in fitting if d.source not in ancestors]


def _unseen(definition: SourceDefinition, records: Records) -> list[str]:
    found = {cell.casefold() for cell in records.row(definition.skip_top_rows)}
    return [h for h in definition.recognised_by if h.strip().casefold() not in found]


def _nothing_fits(feed: str, candidates: list[SourceDefinition], records: Records) -> str:
    known = [d for d in candidates if d.recognised_by]
    header = RawTable(records.row(0), records.cells)
    nearest = min(known, key=lambda d: (len(_unseen(d, records)) / len(d.recognised_by), d.source))
    hints = [
        f"{h!r}" + (f" (closest header: {c!r})" if (c := header.closest(h)) else "")
        for h in _unseen(nearest, records)[:5]
    ]
    return (
        f"has a header no source for {feed} knows; closest is {nearest.source!r}, but the file lacks "
        f"{', '.join(hints)}. Describe the file in config/sources/<name>.yml (README, “Own data”)"
    )
