"""Score tables about time: until the next order, until a customer lapses, and how regularly."""

from __future__ import annotations

import polars as pl

from transforms.canonical.contract import (
    Column,
    Table,
    flag_column,
    integer_column,
    text_column,
)

REASON = text_column("reason_code", "Why the figures are null; null where they stand.")


def share_column(name: str, description: str, **rules: object) -> Column:
    """A column of that type."""
    return Column(name, pl.Float64, description, **rules)  # type: ignore[arg-type]


def _quantiles(what: str) -> tuple[Column, ...]:
    """Days and status per quantile."""
    return tuple(
        column
        for percent in (10, 25, 50, 75)
        for column in (
            integer_column(
                f"quantile_{percent}_days",
                f"Days by which {percent} % {what}, Kaplan-Meier; null where not reached.",
            ),
            text_column(
                f"quantile_{percent}_status",
                "Whether that share was ever reached; null with a reason.",
                allowed=("reached", "not_reached"),
            ),
        )
    )


TIME_TO_NEXT_ORDER = Table(
    "time_to_next_order",
    "One row per group of gaps (all, order number, first-order discount, product, category): how "
    "long until the next order.",
    ("scope", "item"),
    (
        text_column(
            "scope",
            "all, order_number and first_order_discount: until any next order; product and "
            "category: until the same one is bought again.",
            required=True,
            allowed=("all", "order_number", "first_order_discount", "product", "category"),
        ),
        text_column(
            "item",
            "Order that opens the gap (1 to 5+), with_discount or no_known_discount, product code, "
            "category, or all.",
            required=True,
        ),
        text_column("item_name", "Name of the product, else the item."),
        integer_column("gap_count", "Gaps, open ones included.", required=True),
        integer_column("event_count", "Gaps that ended with an order.", required=True),
        integer_column("observed_days", "Longest gap seen, ended or not, in days.", required=True),
        *(
            share_column(
                f"returned_{days}_share",
                f"F({days}): share back within {days} days, Kaplan-Meier; null past the longest gap "
                "seen.",
            )
            for days in (30, 60, 90, 180, 365)
        ),
        share_column(
            "returned_90_low",
            "Lower end of the 95 % interval of F(90) (Greenwood, log-log); null where F is 0 or 1.",
        ),
        share_column("returned_90_high", "Upper end of the 95 % interval of F(90)."),
        *_quantiles("are back"),
        *(
            Column(
                f"completed_only_{percent}_days",
                pl.Float64,
                f"For comparison only: naive {percent} % quantile of completed gaps in days, which "
                "forgets everybody who is still silent.",
            )
            for percent in (10, 25, 50, 75)
        ),
        REASON,
    ),
)

SURVIVAL_CURVE = Table(
    "survival_curve",
    "One row per curve, band and day: share of customers not yet back, or still staying.",
    ("curve", "band", "day"),
    (
        text_column(
            "curve",
            "next_order: from an order to the next; tenure: from the first order to the first lapse.",
            required=True,
            allowed=("next_order", "tenure"),
        ),
        text_column(
            "band", "all, or the number of the order that opens the gap, 1 to 5+.", required=True
        ),
        integer_column("day", "Days since the order.", required=True, minimum=0),
        share_column(
            "survival_share", "Kaplan-Meier share whose gap has not ended.", required=True
        ),
        integer_column("at_risk_count", "Gaps still open at that day.", required=True),
    ),
)

TENURE = Table(
    "tenure",
    "One row on how long customers stay, from the first order to the first lapse, all of them held "
    "against the limits in force.",
    ("population",),
    (
        text_column("population", "all.", required=True, allowed=("all",)),
        integer_column("customer_count", "Customers with a valid order.", required=True),
        integer_column("lapsed_count", "Customers who by these limits ever lapsed.", required=True),
        integer_column("observed_days", "Longest tenure seen, in days.", required=True),
        *(
            share_column(
                f"stayed_{days}_share",
                f"Share not yet lapsed {days} days after the first order; null past the longest "
                "tenure seen.",
            )
            for days in (90, 180, 365, 730)
        ),
        *_quantiles("have lapsed"),
        REASON,
    ),
)

REGULARITY = Table(
    "regularity",
    "One row for the shop and per category: how regular buying is (Wheat and Morrison 1990).",
    ("level", "item"),
    (
        text_column(
            "level",
            "all: any order; category: the same category.",
            required=True,
            allowed=("all", "category"),
        ),
        text_column("item", "all, or the category.", required=True),
        integer_column(
            "pair_count", "Customers with two completed gaps, one pair each.", required=True
        ),
        share_column("share_variance", "Variance of gap 1 / (gap 1 + gap 2) around one half."),
        Column(
            "regularity",
            pl.Float64,
            "k, shape of the gamma of gaps: 1 buys at random, more is regular.",
        ),
        flag_column(
            "is_regular", "k above 1.2, so that a personal rhythm may be used; null with a reason."
        ),
        REASON,
    ),
)

TIMING_SCORES: tuple[Table, ...] = (TIME_TO_NEXT_ORDER, SURVIVAL_CURVE, TENURE, REGULARITY)
