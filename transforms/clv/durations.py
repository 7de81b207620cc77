"""Lengths of time that know their unit, so that weeks can never be read as months.

The best-known library steps a weekly model by 30 units a month and publishes 140.10 where
36.28 is right (lifetimes issue 180). Here no model takes a bare number for a length of time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]


class TimeUnit(Enum):
    """A unit and its length in days; a month is a twelfth of 365 days."""

    DAYS = 1.0
    WEEKS = 7.0
    MONTHS = 365.0 / 12.0
    YEARS = 365.0


@dataclass(frozen=True)
class Duration:
    """A length of time with its unit."""

    length: float
    unit: TimeUnit

    def __post_init__(self) -> None:
        if not isinstance(self.unit, TimeUnit):
            raise TypeError(
                f"a duration needs a TimeUnit, such as TimeUnit.WEEKS, not {self.unit!r}"
            )
        if not (np.isfinite(self.length) and self.length >= 0):
            raise ValueError(f"a duration is zero or more, not {self.length!r}")

    def measured_in(self, unit: TimeUnit) -> float:
        """The same length as a number of another unit."""
        return self.length if unit is self.unit else self.length * self.unit.value / unit.value


def measured(duration: Duration, unit: TimeUnit) -> float:
    """A duration as a number of a model's own unit.

    Raises:
        TypeError: a bare number was given, which could be days, weeks or months.
    """
    if not isinstance(duration, Duration):
        raise TypeError(
            f"{duration!r} could be days, weeks or months: give Duration({duration!r}, TimeUnit.WEEKS) or the like"
        )
    return duration.measured_in(unit)
