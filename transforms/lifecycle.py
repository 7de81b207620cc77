"""Lifecycle of customers in one call: limits, states, transitions, timing and their backtest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from transforms.lifecycle_backtest import Model, backtest, known_at
from transforms.lifecycle_limits import LifecyclePolicy
from transforms.lifecycle_regularity import regularity
from transforms.lifecycle_transitions import silences, states, transitions
from transforms.lifecycle_versions import (
    BANDS,
    LimitVersion,
    category_gaps,
    category_limits,
    forming,
    limits_table,
    opened_gaps,
    versions,
)
from transforms.next_order import (
    EnoughGaps,
    order_gaps,
    survival_table,
    tenure,
    tenure_gaps,
    time_to_next_order,
)
from transforms.survival import curve_of


@dataclass(frozen=True)
class History:
    """What became of every silence, and the versions that judged it.

    Attributes:
        silent: one row per occasion, as `lifecycle_transitions.silences` describes it.
        moves: the table `lifecycle_transitions`.
        states: the table `customer_states`.
        versions: oldest first; the last one is in force.
    """

    silent: pl.DataFrame
    moves: pl.DataFrame
    states: pl.DataFrame
    versions: list[LimitVersion]


def history(occasions: pl.DataFrame, as_of: date, policy: LifecyclePolicy) -> History:
    """States and transitions as of a day, from the occasions up to it.

    Args:
        occasions: customer_id, occasion_date, occasion_number, next_occasion_date.
    """
    in_turn = versions(opened_gaps(occasions), as_of, policy)
    silent = silences(occasions, in_turn, as_of)
    moves = transitions(silent, in_turn)
    return History(silent, moves, states(silent, moves, in_turn[-1], as_of), in_turn)


def tables(
    occasions: pl.DataFrame,
    bought: pl.DataFrame,
    as_of: date,
    policy: LifecyclePolicy,
    enough: EnoughGaps,
    model: Model,
) -> dict[str, pl.DataFrame]:
    """Every score table about time to the next order, churn and lifecycle.

    Args:
        occasions: customer_id, occasion_date, occasion_number, next_occasion_date,
            discount_amount, net_sales_amount.
        bought: what `reorder.purchases` returned.
        model: gives P(no purchase) for the side-by-side backtest.
    """
    found = history(occasions, as_of, policy)
    window = policy.return_window_days
    cutoff = as_of - timedelta(days=window)
    before = history(known_at(occasions, cutoff), cutoff, policy)
    by_order = order_gaps(occasions, as_of)
    lapse_days = {band: found.versions[-1].bands[band].lapse_days for band in BANDS}
    staying = curve_of(tenure_gaps(occasions, as_of, lapse_days))
    curves = {
        ("next_order", item): curve_of(gaps)
        for (scope, item), gaps in by_order.items()
        if scope != "first_order_discount"
    }
    return {
        "time_to_next_order": time_to_next_order(by_order, bought, as_of, enough),
        "survival_curve": survival_table(curves | {("tenure", "all"): staying}),
        "tenure": tenure(staying, lapse_days, enough),
        "lifecycle_limits": _limits(occasions, bought, as_of, policy, found.versions),
        "lifecycle_transitions": found.moves,
        "customer_states": found.states,
        "regularity": regularity(occasions, bought),
        "churn_backtest": backtest(occasions, before.states, as_of, window, model),
    }


def _limits(
    occasions: pl.DataFrame,
    bought: pl.DataFrame,
    as_of: date,
    policy: LifecyclePolicy,
    in_turn: list[LimitVersion],
) -> pl.DataFrame:
    gaps = opened_gaps(occasions)
    coming = forming(gaps, as_of, policy)
    opened = category_gaps(bought, occasions)
    by_category = {
        version.name: category_limits(opened, gaps, version, policy)
        for version in (in_turn[-1], coming)
    }
    return limits_table(in_turn, coming, by_category, policy)
