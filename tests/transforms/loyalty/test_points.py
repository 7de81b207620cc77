"""The ledger of points: worked by hand, and against a purse that holds every point as a coin."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.loyalty.loyalty_shop import (
    START,
    day,
    order,
    programme,
    redemption,
    refund,
    run,
    told,
)

ONE_EACH = {"per_unit": 1, "expire_after_days": 365}
POINTS = programme(points=ONE_EACH)


def ledger(as_of: str, rules: Any = POINTS, **given_rows: Any) -> dict[str, pl.DataFrame]:
    return run(rules, day(as_of), **given_rows)


def balance(tables: dict[str, pl.DataFrame], customer: str = "ana") -> tuple[int, int]:
    row = tables["loyalty_standing"].filter(customer_id=customer)
    return row.select("points_balance", "debt_points").row(0)


def test_points_are_earned_on_goods_less_discounts_and_rounded_down_order_by_order():
    rules = programme(points={"per_unit": "0.1"})
    orders = [
        order("a", "ana", day("01-02"), "199.99"),
        order("b", "ana", day("01-03"), "120", discount_amount="30.01"),
        order("c", "ana", day("01-04"), "9.99"),
    ]
    found = ledger("01-31", rules, orders=orders)
    assert told(found) == [("2026-01-02", "earn", 19, 19), ("2026-01-03", "earn", 8, 27)]
    assert found["loyalty_entries"]["expires_on"].to_list() == [None, None]
    assert found["loyalty_expiries"].height == 0


def test_points_may_be_rounded_to_the_nearest_instead():
    rules = programme(points={"per_unit": "0.1", "rounding": "nearest"})
    orders = [order("a", "ana", day("01-02"), "15"), order("b", "ana", day("01-03"), "14.99")]
    assert told(ledger("01-31", rules, orders=orders), "points") == [(2,), (1,)]


@pytest.mark.parametrize(
    "facts",
    [
        {"is_valid_order": False, "invalid_reason": "cancelled"},
        {"is_valid_order": False, "invalid_reason": "staff"},
        {"order_kind": "return"},
        {"order_date": day("2025-12-31")},
    ],
)
def test_what_is_no_purchase_of_the_programme_earns_nothing(facts):
    assert told(ledger("01-31", orders=[order("a", "ana", day("01-02"), 100) | facts])) == []


def test_the_oldest_points_are_spent_first_and_the_rest_expires_on_its_own_day():
    rules = programme(points={"per_unit": 1, "expire_after_days": 30})
    found = ledger(
        "02-20", rules,
        orders=[order("a", "ana", day("01-01"), 100), order("b", "ana", day("01-11"), 50)],
        redemptions=[redemption("r", "ana", day("01-20"), 70, reward="Mug")],
    )  # fmt: skip
    assert told(found, "entry_date", "kind", "points", "balance_after", "order_id", "reward") == [
        ("2026-01-01", "earn", 100, 100, "a", None),
        ("2026-01-11", "earn", 50, 150, "b", None),
        ("2026-01-20", "redeem", -70, 80, None, "Mug"),
        ("2026-01-31", "expire", -30, 50, "a", None),
        ("2026-02-10", "expire", -50, 0, "b", None),
    ]


def test_points_can_be_spent_on_their_last_day_and_not_on_the_day_they_are_gone():
    rules = programme(points={"per_unit": 1, "expire_after_days": 30})
    orders = [order("a", "ana", day("01-01"), 100)]
    for when, kind in (("01-30", "redeem"), ("01-31", "refused")):
        spent = [redemption("r", "ana", day(when), 100)]
        assert told(ledger("01-31", rules, orders=orders, redemptions=spent), "kind")[-1] == (kind,)


def test_points_that_will_be_gone_are_told_by_day():
    orders = [
        order("a", "ana", day("01-01"), 100),
        order("b", "ana", day("01-01"), 5),
        order("c", "ana", day("02-01"), 50),
    ]
    spent = [redemption("r", "ana", day("02-02"), 30)]
    found = ledger("02-02", orders=orders, redemptions=spent)["loyalty_expiries"]
    assert found.rows() == [
        ("ana", day("2027-01-01"), day("01-01"), 75),
        ("ana", day("2027-02-01"), day("02-01"), 50),
    ]


def test_a_redemption_above_the_balance_is_refused_told_and_changes_nothing():
    orders = [order("a", "ana", day("01-05"), 100)]
    spent = [redemption("r", "ana", day("01-06"), 101), redemption("s", "ana", day("01-07"), 0)]
    found = ledger("01-31", orders=orders, redemptions=spent)
    assert told(found, "kind", "points", "asked_points", "balance_after", "reason")[1:] == [
        ("refused", 0, -101, 100, "above_balance"),
        ("refused", 0, 0, 100, "not_positive"),
    ]
    totals = found["loyalty_totals"].filter(kind="refused")
    assert totals.select("entry_count", "customer_count", "points").row(0) == (2, 1, 0)


def test_points_earned_and_spent_on_one_day_are_not_refused_for_the_order_of_two_clocks():
    found = ledger(
        "01-31",
        orders=[order("a", "ana", day("01-05"), 100)],
        redemptions=[redemption("r", "ana", day("01-05"), 100)],
    )
    assert told(found, "kind", "points") == [("earn", 100), ("redeem", -100)]


def test_a_refund_takes_what_the_goods_sent_back_had_earned_on_its_own_day():
    found = ledger(
        "01-31",
        orders=[order("a", "ana", day("01-05"), "99.50")],
        refunds=[refund("a", day("01-10"), 30), refund("a", day("01-20"), "69.50")],
    )
    # 99 earned; 69.50 kept would have earned 69; nothing kept earns nothing.
    assert told(found) == [
        ("2026-01-05", "earn", 99, 99),
        ("2026-01-10", "reverse", -30, 69),
        ("2026-01-20", "reverse", -69, 0),
    ]


def test_an_order_paid_back_as_a_whole_still_tells_what_it_earned_and_lost():
    back = {"is_valid_order": False, "invalid_reason": "fully_refunded", "net_sales_amount": 0}
    orders = [order("a", "ana", day("01-05"), 40, **back)]
    found = ledger("01-31", orders=orders, refunds=[refund("a", day("01-10"), 40)])
    assert told(found, "kind", "points") == [("earn", 40), ("reverse", -40)]


def test_an_observed_refund_counts_on_the_day_after_so_that_its_day_cannot_move():
    orders = [order("a", "ana", day("01-05"), 40)]
    seen = [refund("a", day("01-10"), 40, "observed")]
    assert told(ledger("01-10", orders=orders, refunds=seen), "kind") == [("earn",)]
    assert told(ledger("01-11", orders=orders, refunds=seen))[-1][:2] == ("2026-01-11", "reverse")


def test_a_refund_without_a_date_counts_when_it_was_first_seen_and_else_at_the_order():
    orders = [order("a", "ana", day("01-05"), 40)]
    undated = [refund("a", None, 40, "unknown")]
    seen = {"source": "till", "order_id": "a", "observation_number": 1, "refund_amount": 40}
    seen["observed_on"] = day("01-20")
    known = ledger("01-31", orders=orders, refunds=undated, observations=[seen])
    assert told(known)[-1] == ("2026-01-21", "reverse", -40, 0)
    assert told(ledger("01-31", orders=orders, refunds=undated))[-1] == (
        "2026-01-05", "reverse", -40, 0,
    )  # fmt: skip


def test_points_spent_before_the_refund_become_a_debt_that_the_next_earnings_settle():
    found = ledger(
        "02-28",
        orders=[
            order("a", "ana", day("01-05"), 100),
            order("b", "ana", day("02-01"), 30),
            order("c", "ana", day("02-10"), 80),
        ],
        refunds=[refund("a", day("01-20"), 100)],
        redemptions=[redemption("r", "ana", day("01-10"), 90)],
    )
    columns = ("kind", "points", "asked_points", "balance_after", "debt_after", "order_id", "reason")  # fmt: skip
    assert told(found, *columns) == [
        ("earn", 100, 100, 100, 0, "a", None),
        ("redeem", -90, -90, 10, 0, None, None),
        ("reverse", -10, -100, 0, 90, "a", "refund"),
        ("earn", 30, 30, 30, 90, "b", None),
        ("reverse", -30, 0, 0, 60, "a", "debt"),
        ("earn", 80, 80, 80, 60, "c", None),
        ("reverse", -60, 0, 20, 0, "a", "debt"),
    ]
    assert balance(found) == (20, 0)


def test_points_that_have_expired_are_not_taken_a_second_time_by_a_refund():
    rules = programme(points={"per_unit": 1, "expire_after_days": 30})
    found = ledger(
        "03-31", rules,
        orders=[order("a", "ana", day("01-01"), 100), order("b", "ana", day("02-20"), 50)],
        refunds=[refund("a", day("03-01"), 100)],
    )  # fmt: skip
    assert told(found, "entry_date", "kind", "points", "asked_points", "debt_after") == [
        ("2026-01-01", "earn", 100, 100, 0),
        ("2026-01-31", "expire", -100, -100, 0),
        ("2026-02-20", "earn", 50, 50, 0),
        ("2026-03-01", "reverse", 0, -100, 0),
        ("2026-03-22", "expire", -50, -50, 0),
    ]


def test_a_withdrawn_refund_brings_the_points_back_with_their_own_last_day():
    orders = [order("a", "ana", day("01-05"), 100)]
    refunds = [refund("a", day("01-10"), 60), refund("a", day("01-20"), -60)]
    found = ledger("01-31", orders=orders, refunds=refunds)
    assert told(found, "kind", "points", "balance_after", "reason")[1:] == [
        ("reverse", -60, 40, "refund"),
        ("reverse", 60, 100, "refund_withdrawn"),
    ]
    assert found["loyalty_expiries"].rows() == [("ana", day("2027-01-05"), day("01-05"), 100)]


def test_points_that_come_back_to_a_lot_already_spent_can_be_spent_again():
    found = ledger(
        "01-31",
        orders=[order("a", "ana", day("01-02"), 100), order("b", "ana", day("01-03"), 50)],
        redemptions=[redemption("r", "ana", day("01-05"), 120), redemption("s", "ana", day("01-21"), 30)],
        refunds=[refund("a", day("01-10"), 60), refund("a", day("01-20"), -60)],
    )  # fmt: skip
    assert told(found, "kind", "points", "balance_after", "debt_after")[2:] == [
        ("redeem", -120, 30, 0),
        ("reverse", -30, 0, 30),
        ("reverse", 30, 30, 0),
        ("redeem", -30, 0, 0),
    ]


def test_points_given_by_hand_settle_no_debt_and_points_taken_by_hand_make_one():
    found = ledger(
        "01-31",
        orders=[order("a", "ana", day("01-02"), 10)],
        redemptions=[
            redemption("p", "ana", day("01-05"), -25, "adjust"),
            redemption("q", "ana", day("01-06"), 40, "adjust"),
        ],
    )
    columns = ("kind", "points", "asked_points", "balance_after", "debt_after")
    assert told(found, *columns)[1:] == [
        ("adjust", -10, -25, 0, 15),
        ("adjust", 40, 40, 40, 15),
    ]
    assert balance(found) == (40, 15)


def test_whoever_is_no_member_and_what_came_before_the_start_is_refused_and_told():
    people = [
        {"customer_id": "ana", "loyalty_since": day("01-10")},
        {"customer_id": "ben"},
    ]
    found = ledger(
        "01-31", programme(points=ONE_EACH, members="joined"),
        customers=people,
        orders=[order(f"o{n}", who, day(when), 100) for n, (who, when) in enumerate(
            [("ana", "01-09"), ("ana", "01-11"), ("ben", "01-11")])],
        redemptions=[
            redemption("p", "ana", day("01-08"), 5, "adjust"),
            redemption("q", "ben", day("01-12"), 5, "adjust"),
            redemption("r", None, day("01-12"), 5),
        ],
    )  # fmt: skip
    assert told(found, "kind", "points", "reason") == [
        ("refused", 0, "before_start"),
        ("earn", 100, None),
        ("refused", 0, "not_a_member"),
    ]
    standing = found["loyalty_standing"].select("customer_id", "member_since", "points_balance")
    assert standing.rows() == [("ana", day("01-10"), 100)]
    nobody = found["loyalty_totals"].filter(kind="nobody")
    assert nobody.select("entry_count", "points").row(0) == (1, 0)


def test_the_shop_s_own_people_collect_nothing_by_hand_either():
    found = ledger(
        "01-31",
        customers=[{"customer_id": "boss", "is_staff": True}],
        redemptions=[redemption("p", "boss", day("01-08"), 500, "adjust")],
    )
    assert told(found, "kind", "reason") == [("refused", "not_a_member")]


def test_what_is_owed_is_the_balance_at_its_value():
    rules = programme(points={"per_unit": 1, "value": "0.015"})
    found = ledger("01-31", rules, orders=[order("a", "ana", day("01-05"), 333)])
    assert found["loyalty_standing"]["points_value_amount"].to_list() == [Decimal("4.9950")]
    earned = found["loyalty_totals"].filter(kind="earn")
    assert earned["points_value_amount"].to_list() == [Decimal("4.9950")]


# Properties: a few weeks of orders, refunds and redemptions of two people, small enough to collide.

DAYS = st.integers(0, 60)


@st.composite
def histories(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    orders, refunds = [], []
    for number in range(draw(st.integers(0, 6))):
        placed, goods = draw(DAYS), draw(st.integers(1, 30))
        who = draw(st.sampled_from(["ana", "ben"]))
        orders.append(order(f"o{number}", who, START + timedelta(days=placed), goods))
        for _ in range(draw(st.integers(0, 3))):
            when = START + timedelta(days=placed + draw(st.integers(-2, 30)))
            paid_back = draw(st.sampled_from([goods, goods / 2, goods / 3, -goods / 2]))
            amount = Decimal(str(round(paid_back, 4)))
            refunds.append(refund(f"o{number}", when, amount))
    redemptions = [
        redemption(
            f"r{number}",
            draw(st.sampled_from(["ana", "ben"])),
            START + timedelta(days=draw(DAYS)),
            draw(st.integers(-10, 40)),
            draw(st.sampled_from(["redeem", "redeem", "adjust"])),
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    people = [{"customer_id": name} for name in ("ana", "ben")]
    return {
        "orders": orders, "refunds": refunds, "redemptions": redemptions, "customers": people,
    }  # fmt: skip


def rules_with(expire_after_days: int | None) -> Any:
    return programme(points={"per_unit": 1, "expire_after_days": expire_after_days})


LASTING = st.sampled_from([None, 7, 20])


class Purse:
    """Every point is a coin: (the day it is gone, the order in which it came, what brought it)."""

    def __init__(self, days: int | None) -> None:
        self.days, self.coins, self.expired = days, [], []  # type: ignore[var-annotated]
        self.debts: list[str] = []
        self.arrivals = 0

    def pass_day(self, today: int) -> None:
        self.expired += [coin for coin in self.coins if coin[0] <= today]
        self.coins = sorted(coin for coin in self.coins if coin[0] > today)

    def give(self, today: int, points: int, origin: str) -> None:
        gone = 10**6 if self.days is None else today + self.days
        self.arrivals += 1
        self.coins = sorted(self.coins + [(gone, self.arrivals, origin)] * points)

    def earn(self, today: int, points: int, origin: str) -> None:
        settled = min(points, len(self.debts))
        self.debts = self.debts[settled:]
        self.give(today, points - settled, origin)

    def take(self, points: int, origin: str) -> None:
        for _ in range(points):
            own = [coin for coin in self.coins if coin[2] == origin]
            gone = [coin for coin in self.expired if coin[2] == origin]
            if own:
                self.coins.remove(own[0])
            elif gone:
                self.expired.remove(gone[0])
            elif self.coins:
                self.coins.pop(0)
            else:
                self.debts.append(origin)

    def spend(self, points: int) -> None:
        if 0 < points <= len(self.coins):
            self.coins = self.coins[points:]


def purse_of(who: str, history: dict[str, Any], days: int | None, last: int) -> Purse:
    """The same history told coin by coin, without refunds that are withdrawn."""
    purse, kept = Purse(days), {}
    for today in range(last + 1):
        date_ = START + timedelta(days=today)
        purse.pass_day(today)
        mine = [one for one in history["orders"] if one["customer_id"] == who]
        for one in sorted(
            (o for o in mine if o["order_date"] == date_), key=lambda o: o["order_id"]
        ):
            kept[one["order_id"]] = Decimal(one["gross_amount"])
            purse.earn(today, one["gross_amount"], one["order_id"])
        moved = [
            r
            for r in history["redemptions"]
            if (r["customer_id"], r["redeemed_date"]) == (who, date_)
        ]
        for row in sorted(moved, key=lambda r: r["redemption_id"]):
            if row["kind"] == "adjust" and row["points"] > 0:
                purse.give(today, row["points"], row["redemption_id"])
            elif row["kind"] == "adjust":
                purse.take(-row["points"], row["redemption_id"])
        for row in sorted(moved, key=lambda r: r["redemption_id"]):
            if row["kind"] == "redeem":
                purse.spend(row["points"])
        for one in sorted(mine, key=lambda o: o["order_id"]):
            paid_back = [r for r in history["refunds"] if r["order_id"] == one["order_id"]
                         and max(r["refund_date"], one["order_date"]) == date_]  # fmt: skip
            if paid_back:
                before = kept[one["order_id"]]
                after = max(before - sum(r["returns_amount"] for r in paid_back), Decimal(0))
                kept[one["order_id"]] = after
                purse.take(int(before) - int(after), one["order_id"])
    return purse


@settings(max_examples=40, deadline=None)
@given(histories(), LASTING, st.integers(0, 100))
def test_the_ledger_agrees_with_a_purse_in_which_every_point_is_a_coin(history, days, last):
    history["refunds"] = [one for one in history["refunds"] if one["returns_amount"] > 0]
    found = run(rules_with(days), START + timedelta(days=last), **history)
    for who in ("ana", "ben"):
        purse = purse_of(who, history, days, last)
        assert balance(found, who) == (len(purse.coins), len(purse.debts))
        by_day: dict[date, int] = {}
        for gone, *_ in purse.coins:
            gone_on = START + timedelta(days=gone) if days else None
            by_day[gone_on] = by_day.get(gone_on, 0) + 1  # type: ignore[index]
        expiries = found["loyalty_expiries"].filter(customer_id=who)
        expected = by_day if days else {}
        assert dict(expiries.select("expires_on", "points").iter_rows()) == expected


@settings(max_examples=30, deadline=None)
@given(histories(), LASTING, st.integers(0, 100))
def test_no_balance_is_ever_below_zero_and_entries_add_up_to_it(history, days, last):
    found = run(rules_with(days), START + timedelta(days=last), **history)
    entries = found["loyalty_entries"]
    assert (entries["balance_after"] >= 0).all()
    assert (entries["debt_after"] >= 0).all()
    running = entries.select(pl.col("points").cum_sum().over("customer_id"))
    assert running["points"].to_list() == entries["balance_after"].to_list()
    sums = entries.group_by("customer_id").agg(pl.col("points").sum())
    standing = found["loyalty_standing"].join(sums, on="customer_id", how="left").fill_null(0)
    assert standing["points"].to_list() == standing["points_balance"].to_list()
    assert found["loyalty_totals"]["points"].sum() == standing["points_balance"].sum()
    numbers = entries.group_by("customer_id", maintain_order=True).agg("sequence")
    assert all(n == list(range(1, len(n) + 1)) for n in numbers["sequence"].to_list())


@settings(max_examples=25, deadline=None)
@given(histories(), LASTING, st.integers(0, 90), st.integers(1, 40))
def test_an_entry_never_changes_once_its_day_is_over(history, days, first, later):
    early = run(rules_with(days), START + timedelta(days=first), **history)["loyalty_entries"]
    as_of = START + timedelta(days=first)
    late = run(rules_with(days), as_of + timedelta(days=later), **history)["loyalty_entries"]
    assert late.filter(pl.col("entry_date") <= as_of).equals(early)


@settings(max_examples=25, deadline=None)
@given(histories())
def test_whoever_sends_everything_back_keeps_only_what_was_given_by_hand(history):
    """Without expiry: what is taken and what is owed is exactly what the orders had earned."""
    last = START + timedelta(days=120)
    history["refunds"] = [
        refund(one["order_id"], last, one["gross_amount"]) for one in history["orders"]
    ]
    found = run(rules_with(None), last, **history)["loyalty_entries"]
    of_orders = found.filter(pl.col("order_id").is_not_null())
    earned = of_orders.filter(kind="earn")["points"].sum()
    asked = of_orders.filter(pl.col("kind") == "reverse")["asked_points"].sum()
    assert asked == -earned
    for who in ("ana", "ben"):
        own = found.filter(customer_id=who)
        gifts = own.filter(pl.col("kind") == "adjust")["asked_points"].sum()
        spent = own.filter(kind="redeem")["points"].sum()
        closing = own.select(pl.col("balance_after") - pl.col("debt_after")).to_series()
        assert (closing[-1] if own.height else 0) == gifts + spent


@settings(max_examples=10, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(history, chance):
    tidy = run(rules_with(20), START + timedelta(days=70), **history)
    for rows in history.values():
        chance.shuffle(rows)
    mixed = run(rules_with(20), START + timedelta(days=70), **history)
    for name, frame in tidy.items():
        assert mixed[name].equals(frame), name
