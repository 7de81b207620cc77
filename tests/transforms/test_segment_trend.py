"""The size of segments over time: counts that add up, and silence where nothing was compared."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.test_segment_history import FIRST, MANY, nights, orders
from transforms.canonical.outreach_segments import SEGMENT_DEFINITIONS, SEGMENT_HISTORY
from transforms.segment_history import members_on
from transforms.segment_trend import segment_trend


def trend_of(shops: list[dict[str, dict[str, int]]], step: int = 1) -> pl.DataFrame:
    last = nights([(MANY,)] * len(shops), shops, step)[-1]
    as_of = FIRST + timedelta(days=step * (len(shops) - 1))
    return segment_trend(last["segment_history"], last["segment_definitions"], as_of)


def test_who_is_there_on_the_first_date_has_not_entered() -> None:
    shops = [orders(ana=10, bo=10), orders(ana=10, bo=10), orders(ana=1, bo=10, cy=12)]
    assert trend_of(shops).rows() == [
        ("many", date(2026, 10, 1), 2, None, None),
        ("many", date(2026, 10, 3), 2, 1, 1),
    ]


def test_a_night_without_changes_is_told_only_when_it_is_the_last() -> None:
    rows = trend_of([orders(ana=10)] * 4).select("observed_on", "customer_count").rows()
    assert rows == [(date(2026, 10, 1), 1), (date(2026, 10, 4), 1)]


def test_a_segment_nobody_was_ever_in_stands_with_nobody() -> None:
    assert trend_of([orders(ana=1)]).rows() == [("many", FIRST, 0, None, None)]
    empty = segment_trend(SEGMENT_HISTORY.empty(), SEGMENT_DEFINITIONS.empty(), FIRST)
    assert empty.is_empty()


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.fixed_dictionaries({name: st.integers(8, 11) for name in ("ana", "bo", "cy")}),
        min_size=1,
        max_size=6,
    )
)
def test_every_size_is_that_of_the_history_and_follows_from_the_one_before(
    counts: list[dict[str, int]],
) -> None:
    shops = [orders(**one) for one in counts]
    history = nights([(MANY,)] * len(shops), shops)[-1]["segment_history"]
    rows = trend_of(shops).to_dicts()
    assert [row["customer_count"] for row in rows] == [
        members_on(history, row["observed_on"]).height for row in rows
    ]
    for before, row in pairwise(rows):
        moved = row["entered_count"] - row["left_count"]
        assert row["customer_count"] == before["customer_count"] + moved
