"""The page "Definitions": what every figure means, whether it can be had, and what others claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.pages.page import Page, Reading
from reports.reference import Answerable
from reports.words import N_

UNITS = {
    "share": N_("a share, in percent"),
    "money": N_("money"),
    "count": N_("a count"),
    "points": N_("points"),
    "minutes": N_("minutes"),
    "days": N_("days"),
    "ratio": N_("a ratio"),
}
DIRECTIONS = {
    "up": N_("more is better"),
    "down": N_("less is better"),
    "neither": N_("neither more nor less is better"),
}
OWNERS = {
    "executive": N_("the executives"),
    "marketer": N_("marketing"),
    "support": N_("support"),
    "analyst": N_("the analyst"),
}
AVAILABILITY = {
    "exact": N_("can be answered exactly"),
    "approximate": N_("can be answered approximately"),
    "unavailable": N_("cannot be answered yet"),
}
TONES = {"exact": "good", "approximate": "doubt", "unavailable": "bad"}


@dataclass(frozen=True)
class Metric:
    """One row of `metric_definition`."""

    metric: str
    metric_id: str | None
    title: str
    definition: str
    numerator_words: str | None
    denominator_words: str | None
    unit: str
    direction: str
    owner: str
    is_proportion: bool
    headline_position: int | None
    rests_on_active_days: bool


@dataclass(frozen=True)
class Benchmark:
    """One row of `benchmark`: what somebody claims, and why to read it with care."""

    benchmark: str
    metric: str | None
    claim: str
    value: Decimal | None
    unit: str | None
    source: str
    caveat: str
    contradicted_by: str | None


@dataclass(frozen=True)
class MetricShown:
    """A metric as the page tells of it."""

    metric: Metric
    availability: Answerable | None
    benchmarks: tuple[Benchmark, ...]


def values(reading: Reading) -> dict[str, Any]:
    """Every metric: the headlines in their order first, then by title."""
    metrics = reading.rows("metric_definition", Metric)
    benchmarks = reading.rows("benchmark", Benchmark)
    by_id = {one.metric_id: one for one in reading.reference.questions}
    known = {one.metric for one in metrics}
    return {
        "metrics": tuple(
            MetricShown(
                one,
                by_id.get(one.metric_id) if one.metric_id else None,
                tuple(row for row in benchmarks if row.metric == one.metric),
            )
            for one in sorted(metrics, key=_headlines_first)
        ),
        "missing": _without_definition(reading, known),
        "other_benchmarks": tuple(row for row in benchmarks if row.metric not in known),
        "units": UNITS,
        "directions": DIRECTIONS,
        "owners": OWNERS,
        "availabilities": AVAILABILITY,
        "tones": TONES,
    }


def _headlines_first(one: Metric) -> tuple[bool, int, str]:
    return one.headline_position is None, one.headline_position or 0, one.title


def _without_definition(reading: Reading, known: set[str]) -> Sequence[Any]:
    """Headline figures that no row of the registry defines: their own words must do."""
    return tuple(kpi for kpi in reading.context.kpis if kpi.metric not in known)


PAGE = Page("definitions.html", N_("Definitions"), values)
