"""Which columns a file has, lacks or has twice, and dates that no one can read for sure."""

from __future__ import annotations

import polars as pl

from transforms.fields import REQUIRED_FIELDS
from transforms.readers import amounts
from transforms.readers.raw import ROW, RawTable, RefusedFileError
from transforms.readers.times import DAY_OR_MONTH_FIRST
from transforms.sources import FieldRule, SourceDefinition

AMOUNTS = ("line_amount", "unit_price", "subtotal_amount", "total_amount")
NEEDED_WHERE_MAPPED = ("quantity", "unit_price", "line_amount")


def require_columns(
    table: RawTable, definition: SourceDefinition, positions: dict[str, int | None]
) -> None:
    """Refuse a file that lacks a column without which its rows mean nothing.

    Raises:
        RefusedFileError: it does; the message names the column, the source and the closest header.
    """
    needed = [name for name in REQUIRED_FIELDS[definition.feed] if name in definition.columns]
    if definition.feed == "orders" and not definition.columns_are_optional:
        needed += [name for name in NEEDED_WHERE_MAPPED if name in definition.columns]
    for name in needed:
        rule = definition.columns[name]
        provided = rule.default is not None or positions[name] is not None
        if not provided and not (name == "currency" and definition.currency):
            raise RefusedFileError(_lacks(table, definition, name, rule))
    if definition.feed == "orders" and not any(positions.get(name) is not None for name in AMOUNTS):
        raise RefusedFileError(
            f"has no column with an amount; map one of {', '.join(AMOUNTS)} in source {definition.source!r}"
        )


def _lacks(table: RawTable, definition: SourceDefinition, name: str, rule: FieldRule) -> str:
    wanted = " or ".join(repr(h) for h in rule.headers) or f"a header matching {rule.matching!r}"
    closest = next((c for h in rule.headers if (c := table.closest(h))), None)
    hint = (
        f"the closest header is {closest!r}"
        if closest
        else f"its headers are {', '.join(table.headers[:12])}"
    )
    return f"lacks the column {wanted} that source {definition.source!r} needs for {name}; {hint}"


def absent(
    table: RawTable, definition: SourceDefinition, positions: dict[str, int | None]
) -> tuple[str, ...]:
    """Mapped columns that the file does not have."""
    notes = []
    for name, rule in definition.columns.items():
        if positions[name] is None and rule.headers and rule.default is None:
            closest = table.closest(rule.headers[0])
            near = f" (closest: {closest!r})" if closest else ""
            notes.append(f"no column {rule.headers[0]!r} for {name}{near}")
    return tuple(notes)


def assumptions(
    table: RawTable,
    definition: SourceDefinition,
    positions: dict[str, int | None],
    text: dict[str, pl.Series],
    kinds: dict[str, str],
) -> tuple[str, ...]:
    """What was decided for the user: which of several columns was read, what was rounded."""
    notes = []
    for name, position in positions.items():
        if position is None:
            continue
        header = table.headers[position]
        others = len(table.positions(definition.columns[name])) - 1
        if others:
            notes.append(f"{others + 1} columns fit {name}; the first, {header!r}, was read")
        if kinds[name] in {"money", "rate"} and (
            note := amounts.rounding_note(text[name], kinds[name], definition)
        ):
            notes.append(f"column {header!r}: {note}")
    return tuple(notes)


def refuse_ambiguous_dates(
    text: dict[str, pl.Series],
    definition: SourceDefinition,
    kinds: dict[str, str],
    table: RawTable,
    positions: dict[str, int | None],
) -> None:
    """Refuse dates that could be day-month or month-day until the source says which.

    Raises:
        RefusedFileError: a column holds such a date and declares no format.
    """
    for name, values in text.items():
        if (
            kinds[name] not in {"timestamp", "date"}
            or definition.columns.get(name, FieldRule()).formats
        ):
            continue
        doubtful = values.is_not_null() & values.str.contains(DAY_OR_MONTH_FIRST).fill_null(False)
        if doubtful.any():
            index = int(doubtful.arg_max() or 0)
            header = table.headers[positions[name] or 0]
            raise RefusedFileError(
                f"column {header!r}, row {table.cells[ROW][index]}: {values[index]!r} could be day-month or month-day; "
                f'declare columns.{name}.format, such as "%d/%m/%Y %H:%M", {_where_to_declare(definition)}'
            )


def _where_to_declare(definition: SourceDefinition) -> str:
    return (
        f"in a file of config/sources/ with `source: {definition.source}`, or one that extends it"
    )
