"""When support is open and what it has promised: `config/support.yml`."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from transforms.yaml_files import Strict, load, read_yaml

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
DAY_MINUTES = 24 * 60
#: Opening and closing, in minutes of the wall clock after midnight.
Interval = tuple[int, int]

_INTERVAL = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


class Schedule(Strict):
    """Opening hours per weekday, in force from a day on."""

    starts_on: date | None = None
    hours: dict[Weekday, tuple[Interval, ...]] = Field(min_length=1)

    @field_validator("hours", mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {day: _intervals(str(day), text) for day, text in value.items()}


class Target(Strict):
    """How soon, in hours in which support is open; null: nothing promised."""

    first_response_hours: float | None = Field(None, gt=0)
    resolution_hours: float | None = Field(None, gt=0)


class Targets(Strict):
    """The targets of the query types that have their own, and of all others."""

    default: Target = Target()
    by_query_type: dict[str, Target] = Field(default_factory=dict)

    @field_validator("by_query_type")
    @classmethod
    def _folded(cls, value: dict[str, Target]) -> dict[str, Target]:
        folded = {name.strip().lower(): target for name, target in value.items()}
        if len(folded) < len(value):
            raise ValueError("two query types differ only in capital letters; keep one")
        return folded


class SupportPolicy(Strict):
    """Opening hours, holidays and turn-around targets.

    Attributes:
        timezone: IANA zone the hours are meant in; null: the store's.
        schedules: by the day they begin on; none: every hour of every day counts.
    """

    timezone: str | None = None
    schedules: tuple[Schedule, ...] = ()
    holidays: frozenset[date] = frozenset()
    targets: Targets = Targets()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise ValueError(f"{value!r} is no IANA time zone, such as 'Asia/Manila'")
        return value

    @field_validator("schedules")
    @classmethod
    def _in_order(cls, value: tuple[Schedule, ...]) -> tuple[Schedule, ...]:
        days = [one.starts_on for one in value]
        if None in days[1:]:
            raise ValueError("every schedule but the first needs the day it starts_on")
        dated = [day for day in days if day is not None]
        if any(a >= b for a, b in pairwise(dated)):
            raise ValueError("schedules must stand in the order of starts_on, each day once")
        return value

    @model_validator(mode="after")
    def _holidays_need_hours(self) -> SupportPolicy:
        if self.holidays and not self.schedules:
            raise ValueError("holidays: without schedules every hour counts; add the hours")
        return self

    @property
    def time_basis(self) -> str:
        """business_hours, or clock_hours where no hours are set."""
        return "business_hours" if self.schedules else "clock_hours"

    def target_hours(self, query_type: str, measure: str) -> float | None:
        """The promise for a query type: its own where it has one, else the default."""
        own = self.targets.by_query_type.get(query_type, self.targets.default)
        hours: float | None = getattr(own, f"{measure}_hours")
        return hours if hours is not None else getattr(self.targets.default, f"{measure}_hours")


def load_policy(path: Path | None) -> SupportPolicy:
    """The policy of a file; without one, or where it sets nothing: clock hours, no targets.

    Raises:
        YamlFileError: the file is wrong; the message names file, line and remedy.
    """
    if path is None or read_yaml(path) is None:
        return SupportPolicy()
    return load(path, SupportPolicy)


def _intervals(day: str, text: object) -> tuple[Interval, ...]:
    """`09:00-12:00, 13:00-18:00` as minutes after midnight."""
    found: list[Interval] = []
    for part in str(text).split(","):
        matched = _INTERVAL.fullmatch(part.strip())
        if matched is None:
            raise ValueError(f"{day}: {part.strip()!r} is no opening time; write 09:00-17:00")
        hour, minute, end_hour, end_minute = map(int, matched.groups())
        opens, closes = hour * 60 + minute, end_hour * 60 + end_minute
        if max(minute, end_minute) > 59 or closes > DAY_MINUTES:
            raise ValueError(f"{day}: {part.strip()!r}: a day ends at 24:00 and an hour at :59")
        if closes <= opens:
            raise ValueError(
                f"{day}: {part.strip()!r} closes before it opens; for a night shift write "
                "22:00-24:00 and 00:00-06:00 on the day after"
            )
        if found and opens < found[-1][1]:
            raise ValueError(f"{day}: {part.strip()!r} begins before the time before it ends")
        found.append((opens, closes))
    return tuple(found)
