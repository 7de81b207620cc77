"""The shop's books: refunds with their own date, invoices of cafés, money spent on marketing."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from transforms.demo.behaviour import GROWTH, SEASON, Shop
from transforms.demo.chance import choose
from transforms.demo.files import EXPORT_TIME, amount_text, csv_text, manila_text

RETURN_HEADER = ("return_id", "order_id", "returned_at", "refund_amount", "currency", "reason")
INVOICE_HEADER = (
    "invoice_id", "order_id", "issued_date", "due_date", "paid_date", "invoice_status",
    "invoice_amount", "currency", "email",
)  # fmt: skip
SPEND_HEADER = (
    "spend_date", "marketing_channel", "campaign", "purpose", "spend_amount", "currency",
)  # fmt: skip
REASONS = ("damaged", "not as expected", "wrong item", "changed my mind")
#: Channel, campaign, purpose, pesos in an average week of the first year.
SPENDING = (
    ("facebook", "prospecting", "acquisition", 2600),
    ("google", "search", "acquisition", 1900),
    ("tiktok", "creators", "acquisition", 900),
    ("email", "letters", "retention", 450),
    ("facebook", "regulars", "retention", 700),
)
TERMS_DAYS = 30


def returns_csv(rng: np.random.Generator, shop: Shop) -> bytes:
    """One row per refund given by the last day, linked to its order, cancelled orders included."""
    exported_at = datetime.combine(shop.last_day, EXPORT_TIME)
    rows = [
        (
            f"R{order.number}-{position}",
            order.shopify_id,
            manila_text(refund.given_at),
            amount_text(refund.amount),
            order.currency,
            "cancelled" if order.cancelled_at else choose(rng, REASONS),
        )
        for order in shop.orders
        for position, refund in enumerate(order.refunds, start=1)
        if refund.given_at <= exported_at
    ]
    return csv_text(RETURN_HEADER, rows)


def invoices_csv(rng: np.random.Generator, shop: Shop) -> bytes:
    """One row per café order: thirty days to pay, most in time, some late, a few not at all."""
    rows = []
    for order in shop.orders:
        if order.channel != "shopify_draft_order" or order.cancelled_at is not None:
            continue
        issued = order.placed_at.date()
        days = choose(rng, (12, 28, 41, 75, None), (0.4, 0.38, 0.12, 0.05, 0.05))
        paid = issued + timedelta(days=days) if days is not None else None
        is_paid = paid is not None and paid <= shop.last_day
        rows.append(
            (
                f"INV-{order.number}",
                order.shopify_id,
                issued.isoformat(),
                (issued + timedelta(days=TERMS_DAYS)).isoformat(),
                paid.isoformat() if paid is not None and is_paid else "",
                "paid" if is_paid else "open",
                amount_text(order.total),
                order.currency,
                order.email,
            )
        )
    return csv_text(INVOICE_HEADER, rows)


def spend_csv(rng: np.random.Generator, shop: Shop) -> bytes:
    """One row per week, channel and campaign; more before Christmas, and more every year."""
    span = (shop.last_day - shop.first_day).days + 1
    rows = []
    for offset in range(0, span, 7):
        day = shop.first_day + timedelta(days=offset)
        demand = SEASON[day.month - 1] * (1 + GROWTH * offset / span)
        for channel, campaign, purpose, pesos in SPENDING:
            amount = round(pesos * demand * float(rng.normal(1.0, 0.08))) * 100
            rows.append((day.isoformat(), channel, campaign, purpose, amount_text(amount), "PHP"))
    return csv_text(SPEND_HEADER, rows)
