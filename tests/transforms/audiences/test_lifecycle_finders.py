"""At risk, lapsed and long gone: disjoint by state and time, the most valuable first."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.audiences.calendar_shop import (
    AS_OF,
    Row,
    day,
    find,
    finder,
    on,
    person,
    reasons,
    shop,
)
from transforms.audiences.lifecycle import FINDERS

AT_RISK = finder(FINDERS, "at_risk")
WIN_BACK = finder(FINDERS, "win_back")
LONG = finder(FINDERS, "long_inactive")
PUSH = finder(FINDERS, "lapsed_push")
CANCELLED = finder(FINDERS, "cancelled_subscription")


def silent(who: str, state: str, since: str, **facts: object) -> Row:
    return person(
        who, lifecycle_state=state, state_since=day(since), at_risk_limit_days=60, lapse_limit_days=220,
        **facts,
    )  # fmt: skip


def test_each_list_has_its_own_people() -> None:
    to = shop(
        [
            silent("risk", "at_risk", "2026-10-20"),
            silent("gone", "lapsed", "2026-10-20"),
            silent("long", "lapsed", "2025-10-20"),
            silent("here", "active", "2026-10-20"),
        ]
    )
    assert find(AT_RISK, to)["customer_id"].to_list() == ["risk"]
    assert find(WIN_BACK, to, 366)["customer_id"].to_list() == ["gone"]
    assert find(LONG, to)["customer_id"].to_list() == ["long"]
    assert find(PUSH, to)["customer_id"].to_list() == ["gone"]


@given(since=st.dates(date(2020, 1, 1), AS_OF), leap=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_lapsed_customer_is_to_be_won_back_or_long_gone_never_both(
    since: date, leap: bool
) -> None:
    as_of = date(2024, 2, 29) if leap and since <= date(2024, 2, 29) else AS_OF
    to = on(shop([silent("ana", "lapsed", since.isoformat())]), as_of)
    is_back = find(WIN_BACK, to, 366).height
    is_long = find(LONG, to, 366, maximum_years=20).height > 0
    assert is_back + is_long == 1


def test_the_first_anniversary_of_the_lapse_is_the_border() -> None:
    to = shop([silent("ana", "lapsed", "2025-10-31")])
    eve = on(to, day("2026-10-30"))
    assert (find(WIN_BACK, eve, 366).height, find(LONG, eve).height) == (1, 0)
    assert (find(WIN_BACK, to, 366).height, find(LONG, to).height) == (0, 1)


def test_long_inactive_people_are_asked_once_a_year_and_then_left_in_peace() -> None:
    to = shop([silent("ana", "lapsed", "2021-10-31", last="2021-01-05")])
    nights = {
        year: reasons(find(LONG, on(to, date(year, 11, 1)), maximum_years=3))
        for year in range(2021, 2027)
    }
    keys = {year: [row[1] for row in rows] for year, rows in nights.items()}
    assert keys == {
        2021: [], 2022: ["2021-01-05:1"], 2023: ["2021-01-05:2"], 2024: ["2021-01-05:3"], 2025: [],
        2026: [],
    }  # fmt: skip


def test_the_most_valuable_come_first_and_one_silence_is_one_reason() -> None:
    to = shop(
        [
            silent("cheap", "at_risk", "2026-10-30", lifetime_net_sales_amount=Decimal(5)),
            silent("dear", "at_risk", "2026-10-30", lifetime_net_sales_amount=Decimal(900)),
        ]
    )
    found = find(AT_RISK, to).sort("rank_value", descending=True)
    assert found["customer_id"].to_list() == ["dear", "cheap"]
    assert set(found["reason_key"]) == {"2026-10-11"}


def test_the_reason_is_told_with_the_numbers_behind_it() -> None:
    one = silent(
        "ana", "at_risk", "2026-10-20", days_since_last_order=71, median_gap_days=20.4,
        is_rhythm_regular=True, lifetime_net_sales_amount=Decimal("345.6"),
    )  # fmt: skip
    assert find(AT_RISK, shop([one]))["why"].item() == (
        "Silent for 71 days, past the at-risk limit of 60 days; 4 purchases for 345.60 PHP in all; "
        "usually 20 days apart."
    )


def test_without_a_limit_or_a_rhythm_it_is_told_without() -> None:
    one = silent("ana", "lapsed", "2026-10-20") | {"lapse_limit_days": None, "occasion_count": 1}
    assert find(WIN_BACK, shop([one]))["why"].item() == (
        "Silent for 20 days, past the lapse limit; 1 purchase for 100.00 PHP in all."
    )


def subscription(number: str, cancelled: str | None, sku: str | None = "beans") -> Row:
    return {
        "source": "store", "subscription_id": number, "customer_id": "ana", "sku": sku,
        "start_date": day("2026-01-01"), "cancel_date": day(cancelled) if cancelled else None,
    }  # fmt: skip


class TestCancelledSubscription:
    def test_from_the_day_of_the_cancellation(self) -> None:
        to = shop([person("ana")], subscriptions=[subscription("S1", "2026-10-31")])
        assert find(CANCELLED, on(to, day("2026-10-30"))).is_empty()
        found = find(CANCELLED, to)
        assert reasons(found) == [("ana", "store:S1", AS_OF)]
        assert found["days"].to_list() == [303]

    @pytest.mark.parametrize("sku", ["beans", None])
    def test_who_has_it_again_is_not_asked_back(self, sku: str | None) -> None:
        rows = [subscription("S1", "2026-10-30", sku), subscription("S2", None, sku)]
        assert find(CANCELLED, shop([person("ana")], subscriptions=rows)).is_empty()

    def test_another_subscription_does_not_count(self) -> None:
        rows = [subscription("S1", "2026-10-30"), subscription("S2", None, "tea")]
        assert find(CANCELLED, shop([person("ana")], subscriptions=rows)).height == 1

    def test_nobody_is_asked_back_to_what_is_no_longer_made(self) -> None:
        product = {"sku": "beans", "product_name": "Beans", "category": "coffee"}
        rows = [subscription("S1", "2026-10-30")]
        for is_active, count in ((False, 0), (None, 1), (True, 1)):
            products = [product | {"is_active": is_active}]
            to = shop([person("ana")], subscriptions=rows, products=products)
            assert find(CANCELLED, to).height == count

    def test_a_cancellation_that_is_still_to_come_is_none(self) -> None:
        to = shop([person("ana")], subscriptions=[subscription("S1", "2026-11-01")])
        assert find(CANCELLED, to).is_empty()
        assert find(CANCELLED, on(to, AS_OF + timedelta(days=1))).height == 1
