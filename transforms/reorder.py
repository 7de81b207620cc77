"""Reorder timing: when a product is usually bought again, as told by everybody who buys it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.canonical import SCORES
from transforms.reorder_quantity import at_reference, product_gaps, quantity_slopes
from transforms.survival import days_in_turn, quantile_days


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
        lines: customer_id, sku, product_name, category, order_date, quantity, returned_quantity of
            purchased lines.

    Returns:
        customer_id, sku, order_date, product_name, category and the quantity kept.
    """
    return (
        lines.filter(pl.col("sku").is_not_null())
        .group_by("customer_id", "sku", "order_date")
        .agg(
            # Of two names on one day the same one every night, whatever the order of the rows.
            pl.col("product_name").max(),
            pl.col("category").max(),
            quantity=(pl.col("quantity") - pl.col("returned_quantity")).sum(),
        )
        .sort("customer_id", "sku", "order_date")
    )


def intervals(bought: pl.DataFrame, as_of: date, policy: ReorderPolicy) -> pl.DataFrame:
    """Reorder days per product and per category with enough intervals behind them.

    The Kaplan-Meier median; the first quartile where the median is not reached; none where
    that is not reached either. Where a product's gaps grow with the quantity bought, its days are
    those of `reference_quantity`; units of different products do not add up, so a category's days
    never depend on quantity.

    Args:
        bought: what `purchases` returned.
    """
    gaps = product_gaps(bought, as_of)
    slopes = quantity_slopes(gaps, policy.minimum_intervals, policy.minimum_events)
    by_product = _reorder_days(at_reference(gaps, slopes), "sku", policy)
    by_category = _reorder_days(item_gaps(bought, "category", as_of), "category", policy)
    table = SCORES["product_intervals"]
    found = pl.concat([by_product, by_category]).join(
        slopes.with_columns(level=pl.lit("sku")),
        left_on=["level", "item"],
        right_on=["level", "sku"],
        how="left",
    )
    return table.conform(found.select(table.schema.names())).sort(table.key)


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


def _reorder_days(gaps: pl.DataFrame, level: str, policy: ReorderPolicy) -> pl.DataFrame:
    days = pl.coalesce("median", "first_quartile")
    is_median = pl.col("median").is_not_null()
    return (
        quantile_days(gaps, level, {"median": 0.5, "first_quartile": 0.25})
        .filter(
            (pl.col("gap_count") >= policy.minimum_intervals)
            & (pl.col("event_count") >= policy.minimum_events)
            & days.is_not_null()
        )
        .select(
            level=pl.lit(level),
            item=pl.col(level),
            interval_count="gap_count",
            event_count="event_count",
            reorder_days=days,
            quantile=pl.when(is_median).then(pl.lit("median")).otherwise(pl.lit("first_quartile")),
        )
    )
