"""Membership over time: stays never overlap, every change has a cause, and a past date can be asked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.segment_shop import as_previous, profile, segment
from transforms.canonical.outreach import OUTREACH
from transforms.segment_history import members, members_on
from transforms.segment_migration import matrix
from transforms.segment_rules import Segment
from transforms.segment_views import listed_members, sizes_by_day, with_reasons

FIRST = date(2026, 10, 1)
Night = dict[str, dict[str, Any]]
Tables = dict[str, pl.DataFrame]


def nights(rules: list[tuple[Segment, ...]], shops: list[Night], step: int = 1) -> list[Tables]:
    """Run one night after the other, each upon the one before."""
    made: list[Tables] = []
    for number, (segments, shop) in enumerate(zip(rules, shops, strict=True)):
        day = FIRST + timedelta(days=step * number)
        before = as_previous(made[-1], day - timedelta(days=step)) if made else None
        made.append(members(profile(**shop), segments, before, day))
    return made


def inside(tables: Tables, name: str) -> list[str]:
    rows = tables["segment_members"].filter(pl.col("segment") == name)
    return rows["customer_id"].to_list()


def changes(tables: Tables) -> list[tuple[str, str, str, str]]:
    columns = ("segment", "customer_id", "change", "cause")
    return tables["segment_changes"].select(columns).rows()


def orders(**counts: int) -> Night:
    return {name: {"order_count": count} for name, count in counts.items()}


MANY = segment("many", "order_count >= 10")


def test_a_stay_begins_on_entry_ends_on_exit_and_a_return_is_a_second_stay() -> None:
    shops = [orders(ana=9), orders(ana=10), orders(ana=11), orders(ana=3), orders(ana=12)]
    made = nights([(MANY,)] * 5, shops)
    stays = made[-1]["segment_history"].select("customer_id", "valid_from", "valid_to").rows()
    assert stays == [
        ("ana", date(2026, 10, 2), date(2026, 10, 4)),
        ("ana", date(2026, 10, 5), None),
    ]
    history = made[-1]["segment_history"]
    asked = {day: members_on(history, date(2026, 10, day)).height for day in range(1, 7)}
    assert asked == {1: 0, 2: 1, 3: 1, 4: 0, 5: 1, 6: 1}
    assert [changes(tables) for tables in made] == [
        [],
        [("many", "ana", "entered", "customer")],
        [],
        [("many", "ana", "left", "customer")],
        [("many", "ana", "entered", "customer")],
    ]
    (row,) = made[2]["segment_members"].to_dicts()
    assert (row["since"], row["entry_cause"]) == (date(2026, 10, 2), "customer")


def test_on_a_day_between_two_publications_the_older_one_stands() -> None:
    history = nights([(MANY,)] * 2, [orders(ana=10), orders(ana=1)], step=7)[-1]["segment_history"]
    assert members_on(history, date(2026, 10, 7)).height == 1
    assert members_on(history, date(2026, 10, 8)).height == 0


def test_on_the_first_night_the_definition_brought_everybody_in() -> None:
    (first,) = nights([(MANY,)], [orders(ana=10, ben=2)])
    assert changes(first) == [("many", "ana", "entered", "definition")]
    assert first["segment_changes"]["previous_as_of"].to_list() == [None]
    assert first["segment_members"]["entry_cause"].to_list() == ["definition"]


def test_an_edited_rule_is_the_cause_only_where_the_old_one_would_have_said_otherwise() -> None:
    """From 10 orders on to 8 orders on: ben enters by the edit, cyd would have entered anyway."""
    wider = segment("many", "order_count >= 8")
    made = nights(
        [(MANY,), (wider,)], [orders(ana=10, ben=8, cyd=3), orders(ana=10, ben=8, cyd=11)]
    )
    assert changes(made[1]) == [
        ("many", "ben", "entered", "definition"),
        ("many", "cyd", "entered", "customer"),
    ]
    back = nights([(wider,), (MANY,)], [orders(ana=9, ben=9), orders(ana=9, ben=2)])[1]
    assert changes(back) == [
        ("many", "ana", "left", "definition"),
        ("many", "ben", "left", "customer"),
    ]
    assert back["segment_history"]["definition_version"].to_list() == [wider.definition_version] * 2


def test_a_member_who_stays_through_an_edit_keeps_since_and_gets_the_version_in_force() -> None:
    wider = segment("many", "order_count >= 8")
    last = nights([(MANY,), (wider,)], [orders(ana=10)] * 2)[-1]
    (row,) = last["segment_members"].to_dicts()
    assert (row["since"], row["definition_version"]) == (FIRST, wider.definition_version)
    assert last["segment_history"]["definition_version"].to_list() == [MANY.definition_version]
    assert changes(last) == []


def test_a_segment_added_or_taken_out_of_the_file_changes_by_definition() -> None:
    few = segment("few", "order_count < 10")
    made = nights([(MANY,), (few,)], [orders(ana=10, ben=2)] * 2)
    assert changes(made[1]) == [
        ("few", "ben", "entered", "definition"),
        ("many", "ana", "left", "definition"),
    ]
    assert members_on(made[1]["segment_history"], FIRST + timedelta(days=1))[
        "segment"
    ].to_list() == ["few"]


def test_a_customer_who_is_no_more_leaves_and_is_no_reason_to_blame_the_rule() -> None:
    wider = segment("many", "order_count >= 8")
    made = nights([(MANY,), (wider,)], [orders(ana=10, ben=10), orders(ana=10)])
    assert changes(made[1]) == [("many", "ben", "left", "customer")]


def test_a_first_entry_into_a_segment_that_was_empty_is_the_customers_own() -> None:
    made = nights([(MANY,)] * 2, [orders(ana=1), orders(ana=10)])
    assert changes(made[1]) == [("many", "ana", "entered", "customer")]


PATIENT = segment("many", "order_count >= 10", hysteresis_runs=3)


def test_with_hysteresis_a_member_leaves_when_the_rule_has_said_no_three_times_in_a_row() -> None:
    counts = [10, 1, 1, 10, 1, 1, 1, 1]
    made = nights([(PATIENT,)] * 8, [orders(ana=count) for count in counts])
    told = [
        [
            (r["failed_runs"], r["is_held_by_hysteresis"])
            for r in tables["segment_members"].to_dicts()
        ]
        for tables in made
    ]
    assert told == [
        [(0, False)], [(1, True)], [(2, True)], [(0, False)], [(1, True)], [(2, True)], [], [],
    ]  # fmt: skip
    assert made[-1]["segment_history"].select("valid_from", "valid_to").rows() == [
        (FIRST, FIRST + timedelta(days=6))
    ]


@pytest.mark.parametrize("runs", [0, 1])
def test_without_patience_a_member_leaves_at_once(runs: int) -> None:
    rule = segment("many", "order_count >= 10", hysteresis_runs=runs)
    assert inside(nights([(rule,)] * 2, [orders(ana=10), orders(ana=9)])[1], "many") == []


def test_hysteresis_holds_nobody_against_an_edited_rule_or_who_is_no_customer() -> None:
    stricter = segment("many", "order_count >= 20", hysteresis_runs=3)
    edited = nights([(PATIENT,), (stricter,)], [orders(ana=10)] * 2)[1]
    assert inside(edited, "many") == []
    gone = nights([(PATIENT,)] * 2, [orders(ana=10, ben=10), orders(ben=10)])[1]
    assert inside(gone, "many") == ["ben"]


def test_in_a_group_a_held_member_has_not_entered_the_next_segment_yet() -> None:
    group = (
        segment("top", "order_count >= 10", group="size", hysteresis_runs=2),
        segment("rest", "order_count < 10", group="size"),
    )
    made = nights([group] * 4, [orders(ana=n) for n in (10, 5, 5, 12)])
    assert [(inside(t, "top"), inside(t, "rest")) for t in made] == [
        (["ana"], []), (["ana"], []), ([], ["ana"]), (["ana"], []),
    ]  # fmt: skip
    assert [t["segment_migration"].select("from_segment", "to_segment").rows() for t in made] == [
        [("(none)", "top")], [("top", "top")], [("top", "rest")], [("rest", "top")],
    ]  # fmt: skip


def test_the_same_night_again_gives_the_same_tables() -> None:
    first, second = nights([(PATIENT, MANY)] * 2, [orders(ana=10, ben=3), orders(ana=1, ben=10)])
    again = members(
        profile(**orders(ben=10, ana=1)),
        (PATIENT, MANY),
        as_previous(first, FIRST),
        FIRST + timedelta(days=1),
    )
    for name, table in second.items():
        assert again[name].equals(table), name
        assert table.schema == OUTREACH[name].schema
        assert table.equals(table.sort(OUTREACH[name].key))


def test_a_prior_state_that_is_not_older_is_refused() -> None:
    (first,) = nights([(MANY,)], [orders(ana=10)])
    with pytest.raises(ValueError, match=r"2026-10-01, which is not before 2026-10-01"):
        members(profile(**orders(ana=10)), (MANY,), as_previous(first, FIRST), FIRST)


def test_migration_counts_newcomers_leavers_and_those_whom_broken_rules_lose() -> None:
    group = (
        segment("few", "order_count <= 3", group="size"),
        segment("some", "order_count in (3, 4)", group="size"),
    )
    shops = [orders(ana=1, ben=4, cyd=2), orders(ana=4, cyd=3, dan=9)]
    moved = nights([group] * 2, shops)[1]["segment_migration"]
    assert moved.select("from_segment", "to_segment", "customer_count").rows() == [
        ("(none)", "(unassigned)", 1),
        ("few", "(several)", 1),
        ("few", "some", 1),
        ("some", "(none)", 1),
    ]
    wide = matrix(moved, "size")
    assert wide.columns == ["from_segment", "(none)", "(several)", "(unassigned)", "some", "total"]
    assert wide.rows()[1] == ("few", 0, 1, 0, 1, 2)
    assert matrix(moved, "no such group").is_empty()


def test_sizes_add_up_day_by_day() -> None:
    shops = [orders(ana=10, ben=1), orders(ana=10, ben=10), orders(ana=1, ben=10)]
    history = nights([(MANY,)] * 3, shops)[-1]["segment_history"]
    assert sizes_by_day(history, "many", date(2026, 10, 5)).rows() == [
        (date(2026, 10, 1), 1, 0, 1),
        (date(2026, 10, 2), 1, 0, 2),
        (date(2026, 10, 3), 0, 1, 1),
        (date(2026, 10, 5), 0, 0, 1),
    ]
    assert sizes_by_day(history, "unheard of", date(2026, 10, 5)).is_empty()


def test_a_member_is_listed_with_the_reason_and_a_held_one_with_how_long() -> None:
    last = nights([(PATIENT,)] * 2, [orders(ana=10, ben=10), orders(ana=10, ben=1)])[-1]
    listed = listed_members(last["segment_history"], "many", FIRST + timedelta(days=1))
    told = with_reasons(listed, profile(**orders(ana=10, ben=1)), PATIENT, last["segment_members"])
    assert dict(told.select("customer_id", "reason").iter_rows()) == {
        "ana": "Many: order count 10",
        "ben": "Many: order count 1; the rule says no for 1 run(s), held until 3",
    }


GROUP = (
    segment("low", "order_count < 4", group="size"),
    segment("middle", "order_count between 4 and 6", group="size", hysteresis_runs=2),
    segment("high", "order_count > 6", group="size", hysteresis_runs=3),
)
ALONE = (
    segment("odd", "order_count % 2 = 1", hysteresis_runs=2),
    segment("five", "order_count = 5"),
)
SHOPS = st.lists(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), max_size=6),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(shops=SHOPS)
def test_replaying_the_history_gives_the_members_of_every_night(
    shops: list[dict[str, int]],
) -> None:
    """Whatever happens: stays never overlap, groups stay partitions, migration adds up."""
    made = nights([GROUP + ALONE] * len(shops), [orders(**shop) for shop in shops])
    history = made[-1]["segment_history"]
    before: set[tuple[str, str]] = set()
    for number, (tables, shop) in enumerate(zip(made, shops, strict=True)):
        day = FIRST + timedelta(days=number)
        published = set(tables["segment_members"].select("segment", "customer_id").rows())
        assert set(members_on(history, day).select("segment", "customer_id").rows()) == published
        for change, expected in (("entered", published - before), ("left", before - published)):
            told = tables["segment_changes"].filter(pl.col("change") == change)
            assert set(told.select("segment", "customer_id").rows()) == expected
        grouped = [who for name, who in published if name in {"low", "middle", "high"}]
        assert sorted(grouped) == sorted(shop)
        moved = tables["segment_migration"].filter(pl.col("to_segment") != "(none)")
        assert moved["customer_count"].sum() == len(shop)
        before = published
    ordered = history.sort("segment", "customer_id", "valid_from")
    following = pl.col("valid_from").shift(-1).over("segment", "customer_id")
    assert ordered.filter(pl.col("valid_to") <= pl.col("valid_from")).is_empty()
    assert ordered.filter(
        following.is_not_null() & (pl.col("valid_to").is_null() | (pl.col("valid_to") > following))
    ).is_empty()
