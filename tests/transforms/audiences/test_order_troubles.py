"""Orders that did not arrive, were never confirmed, or are not paid."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.transforms.audiences.care_shop import (
    AS_OF,
    Row,
    at,
    day,
    delivery,
    find,
    finder,
    message,
    order,
    person,
    shop,
    who,
)
from transforms.audiences.order_troubles import FINDERS
from transforms.audiences.shop import Finder, Shop

LATE, UNPAID, UNCONFIRMED = (finder(FINDERS, name) for name in (
    "late_delivery", "unpaid_invoice", "missed_confirmation"))  # fmt: skip


def invoice(
    customer_id: str, invoice_id: str, due: str | None, amount: str, **facts: object
) -> Row:
    return {
        "source": "books", "invoice_id": invoice_id, "customer_id": customer_id, "issued_date": day("2026-08-01"),
        "due_date": day(due) if due else None, "invoice_status": "open", "invoice_amount": Decimal(amount),
        "currency": "PHP", **facts,
    }  # fmt: skip


class TestLateDelivery:
    arrived = [delivery("o0", "2026-10-29", "2026-10-31T01:00")]
    people = [
        person("ana"),
        person("ben", value_tier="vip", lifetime_net_sales_amount=Decimal(999)),
    ]

    def test_the_eighth_day_is_late_whether_it_left_or_not(self) -> None:
        orders = [
            order("ana", "o1", "2026-10-23"),
            order("ben", "o2", "2026-10-20"),
            order("ana", "o3", "2026-10-24"),
        ]
        deliveries = [delivery("o1", "2026-10-24", None), delivery("o2", None, None),
                      delivery("o3", None, None), *self.arrived]  # fmt: skip
        found = find(LATE, shop(self.people, orders=orders, deliveries=deliveries))
        assert who(found) == ["ben", "ana"]
        assert dict(found.select("customer_id", "why").iter_rows()) == {
            "ana": "1 order late, the oldest (o1) placed 8 days ago and shipped on 2026-10-24; "
            "value tier middle.",
            "ben": "1 order late, the oldest (o2) placed 11 days ago and not shipped yet; "
            "value tier vip.",
        }

    def test_a_feed_that_stopped_makes_no_parcel_late(self) -> None:
        stopped = [
            delivery("o0", "2026-10-19", "2026-10-20T01:00"),
            delivery("o1", "2026-10-18", None),
        ]
        orders = [order("ana", "o1", "2026-10-17")]
        assert find(LATE, shop(self.people, orders=orders, deliveries=stopped)).is_empty()

    def test_what_arrives_after_the_date_of_the_run_has_not_arrived(self) -> None:
        orders = [order("ana", "o1", "2026-10-20")]
        later = [delivery("o1", "2026-10-21", "2026-11-02T01:00"), *self.arrived]
        assert find(LATE, shop(self.people, orders=orders, deliveries=later)).height == 1

    def test_a_cancelled_order_is_not_waited_for(self) -> None:
        orders = [order("ana", "o1", "2026-10-20", is_valid_order=False)]
        deliveries = [delivery("o1", None, None), *self.arrived]
        assert find(LATE, shop(self.people, orders=orders, deliveries=deliveries)).is_empty()

    def test_a_source_that_knows_no_arrivals_accuses_nobody(self) -> None:
        orders = [order("ana", "o1", "2026-10-10"), order("ana", "o2", "2026-10-30")]
        shipped = [delivery("o1", "2026-10-11", None), delivery("o2", "2026-10-31", None)]
        assert find(LATE, shop(self.people, orders=orders, deliveries=shipped)).is_empty()


class TestUnpaidInvoice:
    def test_most_money_stands_first_and_the_invoices_of_a_person_are_added_up(self) -> None:
        invoices = [
            invoice("ana", "i1", "2026-10-01", "100.10"),
            invoice("ana", "i2", "2026-10-21", "50.10"),
            invoice("ben", "i3", "2026-10-30", "400"),
        ]
        found = find(UNPAID, shop([person("ana"), person("ben")], invoices=invoices), 60)
        assert who(found) == ["ben", "ana"]
        ana = found.row(0, named=True)
        assert (ana["amount"], ana["days"], ana["reason_key"]) == (
            Decimal("150.20"),
            30,
            "books:i2",
        )
        assert ana["why"] == (
            "2 invoices unpaid, 150.20 PHP in all, the oldest for 30 days; value tier middle."
        )

    def test_the_due_day_itself_is_still_in_time_and_a_failed_payment_is_not(self) -> None:
        invoices = [
            invoice("ana", "i1", "2026-10-31", "10"),
            invoice(
                "ben",
                "i2",
                "2026-11-20",
                "10",
                invoice_status="failed",
                issued_date=day("2026-10-25"),
            ),
            invoice("cid", "i3", None, "10"),
        ]
        people = [person(name) for name in ("ana", "ben", "cid")]
        found = find(UNPAID, shop(people, invoices=invoices), 30)
        assert found.select("customer_id", "event_date").rows() == [("ben", day("2026-10-25"))]

    def test_paid_void_and_credit_notes_ask_nobody_for_money(self) -> None:
        invoices = [
            invoice("ana", "i1", "2026-10-20", "10", paid_date=day("2026-10-22")),
            invoice("ana", "i2", "2026-10-20", "10", invoice_status="void"),
            invoice("ana", "i3", "2026-10-20", "10", invoice_status="paid"),
            invoice("ana", "i4", "2026-10-20", "-10"),
        ]
        assert find(UNPAID, shop([person("ana")], invoices=invoices), 30).is_empty()

    def test_money_is_converted_and_an_amount_without_a_rate_is_not_left_out_of_a_sum(self) -> None:
        dollars = {"currency": "USD", "exchange_rate": Decimal("56.50")}
        unknown = {"currency": "EUR"}
        invoices = [
            invoice("ana", "i1", "2026-10-20", "2", **dollars),
            invoice("ben", "i2", "2026-10-20", "2", **dollars),
            invoice("ben", "i3", "2026-10-20", "2", **unknown),
        ]
        found = find(UNPAID, shop([person("ana"), person("ben")], invoices=invoices), 30)
        assert found["amount"].to_list() == [Decimal(113), None]
        assert "an amount without an exchange rate in all" in found["why"][1]


class TestMissedConfirmation:
    """Forty customers whose web orders are confirmed, of whom some mails are missing."""

    def confirmed(self, missing: set[str] = frozenset(), **more: object) -> Shop:
        orders, mails = [], []
        for number in range(40):
            name, on = f"c{number:02}", AS_OF - timedelta(days=2 + number % 5)
            orders.append(order(name, f"o{number:02}", str(on)))
            if name not in missing:
                mails.append(self.mail(name, on + timedelta(days=number % 2)))
        mails.append(message("zoe", "Sale", AS_OF, "delivered", source="mailer"))
        mails += more.pop("mails", [])
        orders += more.pop("orders", [])
        people = [
            person(one["customer_id"]) for one in {o["customer_id"]: o for o in orders}.values()
        ]
        return shop(people, orders=orders, messages=mails)

    @staticmethod
    def mail(name: str, on: date, campaign: str = "Order_Confirmation") -> Row:
        return message(name, campaign, on, "delivered", source="mailer")

    def test_the_one_order_without_a_confirmation_is_found(self) -> None:
        assert find(UNCONFIRMED, self.confirmed()).is_empty()
        found = find(UNCONFIRMED, self.confirmed({"c07"}))
        assert found.select("customer_id", "reason_key", "event_date", "order_id").rows() == [
            ("c07", "store:o07", AS_OF - timedelta(days=3), "o07")
        ]

    def test_a_cancelled_order_is_never_confirmed_afterwards(self) -> None:
        cancelled = order("dan", "o99", str(AS_OF - timedelta(days=3)), is_valid_order=False)
        assert find(UNCONFIRMED, self.confirmed(orders=[cancelled])).is_empty()

    def test_orders_of_a_channel_that_confirms_nothing_miss_nothing(self) -> None:
        till = [
            order(f"p{n}", f"p{n}", str(AS_OF - timedelta(days=3)), channel="pos") for n in range(5)
        ]
        assert find(UNCONFIRMED, self.confirmed(orders=till)).is_empty()

    def test_nothing_is_said_of_days_that_the_feed_does_not_reach(self) -> None:
        recent = [
            order("dan", "o98", str(AS_OF)),
            order("eve", "o97", str(AS_OF - timedelta(days=40))),
        ]
        assert find(UNCONFIRMED, self.confirmed(orders=recent), 60).is_empty()

    def test_a_shop_whose_feed_files_confirmations_under_another_name_says_so(self) -> None:
        state = self.confirmed({"c07"})
        assert find(UNCONFIRMED, state, order_confirmation="receipt").is_empty()
        assert find(UNCONFIRMED, state, order_confirmation="order_confirmation").height == 1

    def test_the_confirmation_of_the_next_order_is_not_taken_for_the_missing_one(self) -> None:
        on = AS_OF - timedelta(days=5)
        orders = [order("dan", "o91", str(on)), order("dan", "o92", str(on + timedelta(days=1)))]
        both = [
            self.mail("dan", on + timedelta(days=1)),
            {**self.mail("dan", on + timedelta(days=1)), "message_id": "x"},
        ]
        assert find(UNCONFIRMED, self.confirmed(orders=orders, mails=both)).is_empty()
        one = find(UNCONFIRMED, self.confirmed(orders=orders, mails=both[:1]))
        assert one["order_id"].to_list() == ["o91"]

    def test_two_orders_of_one_day_may_share_a_confirmation(self) -> None:
        on = AS_OF - timedelta(days=5)
        orders = [
            order("dan", "o91", str(on), ordered_at=at(f"{on}T02:00")),
            order("dan", "o92", str(on), ordered_at=at(f"{on}T03:00")),
        ]
        assert find(
            UNCONFIRMED, self.confirmed(orders=orders, mails=[self.mail("dan", on)])
        ).is_empty()


@pytest.mark.parametrize("one", FINDERS, ids=lambda one: one.name)
def test_a_shop_without_any_feed_has_no_trouble_that_is_known(one: Finder) -> None:
    assert find(one, shop([person("ana")])).is_empty()
    placed = [order("ana", "o1", "2026-10-20")]
    assert find(one, shop([person("ana")], orders=placed), 30).is_empty()
