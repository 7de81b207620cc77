"""How many customers would own two products by chance, given how much each of them buys."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

Counts = np.ndarray[Any, np.dtype[np.int64]]
Numbers = np.ndarray[Any, np.dtype[np.float64]]

#: Customers who bought about equally much are one group: so many groups per doubling.
GROUPS_PER_DOUBLING = 4
#: Halvings of [0, 1] in the search for a product's chance: 2^-40 is below any share of customers.
HALVINGS = 40


def expected_both(bought: pl.DataFrame, counts: Counts, base: Counts, other: Counts) -> Numbers:
    """Customers who would own both products of each pair, if no product drew another.

    Whoever buys much owns much, and so owns any two things more often than a lift allows for:
    coffee and descaler would look related in a shop whose customers pick at random. Here each of a
    customer's m purchases (a product on a day) is product i with its own chance s_i, so that they
    own it with chance 1 - (1 - s_i)^m; s_i is such that the expected owners of i are those there
    are. Where everybody bought the same number of times, this is base x complement / n.

    Args:
        bought: customer_id, one row per purchase.
        counts: owners of each product.
        base, other: positions of the products of each pair in `counts`.
    """
    volume = bought.group_by("customer_id").agg(m=pl.len().cast(pl.Float64))
    group = (pl.col("m").log(2) * GROUPS_PER_DOUBLING).floor()
    groups = volume.group_by(group=group).agg(pl.col("m").mean(), n=pl.len()).sort("group")
    m, n = groups["m"].to_numpy(), groups["n"].to_numpy().astype(np.float64)
    low, high = np.zeros(len(counts)), np.ones(len(counts))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_short = _owning(middle, m) @ n < counts
        low, high = np.where(is_short, middle, low), np.where(is_short, high, middle)
    chance = _owning((low + high) / 2, m)
    return np.asarray(((chance * n) @ chance.T)[base, other], dtype=np.float64)


def _owning(chance: Numbers, purchases: Numbers) -> Numbers:
    """Chance that a customer of so many purchases owns each product: products x groups."""
    owning: Numbers = 1.0 - (1.0 - chance[:, None]) ** purchases[None, :]
    return owning
