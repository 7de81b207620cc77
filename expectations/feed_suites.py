"""What the door in asks of files and feeds: is every row accounted for, is it fresh, is it all?"""

from __future__ import annotations

from typing import Any

import polars as pl

from expectations.checks import Batch, Check, Row, between, known, with_rows
from expectations.thresholds import DoorThresholds
from expectations.wording import count

FEEDS_WITH_AMOUNTS = ("orders", "returns", "invoices", "marketing_spend")


def file_batch(file_counts: pl.DataFrame) -> Batch:
    """Every row of every file is accepted, quarantined or ignored; a refused file is named.

    A night without new files has no rows here, and that is no fault: the volume check of
    the feeds speaks about it.
    """
    kept = pl.sum_horizontal("rows_accepted", "rows_quarantined", "rows_ignored")
    frame = file_counts.with_columns((pl.col("rows_read") - kept).alias("unexplained_rows"))
    checks = (
        known("file_counts_known", "unexplained_rows", "file_name"),
        between(
            "file_balance", "unexplained_rows", 0, 0, _explain_file, subject_column="file_name"
        ),
        Check(
            "file_refused",
            "ExpectColumnValuesToNotBeInSet",
            {"column": "status", "value_set": ["refused"]},
            _explain_refused,
            "warning",
            subject_column="file_name",
        ),
    )
    return Batch("files", frame, checks)


def feed_batches(feed_state: pl.DataFrame, thresholds: DoorThresholds) -> list[Batch]:
    """Balance and volume of every feed; presence, age and exchange rates of the required ones."""
    state = _with_judged_figures(feed_state, thresholds)
    every = Batch("feeds", state, _checks_of_every_feed(thresholds))
    required = Batch(
        "required_feeds", state.filter("is_required"), _checks_of_required_feeds(thresholds)
    )
    return [
        with_rows(every, "No feed was counted, so nothing is known. This is a fault in Suki."),
        with_rows(
            required,
            "The feed orders is required and was not counted. Put order exports in "
            "landing/orders/ and run again.",
        ),
    ]


def _with_judged_figures(feed_state: pl.DataFrame, thresholds: DoorThresholds) -> pl.DataFrame:
    usual = pl.col("usual_units_per_night").cast(pl.Float64)
    parts = pl.sum_horizontal("current_units", "superseded_units")
    return feed_state.with_columns(
        (pl.col("accepted_units") - parts).alias("unexplained_units"),
        pl.when(usual >= thresholds.volume_needs_usual_units)
        .then(pl.col("units_tonight") / usual)
        .alias("volume_ratio"),
        # An empty feed has no age; another check says that it is empty.
        pl.when(pl.col("current_units") == 0)
        .then(0)
        .otherwise(pl.col("days_since_newest"))
        .alias("age_days"),
        # The other feeds have no amounts to convert.
        pl.when(pl.col("feed").is_in(FEEDS_WITH_AMOUNTS))
        .then(pl.col("missing_rate_rows"))
        .otherwise(0)
        .alias("unconverted_rows"),
    )


def _checks_of_every_feed(thresholds: DoorThresholds) -> tuple[Check, ...]:
    factor = thresholds.volume_factor
    return (
        known("feed_counts_known", "unexplained_units", "feed"),
        between("feed_balance", "unexplained_units", 0, 0, _explain_feed, subject_column="feed"),
        between(
            "feed_volume",
            "volume_ratio",
            1 / factor,
            factor,
            _explain_volume,
            "warning",
            "feed",
        ),
        known("missing_rates_known", "unconverted_rows", "feed"),
        between(
            "missing_exchange_rate",
            "unconverted_rows",
            0,
            0,
            _explain_rates,
            subject_column="feed",
        ),
    )


def _checks_of_required_feeds(thresholds: DoorThresholds) -> tuple[Check, ...]:
    by_feed: dict[str, Any] = {"subject_column": "feed"}
    checks = [
        between("required_feed_empty", "current_units", 1, None, _explain_empty, **by_feed),
        known("feed_age_known", "age_days", "feed"),
        between(
            "feed_stale",
            "age_days",
            None,
            thresholds.orders_stale_after_days,
            _explain_stale,
            "warning",
            **by_feed,
        ),
    ]
    hold_after = thresholds.orders_hold_after_days
    if hold_after is not None:
        checks.append(
            between("feed_too_old", "age_days", None, hold_after, _explain_stale, **by_feed)
        )
    return tuple(checks)


def _explain_file(row: Row) -> str:
    return (
        f"File {row['file_name']} of source {row['source']}: {count(row['rows_read'], 'rows')} "
        f"read, but {count(row['rows_accepted'])} accepted + {count(row['rows_quarantined'])} in "
        f"quarantine + {count(row['rows_ignored'])} ignored leave "
        f"{count(row['unexplained_rows'], 'rows')} unexplained. Rows must not vanish: this is a "
        "fault in Suki; keep the file and send the run's manifest."
    )


def _explain_refused(row: Row) -> str:
    reason = row.get("reason")
    because = f" ({reason})" if reason else ""
    return (
        f"File {row['file_name']} in landing/{row['feed']}/ was refused as a whole{because}; none "
        "of its rows is in the figures. `suki status` says why: correct the file or its source "
        "definition in config/sources/, and run again."
    )


def _explain_feed(row: Row) -> str:
    return (
        f"Feed {row['feed']}: {count(row['accepted_units'])} accepted, but "
        f"{count(row['current_units'])} current + {count(row['superseded_units'])} superseded "
        f"leave {count(row['unexplained_units'])} unexplained. Nothing may vanish between files "
        "and warehouse: this is a fault in Suki; send the run's manifest."
    )


def _explain_volume(row: Row) -> str:
    few = row["volume_ratio"] < 1
    return (
        f"Feed {row['feed']}: {count(row['units_tonight'])} came in tonight, far "
        f"{'fewer' if few else 'more'} than the usual {count(row['usual_units_per_night'])}. "
        + (
            f"Check that the export ran and that its files are complete in landing/{row['feed']}/."
            if few
            else "Check that it is no full export or another shop's file; if it is right, ignore."
        )
    )


def _explain_empty(row: Row) -> str:
    return (
        f"Feed {row['feed']} is required and has nothing in force on {row['as_of']} "
        f"({count(row['accepted_units'])} accepted in all). Put its exports in "
        f"landing/{row['feed']}/, or ask for a later business date, and run again."
    )


def _explain_stale(row: Row) -> str:
    return (
        f"Feed {row['feed']}: the newest is of {row['newest_date']}, "
        f"{count(row['age_days'], 'days')} before {row['as_of']}. Customers look more silent than "
        f"they are. Check that the export still runs and that its files reach "
        f"landing/{row['feed']}/."
    )


def _explain_rates(row: Row) -> str:
    which = f" ({row['missing_rates']})" if row.get("missing_rates") else ""
    return (
        f"Feed {row['feed']}: {count(row['unconverted_rows'])} rows are in a currency with no "
        f"exchange rate of their day or the 7 days before{which}, so they would be missing from "
        "every amount. Put the rates of those days in landing/exchange_rates/, or correct "
        "reporting_currency under [store] in suki.toml, and run again."
    )
