"""Feeds whose rows stand alone: everything but orders."""

from __future__ import annotations

import re

import polars as pl

from transforms.canonical import ANSWERS, CANONICAL, UNIT_TABLE
from transforms.readers.context import ReadContext
from transforms.readers.extract import UNIT, Extract, failures
from transforms.readers.orders import version
from transforms.readers.parse import GUARDED_WORD
from transforms.readers.raw import ROW, RawTable
from transforms.sources import SourceDefinition

ENOUGH_TO_JUDGE_A_SCALE = 20
#: Feeds whose rows name a person in passing, and the column that says when.
MENTIONED_AT = {
    "invoices": "version_at",
    "subscriptions": "started_at",
    "reviews": "reviewed_at",
    "messages": "event_at",
    "tickets": "created_at",
    "redemptions": "redeemed_at",
}
#: Feeds whose rows are of no use unless they say of whom.
IDENTIFIED = ("customers", "consents", "redemptions")
NOTHING = pl.lit(None, dtype=pl.String)


def unit_rows(
    extracted: Extract, definition: SourceDefinition, context: ReadContext
) -> pl.DataFrame:
    """Rows of the feed's own table before the contract is applied, `unit_id` kept."""
    rows = extracted.fields
    if definition.feed == "surveys":
        rows = _responses(rows, definition)
        if "score" in rows.columns and _is_on_another_scale(extracted):
            rows = rows.with_columns(score=pl.lit(None, dtype=pl.Int64))
    rows = rows.with_columns(version(definition, context, rows))
    return _statements(rows) if definition.feed == "consents" else rows


def _statements(rows: pl.DataFrame) -> pl.DataFrame:
    """When it was said decides which statement is the newer one; the file's date where it does not say."""
    if "stated_at" not in rows.columns:
        return rows.with_columns(stated_at=pl.col("version_at"))
    basis = pl.when(pl.col("stated_at").is_not_null()).then(pl.lit("updated_at"))
    moment = pl.coalesce("stated_at", "version_at")
    return rows.with_columns(
        stated_at=moment, version_at=moment, version_basis=basis.otherwise(pl.col("version_basis"))
    )


def _responses(rows: pl.DataFrame, definition: SourceDefinition) -> pl.DataFrame:
    submitted = (
        pl.col("submitted_at")
        if "submitted_at" in rows.columns
        else pl.lit(None).cast(pl.Datetime("us", "UTC"))
    )
    started = pl.col("started_at") if "started_at" in rows.columns else submitted
    completed = (
        pl.col("is_completed") if "is_completed" in rows.columns else pl.lit(None, dtype=pl.Boolean)
    )
    finished = submitted.is_not_null() if "submitted_at" in rows.columns else pl.lit(True)
    return rows.with_columns(
        survey_id=pl.lit(definition.survey_id or definition.source),
        submitted_at=pl.coalesce(submitted, started),
        is_completed=completed.fill_null(finished),
    )


def refusals(extracted: Extract, definition: SourceDefinition) -> list[pl.DataFrame]:
    """Scores on another scale than 0 to 10, and customers whom nothing identifies."""
    rows, headers = extracted.fields, extracted.headers
    if definition.feed in IDENTIFIED:
        table = UNIT_TABLE[definition.feed]
        nobody = rows.filter(pl.coalesce("customer_ref_key", "email_key", "phone_key").is_null())
        known = extracted.failures.filter(pl.col("column").is_in(["email", "source_customer_id"]))
        nobody = nobody.filter(~pl.col(UNIT).is_in(known["unit_id"].implode()))
        header = headers.get("customer_id") or headers.get("email") or "customer_id"
        return [failures(nobody, table, "customer_ref_key", "unidentified", header, NOTHING)]
    if definition.feed != "surveys" or "score" not in rows.columns:
        return []
    if not _is_on_another_scale(extracted):
        return []
    scored = rows.filter(pl.col("score").is_not_null())
    header = headers.get("score", "score")
    return [failures(scored, "responses", "score", "wrong_scale", header, pl.col("score"))]


def _is_on_another_scale(extracted: Extract) -> bool:
    """Told by the header ("1 to 5"), or by no answer of many lying above 5."""
    header = extracted.headers.get("score", "").lower()
    told = re.search(r"\b(1|one)\s*(-|to|\u2013)\s*(5|7|10|five|seven|ten)\b", header) is not None
    scores = extracted.fields["score"].drop_nulls()
    return told or (len(scores) >= ENOUGH_TO_JUDGE_A_SCALE and bool(scores.is_between(1, 5).all()))


def to_contract(
    rows: pl.DataFrame, definition: SourceDefinition, context: ReadContext
) -> pl.DataFrame:
    """The feed's canonical table."""
    table = CANONICAL[UNIT_TABLE[definition.feed]]
    return table.conform(
        rows.select(
            pl.lit(definition.source).alias("source"),
            pl.lit(context.file_id).alias("file_id"),
            *[c for c in rows.columns if c in table.column_by_name],
        )
    )


def answers(
    raw: RawTable, rows: pl.DataFrame, definition: SourceDefinition, context: ReadContext
) -> pl.DataFrame:
    """Every non-empty cell of the given responses, as question and answer."""
    kept = rows.select("response_id", ROW)
    columns = [
        kept.join(raw.cells.select(ROW, answer=_answer(i)), on=ROW, how="inner")
        .filter(pl.col("answer").is_not_null() & (pl.col("answer") != ""))
        .with_columns(question_number=pl.lit(i + 1), question=pl.lit(header.strip()))
        for i, header in enumerate(raw.headers)
    ]
    if not columns:
        return ANSWERS.empty()
    found = pl.concat(columns).with_columns(
        source=pl.lit(definition.source), file_id=pl.lit(context.file_id)
    )
    return ANSWERS.conform(
        found.select(c for c in found.columns if c in ANSWERS.column_by_name)
    ).sort("row_number", "question_number")


def _answer(position: int) -> pl.Expr:
    return pl.col(str(position)).str.strip_chars().str.replace(GUARDED_WORD, "$1")
