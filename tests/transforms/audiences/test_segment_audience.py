"""Members of a segment have a reason on entering it, once, or every period; never because a rule changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tests.transforms.arbiter_shop import campaign
from tests.transforms.audiences.care_shop import AS_OF, day, person, shop
from tests.transforms.segment_shop import as_previous, profile, segment
from transforms.audiences.segment_audience import segment_candidates
from transforms.audiences.shop import Window
from transforms.canonical.outreach import CANDIDATES
from transforms.canonical.outreach_segments import SEGMENT_MEMBERS
from transforms.segment_history import members

PEOPLE = ("ana", "ben")


def inside(**since: Any) -> pl.DataFrame:
    rows = [
        {
            "segment": "vip", "customer_id": name, "since": day(on), "entry_cause": cause,
            "definition_version": "v1", "is_held_by_hysteresis": False, "failed_runs": 0,
        }
        for name, (on, cause) in since.items()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SEGMENT_MEMBERS.schema)


def found(
    people: pl.DataFrame, as_of: date = AS_OF, expires: int = 7, **stated: Any
) -> list[tuple[str, str, date]]:
    one = campaign(audience=None, segment="vip", expires_after_days=expires, **stated)
    names = people["customer_id"].to_list()
    at = shop([person(name, is_staff=name == "staff") for name in names], as_of=as_of)
    rows = segment_candidates(at, Window.of(at, expires), one, people, "VIP")
    assert rows.schema == CANDIDATES.schema
    return rows.select("customer_id", "reason_key", "event_date").rows()


def test_whoever_entered_lately_has_a_reason_that_bears_the_day_of_entry():
    people = inside(ana=("2026-10-29", "customer"), ben=("2026-10-01", "customer"))
    assert found(people) == [("ana", "vip:entered:2026-10-29", day("2026-10-29"))]


def test_an_edited_rule_is_nobodys_occasion():
    assert found(inside(ana=("2026-10-31", "definition"))) == []


def test_a_first_night_writes_to_nobody_and_the_second_to_whoever_came_in():
    rules = (segment("vip", "order_count > 5"),)
    first = members(profile(ana={"order_count": 9}, ben={}), rules, None, AS_OF)
    assert found(first["segment_members"]) == []
    tomorrow = AS_OF + timedelta(days=1)
    both = profile(ana={"order_count": 9}, ben={"order_count": 6})
    second = members(both, rules, as_previous(first, AS_OF), tomorrow)
    assert [name for name, _, _ in found(second["segment_members"], tomorrow)] == ["ben"]


def test_an_edited_rule_writes_to_nobody_whom_it_brings_in():
    first = members(profile(ana={}), (segment("vip", "order_count > 5"),), None, AS_OF)
    wider = (segment("vip", "order_count > 1"),)
    tomorrow = AS_OF + timedelta(days=1)
    second = members(profile(ana={}), wider, as_previous(first, AS_OF), tomorrow)
    assert second["segment_members"].height == 1
    assert found(second["segment_members"], tomorrow) == []


def test_staff_have_no_occasion():
    assert found(inside(staff=("2026-10-31", "customer"))) == []
    assert found(inside(staff=("2026-10-31", "customer")), occasion="once", starts_on=AS_OF) == []


@pytest.mark.parametrize(
    ("as_of", "people"),
    [("2026-11-30", 0), ("2026-12-01", 2), ("2026-12-08", 2), ("2026-12-09", 0)],
)
def test_once_begins_on_its_day_and_is_told_as_expired_once(as_of, people):
    everybody = inside(ana=("2026-01-01", "definition"), ben=("2026-10-30", "customer"))
    rows = found(everybody, day(as_of), occasion="once", starts_on="2026-12-01")
    assert [row[1:] for row in rows] == [("vip:once:2026-12-01", day("2026-12-01"))] * people


@pytest.mark.parametrize(
    ("occasion", "as_of", "first"),
    [
        ("monthly", "2026-11-03", "2026-11-01"), ("quarterly", "2026-10-05", "2026-10-01"),
        ("yearly", "2027-01-02", "2027-01-01"), ("monthly", "2026-11-20", None), ("quarterly", "2026-11-03", None),
    ],
)  # fmt: skip
def test_a_period_begins_on_its_first_day_and_stands_for_the_days_of_the_campaign(
    occasion, as_of, first
):
    rows = found(inside(ana=("2026-01-01", "definition")), day(as_of), occasion=occasion)
    assert rows == ([("ana", f"vip:{occasion}:{first}", day(first))] if first else [])


def test_periods_before_the_campaign_began_do_not_count():
    member = inside(ana=("2026-01-01", "definition"))
    begun = {"occasion": "monthly", "starts_on": "2026-10-15", "as_of": day("2026-11-05")}
    assert [row[2] for row in found(member, expires=60, **begun)] == [day("2026-11-01")]
    del begun["starts_on"]
    since_september = [day("2026-09-01"), day("2026-10-01"), day("2026-11-01")]
    assert [row[2] for row in found(member, expires=66, **begun)] == since_september
