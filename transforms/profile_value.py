"""Who is worth what: value tiers, core customers, frequency groups, and who costs more than they bring."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import polars as pl

#: Share of all customers, in per cent from the top by lifetime net sales, that a tier reaches down to.
#: Whoever spent as much as the last of a tier is in it too, so a tier may be larger than its share.
TIER_PERCENT = {"vip": 5, "high": 20, "middle": 50}
#: Share of the shop's result that core customers bring together.
CORE_SHARE = Decimal("0.5")
#: Core customers are told by margin where margins are known for this share of net sales.
MARGIN_COVERAGE = Decimal("0.9")
#: Purchase occasions ever: one is a first-timer, from this many on a regular, between occasional.
REGULAR_FROM = 3
#: Percentile that refunds, discounts and tickets of a problem customer all exceed.
PROBLEM_PERCENTILE = 95
PROBLEM_MEASURES = ("refund_share", "discount_share", "tickets_per_order")


@dataclass(frozen=True)
class ValueLimits:
    """The limits of one run, drawn from its customers.

    Attributes:
        tiers: least lifetime net sales of vip, high and middle; a tier nobody can reach is absent.
        core_column: column that core customers are told by.
        core: least amount in it; None where nobody brings anything.
        problem: value that must be exceeded, per measure; a measure nobody has is absent.
    """

    tiers: dict[str, Decimal]
    core_column: str
    core: Decimal | None
    problem: dict[str, float]


def value_limits(profile: pl.DataFrame) -> ValueLimits:
    """The limits from the order columns of all customers.

    Args:
        profile: lifetime_net_sales_amount, window_net_sales_amount, window_margin_amount and the
            measures of PROBLEM_MEASURES.
    """
    column = _core_column(profile)
    return ValueLimits(
        _tiers(profile["lifetime_net_sales_amount"]),
        column,
        _core_limit(profile[column]),
        _problem_limits(profile),
    )


def _tiers(spent: pl.Series) -> dict[str, Decimal]:
    """The amount of the last customer of each tier; nothing spent is no tier."""
    ordered = spent.sort(descending=True)
    found = {}
    for tier, percent in TIER_PERCENT.items():
        count = -(-ordered.len() * percent // 100)
        if count and ordered[count - 1] > 0:
            found[tier] = ordered[count - 1]
    return found


def _core_column(profile: pl.DataFrame) -> str:
    known = profile.filter(pl.col("window_margin_amount").is_not_null())
    covered = _sum(known["window_net_sales_amount"])
    total = _sum(profile["window_net_sales_amount"])
    is_known = total > 0 and covered >= MARGIN_COVERAGE * total
    return "window_margin_amount" if is_known else "window_net_sales_amount"


def _core_limit(brought: pl.Series) -> Decimal | None:
    """What the last of the fewest customers brings who together bring CORE_SHARE of all."""
    ordered = brought.drop_nulls().sort(descending=True)
    wanted = _sum(ordered) * CORE_SHARE
    if wanted <= 0:
        return None
    reached = (ordered.cum_sum() >= wanted).arg_true()[0]
    limit: Decimal = ordered[reached]
    return limit


def _sum(amounts: pl.Series) -> Decimal:
    """Exact: amounts are decimal."""
    return Decimal(str(amounts.sum() or 0))


def _problem_limits(profile: pl.DataFrame) -> dict[str, float]:
    """Percentiles over customers with a value (linear interpolation, R's type 7)."""
    return {
        measure: float(np.percentile(known.to_numpy(), PROBLEM_PERCENTILE))
        for measure in PROBLEM_MEASURES
        if (known := profile[measure].drop_nulls()).len()
    }


def value_columns(limits: ValueLimits) -> list[pl.Expr]:
    """value_tier, frequency_group and is_problem."""
    return [
        _tier(limits.tiers).alias("value_tier"),
        _frequency_group().alias("frequency_group"),
        _is_problem(limits.problem).alias("is_problem"),
    ]


def _tier(tiers: dict[str, Decimal]) -> pl.Expr:
    spent = pl.col("lifetime_net_sales_amount")
    named: pl.Expr = pl.lit("low")
    for tier in reversed(TIER_PERCENT):
        if tier in tiers:
            named = pl.when(spent >= tiers[tier]).then(pl.lit(tier)).otherwise(named)
    return named


def _frequency_group() -> pl.Expr:
    """By purchase occasions ever (L17): two orders of one day are one occasion."""
    return (
        pl.when(pl.col("occasion_count") >= REGULAR_FROM).then(pl.lit("regular"))
        .when(pl.col("occasion_count") > 1).then(pl.lit("occasional"))
        .otherwise(pl.lit("first_timer"))
    )  # fmt: skip


def _is_problem(limits: dict[str, float]) -> pl.Expr:
    """For a person to look at, never to act on by itself (L19, DEFINITIONS 3.13).

    Refunds, discounts and tickets per order all above their limits and a margin below zero;
    where one of them is unknown, nobody is a problem.
    """
    if set(limits) != set(PROBLEM_MEASURES):
        return pl.lit(False)
    above = [(pl.col(name) > limit).fill_null(False) for name, limit in limits.items()]
    return pl.all_horizontal(*above, (pl.col("lifetime_margin_amount") < 0).fill_null(False))


def is_core(limits: ValueLimits) -> pl.Expr:
    """Core customers (L15): the fewest who bring half the shop's margin, paying on time and content.

    Of the customers who by margin in the window (net sales where too few margins are known) bring
    half of it, those without an overdue invoice whose latest answer is no detractor's, who are no
    problem and none of the shop's own. Whoever brings as much as the last of them counts too.

    Args:
        limits: needs overdue_invoice_count, nps_group, is_problem and is_staff in the frame.
    """
    if limits.core is None:
        return pl.lit(False)
    return pl.all_horizontal(
        (pl.col(limits.core_column) >= limits.core).fill_null(False),
        pl.col("overdue_invoice_count") == 0,
        (pl.col("nps_group") != "detractor").fill_null(True),
        ~pl.col("is_problem"),
        ~pl.col("is_staff"),
    )
