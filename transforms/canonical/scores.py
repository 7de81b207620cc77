"""Score tables: made by polars from dbt facts, read by dbt marts."""

from __future__ import annotations

import polars as pl

from transforms.canonical.contract import (
    CUSTOMER_ID,
    MONEY,
    Column,
    Table,
    date_column,
    integer_column,
    money_column,
    text_column,
)
from transforms.canonical.outreach import OUTREACH_SCORES
from transforms.canonical.scores_clv import CLV_SCORES
from transforms.canonical.scores_lifecycle import LIFECYCLE_SCORES
from transforms.canonical.scores_support import SUPPORT_SCORES
from transforms.canonical.scores_voice import VOICE_SCORES

QUANTITY_SLOPE = (
    Column(
        "quantity_slope",
        pl.Float64,
        "By how much log(gap) rises with log(quantity), at most 1; null where the data do not show it.",
    ),
    Column("quantity_slope_low", pl.Float64, "Lower end of its 95 % interval; above 0."),
    Column("reference_quantity", pl.Float64, "Median units bought at once; null without a slope."),
    Column("smallest_quantity", pl.Float64, "Least units the slope was measured on; fewer count as these."),
    Column("largest_quantity", pl.Float64, "Most units the slope was measured on; more count as these."),
)  # fmt: skip

SCORES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "customer_segments",
            "One row per identified customer with a valid order: exactly one RFM segment, and why.",
            ("customer_id",),
            (
                CUSTOMER_ID,
                text_column("segment", "Name of the RFM segment.", required=True),
                text_column(
                    "lifecycle_state", "new, active, at_risk, lapsed or reactivated.", required=True
                ),
                integer_column(
                    "recency_score",
                    "1 to 5, 5 bought most recently.",
                    required=True,
                    minimum=1,
                    maximum=5,
                ),
                integer_column(
                    "frequency_score",
                    "1 to 5, 5 buys most often.",
                    required=True,
                    minimum=1,
                    maximum=5,
                ),
                integer_column(
                    "monetary_score", "1 to 5, 5 spends most.", required=True, minimum=1, maximum=5
                ),
                integer_column(
                    "frequency_monetary_score",
                    "Mean of the two, halves rounded up.",
                    required=True,
                    minimum=1,
                    maximum=5,
                ),
                integer_column(
                    "days_since_last_order",
                    "Days from the last purchase occasion to as_of.",
                    required=True,
                    minimum=0,
                ),
                integer_column(
                    "occasion_count", "Purchase occasions inside the window.", required=True
                ),
                money_column(
                    "net_sales_amount",
                    "Net sales inside the window, reporting currency.",
                    required=True,
                ),
                integer_column(
                    "at_risk_limit_days",
                    "Silence after which the customer is at risk: the limit reached, else the one in force.",
                    required=True,
                ),
                integer_column(
                    "lapse_limit_days",
                    "Silence after which the customer is lapsed, likewise; null where none is.",
                ),
            ),
        ),
        Table(
            "score_thresholds",
            "One row per score and cut point of the run.",
            ("score_name", "cut_number"),
            (
                text_column(
                    "score_name",
                    "recency, frequency, monetary, or a lifecycle limit.",
                    required=True,
                ),
                integer_column("cut_number", "Number of the cut point, from 1.", required=True),
                Column(
                    "threshold", pl.Float64, "Value of the cut point: days, occasions or money."
                ),
                text_column("unit", "Unit of the threshold.", required=True),
            ),
        ),
        Table(
            "product_intervals",
            "One row per product or category with enough repeat purchases to know its reorder time.",
            ("level", "item"),
            (
                text_column(
                    "level", "sku or category.", required=True, allowed=("sku", "category")
                ),
                text_column("item", "Product code or category name.", required=True),
                integer_column(
                    "interval_count", "Gaps behind the estimate, open ones included.", required=True
                ),
                integer_column("event_count", "Completed gaps behind the estimate.", required=True),
                integer_column(
                    "reorder_days",
                    "Kaplan-Meier median in days (of reference_quantity, if any); first quartile where it is not reached.",
                    required=True,
                    minimum=1,
                ),
                text_column("quantile", "median or first_quartile.", required=True),
                *QUANTITY_SLOPE,
            ),
        ),
        Table(
            "reorder_due",
            "One row per customer and product due for a reorder reminder.",
            ("customer_id", "sku"),
            (
                CUSTOMER_ID,
                text_column("sku", "Product code.", required=True),
                text_column("product_name", "Product name.", required=True),
                date_column(
                    "last_order_date", "Day the customer last bought the product.", required=True
                ),
                integer_column(
                    "reorder_days", "Typical days until it is bought again.", required=True
                ),
                text_column(
                    "basis",
                    "Where the interval comes from: the person's own rhythm, the product or its category.",
                    required=True,
                    allowed=("person", "sku", "category"),
                ),
                text_column(
                    "quantile",
                    "median or first_quartile: what reorder_days stands for.",
                    required=True,
                ),
                integer_column("interval_count", "Gaps behind the interval.", required=True),
                Column("quantity", MONEY, "Units bought that day, less returned.", required=True),
                Column(
                    "quantity_factor",
                    pl.Float64,
                    "How much longer that quantity lasts than the usual one; 1 where that is not known.",
                    required=True,
                ),
                date_column(
                    "due_date", "Day the reminder falls due; never in the past.", required=True
                ),
            ),
        ),
        *CLV_SCORES,
        *LIFECYCLE_SCORES,
        *SUPPORT_SCORES.values(),
        *VOICE_SCORES,
        *OUTREACH_SCORES,
    )
}
