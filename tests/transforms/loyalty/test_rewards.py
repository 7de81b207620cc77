"""Punch cards, spend programmes, cash back and the club, worked by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.loyalty.loyalty_shop import (
    START,
    bought,
    day,
    order,
    programme,
    redemption,
    refund,
    run,
)

COFFEE = {"name": "Coffee card", "stamps": 10, "reward": "One free coffee"}
SPREE = {"name": "Spree", "net_sales": 100, "within_days": 10, "reward": "Voucher"}
AS_OF = day("12-31")


def visits(count: int, customer: str = "ana", goods: int = 5) -> list[dict[str, Any]]:
    """One order on each of the first days of the programme."""
    return [
        order(f"{customer}{n}", customer, START + timedelta(days=n), goods) for n in range(count)
    ]


def card(**rows: Any) -> dict[str, Any]:
    rules = programme(punch_cards=[rows.pop("rules", COFFEE)])
    return run(rules, AS_OF, **rows)["loyalty_punch_cards"].to_dicts()[0]


def test_ten_purchases_earn_one_reward_and_the_next_three_are_on_the_next_card():
    tables = run(programme(punch_cards=[COFFEE]), AS_OF, orders=visits(13))
    found = tables["loyalty_punch_cards"].to_dicts()[0]
    assert (found["purchase_count"], found["stamp_count"], found["stamps_needed"]) == (13, 3, 10)
    assert (found["reward_count"], found["open_reward_count"]) == (1, 1)
    assert found["last_stamp_date"] == day("01-13")
    assert tables["loyalty_rewards"].rows() == [
        ("Coffee card", "ana", 1, "punch_card", "One free coffee", day("01-10"), False)
    ]


def test_two_orders_of_one_day_are_one_stamp_and_an_invalid_order_is_none():
    orders = [
        *visits(2),
        order("again", "ana", START, 7),
        order("void", "ana", day("01-20"), 7, is_valid_order=False, invalid_reason="voided"),
        order("early", "ana", day("2025-12-30"), 7),
    ]
    assert card(orders=orders)["purchase_count"] == 2


def test_a_card_of_a_category_is_stamped_only_by_days_on_which_it_was_bought():
    lines = [
        bought("ana", START, category="Coffee"),
        bought("ana", day("01-02"), category="Tea"),
        bought("ana", day("01-03"), category="coffee", is_purchase=False),
    ]
    rules = COFFEE | {"category": "coffee"}
    assert card(rules=rules, orders=visits(3), lines=lines)["purchase_count"] == 1


def test_rewards_handed_out_are_given_oldest_first_whatever_the_case_of_the_name():
    given_out = [
        redemption("g", "ana", day("02-01"), 0, "reward", reward=" coffee CARD "),
        redemption("h", "ana", day("02-01"), 0, "reward", reward="Umbrella"),
    ]
    tables = run(
        programme(punch_cards=[COFFEE | {"stamps": 2}]), AS_OF,
        orders=visits(5), redemptions=given_out,
    )  # fmt: skip
    assert tables["loyalty_rewards"]["is_given"].to_list() == [True, False]
    found = tables["loyalty_punch_cards"].to_dicts()[0]
    assert (found["reward_count"], found["open_reward_count"]) == (2, 1)
    unknown = tables["loyalty_totals"].filter(kind="unknown_reward")
    assert unknown["entry_count"].to_list() == [1]


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40), st.integers(2, 12), st.integers(0, 60))
def test_stamps_and_full_cards_add_up_to_purchases_on_every_day(purchases, stamps, last):
    as_of = START + timedelta(days=last)
    rules = programme(punch_cards=[COFFEE | {"stamps": stamps}])
    found = run(rules, as_of, orders=visits(purchases))["loyalty_punch_cards"].to_dicts()[0]
    seen = min(purchases, last + 1)
    assert found["stamp_count"] < stamps
    assert found["reward_count"] * stamps + found["stamp_count"] == seen


def spree(orders: list[dict[str, Any]], **rules: Any) -> list[date]:
    found = run(programme(spend_programmes=[SPREE | rules]), AS_OF, orders=orders)
    return found["loyalty_rewards"]["earned_on"].to_list()


def test_spending_enough_within_ten_days_earns_the_reward_on_the_day_it_is_reached():
    orders = [order("a", "ana", day("01-01"), 60), order("b", "ana", day("01-10"), 40)]
    assert spree(orders) == [day("01-10")]


def test_what_was_spent_on_the_eleventh_day_before_counts_no_more():
    orders = [order("a", "ana", day("01-01"), 60), order("b", "ana", day("01-11"), 40)]
    assert spree(orders) == []


def test_no_money_earns_two_rewards():
    orders = [
        order("a", "ana", day("01-01"), 350),
        order("b", "ana", day("01-02"), 60),
        order("c", "ana", day("01-03"), 40),
    ]
    assert spree(orders) == [day("01-01"), day("01-03")]


def test_only_days_of_the_spend_programme_count():
    orders = [order("a", "ana", day("03-01"), 60), order("b", "ana", day("03-02"), 60)]
    assert spree(orders, starts_on=day("03-02")) == []
    assert spree(orders, ends_on=day("03-01")) == []
    assert spree(orders, starts_on=day("03-01"), ends_on=day("03-02")) == [day("03-02")]


def cash(as_of: str, orders: Any, refunds: Any = ()) -> list[tuple[Any, ...]]:
    rules = programme(cash_back={"share": "0.02", "payable_after_days": 30})
    found = run(rules, day(as_of), orders=orders, refunds=refunds)["loyalty_cash_back"]
    return found.drop("customer_id").rows()


def test_cash_back_is_a_share_of_the_month_cut_off_after_two_decimals():
    orders = [
        order("a", "ana", day("01-05"), "100.40"),
        order("b", "ana", day("01-31"), "99.99"),
        order("c", "ana", day("02-01"), 50),
    ]
    # (100.40 + 99.99) x 2 % = 4.0078; January is over on 1 February, thirty days more is 3 March.
    january = (day("01-01"), Decimal("200.39"), Decimal("4.00"), day("03-03"))
    assert cash("03-02", orders)[0] == (*january, False)
    assert cash("03-03", orders)[0] == (*january, True)


def test_refunds_lessen_cash_back_until_it_is_paid_and_not_afterwards():
    orders = [order("a", "ana", day("01-05"), 100)]
    early, late = refund("a", day("03-03"), 40), refund("a", day("03-04"), 60)
    assert [row[2] for row in cash("12-31", orders, [early, late])] == [Decimal("1.20")]
    assert cash("12-31", orders, [refund("a", day("02-01"), 100)]) == []


def club_rows(as_of: str, club: dict[str, Any], **rows: Any) -> list[tuple[Any, ...]]:
    tables = run(programme(club={"name": "VIP"} | club), day(as_of), **rows)
    in_club = tables["loyalty_standing"].filter("is_club_member")["customer_id"].to_list()
    assert in_club == tables["loyalty_club"]["customer_id"].to_list()
    return tables["loyalty_club"].rows()


def test_the_fee_lasts_its_days_and_a_renewal_begins_when_it_ends():
    fee = {"fee": {"sku": "VIP", "days": 100}}
    rows = {
        "orders": visits(1),
        "lines": [bought("ana", day("01-01"), sku="VIP"), bought("ana", day("02-01"), sku="VIP"),
                  bought("ana", day("02-01"), sku="TEA")],
    }  # fmt: skip
    paid = ("ana", "fee", day("01-01"))
    assert club_rows("01-31", fee, **rows) == [(*paid, day("04-10"))]
    assert club_rows("07-19", fee, **rows) == [(*paid, day("07-19"))]
    assert club_rows("07-20", fee, **rows) == []


def test_a_fee_that_was_sent_back_pays_for_nothing():
    fee = {"fee": {"sku": "VIP", "days": 100}}
    line = bought("ana", START, sku="VIP", returned_quantity=1, is_purchase=False)
    assert club_rows("01-31", fee, orders=visits(1), lines=[line]) == []


def test_history_invites_once_both_are_reached_and_no_earlier_than_the_start():
    asked = {"invitation": {"net_sales": 100, "occasions": 3}}
    orders = [
        order("a", "ana", day("2025-03-01"), 90),
        order("b", "ana", day("2025-04-01"), 20),
        order("c", "ana", day("02-10"), 5),
        *(order(f"d{n}", "ben", day(f"2025-0{n}-01"), 50) for n in range(1, 4)),
    ]
    assert club_rows("12-31", asked, orders=orders) == [
        ("ana", "invitation", day("02-10"), None),
        ("ben", "invitation", START, None),
    ]


def test_whoever_pays_is_told_as_paying():
    both = {"fee": {"sku": "VIP", "days": 10}, "invitation": {"occasions": 1}}
    line = [bought("ana", START, sku="VIP")]
    assert [row[1] for row in club_rows("01-05", both, orders=visits(1), lines=line)] == ["fee"]
    later = club_rows("02-05", both, orders=visits(1), lines=line)
    assert later == [("ana", "invitation", START, None)]


def test_everyone_is_told_the_perks_of_partners_and_of_their_own_tier_and_club():
    rules = programme(
        partner_perks=["Bakery", "Cinema"],
        tiers={"levels": [{"name": "Silver", "net_sales": 100, "perks": ["Early access"]}]},
        club={"name": "VIP", "invitation": {"net_sales": 200}, "perks": ["Cuppings"]},
    )
    orders = [order(name, name, START, goods) for name, goods in
              (("ana", 50), ("ben", 150), ("cyd", 250))]  # fmt: skip
    found = run(rules, AS_OF, orders=orders)["loyalty_standing"]
    assert found.select("tier", "is_club_member", "perks").rows() == [
        (None, False, "Bakery; Cinema"),
        ("Silver", False, "Bakery; Cinema; Early access"),
        ("Silver", True, "Bakery; Cinema; Early access; Cuppings"),
    ]
    silent = run(programme(points={"per_unit": 1}), AS_OF, orders=orders)["loyalty_standing"]
    assert silent["perks"].null_count() == 3


def test_every_table_keeps_the_shape_of_the_contract():
    from transforms.canonical.loyalty import LOYALTY

    rules = programme(
        points={"per_unit": 1}, cash_back={"share": "0.1"}, punch_cards=[COFFEE], spend_programmes=[SPREE],
        tiers={"levels": [{"name": "Silver", "net_sales": 10}]},
        club={"name": "VIP", "invitation": {"occasions": 1}},
    )  # fmt: skip
    tables = run(rules, AS_OF, orders=visits(12, goods=50))
    assert tables.keys() == LOYALTY.keys()
    for name, table in LOYALTY.items():
        frame = tables[name]
        assert frame.schema == table.schema, name
        assert frame.select(table.key).is_unique().all(), name
        required = [column.name for column in table.columns if column.required]
        assert frame.select(pl.col(required).null_count().sum()).row(0) == (0,) * len(required), (
            name
        )
        assert name == "loyalty_expiries" or frame.height > 0, name
