"""Current state of what happens around orders: one function for all feeds that share a shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from transforms.canonical import CURRENT
from transforms.current_people import with_customer
from transforms.exchange import with_rates
from transforms.known_files import CanonicalStore, newest


@dataclass(frozen=True)
class Activity:
    """How a feed becomes its current table.

    Attributes:
        key: what tells one thing from another over all files.
        stamp: moment or date that says when it happened; later than as_of is not known yet.
        day: column of the local day made from a stamp that is a moment.
        later: local days made of moments that may lie after as_of -> the moment's column.
        later_dates: dates that may lie after as_of and are then not known yet.
        states: columns that tell the state at the export; unknown where a moment lies after as_of.
        has_people: whether rows name a person.
        has_money: whether amounts are converted.
    """

    key: tuple[str, ...]
    stamp: str
    day: str
    later: dict[str, str] = field(default_factory=dict)
    later_dates: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    has_people: bool = False
    has_money: bool = False


ACTIVITIES: dict[str, Activity] = {
    "returns": Activity(("source", "return_id"), "returned_at", "return_date", has_money=True),
    "invoices": Activity(
        ("source", "invoice_id"), "issued_date", "issued_date", later_dates=("paid_date",),
        states=("invoice_status",),
        has_people=True, has_money=True,
    ),
    "subscriptions": Activity(
        ("source", "subscription_id"), "started_at", "start_date", {"cancel_date": "cancelled_at"}, has_people=True
    ),
    "reviews": Activity(("source", "review_id"), "reviewed_at", "review_date", has_people=True),
    "messages": Activity(
        ("source", "message_id", "event"), "event_at", "event_date", has_people=True
    ),
    "tickets": Activity(
        ("source", "ticket_id"), "created_at", "created_date",
        {"first_response_date": "first_response_at", "resolved_date": "resolved_at"},
        states=("ticket_status",), has_people=True,
    ),
    "marketing_spend": Activity(
        ("source", "spend_date", "marketing_channel", "campaign", "purpose"), "spend_date", "spend_date", has_money=True
    ),
    "annotations": Activity(("source", "starts_on", "kind", "title"), "starts_on", "starts_on"),
    "redemptions": Activity(("source", "redemption_id"), "redeemed_at", "redeemed_date", has_people=True),
}  # fmt: skip


def activity_tables(
    store: CanonicalStore, people: pl.DataFrame, as_of: date, zone: str, currency: str
) -> dict[str, pl.DataFrame]:
    """The current table of every feed of ACTIVITIES.

    Args:
        people: identifier, customer_id: the surrogate of every identifier known.
        zone: IANA zone of the store, which decides the day of a moment.
        currency: reporting currency.
    """
    return {
        feed: _table(feed, one, store, people, as_of, zone, currency)
        for feed, one in ACTIVITIES.items()
    }


def _table(
    feed: str,
    activity: Activity,
    store: CanonicalStore,
    people: pl.DataFrame,
    as_of: date,
    zone: str,
    currency: str,
) -> pl.DataFrame:
    table = CURRENT[feed]
    rows = newest(_versions(store, feed), activity.key).collect()
    if activity.day != activity.stamp:
        rows = rows.with_columns(local_day(activity.stamp, zone).alias(activity.day))
    rows = rows.filter(pl.col(activity.day) <= as_of)
    rows = _as_known(rows, activity, as_of, zone)
    if activity.has_people:
        rows = with_customer(rows, people)
    if activity.has_money:
        rows = with_rates(rows, store, currency, activity.day)
    names = [name for name in table.schema.names() if name in rows.columns]
    return table.conform(rows.select(names)).sort(table.key)


def _versions(store: CanonicalStore, feed: str) -> pl.LazyFrame:
    rows = store.table(feed)
    if feed != "messages":
        return rows
    # Opened twice is opened once, at the first time.
    first = pl.col("event_at") == pl.col("event_at").min().over("source", "message_id", "event")
    return rows.filter(first)


def _as_known(rows: pl.DataFrame, activity: Activity, as_of: date, zone: str) -> pl.DataFrame:
    """What lies after as_of has not happened yet."""
    for day, moment in activity.later.items():
        rows = rows.with_columns(local_day(moment, zone).alias(day))
        happened = pl.col(day) <= as_of
        rows = rows.with_columns(
            *(
                pl.when(pl.col(day) > as_of).then(None).otherwise(pl.col(name)).alias(name)
                for name in activity.states
            ),
            *(pl.when(happened).then(pl.col(name)).alias(name) for name in (moment, day)),
        )
    for date_column in activity.later_dates:
        rows = rows.with_columns(
            pl.when(pl.col(date_column) > as_of).then(None).otherwise(pl.col(name)).alias(name)
            for name in (*activity.states, date_column)
        )
    return rows


def local_day(moment: str, zone: str) -> pl.Expr:
    """The store's calendar day of a moment."""
    return pl.col(moment).dt.convert_time_zone(zone).dt.date()


def refund_observations(
    store: CanonicalStore, orders: pl.DataFrame, zone: str, as_of: date
) -> pl.DataFrame:
    """Rises of an order's cumulative refund from one version of it to the next.

    Exports state how much was refunded so far, not when. Two exports bracket it: it happened
    after the day of the last version without it. A first version that has it already tells
    nothing about the day, so its `observed_after` is null. A fall is a correction of the
    rise before it, and so a negative row.

    Args:
        orders: source, order_id of the current orders.
    """
    table = CURRENT["refund_observations"]
    versions = (
        store.table("orders")
        .join(orders.lazy().select("source", "order_id"), on=["source", "order_id"], how="semi")
        .sort("source", "order_id", "version_at", "sequence", "row_number")
        .select("source", "order_id", "refunded_amount", day=local_day("version_at", zone))
    )
    of_order = ["source", "order_id"]
    before = pl.col("refunded_amount").shift(1).over(of_order).fill_null(0)
    rises = versions.with_columns(
        refund_amount=pl.col("refunded_amount") - before,
        observed_after=pl.col("day").shift(1).over(of_order),
    ).filter(pl.col("refund_amount") != 0)
    numbered = rises.with_columns(
        observation_number=pl.int_range(pl.len()).over(of_order).cast(pl.Int64) + 1,
        observed_on=pl.min_horizontal("day", pl.lit(as_of)),
    ).collect()
    return table.conform(numbered.select(table.schema.names())).sort(table.key)
