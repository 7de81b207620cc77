"""Tiers by rolling net sales, with grace (Y2).

The rolling sales of a day are those of the orders of the last months up to that day, less what
had been paid back of them by then. A tier is held from the day on which they suffice for it,
and no earlier than the first day of membership, until the grace after the last day on which
they did is over. The tier of a day is the highest that is held.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.canonical.loyalty import TIERS
from transforms.loyalty.programme import Tiers
from transforms.loyalty.sales import ORDER, Sales

#: Later than any day: the stay has not ended.
OPEN_END = date(9999, 12, 31)


def tiers(sales: Sales, policy: Tiers, as_of: date) -> pl.DataFrame:
    """The tier of every member who has ever bought, and what is missing to the next. TIERS."""
    steps = rolling_sales(sales, policy.window, as_of)
    stays = tier_stays(steps, policy)
    standing = _standing(steps, sales)
    held = standing.join(_held(stays, as_of), on="customer_id", how="left")
    levels = _levels(policy)
    above = levels.with_columns(pl.col("level") - 1).select(
        "level", next_tier="name", next_tier_amount="net_sales"
    )
    own = levels.select("level", tier="name", tier_amount="net_sales", perks="perks")
    missing = pl.col("tier_amount") - pl.col("rolling_amount")
    in_grace = missing > 0
    told = (
        held.with_columns(pl.col("level").fill_null(-1))
        .join(own, on="level", how="left")
        .join(above, on="level", how="left")
        .with_columns(
            kept_until=pl.when(in_grace).then("held_until"),
            keep_missing_amount=pl.when(in_grace).then(missing),
            next_missing_amount=pl.col("next_tier_amount") - pl.col("rolling_amount"),
        )
    )
    return TIERS.conform(told.select(TIERS.schema.names())).sort(TIERS.key)


def rolling_sales(sales: Sales, window: str, as_of: date) -> pl.DataFrame:
    """The days on which a member's rolling sales change, and what they are from then on.

    Returns:
        customer_id, member_since, day, rolling_amount, until: last day before the next change;
        null where it is the last: one row per member and day of change up to as_of.
    """
    leaves = pl.col("order_date").dt.offset_by(window)
    who = ["customer_id", "member_since"]
    bought = sales.orders.select(*who, *ORDER, day="order_date", amount="goods_amount")
    # Money paid back after the order has left the window takes nothing more from it.
    paid_back = sales.refunds.filter(pl.col("refund_date") < leaves).select(
        *who, *ORDER, day="refund_date", amount=-pl.col("refund_amount")
    )
    gone = (
        sales.orders.select(*who, *ORDER, "goods_amount", day=leaves)
        .join(paid_back.group_by(ORDER).agg(pl.col("amount").sum()), on=ORDER, how="left")
        .select(*who, *ORDER, "day", amount=-(pl.col("goods_amount") + pl.col("amount").fill_null(0)))
    )  # fmt: skip
    changes = pl.concat([bought, paid_back, gone]).filter(pl.col("day") <= as_of)
    by_day = changes.group_by(*who, "day").agg(pl.col("amount").sum()).sort("customer_id", "day")
    return by_day.select(
        *who, "day",
        rolling_amount=pl.col("amount").cum_sum().over("customer_id"),
        until=pl.col("day").shift(-1).over("customer_id").dt.offset_by("-1d"),
    )  # fmt: skip


def tier_stays(steps: pl.DataFrame, policy: Tiers) -> pl.DataFrame:
    """The times in which each level was held, grace included.

    Returns:
        customer_id, level (0 is the lowest), held_from, held_until (OPEN_END where sales suffice
        to this day): one row per customer, level and stay; stays of a level do not touch.
    """
    held_until = pl.col("until").dt.offset_by(policy.grace).fill_null(OPEN_END)
    lowest = policy.levels[0].net_sales
    sufficient = (
        steps.filter(pl.col("rolling_amount") >= lowest)
        .join(_levels(policy), how="cross")
        .filter(pl.col("rolling_amount") >= pl.col("net_sales"))
        .select(
            "customer_id", "level",
            held_from=pl.max_horizontal("day", "member_since"),
            held_until=held_until,
        )
        .filter(pl.col("held_from") <= pl.col("held_until"))
        .sort("customer_id", "level", "held_from")
    )  # fmt: skip
    of_level = ["customer_id", "level"]
    before = pl.col("held_until").cum_max().shift(1).over(of_level)
    is_apart = pl.col("held_from") > before.dt.offset_by("1d")
    return (
        sufficient.with_columns(stay=is_apart.fill_null(True).cum_sum().over(of_level))
        .group_by(*of_level, "stay")
        .agg(pl.col("held_from").min(), pl.col("held_until").max())
        .drop("stay")
        .sort(*of_level, "held_from")
    )


def _held(stays: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The highest level held on as_of, since when, and how it was reached."""
    current = stays.filter(pl.col("held_until") >= as_of)
    top = current.filter(pl.col("level") == pl.col("level").max().over("customer_id"))
    above = (
        stays.join(top.select("customer_id", own="level"), on="customer_id")
        .filter(pl.col("level") > pl.col("own"))
        .group_by("customer_id")
        .agg(fell_on=pl.col("held_until").max().dt.offset_by("1d"))
    )
    fell_here = (pl.col("fell_on") > pl.col("held_from")).fill_null(False)
    return top.join(above, on="customer_id", how="left").select(
        "customer_id", "level", "held_until",
        since=pl.when(fell_here).then("fell_on").otherwise("held_from"),
        is_promotion=~fell_here,
    )  # fmt: skip


def _standing(steps: pl.DataFrame, sales: Sales) -> pl.DataFrame:
    last = steps.group_by("customer_id").agg(pl.col("rolling_amount").sort_by("day").last())
    sold = sales.orders.group_by("customer_id").agg(last_sale_date=pl.col("order_date").max())
    return last.join(sold, on="customer_id")


def _levels(policy: Tiers) -> pl.DataFrame:
    rows = [
        (number, one.name, one.net_sales, "; ".join(one.perks) or None)
        for number, one in enumerate(policy.levels)
    ]
    money = pl.Decimal(18, 4)
    schema = pl.Schema(
        {"level": pl.Int64(), "name": pl.String(), "net_sales": money, "perks": pl.String()}
    )
    return pl.DataFrame(rows, schema=schema, orient="row")
