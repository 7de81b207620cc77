"""Reading the published `rpt_` tables, and refusing those that cannot be told truthfully."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from pathlib import Path


class ReportError(Exception):
    """A report cannot be made truthfully; the text says which table, column or value and why."""


def read_rows(
    marts: Path,
    table: str,
    columns: tuple[str, ...],
    as_of: date,
    only: Mapping[str, Collection[str]] | None = None,
) -> list[dict[str, Any]]:
    """Read one `rpt_` table as dictionaries, in the order it was published.

    Floats arrive as exact decimals of their published digits, so that what a mail prints is what
    the table holds.

    Args:
        marts: the run's published tables.
        table: name of the table.
        columns: columns to read.
        as_of: date the table must have been made for.
        only: column -> values; rows with another value are left out.

    Raises:
        ReportError: when the file or a column is missing, the table was made for another date, or
            a number is not finite.
    """
    import polars as pl

    path = marts / f"{table}.parquet"
    if not path.is_file():
        raise ReportError(f"{path} is missing: run `suki build` before making reports")
    frame = pl.read_parquet(path)
    absent = [column for column in ("as_of", *columns) if column not in frame.columns]
    if absent:
        raise ReportError(
            f"{path} has no column {', '.join(absent)}; it has {', '.join(frame.columns)}"
        )
    other_dates = set(frame["as_of"].unique()) - {as_of}
    if other_dates:
        found = ", ".join(sorted(str(day) for day in other_dates))
        raise ReportError(f"{path} was made for {found}, the report is for {as_of}")
    for column, values in (only or {}).items():
        frame = frame.filter(pl.col(column).is_in(list(values)))
    return [
        {name: _exact(row[name], path, name) for name in columns}
        for row in frame.select(columns).iter_rows(named=True)
    ]


def refuse_unfinished(rows: list[dict[str, Any]], table: str, as_of: date) -> None:
    """Fail closed when a table of complete periods holds one that is still running.

    Raises:
        ReportError: naming the table and the period.
    """
    for row in rows:
        end = row["period_end"]
        if end is not None and end > as_of:
            raise ReportError(
                f"{table} holds a period that ends on {end}, after {as_of}: "
                "an unfinished period must not be reported as a complete one"
            )


def _exact(value: Any, path: Path, column: str) -> Any:
    if isinstance(value, float):
        if not isfinite(value):
            raise ReportError(f"{path}, column {column}: {value} is not a number to report")
        return Decimal(repr(value))
    return value
