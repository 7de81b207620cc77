"""Current tables: one row per thing as known to one run; the sources of dbt."""

from __future__ import annotations

from transforms.canonical.contract import (
    CUSTOMER_ID,
    RATE,
    Column,
    Table,
    date_column,
    flag_column,
    integer_column,
    moment_column,
    money_column,
    text_column,
)
from transforms.canonical.current_activity import ACTIVITY, RUN_SETTINGS
from transforms.canonical.current_identity import IDENTITY
from transforms.canonical.current_registry import REGISTRY
from transforms.canonical.feeds import LINE_FACTS, ORDER_FACTS, SOURCE, VERSION
from transforms.canonical.outreach import CONTACT_LOG

CURRENT: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "run_context",
            "One row: what this run was asked.",
            ("as_of",),
            (
                date_column(
                    "as_of",
                    "Last business date of the run, in the store's time zone.",
                    required=True,
                ),
                text_column(
                    "store_timezone",
                    "IANA zone that decides which day an order falls on.",
                    required=True,
                ),
                text_column(
                    "reporting_currency",
                    "ISO 4217 code of every amount in the marts.",
                    required=True,
                ),
                integer_column(
                    "headline_active_days",
                    "A of the headline retention rate, in days.",
                    required=True,
                ),
                flag_column(
                    "zero_value_orders_are_valid",
                    "True where an order of zero value counts as a purchase.",
                    required=True,
                ),
                flag_column(
                    "fully_refunded_orders_are_valid",
                    "True where a fully refunded order counts as a purchase.",
                    required=True,
                ),
                integer_column(
                    "survey_window_days",
                    "Days in which one person has one survey answer.",
                    required=True,
                ),
                *RUN_SETTINGS,
            ),
        ),
        Table(
            "orders",
            "One row per order as known to the run, placed on or before as_of.",
            ("source", "order_id"),
            (
                SOURCE,
                text_column("order_id", "Stable id of the order within its source.", required=True),
                CUSTOMER_ID,
                flag_column(
                    "is_identified", "False for a guest without e-mail, phone or id.", required=True
                ),
                text_column(
                    "unmerged_customer_id",
                    "Keyed hash of the order's own first identifier: who placed it if nobody were merged; null for a guest.",
                ),
                date_column(
                    "order_date", "Day of the order in the store's time zone.", required=True
                ),
                *ORDER_FACTS,
                Column(
                    "exchange_rate",
                    RATE,
                    "Units of the reporting currency for one unit of the order's; null where none was published within 7 days.",
                ),
                date_column("exchange_rate_date", "Day the rate was published for."),
                flag_column(
                    "is_stale",
                    "True where a newer version of the order was quarantined.",
                    required=True,
                ),
                *VERSION,
            ),
        ),
        Table(
            "order_lines",
            "One row per line of a current order.",
            ("source", "order_id", "line_number"),
            (
                SOURCE,
                text_column("order_id", "Order the line belongs to.", required=True),
                *LINE_FACTS,
            ),
        ),
        Table(
            "customers",
            "One row per person with an order, a customer record or a survey response.",
            ("customer_id",),
            (
                CUSTOMER_ID,
                flag_column(
                    "is_identified", "False for a guest without e-mail, phone or id.", required=True
                ),
                text_column("country", "Country, latest stated."),
                text_column("loyalty_tier", "Tier in the loyalty programme, latest stated."),
                date_column("loyalty_since", "Day the customer joined the loyalty programme."),
                flag_column("is_staff", "True for one of the shop's own people.", required=True),
                text_column("language", "Preferred language, latest stated."),
                flag_column("has_email", "True where an e-mail address is known.", required=True),
                flag_column(
                    "email_marketing_consent",
                    "True where the latest statement about marketing e-mail is yes.",
                    required=True,
                ),
            ),
        ),
        Table(
            "responses",
            "One row per survey response as known to the run.",
            ("source", "response_id"),
            (
                SOURCE,
                text_column("survey_id", "Which survey was answered.", required=True),
                text_column(
                    "response_id", "Stable id of the response within its source.", required=True
                ),
                text_column("customer_id", "Who answered; null where unknown."),
                date_column("response_date", "Day of the response in the store's time zone."),
                moment_column("submitted_at", "When it was sent in."),
                flag_column("is_completed", "True where the respondent finished.", required=True),
                integer_column("score", "Answer to the recommendation question, 0 to 10."),
                integer_column(
                    "satisfaction_score", "Answer to the satisfaction question, 1 to 5."
                ),
                integer_column("effort_score", "Answer to the effort question, 1 to 7."),
                text_column("journey_stage", "Part of the journey the survey asked about."),
                text_column("respondent", "customer or staff.", required=True),
                text_column("order_id", "Order the survey asked about, where it says so."),
                text_column("language", "Language it was answered in."),
            ),
        ),
        Table(
            "products",
            "One row per product as known to the run.",
            ("sku",),
            (
                text_column("sku", "Product code.", required=True),
                text_column("product_name", "Product name.", required=True),
                text_column("category", "Product category."),
                money_column("unit_cost", "Cost of one unit, in cost_currency."),
                text_column("cost_currency", "ISO 4217 code of the cost."),
                date_column("first_listed_date", "First day on sale."),
                flag_column("is_active", "False for a discontinued product."),
            ),
        ),
        Table(
            "deliveries",
            "One row per delivered order as known to the run.",
            ("source", "order_id"),
            (
                SOURCE,
                text_column("order_id", "Order delivered.", required=True),
                moment_column("shipped_at", "When it left."),
                moment_column("delivered_at", "When it arrived."),
            ),
        ),
        Table(
            "feed_counts",
            "One row per feed: accepted units = current + superseded.",
            ("feed",),
            (
                text_column("feed", "Name of the feed.", required=True),
                integer_column(
                    "accepted_units",
                    "Orders, responses or records accepted over all files.",
                    required=True,
                ),
                integer_column("current_units", "Of these, the version in force.", required=True),
                integer_column(
                    "superseded_units", "Of these, replaced by a newer version.", required=True
                ),
                integer_column(
                    "after_as_of_units",
                    "Of the current ones, dated after as_of and left out.",
                    required=True,
                ),
                integer_column(
                    "stale_units",
                    "Current units whose newer version was quarantined.",
                    required=True,
                ),
                date_column("newest_date", "Newest business date in the feed."),
            ),
        ),
        *ACTIVITY,
        *REGISTRY,
        *IDENTITY,
        CONTACT_LOG,
    )
}
