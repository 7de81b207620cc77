"""What goes with a purchase: to be offered some days later, or put into the parcel."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from pydantic import Field

from transforms.audiences.baskets import best_reasons, iso_day, lines_of_customers, owned
from transforms.audiences.due_days import store_zone
from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import reason
from transforms.canonical.outreach import PRODUCT_COMPLEMENTS
from transforms.product_complements import ComplementPolicy, complements
from transforms.yaml_files import Strict


class Together(Strict):
    """What both lists ask of a pair of products.

    Attributes:
        minimum_customers: customers who bought both.
        minimum_support: the same as a share of all customers.
        other_category_only: true leaves out pairs of one category, such as two kinds of coffee.
    """

    minimum_customers: int = Field(30, ge=1)
    minimum_support: float = Field(0.001, ge=0, le=1)
    other_category_only: bool = False


class Complement(Together):
    """Parameters of `complement`: how long after the purchase, and how many products."""

    days_after_purchase: int = Field(14, ge=1, le=365)
    reasons_per_person: int = Field(3, ge=1, le=10)


class Bonus(Together):
    """Parameters of `bonus_with_order`.

    Attributes:
        maximum_value_share: the bonus may cost this share of the order's net sales.
        packed_after_days: without a deliveries feed, orders so many days old are taken as packed.
        no_parcel_channels: channels whose orders nobody packs.
    """

    maximum_value_share: float = Field(0.25, gt=0, le=1)
    packed_after_days: int = Field(1, ge=1, le=30)
    no_parcel_channels: tuple[str, ...] = ("pos",)


def _complement(shop: Shop, window: Window, rules: Complement) -> pl.DataFrame:
    """L3: each product is praised to a person once, whatever they bought that speaks for it."""
    lines = lines_of_customers(shop)
    kept = lines.filter("is_purchase")
    bases = (
        kept.group_by("customer_id", base_sku="sku")
        .agg(last_order_date=pl.col("order_date").max())
        .with_columns(
            event_date=pl.col("last_order_date") + timedelta(days=rules.days_after_purchase)
        )
        .filter(window.holds())
    )
    rows = (
        bases.join(_pairs(shop, rules), on="base_sku")
        .join(owned(lines, shop), on=["customer_id", "sku"], how="anti")
        .sort(
            "customer_id", "sku", "adjusted_lift_low", "both_customer_count", "base_sku",
            descending=[False, False, True, True, False],
        )
        .unique(["customer_id", "sku"], keep="first", maintain_order=True)
    )  # fmt: skip
    found = rows.with_columns(
        reason_key="sku",
        rank_value="adjusted_lift_low",
        why=pl.format(
            "Bought {} on {}; {}.", "bought_product_name", iso_day("last_order_date"), _told()
        ),
    )
    return finished(best_reasons(found, rules.reasons_per_person))


def _bonus_with_order(shop: Shop, window: Window, rules: Bonus) -> pl.DataFrame:
    """L30: one bonus per order that is still to be packed, for those who pack it."""
    lines = lines_of_customers(shop)
    kept = lines.filter("is_purchase")
    basket = _open_orders(shop, rules).filter(window.holds()).join(
        kept.select("source", "order_id", "line_number", base_sku="sku"), on=["source", "order_id"]
    )  # fmt: skip
    limit = pl.col("net_sales_amount").cast(pl.Float64) * rules.maximum_value_share
    rows = (
        basket.join(_pairs(shop, rules), on="base_sku")
        .join(owned(lines, shop), on=["customer_id", "sku"], how="anti")
        .join(_prices(shop), on="sku")
        .filter(pl.col("price") <= limit)
        .sort(
            "source", "order_id", "adjusted_lift_low", "both_customer_count", "sku", "base_sku",
            descending=[False, False, True, True, False, False],
        )
        .unique(["source", "order_id"], keep="first", maintain_order=True)
    )  # fmt: skip
    found = rows.with_columns(
        reason_key=reason("source", "order_id"),
        rank_value=pl.col("net_sales_amount").cast(pl.Float64),
        why=pl.format(
            "Order {} of {} has {} in it; {}.",
            "order_id", iso_day("event_date"), "bought_product_name", _told(),
        ),
    )  # fmt: skip
    return finished(found)


def shop_complements(shop: Shop, policy: ComplementPolicy) -> pl.DataFrame:
    """The table `product_complements` of everybody who may be written to."""
    kept = lines_of_customers(shop).filter("is_purchase")
    return complements(kept, shop.current["products"], shop.as_of, policy)


def _pairs(shop: Shop, rules: Together) -> pl.DataFrame:
    """The shop's complements: base_sku, bought_product_name, sku, product_name, category and the counts.

    The run's own table `product_complements`, where it was made by the rules asked for.
    """
    policy = ComplementPolicy(rules.minimum_customers, rules.minimum_support)
    made = shop.scores.get(PRODUCT_COMPLEMENTS.name)
    if made is None or policy != ComplementPolicy():
        made = shop_complements(shop, policy)
    category = shop.current["products"].select("sku", "category")
    pairs = (
        made.rename(
            {
                "base_name": "bought_product_name",
                "complement_sku": "sku",
                "complement_name": "product_name",
            }
        )
        .join(category, on="sku", how="left")
        .join(category.rename({"sku": "base_sku", "category": "base_category"}), on="base_sku", how="left")
    )  # fmt: skip
    if rules.other_category_only:
        return pairs.filter((pl.col("category") != pl.col("base_category")).fill_null(True))
    return pairs


def _open_orders(shop: Shop, rules: Bonus) -> pl.DataFrame:
    """Valid orders not yet sent: by the deliveries feed where it tells of sending, else by date."""
    deliveries = shop.current["deliveries"]
    sent_on = pl.coalesce("shipped_at", "delivered_at").dt.convert_time_zone(store_zone(shop))
    sent = deliveries.filter(sent_on.dt.date() <= shop.as_of)
    tells = deliveries.filter(pl.col("shipped_at").is_not_null()).select("source").unique()
    newest = shop.as_of - timedelta(days=rules.packed_after_days)
    is_open = pl.col("tells").is_not_null() | (pl.col("order_date") > newest)
    is_parcel = ~pl.col("channel").is_in(rules.no_parcel_channels).fill_null(False)
    return (
        shop.facts["fct_orders"]
        .filter(pl.col("is_valid_order") & is_parcel)
        .join(sent, on=["source", "order_id"], how="anti")
        .join(tells.with_columns(tells=pl.lit(True)), on="source", how="left")
        .filter(is_open)
        .select(
            "source", "order_id", "customer_id", "net_sales_amount", event_date="order_date"
        )
    )  # fmt: skip


def _prices(shop: Shop) -> pl.DataFrame:
    """What one unit of each product was last sold for; the larger price of two on one day."""
    price = pl.col("gross_amount").cast(pl.Float64) / pl.col("quantity").cast(pl.Float64)
    return (
        shop.facts["fct_order_lines"]
        .filter(pl.col("is_purchase") & pl.col("sku").is_not_null() & (pl.col("gross_amount") > 0))
        .select("sku", "order_date", price=price)
        .sort("sku", "order_date", "price")
        .unique("sku", keep="last", maintain_order=True)
        .select("sku", "price")
    )


def _told() -> pl.Expr:
    """The numbers behind a pair."""
    lift, low = (
        pl.col(name).round(2).cast(pl.String) for name in ("adjusted_lift", "adjusted_lift_low")
    )
    return pl.format(
        "{} of its {} buyers also bought {}, {} times as many as chance would have it among "
        "customers who buy as much (at least {} times, 95 % interval)",
        "both_customer_count", "base_customer_count", "product_name", lift, low,
    )  # fmt: skip


FINDERS: tuple[Finder, ...] = (
    Finder(
        "complement", "L3",
        "Customers who bought a product and not yet what its buyers own beyond chance.",
        _complement, Complement, ("product_name", "bought_product_name", "last_order_date"),
    ),
    Finder(
        "bonus_with_order", "L30",
        "Orders to be packed, with something small that goes well with them and is not owned yet.",
        _bonus_with_order, Bonus, ("product_name", "bought_product_name", "order_id"),
    ),
)  # fmt: skip
