"""Median and ninth decile of waits per period and query type, open tickets included."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from transforms.canonical.scores_support import MEASURES, SUPPORT_SCORES
from transforms.support_policy import SupportPolicy
from transforms.survival import kaplan_meier

ALL = "all"
TRAILING_DAYS = 90
#: Days before the last complete week's end: that day, the 90 days before its 90, and a year of weeks.
COMPARED_WEEK_ENDS = (0, TRAILING_DAYS, 364)


@dataclass(frozen=True)
class Period:
    """Days, both included."""

    kind: str
    start: date
    end: date


def response_times(times: pl.DataFrame, policy: SupportPolicy, as_of: date) -> pl.DataFrame:
    """One row per period, query type and measure, `SUPPORT_SCORES["response_times"]`.

    Every combination has its row: a query type with a target of its own stands there even in a
    month without such a ticket.

    Args:
        times: the table `ticket_times`.
    """
    table = SUPPORT_SCORES["response_times"]
    types = sorted({*times["query_type"], *policy.targets.by_query_type})
    rows = []
    for period in _periods(times, as_of):
        created = times.filter(pl.col("created_date").is_between(period.start, period.end))
        parts = created.partition_by("query_type", "measure", as_dict=True)
        for measure in MEASURES:
            whole = created.filter(pl.col("measure") == measure)
            named = {ALL: whole} | {t: parts.get((t, measure), whole.clear()) for t in types}
            for name, part in named.items():
                row = {"query_type": name, "measure": measure, **_measured(part)}
                if times.is_empty():
                    row["reason_code"] = "no_tickets"
                rows.append({"period_type": period.kind, "period_start": period.start,
                             "period_end": period.end, **row})  # fmt: skip
    frame = pl.DataFrame(rows, infer_schema_length=None)
    frame = frame.with_columns(time_basis=pl.lit(policy.time_basis))
    return table.conform(frame).sort(table.key)


def last_complete_week_end(as_of: date, week_start: int) -> date:
    """Last day of the last week that is over, as `week_of` of the dbt project has it.

    Args:
        week_start: first day of the week, 1 Monday to 7 Sunday.
    """
    tomorrow = as_of + timedelta(days=1)
    return tomorrow - timedelta(days=(tomorrow.isoweekday() - week_start) % 7 + 1)


def trailing_wait(times: pl.DataFrame, end: date) -> dict[str, Any]:
    """How long half of the tickets of the 90 days to `end` waited for the first answer.

    Args:
        times: the table `ticket_times` as of `end`.
    """
    start = end - timedelta(days=TRAILING_DAYS - 1)
    asked = times.filter(
        pl.col("created_date").is_between(start, end), pl.col("measure") == "first_response"
    )
    told = _measured(asked)
    reached = told["median_minutes"] is not None
    return {
        "period_start": start,
        "ticket_count": told["ticket_count"],
        "median_minutes": told["median_minutes"],
        "reason_code": None if reached else told["reason_code"] or told["median_status"],
    }


def _periods(times: pl.DataFrame, as_of: date) -> Iterator[Period]:
    """Complete months since the first ticket, and the 90 days up to as_of."""
    yield Period("trailing_90", as_of - timedelta(days=TRAILING_DAYS - 1), as_of)
    first = times["created_date"].min()
    if not isinstance(first, date):
        return
    month = first.replace(day=1)
    while (end := month.replace(day=monthrange(month.year, month.month)[1])) <= as_of:
        yield Period("month", month, end)
        month = end + timedelta(days=1)


def _measured(part: pl.DataFrame) -> dict[str, Any]:
    known = part.filter(pl.col("issue").is_null())
    counts = {
        "ticket_count": part.height,
        "event_count": int(known["is_event"].sum()),
        "censored_count": int(known["is_censored"].sum()),
        "unknown_count": part.height - known.height,
        "judged_count": part.height - part["is_breach"].null_count(),
        "breach_count": int(part["is_breach"].sum() or 0),
    }
    nothing: dict[str, Any] = dict.fromkeys(
        ("median_minutes", "median_status", "p90_minutes", "p90_status")
    )
    if known.is_empty():
        reason = "no_tickets_in_period" if part.is_empty() else "waits_unknown"
        return counts | nothing | {"reason_code": reason}
    # Kaplan-Meier asks only which wait was longer, so the ranks of the minutes will do.
    minutes, rank = np.unique(known["elapsed_minutes"].to_numpy(), return_inverse=True)
    curve = kaplan_meier(rank.astype(np.int64), known["is_event"].to_numpy())
    figures: dict[str, Any] = {"reason_code": None}
    for name, share in (("median", 0.5), ("p90", 0.9)):
        at = curve.quantile(share)
        figures[f"{name}_minutes"] = None if at is None else float(minutes[at])
        figures[f"{name}_status"] = "not_reached" if at is None else "reached"
    return counts | figures
