"""What the shop can still sell: nobody is written to about a product that is gone."""

from __future__ import annotations

from datetime import date

import polars as pl

#: A product nobody buys for this many times its usual gap between sale days looks sold out.
QUIET_GAPS = 20
#: ... but never before this many days: a short pause says nothing of a product sold daily.
QUIET_DAYS = 60


def off_sale(lines: pl.DataFrame, products: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Products not to be written about: discontinued, or to all appearance out of stock.

    No feed tells the stock, but a product that sells every other day and then to nobody for more
    than two months is not there to be bought, or its season is over. A product of one sale day only has
    no usual gap and is not judged.

    Args:
        lines: sku, order_date of the purchased lines of everybody, guests too.
        products: sku, is_active; false is discontinued, null is unknown.

    Returns:
        One row per such product: sku.
    """
    days = pl.col("order_date")
    span = (days.max() - days.min()).dt.total_days()
    silence = (pl.lit(as_of) - days.max()).dt.total_days()
    quiet = (
        lines.filter(pl.col("sku").is_not_null())
        .select("sku", "order_date")
        .unique()
        .group_by("sku")
        .agg(day_count=pl.len(), span=span, silence=silence)
        .filter(
            (pl.col("day_count") > 1)
            & (pl.col("silence") > QUIET_DAYS)
            & (pl.col("silence") * (pl.col("day_count") - 1) > QUIET_GAPS * pl.col("span"))
        )
        .select("sku")
    )
    discontinued = products.filter(pl.col("is_active").eq(False)).select("sku")
    return pl.concat([quiet, discontinued]).unique().sort("sku")
