"""Chance: a weighted choice, quicker to start than `Generator.choice`, and draws that disturb none."""

from __future__ import annotations

import zlib
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


def falls(share: float, *about: object) -> bool:
    """True for this share of all things, always for the same ones.

    Drawn from what it is about and from no generator, so that nothing else of the shop changes.
    """
    return zlib.crc32(":".join(map(str, about)).encode()) < share * 2**32
