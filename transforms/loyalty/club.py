"""The club (Y3): paid by a product, or by invitation on history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import groupby

import polars as pl

from transforms.canonical.loyalty import CLUB
from transforms.loyalty.programme import Club, Fee, Invitation


def club(
    policy: Club, facts: Mapping[str, pl.DataFrame], members: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Who is in the club on as_of. CLUB.

    Args:
        facts: fct_occasions, fct_order_lines.
        members: customer_id, member_since.
    """
    found = [CLUB.empty()]
    if policy.fee is not None:
        found.append(_paid(policy.fee, facts["fct_order_lines"], members, as_of))
    if policy.invitation is not None:
        found.append(_invited(policy.invitation, facts["fct_occasions"], members, as_of))
    # Whoever pays is told as paying, whatever history would give.
    ranked = pl.concat(found).sort("customer_id", "basis")
    return ranked.unique("customer_id", keep="first", maintain_order=True).sort(CLUB.key)


def _paid(fee: Fee, lines: pl.DataFrame, members: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Members whose fee still lasts; a renewal begins when what was paid before ends."""
    bought = (
        lines.filter(pl.col("is_purchase") & (pl.col("sku") == fee.sku))
        .filter(pl.col("order_date") <= as_of)
        .join(members, on="customer_id", how="semi")
        .select("customer_id", "order_date", pl.col("quantity") - pl.col("returned_quantity"))
        .group_by("customer_id", "order_date")
        .agg(pl.col("quantity").sum())
        .sort("customer_id", "order_date")
    )
    rows = []
    for customer, purchases in groupby(bought.iter_rows(), key=lambda row: row[0]):
        since = until = date.min
        for _, day, quantity in purchases:
            if day > until:
                since, until = day, day - timedelta(days=1)
            until += timedelta(days=fee.days * int(quantity))
        if until >= as_of:
            rows.append((customer, "fee", since, until))
    return pl.DataFrame(rows, schema=CLUB.schema, orient="row")


def _invited(
    asked: Invitation, occasions: pl.DataFrame, members: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Members whose history suffices, since the day it did; net sales less all refunds known."""
    history = (
        occasions.filter(pl.col("occasion_date") <= as_of)
        .join(members, on="customer_id")
        .sort("customer_id", "occasion_date")
        .with_columns(
            spent=pl.col("net_sales_amount").cum_sum().over("customer_id"),
            came=pl.int_range(1, pl.len() + 1).over("customer_id"),
        )
    )
    suffices = (pl.col("spent") >= (asked.net_sales or 0)) & (pl.col("came") >= (asked.occasions or 0))  # fmt: skip
    first = pl.max_horizontal(pl.col("occasion_date").min(), pl.col("member_since").first())
    return CLUB.conform(
        history.filter(suffices)
        .group_by("customer_id")
        .agg(since=first)
        .with_columns(basis=pl.lit("invitation"))
    )
