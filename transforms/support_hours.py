"""Time in which support is open, counted between two moments, across daylight saving.

Opening hours are wall-clock times of a zone; moments are in UTC. Every opening becomes one
window of UTC microseconds, so that 09:00-17:00 is eight hours on every day of the year while a
day of 00:00-24:00 has 23 or 25 of them where the clock changes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from transforms.support_policy import WEEKDAYS, Schedule, SupportPolicy

Moments = np.ndarray[Any, np.dtype[np.int64]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class OpenTime:
    """A clock that runs only while support is open."""

    def __init__(self, opens: Moments, closes: Moments) -> None:
        """Windows in order; one may begin inside the one before it, time counts once."""
        # The hour that comes twice in autumn can make two windows overlap.
        self._opens = np.maximum(opens, np.concatenate([opens[:1], closes[:-1]]))
        self._closes = np.maximum(closes, self._opens)
        self._sums = np.concatenate([[0], np.cumsum(self._closes - self._opens)]).astype(np.int64)

    def between(self, starts: Moments, ends: Moments) -> Moments:
        """Open microseconds from start to end, both in microseconds since 1970 in UTC."""
        return self._until(ends) - self._until(starts)

    def _until(self, moments: Moments) -> Moments:
        if not len(self._opens):
            return np.zeros_like(moments)
        begun = np.searchsorted(self._opens, moments, side="right")
        last = np.maximum(begun - 1, 0)
        still_ahead = np.maximum(self._closes[last] - moments, 0)
        return np.where(begun > 0, self._sums[begun] - still_ahead, 0)


def open_time(policy: SupportPolicy, store_timezone: str, first: date, last: date) -> OpenTime:
    """The clock of a policy with opening hours, good from the first to the last day."""
    zone = ZoneInfo(policy.timezone or store_timezone)
    windows = [
        (start_of(day, opens, zone), end_of(day, closes, zone))
        # A day of the zone may reach into the day before or after in UTC.
        for day in _days(first - timedelta(days=1), last + timedelta(days=1))
        if day not in policy.holidays and (schedule := _in_force(policy.schedules, day))
        for opens, closes in schedule.hours.get(WEEKDAYS[day.weekday()], ())
    ]
    moments = np.array([[_microseconds(m) for m in pair] for pair in windows], dtype=np.int64)
    moments = moments.reshape(-1, 2)
    return OpenTime(moments[:, 0], moments[:, 1])


def start_of(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """First moment, in UTC, at which the zone's clock shows that many minutes after midnight."""
    return _moment(day, minutes, zone)[0]


def end_of(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Last such moment: of an hour that comes twice, the second."""
    return _moment(day, minutes, zone)[1]


def _moment(day: date, minutes: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= second:
        return first, second
    # The clock jumped over this time: what it names is the jump, which lies between the two.
    after, before = first, second
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            after = middle
        else:
            before = middle
    return after, after


def _in_force(schedules: tuple[Schedule, ...], day: date) -> Schedule | None:
    """The latest that has begun; before the first with a date nothing is open."""
    begun = [one for one in schedules if one.starts_on is None or one.starts_on <= day]
    return begun[-1] if begun else None


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND
