"""Decisions by hand: they win over the files, the later over the earlier, and leave no trace."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.identity import components, links, person_key, surrogates
from transforms.identity_overrides import Overridden, Override, decide

KEY = person_key(b"a test key")
START = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = date(2026, 6, 1)
SCHEMA = {
    "customer_ref_key": pl.String,
    "email_key": pl.String,
    "phone_key": pl.String,
    "seen_at": pl.Datetime("us", "UTC"),
}
Mention = tuple[str | None, str | None, int]
#: Two ids that share an address, and a third person.
SHARING: list[Mention] = [("c1", "a", 0), ("c2", "a", 1), ("c2", "b", 2), ("c3", "d", 3)]


def found_in(mentions: list[Mention]) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = [(ref, email, None, START + timedelta(days=day)) for ref, email, day in mentions]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    edges = links(frame, max_ids_per_value=5, merge_by_phone=False).edges
    return surrogates(components(frame, edges), {}, KEY), edges


def decided(mentions: list[Mention], *pairs: tuple[str, str, str]) -> Overridden:
    overrides = [
        Override(n, kind, left, right, TODAY) for n, (kind, left, right) in enumerate(pairs, 1)
    ]
    people, edges = found_in(mentions)
    return decide(people, edges, overrides, KEY)


def customers(found: Overridden) -> dict[str, str]:
    return dict(found.people.select("identifier", "customer_id").iter_rows())


def untouched(mentions: list[Mention]) -> dict[str, str]:
    return dict(found_in(mentions)[0].select("identifier", "customer_id").iter_rows())


def test_a_merge_gives_both_the_surrogate_of_the_first_named():
    before = untouched(SHARING)
    found = decided(SHARING, ("merge", "c1", "c3"))
    assert set(customers(found).values()) == {before["c1"]}
    assert found.changes == [
        {"changed_on": TODAY, "kind": "manual_merge", "old_customer_id": before["c3"], "new_customer_id": before["c1"]}
    ]  # fmt: skip


def test_a_split_wins_over_the_address_both_share_and_the_address_stays_with_the_older():
    before = untouched(SHARING)
    after = customers(decided(SHARING, ("split", "c1", "c2")))
    assert after["c1"] == after["a"] == before["c1"]
    assert after["c2"] == after["b"] != before["c1"]
    assert after["c3"] == before["c3"]


def test_whoever_is_split_off_keeps_the_same_surrogate_as_more_is_known():
    pairs = ("split", "c1", "c2")
    first = customers(decided(SHARING, pairs))
    later = customers(decided([*SHARING, ("c2", "e", 9), ("c9", "b", 10)], pairs))
    assert later["c2"] == later["e"] == later["c9"] == first["c2"]
    assert later["c1"] == first["c1"]


def test_a_chain_is_cut_in_the_middle_and_the_middle_goes_with_the_older():
    chain: list[Mention] = [("c1", "a", 0), ("c2", "a", 1), ("c2", "b", 2), ("c3", "b", 3)]
    after = customers(decided(chain, ("split", "c3", "c1")))
    assert after["c1"] == after["a"] == after["c2"]
    assert after["c3"] == after["b"]


def test_a_merge_and_then_a_split_of_the_same_two_gives_each_their_own_surrogate_back():
    assert customers(decided(SHARING, ("merge", "c1", "c3"), ("split", "c1", "c3"))) == untouched(
        SHARING
    )
    assert customers(decided(SHARING, ("merge", "c3", "c1"), ("split", "c3", "c1"))) == untouched(
        SHARING
    )


def test_a_split_and_then_a_merge_of_the_same_two_is_as_before():
    found = decided(SHARING, ("split", "c1", "c2"), ("merge", "c1", "c2"))
    assert customers(found) == untouched(SHARING)
    assert [change["kind"] for change in found.changes] == ["manual_split", "manual_merge"]


def test_a_merge_reaches_everybody_merged_before():
    after = customers(
        decided(
            [("c1", None, 0), ("c2", None, 1), ("c3", None, 2)],
            ("merge", "c1", "c2"),
            ("merge", "c2", "c3"),
        )
    )
    assert len(set(after.values())) == 1


def test_splitting_two_who_are_two_and_merging_two_who_are_one_changes_nothing():
    found = decided(SHARING, ("split", "c1", "c3"), ("merge", "c1", "c2"))
    assert customers(found) == untouched(SHARING)
    assert found.changes == []


def test_a_decision_about_somebody_the_files_do_not_mention_waits():
    found = decided(SHARING, ("merge", "c1", "c8"), ("split", "c1", "c2"))
    assert found.unknown == (1,)
    assert customers(found)["c1"] != customers(found)["c2"]


NAMES = st.sampled_from(["c1", "c2", "c3", "c4", "a", "b", "d"])
MENTIONS = st.lists(
    st.tuples(
        st.sampled_from(["c1", "c2", "c3", "c4", None]),
        st.sampled_from(["a", "b", "d", None]),
        st.integers(0, 3),
    ),
    max_size=8,
)
PAIRS = st.lists(
    st.tuples(st.sampled_from(["merge", "split"]), NAMES, NAMES).filter(lambda p: p[1] != p[2]),
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(mentions=MENTIONS, pairs=PAIRS)
def test_the_last_decision_holds_and_everybody_is_somebody(mentions, pairs):
    found = decided(mentions, *pairs)
    after = customers(found)
    assert after.keys() == untouched(mentions).keys()
    assert None not in after.values()
    if pairs and len(pairs) not in found.unknown:
        kind, left, right = pairs[-1]
        assert (after[left] == after[right]) is (kind == "merge")


@settings(max_examples=60, deadline=None)
@given(mentions=MENTIONS, pairs=PAIRS, order=st.randoms(use_true_random=False))
def test_the_order_of_mentions_does_not_change_what_decisions_do(mentions, pairs, order):
    shuffled = order.sample(mentions, len(mentions))
    assert customers(decided(mentions, *pairs)) == customers(decided(shuffled * 2, *pairs))


@settings(max_examples=60, deadline=None)
@given(mentions=MENTIONS, pair=st.tuples(NAMES, NAMES).filter(lambda p: p[0] != p[1]))
def test_two_who_are_apart_are_apart_again_after_a_merge_and_a_split(mentions, pair):
    before = untouched(mentions)
    if len({before.get(end) for end in pair}) == 2 and None not in map(before.get, pair):
        after = customers(decided(mentions, ("merge", *pair), ("split", *pair)))
        assert after[pair[0]] != after[pair[1]]
        assert {after[end] for end in pair} == {before[end] for end in pair}
