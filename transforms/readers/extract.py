"""From raw cells to typed fields, with every value that could not be read reported."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from transforms.canonical import CANONICAL, UNIT_TABLE
from transforms.fields import (
    CONSENT_FIELDS,
    FEED_FIELDS,
    ID_FIELD,
    LINE_LEVEL_FIELDS,
    ORDER_LEVEL_FIELDS,
    PERSONAL_FIELDS,
)
from transforms.identity import PersonKey, hash_series
from transforms.readers import blocks, columns, parse
from transforms.readers.context import FAILURE_SCHEMA
from transforms.readers.raw import ROW, RawTable
from transforms.rules import Rule
from transforms.sources import FieldRule, SourceDefinition

UNIT = "unit_id"
UNIT_FEEDS = ("orders", "surveys")

#: Which canonical table and column a field's failure is counted under, where not its own.
COUNTED_UNDER = {
    "email": ("contacts", "email"),
    "phone": ("contacts", "phone"),
    "language": ("contacts", "language"),
    "birthday": ("contacts", "birthday"),
    "customer_id": ("contacts", "source_customer_id"),
} | dict.fromkeys(CONSENT_FIELDS, ("consents", "is_granted"))
READ_INTO = {
    "updated_at": "version_at",
    "subtotal_amount": "discount_amount",
    "refunded_quantity": "quantity",
    "quantity_after_refund": "quantity",
}
#: A file of statements keeps no address: what is wrong with one is counted under its hash.
KEYED = {"customer_id": "customer_ref_key", "email": "email_key", "phone": "phone_key"}
MADE_ID_CHARACTERS = 12


@dataclass(frozen=True)
class Extract:
    """Typed fields of one file.

    Attributes:
        fields: one row per data row: `row_number`, `unit_id` and the typed fields that the
            file has; fields it lacks are absent.
        failures: values that could not be read (FAILURE_SCHEMA).
        headers: field -> header it was read from.
        absent: mapped columns the file does not have.
        assumptions: what was decided for the user, such as which of two columns was read.
        echoes: rows left out because the file says the same order or response twice.
    """

    fields: pl.DataFrame
    failures: pl.DataFrame
    headers: dict[str, str]
    absent: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    echoes: int = 0


def extract(table: RawTable, definition: SourceDefinition, key: PersonKey) -> Extract:
    """Read every mapped field of a file.

    Args:
        key: keyed hash, for ids that are made of personal fields.

    Raises:
        RefusedFileError: a required column is missing, or dates could be day-month or month-day.
    """
    positions = {name: table.position(rule) for name, rule in definition.columns.items()}
    columns.require_columns(table, definition, positions)
    cells = blocks.with_blocks(table, definition, positions)
    text = _texts(cells, definition, positions)
    kinds = FEED_FIELDS[definition.feed]
    columns.refuse_ambiguous_dates(text, definition, kinds, table, positions)
    typed = {
        name: parse.parse(
            values,
            kinds[name],
            definition.columns.get(name, FieldRule()),
            definition,
            is_typed=table.is_typed,
        ).alias(name)
        for name, values in text.items()
    }
    frame = pl.DataFrame([cells[ROW], cells[blocks.BLOCK], *typed.values()])
    frame = _with_unit(frame, definition, key)
    headers = {name: table.headers[i] for name, i in positions.items() if i is not None}
    unread = [
        _unreadable(frame, name, text[name], headers.get(name, name), definition)
        for name in typed
        if typed[name].null_count() > text[name].null_count()
    ]
    is_echo, contradictions = blocks.repeated(frame, text, UNIT)
    if contradictions.height:
        unread.append(_repeated(contradictions, definition, headers))
    found = pl.concat([FAILURE_SCHEMA.to_frame(), *unread])
    kept = frame.filter(~is_echo) if is_echo.any() else frame
    return Extract(
        kept.drop(blocks.BLOCK),
        found.filter(pl.col(ROW).is_in(kept[ROW].implode()))
        if kept.height < frame.height
        else found,
        headers,
        columns.absent(table, definition, positions),
        columns.assumptions(table, definition, positions, text, kinds),
        frame[ROW].n_unique() - kept[ROW].n_unique(),
    )


def _repeated(
    rows: pl.DataFrame, definition: SourceDefinition, headers: dict[str, str]
) -> pl.DataFrame:
    name, table = ID_FIELD[definition.feed], UNIT_TABLE[definition.feed]
    return failures(rows, table, name, "repeated", headers.get(name, name), pl.col(name))


def failures(
    frame: pl.DataFrame, table: str, column: str, code: str, header: str, value: pl.Expr
) -> pl.DataFrame:
    """Rows of a frame (row_number, unit_id) as reported failures of one rule."""
    rule = Rule(table, column, code)
    is_personal = column in PERSONAL_FIELDS or CANONICAL[table].column_by_name[column].personal
    shown = pl.lit("(personal, not shown)") if is_personal else value.cast(pl.String)
    return frame.select(
        table=pl.lit(table),
        column=pl.lit(column),
        code=pl.lit(code),
        unit_id=pl.col(UNIT),
        row_number=pl.col(ROW),
        header=pl.lit(header),
        value=shown,
        is_forgiven=pl.lit(rule.is_forgiven),
    ).cast(FAILURE_SCHEMA)


def _texts(
    cells: pl.DataFrame, definition: SourceDefinition, positions: dict[str, int | None]
) -> dict[str, pl.Series]:
    kinds = FEED_FIELDS[definition.feed]
    texts = {}
    for name, position in positions.items():
        rule = definition.columns[name]
        if position is not None:
            texts[name] = parse.clean(cells[str(position)], rule, kinds[name]).alias(name)
        elif rule.default is not None:
            texts[name] = pl.Series(name, [rule.default] * cells.height, dtype=pl.String)
    if definition.feed == "orders" and definition.currency and "currency" not in texts:
        texts["currency"] = pl.Series(
            "currency", [definition.currency] * cells.height, dtype=pl.String
        )
    return texts


def _with_unit(frame: pl.DataFrame, definition: SourceDefinition, key: PersonKey) -> pl.DataFrame:
    """What is accepted or refused as a whole: the order, the response, else the row."""
    if definition.id_from:
        frame = _made_ids(frame, definition, key)
    field = ID_FIELD[definition.feed] if definition.feed in UNIT_FEEDS else None
    row_unit = pl.concat_str(pl.lit("row "), pl.col(ROW).cast(pl.String))
    unit = pl.coalesce(pl.col(field), row_unit) if field else row_unit
    return frame.with_columns(unit.alias(UNIT))


def _made_ids(frame: pl.DataFrame, definition: SourceDefinition, key: PersonKey) -> pl.DataFrame:
    """An id where the source has none: its fields and, among equals, the position.

    Personal fields stand in it as keyed hashes. A row without any of the fields gets no id.
    """
    parts = []
    for name in definition.id_from:
        if name not in frame.columns:
            continue
        if frame.schema[name] == pl.Datetime:
            part = frame[name].dt.strftime("%Y%m%dT%H%M%S")
        elif name in PERSONAL_FIELDS:
            part = hash_series(frame[name], name, key).str.slice(0, MADE_ID_CHARACTERS)
        else:
            part = frame[name].cast(pl.String)
        parts.append(part)
    given = pl.any_horizontal([part.is_not_null() for part in parts])
    base = pl.when(given).then(pl.concat_str([part.fill_null("") for part in parts], separator="-"))
    with_base = frame.with_columns(base.alias("base"))
    ordinal = (pl.int_range(pl.len()).over("base") + 1).cast(pl.String)
    made = pl.concat_str("base", ordinal, separator="-")
    return with_base.with_columns(made.alias(ID_FIELD[definition.feed])).drop("base")


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
    if feed == "consents":
        return UNIT_TABLE[feed], KEYED.get(name, name)
    if name in COUNTED_UNDER:
        return COUNTED_UNDER[name]
    if feed == "surveys" and name == "started_at":
        return "responses", "submitted_at"
    is_line = feed == "orders" and name in LINE_LEVEL_FIELDS
    return ("order_lines" if is_line else UNIT_TABLE[feed]), READ_INTO.get(name, name)
