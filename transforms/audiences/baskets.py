"""What customers have bought, as finders of product lists ask for it."""

from __future__ import annotations

import polars as pl

from transforms.audiences.shop import Shop
from transforms.audiences.voices import customers


def lines_of_customers(shop: Shop) -> pl.DataFrame:
    """Lines that name a product, of everybody a finder may find: undone ones too."""
    lines = shop.facts["fct_order_lines"].filter(pl.col("sku").is_not_null())
    return lines.join(customers(shop), on="customer_id", how="semi")


def owned(lines: pl.DataFrame, shop: Shop) -> pl.DataFrame:
    """customer_id and sku of whatever need not be praised to them: bought, tried and sent back, or
    on subscription."""
    asked_for = lines.filter(pl.col("quantity") > 0).select("customer_id", "sku")
    return pl.concat([asked_for, subscribed(shop).filter(pl.col("sku").is_not_null())]).unique()


def subscribed(shop: Shop) -> pl.DataFrame:
    """customer_id and sku of the subscriptions running on as_of."""
    is_running = (pl.col("start_date") <= shop.as_of) & (
        pl.col("cancel_date") > shop.as_of
    ).fill_null(True)
    return (
        shop.current["subscriptions"]
        .filter(is_running & pl.col("customer_id").is_not_null())
        .select("customer_id", "sku")
        .unique()
    )


def best_reasons(rows: pl.DataFrame, per_person: int) -> pl.DataFrame:
    """The reasons of each person that rank first; ties by reason_key."""
    return (
        rows.sort(
            "customer_id", "rank_value", "reason_key",
            descending=[False, True, False], nulls_last=True,
        )
        .group_by("customer_id", maintain_order=True)
        .head(per_person)
    )  # fmt: skip


def iso_day(column: str) -> pl.Expr:
    """A date as text, such as 2026-10-31."""
    return pl.col(column).dt.to_string("%Y-%m-%d")
