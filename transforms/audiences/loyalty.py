"""Reasons of the loyalty programme (Y1 to Y5); nobody has one where it is off."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from pydantic import Field

from transforms.audiences.shop import Finder, NoParameters, Shop, Window, finished
from transforms.audiences.voices import customers, money_words, number
from transforms.canonical.loyalty import LOYALTY
from transforms.yaml_files import Strict


class NearTier(Strict):
    """Parameters of `near_tier`: the part of the next tier's net sales that may be missing."""

    share: float = Field(0.15, gt=0, lt=1)


class ExpiringPoints(Strict):
    """Parameters of `expiring_points`: days before they are gone, and points worth a message."""

    days_ahead: int = Field(30, ge=1, le=366)
    minimum_points: int = Field(1, ge=1)


def _near_tier(shop: Shop, window: Window, rules: NearTier) -> pl.DataFrame:
    """Y2: the last purchase has brought the next tier within reach."""
    missing, wanted = pl.col("next_missing_amount"), pl.col("next_tier_amount")
    rows = _of_members(shop, "loyalty_tiers").filter(
        missing > 0, missing.cast(pl.Float64) <= wanted.cast(pl.Float64) * rules.share
    )
    rows = rows.with_columns(event_date="last_sale_date").filter(window.holds())
    # Once a year in every stay below that tier; a further purchase is no reason of its own.
    stay = pl.col("since").cast(pl.String).fill_null("none")
    found = rows.with_columns(
        reason_key=pl.concat_str(
            "next_tier", stay, pl.col("event_date").dt.year(), separator=":"
        ),
        rank_value=-number("next_missing_amount"),
        why=pl.format(
            "{} missing to {}, which takes {} in the months that count; {} reached.",
            money_words("next_missing_amount", shop), "next_tier",
            money_words("next_tier_amount", shop), money_words("rolling_amount", shop),
        ),
        tier="next_tier",
        amount="next_missing_amount",
        last_order_date="last_sale_date",
    )  # fmt: skip
    return finished(found)


def _tier_reached(shop: Shop, window: Window, _: NoParameters) -> pl.DataFrame:
    """Y2: they rose into a tier and hold it still; whoever fell into one is not congratulated."""
    rows = _of_members(shop, "loyalty_tiers").filter(pl.col("is_promotion").fill_null(False))
    rows = rows.with_columns(event_date="since").filter(window.holds())
    found = rows.with_columns(
        reason_key=pl.concat_str("tier", "since", separator=":"),
        rank_value=number("rolling_amount"),
        why=pl.format(
            "{} since {}, with {} in the months that count.",
            "tier", "since", money_words("rolling_amount", shop),
        ),
        last_order_date="last_sale_date",
    )  # fmt: skip
    return finished(found)


def _expiring_points(shop: Shop, window: Window, rules: ExpiringPoints) -> pl.DataFrame:
    """Y1: points they still have will be gone soon; one reason per day on which some are."""
    soon = pl.col("expires_on") - timedelta(days=rules.days_ahead)
    rows = (
        _of_members(shop, "loyalty_expiries")
        .filter(pl.col("points") >= rules.minimum_points, pl.col("expires_on") > shop.as_of)
        # Points that last for less than that are told of from their first day on.
        .with_columns(event_date=pl.max_horizontal(soon, "given_on"), due_date="expires_on")
        .filter(window.holds())
    )
    found = rows.with_columns(
        reason_key=pl.concat_str(pl.lit("expires"), "expires_on", separator=":"),
        rank_value=number("points"),
        why=pl.format("{} of their points are gone on {}.", "points", "expires_on"),
    )
    return finished(found)


def _reward(kind: str, shop: Shop, window: Window) -> pl.DataFrame:
    """A reward that is earned and not given yet."""
    rows = _of_members(shop, "loyalty_rewards").filter(pl.col("kind") == kind, ~pl.col("is_given"))
    rows = rows.with_columns(event_date="earned_on").filter(window.holds())
    found = rows.with_columns(
        reason_key=pl.concat_str("programme", "reward_number", separator=":"),
        rank_value=number("reward_number"),
        why=pl.format(
            "Reward {} of {} was earned on {} and not given yet: {}.",
            "reward_number", "programme", "earned_on", "reward",
        ),
        product_name="reward",
    )  # fmt: skip
    return finished(found)


def _punch_reward(shop: Shop, window: Window, _: NoParameters) -> pl.DataFrame:
    """Y5: their card is full."""
    return _reward("punch_card", shop, window)


def _spend_reward(shop: Shop, window: Window, _: NoParameters) -> pl.DataFrame:
    """Y4: they have spent what a spend programme asks for."""
    return _reward("spend_programme", shop, window)


def _cash_back(shop: Shop, window: Window, _: NoParameters) -> pl.DataFrame:
    """Y4: a month's cash back is to be paid."""
    rows = _of_members(shop, "loyalty_cash_back").filter("is_payable")
    rows = rows.with_columns(event_date="payable_on").filter(window.holds())
    found = rows.with_columns(
        reason_key=pl.concat_str(pl.lit("month"), "month_start", separator=":"),
        rank_value=number("cash_back_amount"),
        why=pl.format(
            "{} back on {} spent in the month of {}.", money_words("cash_back_amount", shop),
            money_words("net_sales_amount", shop), "month_start",
        ),
        amount="cash_back_amount",
    )  # fmt: skip
    return finished(found)


def _club_invitation(shop: Shop, window: Window, _: NoParameters) -> pl.DataFrame:
    """Y3: their history earns an invitation to the club."""
    rows = _of_members(shop, "loyalty_club").filter(pl.col("basis") == "invitation")
    rows = rows.with_columns(event_date="since").filter(window.holds())
    known = customers(shop, "lifetime_net_sales_amount", "occasion_count", "last_order_date")
    found = rows.join(known, on="customer_id").with_columns(
        reason_key=pl.lit("club_invitation"),
        rank_value=number("lifetime_net_sales_amount"),
        why=pl.format(
            "Their history suffices for the club since {}: {} spent on {} occasions.",
            "since", money_words("lifetime_net_sales_amount", shop), "occasion_count",
        ),
    )  # fmt: skip
    return finished(found)


def _of_members(shop: Shop, name: str) -> pl.DataFrame:
    """A table of the programme, of people a finder may find."""
    rows = shop.loyalty.get(name, LOYALTY[name].empty())
    return rows.join(customers(shop), on="customer_id", how="semi")


FINDERS: tuple[Finder, ...] = (
    Finder(
        "near_tier", "Y2", "Little is missing to the next tier.", _near_tier, NearTier,
        ("amount", "tier"),
    ),
    Finder(
        "tier_reached", "Y2", "They have risen into a tier.", _tier_reached, variables=("tier",)
    ),
    Finder(
        "expiring_points", "Y1", "Points they have will be gone soon.", _expiring_points,
        ExpiringPoints, ("points", "due_date"),
    ),
    Finder(
        "punch_reward", "Y5", "Their punch card is full, and the reward not given yet.",
        _punch_reward, variables=("product_name",),
    ),
    Finder(
        "spend_reward", "Y4", "They have earned the reward of a spend programme.", _spend_reward,
        variables=("product_name",),
    ),
    Finder(
        "cash_back", "Y4", "The cash back of a month is to be paid.", _cash_back,
        variables=("amount",),
    ),
    Finder(
        "club_invitation", "Y3", "Their history earns an invitation to the club.", _club_invitation
    ),
)  # fmt: skip
