"""What was refused and why, told so that a person can find the row and mend it."""

from __future__ import annotations

import polars as pl

from transforms.canonical import UNIT_TABLE, VERSION_BASES
from transforms.fields import FEED_FIELDS
from transforms.readers.context import ReadResult
from transforms.readers.extract import counted_under
from transforms.readers.times import EXCEL_SERIAL
from transforms.rules import REMEDIES

SHOWN_CHARACTERS = 80
VERDICTS = {
    "number_marks": "has marks that the source does not declare",
    "repeated": "stands more than once in the file",
    "inconsistent": "differs from the rows before",
    "unidentified": "tells nobody apart",
}
UNIT_WORD = {"orders": "order", "surveys": "response"}


def quarantine_rows(result: ReadResult, *, file_id: str, file_name: str, feed: str) -> pl.DataFrame:
    """One row per broken rule and file row.

    Returns:
        file_id, file_name, feed, source, unit (what was held back: the order, the response,
        the row), row_number, column (header in the file), value, reason (code), severity
        (`unit` held back, or `value` left out and the row kept), message.
    """
    word = UNIT_WORD.get(feed, "row")
    severity = pl.when("is_forgiven").then(pl.lit("value")).otherwise(pl.lit("unit"))
    consequence = (
        pl.when("is_forgiven")
        .then(pl.lit("; the value was left out, the rest kept: "))
        .otherwise(pl.lit(f"; the whole {word} is held back: "))
    )
    reason = _reason(feed)
    remedy = reason.replace_strict(REMEDIES, default="correct the cell in the source")
    shown = pl.col("value").str.replace_all(r"\s+", " ")
    long = shown.str.len_chars() > SHOWN_CHARACTERS
    shown = pl.when(long).then(shown.str.slice(0, SHOWN_CHARACTERS) + "…").otherwise(shown)
    message = pl.concat_str(
        pl.lit(f"{file_name}, row "), pl.col("row_number"), pl.lit(", column "), pl.col("header"), pl.lit(": "),
        shown.fill_null("(empty)"), pl.lit(" "), _verdict(reason), consequence, remedy,
    )  # fmt: skip
    return result.failures.select(
        file_id=pl.lit(file_id),
        file_name=pl.lit(file_name),
        feed=pl.lit(feed),
        source=pl.lit(result.definition.source),
        unit=pl.col("unit_id"),
        row_number=pl.col("row_number"),
        column=pl.col("header"),
        field=pl.concat_str("table", pl.lit("."), "column"),
        value=pl.col("value"),
        reason=reason,
        severity=severity,
        message=message,
    )


def _verdict(reason: pl.Expr) -> pl.Expr:
    plain = pl.concat_str(pl.lit("is "), reason.str.replace_all("_", " "))
    return pl.coalesce(reason.replace_strict(VERDICTS, default=None, return_dtype=pl.String), plain)


def _reason(feed: str) -> pl.Expr:
    """The rule that was broken; where it is "unparseable", what is wrong with the value."""
    unread = pl.col("code") == "unparseable"
    value = pl.col("value").fill_null("").str.replace_all(r"[\s\u00a0\u202f]", "")
    columns = {
        counted_under(feed, name) for name, kind in FEED_FIELDS[feed].items() if kind == "money"
    }
    is_amount = unread & pl.concat_str("table", pl.lit("."), "column").is_in(
        sorted(f"{table}.{column}" for table, column in columns)
    )
    return (
        pl.when(unread & ~is_amount & value.str.contains(EXCEL_SERIAL))
        .then(pl.lit("excel_serial"))
        .when(is_amount & value.str.contains(r"^\D{0,4}\d{15,}([.,]\d*)?\D{0,4}$"))
        .then(pl.lit("too_large"))
        .when(is_amount & value.str.contains(r"^[^\d.,]{0,4}\d*[.,]\d{5,}[^\d.,]{0,4}$"))
        .then(pl.lit("too_precise"))
        .when(is_amount & value.str.contains(r"^\D{0,5}\d[\d.,'’]*\D{0,4}$"))
        .then(pl.lit("number_marks"))
        .otherwise(pl.col("code"))
    )


def failed_rows(result: ReadResult) -> dict[str, int]:
    """Rows per broken rule, for the door in."""
    counts = (
        result.failures.group_by("table", "column", "code").len().sort("table", "column", "code")
    )
    return {f"{table}.{column}.{code}": count for table, column, code, count in counts.iter_rows()}


def weakest_version_basis(result: ReadResult) -> str:
    """What the file's versions rest on at worst: updated_at, file_name or arrival."""
    used = set(
        result.tables[UNIT_TABLE[result.definition.feed]]["version_basis"].unique().to_list()
    )
    return next((basis for basis in reversed(VERSION_BASES) if basis in used), "arrival")
