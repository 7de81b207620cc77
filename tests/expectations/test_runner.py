"""Frames reach Great Expectations unharmed, and no check can pass by not being made."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from expectations.checks import (
    Batch,
    Verdict,
    between,
    decide,
    findings_of,
    known,
    with_rows,
)
from expectations.runner import as_pandas, jsonable, validate

PROJECT = Path(__file__).resolve().parents[2]


def test_decimals_dates_and_large_whole_numbers_survive_the_way_to_pandas() -> None:
    largest = 2**53 + 1  # the first whole number a float cannot hold
    frame = pl.DataFrame(
        {
            "amount": [Decimal("0.1000"), None],
            "day": [date(1904, 2, 29), None],
            "rows": [largest, None],
            "is_required": [True, None],
        },
        schema_overrides={"amount": pl.Decimal(38, 4)},
    )
    converted = as_pandas(frame)
    assert converted["amount"][0].as_tuple() == Decimal("0.1000").as_tuple()
    assert type(converted["day"][0]) is date
    assert converted["rows"][0] == largest
    assert converted["is_required"][0] is True
    assert converted.isna().loc[1].all()


def test_a_frame_without_rows_keeps_its_columns() -> None:
    assert list(as_pandas(pl.DataFrame(schema={"a": pl.Int64, "b": pl.Date})).columns) == ["a", "b"]


def test_a_difference_of_a_hundredth_of_a_cent_in_billions_is_seen() -> None:
    frame = pl.DataFrame(
        {"name": ["a"], "difference": [Decimal("10000000000000000.0001")]},
        schema_overrides={"difference": pl.Decimal(38, 4)},
    )
    limit = 10_000_000_000_000_000
    (verdict,) = validate(
        [Batch("sums", frame, (between("same", "difference", limit, limit, str),))]
    )
    assert not verdict.success


def test_an_empty_frame_fails_although_every_check_on_its_rows_would_pass() -> None:
    empty = Batch(
        "feeds", pl.DataFrame(schema={"age": pl.Int64}), (between("old", "age", 0, 3, str),)
    )
    assert [verdict.success for verdict in validate([empty])] == [True]
    (finding,) = findings_of(validate([with_rows(empty, "Nothing was counted.")]))
    assert (finding.check, finding.subject) == ("has_rows", "feeds")
    assert finding.message == "Nothing was counted."


def test_a_column_of_nulls_fails_although_every_check_on_its_values_would_pass() -> None:
    frame = pl.DataFrame({"feed": ["orders"], "age": [None]}, schema_overrides={"age": pl.Int64})
    checks = (between("old", "age", 0, 3, str), known("age_known", "age", "feed"))
    verdicts = validate([Batch("feeds", frame, checks)])
    assert [verdict.success for verdict in verdicts] == [True, False]
    assert "orders" in findings_of(verdicts)[0].message


def test_a_check_that_cannot_be_made_holds_even_if_it_would_only_warn() -> None:
    frame = pl.DataFrame({"feed": ["orders"]})
    checks = (
        between("absent", "no_such_column", 0, 1, str, "warning"),
        known("present", "feed"),
    )
    absent, present = validate([Batch("feeds", frame, checks)])
    assert absent.error is not None
    assert "no_such_column" in absent.error
    assert present.success
    assert decide(findings_of([absent, present])) == "hold"


def test_verdicts_come_in_the_order_of_the_checks_errors_included() -> None:
    frame = pl.DataFrame({"feed": ["orders"]})
    columns = ("feed", "no_such_column", "feed", "no_such_column")
    checks = tuple(known(f"check_{i}", column) for i, column in enumerate(columns))
    verdicts = validate([Batch("feeds", frame, checks)])
    assert [verdict.check.name for verdict in verdicts] == [
        "check_0",
        "check_1",
        "check_2",
        "check_3",
    ]
    assert [verdict.success for verdict in verdicts] == [True, False, True, False]


def test_a_result_that_never_came_back_holds() -> None:
    lost = Verdict("feeds", known("age_known", "age"), False, error="no result came back")
    assert decide(findings_of([lost])) == "hold"


def test_a_warning_that_fails_does_not_hold_although_the_whole_suite_fails() -> None:
    frame = pl.DataFrame({"feed": ["orders"], "age": [9]})
    checks = (
        between(
            "old", "age", 0, 3, lambda row: f"{row['feed']} is {row['age']} days old", "warning"
        ),
        known("age_known", "age"),
    )
    findings = findings_of(validate([Batch("feeds", frame, checks)]))
    assert decide(findings) == "warn"
    assert findings[0].message == "orders is 9 days old"


def test_json_holds_decimals_as_text_and_no_infinity() -> None:
    value = {"a": Decimal("1.10"), "b": date(2024, 5, 31), "c": (float("inf"), float("nan"))}
    assert jsonable(value) == {"a": "1.10", "b": "2024-05-31", "c": [None, None]}


QUIET_RUN = """
import logging, sys
import polars as pl
import expectations.door_in, expectations.door_out
assert "great_expectations" not in sys.modules, "imported before it is needed"
assert "pandas" not in sys.modules, "imported before it is needed"
from expectations.checks import Batch, known
from expectations.runner import validate
batch = Batch("feeds", pl.DataFrame({"feed": ["orders", None]}), (known("name", "feed"),))
print([verdict.success for verdict in validate([batch])])
"""


def test_a_run_is_silent_writes_no_file_and_imports_late(tmp_path: Path) -> None:
    """In a process of its own: what is imported and printed is decided once per process."""
    program = tmp_path / "program.py"
    program.write_text(QUIET_RUN)
    home = tmp_path / "home"
    home.mkdir()
    environment = os.environ | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONPATH": str(PROJECT),
    }
    environment.pop("GX_ANALYTICS_ENABLED", None)
    done = subprocess.run(
        [sys.executable, str(program)],
        check=False,
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[False]\n", "")
    assert list(home.rglob("*")) == []
