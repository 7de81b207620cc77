"""The only place that talks to Great Expectations: small frames in, one verdict per check out.

Nothing is written to disk and nothing is sent: the context lives in memory, analytics and
progress bars are off. The overall success of a validation is never read, because a single
warning makes it False and a result left out leaves it True.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from expectations.checks import Batch, Check, Row, Verdict

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


def validate(batches: Iterable[Batch]) -> list[Verdict]:
    """Ask every check of every batch, in order; one verdict per check, whatever happens."""
    context = _quiet_context()
    source = context.data_sources.add_pandas("door")
    return [verdict for batch in batches for verdict in _validate_batch(source, batch)]


def as_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """The same values in pandas: Decimals stay Decimals, dates dates, whole numbers whole.

    polars' own conversion turns Decimals and integers with gaps into floats and dates into
    timestamps; Python objects in an object column cost nothing at this size.
    """
    import pandas as pd

    columns = {
        column.name: pd.Series(
            column.to_list(), dtype="float64" if column.dtype.is_float() else object
        )
        for column in frame.iter_columns()
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(frame.height))


def results_of(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """One JSON-able entry per expectation, for the data quality page."""
    return [
        {
            "batch": verdict.batch,
            "check": verdict.check.name,
            "subject": verdict.check.subject,
            "expectation": verdict.check.expectation,
            "arguments": jsonable(verdict.check.arguments),
            "severity": verdict.check.severity,
            "success": verdict.success,
            "observed": jsonable(verdict.observed),
            "failed_row_count": len(verdict.failed_rows),
            "error": verdict.error,
        }
        for verdict in verdicts
    ]


def jsonable(value: Any) -> Any:
    """The value as JSON can hold it; Decimals as text, so that no digit is lost."""
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if hasattr(value, "item"):  # a numpy scalar
        value = value.item()
    if isinstance(value, float) and value - value != 0:  # JSON knows no NaN and no infinity
        return None
    return value


def _quiet_context() -> Any:
    # Read once, when Great Expectations is first imported.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    from great_expectations import get_context
    from great_expectations.data_context.types import base

    configuration = base.DataContextConfig(
        # Without this a temporary folder is made for a documentation site nobody asked for.
        store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=base.ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return get_context(mode="ephemeral", project_config=configuration)


def _validate_batch(source: Any, batch: Batch) -> list[Verdict]:
    from great_expectations import ExpectationSuite

    if not batch.checks:
        return []
    asset = source.add_dataframe_asset(batch.name)
    gx_batch = asset.add_batch_definition_whole_dataframe("rows").get_batch(
        {"dataframe": as_pandas(batch.frame)}
    )
    suite = ExpectationSuite(batch.name, expectations=_expectations(batch.checks))
    answers = gx_batch.validate(suite, result_format="COMPLETE").results
    # Results come back in another order (errors first), and one may be missing altogether.
    by_position = {answer.expectation_config.meta["position"]: answer for answer in answers}
    rows: Sequence[Row] = batch.frame.to_dicts()
    return [
        _verdict(batch, check, by_position.get(position), rows)
        for position, check in enumerate(batch.checks)
    ]


def _expectations(checks: Sequence[Check]) -> list[Any]:
    from great_expectations import expectations as gx_expectations

    return [
        getattr(gx_expectations, check.expectation)(
            **check.arguments, severity=check.severity, meta={"position": position}
        )
        for position, check in enumerate(checks)
    ]


def _verdict(batch: Batch, check: Check, answer: Any, rows: Sequence[Row]) -> Verdict:
    if answer is None:
        return Verdict(batch.name, check, False, error="no result came back")
    error = _error(answer.exception_info or {})
    if error is not None:
        return Verdict(batch.name, check, False, error=error)
    found = answer.result
    if check.subject in batch.evidence:
        failed: tuple[Row, ...] = () if answer.success else (batch.evidence[check.subject],)
    else:
        failed = tuple(rows[position] for position in found.get("unexpected_index_list") or ())
    observed = found.get("observed_value", found.get("unexpected_count"))
    return Verdict(batch.name, check, bool(answer.success), observed, failed)


def _error(exception_info: dict[str, Any]) -> str | None:
    """The last line of what went wrong: flat for one error, by metric for several."""
    reports = [exception_info] if "raised_exception" in exception_info else exception_info.values()
    for report in reports:
        if report.get("raised_exception"):
            lines = str(report.get("exception_message") or "unknown error").strip().splitlines()
            return lines[-1]
    return None
