"""Order lines packed into one cell each (`name:..|sku:..|quantity:..`), unpacked to rows."""

from __future__ import annotations

import re

import polars as pl

from transforms.readers.raw import ROW, RawTable, RefusedFileError
from transforms.sources import FieldRule, PackedLines, SourceDefinition


def unpack(table: RawTable, definition: SourceDefinition) -> tuple[RawTable, SourceDefinition]:
    """One row per packed line, the line's keys as columns of their own.

    Returns:
        The longer table, and the definition with the new columns mapped.

    Raises:
        RefusedFileError: no header matches the pattern of packed columns.
    """
    packed = definition.packed_lines
    if packed is None:
        return table, definition
    positions = [
        i for i, header in enumerate(table.headers) if re.search(packed.columns, header.strip())
    ]
    if not positions:
        raise RefusedFileError(
            f"has no columns matching {packed.columns!r}, where source {definition.source!r} has its lines"
        )
    names = [str(i) for i in positions]
    long = table.cells.unpivot(
        on=names, index=[c for c in table.cells.columns if c not in names], value_name="packed"
    )
    order = pl.col("variable").cast(pl.Int64)
    long = long.filter(pl.col("packed").is_not_null() | (order == positions[0])).sort(
        ROW, order, maintain_order=True
    )
    headers = tuple(h for i, h in enumerate(table.headers) if i not in positions)
    kept = [str(i) for i in range(len(table.headers)) if i not in positions]
    new = [_value_of(key, packed).alias(f"packed {key}") for key in packed.keys]
    cells = long.select(ROW, *kept, *new)
    all_headers = (*headers, *(f"packed {key}" for key in packed.keys))
    cells = cells.rename(
        dict(
            zip(
                [*kept, *(f"packed {k}" for k in packed.keys)],
                map(str, range(len(all_headers))),
                strict=True,
            )
        )
    )
    mapped = {field: FieldRule(column=f"packed {key}") for key, field in packed.keys.items()}
    return RawTable(all_headers, cells), replace_columns(definition, mapped)


def _value_of(key: str, packed: PackedLines) -> pl.Expr:
    """What stands behind a key. A separator ends a value only where another key follows it,
    so that product names may hold separators themselves."""
    pair, mark = re.escape(packed.pair_separator), re.escape(packed.key_separator)
    parted = pl.col("packed").str.replace_all(rf"{pair}\s*(\w+)\s*{mark}", "\x1f${1}\x1e")
    parted = parted.str.replace(rf"^\s*(\w+)\s*{mark}", "${1}\x1e")
    return parted.str.extract(rf"(?i)(?:^|\x1f){re.escape(key)}\x1e([^\x1f]*)", 1)


def replace_columns(definition: SourceDefinition, extra: dict[str, FieldRule]) -> SourceDefinition:
    """The definition with more fields mapped."""
    return definition.model_copy(update={"columns": definition.columns | extra})
