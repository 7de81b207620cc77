"""Reasons of silence: slipping away, gone, long gone, and subscriptions that were given up."""

from __future__ import annotations

import polars as pl
from pydantic import Field

from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import customers, money_words, number, reason
from transforms.calendar_days import full_years, yearly
from transforms.yaml_files import Strict

_SILENCE = (
    "lifecycle_state", "state_since", "last_order_date", "days_since_last_order", "occasion_count",
    "lifetime_net_sales_amount", "at_risk_limit_days", "lapse_limit_days", "median_gap_days",
    "is_rhythm_regular",
)  # fmt: skip


class LongInactive(Strict):
    """Parameters of `long_inactive`: after so many years of being lapsed they are left in peace."""

    maximum_years: int = Field(3, ge=1, le=20)


def _at_risk(shop: Shop, window: Window, _: Strict) -> pl.DataFrame:
    """L18: from the day on which the silence passed the at-risk limit."""
    return _silent(_in_state(shop, "at_risk").filter(window.holds()), shop)


def _win_back(shop: Shop, window: Window, _: Strict) -> pl.DataFrame:
    """L6: lapsed, until a year after the lapse; then they are long inactive."""
    rows = _in_state(shop, "lapsed").filter(full_years("state_since", shop.as_of) < 1)
    return _silent(rows.filter(window.holds()), shop)


def _long_inactive(shop: Shop, window: Window, rules: LongInactive) -> pl.DataFrame:
    """L5: lapsed for a year or more, at every return of the day of the lapse."""
    rows = _in_state(shop, "lapsed").drop("event_date")
    rows = yearly(rows, "state_since", window.first, window.last)
    rows = rows.filter(pl.col("years").is_between(1, rules.maximum_years))
    return _silent(rows, shop, pl.format("{}:{}", "last_order_date", "years"))


def _lapsed_push(shop: Shop, window: Window, _: Strict) -> pl.DataFrame:
    """L25: the lapsed, on the device that they left the shop's app on."""
    return _silent(_in_state(shop, "lapsed").filter(window.holds()), shop)


def _cancelled_subscription(shop: Shop, window: Window, _: Strict) -> pl.DataFrame:
    """L25: unless they have the same subscription again, or the product is no longer made."""
    subscriptions = shop.current["subscriptions"].filter(pl.col("customer_id").is_not_null())
    runs = pl.col("cancel_date").is_null() | (pl.col("cancel_date") > shop.as_of)
    again = subscriptions.filter(runs).select("customer_id", "sku").unique()
    products = shop.current["products"].select("sku", "product_name", "category", "is_active")
    rows = (
        subscriptions.join(again, on=["customer_id", "sku"], how="anti", nulls_equal=True)
        .with_columns(event_date="cancel_date")
        .filter(window.holds())
        .join(products, on="sku", how="left")
        .filter(pl.col("is_active").fill_null(True))
        .join(customers(shop, "last_order_date", "lifetime_net_sales_amount"), on="customer_id")
    )
    found = rows.with_columns(
        reason_key=reason("source", "subscription_id"),
        rank_value=number("lifetime_net_sales_amount"),
        days=(pl.col("cancel_date") - pl.col("start_date")).dt.total_days(),
    ).with_columns(
        why=pl.format(
            "Cancelled the subscription to {} on {} after {} days; bought for {} in all.",
            pl.coalesce("product_name", "sku", pl.lit("an unnamed product")), "cancel_date", "days",
            money_words("lifetime_net_sales_amount", shop),
        )
    )  # fmt: skip
    return finished(found)


def _in_state(shop: Shop, state: str) -> pl.DataFrame:
    """Customers in a state; the day it began is the day of the reason."""
    rows = customers(shop, *_SILENCE).filter(pl.col("lifecycle_state") == state)
    return rows.with_columns(event_date="state_since")


def _silent(rows: pl.DataFrame, shop: Shop, reason_key: pl.Expr | None = None) -> pl.DataFrame:
    """Silent customers as candidates, the most valuable first; one silence is one reason."""
    limit = pl.when(pl.col("lifecycle_state") == "at_risk").then(
        pl.format("past the at-risk limit{}", _days_of("at_risk_limit_days"))
    ).otherwise(pl.format("past the lapse limit{}", _days_of("lapse_limit_days")))  # fmt: skip
    rhythm = pl.when("is_rhythm_regular").then(
        pl.format("; usually {} days apart", pl.col("median_gap_days").round(0).cast(pl.Int64))
    )
    found = rows.with_columns(
        reason_key=pl.col("last_order_date").cast(pl.String) if reason_key is None else reason_key,
        rank_value=number("lifetime_net_sales_amount"),
        days="days_since_last_order",
        why=pl.format(
            "Silent for {} days, {}; {} for {} in all{}.", "days_since_last_order", limit,
            pl.when(pl.col("occasion_count") == 1).then(pl.lit("1 purchase"))
            .otherwise(pl.format("{} purchases", "occasion_count")),
            money_words("lifetime_net_sales_amount", shop), rhythm.fill_null(""),
        ),
    )  # fmt: skip
    return finished(found)


def _days_of(column: str) -> pl.Expr:
    return pl.format(" of {} days", column).fill_null("")


_TOLD = ("days", "last_order_date")
FINDERS: tuple[Finder, ...] = (
    Finder("at_risk", "L18", "Customers silent past their at-risk limit.", _at_risk, variables=_TOLD),
    Finder("win_back", "L6", "Customers lapsed less than a year ago.", _win_back, variables=_TOLD),
    Finder(
        "long_inactive", "L5", "Customers lapsed a year ago or more, once a year.", _long_inactive,
        LongInactive, (*_TOLD, "years"),
    ),
    Finder("lapsed_push", "L25", "Lapsed customers, for push.", _lapsed_push, variables=_TOLD),
    Finder(
        "cancelled_subscription", "L25", "Customers who gave up a subscription.",
        _cancelled_subscription, variables=_TOLD,
    ),
)  # fmt: skip
