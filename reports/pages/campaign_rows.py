"""Rows of the tables the page "Campaigns" reads; rates and differences are shares."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Uplift:
    """One row of `campaign_uplift`."""

    campaign: str
    engagement_window_days: int
    treated_count: int
    treated_buyer_count: int
    treated_rate: Decimal | None
    held_out_count: int
    held_out_buyer_count: int
    held_out_rate: Decimal | None
    treated_immature_count: int
    held_out_immature_count: int
    excluded_in_both_count: int
    difference: Decimal | None
    difference_low: Decimal | None
    difference_high: Decimal | None
    is_distinguishable: bool | None
    incremental_buyers: Decimal | None
    reason_code: str | None

    @property
    def smallest_side(self) -> int:
        """The smaller of the two groups compared."""
        return min(self.treated_count, self.held_out_count)

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return bool(self.is_distinguishable)


@dataclass(frozen=True)
class Response:
    """One row of `campaign_response`."""

    scope: str
    campaign: str
    channel: str
    delivery_count: int
    unnamed_delivery_count: int
    delivered_people_count: int
    untracked_people_count: int
    immature_people_count: int
    observed_people_count: int
    replied_people_count: int
    conversion_window_days: int
    conversion_rate: Decimal | None
    conversion_rate_low: Decimal | None
    conversion_rate_high: Decimal | None
    is_small_sample: bool
    reason_code: str | None


@dataclass(frozen=True)
class SegmentResponse:
    """One row of `campaign_segment_response`."""

    campaign: str
    segment: str
    engagement_window_days: int
    people_count: int
    treated_count: int
    treated_rate: Decimal | None
    treated_rate_low: Decimal | None
    treated_rate_high: Decimal | None
    treated_immature_count: int
    held_out_count: int
    held_out_rate: Decimal | None
    held_out_rate_low: Decimal | None
    held_out_rate_high: Decimal | None
    held_out_immature_count: int
    excluded_in_both_count: int
    unconfirmed_count: int
    difference: Decimal | None
    difference_low: Decimal | None
    difference_high: Decimal | None
    is_small_sample: bool
    reason_code: str | None

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out."""
        low, high = self.difference_low, self.difference_high
        return low is not None and high is not None and (low > 0 or high < 0)

    @property
    def left_out_count(self) -> int:
        """People of the campaign in neither group."""
        return (
            self.treated_immature_count
            + self.held_out_immature_count
            + self.excluded_in_both_count
            + self.unconfirmed_count
        )


@dataclass(frozen=True)
class Effect:
    """One row of `loyalty_effect`."""

    comparison: str
    loyalty_group: str
    metric: str
    window_days: int
    numerator: Decimal
    denominator: int
    metric_value: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    sample_size: int
    is_small_sample: bool
    caveat: str
    reason_code: str | None


@dataclass(frozen=True)
class Recovery:
    """One row of `service_recovery`."""

    recovery_group: str
    window_days: int
    customer_count: int
    observation_count: int
    repeat_count: int
    repeat_rate: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    is_small_sample: bool
    reading: str
    reason_code: str | None
