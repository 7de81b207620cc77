"""Complaints and detractors: who is followed up, acknowledged and called, and by which day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from tests.transforms.audiences.care_shop import (
    AS_OF,
    Row,
    at,
    day,
    find,
    finder,
    person,
    response,
    shop,
    ticket,
    who,
)
from transforms.audiences.care import FINDERS
from transforms.audiences.due_days import office_day_after, promised_day
from transforms.audiences.shop import Finder
from transforms.support_policy import SupportPolicy

RECOVERY = finder(FINDERS, "service_recovery")
COMPLAINERS = finder(FINDERS, "high_value_complainers")
UNHEARD = finder(FINDERS, "complaint_acknowledgement")
DETRACTORS = finder(FINDERS, "detractor_call")
PROBLEMS = finder(FINDERS, "problem_customers")
WEEKDAYS = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-17:00")
OFFICE = SupportPolicy.model_validate(
    {
        "schedules": [{"hours": WEEKDAYS}],
        "holidays": ["2026-11-02"],
        "targets": {"default": {"first_response_hours": 8, "resolution_hours": 40}},
    }
)


class TestServiceRecovery:
    def solved(self, on: str, ticket_id: str = "T1", created: str = "2026-10-01T01:00") -> Row:
        return ticket("ana", ticket_id, created, resolved_at=on, first_response_at=created)

    def test_three_days_after_the_solution_and_not_a_day_sooner(self) -> None:
        early = shop([person("ana")], tickets=[self.solved("2026-10-29T05:00")])
        assert find(RECOVERY, early).is_empty()
        ripe = shop([person("ana")], tickets=[self.solved("2026-10-28T05:00")])
        found = find(RECOVERY, ripe)
        assert found.select("customer_id", "reason_key", "event_date").rows() == [
            ("ana", "desk:T1", AS_OF)
        ]

    def test_a_complaint_that_is_open_stops_the_question(self) -> None:
        tickets = [self.solved("2026-10-20T05:00"), ticket("ana", "T2", "2026-10-30T01:00")]
        assert find(RECOVERY, shop([person("ana")], tickets=tickets)).is_empty()
        flagged = [person("ana", has_open_complaint=True)]
        assert find(RECOVERY, shop(flagged, tickets=tickets[:1])).is_empty()

    def test_of_several_solved_complaints_only_the_newest_is_spoken_of(self) -> None:
        tickets = [
            self.solved("2026-10-22T05:00"),
            self.solved("2026-10-24T05:00", "T2", "2026-10-15T01:00"),
        ]
        found = find(RECOVERY, shop([person("ana")], tickets=tickets))
        assert found["reason_key"].to_list() == ["desk:T2"]

    def test_a_neutral_question_and_a_ticket_solved_at_no_known_day_are_no_complaints_to_mend(
        self,
    ) -> None:
        tickets = [
            {**self.solved("2026-10-25T05:00"), "is_negative": False},
            {**self.solved("2026-10-25T05:00", "T2"), "is_negative": None, "customer_id": "ben"},
            {**ticket("cid", "T3", "2026-10-20T01:00"), "ticket_status": "closed"},
        ]
        assert find(RECOVERY, shop(map(person, ("ana", "ben", "cid")), tickets=tickets)).is_empty()

    def test_the_reason_is_the_same_every_night_it_stands(self) -> None:
        tickets = [self.solved("2026-10-20T05:00")]
        nights = [date(2026, 10, number) for number in range(23, 32)]
        found = {
            find(RECOVERY, shop([person("ana")], night, tickets=tickets))["reason_key"].item()
            for night in nights
        }
        assert found == {"desk:T1"}

    def test_staff_are_nobodys_candidates(self) -> None:
        staff = [person("ana", is_staff=True)]
        assert find(RECOVERY, shop(staff, tickets=[self.solved("2026-10-25T05:00")])).is_empty()


class TestHighValueComplainers:
    def test_the_vip_stands_first_though_others_have_waited_longer(self) -> None:
        people = [
            person("ana", value_tier="vip", lifetime_net_sales_amount=Decimal(9000)),
            person("ben", value_tier="low", lifetime_net_sales_amount=Decimal(10)),
            person("cid", value_tier="high", lifetime_net_sales_amount=Decimal(900)),
        ]
        tickets = [
            ticket("ben", "T1", "2026-10-01T01:00"),
            ticket("cid", "T2", "2026-10-20T01:00"),
            ticket("ana", "T3", "2026-10-29T01:00"),
            ticket("ana", "T4", "2026-10-21T01:00"),
        ]
        found = find(COMPLAINERS, shop(people, tickets=tickets), 60)
        assert who(found) == ["ana", "cid", "ben"]
        vip = found.filter(pl.col("customer_id") == "ana").row(0, named=True)
        assert vip["reason_key"] == "desk:T4"
        assert vip["days"] == 10
        assert vip["why"] == (
            "Value tier vip (9000.00 PHP bought): 2 complaints open, the oldest (T4, unknown) "
            "for 10 days; due 2026-10-23."
        )

    def test_without_a_promise_it_is_due_in_two_office_days(self) -> None:
        # Wednesday's complaint is due on Friday, Friday's on Tuesday.
        for created, due in (
            ("2026-10-28T01:00", "2026-10-30"),
            ("2026-10-30T01:00", "2026-11-03"),
        ):
            found = find(COMPLAINERS, shop([person("ana")], tickets=[ticket("ana", "T1", created)]))
            assert found["due_date"].item() == day(due)

    def test_the_promise_of_a_first_reply_runs_before_that_of_a_solution(self) -> None:
        # Friday 13:00: 8 open hours are over on Tuesday 13:00, since Monday is a holiday.
        waiting = ticket("ana", "T1", "2026-10-30T13:00")
        found = find(COMPLAINERS, shop([person("ana")], tickets=[waiting], support=OFFICE))
        assert found["due_date"].item() == day("2026-11-03")
        # Once somebody has replied, 40 open hours are promised: Monday the 9th, 13:00.
        replied = ticket("ana", "T1", "2026-10-30T13:00", first_response_at="2026-10-30T14:00")
        found = find(COMPLAINERS, shop([person("ana")], tickets=[replied], support=OFFICE))
        assert found["due_date"].item() == day("2026-11-09")


class TestOfficeDays:
    def test_a_promise_that_ends_with_the_day_is_due_on_it(self) -> None:
        begun = pl.Series([at("2026-10-26T09:00"), at("2026-10-26T09:01"), at("2026-10-24T12:00")])
        hours = pl.Series([8.0, 8.0, None])
        due = promised_day(begun, hours, shop([], support=OFFICE))
        assert due.to_list() == [day("2026-10-26"), day("2026-10-27"), None]

    def test_without_opening_hours_every_hour_counts_in_the_shops_own_zone(self) -> None:
        begun = pl.Series([at("2026-10-26T15:00")])
        for zone, due in (("UTC", "2026-10-26"), ("Asia/Manila", "2026-10-27")):
            found = promised_day(begun, pl.Series([2.0]), shop([], zone=zone))
            assert found.to_list() == [day(due)]

    @pytest.mark.parametrize(
        ("start", "plain", "by_policy"),
        [
            ("2026-10-29", "2026-11-02", "2026-11-03"),  # Thursday; Monday is a holiday
            ("2026-10-30", "2026-11-03", "2026-11-04"),
            ("2026-10-31", "2026-11-03", "2026-11-04"),
        ],
    )
    def test_two_office_days_skip_weekends_and_holidays(
        self, start: str, plain: str, by_policy: str
    ) -> None:
        days = pl.Series([day(start)])
        assert office_day_after(days, 2, shop([])).to_list() == [day(plain)]
        assert office_day_after(days, 2, shop([], support=OFFICE)).to_list() == [day(by_policy)]

    def test_an_office_that_never_opens_promises_no_day(self) -> None:
        shut = SupportPolicy.model_validate(
            {"schedules": [{"starts_on": "2030-01-01", "hours": {"monday": "09:00-10:00"}}]}
        )
        closed = shop([], support=shut)
        assert office_day_after(pl.Series([AS_OF]), 1, closed).to_list() == [None]
        begun = pl.Series([at("2026-10-26T09:00")])
        assert promised_day(begun, pl.Series([1.0]), closed).to_list() == [None]


class TestComplaintAcknowledgement:
    replied = ticket(
        "zoe", "T0", "2026-09-01T01:00", first_response_at="2026-09-01T02:00",
        resolved_at="2026-09-02T02:00",
    )  # fmt: skip

    def test_an_unheard_complaint_is_listed_once_its_hours_have_passed(self) -> None:
        tickets = [
            self.replied,
            ticket(
                "ana", "T1", "2026-10-30T23:59"
            ),  # 24 hours and a minute before the end of as_of
            ticket("ben", "T2", "2026-10-31T00:01"),
            ticket("cid", "T3", "2026-10-28T01:00", first_response_at="2026-10-28T02:00"),
            {**ticket("dan", "T4", "2026-10-28T01:00"), "ticket_status": "closed"},
        ]
        found = find(UNHEARD, shop(map(person, ("ana", "ben", "cid", "dan")), tickets=tickets))
        assert found.select("customer_id", "reason_key", "due_date").rows() == [
            ("ana", "desk:T1", day("2026-11-02"))
        ]
        assert "24 hours" in found["why"].item()

    def test_who_waits_longest_stands_first(self) -> None:
        tickets = [
            ticket("ana", "T1", "2026-10-29T01:00"),
            ticket("ben", "T2", "2026-10-27T01:00"),
        ]
        assert who(find(UNHEARD, shop(map(person, ("ana", "ben")), tickets=tickets))) == [
            "ben",
            "ana",
        ]

    def test_a_source_that_never_records_a_reply_accuses_nobody(self) -> None:
        solved = ticket("zoe", "T0", "2026-09-01T01:00", resolved_at="2026-09-02T02:00")
        tickets = [solved, ticket("ana", "T1", "2026-10-28T01:00")]
        assert find(UNHEARD, shop(map(person, ("ana", "zoe")), tickets=tickets)).is_empty()


class TestDetractorCall:
    def test_scores_to_six_are_called_within_two_office_days_the_most_valuable_first(self) -> None:
        people = [
            person("ana", lifetime_net_sales_amount=Decimal(10)),
            person("ben", lifetime_net_sales_amount=Decimal(500), value_tier="high"),
            person("cid"),
            person("dan"),
        ]
        answers = [
            response("ana", "r1", "2026-10-29", score=6),
            response("ben", "r2", "2026-10-30", score=0),
            response("cid", "r3", "2026-10-30", score=7),
            response("dan", "r4", "2026-10-30"),
            response(None, "r5", "2026-10-30", score=1),
        ]
        found = find(DETRACTORS, shop(people, responses=answers))
        assert who(found) == ["ben", "ana"]
        assert dict(found.select("customer_id", "due_date").iter_rows()) == {
            "ana": day("2026-11-02"),
            "ben": day("2026-11-03"),
        }

    def test_who_has_scored_better_since_is_not_called(self) -> None:
        answers = [
            response("ana", "r1", "2026-10-20", score=2),
            response("ana", "r2", "2026-10-28", score=9),
        ]
        assert find(DETRACTORS, shop([person("ana")], responses=answers)).is_empty()

    def test_one_of_the_staff_is_no_detractor(self) -> None:
        answers = [response("ana", "r1", "2026-10-28", score=2, respondent="staff")]
        assert find(DETRACTORS, shop([person("ana")], responses=answers)).is_empty()


def test_a_problem_customer_is_shown_with_the_three_shares_once_a_month() -> None:
    people = [
        person(
            "ana", is_problem=True, refund_share=0.625, discount_share=0.41, tickets_per_order=2.5,
            lifetime_margin_amount=Decimal("-320.5"),
        ),
        person("ben", refund_share=0.9),
    ]  # fmt: skip
    found = find(PROBLEMS, shop(people), 31)
    assert found.select("customer_id", "reason_key", "event_date").rows() == [
        ("ana", "2026-10", day("2026-10-01"))
    ]
    assert found["why"].item() == (
        "Refunded 62.5 % of sales, discounts 41.0 %, 2.5 tickets per order, all above the 95th "
        "percentile; margin -320.50 PHP. For a person to judge, never a reason to exclude."
    )
    earlier = find(PROBLEMS, shop(people, day("2026-10-02")), 31)
    assert earlier["reason_key"].item() == "2026-10"


@pytest.mark.parametrize("one", FINDERS, ids=lambda one: one.name)
def test_a_shop_without_any_feed_has_nobody_to_care_for(one: Finder) -> None:
    assert find(one, shop([person("ana")])).is_empty()
    assert find(one, shop([])).is_empty()
