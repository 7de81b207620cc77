"""Small calm files: a limit per kind of file, and every exception with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.tree import PROJECT, python_files, relative, tracked_files

ROOMS = ("suki", "transforms", "expectations", "reports", "dags", "benchmarks")
MODULES = python_files(*ROOMS)
DAGS = [path for path in MODULES if path.parent.name == "dags" and not path.name.startswith("_")]
MODELS = [path for path in tracked_files() if path.suffix == ".sql"]

DAG_LINES = 60
SQL_LINES = 100
MODULE_LINES = 300
FUNCTION_LINES = 45

#: File -> lines it may have, and why it is not cut in two.
LONG_MODULES = {}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_there_are_files_to_measure() -> None:
    assert len(MODULES) > 40
    assert len(DAGS) >= 3
    assert len(MODELS) > 40


@pytest.mark.parametrize("path", DAGS, ids=relative)
def test_a_dag_file_fits_one_screen(path: Path) -> None:
    assert _lines(path) < DAG_LINES


@pytest.mark.parametrize("path", MODELS, ids=relative)
def test_a_sql_file_stays_readable(path: Path) -> None:
    assert _lines(path) < SQL_LINES


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_stays_within_three_screens(path: Path) -> None:
    limit, _ = LONG_MODULES.get(relative(path), (MODULE_LINES, ""))
    assert _lines(path) <= limit


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_function_does_one_thing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [
        n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    long = {f.name: _body_lines(f) for f in functions if _body_lines(f) > FUNCTION_LINES}
    assert not long, f"longer than {FUNCTION_LINES} lines without the docstring: {long}"


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, the docstring not counted."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    is_docstring = ast.get_docstring(function) is not None
    return total - ((first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0)


@pytest.mark.parametrize("name", LONG_MODULES)
def test_an_exception_from_the_limit_is_still_needed(name: str) -> None:
    assert _lines(PROJECT / name) > MODULE_LINES, f"{name} is short by now: take it off the list"
