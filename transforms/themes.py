"""Themes of survey comments: multi-label, by dictionary, in the customer's own language."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from transforms.canonical import CANONICAL, CURRENT, SCORES
from transforms.canonical.scores_voice import UNCLASSIFIED
from transforms.themes_comments import comments
from transforms.themes_dictionary import Themes, load_themes
from transforms.themes_matching import read_comment

__all__ = ["CommentBox", "Themes", "classify", "load_themes"]


@dataclass(frozen=True)
class CommentBox:
    """What customers wrote and the dictionaries to read it with; empty where nobody did. Personal.

    Attributes:
        answers: current answers.
        responses: current responses.
        contacts: first_name and last_name of everybody known, to be taken out of what is quoted.
        order_ids: orders of the shop, to be taken out likewise.
        never_quoted: customers whose comments nobody is shown: erased people and staff.
    """

    answers: pl.DataFrame = field(default_factory=CANONICAL["answers"].empty)
    responses: pl.DataFrame = field(default_factory=CURRENT["responses"].empty)
    themes: Themes = field(default_factory=lambda: load_themes(None))
    contacts: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(
            schema={"first_name": pl.String, "last_name": pl.String}
        )
    )
    order_ids: pl.Series = field(default_factory=lambda: pl.Series("order_id", [], pl.String))
    never_quoted: frozenset[str] = frozenset()


def classify(box: CommentBox) -> pl.DataFrame:
    """The score table `response_themes`: one row per response with a comment and theme.

    The language is the one the response was given in, unless its words or its script say another.
    """
    table = SCORES["response_themes"]
    said = comments(box.answers).join(
        box.responses.select("source", "response_id", "language"),
        on=["source", "response_id"],
        how="inner",
    )
    # The same words in the same language are read once.
    read = {
        (comment, stated): read_comment(comment, stated, box.themes)
        for comment, stated in said.select("comment", "language").unique().iter_rows()
    }
    rows = []
    for source, response_id, comment, stated in said.iter_rows():
        language, raised = read[comment, stated]
        rows += [
            (source, response_id, theme, polarity, language)
            for theme, polarity in (raised or {UNCLASSIFIED: "neutral"}).items()
        ]
    return table.conform(pl.DataFrame(rows, orient="row", schema=table.schema)).sort(table.key)
