"""Dates and times as text, to moments in UTC or days."""

from __future__ import annotations

import polars as pl

from transforms.canonical import TIMESTAMP

ISO_FORMATS = (
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %I:%M:%S %p",
    "%Y/%m/%d %I:%M:%S %p GMT%#z",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y%m%d",
)
#: How dates of workbooks and Parquet files are written by their readers.
TYPED_FORMATS = ("%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d")
DAY_OR_MONTH_FIRST = r"^\s*\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}\b"
EXCEL_SERIAL = r"^\d{5}(\.\d+)?$"


def timestamps(text: pl.Series, formats: tuple[str, ...], zone: str | None) -> pl.Series:
    """Moments in UTC. Times without an offset are local to the zone; without a zone they stay null.

    A local time that the clock skipped in spring is read an hour later; one that it showed
    twice in autumn is read as the first.
    """
    if text.str.contains("GMT", literal=True).any():
        text = text.str.replace(r"GMT([+-])(\d)(:\d\d)?$", "GMT${1}0${2}${3}")
    result = pl.Series(text.name, [None] * len(text), dtype=TIMESTAMP)
    for pattern in formats or ISO_FORMATS:
        if result.null_count() == text.null_count():
            break
        parsed = text.str.to_datetime(pattern, strict=False, time_unit="us")
        if isinstance(parsed.dtype, pl.Datetime) and parsed.dtype.time_zone is None:
            fixed_zone = "UTC" if pattern.endswith("UTC") else zone
            parsed = localise(parsed, fixed_zone) if fixed_zone else parsed.clear(len(parsed))
        parsed = parsed.cast(TIMESTAMP) if parsed.null_count() < len(parsed) else result
        result = result.zip_with(result.is_not_null(), parsed)
    return result


def localise(naive: pl.Series, zone: str) -> pl.Series:
    """Local wall-clock times to UTC."""
    time = pl.col("time")
    moment = pl.coalesce(
        time.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null"),
        time.dt.offset_by("1h").dt.replace_time_zone(
            zone, ambiguous="earliest", non_existent="null"
        ),
    )
    frame = pl.DataFrame({"time": naive})
    return frame.select(moment.dt.convert_time_zone("UTC")).to_series().alias(naive.name)


def dates(text: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """Days; of a time with an offset the day that was written."""
    result = pl.Series(text.name, [None] * len(text), dtype=pl.Datetime("us"))
    for pattern in formats or ISO_FORMATS:
        if result.null_count() == text.null_count():
            break
        parsed = text.str.to_datetime(pattern, strict=False, time_unit="us")
        if isinstance(parsed.dtype, pl.Datetime) and parsed.dtype.time_zone is not None:
            # Polars moves times with an offset to UTC; the day that stands there is meant.
            written = text.str.extract(r"^(\d{4}[-/]\d{2}[-/]\d{2})", 1).str.replace_all("/", "-")
            parsed = where_parsed(parsed, written.str.to_datetime("%Y-%m-%d", strict=False))
        result = result.zip_with(result.is_not_null(), parsed.cast(pl.Datetime("us")))
    return result.dt.date()


def where_parsed(parsed: pl.Series, days: pl.Series) -> pl.Series:
    """The days whose time could be read."""
    return days.zip_with(parsed.is_not_null(), days.clear(len(days)))
