"""RFM segments: total, disjoint, tie-safe, and explained per customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from transforms.canonical import MONEY, SCORES
from transforms.lifecycle_limits import LifecyclePolicy

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


@dataclass(frozen=True)
class SegmentPolicy(LifecyclePolicy):
    """The limits of the lifecycle and the window of RFM in days; `[segments]` of suki.toml."""

    window_days: int


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
    features: pl.DataFrame, states: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, list[float]]]:
    """Exactly one segment per customer, the lifecycle state beside it, and the cut points used.

    First-occasion customers younger than the at-risk limit are `new`, whatever they spent.

    Args:
        features: what `customer_features` returned.
        states: the table `customer_states` of the same customers.
    """
    cuts = {
        "recency": cut_points(features["days_since_last_order"]),
        "frequency": cut_points(features["occasion_count"]),
        "monetary": cut_points(features["net_sales_amount"]),
    }
    known = states.select(
        "customer_id", "at_risk_limit_days", "lapse_limit_days", lifecycle_state="state"
    )
    scored = (
        features.join(known, on="customer_id", how="left")
        .with_columns(
            recency_score=scores_below("days_since_last_order", cuts["recency"]),
            frequency_score=scores_above("occasion_count", cuts["frequency"]),
            monetary_score=scores_above("net_sales_amount", cuts["monetary"]),
        )
        .with_columns(
            frequency_monetary_score=(pl.col("frequency_score") + pl.col("monetary_score") + 1) // 2
        )
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
    is_new = pl.col("lifecycle_state") == "new"
    named = scored.join(
        grid, on=["recency_score", "frequency_monetary_score"], how="left"
    ).with_columns(segment=pl.when(is_new).then(pl.lit("new")).otherwise(pl.col("grid_segment")))
    table = SCORES["customer_segments"]
    return table.conform(named.select(table.schema.names())).sort("customer_id"), cuts


def thresholds(cuts: dict[str, list[float]], limits: pl.DataFrame) -> pl.DataFrame:
    """Every cut point and limit of the run, as the score_thresholds table, 12 significant digits.

    Args:
        cuts: what `segment` returned.
        limits: the table `lifecycle_limits`; the version in force is told.
    """
    units = {"recency": "days", "frequency": "occasions", "monetary": "reporting currency"}
    rows: list[tuple[str, int, float | None, str]] = [
        (name, number, value, units[name])
        for name, values in cuts.items()
        for number, value in enumerate(values, 1)
    ]
    told = limits.filter((pl.col("status") == "in_force") & (pl.col("level") == "order_number"))
    for name in ("at_risk_limit", "lapse_limit"):
        rows += [
            (f"{name}_{band}", 1, None if value is None else float(value), "days")
            for band, value in told.select("item", f"{name}_days").iter_rows()
        ]
    table = SCORES["score_thresholds"]
    rounded = pl.DataFrame(rows, orient="row", schema=table.schema).with_columns(
        pl.col("threshold").round_sig_figs(12)
    )
    return table.conform(rounded).sort(table.key)
