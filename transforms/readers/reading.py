"""Reading one file, from bytes to canonical tables, with nothing dropped in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from transforms.canonical import CANONICAL, FEED_TABLES, UNIT_TABLE
from transforms.readers import orders, packed, people, records
from transforms.readers.blocks import REPEATED
from transforms.readers.choosing import choose, choose_definition, exported_at
from transforms.readers.context import ReadContext, ReadResult
from transforms.readers.extract import UNIT, Extract, extract, failures
from transforms.readers.files import read_records
from transforms.readers.raw import ROW, RawTable, Records, RefusedFileError, shape, without_ignored
from transforms.rules import rules_of
from transforms.sources import SourceDefinition

__all__ = ["READER_VERSION", "choose", "choose_definition", "exported_at", "read_file"]

#: Raised whenever the same file and definition would give other rows than before.
READER_VERSION = "4"


def read_file(
    path: Path,
    definition: SourceDefinition,
    context: ReadContext,
    records: Records | None = None,
) -> ReadResult:
    """Read one export completely.

    Args:
        records: what `choose` has read of it already.

    Raises:
        RefusedFileError: the file as a whole cannot be read.
    """
    records = records or read_records(
        path,
        encoding=definition.encoding,
        delimiter=definition.delimiter,
        sheet=definition.sheet,
        header_at=definition.skip_top_rows,
    )
    table = shape(records, definition)
    read = table.cells.height
    if read == 0:
        raise RefusedFileError("has a header but no rows; nothing was exported")
    table, ignored = without_ignored(table, definition)
    if ignored.get("blank row") == read:
        raise RefusedFileError("has a header and only blank rows; nothing was exported")
    longer, mapped = packed.unpack(table, _of_this_store(definition, context))
    extracted = extract(longer, mapped, context.key)
    if extracted.echoes:
        ignored[REPEATED] = extracted.echoes
    result = _assemble(longer, extracted, mapped, context, read, ignored)
    return replace(result, assumptions=records.notes + extracted.assumptions)


def _of_this_store(definition: SourceDefinition, context: ReadContext) -> SourceDefinition:
    """Times without an offset are the shop's own, and so is a currency called `store`."""
    update: dict[str, object] = {} if definition.timezone else {"timezone": context.store_timezone}
    if definition.currency == "store":
        if context.store_currency == "auto":
            raise RefusedFileError(
                f"names no currency, and source {definition.source!r} takes the store's; "
                "set store.reporting_currency in suki.toml or currency in the source"
            )
        update["currency"] = context.store_currency
    return definition.model_copy(update=update)


def _assemble(
    raw: RawTable,
    extracted: Extract,
    definition: SourceDefinition,
    context: ReadContext,
    read: int,
    ignored: dict[str, int],
) -> ReadResult:
    rows = people.with_person_keys(extracted.fields, definition, context)
    units, parts, refusals = _unit_and_part_rows(
        replace(extracted, fields=rows), definition, context
    )
    found = pl.concat([extracted.failures, *refusals])
    found = pl.concat(
        [found, *_contract_failures(definition.feed, units, parts, found, extracted.headers)]
    )
    found = found.sort("row_number", "table", "column", "code")
    units = _without_forgiven(units, found, UNIT_TABLE[definition.feed])
    refused = found.filter(~pl.col("is_forgiven"))["unit_id"].unique().sort()
    keep = ~pl.col(UNIT).is_in(refused.implode())
    quarantined_rows = rows.filter(~keep)[ROW].n_unique()
    tables = _tables(
        raw, rows.filter(keep), units.filter(keep), parts.filter(keep), definition, context
    )
    return ReadResult(
        definition=definition,
        tables=tables,
        failures=found,
        rows_read=read,
        rows_accepted=rows[ROW].n_unique() - quarantined_rows,
        rows_quarantined=quarantined_rows,
        ignored=ignored,
        checked_rows={
            name: _checked(name, definition, rows, units, parts)
            for name in FEED_TABLES[definition.feed]
        },
        quarantined_units=tuple(refused.to_list()),
        notes=extracted.absent,
    )


def _without_forgiven(units: pl.DataFrame, found: pl.DataFrame, table: str) -> pl.DataFrame:
    """Leave out the values that were found wrong but do not cost the row."""
    forgiven = found.filter(pl.col("is_forgiven") & (pl.col("table") == table))
    for column in set(forgiven["column"]) & set(units.columns):
        wrong = pl.col(ROW).is_in(forgiven.filter(pl.col("column") == column)[ROW].implode())
        units = units.with_columns(pl.when(~wrong).then(pl.col(column)).alias(column))
    return units


def _unit_and_part_rows(
    extracted: Extract, definition: SourceDefinition, context: ReadContext
) -> tuple[pl.DataFrame, pl.DataFrame, list[pl.DataFrame]]:
    """Rows of the unit table, rows of its parts (lines of orders), and cross-row refusals."""
    if definition.feed == "orders":
        parts = orders.lines(extracted, definition)
        return (
            orders.orders(parts, definition, context),
            parts,
            orders.refusals(parts, extracted.headers, definition),
        )
    units = records.unit_rows(extracted, definition, context)
    return units, units.clear(), records.refusals(extracted, definition)


def _contract_failures(
    feed: str,
    units: pl.DataFrame,
    parts: pl.DataFrame,
    already: pl.DataFrame,
    headers: dict[str, str],
) -> list[pl.DataFrame]:
    """What the contract refuses, less what is reported as unreadable already."""
    results = []
    frames = {UNIT_TABLE[feed]: units} | ({"order_lines": parts} if feed == "orders" else {})
    for name, frame in frames.items():
        absent = [c.name for c in CANONICAL[name].columns if c.name not in frame.columns]
        frame = frame.with_columns(
            pl.lit(None, dtype=CANONICAL[name].column_by_name[c].dtype).alias(c) for c in absent
        )
        tested = {
            rule: v.fill_null(False)
            for rule in rules_of(CANONICAL[name])
            if (v := rule.violation()) is not None
        }
        counts = frame.select(v.sum().alias(rule.name) for rule, v in tested.items()).row(
            0, named=True
        )
        for rule, violated in tested.items():
            if not counts[rule.name]:
                continue
            # A value that could not be read is missing for that reason; it is told once.
            known = already.filter((pl.col("column") == rule.column) | (rule.code == "missing"))[
                "unit_id"
            ]
            bad = frame.filter(violated & ~pl.col(UNIT).is_in(known.implode()))
            header = headers.get(rule.column, rule.column)
            results.append(failures(bad, name, rule.column, rule.code, header, pl.col(rule.column)))
    return results


def _tables(
    raw: RawTable,
    rows: pl.DataFrame,
    units: pl.DataFrame,
    parts: pl.DataFrame,
    definition: SourceDefinition,
    context: ReadContext,
) -> dict[str, pl.DataFrame]:
    if definition.feed == "orders":
        first = parts.unique(UNIT, keep="first", maintain_order=True)
        return {
            "orders": orders.to_contract(units, definition, context),
            "order_lines": orders.order_lines(parts, definition, context),
            "contacts": people.contacts(first, definition, context, pl.col("ordered_at")),
            "consents": people.consents(first, definition, context, pl.col("ordered_at")),
        }
    tables = {UNIT_TABLE[definition.feed]: records.to_contract(units, definition, context)}
    if definition.feed == "surveys":
        tables["answers"] = records.answers(raw, units, definition, context)
        stated = pl.coalesce("submitted_at", "version_at")
        tables["contacts"] = people.contacts(units, definition, context, stated)
    if definition.feed == "customers":
        tables["contacts"] = people.contacts(units, definition, context, pl.col("version_at"))
        tables["consents"] = people.consents(units, definition, context, pl.col("version_at"))
    elif definition.feed in records.MENTIONED_AT:
        seen_at = pl.col(records.MENTIONED_AT[definition.feed])
        tables["contacts"] = people.contacts(units, definition, context, seen_at)
    return tables


def _checked(
    table: str,
    definition: SourceDefinition,
    rows: pl.DataFrame,
    units: pl.DataFrame,
    parts: pl.DataFrame,
) -> int:
    if table == "order_lines":
        return parts.height
    return units.height if table == UNIT_TABLE[definition.feed] else rows.height
