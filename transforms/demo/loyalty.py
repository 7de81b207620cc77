"""Those who stay: subscriptions to a favourite coffee, and tiers of the loyalty programme."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from transforms.demo.behaviour import Shop
from transforms.demo.files import EXPORT_TIME, csv_text, manila_text
from transforms.demo.orders import Order

SUBSCRIPTION_HEADER = ("subscription_id", "sku", "started_at", "cancelled_at", "email")
TIER_HEADER = ("customer_id", "email", "loyalty_tier", "loyalty_since")
#: Orders -> the tier from then on.
TIERS = {3: "Tasa", 6: "Suki", 12: "Gold Suki"}


def subscriptions_csv(rng: np.random.Generator, shop: Shop) -> bytes:
    """One row per subscription, begun with a third order; nearly half have been cancelled since."""
    exported_at = datetime.combine(shop.last_day, EXPORT_TIME)
    rows: list[tuple[str, ...]] = []
    for orders in orders_of_members(shop):
        if len(orders) < 3 or not orders[2].customer or rng.random() >= 0.12:
            continue
        started_at = orders[2].placed_at
        cancelled_at = started_at + timedelta(days=int(rng.gamma(2.0, 160.0)) + 20)
        is_cancelled = cancelled_at <= exported_at and rng.random() < 0.6
        rows.append(
            (
                f"B{len(rows) + 1:04d}",
                orders[2].customer.favourite_sku or orders[2].lines[0].product.sku,
                manila_text(started_at),
                manila_text(cancelled_at if is_cancelled else None),
                orders[0].email,
            )
        )
    return csv_text(SUBSCRIPTION_HEADER, rows)


def tiers_csv(shop: Shop) -> bytes:
    """One row per member of the loyalty programme, with the tier reached by the last day."""
    rows = []
    for orders in orders_of_members(shop):
        tier = next((name for n, name in reversed(TIERS.items()) if len(orders) >= n), None)
        person = orders[0].customer
        if tier is not None and person is not None:
            joined = orders[min(TIERS) - 1].placed_at.date()
            rows.append((person.shopify_id, orders[0].email, tier, joined.isoformat()))
    return csv_text(TIER_HEADER, rows)


def orders_of_members(shop: Shop) -> list[list[Order]]:
    """Orders of every customer with an address and an account, in the order they came."""
    orders_of: dict[int, list[Order]] = {}
    for order in shop.orders:
        person = order.customer
        if person and person.emails and person.has_account and order.cancelled_at is None:
            orders_of.setdefault(person.number, []).append(order)
    return [orders_of[number] for number in sorted(orders_of)]
