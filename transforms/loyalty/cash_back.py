"""Cash back (Y4): a share of each month's net sales, once its returns are in."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.canonical.loyalty import CASH_BACK
from transforms.loyalty.programme import CashBack
from transforms.loyalty.sales import ORDER, Sales


def cash_back(sales: Sales, policy: CashBack, as_of: date) -> pl.DataFrame:
    """What each month's orders bring back. CASH_BACK.

    Refunds count up to the day it is paid; what comes back later is not asked back. So a month
    that has been paid does not change.
    """
    payable_on = (
        pl.col("order_date")
        .dt.month_end()
        .dt.offset_by(f"{1 + policy.payable_after_days}d")
        .alias("payable_on")
    )
    paid_back = (
        sales.refunds.with_columns(payable_on)
        .filter(pl.col("refund_date") <= pl.col("payable_on"))
        .group_by(ORDER)
        .agg(pl.col("refund_amount").sum())
    )
    months = (
        sales.orders.filter(pl.col("order_date") >= pl.col("member_since"))
        .join(paid_back, on=ORDER, how="left")
        .with_columns(payable_on, month_start=pl.col("order_date").dt.month_start())
        .group_by("customer_id", "month_start", "payable_on")
        .agg(net_sales_amount=(pl.col("goods_amount") - pl.col("refund_amount").fill_null(0)).sum())
    )
    # In hundredths of money with four decimals times four of the share: exact, then cut off.
    share = int(policy.share * 10_000)
    cents = (pl.col("net_sales_amount") * 10_000).cast(pl.Int128) * share // 1_000_000
    rows = months.with_columns(
        cash_back_amount=cents.cast(pl.Decimal(18, 0)).cast(pl.Decimal(18, 4)) / 100,
        is_payable=pl.col("payable_on") <= as_of,
    ).filter(pl.col("cash_back_amount") > 0)
    return CASH_BACK.conform(rows).sort(CASH_BACK.key)
