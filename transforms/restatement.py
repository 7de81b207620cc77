"""What moved between two beliefs about the same business date, and because of what.

Both sides are publications of one `as_of`: one from the files known then, one from those known
now. Every order that counts differently is an event; events add up to the difference in net
sales to the last decimal, and the residual is shown to prove it.
"""

from __future__ import annotations

import polars as pl

MONEY = pl.Decimal(38, 4)
#: What an order that counts on one side only tells, by the reason it does not on the other.
KIND_OF_REASON = {
    "absent": "late_order",
    "cancelled": "cancellation",
    "voided": "cancellation",
    "fully_refunded": "refund",
    "no_exchange_rate": "exchange_rate",
}
OBSERVATION_KEY = (
    "metric",
    "period_type",
    "period_start",
    "period_end",
    "dimension",
    "dimension_value",
)
_LEDGER = (
    "customer_id",
    "order_month",
    "validity",
    "exchange_rate",
    "gross_amount",
    "discount_amount",
    "returns_amount",
    "net_sales_amount",
)


def order_events(then: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """One row per order, month and kind that changed what the order counts for.

    Args:
        then, now: the mart `order_ledger` of the two runs.

    Returns:
        month, kind, source, order_id, amount: change of net sales in reporting currency; kinds
        are late_order, withdrawn_order, cancellation, refund, edit, exchange_rate and merge,
        the last with amount 0: the order belongs to another customer now.
    """
    key = ["source", "order_id"]
    both = (
        then.select(*key, *_LEDGER)
        .join(now.select(*key, *_LEDGER), on=key, how="full", coalesce=True, suffix="_now")
        .with_columns(
            pl.col("validity").fill_null("absent"), pl.col("validity_now").fill_null("absent")
        )
    )
    moved = pl.col("order_month") != pl.col("order_month_now")
    stayed, redated = both.filter(~moved.fill_null(False)), both.filter(moved.fill_null(False))
    parts = [
        _counted_differently(stayed),
        _changed_amounts(stayed),
        *_redated(redated),
        _merged(both),
    ]
    events = pl.concat([_events(part) for part in parts])
    return events.sort("month", "kind", "source", "order_id")


def _events(part: pl.DataFrame) -> pl.DataFrame:
    kept = part.filter((pl.col("amount") != 0) | (pl.col("kind") == "merge"))
    return kept.select("month", "kind", "source", "order_id", pl.col("amount").cast(MONEY))


def _counted_differently(stayed: pl.DataFrame) -> pl.DataFrame:
    """Orders that count on one side only: late, cancelled, refunded whole, gone."""
    valid_then, valid_now = pl.col("validity") == "valid", pl.col("validity_now") == "valid"
    reason = pl.when(valid_then).then(pl.col("validity_now")).otherwise(pl.col("validity"))
    kind = (
        pl.when(valid_then & (pl.col("validity_now") == "absent"))
        .then(pl.lit("withdrawn_order"))
        .otherwise(reason.replace_strict(KIND_OF_REASON, default="edit"))
    )
    return stayed.filter(valid_then != valid_now).select(
        "source",
        "order_id",
        month=pl.coalesce("order_month_now", "order_month"),
        kind=kind,
        amount=_net("net_sales_amount_now") - _net("net_sales_amount"),
    )


def _changed_amounts(stayed: pl.DataFrame) -> pl.DataFrame:
    """Orders valid on both sides: what was refunded since, what was edited, what the rate did."""
    valid = stayed.filter((pl.col("validity") == "valid") & (pl.col("validity_now") == "valid"))
    same_rate = pl.col("exchange_rate") == pl.col("exchange_rate_now")
    whole = _net("net_sales_amount_now") - _net("net_sales_amount")
    refunded = _net("returns_amount") - _net("returns_amount_now")
    named = {
        "refund": pl.when(same_rate).then(refunded).otherwise(0),
        "edit": pl.when(same_rate).then(whole - refunded).otherwise(0),
        "exchange_rate": pl.when(same_rate).then(0).otherwise(whole),
    }
    return pl.concat(
        [
            valid.select(
                "source",
                "order_id",
                month="order_month",
                kind=pl.lit(kind),
                amount=amount.cast(MONEY),
            )
            for kind, amount in named.items()
        ]
    )


def _redated(redated: pl.DataFrame) -> list[pl.DataFrame]:
    """An order whose month was corrected leaves one month and enters another."""
    sides = (
        ("order_month", -_net("net_sales_amount")),
        ("order_month_now", _net("net_sales_amount_now")),
    )
    return [
        redated.select("source", "order_id", month=month, kind=pl.lit("edit"), amount=amount)
        for month, amount in sides
    ]


def _merged(both: pl.DataFrame) -> pl.DataFrame:
    return both.filter(pl.col("customer_id") != pl.col("customer_id_now")).select(
        "source",
        "order_id",
        month="order_month_now",
        kind=pl.lit("merge"),
        amount=pl.lit(0).cast(MONEY),
    )


def _net(column: str) -> pl.Expr:
    return pl.col(column).fill_null(0).cast(MONEY)


def revenue_restatement(
    then: pl.DataFrame, now: pl.DataFrame, events: pl.DataFrame
) -> pl.DataFrame:
    """Net sales per month on both sides, the events between, and what they leave unexplained.

    Args:
        then, now: the mart `revenue_month` of the two runs.
        events: as `order_events` gives them.

    Returns:
        month, kind, orders, amount: rows `published_then`, one per kind, `believed_now` and
        `residual`, which is 0 unless an order changed without an event.
    """
    sides = then.select(month="month_start", before="net_sales_amount").join(
        now.select(month="month_start", after="net_sales_amount"),
        on="month",
        how="full",
        coalesce=True,
    )
    counted = events.group_by("month", "kind").agg(
        orders=pl.len().cast(pl.Int64), amount=pl.col("amount").sum()
    )
    explained = counted.group_by("month").agg(explained=pl.col("amount").sum())
    months = sides.join(explained, on="month", how="left")
    ends = [
        months.select(
            "month",
            kind=pl.lit(kind),
            orders=pl.lit(None, dtype=pl.Int64),
            amount=amount.cast(MONEY),
        )
        for kind, amount in (
            ("published_then", _net("before")),
            ("believed_now", _net("after")),
            ("residual", _net("after") - _net("before") - _net("explained")),
        )
    ]
    order = ("published_then", *sorted(set(counted["kind"])), "believed_now", "residual")
    return (
        pl.concat([*ends, counted.select("month", "kind", "orders", pl.col("amount").cast(MONEY))])
        .with_columns(place=pl.col("kind").replace_strict(list(order), list(range(len(order)))))
        .sort("month", "place")
        .drop("place")
    )


def moved_metrics(then: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Every observation that differs between the two sides.

    Args:
        then, now: the mart `metric_observation` of the two runs.

    Returns:
        The key of the observation; then and now: value, numerator, denominator, reason_code;
        difference of the values, null where either is.
    """
    shown = ("metric_value", "numerator", "denominator", "reason_code")
    joined = then.select(*OBSERVATION_KEY, *shown).join(
        now.select(*OBSERVATION_KEY, *shown),
        on=OBSERVATION_KEY,
        how="full",
        coalesce=True,
        suffix="_now",
        nulls_equal=True,
    )
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in shown)
    return (
        joined.filter(differs)
        .with_columns(difference=pl.col("metric_value_now") - pl.col("metric_value"))
        .sort(OBSERVATION_KEY)
    )
