"""Dated changes of state, and the state each customer is in: mutually exclusive and total.

On every day the silence of a customer is held against the limit then in force. A transition
happens on the first day the limit is reached: last occasion + limit, or the first day of a
quarter whose new limit is already exceeded. Nothing that comes later changes it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl

from transforms.canonical import SCORES
from transforms.lifecycle_limits import CONFIGURED, BandLimits, Estimate
from transforms.lifecycle_versions import (
    BANDS,
    NEVER,
    LimitVersion,
    OpenedGaps,
    band_of,
    day_number,
    next_quarter,
    opened_gaps,
)

#: States of customers with a valid order; people without one are prospects.
STATES = ("new", "active", "at_risk", "lapsed", "reactivated")


def silences(occasions: pl.DataFrame, versions: list[LimitVersion], as_of: date) -> pl.DataFrame:
    """One row per occasion: when, if ever, the silence after it reached each limit.

    Args:
        occasions: customer_id, occasion_date, occasion_number, next_occasion_date.
        versions: from the quarter of the first occasion to that of `as_of`, oldest first.

    Returns:
        The occasions by customer and date, with order_band, opened_state (the state from the
        occasion on), at_risk_date, at_risk_days, at_risk_version and the same for lapse; null
        where the next occasion or `as_of` came first.
    """
    ordered = occasions.select(
        "customer_id", "occasion_date", "occasion_number", "next_occasion_date"
    ).sort("customer_id", "occasion_date")
    gaps = opened_gaps(ordered)
    columns = {
        **_reached(gaps, versions, as_of, "at_risk", lambda one: (one.at_risk_days, one.at_risk)),
        **_reached(gaps, versions, as_of, "lapse", lambda one: (one.lapse_days, one.lapse)),
    }
    lapsed_before = pl.col("lapse_date").shift(1).over("customer_id").is_not_null()
    return ordered.with_columns(
        order_band=band_of(pl.col("occasion_number")), **columns
    ).with_columns(
        opened_state=pl.when(pl.col("occasion_number") == 1)
        .then(pl.lit("new"))
        .when(lapsed_before)
        .then(pl.lit("reactivated"))
        .otherwise(pl.lit("active"))
    )


def _reached(
    gaps: OpenedGaps,
    versions: list[LimitVersion],
    as_of: date,
    name: str,
    limit_of: Callable[[BandLimits], tuple[int | None, Estimate]],
) -> dict[str, pl.Series]:
    """First day per gap on which the silence is at least the limit then in force."""
    count = len(gaps.opened)
    day = np.full(count, NEVER, dtype=np.int64)
    limit = np.zeros(count, dtype=np.int64)
    label = np.full(count, -1, dtype=np.int64)
    names = [*(version.name for version in versions), CONFIGURED]
    for number, version in enumerate(versions):
        last = min(day_number(next_quarter(version.first_day)) - 1, day_number(as_of))
        for band, band_name in enumerate(BANDS):
            days, estimate = limit_of(version.bands[band_name])
            if days is None:
                continue
            candidate = np.maximum(gaps.opened + days, day_number(version.first_day))
            hit = (gaps.band == band) & (day == NEVER)
            hit &= (candidate <= last) & (candidate < gaps.following)
            day[hit], limit[hit] = candidate[hit], days
            label[hit] = len(versions) if estimate.basis == CONFIGURED else number
    reached = pl.Series(day != NEVER)
    frame = pl.DataFrame({"day": np.where(day == NEVER, 0, day), "limit": limit, "label": label})
    told = frame.select(
        pl.when(reached).then(pl.col("day").cast(pl.Int32).cast(pl.Date)).alias(f"{name}_date"),
        pl.when(reached).then("limit").alias(f"{name}_days"),
        pl.when(reached)
        .then(pl.col("label").replace_strict(dict(enumerate(names)), default=None))
        .alias(f"{name}_version"),
    )
    return {column: told[column] for column in told.columns}


def transitions(silent: pl.DataFrame, versions: list[LimitVersion]) -> pl.DataFrame:
    """One row per customer and dated change of state, as the table `lifecycle_transitions`.

    Args:
        silent: what `silences` returned.
    """
    columns = SCORES["lifecycle_transitions"].schema.names()
    moves = [_purchases(silent, versions), _falls_to_risk(silent), _lapses(silent)]
    table = SCORES["lifecycle_transitions"]
    return table.conform(pl.concat([move.select(columns) for move in moves])).sort(table.key)


def _purchases(silent: pl.DataFrame, versions: list[LimitVersion]) -> pl.DataFrame:
    """Changes that an occasion brings: new, active again, reactivated."""
    before = [
        pl.when(pl.col(f"{name}_date").is_not_null()).then(pl.lit(state))
        for name, state in (("lapse", "lapsed"), ("at_risk", "at_risk"))
    ]
    state_before = pl.coalesce(*before, "opened_state").shift(1).over("customer_id")
    starts = pl.DataFrame(
        {
            "quarter": [version.first_day for version in versions],
            "limit_version": [
                CONFIGURED if version.bands["all"].at_risk.basis == CONFIGURED else version.name
                for version in versions
            ],
        }
    )
    return (
        silent.with_columns(
            from_state=state_before.fill_null("prospect"),
            to_state="opened_state",
            transition_date="occasion_date",
            silence_days=(
                pl.col("occasion_date") - pl.col("occasion_date").shift(1).over("customer_id")
            ).dt.total_days(),
            limit_days=pl.lit(None, pl.Int64),
            quarter=pl.col("occasion_date").dt.truncate("1q"),
        )
        .filter(pl.col("from_state") != pl.col("to_state"))
        .join(starts, on="quarter", how="left")
    )


def _falls_to_risk(silent: pl.DataFrame) -> pl.DataFrame:
    """Silences that reached the at-risk limit, unless they reached both on one day."""
    return (
        _silent_moves(silent, "at_risk")
        .filter((pl.col("at_risk_date") < pl.col("lapse_date")).fill_null(True))
        .with_columns(from_state="opened_state", to_state=pl.lit("at_risk"))
    )


def _lapses(silent: pl.DataFrame) -> pl.DataFrame:
    """Silences that reached the lapse limit; a customer may lapse many times."""
    skipped_risk = pl.col("at_risk_date") == pl.col("lapse_date")
    return _silent_moves(silent, "lapse").with_columns(
        from_state=pl.when(skipped_risk).then("opened_state").otherwise(pl.lit("at_risk")),
        to_state=pl.lit("lapsed"),
    )


def _silent_moves(silent: pl.DataFrame, name: str) -> pl.DataFrame:
    date_column = pl.col(f"{name}_date")
    return silent.filter(date_column.is_not_null()).with_columns(
        transition_date=date_column,
        silence_days=(date_column - pl.col("occasion_date")).dt.total_days(),
        limit_days=pl.col(f"{name}_days"),
        limit_version=pl.col(f"{name}_version"),
    )


def states(
    silent: pl.DataFrame, moves: pl.DataFrame, in_force: LimitVersion, as_of: date
) -> pl.DataFrame:
    """One row per customer with a valid order: the state on `as_of` and what it rests on.

    Args:
        silent: what `silences` returned.
        moves: what `transitions` returned.
        in_force: the version of the quarter of `as_of`.
    """
    limits = pl.DataFrame(
        [
            (band, in_force.bands[band].at_risk_days, in_force.bands[band].lapse_days)
            for band in BANDS
        ],
        orient="row",
        schema={"order_band": pl.String, "at_risk_now": pl.Int64, "lapse_now": pl.Int64},
    )
    gap = (pl.col("next_occasion_date") - pl.col("occasion_date")).dt.total_days()
    latest = moves.group_by("customer_id").agg(
        state=pl.col("to_state").sort_by("transition_date").last(),
        since_date=pl.col("transition_date").max(),
        limit_version=pl.col("limit_version").sort_by("transition_date").last(),
        lapse_count=(pl.col("to_state") == "lapsed").sum(),
    )
    gaps = silent.group_by("customer_id").agg(
        median_gap_days=gap.drop_nulls().median(),
        first_occasion_date=pl.col("occasion_date").min(),
        occasion_count=pl.len(),
    )
    days_since_last = (pl.lit(as_of) - pl.col("last_occasion_date")).dt.total_days()
    joined = (
        silent.filter(pl.col("next_occasion_date").is_null())
        .rename({"occasion_date": "last_occasion_date"})
        .join(limits, on="order_band", how="left")
        .join(latest, on="customer_id", how="left")
        .join(gaps, on="customer_id", how="left")
        .with_columns(
            days_since_last=days_since_last,
            # A limit that was crossed is the one of its day; one not crossed is today's.
            at_risk_limit_days=pl.coalesce("at_risk_days", "at_risk_now"),
            lapse_limit_days=pl.coalesce("lapse_days", "lapse_now"),
            median_gap_days=pl.col("median_gap_days").round_sig_figs(12),
        )
        .with_columns(
            overdue_ratio=pl.when(pl.col("occasion_count") >= 3).then(
                (pl.col("days_since_last") / pl.col("median_gap_days")).round_sig_figs(12)
            )
        )
    )
    table = SCORES["customer_states"]
    return table.conform(joined.select(table.schema.names())).sort(table.key)
