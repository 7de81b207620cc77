"""Those who may want a product: again, more of it, or what has come into its category."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from pydantic import Field

from transforms.audiences.baskets import best_reasons, iso_day, lines_of_customers, owned
from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import customers
from transforms.product_complements import latest_names
from transforms.reorder import purchases
from transforms.reorder_dates import Exclusions, exclusions, reminders, told_quantity, told_reason
from transforms.yaml_files import Strict


class Reorder(Strict):
    """Parameters of `reorder_due`.

    Attributes:
        lead_days: remind so many days before the product runs out.
        quiet_days_after_order: nobody who bought anything within so many days is reminded.
        maximum_days: what is bought less often than this is no reorder.
        minimum_purchases: days on which they must have bought the product themselves.
        reasons_per_person: so many products of one person at most.
    """

    lead_days: int = Field(3, ge=0, le=60)
    quiet_days_after_order: int = Field(14, ge=0, le=365)
    maximum_days: int = Field(365, ge=1, le=1825)
    minimum_purchases: int = Field(1, ge=1, le=20)
    reasons_per_person: int = Field(5, ge=1, le=10)


class Arrivals(Strict):
    """Parameters of `category_arrivals`: how long a product is news, and how many are told of."""

    listed_within_days: int = Field(30, ge=1, le=365)
    reasons_per_person: int = Field(3, ge=1, le=10)


class SameAgain(Strict):
    """Parameters of `more_of_the_same`.

    Attributes:
        minimum_purchases: days on which they bought it, each time the same quantity.
        days_after_purchase: the offer is made so many days after the last of them.
        reasons_per_person: so many products of one person at most.
    """

    minimum_purchases: int = Field(2, ge=2, le=20)
    days_after_purchase: int = Field(14, ge=1, le=365)
    reasons_per_person: int = Field(3, ge=1, le=10)


def _reorder_due(shop: Shop, window: Window, rules: Reorder) -> pl.DataFrame:
    """L1: from the day of the reminder on; whoever is lapsed is to be won back instead."""
    staying = customers(shop, "lifecycle_state").filter(pl.col("lifecycle_state") != "lapsed")
    lines = lines_of_customers(shop).join(staying, on="customer_id", how="semi")
    rows = reminders(
        purchases(lines.filter("is_purchase")),
        shop.scores["product_intervals"],
        shop.scores["regularity"],
        _forbidden(shop, rules.quiet_days_after_order),
        rules.lead_days,
        rules.maximum_days,
    ).filter(window.holds("due_date") & (pl.col("purchase_count") >= rules.minimum_purchases))
    share = pl.when(pl.col("quantile") == "median").then(0.5).otherwise(0.25)
    found = rows.with_columns(
        event_date="due_date",
        due_date=pl.max_horizontal("runs_out_on", pl.lit(shop.as_of)),
        days="reorder_days",
        reason_key=pl.format("{}:{}", "sku", iso_day("last_order_date")),
        # Expected purchases a year, had all buyers the pace of those who come back: a habit first.
        rank_value=pl.col("purchase_count") * share * 365 / pl.col("reorder_days"),
        why=pl.format("Last {}; {} so far.", told_reason(), _told_days("purchase_count")),
    )
    return finished(best_reasons(found, rules.reasons_per_person))


def _told_days(count: str) -> pl.Expr:
    once = pl.when(pl.col(count) == 1).then(pl.lit("bought once"))
    return once.otherwise(pl.format("bought on {} days", count))


def _forbidden(shop: Shop, quiet_days: int) -> Exclusions:
    """What forbids writing about a product; sales to guests tell, too, whether it is still sold."""
    return exclusions(
        shop.facts["fct_order_lines"],
        shop.current["products"],
        shop.current["subscriptions"],
        shop.as_of,
        quiet_days,
    )


def _category_arrivals(shop: Shop, window: Window, rules: Arrivals) -> pl.DataFrame:
    """L4: from the day of listing on, or from the day after they first bought in the category."""
    oldest = shop.as_of - timedelta(days=rules.listed_within_days)
    arrivals = shop.current["products"].filter(
        (pl.col("first_listed_date") > oldest)
        & (pl.col("first_listed_date") <= shop.as_of)
        & pl.col("is_active").ne_missing(False)
    )
    lines = lines_of_customers(shop)
    rows = (
        _by_category(lines.filter("is_purchase"))
        .join(arrivals.select("sku", "product_name", "category", "first_listed_date"), on="category")
        .with_columns(
            event_date=pl.max_horizontal(
                "first_listed_date", pl.col("first_bought") + timedelta(days=1)
            )
        )
        .filter(window.holds())
        .join(owned(lines, shop), on=["customer_id", "sku"], how="anti")
    )  # fmt: skip
    found = rows.with_columns(
        reason_key="sku",
        rank_value=pl.col("day_count").cast(pl.Float64),
        why=pl.format(
            "{} was listed on {}; in {} they {}, last {} on {}, and never this.",
            "product_name", iso_day("first_listed_date"), "category", _told_days("day_count"),
            "bought_product_name", iso_day("last_order_date"),
        ),
    )  # fmt: skip
    return finished(best_reasons(found, rules.reasons_per_person))


def _by_category(kept: pl.DataFrame) -> pl.DataFrame:
    """One row per customer and category: purchase days, the first and last, and the last product."""
    return (
        kept.filter(pl.col("category").is_not_null())
        .sort("customer_id", "category", "order_date", "sku", "product_name")
        .group_by("customer_id", "category", maintain_order=True)
        .agg(
            first_bought=pl.col("order_date").min(),
            last_order_date=pl.col("order_date").max(),
            day_count=pl.col("order_date").n_unique(),
            bought_product_name=pl.coalesce("product_name", "sku").last(),
        )
    )


def _more_of_the_same(shop: Shop, window: Window, rules: SameAgain) -> pl.DataFrame:
    """L26: whoever takes the same number each time is offered a larger one, once per product."""
    lines = lines_of_customers(shop)
    forbidden = _forbidden(shop, 0)
    names = latest_names(lines)
    rows = (
        purchases(lines.filter("is_purchase"))
        .group_by("customer_id", "sku")
        .agg(
            pl.col("category").drop_nulls().max(),
            pl.col("quantity").first(),
            quantities=pl.col("quantity").n_unique(),
            last_order_date=pl.col("order_date").max(),
            day_count=pl.len(),
        )
        .filter((pl.col("quantities") == 1) & (pl.col("day_count") >= rules.minimum_purchases))
        .with_columns(
            event_date=pl.col("last_order_date") + timedelta(days=rules.days_after_purchase)
        )
        .filter(window.holds())
        .join(forbidden.off_sale, on="sku", how="anti")
        .join(forbidden.subscribed, on=["customer_id", "sku"], how="anti")
        .join(forbidden.undone, on=["customer_id", "sku"], how="left")
        .filter((pl.col("undone_on") <= pl.col("last_order_date")).fill_null(True))
        .join(names, on="sku")
    )
    found = rows.with_columns(
        reason_key="sku",
        rank_value=pl.col("day_count").cast(pl.Float64),
        why=pl.format(
            "Bought {} on {} days, last on {}, {} at a time every time: a larger quantity may suit.",
            "product_name", "day_count", iso_day("last_order_date"), told_quantity(),
        ),
    )  # fmt: skip
    return finished(best_reasons(found, rules.reasons_per_person))


FINDERS: tuple[Finder, ...] = (
    Finder(
        "reorder_due", "L1",
        "Customers for whom a product they bought runs out now, by their own rhythm or its buyers'.",
        _reorder_due, Reorder, ("product_name", "last_order_date", "days"),
    ),
    Finder(
        "category_arrivals", "L4",
        "Customers who bought in a category into which a product has come that they do not own.",
        _category_arrivals, Arrivals,
        ("product_name", "category", "bought_product_name", "last_order_date"),
    ),
    Finder(
        "more_of_the_same", "L26",
        "Customers who buy one product again and again, always in the same quantity.",
        _more_of_the_same, SameAgain, ("product_name", "last_order_date"),
    ),
)  # fmt: skip
