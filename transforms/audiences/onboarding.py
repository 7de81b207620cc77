"""The first steps of new customers (L31): which are done, and which comes next."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.audiences.due_days import store_zone
from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import answers, customers, number
from transforms.yaml_files import Strict

#: Step -> how it is told, in the order in which customers take them.
STEPS: dict[str, str] = {
    "account": "account made",
    "first_order": "first order placed",
    "delivered": "order delivered",
    "checked_in": "asked how the goods do",
    "survey": "survey answered",
    "second_order": "second order placed",
}
_REACHED = ("sent", "delivered", "opened", "clicked", "replied")


class Onboarding(Strict):
    """Parameters of `onboarding`: campaigns that ask how the goods do, as messages name them."""

    check_in_campaigns: tuple[str, ...] = ("check_in", "order_check_in")


def onboarding_steps(
    shop: Shop, since: date, check_in_campaigns: tuple[str, ...] = ("check_in", "order_check_in")
) -> pl.DataFrame:
    """The checklist of everybody who first bought on or after a day.

    A step that no feed of the shop can tell of (no deliveries known at all, say) is unknown for
    everybody, rather than missing.

    Returns:
        One row per customer and step: customer_id, first_order_date, position from 1, step,
        is_done (null: not known), done_on (null: not done, or no day known).
    """
    people = customers(shop, "first_order_date", "occasion_count").filter(
        pl.col("first_order_date") >= since
    )
    done = {
        "account": _accounts(shop),
        "first_order": people.select("customer_id", done_on="first_order_date"),
        "delivered": _delivered(shop),
        "checked_in": _checked_in(shop, check_in_campaigns),
        "survey": answers(shop)
        .filter("is_completed")
        .group_by("customer_id")
        .agg(done_on=pl.col("response_date").min()),
        "second_order": _second_orders(shop),
    }
    # Everybody's first order is known; that nobody has a second one yet is known as well.
    told = {name for name, rows in done.items() if rows.height} | {"second_order"}
    tables = [
        people.join(done[step].with_columns(is_done=pl.lit(True)), on="customer_id", how="left").select(
            "customer_id", "first_order_date",
            position=pl.lit(position, pl.Int64),
            step=pl.lit(step),
            is_done=pl.col("is_done").fill_null(False) if step in told else pl.lit(None, pl.Boolean),
            done_on="done_on",
        )
        for position, step in enumerate(STEPS, start=1)
    ]  # fmt: skip
    return pl.concat(tables).sort("customer_id", "position")


def _onboarding(shop: Shop, window: Window, rules: Onboarding) -> pl.DataFrame:
    """One row per new customer: the first step that is known to be missing."""
    steps = onboarding_steps(shop, window.first, rules.check_in_campaigns).with_columns(
        words=pl.col("step").replace_strict(STEPS, return_dtype=pl.String)
    )
    table = steps.group_by("customer_id").agg(
        event_date=pl.col("first_order_date").first(),
        reason_key=pl.col("step").filter(pl.col("is_done").eq(False)).first(),
        theme=pl.col("words").filter(pl.col("is_done").eq(False)).first(),
        done=pl.col("words").filter(pl.col("is_done")).str.join(", "),
        unknown=pl.col("words").filter(pl.col("is_done").is_null()).str.join(", "),
    )
    content = customers(shop, "last_order_date", "lifetime_net_sales_amount")
    due = table.filter(pl.col("reason_key").is_not_null(), window.holds())
    rows = due.join(content, on="customer_id")
    found = rows.with_columns(
        rank_value=number("lifetime_net_sales_amount"),
        days=(pl.lit(shop.as_of) - pl.col("event_date")).dt.total_days(),
    ).with_columns(
        why=pl.format(
            "First bought {} days ago. Done: {}. Next: {}.{}", "days", "done", "theme",
            pl.when(pl.col("unknown") == "").then(pl.lit(""))
            .otherwise(pl.format(" Not known: {}.", "unknown")),
        )
    )  # fmt: skip
    return finished(found)


def _accounts(shop: Shop) -> pl.DataFrame:
    """Customers with a number of their own in the shop's system; since when is not known."""
    return (
        shop.current["contacts"]
        .filter(pl.col("source_customer_id").is_not_null())
        .select("customer_id", done_on=pl.lit(None, pl.Date))
    )


def _delivered(shop: Shop) -> pl.DataFrame:
    """First day on which an order of theirs arrived."""
    day = pl.col("delivered_at").dt.convert_time_zone(store_zone(shop)).dt.date()
    orders = shop.facts["fct_orders"].filter("is_valid_order").select(
        "source", "order_id", "customer_id"
    )  # fmt: skip
    arrived = shop.current["deliveries"].join(orders, on=["source", "order_id"])
    return (
        arrived.with_columns(done_on=day)
        .filter(pl.col("done_on") <= shop.as_of)
        .group_by("customer_id")
        .agg(pl.col("done_on").min())
    )


def _checked_in(shop: Shop, campaigns: tuple[str, ...]) -> pl.DataFrame:
    """First day on which they were asked how the goods do."""
    names = [name.strip().lower() for name in campaigns]
    return (
        shop.current["messages"]
        .filter(
            pl.col("campaign").str.strip_chars().str.to_lowercase().is_in(names),
            pl.col("event").is_in(_REACHED),
            pl.col("event_date") <= shop.as_of,
            pl.col("customer_id").is_not_null(),
        )
        .group_by("customer_id")
        .agg(done_on=pl.col("event_date").min())
    )


def _second_orders(shop: Shop) -> pl.DataFrame:
    """Day of the second purchase occasion."""
    second = shop.facts["fct_occasions"].filter(pl.col("occasion_number") == 2)
    return second.select("customer_id", done_on="occasion_date")


FINDERS: tuple[Finder, ...] = (
    Finder(
        "onboarding", "L31", "New customers with a first step still to take.", _onboarding,
        Onboarding, ("theme", "days", "last_order_date"),
    ),
)  # fmt: skip
