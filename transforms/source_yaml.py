"""Write dbt's description of its sources from the canonical contract.

dbt may read only what the contract promises, and a person reading the dbt docs should see the
contract's own words. So the YAML is rendered from `transforms.canonical`, never edited, and a
test refuses a file that differs. Refresh it with `python -m transforms.source_yaml`.
"""

from __future__ import annotations

import json
from pathlib import Path

from transforms.canonical import CURRENT, SCORES, Column, Table

SOURCES_FILE = Path("dbt_project/models/staging/_current__sources.yml")

_HEADER = (
    "# Rendered by `python -m transforms.source_yaml` from transforms/canonical.py: edit that.\n"
)
_FAMILIES = (
    (
        "current",
        "One row per thing as known to the run; made before dbt starts.",
        CURRENT,
    ),
    ("scores", "Made by polars from the facts, between the two passes of dbt.", SCORES),
)


def render_sources() -> str:
    """Return the text of the sources YAML: every table and column of CURRENT and SCORES."""
    lines = [_HEADER + "sources:"]
    for schema, description, tables in _FAMILIES:
        lines += [
            f"  - name: {schema}",
            f"    description: {_quoted(description)}",
            f"    schema: {schema}",
            "    tables:",
        ]
        for table in tables.values():
            lines += _render_table(table)
    return "\n".join(lines) + "\n"


def write_sources(project_root: Path) -> Path:
    """Write the sources YAML below `project_root` and return its path."""
    path = project_root / SOURCES_FILE
    path.write_text(render_sources(), encoding="utf-8")
    return path


def _render_table(table: Table) -> list[str]:
    lines = [
        f"      - name: {table.name}",
        f"        description: {_quoted(table.grain)}",
        "        columns:",
    ]
    for column in table.columns:
        lines += [
            f"          - name: {column.name}",
            f"            description: {_quoted(_meaning(column))}",
        ]
    return lines


def _meaning(column: Column) -> str:
    if column.allowed is None:
        return column.description
    return f"{column.description} One of: {', '.join(column.allowed)}."


def _quoted(text: str) -> str:
    # A JSON string is a YAML string: no colon or dash in a description can change its meaning.
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    write_sources(Path(__file__).resolve().parent.parent)
