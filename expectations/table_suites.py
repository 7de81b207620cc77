"""What the door out asks of each published table: totals that agree, shares that can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl
import polars.selectors as columns_of

from expectations.checks import Batch, Check, Row, between, known
from expectations.wording import count, share
from transforms.segments import SEGMENTS

HEADLINE_METRICS = ("net_sales", "orders", "retention_rate")
#: Shares that no proportion underlies: returns and new customers can take them past 0 or 1.
NOT_PROPORTIONS = ("retention_rate_classic", "existing_customer_revenue_share")
SUM_TOLERANCE = 1e-9
INFINITE = float("inf")


def table_batches(rpt: Mapping[str, pl.DataFrame]) -> list[Batch]:
    """One batch per published table that has rows; `presence_suite` speaks of the others."""
    return [
        # Great Expectations takes "not a number" for a null and passes it; infinity it refuses.
        build(rpt[name].with_columns(columns_of.float().fill_nan(INFINITE)))
        for name, build in _BATCH_OF_TABLE.items()
        if name in rpt and not rpt[name].is_empty()
    ]


def _checks(frame: pl.DataFrame) -> Batch:
    checks = (
        known("identity_known", "difference", "check_name"),
        between("identity", "difference", 0, 0, _explain_identity, subject_column="check_name"),
    )
    return Batch("rpt_checks", frame, checks)


def _headline(frame: pl.DataFrame, table: str = "rpt_headline") -> Batch:
    proportion = (pl.col("unit") == "share") & ~pl.col("metric").is_in(NOT_PROPORTIONS)
    judged = frame.with_columns(
        *(
            pl.when(proportion).then(column).alias(f"proportion_{column}")
            for column in ("value", "interval_low", "interval_high")
        ),
        pl.when(pl.col("value").is_null() | pl.col("value").is_infinite())
        .then(pl.coalesce("reason_code", pl.lit("unexplained")))
        .alias("reason_for_blank"),
    )
    checks = (
        Check(
            "headline_complete",
            "ExpectColumnDistinctValuesToContainSet",
            {"column": "metric", "value_set": list(HEADLINE_METRICS)},
            lambda _: (
                f"The headline lacks one of {', '.join(HEADLINE_METRICS)}. This is a fault in "
                f"the model {table}; the last good publication stands."
            ),
        ),
        Check(
            "headline_blank",
            "ExpectColumnValuesToNotBeInSet",
            {"column": "reason_for_blank", "value_set": ["unexplained"]},
            lambda row: (
                f"{row['metric']} has neither a value nor a reason why it has none, so the mail "
                f"shows a gap. This is a fault in the model {table}."
            ),
            "warning",
            subject_column="metric",
        ),
        *(
            between("headline_proportion", column, 0, 1, _explain_proportion, "critical", "metric")
            for column in (
                "proportion_value",
                "proportion_interval_low",
                "proportion_interval_high",
            )
        ),
    )
    return Batch(table, judged, checks)


def _headline_of_the_week(frame: pl.DataFrame) -> Batch:
    """As the month's, and no day of a week that is still running; a blank figure needs no week."""
    dated = frame.with_columns(
        period_end=pl.when(pl.col("value").is_null())
        .then(pl.coalesce("period_end", "as_of"))
        .otherwise("period_end")
    )
    batch = _headline(dated, "rpt_headline_week")
    return Batch(batch.name, batch.frame, (*batch.checks, _in_the_past(batch.name)))


def _periods_only(table: str) -> Callable[[pl.DataFrame], Batch]:
    return lambda frame: Batch(table, frame, (_in_the_past(table),))


def _retention_trend(frame: pl.DataFrame) -> Batch:
    checks = (
        _in_the_past("rpt_retention_trend"),
        between(
            "retention_proportion",
            "true_retention_rate",
            0,
            1,
            lambda row: _explain_rate(
                "rpt_retention_trend", row["period_start"], row["true_retention_rate"]
            ),
            subject_column="period_start",
        ),
    )
    return Batch("rpt_retention_trend", frame, checks)


def _cohorts(frame: pl.DataFrame) -> Batch:
    """A cell whose month is not over on as_of must say that it is partial."""
    month_end = (
        pl.col("cohort_month")
        .cast(pl.Date)
        .dt.offset_by(pl.format("{}mo", "month_offset"))
        .dt.month_end()
    )
    judged = frame.with_columns(
        pl.when(month_end > pl.col("as_of"))
        .then(pl.lit("partial"))
        .otherwise(pl.lit("complete"))
        .alias("true_status")
    )
    checks = (
        Check(
            "cohort_cell_status",
            "ExpectColumnPairValuesToBeEqual",
            {"column_A": "cell_status", "column_B": "true_status"},
            lambda row: (
                f"Cohort {row['cohort_month']:%Y-%m}, month {row['month_offset']}: marked "
                f"{row['cell_status']} but {row['true_status']} on {row['as_of']}, so a month "
                "still running would look like a fall. This is a fault in the model rpt_cohorts."
            ),
            subject_column="cohort_month",
        ),
        between(
            "cohort_proportion",
            "retention_rate",
            0,
            1,
            lambda row: _explain_rate("rpt_cohorts", row["cohort_month"], row["retention_rate"]),
            subject_column="cohort_month",
        ),
    )
    return Batch("rpt_cohorts", judged, checks)


def _segments(frame: pl.DataFrame) -> Batch:
    """The ten segments, each once, share out all customers and nobody twice."""
    checks = [
        Check(
            "segments_named",
            "ExpectColumnDistinctValuesToEqualSet",
            {"column": "segment", "value_set": list(SEGMENTS)},
            lambda _: (
                "The segment table does not hold exactly the ten segments "
                f"({', '.join(SEGMENTS)}). Check segment names in the scores and run again."
            ),
        ),
        Check(
            "segment_once",
            "ExpectColumnValuesToBeUnique",
            {"column": "segment"},
            lambda row: f"Segment {row['segment']} has more than one row, so it counts twice.",
            subject_column="segment",
        ),
        between(
            "segment_proportion",
            "customer_share",
            0,
            1,
            lambda row: _explain_rate("rpt_segments", row["segment"], row["customer_share"]),
            subject_column="segment",
        ),
    ]
    if frame["customer_count"].sum():
        checks.append(_shares_add_up())
    judged = frame.with_columns(pl.col("customer_share").cast(pl.Float64))
    return Batch("rpt_segments", judged, tuple(checks))


def _shares_add_up() -> Check:
    return Check(
        "segment_partition",
        "ExpectColumnSumToBeBetween",
        {
            "column": "customer_share",
            "min_value": 1 - SUM_TOLERANCE,
            "max_value": 1 + SUM_TOLERANCE,
        },
        lambda row: (
            f"The customer shares of the segments add up to {row['observed_value']} "
            "instead of 1: customers are missing or counted twice. Run `suki score` and "
            "`suki build` again."
        ),
    )


def _nps(frame: pl.DataFrame) -> Batch:
    check = between(
        "nps_possible",
        "nps",
        -100,
        100,
        lambda row: (
            f"Net promoter score of survey {row['survey_id']} from {row['period_start']} is "
            f"{row['nps']}, outside -100 to 100. This is a fault in the model nps."
        ),
        subject_column="survey_id",
    )
    return Batch("rpt_nps", frame, (check,))


_BATCH_OF_TABLE: Mapping[str, Callable[[pl.DataFrame], Batch]] = {
    "rpt_checks": _checks,
    "rpt_headline": _headline,
    "rpt_headline_week": _headline_of_the_week,
    "rpt_retention_trend": _retention_trend,
    "rpt_revenue": _periods_only("rpt_revenue"),
    "rpt_revenue_bridge": _periods_only("rpt_revenue_bridge"),
    "rpt_state_movement": _periods_only("rpt_state_movement"),
    "rpt_cohorts": _cohorts,
    "rpt_segments": _segments,
    "rpt_nps": _nps,
}


def _in_the_past(table: str) -> Check:
    return Check(
        "period_over",
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {"column_A": "as_of", "column_B": "period_end", "or_equal": True},
        lambda row: (
            f"{table} shows a period ending {row['period_end']}, which is not over on "
            f"{row['as_of']}; an unfinished period looks like a fall. This is a fault in the model."
        ),
        subject_column="period_end",
    )


def _explain_identity(row: Row) -> str:
    return (
        f"{row['check_name']}: {count(row['left_value'])} on one side, "
        f"{count(row['right_value'])} on the other, {count(row['difference'])} apart. Two tables "
        "that must agree do not: this is a fault in Suki; nothing is published."
    )


def _explain_proportion(row: Row) -> str:
    return (
        f"{row['metric']} is {share(row['value'])} (interval {share(row['interval_low'])} to "
        f"{share(row['interval_high'])}), outside 0 % to 100 %, which no proportion can be. This "
        "is a fault in the model behind it."
    )


def _explain_rate(table: str, subject: object, rate: float | None) -> str:
    return (
        f"{table}: the rate of {subject} is {share(rate)}, outside 0 % to 100 %, which no "
        "proportion can be. This is a fault in the model behind it."
    )
