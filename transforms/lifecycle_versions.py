"""Lifecycle limits in versions, one per calendar quarter.

A limit drifts as data grows. So that a churn date once stated stays as stated, each quarter
uses the limits fitted on what was bought before its first day, whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from transforms.canonical import SCORES
from transforms.lifecycle_limits import MINIMUM_GAPS, BandLimits, LifecyclePolicy, band_limits
from transforms.survival import Days, SurvivalCurve, curve_of, kaplan_meier, occasion_gaps

#: Which of a customer's occasions opened the silence; each band has limits of its own.
BANDS = ("first", "second", "third_or_later")
#: Stands for "no next occasion": later than any date.
NEVER = np.int64(2**40)

_EPOCH = date(1970, 1, 1)

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class LimitVersion:
    """The limits of one calendar quarter, fitted on occasions before its first day.

    Attributes:
        fitted_through: last day whose occasions were known to the fit.
        bands: limits per name in BANDS, and of all gaps under `all`.
    """

    name: str
    first_day: date
    fitted_through: date
    bands: Mapping[str, BandLimits]


@dataclass(frozen=True)
class OpenedGaps:
    """Every occasion as the gap it opens, in plain numbers: days since 1970 and a band.

    Attributes:
        opened: day of the occasion.
        following: day of the next occasion of the customer, NEVER where none followed.
        band: position in BANDS.
    """

    opened: Days
    following: Days
    band: Days

    def curve(self, through: int, band: int | None = None) -> SurvivalCurve:
        """The curve as it stood at the end of a day, of one band or of all."""
        known = self.opened <= through
        if band is not None:
            known &= self.band == band
        opened, following = self.opened[known], self.following[known]
        return kaplan_meier(np.minimum(following, through) - opened, following <= through)


def band_of(occasion_number: pl.Expr) -> pl.Expr:
    """Name of the band an occasion belongs to, from its number."""
    return (
        pl.when(occasion_number == 1).then(pl.lit(BANDS[0]))
        .when(occasion_number == 2).then(pl.lit(BANDS[1]))
        .otherwise(pl.lit(BANDS[2]))
    )  # fmt: skip


def opened_gaps(occasions: pl.DataFrame) -> OpenedGaps:
    """The gaps of a frame with occasion_date, next_occasion_date and occasion_number, row by row."""
    return OpenedGaps(
        occasions["occasion_date"].to_physical().to_numpy().astype(np.int64),
        occasions["next_occasion_date"]
        .to_physical()
        .cast(pl.Int64)
        .fill_null(int(NEVER))
        .to_numpy(),
        occasions["occasion_number"].clip(1, 3).cast(pl.Int64).to_numpy() - 1,
    )


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


def quarter_start(day: date) -> date:
    """First day of the calendar quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def next_quarter(first_day: date) -> date:
    """First day of the calendar quarter after the one that starts on a day."""
    return quarter_start(first_day + timedelta(days=95))


def version_name(first_day: date) -> str:
    """Key of a quarter, such as 2011Q4."""
    return f"{first_day.year}Q{(first_day.month + 2) // 3}"


def versions(gaps: OpenedGaps, as_of: date, policy: LifecyclePolicy) -> list[LimitVersion]:
    """One version per quarter from the first occasion's to that of `as_of`, oldest first."""
    earliest = _EPOCH + timedelta(days=int(gaps.opened.min())) if len(gaps.opened) else as_of
    found, first_day = [], quarter_start(earliest)
    while first_day <= as_of:
        found.append(fitted(gaps, first_day, first_day - timedelta(days=1), policy))
        first_day = next_quarter(first_day)
    return found


def forming(gaps: OpenedGaps, as_of: date, policy: LifecyclePolicy) -> LimitVersion:
    """Next quarter's version as far as data has come: what a fit on everything known would give."""
    return fitted(gaps, next_quarter(quarter_start(as_of)), as_of, policy)


def fitted(
    gaps: OpenedGaps, first_day: date, through: date, policy: LifecyclePolicy
) -> LimitVersion:
    """The version that begins on a day, fitted on what was bought up to another."""
    every = gaps.curve(day_number(through))
    bands = {"all": band_limits(every, every, policy)}
    for number, band in enumerate(BANDS):
        bands[band] = band_limits(gaps.curve(day_number(through), number), every, policy)
    return LimitVersion(version_name(first_day), first_day, through, bands)


def category_gaps(bought: pl.DataFrame, occasions: pl.DataFrame) -> pl.DataFrame:
    """One row per occasion and category bought at it, with the customer's next occasion.

    Silence is silence of the customer: it ends with any next occasion, in whatever category.

    Args:
        bought: customer_id, category, order_date.
        occasions: customer_id, occasion_date, next_occasion_date.
    """
    opened = bought.select("customer_id", "category", occasion_date="order_date").drop_nulls()
    next_one = occasions.select("customer_id", "occasion_date", "next_occasion_date")
    return opened.unique().join(next_one, on=["customer_id", "occasion_date"])


def category_limits(
    by_category: pl.DataFrame, gaps: OpenedGaps, version: LimitVersion, policy: LifecyclePolicy
) -> dict[str, BandLimits]:
    """Limits by category of what was bought, where enough gaps were opened by it.

    Args:
        by_category: what `category_gaps` returned.
        gaps: all occasions, for the limits a category falls back to.
    """
    through = version.fitted_through
    known = by_category.filter(pl.col("occasion_date") <= through).select(
        "category",
        "occasion_date",
        next_occasion_date=pl.when(pl.col("next_occasion_date") <= through).then(
            "next_occasion_date"
        ),
    )
    every = gaps.curve(day_number(through))
    found = {}
    for (category,), group in occasion_gaps(known, through).group_by("category"):
        curve = curve_of(group)
        if curve.judged_days(policy.return_window_days, MINIMUM_GAPS):
            found[str(category)] = band_limits(curve, every, policy)
    return found


def limits_table(
    past: list[LimitVersion],
    coming: LimitVersion,
    by_category: Mapping[str, Mapping[str, BandLimits]],
    policy: LifecyclePolicy,
) -> pl.DataFrame:
    """Every version as rows of `lifecycle_limits`; the last of `past` is the one in force.

    Args:
        by_category: version name -> category -> limits.
    """
    rows = []
    for number, version in enumerate([*past, coming]):
        status = ("past", "in_force", "forming")[max(0, number - len(past) + 2)]
        items = [("order_number", band, limits) for band, limits in version.bands.items()]
        items += [
            ("category", category, limits)
            for category, limits in by_category.get(version.name, {}).items()
        ]
        rows += [
            _row(version, status, level, item, limits, policy) for level, item, limits in items
        ]
    table = SCORES["lifecycle_limits"]
    return table.conform(pl.DataFrame(rows, schema=table.schema)).sort(table.key)


def _row(
    version: LimitVersion,
    status: str,
    level: str,
    item: str,
    limits: BandLimits,
    policy: LifecyclePolicy,
) -> dict[str, object]:
    at_risk = limits.at_risk.days
    return {
        "version": version.name,
        "level": level,
        "item": item,
        "status": status,
        "valid_from": version.first_day,
        "fitted_through": version.fitted_through,
        "gap_count": limits.gap_count,
        "event_count": limits.event_count,
        "at_risk_estimate_days": at_risk,
        "at_risk_limit_days": limits.at_risk_days,
        "at_risk_basis": limits.at_risk.basis,
        "at_risk_reason_code": limits.at_risk.reason_code,
        "is_floor_applied": at_risk is not None and at_risk < policy.at_risk_floor_days,
        "is_ceiling_applied": at_risk is not None and at_risk > policy.at_risk_ceiling_days,
        "lapse_estimate_days": limits.lapse.days,
        "lapse_limit_days": limits.lapse_days,
        "lapse_basis": limits.lapse.basis if limits.lapse.days is not None else "none",
        "lapse_reason_code": limits.lapse.reason_code,
    }
