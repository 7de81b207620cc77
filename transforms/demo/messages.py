"""Outreach: four letters with a group held out, a round of calls, invitations, confirmations."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np

from transforms.demo.behaviour import Shop
from transforms.demo.chance import falls
from transforms.demo.files import EXPORT_TIME, csv_text, manila_text
from transforms.demo.orders import Order
from transforms.demo.people import Customer
from transforms.demo.shopify import consent_at
from transforms.demo.typeform import SURVEY_SPAN

HEADER = ("message_id", "campaign", "channel", "event", "event_at", "email")
#: Campaign -> days before the last day of trade on which it went out.
LETTERS = {
    "Benguet harvest": 180,
    "Rainy days, hot tea": 110,
    "New on the shelf": 70,
    "Christmas blend": 16,
}
CALLS, CALLS_DAYS_BEFORE = "Café check-in", 60
#: The campaign that invites to a survey bears the survey's name.
SURVEY = "typeform"
HELD_OUT_OF_TEN = 1
#: Confirmations are kept for so many days; one afternoon, so long before the last, none went out.
CONFIRMATION, CONFIRMATION_DAYS, OUTAGE_DAYS_BEFORE = "order_confirmation", 84, 3
OUTAGE_FROM, NEVER_CONFIRMED = time(14), 0.005

Event = tuple[datetime, tuple[str, ...]]


def messages_csv(rng: np.random.Generator, shop: Shop) -> bytes:
    """One row per message event, oldest first."""
    exported_at = datetime.combine(shop.last_day, EXPORT_TIME)
    first_orders: dict[int, datetime] = {}
    for order in shop.orders:
        if order.customer:
            first_orders.setdefault(order.customer.number, order.placed_at)
    events: list[Event] = []
    for number, (campaign, days_before) in enumerate(LETTERS.items(), start=1):
        sent_at = datetime.combine(shop.last_day - timedelta(days=days_before), time(9, 30))
        for customer in shop.customers:
            known_since = first_orders[customer.number]
            if known_since < sent_at and customer.emails and consent_at(customer, sent_at) == "yes":
                events += _letter(rng, f"L{number}-{customer.number}", campaign, customer, sent_at)
    called_at = datetime.combine(shop.last_day - timedelta(days=CALLS_DAYS_BEFORE), time(14))
    for customer in shop.customers:
        if customer.is_cafe and customer.emails and first_orders[customer.number] < called_at:
            events += _call(rng, customer, called_at)
    events += _invitations(shop.orders, exported_at)
    events += _confirmations(shop.orders, exported_at)
    known = sorted(event for event in events if event[0] <= exported_at)
    return csv_text(HEADER, [cells for _, cells in known])


def _letter(
    rng: np.random.Generator, name: str, campaign: str, customer: Customer, sent_at: datetime
) -> list[Event]:
    """One in ten is held out, always the same people; a few letters bounce."""
    email = customer.emails[0]
    if customer.number * 7919 % 10 < HELD_OUT_OF_TEN:
        return [_event(name, campaign, "email", "held_out", sent_at, email)]
    if rng.random() < 0.02:
        return [_event(name, campaign, "email", "bounced", sent_at, email)]
    delivered_at = sent_at + timedelta(seconds=int(rng.integers(2, 600)))
    events = [_event(name, campaign, "email", "delivered", delivered_at, email)]
    chance = rng.random()
    later = delivered_at + timedelta(minutes=int(rng.integers(5, 12 * 1440)))
    if chance < 0.07:
        events.append(_event(name, campaign, "email", "replied", later, email))
    elif chance < 0.085:
        events.append(_event(name, campaign, "email", "unsubscribed", later, email))
    return events


def _call(rng: np.random.Generator, customer: Customer, called_at: datetime) -> list[Event]:
    """Somebody picks up, and now and then calls back."""
    name, email = f"C1-{customer.number}", customer.emails[0]
    events = [_event(name, CALLS, "phone", "delivered", called_at, email)]
    if rng.random() < 0.4:
        back_at = called_at + timedelta(hours=int(rng.integers(1, 120)))
        events.append(_event(name, CALLS, "phone", "replied", back_at, email))
    return events


def _invitations(orders: list[Order], exported_at: datetime) -> list[Event]:
    """A day after the parcel: would you recommend us?"""
    return [
        _event(
            f"S-{order.number}",
            SURVEY,
            "email",
            "delivered",
            order.delivered_at + timedelta(days=1),
            order.email,
        )
        for order in orders
        if order.email
        and order.delivered_at is not None
        and order.cancelled_at is None
        and order.delivered_at > exported_at - SURVEY_SPAN
    ]


def _confirmations(orders: list[Order], exported_at: datetime) -> list[Event]:
    """Within minutes of every order with an address, but for one afternoon of no mail at all."""
    since = exported_at - timedelta(days=CONFIRMATION_DAYS)
    outage = exported_at.date() - timedelta(days=OUTAGE_DAYS_BEFORE)
    return [
        _event(f"O-{order.number}", CONFIRMATION, "email", "delivered",
               order.placed_at + timedelta(seconds=20 + order.number % 240), order.email)
        for order in orders
        if order.email
        and order.channel != "pos"
        and order.placed_at > since
        and not (order.placed_at.date() == outage and order.placed_at.time() >= OUTAGE_FROM)
        and not falls(NEVER_CONFIRMED, CONFIRMATION, order.number)
    ]  # fmt: skip


def _event(
    name: str, campaign: str, channel: str, event: str, moment: datetime, email: str
) -> Event:
    return moment, (name, campaign, channel, event, manila_text(moment), email)
