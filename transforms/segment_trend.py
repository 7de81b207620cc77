"""How many customers each segment held over time, and how many came and went."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.canonical.outreach_segments import SEGMENT_TREND
from transforms.segment_views import sizes_by_day


def segment_trend(history: pl.DataFrame, definitions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """SEGMENT_TREND of the segments defined today, from the first date anybody was seen inside.

    Between two rows of a segment nothing changed: a publication that moved nobody in any segment
    leaves no trace in the history.

    Args:
        history: SEGMENT_HISTORY as of as_of.
        definitions: SEGMENT_DEFINITIONS as of as_of.
    """
    parts = [_trend(history, name, as_of) for name in definitions["segment"]]
    return pl.concat([SEGMENT_TREND.empty(), *parts]).sort(SEGMENT_TREND.key)


def _trend(history: pl.DataFrame, segment: str, as_of: date) -> pl.DataFrame:
    sizes = sizes_by_day(history, segment, as_of)
    if sizes.is_empty():
        sizes = pl.DataFrame({"day": [as_of], "member_count": 0}).with_columns(
            entered_count=pl.lit(None, pl.Int64), left_count=pl.lit(None, pl.Int64)
        )
    # Whoever is there when a segment is first looked at has not come in that day.
    is_later = pl.col("day") > pl.col("day").min()
    told = sizes.select(
        pl.lit(segment).alias("segment"),
        pl.col("day").alias("observed_on"),
        pl.col("member_count").alias("customer_count"),
        pl.when(is_later).then(pl.col("entered_count")).alias("entered_count"),
        pl.when(is_later).then(pl.col("left_count")).alias("left_count"),
    )
    return SEGMENT_TREND.conform(told)
