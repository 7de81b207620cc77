"""What a door asks, what it heard, and what follows: the vocabulary of both doors.

A check is a plain description, so suites can be generated and compared without importing
Great Expectations; `expectations.runner` turns it into a real expectation and runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

Severity = Literal["critical", "warning"]
Outcome = Literal["pass", "warn", "hold"]
Row = Mapping[str, Any]

FINDINGS_PER_CHECK = 20


@dataclass(frozen=True)
class Check:
    """One expectation, how grave its failure is, and how to tell a person about it.

    `explain` gets the offending row of the frame, or for a check on the frame as a whole the
    evidence kept for `subject`. `subject` names the rule, file, feed, list or metric in
    question; `subject_column` finds it in the offending row.
    """

    name: str
    expectation: str
    arguments: Mapping[str, Any]
    explain: Callable[[Row], str]
    severity: Severity = "critical"
    subject: str = ""
    subject_column: str | None = None


@dataclass(frozen=True)
class Batch:
    """One small frame and everything asked of it; `evidence` is kept by subject."""

    name: str
    frame: pl.DataFrame
    checks: tuple[Check, ...]
    evidence: Mapping[str, Row] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """How one check ended: failed rows where it looks at rows, an error where it could not run."""

    batch: str
    check: Check
    success: bool
    observed: Any = None
    failed_rows: tuple[Row, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Finding:
    """One thing wrong, in plain words with figures and remedy."""

    check: str
    severity: Severity
    message: str
    observed: Any
    subject: str = ""


@dataclass(frozen=True)
class DoorResult:
    """What the door decided, why, and every expectation's result for the data quality page."""

    outcome: Outcome
    findings: list[Finding]
    results: list[dict[str, Any]]


def between(
    name: str,
    column: str,
    minimum: float | None,
    maximum: float | None,
    explain: Callable[[Row], str],
    severity: Severity = "critical",
    subject_column: str | None = None,
) -> Check:
    """Every value of the column that is not null lies within the limits, both included."""
    return Check(
        name,
        "ExpectColumnValuesToBeBetween",
        {"column": column, "min_value": minimum, "max_value": maximum},
        explain,
        severity,
        subject_column=subject_column,
    )


def known(name: str, column: str, subject_column: str | None = None) -> Check:
    """The column has a value in every row: `between` alone passes over nulls in silence."""
    return Check(
        name,
        "ExpectColumnValuesToNotBeNull",
        {"column": column},
        lambda row: (
            f"{column} of {row.get(subject_column or '', 'a row')} is not known, so it cannot be "
            "judged. Run again; if it stays, this is a fault in Suki: send the run's manifest."
        ),
        subject_column=subject_column,
    )


def with_rows(batch: Batch, explanation: str, severity: Severity = "critical") -> Batch:
    """Refuse a frame of no rows, which every check on rows would let pass.

    An empty frame is asked nothing else: one finding says it all.
    """
    guard = Check(
        "has_rows",
        "ExpectTableRowCountToBeBetween",
        {"min_value": 1},
        lambda _: explanation,
        severity,
        subject=batch.name,
    )
    return replace(batch, checks=(guard,) if batch.frame.is_empty() else (guard, *batch.checks))


def findings_of(verdicts: Iterable[Verdict]) -> list[Finding]:
    """Tell every failure; grave ones first, otherwise in the order of the checks."""
    told = [finding for verdict in verdicts if not verdict.success for finding in _tell(verdict)]
    return sorted(told, key=lambda finding: finding.severity != "critical")


def decide(findings: Iterable[Finding]) -> Outcome:
    """Hold for anything critical, warn for anything else, pass when nothing was found."""
    severities = {finding.severity for finding in findings}
    if "critical" in severities:
        return "hold"
    return "warn" if severities else "pass"


def _tell(verdict: Verdict) -> Iterable[Finding]:
    check = verdict.check
    if verdict.error is not None:
        # A check that could not run has not passed, and nobody knows what it would have said.
        message = (
            f"The check {check.name} on {verdict.batch} could not be made ({verdict.error}). "
            "The run is held because its result is not known; this is a fault in Suki."
        )
        yield Finding(check.name, "critical", message, verdict.error, check.subject)
        return
    if not verdict.failed_rows:
        message = check.explain({"observed_value": verdict.observed})
        yield Finding(check.name, check.severity, message, verdict.observed, check.subject)
        return
    for row in verdict.failed_rows[:FINDINGS_PER_CHECK]:
        subject = str(row[check.subject_column]) if check.subject_column else check.subject
        observed = row.get(check.arguments.get("column", ""), verdict.observed)
        yield Finding(check.name, check.severity, check.explain(row), observed, subject)
    more = len(verdict.failed_rows) - FINDINGS_PER_CHECK
    if more > 0:
        message = f"{check.name}: {more:,} more like these; the data quality page counts them all."
        yield Finding(check.name, check.severity, message, more, check.subject)
