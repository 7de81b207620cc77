"""Pareto/NBD: buying at a gamma-distributed rate during a gamma-mixed exponential lifetime.

Schmittlein, Morrison & Colombo (1987), Management Science 33(1). The likelihood is written as
the integral over the unseen day of leaving, the form from which the hypergeometric functions of
Fader & Hardie's note "A note on deriving the Pareto/NBD model" (2005) come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, expit, gammaln

from transforms.clv.durations import Duration, FloatArray, TimeUnit, measured
from transforms.clv.fitting import SCOUT_GROUPS, Fit, Target, maximise
from transforms.clv.histories import Histories
from transforms.clv.quadrature import GRADED_NODES, GRADED_WEIGHTS

NAMES = ("r", "alpha", "s", "beta")
PARETO_NBD = "pareto_nbd"

#: Groups beyond which a systematic sample of the customers is fitted: an evaluation costs 32 nodes each.
MOST_GROUPS = 30_000


@dataclass(frozen=True)
class ParetoNBD:
    """A fitted Pareto/NBD.

    Attributes:
        r, alpha: shape and scale (in `unit`) of the gamma of purchase rates.
        s, beta: shape and scale (in `unit`) of the gamma of dropout rates.
        unit: unit of time of alpha and beta.
    """

    r: float
    alpha: float
    s: float
    beta: float
    unit: TimeUnit

    def p_alive(self, histories: Histories) -> FloatArray:
        """Chance that a customer has not left yet, given the history."""
        known = histories.measured_in(self.unit)
        shape = np.asarray(self.r + known.repeats, dtype=np.float64)
        gone = _leaving(shape, self.alpha, self.s, self.beta, known.last_repeat, known.age)
        odds_of_gone = np.log(self.s) + gone.log_integral - _log_staying(self, known)
        return np.asarray(expit(-odds_of_gone), dtype=np.float64)

    def p_no_purchase(self, histories: Histories, horizon: Duration) -> FloatArray:
        """Chance of no purchase within the horizon, given the history."""
        known, time = histories.measured_in(self.unit), measured(horizon, self.unit)
        alive = self.p_alive(known)
        if time == 0:
            return np.ones_like(alive)
        shape = np.asarray(self.r + known.repeats, dtype=np.float64)
        alpha, beta = self.alpha + known.age, self.beta + known.age
        zero = np.zeros_like(alpha)
        leaves = _leaving(shape, alpha, self.s, beta, zero, zero + time).log_integral
        quiet_leave = np.exp(
            np.log(self.s) + self.s * np.log(beta) + shape * np.log(alpha) + leaves
        )
        quiet_stay = np.exp(-shape * np.log1p(time / alpha) - self.s * np.log1p(time / beta))
        return np.asarray(1.0 - alive + alive * (quiet_leave + quiet_stay))

    def expected_purchases(self, horizon: Duration) -> float:
        """E[X(t)]: mean repeat purchases of a new customer within the horizon."""
        time = measured(horizon, self.unit)
        return float(self.r / self.alpha * _lifetime(self.s, np.array([self.beta]), time)[0])

    def conditional_purchases(self, histories: Histories, horizon: Duration) -> FloatArray:
        """CE(t | x, t_x, T): mean purchases within the horizon, given the history."""
        known, time = histories.measured_in(self.unit), measured(horizon, self.unit)
        rate = (self.r + known.repeats) / (self.alpha + known.age)
        return self.p_alive(known) * rate * _lifetime(self.s, self.beta + known.age, time)


def _lifetime(s: float, beta: FloatArray, time: float) -> FloatArray:
    """Mean time alive within `time`: beta (1 - (beta / (beta + t))^(s-1)) / (s - 1), also at s = 1."""
    passed = np.log1p(time / beta)
    if abs(s - 1) < 1e-9:
        return np.asarray(beta * passed)
    return np.asarray(beta * -np.expm1(-(s - 1) * passed) / (s - 1))


def _log_staying(model: ParetoNBD, known: Histories) -> FloatArray:
    return np.asarray(
        -(model.r + known.repeats) * np.log(model.alpha + known.age)
        - model.s * np.log(model.beta + known.age)
    )


@dataclass(frozen=True)
class _Leaving:
    """The integral over the day of leaving, and means under its integrand."""

    log_integral: FloatArray
    mean_log_alpha: FloatArray
    mean_log_beta: FloatArray
    mean_inverse_alpha: FloatArray
    mean_inverse_beta: FloatArray


def _leaving(
    shape: FloatArray, alpha: FloatArray | float, s: float, beta: FloatArray | float,
    start: FloatArray, end: FloatArray,
) -> _Leaving:  # fmt: skip
    """Integral of (alpha + t)^-shape (beta + t)^-(s+1) over t in [start, end].

    With q = ((alpha + start) / (alpha + t))^k and k = shape + s it becomes
    (alpha + start)^-k / k times the integral of (1 - c q^(1/k))^-(s+1),
    c = (alpha - beta) / (alpha + start): a tame integrand, whatever x is. Where k is small
    q^(1/k) bends sharply at 0, so that the nodes stand on y = q^(1/m), m = k up to 8.
    """
    k = shape + s
    m = np.clip(k, 1.0, 8.0)
    log_start = np.log(alpha + start)
    fall = k / m * (log_start - np.log(alpha + end))
    width, lowest = -np.expm1(fall), np.exp(fall)
    c = (alpha - beta) / (alpha + start)
    total = np.zeros_like(width)
    sums = np.zeros((4, *width.shape))
    for node, weight in zip(GRADED_NODES, GRADED_WEIGHTS, strict=True):
        log_y = np.log(lowest + width * node)
        log_v = m / k * log_y
        log_bend = np.log1p(-c * np.exp(log_v))
        mass = weight * np.exp((m - 1) * log_y - (s + 1) * log_bend)
        log_alpha = log_start - log_v
        log_beta = log_alpha + log_bend
        total += mass
        sums[0] += mass * log_alpha
        sums[1] += mass * log_beta
        sums[2] += mass * np.exp(-log_alpha)
        sums[3] += mass * np.exp(-log_beta)
    with np.errstate(divide="ignore"):
        log_integral = np.log(m * width * total) - k * log_start - np.log(k)
    means = sums / total
    return _Leaving(log_integral, means[0], means[1], means[2], means[3])


def log_likelihood(histories: Histories) -> Callable[[FloatArray], tuple[float, FloatArray]]:
    """The log-likelihood of all customers and its gradient, in the logs of r, alpha, s, beta."""
    x, last, age = histories.repeats, histories.last_repeat, histories.age
    n = histories.customers.astype(np.float64)
    counts, which = np.unique(x, return_inverse=True)
    by_count = np.bincount(which, weights=n)
    total = n.sum()

    def evaluate(point: FloatArray) -> tuple[float, FloatArray]:
        r, alpha, s, beta = np.exp(point)
        shape = r + x
        leaving = _leaving(shape, alpha, s, beta, last, age)
        log_alpha, log_beta = np.log(alpha + age), np.log(beta + age)
        staying = -shape * log_alpha - s * log_beta
        left = np.log(s) + leaving.log_integral
        gone = expit(left - staying)
        value = (
            (by_count * gammaln(r + counts)).sum()
            + total * (r * np.log(alpha) + s * np.log(beta) - gammaln(r))
            + (n * np.logaddexp(staying, left)).sum()
        )
        stay = 1 - gone
        slopes = np.array([
            (by_count * digamma(r + counts)).sum() + total * (np.log(alpha) - digamma(r))
            - (n * (stay * log_alpha + gone * leaving.mean_log_alpha)).sum(),
            total * r / alpha
            - (n * shape * (stay / (alpha + age) + gone * leaving.mean_inverse_alpha)).sum(),
            total * np.log(beta)
            + (n * (gone / s - stay * log_beta - gone * leaving.mean_log_beta)).sum(),
            total * s / beta
            - (n * (stay * s / (beta + age) + gone * (s + 1) * leaving.mean_inverse_beta)).sum(),
        ])  # fmt: skip
        return float(value), slopes * np.array([r, alpha, s, beta])

    return evaluate


def fit(histories: Histories) -> Fit:
    """Estimate r, alpha, s, beta by maximum likelihood; scales in the unit of the histories.

    Above MOST_GROUPS distinct histories a systematic sample of the customers is fitted; the
    result's `customers` says how many.
    """
    known = histories.thinned(MOST_GROUPS)
    typical = max(float(np.average(known.age, weights=known.customers)), 1e-3)
    starts = [
        (1.0, typical / 2, 0.5, typical / 2),
        (0.5, typical / 4, 1.0, typical),
        (2.0, typical * 2, 1.5, typical * 4),
    ]
    sample = known.thinned(SCOUT_GROUPS)
    return maximise(
        PARETO_NBD,
        NAMES,
        Target(log_likelihood(known), known.total),
        starts,
        known.unit,
        scout=None if sample is known else Target(log_likelihood(sample), sample.total),
    )
