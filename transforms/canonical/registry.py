"""All canonical tables by name, and which of them each feed fills."""

from __future__ import annotations

from transforms.canonical.contract import FEEDS, Table
from transforms.canonical.feeds import (
    ANSWERS,
    CONSENTS,
    CONTACTS,
    CUSTOMERS,
    ORDER_LINES,
    ORDERS,
    RESPONSES,
)
from transforms.canonical.records import (
    ANNOTATIONS,
    DELIVERIES,
    EXCHANGE_RATES,
    INVOICES,
    MARKETING_SPEND,
    MESSAGES,
    PRODUCTS,
    RETURNS,
    REVIEWS,
    SUBSCRIPTIONS,
    TICKETS,
)
from transforms.canonical.redemptions import REDEMPTIONS
from transforms.canonical.statements import CONSENT_STATEMENTS

CANONICAL: dict[str, Table] = {
    table.name: table
    for table in (
        ORDERS, ORDER_LINES, CONTACTS, CONSENTS, CUSTOMERS, RESPONSES, ANSWERS, PRODUCTS, DELIVERIES, EXCHANGE_RATES,
        RETURNS, INVOICES, SUBSCRIPTIONS, REVIEWS, MESSAGES, TICKETS, MARKETING_SPEND, ANNOTATIONS,
        CONSENT_STATEMENTS, REDEMPTIONS,
    )
}  # fmt: skip

#: The table whose rows are what a feed accepts or refuses as a whole.
UNIT_TABLE: dict[str, str] = {feed: feed for feed in FEEDS} | {
    "surveys": "responses", "consents": "consent_statements",
}  # fmt: skip

_PEOPLE: dict[str, tuple[str, ...]] = {
    "orders": ("order_lines", "contacts", "consents"),
    "surveys": ("answers", "contacts"),
    "customers": ("contacts", "consents"),
} | dict.fromkeys(
    ("invoices", "subscriptions", "reviews", "messages", "tickets", "redemptions"), ("contacts",)
)
FEED_TABLES: dict[str, tuple[str, ...]] = {
    feed: (unit, *_PEOPLE.get(feed, ())) for feed, unit in UNIT_TABLE.items()
}
