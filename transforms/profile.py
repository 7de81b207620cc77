"""`customer_profile`: one row per identified customer with a valid order, and all a rule may ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from transforms.canonical.outreach import CUSTOMER_PROFILE
from transforms.profile_orders import DIGITS, order_columns, taste_columns
from transforms.profile_value import is_core, value_columns, value_limits
from transforms.profile_voice import voice_columns

#: What `customer_profile` reads of each family.
PROFILE_FACTS = ("fct_orders", "fct_order_lines", "fct_occasions", "fct_refunds")
PROFILE_CURRENT = ("customers", "responses", "tickets", "invoices", "subscriptions")
PROFILE_SCORES = ("customer_segments", "customer_states", "customer_predictions", "regularity")
#: What may be done with a person; unknown is no.
REACH_FLAGS = (
    "has_phone", "has_postal_address", "has_push_token",
    "email_consent", "sms_consent", "push_consent", "phone_consent", "post_consent",
)  # fmt: skip
#: Own rhythm is told from this many occasions on (DEFINITIONS 3.8).
RHYTHM_FROM = 3
COUNTS = ("ticket_count", "overdue_invoice_count", "active_subscription_count", "category_count")
FLAGS = ("has_open_complaint", "has_open_return")


def customer_profile(
    facts: Mapping[str, pl.DataFrame],
    current: Mapping[str, pl.DataFrame],
    scores: Mapping[str, pl.DataFrame],
    as_of: date,
    window_days: int,
    reach: pl.DataFrame | None = None,
    loyalty: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The table rules are written over, amounts in reporting currency.

    Args:
        facts: the dbt facts named in PROFILE_FACTS.
        current: the CURRENT tables named in PROFILE_CURRENT.
        scores: the SCORES tables named in PROFILE_SCORES.
        as_of: the business date.
        window_days: the window of RFM, `[segments]` of suki.toml.
        reach: customer_id and any of REACH_FLAGS; a person or a flag that is not in it is a no.
        loyalty: customer_id, tier, points_balance of Suki's own programme; without it the tier is
            what the customer feed says and the balance unknown.

    Returns:
        CUSTOMER_PROFILE, ordered by customer_id.
    """
    parts = [
        _standing(scores),
        taste_columns(facts["fct_order_lines"]),
        *voice_columns(current, facts["fct_refunds"], as_of),
        _person(current["customers"]),
    ]
    if reach is not None:
        parts.append(reach.select("customer_id", *(n for n in REACH_FLAGS if n in reach.columns)))
    if loyalty is not None:
        parts.append(loyalty.select("customer_id", "points_balance", own_tier="tier"))
    rows = order_columns(facts, as_of, window_days)
    for part in parts:
        rows = rows.join(part, on="customer_id", how="left", validate="1:1")
    full = _finished(rows, scores["regularity"])
    limits = value_limits(full)
    valued = full.with_columns(value_columns(limits)).with_columns(is_core=is_core(limits))
    names = [name for name in CUSTOMER_PROFILE.schema.names() if name in valued.columns]
    return CUSTOMER_PROFILE.conform(valued.select(names)).sort("customer_id")


def _standing(scores: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What the scores say of each customer."""
    segments = scores["customer_segments"].rename(
        {
            "segment": "rfm_segment",
            "occasion_count": "window_occasion_count",
            "net_sales_amount": "window_net_sales_amount",
        }
    )
    states = scores["customer_states"].select(
        "customer_id", "median_gap_days", "overdue_ratio", state_since="since_date"
    )
    predictions = scores["customer_predictions"].select(
        "customer_id", "p_alive", "expected_orders_365", "predicted_clv_amount"
    )
    return segments.join(states, on="customer_id", how="left").join(
        predictions, on="customer_id", how="left"
    )


def _person(customers: pl.DataFrame) -> pl.DataFrame:
    return customers.select(
        "customer_id", "country", "language", "is_staff", "has_email", stated_tier="loyalty_tier"
    )


def _finished(rows: pl.DataFrame, regularity: pl.DataFrame) -> pl.DataFrame:
    """Nobody's tickets are none, nobody's word is no; what rests on several columns."""
    of_shop = regularity.filter((pl.col("level") == "all") & pl.col("is_regular"))
    has_rhythm = pl.col("occasion_count") >= RHYTHM_FROM
    flags = [*FLAGS, *REACH_FLAGS, "is_staff", "has_email"]
    absent = {name: pl.lit(None, pl.Boolean) for name in REACH_FLAGS if name not in rows.columns}
    tiers = [name for name in ("own_tier", "stated_tier") if name in rows.columns]
    return (
        rows.with_columns(**absent)
        .with_columns(
            *(pl.col(name).fill_null(0) for name in COUNTS),
            *(pl.col(name).fill_null(False) for name in flags),
            loyalty_tier=pl.coalesce(tiers),
            median_gap_days=pl.when(has_rhythm).then("median_gap_days"),
            is_rhythm_regular=has_rhythm & pl.lit(of_shop.height > 0),
        )
        .with_columns(
            tickets_per_order=(pl.col("ticket_count") / pl.col("order_count")).round_sig_figs(
                DIGITS
            )
        )
    )
