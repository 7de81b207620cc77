"""Members of a segment as an audience: on entering it, once, or every calendar period."""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.audiences.shop import Shop, Window, finished
from transforms.campaigns import Campaign

#: Occasion -> format of the period and how its first day is told.
_PERIODS = {"monthly": "1mo", "quarterly": "1q", "yearly": "1y"}


def segment_candidates(
    shop: Shop, window: Window, campaign: Campaign, members: pl.DataFrame, title: str
) -> pl.DataFrame:
    """Everybody in the segment who has the campaign's occasion inside the window.

    Args:
        members: the segment's members (SEGMENT_MEMBERS). On `entered` only those who changed
            themselves: a first night or an edited rule is nobody's occasion.
        title: the segment's title, told as the reason.

    Returns:
        CANDIDATES; reason_key is the day of entry, of the start, or of the period's first day.
    """
    if campaign.occasion == "entered":
        members = members.filter(pl.col("entry_cause") == "customer")
    people = members.join(
        shop.profile.filter(~pl.col("is_staff")).select(
            "customer_id", "last_order_date", "lifetime_net_sales_amount"
        ),
        on="customer_id",
        how="inner",
    )
    rows = (
        people.with_columns(event_date=_event_dates(campaign, window))
        .explode("event_date", empty_as_null=True)
        .filter(window.holds())
    )
    why = pl.concat_str(
        pl.lit(f"{title}, a member since "), pl.col("since").dt.to_string("%Y-%m-%d")
    )
    return finished(
        rows.with_columns(
            reason_key=pl.concat_str(
                pl.lit(f"{campaign.segment}:{campaign.occasion}:"),
                pl.col("event_date").dt.to_string("%Y-%m-%d"),
            ),
            rank_value=pl.col("lifetime_net_sales_amount").cast(pl.Float64),
            why=why,
        )
    )


def _event_dates(campaign: Campaign, window: Window) -> pl.Expr:
    """The days on which the occasion falls; a period's first day, not before the campaign began."""
    if campaign.occasion == "entered":
        return pl.concat_list("since")
    if campaign.occasion == "once":
        return pl.lit([campaign.starts_on], dtype=pl.List(pl.Date))
    begun = campaign.starts_on or date.min
    firsts = [day for day in _firsts(campaign.occasion, window) if day >= begun]
    return pl.lit(firsts, dtype=pl.List(pl.Date))


def _firsts(occasion: str, window: Window) -> list[date]:
    every = _PERIODS[occasion]
    start = pl.Series([window.first]).dt.truncate(every).item()
    days: list[date] = pl.date_range(start, window.last, every, eager=True).to_list()
    return [day for day in days if window.first <= day <= window.last]
