"""What customers bought: the order columns of `customer_profile`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from transforms.canonical import MONEY

#: Digits kept of a share, so that no last bit depends on the machine.
DIGITS = 12


def order_columns(facts: Mapping[str, pl.DataFrame], as_of: date, window_days: int) -> pl.DataFrame:
    """One row per identified customer with a valid order.

    Args:
        facts: fct_orders, fct_occasions.
        window_days: the window of RFM: its last day is as_of.

    Returns:
        customer_id, order and occasion counts and dates, amounts in reporting currency, shares.
    """
    orders = facts["fct_orders"].filter(pl.col("is_identified"))
    return (
        _occasions(facts["fct_occasions"])
        .join(_valid_orders(orders, as_of, window_days), on="customer_id", how="left")
        .join(_shares(orders), on="customer_id", how="left")
        .sort("customer_id")
    )


def _occasions(occasions: pl.DataFrame) -> pl.DataFrame:
    return occasions.group_by("customer_id").agg(
        first_order_date=pl.col("occasion_date").min(),
        last_order_date=pl.col("occasion_date").max(),
        occasion_count=pl.len().cast(pl.Int64),
        order_count=pl.col("order_count").sum().cast(pl.Int64),
        lifetime_net_sales_amount=pl.col("net_sales_amount").sum().cast(MONEY),
        mean_order_amount=(
            pl.col("net_sales_amount").sum().cast(pl.Decimal(38, 8)) / pl.col("order_count").sum()
        )
        .round(4)
        .cast(MONEY),
    )


def _valid_orders(orders: pl.DataFrame, as_of: date, window_days: int) -> pl.DataFrame:
    """Margins, and the channel of the last order; of one moment the order with the last key."""
    inside = pl.col("order_date") > as_of - timedelta(days=window_days)
    margin = pl.col("margin_amount")
    # One order of unknown cost makes a margin unknown, not smaller; no order is a margin of zero.
    in_window = margin.filter(inside)
    return (
        orders.filter(pl.col("is_valid_order"))
        .sort("ordered_at", "source", "order_id")
        .group_by("customer_id", maintain_order=True)
        .agg(
            lifetime_margin_amount=pl.when(margin.null_count() == 0).then(margin.sum()).cast(MONEY),
            window_margin_amount=pl.when(in_window.null_count() == 0)
            .then(in_window.sum())
            .cast(MONEY),
            last_channel=pl.col("channel").last(),
        )
    )


def _shares(orders: pl.DataFrame) -> pl.DataFrame:
    """Refunded share and discount share, ratios of sums.

    Fully refunded orders are no purchases, but leaving them out would hide the worst refunds.
    """
    is_sale = pl.col("is_valid_order") | (
        (pl.col("invalid_reason") == "fully_refunded") & (pl.col("order_kind") == "sale")
    )
    goods = pl.max_horizontal(pl.col("gross_amount") - pl.col("discount_amount"), pl.lit(0))
    return (
        orders.filter(is_sale.fill_null(False))
        .group_by("customer_id")
        .agg(
            refund_share=_share(pl.col("returns_amount").sum(), goods.sum()),
            discount_share=_share(pl.col("discount_amount").sum(), pl.col("gross_amount").sum()),
        )
    )


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Null where there is nothing to share."""
    found = part.cast(pl.Float64) / whole.cast(pl.Float64)
    return pl.when(whole > 0).then(found.round_sig_figs(DIGITS))


def taste_columns(lines: pl.DataFrame) -> pl.DataFrame:
    """What they buy: categories by the days on which they were bought, ties by name (L16).

    Args:
        lines: fct_order_lines.

    Returns:
        customer_id, favourite_category, purchase_group, category_count: one row per customer who
        bought anything of a known category. The two names of a purchase group stand in the order of
        the alphabet, so that one group has one name.
    """
    ranked = (
        lines.filter(pl.col("is_purchase") & pl.col("category").is_not_null())
        .group_by("customer_id", "category")
        .agg(days=pl.col("order_date").n_unique())
        .sort("customer_id", "days", "category", descending=[False, True, False])
    )
    most = pl.col("category").head(2).sort().str.join(" and ")
    return (
        ranked.group_by("customer_id", maintain_order=True)
        .agg(
            favourite_category=pl.col("category").first(),
            most=most,
            category_count=pl.len().cast(pl.Int64),
        )
        .with_columns(
            purchase_group=pl.when(pl.col("category_count") == 1)
            .then(pl.lit("only ") + pl.col("most"))
            .otherwise(pl.col("most"))
        )
        .drop("most")
    )
