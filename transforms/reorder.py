"""Reorder timing: when a product is usually bought again, and who is due for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from transforms.canonical import SCORES
from transforms.survival import curve_of, days_in_turn


@dataclass(frozen=True)
class ReorderPolicy:
    """Windows in days and the counts an interval needs; the values come from `[reminders]` of suki.toml."""

    lead_days: int
    due_within_days: int
    cooldown_days: int
    minimum_intervals: int
    minimum_events: int
    maximum_days: int


def purchases(lines: pl.DataFrame) -> pl.DataFrame:
    """One row per identified customer, product and day it was bought.

    Args:
        lines: customer_id, sku, product_name, category, order_date of purchased lines.
    """
    return (
        lines.filter(pl.col("sku").is_not_null())
        .group_by("customer_id", "sku", "order_date")
        .agg(pl.col("product_name").last(), pl.col("category").last())
        .sort("customer_id", "sku", "order_date")
    )


def intervals(bought: pl.DataFrame, as_of: date, policy: ReorderPolicy) -> pl.DataFrame:
    """Reorder days per product and per category with enough intervals behind them.

    The Kaplan-Meier median; the first quartile where the median is not reached; none where
    that is not reached either.
    """
    rows = [
        *_level(bought, "sku", as_of, policy),
        *_level(bought, "category", as_of, policy),
    ]
    table = SCORES["product_intervals"]
    return table.conform(pl.DataFrame(rows, orient="row", schema=table.schema)).sort(table.key)


def item_gaps(bought: pl.DataFrame, level: str, as_of: date) -> pl.DataFrame:
    """One row per day a customer bought an item: how long until the same item was bought again.

    Args:
        bought: customer_id, order_date and the column named by `level`; one day counts once.
        level: sku or category.

    Returns:
        The item, gap_days and is_event.
    """
    return days_in_turn(bought.filter(pl.col(level).is_not_null()), level, "order_date").select(
        level,
        gap_days=(pl.coalesce("following", pl.lit(as_of)) - pl.col("day")).dt.total_days(),
        is_event=pl.col("following").is_not_null(),
    )


def _level(
    bought: pl.DataFrame, level: str, as_of: date, policy: ReorderPolicy
) -> list[tuple[object, ...]]:
    gaps = item_gaps(bought, level, as_of)
    enough = (
        gaps.group_by(level)
        .agg(pl.len(), pl.col("is_event").sum())
        .filter(
            (pl.col("len") >= policy.minimum_intervals)
            & (pl.col("is_event") >= policy.minimum_events)
        )
    )
    rows: list[tuple[object, ...]] = []
    for (item,), group in gaps.join(enough.select(level), on=level, how="semi").group_by(level):
        curve = curve_of(group)
        median, quartile = curve.quantile(0.5), curve.quantile(0.25)
        if days := median or quartile:
            rows.append(
                (
                    level,
                    item,
                    curve.gap_count,
                    curve.event_count,
                    days,
                    "median" if median else "first_quartile",
                )
            )
    return rows


def due(
    bought: pl.DataFrame,
    known: pl.DataFrame,
    products: pl.DataFrame,
    as_of: date,
    policy: ReorderPolicy,
) -> pl.DataFrame:
    """Customers whose product runs out now: due between as_of and the end of the window.

    Left out: products bought again since (where the category tells the interval: anything of
    it bought since), discontinued ones, and customers who bought anything within the cooldown.
    """
    last = bought.group_by(
        "customer_id", "sku", "product_name", "category", maintain_order=True
    ).agg(last_order_date=pl.col("order_date").max())
    last = last.sort("last_order_date").unique(
        ["customer_id", "sku"], keep="last", maintain_order=True
    )
    gone = products.filter(pl.col("is_active").eq(False)).select("sku")
    recent = (
        bought.filter(pl.col("order_date") > as_of - timedelta(days=policy.cooldown_days))
        .select("customer_id")
        .unique()
    )
    is_newest_of_category = pl.col("last_order_date") == pl.col("last_order_date").max().over(
        "customer_id", "category"
    )
    due_date = pl.col("last_order_date") + pl.duration(
        days=pl.col("reorder_days") - policy.lead_days
    )
    rows = (
        _with_interval(last.with_columns(is_newest_of_category=is_newest_of_category), known)
        .join(gone, on="sku", how="anti")
        .join(recent, on="customer_id", how="anti")
        .filter(pl.col("reorder_days") <= policy.maximum_days)
        .filter((pl.col("basis") == "sku") | pl.col("is_newest_of_category"))
        .with_columns(due_date=due_date)
        .filter(
            pl.col("due_date").is_between(
                as_of, as_of + timedelta(days=policy.due_within_days), closed="left"
            )
        )
    )
    table = SCORES["reorder_due"]
    return table.conform(rows.select(table.schema.names())).sort(table.key)


def _with_interval(last: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Add reorder_days, interval_count and basis: the product's own, else its category's."""
    by_sku = known.filter(pl.col("level") == "sku").select(
        sku="item",
        sku_days="reorder_days",
        sku_count="interval_count",
        sku_quantile="quantile",
    )
    by_category = known.filter(pl.col("level") == "category").select(
        category="item",
        category_days="reorder_days",
        category_count="interval_count",
        category_quantile="quantile",
    )
    return (
        last.join(by_sku, on="sku", how="left")
        .join(by_category, on="category", how="left")
        .with_columns(
            reorder_days=pl.coalesce("sku_days", "category_days"),
            quantile=pl.coalesce("sku_quantile", "category_quantile"),
            interval_count=pl.when(pl.col("sku_days").is_not_null())
            .then("sku_count")
            .otherwise("category_count"),
            basis=pl.when(pl.col("sku_days").is_not_null())
            .then(pl.lit("sku"))
            .otherwise(pl.lit("category")),
        )
    )
