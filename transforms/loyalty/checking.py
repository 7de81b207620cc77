"""Whether a published ledger of points still holds together, told in words."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

#: What `problems` reads.
CHECKED = ("loyalty_entries", "loyalty_standing", "loyalty_expiries", "loyalty_totals")


def problems(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """What does not add up, one sentence each; empty where all does.

    Args:
        tables: the frames named in CHECKED.
    """
    entries = tables["loyalty_entries"].sort("customer_id", "sequence")
    running = entries.with_columns(
        expected=pl.col("points").cum_sum().over("customer_id"),
        place=pl.int_range(1, pl.len() + 1).over("customer_id"),
        day_before=pl.col("entry_date").shift(1).over("customer_id"),
    )
    sums = entries.group_by("customer_id").agg(entered=pl.col("points").sum())
    left = tables["loyalty_expiries"].group_by("customer_id").agg(dated=pl.col("points").sum())
    standing = (
        tables["loyalty_standing"]
        .join(sums, on="customer_id", how="left")
        .join(left, on="customer_id", how="left")
    )
    known = pl.col("points_balance").is_not_null()
    asked = {
        "entries are missing or numbered twice": running.filter(
            pl.col("sequence") != pl.col("place")
        ),
        "entries stand before the day of the entry before": running.filter(
            pl.col("entry_date") < pl.col("day_before")
        ),
        "balances are below zero": running.filter(pl.col("balance_after") < 0),
        "balances are not the sum of the entries so far": running.filter(
            pl.col("balance_after") != pl.col("expected")
        ),
        "customers stand with another balance than their entries add up to": standing.filter(
            known & (pl.col("points_balance") != pl.col("entered").fill_null(0))
        ),
        "customers have points that expire other than those they have": standing.filter(
            known & pl.col("dated").is_not_null() & (pl.col("points_balance") != pl.col("dated"))
        ),
    }
    told = [
        f"{rows.height:,} {what}, first of customer {min(rows['customer_id'].to_list())}"
        for what, rows in asked.items()
        if rows.height
    ]
    owed = int(standing["points_balance"].sum())
    total = int(tables["loyalty_totals"]["points"].sum())
    if owed != total:
        told.append(f"the kinds of entries add up to {total:,} points, the balances to {owed:,}")
    return told
