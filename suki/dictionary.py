"""The data dictionary of a publication: every table and column, in the words of the dbt project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from suki.runs import Run
from suki.settings import Settings
from suki.warehouse import parsed_project

if TYPE_CHECKING:
    import polars as pl

#: Unit of a column by the end of its name; the first that fits decides.
UNITS = (
    ("_amount", "reporting currency"),
    ("_amount_low", "reporting currency"),
    ("_amount_high", "reporting currency"),
    ("_days", "days"),
    ("_minutes", "minutes"),
    ("_points", "percentage points"),
    ("_share", "share, 0 to 1"),
    ("_rate", "share, 0 to 1"),
    ("_ratio", "ratio"),
    ("_date", "date in the store's zone"),
    ("_month", "date in the store's zone"),
    ("_start", "date in the store's zone"),
    ("_end", "date in the store's zone"),
    ("_at", "moment in UTC"),
    ("_count", "count"),
)
AS_OF = "Last business date of the run, in the store's time zone."
OWN_COLUMNS = (
    ("as_of", "date", AS_OF),
    ("table_name", "varchar", "Published table."),
    ("position", "bigint", "Place of the column in its table, from 1."),
    ("column_name", "varchar", "The column."),
    ("data_type", "varchar", "Its type in SQL."),
    ("unit", "varchar", "Unit of its values."),
    ("is_key", "boolean", "True where it is part of what tells rows apart."),
    ("definition", "varchar", "What it means."),
    ("grain", "varchar", "What one row of the table is."),
)
TYPE_UNITS = {
    "varchar": "text",
    "boolean": "yes or no",
    "date": "date in the store's zone",
    "bigint": "count",
    "integer": "count",
    "timestamp with time zone": "moment in UTC",
}


def unit_of(column: str, data_type: str, stated: str | None = None) -> str:
    """The unit of a column: what its description states as meta, its name, else its type."""
    if stated:
        return stated
    plain = TYPE_UNITS.get(data_type)
    if plain in {"text", "yes or no"}:
        return plain
    return next((unit for end, unit in UNITS if column.endswith(end)), plain or "number")


def data_dictionary(run: Run, settings: Settings, tables: Iterable[str]) -> pl.DataFrame:
    """One row per column of every published table.

    Args:
        tables: the tables of the run folder: dbt models and score tables.

    Returns:
        as_of, table_name, position, column_name, data_type, unit, is_key, definition, grain.
    """
    import polars as pl

    manifest = parsed_project(settings, run.folder(settings) / "dbt_marts")
    models = {node.name: node for node in manifest.nodes.values() if node.resource_type == "model"}
    rows = []
    for name in sorted([*tables, "data_dictionary"]):
        described = _of_model(models[name]) if name in models else _made_here(name)
        rows += [{"table_name": name, "position": n} | row for n, row in enumerate(described, 1)]
    frame = pl.DataFrame(rows).with_columns(as_of=pl.lit(run.business_date))
    return frame.select(
        "as_of", "table_name", "position", "column_name", "data_type", "unit", "is_key", "definition", "grain"
    )  # fmt: skip


def _of_model(node: Any) -> Iterator[dict[str, Any]]:
    key = {
        column
        for constraint in node.constraints
        if constraint.type.value == "primary_key"
        for column in constraint.columns
    }
    for column in node.columns.values():
        data_type = str(column.data_type or "").lower()
        yield {
            "column_name": column.name,
            "data_type": data_type,
            "unit": unit_of(column.name, data_type, column.meta.get("unit")),
            "is_key": column.name in key,
            "definition": " ".join(column.description.split()),
            "grain": " ".join(node.description.split()),
        }


def _made_here(name: str) -> Iterator[dict[str, Any]]:
    """Tables that dbt does not make: scores, outreach, loyalty, and this one."""
    if name != "data_dictionary":
        yield from _of_score(name)
        return
    for column, data_type, definition in OWN_COLUMNS:
        is_key = column in {"table_name", "column_name"}
        yield _entry(
            column, data_type, is_key, definition, "One row per column of a published table."
        )


def _of_score(name: str) -> Iterator[dict[str, Any]]:
    from transforms.canonical import SCORES
    from transforms.canonical.loyalty import LOYALTY
    from transforms.canonical.outreach import OUTREACH

    table = (SCORES | OUTREACH | LOYALTY)[name]
    yield _entry("as_of", "date", False, AS_OF, table.grain)
    for column in table.columns:
        data_type = _sql_type(str(column.dtype))
        yield _entry(
            column.name, data_type, column.name in table.key, column.description, table.grain
        )


def _entry(name: str, data_type: str, is_key: bool, definition: str, grain: str) -> dict[str, Any]:
    return {
        "column_name": name,
        "data_type": data_type,
        "unit": unit_of(name, data_type),
        "is_key": is_key,
        "definition": definition,
        "grain": grain,
    }


def _sql_type(polars_type: str) -> str:
    known = {"String": "varchar", "Int64": "bigint", "Date": "date", "Boolean": "boolean"}
    if polars_type.startswith("Decimal"):
        digits = polars_type[8:-1].replace("precision=", "").replace("scale=", "").replace(" ", "")
        return f"decimal({digits})"
    return known.get(polars_type, "double")
