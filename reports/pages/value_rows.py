"""The row types of the published tables the page on customer value reads, field for column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class ValueBucket:
    """One row of `rpt_clv_distribution`: customers between two values of net sales to date.

    The last has no upper end; the one of those below zero, where there are any, no lower end.
    """

    bucket_low: Decimal | None
    bucket_high: Decimal | None
    customer_count: int
    amount: Decimal


@dataclass(frozen=True)
class ModelFit:
    """One row of `clv_model_fits`."""

    model: str
    is_used: bool
    status: str
    reason_code: str | None
    fitted_as_of: date | None
    customer_count: int
    holdout_bias: Decimal | None
    spend_correlation: Decimal | None


@dataclass(frozen=True)
class ValueTest:
    """One row of `clv_backtest`: purchases expected in days held back, and those that came."""

    model: str
    frequency_bin: str
    holdout_start: date
    holdout_days: int
    customers: int
    expected_purchases: Decimal | None
    actual_purchases: int | None
    bias: Decimal | None
    reason_code: str | None


@dataclass(frozen=True)
class ChannelValue:
    """One row of `channel_value`: what a channel's customers cost and brought."""

    scope: str
    marketing_channel: str | None
    first_month: date
    last_month: date
    customer_count: int
    spend_amount: Decimal | None
    net_sales_amount: Decimal | None
    margin_amount: Decimal | None
    predicted_amount: Decimal | None
    acquisition_cost_per_customer: Decimal | None
    historic_clv_to_cost: Decimal | None
    historic_margin_to_cost: Decimal | None
    total_clv_to_cost: Decimal | None
    payback_month_offset: int | None
    payback_status: str
    is_small_sample: bool | None
    reason_code: str | None


@dataclass(frozen=True)
class ValueObserved:
    """One row of `metric_observation`: a figure per customer over all customers."""

    metric: str
    period_start: date
    period_end: date
    metric_value: Decimal | None
    sample_size: int | None
    is_small_sample: bool | None
    reason_code: str | None


@dataclass(frozen=True)
class MetricWords:
    """One row of `metric_definition`."""

    metric: str
    title: str
    definition: str
