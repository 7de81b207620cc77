"""Which week or month a report tells of, and until when it is still news. Dates only, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from suki.business import Cadence

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A week or a month, both days included."""

    start: date
    end: date


def last_complete(cadence: Cadence, as_of: date, week_start: int) -> Period:
    """The newest week or calendar month that had ended by the end of a business date.

    Args:
        as_of: the last business date that is complete.
        week_start: the first day of the shop's week, 1 Monday ... 7 Sunday.
    """
    if cadence == "weekly":
        # A business date that comes right before a week's first day is a week's last.
        end = as_of - ((as_of + DAY).isoweekday() - week_start) % 7 * DAY
        return Period(end - 6 * DAY, end)
    is_last = (as_of + DAY).day == 1
    end = as_of if is_last else as_of.replace(day=1) - DAY
    return Period(end.replace(day=1), end)


def why_not_due(
    period: Period, as_of: date, late_within_days: int, first_order: date | None
) -> str | None:
    """Why a period is not reported at a business date; None where it is.

    Args:
        late_within_days: so many days after its last day a period is still reported.
        first_order: the shop's first order; a period before it tells of nothing.
    """
    last_night = period.end + late_within_days * DAY
    if as_of > last_night:
        return f"the period to {period.end} was news until {last_night}"
    if first_order is None or first_order > period.end:
        return f"the shop had no order before the end of {period.end}"
    return None
