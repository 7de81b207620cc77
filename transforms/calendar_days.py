"""Days that come back every year, and days of a month: with the one that most years lack."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import polars as pl

#: Where 29 February is kept in a common year.
LeapDay = Literal["feb_28", "mar_1"]


def yearly(
    rows: pl.DataFrame, column: str, first: date, last: date, leap_day: LeapDay = "feb_28"
) -> pl.DataFrame:
    """One row per row and return of its day of the year from `first` to `last`, both included.

    A span over New Year holds the returns of both years, and one of more than a year holds two
    of the same day. Rows whose date is null have none.

    Args:
        column: a date of `rows`, such as a birthday.
        leap_day: where 29 February is kept in common years.

    Returns:
        `rows` with event_date, the return, and years, its calendar year less that of the date.
    """
    every = pl.DataFrame({"year": range(first.year, last.year + 1)}, schema={"year": pl.Int32})
    returns = rows.join(every, how="cross", maintain_order="left").with_columns(
        event_date=_in_year(column, pl.col("year"), leap_day),
        years=(pl.col("year") - pl.col(column).dt.year()).cast(pl.Int64),
    )
    return returns.filter(pl.col("event_date").is_between(first, last)).drop("year")


def full_years(column: str, day: date, leap_day: LeapDay = "feb_28") -> pl.Expr:
    """Full years from a date to a day: one more on every return of its day of the year."""
    is_ahead = _in_year(column, pl.lit(day.year), leap_day) > pl.lit(day)
    return (day.year - pl.col(column).dt.year() - is_ahead.cast(pl.Int32)).cast(pl.Int64)


def _in_year(column: str, year: pl.Expr, leap_day: LeapDay) -> pl.Expr:
    """The day of a date in another year."""
    month, day = pl.col(column).dt.month(), pl.col(column).dt.day()
    lacks_it = (month == 2) & (day == 29) & ~pl.date(year, 1, 1).dt.is_leap_year()
    other_month, other_day = (2, 28) if leap_day == "feb_28" else (3, 1)
    return pl.date(
        year,
        pl.when(lacks_it).then(other_month).otherwise(month),
        pl.when(lacks_it).then(other_day).otherwise(day),
    )


def months(first: date, last: date) -> list[date]:
    """First day of every month that a span touches, in order."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def on_weekday(day: date, weekday: int | None) -> date:
    """The first such weekday (1 Monday to 7 Sunday) on or after a day; the day itself for None."""
    if weekday is None:
        return day
    return day + timedelta(days=(weekday - day.isoweekday()) % 7)
