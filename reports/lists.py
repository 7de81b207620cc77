"""List files: CSV that a spreadsheet opens without running what a customer typed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# A spreadsheet takes a cell that starts with one of these as a formula (DEFINITIONS 3.14).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()


@dataclass(frozen=True)
class ListFile:
    """A written list: its place, its rows without the header, the sha256 of its bytes."""

    path: Path
    rows: int
    sha256: str


def write_list(frame: pl.DataFrame, path: Path, *, byte_order_mark: bool = False) -> ListFile:
    """Write a frame as UTF-8 CSV, rows and columns in the order given, lines ended by a line feed.

    Text cells (and headers) that a spreadsheet would run as a formula get a leading apostrophe;
    columns of numbers and dates are written as they are, so that a negative amount stays one.
    The file appears whole or not at all.

    Args:
        frame: the list, already ordered by its key.
        path: where to write; the folder is made when absent.
        byte_order_mark: start with a UTF-8 mark, which old spreadsheets need for Thai or Polish.

    Raises:
        ValueError: when a column holds lists or structures, which a CSV cell cannot.
    """
    import polars as pl

    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    if nested:
        raise ValueError(f"{path.name}: a CSV cell cannot hold the columns {', '.join(nested)}")
    worded = [
        name
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.String | pl.Categorical | pl.Enum)
    ]
    safe = frame.with_columns(_escaped(pl.col(name).cast(pl.String)) for name in worded)
    safe = safe.rename({name: _escaped_header(name) for name in safe.columns})
    content = safe.write_csv(line_terminator="\n").encode("utf-8")
    if byte_order_mark:
        content = BYTE_ORDER_MARK + content
    _write_whole(path, content)
    return ListFile(path, frame.height, hashlib.sha256(content).hexdigest())


def _escaped(cell: pl.Expr) -> pl.Expr:
    import polars as pl

    starts = pl.any_horizontal(cell.str.starts_with(start) for start in FORMULA_STARTS)
    return pl.when(starts).then(pl.lit("'") + cell).otherwise(cell).name.keep()


def _escaped_header(name: str) -> str:
    return f"'{name}" if name.startswith(FORMULA_STARTS) else name


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)
