"""Has a headline figure jumped since the last publication with an earlier business date?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from expectations.checks import Batch, Check, Row
from expectations.thresholds import DoorThresholds
from expectations.wording import share

RETENTION = "retention_rate"
NET_SALES = "net_sales"


def change_batch(
    headline: pl.DataFrame | None, previous: Mapping[str, Any] | None, thresholds: DoorThresholds
) -> Batch:
    """One row with the change of each figure that the last publication had a value for.

    Nothing is asked where there is nothing to compare with: a first publication, or a figure
    that had no value (or was nought) last time.
    """
    now = _values(headline)
    before = {name: float(value) for name, value in (previous or {}).items() if _is_number(value)}
    changes: dict[str, float | None] = {}
    checks: list[Check] = []
    if RETENTION in before:
        changes[RETENTION] = _difference_in_points(now.get(RETENTION), before[RETENTION])
        checks.append(_check(RETENTION, thresholds.retention_change_points, _explain_retention))
    if before.get(NET_SALES):
        changes[NET_SALES] = _relative_change(now.get(NET_SALES), before[NET_SALES])
        checks.append(_check(NET_SALES, thresholds.net_sales_change_share, _explain_net_sales))
    evidence = {name: {"now": now.get(name), "before": before[name]} for name in changes}
    frame = pl.DataFrame([changes], schema=dict.fromkeys(changes, pl.Float64))
    return Batch("changes", frame, tuple(checks), evidence)


def _values(headline: pl.DataFrame | None) -> dict[str, float]:
    if headline is None:
        return {}
    rows = headline.sort("position", descending=True).select("metric", "value").iter_rows()
    return {metric: float(value) for metric, value in rows if _is_number(value)}


def _is_number(value: Any) -> bool:
    return value is not None and float(value) == float(value)


def _difference_in_points(now: float | None, before: float) -> float | None:
    # Rounded so that exactly fifteen points are fifteen, not 15.000000000000002.
    return None if now is None else round(100 * (now - before), 9)


def _relative_change(now: float | None, before: float) -> float | None:
    return None if now is None else round(now / before - 1, 9)


def _check(metric: str, limit: float, explain: Any) -> Check:
    # The maximum of one value: unlike a check on values it fails when the figure is gone.
    return Check(
        "headline_change",
        "ExpectColumnMaxToBeBetween",
        {"column": metric, "min_value": -limit, "max_value": limit},
        explain,
        "warning",
        subject=metric,
    )


def _explain_retention(row: Row) -> str:
    return (
        f"{RETENTION} is {share(row['now'])} after {share(row['before'])} in the last "
        "publication, more than a shop's customers change in a night. Check that all order files "
        "came in and that no source definition was changed."
    )


def _explain_net_sales(row: Row) -> str:
    now = "without a value" if row["now"] is None else f"{row['now']:,.2f}"
    return (
        f"{NET_SALES} of the complete month is {now} after {row['before']:,.2f} in the last "
        "publication. Check that the month's order files are complete and in the right currency."
    )
