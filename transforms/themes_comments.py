"""Which answers of a survey are comments: somebody's own words, not a choice, a number or a name."""

from __future__ import annotations

import polars as pl

#: A column is no comment column where this share of its answers are numbers, dates, ids or addresses.
CODED_SHARE = 0.5
#: A column with this many answers but so few and short ones is a list to choose from.
CHOICE_ANSWERS, CHOICES, CHOICE_LENGTH = 20, 10, 40
#: Headers of columns about the response or the person, in small letters.
NOT_QUESTIONS = (
    "name", "first name", "last name", "full name", "your name", "first_name", "last_name", "full_name",
    "given name", "family name", "surname", "customer name", "customer_name", "recipientfirstname",
    "recipientlastname", "imie", "nazwisko", "imie i nazwisko", "pangalan", "ชื่อ", "ชื่อ-นามสกุล",
    "email", "e-mail", "email address", "emailaddress", "your email", "recipientemail", "phone", "mobile",
    "address", "street", "city", "country", "region", "company", "company name", "location", "language", "lang",
    "userlanguage", "order", "order_id", "order id", "order number", "customer_id", "customer id",
    "externalreference", "externaldatareference", "status", "response type", "tags", "ending", "network id",
    "ip address", "ipaddress", "collector id", "respondent id", "respondentid", "timestamp", "journey_stage",
    "stage", "respondent", "survey", "survey_id", "campaign", "product", "product name", "product_name", "sku",
    "channel", "store", "branch", "custom data 1", "distributionchannel", "utm_source", "utm_medium",
    "utm_campaign",
)  # fmt: skip
_THAI_LETTER, _WORD = r"\p{Thai}", r"\p{L}[\p{L}\p{M}'’]*"
_CODED = (
    r"^(?:[\s\d.,:;/%+()\-–—]*\d[\s\d.,:;/%+()\-–—TZ]*(?:[ap]\.?m\.?)?|\S+@\S+\.\S+|(?:https?://|www\.)\S+"
    r"|\S*\d\S*|\d{1,2}\s*[-–—:=(]\s*\D{0,40})$"
)


def comments(answers: pl.DataFrame) -> pl.DataFrame:
    """The comments among current answers, those of one response joined by line ends. Personal.

    An answer is a comment when it has at least two words, or eight Thai letters, is not the text of
    its own header (a ticked choice), and stands in a column that is neither coded (at least half of
    its answers are numbers, dates, ids or addresses), nor about the person, nor a list to choose
    from (20 answers or more, but at most 10 different ones of at most 40 letters).

    Args:
        answers: source, response_id, question_number, question, answer.

    Returns:
        source, response_id, comment: one row per response that says something.
    """
    said = answers.with_columns(pl.col("answer").str.strip_chars()).with_columns(
        header=pl.col("question").str.strip_chars().str.to_lowercase(),
        is_coded=pl.col("answer").str.contains(f"(?i){_CODED}"),
        word_count=pl.col("answer").str.count_matches(_WORD),
        thai_count=pl.col("answer").str.count_matches(_THAI_LETTER),
    )
    column = ["source", "question"]
    is_choice = (
        (pl.len().over(column) >= CHOICE_ANSWERS)
        & (pl.col("answer").n_unique().over(column) <= CHOICES)
        & (pl.col("answer").str.len_chars().max().over(column) <= CHOICE_LENGTH)
    )
    is_own_words = ~pl.col("header").str.ends_with(pl.col("answer").str.to_lowercase())
    return (
        said.filter(
            (pl.col("is_coded").mean().over(column) < CODED_SHARE)
            & ~is_choice
            & ~_plain(pl.col("header")).is_in(NOT_QUESTIONS)
        )
        .filter(
            is_own_words
            & ~pl.col("is_coded")
            & ((pl.col("word_count") >= 2) | (pl.col("thai_count") >= 8))
        )
        .sort("source", "response_id", "question_number")
        .group_by("source", "response_id", maintain_order=True)
        .agg(comment=pl.col("answer").str.join("\n"))
    )


def _plain(header: pl.Expr) -> pl.Expr:
    return header.str.replace_all("ę", "e").str.strip_chars(" :*?")
