"""What happens to an order after the checkout: payment, parcel, delay, regret, refund."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from transforms.demo.orders import Order, Refund
from transforms.demo.people import Customer

TRANSIT_DAYS = {"PHP": (1.0, 1.5), "THB": (5.0, 2.2), "PLN": (8.0, 3.0)}
LATE_AFTER_DAYS = {"PHP": 5.0, "THB": 12.0, "PLN": 17.0}
NEVER_SCANNED = 0.03


def fulfil(rng: np.random.Generator, order: Order, customer: Customer | None) -> None:
    """Fill in payment, shipment, delivery, cancellation, refunds and how content it all left."""
    order.paid_at = _paid_at(rng, order)
    if order.channel == "pos":
        order.shipped_at = order.delivered_at = None
    elif rng.random() < 0.02 or order.paid_at is None:
        cancel(order, order.placed_at + timedelta(hours=int(rng.integers(1, 90))))
    else:
        _send(rng, order)
    if order.cancelled_at is None and rng.random() < 0.05:
        _give_back(rng, order)
    order.contentment = _contentment(rng, order, customer)


def cancel(order: Order, moment: datetime) -> None:
    """Cancel before anything is sent; what was paid by then is given back in full."""
    order.cancelled_at = moment
    order.shipped_at = order.delivered_at = None
    if order.paid_at is not None and order.paid_at <= moment:
        order.refunds = [Refund(moment + timedelta(minutes=5), order.total)]
    else:
        order.paid_at = None
        order.refunds = []


def refund_one_piece(order: Order, moment: datetime) -> None:
    """Give back one piece of the dearest line at what was really paid for it, tax included."""
    piece = max(line.unit_price for line in order.lines)
    paid_share = order.subtotal + order.tax
    amount = piece * paid_share // order.gross
    left = order.total - sum(refund.amount for refund in order.refunds)
    order.refunds.append(Refund(moment, min(amount, left)))


def _paid_at(rng: np.random.Generator, order: Order) -> datetime | None:
    """At once, on the doorstep (with the parcel), or days later by bank deposit, if at all."""
    if order.payment_method == "Bank Deposit":
        if rng.random() < 0.08:
            return None
        return order.placed_at + timedelta(hours=int(rng.integers(3, 70)))
    if order.payment_method.startswith("Cash on Delivery"):
        return order.placed_at + timedelta(days=int(rng.integers(2, 6)), hours=1)
    return order.placed_at + timedelta(seconds=int(rng.integers(2, 90)))


def _send(rng: np.random.Generator, order: Order) -> None:
    ready_at = order.placed_at
    if order.payment_method == "Bank Deposit" and order.paid_at is not None:
        ready_at = order.paid_at
    order.shipped_at = ready_at + timedelta(minutes=int(rng.integers(180, 2_900)))
    shortest, spread = TRANSIT_DAYS[order.currency]
    transit_days = shortest + float(rng.gamma(1.6, spread / 1.6))
    if rng.random() >= NEVER_SCANNED:
        order.delivered_at = order.shipped_at + timedelta(minutes=round(transit_days * 1440))


def _give_back(rng: np.random.Generator, order: Order) -> None:
    """Three in five refunds are for one piece, sometimes followed by a second; the rest in full."""
    moment = order.placed_at + timedelta(
        days=int(rng.integers(6, 32)), minutes=int(rng.integers(600))
    )
    if rng.random() < 0.4:
        order.refunds = [Refund(moment, order.total)]
        return
    refund_one_piece(order, moment)
    if rng.random() < 0.2:
        refund_one_piece(order, moment + timedelta(days=9))


def _contentment(rng: np.random.Generator, order: Order, customer: Customer | None) -> float:
    """About 0 on average: the person's own mood, less for a late, lost or returned parcel."""
    mood = (customer.contentment if customer else 0.0) + float(rng.normal(0.15, 0.45))
    if order.shipped_at is not None:
        waited = (order.delivered_at or order.shipped_at + timedelta(days=30)) - order.placed_at
        days_late = waited / timedelta(days=1) - LATE_AFTER_DAYS[order.currency]
        mood -= min(max(days_late, 0.0) * 0.25, 1.2)
    return mood - (0.9 if order.refunds or order.cancelled_at else 0.0)
