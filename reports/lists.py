"""List files: CSV that a spreadsheet opens without running what a customer typed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# A spreadsheet takes a cell that starts with one of these as a formula (DEFINITIONS 3.14).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
#: A telephone number the world dials, or a plain number: no formula, and other tools read it.
HARMLESS = r"^(\+\d{6,15}|-?\d+(\.\d+)?)$"
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()


@dataclass(frozen=True)
class ListFile:
    """A written list: its place, its rows without the header, the sha256 of its bytes."""

    path: Path
    rows: int
    sha256: str


def write_list(frame: pl.DataFrame, path: Path, *, byte_order_mark: bool = False) -> ListFile:
    """Write a frame as UTF-8 CSV, rows and columns in the order given, lines ended by a line feed.

    The file appears whole or not at all. See `csv_content` for what becomes of the cells.

    Args:
        frame: the list, already ordered by its key.
        path: where to write; the folder is made when absent.
        byte_order_mark: start with a UTF-8 mark, which old spreadsheets need for Thai or Polish.

    Raises:
        ValueError: when a column holds lists or structures, which a CSV cell cannot.
    """
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    if nested:
        raise ValueError(f"{path.name}: a CSV cell cannot hold the columns {', '.join(nested)}")
    content = csv_content(frame, byte_order_mark=byte_order_mark)
    write_whole(path, content)
    return ListFile(path, frame.height, hashlib.sha256(content).hexdigest())


def csv_content(
    frame: pl.DataFrame, *, headers: Sequence[str] | None = None, byte_order_mark: bool = False
) -> bytes:
    """A frame as CSV in UTF-8.

    Text cells (and headers) that a spreadsheet would run as a formula get a leading apostrophe,
    but for telephone numbers in the form `+639171234567` and plain numbers; columns of numbers
    and dates are written as they are, so that a negative amount stays one.

    Args:
        headers: to write in place of the names of the columns; they may repeat.
    """
    import polars as pl

    worded = [
        name
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.String | pl.Categorical | pl.Enum)
    ]
    safe = frame.with_columns(_escaped(pl.col(name).cast(pl.String)) for name in worded)
    first = pl.DataFrame(
        [[_escaped_header(name) for name in headers or frame.columns]],
        orient="row",
        schema=[str(position) for position in range(frame.width)],
    )
    text = first.write_csv(include_header=False, line_terminator="\n") + safe.write_csv(
        include_header=False, line_terminator="\n"
    )
    return (BYTE_ORDER_MARK if byte_order_mark else b"") + text.encode("utf-8")


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file that appears whole or not at all; a private one only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600 if private else 0o666)
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _escaped(cell: pl.Expr) -> pl.Expr:
    import polars as pl

    starts = pl.any_horizontal(cell.str.starts_with(start) for start in FORMULA_STARTS)
    runs = starts & ~cell.str.contains(HARMLESS)
    return pl.when(runs).then(pl.lit("'") + cell).otherwise(cell).name.keep()


def _escaped_header(name: str) -> str:
    return f"'{name}" if name.startswith(FORMULA_STARTS) else name
