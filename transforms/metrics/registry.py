"""Loading the registry of metrics, strictly: a definition exists once or not at all."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import Field

from transforms.canonical import CURRENT
from transforms.yaml_files import Strict, YamlFileError, load

FOLDER = Path(__file__).parent
Unit = Literal["share", "money", "count", "points", "days", "minutes", "ratio", "score"]


class Reading(Strict):
    """Where a metric stands in a mart: SQL expressions over its columns.

    Attributes:
        mart: table that answers; one row of it is one observation.
        where: rows that are observations of this metric.
        period_type: month, week, quarter, trailing_90, trailing_365 or lifetime; a column in
            braces takes it from the mart.
        dimension, dimension_value: what the row is a part of; none for the whole shop.
    """

    mart: str
    numerator: str
    denominator: str = "null"
    sample_size: str
    where: str = "true"
    period_type: str = "month"
    period_start: str = "period_start"
    period_end: str = "period_end"
    dimension: str = ""
    dimension_value: str = "''"
    interval_low: str = "null"
    interval_high: str = "null"
    reason_code: str = "reason_code"


class Headline(Strict):
    """Place in the executive's mail, and the observation that stands there."""

    position: int = Field(ge=1)
    period_type: str = "month"
    rests_on_active_days: bool = False


class Metric(Strict):
    """One metric: its meaning in words, and its readings."""

    metric: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    catalogue: str | None = Field(None, pattern=r"^M\d+$")
    title: str
    definition: str
    numerator: str
    denominator: str | None = None
    unit: Unit
    direction: Literal["up", "down", "neither"]
    owner: Literal["executive", "marketer", "support", "data_engineer"]
    is_proportion: bool = Field(
        False, description="True where numerator and denominator count people or orders."
    )
    readings: tuple[Reading, ...] = Field(min_length=1)
    headline: Headline | None = None


class MetricFile(Strict):
    """One file of `definitions/`."""

    metrics: tuple[Metric, ...]


@cache
def load_registry() -> tuple[Metric, ...]:
    """Every metric, by name.

    Raises:
        YamlFileError: a file is wrong, or two metrics share a name or a place in the mail.
    """
    metrics: dict[str, Metric] = {}
    places: dict[int, str] = {}
    for path in sorted((FOLDER / "definitions").glob("*.yml")):
        for metric in load(path, MetricFile).metrics:
            if metric.metric in metrics:
                raise YamlFileError(f"{path}: metric {metric.metric!r} is defined twice")
            metrics[metric.metric] = metric
            if metric.headline and metric.headline.position in places:
                other = places[metric.headline.position]
                raise YamlFileError(
                    f"{path}: {metric.metric} and {other} share one place in the mail"
                )
            if metric.headline:
                places[metric.headline.position] = metric.metric
    return tuple(metrics[name] for name in sorted(metrics))


def metrics_table() -> pl.DataFrame:
    """The registry as the current table `metrics`, one row per metric, in words only."""
    table = CURRENT["metrics"]
    rows: list[dict[str, Any]] = [
        {
            "metric": one.metric,
            "metric_id": one.catalogue,
            "title": one.title,
            "definition": one.definition,
            "numerator_words": one.numerator,
            "denominator_words": one.denominator,
            "unit": one.unit,
            "direction": one.direction,
            "owner": one.owner,
            "is_proportion": one.is_proportion,
            "headline_position": one.headline.position if one.headline else None,
            "headline_period_type": one.headline.period_type if one.headline else None,
            "rests_on_active_days": bool(one.headline and one.headline.rests_on_active_days),
        }
        for one in load_registry()
    ]
    return table.conform(pl.DataFrame(rows, schema=table.schema)).sort(table.key)
