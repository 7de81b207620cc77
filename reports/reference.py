"""What a reader looks up: tables and columns, which questions the data can answer, others' claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reports.tables import read_rows


@dataclass(frozen=True)
class ColumnEntry:
    """One column of `data_dictionary`."""

    table_name: str
    position: int
    column_name: str
    data_type: str
    unit: str
    is_key: bool
    definition: str
    grain: str


@dataclass(frozen=True)
class TableEntry:
    """A published table: what one row is, and its columns in order."""

    name: str
    grain: str
    columns: tuple[ColumnEntry, ...]


@dataclass(frozen=True)
class Answerable:
    """One row of `metric_availability`."""

    metric_id: str
    position: int
    title: str
    answered_by: str
    availability: str
    reason: str | None


@dataclass(frozen=True)
class Claim:
    """One row of `benchmark`."""

    benchmark: str
    claim: str
    source: str
    caveat: str
    contradicted_by: str | None


@dataclass(frozen=True)
class VendorFigure:
    """One row of `rpt_vendor_comparison`. Rates are shares; counts tell the orders that differ."""

    vendor: str
    figure: str
    period_type: str
    period_end: date
    rule: str
    source_reference: str
    denominator: Decimal | None
    rate: Decimal | None
    reason_code: str | None
    suki_metric: str
    suki_rate: Decimal | None
    difference: Decimal | None
    why_it_differs: str
    order_count: int
    guest_order_count: int
    cancelled_order_count: int
    zero_value_order_count: int
    refunded_order_count: int
    same_day_order_count: int


@dataclass(frozen=True)
class Reference:
    """The pages of reference of one run."""

    tables: tuple[TableEntry, ...]
    questions: tuple[Answerable, ...]
    claims: tuple[Claim, ...]
    vendors: tuple[VendorFigure, ...]


def load_reference(marts: Path, as_of: date) -> Reference:
    """Read the tables of reference of a run folder's `marts/`.

    Raises:
        ReportError: a table or column is missing, or was made for another date.
    """

    def rows(table: str, row_type: type) -> list[Any]:
        columns = tuple(column.name for column in fields(row_type))
        return [row_type(**row) for row in read_rows(marts, table, columns, as_of)]

    questions = sorted(rows("metric_availability", Answerable), key=lambda one: one.position)
    return Reference(
        tables=_by_table(rows("data_dictionary", ColumnEntry)),
        questions=tuple(questions),
        claims=tuple(rows("benchmark", Claim)),
        vendors=tuple(rows("rpt_vendor_comparison", VendorFigure)),
    )


def _by_table(entries: Sequence[ColumnEntry]) -> tuple[TableEntry, ...]:
    columns: dict[str, list[ColumnEntry]] = {}
    for entry in sorted(entries, key=lambda one: (one.table_name, one.position)):
        columns.setdefault(entry.table_name, []).append(entry)
    return tuple(TableEntry(name, own[0].grain, tuple(own)) for name, own in columns.items())
