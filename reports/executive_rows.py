"""The row types of the tables that only the executive mail and its pages tell, field for column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.rows import Change


@dataclass(frozen=True)
class BridgePart:
    """One row of `rpt_revenue_bridge`: a step from the sales of one period to those of another."""

    period_type: str
    comparison: str
    period_start: date
    period_end: date
    position: int
    component: str
    customer_count: int | None
    amount: Decimal | None


@dataclass(frozen=True)
class StateMove:
    """One row of `rpt_state_movement`: customers who went from one lifecycle state to another."""

    period_type: str
    period_start: date
    period_end: date
    from_state: str
    to_state: str
    customer_count: int


@dataclass(frozen=True)
class Comment:
    """One row of `rpt_comments`: what one customer wrote, personal data removed."""

    theme: str
    position: int
    said_on: date
    score_group: str | None
    language: str | None
    comment: str


@dataclass(frozen=True)
class ThemePeriod:
    """One row of `themes`: how many of a period's comments raise a theme, and how they speak."""

    theme: str
    period_type: str
    period_start: date
    period_end: date
    mention_count: int
    comment_count: int
    share_of_comments: Decimal
    positive_count: int
    negative_count: int
    is_repeated_request: bool | None
    is_small_sample: bool


@dataclass(frozen=True)
class ThemeChange:
    """A theme of the last 90 days, and its share of the comments of the 90 days before."""

    now: ThemePeriod
    share_before: Decimal | None

    @property
    def change(self) -> Change | None:
        """Percentage points against the 90 days before; none when nobody commented then."""
        if self.share_before is None:
            return None
        return Change((self.now.share_of_comments - self.share_before) * 100, "points")
