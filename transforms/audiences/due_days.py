"""Days by which somebody is to be called or answered: counted in days and hours of the office."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from transforms.audiences.shop import Shop
from transforms.support_hours import EPOCH, MICROSECOND, Moments, open_time, start_of

HOUR = 3_600_000_000
#: A promise that opening hours do not reach within this many days has no day.
HORIZON_DAYS = 120


def store_zone(shop: Shop) -> str:
    """IANA zone that decides which day a moment of the shop falls on."""
    context = shop.current["run_context"]
    return str(context["store_timezone"][0]) if context.height else "UTC"


def end_of_as_of(shop: Shop) -> datetime:
    """The moment until which the run knows things."""
    return start_of(shop.as_of + timedelta(days=1), 0, ZoneInfo(store_zone(shop)))


def office_day_after(days: pl.Series, number: int, shop: Shop) -> pl.Series:
    """The day that is `number` office days after each day.

    Office days are those on which support is open by `support.yml`; without opening hours,
    Monday to Friday. Null where support does not open that often within 120 days.

    Args:
        days: dates without null.
        number: 1 or more; 1 is the next office day.
    """
    if days.is_empty() or not shop.support.schedules:
        moved = np.busday_offset(days.to_numpy().astype("datetime64[D]"), number, roll="backward")
        return pl.Series("due_date", moved, dtype=pl.Date)
    first, last = _bounds(days)
    ends = _day_ends(first, last, shop)
    # A day is one of the office where its end is later, in open time, than its beginning.
    open_days = np.flatnonzero(np.diff(_open_until(ends, first, last, shop)) > 0) + 1
    position = (days - first).dt.total_days().to_numpy() + 1
    wanted = np.searchsorted(open_days, position, side="right") + number - 1
    return _dates(np.append(open_days, len(ends) + 1), wanted, first, last)


def promised_day(moments: pl.Series, hours: pl.Series, shop: Shop) -> pl.Series:
    """The day in the course of which a promise of so many open hours runs out.

    Args:
        moments: when each promise began, UTC, without null.
        hours: open hours promised; null where nothing is.

    Returns:
        Null where nothing is promised, or opening hours do not reach it within 120 days.
    """
    if moments.is_empty():
        return pl.Series("due_date", [], dtype=pl.Date)
    zone = ZoneInfo(store_zone(shop))
    first, last = _bounds(moments.dt.convert_time_zone(zone.key).dt.date())
    ends = _day_ends(first, last, shop)
    starts = moments.dt.epoch("us").to_numpy().astype(np.int64)
    needed = _open_until(starts, first, last, shop) + np.nan_to_num(hours.to_numpy() * HOUR)
    wanted = np.searchsorted(_open_until(ends, first, last, shop), needed, side="left")
    reached = _dates(np.arange(len(ends) + 1), wanted, first, last)
    return pl.select(pl.when(hours.is_not_null()).then(reached).alias("due_date")).to_series()


def _bounds(days: pl.Series) -> tuple[date, date]:
    first, newest = days.min(), days.max()
    assert isinstance(first, date)
    assert isinstance(newest, date)
    return first, newest + timedelta(days=HORIZON_DAYS)


def _day_ends(first: date, last: date, shop: Shop) -> Moments:
    """Last moment of the day before `first`, of `first`, and so on to `last`, in microseconds."""
    zone = ZoneInfo(store_zone(shop))
    days = range((last - first).days + 2)
    ends = [(start_of(first + timedelta(days=n), 0, zone) - EPOCH) // MICROSECOND for n in days]
    return np.array(ends, dtype=np.int64)


def _open_until(moments: Moments, first: date, last: date, shop: Shop) -> Moments:
    """Open microseconds before each moment, from a common start."""
    if not shop.support.schedules:
        return moments
    origin = datetime.combine(first - timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    clock = open_time(shop.support, store_zone(shop), first, last)
    start = np.full_like(moments, (origin - EPOCH) // MICROSECOND)
    return clock.between(np.minimum(start, moments), moments)


def _dates(numbers: Moments, wanted: Moments, first: date, last: date) -> pl.Series:
    """The day of each wanted position; `numbers` count from the day before `first`."""
    found = numbers[np.minimum(wanted, len(numbers) - 1)]
    days = pl.Series("due_date", [first + timedelta(days=int(n) - 1) for n in found], dtype=pl.Date)
    return pl.select(pl.when(days <= last).then(days).alias("due_date")).to_series()
