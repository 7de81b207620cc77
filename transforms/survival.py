"""Time to the next order: Kaplan-Meier curves and the limits read off them.

Every purchase occasion opens a gap that ends at the next one (event) or at `as_of`
(censored). Percentiles of completed gaps alone would forget everybody who is still silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

Days = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class SurvivalCurve:
    """Kaplan-Meier estimate on whole days.

    Attributes:
        survival: share of gaps not yet ended at the end of day 0, 1, 2, ... (index = day).
        at_risk: gaps still open at the start of that day.
        gap_count: gaps behind the estimate, open ones included.
        event_count: gaps that ended.
    """

    survival: np.ndarray[Any, np.dtype[np.float64]]
    at_risk: Days
    gap_count: int
    event_count: int

    def quantile(self, share_returned: float) -> int | None:
        """First day by which that share has returned; None where it is not reached."""
        reached = np.nonzero(self.survival <= 1.0 - share_returned + 1e-12)[0]
        return int(reached[0]) if reached.size else None

    def returned_by(self, day: int) -> float:
        """Share back by that day, F(day)."""
        return float(1.0 - self.survival[min(day, len(self.survival) - 1)])

    def silence_limit(
        self, chance: float, window_days: int, minimum_at_risk: int = 1
    ) -> int | None:
        """Smallest silence after which the chance of an order within the window is below `chance`.

        Chance after t silent days = 1 - S(t + window) / S(t). Days whose window reaches past
        the observed range are not judged, nor are days that fewer than `minimum_at_risk` gaps
        reached: a handful of people who stay away says nothing about the next one.

        Returns:
            Days, or None where the chance never falls that low inside the observed range.
        """
        last = len(self.survival) - 1 - window_days
        if last < 0:
            return None
        start, end = self.survival[: last + 1], self.survival[window_days : window_days + last + 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            returning = np.where(start > 0, 1.0 - end / start, 0.0)
        # Silent for t days: still open when day t + 1 begins.
        is_judged = self.at_risk[1 : last + 2] >= minimum_at_risk
        below = np.nonzero((returning < chance) & is_judged)[0]
        return int(below[0]) if below.size else None


def kaplan_meier(
    days: Days, is_event: np.ndarray[Any, np.dtype[np.bool_]], weights: Days | None = None
) -> SurvivalCurve:
    """Estimate the survival curve of gaps (Kaplan & Meier 1958, product limit).

    Args:
        days: whole days from the occasion to the next one, or to as_of where none followed.
        is_event: True where a next occasion followed.
        weights: gaps each entry stands for; default one.
    """
    counted = np.ones(len(days), dtype=np.int64) if weights is None else weights
    horizon = int(days.max()) + 1 if len(days) else 1
    ended = np.bincount(days[is_event], weights=counted[is_event], minlength=horizon)
    left = np.bincount(days, weights=counted, minlength=horizon)
    total = int(counted.sum())
    at_risk = total - np.concatenate([[0.0], np.cumsum(left)[:-1]])
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = np.where(at_risk > 0, 1.0 - ended / at_risk, 1.0)
    return SurvivalCurve(
        np.cumprod(factors, dtype=np.float64),
        at_risk.astype(np.int64),
        total,
        int(counted[is_event].sum()),
    )


def occasion_gaps(occasions: pl.DataFrame, as_of: object) -> pl.DataFrame:
    """One row per occasion: how long until the next, and whether there was one.

    Args:
        occasions: customer_id, occasion_date, occasion_number, next_occasion_date.

    Returns:
        band (first or later), gap_days, is_event.
    """
    return occasions.select(
        band=pl.when(pl.col("occasion_number") == 1)
        .then(pl.lit("first"))
        .otherwise(pl.lit("later")),
        gap_days=(
            pl.coalesce("next_occasion_date", pl.lit(as_of)) - pl.col("occasion_date")
        ).dt.total_days(),
        is_event=pl.col("next_occasion_date").is_not_null(),
    )


def curve_of(gaps: pl.DataFrame) -> SurvivalCurve:
    """The curve of a frame with gap_days and is_event."""
    counted = gaps.group_by("gap_days", "is_event").len().sort("gap_days", "is_event")
    return kaplan_meier(
        counted["gap_days"].to_numpy().astype(np.int64),
        counted["is_event"].to_numpy(),
        counted["len"].to_numpy().astype(np.int64),
    )
