"""What customers wrote to the shop about: a few tickets, most answered, some waiting still."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np

from transforms.demo.behaviour import Shop
from transforms.demo.chance import choose
from transforms.demo.files import EXPORT_TIME, csv_text, manila_text
from transforms.demo.orders import Order

HEADER = (
    "ticket_id", "created_at", "first_response_at", "resolved_at", "ticket_status", "query_type",
    "channel", "order_id", "sku", "is_negative", "satisfaction_score", "email",
)  # fmt: skip
#: Kind of query -> (hours to a first answer, hours from there to a solution, complaint or not).
QUERIES = {
    "delivery": (3.0, 20.0, True),
    "damaged item": (2.0, 60.0, True),
    "wrong item": (4.0, 50.0, True),
    "refund": (5.0, 40.0, True),
    "brewing question": (6.0, 2.0, False),
    "thank you": (10.0, 0.2, False),
}
CONTENT_QUERIES = ("delivery", "brewing question", "thank you")
CROSS_QUERIES = ("delivery", "damaged item", "wrong item", "refund")
NAMES_A_PRODUCT = ("damaged item", "brewing question")
CHANNELS = ("email", "chat", "phone")


def tickets_csv(rng: np.random.Generator, shop: Shop) -> bytes:
    """One row per ticket, oldest first; the less content an order left, the likelier one."""
    exported_at = datetime.combine(shop.last_day, EXPORT_TIME)
    tickets = [
        ticket
        for order in shop.orders
        if order.customer is not None
        and rng.random() < 0.05 - 0.03 * min(max(order.contentment, -3.0), 1.0)
        and (ticket := _ticket(rng, order, exported_at)) is not None
    ]
    tickets.sort(key=lambda pair: (pair[0], pair[1][-1]))
    rows = [(f"T{n:05d}", *cells) for n, (_, cells) in enumerate(tickets, start=1)]
    return csv_text(HEADER, rows)


def _ticket(
    rng: np.random.Generator, order: Order, exported_at: datetime
) -> tuple[datetime, tuple[str, ...]] | None:
    kinds = CROSS_QUERIES if order.contentment < -0.3 else CONTENT_QUERIES
    kind = choose(rng, kinds)
    since = order.delivered_at or order.placed_at
    day = since.date() + timedelta(days=int(rng.integers(1, 8)))
    created_at = datetime.combine(day, time(int(rng.integers(7, 23)), int(rng.integers(60))))
    if created_at > exported_at:
        return None
    answer_hours, solve_hours, is_negative = QUERIES[kind]
    answered_at = _at_work(rng, created_at, _hours(rng, answer_hours))
    resolved_at = _at_work(rng, answered_at, _hours(rng, solve_hours))
    is_forgotten = rng.random() < 0.02
    is_answered = not is_forgotten and answered_at <= exported_at
    is_solved = is_answered and resolved_at <= exported_at and rng.random() > 0.03
    rating = min(max(round(4.1 + order.contentment + float(rng.normal(0, 0.5))), 1), 5)
    says_how = is_solved and rng.random() < 0.4
    names_order = rng.random() < 0.8
    return created_at, (
        manila_text(created_at),
        manila_text(answered_at if is_answered else None),
        manila_text(resolved_at if is_solved else None),
        "solved" if is_solved else ("pending" if is_answered else "open"),
        kind if rng.random() < 0.95 else "",
        choose(rng, CHANNELS, (0.6, 0.3, 0.1)),
        order.shopify_id if names_order else "",
        order.lines[0].product.sku if kind in NAMES_A_PRODUCT else "",
        "true" if is_negative else "false",
        str(rating) if says_how else "",
        order.email,
    )


def _at_work(rng: np.random.Generator, since: datetime, hours: float) -> datetime:
    """So many hours later, but not at night and not on a Sunday."""
    moment = since + timedelta(minutes=round(60 * hours))
    if moment.hour >= 18:
        moment = datetime.combine(moment.date() + timedelta(days=1), time(0))
    if moment.weekday() == 6:
        moment = datetime.combine(moment.date() + timedelta(days=1), time(0))
    if moment.hour < 9:
        moment = datetime.combine(moment.date(), time(9, int(rng.integers(1, 60))))
    return moment


def _hours(rng: np.random.Generator, typical: float) -> float:
    return typical * float(rng.lognormal(0.0, 0.9))
