"""Opening export files: compression, archives, and what a file is whatever its name says.

Whatever the container, what comes out is one table of text per file (`Records`), with the
header still among the rows. Every refusal says what is wrong and what to do.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from transforms.readers.raw import Records, RefusedFileError
from transforms.readers.text import read_text
from transforms.readers.typed import read_json_lines, read_parquet, read_workbook

MAXIMUM_UNPACKED_BYTES = 8 * 2**30
MAXIMUM_RATIO = 400
#: Tiny files may shrink to almost nothing without being bombs.
ALWAYS_UNPACKED_BYTES = 2**20
TEXT_SUFFIXES = {".csv", ".tsv", ".txt"}
JSON_SUFFIXES = {".jsonl", ".ndjson"}
SUPPORTED = "CSV, TSV, text, gzip, zip, Parquet, JSON lines (.jsonl, .ndjson) or XLSX"
#: First bytes of files whose names promise text.
DISGUISES = (
    (b"PK\x03\x04", "is a zip archive or an XLSX workbook", ".zip or .xlsx"),
    (b"\x1f\x8b", "is gzip-compressed", ".csv.gz"),
    (b"PAR1", "is a Parquet file", ".parquet"),
)
USELESS = (
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook (.xls)", "save it as XLSX or CSV"),
    (b"%PDF", "is a PDF", "export it as CSV"),
)


def read_records(
    path: Path,
    *,
    encoding: str = "auto",
    delimiter: str = "auto",
    sheet: str | None = None,
    header_at: int = 0,
) -> Records:
    """All records of a file as text.

    Args:
        path: the export.
        encoding: codec name, or "auto".
        delimiter: one character, "tab", "whitespace" or "auto".
        sheet: sheet of a workbook; default the first.
        header_at: how many rows stand above the header.

    Raises:
        RefusedFileError: the file is empty, damaged, of an unknown kind or undecodable.
    """
    if path.stat().st_size == 0:
        raise RefusedFileError("is empty (0 bytes); export it again")
    suffix, content = _unpack(path.name, path.read_bytes())
    if suffix == ".parquet":
        return read_parquet(content)
    if suffix == ".xlsx":
        return read_workbook(content, sheet, header_at)
    _refuse_disguises(content, suffix)
    if suffix in JSON_SUFFIXES:
        return read_json_lines(content, encoding)
    separator = "\t" if suffix == ".tsv" and delimiter == "auto" else delimiter
    return read_text(content, encoding=encoding, delimiter=separator, header_at=header_at)


def _unpack(name: str, content: bytes) -> tuple[str, bytes]:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".gz":
        return _unpack(name[: -len(suffix)], _gunzip(content))
    if suffix == ".zip":
        return _unzip(content)
    if suffix not in TEXT_SUFFIXES | JSON_SUFFIXES | {".parquet", ".xlsx"}:
        raise RefusedFileError(
            f"is of an unknown kind ({suffix or 'no extension'}); Suki reads {SUPPORTED}"
        )
    if not content:
        raise RefusedFileError("unpacks to an empty file (0 bytes); export it again")
    return suffix, content


def _refuse_disguises(content: bytes, suffix: str) -> None:
    for mark, what, name in DISGUISES:
        if content.startswith(mark):
            raise RefusedFileError(f"{what}, though its name ends in {suffix}; rename it to {name}")
    for mark, what, remedy in USELESS:
        if content.startswith(mark):
            raise RefusedFileError(f"{what}, though its name ends in {suffix}; {remedy}")
    if content[:200].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise RefusedFileError(
            "is a web page, not an export (a log-in page, perhaps); download it again"
        )


def _allowed_bytes(packed: int) -> int:
    return min(MAXIMUM_UNPACKED_BYTES, max(packed * MAXIMUM_RATIO, ALWAYS_UNPACKED_BYTES))


def _bomb(packed: int) -> RefusedFileError:
    return RefusedFileError(
        f"unpacks to more than {_allowed_bytes(packed):,} bytes from {packed:,}; refused as a possible bomb, unpack it yourself"
    )


def _gunzip(content: bytes) -> bytes:
    allowed = _allowed_bytes(len(content))
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            unpacked = stream.read(allowed + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RefusedFileError(
            f"is a damaged or truncated gzip file ({error}); copy it again"
        ) from error
    if len(unpacked) > allowed:
        raise _bomb(len(content))
    return unpacked


def _unzip(content: bytes) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            member = _only_member(archive)
            if member.flag_bits & 1:
                raise RefusedFileError("is an encrypted zip; Suki knows no password, unpack it")
            if member.file_size > _allowed_bytes(len(content)):
                raise _bomb(len(content))
            unpacked = archive.read(member)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise RefusedFileError(
            f"is a damaged or truncated zip file ({error}); copy it again"
        ) from error
    return _unpack(member.filename, unpacked)


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [m for m in archive.infolist() if not m.is_dir() and not _is_litter(m.filename)]
    if len(members) != 1:
        names = ", ".join(sorted(PurePosixPath(m.filename).name for m in members)) or "none"
        raise RefusedFileError(
            f"is a zip with {len(members)} files ({names}); Suki takes zips of one export, unpack it"
        )
    suffix = PurePosixPath(members[0].filename).suffix.lower()
    if suffix in {".zip", ".gz"}:
        raise RefusedFileError(f"is a zip with a {suffix} file inside; unpack the outer one")
    return members[0]


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith(".")
