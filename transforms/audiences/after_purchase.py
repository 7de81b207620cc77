"""Reasons that follow a purchase: welcome, thanks, and asking how the goods do."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import polars as pl
from pydantic import Field

from transforms.audiences.due_days import store_zone
from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import customers, money_words, number, reason
from transforms.profile_voice import SOLVED
from transforms.yaml_files import Strict

_ORDER = ["source", "order_id"]


class Welcome(Strict):
    """Parameters of `welcome`: which day of the series this letter is."""

    days_after: int = Field(1, ge=0, le=365)


class ThankYou(Strict):
    """Parameters of `thank_you`."""

    days_after: int = Field(2, ge=0, le=365)
    frequency_groups: tuple[Literal["first_timer", "occasional", "regular"], ...] = ("regular",)


class CheckIn(Strict):
    """Parameters of `check_in`: days after the goods arrived."""

    days_after: int = Field(5, ge=0, le=365)


class OrderCheckIn(Strict):
    """Parameters of `order_check_in`: days after the order."""

    days_after: int = Field(21, ge=0, le=365)


class OneYearCheckIn(Strict):
    """Parameters of `one_year_check_in`: days after the purchase."""

    days_after: int = Field(365, ge=90, le=3650)


def _welcome(shop: Shop, window: Window, rules: Welcome) -> pl.DataFrame:
    """L7: a series for first-time buyers; whoever buys again needs no welcome any more."""
    content = ("first_order_date", "last_order_date", "occasion_count", "lifetime_net_sales_amount")
    rows = customers(shop, *content).filter(pl.col("occasion_count") == 1)
    rows = rows.with_columns(
        event_date=pl.col("first_order_date") + timedelta(days=rules.days_after)
    ).filter(window.holds())
    found = rows.with_columns(
        # One welcome in a lifetime, even where an older order comes to light.
        reason_key=pl.lit("first_purchase"),
        rank_value=number("lifetime_net_sales_amount"),
        days=pl.lit(rules.days_after),
        why=pl.format(
            "First bought on {} for {} and not again since; letter of day {}.", "first_order_date",
            money_words("lifetime_net_sales_amount", shop), pl.lit(rules.days_after),
        ),
    )  # fmt: skip
    return finished(found)


def _thank_you(shop: Shop, window: Window, rules: ThankYou) -> pl.DataFrame:
    """L8: for the newest order of those who come again and again."""
    orders = _orders(shop).sort("customer_id", "order_date", "ordered_at", *_ORDER)
    newest = orders.unique("customer_id", keep="last", maintain_order=True)
    people = customers(shop, "frequency_group", "occasion_count", "lifetime_net_sales_amount")
    rows = (
        newest.join(people, on="customer_id")
        .filter(pl.col("frequency_group").is_in(rules.frequency_groups))
        .with_columns(event_date=pl.col("order_date") + timedelta(days=rules.days_after))
        .filter(window.holds())
    )
    found = rows.with_columns(
        reason_key=pl.col("order_date").cast(pl.String),
        rank_value=number("lifetime_net_sales_amount"),
        last_order_date="order_date",
        why=pl.format(
            "Order {} of {} was purchase number {}; {} bought in all.", "order_id", "order_date",
            "occasion_count", money_words("lifetime_net_sales_amount", shop),
        ),
    )  # fmt: skip
    return finished(found)


def _check_in(shop: Shop, window: Window, rules: CheckIn) -> pl.DataFrame:
    """L9: counted from the day the goods arrived, in the store's zone, never from the order."""
    arrived = pl.col("delivered_at").dt.convert_time_zone(store_zone(shop)).dt.date()
    deliveries = shop.current["deliveries"].select(*_ORDER, arrived_on=arrived)
    rows = _undisturbed(shop, _orders(shop)).join(deliveries, on=_ORDER).with_columns(
        event_date=pl.col("arrived_on") + timedelta(days=rules.days_after)
    )  # fmt: skip
    why = pl.format("Order {} arrived on {}; no complaint and no return.", "order_id", "arrived_on")
    return _order_candidates(rows.filter(window.holds()), shop, rules.days_after, why)


def _order_check_in(shop: Shop, window: Window, rules: OrderCheckIn) -> pl.DataFrame:
    """L9: some weeks after the order."""
    rows = _undisturbed(shop, _orders(shop)).with_columns(
        event_date=pl.col("order_date") + timedelta(days=rules.days_after)
    )
    why = pl.format(
        "Order {} was placed on {}; no complaint and no return.", "order_id", "order_date"
    )
    return _order_candidates(rows.filter(window.holds()), shop, rules.days_after, why)


def _one_year_check_in(shop: Shop, window: Window, rules: OneYearCheckIn) -> pl.DataFrame:
    """L10: about the dearest product of that day that was kept."""
    bought = shop.facts["fct_order_lines"].filter(
        "is_purchase",
        pl.col("returned_quantity") == 0,
        pl.col("sku").is_not_null(),
        pl.col("product_name").is_not_null(),
    )
    due = bought.with_columns(
        event_date=pl.col("order_date") + timedelta(days=rules.days_after)
    ).filter(window.holds())
    dearest = due.sort(
        "customer_id", "order_date", pl.col("gross_amount").neg(), "sku", *_ORDER, "line_number",
        nulls_last=True,
    ).unique(["customer_id", "order_date"], keep="first", maintain_order=True)  # fmt: skip
    rows = _undisturbed(shop, dearest)
    found = rows.with_columns(
        # The day names the reason: where the dearest is returned tonight, the next is no second one.
        reason_key=pl.col("order_date").cast(pl.String),
        rank_value=number("gross_amount"),
        last_order_date="order_date",
        days=pl.lit(rules.days_after),
        why=pl.format(
            "Bought {} on {}, {} days before, and kept it.", "product_name", "order_date",
            pl.lit(rules.days_after),
        ),
    )  # fmt: skip
    return finished(found)


def _orders(shop: Shop) -> pl.DataFrame:
    """Valid orders of known people."""
    return shop.facts["fct_orders"].filter("is_valid_order", "is_identified")


def _undisturbed(shop: Shop, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of orders about which, and about whose customer, no complaint or return is open.

    Of an order of which anything was paid back, nobody asks how the goods do.
    """
    content = customers(shop, "has_open_complaint", "has_open_return").filter(
        ~pl.col("has_open_complaint"), ~pl.col("has_open_return")
    )
    returned = shop.facts["fct_orders"].filter(pl.col("returns_amount") > 0).select(_ORDER)
    solved = pl.col("resolved_date").is_not_null() | pl.col("ticket_status").is_in(SOLVED)
    complained = shop.current["tickets"].filter(
        pl.col("is_negative").fill_null(False), ~solved.fill_null(False)
    )  # fmt: skip
    # Tickets come from another system than orders do: only the order's number ties them.
    about = complained.select("order_id").drop_nulls().unique()
    return (
        rows.join(content.select("customer_id"), on="customer_id", how="semi")
        .join(returned, on=_ORDER, how="anti")
        .join(about, on="order_id", how="anti")
    )


def _order_candidates(rows: pl.DataFrame, shop: Shop, days: int, why: pl.Expr) -> pl.DataFrame:
    """Orders as candidates, each with the dearest product in it where its lines are known."""
    lines = shop.facts["fct_order_lines"].filter("is_purchase", pl.col("sku").is_not_null())
    dearest = lines.sort(
        *_ORDER, pl.col("gross_amount").neg(), "line_number", nulls_last=True
    ).unique(_ORDER, keep="first", maintain_order=True)
    named = dearest.select(*_ORDER, "sku", "product_name", "category")
    found = rows.join(named, on=_ORDER, how="left").with_columns(
        reason_key=reason(*_ORDER),
        rank_value=number("net_sales_amount"),
        last_order_date="order_date",
        days=pl.lit(days),
        why=why,
    )
    return finished(found)


_ORDER_WORDS = ("order_id", "last_order_date", "days")
FINDERS: tuple[Finder, ...] = (
    Finder(
        "welcome", "L7", "First-time buyers, some days after their purchase.", _welcome, Welcome,
        ("days", "last_order_date"),
    ),
    Finder(
        "thank_you", "L8", "Regulars, some days after their newest order.", _thank_you, ThankYou,
        ("order_id", "last_order_date"),
    ),
    Finder(
        "check_in", "L9", "Customers whose order arrived some days ago.", _check_in, CheckIn,
        _ORDER_WORDS,
    ),
    Finder(
        "order_check_in", "L9", "Customers who ordered some weeks ago.", _order_check_in,
        OrderCheckIn, _ORDER_WORDS,
    ),
    Finder(
        "one_year_check_in", "L10", "Customers who bought and kept a product a year ago.",
        _one_year_check_in, OneYearCheckIn, ("sku", "product_name", "last_order_date", "days"),
    ),
)  # fmt: skip
