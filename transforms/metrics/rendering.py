"""Hand the registry's readings to dbt as a macro, so that SQL repeats no definition.

Rendered, never edited; a test refuses a file that differs. Refresh it with
`python -m transforms.metrics.rendering`.
"""

from __future__ import annotations

import json
from pathlib import Path

from transforms.metrics.registry import load_registry

MACRO_FILE = Path("dbt_project/macros/metric_readings.sql")
_HEADER = (
    "{#- Rendered by `python -m transforms.metrics.rendering` from transforms/metrics/definitions:\n"
    "    edit those. One entry per reading of a metric. -#}\n"
)


def render_readings() -> str:
    """The text of the macro: a list of dictionaries, one per reading."""
    entries = [
        {"metric": metric.metric} | reading.model_dump()
        for metric in load_registry()
        for reading in metric.readings
    ]
    body = ",\n".join("    " + json.dumps(entry, ensure_ascii=False) for entry in entries)
    return (
        _HEADER
        + "{%- macro metric_readings() -%}\n{{ return([\n"
        + body
        + "\n]) }}\n{%- endmacro -%}\n"
    )


def write_readings(project_root: Path) -> Path:
    """Write the macro below `project_root` and return its path."""
    path = project_root / MACRO_FILE
    path.write_text(render_readings(), encoding="utf-8")
    return path


if __name__ == "__main__":
    write_readings(Path(__file__).resolve().parents[2])
