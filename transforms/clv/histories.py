"""From purchase occasions to what the models need: x, t_x and T per customer, and their groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from transforms.canonical import MONEY
from transforms.clv.durations import FloatArray, IntArray, TimeUnit


@dataclass(frozen=True)
class Histories:
    """Purchase histories in one declared unit; equal ones may stand together with a count.

    Attributes:
        repeats: x, occasions after the first.
        last_repeat: t_x, time from the first to the last occasion (0 where x = 0).
        age: T, time from the first occasion to the end of observation.
        customers: customers each entry stands for.
        unit: unit of both times.
    """

    repeats: IntArray
    last_repeat: FloatArray
    age: FloatArray
    customers: IntArray
    unit: TimeUnit

    def __post_init__(self) -> None:
        if not isinstance(self.unit, TimeUnit):
            raise TypeError(f"histories need a TimeUnit, such as TimeUnit.WEEKS, not {self.unit!r}")
        sizes = {len(self.repeats), len(self.last_repeat), len(self.age), len(self.customers)}
        if len(sizes) != 1:
            raise ValueError(f"x, t_x, T and customers differ in length: {sorted(sizes)}")
        if np.any(self.repeats < 0) or np.any(self.last_repeat < 0):
            raise ValueError("x and t_x are zero or more")
        if np.any(self.last_repeat > self.age):
            raise ValueError("t_x lies after T: an occasion after the end of observation")
        if np.any((self.repeats == 0) != (self.last_repeat == 0)):
            raise ValueError("t_x is 0 exactly where x is 0: same-day orders are one occasion")

    @property
    def total(self) -> int:
        """Customers behind all entries."""
        return int(self.customers.sum())

    def measured_in(self, unit: TimeUnit) -> Histories:
        """The same histories with both times in another unit."""
        if unit is self.unit:
            return self
        factor = self.unit.value / unit.value
        return Histories(
            self.repeats, self.last_repeat * factor, self.age * factor, self.customers, unit
        )

    def thinned(self, most: int) -> Histories:
        """Every n-th customer in the order of the groups, such that at most `most` groups remain.

        A systematic sample of sorted histories keeps their mix; with as many groups as wanted
        or fewer, all customers stay.
        """
        if len(self.repeats) <= most:
            return self
        step = -(-len(self.repeats) // most)
        ends = np.cumsum(self.customers)
        kept = ends // step - (ends - self.customers) // step
        some = kept > 0
        return Histories(
            self.repeats[some], self.last_repeat[some], self.age[some], kept[some], self.unit
        )


def one_history(repeats: int, last_repeat: float, age: float, unit: TimeUnit) -> Histories:
    """A single customer."""
    return Histories(
        np.array([repeats]),
        np.array([float(last_repeat)]),
        np.array([float(age)]),
        np.array([1]),
        unit,
    )


def summarise(occasions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What the models need per customer, as known at the end of `as_of`.

    Args:
        occasions: customer_id, occasion_date, net_sales_amount (refunds netted); one row per
            customer and day.

    Returns:
        customer_id, occasion_count, repeat_count (x), last_repeat_days (t_x), age_days (T),
        repeat_spend_amount (sum over the x repeat occasions, reporting currency); one row per
        customer, ordered by customer. Occasions after `as_of` are not looked at.
    """
    day, first = pl.col("occasion_date"), pl.col("occasion_date").min()
    return (
        occasions.filter(day <= as_of)
        .group_by("customer_id")
        .agg(
            occasion_count=pl.len().cast(pl.Int64),
            repeat_count=pl.len().cast(pl.Int64) - 1,
            last_repeat_days=(day.max() - first).dt.total_days(),
            age_days=(pl.lit(as_of) - first).dt.total_days(),
            repeat_spend_amount=pl.col("net_sales_amount").filter(day > first).sum().cast(MONEY),
        )
        .sort("customer_id")
    )


KEY = ("repeat_count", "last_repeat_days", "age_days")


def group(summaries: pl.DataFrame) -> pl.DataFrame:
    """Customers with equal histories counted together: x, t_x, T in days and `customers`."""
    return summaries.group_by(KEY).agg(customers=pl.len().cast(pl.Int64)).sort(KEY)


def of_groups(groups: pl.DataFrame, unit: TimeUnit) -> Histories:
    """The histories of a frame of groups, in the unit asked for."""
    days = Histories(
        groups["repeat_count"].to_numpy(),
        groups["last_repeat_days"].to_numpy().astype(np.float64),
        groups["age_days"].to_numpy().astype(np.float64),
        groups["customers"].to_numpy(),
        TimeUnit.DAYS,
    )
    return days.measured_in(unit)
