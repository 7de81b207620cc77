"""Time to the next order by group, tenure and regularity: by hand, simulated, and on CDNOW."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from transforms.canonical import MONEY, SCORES
from transforms.lifecycle_regularity import regularity
from transforms.next_order import (
    EnoughGaps,
    order_gaps,
    survival_table,
    tenure,
    tenure_gaps,
    time_to_next_order,
)
from transforms.survival import curve_of

AS_OF = date(2026, 6, 30)
ENOUGH = EnoughGaps(minimum_intervals=30, minimum_events=10)
BOUGHT = {
    "customer_id": pl.String, "sku": pl.String, "product_name": pl.String, "category": pl.String,
    "order_date": pl.Date,
}  # fmt: skip
OCCASIONS = {
    "customer_id": pl.String, "occasion_date": pl.Date, "occasion_number": pl.Int64,
    "next_occasion_date": pl.Date, "discount_amount": MONEY,
}  # fmt: skip
NOTHING = pl.DataFrame(schema=BOUGHT)
CDNOW = Path(__file__).resolve().parents[3] / "shared" / "data" / "cdnow"
needs_cdnow = pytest.mark.skipif(
    not CDNOW.is_dir(), reason=f"the CDNOW files are not at {CDNOW}; they may not be redistributed"
)


def occasions(
    bought: dict[str, list[int]], discounted: frozenset[str] = frozenset()
) -> pl.DataFrame:
    """Days before AS_OF per customer, oldest first; the discounted ones had 1.00 off each time."""
    rows = []
    for customer, days in bought.items():
        dates = [AS_OF - timedelta(days=ago) for ago in days]
        off = Decimal(1 if customer in discounted else 0)
        rows += [
            (customer, day, number, following, off)
            for number, (day, following) in enumerate(
                zip(dates, [*dates[1:], None], strict=True), 1
            )
        ]
    return pl.DataFrame(rows, schema=OCCASIONS, orient="row")


def told(frame: pl.DataFrame, bought: pl.DataFrame = NOTHING) -> dict[tuple[str, str], dict]:
    table = time_to_next_order(order_gaps(frame, AS_OF), bought, AS_OF, ENOUGH)
    assert table.schema == SCORES["time_to_next_order"].schema
    return {(row["scope"], row["item"]): row for row in table.to_dicts()}


#: 40 customers: half come back after 20 days, half never; watched for 200 days.
HALF = {f"b{n:02}": [200, 180] for n in range(20)} | {f"o{n:02}": [200] for n in range(20)}


def test_half_of_the_first_orders_come_back_and_the_rest_is_not_reached():
    row = told(occasions(HALF))["order_number", "1"]
    assert (row["gap_count"], row["event_count"], row["observed_days"]) == (40, 20, 200)
    shares = [row[f"returned_{day}_share"] for day in (30, 60, 90, 180, 365)]
    assert shares == [0.5, 0.5, 0.5, 0.5, None]
    quantiles = [(row[f"quantile_{q}_days"], row[f"quantile_{q}_status"]) for q in (10, 25, 50, 75)]
    assert quantiles == [(20, "reached"), (20, "reached"), (20, "reached"), (None, "not_reached")]
    # Of the completed gaps alone, everybody would seem to be back on day 20.
    assert row["completed_only_75_days"] == 20.0


def test_a_group_with_too_few_gaps_or_too_few_returns_says_so_and_nothing_else():
    rows = told(occasions(HALF))
    assert rows["order_number", "3"]["reason_code"] == "too_few_gaps"
    assert rows["order_number", "2"]["reason_code"] == "too_few_gaps"
    never = told(occasions({f"o{n:02}": [200] for n in range(40)}))["all", "all"]
    assert never["reason_code"] == "too_few_events"
    assert never["gap_count"] == 40
    assert [value for name, value in never.items() if name.startswith(("returned", "quantile", "completed"))] == (
        [None] * 19
    )  # fmt: skip


def test_a_fifth_and_a_tenth_order_are_one_group():
    frame = occasions({f"c{n:02}": list(range(200, 0, -20)) for n in range(30)})
    rows = told(frame)
    assert rows["order_number", "5+"]["gap_count"] == 30 * 6
    assert (
        sum(rows["order_number", item]["gap_count"] for item in ("1", "2", "3", "4", "5+"))
        == (rows["all", "all"]["gap_count"])
    )


def test_discount_buyers_who_never_return_are_told_apart():
    rows = told(occasions(HALF, frozenset(f"o{n:02}" for n in range(20))))
    kinds = {
        item: rows["first_order_discount", item] for item in ("with_discount", "no_known_discount")
    }
    assert [(kinds[item]["gap_count"], kinds[item]["event_count"]) for item in kinds] == [
        (20, 0),
        (20, 20),
    ]


def test_a_product_gap_ends_with_the_same_product_and_a_category_gap_with_the_category():
    days = [
        (f"c{n:02}", sku, ago)
        for n in range(30)
        for sku, ago in (("green", 90), ("black", 60), ("green", 30))
    ]
    bought = pl.DataFrame(
        [(who, sku, sku.title(), "tea", AS_OF - timedelta(days=ago)) for who, sku, ago in days],
        schema=BOUGHT, orient="row",
    )  # fmt: skip
    rows = told(occasions(HALF), bought)
    assert rows["product", "green"]["quantile_50_days"] == 60
    assert rows["product", "green"]["item_name"] == "Green"
    assert rows["category", "tea"]["quantile_50_days"] == 30
    # 30 gaps of black tea, and not one of them ended.
    assert ("product", "black") not in rows


def test_tenure_ends_with_the_first_silence_past_the_limit():
    frame = occasions({"stays": [100, 70, 40, 10], "left": [100, 90], "back": [100, 20]})
    limits = {"first": 50, "second": 40, "third_or_later": 40}
    gaps = tenure_gaps(frame, AS_OF, limits).sort("customer_id")
    assert gaps.select("customer_id", "gap_days", "is_event").rows() == [
        ("back", 50, True),  # 80 days of silence after the first order: gone on day 50
        ("left", 50, True),  # second order on day 10, gone 40 days after it
        ("stays", 100, False),
    ]


def test_nobody_has_a_tenure_before_there_is_a_limit():
    frame, limits = occasions(HALF), {"first": None, "second": None, "third_or_later": None}
    row = tenure(curve_of(tenure_gaps(frame, AS_OF, limits)), limits, ENOUGH).row(0, named=True)
    assert row["reason_code"] == "no_lapse_limit_yet"
    assert row["stayed_90_share"] is None
    assert row["customer_count"] == 40


def test_curves_are_told_day_by_day_and_start_with_everybody():
    gaps = order_gaps(occasions(HALF), AS_OF)
    table = survival_table({("next_order", "1"): curve_of(gaps["order_number", "1"])})
    assert table.height == 201
    assert table.row(0) == ("next_order", "1", 0, 1.0, 40)
    assert table["survival_share"].to_list()[-1] == 0.5


def gamma_buyers(shape: float, customers: int) -> pl.DataFrame:
    """Three occasions each, gaps gamma with the shape, paces of a factor of twenty."""
    chance = np.random.default_rng(1990)
    pace = chance.uniform(50, 1000, customers)
    gaps = np.maximum(chance.gamma(shape, 1 / shape, (customers, 2)) * pace[:, None], 1)
    starts = np.zeros((customers, 1))
    days = np.cumsum(np.hstack([starts, np.rint(gaps)]), axis=1).astype(int)
    return pl.DataFrame(
        [
            (f"c{n:05}", date(1990, 1, 1) + timedelta(days=int(day)))
            for n, row in enumerate(days)
            for day in row
        ],
        orient="row",
        schema={"customer_id": pl.String, "occasion_date": pl.Date},
    )


@pytest.mark.parametrize("shape", [1.0, 2.0, 4.0])
def test_a_known_regularity_is_found_again_whatever_the_pace(shape):
    (row,) = regularity(gamma_buyers(shape, 8000), NOTHING).to_dicts()
    assert row["pair_count"] == 8000
    # Standard error of k is about 2 % here; days are whole, which adds a little.
    assert row["regularity"] == pytest.approx(shape, rel=0.08)
    assert row["is_regular"] == (shape > 1.2)


def test_a_clockwork_shop_is_regular_though_k_has_no_number():
    frame = occasions({f"c{n:02}": [90, 60, 30] for n in range(30)})
    (row,) = regularity(frame, NOTHING).to_dicts()
    assert (row["reason_code"], row["is_regular"], row["regularity"]) == (
        "gaps_do_not_vary",
        True,
        None,
    )


def test_thirty_pairs_are_needed_for_a_regularity():
    frame = occasions({f"c{n:02}": [90, 60, 30 - n] for n in range(29)})
    (row,) = regularity(frame, NOTHING).to_dicts()
    assert (row["pair_count"], row["reason_code"], row["is_regular"]) == (29, "too_few_pairs", None)
    (empty,) = regularity(occasions({}), NOTHING).to_dicts()
    assert (empty["level"], empty["pair_count"]) == ("all", 0)


def _cdnow(file: str, columns: tuple[int, int]) -> pl.DataFrame:
    rows = [line.split() for line in (CDNOW / file).read_text().splitlines()]
    rows = [row for row in rows if row and row[-1].replace(".", "").isdigit()]
    days = pl.DataFrame(
        {"customer_id": [r[columns[0]] for r in rows], "day": [r[columns[1]] for r in rows]}
    )
    return (
        days.select("customer_id", occasion_date=pl.col("day").str.to_date("%Y%m%d"))
        .unique()
        .sort("customer_id", "occasion_date")
        .with_columns(
            occasion_number=pl.int_range(1, pl.len() + 1).over("customer_id"),
            next_occasion_date=pl.col("occasion_date").shift(-1).over("customer_id"),
            discount_amount=pl.lit(Decimal(0)),
        )
    )


@needs_cdnow
def test_cdnow_figures_are_the_published_ones():
    last = date(1998, 6, 30)
    sample = _cdnow("CDNOW_sample.txt", (1, 2))
    rows = {
        (r["scope"], r["item"]): r
        for r in time_to_next_order(order_gaps(sample, last), NOTHING, last, ENOUGH).to_dicts()
    }
    # REFERENCE_NUMBERS 4.2, four digits.
    first, every = rows["order_number", "1"], rows["all", "all"]
    found = [round(first[f"returned_{day}_share"], 4) for day in (30, 60, 90, 180, 365)]
    assert found == [0.1739, 0.2550, 0.2915, 0.3763, 0.4557]
    assert (every["quantile_25_days"], every["quantile_50_days"]) == (21, 93)
    naive = [every[f"completed_only_{percent}_days"] for percent in (25, 50, 75)]
    assert naive == [12.0, 34.0, 90.5]


@needs_cdnow
def test_cdnow_median_after_the_first_order_is_not_reached_where_the_naive_one_says_57():
    last = date(1998, 6, 30)
    master = _cdnow("CDNOW_master.txt", (0, 1))
    gaps = order_gaps(master, last)
    table = time_to_next_order(gaps, NOTHING, last, ENOUGH)
    first = table.filter(pl.col("scope") == "order_number", pl.col("item") == "1").row(
        0, named=True
    )
    assert (first["quantile_25_days"], first["quantile_50_status"]) == (60, "not_reached")
    assert first["completed_only_50_days"] == 57.0
    every = table.filter(pl.col("scope") == "all").row(0, named=True)
    assert (every["quantile_50_days"], every["completed_only_50_days"]) == (94, 34.0)
    assert first["returned_90_low"] < first["returned_90_share"] < first["returned_90_high"]
