"""The whole programme of a run in one call: from facts and redemptions to the LOYALTY tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import polars as pl

from transforms.canonical.loyalty import ENTRY_KINDS, LOYALTY, STANDING, TOTALS
from transforms.loyalty.cash_back import cash_back
from transforms.loyalty.club import club
from transforms.loyalty.points import book
from transforms.loyalty.programme import Programme
from transforms.loyalty.punch import rewards
from transforms.loyalty.sales import sales_of
from transforms.loyalty.tiers import tiers

FACTS = ("fct_orders", "fct_refunds", "fct_order_lines", "fct_occasions")
CURRENT_TABLES = ("customers", "refund_observations", "redemptions")


def loyalty(
    programme: Programme,
    facts: Mapping[str, pl.DataFrame],
    current: Mapping[str, pl.DataFrame],
    as_of: date,
) -> dict[str, pl.DataFrame]:
    """Every table of LOYALTY; all are empty where the programme is off or has not begun.

    `loyalty_standing` is what the customer profile joins on: tier and points_balance.

    Args:
        facts: the frames named in FACTS.
        current: the frames named in CURRENT_TABLES.
    """
    tables = {name: table.empty() for name, table in LOYALTY.items()}
    if not programme.enabled or as_of < programme.first_day:
        return tables
    sales = sales_of(programme, facts, current, as_of)
    redemptions = current["redemptions"].filter(pl.col("redeemed_date") <= as_of)
    members = sales.members.with_columns(
        points_balance=pl.lit(None, dtype=pl.Int64), debt_points=pl.lit(None, dtype=pl.Int64)
    )
    if programme.points is not None:
        ledger = book(sales, redemptions, programme.points, as_of)
        tables["loyalty_entries"] = ledger.entries
        tables["loyalty_expiries"] = ledger.expiries
        # Whoever has no entry has no points; whoever only was refused is no member.
        counts = pl.col("points_balance", "debt_points").fill_null(0)
        members = sales.members.join(ledger.balances, on="customer_id", how="left")
        members = members.with_columns(counts)
    if programme.tiers is not None:
        tables["loyalty_tiers"] = tiers(sales, programme.tiers, as_of)
    if programme.club is not None:
        tables["loyalty_club"] = club(programme.club, facts, sales.members, as_of)
    if programme.cash_back is not None:
        tables["loyalty_cash_back"] = cash_back(sales, programme.cash_back, as_of)
    tables["loyalty_punch_cards"], tables["loyalty_rewards"] = rewards(
        programme, facts, sales.members, given_rewards(redemptions), as_of
    )
    tables["loyalty_standing"] = _standing(members, tables, programme)
    tables["loyalty_totals"] = _totals(tables["loyalty_entries"], redemptions, programme)
    return tables


def given_rewards(redemptions: pl.DataFrame) -> pl.DataFrame:
    """Rewards that the feed says were given: programme (in lower case), customer_id, given_count."""
    return (
        redemptions.filter(
            (pl.col("kind") == "reward")
            & pl.col("customer_id").is_not_null()
            & pl.col("reward").is_not_null()
        )
        .group_by(_programme_named(), "customer_id")
        .agg(given_count=pl.len().cast(pl.Int64))
        .sort("programme", "customer_id")
    )


def _programme_named() -> pl.Expr:
    return pl.col("reward").str.strip_chars().str.to_lowercase().alias("programme")


def _standing(
    members: pl.DataFrame, tables: Mapping[str, pl.DataFrame], programme: Programme
) -> pl.DataFrame:
    tiers_held = tables["loyalty_tiers"].select("customer_id", "tier", tier_perks="perks")
    in_club = tables["loyalty_club"].select("customer_id", is_club_member=pl.lit(True))
    club_perks = _words(programme.club.perks if programme.club else ())
    perks = pl.concat_str(
        _words(programme.partner_perks), "tier_perks", pl.when("is_club_member").then(club_perks),
        separator="; ", ignore_nulls=True,
    )  # fmt: skip
    rows = (
        members.join(tiers_held, on="customer_id", how="left")
        .join(in_club, on="customer_id", how="left")
        .with_columns(pl.col("is_club_member").fill_null(False))
        .with_columns(
            points_value_amount=_worth("points_balance", _value(programme)),
            perks=pl.when(perks != "").then(perks),
        )
        .drop("tier_perks")
    )
    return STANDING.conform(rows).sort(STANDING.key)


def _words(perks: tuple[str, ...]) -> pl.Expr:
    return pl.lit("; ".join(perks) or None, dtype=pl.String)


def _value(programme: Programme) -> Decimal:
    return programme.points.value if programme.points else Decimal(0)


def _totals(entries: pl.DataFrame, redemptions: pl.DataFrame, programme: Programme) -> pl.DataFrame:
    known = [name.lower() for name in programme.reward_names]
    unknown = (pl.col("kind") == "reward") & ~_programme_named().is_in(known).fill_null(False)
    nobody = pl.col("customer_id").is_null()
    left_out = redemptions.filter(nobody | unknown).select(
        "customer_id",
        kind=pl.when(nobody).then(pl.lit("nobody")).otherwise(pl.lit("unknown_reward")),
        points=pl.lit(0, dtype=pl.Int64),
    )
    counted = (
        pl.concat([entries.select("customer_id", "kind", "points"), left_out])
        .group_by("kind")
        .agg(
            entry_count=pl.len().cast(pl.Int64),
            customer_count=pl.col("customer_id").drop_nulls().n_unique().cast(pl.Int64),
            points=pl.col("points").sum(),
        )
    )
    kinds = pl.DataFrame({"kind": [*ENTRY_KINDS, "nobody", "unknown_reward"]})
    rows = (
        kinds.join(counted, on="kind", how="left")
        .with_columns(pl.col("entry_count", "customer_count", "points").fill_null(0))
        .with_columns(points_value_amount=_worth("points", _value(programme)))
    )
    return TOTALS.conform(rows).sort(TOTALS.key)


def _worth(points: str, value: Decimal) -> pl.Expr:
    """Money that points are worth, cut off after four decimals."""
    millionths = pl.col(points).cast(pl.Int128) * int(value * 1_000_000)
    return (millionths // 100).cast(pl.Decimal(18, 0)).cast(pl.Decimal(18, 4)) / 10_000
