"""Rows of the tables the page "Voice of the customer" reads; shares are fractions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Nps:
    """One row of `rpt_nps`, with how many of those asked have answered."""

    survey_id: str
    survey_type: str | None
    period_type: str
    period_start: date
    period_end: date
    response_count: int
    promoter_count: int
    passive_count: int
    detractor_count: int
    nps: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    is_small_sample: bool | None
    reason_code: str | None
    delivered_count: int | None
    completed_count: int | None
    response_rate: Decimal | None
    response_rate_reason_code: str | None


@dataclass(frozen=True)
class Stage:
    """One row of `satisfaction_by_stage`: what customers say of a stage, and the shop's people."""

    metric: str
    journey_stage: str
    period_type: str
    period_start: date
    period_end: date
    customer_response_count: int
    customer_average_answer: Decimal | None
    customer_satisfied_share: Decimal | None
    customer_interval_low: Decimal | None
    customer_interval_high: Decimal | None
    staff_response_count: int
    staff_average_answer: Decimal | None
    staff_satisfied_share: Decimal | None
    is_small_sample: bool
    is_least_satisfied: bool | None
    reason_code: str | None


@dataclass(frozen=True)
class Theme:
    """One row of `themes`: positive + negative + mixed + neutral = mentions."""

    theme: str
    period_type: str
    period_start: date
    period_end: date
    mention_count: int
    comment_count: int
    share_of_comments: Decimal
    people_count: int
    asking_people_count: int
    positive_count: int
    negative_count: int
    mixed_count: int
    neutral_count: int
    is_repeated_request: bool | None
    is_small_sample: bool


@dataclass(frozen=True)
class Response:
    """One row of `response_time`."""

    period_type: str
    period_start: date
    period_end: date
    query_type: str
    measure: str
    time_basis: str
    ticket_count: int
    event_count: int
    censored_count: int
    unknown_count: int
    median_minutes: Decimal | None
    median_status: str | None
    p90_minutes: Decimal | None
    p90_status: str | None
    judged_count: int
    within_target_share: Decimal | None
    within_target_share_low: Decimal | None
    within_target_share_high: Decimal | None
    is_small_sample: bool
    reason_code: str | None


@dataclass(frozen=True)
class Reviews:
    """One row of `review_month`."""

    platform: str
    month_start: date
    month_end: date
    is_complete: bool
    review_count: int
    organic_count: int | None
    average_rating: Decimal | None
    is_small_sample: bool
    reason_code: str | None


@dataclass(frozen=True)
class Rating:
    """One row of `rating_recovery`."""

    platform: str
    period_start: date
    review_count: int
    one_star_count: int
    rating: Decimal | None
    five_stars_per_one_star: int | None
    is_small_sample: bool
    reason_code: str | None
