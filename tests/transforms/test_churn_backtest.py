"""Rule and model on what really happened after the cutoff: by hand, and blind to the future."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from transforms.canonical import MONEY, SCORES
from transforms.clv.gate import ClvPolicy
from transforms.lifecycle import history
from transforms.lifecycle_backtest import Predicted, backtest, known_at
from transforms.lifecycle_limits import LifecyclePolicy
from transforms.lifecycle_model import no_purchase_model

POLICY = LifecyclePolicy(
    return_window_days=90, at_risk_return_chance=0.25, lapse_return_chance=0.10,
    at_risk_floor_days=30, at_risk_ceiling_days=180,
)  # fmt: skip
AS_OF = date(2026, 6, 30)
CUTOFF = date(2026, 4, 1)
NOBODY = pl.DataFrame(schema={"customer_id": pl.String, "predicted": pl.Float64})


def occasions(bought: dict[str, list[int]]) -> pl.DataFrame:
    """Days before AS_OF per customer, oldest first."""
    rows = []
    for customer, days in bought.items():
        dates = [AS_OF - timedelta(days=ago) for ago in days]
        rows += [
            (customer, day, number, following, Decimal(10))
            for number, (day, following) in enumerate(
                zip(dates, [*dates[1:], None], strict=True), 1
            )
        ]
    schema = {
        "customer_id": pl.String, "occasion_date": pl.Date, "occasion_number": pl.Int64,
        "next_occasion_date": pl.Date, "net_sales_amount": MONEY,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def judged(frame: pl.DataFrame, model=lambda *_: Predicted(NOBODY, "no_model")) -> pl.DataFrame:
    states = history(known_at(frame, CUTOFF), CUTOFF, POLICY).states
    return backtest(frame, states, AS_OF, 90, model)


def only(table: pl.DataFrame, method: str, level: str, item: str) -> dict:
    return table.filter(method=method, level=level, item=item).row(0, named=True)


def test_people_who_come_after_the_cutoff_are_nobody_yet_and_who_buys_again_is_back():
    frame = occasions({"back": [200, 10], "gone": [200], "edge": [200, 89], "later": [20]})
    row = only(judged(frame), "rule", "all", "all")
    assert (row["cutoff_date"], row["window_days"]) == (CUTOFF, 90)
    assert (row["customer_count"], row["no_purchase_count"]) == (3, 1)
    assert row["actual_share"] == pytest.approx(1 / 3)


def test_an_order_on_the_cutoff_is_known_and_not_a_return():
    row = only(judged(occasions({"ana": [200, 90], "bo": [200]})), "rule", "all", "all")
    assert row["no_purchase_count"] == 2


def test_the_groups_of_the_rule_add_up_to_everybody():
    chance = np.random.default_rng(7)
    shop = {
        f"c{n:03}": sorted(chance.choice(700, chance.integers(1, 6), replace=False).tolist(), reverse=True)
        for n in range(200)
    }  # fmt: skip
    table = judged(occasions(shop))
    groups = table.filter(level="state")
    whole = only(table, "rule", "all", "all")
    for count in ("customer_count", "no_purchase_count"):
        assert groups[count].sum() == whole[count]
    weighted = (groups["predicted_share"] * groups["customer_count"]).sum()
    assert weighted / whole["customer_count"] == pytest.approx(whole["predicted_share"])


def test_a_model_is_judged_by_the_figures_it_gave():
    frame = occasions({f"c{n}": [200, 10] if n < 5 else [200] for n in range(10)})

    def clairvoyant(known: pl.DataFrame, cutoff: date, window_days: int) -> Predicted:
        assert known["occasion_date"].max() <= cutoff
        assert known["next_occasion_date"].null_count() == known.height
        people = known.select(
            "customer_id", predicted=(pl.col("customer_id") >= "c5").cast(pl.Float64)
        )
        return Predicted(people, None)

    table = judged(frame, clairvoyant)
    row = only(table, "model", "all", "all")
    assert (row["brier_score"], row["bias"], row["predicted_share"]) == (0.0, 0.0, 0.5)
    deciles = table.filter(level="decile")
    assert deciles["actual_share"].to_list() == [0.0] * 5 + [1.0] * 5
    coin = judged(frame, lambda known, *_: Predicted(
        known.select("customer_id", predicted=pl.lit(0.8)), None))  # fmt: skip
    told = only(coin, "model", "all", "all")
    # Half at distance 0.8, half at 0.2: (0.64 + 0.04) / 2.
    assert (told["brier_score"], told["bias"]) == (pytest.approx(0.34), pytest.approx(0.3))


def test_less_than_180_days_of_history_is_a_reason_and_no_figure():
    table = judged(occasions({"ana": [179, 100], "bo": [150]}))
    assert table.select("method", "level", "reason_code").rows() == [
        ("model", "all", "history_shorter_than_180_days"),
        ("rule", "all", "history_shorter_than_180_days"),
    ]
    assert table["actual_share"].null_count() == 2
    assert judged(occasions({}))["reason_code"].null_count() == 0


def test_a_model_that_gives_none_says_why_beside_the_rule():
    table = judged(occasions({"ana": [300, 10], "bo": [300]}))
    assert only(table, "model", "all", "all")["reason_code"] == "no_model"
    assert only(table, "rule", "all", "all")["reason_code"] is None


def test_the_gate_of_the_models_is_the_gate_of_the_backtest():
    told = no_purchase_model(ClvPolicy())(occasions({"ana": [300, 10]}), AS_OF, 90)
    assert (told.reason_code, told.chances.height) == ("too_few_customers", 0)


def test_the_order_of_the_rows_changes_no_figure():
    shop = {f"c{n:03}": [400 - n, 200 - n, 80 - n % 60] if n % 3 else [300 - n] for n in range(150)}
    frame = occasions(shop)
    mixed = frame.sample(fraction=1, shuffle=True, seed=5)
    assert judged(mixed).equals(judged(frame))
    assert judged(frame).schema == SCORES["churn_backtest"].schema


def test_simulated_buyers_are_predicted_without_bias_by_the_model():
    # 3,000 buyers as MBG/NBD has them: gamma paces, and a beta chance to leave after each order.
    chance = np.random.default_rng(11)
    bought = {}
    for number in range(3000):
        start = int(chance.integers(200, 700))
        pace, leaves = chance.gamma(1.0, 1 / 40), chance.beta(1.0, 3.0)
        days, day = [start], 0.0
        while chance.random() > leaves:
            day += chance.exponential(1 / pace)
            if day > start:
                break
            days.append(start - int(day))
        bought[f"c{number:04}"] = sorted(set(days), reverse=True)
    table = judged(occasions(bought), no_purchase_model(ClvPolicy()))
    model, rule = (only(table, method, "all", "all") for method in ("model", "rule"))
    assert model["reason_code"] is None
    # The standard error of the actual share is 0.7 points.
    assert abs(model["bias"]) < 0.02
    assert model["brier_score"] < rule["brier_score"]
