"""How long a customer's last purchase of a product lasts: by their own rhythm or everybody's."""

from __future__ import annotations

import numpy as np
import polars as pl

from transforms.reorder_quantity import SLOPE_COLUMNS, quantity_factor

#: Days on which somebody must have bought a product before their own rhythm may speak.
OWN_PURCHASES = 3
#: Gaps are steady where they lie on average within this factor of their median.
STEADY_WITHIN = 2.0
BOTH = ("customer_id", "sku")


def last_purchases(bought: pl.DataFrame) -> pl.DataFrame:
    """One row per customer and product: the last purchase, and the customer's own rhythm.

    Returns:
        customer_id, sku, last_order_date, product_name (the last one known, else the code),
        category, quantity, purchase_count (days), own_days (median of completed gaps),
        own_quantity (median), is_steady, is_newest_of_category.
    """
    same_as_before = (pl.col(name) == pl.col(name).shift(1) for name in BOTH)
    gap = (pl.col("order_date") - pl.col("order_date").shift(1)).dt.total_days()
    ordered = bought.sort(*BOTH, "order_date").with_columns(
        gap=pl.when(pl.all_horizontal(*same_as_before)).then(gap)
    )
    last = (
        ordered.group_by(*BOTH, maintain_order=True)
        .agg(
            pl.col("order_date").last().alias("last_order_date"),
            pl.col("product_name").drop_nulls().last(),
            pl.col("category", "quantity").last(),
            purchase_count=pl.len(),
        )
        .with_columns(pl.coalesce("product_name", "sku").alias("product_name"))
    )
    newest = pl.col("last_order_date").max().over("customer_id", "category")
    return last.join(_own_rhythm(ordered), on=BOTH, how="left").with_columns(
        is_newest_of_category=pl.col("last_order_date") == newest
    )


def _own_rhythm(ordered: pl.DataFrame) -> pl.DataFrame:
    """Median gap and quantity of whoever bought a product on days enough."""
    gap = pl.col("gap")
    off = (gap / gap.median()).log().abs().mean()
    return (
        ordered.filter(pl.len().over(*BOTH) >= OWN_PURCHASES)
        .group_by(*BOTH, maintain_order=True)
        .agg(
            own_days=gap.median(),
            own_quantity=pl.col("quantity").cast(pl.Float64).median(),
            is_steady=off <= np.log(STEADY_WITHIN) + 1e-9,
        )
    )


def predicted(last: pl.DataFrame, known: pl.DataFrame, regular: pl.DataFrame) -> pl.DataFrame:
    """Add how long each last purchase lasts, and on what that rests.

    The customer's own median where their gaps are steady and buying in the category (in the shop,
    where the category has too few pairs to tell) is regular; else the product's interval; else its
    category's; else the row is left out. The first two are told for the quantity bought.
    """
    is_own = pl.col("is_regular") & pl.col("is_steady")
    basis = (
        pl.when(is_own.fill_null(False)).then(pl.lit("person"))
        .when(pl.col("sku_days").is_not_null()).then(pl.lit("sku"))
        .when(pl.col("category_days").is_not_null()).then(pl.lit("category"))
    )  # fmt: skip
    return (
        _with_regularity(_with_intervals(last, known), regular)
        .with_columns(
            basis=basis,
            person_days="own_days",
            person_quantile=pl.lit("median"),
            person_count=pl.col("purchase_count") - 1,
            person_factor=quantity_factor("own_quantity"),
            sku_factor=quantity_factor(),
            category_factor=pl.lit(1.0),
        )
        .filter(pl.col("basis").is_not_null())
        .with_columns(
            quantity_factor=_of_basis("factor").round_sig_figs(12),
            quantile=_of_basis("quantile"),
            interval_count=_of_basis("count").cast(pl.Int64),
        )
        .with_columns(reorder_days=(_of_basis("days") * pl.col("quantity_factor")).round())
        .with_columns(pl.col("reorder_days").cast(pl.Int64).clip(1))
    )


def _of_basis(what: str) -> pl.Expr:
    basis = pl.col("basis")
    return (
        pl.when(basis == "person").then(f"person_{what}")
        .when(basis == "sku").then(f"sku_{what}").otherwise(f"category_{what}")
    )  # fmt: skip


def _with_intervals(last: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    for level, kept in (("sku", SLOPE_COLUMNS), ("category", ())):
        told = known.filter(pl.col("level") == level).select(
            *kept,
            pl.col("item").alias(level),
            pl.col("reorder_days").alias(f"{level}_days"),
            pl.col("interval_count").alias(f"{level}_count"),
            pl.col("quantile").alias(f"{level}_quantile"),
        )
        last = last.join(told, on=level, how="left")
    return last


def _with_regularity(rows: pl.DataFrame, regular: pl.DataFrame) -> pl.DataFrame:
    """Add is_regular and regularity (k): the category's where it can be told, else the shop's."""
    told = regular.filter(pl.col("is_regular").is_not_null())
    shop = told.filter(pl.col("level") == "all").select("is_regular", "regularity").rows()
    is_regular, k = shop[0] if shop else (False, None)
    by_category = told.filter(pl.col("level") == "category").select(
        "is_regular", "regularity", category="item", is_told=pl.lit(True)
    )
    return rows.join(by_category, on="category", how="left").with_columns(
        is_regular=pl.col("is_regular").fill_null(is_regular),
        regularity=pl.when("is_told").then("regularity").otherwise(pl.lit(k, dtype=pl.Float64)),
    )
