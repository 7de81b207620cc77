"""RFM segments and lifecycle states: total, disjoint, tie-safe, and explained per customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from transforms.canonical import MONEY, SCORES
from transforms.survival import SurvivalCurve, curve_of, occasion_gaps

#: (recency score, frequency-monetary score) -> segment; every one of the 25 cells exactly once.
RFM_GRID: dict[tuple[int, int], str] = {
    **{(r, fm): "hibernating" for r in (1, 2) for fm in (1, 2)},
    **{(r, fm): "at_risk" for r in (1, 2) for fm in (3, 4)},
    **{(r, 5): "cannot_lose" for r in (1, 2)},
    **{(3, fm): "about_to_sleep" for fm in (1, 2)},
    (3, 3): "need_attention",
    **{(r, fm): "loyal" for r in (3, 4) for fm in (4, 5)},
    (4, 1): "promising",
    (5, 1): "new",
    **{(r, fm): "potential_loyalist" for r in (4, 5) for fm in (2, 3)},
    **{(5, fm): "champion" for fm in (4, 5)},
}
SEGMENTS = (
    "champion", "loyal", "potential_loyalist", "new", "promising", "need_attention", "about_to_sleep",
    "cannot_lose", "at_risk", "hibernating",
)  # fmt: skip


#: Open gaps that a band needs on a day before that day may become a limit.
MINIMUM_GAPS = 30


@dataclass(frozen=True)
class SegmentPolicy:
    """Windows and limits, days unless named otherwise; the values come from `[segments]` of suki.toml."""

    window_days: int
    return_window_days: int
    at_risk_return_chance: float
    lapse_return_chance: float
    at_risk_floor_days: int
    at_risk_ceiling_days: int


@dataclass(frozen=True)
class LifecycleLimits:
    """Silence in days after which a customer of a band is at risk, and lapsed."""

    at_risk_days: dict[str, int]
    lapse_days: dict[str, int | None]


def curves(occasions: pl.DataFrame, as_of: date) -> dict[str, SurvivalCurve]:
    """Survival of the gap to the next occasion: all, after the first, after later ones."""
    gaps = occasion_gaps(occasions, as_of)
    return {
        band: curve_of(gaps if band == "all" else gaps.filter(pl.col("band") == band))
        for band in ("all", "first", "later")
    }


def lifecycle_limits(by_band: dict[str, SurvivalCurve], policy: SegmentPolicy) -> LifecycleLimits:
    """At-risk and lapse limits per band, the at-risk one between floor and ceiling.

    A band with too few gaps takes the limits of all gaps; where those are too few as well,
    the at-risk limit is the ceiling and nobody is called lapsed.
    """
    at_risk, lapse = {}, {}
    window = policy.return_window_days
    for band in ("first", "later"):
        curve = by_band[band] if by_band[band].gap_count >= MINIMUM_GAPS else by_band["all"]
        found = curve.silence_limit(policy.at_risk_return_chance, window, MINIMUM_GAPS)
        limit = policy.at_risk_ceiling_days if found is None else found
        at_risk[band] = min(max(limit, policy.at_risk_floor_days), policy.at_risk_ceiling_days)
        lapsed = curve.silence_limit(policy.lapse_return_chance, window, MINIMUM_GAPS)
        lapse[band] = None if lapsed is None else max(lapsed, at_risk[band] + 1)
    return LifecycleLimits(at_risk, lapse)


def cut_points(values: pl.Series) -> list[float]:
    """The four quintile cut points (linear interpolation, R's type 7)."""
    if values.is_empty():
        return []
    return [float(np.quantile(values.cast(pl.Float64).to_numpy(), q)) for q in (0.2, 0.4, 0.6, 0.8)]


def scores_above(column: str, cuts: list[float]) -> pl.Expr:
    """1 to 5, larger values higher; equal values always get equal scores."""
    value = pl.col(column).cast(pl.Float64)
    return (
        pl.sum_horizontal([(value > cut).cast(pl.Int64) for cut in cuts]) + 1
        if cuts
        else pl.lit(1, dtype=pl.Int64)
    )


def scores_below(column: str, cuts: list[float]) -> pl.Expr:
    """1 to 5, smaller values higher, for days of silence; equal values get equal scores."""
    value = pl.col(column).cast(pl.Float64)
    return (
        pl.sum_horizontal([(value <= cut).cast(pl.Int64) for cut in cuts]) + 1
        if cuts
        else pl.lit(1, dtype=pl.Int64)
    )


def customer_features(occasions: pl.DataFrame, as_of: date, window_days: int) -> pl.DataFrame:
    """Recency over all time, frequency and money inside the window, per customer.

    Args:
        occasions: customer_id, occasion_date, occasion_number, net_sales_amount.

    Returns:
        customer_id, days_since_last_order, first_occasion_date, lifetime_occasions,
        occasion_count, net_sales_amount (reporting currency).
    """
    inside = pl.col("occasion_date") > as_of - timedelta(days=window_days)
    return (
        occasions.group_by("customer_id")
        .agg(
            days_since_last_order=(pl.lit(as_of) - pl.col("occasion_date").max()).dt.total_days(),
            first_occasion_date=pl.col("occasion_date").min(),
            lifetime_occasions=pl.len().cast(pl.Int64),
            occasion_count=inside.sum().cast(pl.Int64),
            net_sales_amount=pl.col("net_sales_amount").filter(inside).sum().cast(MONEY),
        )
        .sort("customer_id")
    )


def segment(
    features: pl.DataFrame, limits: LifecycleLimits
) -> tuple[pl.DataFrame, dict[str, list[float]]]:
    """Exactly one segment and one lifecycle state per customer, and the cut points used.

    First-occasion customers younger than the at-risk limit are `new`, whatever they spent.
    """
    cuts = {
        "recency": cut_points(features["days_since_last_order"]),
        "frequency": cut_points(features["occasion_count"]),
        "monetary": cut_points(features["net_sales_amount"]),
    }
    is_first = pl.col("lifetime_occasions") == 1
    limit = _of_band(is_first, limits.at_risk_days)
    lapse = _of_band(is_first, limits.lapse_days)
    silence = pl.col("days_since_last_order")
    scored = features.with_columns(
        recency_score=scores_below("days_since_last_order", cuts["recency"]),
        frequency_score=scores_above("occasion_count", cuts["frequency"]),
        monetary_score=scores_above("net_sales_amount", cuts["monetary"]),
        at_risk_limit_days=limit,
        lapse_limit_days=lapse,
    ).with_columns(
        frequency_monetary_score=(pl.col("frequency_score") + pl.col("monetary_score") + 1) // 2
    )
    grid = pl.DataFrame(
        [(r, fm, name) for (r, fm), name in sorted(RFM_GRID.items())],
        orient="row",
        schema={
            "recency_score": pl.Int64,
            "frequency_monetary_score": pl.Int64,
            "grid_segment": pl.String,
        },
    )
    is_new = is_first & (silence < pl.col("at_risk_limit_days"))
    state = (
        pl.when(is_new).then(pl.lit("new"))
        .when((silence >= pl.col("lapse_limit_days")).fill_null(False)).then(pl.lit("lapsed"))
        .when(silence >= pl.col("at_risk_limit_days")).then(pl.lit("at_risk"))
        .otherwise(pl.lit("active"))
    )  # fmt: skip
    named = scored.join(
        grid, on=["recency_score", "frequency_monetary_score"], how="left"
    ).with_columns(
        segment=pl.when(is_new).then(pl.lit("new")).otherwise(pl.col("grid_segment")),
        lifecycle_state=state,
    )
    table = SCORES["customer_segments"]
    return table.conform(named.select(table.schema.names())).sort("customer_id"), cuts


def _of_band(is_first: pl.Expr, by_band: dict[str, int | None] | dict[str, int]) -> pl.Expr:
    return (
        pl.when(is_first)
        .then(pl.lit(by_band["first"], dtype=pl.Int64))
        .otherwise(pl.lit(by_band["later"], dtype=pl.Int64))
    )


def thresholds(cuts: dict[str, list[float]], limits: LifecycleLimits) -> pl.DataFrame:
    """Every cut point and limit of the run, as the score_thresholds table, 12 significant digits."""
    units = {"recency": "days", "frequency": "occasions", "monetary": "reporting currency"}
    rows: list[tuple[str, int, float | None, str]] = [
        (name, number, value, units[name])
        for name, values in cuts.items()
        for number, value in enumerate(values, 1)
    ]
    for name, by_band in (
        ("at_risk_limit", limits.at_risk_days),
        ("lapse_limit", limits.lapse_days),
    ):
        rows += [
            (f"{name}_{band}", 1, None if value is None else float(value), "days")
            for band, value in by_band.items()
        ]
    table = SCORES["score_thresholds"]
    rounded = pl.DataFrame(rows, orient="row", schema=table.schema).with_columns(
        pl.col("threshold").round_sig_figs(12)
    )
    return table.conform(rounded).sort(table.key)


def survival_table(by_band: dict[str, SurvivalCurve]) -> pl.DataFrame:
    """The curves as rows, rounded to 12 significant digits."""
    frames = [
        pl.DataFrame(
            {
                "band": [band] * len(c.survival),
                "day": np.arange(len(c.survival)),
                "survival_share": c.survival,
                "at_risk_count": c.at_risk,
            }
        )
        for band, c in by_band.items()
    ]
    table = SCORES["survival_curve"]
    rounded = pl.concat(frames).with_columns(pl.col("survival_share").round_sig_figs(12))
    return table.conform(rounded).sort(table.key)
