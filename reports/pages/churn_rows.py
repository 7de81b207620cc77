"""The row types of the published tables the page on churn reads, field for column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class RateMonth:
    """One row of `metric_observation`: a rate of a period with its interval."""

    period_start: date
    period_end: date
    dimension_value: str
    numerator: Decimal | None
    metric_value: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    sample_size: int | None
    is_small_sample: bool | None
    reason_code: str | None


@dataclass(frozen=True)
class LapseMonth:
    """One row of `lapse_period`: of those who still were customers, who fell silent too long."""

    month_start: date
    month_end: date
    customers_at_start: int
    customers_new: int
    customers_reactivated: int
    customers_lapsed: int
    customers_at_end: int
    customers_at_start_lapsed: int
    lapse_rate: Decimal | None
    lapse_rate_low: Decimal | None
    lapse_rate_high: Decimal | None
    reason_code: str | None


@dataclass(frozen=True)
class CurvePoint:
    """One row of `survival_curve`."""

    curve: str
    band: str
    day: int
    survival_share: Decimal
    at_risk_count: int


@dataclass(frozen=True)
class Limit:
    """One row of `lifecycle_limits`: from which silence on a customer is at risk, or lapsed."""

    level: str
    item: str
    status: str
    valid_from: date
    fitted_through: date
    gap_count: int
    event_count: int
    at_risk_limit_days: int | None
    at_risk_basis: str
    at_risk_reason_code: str | None
    lapse_limit_days: int | None
    lapse_basis: str
    lapse_reason_code: str | None


@dataclass(frozen=True)
class StateCount:
    """One row of `lifecycle_summary`."""

    state: str
    customer_count: int
    all_customer_count: int
    customer_share: Decimal | None
    reason_code: str | None


@dataclass(frozen=True)
class ChurnTest:
    """One row of `churn_backtest`: what was predicted at the cutoff, and what then happened."""

    method: str
    level: str
    item: str
    cutoff_date: date
    window_days: int
    customer_count: int
    no_purchase_count: int
    predicted_share: Decimal | None
    actual_share: Decimal | None
    bias: Decimal | None
    brier_score: Decimal | None
    reason_code: str | None


@dataclass(frozen=True)
class NextOrder:
    """One row of `time_to_next_order`: how soon an order is followed by another."""

    scope: str
    item: str
    item_name: str
    gap_count: int
    event_count: int
    returned_30_share: Decimal | None
    returned_90_share: Decimal | None
    returned_90_low: Decimal | None
    returned_90_high: Decimal | None
    returned_365_share: Decimal | None
    quantile_50_days: int | None
    quantile_50_status: str | None
    reason_code: str | None
