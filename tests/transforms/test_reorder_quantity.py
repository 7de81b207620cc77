"""Does more bought last longer: recovered where it is so, not claimed where it is not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from transforms.reorder_quantity import at_reference, quantity_factor, quantity_slopes


def gaps(
    slope: float, customers: int = 200, each: int = 3, noise: float = 0.5, seed: int = 5
) -> pl.DataFrame:
    """Completed gaps of 30 x quantity^slope days, customers differing in pace, with noise."""
    rng = np.random.default_rng(seed)
    quantity = rng.choice([1.0, 2.0, 3.0, 6.0, 12.0], size=(customers, each))
    pace = rng.normal(0, 0.3, size=(customers, 1))
    log_days = np.log(30) + slope * np.log(quantity) + pace + rng.normal(0, noise, quantity.shape)
    days = np.maximum(np.exp(log_days).round(), 1).astype(int)
    return pl.DataFrame(
        {
            "customer_id": np.repeat([f"c{n:03}" for n in range(customers)], each),
            "sku": "tea",
            "quantity": quantity.ravel(),
            "gap_days": days.ravel(),
            "is_event": True,
        }
    )


def slope_of(frame: pl.DataFrame, **minima: int) -> dict[str, float] | None:
    asked = {"minimum_events": 30, "minimum_customers": 10} | minima
    found = quantity_slopes(frame, **asked).to_dicts()
    return found[0] if found else None


@pytest.mark.parametrize("truth", [0.3, 0.6, 0.9])
def test_a_simulated_slope_is_recovered(truth):
    found = slope_of(gaps(truth))
    assert found["quantity_slope"] == pytest.approx(truth, abs=0.08)
    assert 0 < found["quantity_slope_low"] < truth
    assert (found["smallest_quantity"], found["largest_quantity"]) == (1.0, 12.0)


def test_without_a_relation_a_slope_is_claimed_about_once_in_forty():
    claimed = sum(slope_of(gaps(0.0, customers=60, seed=seed)) is not None for seed in range(120))
    # 3 expected; 9 or more have a chance of 1 in 250.
    assert claimed < 9


def test_twice_as_much_is_never_taken_to_last_more_than_twice_as_long():
    assert slope_of(gaps(1.6))["quantity_slope"] == 1.0


def test_a_falling_relation_is_no_slope():
    assert slope_of(gaps(-0.6)) is None


def test_few_gaps_or_few_customers_prove_nothing():
    assert slope_of(gaps(0.6, customers=20, each=1), minimum_events=21) is None
    assert slope_of(gaps(0.6, customers=9, each=20)) is None
    assert slope_of(gaps(0.6, customers=10, each=20)) is not None


def test_one_quantity_alone_has_no_slope():
    assert slope_of(gaps(0.6).with_columns(quantity=pl.lit(2.0))) is None


def test_one_customer_who_buys_every_week_does_not_speak_for_all():
    few = gaps(0.0, customers=12, each=2, noise=0.3, seed=3)
    assert slope_of(few, minimum_events=24) is None
    one = pl.DataFrame(
        {
            "customer_id": "busy",
            "sku": "tea",
            "quantity": [1.0, 12.0] * 200,
            "gap_days": [10, 90] * 200,
            "is_event": True,
        }
    )
    everything = pl.concat([few, one.select(few.columns)])
    plain = np.polyfit(np.log(everything["quantity"]), np.log(everything["gap_days"]), 1)[0]
    assert plain > 0.8
    assert slope_of(everything) is None


def test_open_gaps_are_rescaled_like_completed_ones_and_none_falls_below_a_day():
    slopes = pl.DataFrame(
        {
            "sku": ["tea"], "quantity_slope": [0.5], "quantity_slope_low": [0.2],
            "reference_quantity": [4.0], "smallest_quantity": [1.0], "largest_quantity": [16.0],
        }
    )  # fmt: skip
    rows = [("tea", 4.0, 40, True), ("tea", 16.0, 40, False), ("tea", 1.0, 40, True),
            ("tea", 16.0, 1, True), ("tea", 16.0, 0, False), ("mug", 9.0, 40, True)]  # fmt: skip
    frame = pl.DataFrame(rows, schema=["sku", "quantity", "gap_days", "is_event"], orient="row")
    assert at_reference(frame, slopes)["gap_days"].to_list() == [40, 20, 80, 1, 0, 40]


def test_a_quantity_beyond_those_measured_counts_as_the_nearest_of_them():
    frame = pl.DataFrame(
        {
            "quantity": [0.5, 1.0, 4.0, 16.0, 1000.0], "quantity_slope": 0.5,
            "reference_quantity": 4.0, "smallest_quantity": 1.0, "largest_quantity": 16.0,
        }
    )  # fmt: skip
    assert frame.select(quantity_factor()).to_series().to_list() == [0.5, 0.5, 1.0, 2.0, 2.0]
    unproven = frame.with_columns(quantity_slope=pl.lit(None, dtype=pl.Float64))
    assert set(unproven.select(quantity_factor()).to_series()) == {1.0}
