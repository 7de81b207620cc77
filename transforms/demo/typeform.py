"""The survey file: what customers answered some days after their parcel came."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from transforms.demo.behaviour import Shop
from transforms.demo.chance import choose
from transforms.demo.comments import COMMENTS, mood_of
from transforms.demo.files import EXPORT_TIME, csv_text
from transforms.demo.orders import Order

SCORE_QUESTION = "How likely are you to recommend us to a friend?"
REASON_QUESTION = "What is the main reason for your score?"
LIKED = ("Taste", "Freshness", "Price", "Delivery", "Packaging")
BREWERS = ("Dripper", "French press", "Espresso machine", "Moka pot")
# Each of the two multiple-choice questions brings its own `Other`: the name repeats on purpose.
HEADER = (
    "#", SCORE_QUESTION, REASON_QUESTION, *LIKED, "Other", *BREWERS, "Other", "email", "order_id",
    "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID",
    "Tags", "Ending",
)  # fmt: skip
RESPONSE_SHARE = 0.15
PARTIAL_SHARE = 0.08
SURVEY_SPAN = timedelta(days=425)
MANILA_OFFSET = timedelta(hours=8)


def survey_csv(rng: np.random.Generator, shop: Shop) -> bytes:
    """Responses of the last fourteen months, newest first, two of them outside the scale."""
    exported_at = datetime.combine(shop.last_day, EXPORT_TIME)
    answered = []
    for order in shop.orders:
        delivered_at = _delivered_to_somebody_at(order)
        if delivered_at is None or not exported_at - SURVEY_SPAN < delivered_at < exported_at:
            continue
        if rng.random() >= RESPONSE_SHARE:
            continue
        started_at = delivered_at + timedelta(minutes=int(rng.integers(2 * 1440, 12 * 1440)))
        if started_at + timedelta(minutes=30) <= exported_at:
            answered.append((started_at, _response(rng, order, started_at)))
    answered.sort(key=lambda pair: (pair[0], pair[1][0]), reverse=True)
    rows = [row for _, row in answered]
    _spoil_two_scores(rows)
    return csv_text(HEADER, rows)


def _delivered_to_somebody_at(order: Order) -> datetime | None:
    """When the parcel of a known customer came; null for counter sales and cancelled orders."""
    if order.customer is None or order.cancelled_at is not None:
        return None
    return order.delivered_at


def _response(rng: np.random.Generator, order: Order, started_at: datetime) -> list[str]:
    is_partial = rng.random() < PARTIAL_SHARE
    score = int(np.clip(round(8.1 + 1.9 * order.contentment + float(rng.normal(0, 0.6))), 0, 10))
    reason = _reason(rng, order, score) if not is_partial else ""
    ended_at = started_at + timedelta(seconds=int(rng.integers(35, 900)))
    gives_score = not is_partial or rng.random() < 0.6
    return [
        rng.bytes(16).hex(),
        str(score) if gives_score else "",
        reason,
        *_ticked(rng, LIKED, "" if is_partial else "Music in the shop", 0.3),
        *_ticked(rng, BREWERS, "" if is_partial else "Sock filter (medyas)", 0.25),
        order.email if rng.random() < 0.95 else "",
        order.shopify_id,
        "partial" if is_partial else "completed",
        _utc_text(started_at),
        _utc_text(ended_at) if is_partial else "",
        "" if is_partial else _utc_text(ended_at),
        rng.bytes(5).hex(),
        "",
        "" if is_partial else "Thank you",
    ]


def _reason(rng: np.random.Generator, order: Order, score: int) -> str:
    """A comment in the customer's language; a third of them say nothing."""
    if order.customer is None or rng.random() < 0.35:
        return ""
    return choose(rng, COMMENTS[order.customer.language][mood_of(score)])


def _ticked(
    rng: np.random.Generator, choices: tuple[str, ...], other: str, chance: float
) -> list[str]:
    """One cell per choice, holding its own label where ticked; free text under `Other`."""
    if not other:
        return [""] * (len(choices) + 1)
    cells = [choice if rng.random() < chance else "" for choice in choices]
    return [*cells, other if rng.random() < 0.05 else ""]


def _utc_text(manila: datetime) -> str:
    return f"{manila - MANILA_OFFSET:%Y-%m-%d %H:%M:%S}"


def _spoil_two_scores(rows: list[list[str]]) -> None:
    """An eleven, and a label in place of the number: what a changed question leaves behind."""
    promoters = [row for row in rows if row[1] in ("9", "10")]
    for row, score in zip(promoters[2::5], ("11", "10 - Extremely likely"), strict=False):
        row[1] = score
