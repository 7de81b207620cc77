"""Time to the next order: Kaplan-Meier by hand, and the published figures of CDNOW."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.survival import SurvivalCurve, curve_of, kaplan_meier, occasion_gaps

CDNOW = Path(__file__).resolve().parents[3] / "shared" / "data" / "cdnow"
LAST_DAY = date(1998, 6, 30)
needs_cdnow = pytest.mark.skipif(
    not CDNOW.is_dir(), reason=f"the CDNOW files are not at {CDNOW}; they may not be redistributed"
)


def estimate(*gaps: tuple[int, bool]) -> SurvivalCurve:
    """Gaps of (days, did an order follow)."""
    days, events = zip(*gaps, strict=True)
    return kaplan_meier(np.array(days, dtype=np.int64), np.array(events, dtype=bool))


def test_a_worked_example_by_hand():
    # 6 gaps: day 3 one of 6 ends, day 5 one of 5, one censored at 5, day 8 one of 3, rest censored.
    curve = estimate((3, True), (5, True), (5, False), (8, True), (9, False), (10, False))
    after_3 = 5 / 6
    after_5 = after_3 * 4 / 5
    after_8 = after_5 * 2 / 3
    expected = [1, 1, 1, after_3, after_3, after_5, after_5, after_5, after_8, after_8, after_8]
    assert curve.survival == pytest.approx(expected)
    assert curve.at_risk.tolist() == [6, 6, 6, 6, 5, 5, 3, 3, 3, 2, 1]
    assert (curve.gap_count, curve.event_count) == (6, 3)


def test_freireich_remission_times_give_the_textbook_curve():
    # 6-MP arm of Freireich et al. 1963, as every survival textbook prints it.
    events = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    curve = estimate(*((d, True) for d in events), *((d, False) for d in censored))
    printed = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {day: round(float(curve.survival[day]), 3) for day in printed} == printed
    assert curve.quantile(0.5) == 23


def test_freireich_intervals_are_those_of_the_textbooks():
    # Log-log intervals of the same arm, as Stata's `sts list` and SAS's `lifetest` print them.
    events = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    curve = estimate(*((d, True) for d in events), *((d, False) for d in censored))
    printed = {
        6: (0.6197, 0.9516),
        10: (0.5032, 0.8894),
        16: (0.3675, 0.8049),
        23: (0.1881, 0.6801),
    }
    for day, (low, high) in printed.items():
        found = curve.returned_interval(day)
        assert found is not None
        assert (1 - found[1], 1 - found[0]) == pytest.approx((low, high), abs=5e-5)


def test_nothing_is_said_past_the_longest_gap_unless_all_were_back_by_then():
    open_end = estimate((5, True), (40, False))
    assert open_end.returned_within(40) == 0.5
    assert open_end.returned_within(41) is None
    assert open_end.returned_interval(41) is None
    assert estimate((5, True), (9, True)).returned_within(365) == 1.0


def test_forgetting_the_silent_ones_would_make_everybody_look_faster():
    silent = [(100, False)] * 9
    assert estimate((10, True)).quantile(0.5) == 10
    assert estimate((10, True), *silent).quantile(0.5) is None


def test_weights_stand_for_repeated_gaps():
    plain = estimate((3, True), (3, True), (4, False), (7, True))
    weighted = kaplan_meier(
        np.array([3, 4, 7]), np.array([True, False, True]), np.array([2, 1, 1], dtype=np.int64)
    )
    assert weighted.survival.tolist() == plain.survival.tolist()
    assert (weighted.gap_count, weighted.event_count) == (4, 3)


def test_no_gaps_give_a_curve_that_says_nothing():
    empty = pl.DataFrame(schema={"gap_days": pl.Int64, "is_event": pl.Boolean})
    curve = curve_of(empty)
    assert (curve.gap_count, curve.event_count) == (0, 0)
    assert curve.quantile(0.25) is None
    assert curve.silence_limit(0.25, 90) is None
    assert curve.returned_by(30) == 0.0


def test_a_purchase_on_the_last_day_is_an_open_gap_of_no_days():
    occasions = pl.DataFrame(
        {
            "customer_id": ["a"],
            "occasion_date": [date(2026, 1, 31)],
            "occasion_number": [1],
            "next_occasion_date": [None],
        },
        schema_overrides={"next_occasion_date": pl.Date},
    )
    gaps = occasion_gaps(occasions, date(2026, 1, 31))
    assert gaps.select("gap_days", "is_event").rows() == [(0, False)]


def test_an_occasion_followed_by_another_closes_its_gap_and_the_last_stays_open():
    occasions = pl.DataFrame(
        {
            "customer_id": ["a", "a"],
            "occasion_date": [date(2026, 1, 1), date(2026, 1, 11)],
            "occasion_number": [1, 2],
            "next_occasion_date": [date(2026, 1, 11), None],
        }
    )
    gaps = occasion_gaps(occasions, date(2026, 3, 1))
    assert gaps.select("gap_days", "is_event").rows() == [(10, True), (49, False)]


def test_a_silence_limit_is_not_read_past_what_was_observed():
    assert estimate((5, True), (60, False)).silence_limit(0.99, 90) is None


def test_a_silence_limit_by_hand():
    # 10 customers: 8 return on day 10, two stay away for 200 days. Chance within 90 days is
    # 80 % until day 9, and nothing from day 10 on.
    curve = estimate(*[(10, True)] * 8, *[(200, False)] * 2)
    assert curve.silence_limit(0.25, 90) == 10
    assert curve.silence_limit(0.25, 90, minimum_at_risk=3) is None


GAPS = st.lists(st.tuples(st.integers(0, 120), st.booleans()), min_size=1, max_size=40)


@settings(max_examples=80, deadline=None)
@given(gaps=GAPS)
def test_survival_never_rises_and_stays_between_none_and_all(gaps):
    curve = estimate(*gaps)
    assert (np.diff(curve.survival) <= 1e-15).all()
    assert ((curve.survival >= 0) & (curve.survival <= 1)).all()
    assert curve.at_risk[0] == len(gaps)
    limits = [curve.silence_limit(chance, 30) for chance in (0.1, 0.25, 0.5)]
    reached = [limit for limit in limits if limit is not None]
    assert reached == sorted(reached, reverse=True)


def _occasions(file: str, columns: tuple[int, int], skip: int) -> pl.DataFrame:
    """Purchase days of everybody; the file has no order ids, so a day is one occasion.

    Orders of zero dollars count here: the published figures count every purchase day.
    """
    rows = [line.split() for line in (CDNOW / file).read_text().splitlines()[skip:] if line.strip()]
    days = pl.DataFrame(
        {"customer_id": [r[columns[0]] for r in rows], "day": [r[columns[1]] for r in rows]}
    ).with_columns(occasion_date=pl.col("day").str.to_date("%Y%m%d"))
    return (
        days.select("customer_id", "occasion_date")
        .unique()
        .sort("customer_id", "occasion_date")
        .with_columns(
            occasion_number=pl.int_range(1, pl.len() + 1).over("customer_id"),
            next_occasion_date=pl.col("occasion_date").shift(-1).over("customer_id"),
        )
    )


@pytest.fixture(scope="module")
def sample() -> pl.DataFrame:
    return occasion_gaps(_occasions("CDNOW_sample.txt", (1, 2), 0), LAST_DAY)


@pytest.fixture(scope="module")
def master() -> pl.DataFrame:
    return occasion_gaps(_occasions("CDNOW_master.txt", (0, 1), 1), LAST_DAY)


def first_order(gaps: pl.DataFrame) -> SurvivalCurve:
    return curve_of(gaps.filter(pl.col("occasion_number") == 1))


@needs_cdnow
def test_sample_returns_after_the_first_order_as_published(sample):
    curve = first_order(sample)
    assert (curve.gap_count, curve.event_count) == (2357, 1139)
    published = {30: 0.1739, 60: 0.2550, 90: 0.2915, 180: 0.3763, 365: 0.4557}
    assert {day: round(curve.returned_by(day), 4) for day in published} == published


@needs_cdnow
def test_sample_quantiles_over_all_gaps_are_21_and_93_days(sample):
    curve = curve_of(sample)
    assert curve.gap_count == 6696
    assert (curve.quantile(0.25), curve.quantile(0.5)) == (21, 93)


@needs_cdnow
def test_master_median_after_the_first_order_is_not_reached(master):
    curve = first_order(master)
    assert (curve.gap_count, curve.event_count) == (23570, 11516)
    assert curve.quantile(0.25) == 60
    assert curve.quantile(0.5) is None
    assert round(curve.returned_by(365), 3) == 0.459


@needs_cdnow
def test_master_silence_limits_are_those_of_the_definitions(master):
    every, first = curve_of(master), first_order(master)
    assert every.gap_count == 67591
    assert (every.silence_limit(0.25, 90, 30), every.silence_limit(0.10, 90, 30)) == (60, 220)
    assert (first.silence_limit(0.25, 90, 30), first.silence_limit(0.10, 90, 30)) == (9, 127)
