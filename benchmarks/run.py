"""`make bench`: measure whole runs and write benchmarks/RESULTS.md."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.imports import MODULES, import_seconds
from benchmarks.measure import Measurement, measure
from benchmarks.shops import PROJECT, SUKI, demo, environment, online_retail

RESULTS = Path(__file__).with_name("RESULTS.md")
STEPS = ("ingest", "build", "score", "publish")
LIBRARIES = ("apache-airflow", "dbt-core", "dbt-duckdb", "duckdb", "polars", "great-expectations")


@dataclass
class Row:
    """One measured run: its name, what Suki noted per step, and what the whole took."""

    name: str
    steps: dict[str, str]
    took: Measurement


def main() -> None:
    """Measure everything and write the page; says on the way what it does."""
    with tempfile.TemporaryDirectory(prefix="suki-bench-") as name:
        rows = list(_runs(Path(name)))
    print("imports ...", flush=True)
    imports = {module: import_seconds(module) for module in MODULES}
    RESULTS.write_text(_page(rows, imports), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


def _runs(place: Path) -> Iterator[Row]:
    cache = place / "cache"
    first = demo(place / "demo", cache)
    yield _row("demo shop, very first run (dbt is parsed)", first, cache, "run")
    yield _row("demo shop, again (nothing has changed)", first, cache, "run")
    yield _row("demo shop, another home", demo(place / "other", cache), cache, "run")
    yield _row("demo shop, through Airflow", demo(place / "airflow", cache), cache, "night")
    retail = online_retail(place / "online_retail")
    if retail is None:
        print("Online Retail is skipped: archive or source definition is not here", flush=True)
        return
    yield _row("Online Retail, 305 files at once", retail, cache, "run")
    yield _row("Online Retail, again", retail, cache, "run")


def _row(name: str, home: Path, cache: Path, command: str) -> Row:
    print(f"{name} ...", flush=True)
    took = measure([SUKI, command], environment(home, cache), home / "bench.log")
    run = json.loads((home / "published" / "latest" / "run.json").read_text(encoding="utf-8"))
    memory = run["peak_memory_mib"]
    steps = {step: f"{spent:.1f} s, {memory[step]:,}" for step, spent in run["seconds"].items()}
    return Row(name, {} if "again" in name else steps, took)


def _page(rows: list[Row], imports: dict[str, float]) -> str:
    columns = ["run", *STEPS, "wall s", "CPU s", "peak MB", "Python processes"]
    table = [columns, ["---", *["---:"] * (len(columns) - 1)]]
    table += [_cells(row) for row in rows]
    started = [f"- {row.name}: {_told(row.took.processes)}" for row in rows]
    spent = [f"| `{module}` | {seconds:.2f} |" for module, seconds in imports.items()]
    parts = [
        "# Measured",
        f"Written by `make bench` on {_machine()}; commit {_commit()}.",
        "\n".join(f"| {' | '.join(cells)} |" for cells in table),
        "Steps are seconds and the highest memory of their process so far in MiB, as `run.json` "
        "notes them; wall time adds the start of the process and "
        "the mails. Peak memory is the sum over the process tree, shared pages counted in each.",
        "## Python processes started\n\n" + "\n".join(started),
        "## Imports, seconds in a fresh process with compiled bytecode\n\n"
        + "\n".join(["| module | seconds |", "| --- | ---: |", *spent]),
    ]
    return "\n\n".join(parts) + "\n"


def _cells(row: Row) -> list[str]:
    steps = [row.steps.get(step, "") for step in STEPS]
    took = row.took
    return [
        row.name, *steps, f"{took.wall_seconds:.1f}", f"{took.cpu_seconds:.1f}",
        f"{took.peak_megabytes:,.0f}", str(sum(took.processes.values())),
    ]  # fmt: skip


def _told(processes: dict[str, int]) -> str:
    return ", ".join(f"{count} x `{kind}`" for kind, count in sorted(processes.items()))


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, {libraries}"
    )


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    main()
