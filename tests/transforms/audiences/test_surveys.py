"""Surveys: whom they ask, and that nobody is asked again within the throttle by whichever of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.audiences.care_shop import (
    AS_OF,
    add,
    day,
    delivery,
    find,
    finder,
    message,
    order,
    person,
    response,
    shop,
)
from transforms.audiences.shop import Finder, Shop
from transforms.audiences.surveys import (
    FINDERS,
    OWN_SURVEYS,
    check_days,
    survey_contacts,
    survey_throttle,
)

INVITATION, EXIT, CHECK, QUESTIONS = (finder(FINDERS, name) for name in (
    "nps_invitation", "exit_survey", "health_check", "four_questions"))  # fmt: skip


def lapse(customer_id: str, on: str, last_order: str) -> dict:
    silence = (day(on) - day(last_order)).days
    return {
        "customer_id": customer_id, "transition_date": day(on), "to_state": "lapsed",
        "occasion_date": day(last_order), "silence_days": silence,
    }  # fmt: skip


class TestThrottle:
    def test_who_was_asked_ninety_days_ago_may_be_asked_today_and_not_a_day_sooner(self) -> None:
        asked = [
            message("ana", "exit_survey", AS_OF - timedelta(days=90)),
            message("ben", "exit_survey", AS_OF - timedelta(days=89)),
        ]
        assert survey_throttle(shop([], messages=asked), 90)["customer_id"].to_list() == ["ben"]

    def test_an_answer_counts_as_much_as_an_invitation(self) -> None:
        answers = [response("ana", "r1", "2026-10-01"), response("ben", "r2", "2026-07-01")]
        assert survey_throttle(shop([], responses=answers), 90)["customer_id"].to_list() == ["ana"]

    def test_invitations_of_other_tools_bear_the_surveys_name_in_any_case(self) -> None:
        answers = [response("zoe", "r1", "2025-01-01", survey_id="Happy at all?")]
        asked = [
            message("ana", " happy AT all? ", AS_OF, "delivered", source="mailer"),
            message("ben", "Christmas sale", AS_OF, "delivered", source="mailer"),
        ]
        found = survey_throttle(shop([], responses=answers, messages=asked), 90)
        assert found["customer_id"].to_list() == ["ana"]

    def test_who_was_held_out_or_never_reached_was_not_asked(self) -> None:
        sent = {"message_id": "m1"}
        asked = [
            message("ana", "health_check", AS_OF, "held_out"),
            message("ben", "health_check", AS_OF, **sent),
            message("ben", "health_check", AS_OF, "bounced", **sent),
            message("cid", "health_check", AS_OF, message_id="m2"),
            message("cid", "health_check", AS_OF, "bounced", message_id="m2"),
            message("cid", "health_check", AS_OF, "opened", message_id="m2"),
        ]
        assert survey_throttle(shop([], messages=asked), 90)["customer_id"].to_list() == ["cid"]

    def test_a_further_survey_campaign_counts_once_it_is_named(self) -> None:
        asked = shop([], messages=[message("ana", "pulse", AS_OF)])
        assert survey_throttle(asked, 90).is_empty()
        assert survey_throttle(asked, 90, (*OWN_SURVEYS, "pulse")).height == 1

    def test_a_message_and_its_events_are_one_contact_on_its_first_day(self) -> None:
        events = [
            message("ana", "health_check", day("2026-10-01"), message_id="m"),
            message("ana", "health_check", day("2026-10-03"), "opened", message_id="m"),
        ]
        found = survey_contacts(shop([], messages=events))
        assert found["day"].to_list() == [day("2026-10-01")]


class TestInvitation:
    def test_a_week_after_delivery_counted_in_the_shops_own_days(self) -> None:
        # 23 October, 17:00 UTC is the 24th in Manila.
        placed = {"orders": [order("ana", "o1", "2026-10-18")],
                  "deliveries": [delivery("o1", "2026-10-19", "2026-10-23T17:00")]}  # fmt: skip
        found = find(INVITATION, shop([person("ana")], **placed))
        assert found["event_date"].item() == day("2026-10-30")
        found = find(INVITATION, shop([person("ana")], zone="Asia/Manila", **placed))
        assert found["event_date"].item() == day("2026-10-31")
        assert found["reason_key"].item() == "store:o1"
        assert found["why"].item() == (
            "Their order o1 arrived on 2026-10-24; no survey in the 90 days before."
        )

    def test_nobody_is_asked_about_a_parcel_on_its_way(self) -> None:
        orders = [order("ana", "o1", "2026-10-01"), order("ben", "o2", "2026-10-01")]
        deliveries = [
            delivery("o1", "2026-10-02", None),
            delivery("o2", "2026-10-02", "2026-10-20"),
        ]
        people = [person("ana"), person("ben")]
        found = find(INVITATION, shop(people, orders=orders, deliveries=deliveries))
        assert found["customer_id"].to_list() == ["ben"]

    def test_without_word_of_the_delivery_it_is_two_weeks_after_the_order(self) -> None:
        orders = [order("ana", "o1", "2026-10-17"), order("ben", "o2", "2026-10-18")]
        # A source that knows only when parcels leave says nothing about their arrival.
        deliveries = [delivery("o1", "2026-10-18", None), delivery("o2", "2026-10-18", None)]
        for known in ([], deliveries):
            found = find(
                INVITATION, shop([person("ana"), person("ben")], orders=orders, deliveries=known)
            )
            assert found.select("customer_id", "event_date").rows() == [("ana", AS_OF)]

    def test_who_orders_every_week_is_asked_about_the_order_whose_day_has_come(self) -> None:
        orders = [order("ana", f"o{n}", f"2026-10-{n}") for n in ("10", "16", "24", "30")]
        found = find(INVITATION, shop([person("ana")], orders=orders), 30)
        assert found["order_id"].to_list() == ["o16"]

    def test_not_about_an_order_that_was_cancelled_sent_back_or_answered_about(self) -> None:
        people = [person("ana"), person("ben", has_open_return=True), person("cid")]
        orders = [
            order("ana", "o1", "2026-10-12", is_valid_order=False, invalid_reason="cancelled"),
            order("ben", "o2", "2026-10-12"),
            order("cid", "o3", "2026-10-12"),
        ]
        answers = [response("cid", "r1", "2026-06-01", order_id="o3")]
        assert find(INVITATION, shop(people, orders=orders, responses=answers)).is_empty()


class TestExitSurvey:
    people = [person(name, lifecycle_state="lapsed") for name in ("ana", "ben", "cid")]

    def test_who_has_just_lapsed_is_asked_once_in_a_lifetime(self) -> None:
        lapses = [lapse(name, "2026-10-28", "2026-02-01") for name in ("ana", "ben")]
        lapses.append(lapse("cid", "2026-08-01", "2026-01-01"))
        asked = [message("ben", "exit_survey", day("2024-01-01"))]
        found = find(EXIT, shop(self.people, lifecycle_transitions=lapses, messages=asked))
        assert found.select("customer_id", "reason_key", "days").rows() == [
            ("ana", "lapsed:2026-02-01", 269)
        ]

    def test_who_has_come_back_is_no_ex_customer(self) -> None:
        lapses = [lapse("ana", "2026-10-28", "2026-02-01")]
        back = [person("ana", lifecycle_state="reactivated")]
        assert find(EXIT, shop(back, lifecycle_transitions=lapses)).is_empty()

    def test_another_survey_of_last_month_makes_them_wait(self) -> None:
        lapses = [lapse("ana", "2026-10-28", "2026-02-01")]
        asked = [message("ana", "nps_invitation", day("2026-09-28"))]
        assert find(
            EXIT, shop(self.people, lifecycle_transitions=lapses, messages=asked)
        ).is_empty()


class TestHealthCheck:
    def test_everybody_in_good_standing_has_one_day_in_the_half_year(self) -> None:
        people = [person(f"c{n}") for n in range(40)]
        days: dict[str, set[date]] = defaultdict(set)
        for offset in range(0, 180, 20):
            found = find(CHECK, shop(people, AS_OF + timedelta(days=offset)), 20)
            for who, on in found.select("customer_id", "event_date").iter_rows():
                days[who].add(on)
        # A reason stands for 20 days and one more in which it is told as expired.
        assert len(days) == 40
        assert all(len(found) <= 2 for found in days.values())

    def test_the_days_are_spread_evenly_and_the_same_for_every_night_and_order(self) -> None:
        people = pl.Series([f"customer{n}" for n in range(18_000)])
        days = check_days(people, 180, AS_OF, "health_check")
        counts = days.value_counts()
        assert counts.height == 180
        # 100 a day are expected; Poisson: 5 standard deviations are 50.
        assert counts["count"].is_between(50, 150).all()
        assert days.is_between(AS_OF - timedelta(days=179), AS_OF).all()
        backwards = check_days(people.reverse(), 180, AS_OF, "health_check").reverse()
        assert backwards.to_list() == days.to_list()
        later = check_days(people, 180, AS_OF + timedelta(days=1), "health_check")
        assert ((later == days) | (later == AS_OF + timedelta(days=1))).all()

    def test_half_a_year_of_rest_is_asked_though_the_throttle_is_shorter(self) -> None:
        people = [person(f"c{n}") for n in range(60)]
        everybody = set(find(CHECK, shop(people), 180)["customer_id"])
        assert len(everybody) == 60
        asked = [
            message("c1", "nps_invitation", AS_OF - timedelta(days=179)),
            message("c2", "nps_invitation", AS_OF - timedelta(days=180)),
        ]
        rested = set(find(CHECK, shop(people, messages=asked), 180)["customer_id"])
        assert everybody - rested == {"c1"}

    def test_who_is_at_risk_already_is_not_checked_in_time(self) -> None:
        people = [person("ana", lifecycle_state="at_risk"), person("ben", lifecycle_state="lapsed")]
        assert find(CHECK, shop(people), 180).is_empty()
        assert find(CHECK, shop(people), 180, states=("at_risk",)).height == 1


class TestFourQuestions:
    people = [
        person(f"c{n}", frequency_group="regular" if n % 2 else "occasional") for n in range(2000)
    ]

    def test_the_share_is_drawn_the_same_every_night_and_afresh_in_the_next_period(self) -> None:
        found = find(QUESTIONS, shop(self.people), 90)
        # 5 % of 2000 are 100; binomial: 5 standard deviations are 49.
        assert 51 <= found.height <= 149
        again = find(QUESTIONS, shop(self.people[::-1]), 90)
        assert again.equals(found)
        next_period = find(QUESTIONS, shop(self.people, AS_OF + timedelta(days=90)), 90)
        assert len(set(next_period["customer_id"]) & set(found["customer_id"])) < found.height / 2

    def test_regulars_alone_where_the_shop_wants_it_so(self) -> None:
        found = find(QUESTIONS, shop(self.people), 90, share=1.0, regulars_only=True)
        assert set(found["customer_id"]) == {f"c{n}" for n in range(1, 2000, 2)}

    def test_ex_customers_are_left_to_the_exit_survey(self) -> None:
        gone = [person("ana", lifecycle_state="lapsed")]
        assert find(QUESTIONS, shop(gone), 90, share=1.0).is_empty()


@settings(max_examples=5, deadline=None)
@given(throttle_days=st.sampled_from([45, 90]), seed=st.integers(0, 2**32))
def test_nobody_is_asked_twice_within_the_throttle_by_whichever_survey(
    throttle_days: int, seed: int
) -> None:
    """Nights with answers, people kept back and lists not approved; what is sent comes back."""
    chance = Random(seed)
    quick = {CHECK.name: {"period_days": 30}, QUESTIONS.name: {"period_days": 20, "share": 1.0}}
    names = [f"c{n}" for n in range(5)]
    night = date(2026, 1, 10)
    placed = [(who, night + timedelta(days=n)) for who in names for n in range(-20, 150, 17)]
    state = shop(
        [person(who, lifecycle_state="lapsed" if who == "c0" else "active") for who in names],
        night,
        orders=[order(who, f"{who}-{on}", str(on)) for who, on in placed],
        lifecycle_transitions=[lapse("c0", "2026-02-01", "2025-06-01")],
    )
    heard: dict[str, list[date]] = defaultdict(list)
    invitations = 0
    for _ in range(12):
        night += timedelta(days=chance.randint(1, 20))
        state = shop_at(state, night)
        tonight: dict[str, str] = {}
        for one in chance.sample(FINDERS, len(FINDERS)):
            parameters = {"throttle_days": throttle_days, **quick.get(one.name, {})}
            for who in find(one, state, 14, **parameters)["customer_id"]:
                tonight.setdefault(who, one.name)
        for who, survey in sorted(tonight.items()):
            assert all((night - earlier).days >= throttle_days for earlier in heard[who])
            fate = chance.choice(["sent", "sent", "held_out", "not approved"])
            if fate != "not approved":
                state = add(state, "messages", [message(who, survey, night, fate)])
            if fate == "sent":
                heard[who].append(night)
                invitations += 1
        if chance.random() < 0.3:
            who = chance.choice(names)
            state = add(state, "responses", [response(who, f"r{night}", str(night))])
            heard[who].append(night)
    assert invitations > 0


def shop_at(earlier: Shop, night: date) -> Shop:
    context = earlier.current["run_context"].with_columns(as_of=pl.lit(night))
    current = {**earlier.current, "run_context": context}
    return replace(earlier, as_of=night, previous_as_of=night - timedelta(days=1), current=current)


@pytest.mark.parametrize("one", FINDERS, ids=lambda one: one.name)
def test_without_customers_nobody_is_asked(one: Finder) -> None:
    assert find(one, shop([])).is_empty()


def test_without_any_feed_only_what_needs_none_finds_somebody() -> None:
    bare = shop([person("ana", lifecycle_state="lapsed")])
    assert [one.name for one in FINDERS if find(one, bare, 180).height] == []
