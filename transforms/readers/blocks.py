"""Rows that belong together: order cells that stand on the first row only, and repeated units."""

from __future__ import annotations

import polars as pl

from transforms.fields import ORDER_LEVEL_FIELDS
from transforms.readers.raw import ROW, RawTable, RefusedFileError
from transforms.sources import FieldRule, SourceDefinition

BLOCK = "block"
REPEATED = "order or response repeated word for word"
#: Cells that stand on the first row of an order, the surest first.
ANCHORS = ("order_id", "total_amount", "subtotal_amount", "financial_status", "currency")


def with_blocks(
    table: RawTable, definition: SourceDefinition, positions: dict[str, int | None]
) -> pl.DataFrame:
    """The cells with order cells repeated on every row of the order, and `block` beside.

    A block is what the file shows as one order or response; null where it shows none, that
    is where rows say by their id alone what they belong to.
    """
    if definition.carry_down_by is not None:
        group = table.position(FieldRule(column=definition.carry_down_by))
        if group is None:
            raise RefusedFileError(
                f"lacks the column {definition.carry_down_by!r} by which source {definition.source!r} "
                f"groups rows into orders; its headers are {', '.join(table.headers[:12])}"
            )
        return _carried_down(table, definition, positions, str(group))
    alone = definition.feed == "surveys" or definition.layout == "row_per_order"
    block = pl.col(ROW) if alone and not definition.id_from else pl.lit(None, dtype=pl.Int64)
    return table.cells.with_columns(block.alias(BLOCK))


def _carried_down(
    table: RawTable, definition: SourceDefinition, positions: dict[str, int | None], group: str
) -> pl.DataFrame:
    cells = table.cells
    carried = sorted(
        {str(i) for n, i in positions.items() if i is not None and n in ORDER_LEVEL_FIELDS}
    )
    told = pl.col(carried).str.strip_chars()
    cells = cells.with_columns(pl.when(told != "").then(told))
    anchor = next(
        (
            pl.col(str(i))
            for name in ANCHORS
            if (i := positions.get(name)) is not None and str(i) != group
        ),
        pl.col(group),
    )
    every_row_is_whole = definition.blank_continues and cells[group].null_count() == 0
    starts = anchor.is_not_null() if not every_row_is_whole else pl.lit(False)
    key = pl.col(group).forward_fill() if definition.blank_continues else pl.col(group)
    cells = cells.with_columns(key.alias("key")).with_columns(
        (pl.col("key").ne_missing(pl.col("key").shift()) | starts)
        .cum_sum()
        .cast(pl.Int64)
        .alias(BLOCK),
        starts.alias("starts"),
    )
    # Rows of one order may have been sorted apart; a name that starts twice is two orders.
    own = pl.col(BLOCK).filter(pl.col("starts")).first().over("key")
    unnamed = pl.when(pl.col("key").is_null()).then(-pl.col(ROW))
    block = unnamed.when(pl.col("starts").sum().over("key") == 1).then(own).otherwise(pl.col(BLOCK))
    cells = cells.with_columns(block.alias(BLOCK))
    first = pl.col(carried).first(ignore_nulls=True).over(BLOCK)
    cells = cells.with_columns(pl.col(carried).fill_null(first))
    if every_row_is_whole:
        cells = cells.with_columns(pl.lit(None, dtype=pl.Int64).alias(BLOCK))
    return cells.drop("key", "starts")


def repeated(
    fields: pl.DataFrame, text: dict[str, pl.Series], unit: str
) -> tuple[pl.Series, pl.DataFrame]:
    """Units that the file shows more than once.

    Returns:
        True for rows of later blocks that repeat the first word for word, and the first rows
        of later blocks that say something else.
    """
    nothing = pl.Series([False] * fields.height, dtype=pl.Boolean)
    shown = fields.select(unit, BLOCK).drop_nulls().unique()
    twice = shown.filter(shown[unit].is_duplicated())[unit].unique()
    if twice.is_empty():
        return nothing, fields.clear()
    words = pl.DataFrame([fields[unit], fields[BLOCK], fields[ROW], *text.values()])
    words = words.with_columns(pl.col(unit).is_in(twice.implode()).alias("twice"))
    said = pl.concat_str(pl.exclude(unit, BLOCK, ROW, "twice").fill_null(""), separator="\x1f")
    blocks = (
        words.filter("twice")
        .select(unit, BLOCK, ROW, said=said)
        .group_by(unit, BLOCK, maintain_order=True)
        .agg(pl.col("said").sort().str.join("\x1e"), pl.col(ROW).first())
        .with_columns(
            is_later=pl.col(ROW) > pl.col(ROW).min().over(unit),
            is_same=pl.col("said").n_unique().over(unit) == 1,
        )
    )
    later = blocks.filter("is_later")
    echoes = later.filter("is_same")[BLOCK]
    contradictions = later.filter(~pl.col("is_same"))[ROW]
    is_echo = fields[BLOCK].is_in(echoes.implode()).fill_null(False)
    return is_echo, fields.filter(pl.col(ROW).is_in(contradictions.implode())).unique(
        ROW, keep="first", maintain_order=True
    )
