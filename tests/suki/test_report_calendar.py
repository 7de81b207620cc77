"""Which week or month is told on which night, and for how long it is news."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suki.business import Cadence
from suki.report_calendar import Period, last_complete, why_not_due

LONG_AGO = date(2000, 1, 1)


@pytest.mark.parametrize(
    ("as_of", "week_start", "start", "end"),
    [
        ("2026-10-31", 1, "2026-10-19", "2026-10-25"),  # Saturday; the week began on a Monday
        ("2026-11-01", 1, "2026-10-26", "2026-11-01"),  # Sunday, its last day
        ("2026-11-02", 1, "2026-10-26", "2026-11-01"),
        ("2026-10-31", 7, "2026-10-25", "2026-10-31"),  # a week from Sunday to Saturday
        ("2026-11-01", 7, "2026-10-25", "2026-10-31"),
        ("2026-11-06", 7, "2026-10-25", "2026-10-31"),
        ("2026-11-07", 7, "2026-11-01", "2026-11-07"),
        ("2026-10-30", 6, "2026-10-24", "2026-10-30"),  # Saturday to Friday
        ("2026-12-31", 1, "2026-12-21", "2026-12-27"),
        ("2027-01-03", 1, "2026-12-28", "2027-01-03"),  # a week of two years
        ("2026-03-29", 1, "2026-03-23", "2026-03-29"),  # clocks go forward in Europe that day
        ("2026-10-25", 1, "2026-10-19", "2026-10-25"),  # and back
        ("2024-02-29", 4, "2024-02-22", "2024-02-28"),
    ],
)
def test_the_last_complete_week(as_of, week_start, start, end):
    found = last_complete("weekly", date.fromisoformat(as_of), week_start)
    assert found == Period(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("as_of", "start", "end"),
    [
        ("2026-10-31", "2026-10-01", "2026-10-31"),
        ("2026-10-30", "2026-09-01", "2026-09-30"),
        ("2026-11-01", "2026-10-01", "2026-10-31"),
        ("2024-02-29", "2024-02-01", "2024-02-29"),
        ("2024-02-28", "2024-01-01", "2024-01-31"),
        ("2023-02-28", "2023-02-01", "2023-02-28"),
        ("2026-12-31", "2026-12-01", "2026-12-31"),
        ("2027-01-01", "2026-12-01", "2026-12-31"),
        ("2027-01-30", "2026-12-01", "2026-12-31"),
    ],
)
def test_the_last_complete_month_whatever_day_the_week_begins(as_of, start, end):
    for week_start in range(1, 8):
        found = last_complete("monthly", date.fromisoformat(as_of), week_start)
        assert found == Period(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("cadence", "as_of", "late", "first_order", "why"),
    [
        ("weekly", "2026-10-25", 6, LONG_AGO, None),
        ("weekly", "2026-10-31", 6, LONG_AGO, None),
        ("weekly", "2026-10-31", 5, LONG_AGO, "to 2026-10-25 was news until 2026-10-30"),
        ("weekly", "2026-10-26", 0, LONG_AGO, "to 2026-10-25 was news until 2026-10-25"),
        ("monthly", "2026-10-31", 20, LONG_AGO, None),
        ("monthly", "2026-11-20", 20, LONG_AGO, None),
        ("monthly", "2026-11-21", 20, LONG_AGO, "to 2026-10-31 was news until 2026-11-20"),
        ("weekly", "2026-10-31", 6, date(2026, 10, 25), None),  # opened on the week's last day
        ("weekly", "2026-10-31", 6, date(2026, 10, 26), "no order before the end of 2026-10-25"),
        ("monthly", "2026-11-10", 20, date(2026, 11, 1), "no order before the end of 2026-10-31"),
        ("monthly", "2026-11-10", 20, None, "no order before the end"),
    ],
)
def test_a_period_is_told_while_it_is_news_and_only_where_there_was_a_shop(
    cadence, as_of, late, first_order, why
):
    night = date.fromisoformat(as_of)
    told = why_not_due(last_complete(cadence, night, 1), night, late, first_order)
    assert told is None if why is None else why in str(told)


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
WEEK_STARTS = st.integers(1, 7)


@given(DAYS, WEEK_STARTS)
def test_a_week_has_seven_days_begins_on_its_day_and_is_the_newest_that_is_over(as_of, week_start):
    week = last_complete("weekly", as_of, week_start)
    assert week.start.isoweekday() == week_start
    assert (week.end - week.start).days == 6
    assert timedelta(0) <= as_of - week.end <= timedelta(6)


CADENCES = st.sampled_from([("weekly", 6), ("monthly", 20), ("weekly", 2), ("monthly", 0)])


@given(CADENCES, WEEK_STARTS, DAYS, st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_over_any_nights_with_gaps_a_period_is_due_on_every_night_within_its_lateness_and_on_no_other(
    chosen: tuple[Cadence, int], week_start: int, first: date, gaps: list[int]
) -> None:
    """Sent once for each period: the outbox knows the first of these nights."""
    cadence, late = chosen
    nights = [first]
    for gap in gaps:
        nights.append(nights[-1] + timedelta(gap))
    told = {
        period.end
        for night in nights
        if why_not_due(period := last_complete(cadence, night, week_start), night, late, LONG_AGO)
        is None
    }
    every_day = (first + timedelta(n) for n in range((nights[-1] - first).days + 1))
    ends = {last_complete(cadence, day, week_start).end for day in every_day}
    news = {
        end
        for end in ends
        if any(end <= night <= end + timedelta(late) for night in nights)
        and not _overtaken_always(end, ends, nights, late)
    }
    assert told == news


def _overtaken_always(end: date, ends: set[date], nights: list[date], late: int) -> bool:
    """Whether at each night within its lateness a newer period had ended already."""
    within = [night for night in nights if end <= night <= end + timedelta(late)]
    return all(any(end < other <= night for other in ends) for night in within)
