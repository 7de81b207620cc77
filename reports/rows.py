"""The row types of the published `rpt_` tables, field for column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

SMALL_SAMPLE = 30  # DEFINITIONS 3.0: under it a figure carries a mark


@dataclass(frozen=True)
class Change:
    """A difference to an earlier period: `points` (of a share or a score) or `ratio` (relative)."""

    amount: Decimal
    kind: str


@dataclass(frozen=True)
class Kpi:
    """One row of `rpt_headline`. Shares are fractions, money is in the reporting currency."""

    position: int
    metric_id: str | None
    metric: str
    title: str
    definition: str
    direction: str
    unit: str
    period_start: date | None
    period_end: date | None
    value: Decimal | None
    previous_value: Decimal | None
    year_ago_value: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    target_value: Decimal | None
    is_on_track: bool | None
    sample_size: int | None
    is_small_sample: bool | None
    active_days: int | None
    reason_code: str | None

    @property
    def change_on_previous(self) -> Change | None:
        """Change against the previous complete period of the same length."""
        return self._change(self.previous_value)

    @property
    def change_on_year_ago(self) -> Change | None:
        """Change against the same period of the year before."""
        return self._change(self.year_ago_value)

    def is_within_noise(self, base: Decimal | None) -> bool:
        """Whether an earlier value cannot be told apart: inside this interval, or n too small."""
        if self.is_small_sample:
            return True
        if self.interval_low is None or self.interval_high is None or base is None:
            return False
        return self.interval_low <= base <= self.interval_high

    def _change(self, base: Decimal | None) -> Change | None:
        if self.value is None or base is None:
            return None
        if self.unit == "share":
            return Change((self.value - base) * 100, "points")
        if self.unit == "points":
            return Change(self.value - base, "points")
        return Change(self.value / base - 1, "ratio") if base > 0 else None


@dataclass(frozen=True)
class RetentionMonth:
    """One complete month and active window of `rpt_retention_trend`."""

    period_start: date
    period_end: date
    active_days: int
    customers_at_start: int
    customers_at_end: int
    customers_acquired: int
    customers_lost: int
    customers_reactivated: int
    classic_retention_rate: Decimal | None
    true_retention_rate: Decimal | None
    reason_code: str | None


@dataclass(frozen=True)
class CohortCell:
    """One cell of `rpt_cohorts`; only cells with status `complete` enter an average."""

    cohort_month: date
    month_offset: int
    cohort_size: int
    active_customers: int
    retention_rate: Decimal | None
    cell_status: str

    @property
    def is_complete(self) -> bool:
        """Whether the month of this cell is over."""
        return self.cell_status == "complete"


@dataclass(frozen=True)
class CohortRow:
    """One cohort: its size, and a cell (or nothing) for each of the months after acquisition."""

    cohort_month: date
    cohort_size: int
    cells: tuple[CohortCell | None, ...]


@dataclass(frozen=True)
class CohortAverage:
    """Ratio of sums over the complete cells of one month offset; `rate` is null without any."""

    month_offset: int
    rate: Decimal | None
    cohort_count: int
    customer_count: int


@dataclass(frozen=True)
class RevenueMonth:
    """One complete month of `rpt_revenue`, amounts in the reporting currency."""

    month_start: date
    period_end: date
    order_count: int
    customer_count: int
    new_customer_count: int
    gross_amount: Decimal
    discount_amount: Decimal
    returns_amount: Decimal
    net_sales_amount: Decimal
    identified_net_sales_amount: Decimal
    existing_customer_net_sales_amount: Decimal


@dataclass(frozen=True)
class Segment:
    """One row of `rpt_segments`."""

    position: int
    segment: str
    customer_count: int
    customer_share: Decimal | None
    net_sales_amount: Decimal
    net_sales_share: Decimal | None
    contactable_count: int


@dataclass(frozen=True)
class NpsPeriod:
    """One row of `rpt_nps`: a survey and a period; `nps` in points from -100 to 100."""

    survey_id: str
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


@dataclass(frozen=True)
class FeedQuality:
    """One row of `rpt_data_quality`: a unit is a whole order, response, customer ..."""

    feed: str
    accepted_units: int
    current_units: int
    superseded_units: int
    after_as_of_units: int
    stale_units: int
    newest_date: date | None
    days_since_newest: int | None


@dataclass(frozen=True)
class Validity:
    """One row of `rpt_validity`: orders left out of behaviour, by reason."""

    invalid_reason: str
    order_count: int
    gross_amount: Decimal | None


@dataclass(frozen=True)
class Check:
    """One row of `rpt_checks`: two sides of an identity and what is left between them."""

    check_name: str
    left_value: Decimal | None
    right_value: Decimal | None
    difference: Decimal | None


@dataclass(frozen=True)
class Note:
    """One row of `rpt_annotations`: what happened in a month whose figures it may explain."""

    month_start: date
    starts_on: date
    ends_on: date
    kind: str
    title: str
