"""Reasons of the loyalty programme: near a tier, in one, points soon gone, cards full."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tests.transforms.audiences.care_shop import person
from tests.transforms.loyalty.loyalty_shop import day, order, programme, redemption, run
from transforms.audiences.loyalty import FINDERS
from transforms.audiences.shop import Shop, Window
from transforms.canonical import CURRENT
from transforms.canonical.outreach import CANDIDATES, CUSTOMER_PROFILE

TIERS = {
    "grace_days": 30,
    "levels": [{"name": "Silver", "net_sales": 100}, {"name": "Gold", "net_sales": 300}],
}
FINDER = {finder.name: finder for finder in FINDERS}


def shop(as_of: date, tables: dict[str, pl.DataFrame], *people: str, **facts: Any) -> Shop:
    rows = [person(name, **facts) for name in people or ("ana", "ben")]
    profile = pl.DataFrame(
        [{name: row.get(name) for name in CUSTOMER_PROFILE.schema} for row in rows],
        schema=CUSTOMER_PROFILE.schema,
    )
    current = {"run_context": CURRENT["run_context"].empty()}
    return Shop(as_of, profile, {}, current, {}, loyalty=tables)


def find(name: str, asked: Shop, expires_after_days: int = 14, **rules: Any) -> pl.DataFrame:
    finder = FINDER[name]
    found = finder.find(asked, Window.of(asked, expires_after_days), finder.parameters(**rules))
    assert found.schema == CANDIDATES.schema
    for variable in finder.variables:
        assert found[variable].null_count() == 0, variable
    return found


def near(as_of: str, orders: Any, **rules: Any) -> list[tuple[Any, ...]]:
    tables = run(programme(tiers=TIERS), day(as_of), orders=orders)
    found = find("near_tier", shop(day(as_of), tables), **rules)
    return found.select("customer_id", "event_date", "tier", "amount", "reason_key").rows()


def test_whoever_misses_a_seventh_of_the_next_tier_is_near_it_since_their_last_purchase():
    orders = [order("a", "ana", day("05-10"), 85), order("b", "ben", day("05-10"), 84)]
    (found,) = near("05-12", orders)
    assert found == ("ana", day("05-10"), "Silver", 15, "Silver:none:2026")
    assert [row[0] for row in near("05-12", orders, share=0.16)] == ["ana", "ben"]
    assert near("05-12", orders, share=0.14) == []


def test_a_further_purchase_is_no_second_reason_but_the_next_tier_is():
    orders = [order("a", "ana", day("05-10"), 85), order("b", "ana", day("05-14"), 5)]
    assert [row[1:3] + row[4:] for row in near("05-15", orders)] == [
        (day("05-14"), "Silver", "Silver:none:2026")
    ]
    orders.append(order("c", "ana", day("05-16"), 180))
    assert [row[2:] for row in near("05-16", orders)] == [("Gold", 30, "Gold:2026-05-16:2026")]


def test_the_nearness_of_a_purchase_long_ago_is_no_news():
    assert near("07-01", [order("a", "ana", day("05-10"), 85)]) == []


def test_a_tier_is_reached_by_rising_and_not_by_falling_into_it():
    orders = [order("a", "ana", day("02-10"), 250), order("b", "ana", day("08-10"), 100)]
    rules = programme(tiers=TIERS | {"grace_days": 0})
    risen = shop(day("08-12"), run(rules, day("08-12"), orders=orders))
    found = find("tier_reached", risen)
    assert found.select("tier", "event_date", "reason_key").rows() == [
        ("Gold", day("08-10"), "Gold:2026-08-10")
    ]
    fallen = shop(day("2027-02-11"), run(rules, day("2027-02-11"), orders=orders))
    assert fallen.loyalty["loyalty_tiers"]["tier"].to_list() == ["Silver"]
    assert find("tier_reached", fallen).height == 0


def test_points_are_told_of_once_per_day_on_which_they_are_gone():
    rules = programme(points={"per_unit": 1, "expire_after_days": 100})
    orders = [
        order("a", "ana", day("01-01"), 80),
        order("b", "ana", day("01-03"), 9),
        order("c", "ana", day("03-01"), 70),
        order("d", "ben", day("01-01"), 50),
    ]
    spent = [redemption("r", "ben", day("02-01"), 50)]
    as_of = day("03-20")
    tables = run(rules, as_of, orders=orders, redemptions=spent)
    found = find("expiring_points", shop(as_of, tables), minimum_points=10)
    # 1 January and a hundred days is 11 April, thirty days before it is 12 March.
    assert found.select("customer_id", "event_date", "points", "due_date", "reason_key").rows() == [
        ("ana", day("03-12"), 80, day("04-11"), "expires:2026-04-11")
    ]
    assert find("expiring_points", shop(as_of, tables))["points"].to_list() == [80, 9]
    assert find("expiring_points", shop(as_of, tables), days_ahead=20).height == 0


def test_points_that_last_for_less_than_the_notice_are_told_of_from_their_first_day():
    rules = programme(points={"per_unit": 1, "expire_after_days": 10})
    tables = run(rules, day("01-02"), orders=[order("a", "ana", day("01-01"), 80)])
    found = find("expiring_points", shop(day("01-02"), tables), expires_after_days=5)
    assert found["event_date"].to_list() == [day("01-01")]


def test_a_full_card_is_a_reason_until_the_reward_is_given():
    card = {"name": "Coffee card", "stamps": 2, "reward": "One free coffee"}
    orders = [order(f"o{n}", "ana", day("05-01") + timedelta(days=n), 5) for n in range(4)]
    rules = programme(punch_cards=[card])
    open_ = shop(day("05-10"), run(rules, day("05-10"), orders=orders))
    found = find("punch_reward", open_)
    assert found.select("reason_key", "event_date", "product_name").rows() == [
        ("Coffee card:1", day("05-02"), "One free coffee"),
        ("Coffee card:2", day("05-04"), "One free coffee"),
    ]
    assert find("spend_reward", open_).height == 0
    given = [redemption("g", "ana", day("05-05"), 0, "reward", reward="Coffee card")]
    after = shop(day("05-10"), run(rules, day("05-10"), orders=orders, redemptions=given))
    assert find("punch_reward", after)["reason_key"].to_list() == ["Coffee card:2"]


def test_the_reward_of_a_spend_programme_and_cash_back_have_their_days():
    spree = {"name": "Spree", "net_sales": 100, "within_days": 10, "reward": "Voucher"}
    rules = programme(spend_programmes=[spree], cash_back={"share": "0.1", "payable_after_days": 0})
    orders = [order("a", "ana", day("05-28"), 120)]
    asked = shop(day("06-01"), run(rules, day("06-01"), orders=orders))
    assert find("spend_reward", asked)["event_date"].to_list() == [day("05-28")]
    found = find("cash_back", asked)
    assert found.select("amount", "event_date", "reason_key").rows() == [
        (12, day("06-01"), "month:2026-05-01")
    ]
    before = shop(day("05-31"), run(rules, day("05-31"), orders=orders))
    assert find("cash_back", before).height == 0


def test_history_that_suffices_is_an_invitation_once_and_for_all():
    rules = programme(club={"name": "VIP", "invitation": {"net_sales": 100}})
    orders = [order("a", "ana", day("05-01"), 60), order("b", "ana", day("05-03"), 60)]
    asked = shop(
        day("05-04"), run(rules, day("05-04"), orders=orders), "ana",
        lifetime_net_sales_amount=120, occasion_count=2,
    )  # fmt: skip
    found = find("club_invitation", asked)
    assert found.select("customer_id", "event_date", "reason_key").rows() == [
        ("ana", day("05-03"), "club_invitation")
    ]
    assert found["why"].to_list() == [
        "Their history suffices for the club since 2026-05-03: 120.00 spent on 2 occasions."
    ]


@pytest.mark.parametrize("name", FINDER)
def test_nobody_has_a_reason_where_the_programme_is_off_and_staff_never_has_one(name):
    assert find(name, shop(day("05-04"), {})).height == 0
    rules = programme(
        points={"per_unit": 1, "expire_after_days": 20}, tiers=TIERS, cash_back={"share": "0.1"},
        punch_cards=[{"name": "Card", "stamps": 2, "reward": "Tea"}],
        spend_programmes=[{"name": "Spree", "net_sales": 5, "within_days": 5, "reward": "Mug"}],
        club={"name": "VIP", "invitation": {"net_sales": 50}},
    )  # fmt: skip
    orders = [order(f"o{n}", "ana", day("05-01") + timedelta(days=n), 58) for n in range(5)]
    tables = run(rules, day("05-06"), orders=orders)
    assert find(name, shop(day("05-06"), tables, "ana", is_staff=True), 365).height == 0
    assert find(name, shop(day("05-06"), tables, "somebody else"), 365).height == 0
