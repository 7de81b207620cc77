"""When a shop's data say enough about its customers to forecast them, and when they do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

#: The newest purchase may be this old; a shop that stopped selling has no rate to go by.
RECENT_DAYS = 30
#: Occasions that at least one customer must have reached.
ENOUGH_OCCASIONS = 3


@dataclass(frozen=True)
class ClvPolicy:
    """What predictions are made of and when they are withheld; values from `[clv]` of suki.toml."""

    model: str = "mbg_nbd"
    holdout_days: int = 180
    bias_limit: float = 0.25
    minimum_customers: int = 500
    minimum_history_days: int = 180
    yearly_discount_rate: float = 0.0
    zero_value_orders_are_valid: bool = False


def counted_occasions(
    occasions: pl.DataFrame, as_of: date, zero_value_is_valid: bool
) -> tuple[pl.DataFrame, int]:
    """The occasions a model may see, and how many were dropped for what they were worth.

    Net sales have refunds taken off already. What came to less than zero was no purchase; what
    came to zero is one only where the shop says that zero-value orders are valid.
    """
    known = occasions.filter(pl.col("occasion_date") <= as_of)
    worth = pl.col("net_sales_amount")
    kept = known.filter(worth >= 0 if zero_value_is_valid else worth > 0)
    return kept, known.height - kept.height


def gate_reason(summaries: pl.DataFrame, as_of: date, policy: ClvPolicy) -> str | None:
    """Why nothing may be predicted, or None; the thresholds Klaviyo documents.

    Args:
        summaries: what `histories.summarise` returns, at `as_of`.

    Returns:
        too_few_customers, history_too_short, no_recent_order, no_third_purchase or None: the
        first that applies.
    """
    if summaries.height < max(policy.minimum_customers, 1):
        return "too_few_customers"
    if history_days(summaries) < policy.minimum_history_days:
        return "history_too_short"
    silence = (summaries["age_days"] - summaries["last_repeat_days"]).to_numpy().min()
    if int(silence) > RECENT_DAYS:
        return "no_recent_order"
    if int(summaries["occasion_count"].to_numpy().max()) < ENOUGH_OCCASIONS:
        return "no_third_purchase"
    return None


def history_days(summaries: pl.DataFrame) -> int:
    """Days from the shop's first purchase to the end of observation."""
    return int(summaries["age_days"].to_numpy().max()) if summaries.height else 0
