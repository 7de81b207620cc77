"""Rewards for coming and spending: punch cards (Y5) and spend programmes (Y4)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter

import polars as pl

from transforms.canonical.loyalty import PUNCH_CARDS, REWARDS
from transforms.loyalty.programme import Programme, PunchCard, SpendProgramme

REWARD = ("customer_id", "reward_number", "earned_on")


def rewards(
    programme: Programme,
    facts: Mapping[str, pl.DataFrame],
    members: pl.DataFrame,
    given: pl.DataFrame,
    as_of: date,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The punch cards and every reward earned.

    An order that is cancelled or paid back as a whole is no purchase any more: its stamp and its
    spend are gone, and with them a reward that has not been given.

    Args:
        facts: fct_occasions, fct_order_lines.
        given: programme (in lower case), customer_id, given_count.

    Returns:
        PUNCH_CARDS and REWARDS.
    """
    days = _days(facts["fct_occasions"], members, as_of)
    cards, earned = [PUNCH_CARDS.empty()], [REWARDS.empty()]
    for card in programme.punch_cards:
        stamps = _stamps(card, days, facts["fct_order_lines"])
        full = stamps.filter(pl.col("number") % card.stamps == 0).select(
            "customer_id",
            reward_number=pl.col("number") // card.stamps,
            earned_on="occasion_date",
        )
        named = _named(full, card, "punch_card", given)
        earned.append(named)
        cards.append(_cards(card, stamps, named))
    for spend in programme.spend_programmes:
        earned.append(_named(_spent(spend, days), spend, "spend_programme", given))
    return pl.concat(cards).sort(PUNCH_CARDS.key), pl.concat(earned).sort(REWARDS.key)


def _days(occasions: pl.DataFrame, members: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """customer_id, occasion_date, net_sales_amount of members from their first day on."""
    counted = pl.col("occasion_date").is_between("member_since", pl.lit(as_of))
    return (
        occasions.join(members, on="customer_id")
        .filter(counted)
        .select("customer_id", "occasion_date", "net_sales_amount")
        .sort("customer_id", "occasion_date")
    )


def _stamps(card: PunchCard, days: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """One row per stamp, numbered from 1."""
    if card.category is not None:
        asked = pl.col("category").str.to_lowercase() == card.category.lower()
        bought = lines.filter(pl.col("is_purchase") & asked).select(
            "customer_id", occasion_date="order_date"
        )
        days = days.join(
            bought, on=["customer_id", "occasion_date"], how="semi", maintain_order="left"
        )
    return days.with_columns(number=pl.int_range(1, pl.len() + 1).over("customer_id"))


def _cards(card: PunchCard, stamps: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    counted = stamps.group_by("customer_id").agg(
        purchase_count=pl.len().cast(pl.Int64), last_stamp_date=pl.col("occasion_date").max()
    )
    still_open = named.group_by("customer_id").agg(open_reward_count=(~pl.col("is_given")).sum())
    rows = counted.join(still_open, on="customer_id", how="left").with_columns(
        pl.col("open_reward_count").fill_null(0),
        card=pl.lit(card.name),
        stamp_count=pl.col("purchase_count") % card.stamps,
        stamps_needed=pl.lit(card.stamps),
        reward_count=pl.col("purchase_count") // card.stamps,
    )
    return PUNCH_CARDS.conform(rows)


def _spent(spend: SpendProgramme, days: pl.DataFrame) -> pl.DataFrame:
    """Days on which the spend of the days before sufficed; what it was earned with is used up."""
    held = days.filter(
        (pl.col("occasion_date") >= (spend.starts_on or date.min))
        & (pl.col("occasion_date") <= (spend.ends_on or date.max))
        & (pl.col("net_sales_amount") > 0)
    )
    columns = (
        held["customer_id"].to_list(),
        held["occasion_date"].to_physical().to_list(),
        (held["net_sales_amount"] * 10_000).cast(pl.Int64).to_list(),
    )
    found = [
        (customer, number, day)
        for customer, rows in groupby(zip(*columns, strict=True), key=itemgetter(0))
        for number, day in enumerate(_reached(spend, rows), start=1)
    ]
    types = (pl.String, pl.Int64, pl.Int32)
    rows = pl.DataFrame(found, schema=dict(zip(REWARD, types, strict=True)), orient="row")
    return rows.with_columns(pl.col("earned_on").cast(pl.Date))


def _reached(spend: SpendProgramme, rows: Iterable[tuple[str, int, int]]) -> Iterator[int]:
    """Days on which the spend within the last days reaches the goal, each spend used once."""
    goal, total = int(spend.net_sales * 10_000), 0
    window: deque[tuple[int, int]] = deque()
    for _, day, amount in rows:
        window.append((day, amount))
        total += amount
        while window[0][0] <= day - spend.within_days:
            total -= window.popleft()[1]
        if total >= goal:
            yield day
            window.clear()
            total = 0


def _named(
    earned: pl.DataFrame, one: PunchCard | SpendProgramme, kind: str, given: pl.DataFrame
) -> pl.DataFrame:
    own = given.filter(pl.col("programme") == one.name.lower()).select("customer_id", "given_count")
    handed_out = pl.col("reward_number") <= pl.col("given_count").fill_null(0)
    rows = earned.join(own, on="customer_id", how="left").select(
        *REWARD,
        programme=pl.lit(one.name),
        kind=pl.lit(kind),
        reward=pl.lit(one.reward),
        is_given=handed_out,
    )
    return REWARDS.conform(rows)
