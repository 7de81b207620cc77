"""Gamma-Gamma: what a customer spends per occasion, shrunk towards what all customers spend.

Fader & Hardie (2013), "The Gamma-Gamma model of monetary value". It assumes that how much
somebody spends says nothing about how often they come; `spend_correlation` is published
with every fit so that a reader can see how far that holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import digamma, gammaln

from transforms.clv.durations import FloatArray, IntArray
from transforms.clv.fitting import Fit, Target, maximise

NAMES = ("p", "q", "gamma")
GAMMA_GAMMA = "gamma_gamma"
#: Fewer repeat customers than this determine no spend model.
FEWEST_CUSTOMERS = 30


@dataclass(frozen=True)
class GammaGamma:
    """A fitted Gamma-Gamma model; gamma in reporting currency."""

    p: float
    q: float
    gamma: float

    def mean_spend(self, repeats: IntArray, repeat_mean: FloatArray) -> FloatArray:
        """E[M | x, m]: expected net sales per occasion; the population mean where x = 0.

        Raises:
            ValueError: q <= 1, where the population has no mean.
        """
        if self.q <= 1:
            raise ValueError(f"q = {self.q:.4g}: the mean spend of the population is infinite")
        known = np.where(repeats > 0, repeat_mean, 0.0)
        return np.asarray(self.p * (self.gamma + repeats * known) / (self.p * repeats + self.q - 1))


def log_likelihood(
    repeats: IntArray, repeat_mean: FloatArray
) -> Callable[[FloatArray], tuple[float, FloatArray]]:
    """The log-likelihood of repeat customers and its gradient, in the logs of p, q, gamma."""
    x, m = repeats.astype(np.float64), repeat_mean
    log_m, log_x = np.log(m), np.log(x)

    def evaluate(point: FloatArray) -> tuple[float, FloatArray]:
        p, q, gamma = np.exp(point)
        shape, weight = p * x + q, np.log(gamma + x * m)
        value = (
            gammaln(shape) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
            + (p * x - 1) * log_m + p * x * log_x - shape * weight
        ).sum()  # fmt: skip
        slopes = np.array([
            (x * (digamma(shape) - digamma(p * x) + log_m + log_x - weight)).sum(),
            (digamma(shape) - digamma(q) + np.log(gamma) - weight).sum(),
            (q / gamma - shape / (gamma + x * m)).sum(),
        ])  # fmt: skip
        return float(value), slopes * np.array([p, q, gamma])

    return evaluate


def fit(repeats: IntArray, repeat_mean: FloatArray) -> Fit:
    """Estimate p, q, gamma from customers with x > 0 and m > 0, given in a settled order.

    Args:
        repeats: x, repeat occasions.
        repeat_mean: m, mean net sales of the repeat occasions, reporting currency.
    """
    usable = (repeats > 0) & (repeat_mean > 0)
    x, m = repeats[usable], repeat_mean[usable]
    typical = float(m.mean())
    # Fitted with spend as a multiple of its mean, so that no currency is harder than another.
    scaled = maximise(
        GAMMA_GAMMA, NAMES, Target(log_likelihood(x, m / typical), len(x)),
        [(2.0, 3.0, 1.0), (6.0, 4.0, 0.5), (1.0, 8.0, 5.0)], None,
    )  # fmt: skip
    parameters, errors = dict(scaled.parameters), dict(scaled.standard_errors)
    parameters["gamma"] *= typical
    if errors:
        errors["gamma"] *= typical
    return replace(
        scaled,
        parameters=parameters,
        standard_errors=errors,
        log_likelihood=scaled.log_likelihood - len(x) * float(np.log(typical)),
    )


def spend_correlation(repeats: IntArray, repeat_mean: FloatArray) -> float | None:
    """Pearson correlation of x and m among repeat customers; None where one of them is constant."""
    usable = (repeats > 0) & (repeat_mean > 0)
    x, m = repeats[usable].astype(np.float64), repeat_mean[usable]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(m) == 0:
        return None
    return float(np.corrcoef(x, m)[0, 1])
