"""The linters that CI runs are the ones a developer runs, and they are satisfied."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.architecture.tree import PROJECT

Run = Callable[..., tuple[int, str]]


def test_no_room_imports_what_the_law_forbids(run_tool: Run) -> None:
    code, said = run_tool("lint-imports")
    assert code == 0, said


@pytest.mark.parametrize("command", [("check", "."), ("format", "--check", ".")], ids=" ".join)
def test_ruff_has_nothing_to_say(run_tool: Run, command: tuple[str, ...]) -> None:
    code, said = run_tool("ruff", *command)
    assert code == 0, said


def test_every_type_holds(run_tool: Run) -> None:
    code, said = run_tool("mypy")
    assert code == 0, said


def test_sql_is_written_one_way(run_tool: Run) -> None:
    assert list((PROJECT / "dbt_project").rglob("*.sql")), "no SQL was found to lint"
    code, said = run_tool("sqlfluff", "lint", "dbt_project", "--quiet")
    assert code == 0, said
