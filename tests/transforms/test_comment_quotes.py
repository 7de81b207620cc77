"""Which comments are quoted beside the themes, and what they look like then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.canonical import CANONICAL, CURRENT, SCORES
from transforms.comment_quotes import comment_quotes, shortened
from transforms.themes import CommentBox, classify, load_themes

SHIPPED = load_themes(Path(__file__).resolve().parents[2] / "config/themes.yml")
AS_OF = date(2026, 6, 30)
QUESTION = "What is the main reason for your score?"
LATE = "The delivery took two weeks and nobody told me why."
TORN = "Delivery was late and the rider threw the parcel over the gate."
FAST = "Fast delivery, it arrived a day before it was promised to."


def response(comment: str, **given: Any) -> dict[str, Any]:
    return {"comment": comment, "score": 3, "response_date": AS_OF, "customer_id": None,
            "respondent": "customer", "question": QUESTION} | given  # fmt: skip


def box(*rows: dict[str, Any], **more: Any) -> CommentBox:
    ids = [{"source": "form", "response_id": f"r{n:03d}"} for n in range(len(rows))]
    answers = [
        i | {"question_number": 1, "question": row["question"], "answer": row["comment"]}
        for i, row in zip(ids, rows, strict=True)
    ]
    stated = ("score", "response_date", "customer_id", "respondent")
    responses = [
        i | {"survey_id": "s", "is_completed": True, "language": "en"} | {k: row[k] for k in stated}
        for i, row in zip(ids, rows, strict=True)
    ]
    empty = CURRENT["responses"].schema
    return CommentBox(
        pl.DataFrame(answers, schema_overrides=CANONICAL["answers"].schema),
        CURRENT["responses"].conform(
            pl.DataFrame(responses, schema_overrides={k: empty[k] for k in (*stated, "language")})
        ),
        SHIPPED,
        **more,
    )


def quotes(one: CommentBox, theme: str = "delivery") -> list[dict[str, Any]]:
    found = comment_quotes(one, classify(one), AS_OF)
    assert found.schema == SCORES["comment_quotes"].schema
    return found.filter(pl.col("theme") == theme).to_dicts()


def told(one: CommentBox, theme: str = "delivery") -> list[str]:
    return [row["comment"] for row in quotes(one, theme)]


def test_three_comments_of_a_theme_are_spread_over_the_score_groups_and_the_newest_comes_first() -> (
    None
):
    days = [response(f"{LATE} Day {n}.", response_date=AS_OF - timedelta(days=n)) for n in range(5)]
    happy = response(FAST, score=10, response_date=AS_OF - timedelta(days=40))
    found = quotes(box(*reversed(days), happy))
    assert [row["comment"] for row in found] == [f"{LATE} Day 0.", FAST, f"{LATE} Day 1."]
    assert [row["score_group"] for row in found] == ["detractor", "promoter", "detractor"]
    assert [row["position"] for row in found] == [1, 2, 3]
    assert found[1]["said_on"] == AS_OF - timedelta(days=40)


def test_a_comment_that_reads_well_goes_before_a_short_and_a_long_one() -> None:
    short, long = response("late delivery", score=10), response(f"{TORN} " * 9, score=8)
    assert told(box(short, long, response(LATE)))[0] == LATE


def test_only_the_ninety_days_to_as_of_are_quoted() -> None:
    oldest, older = (
        response(f"{LATE} {n}", response_date=AS_OF - timedelta(days=n)) for n in (90, 89)
    )
    tomorrow = response(TORN, response_date=AS_OF + timedelta(days=1))
    assert told(box(oldest, older, tomorrow)) == [f"{LATE} 89"]


def test_nobody_is_quoted_twice_and_nothing_is_said_twice() -> None:
    rows = [
        response(LATE, customer_id="ana"),
        response(TORN, customer_id="ana"),
        response(LATE.upper()),
    ]
    assert told(box(*rows)) == [LATE]


def test_erased_people_and_staff_are_not_quoted() -> None:
    rows = [response(LATE, customer_id="gone"), response(TORN, respondent="staff")]
    assert told(box(*rows, never_quoted=frozenset({"gone"}))) == []


def test_names_of_customers_and_of_respondents_are_taken_out() -> None:
    contacts = pl.DataFrame({"first_name": ["Maria", None], "last_name": ["Beanley", "Cuppington"]})
    rows = [
        response("Delivery was late, and Maria of the shop did not answer me."),
        response("I asked Wilhelmina about my delivery and it came at last."),
        response("Wilhelmina", question="First name:"),
    ]
    assert sorted(told(box(*rows, contacts=contacts))) == [
        "Delivery was late, and […] of the shop did not answer me.",
        "I asked […] about my delivery and it came at last.",
    ]


def test_a_comment_nobody_can_be_sure_of_gives_way_to_the_next() -> None:
    contacts = pl.DataFrame({"first_name": ["Grace"], "last_name": ["Beanley"]})
    unsure = response("Grace brought my delivery late and did not say sorry at all.")
    older = response(LATE, response_date=AS_OF - timedelta(days=9))
    assert told(box(unsure, older, contacts=contacts)) == [LATE]


def test_without_comments_there_are_no_quotes() -> None:
    assert quotes(CommentBox()) == []
    assert comment_quotes(CommentBox(), classify(CommentBox()), AS_OF).is_empty()


def test_a_comment_with_tags_is_kept_as_the_text_it_is() -> None:
    said = "<b>Late</b> delivery <script>alert('late')</script> and nobody answers."
    assert told(box(response(said))) == [said]


def test_a_long_comment_ends_at_a_word() -> None:
    [shown] = told(box(response("Delivery " + "was awfully late again " * 30)))
    assert len(shown) <= 280
    assert shown.endswith(("was…", "awfully…", "late…", "again…"))


@pytest.mark.parametrize("text", ["ส่งช้ามากๆค่ะ" * 40, "ที่" * 120, "a" * 600, "x" * 279 + " end"])
def test_text_without_spaces_is_cut_before_a_letter_of_its_own(text: str) -> None:
    cut = shortened(text)
    assert len(cut) <= 280
    assert cut.endswith("…")
    assert text[len(cut) - 1].isalnum() or text[len(cut) - 1] == " "


@settings(deadline=None, max_examples=40)
@given(st.permutations([response(f"{LATE} {n}", score=n + 2, response_date=AS_OF - timedelta(days=n % 4))
                        for n in range(9)]))  # fmt: skip
def test_the_order_of_rows_decides_nothing_but_ties(rows: list[dict[str, Any]]) -> None:
    one = box(*rows)
    shuffled = replace(one, answers=one.answers.reverse(), responses=one.responses.reverse())
    assert quotes(one) == quotes(shuffled)
    assert len({row["score_group"] for row in quotes(one)}) == 3
