"""What people say in public and in the shop's short surveys: reviews, satisfaction, effort."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np

from transforms.demo.behaviour import Shop
from transforms.demo.chance import choose
from transforms.demo.files import EXPORT_TIME, csv_text, manila_text

REVIEW_HEADER = (
    "review_id", "platform", "reviewed_at", "rating", "is_solicited", "order_id", "sku", "email",
)  # fmt: skip
JOURNEY_HEADER = (
    "response_id", "submitted_at", "satisfaction_score", "effort_score", "journey_stage",
    "respondent", "order_id", "email",
)  # fmt: skip
PLATFORMS = ("Google", "Facebook", "TikTok Shop")
#: Stage of the journey -> how much easier than the rest it is found, in stars.
STAGES = {"finding": 0.3, "ordering": 0.4, "delivery": -0.4, "using": 0.2, "getting help": -0.6}
#: The people of the shop judge their own work more kindly, as everywhere.
STAFF_BONUS = 0.5
JOURNEY_DAYS = 425


def reviews_csv(rng: np.random.Generator, shop: Shop) -> bytes:
    """One row per review of a delivered order; the pleased and the cross write, few in between."""
    exported_at = datetime.combine(shop.last_day, EXPORT_TIME)
    rows = []
    for order in shop.orders:
        if order.customer is None or order.delivered_at is None:
            continue
        reviewed_at = order.delivered_at + timedelta(minutes=int(rng.integers(1440, 20 * 1440)))
        is_moved = abs(order.contentment) > 0.8
        if rng.random() >= (0.06 if is_moved else 0.015) or reviewed_at > exported_at:
            continue
        asked = choose(rng, ("true", "false", ""), (0.4, 0.5, 0.1))
        rows.append(
            (
                manila_text(reviewed_at),
                str(_stars(rng, 4.2 + order.contentment)),
                asked,
                order.shopify_id if asked == "true" else "",
                order.lines[0].product.sku,
                order.email,
            )
        )
    rows.sort()
    numbered = [
        (f"V{n:05d}", choose(rng, PLATFORMS, (0.5, 0.35, 0.15)), *cells)
        for n, cells in enumerate(rows, start=1)
    ]
    return csv_text(REVIEW_HEADER, numbered)


def journey_csv(rng: np.random.Generator, shop: Shop) -> bytes:
    """Short surveys of the last fourteen months: customers about a stage, and staff every quarter."""
    exported_at = datetime.combine(shop.last_day, EXPORT_TIME)
    since = exported_at - timedelta(days=JOURNEY_DAYS)
    rows = []
    for order in shop.orders:
        if order.customer is None or not order.email or order.delivered_at is None:
            continue
        answered_at = order.delivered_at + timedelta(minutes=int(rng.integers(30, 6 * 1440)))
        if rng.random() >= 0.06 or not since < answered_at <= exported_at:
            continue
        stage = choose(rng, tuple(STAGES))
        feeling = 4.1 + STAGES[stage] + 0.8 * order.contentment
        effort = min(max(round(1.4 * feeling - 0.3 + float(rng.normal(0, 0.8))), 1), 7)
        rows.append(
            (manila_text(answered_at), str(_stars(rng, feeling)), str(effort), stage,
             "customer", order.shopify_id, order.email)
        )  # fmt: skip
    rows += _staff_rows(rng, shop, since)
    rows.sort()
    return csv_text(JOURNEY_HEADER, [(f"J{n:05d}", *row) for n, row in enumerate(rows, start=1)])


def _staff_rows(
    rng: np.random.Generator, shop: Shop, since: datetime
) -> list[tuple[str, str, str, str, str, str, str]]:
    """Four people of the shop answer for every stage, about once a quarter."""
    rows = []
    day = datetime.combine(shop.last_day - timedelta(days=20), time(16))
    while day > since and day.date() >= shop.first_day:
        for person in range(1, 5):
            for stage, easier in STAGES.items():
                stars = _stars(rng, 4.1 + easier + STAFF_BONUS)
                answered = manila_text(day + timedelta(minutes=person))
                rows.append(
                    (answered, str(stars), "", stage, "staff", "", f"staff{person}@example.com")
                )
        day -= timedelta(days=91)
    return rows


def _stars(rng: np.random.Generator, feeling: float) -> int:
    return min(max(round(feeling + float(rng.normal(0, 0.5))), 1), 5)
