"""Which answers are comments, and which are choices, numbers, names and ids."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.canonical import ANSWERS
from transforms.themes_comments import comments

REASON = "What is the main reason for your score?"


def found(*answers: tuple[str, str, str]) -> dict[str, str]:
    """Comments by response, of (response id, question, answer)."""
    rows = [
        {"source": "form", "response_id": response, "question_number": n, "question": question,
         "answer": answer, "file_id": "f", "row_number": n}
        for n, (response, question, answer) in enumerate(answers, 1)
    ]  # fmt: skip
    said = comments(pl.DataFrame(rows, schema=ANSWERS.schema))
    return dict(said.select("response_id", "comment").iter_rows())


@pytest.mark.parametrize(
    "text",
    [
        "Late again",
        "Pwede na.",
        "ของมาช้ามาก",
        "10 minutes late, twice",
        "za drogo",
        "Naïve — but true",
    ],
)
def test_somebodys_own_words_are_a_comment(text):
    assert found(("r", REASON, text)) == {"r": text}


@pytest.mark.parametrize(
    "text",
    [
        "10", "10 - Extremely likely", "2026-03-29 21:21:23", "3/29/2026 9:21 PM", "ana@example.com",
        "https://example.com/a", "www.example.com", "a8f31c9d", "Yes", "ดี", "☕☕ !!", "+63 917 000 0000",
    ],
)  # fmt: skip
def test_numbers_dates_addresses_and_single_words_are_none(text):
    assert found(("r", REASON, text)) == {}


@pytest.mark.parametrize(
    "header",
    ["First Name", "Full name", "Address", "Ending", "Imię i nazwisko", "journey_stage", "City:"],
)
def test_columns_about_the_person_or_the_response_hold_no_comments(header):
    assert found(("r", header, "Thank you very much")) == {}


def test_a_question_that_mentions_a_name_is_a_question():
    assert found(("r", "Name one thing we could do better", "Ship on Sundays")) != {}


def test_a_ticked_choice_is_the_text_of_its_own_header():
    assert found(("r", "French press", "French press")) == {}
    assert found(("r", "Which do you own? / French press", "French press")) == {}


def test_few_short_answers_given_over_and_over_are_a_list_to_choose_from():
    labels = ["Very satisfied", "Quite satisfied", "Not satisfied"]
    column = [(f"r{n}", "How satisfied are you?", labels[n % 3]) for n in range(20)]
    assert found(*column) == {}
    assert len(found(*column[:19])) == 19
    long = [(f"r{n}", REASON, "The parcel came late and nobody told me why") for n in range(20)]
    assert len(found(*long)) == 20


def test_a_column_of_scores_holds_no_comment_even_where_one_has_words():
    column = [("r1", "How likely?", "9"), ("r2", "How likely?", "very likely indeed")]
    assert found(*column) == {}


def test_comments_of_one_response_are_read_together_in_the_order_of_the_file():
    assert found(("r", "What was good?", "The taste"), ("r", "What was bad?", "The price")) == {
        "r": "The taste\nThe price"
    }
