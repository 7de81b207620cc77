"""Weighted choice, written out because `Generator.choice` takes longer to start than to choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Option = TypeVar("Option")


def choose(
    rng: np.random.Generator, options: Sequence[Option], weights: Sequence[float] | None = None
) -> Option:
    """One of the options; weights need not sum to one, without them all are alike."""
    if weights is None:
        return options[int(rng.integers(len(options)))]
    point = rng.random() * sum(weights)
    for option, weight in zip(options, weights, strict=True):
        point -= weight
        if point < 0:
            return option
    return options[-1]
