"""Why a customer is in a segment, or not: the rule, what it reads of them, and the limits behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.canonical.outreach import CUSTOMER_PROFILE
from transforms.profile_value import PROBLEM_PERCENTILE, value_limits
from transforms.segment_rules import Segment, matches

#: Columns that rest on others: those are told beside them.
BEHIND: dict[str, tuple[str, ...]] = {
    "rfm_segment": (
        "recency_score", "days_since_last_order", "frequency_score", "window_occasion_count", "monetary_score",
        "window_net_sales_amount", "lifecycle_state",
    ),
    "recency_score": ("days_since_last_order",),
    "frequency_score": ("window_occasion_count",),
    "monetary_score": ("window_net_sales_amount",),
    "frequency_monetary_score": ("frequency_score", "monetary_score"),
    "lifecycle_state": ("days_since_last_order", "at_risk_limit_days", "lapse_limit_days", "state_since"),
    "overdue_ratio": ("days_since_last_order", "median_gap_days"),
    "value_tier": ("lifetime_net_sales_amount",),
    "frequency_group": ("occasion_count",),
    "nps_group": ("last_score", "last_score_date"),
    "is_core": ("window_margin_amount", "window_net_sales_amount", "overdue_invoice_count", "nps_group", "is_problem"),
    "is_problem": ("refund_share", "discount_share", "tickets_per_order", "lifetime_margin_amount"),
}  # fmt: skip
_CUTS = {
    "recency_score": "recency",
    "frequency_score": "frequency",
    "monetary_score": "monetary",
}


@dataclass(frozen=True)
class Explanation:
    """One customer and one segment.

    Attributes:
        segment: the segment asked about.
        is_member: whether they are published as a member.
        rule_holds: whether the rule says yes of them today.
        since: business date on which membership was first seen; None: no member.
        failed_runs: publications in a row in which the rule said no of a member.
        values: column, value and meaning of everything the rule reads and what it rests on.
        limits: limits behind these columns, in words.
    """

    segment: Segment
    is_member: bool
    rule_holds: bool
    since: date | None
    failed_runs: int
    values: tuple[tuple[str, str, str], ...]
    limits: tuple[str, ...]


def columns_behind(segment: Segment) -> list[str]:
    """What a rule reads and what that rests on, each once, in that order."""
    told: list[str] = []
    for name in segment.rule.columns:
        told += [one for one in (name, *BEHIND.get(name, ())) if one not in told]
    return told


def reasons(profile: pl.DataFrame, segment: Segment) -> pl.DataFrame:
    """One sentence per customer with the values their membership rests on; no personal data.

    Args:
        profile: rows of CUSTOMER_PROFILE, such as those of the members.

    Returns:
        customer_id, reason.
    """
    parts = [
        pl.lit(f"{', ' if number else ''}{_words(name)} ") + _told(name)
        for number, name in enumerate(columns_behind(segment))
    ]
    sentence = pl.concat_str(pl.lit(f"{segment.title}: "), *parts)
    return profile.select("customer_id", reason=sentence)


def shown_values(rows: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Rows of CUSTOMER_PROFILE as text for people: customer_id and the columns, each as it is told."""
    return rows.select("customer_id", *(_told(name).alias(name) for name in columns))


def _words(column: str) -> str:
    """A column's name as a sentence has it."""
    return column.removesuffix("_amount").replace("_", " ")


def _told(column: str) -> pl.Expr:
    """A value as text: money to the cent, fractions to three digits, yes or no."""
    dtype = CUSTOMER_PROFILE.schema[column]
    value = pl.col(column)
    if isinstance(dtype, pl.Decimal):
        text = value.round(2).cast(pl.Decimal(18, 2)).cast(pl.String)
    elif dtype == pl.Float64:
        text = value.round(3).cast(pl.String)
    elif dtype == pl.Boolean:
        text = pl.when(value).then(pl.lit("yes")).when(~value).then(pl.lit("no"))
    else:
        text = value.cast(pl.String)
    return text.fill_null("unknown")


def limits_in_words(profile: pl.DataFrame, thresholds: pl.DataFrame) -> dict[str, str]:
    """The limits of the run behind columns of the profile, by column.

    Args:
        profile: CUSTOMER_PROFILE of everybody: tiers and percentiles are drawn from it.
        thresholds: the table `score_thresholds`.
    """
    told = {}
    for column, score in _CUTS.items():
        cuts = thresholds.filter(pl.col("score_name") == score).sort("cut_number")
        if cuts.height:
            values = ", ".join(f"{cut:g}" for cut in cuts["threshold"])
            told[column] = f"{column}: cut points {values} {cuts['unit'][0]}"
    limits = value_limits(profile)
    if limits.tiers:
        tiers = ", ".join(f"{tier} from {amount:,.2f}" for tier, amount in limits.tiers.items())
        told["value_tier"] = f"value_tier: {tiers}"
    if limits.core is not None:
        told["is_core"] = f"is_core: {limits.core_column} from {limits.core:,.2f}"
    if limits.problem:
        above = ", ".join(f"{name} above {value:.3g}" for name, value in limits.problem.items())
        told["is_problem"] = (
            f"is_problem: {above} (percentile {PROBLEM_PERCENTILE}), and a margin below 0"
        )
    return told


def explain(
    customer_id: str,
    profile: pl.DataFrame,
    segments: Iterable[Segment],
    members: pl.DataFrame,
    thresholds: pl.DataFrame,
    as_of: date,
) -> list[Explanation]:
    """Every segment for one customer, in the order of the file.

    Args:
        profile: CUSTOMER_PROFILE of everybody.
        members: SEGMENT_MEMBERS of the same run.
        thresholds: the table `score_thresholds` of the same run.

    Raises:
        KeyError: nobody in the profile has that id.
    """
    row = profile.filter(pl.col("customer_id") == customer_id)
    if row.is_empty():
        raise KeyError(customer_id)
    segments = tuple(segments)
    told = row.select(_told(name).alias(name) for name in CUSTOMER_PROFILE.schema.names()).row(
        0, named=True
    )
    held = set(matches(row, segments, as_of)["segment"])
    inside = {
        one["segment"]: one
        for one in members.filter(pl.col("customer_id") == customer_id).to_dicts()
    }
    limits = limits_in_words(profile, thresholds)
    return [
        Explanation(
            one,
            one.name in inside,
            one.name in held,
            inside[one.name]["since"] if one.name in inside else None,
            inside[one.name]["failed_runs"] if one.name in inside else 0,
            tuple((n, told[n], _meaning(n)) for n in columns_behind(one)),
            tuple(limits[n] for n in columns_behind(one) if n in limits),
        )
        for one in segments
    ]


def _meaning(column: str) -> str:
    return CUSTOMER_PROFILE.column_by_name[column].description
