"""Promoters: whose praise may be quoted, and who may be asked to bring a friend."""

from __future__ import annotations

import pytest

from tests.transforms.audiences.care_shop import (
    Row,
    day,
    find,
    finder,
    person,
    response,
    shop,
    theme,
    who,
)
from transforms.audiences.recognition import FINDERS
from transforms.audiences.shop import Finder

TESTIMONIAL, REFERRAL = (finder(FINDERS, name) for name in ("testimonial", "referral_ask"))


def promoter(customer_id: str, on: str = "2026-10-20", **facts: object) -> Row:
    return person(
        customer_id, nps_group="promoter", last_score=10, last_score_date=day(on), **facts
    )  # fmt: skip


def occasions(customer_id: str, *days: str) -> list[Row]:
    return [
        {"customer_id": customer_id, "occasion_date": day(on), "occasion_number": number}
        for number, on in enumerate(days, start=1)
    ]


def review(customer_id: str, review_id: str, on: str, rating: int = 5) -> Row:
    return {
        "source": "stars", "review_id": review_id, "customer_id": customer_id, "review_date": day(on),
        "platform": "Google", "rating": rating,
    }  # fmt: skip


THREE = ("2026-01-01", "2026-03-01", "2026-05-01")


class TestTestimonial:
    def test_a_regular_promoter_who_praises_is_found_and_nothing_less_suffices(self) -> None:
        people = [
            promoter("ana"),
            promoter("ben"),
            promoter("cid"),
            promoter("dan", has_open_complaint=True),
            person("eve", nps_group="passive", last_score=8, last_score_date=day("2026-10-20")),
            promoter("fay"),
        ]
        bought = [
            *occasions("ana", *THREE), *occasions("ben", *THREE[:2]), *occasions("cid", *THREE),
            *occasions("dan", *THREE), *occasions("eve", *THREE), *occasions("fay", *THREE),
        ]  # fmt: skip
        reviews = [review(name, name, "2026-10-25") for name in ("ana", "ben", "dan", "eve")]
        reviews.append(review("cid", "cid", "2026-10-25", rating=4))
        found = find(TESTIMONIAL, shop(people, occasions=bought, reviews=reviews), 30)
        assert found.select("customer_id", "reason_key", "event_date").rows() == [
            ("ana", "review:stars:ana", day("2026-10-25"))
        ]
        assert found["why"].item() == (
            "Promoter (10 of 10 on 2026-10-20), 4 purchase days, five stars on Google on 2026-10-25."
        )

    def test_a_comment_that_praises_one_thing_and_blames_another_is_no_testimonial(self) -> None:
        people = [promoter("ana"), promoter("ben")]
        answers = [response("ana", "r1", "2026-10-20"), response("ben", "r2", "2026-10-20")]
        themes = [
            theme("r1", "praise", "positive"),
            theme("r1", "delivery", "neutral"),
            theme("r2", "praise", "positive"),
            theme("r2", "delivery", "negative"),
        ]
        bought = [*occasions("ana", *THREE), *occasions("ben", *THREE)]
        found = find(
            TESTIMONIAL,
            shop(people, responses=answers, response_themes=themes, occasions=bought),
            30,
        )
        assert found["reason_key"].to_list() == ["comment:form:r1"]

    def test_the_reason_stands_from_the_day_on_which_the_last_of_the_three_came_true(self) -> None:
        bought = occasions("ana", "2026-01-01", "2026-03-01", "2026-10-29", "2026-10-30")
        state = shop(
            [promoter("ana")], occasions=bought, reviews=[review("ana", "v", "2026-10-01")]
        )
        assert find(TESTIMONIAL, state, 30)["event_date"].item() == day("2026-10-29")

    def test_praise_of_years_ago_is_not_dug_out(self) -> None:
        bought, reviews = occasions("ana", *THREE), [review("ana", "v", "2025-10-30")]
        state = shop([promoter("ana")], occasions=bought, reviews=reviews)
        assert find(TESTIMONIAL, state, 30).is_empty()
        assert find(TESTIMONIAL, state, 30, within_days=400).height == 1


class TestReferral:
    def test_three_days_after_the_good_word_unless_goods_are_going_back(self) -> None:
        people = [
            promoter("ana", "2026-10-28"),
            promoter("ben", "2026-10-29"),
            promoter("cid", "2026-10-28", has_open_return=True),
            promoter("dan", "2026-10-28", has_open_complaint=True),
        ]
        bought = [row for one in people for row in occasions(one["customer_id"], *THREE)]
        found = find(REFERRAL, shop(people, occasions=bought))
        assert who(found) == ["ana"]
        assert found["reason_key"].item() == "promoter:2026-10-28"

    def test_a_first_timer_is_not_asked_to_bring_anybody(self) -> None:
        state = shop([promoter("ana", "2026-10-28")], occasions=occasions("ana", THREE[0]))
        assert find(REFERRAL, state).is_empty()


@pytest.mark.parametrize("one", FINDERS, ids=lambda one: one.name)
def test_without_answers_there_are_no_promoters(one: Finder) -> None:
    state = shop([person("ana")], occasions=occasions("ana", *THREE))
    assert find(one, state, 365).is_empty()
