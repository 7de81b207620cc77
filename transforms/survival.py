"""Time to the next order: Kaplan-Meier curves and the limits read off them.

Every purchase occasion opens a gap that ends at the next one (event) or at `as_of`
(censored). Percentiles of completed gaps alone would forget everybody who is still silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

Days = np.ndarray[Any, np.dtype[np.int64]]
Shares = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

#: Normal quantile of a two-sided 95 % interval.
Z_95 = 1.959963984540054


@dataclass(frozen=True)
class SurvivalCurve:
    """Kaplan-Meier estimate on whole days.

    Attributes:
        survival: share of gaps not yet ended at the end of day 0, 1, 2, ... (index = day).
        at_risk: gaps still open at the start of that day.
        greenwood: Greenwood's sum up to that day; variance of the survival over its square.
        gap_count: gaps behind the estimate, open ones included.
        event_count: gaps that ended.
    """

    survival: Shares
    at_risk: Days
    greenwood: Shares
    gap_count: int
    event_count: int

    @property
    def observed_days(self) -> int:
        """Length of the longest gap seen, ended or not; nothing is known of later days."""
        return len(self.survival) - 1

    def quantile(self, share_returned: float) -> int | None:
        """First day by which that share has returned; None where it is not reached."""
        reached = np.nonzero(self.survival <= 1.0 - share_returned + 1e-12)[0]
        return int(reached[0]) if reached.size else None

    def returned_by(self, day: int) -> float:
        """Share back by that day, F(day)."""
        return float(1.0 - self.survival[min(day, len(self.survival) - 1)])

    def returned_within(self, day: int) -> float | None:
        """Share back by that day; None past the longest gap seen, unless all were back by then."""
        if day > self.observed_days and self.survival[-1] > 0:
            return None
        return self.returned_by(day)

    def returned_interval(self, day: int) -> tuple[float, float] | None:
        """95 % interval of the share back by that day, on the log-log scale so that it stays a share.

        Greenwood (1926) for the variance, Kalbfleisch & Prentice (1980) for the scale. None where
        the share is not known or is 0 or 1, where the scale does not exist.
        """
        share = self.returned_within(day)
        if share is None or not 0.0 < share < 1.0:
            return None
        at = min(day, self.observed_days)
        spread = Z_95 * float(np.sqrt(self.greenwood[at])) / np.log(self.survival[at])
        bounds = 1.0 - self.survival[at] ** np.exp([spread, -spread])
        return float(min(bounds)), float(max(bounds))

    def judged_days(self, window_days: int, minimum_at_risk: int = 1) -> int:
        """Days 0, 1, ... on which a chance of return within the window can be judged.

        Days whose window reaches past the observed range cannot, nor can days that fewer than
        `minimum_at_risk` gaps reached: a handful who stay away says nothing about the next one.
        """
        last = self.observed_days - window_days
        # Silent for t days: still open when day t + 1 begins.
        return int((self.at_risk[1 : last + 2] >= minimum_at_risk).sum()) if last >= 0 else 0

    def silence_limit(
        self, chance: float, window_days: int, minimum_at_risk: int = 1
    ) -> int | None:
        """Smallest silence after which the chance of an order within the window is below `chance`.

        Chance after t silent days = 1 - S(t + window) / S(t), on the days `judged_days` counts.

        Returns:
            Days, or None where the chance never falls that low on a judged day.
        """
        count = self.judged_days(window_days, minimum_at_risk)
        start, end = self.survival[:count], self.survival[window_days : window_days + count]
        with np.errstate(divide="ignore", invalid="ignore"):
            returning = np.where(start > 0, 1.0 - end / start, 0.0)
        below = np.nonzero(returning < chance)[0]
        return int(below[0]) if below.size else None


def kaplan_meier(days: Days, is_event: Flags, weights: Days | None = None) -> SurvivalCurve:
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
        terms = np.where(ended > 0, ended / (at_risk * (at_risk - ended)), 0.0)
    return SurvivalCurve(
        np.cumprod(factors, dtype=np.float64),
        at_risk.astype(np.int64),
        np.cumsum(terms),
        total,
        int(counted[is_event].sum()),
    )


def occasion_gaps(occasions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The occasions with the gap each opens: how long until the next, and whether there was one.

    Args:
        occasions: occasion_date, next_occasion_date and whatever else is to be kept.

    Returns:
        The columns given, gap_days and is_event.
    """
    return occasions.with_columns(
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


def quantile_days(gaps: pl.DataFrame, by: str, shares: Mapping[str, float]) -> pl.DataFrame:
    """Kaplan-Meier quantiles of many groups in one pass: the days `SurvivalCurve.quantile` gives.

    Args:
        gaps: the column named by `by`, gap_days and is_event.
        by: one curve per value.
        shares: name of a column in the result -> share that is back by that day.

    Returns:
        One row per group, in order: gap_count, event_count and a column of days per share, null
        where that share is not reached.
    """
    ended, left = pl.col("ended"), pl.col("left")
    counted = (
        gaps.group_by(by, "gap_days")
        .agg(ended=pl.col("is_event").sum().cast(pl.Int64), left=pl.len().cast(pl.Int64))
        .sort(by, "gap_days")
        .with_columns(at_risk=(left.sum() - left.cum_sum() + left).over(by))
        .with_columns(survival=(1.0 - ended / pl.col("at_risk")).cum_prod().over(by))
    )
    return counted.group_by(by, maintain_order=True).agg(
        gap_count=left.sum(),
        event_count=ended.sum(),
        **{
            name: pl.col("gap_days").filter(pl.col("survival") <= 1.0 - share + 1e-12).min()
            for name, share in shares.items()
        },
    )


def days_in_turn(bought: pl.DataFrame, item: str, day: str) -> pl.DataFrame:
    """The distinct days of each customer and item, oldest first, each with its neighbours.

    Customers and items are numbered before they are sorted: numbers sort much faster than texts.

    Args:
        bought: customer_id and the columns named by `item` and `day`, none of them null.

    Returns:
        The item, day, before_that, before and following (days; null where there is none).
    """
    customer, thing = (
        pl.col(name).cast(pl.Categorical).to_physical().cast(pl.UInt64)
        for name in ("customer_id", item)
    )
    key, date_of = pl.col("key"), pl.col("day")
    is_repeated = (key == key.shift(1)) & (date_of == date_of.shift(1))
    ordered = (
        bought.select(item, key=customer * 2**32 + thing, day=day)
        .sort("key", "day")
        .filter(~is_repeated.fill_null(False))
    )
    neighbours = {"before_that": 2, "before": 1, "following": -1}
    return ordered.select(
        item,
        "day",
        *(
            pl.when(key.shift(steps) == key).then(date_of.shift(steps)).alias(name)
            for name, steps in neighbours.items()
        ),
    )
