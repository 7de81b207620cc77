"""What customers of the programme have bought and sent back, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.loyalty.programme import Programme

ORDER = ["source", "order_id"]
#: Orders that count: valid ones, and those that counted until all of it was paid back.
COUNTED = pl.col("is_valid_order") | (pl.col("invalid_reason") == "fully_refunded")


@dataclass(frozen=True)
class Sales:
    """The orders of members, from long before the programme too, and their refunds.

    Attributes:
        members: customer_id, member_since: the first day that counts for them.
        orders: source, order_id, customer_id, order_date, member_since, goods_amount (gross less
            discounts, reporting currency).
        refunds: source, order_id, customer_id, order_date, member_since, goods_amount, refund_date,
            refund_amount: change of what was paid back of the goods; the sum of an order lies
            between 0 and its goods on every day.
    """

    members: pl.DataFrame
    orders: pl.DataFrame
    refunds: pl.DataFrame


def sales_of(
    programme: Programme,
    facts: Mapping[str, pl.DataFrame],
    current: Mapping[str, pl.DataFrame],
    as_of: date,
) -> Sales:
    """What the programme is computed from, up to `as_of`.

    Args:
        facts: fct_orders, fct_refunds.
        current: customers, refund_observations.
    """
    members = _members(programme, current["customers"], as_of)
    orders = (
        facts["fct_orders"]
        .filter(COUNTED & (pl.col("order_kind") == "sale") & (pl.col("order_date") <= as_of))
        .join(members, on="customer_id")
        .select(
            *ORDER, "customer_id", "order_date", "member_since",
            goods_amount=pl.col("gross_amount") - pl.col("discount_amount"),
        )
        .filter(pl.col("goods_amount") > 0)
        .sort("customer_id", "order_date", *ORDER)
    )  # fmt: skip
    observed = current["refund_observations"]
    return Sales(members, orders, _refunds(orders, facts["fct_refunds"], observed, as_of))


def _members(programme: Programme, customers: pl.DataFrame, as_of: date) -> pl.DataFrame:
    since = pl.lit(programme.first_day, dtype=pl.Date)
    if programme.members == "joined":
        customers = customers.filter(pl.col("loyalty_since").is_not_null())
        since = pl.max_horizontal(since, "loyalty_since")
    # The shop's own people do not collect from themselves.
    people = customers.filter(pl.col("is_identified") & ~pl.col("is_staff"))
    return (
        people.select("customer_id", member_since=since)
        .filter(pl.col("member_since") <= as_of)
        .sort("customer_id")
    )


def _refunds(
    orders: pl.DataFrame, refunds: pl.DataFrame, observations: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """One row per order and day on which what was paid back of its goods has changed."""
    first_seen = observations.filter(pl.col("observed_after").is_null()).select(
        *ORDER, seen_on="observed_on"
    )
    # Until a day is over, an export may still tell more of it: what was only observed counts on
    # the day after, so that no entry of a day that is over ever moves.
    observed = pl.coalesce("refund_date", "seen_on").dt.offset_by("1d")
    day = pl.when(pl.col("date_basis") == "source").then("refund_date").otherwise(observed)
    by_day = (
        refunds.select(*ORDER, "refund_date", "date_basis", "returns_amount")
        .join(orders, on=ORDER)
        .join(first_seen, on=ORDER, how="left")
        .with_columns(refund_date=pl.max_horizontal("order_date", day))
        .filter(pl.col("refund_date") <= as_of)
        .group_by(*orders.columns, "refund_date")
        .agg(pl.col("returns_amount").sum())
        .sort("customer_id", *ORDER, "refund_date")
    )
    so_far = pl.col("returns_amount").cum_sum().over(ORDER, order_by="refund_date")
    kept_within = pl.min_horizontal(pl.max_horizontal(so_far, pl.lit(0)), "goods_amount")
    changes = by_day.with_columns(to_date=kept_within.cast(pl.Decimal(18, 4))).with_columns(
        refund_amount=pl.col("to_date")
        - pl.col("to_date").shift(1).over(ORDER, order_by="refund_date").fill_null(0)
    )
    return changes.filter(pl.col("refund_amount") != 0).select(
        *orders.columns, "refund_date", "refund_amount"
    )
