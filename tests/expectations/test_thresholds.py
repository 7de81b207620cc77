"""Limits come from settings as plain values and impossible ones are refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from expectations.thresholds import DoorThresholds


def test_the_settings_of_the_doors_are_thresholds_by_the_same_names() -> None:
    from suki.business import DoorSettings

    assert DoorThresholds(**DoorSettings().model_dump()) == DoorThresholds()


@pytest.mark.parametrize(
    ("values", "culprit"),
    [
        ({"hold_above_failed_share": 20}, "hold_above_failed_share"),
        ({"warn_above_failed_share": -0.1}, "warn_above_failed_share"),
        ({"hold_above_failed_share_by_rule": {"orders.sku.missing": 2}}, "orders.sku.missing"),
        ({"volume_factor": 1}, "volume_factor"),
        ({"orders_hold_after_days": 2}, "orders_hold_after_days"),
    ],
)
def test_an_impossible_limit_is_refused_by_name(values: dict[str, Any], culprit: str) -> None:
    with pytest.raises(ValueError, match=culprit):
        DoorThresholds(**values)


def test_limits_cannot_change_during_a_run() -> None:
    with pytest.raises(AttributeError):
        DoorThresholds().volume_factor = 2  # type: ignore[misc]
