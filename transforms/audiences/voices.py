"""Who has said what to the shop: complaints, answers to surveys; and figures in words for `why`."""

from __future__ import annotations

import polars as pl

from transforms.audiences.shop import Shop

_SOLVED = ["solved", "closed"]


def customers(shop: Shop, *columns: str) -> pl.DataFrame:
    """Everybody a finder may find: customer_id and columns of the profile; never staff."""
    return shop.profile.filter(~pl.col("is_staff")).select("customer_id", *columns)


def complaints(shop: Shop) -> pl.DataFrame:
    """One row per complaint of a known person: the ticket, its reason_key, and is_open.

    A ticket that the source calls solved without saying when is not open, nor is its day of
    solution known.
    """
    is_solved = pl.col("ticket_status").is_in(_SOLVED).fill_null(False)
    return (
        shop.current["tickets"]
        .filter(pl.col("is_negative").fill_null(False), pl.col("customer_id").is_not_null())
        .with_columns(
            reason_key=reason("source", "ticket_id"),
            is_open=pl.col("resolved_date").is_null() & ~is_solved,
            subject=pl.col("query_type").str.strip_chars().str.to_lowercase().fill_null("unknown"),
        )
    )


def answers(shop: Shop) -> pl.DataFrame:
    """One row per dated survey response of a known customer, not of staff, with its reason_key."""
    return (
        shop.current["responses"]
        .filter(
            pl.col("respondent") == "customer",
            pl.col("customer_id").is_not_null(),
            pl.col("response_date") <= shop.as_of,
        )
        .with_columns(reason_key=reason("source", "response_id"))
    )


def reason(*columns: str) -> pl.Expr:
    """A reason_key that names one thing of one source, such as a ticket."""
    return pl.concat_str(columns, separator=":")


def first_of_each(rows: pl.DataFrame, by: str, *, descending: bool = False) -> pl.DataFrame:
    """One row per customer: the one whose `by` is smallest (or largest); ties by reason_key."""
    ordered = rows.sort(
        "customer_id", by, "reason_key", descending=[False, descending, False], nulls_last=True
    )
    return ordered.unique("customer_id", keep="first", maintain_order=True)


def number(column: str) -> pl.Expr:
    """Larger is first: a figure as rank_value."""
    return pl.col(column).cast(pl.Float64)


def money_words(column: str, shop: Shop) -> pl.Expr:
    """An amount to two decimals with the reporting currency, such as `1234.50 PHP`."""
    context = shop.current["run_context"]
    currency = str(context["reporting_currency"][0]) if context.height else ""
    amount = pl.col(column).cast(pl.Decimal(18, 2)).cast(pl.String)
    return pl.concat_str(amount, pl.lit(f" {currency}".rstrip()))


def share_words(column: str) -> pl.Expr:
    """A share as per cent with one decimal, such as `12.5 %`; `unknown` where it is null."""
    percent = (pl.col(column) * 100).round(1).cast(pl.String)
    return pl.concat_str(percent, pl.lit(" %")).fill_null("unknown")


def counted_words(count: str, thing: str) -> pl.Expr:
    """`1 order` or `2 orders`."""
    many = pl.format("{} " + thing + "s", count)
    return pl.when(pl.col(count) == 1).then(pl.lit(f"1 {thing}")).otherwise(many)
