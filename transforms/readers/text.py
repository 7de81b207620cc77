"""Bytes to text, and delimited text to records."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

import polars as pl

from transforms.readers.raw import ROW, Records, RefusedFileError

DELIMITERS = (",", "\t", ";", "|")
MAXIMUM_CELL_CHARACTERS = 2**24
#: Codecs that old spreadsheets and survey tools write; the likeliest is taken and told.
OLD_CODECS = ["cp1252", "cp1250", "mac_roman", "shift_jis", "cp874", "iso8859_2"]
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decode(content: bytes, encoding: str = "auto") -> tuple[str, tuple[str, ...]]:
    """Bytes to text: a byte order mark decides, else UTF-8, else the likeliest old codec.

    Returns:
        The text, and what had to be assumed.

    Raises:
        RefusedFileError: no codec fits, or the declared one does not.
    """
    marked = content[:2] in UTF16_MARKS
    declared = encoding if encoding != "auto" else "UTF-16" if marked else None
    try:
        if declared:
            return content.decode(declared).removeprefix("\ufeff"), ()
        return content.decode("utf-8-sig"), ()
    except LookupError as error:
        raise RefusedFileError(
            f"encoding {encoding!r} in the source definition does not exist; use a name such as cp1252"
        ) from error
    except UnicodeError as error:
        if declared:
            place = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
            raise RefusedFileError(
                f"is not {declared}{place}; declare the right `encoding` in its source definition"
            ) from error
    return _guess(content)


def _guess(content: bytes) -> tuple[str, tuple[str, ...]]:
    import charset_normalizer

    is_binary = b"\x00" in content[:100_000]
    matches = (
        []
        if is_binary
        else list(charset_normalizer.from_bytes(content[:500_000], cp_isolation=OLD_CODECS))
    )
    if not matches:
        raise RefusedFileError(
            "is in no encoding Suki recognises (binary?); save it as UTF-8 CSV or declare its `encoding`"
        )
    least = min(match.chaos for match in matches)
    likely = sorted(
        {match.encoding for match in matches if match.chaos <= least}, key=_order_of_codec
    )
    try:
        text = content.decode(likely[0])
    except UnicodeDecodeError as error:
        raise RefusedFileError(
            f"looks like {likely[0]} but byte {error.start} is not; save it as UTF-8 or declare its `encoding`"
        ) from error
    others = f" ({', '.join(likely[1:])} would fit too)" if likely[1:] else ""
    return text, (f"not UTF-8; read as {likely[0]}{others}; `encoding` in its source decides",)


def _order_of_codec(name: str) -> tuple[int, str]:
    return (OLD_CODECS.index(name) if name in OLD_CODECS else len(OLD_CODECS), name)


def read_delimited(text: str, delimiter: str = "auto", header_at: int = 0) -> pl.DataFrame:
    """Delimited text to records, quoted cells with line ends included.

    Args:
        text: the whole file.
        delimiter: one character, "tab", "whitespace" or "auto".
        header_at: index of the record whose width the others are held to.

    Raises:
        RefusedFileError: a quote is never closed, or a row has more cells than the header.
    """
    if "\x00" in text:
        raise RefusedFileError(
            "holds NUL bytes; it is damaged, no text file, or UTF-16 without a mark (declare `encoding: utf-16-le`)"
        )
    if not text.strip("\r\n"):
        raise RefusedFileError("holds no rows at all; export it again")
    if "\r" in text and "\n" not in text:
        text = text.replace("\r", "\n")
    if delimiter == "whitespace":
        return numbered([line.split() for line in text.rstrip("\n").split("\n")], header_at)
    separator = {"tab": "\t", "auto": ""}.get(delimiter, delimiter) or detect_delimiter(text)
    if text[0] in "\r\n":
        return numbered(list(_records(text, separator)), header_at)
    try:
        frame = pl.read_csv(
            text.encode(), has_header=False, infer_schema=False, separator=separator
        )
    except pl.exceptions.PolarsError:
        # Polars stops at rows wider than the header and at stray quotes; the slow reader knows which row.
        return numbered(list(_records(text, separator)), header_at)
    if '""' in text:
        # A quoted empty cell is as empty as an unquoted one.
        frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
    frame = frame.rename({name: str(i) for i, name in enumerate(frame.columns)})
    return from_first_filled(frame.with_row_index(ROW, offset=1).cast({ROW: pl.Int64}), header_at)


def from_first_filled(cells: pl.DataFrame, header_at: int = 0) -> pl.DataFrame:
    """Records from the first that says anything, where the source does not say how many to skip."""
    if header_at:
        return cells
    for index in range(cells.height):
        if any(isinstance(cell, str) and cell.strip() for cell in cells.row(index)):
            return cells.slice(index)
    raise RefusedFileError("holds only blank rows; export it again")


def _records(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAXIMUM_CELL_CHARACTERS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found = str(error)
            if "expected after" in found:
                reason = "a quote inside a quoted cell is not doubled, or the cell's quote is never closed"
            else:
                reason = "a quote that opens there is never closed"
            raise RefusedFileError(
                f"cannot be read past line {line}: {reason}; mend that row or export again"
            ) from error


def numbered(rows: list[list[str]], header_at: int = 0, first_number: int = 1) -> pl.DataFrame:
    """Rows of text as a frame with row numbers, as wide as the header; blank cells become null.

    Raises:
        RefusedFileError: there are no rows, or one is wider than the header.
    """
    if not any(any(cell.strip() for cell in row) for row in rows):
        raise RefusedFileError("holds no rows at all; export it again")
    begin = (
        0
        if header_at
        else next(i for i, row in enumerate(rows) if any(cell.strip() for cell in row))
    )
    rows, first_number = rows[begin:], first_number + begin
    head = rows[min(header_at, len(rows) - 1)]
    for offset, row in enumerate(rows[header_at:], start=header_at):
        if any(cell.strip() for cell in row[len(head) :]):
            raise RefusedFileError(
                f"row {first_number + offset} has {len(row)} cells but the header (row {first_number + header_at}) "
                f"{len(head)}; quote the cell that holds the delimiter, or declare `skip_top_rows` if the header stands lower"
            )
    padded = ((row + [""] * len(head))[: len(head)] for row in rows)
    columns = {
        str(i): pl.Series(c, dtype=pl.String) for i, c in enumerate(zip(*padded, strict=True))
    }
    frame = pl.DataFrame(columns).with_columns(pl.when(pl.all() != "").then(pl.all()))
    return frame.with_row_index(ROW, offset=first_number).cast({ROW: pl.Int64})


def detect_delimiter(text: str) -> str:
    """The delimiter under which the first records have the most equal widths; a comma if none."""
    sample = text[:65536]
    if len(sample) < len(text):
        sample = sample.rsplit("\n", 1)[0]
    scores = {}
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = Counter(len(row) for row in reader if row)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        scores[delimiter] = (count / max(sum(widths.values()), 1) if width > 1 else 0.0, width)
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best][0] > 0 else ","


def read_text(content: bytes, *, encoding: str, delimiter: str, header_at: int) -> Records:
    """A delimited text file to records."""
    text, notes = decode(content, encoding)
    return Records(read_delimited(text, delimiter, header_at), notes=notes)
