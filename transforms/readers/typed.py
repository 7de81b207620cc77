"""Containers that know types: workbooks, Parquet and JSON lines. All become text, exactly."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from transforms.readers.raw import ROW, Records, RefusedFileError
from transforms.readers.text import decode, from_first_filled, numbered

#: Beyond this a floating point number no longer tells neighbouring integers apart.
LARGEST_EXACT_INTEGER = 2**53


def read_workbook(content: bytes, sheet: str | None, header_at: int = 0) -> Records:
    """One sheet of an XLSX workbook; ids keep their digits and dates become ISO text.

    Raises:
        RefusedFileError: no readable workbook, no such sheet, or nothing on it.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(content)
    except fastexcel.FastExcelError as error:
        raise RefusedFileError(
            f"is no readable XLSX workbook, or has a password ({str(error).splitlines()[0]}); save it again without one"
        ) from error
    if sheet is not None and sheet not in book.sheet_names:
        raise RefusedFileError(
            f"has no sheet {sheet!r}; its sheets are {', '.join(book.sheet_names)}"
        )
    name = sheet or book.sheet_names[0]
    frame = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    if frame.is_empty():
        sheets = ", ".join(book.sheet_names)
        raise RefusedFileError(
            f"holds an empty sheet {name!r}; name the right one with `sheet` ({sheets})"
        )
    frame = frame.rename({column: str(i) for i, column in enumerate(frame.columns)})
    cells = frame.with_row_index(ROW, offset=1).cast({ROW: pl.Int64})
    cells = cells.with_columns(pl.when(pl.exclude(ROW) != "").then(pl.exclude(ROW)))
    notes: tuple[str, ...] = ()
    if sheet is None and len(book.sheet_names) > 1:
        notes = (
            f"sheet {name!r} was read of {', '.join(book.sheet_names)}; name another with `sheet`",
        )
    return Records(from_first_filled(cells, header_at), is_typed=True, notes=notes)


def read_json_lines(content: bytes, encoding: str) -> Records:
    """JSON lines; numbers keep the digits they are written with, so that ids and money stay exact.

    Raises:
        RefusedFileError: a line is no JSON object; the message names the line.
    """
    text, notes = decode(content, encoding)
    objects: list[tuple[int, dict[str, Any]]] = []
    # Not splitlines(): a JSON text may hold characters that Python takes for line ends.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            parsed = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
        except json.JSONDecodeError as error:
            raise RefusedFileError(
                f"line {number} is not valid JSON ({error.msg}); write one object per line"
            ) from error
        if not isinstance(parsed, dict):
            raise RefusedFileError(f"line {number} is not a JSON object; write one object per line")
        objects.append((number, parsed))
    if not objects:
        raise RefusedFileError("holds no rows at all; export it again")
    headers = list(dict.fromkeys(key for _, item in objects for key in item))
    rows = [headers, *([_as_text(item.get(key)) for key in headers] for _, item in objects)]
    numbers = pl.Series(ROW, [0, *(number for number, _ in objects)], dtype=pl.Int64)
    return Records(numbered(rows).with_columns(numbers), notes=notes)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_parquet(content: bytes) -> Records:
    """A typed table to text with its column names as first row.

    Raises:
        RefusedFileError: it is no whole Parquet file.
    """
    try:
        frame = pl.read_parquet(content)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise RefusedFileError(
            f"is a damaged or truncated Parquet file ({str(error).splitlines()[0]}); copy it again"
        ) from error
    if frame.width == 0:
        raise RefusedFileError("holds no columns; export it again")
    positions = [str(i) for i in range(frame.width)]
    header = pl.DataFrame([frame.columns], orient="row", schema=dict.fromkeys(positions, pl.String))
    body = frame.select(
        _written(name, dtype).alias(position)
        for position, (name, dtype) in zip(positions, frame.schema.items(), strict=True)
    )
    cells = pl.concat([header, body]).with_row_index(ROW).cast({ROW: pl.Int64})
    return Records(cells, is_typed=True)


def _written(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        zone = "%z" if dtype.time_zone else ""
        return value.dt.strftime(f"%Y-%m-%d %H:%M:%S%.f{zone}")
    if dtype.is_float():
        # An id column with gaps is often stored as floating point: 1001.0 means 1001.
        is_whole = (value == value.round()) & (value.abs() < LARGEST_EXACT_INTEGER)
        return (
            pl.when(is_whole)
            .then(value.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(value.cast(pl.String))
        )
    if dtype.is_nested():
        return pl.struct(name).struct.json_encode()
    return value.cast(pl.String, strict=False)
