"""Current tables of what happens around orders: refunds, invoices, messages, tickets, spend, notes."""

from __future__ import annotations

from transforms.canonical.contract import (
    RATE,
    Column,
    Table,
    date_column,
    flag_column,
    integer_column,
    money_column,
    text_column,
)
from transforms.canonical.feeds import SOURCE
from transforms.canonical.records import (
    ANNOTATION_FACTS,
    INVOICE_FACTS,
    MESSAGE_FACTS,
    RETURN_FACTS,
    REVIEW_FACTS,
    SPEND_FACTS,
    SUBSCRIPTION_FACTS,
    TICKET_FACTS,
)
from transforms.canonical.redemptions import REDEMPTION_FACTS

WHO = text_column("customer_id", "Suki's surrogate for the person; null where nobody is named.")
CONVERSION = (
    text_column("currency", "ISO 4217 code of the amounts.", required=True),
    Column(
        "exchange_rate",
        RATE,
        "Units of the reporting currency for one unit; null where none was published within 7 days.",
    ),
)


def _local(name: str, what: str) -> Column:
    return date_column(name, f"Day {what}, in the store's time zone.", required=True)


ACTIVITY: tuple[Table, ...] = (
    Table(
        "returns",
        "One row per refund or return line dated by its own source, on or before as_of.",
        ("source", "return_id"),
        (
            SOURCE,
            text_column("return_id", "Stable id of the refund within its source.", required=True),
            _local("return_date", "the money was paid back"),
            *RETURN_FACTS,
            *CONVERSION,
        ),
    ),
    Table(
        "refund_observations",
        "One row per rise of an order's cumulative refund between two exports of the order.",
        ("source", "order_id", "observation_number"),
        (
            SOURCE,
            text_column("order_id", "Order refunded.", required=True),
            integer_column("observation_number", "Number of the rise, from 1.", required=True),
            date_column(
                "observed_after",
                "Day of the last version without it; null where the first version had it already.",
            ),
            _local("observed_on", "of the first version that shows it"),
            money_column("refund_amount", "Rise of the refund, order's currency.", required=True),
        ),
    ),
    Table(
        "invoices",
        "One row per invoice issued on or before as_of.",
        ("source", "invoice_id"),
        (
            SOURCE,
            text_column("invoice_id", "Stable id of the invoice.", required=True),
            WHO,
            *INVOICE_FACTS,
            *CONVERSION,
        ),
    ),
    Table(
        "subscriptions",
        "One row per subscription begun on or before as_of.",
        ("source", "subscription_id"),
        (
            SOURCE,
            text_column("subscription_id", "Stable id of the subscription.", required=True),
            WHO,
            _local("start_date", "it began"),
            date_column("cancel_date", "Day it was cancelled; null while it runs."),
            *SUBSCRIPTION_FACTS,
        ),
    ),
    Table(
        "reviews",
        "One row per public review published on or before as_of.",
        ("source", "review_id"),
        (
            SOURCE,
            text_column("review_id", "Stable id of the review.", required=True),
            WHO,
            _local("review_date", "it was published"),
            *REVIEW_FACTS,
        ),
    ),
    Table(
        "messages",
        "One row per message and event on or before as_of; the first of its kind per message.",
        ("source", "message_id", "event"),
        (
            SOURCE,
            text_column("message_id", "Stable id of the message.", required=True),
            WHO,
            _local("event_date", "it happened"),
            *MESSAGE_FACTS,
        ),
    ),
    Table(
        "tickets",
        "One row per support ticket created on or before as_of; what came later is not known yet.",
        ("source", "ticket_id"),
        (
            SOURCE,
            text_column("ticket_id", "Stable id of the ticket.", required=True),
            WHO,
            _local("created_date", "the customer wrote or called"),
            date_column("first_response_date", "Day of the first public reply."),
            date_column("resolved_date", "Day it was solved; null while it is open."),
            *TICKET_FACTS,
        ),
    ),
    Table(
        "marketing_spend",
        "One row per day, channel, campaign and purpose on or before as_of.",
        ("source", "spend_date", "marketing_channel", "campaign", "purpose"),
        (SOURCE, *SPEND_FACTS, *CONVERSION),
    ),
    Table(
        "annotations",
        "One row per dated note that begins on or before as_of.",
        ("source", "starts_on", "kind", "title"),
        (SOURCE, *ANNOTATION_FACTS),
    ),
    Table(
        "redemptions",
        "One row per spending of points, correction by hand or reward given on or before as_of.",
        ("source", "redemption_id"),
        (
            SOURCE,
            text_column("redemption_id", "Stable id within its source.", required=True),
            WHO,
            _local("redeemed_date", "it happened"),
            *REDEMPTION_FACTS,
        ),
    ),
)

#: What run_context says beside the clocks: settings that SQL reads.
RUN_SETTINGS: tuple[Column, ...] = (
    integer_column("week_start", "First day of the week, 1 Monday to 7 Sunday.", required=True),
    integer_column(
        "cohort_maturity_periods",
        "Complete periods that must follow before an unbounded cell is mature.",
        required=True,
    ),
    integer_column("conversion_window_days", "Days in which a reply counts.", required=True),
    integer_column(
        "engagement_window_days",
        "Days in which an order counts as action on engagement.",
        required=True,
    ),
    integer_column(
        "repeated_request_people", "People who make a theme a repeated request.", required=True
    ),
    Column(
        "gross_margin_share",
        RATE,
        "Share of net sales left after the cost of goods, where products name no cost; null: unknown.",
    ),
    flag_column(
        "history_is_complete",
        "True where the first order known is the shop's first order ever.",
        required=True,
    ),
)
