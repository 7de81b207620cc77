"""Who runs out of what and when, and whom not to remind of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from transforms.canonical import SCORES
from transforms.on_sale import off_sale
from transforms.reorder import ReorderPolicy
from transforms.reorder_rhythm import last_purchases, predicted


@dataclass(frozen=True)
class Exclusions:
    """What forbids a reminder, whatever the dates say.

    Attributes:
        off_sale: sku of products that cannot be bought.
        undone: customer_id, sku and the last day of a purchase that came to nothing.
        subscribed: customer_id, sku of running subscriptions; without sku it may be any product.
        recent: customer_id of whoever bought anything within the cooldown.
    """

    off_sale: pl.DataFrame
    undone: pl.DataFrame
    subscribed: pl.DataFrame
    recent: pl.DataFrame


def exclusions(
    lines: pl.DataFrame,
    products: pl.DataFrame,
    subscriptions: pl.DataFrame,
    as_of: date,
    cooldown_days: int,
) -> Exclusions:
    """Collect what forbids reminders.

    Args:
        lines: customer_id, sku, order_date, quantity, is_purchase of all lines, undone ones too.
        products: sku, is_active.
        subscriptions: customer_id, sku, start_date, cancel_date.
        cooldown_days: whoever bought anything within so many days is left in peace.
    """
    kept = lines.filter("is_purchase")
    came_to_nothing = ~pl.col("is_purchase") & (pl.col("quantity") > 0)
    is_running = (pl.col("start_date") <= as_of) & (pl.col("cancel_date") > as_of).fill_null(True)
    is_recent = pl.col("order_date") > as_of - timedelta(days=cooldown_days)
    return Exclusions(
        off_sale=off_sale(kept, products, as_of),
        undone=lines.filter(came_to_nothing & pl.col("sku").is_not_null())
        .group_by("customer_id", "sku")
        .agg(undone_on=pl.col("order_date").max()),
        subscribed=subscriptions.filter(is_running & pl.col("customer_id").is_not_null())
        .select("customer_id", "sku")
        .unique(),
        recent=kept.filter(is_recent).select("customer_id").unique(),
    )


def due(
    bought: pl.DataFrame,
    known: pl.DataFrame,
    regular: pl.DataFrame,
    excluded: Exclusions,
    as_of: date,
    policy: ReorderPolicy,
) -> pl.DataFrame:
    """Customers whose product runs out now: due between as_of and the end of the window."""
    end = as_of + timedelta(days=policy.due_within_days)
    rows = reminders(bought, known, regular, excluded, policy.lead_days, policy.maximum_days)
    table = SCORES["reorder_due"]
    standing = rows.filter(pl.col("due_date").is_between(as_of, end, closed="left"))
    return table.conform(standing.select(table.schema.names())).sort(table.key)


def reminders(
    bought: pl.DataFrame,
    known: pl.DataFrame,
    regular: pl.DataFrame,
    excluded: Exclusions,
    lead_days: int,
    maximum_days: int,
) -> pl.DataFrame:
    """When each customer would be reminded of each product they bought, past and coming.

    Left out: products bought again since (where the category tells the interval: anything of
    it bought since), bought again since but sent back or cancelled, off sale or on subscription;
    customers who bought anything within the cooldown; what is bought less often than
    `maximum_days`.

    Args:
        bought: what `reorder.purchases` returned.
        known: the table `product_intervals`.
        regular: the table `regularity`.
        lead_days: remind so many days before it runs out, yet never before the day after purchase.
        maximum_days: longer intervals are no reorder.

    Returns:
        One row per customer and product: last_order_date, product_name, category, quantity,
        purchase_count, reorder_days, basis, quantile, interval_count, quantity_factor, regularity,
        due_date (day of the reminder) and runs_out_on.
    """
    any_product = excluded.subscribed.filter(pl.col("sku").is_null())
    last, days = pl.col("last_order_date"), pl.col("reorder_days")
    wait = pl.max_horizontal(days - lead_days, pl.lit(1))
    return (
        predicted(last_purchases(bought), known, regular)
        .filter(days <= maximum_days)
        .filter((pl.col("basis") != "category") | pl.col("is_newest_of_category"))
        .join(excluded.off_sale, on="sku", how="anti")
        .join(excluded.recent, on="customer_id", how="anti")
        .join(excluded.subscribed, on=["customer_id", "sku"], how="anti")
        .join(any_product, on="customer_id", how="anti")
        .join(excluded.undone, on=["customer_id", "sku"], how="left")
        .filter((pl.col("undone_on") <= last).fill_null(True))
        .with_columns(
            due_date=last + pl.duration(days=wait), runs_out_on=last + pl.duration(days=days)
        )
        .sort("customer_id", "sku")
    )


def told_reason() -> pl.Expr:
    """Why a row of `due` or `reminders` stands, and the numbers; no capital, no full stop."""
    day = pl.col("last_order_date").dt.to_string("%Y-%m-%d")
    is_scaled = pl.col("quantity_factor") != 1
    scaled = pl.when(is_scaled).then(pl.format(", counted for the quantity of {}", told_quantity()))
    own = pl.format(
        "bought on {}; they themselves buy it again every {} days or so "
        "(median of {} own intervals, and buying here is regular){}",
        day, "reorder_days", "interval_count", scaled.otherwise(pl.lit("")),
    )  # fmt: skip
    is_median, is_product = pl.col("quantile") == "median", pl.col("basis") == "sku"
    shared = pl.format(
        "bought on {}; {} of its buyers buy this {} again within {} days ({} intervals){}",
        day, pl.when(is_median).then(pl.lit("half")).otherwise(pl.lit("a quarter")),
        pl.when(is_product).then(pl.lit("product")).otherwise(pl.lit("category")),
        "reorder_days", "interval_count", scaled.otherwise(pl.lit("")),
    )  # fmt: skip
    return pl.when(pl.col("basis") == "person").then(own).otherwise(shared)


def told_quantity() -> pl.Expr:
    """The quantity of a row without needless decimals: `2`, or `0.5`."""
    return pl.col("quantity").cast(pl.Float64).round(2).cast(pl.String).str.strip_suffix(".0")
