"""The ledger of points (Y1): what happened, in order, and what it did to each balance.

What is booked on one day is booked in one order: what expires that day, points earned, points
given or taken by hand, points spent, refunds. So whoever buys and pays with points on one day
is never refused for the order of two clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from transforms.canonical.loyalty import ENTRIES, ENTRY_KINDS, ENTRY_REASONS, EXPIRIES
from transforms.loyalty.account import NEVER, Account
from transforms.loyalty.programme import Points
from transforms.loyalty.sales import ORDER, Sales

EARNED, BY_HAND, SPENT, REFUNDED = range(4)
EPOCH = date(1970, 1, 1)
BOOKED = ("event", "kind", "day", "points", "asked_points", "balance_after", "debt_after", "gone_on", "reason")  # fmt: skip
#: Amounts are kept with four decimals.
UNITS = 10_000


@dataclass(frozen=True)
class Ledger:
    """The entries of all customers and what they leave on as_of.

    Attributes:
        entries: ENTRIES.
        balances: customer_id, points_balance, debt_points.
        expiries: EXPIRIES.
    """

    entries: pl.DataFrame
    balances: pl.DataFrame
    expiries: pl.DataFrame


def points_of(amount: pl.Expr, points: Points) -> pl.Expr:
    """Whole points that an amount of money earns, in exact arithmetic."""
    rate = points.rate
    units = (amount * UNITS).cast(pl.Int128) * rate.numerator
    whole = rate.denominator * UNITS
    if points.rounding == "nearest":
        units, whole = 2 * units + whole, 2 * whole
    return (units // whole).cast(pl.Int64)


def book(sales: Sales, redemptions: pl.DataFrame, points: Points, as_of: date) -> Ledger:
    """Every entry up to `as_of`, computed from the beginning.

    As of a later day the same files give the same entries and further ones behind them.

    Args:
        redemptions: current redemptions up to as_of; rows that name nobody are left out.
    """
    happened = events(sales, redemptions, points)
    booked, standing, left = _run(happened, points.expire_after_days, (as_of - EPOCH).days)
    return Ledger(_entries(happened, booked), standing, left)


def events(sales: Sales, redemptions: pl.DataFrame, points: Points) -> pl.DataFrame:
    """What moves points, in the order in which it is booked.

    Returns:
        customer_id, day (number of days), rank, asked_points, order (number of the order, or -1),
        refused (index of a reason, or -1), and what an entry tells of its origin.
    """
    counted = pl.col("order_date") >= pl.col("member_since")
    earned = (
        sales.orders.filter(counted)
        .with_columns(asked_points=points_of(pl.col("goods_amount"), points))
        .filter(pl.col("asked_points") > 0)
        .with_row_index("order")
        .with_columns(rank=pl.lit(EARNED), day=pl.col("order_date"))
    )
    taken = _taken_back(sales.refunds.filter(counted), points).join(
        earned.select(*ORDER, "order"), on=ORDER
    )
    by_hand = _redemptions(redemptions, sales.members)
    what = pl.col("rank"), pl.col("order").cast(pl.Int64), pl.col("asked_points")
    rows = pl.concat(
        [
            frame.select("customer_id", "day", *what, "source", "order_id") for frame in (earned, taken)
        ] + [by_hand],
        how="diagonal",
    )  # fmt: skip
    return rows.with_columns(
        pl.col("day").to_physical().cast(pl.Int64),
        pl.col("refused").fill_null(-1),
    ).sort(
        "customer_id", "day", "rank", "moment", "source", "order_id", "redemption_id",
        nulls_last=True,
    )  # fmt: skip


def _taken_back(refunds: pl.DataFrame, points: Points) -> pl.DataFrame:
    """Points fewer (or more again) that the goods kept have earned after each refund.

    What stays is what the goods kept would have earned, so that nothing stays of an order that
    is paid back as a whole.
    """
    so_far = pl.col("refund_amount").cum_sum().over(ORDER, order_by="refund_date")
    kept = points_of(pl.col("goods_amount") - so_far, points)
    before = pl.col("kept").shift(1).over(ORDER, order_by="refund_date")
    return (
        refunds.with_columns(kept=kept, first=points_of(pl.col("goods_amount"), points))
        .with_columns(asked_points=pl.col("kept") - before.fill_null(pl.col("first")))
        .filter(pl.col("asked_points") != 0)
        .with_columns(rank=pl.lit(REFUNDED), day=pl.col("refund_date"))
    )


def _redemptions(redemptions: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    spent = pl.col("kind") == "redeem"
    early = pl.col("redeemed_date") < pl.col("member_since")
    reason = (
        pl.when(pl.col("member_since").is_null()).then(pl.lit(ENTRY_REASONS.index("not_a_member")))
        .when(early).then(pl.lit(ENTRY_REASONS.index("before_start")))
    )  # fmt: skip
    return (
        redemptions.filter(
            pl.col("customer_id").is_not_null() & pl.col("kind").is_in(["redeem", "adjust"])
        )
        .join(members, on="customer_id", how="left")
        .select(
            "customer_id", "source", "redemption_id", "reward",
            day="redeemed_date",
            moment="redeemed_at",
            rank=pl.when(spent).then(pl.lit(SPENT)).otherwise(pl.lit(BY_HAND)),
            order=pl.lit(-1, dtype=pl.Int64),
            asked_points=pl.when(spent).then(-pl.col("points")).otherwise(pl.col("points")),
            refused=reason,
        )
    )  # fmt: skip


def _run(
    happened: pl.DataFrame, valid_days: int | None, last_day: int
) -> tuple[np.ndarray, pl.DataFrame, pl.DataFrame]:
    """Every account from its first event to the last day."""
    written: list[int] = []
    standing: list[tuple[str, int, int]] = []
    left: list[tuple[str, int, int]] = []
    account = Account(valid_days, written)
    owner: str | None = None

    def close() -> None:
        if owner is not None:
            account.expire(last_day)
            standing.append((owner, account.balance, account.debt))
            left.extend((owner, day, points) for day, points in account.outstanding())

    names = ("customer_id", "day", "rank", "order", "asked_points", "refused")
    columns = [happened[name].to_list() for name in names]
    for event, (customer, day, rank, order, asked, refused) in enumerate(
        zip(*columns, strict=True)
    ):
        if customer != owner:
            close()
            owner, account = customer, Account(valid_days, written)
        account.expire(day)
        if refused >= 0:
            account.refuse(event, day, asked, refused)
        elif rank == EARNED:
            account.earn(event, day, order, asked)
        elif rank == SPENT:
            account.redeem(event, day, -asked)
        elif rank == BY_HAND:
            account.adjust(event, day, asked)
        elif asked < 0:
            account.refund(event, day, order, -asked)
        else:
            account.restore(event, day, order, asked)
    close()
    booked = np.array(written, dtype=np.int64).reshape(-1, len(BOOKED))
    return booked, _standing(standing), _expiries(left, valid_days or 0)


def _standing(rows: list[tuple[str, int, int]]) -> pl.DataFrame:
    names = ("customer_id", "points_balance", "debt_points")
    types = (pl.String, pl.Int64, pl.Int64)
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def _expiries(rows: list[tuple[str, int, int]], valid_days: int) -> pl.DataFrame:
    schema = {"customer_id": pl.String, "expires_on": pl.Int64, "points": pl.Int64}
    lots = pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("expires_on") < NEVER)
    by_day = lots.group_by("customer_id", "expires_on").agg(pl.col("points").sum())
    dated = by_day.with_columns(
        _date("expires_on"),
        given_on=(pl.col("expires_on") - valid_days).cast(pl.Int32).cast(pl.Date),
    )
    return EXPIRIES.conform(dated).sort(EXPIRIES.key)


def _entries(happened: pl.DataFrame, booked: np.ndarray) -> pl.DataFrame:
    rows = pl.DataFrame({name: booked[:, place] for place, name in enumerate(BOOKED)})
    origin = happened.select(
        "customer_id", "source", "order_id", "redemption_id", "reward"
    ).with_row_index("event")
    gone_on = pl.when(pl.col("gone_on") < NEVER).then(_date("gone_on"))
    told = rows.join(
        origin, left_on="event", right_on=pl.col("event").cast(pl.Int64), how="left", maintain_order="left"
    )  # fmt: skip
    entries = told.select(
        "customer_id",
        pl.int_range(1, pl.len() + 1).over("customer_id").cast(pl.Int64).alias("sequence"),
        _date("day").alias("entry_date"),
        _word("kind", ENTRY_KINDS),
        "points", "asked_points", "balance_after", "debt_after",
        gone_on.alias("expires_on"),
        _word("reason", ENTRY_REASONS),
        "source", "order_id", "redemption_id", "reward",
    )  # fmt: skip
    return ENTRIES.conform(entries).sort(ENTRIES.key)


def _date(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int32).cast(pl.Date)


def _word(column: str, words: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).replace_strict(
        list(range(len(words))), list(words), default=None, return_dtype=pl.String
    )
