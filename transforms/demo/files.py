"""Putting export files down: same content, same bytes; all or none; never over other content."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

SHOP_ZONE = ZoneInfo("Asia/Manila")
EXPORT_TIME = time(23, 59, 59)


@dataclass(frozen=True)
class ExportFile:
    """One file to be written: where under the landing folder, its bytes, the day it was made."""

    relative_path: str
    content: bytes
    exported_on: date


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 CSV as the vendors write it: line feeds, quotes only where needed."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8")


def amount_text(minor_units: int) -> str:
    """Minor units as a plain decimal with two places: 123450 becomes `1234.50`."""
    sign = "-" if minor_units < 0 else ""
    return f"{sign}{abs(minor_units) // 100}.{abs(minor_units) % 100:02d}"


def manila_text(moment: datetime | None) -> str:
    """A moment of the shop's clock as ISO 8601 with its offset; nothing for none."""
    return f"{moment.isoformat()}+08:00" if moment else ""


def zipped(member_name: str, content: bytes, day: date) -> bytes:
    """A zip archive with one member, the same bytes for the same content on any machine."""
    member = zipfile.ZipInfo(member_name, date_time=(day.year, day.month, day.day, 23, 59, 58))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 3
    member.external_attr = 0o644 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, content)
    return buffer.getvalue()


def gzipped(content: bytes) -> bytes:
    """Gzip without the clock time and file name that would make every archive different."""
    return gzip.compress(content, compresslevel=6, mtime=0)


def write_files(landing: Path, files: Sequence[ExportFile]) -> list[Path]:
    """Write every file, or none if one of them would replace other content.

    A file already there with the same content is left alone, so a second run is harmless.
    Modification times come from the day of the export: arrival order is the order of the exports.

    Raises:
        FileExistsError: a file of that name holds something else.
    """
    paths = [landing / file.relative_path for file in files]
    for path, file in zip(paths, files, strict=True):
        if path.exists() and path.read_bytes() != file.content:
            raise FileExistsError(
                f"{path} exists with other content and is left as it is; nothing was written. "
                "Remove it, or let the demo write to an empty landing folder."
            )
    for path, file in zip(paths, files, strict=True):
        if not path.exists():
            _write_atomically(path, file)
    return paths


def _write_atomically(path: Path, file: ExportFile) -> None:
    """A hidden temporary name first: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(file.content)
    made_at = datetime.combine(file.exported_on, EXPORT_TIME, SHOP_ZONE).timestamp()
    os.utime(temporary, (made_at, made_at))
    temporary.replace(path)
