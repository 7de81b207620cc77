"""Score tables: made by polars from dbt facts, read by dbt marts."""

from __future__ import annotations

import polars as pl

from transforms.canonical.contract import (
    CUSTOMER_ID,
    Column,
    Table,
    date_column,
    integer_column,
    money_column,
    text_column,
)
from transforms.canonical.scores_clv import CLV_SCORES
from transforms.canonical.scores_lifecycle import LIFECYCLE_SCORES
from transforms.canonical.scores_support import SUPPORT_SCORES
from transforms.canonical.scores_voice import VOICE_SCORES

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
                    "Kaplan-Meier median in days; first quartile where that is not reached.",
                    required=True,
                    minimum=1,
                ),
                text_column("quantile", "median or first_quartile.", required=True),
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
                    "basis", "sku or category: where the interval comes from.", required=True
                ),
                text_column(
                    "quantile",
                    "median or first_quartile: what reorder_days stands for.",
                    required=True,
                ),
                integer_column("interval_count", "Gaps behind the interval.", required=True),
                date_column(
                    "due_date", "Day the reminder falls due; never in the past.", required=True
                ),
            ),
        ),
        *CLV_SCORES,
        *LIFECYCLE_SCORES,
        *SUPPORT_SCORES.values(),
        *VOICE_SCORES,
    )
}
