"""Score tables of support: how long every ticket took, and the medians over periods."""

from __future__ import annotations

import polars as pl

from transforms.canonical.contract import (
    Column,
    Table,
    date_column,
    flag_column,
    integer_column,
    text_column,
)
from transforms.canonical.feeds import SOURCE

MEASURES = ("first_response", "resolution")
TIME_BASES = ("business_hours", "clock_hours")
STATUSES = ("reached", "not_reached")

QUERY_TYPE = text_column(
    "query_type", "Kind of query in small letters; unknown where the ticket says none.",
    required=True,
)  # fmt: skip
MEASURE = text_column("measure", "What was waited for.", required=True, allowed=MEASURES)
TIME_BASIS = text_column(
    "time_basis",
    "business_hours: time in which support is open; clock_hours: every hour, no hours are set.",
    required=True,
    allowed=TIME_BASES,
)


def _minutes(name: str, description: str) -> Column:
    return Column(name, pl.Float64, description)


SUPPORT_SCORES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "ticket_times",
            "One row per support ticket and measure: minutes waited until it happened, or so far.",
            ("source", "ticket_id", "measure"),
            (
                SOURCE,
                text_column("ticket_id", "Stable id of the ticket.", required=True),
                MEASURE,
                QUERY_TYPE,
                date_column("created_date", "Day the customer wrote or called.", required=True),
                _minutes(
                    "elapsed_minutes",
                    "Open minutes from creation until it happened, or until watching ended; null with an issue.",
                ),
                flag_column("is_event", "True where it happened on or before as_of.", required=True),
                flag_column(
                    "is_censored",
                    "True where it has not happened: the wait is at least elapsed_minutes.",
                    required=True,
                ),
                _minutes("target_minutes", "Open minutes promised; null where nothing is."),
                flag_column(
                    "is_breach",
                    "True beyond the target, open tickets included; null where not decided yet or without a target.",
                ),
                text_column(
                    "issue",
                    "Why the wait is unknown; null where it is known.",
                    allowed=("before_creation", "not_recorded", "undated"),
                ),
                TIME_BASIS,
            ),
        ),
        Table(
            "response_times",
            "One row per period, query type and measure: Kaplan-Meier over the tickets created in it.",
            ("period_type", "period_start", "query_type", "measure"),
            (
                text_column(
                    "period_type", "Kind of period.", required=True, allowed=("month", "trailing_90")
                ),
                date_column("period_start", "First day of creation counted.", required=True),
                date_column("period_end", "Last such day.", required=True),
                text_column("query_type", "Kind of query, or all.", required=True),
                MEASURE,
                integer_column("ticket_count", "Tickets created.", required=True),
                integer_column("event_count", "Of these: it happened.", required=True),
                integer_column("censored_count", "Of these: not yet, or never.", required=True),
                integer_column("unknown_count", "Of these: the wait is unknown.", required=True),
                _minutes("median_minutes", "Open minutes by which half had it; null: not reached."),
                text_column("median_status", "Whether half ever had it.", allowed=STATUSES),
                _minutes("p90_minutes", "Open minutes by which 90 % had it; null: not reached."),
                text_column("p90_status", "Whether 90 % ever had it.", allowed=STATUSES),
                integer_column("judged_count", "Tickets judged by the target.", required=True),
                integer_column("breach_count", "Of these: beyond the target.", required=True),
                TIME_BASIS,
                text_column("reason_code", "Why the figures are null; null where they stand."),
            ),
        ),
        Table(
            "week_waits",
            "One row per 90 days that end with a week the mail compares: the wait for the first answer.",
            ("period_end",),
            (
                date_column("period_start", "First day of creation counted.", required=True),
                date_column(
                    "period_end",
                    "Last such day: the last complete week's, 90 and 364 days before it.",
                    required=True,
                ),
                integer_column("ticket_count", "Tickets created.", required=True),
                _minutes(
                    "median_minutes",
                    "Open minutes by which half had an answer, as known on period_end; null: not reached.",
                ),
                text_column("reason_code", "Why the median is null; null where it stands."),
            ),
        ),
    )
}  # fmt: skip
