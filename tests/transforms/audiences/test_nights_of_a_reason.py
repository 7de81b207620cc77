"""Every reason of the calendar stands for its days, is told as expired once, and loses nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.audiences.calendar_shop import (
    delivery,
    find,
    finder,
    line,
    occasion,
    on,
    order,
    person,
    shop,
)
from transforms.audiences import after_purchase, dates, lifecycle, onboarding
from transforms.audiences.shop import Finder, Shop

ALL = (*dates.FINDERS, *lifecycle.FINDERS, *after_purchase.FINDERS, *onboarding.FINDERS)
Case = tuple[Callable[[date], Shop], dict[str, Any]]


def _bought(first: date, **facts: Any) -> Shop:
    return shop([person("ana", first.isoformat(), first.isoformat(), **facts)])


def _in_state(state: str) -> Callable[[date], Shop]:
    return lambda d: shop([person("ana", lifecycle_state=state, state_since=d)])


def _contact(**fields: Any) -> Shop:
    return shop([person("ana", country="PL")], contacts=[{"customer_id": "ana", **fields}])


def _order(placed: date, **tables: Any) -> Shop:
    text = placed.isoformat()
    rows = {
        "fct_orders": [order("ana", "1", text)],
        "fct_order_lines": [line("ana", "1", text, "x")],
    }
    return shop([person("ana")], **{**rows, **tables})


def _subscription(ended: date) -> Shop:
    row = {"source": "s", "subscription_id": "1", "customer_id": "ana", "sku": "x"}
    return shop([person("ana")], subscriptions=[{**row, "start_date": ended, "cancel_date": ended}])


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years)


#: Finder -> a shop whose one reason begins on a day, and the finder's parameters.
CASES: dict[str, Case] = {
    "birthday": (lambda d: _contact(birthday=d.replace(year=1904)), {}),
    "name_day": (lambda d: _contact(first_name="Łukasz"), {}),
    "anniversary": (lambda d: _bought(_years_before(d, 3)), {}),
    "signed_letter": (lambda d: _bought(_years_before(d, 3), is_core=True), {}),
    "year_end_letter": (
        lambda d: shop([person("ana")], fct_occasions=[occasion("ana", f"{d.year}-01-01", 1)]), {},
    ),
    "newsletter": (lambda d: shop([person("ana")]), {}),
    "at_risk": (_in_state("at_risk"), {}),
    "win_back": (_in_state("lapsed"), {}),
    "lapsed_push": (_in_state("lapsed"), {}),
    "long_inactive": (
        lambda d: shop([person("ana", lifecycle_state="lapsed", state_since=_years_before(d, 1))]), {},
    ),
    "cancelled_subscription": (_subscription, {}),
    "welcome": (lambda d: _bought(d - timedelta(days=7), occasion_count=1), {"days_after": 7}),
    "thank_you": (lambda d: _order(d - timedelta(days=2)), {}),
    "check_in": (
        lambda d: _order(
            d - timedelta(days=9), deliveries=[delivery("1", f"{d - timedelta(days=5)}T03:00")]
        ),
        {},
    ),
    "order_check_in": (lambda d: _order(d - timedelta(days=21)), {}),
    "one_year_check_in": (lambda d: _order(d - timedelta(days=365)), {}),
    "onboarding": (lambda d: _bought(d), {}),
}  # fmt: skip
#: Finders whose day is one of the calendar: drawn days are moved to it.
FIXED = {"name_day": (10, 18), "year_end_letter": (12, 10), "newsletter": (None, 1)}


def _moved(name: str, drawn: date) -> date:
    month, day = FIXED.get(name, (None, drawn.day))
    # What began on a 29 February is asked elsewhere: its day here would depend on the year.
    day = 28 if (drawn.month, day) == (2, 29) and name not in FIXED else day
    return date(drawn.year, month or drawn.month, day)


def test_every_finder_is_put_to_the_test() -> None:
    assert {one.name for one in ALL} == CASES.keys()


some_day = st.dates(date(2024, 1, 1), date(2028, 12, 31))
some_finder = st.sampled_from(sorted(CASES))


@pytest.mark.parametrize("name", CASES)
def test_a_reason_is_found_on_every_one_of_its_nights_over_new_year(name: str) -> None:
    begins = _moved(name, date(2026, 12, 30))
    nights = [begins + timedelta(days=n) for n in range(-2, 7)]
    found = _found(name, begins, 4, list(zip(nights, [None, *nights], strict=False)))
    assert sorted(found) == nights[2:7], "four nights, and once more as expired"
    assert len(set(found.values())) == 1, "the reason bears one name all along"


@given(name=some_finder, drawn=some_day, expires=st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_a_reason_begins_and_ends_on_its_day_whatever_the_day(
    name: str, drawn: date, expires: int
) -> None:
    begins = _moved(name, drawn)
    ends = begins + timedelta(days=expires)
    beside = timedelta(days=1)
    nights = [begins - beside, begins, ends - beside, ends, ends + beside]
    found = _found(name, begins, expires, [(night, None) for night in nights])
    assert sorted(found) == sorted({begins, ends - beside, ends})
    assert len(set(found.values())) == 1


@given(name=some_finder, drawn=some_day, expires=st.integers(1, 6), late=st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_runs_on_every_third_night_lose_nobody_and_tell_the_end_once(
    name: str, drawn: date, expires: int, late: int
) -> None:
    begins = _moved(name, drawn)
    start = begins - timedelta(days=6 - late)
    nights = [start + timedelta(days=3 * n) for n in range(7)]
    found = _found(name, begins, expires, list(zip(nights[1:], nights, strict=False)))
    ends = begins + timedelta(days=expires)
    assert [n for n in nights[1:] if begins <= n < ends] == [n for n in sorted(found) if n < ends]
    assert len([night for night in found if night >= ends]) == 1
    assert len(set(found.values())) == 1


def _found(
    name: str, begins: date, expires: int, nights: list[tuple[date, date | None]]
) -> dict[date, str]:
    """Night -> reason_key of the reason that began on the day, where it is found."""
    build, parameters = CASES[name]
    to, one = build(begins), _finder(name)
    found: dict[date, str] = {}
    for night, previous in nights:
        rows = find(one, on(to, night, previous), expires, **parameters)
        keys = [row["reason_key"] for row in rows.to_dicts() if row["event_date"] == begins]
        assert len(keys) == rows.height <= 1, f"{night}: {rows}"
        found |= dict.fromkeys([night] * len(keys), *keys)
    return found


def _finder(name: str) -> Finder:
    return finder(ALL, name)


@pytest.mark.parametrize("name", CASES)
def test_a_shop_of_nothing_but_orders_is_no_error(name: str) -> None:
    """Every optional feed absent, and even no customer at all."""
    assert find(_finder(name), shop([])).is_empty()
    quiet = person("ana", lifecycle_state="at_risk", occasion_count=2, state_since=date(2020, 1, 1))
    assert find(_finder(name), shop([quiet])).is_empty()


@pytest.mark.parametrize("name", CASES)
def test_staff_are_never_written_to(name: str) -> None:
    build, parameters = CASES[name]
    begins = _moved(name, date(2026, 5, 20))
    to = on(build(begins), begins)
    assert find(_finder(name), to, **parameters).height == 1
    staff = to.profile.with_columns(is_staff=True)
    to = Shop(to.as_of, staff, to.facts, to.current, to.scores, to.previous_as_of)
    assert find(_finder(name), to, **parameters).is_empty()
