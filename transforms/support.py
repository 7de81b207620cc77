"""How long customers wait for an answer and for a solution (M23, M24).

A ticket that waits still has waited at least until the end of `as_of`: it is censored, and the
median is Kaplan-Meier's. The mean of answered tickets would forget everybody still waiting.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from transforms.canonical import CURRENT
from transforms.canonical.scores_support import MEASURES, SUPPORT_SCORES
from transforms.support_hours import EPOCH, MICROSECOND, open_time, start_of
from transforms.support_periods import (
    COMPARED_WEEK_ENDS,
    last_complete_week_end,
    response_times,
    trailing_wait,
)
from transforms.support_policy import SupportPolicy

UNKNOWN = "unknown"
HOUR = 3_600_000_000
MINUTE = 60_000_000
_MOMENT = {"first_response": "first_response_at", "resolution": "resolved_at"}
#: Where watching ends when it never happened: a ticket closed without a reply waits no longer.
_GIVEN_UP = {"first_response": "resolved_at", "resolution": None}


@dataclass(frozen=True)
class SupportDesk:
    """What support is scored from.

    Attributes:
        tickets: the current tickets.
        policy: opening hours and targets.
        store_timezone: IANA zone in which as_of ends, and of the hours unless the policy has one.
        week_start: first day of the week, 1 Monday to 7 Sunday.
    """

    tickets: pl.DataFrame = field(default_factory=CURRENT["tickets"].empty)
    policy: SupportPolicy = field(default_factory=SupportPolicy)
    store_timezone: str = "UTC"
    week_start: int = 1


def score_tickets(desk: SupportDesk, as_of: date) -> dict[str, pl.DataFrame]:
    """The tables of SUPPORT_SCORES."""
    times = ticket_times(desk.tickets, desk.policy, as_of, desk.store_timezone)
    return {
        "ticket_times": times,
        "response_times": response_times(times, desk.policy, as_of),
        "week_waits": week_waits(desk, as_of),
    }


def week_waits(desk: SupportDesk, as_of: date) -> pl.DataFrame:
    """`SUPPORT_SCORES["week_waits"]`: each window as it was known on the day it ended.

    A ticket answered later still waited that day, so two windows are compared on equal terms.
    """
    table = SUPPORT_SCORES["week_waits"]
    last_day = last_complete_week_end(as_of, desk.week_start)
    rows = []
    for days_back in COMPARED_WEEK_ENDS:
        end = last_day - timedelta(days=days_back)
        then = _as_known_on(desk, end)
        times = ticket_times(then, desk.policy, end, desk.store_timezone)
        rows.append(trailing_wait(times, end) | {"period_end": end})
    return table.conform(pl.DataFrame(rows, infer_schema_length=None)).sort(table.key)


def _as_known_on(desk: SupportDesk, day: date) -> pl.DataFrame:
    after = start_of(day + timedelta(days=1), 0, ZoneInfo(desk.store_timezone))
    happened = [
        pl.when(pl.col(name) < after).then(pl.col(name)).alias(name)
        for name in ("first_response_at", "resolved_at")
    ]
    return desk.tickets.filter(pl.col("created_date") <= day).with_columns(happened)


def ticket_times(
    tickets: pl.DataFrame, policy: SupportPolicy, as_of: date, store_timezone: str
) -> pl.DataFrame:
    """One row per ticket and measure, as `SUPPORT_SCORES["ticket_times"]` describes it."""
    now = start_of(as_of + timedelta(days=1), 0, ZoneInfo(store_timezone))
    named = pl.col("query_type").str.strip_chars().str.to_lowercase()
    typed = tickets.with_columns(
        query_type=pl.when(named != "").then(named).otherwise(pl.lit(UNKNOWN))
    )
    table = SUPPORT_SCORES["ticket_times"]
    parts = [_waits(typed, measure, policy, now, store_timezone) for measure in MEASURES]
    joined = pl.concat(parts).with_columns(time_basis=pl.lit(policy.time_basis))
    return table.conform(joined.select(table.schema.names())).sort(table.key)


def _waits(
    tickets: pl.DataFrame, measure: str, policy: SupportPolicy, now: datetime, store_timezone: str
) -> pl.DataFrame:
    happened, given_up = _MOMENT[measure], _GIVEN_UP[measure]
    left = pl.col(given_up) if given_up else pl.lit(None, dtype=pl.Datetime("us", "UTC"))
    rows = tickets.with_columns(
        measure=pl.lit(measure),
        issue=_issue(measure),
        stopped_at=pl.coalesce(happened, left, pl.lit(now)),
    )
    rows = rows.with_columns(
        waited=_open_microseconds(rows, policy, store_timezone),
        target=_target(rows["query_type"], measure, policy),
        is_event=pl.col(happened).is_not_null() & pl.col("issue").is_null(),
    )
    is_late = pl.col("waited") > pl.col("target")
    is_known = pl.col("issue").is_null()
    return rows.select(
        "source", "ticket_id", "measure", "query_type", "created_date", "is_event", "issue",
        elapsed_minutes=pl.when(is_known).then((pl.col("waited") / MINUTE).round(2)),
        is_censored=~pl.col("is_event") & is_known,
        target_minutes=pl.col("target") / MINUTE,
        # Until it happens a ticket can only be late, not in time.
        is_breach=pl.when(is_known & (pl.col("is_event") | is_late)).then(is_late),
    )  # fmt: skip


def _issue(measure: str) -> pl.Expr:
    """Why a wait cannot be told from what the source exported."""
    happened = pl.col(_MOMENT[measure])
    is_solved = pl.col("resolved_at").is_not_null() | pl.col("ticket_status").is_in(
        ["solved", "closed"]
    ).fill_null(False)
    # Solved tickets and never such a moment: the source does not export it, nobody is waiting.
    is_absent = ~happened.is_not_null().any().over("source") & is_solved.any().over("source")
    undated = pl.lit(measure == "resolution") & happened.is_null() & is_solved
    return (
        pl.when(is_absent).then(pl.lit("not_recorded"))
        .when(undated).then(pl.lit("undated"))
        .when(happened < pl.col("created_at")).then(pl.lit("before_creation"))
    )  # fmt: skip


def _open_microseconds(rows: pl.DataFrame, policy: SupportPolicy, store_timezone: str) -> pl.Series:
    starts = rows["created_at"].dt.epoch("us").to_numpy().astype(np.int64)
    # Answered before it was asked is an issue of its own; no time runs backwards here.
    ends = np.maximum(rows["stopped_at"].dt.epoch("us").to_numpy().astype(np.int64), starts)
    if policy.time_basis == "clock_hours" or rows.is_empty():
        return pl.Series("waited", ends - starts, dtype=pl.Int64)
    first, last = (EPOCH + int(m) * MICROSECOND for m in (starts.min(), ends.max()))
    clock = open_time(policy, store_timezone, first.date(), last.date())
    return pl.Series("waited", clock.between(starts, ends), dtype=pl.Int64)


def _target(query_types: pl.Series, measure: str, policy: SupportPolicy) -> pl.Series:
    hours = {name: policy.target_hours(name, measure) for name in query_types.unique()}
    promised = [hours[name] for name in query_types]
    return pl.Series(
        "target", [None if h is None else round(h * HOUR) for h in promised], dtype=pl.Int64
    )
