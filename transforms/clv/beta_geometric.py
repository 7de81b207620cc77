"""BG/NBD and MBG/NBD: buying at a gamma-distributed rate until one day not coming back.

BG/NBD: Fader, Hardie & Lee (2005), Marketing Science 24(2). A customer may leave after each
repeat purchase, so that everybody who never repeated counts as alive. MBG/NBD (Batislam,
Denizel & Filiztekin 2007; Hoppe & Wagner 2007) lets the first purchase be the last one too.
Both are one formula: with m = 0 or 1, a customer has survived x + m chances to leave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln
from scipy.stats import nbinom

from transforms.clv.durations import Duration, FloatArray, IntArray, TimeUnit, measured
from transforms.clv.fitting import SCOUT_GROUPS, Fit, Target, maximise
from transforms.clv.histories import Histories
from transforms.clv.quadrature import beta_rule, nodes_for

NAMES = ("r", "alpha", "a", "b")
BG_NBD, MBG_NBD = "bg_nbd", "mbg_nbd"


@dataclass(frozen=True)
class BetaGeometric:
    """A fitted BG/NBD or MBG/NBD.

    Attributes:
        r, alpha: shape and scale (in `unit`) of the gamma of purchase rates.
        a, b: the beta of the chance to leave after a purchase.
        unit: unit of time of alpha.
        first_may_be_last: False for BG/NBD, True for MBG/NBD.
    """

    r: float
    alpha: float
    a: float
    b: float
    unit: TimeUnit
    first_may_be_last: bool

    def p_alive(self, histories: Histories) -> FloatArray:
        """Chance that a customer will ever come back, given the history."""
        known = histories.measured_in(self.unit)
        return _alive(self, known)

    def p_no_purchase(self, histories: Histories, horizon: Duration) -> FloatArray:
        """Chance of no purchase within the horizon, given the history."""
        known, time = histories.measured_in(self.unit), measured(horizon, self.unit)
        rate_scale = self.alpha + known.age
        silent = np.exp(-(self.r + known.repeats) * np.log1p(time / rate_scale))
        alive = _alive(self, known)
        return np.asarray(1.0 - alive + alive * silent)

    def expected_purchases(self, horizon: Duration) -> float:
        """E[X(t)]: mean repeat purchases of a new customer within the horizon."""
        time = measured(horizon, self.unit)
        moment = np.array([self.alpha])
        while_alive = _purchases_if_alive(self, 0, moment, time)[0]
        survived = self.b / (self.a + self.b) if self.first_may_be_last else 1.0
        return float(survived * while_alive)

    def conditional_purchases(self, histories: Histories, horizon: Duration) -> FloatArray:
        """CE(t | x, t_x, T): mean purchases within the horizon, given the history."""
        known, time = histories.measured_in(self.unit), measured(horizon, self.unit)
        while_alive = np.empty(len(known.repeats))
        # The mean while alive depends on x and T only: far fewer pairs than histories.
        for repeats in np.unique(known.repeats):
            members = known.repeats == repeats
            ages, where = np.unique(known.age[members], return_inverse=True)
            each = _purchases_if_alive(self, int(repeats), self.alpha + ages, time)
            while_alive[members] = each[where]
        return _alive(self, known) * while_alive

    def p_purchases(self, count: int, horizon: Duration) -> float:
        """P(X(t) = n) of a new customer (Fader, Hardie & Lee 2005, equation 8)."""
        time = measured(horizon, self.unit)
        chances = count + int(self.first_may_be_last)
        silence = self.alpha / (self.alpha + time)
        whole = betaln(self.a, self.b)
        staying = np.exp(betaln(self.a, self.b + chances) - whole) * nbinom.pmf(
            count, self.r, silence
        )
        if chances == 0:
            return float(staying)
        leaving = np.exp(betaln(self.a + 1, self.b + chances - 1) - whole)
        return float(staying + leaving * nbinom.sf(count - 1, self.r, silence))


def _chances(model: BetaGeometric, known: Histories) -> IntArray:
    return known.repeats + int(model.first_may_be_last)


def _alive(model: BetaGeometric, known: Histories) -> FloatArray:
    chances = _chances(model, known)
    odds_of_gone = (
        np.log(model.a) - np.log(model.b + np.maximum(chances, 1) - 1)
        + (model.r + known.repeats)
        * np.log((model.alpha + known.age) / (model.alpha + known.last_repeat))
    )  # fmt: skip
    return np.where(chances > 0, expit(-odds_of_gone), 1.0)


def _purchases_if_alive(
    model: BetaGeometric, repeats: int, scales: FloatArray, time: float
) -> FloatArray:
    """Mean purchases of customers alive now: E over p of (1 - (1 + p t / scale)^-shape) / p.

    Equal to (a+b'-1)/(a-1) (1 - ... 2F1 ...) with b' = b + chances survived, but defined at a = 1 too.
    """
    if time == 0:
        return np.zeros(len(scales))
    shape = model.r + repeats
    survived = repeats + int(model.first_may_be_last)
    leave, weights = beta_rule(
        model.a, model.b + survived, nodes_for(float(scales.min()) / time, shape)
    )
    leave = np.maximum(leave, 1e-300)
    total = np.zeros(len(scales))
    for chance, weight in zip(leave, weights, strict=True):
        total += weight * -np.expm1(-shape * np.log1p(chance * time / scales)) / chance
    return total


def log_likelihood(
    histories: Histories, first_may_be_last: bool
) -> Callable[[FloatArray], tuple[float, FloatArray]]:
    """The log-likelihood of all customers and its exact gradient, in the logs of r, alpha, a, b."""
    x, last, age, n = (
        histories.repeats, histories.last_repeat, histories.age, histories.customers.astype(np.float64),
    )  # fmt: skip
    counts, which = np.unique(x, return_inverse=True)
    by_count = np.bincount(which, weights=n)
    survived = counts + int(first_may_be_last)
    may_be_gone = (x + int(first_may_be_last)) > 0
    last_chance = np.maximum(x + int(first_may_be_last), 1) - 1
    total = n.sum()

    def evaluate(point: FloatArray) -> tuple[float, FloatArray]:
        r, alpha, a, b = np.exp(point)
        shape = r + x
        log_age, log_last = np.log(alpha + age), np.log(alpha + last)
        odds = np.log(a) - np.log(b + last_chance) + shape * (log_age - log_last)
        gone = np.where(may_be_gone, expit(odds), 0.0)
        value = (
            (by_count * (gammaln(r + counts) + gammaln(b + survived) - gammaln(a + b + survived))).sum()
            + total * (r * np.log(alpha) - gammaln(r) + gammaln(a + b) - gammaln(b))
            + (n * (np.where(may_be_gone, np.logaddexp(0.0, odds), 0.0) - shape * log_age)).sum()
        )  # fmt: skip
        both = total * digamma(a + b) - (by_count * digamma(a + b + survived)).sum()
        slopes = np.array([
            (by_count * digamma(r + counts)).sum() + total * (np.log(alpha) - digamma(r))
            - (n * (log_age - gone * (log_age - log_last))).sum(),
            total * r / alpha
            - (n * shape * ((1 - gone) / (alpha + age) + gone / (alpha + last))).sum(),
            both + (n * gone).sum() / a,
            both - total * digamma(b) + (by_count * digamma(b + survived)).sum()
            - (n * gone / (b + last_chance)).sum(),
        ])  # fmt: skip
        return float(value), slopes * np.array([r, alpha, a, b])

    return evaluate


def fit(histories: Histories, first_may_be_last: bool) -> Fit:
    """Estimate r, alpha, a, b by maximum likelihood; alpha in the unit of the histories."""
    typical = max(float(np.average(histories.age, weights=histories.customers)), 1e-3)
    starts = [
        (1.0, typical / 2, 1.0, 1.0),
        (0.3, typical / 5, 0.5, 2.0),
        (1.0, typical, 1.0, 8.0),
        (3.0, typical * 3, 0.3, 0.6),
    ]
    sample = histories.thinned(SCOUT_GROUPS)
    return maximise(
        MBG_NBD if first_may_be_last else BG_NBD,
        NAMES,
        Target(log_likelihood(histories, first_may_be_last), histories.total),
        starts,
        histories.unit,
        scout=None
        if sample is histories
        else Target(log_likelihood(sample, first_may_be_last), sample.total),
    )
