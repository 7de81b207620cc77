"""From raw cells to typed fields, with every value that could not be read reported."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from transforms.fields import (
    FEED_FIELDS,
    ID_FIELD,
    ORDER_LEVEL_FIELDS,
    PERSONAL_FIELDS,
    REQUIRED_FIELDS,
)
from transforms.readers import parse
from transforms.readers.context import FAILURE_SCHEMA
from transforms.readers.raw import ROW, RawTable, RefusedFileError
from transforms.sources import FieldRule, SourceDefinition

UNIT = "unit_id"
UNIT_FEEDS = ("orders", "surveys")

#: Which canonical table and column a field's failure is counted under.
COUNTED_UNDER = {
    "orders": {"sku": "order_lines", "product_name": "order_lines", "quantity": "order_lines",
               "unit_price": "order_lines", "line_amount": "order_lines", "line_discount_amount": "order_lines"},
}  # fmt: skip
PERSON_TABLE = {
    "email": "contacts",
    "phone": "contacts",
    "language": "contacts",
    "birthday": "contacts",
}
CONSENT_FIELDS = ("accepts_email_marketing", "accepts_sms_marketing")


@dataclass(frozen=True)
class Extract:
    """Typed fields of one file.

    Attributes:
        fields: one row per data row: `row_number`, `unit_id` and the typed fields that the
            file has; fields it lacks are absent.
        failures: values that could not be read (FAILURE_SCHEMA).
        headers: field -> header it was read from.
        notes: mapped columns the file does not have.
    """

    fields: pl.DataFrame
    failures: pl.DataFrame
    headers: dict[str, str]
    notes: tuple[str, ...]


def extract(table: RawTable, definition: SourceDefinition) -> Extract:
    """Read every mapped field of a file.

    Raises:
        RefusedFileError: a required column is missing, or dates could be day-month or month-day.
    """
    positions = {name: table.position(rule) for name, rule in definition.columns.items()}
    _require_columns(table, definition, positions)
    text = _texts(table, definition, positions)
    kinds = FEED_FIELDS[definition.feed]
    _refuse_ambiguous_dates(text, definition, kinds, table, positions)
    typed = {
        name: parse.parse(
            values, kinds[name], definition.columns.get(name, FieldRule()), definition
        ).alias(name)
        for name, values in text.items()
    }
    frame = pl.DataFrame([table.cells[ROW], *typed.values()])
    frame = _with_unit(frame, definition)
    headers = {name: table.headers[i] for name, i in positions.items() if i is not None}
    unread = [
        _unreadable(frame, name, text[name], headers.get(name, name), definition)
        for name in typed
        if typed[name].null_count() > text[name].null_count()
    ]
    found = pl.concat([FAILURE_SCHEMA.to_frame(), *unread])
    return Extract(frame, found, headers, _notes(table, definition, positions))


def failures(
    frame: pl.DataFrame, table: str, column: str, code: str, header: str, value: pl.Expr
) -> pl.DataFrame:
    """Rows of a frame (row_number, unit_id) as reported failures of one rule."""
    from transforms.rules import Rule

    rule = Rule(table, column, code)
    shown = pl.lit("(personal, not shown)") if column in PERSONAL_FIELDS else value.cast(pl.String)
    return frame.select(
        table=pl.lit(table),
        column=pl.lit(column),
        code=pl.lit(code),
        unit_id=pl.col(UNIT),
        row_number=pl.col(ROW),
        header=pl.lit(header),
        value=shown,
        is_forgiven=pl.lit(rule.is_forgiven),
    ).cast(dict(FAILURE_SCHEMA))


def _require_columns(
    table: RawTable, definition: SourceDefinition, positions: dict[str, int | None]
) -> None:
    for name in REQUIRED_FIELDS[definition.feed]:
        rule = definition.columns.get(name)
        provided = rule is None or rule.default is not None or positions[name] is not None
        if provided or (name == "currency" and definition.currency):
            continue
        wanted = (
            " or ".join(repr(h) for h in rule.headers) or f"a header matching {rule.matching!r}"
        )  # type: ignore[union-attr]
        closest = next((c for h in rule.headers if (c := table.closest(h))), None)  # type: ignore[union-attr]
        hint = (
            f"; the closest header is {closest!r}"
            if closest
            else f"; its headers are {', '.join(table.headers[:12])}"
        )
        raise RefusedFileError(
            f"lacks the column {wanted} that source {definition.source!r} needs for {name}{hint}"
        )


def _notes(
    table: RawTable, definition: SourceDefinition, positions: dict[str, int | None]
) -> tuple[str, ...]:
    notes = []
    for name, rule in definition.columns.items():
        if positions[name] is None and rule.headers and rule.default is None:
            closest = table.closest(rule.headers[0])
            near = f" (closest: {closest!r})" if closest else ""
            notes.append(f"no column {rule.headers[0]!r} for {name}{near}")
    return tuple(notes)


def _texts(
    table: RawTable, definition: SourceDefinition, positions: dict[str, int | None]
) -> dict[str, pl.Series]:
    cells = _carried_down(table, definition, positions)
    texts = {}
    for name, position in positions.items():
        rule = definition.columns[name]
        if position is not None:
            texts[name] = parse.clean(cells[str(position)], rule).alias(name)
        elif rule.default is not None:
            texts[name] = pl.Series(name, [rule.default] * cells.height, dtype=pl.String)
    if definition.feed == "orders" and "currency" not in texts:
        texts["currency"] = pl.Series(
            "currency", [definition.currency] * cells.height, dtype=pl.String
        )
    return texts


def _carried_down(
    table: RawTable, definition: SourceDefinition, positions: dict[str, int | None]
) -> pl.DataFrame:
    """Order cells that stand on the first row of an order only, repeated on its other rows."""
    if definition.carry_down_by is None:
        return table.cells
    group = table.position(FieldRule(column=definition.carry_down_by))
    if group is None:
        return table.cells
    carried = {
        str(i) for name, i in positions.items() if i is not None and name in ORDER_LEVEL_FIELDS
    }
    # Rows of one order stand together; a name that comes again later is another order.
    key = pl.col(str(group)).forward_fill() if definition.blank_continues else pl.col(str(group))
    run = key.ne_missing(key.shift()).cum_sum().cast(pl.Int64)
    run = pl.when(key.is_null()).then(-pl.col(ROW)).otherwise(run)
    return (
        table.cells.with_columns(run.alias("run"))
        .with_columns(pl.col(sorted(carried)).forward_fill().over("run"))
        .drop("run")
    )


def _refuse_ambiguous_dates(
    text: dict[str, pl.Series],
    definition: SourceDefinition,
    kinds: dict[str, str],
    table: RawTable,
    positions: dict[str, int | None],
) -> None:
    for name, values in text.items():
        if (
            kinds[name] not in {"timestamp", "date"}
            or definition.columns.get(name, FieldRule()).formats
        ):
            continue
        doubtful = values.is_not_null() & values.str.contains(parse.DAY_OR_MONTH_FIRST).fill_null(
            False
        )
        if doubtful.any():
            index = int(doubtful.arg_max() or 0)
            header = table.headers[positions[name] or 0]
            raise RefusedFileError(
                f"column {header!r}, row {table.cells[ROW][index]}: {values[index]!r} could be day-month or month-day; "
                f'declare columns.{name}.format in source {definition.source!r}, such as "%d/%m/%Y %H:%M"'
            )


def _with_unit(frame: pl.DataFrame, definition: SourceDefinition) -> pl.DataFrame:
    """What is accepted or refused as a whole: the order, the response, else the row."""
    if definition.id_from:
        frame = _made_ids(frame, definition)
    field = ID_FIELD[definition.feed] if definition.feed in UNIT_FEEDS else None
    row_unit = pl.concat_str(pl.lit("row "), pl.col(ROW).cast(pl.String))
    unit = pl.coalesce(pl.col(field), row_unit) if field else row_unit
    return frame.with_columns(unit.alias(UNIT))


def _made_ids(frame: pl.DataFrame, definition: SourceDefinition) -> pl.DataFrame:
    """An id where the source has none: its fields and, among equals, the position."""
    parts = [
        pl.col(name).dt.strftime("%Y%m%dT%H%M%S")
        if frame.schema[name] == pl.Datetime
        else pl.col(name).cast(pl.String)
        for name in definition.id_from
        if name in frame.columns
    ]
    base = pl.concat_str(parts, separator="-")
    ordinal = pl.int_range(pl.len()).over(base) + 1
    made = pl.concat_str(base, ordinal.cast(pl.String), separator="-")
    return frame.with_columns(made.alias(ID_FIELD[definition.feed]))


def _unreadable(
    frame: pl.DataFrame, name: str, text: pl.Series, header: str, definition: SourceDefinition
) -> pl.DataFrame:
    bad = frame.with_columns(text.alias("text")).filter(
        pl.col("text").is_not_null() & pl.col(name).is_null()
    )
    if definition.feed == "orders" and name in ORDER_LEVEL_FIELDS and definition.carry_down_by:
        bad = bad.unique(UNIT, keep="first", maintain_order=True)
    table, column = counted_under(definition.feed, name)
    kind = FEED_FIELDS[definition.feed][name]
    code = {"id": "excel_mangled", "currency": "unknown_currency"}.get(kind, "unparseable")
    return failures(bad, table, column, code, header, pl.col("text"))


def counted_under(feed: str, name: str) -> tuple[str, str]:
    """The canonical table and column a field belongs to."""
    from transforms.canonical import UNIT_TABLE

    if name in PERSON_TABLE:
        return PERSON_TABLE[name], name
    if name in CONSENT_FIELDS:
        return "consents", "is_granted"
    return COUNTED_UNDER.get(feed, {}).get(name, UNIT_TABLE[feed]), name


def without(extracted: Extract, units: pl.Series) -> Extract:
    """The extract less the rows of refused units."""
    return replace(extracted, fields=extracted.fields.filter(~pl.col(UNIT).is_in(units.implode())))
