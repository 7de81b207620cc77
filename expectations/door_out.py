"""The door out: may this run's figures and lists be published?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from expectations.change_suite import change_batch
from expectations.checks import DoorResult, decide, findings_of
from expectations.list_suite import list_batch
from expectations.presence_suite import presence_batches
from expectations.runner import results_of, validate
from expectations.table_suites import table_batches
from expectations.thresholds import DoorThresholds


def check(
    rpt: Mapping[str, pl.DataFrame],
    list_checks: pl.DataFrame,
    previous: Mapping[str, Any] | None = None,
    thresholds: DoorThresholds | None = None,
) -> DoorResult:
    """Judge the reporting tables and the lists of a run before anyone can read them.

    Args:
        rpt: reporting tables by name; one that is absent counts as empty.
        list_checks: one row per list: list_name, rows, rows_without_consent,
            rows_without_address, duplicate_rows, rows_not_in_segment_population.
        previous: headline values by metric name of the last publication with an earlier
            as_of; None for a first publication.
        thresholds: what is tolerated; the defaults when None.

    Returns:
        Outcome, findings in plain words (grave ones first), and one result per expectation.

    Raises:
        polars.exceptions.ColumnNotFoundError: a table lacks a column that is judged.
    """
    thresholds = thresholds or DoorThresholds()
    batches = [
        *presence_batches(rpt, previous),
        *table_batches(rpt),
        list_batch(list_checks),
        change_batch(rpt.get("rpt_headline"), previous, thresholds),
    ]
    verdicts = validate(batches)
    findings = findings_of(verdicts)
    return DoorResult(decide(findings), findings, results_of(verdicts))
