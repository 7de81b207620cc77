"""Opening export files: compression, archives, workbooks, encodings, delimiters.

Whatever the container, what comes out is one table of text per file (`records`), with the
header still among the rows. Every refusal says what is wrong and what to do.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from transforms.readers.raw import RefusedFileError

MAXIMUM_UNPACKED_BYTES = 32 * 2**30
MAXIMUM_RATIO = 400
DELIMITERS = (",", "\t", ";", "|")
TEXT_SUFFIXES = {".csv", ".tsv", ".txt"}
SUPPORTED = "CSV, TSV, text, gzip, zip, Parquet, JSON lines (.jsonl, .ndjson) or XLSX"


def read_records(path: Path, *, encoding: str = "auto", delimiter: str = "auto", sheet: str | None = None) -> pl.DataFrame:
    """All records of a file as text.

    Args:
        path: the export.
        encoding: codec name, or "auto".
        delimiter: one character, "tab", "whitespace" or "auto".
        sheet: sheet of a workbook; default the first.

    Returns:
        Columns "0", "1", ... of text (null where empty), one row per record, header included.

    Raises:
        RefusedFileError: the file is empty, damaged, of an unknown kind or undecodable.
    """
    if path.stat().st_size == 0:
        raise RefusedFileError("is empty (0 bytes); export it again")
    suffix, content = _unpack(path.name, path)
    if suffix == ".parquet":
        return _from_rows_of_objects(pl.read_parquet(content))
    if suffix == ".xlsx":
        return _read_workbook(content, sheet)
    text = decode(content, encoding)
    if suffix in {".jsonl", ".ndjson"}:
        return _read_json_lines(text)
    return read_delimited(text, "\t" if suffix == ".tsv" and delimiter == "auto" else delimiter)


def _unpack(name: str, source: Path | bytes) -> tuple[str, bytes]:
    suffix = PurePosixPath(name).suffix.lower()
    content = source.read_bytes() if isinstance(source, Path) else source
    if suffix == ".gz":
        return _unpack(name[: -len(suffix)], _gunzip(content))
    if suffix == ".zip":
        return _unzip(content)
    if suffix not in TEXT_SUFFIXES | {".parquet", ".xlsx", ".jsonl", ".ndjson"}:
        raise RefusedFileError(f"is of an unknown kind ({suffix or 'no extension'}); Suki reads {SUPPORTED}")
    return suffix, content


def _gunzip(content: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            unpacked = stream.read(min(MAXIMUM_UNPACKED_BYTES, len(content) * MAXIMUM_RATIO) + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RefusedFileError(f"is a damaged or truncated gzip file ({error}); copy it again") from error
    if len(unpacked) > len(content) * MAXIMUM_RATIO:
        raise RefusedFileError(f"unpacks to more than {MAXIMUM_RATIO} times its size; refused as a possible bomb")
    return unpacked


def _unzip(content: bytes) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not _is_litter(m.filename)]
            if len(members) != 1:
                names = ", ".join(sorted(PurePosixPath(m.filename).name for m in members)) or "none"
                raise RefusedFileError(f"is a zip with {len(members)} files ({names}); Suki takes zips of one export")
            if members[0].file_size > min(MAXIMUM_UNPACKED_BYTES, max(len(content), 1024) * MAXIMUM_RATIO):
                raise RefusedFileError(f"unpacks to more than {MAXIMUM_RATIO} times its size; refused as a possible bomb")
            if PurePosixPath(members[0].filename).suffix.lower() in {".zip", ".gz"}:
                raise RefusedFileError("is a zip inside a zip; unpack the outer one")
            return _unpack(members[0].filename, archive.read(members[0]))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise RefusedFileError(f"is a damaged, truncated or encrypted zip file ({error}); copy it again") from error


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith(".")


def decode(content: bytes, encoding: str = "auto") -> str:
    """Bytes to text: a byte order mark decides, else UTF-8, else the likeliest old codec.

    Raises:
        RefusedFileError: no codec fits, or the declared one does not.
    """
    try:
        if encoding != "auto":
            return content.decode(encoding).removeprefix("\ufeff")
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except LookupError as error:
        raise RefusedFileError(f"encoding {encoding!r} in the source definition does not exist") from error
    except UnicodeDecodeError as error:
        if encoding != "auto" or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise RefusedFileError(
                f"is not {encoding if encoding != 'auto' else 'UTF-16'} (byte {error.start}); declare its `encoding`"
            ) from error
    return _guess(content)


def _guess(content: bytes) -> str:
    import charset_normalizer

    best = charset_normalizer.from_bytes(
        content[:500_000], cp_isolation=["cp1252", "cp1250", "mac_roman", "shift_jis", "cp874", "iso8859_2"]
    ).best()
    if best is None or b"\x00" in content[:100_000]:
        raise RefusedFileError("is in no encoding Suki recognises (binary?); save it as UTF-8 CSV or declare its `encoding`")
    try:
        return content.decode(best.encoding)
    except UnicodeDecodeError as error:
        raise RefusedFileError(
            f"looks like {best.encoding} but byte {error.start} is not; save it as UTF-8 or declare its `encoding`"
        ) from error


def read_delimited(text: str, delimiter: str = "auto") -> pl.DataFrame:
    """Delimited text to records, quoted cells with line ends included.

    Raises:
        RefusedFileError: a quote is never closed, or a row has more cells than the header.
    """
    if "\x00" in text:
        raise RefusedFileError("holds NUL bytes; it is damaged or no text file")
    if delimiter == "whitespace":
        return _rows([line.split() for line in text.splitlines() if line.strip()])
    separator = {"tab": "\t", "auto": ""}.get(delimiter, delimiter) or detect_delimiter(text)
    try:
        frame = pl.read_csv(
            text.encode(), has_header=False, infer_schema=False, separator=separator, truncate_ragged_lines=False
        )
        return frame.rename({name: str(i) for i, name in enumerate(frame.columns)})
    except pl.exceptions.PolarsError:
        # Polars stops at rows wider than the header and at stray quotes; the slow reader knows which row.
        return _read_slowly(text, separator)


def _read_slowly(text: str, separator: str) -> pl.DataFrame:
    csv.field_size_limit(2**24)
    rows, reader = [], csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            if row:
                rows.append(row)
    except csv.Error as error:
        raise RefusedFileError(
            f"cannot be read past line {reader.line_num}: {error}; look for a quote that is never closed"
        ) from error
    return _rows(rows)


def _rows(rows: list[list[str]]) -> pl.DataFrame:
    if not rows:
        raise RefusedFileError("holds no rows at all; export it again")
    width = len(rows[0])
    for number, row in enumerate(rows, start=1):
        extra = [cell for cell in row[width:] if cell.strip()]
        if extra:
            raise RefusedFileError(
                f"row {number} has {len(row)} cells but the header {width}; a cell with the delimiter in it lacks quotes"
            )
    padded = [(row + [""] * width)[:width] for row in rows]
    columns = zip(*padded, strict=True)
    return pl.DataFrame({str(i): pl.Series(column, dtype=pl.String) for i, column in enumerate(columns)}).with_columns(
        pl.all().replace("", None)
    )


def detect_delimiter(text: str) -> str:
    """The delimiter under which the first records have the most equal widths.

    Raises:
        RefusedFileError: no delimiter gives more than one column.
    """
    sample = text[:65536]
    if len(sample) < len(text):
        sample = sample.rsplit("\n", 1)[0]
    scores = {}
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        scores[delimiter] = (count / max(sum(widths.values()), 1) if width > 1 else 0.0, width)
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best][0] > 0 else ","


def _read_workbook(content: bytes, sheet: str | None) -> pl.DataFrame:
    import fastexcel

    try:
        book = fastexcel.read_excel(content)
        loaded = book.load_sheet(sheet or 0, header_row=None, dtypes="string")
    except fastexcel.FastExcelError as error:
        raise RefusedFileError(f"is no readable XLSX workbook ({str(error).splitlines()[0]})") from error
    frame = loaded.to_polars()
    if frame.is_empty():
        raise RefusedFileError("holds an empty sheet; name the right one with `sheet`")
    return frame.rename({name: str(i) for i, name in enumerate(frame.columns)})


def _read_json_lines(text: str) -> pl.DataFrame:
    """Numbers keep the digits they are written with, so that ids and money stay exact."""
    objects: list[dict[str, Any]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            parsed = json.loads(line, parse_float=str, parse_int=str)
        except json.JSONDecodeError as error:
            raise RefusedFileError(f"line {number} is not valid JSON: {error.msg}") from error
        if not isinstance(parsed, dict):
            raise RefusedFileError(f"line {number} is not a JSON object")
        objects.append(parsed)
    headers = list(dict.fromkeys(key for item in objects for key in item))
    return _rows([headers, *([_as_text(item.get(key)) for key in headers] for item in objects)])


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _from_rows_of_objects(frame: pl.DataFrame) -> pl.DataFrame:
    """A typed table to text with its column names as first row."""
    as_text = [
        pl.col(name).dt.strftime("%Y-%m-%d %H:%M:%S%.f%z" if dtype.time_zone else "%Y-%m-%d %H:%M:%S%.f")  # type: ignore[attr-defined]
        if isinstance(dtype, pl.Datetime)
        else pl.col(name).cast(pl.String)
        for name, dtype in frame.schema.items()
    ]
    header = pl.DataFrame([frame.columns], orient="row", schema={str(i): pl.String for i in range(frame.width)})
    body = frame.select(as_text)
    return pl.concat([header, body.rename({name: str(i) for i, name in enumerate(body.columns)})])
