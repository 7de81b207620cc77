"""Who buys what, and when: the life of the demo shop, one customer at a time.

Three temperaments: people who buy once, regulars who come back for their coffee at a cadence of
their own until they drop out, and occasional buyers. A pleased customer stays longer, so that
survey scores tell something about later purchases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np

from transforms.demo.baskets import companions, mixed_basket, regular_basket
from transforms.demo.chance import choose
from transforms.demo.fulfilment import fulfil
from transforms.demo.orders import Line, Order, shipping_fee
from transforms.demo.people import Customer, make_customer

SEASON = (0.86, 0.90, 0.92, 0.92, 0.95, 0.90, 0.86, 0.90, 0.98, 1.08, 1.45, 1.62)
WEEKDAY = (0.92, 0.90, 0.94, 1.0, 1.1, 1.22, 1.18)
HOURS = range(8, 24)
HOUR_WEIGHTS = (1, 2, 3, 4, 5, 6, 6, 5, 5, 5, 6, 8, 10, 11, 9, 6)
GROWTH = 1.3
WALK_IN_SHARE = 0.04
NOTES = {
    "fil": ("Pakiiwan po sa guwardiya.\nSalamat po!", "Regalo po ito, huwag isama ang resibo."),
    "en": ("Leave with the guard, please.\nThe bell is broken.", "A gift: no price inside."),
    "th": ("ฝากไว้ที่ป้อมยามได้เลยค่ะ\nขอบคุณค่ะ", "บดหยาบหน่อยนะครับ"),
    "pl": ("Proszę zostawić u sąsiada,\nklatka B, trzecie piętro.", "Proszę zmielić na kawiarkę."),
}


@dataclass
class Shop:
    """Everybody and everything the exports are written from; orders by number."""

    first_day: date
    last_day: date
    customers: list[Customer] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)


def open_shop(rng: np.random.Generator, customers: int, first_day: date, last_day: date) -> Shop:
    """Live through the whole span: acquire customers, let them buy, number the orders by time."""
    shop = Shop(first_day, last_day)
    for number, start in enumerate(_first_days(rng, customers, first_day, last_day), start=1):
        customer = make_customer(rng, number)
        shop.customers.append(customer)
        shop.orders.extend(_life(rng, customer, start, last_day))
    shop.orders.extend(_walk_ins(rng, round(len(shop.orders) * WALK_IN_SHARE), first_day, last_day))
    shop.orders.sort(key=lambda order: order.placed_at)
    for number, order in enumerate(shop.orders, start=1001):
        order.number = number
    return shop


def _day_weights(first_day: date, last_day: date) -> np.ndarray:
    days = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1)]
    demand = [
        SEASON[day.month - 1] * WEEKDAY[day.weekday()] * (1 + GROWTH * n / len(days))
        for n, day in enumerate(days)
    ]
    return np.array(demand) / sum(demand)


def _first_days(
    rng: np.random.Generator, count: int, first_day: date, last_day: date
) -> list[date]:
    """The day each customer first buys: more of them every year, most before Christmas."""
    weights = _day_weights(first_day, last_day)
    offsets = np.sort(rng.choice(len(weights), size=count, p=weights))
    return [first_day + timedelta(days=int(offset)) for offset in offsets]


def _life(rng: np.random.Generator, customer: Customer, start: date, last_day: date) -> list[Order]:
    """All orders of one customer up to the last day, the first one included."""
    latest = _order(rng, customer, start, _basket(rng, customer, start, False), True)
    orders = [latest]
    buys_once = 0.53 - 0.13 * latest.contentment
    if not customer.is_cafe and rng.random() < min(max(buys_once, 0.08), 0.9):
        return orders
    is_regular = customer.is_cafe or rng.random() < 0.45
    cadence = 14.0 if customer.is_cafe else float(np.clip(rng.lognormal(3.72, 0.25), 25, 75))
    due = start
    while True:
        due += _pause(rng, latest, cadence if is_regular else None)
        if due > last_day:
            return orders
        if not is_regular and rng.random() > SEASON[due.month - 1] / max(SEASON):
            continue
        basket = _basket(rng, customer, due, is_regular)
        latest = _order(rng, customer, due, basket, False)
        orders += [latest, *_second_thought(rng, customer, latest)]
        orders += _presents(rng, customer, latest, last_day)
        if rng.random() < _chance_to_stop(is_regular, latest.contentment):
            return orders


def _basket(
    rng: np.random.Generator, customer: Customer, day: date, is_regular: bool
) -> list[Line]:
    if is_regular:
        return regular_basket(rng, customer, day)
    return mixed_basket(rng, customer.market.currency, day)


def _pause(rng: np.random.Generator, latest: Order, cadence: float | None) -> timedelta:
    """Until the coffee is finished; without a cadence, until shopping comes to mind again.

    Shopping comes to mind more often than people buy: the season decides whether they do.
    """
    days = _gap(rng, latest, cadence) if cadence else 6 + float(rng.gamma(2.0, 34.0))
    return timedelta(days=max(1, round(days)))


def _gap(rng: np.random.Generator, previous: Order, cadence: float) -> float:
    """Days until the coffee is finished: the personal cadence, longer after a larger purchase."""
    bags = 1 if previous.lines[0].quantity >= 6 else previous.lines[0].quantity
    return cadence * (1 + 0.6 * (bags - 1)) * float(rng.gamma(12.0, 1 / 12.0))


def _chance_to_stop(is_regular: bool, contentment: float) -> float:
    base = 0.06 if is_regular else 0.19
    return min(max(base * math.exp(-0.9 * contentment), 0.015), 0.7)


def _second_thought(rng: np.random.Generator, customer: Customer, order: Order) -> list[Order]:
    """Now and then something was forgotten and is ordered the same day."""
    if rng.random() >= 0.015 or order.placed_at.hour >= 21:
        return []
    day = order.placed_at.date()
    second = _order(rng, customer, day, mixed_basket(rng, order.currency, day), False)
    if second.placed_at <= order.placed_at:
        return []
    return [second]


def _presents(
    rng: np.random.Generator, customer: Customer, order: Order, last_day: date
) -> list[Order]:
    """Who shops in the weeks before Christmas often comes back for presents."""
    if (order.placed_at.month, order.placed_at.day) < (10, 20) or rng.random() >= 0.35:
        return []
    day = order.placed_at.date() + timedelta(days=int(rng.integers(4, 46)))
    if day > last_day or day.month != 12 or day.day > 23:
        return []
    return [_order(rng, customer, day, mixed_basket(rng, order.currency, day), False)]


def _order(
    rng: np.random.Generator, customer: Customer, day: date, lines: list[Line], is_first: bool
) -> Order:
    at_the_counter = customer.market.country == "PH" and rng.random() < 0.07
    channel = "pos" if at_the_counter else ("shopify_draft_order" if customer.is_cafe else "web")
    currency = customer.market.currency
    order = Order(
        customer=customer,
        email=customer.emails[0] if customer.emails else "",
        placed_at=datetime.combine(day, _time_of_day(rng, at_the_counter)),
        currency=currency,
        channel=channel,
        lines=[*lines, *companions(lines, customer.number, currency, day)],
        payment_method=_payment_method(rng, currency, channel),
    )
    order.discount_code, percent = _discount(rng, day, channel, is_first)
    order.discount = (order.gross * percent + 50) // 100
    order.shipping = shipping_fee(currency, order.subtotal, channel)
    if channel == "web" and rng.random() < 0.07:
        order.note = choose(rng, NOTES[customer.language])
    fulfil(rng, order, customer)
    return order


def _walk_ins(rng: np.random.Generator, count: int, first_day: date, last_day: date) -> list[Order]:
    """Counter sales to nobody in particular: no e-mail, no telephone, no name."""
    weights = _day_weights(first_day, last_day)
    orders = []
    for offset in rng.choice(len(weights), size=count, p=weights):
        day = first_day + timedelta(days=int(offset))
        placed_at = datetime.combine(day, _time_of_day(rng, True))
        lines = mixed_basket(rng, "PHP", day)
        order = Order(None, "", placed_at, "PHP", "pos", lines, _payment_method(rng, "PHP", "pos"))
        fulfil(rng, order, None)
        orders.append(order)
    return orders


def _time_of_day(rng: np.random.Generator, at_the_counter: bool) -> time:
    """Mostly the evening; some orders fall minutes before midnight, the counter shuts at nine."""
    if not at_the_counter and rng.random() < 0.02:
        return time(23, int(rng.integers(45, 60)), int(rng.integers(60)))
    hour = choose(rng, HOURS, HOUR_WEIGHTS)
    return time(
        min(hour, 20) if at_the_counter else hour, int(rng.integers(60)), int(rng.integers(60))
    )


def _payment_method(rng: np.random.Generator, currency: str, channel: str) -> str:
    if channel == "pos":
        return choose(rng, ("Cash", "GCash"), (0.6, 0.4))
    if currency == "PHP":
        choices = ("GCash", "Shopify Payments", "Cash on Delivery (COD)", "Bank Deposit")
        return choose(rng, choices, (0.42, 0.30, 0.20, 0.08))
    return choose(rng, ("Shopify Payments", "PayPal Express Checkout"), (0.75, 0.25))


def _discount(rng: np.random.Generator, day: date, channel: str, is_first: bool) -> tuple[str, int]:
    """Code and percent: a welcome for the first order, a campaign in the Christmas weeks."""
    if channel == "shopify_draft_order":
        return "KAPIHAN20", 20
    if channel == "web" and is_first and rng.random() < 0.42:
        return "WELCOME10", 10
    if channel == "web" and (day.month, day.day) >= (11, 25) and rng.random() < 0.3:
        return "PASKO15", 15
    return "", 0
