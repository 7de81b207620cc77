"""Canonical tables of everything whose rows stand alone: catalogue, money, dialogue, notes."""

from __future__ import annotations

from transforms.canonical.contract import (
    ANNOTATION_KINDS,
    INVOICE_STATUSES,
    MESSAGE_EVENTS,
    MONEY,
    RATE,
    SPEND_PURPOSES,
    TICKET_STATUSES,
    Column,
    Table,
    date_column,
    flag_column,
    integer_column,
    moment_column,
    money_column,
    text_column,
)
from transforms.canonical.feeds import LINEAGE, PERSON_KEYS, SOURCE, VERSION

CURRENCY = text_column("currency", "ISO 4217 code of the amounts.", pattern=r"^[A-Z]{3}$")
REQUIRED_CURRENCY = text_column(
    "currency", "ISO 4217 code of the amounts.", required=True, pattern=r"^[A-Z]{3}$"
)

PRODUCTS = Table(
    "products",
    "One row per product in each ingested product file.",
    ("source", "sku", "file_id"),
    (
        SOURCE,
        text_column("sku", "Product code, as it stands on order lines.", required=True),
        text_column("product_name", "Product name.", required=True),
        text_column("category", "Product category."),
        money_column("unit_price", "List price."),
        money_column("unit_cost", "Cost of one unit."),
        CURRENCY,
        date_column("first_listed_date", "First day on sale."),
        flag_column("is_active", "False for a discontinued product.", latest_state=True),
        *VERSION,
        *LINEAGE,
    ),
    feed="products",
)

DELIVERIES = Table(
    "deliveries",
    "One row per delivery in each ingested delivery file.",
    ("source", "order_id", "file_id"),
    (
        SOURCE,
        text_column("order_id", "Order delivered, as the orders feed names it.", required=True),
        moment_column("shipped_at", "When it left."),
        moment_column("delivered_at", "When it arrived."),
        *VERSION,
        *LINEAGE,
    ),
    feed="deliveries",
)

EXCHANGE_RATES = Table(
    "exchange_rates",
    "One row per currency and day in each ingested rate file.",
    ("rate_date", "from_currency", "to_currency", "file_id"),
    (
        SOURCE,
        date_column("rate_date", "Day the rate was published for.", required=True),
        text_column(
            "from_currency", "Currency converted from.", required=True, pattern=r"^[A-Z]{3}$"
        ),
        text_column("to_currency", "Currency converted to.", required=True, pattern=r"^[A-Z]{3}$"),
        Column(
            "rate",
            RATE,
            "Units of to_currency for one unit of from_currency.",
            required=True,
            above=0,
        ),
        *VERSION,
        *LINEAGE,
    ),
    feed="exchange_rates",
)

RETURN_FACTS = (
    text_column("order_id", "Order the money was paid back for; null where not linked."),
    moment_column("returned_at", "When the money was paid back.", required=True),
    text_column("sku", "Product code taken back."),
    Column("quantity", MONEY, "Units taken back, as a positive number.", minimum=0),
    money_column(
        "refund_amount", "Money paid back, as a positive amount.", required=True, minimum=0
    ),
    text_column("reason", "Why, in the source's own word."),
)
RETURNS = Table(
    "returns",
    "One row per refund or return line in each ingested return file.",
    ("source", "return_id", "file_id"),
    (
        SOURCE,
        text_column("return_id", "Stable id of the refund within its source.", required=True),
        *RETURN_FACTS,
        REQUIRED_CURRENCY,
        *VERSION,
        *LINEAGE,
    ),
    feed="returns",
)

INVOICE_FACTS = (
    text_column("order_id", "Order invoiced; null where not linked."),
    date_column("issued_date", "Day the invoice was issued.", required=True),
    date_column("due_date", "Last day to pay without being late."),
    date_column("paid_date", "Day it was paid in full; null while unpaid."),
    text_column(
        "invoice_status",
        "State of the invoice as the export knew it.",
        allowed=INVOICE_STATUSES,
        latest_state=True,
    ),
    money_column("invoice_amount", "Amount asked for.", required=True),
)
INVOICES = Table(
    "invoices",
    "One row per invoice in each ingested invoice file.",
    ("source", "invoice_id", "file_id"),
    (
        SOURCE,
        text_column("invoice_id", "Stable id of the invoice within its source.", required=True),
        *INVOICE_FACTS,
        REQUIRED_CURRENCY,
        *PERSON_KEYS,
        *VERSION,
        *LINEAGE,
    ),
    feed="invoices",
)

SUBSCRIPTION_FACTS = (
    text_column("sku", "Product subscribed to."),
    moment_column("started_at", "When it began.", required=True),
    moment_column("cancelled_at", "When it was cancelled; null while it runs."),
)
SUBSCRIPTIONS = Table(
    "subscriptions",
    "One row per subscription in each ingested subscription file.",
    ("source", "subscription_id", "file_id"),
    (
        SOURCE,
        text_column("subscription_id", "Stable id within its source.", required=True),
        *SUBSCRIPTION_FACTS,
        *PERSON_KEYS,
        *VERSION,
        *LINEAGE,
    ),
    feed="subscriptions",
)

REVIEW_FACTS = (
    text_column("platform", "Where it was published.", required=True),
    moment_column("reviewed_at", "When it was published.", required=True),
    integer_column("rating", "Stars, 1 to 5.", required=True, minimum=1, maximum=5),
    flag_column("is_solicited", "True where the shop had asked for it; organic otherwise."),
    text_column("order_id", "Order reviewed, where it says so."),
    text_column("sku", "Product reviewed, where it says so."),
)
REVIEWS = Table(
    "reviews",
    "One row per public review in each ingested review file.",
    ("source", "review_id", "file_id"),
    (
        SOURCE,
        text_column("review_id", "Stable id of the review within its source.", required=True),
        *REVIEW_FACTS,
        *PERSON_KEYS,
        *VERSION,
        *LINEAGE,
    ),
    feed="reviews",
)

MESSAGE_FACTS = (
    text_column("campaign", "Campaign, flow or survey the message belonged to.", required=True),
    text_column("channel", "email, sms, push, phone, post or the source's own word."),
    text_column(
        "event",
        "What happened to the message; held_out marks a person kept back on purpose.",
        required=True,
        allowed=MESSAGE_EVENTS,
    ),
    moment_column("event_at", "When it happened.", required=True),
)
MESSAGES = Table(
    "messages",
    "One row per message event in each ingested message file.",
    ("source", "message_id", "event", "event_at", "file_id"),
    (
        SOURCE,
        text_column("message_id", "Stable id of the message within its source.", required=True),
        *MESSAGE_FACTS,
        *PERSON_KEYS,
        *VERSION,
        *LINEAGE,
    ),
    feed="messages",
)

TICKET_FACTS = (
    moment_column("created_at", "When the customer first wrote or called.", required=True),
    moment_column("first_response_at", "First public reply of a person; null while there is none."),
    moment_column("resolved_at", "When it was solved; null while it is open."),
    text_column(
        "ticket_status", "State as the export knew it.", allowed=TICKET_STATUSES, latest_state=True
    ),
    text_column("query_type", "Kind of query or reason of the contact."),
    text_column("channel", "email, phone, chat or the source's own word."),
    text_column("order_id", "Order it is about, where it says so."),
    text_column("sku", "Product it is about, where it says so."),
    flag_column("is_negative", "True for a complaint, false for praise or a neutral question."),
    integer_column("satisfaction_score", "CSAT of the ticket.", minimum=1, maximum=5),
)
TICKETS = Table(
    "tickets",
    "One row per support ticket in each ingested ticket file.",
    ("source", "ticket_id", "file_id"),
    (
        SOURCE,
        text_column("ticket_id", "Stable id of the ticket within its source.", required=True),
        *TICKET_FACTS,
        *PERSON_KEYS,
        *VERSION,
        *LINEAGE,
    ),
    feed="tickets",
)

SPEND_FACTS = (
    date_column("spend_date", "Day the money was spent.", required=True),
    text_column("marketing_channel", "Channel it was spent on, as orders name it.", required=True),
    text_column("campaign", "Campaign it was spent on."),
    text_column(
        "purpose", "Winning customers or keeping them.", required=True, allowed=SPEND_PURPOSES
    ),
    money_column("spend_amount", "Money spent.", required=True, minimum=0),
)
MARKETING_SPEND = Table(
    "marketing_spend",
    "One row per day, channel, campaign and purpose in each ingested spend file.",
    ("source", "spend_date", "marketing_channel", "campaign", "purpose", "file_id"),
    (SOURCE, *SPEND_FACTS, REQUIRED_CURRENCY, *VERSION, *LINEAGE),
    feed="marketing_spend",
)

ANNOTATION_FACTS = (
    date_column("starts_on", "First day it may have moved a figure.", required=True),
    date_column("ends_on", "Last such day; the first where it was one day."),
    text_column("kind", "What kind of event.", required=True, allowed=ANNOTATION_KINDS),
    text_column("title", "What happened, in a few words.", required=True),
)
ANNOTATIONS = Table(
    "annotations",
    "One row per dated note in each ingested note file.",
    ("source", "starts_on", "kind", "title", "file_id"),
    (SOURCE, *ANNOTATION_FACTS, *VERSION, *LINEAGE),
    feed="annotations",
)
