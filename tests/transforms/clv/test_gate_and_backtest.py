"""Nothing is predicted from too little, and every forecast says how far off the last one was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from transforms.canonical import MONEY
from transforms.clv.backtest import backtest, overall_bias
from transforms.clv.gate import ClvPolicy, counted_occasions, gate_reason
from transforms.clv.histories import summarise
from transforms.clv.timing import TIMING_MODELS

AS_OF = date(2026, 6, 30)
OCCASIONS = {"customer_id": pl.String, "occasion_date": pl.Date, "net_sales_amount": MONEY}


def bought(visits: dict[str, list[int]]) -> pl.DataFrame:
    """Per customer the days before AS_OF."""
    rows = [
        (who, AS_OF - timedelta(days=ago), Decimal(10)) for who, days in visits.items() for ago in days
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=OCCASIONS, orient="row")


def a_shop(customers: int = 500, first: int = 180, last: int = 30, most: int = 3) -> pl.DataFrame:
    """Everybody buys once on the first day; one customer `most` times up to the last."""
    visits = {f"c{n:03}": [first] for n in range(customers)}
    visits["c000"] = [first - n for n in range(most - 1)] + [last]
    return bought(visits)


def reason_for(occasions: pl.DataFrame, policy: ClvPolicy | None = None) -> str | None:
    return gate_reason(summarise(occasions, AS_OF), AS_OF, policy or ClvPolicy())


def test_a_shop_just_inside_every_limit_passes() -> None:
    assert reason_for(a_shop()) is None


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"customers": 499}, "too_few_customers"),
        ({"first": 179}, "history_too_short"),
        ({"last": 31}, "no_recent_order"),
        ({"most": 2}, "no_third_purchase"),
    ],
)
def test_a_shop_just_outside_a_limit_is_told_which(changed, reason) -> None:
    assert reason_for(a_shop(**changed)) == reason


def test_a_shop_of_one_time_buyers_has_no_rate_to_learn() -> None:
    visits = {f"c{n:03}": [n] for n in range(600)}
    assert reason_for(bought(visits)) == "no_third_purchase"


def test_a_first_run_without_any_order_is_told_so() -> None:
    assert reason_for(bought({})) == "too_few_customers"


def test_the_limits_are_those_of_the_settings() -> None:
    small = ClvPolicy(minimum_customers=100, minimum_history_days=90)
    assert reason_for(a_shop(customers=100, first=90), small) is None
    assert reason_for(a_shop(customers=99, first=90), small) == "too_few_customers"
    assert reason_for(a_shop(customers=100, first=89), small) == "history_too_short"


def worth(*amounts: int) -> pl.DataFrame:
    rows = [("ana", AS_OF - timedelta(days=n), Decimal(a)) for n, a in enumerate(amounts)]
    return pl.DataFrame(rows, schema=OCCASIONS, orient="row")


def test_occasions_worth_nothing_are_dropped_and_counted() -> None:
    kept, dropped = counted_occasions(worth(10, 0, -5, 7), AS_OF, zero_value_is_valid=False)
    assert (kept["net_sales_amount"].to_list(), dropped) == ([10, 7], 2)


def test_a_shop_whose_free_orders_are_valid_keeps_zero_but_nothing_below() -> None:
    kept, dropped = counted_occasions(worth(10, 0, -5, 7), AS_OF, zero_value_is_valid=True)
    assert (kept["net_sales_amount"].to_list(), dropped) == ([10, 0, 7], 1)


def test_occasions_after_as_of_are_neither_kept_nor_dropped() -> None:
    earlier = AS_OF - timedelta(days=2)
    kept, dropped = counted_occasions(worth(10, 0, -5, 7), earlier, zero_value_is_valid=False)
    assert (kept["net_sales_amount"].to_list(), dropped) == ([7], 1)


@pytest.fixture(scope="module")
def tested(cdnow) -> pl.DataFrame:
    """CDNOW as of its last day, held out from 1997-10-01: the papers' split."""
    return backtest(cdnow, date(1998, 6, 30), ClvPolicy(holdout_days=273), TIMING_MODELS)


@pytest.mark.parametrize(
    ("model", "expected", "tolerance"),
    [("bg_nbd", 1_653.4, 0.05), ("pareto_nbd", 1_665.5, 0.05), ("mbg_nbd", 1_577, 0.5)],
)
def test_the_backtest_of_cdnow_says_how_much_was_missed(tested, model, expected, tolerance):
    """REFERENCE_NUMBERS 4.3: 1,882 came, 12 % more than BG/NBD and Pareto/NBD expected."""
    whole = tested.filter((pl.col("model") == model) & (pl.col("frequency_bin") == "all"))
    [row] = whole.rows(named=True)
    assert row["holdout_start"] == date(1997, 10, 1)
    assert (row["customers"], row["actual_purchases"]) == (2_357, 1_882)
    assert row["expected_purchases"] == pytest.approx(expected, abs=tolerance)
    assert overall_bias(tested, model) == pytest.approx(expected / 1_882 - 1, abs=3e-4)


def test_actual_purchases_by_bin_are_those_of_the_file(tested) -> None:
    """REFERENCE_NUMBERS 4.2: mean holdout repeats by calibration frequency, 0..6 and 7+."""
    bins = tested.filter((pl.col("model") == "bg_nbd") & (pl.col("frequency_bin") != "all"))
    assert bins["customers"].to_list() == [1411, 439, 214, 100, 62, 38, 29, 64]
    means = (bins["actual_purchases"] / bins["customers"]).to_list()
    published = [0.2367, 0.6970, 1.3925, 1.5600, 2.5323, 2.9474, 3.8621, 6.3594]
    assert means == pytest.approx(published, abs=5e-5)


def test_the_bins_of_a_model_add_to_its_whole(tested) -> None:
    for model in TIMING_MODELS:
        rows = tested.filter(pl.col("model") == model)
        bins, whole = (rows.filter((pl.col("frequency_bin") == "all") == side) for side in (False, True))  # fmt: skip
        for column in ("customers", "expected_purchases", "actual_purchases"):
            assert bins[column].sum() == pytest.approx(whole[column].item(), rel=1e-9)


def test_a_short_history_is_halved_for_the_holdout(shop) -> None:
    young = shop.filter(pl.col("occasion_date") > AS_OF - timedelta(days=200))
    found = backtest(young, AS_OF, ClvPolicy(holdout_days=180), ["mbg_nbd"])
    days = int((AS_OF - young["occasion_date"].min()).days + 1) // 2
    assert set(found["holdout_days"]) == {days}
    assert days < 101


def test_a_model_that_cannot_be_fitted_then_says_so_in_one_row() -> None:
    late = bought({f"c{n}": [400, 5] for n in range(40)})
    found = backtest(late, AS_OF, ClvPolicy(), TIMING_MODELS)
    assert found["frequency_bin"].to_list() == ["all"] * 3
    assert found["expected_purchases"].null_count() == 3
    assert set(found["reason_code"]) == {"no_repeat_purchase"}
    assert set(found["actual_purchases"]) == {40}


def test_a_holdout_nobody_bought_in_has_no_bias(shop) -> None:
    silent = shop.filter(pl.col("occasion_date") < AS_OF - timedelta(days=200))
    found = backtest(silent, AS_OF, replace(ClvPolicy(), holdout_days=150), ["bg_nbd"])
    assert overall_bias(found, "bg_nbd") is None
    assert set(found["reason_code"]) == {"no_holdout_purchase"}
