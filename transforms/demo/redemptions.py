"""What members of the loyalty programme do with it: points spent, made good, full cards handed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from transforms.demo.behaviour import Shop
from transforms.demo.catalogue import COFFEE
from transforms.demo.chance import falls
from transforms.demo.files import EXPORT_TIME, csv_text, manila_text
from transforms.demo.loyalty import TIERS, orders_of_members
from transforms.demo.orders import Order

HEADER = ("redemption_id", "kind", "redeemed_at", "points", "reward", "email")
#: As the demo shop's loyalty.yml has it: a point for ten pesos, and the card's name and stamps.
CENTAVOS_PER_POINT, CARD, STAMPS = 1_000, "Coffee card", 8
#: Points are spent in hundreds, and only part of them, so that a refund leaves no debt.
STEP, SPENT_SHARE = 100, 0.6

Row = tuple[datetime, str, int, str, str]


def redemptions_csv(shop: Shop) -> bytes:
    """One row per event, oldest first, of members who pay in pesos."""
    exported_at = datetime.combine(shop.last_day, EXPORT_TIME)
    rows: list[Row] = []
    for orders in orders_of_members(shop):
        joined = orders[min(TIERS) - 1 :]
        if joined and joined[0].currency == "PHP":
            rows += [*_spent(joined), *_cards(joined)]
    known = sorted(row for row in rows if row[0] <= exported_at)
    cells = [
        (f"P{n:05d}", kind, manila_text(at), str(points), reward, email)
        for n, (at, kind, points, reward, email) in enumerate(known, start=1)
    ]
    return csv_text(HEADER, cells)


def _spent(orders: list[Order]) -> list[Row]:
    """Every now and then some of the points; and a few given for a parcel that went wrong."""
    rows: list[Row] = []
    earned = spent = 0
    for order in orders:
        email, after = order.email.lower(), order.placed_at + timedelta(days=2)
        if not order.refunds:
            earned += order.subtotal // CENTAVOS_PER_POINT
        free = (int(earned * SPENT_SHARE) - spent) // STEP * STEP
        if free > 0 and falls(0.35, "points", order.number):
            spent += free
            rows.append((after, "redeem", free, "Discount at the counter", email))
        elif order.contentment < -1 and falls(0.2, "sorry", order.number):
            rows.append((after, "adjust", 50, "", email))
    return rows


def _cards(orders: list[Order]) -> list[Row]:
    """Most full cards are handed in a few days later."""
    stamped: dict[object, Order] = {}
    for order in orders:
        has_coffee = any(line.product.category == COFFEE for line in order.lines)
        if has_coffee and not order.refunds:
            stamped.setdefault(order.placed_at.date(), order)
    full = list(stamped.values())[STAMPS - 1 :: STAMPS]
    return [
        (order.placed_at + timedelta(days=3), "reward", 0, CARD, order.email.lower())
        for order in full
        if falls(0.6, "card", order.number)
    ]
