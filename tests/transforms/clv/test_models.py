"""The formulas: gradients, textbook forms, recovery of known parameters, probabilities that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import hyp2f1

from transforms.clv import beta_geometric, pareto, spend, timing
from transforms.clv.beta_geometric import BetaGeometric
from transforms.clv.durations import Duration, TimeUnit
from transforms.clv.histories import Histories, one_history
from transforms.clv.pareto import ParetoNBD
from transforms.clv.quadrature import beta_rule

WEEKS = TimeUnit.WEEKS
HORIZON = Duration(26, WEEKS)
SOME = Histories(
    np.array([0, 0, 1, 2, 5, 40]),
    np.array([0.0, 0.0, 3.0, 30.43, 12.0, 80.0]),
    np.array([0.0, 38.9, 3.0, 38.86, 60.0, 80.5]),
    np.array([5, 100, 3, 20, 7, 1]),
    WEEKS,
)
X, M = np.array([1, 2, 3, 9, 30]), np.array([10.0, 35.0, 3.0, 120.0, 28.0])
TARGETS = {
    "bg_nbd": beta_geometric.log_likelihood(SOME, False),
    "mbg_nbd": beta_geometric.log_likelihood(SOME, True),
    "pareto_nbd": pareto.log_likelihood(SOME),
    "gamma_gamma": spend.log_likelihood(X, M),
}


@pytest.mark.parametrize("model", TARGETS)
@settings(max_examples=15, deadline=None)
@given(point=st.lists(st.floats(-1.5, 2.5), min_size=4, max_size=4))
def test_the_gradient_is_the_slope_of_the_likelihood(model, point) -> None:
    here = np.array(point[:3] if model == "gamma_gamma" else point)
    _, gradient = TARGETS[model](here)
    step = 1e-5
    slopes = [
        (TARGETS[model](here + step * axis)[0] - TARGETS[model](here - step * axis)[0]) / (2 * step)
        for axis in np.eye(len(here))
    ]
    assert gradient == pytest.approx(slopes, rel=1e-5, abs=1e-3)


@pytest.mark.parametrize("first_may_be_last", [False, True])
@pytest.mark.parametrize(("a", "time"), [(0.79, 39.0), (2.5, 1.0), (0.79, 520.0)])
def test_conditional_expectation_is_the_hypergeometric_one_of_the_textbook(
    first_may_be_last, a, time
) -> None:
    """Fader, Hardie & Lee (2005) equation 10, and its MBG twin, where 2F1 behaves."""
    r, alpha, b = 0.24, 4.41, 2.43
    model = BetaGeometric(r, alpha, a, b, WEEKS, first_may_be_last)
    shape, survived = r + SOME.repeats, b + SOME.repeats + int(first_may_be_last)
    scale = alpha + SOME.age
    curve = hyp2f1(shape, survived, a + survived - 1, time / (scale + time))
    textbook = (a + survived - 1) / (a - 1) * (1 - (scale / (scale + time)) ** shape * curve)
    found = model.conditional_purchases(SOME, Duration(time, WEEKS))
    assert found == pytest.approx(textbook * model.p_alive(SOME), rel=1e-8)


def test_nothing_breaks_where_the_textbook_divides_by_zero() -> None:
    for a in (1.0, 1.0 + 1e-12):
        around = [
            BetaGeometric(0.24, 4.41, near, 2.43, WEEKS, True).conditional_purchases(SOME, HORIZON)
            for near in (a - 1e-6, a, a + 1e-6)
        ]
        assert around[1] == pytest.approx((around[0] + around[2]) / 2, rel=1e-9)
    at_one = ParetoNBD(0.55, 10.6, 1.0, 11.7, WEEKS).conditional_purchases(SOME, HORIZON)
    near_one = ParetoNBD(0.55, 10.6, 1.0 + 1e-7, 11.7, WEEKS).conditional_purchases(SOME, HORIZON)
    assert at_one == pytest.approx(near_one, rel=1e-6)


@pytest.mark.parametrize(("alpha", "beta"), [(10.6, 11.7), (60.0, 1.0), (0.4, 60.0), (5.0, 5.0)])
def test_the_pareto_likelihood_is_the_integral_it_stands_for(alpha, beta) -> None:
    r, s = 0.55, 0.61
    value, _ = pareto.log_likelihood(SOME)(np.log([r, alpha, s, beta]))
    total = 0.0
    for x, last, age, n in zip(
        SOME.repeats, SOME.last_repeat, SOME.age, SOME.customers, strict=True
    ):
        # Scaled by its start, for the integrand of forty purchases is tiny.
        scale = (alpha + last) ** -(r + x)
        leaving, _ = quad(
            lambda t, x=x, last=last: ((alpha + t) / (alpha + last)) ** -(r + x) * (beta + t) ** -(s + 1),
            last, age, epsabs=0, epsrel=1e-12, limit=200,
        ) if age > last else (0.0, 0.0)  # fmt: skip
        staying = ((alpha + age) / (alpha + last)) ** -(r + x) * (beta + age) ** -s
        gammas = sum(np.log(r + j) for j in range(x))
        total += n * (gammas + r * np.log(alpha) + s * np.log(beta) + np.log(scale)
                      + np.log(staying + s * leaving))  # fmt: skip
    assert value == pytest.approx(total, rel=1e-9)


def test_a_rule_for_a_beta_has_its_moments() -> None:
    for a, b in ((0.79, 2.43), (0.01, 5.0), (1.0, 1.0), (0.5, 0.5), (3.0, 4000.0)):
        points, weights = beta_rule(a, b, 16)
        assert weights.sum() == pytest.approx(1.0, rel=1e-12)
        assert (weights * points).sum() == pytest.approx(a / (a + b), rel=1e-9)
        second = a * (a + 1) / ((a + b) * (a + b + 1))
        assert (weights * points**2).sum() == pytest.approx(second, rel=1e-9)


@pytest.mark.parametrize("first_may_be_last", [False, True])
def test_count_probabilities_add_to_one_and_to_the_expectation(first_may_be_last) -> None:
    model = BetaGeometric(0.6, 6.0, 0.9, 2.0, WEEKS, first_may_be_last)
    chances = np.array([model.p_purchases(n, HORIZON) for n in range(400)])
    assert chances.sum() == pytest.approx(1.0, abs=1e-9)
    mean = model.expected_purchases(HORIZON)
    assert (chances * np.arange(400)).sum() == pytest.approx(mean, rel=1e-8)
    nobody_yet = one_history(0, 0.0, 0.0, WEEKS)
    assert model.conditional_purchases(nobody_yet, HORIZON) == pytest.approx([mean], rel=1e-9)
    assert model.p_no_purchase(nobody_yet, HORIZON) == pytest.approx([chances[0]], rel=1e-9)


@pytest.mark.parametrize("model", timing.TIMING_MODELS)
def test_later_buyers_of_equal_count_are_likelier_alive(model) -> None:
    names = pareto.NAMES if model == "pareto_nbd" else beta_geometric.NAMES
    fitted = timing.fitted(model, dict(zip(names, (0.5, 8.0, 0.8, 6.0), strict=True)), WEEKS)
    last = np.linspace(1, 50, 50)
    same = Histories(np.full(50, 3), last, np.full(50, 50.0), np.ones(50, dtype=int), WEEKS)
    alive, silent = fitted.p_alive(same), fitted.p_no_purchase(same, HORIZON)
    assert np.all(np.diff(alive) > 0)
    assert np.all(np.diff(silent) < 0)
    assert np.all((alive > 0) & (alive <= 1) & (silent > 0) & (silent < 1))
    assert np.all(1 - silent <= alive)
    assert fitted.p_no_purchase(same, Duration(0, WEEKS)) == pytest.approx(np.ones(50))
    assert np.all(fitted.conditional_purchases(same, Duration(0, WEEKS)) == 0)


@pytest.mark.parametrize("first_may_be_last", [False, True])
def test_known_beta_geometric_parameters_are_recovered(
    simulate_beta_geometric, first_may_be_last
) -> None:
    true = {"r": 0.6, "alpha": 6.0, "a": 0.8, "b": 2.5}
    drawn = simulate_beta_geometric(12_000, **true, first_may_be_last=first_may_be_last)
    fit = beta_geometric.fit(drawn.histories, first_may_be_last)
    _assert_recovered(fit, true)
    _assert_calibrated(
        BetaGeometric(**true, unit=WEEKS, first_may_be_last=first_may_be_last), drawn
    )


def test_known_pareto_parameters_are_recovered(simulate_pareto) -> None:
    true = {"r": 0.8, "alpha": 8.0, "s": 0.7, "beta": 12.0}
    drawn = simulate_pareto(8_000, **true)
    _assert_recovered(pareto.fit(drawn.histories), true)
    _assert_calibrated(ParetoNBD(**true, unit=WEEKS), drawn)


def test_known_spend_parameters_are_recovered_in_any_currency() -> None:
    true = {"p": 6.0, "q": 4.0, "gamma": 15.0}
    rng = np.random.default_rng(3)
    x = rng.integers(1, 12, 10_000)
    scale = rng.gamma(true["q"], 1 / true["gamma"], 10_000)
    m = rng.gamma(true["p"] * x) / (scale * x)
    fit = spend.fit(x, m)
    _assert_recovered(fit, true)
    in_cents = spend.fit(x, m * 100)
    assert in_cents.parameters == pytest.approx({**fit.parameters, "gamma": fit.parameters["gamma"] * 100}, rel=1e-7)  # fmt: skip
    assert in_cents.standard_errors["gamma"] == pytest.approx(100 * fit.standard_errors["gamma"], rel=1e-5)  # fmt: skip


def _assert_recovered(fit, true) -> None:
    assert fit.failure is None
    misses = {n: (fit.parameters[n] - true[n]) / fit.standard_errors[n] for n in true}
    assert max(abs(miss) for miss in misses.values()) < 3.5, misses


def _assert_calibrated(model, drawn) -> None:
    """What the true model predicts is what the drawn customers went on to do, within 4 SE."""
    expected = model.conditional_purchases(drawn.histories, HORIZON)
    silent = model.p_no_purchase(drawn.histories, HORIZON)
    for predicted, actual in ((expected, drawn.later), (silent, drawn.later == 0)):
        miss = actual - predicted
        assert abs(miss.mean()) < 4 * miss.std() / np.sqrt(len(miss))


@pytest.mark.parametrize("first_may_be_last", [False, True])
def test_days_and_weeks_fit_the_same_shop(simulate_beta_geometric, first_may_be_last) -> None:
    drawn = simulate_beta_geometric(2_000, 0.6, 6.0, 0.8, 2.5, first_may_be_last).histories
    weekly = beta_geometric.fit(drawn, first_may_be_last).parameters
    daily = beta_geometric.fit(drawn.measured_in(TimeUnit.DAYS), first_may_be_last).parameters
    assert daily == pytest.approx({**weekly, "alpha": weekly["alpha"] * 7}, rel=1e-6)


def test_data_that_determine_nothing_are_a_failed_fit_and_not_a_number() -> None:
    nobody_returned = Histories(
        np.zeros(3, dtype=int), np.zeros(3), np.array([10.0, 20.0, 30.0]), np.array([200, 300, 100]), WEEKS
    )  # fmt: skip
    for model in timing.TIMING_MODELS:
        assert timing.fit(model, nobody_returned).failure is not None


def test_more_groups_than_the_scout_sees_change_no_estimate(simulate_beta_geometric) -> None:
    drawn = simulate_beta_geometric(4_000, 0.6, 6.0, 0.8, 2.5, False).histories
    assert len(drawn.repeats) > 2_000
    sample = drawn.thinned(2_000)
    assert sample.total == 2_000
    fit = beta_geometric.fit(drawn, False)
    value = beta_geometric.log_likelihood(drawn, False)
    here = np.log(list(fit.parameters.values()))
    best, slope = value(here)
    assert np.max(np.abs(slope)) / drawn.total < 1e-8
    assert all(value(here + shift)[0] < best for shift in 0.05 * np.vstack([np.eye(4), -np.eye(4)]))


def test_a_population_without_a_mean_spend_is_refused() -> None:
    with pytest.raises(ValueError, match="infinite"):
        spend.GammaGamma(6.0, 0.9, 15.0).mean_spend(np.array([0]), np.array([0.0]))
