"""Maximum likelihood with exact gradients, several fixed starts, and a verdict on the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from transforms.clv.durations import FloatArray, TimeUnit

#: Log-likelihood of all customers and its gradient, both in the logarithms of the parameters.
LogLikelihood = Callable[[FloatArray], tuple[float, FloatArray]]

#: All parameters are positive; one beyond these says that the data do not determine it.
SMALLEST, LARGEST = 1e-4, 1e5
#: Groups of the sample on which starts are compared.
SCOUT_GROUPS = 2_000
_HESSIAN_STEP = 1e-4
_NEWTON_STEPS = 4
_FLAT = 1e-6
_WALL = 1e10


@dataclass(frozen=True)
class Fit:
    """Maximum-likelihood estimates of one model, with what is needed to trust or refuse them.

    Attributes:
        model: name of the model.
        parameters: estimate per parameter name.
        standard_errors: from the observed information by the delta method; empty where the
            Hessian has no inverse.
        log_likelihood: at the estimates, all customers together.
        customers: customers behind the fit.
        iterations: steps of the optimiser in the start that won.
        converged: the gradient vanished.
        hessian_finite: the Hessian is finite and negative definite.
        within_bounds: no parameter ran off to where the data say nothing of it.
        unit: unit of time of the parameters; None for a model without time.
    """

    model: str
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    customers: int
    iterations: int
    converged: bool
    hessian_finite: bool
    within_bounds: bool
    unit: TimeUnit | None

    @property
    def failure(self) -> str | None:
        """Reason code of a fit that must not be used; None for a good one."""
        if not self.converged:
            return "fit_not_converged"
        if not self.within_bounds:
            return "fit_parameter_at_bound"
        return None if self.hessian_finite else "fit_hessian_not_finite"


@dataclass(frozen=True)
class Target:
    """What is climbed: a log-likelihood and the customers behind it."""

    log_likelihood: LogLikelihood
    customers: int


def maximise(
    model: str,
    names: Sequence[str],
    target: Target,
    starts: Sequence[Sequence[float]],
    unit: TimeUnit | None,
    scout: Target | None = None,
) -> Fit:
    """Climb from every start, keep the highest, finish it with Newton steps.

    The starts are fixed and the last steps quadratic, so equal data give equal parameters.

    Args:
        starts: parameter values (not logarithms) to begin from, in the order of `names`.
        scout: a sample of the customers, on which the starts are compared; only the best of
            them then climbs on all.
    """
    descent, customers = _descent_of(target), target.customers
    first = descent if scout is None else _descent_of(scout)
    best = min((_climb(first, np.log(start)) for start in starts), key=lambda climb: climb.cost)
    if scout is not None:
        best = _climb(descent, best.point, best.inverse_hessian)
    point, hessian = _polished(descent, best.point)
    mean_cost, gradient = descent(point)
    errors = _standard_errors(point, hessian * customers)
    inside = bool(np.all(point > np.log(SMALLEST)) and np.all(point < np.log(LARGEST)))
    return Fit(
        model=model,
        parameters=dict(zip(names, np.exp(point).tolist(), strict=True)),
        standard_errors={} if errors is None else dict(zip(names, errors.tolist(), strict=True)),
        log_likelihood=-mean_cost * customers,
        customers=customers,
        iterations=best.iterations,
        converged=bool(mean_cost < _WALL and np.max(np.abs(gradient)) < _FLAT),
        hessian_finite=errors is not None,
        within_bounds=inside,
        unit=unit,
    )


@dataclass(frozen=True)
class _Climb:
    point: FloatArray
    cost: float
    iterations: int
    inverse_hessian: FloatArray


def _descent_of(target: Target) -> LogLikelihood:
    """The negative mean log-likelihood; a wall where it is not a number."""

    def descent(point: FloatArray) -> tuple[float, FloatArray]:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            value, gradient = target.log_likelihood(point)
        if not (np.isfinite(value) and np.all(np.isfinite(gradient))):
            return _WALL, np.zeros_like(point)
        return -value / target.customers, -gradient / target.customers

    return descent


def _climb(
    descent: LogLikelihood, start: FloatArray, inverse_hessian: FloatArray | None = None
) -> _Climb:
    """BFGS: the whole inverse Hessian of four parameters is small, and a sample's fits all.

    No bounds are set: a parameter that runs away is refused afterwards, not stopped at a wall
    where it would look like an answer.
    """
    found = minimize(
        descent, start, jac=True, method="BFGS",
        options={"maxiter": 200, "gtol": 1e-7, "hess_inv0": inverse_hessian},
    )  # fmt: skip
    curvature = np.asarray(found.hess_inv, dtype=np.float64)
    if not np.all(np.linalg.eigvalsh(curvature) > 0):
        curvature = np.eye(len(start))
    return _Climb(
        np.asarray(found.x, dtype=np.float64), float(found.fun), int(found.nit),
        (curvature + curvature.T) / 2,
    )  # fmt: skip


def _polished(descent: LogLikelihood, point: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Newton steps while they flatten the gradient; the point and its Hessian."""
    hessian = _hessian(descent, point)
    if not np.all(np.isfinite(hessian)) or np.linalg.cond(hessian) > 1e12:
        return point, hessian
    start = point
    _, gradient = descent(point)
    for _ in range(_NEWTON_STEPS):
        candidate = point - np.linalg.solve(hessian, gradient)
        _, flatter = descent(candidate)
        if np.max(np.abs(candidate - start)) > 1.0 or np.max(np.abs(flatter)) >= np.max(np.abs(gradient)):  # fmt: skip
            break
        point, gradient = candidate, flatter
    moved = np.max(np.abs(point - start)) > _HESSIAN_STEP
    return point, _hessian(descent, point) if moved else hessian


def _hessian(descent: LogLikelihood, point: FloatArray) -> FloatArray:
    """Central differences of the exact gradient, made symmetric."""
    rows = []
    for index in range(len(point)):
        step = np.zeros_like(point)
        step[index] = _HESSIAN_STEP
        rows.append((descent(point + step)[1] - descent(point - step)[1]) / (2 * _HESSIAN_STEP))
    rough = np.array(rows)
    return np.asarray((rough + rough.T) / 2, dtype=np.float64)


def _standard_errors(point: FloatArray, information: FloatArray) -> FloatArray | None:
    """Delta method: d exp(u) = exp(u) du. None unless the information is positive definite."""
    if not np.all(np.isfinite(information)):
        return None
    try:
        np.linalg.cholesky(information)
        covariance = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return None
    variances = np.diag(covariance)
    if not (np.all(np.isfinite(variances)) and np.all(variances > 0)):
        return None
    return np.asarray(np.exp(point) * np.sqrt(variances), dtype=np.float64)
