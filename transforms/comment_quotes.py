"""A few comments per theme to be read beside the figures, without personal data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl

from transforms.canonical import SCORES
from transforms.redaction import Redactor, names_of
from transforms.redaction_patterns import plain
from transforms.redaction_words import NAME_QUESTIONS
from transforms.themes import CommentBox
from transforms.themes_comments import comments

#: As `trailing_90` of the voice tables.
TRAILING_DAYS = 90
QUOTES_PER_THEME = 3
#: Of the newest so many are chosen from; a shop may have thousands.
READ_PER_THEME = 300
#: Characters of a comment that reads well; none is shown longer.
SHORTEST, LONGEST = 40, 280
CUT = "…"
_ID = ["source", "response_id"]


def comment_quotes(box: CommentBox, raised: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The score table `comment_quotes`: at most three comments per theme.

    Preferred are comments of 40 to 280 characters, then score groups not shown yet, then newer
    ones, then the smaller key. No two of a theme are alike or by one person; staff and people who
    were erased are not quoted, and a comment that may hold a name is passed over.

    Args:
        box: what customers wrote, and whose names they may have used. Personal.
        raised: the score table `response_themes`.
    """
    table = SCORES["comment_quotes"]
    told = _told(box, raised, as_of)
    redactor = _redactor(box)
    rows = []
    for (theme,), part in told.partition_by("theme", as_dict=True, maintain_order=True).items():
        chosen = _chosen(part.head(READ_PER_THEME).to_dicts(), redactor)
        rows += [row | {"theme": theme, "position": n} for n, row in enumerate(chosen, start=1)]
    return table.conform(pl.DataFrame(rows, schema=table.schema)).sort(table.key)


def _told(box: CommentBox, raised: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per theme and comment that may be quoted, the best first within its score group."""
    first_day = as_of - timedelta(days=TRAILING_DAYS - 1)
    recent = box.responses.filter(
        pl.col("response_date").is_between(first_day, as_of),
        pl.col("respondent").is_null() | (pl.col("respondent") != "staff"),
        pl.col("customer_id").is_null() | ~pl.col("customer_id").is_in(list(box.never_quoted)),
    ).select(*_ID, "customer_id", said_on="response_date", score_group=_score_group())
    return (
        # Which columns hold comments is told by all answers, not by those of 90 days.
        comments(box.answers)
        .join(recent, on=_ID)
        .join(raised.select(*_ID, "theme", "language"), on=_ID)
        .sort("theme", "said_on", *_ID, descending=[False, True, False, False])
    )


def _score_group() -> pl.Expr:
    score = pl.col("score")
    return (
        pl.when(score >= 9).then(pl.lit("promoter"))
        .when(score >= 7).then(pl.lit("passive"))
        .when(score >= 0).then(pl.lit("detractor"))
    )  # fmt: skip


def _redactor(box: CommentBox) -> Redactor:
    asked = box.answers.filter(
        pl.col("question").str.strip_chars(" :*?").str.to_lowercase().is_in(NAME_QUESTIONS)
    )
    stated = [box.contacts["first_name"], box.contacts["last_name"], asked["answer"]]
    names = pl.concat([column.rename("name") for column in stated]).drop_nulls().unique()
    order_ids = frozenset(box.order_ids.drop_nulls().str.to_lowercase())
    return Redactor(names_of(names), order_ids, box.themes)


def _chosen(told: list[dict[str, Any]], redactor: Redactor) -> Iterator[dict[str, Any]]:
    for row in told:
        row["reads_well"] = SHORTEST <= len(plain(row["comment"])) <= LONGEST
    shown_of, seen, people = Counter[str | None](), set[str](), set[str]()
    while told and shown_of.total() < QUOTES_PER_THEME:
        best = min(
            range(len(told)),
            key=lambda n: (not told[n]["reads_well"], shown_of[told[n]["score_group"]], n),
        )
        row = told.pop(best)
        text = redactor.shown(row["comment"], row["language"])
        if text is None or text.casefold() in seen or row["customer_id"] in people:
            continue
        shown_of[row["score_group"]] += 1
        seen.add(text.casefold())
        people |= {row["customer_id"]} - {None}
        yield {name: row[name] for name in ("said_on", "score_group", "language")} | {
            "comment": shortened(text)
        }


def shortened(text: str) -> str:
    """At most 280 characters, cut between two words where there are any near."""
    if len(text) <= LONGEST:
        return text
    cut = text[: LONGEST - len(CUT)]
    at_word = cut.rfind(" ", LONGEST // 2)
    # Thai has no spaces: cut before a letter that carries no mark over to the next piece.
    end = at_word if at_word > 0 else _letter_end(text, len(cut))
    return text[:end].rstrip(" ,;:-–—") + CUT


def _letter_end(text: str, end: int) -> int:
    while end > LONGEST // 2 and not text[end].isalnum():
        end -= 1
    return end
