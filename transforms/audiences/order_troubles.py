"""Orders that went wrong on the way: not arrived, not confirmed, not paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
from pydantic import Field

from transforms.audiences.due_days import store_zone
from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import (
    counted_words,
    customers,
    first_of_each,
    money_words,
    number,
    reason,
)
from transforms.canonical.contract import MONEY
from transforms.canonical.outreach import CANDIDATES
from transforms.yaml_files import Strict


class LateAfter(Strict):
    """Parameters of `late_delivery`; the default is the mart's (M34)."""

    days: int = Field(7, ge=1, le=120)


class Confirmation(Strict):
    """Parameters of `missed_confirmation`.

    Attributes:
        order_confirmation: campaign that the shop's messages feed files confirmations under.
        within_days: a confirmation of the order's day or so many days later is the order's.
        minimum_share: orders come with confirmations where at least this share has one.
    """

    order_confirmation: str = Field("order_confirmation", min_length=1)
    within_days: int = Field(1, ge=0, le=7)
    minimum_share: float = Field(0.5, gt=0, le=1)


#: How far back is looked for whether a channel's orders are confirmed at all.
_LEARNT = timedelta(days=90)


def _late_delivery(shop: Shop, window: Window, rules: LateAfter) -> pl.DataFrame:
    """M34: late as the mart `late_deliveries` has it, but only as far as the feed can know.

    A deliveries feed that stopped says nothing about parcels since: they are not late.
    """
    orders = shop.facts["fct_orders"].filter("is_valid_order").select(
        "source", "order_id", "customer_id", "order_date", "net_sales_amount"
    )  # fmt: skip
    rows = _on_the_way(shop).join(orders, on=["source", "order_id"]).with_columns(
        reason_key=reason("source", "order_id"),
        event_date=pl.col("order_date") + timedelta(days=rules.days + 1),
    ).filter(window.holds(), pl.col("event_date") <= pl.col("known_until"))  # fmt: skip
    rows = first_of_each(
        rows.with_columns(late_count=pl.len().over("customer_id")), "order_date"
    ).join(customers(shop, "value_tier", "lifetime_net_sales_amount"), on="customer_id")
    left = (
        pl.when(pl.col("shipped_at").is_not_null())
        .then(pl.format("shipped on {}", "shipped_at"))
        .otherwise(pl.lit("not shipped yet"))
    )
    found = rows.with_columns(
        days=(pl.lit(shop.as_of) - pl.col("order_date")).dt.total_days(),
        rank_value=number("lifetime_net_sales_amount"),
        amount="net_sales_amount",
    ).with_columns(
        why=pl.format(
            "{} late, the oldest ({}) placed {} days ago and {}; value tier {}.",
            counted_words("late_count", "order"), "order_id", "days", left, "value_tier",
        ),
    )  # fmt: skip
    return finished(found)


def _on_the_way(shop: Shop) -> pl.DataFrame:
    """Deliveries that had not arrived on as_of, and the day up to which their source knows.

    A source that never says when goods arrived cannot say that they did not: it has no rows.
    """
    local = pl.col("shipped_at", "delivered_at").dt.convert_time_zone(store_zone(shop)).dt.date()
    known = shop.current["deliveries"].with_columns(local).with_columns(
        # What happens after as_of has not happened yet.
        pl.when(pl.col(name) <= shop.as_of).then(name).alias(name)
        for name in ("shipped_at", "delivered_at")
    )  # fmt: skip
    return known.with_columns(
        known_until=pl.max_horizontal("shipped_at", "delivered_at").max().over("source"),
        has_arrivals=pl.col("delivered_at").is_not_null().any().over("source"),
    ).filter("has_arrivals", pl.col("delivered_at").is_null())


def _unpaid_invoice(shop: Shop, window: Window, _: Strict) -> pl.DataFrame:
    """M36: failed or past their day, as `unpaid_invoices` has them; one row per person."""
    rows = _unpaid(shop).with_columns(
        invoice_count=pl.len().over("customer_id"),
        oldest=pl.col("unpaid_since").min().over("customer_id"),
        # A sum that leaves out what cannot be converted would be too small: it is not told.
        amount=pl.when(pl.col("amount").is_not_null().all().over("customer_id"))
        .then(pl.col("amount").sum().over("customer_id")).cast(MONEY),
    )  # fmt: skip
    # The newest trouble names the reason: while an old invoice stands, the person stays listed.
    rows = first_of_each(rows.filter(window.holds()), "event_date", descending=True)
    found = rows.join(customers(shop, "value_tier"), on="customer_id").with_columns(
        rank_value=number("amount"),
        days=(pl.lit(shop.as_of) - pl.col("oldest")).dt.total_days(),
    ).with_columns(
        why=pl.format(
            "{} unpaid, {} in all, the oldest for {} days; value tier {}.",
            counted_words("invoice_count", "invoice"),
            money_words("amount", shop).fill_null("an amount without an exchange rate"),
            "days", "value_tier",
        ),
    )  # fmt: skip
    return finished(found)


def _unpaid(shop: Shop) -> pl.DataFrame:
    """One row per invoice in trouble, its amount in the reporting currency where it has a rate."""
    rows = shop.current["invoices"].filter(
        pl.col("customer_id").is_not_null(),
        pl.col("invoice_amount") > 0,
        pl.col("paid_date").is_null(),
        ~pl.col("invoice_status").is_in(["paid", "void"]).fill_null(False),
    )
    is_failed = (pl.col("invoice_status") == "failed").fill_null(False)
    is_overdue = (pl.col("due_date") < shop.as_of).fill_null(False)
    context = shop.current["run_context"]
    own = str(context["reporting_currency"][0]) if context.height else ""
    rate = pl.when(pl.col("currency") == own).then(pl.lit(1)).otherwise("exchange_rate")
    return rows.filter(is_failed | is_overdue).with_columns(
        reason_key=reason("source", "invoice_id"),
        event_date=pl.when(is_failed).then("issued_date")
        .otherwise(pl.col("due_date") + timedelta(days=1)),
        unpaid_since=pl.when(is_overdue).then("due_date").otherwise("issued_date"),
        amount=(pl.col("invoice_amount") * rate.cast(pl.Decimal(18, 8))).cast(MONEY),
    )  # fmt: skip


def _missed_confirmation(shop: Shop, window: Window, rules: Confirmation) -> pl.DataFrame:
    """F10: only where the shop confirms such orders, and only as far as its feed reaches."""
    # What Suki itself has sent to mend it is told by the contact log.
    feeds = shop.current["messages"].filter(
        pl.col("source") != "suki", pl.col("event_date") <= shop.as_of
    )
    name = rules.order_confirmation.strip().lower()
    sent = feeds.filter(
        pl.col("campaign").str.strip_chars().str.to_lowercase() == name,
        pl.col("event") != "held_out",
        pl.col("customer_id").is_not_null(),
    )
    orders = _judged_orders(shop, feeds, sent, rules.within_days)
    if orders.is_empty():
        return CANDIDATES.empty()
    share = pl.col("is_confirmed").mean().over("source", pl.col("channel").fill_null(""))
    rows = orders.with_columns(is_confirmed=_confirmed(orders, sent, rules.within_days))
    found = rows.filter(~pl.col("is_confirmed"), share >= rules.minimum_share).with_columns(
        reason_key=reason("source", "order_id"),
        event_date=pl.col("order_date") + timedelta(days=rules.within_days),
        amount="net_sales_amount",
    ).filter(window.holds()).join(customers(shop), on="customer_id").with_columns(
        why=pl.format(
            "Order {} of {} ({}) had no confirmation by {}, though such orders have one.",
            "order_id", "order_date", money_words("amount", shop).fill_null("no amount"),
            "event_date",
        ),
    )  # fmt: skip
    return finished(found)


def _judged_orders(
    shop: Shop, feeds: pl.DataFrame, sent: pl.DataFrame, within_days: int
) -> pl.DataFrame:
    """Valid orders whose confirmation the feed would hold by now, had there been one."""
    reaching = feeds.filter(pl.col("source").is_in(sent["source"].unique().sort().to_list()))
    first, last = sent["event_date"].min(), reaching["event_date"].max()
    orders = shop.facts["fct_orders"].filter("is_valid_order", "is_identified")
    if first is None or last is None:
        return orders.clear()
    return orders.filter(
        pl.col("order_date") >= pl.max_horizontal(pl.lit(first), pl.lit(shop.as_of - _LEARNT)),
        pl.col("order_date") <= pl.lit(last) - timedelta(days=within_days),
    )


def _confirmed(orders: pl.DataFrame, sent: pl.DataFrame, within_days: int) -> pl.Series:
    """True where a confirmation can be the order's; several orders of a day may share one.

    Confirmations name no order. Each is given to the newest order that it fits and that has none
    yet, which leaves as few orders without one as can be.
    """
    mails = sent.group_by("source", "message_id", "customer_id").agg(pl.col("event_date").min())
    mailed = mails.group_by("customer_id").agg(mailed=pl.col("event_date").sort())
    placed = orders.group_by("customer_id").agg(placed=pl.col("order_date").sort())
    confirmed = {
        (who, day)
        for who, days, mail_days in placed.join(mailed, on="customer_id").iter_rows()
        for day in _served(days, mail_days, within_days)
    }
    pairs = orders.select("customer_id", "order_date").iter_rows()
    return pl.Series("is_confirmed", [pair in confirmed for pair in pairs], dtype=pl.Boolean)


def _served(placed: Sequence[date], mailed: Sequence[date], within_days: int) -> list[date]:
    """Both in order of time; matched from the newest, so that the older of two has none."""
    served, left = [], list(mailed)
    for day in reversed(placed):
        while left and (left[-1] - day).days > within_days:
            left.pop()
        if left and left[-1] >= day:
            served.append(day)
            left.pop()
    return served


FINDERS: tuple[Finder, ...] = (
    Finder(
        "late_delivery", "M34",
        "Customers whose order has not arrived days after they placed it: whom to write to first.",
        _late_delivery, LateAfter, ("order_id", "days"),
    ),
    Finder(
        "unpaid_invoice", "M36",
        "Customers with invoices that failed or are past their day, most money first.",
        _unpaid_invoice, variables=("days",),
    ),
    Finder(
        "missed_confirmation", "F10",
        "Customers whose order was never confirmed, where such orders are.",
        _missed_confirmation, Confirmation, ("order_id",),
    ),
)  # fmt: skip
