"""Themes of comments: what a person reading them would file them under, in four languages."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.canonical import CANONICAL, CURRENT, SCORES
from transforms.demo.comments import COMMENTS
from transforms.themes import CommentBox, classify
from transforms.themes_dictionary import load_themes
from transforms.themes_matching import read_comment

SHIPPED = load_themes(Path(__file__).resolve().parents[2] / "config" / "themes.yml")
EVERY_DEMO_COMMENT = [(text, lang) for lang, moods in COMMENTS.items() for m in moods.values() for text in m]  # fmt: skip


def read(text: str, language: str | None = None) -> dict[str, str]:
    return read_comment(text, language, SHIPPED)[1]


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("Parcel came late and the bag was torn.", {"delivery": "negative", "damaged_item": "negative"}),
        ("Good coffee, but shipping costs a lot for one bag.", {"delivery": "negative", "price": "negative"}),
        ("Great taste, careful packaging ☕", {"taste_and_fit": "positive", "packaging": "positive"}),
        ("Too expensive, and nobody answered my message.", {"price": "negative", "customer_service": "negative"}),
        ("Still waiting for the refund", {"returns_and_refunds": "negative"}),
        ("The checkout asked for an invoice number", {"payment_and_invoice": "neutral"}),
        ("Please get more sizes in stock", {"taste_and_fit": "neutral", "stock": "neutral"}),
        ("Masarap ang kape, matagal lang dumating.", {"taste_and_fit": "positive", "delivery": "negative"}),
        ("Ang bilis ng delivery", {"delivery": "positive"}),
        ("Mali ang pinadala sa akin", {"wrong_item": "negative"}),
        ("ของมาช้ามาก กล่องบุบด้วย", {"delivery": "negative", "packaging": "negative", "damaged_item": "negative"}),
        ("ส่งไว แพ็กของดี", {"delivery": "positive", "packaging": "positive"}),
        ("Paczka szła trzy tygodnie, pudełko uszkodzone.",
         {"delivery": "negative", "packaging": "negative", "damaged_item": "negative"}),
        ("W porządku; cena wysyłki trochę za wysoka.", {"delivery": "negative", "price": "negative"}),
    ],
)  # fmt: skip
def test_a_comment_raises_the_themes_a_reader_would_name(text, themes):
    assert read(text) == themes


@pytest.mark.parametrize(
    ("plain", "negated", "theme"),
    [
        ("The delivery was fast", "The delivery was not fast", "delivery"),
        ("The seller was helpful", "The seller wasn't very helpful", "customer_service"),
        ("Masarap ang kape", "Hindi masarap ang kape", "taste_and_fit"),
        ("จัดส่งเร็ว", "จัดส่งไม่เร็ว", "delivery"),
        ("กาแฟอร่อย", "กาแฟไม่ค่อยอร่อย", "taste_and_fit"),
        ("Kawa była smaczna", "Kawa nie była smaczna", "taste_and_fit"),
    ],
)
def test_a_negation_turns_praise_into_blame(plain, negated, theme):
    assert read(plain)[theme] == "positive"
    assert read(negated)[theme] == "negative"


@pytest.mark.parametrize("text", ["The box wasn't damaged", "ไม่แพง", "Nie za drogo"])
def test_a_negation_turns_blame_into_praise(text):
    assert "negative" not in read(text).values()


def test_a_negation_does_not_reach_past_its_clause():
    assert read("I will not move, the delivery was fast") == {"delivery": "positive"}
    assert read("Not what I hoped but the packaging is perfect")["packaging"] == "positive"


@pytest.mark.parametrize(
    "text", ["They never arrived", "It did not arrive", "No refund", "Walang refund"]
)
def test_what_is_missed_is_spoken_ill_of(text):
    assert set(read(text).values()) == {"negative"}


def test_praise_and_blame_of_one_theme_are_mixed():
    assert read("Delivery was fast the first time. Delivery was late the second.") == {
        "delivery": "mixed"
    }


def test_thai_without_a_single_space_is_read():
    assert read("รสชาติดีแต่ส่งช้ามากกล่องบุบ") == {
        "taste_and_fit": "positive", "delivery": "negative", "packaging": "negative",
        "damaged_item": "negative",
    }  # fmt: skip


def test_a_thai_word_is_not_found_in_the_beginning_of_another():
    assert read("เก็บไว้ในตู้") == {}  # not ไว, quick
    assert read("เสียงแตกต่าง") == {}  # not แตก, broken


def test_english_words_in_a_thai_comment_share_its_mood():
    assert read("delivery ช้ามาก") == {"delivery": "negative"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("strip", [False, True])
def test_polish_is_read_with_and_without_its_marks_however_they_are_stored(form, strip):
    text = "Pudełko pęknięte, brak odpowiedzi na reklamację"
    if strip:
        text = text.translate(str.maketrans("ęąłż", "ealz"))
    assert read(unicodedata.normalize(form, text)) == {
        "packaging": "negative", "damaged_item": "negative", "customer_service": "negative",
        "returns_and_refunds": "negative",
    }  # fmt: skip


@pytest.mark.parametrize(("text", "language"), EVERY_DEMO_COMMENT)
def test_the_language_is_recognised_without_being_stated(text, language):
    assert read_comment(text, None, SHIPPED)[0] == language


@pytest.mark.parametrize(
    ("text", "stated", "language"),
    [
        ("ส่งไวมาก", "en", "th"),  # the script outweighs what the form says
        ("Przesyłka za drogo", "en", "pl"),  # no English word in it
        ("Ang tagal dumating", "tl", "fil"),
        ("Parcel came late", "de", "en"),
        ("Lieferung zu spät", "de", None),
    ],
)
def test_the_language_stated_is_believed_unless_the_words_say_another(text, stated, language):
    assert read_comment(text, stated, SHIPPED)[0] == language


def test_praise_of_nothing_in_particular_is_still_praise():
    assert read("It was a wonderful time") == {"praise": "positive"}
    assert read("Really bad") == {"dissatisfaction": "negative"}


@given(
    st.permutations(["The delivery was late", "the box was torn", "a great taste", "too expensive"])
)
def test_the_order_of_sentences_changes_nothing(sentences):
    assert read(". ".join(sentences)) == {
        "damaged_item": "negative", "delivery": "negative", "packaging": "negative",
        "price": "negative", "taste_and_fit": "positive",
    }  # fmt: skip


@given(st.text())
def test_any_text_at_all_is_read(text):
    language, themes = read_comment(text, None, SHIPPED)
    assert set(themes) <= set(SHIPPED.names)
    assert language is not None or not themes


QUESTION = "What is the main reason for your score?"


def box(*rows: tuple[str, str, str | None]) -> CommentBox:
    """Response id, comment and stated language."""
    answers: list[dict[str, Any]] = [
        {"source": "form", "response_id": i, "question_number": 2, "question": QUESTION,
         "answer": text, "file_id": "f", "row_number": n}
        for n, (i, text, _) in enumerate(rows, 2)
    ]  # fmt: skip
    responses = [
        {"source": "form", "survey_id": "s", "response_id": i, "is_completed": True,
         "respondent": "customer", "language": language}
        for i, _, language in rows
    ]  # fmt: skip
    return CommentBox(
        pl.DataFrame(answers, schema=CANONICAL["answers"].schema),
        CURRENT["responses"].conform(pl.DataFrame(responses, schema_overrides={"language": pl.String})),
        SHIPPED,
    )  # fmt: skip


ROWS = (
    ("r1", "Parcel came late and the bag was torn.", "en"),
    ("r2", "   ", "en"),
    ("r3", "Zxcv qwer asdf", None),
    ("r4", "ส่งไว แพ็กของดี ประทับใจครับ", "en"),
    ("r5", "ok", "en"),
)


def test_blank_comments_are_nothing_and_unknown_ones_unclassified():
    found = classify(box(*ROWS))
    assert found.schema == SCORES["response_themes"].schema
    assert found.select("response_id", "theme", "polarity", "language").rows() == [
        ("r1", "damaged_item", "negative", "en"),
        ("r1", "delivery", "negative", "en"),
        ("r3", "unclassified", "neutral", None),
        ("r4", "delivery", "positive", "th"),
        ("r4", "packaging", "positive", "th"),
        ("r4", "praise", "positive", "th"),
    ]


@given(st.permutations(ROWS))
def test_the_order_of_rows_changes_nothing(rows):
    assert classify(box(*rows)).equals(classify(box(*ROWS)))


def test_without_comments_or_dictionaries_the_table_is_empty_or_unclassified():
    assert classify(CommentBox()).is_empty()
    given_box = box(*ROWS)
    bare = classify(CommentBox(given_box.answers, given_box.responses))
    assert set(bare["theme"]) == {"unclassified"}


def test_no_word_of_a_comment_is_in_the_table():
    values = {v for row in classify(box(*ROWS)).rows() for v in row if v is not None}
    assert values <= {"form", "r1", "r3", "r4", "en", "th", "positive", "negative", "neutral",
                      "unclassified", *SHIPPED.names}  # fmt: skip
