"""Limits, states and transitions: dated by hand, in alternation, and never restated."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.canonical import SCORES
from transforms.lifecycle import History, history
from transforms.lifecycle_backtest import known_at
from transforms.lifecycle_limits import BandLimits, Estimate, LifecyclePolicy, band_limits
from transforms.lifecycle_transitions import STATES, silences, states, transitions
from transforms.lifecycle_versions import (
    BANDS,
    LimitVersion,
    category_gaps,
    category_limits,
    fitted,
    forming,
    limits_table,
    next_quarter,
    opened_gaps,
    quarter_start,
    version_name,
    versions,
)
from transforms.survival import kaplan_meier

POLICY = LifecyclePolicy(
    return_window_days=90, at_risk_return_chance=0.25, lapse_return_chance=0.10,
    at_risk_floor_days=30, at_risk_ceiling_days=180,
)  # fmt: skip
#: State -> states a customer may change to.
LEGAL = {
    "prospect": {"new"},
    "new": {"active", "at_risk", "lapsed"},
    "active": {"at_risk", "lapsed"},
    "at_risk": {"active", "lapsed"},
    "lapsed": {"reactivated"},
    "reactivated": {"active", "at_risk", "lapsed"},
}
CDNOW = Path(__file__).resolve().parents[3] / "shared" / "data" / "cdnow"
needs_cdnow = pytest.mark.skipif(
    not CDNOW.is_dir(), reason=f"the CDNOW files are not at {CDNOW}; they may not be redistributed"
)


def occasions(bought: dict[str, list[date]]) -> pl.DataFrame:
    rows = [
        (customer, day, number, following)
        for customer, days in bought.items()
        for number, (day, following) in enumerate(zip(days, [*days[1:], None], strict=True), 1)
    ]
    return pl.DataFrame(
        rows,
        orient="row",
        schema={
            "customer_id": pl.String,
            "occasion_date": pl.Date,
            "occasion_number": pl.Int64,
            "next_occasion_date": pl.Date,
        },
    )


def version(first_day: date, at_risk: int, lapse: int | None, basis: str = "own") -> LimitVersion:
    """A version with the same limits in every band."""
    told = Estimate(None if basis == "configured" else at_risk, basis, None)
    limits = BandLimits(100, 50, told, Estimate(lapse, basis, None), at_risk, lapse)
    bands = dict.fromkeys(("all", *BANDS), limits)
    return LimitVersion(version_name(first_day), first_day, first_day - timedelta(days=1), bands)


def quarters(first_day: date, *limits: tuple[int, int | None]) -> list[LimitVersion]:
    found = []
    for at_risk, lapse in limits:
        found.append(version(first_day, at_risk, lapse))
        first_day = next_quarter(first_day)
    return found


def moves(days: list[date], in_turn: list[LimitVersion], as_of: date) -> list[tuple]:
    silent = silences(occasions({"ana": days}), in_turn, as_of)
    found = transitions(silent, in_turn)
    return found.select("transition_date", "to_state", "silence_days", "limit_days").rows()


def test_a_year_of_a_customer_by_hand_across_a_29_february():
    # Limits of 30 and 60 days; Europe changes its clocks on 31 March 2024, days do not.
    in_turn = quarters(date(2024, 1, 1), (30, 60), (30, 60), (30, 60), (30, 60))
    bought = [date(2024, 1, 30), date(2024, 2, 10), date(2024, 4, 15), date(2024, 4, 20)]
    assert moves(bought, in_turn, date(2024, 12, 31)) == [
        (date(2024, 1, 30), "new", None, None),
        (date(2024, 2, 10), "active", 11, None),
        (date(2024, 3, 11), "at_risk", 30, 30),  # February has 29 days: 10 + 30 - 29
        (date(2024, 4, 10), "lapsed", 60, 60),
        (date(2024, 4, 15), "reactivated", 65, None),
        (date(2024, 4, 20), "active", 5, None),
        (date(2024, 5, 20), "at_risk", 30, 30),
        (date(2024, 6, 19), "lapsed", 60, 60),
    ]


def test_a_silence_from_29_february_lapses_a_day_count_later_and_not_on_an_anniversary():
    in_turn = quarters(date(2024, 1, 1), *[(180, 365)] * 5)
    found = moves([date(2024, 2, 29)], in_turn, date(2025, 3, 1))
    assert found[1:] == [
        (date(2024, 8, 27), "at_risk", 180, 180),
        (date(2025, 2, 28), "lapsed", 365, 365),
    ]


def test_an_order_on_the_day_of_the_limit_comes_in_time():
    in_turn = quarters(date(2024, 1, 1), (30, 60), (30, 60))
    on_the_day = [date(2024, 1, 1), date(2024, 1, 31)]
    assert [m[1] for m in moves(on_the_day, in_turn, date(2024, 2, 1))] == ["new", "active"]
    day_later = [date(2024, 1, 1), date(2024, 2, 1)]
    found = [m[1] for m in moves(day_later, in_turn, date(2024, 2, 1))]
    assert found == ["new", "at_risk", "active"]


def test_as_of_the_day_of_the_limit_the_customer_is_over_it_and_the_day_before_not():
    in_turn = quarters(date(2024, 1, 1), (30, 60), (30, 60))
    assert [m[1] for m in moves([date(2024, 1, 1)], in_turn, date(2024, 1, 31))][-1] == "at_risk"
    assert [m[1] for m in moves([date(2024, 1, 1)], in_turn, date(2024, 1, 30))][-1] == "new"


def test_a_shorter_limit_meets_old_silences_on_the_first_day_of_its_quarter():
    in_turn = quarters(date(2024, 1, 1), (180, None), (30, 60))
    found = moves([date(2024, 1, 10)], in_turn, date(2024, 6, 30))
    # 82 silent days on 1 April: past both limits at once, so it is one change, not two.
    assert found == [
        (date(2024, 1, 10), "new", None, None),
        (date(2024, 4, 1), "lapsed", 82, 60),
    ]


def test_a_longer_limit_does_not_call_back_who_has_lapsed():
    in_turn = quarters(date(2024, 1, 1), (30, 60), (90, 300))
    found = moves([date(2024, 1, 10)], in_turn, date(2024, 6, 30))
    assert [m[:2] for m in found] == [
        (date(2024, 1, 10), "new"),
        (date(2024, 2, 9), "at_risk"),
        (date(2024, 3, 10), "lapsed"),
    ]


def test_each_change_names_the_version_in_force_that_day():
    in_turn = [version(date(2024, 1, 1), 30, None, "configured"), version(date(2024, 4, 1), 30, 80)]
    silent = silences(occasions({"ana": [date(2024, 1, 10)]}), in_turn, date(2024, 6, 30))
    found = transitions(silent, in_turn).select("to_state", "limit_version").rows()
    assert found == [("new", "configured"), ("at_risk", "configured"), ("lapsed", "2024Q2")]


def test_bands_are_held_against_their_own_limits():
    first = version(date(2024, 1, 1), 30, 60)
    later = version(date(2024, 1, 1), 90, 200).bands["second"]
    mixed = LimitVersion(first.name, first.first_day, first.fitted_through,
                         {**first.bands, "second": later, "third_or_later": later})  # fmt: skip
    frame = occasions({"once": [date(2024, 1, 1)], "twice": [date(2023, 12, 1), date(2024, 1, 1)]})
    as_of = date(2024, 3, 5)
    silent = silences(frame, [mixed], as_of)
    told = states(silent, transitions(silent, [mixed]), mixed, as_of)
    assert dict(told.select("customer_id", "state").iter_rows()) == {
        "once": "lapsed",
        "twice": "active",
    }


def test_a_customer_may_churn_many_times():
    in_turn = quarters(date(2024, 1, 1), *[(30, 60)] * 4)
    bought = [date(2024, 1, 1) + timedelta(days=100 * n) for n in range(3)]
    silent = silences(occasions({"ana": bought}), in_turn, date(2024, 12, 31))
    told = states(silent, transitions(silent, in_turn), in_turn[-1], date(2024, 12, 31))
    assert told["lapse_count"].to_list() == [3]
    assert told["median_gap_days"].to_list() == [100.0]
    # 31 December is 165 days after 19 July.
    assert told["overdue_ratio"].to_list() == [1.65]


def test_two_occasions_are_too_few_for_an_overdue_ratio():
    told = history(
        occasions({"ana": [date(2024, 1, 1), date(2024, 2, 1)]}), date(2024, 3, 1), POLICY
    )
    assert told.states.select("median_gap_days", "overdue_ratio").rows() == [(31.0, None)]


@pytest.mark.parametrize(
    ("day", "start", "following", "name"),
    [
        (date(2024, 2, 29), date(2024, 1, 1), date(2024, 4, 1), "2024Q1"),
        (date(2024, 6, 30), date(2024, 4, 1), date(2024, 7, 1), "2024Q2"),
        (date(2023, 9, 1), date(2023, 7, 1), date(2023, 10, 1), "2023Q3"),
        (date(2011, 12, 9), date(2011, 10, 1), date(2012, 1, 1), "2011Q4"),
    ],
)
def test_quarters_begin_where_the_calendar_says(day, start, following, name):
    assert quarter_start(day) == start
    assert next_quarter(start) == following
    assert version_name(start) == name


def returning(share_back: float, count: int, start: date, spread: int) -> dict[str, list[date]]:
    """Customers who come once, of whom a share returns after 10 days."""
    found = {}
    for number in range(count):
        first = start + timedelta(days=number % spread)
        found[f"c{number:04}"] = (
            [first, first + timedelta(days=10)] if number < share_back * count else [first]
        )
    return found


def test_a_version_knows_nothing_of_its_own_quarter():
    shop = returning(0.5, 200, date(2023, 1, 1), 60)
    grown = shop | {f"n{n}": [date(2024, 1, 5), date(2024, 1, 6 + n % 20)] for n in range(300)}
    before = versions(opened_gaps(occasions(shop)), date(2024, 3, 31), POLICY)
    after = versions(opened_gaps(occasions(grown)), date(2024, 3, 31), POLICY)
    assert [one.name for one in after] == ["2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1"]
    assert after == before
    assert after[-1].fitted_through == date(2023, 12, 31)


def test_the_version_that_forms_knows_everything_up_to_as_of():
    gaps = opened_gaps(occasions(returning(0.5, 200, date(2023, 1, 1), 60)))
    coming = forming(gaps, date(2023, 9, 30), POLICY)
    assert (coming.name, coming.fitted_through) == ("2023Q4", date(2023, 9, 30))
    assert coming == fitted(gaps, date(2023, 10, 1), date(2023, 9, 30), POLICY)


def test_a_handful_of_customers_is_at_risk_at_the_ceiling_and_never_called_lapsed():
    shop = {f"c{n}": [date(2023, 1, 1) + timedelta(days=n)] for n in range(5)}
    told = history(occasions(shop), date(2024, 12, 31), POLICY)
    assert set(told.states["state"]) == {"at_risk"}
    assert set(told.states["limit_version"]) == {"configured"}
    assert set(told.states["at_risk_limit_days"]) == {180}
    assert told.states["lapse_limit_days"].null_count() == 5


def test_a_shop_of_120_days_has_configured_limits_and_says_why():
    shop = returning(0.3, 300, date(2024, 1, 2), 30)
    told = history(occasions(shop), date(2024, 4, 30), POLICY)
    limits = told.versions[-1].bands["first"]
    assert limits.at_risk == Estimate(None, "configured", "history_too_short")
    assert limits.lapse_days is None
    assert "lapsed" not in set(told.moves["to_state"])


def test_a_shop_of_one_time_buyers_only_has_limits_at_the_floor():
    told = history(occasions(returning(0, 400, date(2023, 1, 1), 300)), date(2024, 3, 31), POLICY)
    first = told.versions[-1].bands["first"]
    # Nobody ever came back: the chance is 0 from the first silent day on.
    assert (first.at_risk.days, first.at_risk_days, first.lapse_days) == (0, 30, 31)
    second = told.versions[-1].bands["second"]
    assert second.at_risk == Estimate(0, "all", "too_few_gaps")


def curve(*gaps: tuple[int, bool, int]):
    days, events, weights = zip(*gaps, strict=True)
    return kaplan_meier(np.array(days), np.array(events), np.array(weights))


def test_a_band_seen_to_return_longer_than_all_gaps_say_keeps_at_least_what_was_seen():
    every = curve((10, True, 50), (400, False, 500))
    # 60 gaps of which one in three ends within every 90 days, watched for 200 days.
    band = curve((50, True, 20), (130, True, 14), (200, True, 10), (210, False, 16))
    limits = band_limits(band, every, POLICY)
    assert every.silence_limit(0.10, 90, 30) == 0
    # The longest gap has 210 days: of silences up to 120 days the next 90 were watched.
    assert limits.lapse == Estimate(121, "all", "chance_stays_above_limit")


def test_a_category_with_enough_gaps_gets_limits_and_a_rare_one_none():
    shop = returning(0.5, 400, date(2023, 1, 1), 60)
    frame = occasions(shop)
    bought = frame.select(
        "customer_id",
        order_date="occasion_date",
        category=pl.when(pl.col("customer_id") == "c0001")
        .then(pl.lit("rare"))
        .otherwise(pl.lit("tea")),
    )
    gaps = opened_gaps(frame)
    coming = forming(gaps, date(2023, 12, 31), POLICY)
    found = category_limits(category_gaps(bought, frame), gaps, coming, POLICY)
    assert set(found) == {"tea"}
    assert found["tea"].gap_count == 598


def test_the_table_of_limits_says_what_is_in_force_and_what_is_forming():
    gaps = opened_gaps(occasions(returning(0.5, 200, date(2023, 1, 1), 60)))
    as_of = date(2023, 8, 15)
    table = limits_table(versions(gaps, as_of, POLICY), forming(gaps, as_of, POLICY), {}, POLICY)
    told = table.select("version", "status").unique(maintain_order=True).rows()
    assert told == [
        ("2023Q1", "past"), ("2023Q2", "past"), ("2023Q3", "in_force"), ("2023Q4", "forming"),
    ]  # fmt: skip
    assert table.schema == SCORES["lifecycle_limits"].schema


FIRST_DAY = date(2022, 11, 20)
VISITS = st.lists(st.integers(0, 900), min_size=1, max_size=6, unique=True)
SHOPS = st.lists(VISITS, max_size=12)


def shop_of(visits: list[list[int]]) -> pl.DataFrame:
    """The drawn customers among sixty whose habits give the shop limits of its own."""
    crowd = [[n % 40, n % 40 + 15] if n % 3 else [n % 40] for n in range(60)]
    return occasions(
        {
            f"c{number:03}": [FIRST_DAY + timedelta(days=day) for day in sorted(days)]
            for number, days in enumerate([*crowd, *visits])
        }
    )


@settings(max_examples=15, deadline=None)
@given(visits=SHOPS)
def test_states_partition_the_customers_and_transitions_alternate_legally(visits):
    frame, last = shop_of(visits), FIRST_DAY + timedelta(days=900)
    told = history(frame, last, POLICY)
    assert told.states["customer_id"].to_list() == sorted(frame["customer_id"].unique())
    assert told.states["state"].is_in(STATES).all()
    assert (told.moves["transition_date"] <= last).all()
    reached: dict[str, tuple[str, date]] = {}
    for row in told.moves.sort("customer_id", "transition_date").to_dicts():
        before, day = reached.get(row["customer_id"], ("prospect", date.min))
        assert row["from_state"] == before
        assert row["to_state"] in LEGAL[before]
        assert row["transition_date"] > day
        reached[row["customer_id"]] = (row["to_state"], row["transition_date"])
    ends = told.states.select("customer_id", "state", "since_date").rows()
    assert {customer: (state, since) for customer, state, since in ends} == reached


@settings(max_examples=15, deadline=None)
@given(visits=SHOPS, days_ago=st.integers(1, 700))
def test_what_was_said_on_a_past_day_is_still_said(visits, days_ago):
    frame, last = shop_of(visits), FIRST_DAY + timedelta(days=900)
    then = last - timedelta(days=days_ago)
    now, past = history(frame, last, POLICY), history(known_at(frame, then), then, POLICY)
    assert now.moves.filter(pl.col("transition_date") <= then).equals(past.moves)


@settings(max_examples=10, deadline=None)
@given(visits=SHOPS, seed=st.integers(0, 1000))
def test_the_order_of_the_rows_changes_nothing(visits, seed):
    frame, last = shop_of(visits), FIRST_DAY + timedelta(days=900)
    mixed = frame.sample(fraction=1, shuffle=True, seed=seed)
    one, other = history(frame, last, POLICY), history(mixed, last, POLICY)
    assert one.moves.equals(other.moves)
    assert one.states.equals(other.states)
    assert one.versions == other.versions


def test_a_state_agrees_with_its_own_limits():
    told = history(
        shop_of([[0, 100, 500], [10, 20, 890], [880]]), FIRST_DAY + timedelta(days=900), POLICY
    )
    silence = pl.col("days_since_last")
    over = (silence >= pl.col("lapse_limit_days")).fill_null(False)
    assert told.states.filter(over != (pl.col("state") == "lapsed")).is_empty()
    at_risk = (silence >= pl.col("at_risk_limit_days")) & ~over
    assert told.states.filter(at_risk != (pl.col("state") == "at_risk")).is_empty()


def test_an_empty_shop_has_tables_without_rows_and_limits_all_the_same():
    told = history(occasions({}), date(2024, 5, 1), POLICY)
    assert told.moves.schema == SCORES["lifecycle_transitions"].schema
    assert told.states.schema == SCORES["customer_states"].schema
    assert (told.moves.height, told.states.height) == (0, 0)
    assert [one.name for one in told.versions] == ["2024Q2"]
    assert told.versions[0].bands["all"].at_risk_days == 180


@pytest.fixture(scope="module")
def master() -> History:
    rows = [line.split() for line in (CDNOW / "CDNOW_master.txt").read_text().splitlines()[1:]]
    days = pl.DataFrame(
        {"customer_id": [r[0] for r in rows if r], "day": [r[1] for r in rows if r]}
    )
    frame = (
        days.select("customer_id", occasion_date=pl.col("day").str.to_date("%Y%m%d"))
        .unique()
        .sort("customer_id", "occasion_date")
        .with_columns(
            occasion_number=pl.int_range(1, pl.len() + 1).over("customer_id"),
            next_occasion_date=pl.col("occasion_date").shift(-1).over("customer_id"),
        )
    )
    told = history(frame, date(1998, 6, 30), POLICY)
    return History(
        told.silent, told.moves, told.states,
        [*told.versions, forming(opened_gaps(frame), date(1998, 6, 30), POLICY)],
    )  # fmt: skip


@needs_cdnow
def test_cdnow_limits_are_those_of_the_definitions(master):
    # DEFINITIONS 3.8: all gaps 60 and 220 days, after the first order 9 and 127.
    full = master.versions[-1].bands
    assert (full["all"].at_risk.days, full["all"].lapse.days) == (60, 220)
    assert (full["first"].at_risk.days, full["first"].lapse.days) == (9, 127)
    assert (full["first"].at_risk_days, full["first"].lapse_days) == (30, 127)


@needs_cdnow
def test_cdnow_states_are_everybody_once_and_moves_give_the_end(master):
    assert master.states.height == 23_570
    counts = dict(master.moves.group_by("to_state").len().iter_rows())
    assert counts["new"] == 23_570
    staying = master.states.filter(pl.col("state") != "lapsed").height
    assert staying == counts["new"] + counts["reactivated"] - counts["lapsed"]
    assert (master.moves["transition_date"] <= date(1998, 6, 30)).all()
