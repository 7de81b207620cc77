"""You said, we listened; and what the shop has said no to."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tests.transforms.audiences.care_shop import (
    AS_OF,
    Row,
    day,
    find,
    finder,
    person,
    response,
    shop,
    theme,
)
from transforms.audiences import care, recognition
from transforms.audiences.said import FINDERS, said_no
from transforms.audiences.shop import Finder, Shop
from transforms.requests import Request

LISTENED, DECLINED = (finder(FINDERS, name) for name in ("listened", "declined_request"))
POLISH = "Nasz proces płatności jest teraz łatwiejszy niż kiedykolwiek."


def answered(answer: str, on: str, name: str = "delivery", **words: str) -> Request:
    return Request(theme=name, answer=answer, on=day(on), words=words or {"en": "Done."})


def raising(*said: tuple[str | None, str, str], polarity: str = "negative") -> dict[str, list[Row]]:
    """(who, theme, day) as responses and their themes."""
    return {
        "responses": [
            response(who, f"r{n}", on) for n, (who, _, on) in enumerate(said)
        ],
        "response_themes": [theme(f"r{n}", name, polarity) for n, (_, name, _) in enumerate(said)],
    }  # fmt: skip


def everybody(**tables: Any) -> Shop:
    return shop(
        [person("ana"), person("ben", language="pl"), person("cid", language="tl")], **tables
    )


class TestListened:
    def test_only_who_raised_the_theme_before_it_was_fixed_is_told(self) -> None:
        said = raising(
            ("ana", "delivery", "2026-10-24"),
            ("ben", "delivery", "2026-10-25"),
            ("cid", "price", "2026-10-01"),
        )
        state = everybody(**said, requests=(answered("fixed", "2026-10-25"),))
        found = find(LISTENED, state)
        assert found.select("customer_id", "reason_key", "event_date").rows() == [
            ("ana", "delivery:2026-10-25", day("2026-10-25"))
        ]
        assert found["why"].item() == (
            "Raised the theme delivery in 1 response, last on 2026-10-24, "
            "before it was fixed on 2026-10-25; told in en."
        )

    def test_praise_is_not_raising_it(self) -> None:
        said = raising(("ana", "delivery", "2026-10-24"), polarity="positive")
        state = everybody(**said, requests=(answered("fixed", "2026-10-25"),))
        assert find(LISTENED, state).is_empty()

    def test_everybody_reads_it_in_their_language_and_the_fallback_where_there_is_none(
        self,
    ) -> None:
        said = raising(*[(who, "delivery", "2026-10-01") for who in ("ana", "ben", "cid")])
        words = {"en": "Easier now.", "pl": POLISH, "fil": "Mas madali na."}
        state = everybody(**said, requests=(answered("fixed", "2026-10-25", **words),))
        assert find(LISTENED, state)["theme"].to_list() == ["Easier now.", POLISH, "Mas madali na."]
        only_polish = (answered("fixed", "2026-10-25", pl=POLISH),)
        found = find(LISTENED, everybody(**said, requests=only_polish))
        assert found["theme"].to_list() == [POLISH] * 3

    def test_an_answer_of_the_future_is_not_given_yet(self) -> None:
        said = raising(("ana", "delivery", "2026-10-24"))
        state = everybody(**said, requests=(answered("fixed", "2026-11-01"),))
        assert find(LISTENED, state).is_empty()

    def test_after_a_second_fix_only_who_raised_it_again_is_told_again(self) -> None:
        said = raising(("ana", "delivery", "2026-09-01"), ("ben", "delivery", "2026-10-10"))
        fixes = (answered("fixed", "2026-10-01"), answered("fixed", "2026-10-25"))
        found = find(LISTENED, everybody(**said, requests=fixes))
        assert found.select("customer_id", "reason_key").rows() == [("ben", "delivery:2026-10-25")]

    def test_who_was_told_no_is_told_when_it_is_done_after_all(self) -> None:
        said = raising(("ana", "delivery", "2026-09-01"))
        answers = (answered("declined", "2026-10-01"), answered("fixed", "2026-10-25"))
        state = everybody(**said, requests=answers)
        assert find(LISTENED, state)["reason_key"].to_list() == ["delivery:2026-10-25"]
        assert find(DECLINED, state, 60).is_empty()

    def test_who_raised_it_years_ago_is_left_in_peace(self) -> None:
        said = raising(("ana", "delivery", "2025-10-24"), ("ben", "delivery", "2025-10-25"))
        state = everybody(**said, requests=(answered("fixed", "2026-10-25"),))
        assert find(LISTENED, state)["customer_id"].to_list() == ["ben"]


class TestDeclined:
    def test_earlier_askers_hear_it_on_its_day_and_later_ones_on_theirs(self) -> None:
        said = raising(
            ("ana", "stock", "2026-10-01"),
            ("ana", "stock", "2026-10-30"),
            ("ben", "stock", "2026-10-29"),
        )
        state = everybody(**said, requests=(answered("declined", "2026-10-25", "stock"),))
        assert find(DECLINED, state).select("customer_id", "reason_key", "event_date").rows() == [
            ("ana", "stock:2026-10-25", day("2026-10-25")),
            ("ben", "stock:2026-10-25", day("2026-10-29")),
        ]

    def test_the_reason_stays_the_same_while_people_go_on_asking(self) -> None:
        said = [("ana", "stock", f"2026-10-{n}") for n in range(20, 31)]
        request = (answered("declined", "2026-10-25", "stock"),)
        keys = set()
        for night in range(25, 32):
            known = [one for one in said if day(one[2]) <= date(2026, 10, night)]
            state = shop(
                [person("ana")], date(2026, 10, night), **raising(*known), requests=request
            )
            keys |= set(find(DECLINED, state)["reason_key"])
        assert keys == {"stock:2026-10-25"}

    def test_the_list_of_what_will_not_be_done_counts_people_not_responses(self) -> None:
        said = raising(
            ("ana", "stock", "2026-09-01"),
            ("ana", "stock", "2026-10-26"),
            ("ben", "stock", "2026-09-05"),
            (None, "stock", "2026-10-30"),
            ("cid", "delivery", "2026-10-30"),
        )
        answers = (
            answered("declined", "2026-10-25", "stock", en="We cannot sell tea.", pl="Nie."),
            answered("declined", "2026-10-26", "price"),
            answered("declined", "2026-09-26", "delivery"),
            answered("fixed", "2026-10-26", "delivery"),
        )
        assert said_no(everybody(**said, requests=answers)).rows() == [
            ("price", day("2026-10-26"), "Done.", 0, 0, 0, None, None),
            ("stock", day("2026-10-25"), "We cannot sell tea.", 2, 1, 1, day("2026-09-01"), day("2026-10-30")),
        ]  # fmt: skip

    def test_what_staff_would_like_is_no_request_of_a_customer(self) -> None:
        said = raising(("sam", "stock", "2026-10-01"))
        staff = {"customer_id": "sam", "is_identified": True, "is_staff": True, "has_email": False,
                 "email_marketing_consent": False}  # fmt: skip
        state = everybody(
            **said, customers=[staff], requests=(answered("declined", "2026-10-25", "stock"),)
        )
        assert said_no(state)["people_count"].item() == 0


@pytest.mark.parametrize("one", FINDERS, ids=lambda one: one.name)
def test_without_answers_or_without_comments_nobody_is_written_to(one: Finder) -> None:
    assert find(one, everybody(**raising(("ana", "delivery", "2026-10-01")))).is_empty()
    answers = (answered("fixed", "2026-10-25"), answered("declined", "2026-10-25", "price"))
    state = everybody(requests=answers)
    assert find(one, state).is_empty()
    assert said_no(state).height == 1


def test_no_word_of_a_comment_and_no_name_stands_in_any_reason() -> None:
    """The finders that read responses are handed a shop whose answers and contacts hold secrets."""
    secret = "Maria says the blue mug leaked"
    said = raising(("ana", "delivery", "2026-10-24"), ("ben", "stock", "2026-10-28"))
    said["responses"] = [{**one, "score": 2} for one in said["responses"]]
    answers = (answered("fixed", "2026-10-25"), answered("declined", "2026-10-25", "stock"))
    state = everybody(**said, requests=answers)
    words = pl.DataFrame(
        {"source": ["form"] * 2, "response_id": ["r0", "r1"], "answer": [secret] * 2}
    )
    state = Shop(
        **{**vars(state), "current": {**state.current, "answers": words, "contacts": words}}
    )
    told = [
        f"{reason} {why}"
        for one in (*FINDERS, *care.FINDERS, *recognition.FINDERS)
        for reason, why in find(one, state).select("reason_key", "why").iter_rows()
    ]
    assert len(told) >= 4
    assert not re.search("maria|mug|leaked", " ".join(told), re.IGNORECASE)


def test_the_same_rows_in_another_order_give_the_same_list() -> None:
    said = raising(
        *[
            (who, "delivery", str(AS_OF - timedelta(days=n)))
            for n in (9, 20)
            for who in ("cid", "ana")
        ]
    )
    backwards = {name: rows[::-1] for name, rows in said.items()}
    request = (answered("fixed", "2026-10-25"),)
    one, other = (everybody(**rows, requests=request) for rows in (said, backwards))
    assert find(LISTENED, one).equals(find(LISTENED, other))
