"""Integrals the models need, by Gaussian rules that neither overflow nor cancel.

The textbook forms subtract two hypergeometric functions that may agree to all digits; the
integrals they come from have positive integrands and lose nothing.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh_tridiagonal

from transforms.clv.durations import FloatArray

_FEWEST, _MOST = 16, 400


def beta_rule(first: float, second: float, nodes: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights such that sum(w f(p)) is the mean of f(p), p ~ Beta(first, second).

    Golub & Welsch (1969) on the Jacobi recurrence, moved from [-1, 1] to [0, 1]. The weights
    are squared eigenvector components: positive, and with sum 1 for any size of parameter.
    """
    lower, upper = second - 1.0, first - 1.0
    n = np.arange(nodes, dtype=np.float64)
    both = lower + upper
    with np.errstate(divide="ignore", invalid="ignore"):
        diagonal = (upper**2 - lower**2) / ((2 * n + both) * (2 * n + both + 2))
        k = n[1:]
        squared = (
            4 * k * (k + lower) * (k + upper) * (k + both)
            / ((2 * k + both) ** 2 * (2 * k + both + 1) * (2 * k + both - 1))
        )  # fmt: skip
    # The general terms are 0/0 at n = 0 (both = 0) and k = 1 (both = -1): these are their limits.
    diagonal[0] = (upper - lower) / (both + 2)
    squared[0] = 4 * (1 + lower) * (1 + upper) / ((2 + both) ** 2 * (3 + both))
    points, vectors = eigh_tridiagonal(diagonal, np.sqrt(squared))
    return np.clip((points + 1) / 2, 0.0, 1.0), vectors[0] ** 2


def nodes_for(distance: float, order: float) -> int:
    """Nodes for twelve digits of a function analytic but for a pole left of [0, 1].

    The error falls with the largest ellipse around [0, 1] that keeps clear of the pole; half
    of it is used, on which a pole of that order is at most (4/3)^order high.
    """
    centre = 1.0 + 2.0 * max(distance, 1e-12)
    radius = np.log(centre + np.sqrt(centre**2 - 1))
    return int(np.clip(np.ceil((30.0 + 0.29 * order) / radius), _FEWEST, _MOST))


def _graded_rule(nodes: int) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre on [0, 1], crowded towards both ends where powers bend most."""
    points, weights = np.polynomial.legendre.leggauss(nodes)
    u = (points + 1) / 2
    return u**3 * (10 - 15 * u + 6 * u**2), weights / 2 * 30 * u**2 * (1 - u) ** 2


GRADED_NODES, GRADED_WEIGHTS = _graded_rule(32)
