"""Days that come back every year: leap days, New Year, and every year exactly once."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.calendar_days import LeapDay, full_years, months, on_weekday, yearly

LEAP = date(2024, 2, 29)
days = st.dates(date(1904, 1, 1), date(2099, 12, 31))


def returns(day: date | None, first: date, last: date, leap_day: LeapDay = "feb_28") -> list[date]:
    rows = pl.DataFrame({"day": [day]}, schema={"day": pl.Date})
    return yearly(rows, "day", first, last, leap_day)["event_date"].to_list()


@pytest.mark.parametrize(
    ("leap_day", "common"), [("feb_28", date(2026, 2, 28)), ("mar_1", date(2026, 3, 1))]
)
def test_29_february_is_kept_beside_it_in_a_common_year_and_on_it_in_a_leap_year(
    leap_day: LeapDay, common: date
) -> None:
    whole = date(2026, 1, 1), date(2026, 12, 31)
    assert returns(LEAP, *whole, leap_day) == [common]
    assert returns(LEAP, date(2028, 1, 1), date(2028, 12, 31), leap_day) == [date(2028, 2, 29)]


def test_the_year_2100_has_no_29_february() -> None:
    assert returns(LEAP, date(2100, 1, 1), date(2100, 12, 31)) == [date(2100, 2, 28)]


def test_28_february_and_1_march_stay_where_they_are_whatever_the_leap_day() -> None:
    for day in (date(2023, 2, 28), date(2023, 3, 1)):
        for leap_day in ("feb_28", "mar_1"):
            assert returns(day, date(2024, 1, 1), date(2024, 12, 31), leap_day) == [
                day.replace(year=2024)
            ]


def test_a_span_over_new_year_holds_the_returns_of_both_years() -> None:
    span = date(2026, 12, 28), date(2027, 1, 3)
    assert returns(date(2020, 12, 31), *span) == [date(2026, 12, 31)]
    assert returns(date(2020, 1, 1), *span) == [date(2027, 1, 1)]
    assert returns(date(2020, 6, 1), *span) == []


def test_both_ends_of_the_span_count_and_the_days_beside_them_do_not() -> None:
    span = date(2026, 5, 10), date(2026, 5, 12)
    found = [n for n in range(8, 15) if returns(date(2000, 5, n), *span)]
    assert found == [10, 11, 12]


def test_an_unknown_day_never_comes() -> None:
    assert returns(None, date(2020, 1, 1), date(2026, 12, 31)) == []


@given(day=days, start=days, length=st.integers(0, 900))
@settings(max_examples=60, deadline=None)
def test_between_two_days_the_returns_are_those_of_a_calendar(
    day: date, start: date, length: int
) -> None:
    end = start + timedelta(days=length)
    expected = []
    for year in range(start.year, end.year + 1):
        try:
            expected.append(day.replace(year=year))
        except ValueError:
            expected.append(date(year, 2, 28))
    assert returns(day, start, end) == [one for one in expected if start <= one <= end]


@pytest.mark.parametrize(
    ("since", "day", "years"),
    [
        (date(2025, 10, 31), date(2026, 10, 30), 0),
        (date(2025, 10, 31), date(2026, 10, 31), 1),
        (LEAP, date(2026, 2, 27), 1),
        (LEAP, date(2026, 2, 28), 2),
        (LEAP, LEAP, 0),
    ],
)
def test_a_year_is_full_on_the_return_of_its_day(since: date, day: date, years: int) -> None:
    rows = pl.DataFrame({"day": [since]})
    assert rows.select(full_years("day", day)).item() == years


def test_with_1_march_a_leap_years_year_is_full_a_day_later() -> None:
    rows = pl.DataFrame({"day": [LEAP]})
    assert rows.select(full_years("day", date(2025, 2, 28), "mar_1")).item() == 0
    assert rows.select(full_years("day", date(2025, 3, 1), "mar_1")).item() == 1


def test_months_touched_by_a_span_over_new_year() -> None:
    assert months(date(2026, 11, 30), date(2027, 1, 1)) == [
        date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1),
    ]  # fmt: skip


def test_the_first_tuesday_of_a_month_is_on_or_after_its_first_day() -> None:
    assert on_weekday(date(2026, 11, 1), 2) == date(2026, 11, 3)  # 1 November 2026 is a Sunday
    assert on_weekday(date(2026, 11, 1), 7) == date(2026, 11, 1)
    assert on_weekday(date(2026, 11, 1), None) == date(2026, 11, 1)
