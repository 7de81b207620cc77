"""The timing models by name: fit one, and make predictions from its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from transforms.clv import beta_geometric, pareto
from transforms.clv.beta_geometric import BG_NBD, MBG_NBD, BetaGeometric
from transforms.clv.durations import Duration, FloatArray, TimeUnit
from transforms.clv.fitting import Fit
from transforms.clv.histories import Histories
from transforms.clv.pareto import PARETO_NBD, ParetoNBD

__all__ = [
    "BG_NBD", "FIT_UNIT", "MBG_NBD", "PARETO_NBD", "TIMING_MODELS",
    "TimingModel", "discounted_purchases", "fit", "fitted",
]  # fmt: skip

#: Unit in which every published fit is made, that of the literature.
FIT_UNIT = TimeUnit.WEEKS
TIMING_MODELS = (BG_NBD, MBG_NBD, PARETO_NBD)


class TimingModel(Protocol):
    """What every fitted timing model can say of a history."""

    def p_alive(self, histories: Histories) -> FloatArray:
        """Chance to come back ever."""

    def p_no_purchase(self, histories: Histories, horizon: Duration) -> FloatArray:
        """Chance of no purchase within the horizon."""

    def conditional_purchases(self, histories: Histories, horizon: Duration) -> FloatArray:
        """Mean purchases within the horizon."""


def fit(model: str, histories: Histories) -> Fit:
    """Fit one of TIMING_MODELS by maximum likelihood."""
    if model == PARETO_NBD:
        return pareto.fit(histories)
    return beta_geometric.fit(histories, first_may_be_last=model == MBG_NBD)


def fitted(model: str, parameters: Mapping[str, float], unit: TimeUnit) -> TimingModel:
    """The model of given parameters."""
    if model == PARETO_NBD:
        return ParetoNBD(**parameters, unit=unit)
    return BetaGeometric(**parameters, unit=unit, first_may_be_last=model == MBG_NBD)


def discounted_purchases(
    model: TimingModel,
    histories: Histories,
    horizon: Duration,
    step: Duration,
    rate_per_step: float,
) -> FloatArray:
    """Expected purchases within the horizon, those of each step discounted from its end.

    Times expected spend per purchase this is the discounted customer lifetime value. At rate 0
    it is the plain expectation.

    Args:
        step: the period the discount rate is stated for, such as one month.
        rate_per_step: 0.01 for 1 % per step.
    """
    whole = horizon.measured_in(step.unit) / step.length if step.length else 0.0
    if whole != round(whole) or whole < 1:
        raise ValueError(f"{horizon} is not a whole number of steps of {step}")
    if rate_per_step == 0:
        return model.conditional_purchases(histories, horizon)
    value, before = 0.0 * histories.age, 0.0 * histories.age
    for number in range(1, round(whole) + 1):
        until = model.conditional_purchases(histories, Duration(number * step.length, step.unit))
        value += (until - before) / (1 + rate_per_step) ** number
        before = until
    return value
