"""Things that must be in every demo shop, however small: they are arranged, not left to chance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from transforms.demo.behaviour import Shop
from transforms.demo.files import EXPORT_TIME
from transforms.demo.fulfilment import cancel, refund_one_piece
from transforms.demo.orders import Order

OVERLAP_DAYS = 14


def arrange_stories(shop: Shop, export_days: Sequence[date]) -> None:
    """Two spellings of one address, and changes between two exports that overlap."""
    _one_person_two_spellings(shop)
    _consents_withdrawn(shop)
    for day in export_days[:-1]:
        _news_between_exports(shop, day)


def _one_person_two_spellings(shop: Shop) -> None:
    """An early regular of the Philippines becomes Ana, who types her address both ways."""
    by_customer: dict[int, list[Order]] = {}
    for order in shop.orders:
        person = order.customer
        if person and person.emails and person.market.country == "PH":
            by_customer.setdefault(person.number, []).append(order)
    number = next((n for n in sorted(by_customer) if len(by_customer[n]) >= 3), None)
    if number is None:
        return
    ana = shop.customers[number - 1]
    ana.first_name, ana.last_name, ana.has_account = "Ana", "Tasañez", True
    ana.emails = ("ana@example.com", "Ana@Example.com")
    own_orders = (order for order in shop.orders if order.customer is ana)
    for position, order in enumerate(own_orders):
        order.email = ana.emails[position % 2]


def _consents_withdrawn(shop: Shop) -> None:
    """Every ninth subscriber changed their mind a while after the first order."""
    subscribers = [c for c in shop.customers if c.email_consent == "yes" and c.has_account][::9]
    first_orders: dict[int, datetime] = {}
    for order in shop.orders:
        if order.customer:
            first_orders.setdefault(order.customer.number, order.placed_at)
    for customer in subscribers:
        withdrawn_at = first_orders[customer.number] + timedelta(days=45)
        if withdrawn_at.date() <= shop.last_day:
            customer.consent_withdrawn_at = withdrawn_at


def _news_between_exports(shop: Shop, export_day: date) -> None:
    """An order of the overlap is partly refunded, and one cancelled, after the export was made."""
    exported_at = datetime.combine(export_day, EXPORT_TIME)
    recent = [
        order
        for order in shop.orders
        if exported_at - timedelta(days=OVERLAP_DAYS - 4) < order.placed_at <= exported_at
        and order.customer is not None
        and order.channel == "web"
        and order.paid_at is not None
        and order.paid_at <= exported_at
        and not order.refunds
        and order.cancelled_at is None
    ]
    if not recent:
        return
    # The refund takes the order with most pieces, so that it is a part of it and not the whole.
    refunded = max(recent, key=lambda order: sum(line.quantity for line in order.lines))
    refund_one_piece(refunded, exported_at + timedelta(days=5, hours=-9))
    others = [order for order in recent if order is not refunded]
    if others:
        cancel(others[-1], exported_at + timedelta(hours=11))
