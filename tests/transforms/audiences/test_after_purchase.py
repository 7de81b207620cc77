"""Welcome, thanks and check-ins: after the purchase, after delivery, and not where it hurts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.transforms.audiences.calendar_shop import (
    AS_OF,
    Row,
    at,
    day,
    delivery,
    find,
    finder,
    line,
    on,
    order,
    person,
    reasons,
    shop,
)
from transforms.audiences.after_purchase import FINDERS
from transforms.audiences.shop import Shop

WELCOME = finder(FINDERS, "welcome")
THANKS = finder(FINDERS, "thank_you")
CHECK_IN = finder(FINDERS, "check_in")
ORDER_CHECK_IN = finder(FINDERS, "order_check_in")
ONE_YEAR = finder(FINDERS, "one_year_check_in")


class TestWelcome:
    def first_timer(self, first: str, occasions: int = 1) -> Shop:
        return shop([person("ana", first, first, occasion_count=occasions)])

    def test_the_letters_of_the_series_come_on_days_1_7_and_21(self) -> None:
        to = self.first_timer("2026-10-10")
        for days, night in ((1, "2026-10-11"), (7, "2026-10-17"), (21, "2026-10-31")):
            found = find(WELCOME, on(to, day(night)), 1, days_after=days)
            assert reasons(found) == [("ana", "first_purchase", day(night))]
            assert find(WELCOME, on(to, day(night)), 1, days_after=days + 1).is_empty()

    def test_the_series_ends_with_the_second_purchase(self) -> None:
        assert find(WELCOME, self.first_timer("2026-10-30", 2)).is_empty()


class TestThankYou:
    def test_regulars_are_thanked_for_the_newest_order(self) -> None:
        orders = [order("ana", "1", "2026-10-20"), order("ana", "2", "2026-10-29")]
        found = find(THANKS, shop([person("ana")], fct_orders=orders))
        assert reasons(found) == [("ana", "2026-10-29", AS_OF)]
        assert found["order_id"].to_list() == ["2"]

    def test_others_are_not_unless_the_shop_says_so(self) -> None:
        orders = [order("ana", "2", "2026-10-29")]
        to = shop([person("ana", frequency_group="occasional")], fct_orders=orders)
        assert find(THANKS, to).is_empty()
        assert find(THANKS, to, frequency_groups=["occasional"]).height == 1

    def test_an_order_that_does_not_count_is_not_thanked_for(self) -> None:
        orders = [order("ana", "2", "2026-10-29", is_valid_order=False)]
        assert find(THANKS, shop([person("ana")], fct_orders=orders)).is_empty()


def delivered(moment: str | None, zone: str = "UTC", **tables: object) -> Shop:
    rows = [delivery("1", moment)]
    orders = tables.pop("fct_orders", [order("ana", "1", "2026-10-01")])
    people = tables.pop("people", [person("ana")])
    return shop(people, zone=zone, fct_orders=orders, deliveries=rows, **tables)  # type: ignore[arg-type]


def ticket(**facts: object) -> Row:
    return {
        "source": "desk", "ticket_id": "T1", "created_date": day("2026-10-20"),
        "created_at": at("2026-10-20T01:00"), "order_id": "1", "is_negative": True, **facts,
    }  # fmt: skip


class TestCheckIn:
    def test_five_days_after_delivery_however_long_the_order_took(self) -> None:
        to = delivered("2026-10-26T08:00")
        assert find(CHECK_IN, on(to, day("2026-10-30"))).is_empty()
        found = find(CHECK_IN, to)
        assert reasons(found) == [("ana", "store:1", AS_OF)]
        assert found["last_order_date"].to_list() == [day("2026-10-01")]

    @pytest.mark.parametrize(
        ("moment", "zone", "arrived"),
        [
            ("2026-10-25T16:30", "Asia/Manila", "2026-10-26"),
            ("2026-10-25T15:30", "Asia/Manila", "2026-10-25"),
            # Warsaw put its clocks back on 25 October 2026, from UTC+2 to UTC+1.
            ("2026-10-24T22:30", "Europe/Warsaw", "2026-10-25"),
            ("2026-10-25T22:30", "Europe/Warsaw", "2026-10-25"),
            ("2026-10-25T23:30", "Europe/Warsaw", "2026-10-26"),
            # ... and forward on 29 March.
            ("2026-03-28T23:30", "Europe/Warsaw", "2026-03-29"),
            ("2026-03-29T21:30", "Europe/Warsaw", "2026-03-29"),
            ("2026-03-29T22:30", "Europe/Warsaw", "2026-03-30"),
        ],
    )
    def test_the_day_of_delivery_is_the_stores_own(
        self, moment: str, zone: str, arrived: str
    ) -> None:
        to = on(delivered(moment, zone), day(arrived))
        assert find(CHECK_IN, to, 1, days_after=0)["event_date"].to_list() == [day(arrived)]

    def test_what_has_not_arrived_is_not_asked_about(self) -> None:
        assert find(CHECK_IN, delivered(None)).is_empty()
        to = shop([person("ana")], fct_orders=[order("ana", "1", "2026-10-01")])
        assert find(CHECK_IN, to, 366).is_empty(), "no deliveries feed, no check-in"

    @pytest.mark.parametrize("trouble", ["has_open_complaint", "has_open_return"])
    def test_not_while_the_customer_has_trouble(self, trouble: str) -> None:
        people = [person("ana", **{trouble: True})]
        assert find(CHECK_IN, delivered("2026-10-26T08:00", people=people)).is_empty()

    @pytest.mark.parametrize(
        ("facts", "count"),
        [
            ({}, 0),
            ({"customer_id": "somebody else"}, 0),
            ({"resolved_date": day("2026-10-25")}, 1),
            ({"ticket_status": "solved"}, 1),
            ({"ticket_status": "open"}, 0),
            ({"is_negative": False}, 1),
            ({"order_id": "2"}, 1),
            ({"order_id": None}, 1),
        ],
    )
    def test_not_while_a_complaint_about_the_order_is_open(self, facts: Row, count: int) -> None:
        to = delivered("2026-10-26T08:00", tickets=[ticket(**facts)])
        assert find(CHECK_IN, to).height == count

    def test_not_about_an_order_of_which_something_was_paid_back(self) -> None:
        orders = [order("ana", "1", "2026-10-01", returns_amount=Decimal("0.01"))]
        assert find(CHECK_IN, delivered("2026-10-26T08:00", fct_orders=orders)).is_empty()

    def test_the_same_number_in_another_source_is_another_order(self) -> None:
        orders = [order("ana", "1", "2026-10-01", source="market")]
        assert find(CHECK_IN, delivered("2026-10-26T08:00", fct_orders=orders)).is_empty()

    def test_the_dearest_product_that_was_kept_is_named(self) -> None:
        lines = [
            line("ana", "1", "2026-10-01", "cup", 10),
            line("ana", "1", "2026-10-01", "kettle", 90, line_number=2),
            line("ana", "1", "2026-10-01", "stove", 900, line_number=3, is_purchase=False),
        ]
        found = find(CHECK_IN, delivered("2026-10-26T08:00", fct_order_lines=lines))
        assert found.select("sku", "product_name").rows() == [("kettle", "Kettle")]


class TestOrderCheckIn:
    def test_three_weeks_after_the_order_without_any_feed_of_deliveries(self) -> None:
        orders = [order("ana", "1", "2026-10-10"), order("ana", "2", "2026-10-11")]
        found = find(ORDER_CHECK_IN, shop([person("ana")], fct_orders=orders))
        assert reasons(found) == [("ana", "store:1", AS_OF)]

    def test_guests_staff_and_complaints_are_left_out(self) -> None:
        orders = [
            order("ana", "1", "2026-10-10"),
            order("guest", "2", "2026-10-10", is_identified=False),
        ]
        to = shop([person("ana", is_staff=True)], fct_orders=orders)
        assert find(ORDER_CHECK_IN, to).is_empty()
        to = shop([person("ana")], fct_orders=orders, tickets=[ticket()])
        assert find(ORDER_CHECK_IN, to).is_empty()


class TestOneYearCheckIn:
    def bought(self, *lines: Row, **order_facts: object) -> Shop:
        orders = [order("ana", "1", "2025-10-31", **order_facts)]
        return shop([person("ana")], fct_orders=orders, fct_order_lines=lines)

    def test_a_year_later_about_the_dearest_thing_of_that_day(self) -> None:
        lines = (
            line("ana", "1", "2025-10-31", "socks", 5),
            line("ana", "1", "2025-10-31", "coat", 200, line_number=2),
        )
        found = find(ONE_YEAR, self.bought(*lines))
        assert reasons(found) == [("ana", "2025-10-31", AS_OF)]
        assert found["product_name"].to_list() == ["Coat"]
        assert find(ONE_YEAR, on(self.bought(*lines), day("2026-10-30"))).is_empty()

    def test_what_was_given_back_is_not_asked_about_and_the_reason_stays_the_same(self) -> None:
        lines = (
            line("ana", "1", "2025-10-31", "socks", 5),
            line(
                "ana", "1", "2025-10-31", "coat", 200, line_number=2, returned_quantity=Decimal(1)
            ),
        )
        found = find(ONE_YEAR, self.bought(*lines))
        assert reasons(found) == [("ana", "2025-10-31", AS_OF)]
        assert found["product_name"].to_list() == ["Socks"]

    def test_a_product_without_a_name_cannot_be_named(self) -> None:
        nameless = line("ana", "1", "2025-10-31", "x", product_name=None)
        assert find(ONE_YEAR, self.bought(nameless)).is_empty()

    def test_over_a_29_february_it_is_365_days_and_not_a_calendar_year(self) -> None:
        lines = [line("ana", "1", "2023-06-01", "coat")]
        to = shop([person("ana")], fct_order_lines=lines)
        assert find(ONE_YEAR, on(to, day("2024-05-31")), 1)["event_date"].to_list() == [
            day("2024-05-31")
        ]
