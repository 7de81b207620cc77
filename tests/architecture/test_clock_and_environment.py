"""Two things a run may not pick up by the way: the time of day, and an environment variable."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import PROJECT, python_files, relative

MODULES = python_files("suki", "transforms", "expectations", "reports", "dags")

#: File -> why it touches the environment. Settings are read in suki/settings.py alone.
ENVIRONMENT = {
    "suki/settings.py": "reads every setting",
    "suki/embedded/settings.py": "hands Airflow's processes their settings",
    "suki/warehouse.py": "tells dbt where the warehouse is, and not to call home",
    "expectations/runner.py": "tells Great Expectations not to call home",
    "dags/_defaults.py": "schedule and retries are read where Airflow parses, without Suki",
}
#: File -> why it asks for the time. Business code gets as_of and known_at as arguments.
CLOCK = {
    "suki/ledger.py": "the clock: arrival, heartbeat and sending are facts of operation",
    "suki/embedded/launcher.py": "compares with when Airflow read a DAG file; never stored",
}
CLOCK_CALLS = {"now", "today", "utcnow", "current_date", "current_timestamp", "getdate"}


def _names(path: Path) -> list[tuple[int, str, bool]]:
    """Line, attribute name, and whether it is called."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    return [
        (n.lineno, n.attr, id(n) in called) for n in ast.walk(tree) if isinstance(n, ast.Attribute)
    ]


def _touches_environment(path: Path) -> bool:
    return any(name in {"environ", "getenv", "putenv"} for _, name, _ in _names(path))


def _asks_the_time(path: Path) -> list[int]:
    return [line for line, name, is_called in _names(path) if is_called and name in CLOCK_CALLS]


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 40


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_only_the_settings_touch_the_environment(path: Path) -> None:
    assert relative(path) in ENVIRONMENT or not _touches_environment(path)


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_only_the_ledger_asks_what_time_it_is(path: Path) -> None:
    assert relative(path) in CLOCK or not _asks_the_time(path), _asks_the_time(path)


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "dbt_project").rglob("models/**/*.sql")), ids=relative
)
def test_no_model_asks_what_day_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    asked = [
        word for word in ("current_date", "current_timestamp", "now(", "today(") if word in text
    ]
    assert not asked, asked


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_an_exception_for_the_environment_is_still_needed(name: str) -> None:
    assert _touches_environment(PROJECT / name)


@pytest.mark.parametrize("name", CLOCK)
def test_an_exception_for_the_clock_is_still_needed(name: str) -> None:
    assert _asks_the_time(PROJECT / name)
