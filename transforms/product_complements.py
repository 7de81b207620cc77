"""Which products go together: lift over the customers who own both, with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy import sparse

from transforms.canonical.outreach import PRODUCT_COMPLEMENTS
from transforms.complement_chance import expected_both
from transforms.on_sale import off_sale
from transforms.survival import Z_95


@dataclass(frozen=True)
class ComplementPolicy:
    """What a pair of products must show.

    Attributes:
        minimum_customers: customers who bought both.
        minimum_support: the same as a share of all customers.
        per_product: so many complements of each product are kept.
    """

    minimum_customers: int = 30
    minimum_support: float = 0.001
    per_product: int = 20


def complements(
    lines: pl.DataFrame, products: pl.DataFrame, as_of: date, policy: ComplementPolicy
) -> pl.DataFrame:
    """Products bought by the same customers more often than chance would have it.

    A customer counts once, however often they bought, and on one day or on two: a grinder follows
    beans by weeks. lift = n x both / (base x complement). Its interval is log-normal; by the delta
    method on the four cells of the table, Var(log lift) = 1/both - 1/base - 1/complement +
    (2 lift - 1)/n. The adjusted lift is both / `expected_both`, for customers who buy as much, with
    an interval as wide. A pair counts where the lower ends of both are above 1. One pair in forty
    without relation passes by chance.

    Args:
        lines: customer_id, sku, product_name, order_date of purchased lines of identified customers.
        products: sku, is_active. What is off sale is nobody's complement, but may have some.

    Returns:
        The table `product_complements`: of each product the pairs whose adjusted lift is surely
        the largest, ties by both, then by sku.
    """
    bought = (
        lines.filter(pl.col("sku").is_not_null())
        .select("customer_id", "sku", "order_date")
        .unique()
    )
    customer_count = bought["customer_id"].n_unique()
    least = max(policy.minimum_customers, int(np.ceil(policy.minimum_support * customer_count)), 1)
    judged = (
        _with_lifts(_pairs(bought, least), customer_count)
        .filter((pl.col("lift_low") > 1) & (pl.col("adjusted_lift_low") > 1))
        .join(off_sale(lines, products, as_of), left_on="complement_sku", right_on="sku", how="anti")
        .sort(
            "base_sku", "adjusted_lift_low", "both_customer_count", "complement_sku",
            descending=[False, True, True, False],
        )
        .group_by("base_sku", maintain_order=True)
        .head(policy.per_product)
    )  # fmt: skip
    table = PRODUCT_COMPLEMENTS
    return table.conform(_named(judged, lines).select(table.schema.names())).sort(table.key)


def _with_lifts(pairs: pl.DataFrame, customer_count: int) -> pl.DataFrame:
    n, lift = float(customer_count), pl.col("lift")
    both, base, other = (
        pl.col(f"{name}_customer_count").cast(pl.Float64) for name in ("both", "base", "complement")
    )
    variance = 1 / both - 1 / base - 1 / other + (2 * lift - 1) / n
    reach = (Z_95 * variance.clip(0).sqrt()).exp()
    figures = ("support", "lift", "lift_low", "lift_high", "adjusted_lift", "adjusted_lift_low")
    return (
        pairs.with_columns(
            customer_count=pl.lit(customer_count),
            support=both / n,
            lift=n * both / (base * other),
            adjusted_lift=both / pl.col("expected"),
        )
        .with_columns(
            lift_low=lift / reach,
            lift_high=lift * reach,
            adjusted_lift_low=pl.col("adjusted_lift") / reach,
        )
        .with_columns(pl.col(*figures).round_sig_figs(9))
    )


def _pairs(bought: pl.DataFrame, least: int) -> pl.DataFrame:
    """Ordered pairs of different products with at least so many customers in common.

    Products with fewer customers are dropped first; the rest is one product of sparse matrices.
    """
    owned = bought.select("customer_id", "sku").unique()
    popular = owned.group_by("sku").len("count").filter(pl.col("count") >= least).sort("sku")
    skus, count = popular["sku"], popular["count"].cast(pl.Int64)
    numbered = owned.join(popular.with_row_index("column"), on="sku").with_columns(
        row=pl.col("customer_id").rank("dense") - 1
    )
    rows, columns = numbered["row"].to_numpy(), numbered["column"].to_numpy()
    shape = (numbered["customer_id"].n_unique(), popular.height)
    marks = sparse.csr_matrix((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=shape)
    common = (marks.T @ marks).tocoo()
    kept = (common.data >= least) & (common.row != common.col)
    base, other = common.row[kept], common.col[kept]
    return pl.DataFrame(
        {
            "base_sku": skus.gather(base),
            "complement_sku": skus.gather(other),
            "base_customer_count": count.gather(base),
            "complement_customer_count": count.gather(other),
            "both_customer_count": pl.Series(common.data[kept].astype(np.int64)),
            "expected": pl.Series(expected_both(bought, count.to_numpy(), base, other)),
        }
    )


def _named(pairs: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    names = latest_names(lines)
    for side in ("base", "complement"):
        named = names.select(
            pl.col("sku").alias(f"{side}_sku"), pl.col("product_name").alias(f"{side}_name")
        )
        pairs = pairs.join(named, on=f"{side}_sku", how="left")
    return pairs


def latest_names(lines: pl.DataFrame) -> pl.DataFrame:
    """One row per product: its name as printed last, the larger of two on one day, else its code.

    Args:
        lines: sku, product_name, order_date.
    """
    named = (
        lines.filter(pl.col("sku").is_not_null())
        .select("sku", "product_name", "order_date")
        .unique()
        .sort("sku", "order_date", "product_name")
        .group_by("sku", maintain_order=True)
        .agg(pl.col("product_name").drop_nulls().last())
    )
    return named.with_columns(pl.coalesce("product_name", "sku").alias("product_name"))
