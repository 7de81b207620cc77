"""The door in: may tonight's canonical rows enter the warehouse?"""

from __future__ import annotations

import polars as pl

from expectations.checks import DoorResult, Finding, decide, findings_of
from expectations.feed_suites import feed_batches, file_batch
from expectations.rule_suite import (
    FAILED_ROWS,
    FAILED_SHARE,
    KNOWN_SHARE,
    contract_rules,
    rule_batches,
)
from expectations.runner import results_of, validate
from expectations.thresholds import DoorThresholds
from transforms.rules import Rule

_GRAVEST_FIRST = (FAILED_SHARE, FAILED_ROWS, KNOWN_SHARE)


def check(
    rule_counts: pl.DataFrame,
    file_counts: pl.DataFrame,
    feed_state: pl.DataFrame,
    thresholds: DoorThresholds | None = None,
    rules: tuple[Rule, ...] | None = None,
) -> DoorResult:
    """Judge the counts polars made while reading.

    Args:
        rule_counts: one row per rule and scope ("tonight" or "all"): table, column, code,
            checked_rows, failed_rows, scope.
        file_counts: one row per file read tonight: file_name, source, feed, status, rows_read,
            rows_accepted, rows_quarantined, rows_ignored, and `reason` where there is one.
        feed_state: one row per feed: feed, is_required, accepted_units, current_units,
            superseded_units, newest_date, as_of, days_since_newest, units_tonight,
            usual_units_per_night (null while unknown), missing_rate_rows.
        thresholds: what is tolerated; the defaults when None.
        rules: the rules that must have been counted; those of the contract when None.

    Returns:
        Outcome, findings in plain words (grave ones first), and one result per expectation.

    Raises:
        polars.exceptions.ColumnNotFoundError: a frame lacks one of the columns above.
    """
    thresholds = thresholds or DoorThresholds()
    batches = [
        *rule_batches(rule_counts, thresholds, contract_rules() if rules is None else rules),
        file_batch(file_counts),
        *feed_batches(feed_state, thresholds),
    ]
    verdicts = validate(batches)
    findings = _said_once(findings_of(verdicts))
    return DoorResult(decide(findings), findings, results_of(verdicts))


def _said_once(findings: list[Finding]) -> list[Finding]:
    """Keep one finding per rule, the gravest: tonight's share, tonight's rows, all rows."""
    first_said: dict[str, int] = {}
    for finding in findings:
        if finding.check in _GRAVEST_FIRST:
            rank = _GRAVEST_FIRST.index(finding.check)
            first_said[finding.subject] = min(rank, first_said.get(finding.subject, rank))
    return [
        finding
        for finding in findings
        if finding.check not in _GRAVEST_FIRST
        or _GRAVEST_FIRST.index(finding.check) == first_said[finding.subject]
    ]
