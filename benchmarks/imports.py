"""What the heavy libraries cost at the start of a process, with compiled bytecode."""

from __future__ import annotations

import subprocess
import sys

MODULES = (
    "suki.cli", "airflow.sdk", "dbt.cli.main", "great_expectations", "polars", "duckdb", "altair", "scipy.stats",
)  # fmt: skip
REPEATS = 3


def import_seconds(module: str) -> float:
    """Seconds that `import module` takes in a fresh interpreter; the best of three.

    Raises:
        RuntimeError: the module cannot be imported.
    """
    _timed_import(module)  # writes the bytecode
    return min(_timed_import(module) for _ in range(REPEATS))


def _timed_import(module: str) -> float:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"import {module} failed: {done.stderr.strip().splitlines()[-1]}")
    return top_level_seconds(done.stderr)


def top_level_seconds(report: str) -> float:
    """Seconds of all top-level imports in an importtime report, the interpreter's own left out.

    A line reads `import time: self | cumulative | name`, in microseconds; nested modules are
    indented, and the interpreter's start ends with the line of `site`.
    """
    total = 0
    for line in report.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) != 3 or not parts[1].strip().isdigit():
            continue
        if parts[2].strip() == "site":
            total = 0
        elif not parts[2].startswith("  "):
            total += int(parts[1])
    return total / 1e6
