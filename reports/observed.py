"""Key figures beside the headline table: the latest complete month of an observed metric."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reports.formats import previous_month, year_before
from reports.rows import Kpi
from reports.tables import read_rows

#: In the order of the sources, after the figures of `rpt_headline`.
OBSERVED = ("median_first_response", "referral_share")
#: A metric told by kind has one row over all of them, by this or no name.
WHOLE_SHOP = ("", "all")
FIRST_POSITION = 101

OBSERVATION = (
    *("metric", "period_start", "period_end", "metric_value", "interval_low", "interval_high"),
    *("sample_size", "is_small_sample", "reason_code"),
)

Row = Mapping[str, Any]


def observed_kpis(marts: Path, as_of: date) -> tuple[Kpi, ...]:
    """The metrics of `OBSERVED` that the run has ever observed, as headline rows of their month.

    Raises:
        ReportError: when a table or column is missing, or was made for another date.
    """
    named = {"metric": OBSERVED}
    words = {
        row["metric"]: row
        for row in read_rows(
            marts,
            "metric_definition",
            ("metric", "metric_id", "title", "definition", "unit", "direction"),
            as_of,
            named,
        )
    }
    months = {
        (row["metric"], row["period_start"]): row
        for row in read_rows(
            marts,
            "metric_observation",
            OBSERVATION,
            as_of,
            named | {"period_type": ("month",), "dimension_value": WHOLE_SHOP},
        )
        if row["period_end"] <= as_of
    }
    targets = {
        (row["metric"], row["period_end"]): row
        for row in read_rows(
            marts,
            "metric_target",
            ("metric", "period_end", "target_value", "is_on_track"),
            as_of,
            named | {"period_type": ("month",)},
        )
    }
    return tuple(
        _kpi(FIRST_POSITION + place, words[metric], months, targets)
        for place, metric in enumerate(OBSERVED)
        if metric in words and any(one == metric for one, _start in months)
    )


def _kpi(
    position: int,
    words: Row,
    months: Mapping[tuple[str, date], Row],
    targets: Mapping[tuple[str, date], Row],
) -> Kpi:
    metric = words["metric"]
    start = max(start for one, start in months if one == metric)
    latest = months[metric, start]
    target = targets.get((metric, latest["period_end"]), {})
    return Kpi(
        **words,
        position=position,
        period_start=start,
        period_end=latest["period_end"],
        value=latest["metric_value"],
        previous_value=_value(months, metric, previous_month(start)),
        year_ago_value=_value(months, metric, year_before(start)),
        interval_low=latest["interval_low"],
        interval_high=latest["interval_high"],
        target_value=target.get("target_value"),
        is_on_track=None if latest["metric_value"] is None else target.get("is_on_track"),
        sample_size=latest["sample_size"],
        is_small_sample=latest["is_small_sample"],
        active_days=None,
        reason_code=latest["reason_code"],
    )


def _value(months: Mapping[tuple[str, date], Row], metric: str, start: date) -> Decimal | None:
    value: Decimal | None = months.get((metric, start), {}).get("metric_value")
    return value
