"""Segments: every customer in exactly one, ties together, thresholds as published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms import lifecycle
from transforms.canonical import MONEY, SCORES
from transforms.lifecycle_transitions import STATES
from transforms.segments import (
    RFM_GRID,
    SEGMENTS,
    SegmentPolicy,
    customer_features,
    cut_points,
    scores_above,
    scores_below,
    segment,
    thresholds,
)

AS_OF = date(2026, 10, 31)
LIMITS = SCORES["lifecycle_limits"].empty()
OCCASIONS = {
    "customer_id": pl.String,
    "occasion_date": pl.Date,
    "occasion_number": pl.Int64,
    "next_occasion_date": pl.Date,
    "net_sales_amount": MONEY,
}
FEATURES = {
    "customer_id": pl.String,
    "days_since_last_order": pl.Int64,
    "first_occasion_date": pl.Date,
    "lifetime_occasions": pl.Int64,
    "occasion_count": pl.Int64,
    "net_sales_amount": MONEY,
}
RFM_ORDERS = Path(__file__).resolve().parents[3] / "shared" / "data" / "rfm" / "rfm_data_orders.csv"


def occasions(bought: dict[str, list[tuple[int, str]]]) -> pl.DataFrame:
    """Per customer: (days before as_of, amount), oldest first."""
    rows = []
    for customer, days in bought.items():
        dates = [AS_OF - timedelta(days=ago) for ago, _ in days]
        following = [*dates[1:], None]
        rows += [
            (customer, dates[n], n + 1, following[n], Decimal(days[n][1])) for n in range(len(days))
        ]
    return pl.DataFrame(rows, schema=OCCASIONS, orient="row")


POLICY = SegmentPolicy(
    window_days=730, return_window_days=90, at_risk_return_chance=0.25,
    lapse_return_chance=0.10, at_risk_floor_days=30, at_risk_ceiling_days=180,
)  # fmt: skip


def run(frame: pl.DataFrame, policy: SegmentPolicy | None = None) -> pl.DataFrame:
    policy = policy or POLICY
    states = lifecycle.history(frame, AS_OF, policy).states
    named, _ = segment(customer_features(frame, AS_OF, policy.window_days), states)
    return named


def features(*rows: tuple[str, int, int, int, str]) -> pl.DataFrame:
    """(customer, silence, lifetime occasions, occasions in the window, money)."""
    full = [(c, s, AS_OF - timedelta(days=s), life, n, Decimal(m)) for c, s, life, n, m in rows]
    return pl.DataFrame(full, schema=FEATURES, orient="row")


def stated(shop: pl.DataFrame, **states: str) -> pl.DataFrame:
    """`customer_states` as far as segments read it; everybody not named is active."""
    return shop.select(
        "customer_id",
        state=pl.col("customer_id").replace_strict(states, default="active"),
        at_risk_limit_days=pl.lit(30, pl.Int64),
        lapse_limit_days=pl.lit(None, pl.Int64),
    )


def test_every_one_of_the_25_cells_has_exactly_one_name():
    assert set(RFM_GRID) == set(product(range(1, 6), repeat=2))
    assert set(RFM_GRID.values()) == set(SEGMENTS)
    assert len(SEGMENTS) == len(set(SEGMENTS)) == 10


@pytest.mark.parametrize(
    ("recency", "frequency_monetary", "name"),
    [
        (1, 1, "hibernating"), (2, 2, "hibernating"), (1, 3, "at_risk"), (2, 4, "at_risk"), (1, 5, "cannot_lose"),
        (2, 5, "cannot_lose"), (3, 1, "about_to_sleep"), (3, 2, "about_to_sleep"), (3, 3, "need_attention"),
        (3, 4, "loyal"), (3, 5, "loyal"), (4, 1, "promising"), (4, 2, "potential_loyalist"),
        (4, 3, "potential_loyalist"), (4, 4, "loyal"), (4, 5, "loyal"), (5, 1, "new"),
        (5, 2, "potential_loyalist"), (5, 3, "potential_loyalist"), (5, 4, "champion"), (5, 5, "champion"),
    ],
)  # fmt: skip
def test_a_cell_has_the_name_the_definitions_give_it(recency, frequency_monetary, name):
    assert RFM_GRID[recency, frequency_monetary] == name


PURCHASES = st.lists(
    st.tuples(st.integers(0, 1200), st.decimals(0, 10**6, places=2)),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one[0],
)


@settings(max_examples=60, deadline=None)
@given(shop=st.lists(PURCHASES, max_size=25), window=st.sampled_from([30, 365, 730]))
def test_everybody_is_in_exactly_one_segment_whatever_they_bought(shop, window):
    bought = {
        f"c{number:02}": [(ago, str(amount)) for ago, amount in sorted(one, reverse=True)]
        for number, one in enumerate(shop)
    }
    named = run(occasions(bought), replace(POLICY, window_days=window))
    assert named["customer_id"].to_list() == sorted(bought)
    assert named["segment"].is_in(SEGMENTS).all()
    assert named["lifecycle_state"].is_in(STATES).all()
    scores = named.select("recency_score", "frequency_score", "monetary_score").to_numpy()
    assert ((scores >= 1) & (scores <= 5)).all()
    for value, score in (
        ("days_since_last_order", "recency_score"),
        ("occasion_count", "frequency_score"),
        ("net_sales_amount", "monetary_score"),
    ):
        assert named.group_by(value).agg(pl.col(score).n_unique())[score].to_list() == [1] * (
            named[value].n_unique()
        )


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_more_never_scores_less_and_longer_silence_never_scores_more(values):
    frame = pl.DataFrame({"value": values}).sort("value")
    cuts = cut_points(frame["value"])
    scored = frame.select(up=scores_above("value", cuts), down=scores_below("value", cuts))
    assert scored["up"].is_sorted()
    assert scored["down"].is_sorted(descending=True)


def test_cut_points_are_type_7_quantiles():
    # R: quantile(c(1, 2, 4, 8, 16, 32), c(.2, .4, .6, .8)) -> 2 4 8 16
    assert cut_points(pl.Series([32, 1, 2, 16, 4, 8])) == [2.0, 4.0, 8.0, 16.0]
    # R: quantile(c(1, 2, 3, 4), c(.2, .4, .6, .8)) -> 1.6 2.2 2.8 3.4
    assert cut_points(pl.Series([1, 2, 3, 4])) == pytest.approx([1.6, 2.2, 2.8, 3.4])


def test_one_time_buyers_share_one_frequency_score_instead_of_three():
    # Half of the customers bought once: splitting by rank would give them the scores 1, 2 and 3.
    counts = [1] * 51 + [2] * 20 + [3] * 15 + [4] * 9 + [5] * 5
    frame = pl.DataFrame({"occasion_count": counts})
    scored = frame.with_columns(
        s=scores_above("occasion_count", cut_points(frame["occasion_count"]))
    )
    assert dict(scored.group_by("occasion_count").agg(pl.col("s").first()).iter_rows()) == {
        1: 1,
        2: 3,
        3: 4,
        4: 5,
        5: 5,
    }


def test_first_time_buyers_younger_than_the_limit_are_new_whatever_they_spent():
    shop = {f"old{n:02}": [(400 + n, "10")] for n in range(60)}
    shop |= {"spender": [(29, "9999")], "small": [(0, "1")], "older": [(30, "9999")]}
    shop |= {"regular": [(45, "10"), (25, "10"), (5, "10")]}
    rows = {row["customer_id"]: row for row in run(occasions(shop)).to_dicts()}
    assert rows["spender"]["at_risk_limit_days"] == 30
    assert rows["spender"]["segment"] == rows["small"]["segment"] == "new"
    assert rows["spender"]["lifecycle_state"] == rows["small"]["lifecycle_state"] == "new"
    assert rows["older"]["lifecycle_state"] == "at_risk"
    assert rows["older"]["segment"] != "new"
    assert rows["regular"]["lifecycle_state"] == "active"


def test_the_state_beside_a_segment_is_the_one_of_the_lifecycle():
    shop = features(("back", 5, 4, 4, "50"), ("gone", 400, 1, 0, "0"), ("fresh", 5, 1, 1, "50"))
    states = stated(shop, back="reactivated", gone="lapsed", fresh="new")
    named, _ = segment(shop, states)
    found = dict(named.select("customer_id", "lifecycle_state").iter_rows())
    assert found == {"back": "reactivated", "gone": "lapsed", "fresh": "new"}
    assert named.filter(pl.col("segment") == "new")["customer_id"].to_list() == ["fresh"]


def test_the_mean_of_frequency_and_money_rounds_halves_up():
    shop = features(
        ("a", 10, 9, 1, "100"), ("b", 20, 9, 2, "90"), ("c", 30, 9, 3, "80"), ("d", 40, 9, 4, "70"),
        ("e", 50, 9, 5, "60"), ("f", 60, 9, 6, "50"),
    )  # fmt: skip
    named, _ = segment(shop, stated(shop))
    both = named.select("frequency_score", "monetary_score", "frequency_monetary_score").rows()
    assert both == [(1, 5, 3), (1, 4, 3), (2, 3, 3), (3, 2, 3), (4, 1, 3), (5, 1, 3)]
    two = features(("x", 1, 9, 1, "1"), ("y", 1, 9, 1, "2"))
    tens, _ = segment(two, stated(two))
    assert tens.select("frequency_score", "monetary_score", "frequency_monetary_score").rows() == [
        (1, 1, 1),
        (1, 5, 3),
    ]


def test_an_empty_shop_has_no_segments():
    named = run(occasions({}))
    assert named.height == 0
    assert named.schema == SCORES["customer_segments"].schema


def test_one_customer_is_a_partition_of_one():
    named = run(occasions({"only": [(3, "10")]}))
    assert named.select("segment", "recency_score", "frequency_score").rows() == [("new", 5, 1)]


def test_a_shop_where_nobody_ever_came_back_still_has_every_customer_once():
    shop = {f"c{n:03}": [(n, "10")] for n in range(400)}
    named = run(occasions(shop))
    assert named.height == 400
    assert set(named["frequency_score"]) == {1}
    # 400 people watched for up to 400 days, none returned: silence says at risk at the floor.
    assert set(named["at_risk_limit_days"]) == {30}
    assert (named["lifecycle_state"] == "new").sum() == 30


def test_money_and_purchases_outside_the_window_do_not_count_and_recency_does():
    frame = occasions({"a": [(731, "500"), (730, "100"), (729, "7.50")], "b": [(1000, "90")]})
    rows = customer_features(frame, AS_OF, 730).to_dicts()
    assert [
        (r["occasion_count"], r["net_sales_amount"], r["lifetime_occasions"]) for r in rows
    ] == [
        (1, Decimal("7.5000"), 3),
        (0, Decimal("0.0000"), 1),
    ]
    assert [r["days_since_last_order"] for r in rows] == [729, 1000]


def test_published_cut_points_are_rounded_to_12_significant_digits():
    told = thresholds({"monetary": [1 / 3, 2 / 3, 1e6 / 3, 4.0]}, LIMITS)
    found = told.filter(pl.col("score_name") == "monetary")["threshold"].to_list()
    assert found == [0.333333333333, 0.666666666667, 333333.333333, 4.0]


@pytest.fixture(scope="module")
def published() -> pl.DataFrame:
    """The R package rfm's example: one row per customer as of 2006-12-31."""
    if not RFM_ORDERS.exists():
        pytest.skip(f"the rfm orders are not at {RFM_ORDERS}")
    orders = pl.read_csv(RFM_ORDERS, try_parse_dates=True)
    silence = (pl.lit(date(2006, 12, 31)) - pl.col("order_date").max()).dt.total_days()
    return orders.group_by("customer_id").agg(
        silence=silence, orders=pl.len(), revenue=pl.col("revenue").sum()
    )


def test_cut_points_on_the_rfm_orders_are_the_published_ones(published):
    assert published.height == 995
    assert (published["orders"].sum(), published["revenue"].sum()) == (4906, 464158)
    # The package prints each quantile plus one.
    printed = {
        "silence": [115, 181, 297.4, 482],
        "orders": [4, 5, 6, 8],
        "revenue": [255.8, 382, 506.4, 666],
    }
    for column, cuts in printed.items():
        assert [cut + 1 for cut in cut_points(published[column])] == pytest.approx(cuts)


def _package_segments(scored: pl.DataFrame) -> dict[str, tuple[int, int, int]]:
    """The package's own names, first match wins: customers, orders and revenue of each."""
    rules = [
        ("Champions", (4, 5), (4, 5)), ("Loyal", (2, 5), (3, 5)), ("Potential", (3, 5), (1, 3)),
        ("New", (4, 5), (1, 1)), ("Promising", (3, 4), (1, 1)), ("Need Attention", (2, 3), (2, 3)),
        ("About To Sleep", (2, 3), (1, 2)), ("At Risk", (1, 2), (2, 5)), ("Cannot Lose", (1, 1), (4, 5)),
        ("Lost", (1, 2), (1, 2)),
    ]  # fmt: skip
    name = pl.lit("Others")
    for told, recency, rest in reversed(rules):
        fits = (
            pl.col("r").is_between(*recency)
            & pl.col("f").is_between(*rest)
            & pl.col("m").is_between(*rest)
        )
        name = pl.when(fits).then(pl.lit(told)).otherwise(name)
    found = scored.group_by(name.alias("name")).agg(
        pl.len(), pl.col("orders").sum(), pl.col("revenue").sum()
    )
    return {row[0]: row[1:] for row in found.iter_rows()}


def test_scores_on_the_rfm_orders_give_the_published_segments_but_for_one_customer(published):
    cuts = {c: cut_points(published[c]) for c in ("silence", "orders", "revenue")}
    scored = published.with_columns(
        r=scores_below("silence", cuts["silence"]),
        f=scores_above("orders", cuts["orders"]),
        m=scores_above("revenue", cuts["revenue"]),
    )
    theirs = published.with_columns(
        r=6 - scores_above("silence", [np.nextafter(c + 1, 0) for c in cuts["silence"]]),
        f=scores_above("orders", [np.nextafter(c + 1, 0) for c in cuts["orders"]]),
        m=scores_above("revenue", [np.nextafter(c + 1, 0) for c in cuts["revenue"]]),
    )
    expected = {
        "Champions": (158, 1234, 120178), "Loyal": (278, 1708, 166712), "Potential": (229, 801, 65873),
        "Need Attention": (35, 144, 13287), "About To Sleep": (50, 127, 10914), "At Risk": (86, 438, 44178),
        "Lost": (111, 244, 20955), "Others": (48, 210, 22061),
    }  # fmt: skip
    assert _package_segments(theirs) == expected
    # One more than a quantile that is no whole number puts the next whole value below the cut:
    # revenue 255 (cut 254.8) and 506 (cut 505.4), silence 297 (cut 296.4). Of these three
    # customers only the one with 506 gets another name.
    both = scored.join(theirs, on="customer_id")
    assert sorted(both.filter(pl.col("m") != pl.col("m_right"))["revenue"]) == [255, 506]
    assert both.filter(pl.col("r") != pl.col("r_right"))["silence"].to_list() == [297]
    assert both.filter(pl.col("f") != pl.col("f_right")).is_empty()
    assert _package_segments(scored) == expected | {
        "Champions": (159, 1240, 120684),
        "Loyal": (277, 1702, 166206),
    }
