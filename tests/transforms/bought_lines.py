"""Hand-made order lines for tests of reordering: (customer, sku, category, days before as_of)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from transforms.canonical import SCORES
from transforms.canonical.contract import MONEY
from transforms.reorder import ReorderPolicy

AS_OF = date(2026, 10, 31)
POLICY = ReorderPolicy(
    lead_days=3, due_within_days=7, cooldown_days=14,
    minimum_intervals=30, minimum_events=10, maximum_days=365,
)  # fmt: skip
LINES = pl.Schema(
    {
        "customer_id": pl.String, "sku": pl.String, "product_name": pl.String, "category": pl.String,
        "order_date": pl.Date, "quantity": MONEY, "returned_quantity": MONEY, "is_purchase": pl.Boolean,
    }
)  # fmt: skip
Bought = tuple[Any, ...]


def all_lines(*rows: Bought) -> pl.DataFrame:
    """One line per (customer, sku, category, days ago[, quantity[, returned]]); returned in full it
    is no purchase."""
    full = []
    for customer, sku, category, ago, *amounts in rows:
        quantity, returned = (*amounts, *(1, 0)[len(amounts) :])
        full.append(
            {
                "customer_id": customer, "sku": sku, "product_name": f"name of {sku}", "category": category,
                "order_date": AS_OF - timedelta(days=ago), "quantity": Decimal(quantity),
                "returned_quantity": Decimal(returned), "is_purchase": quantity > returned,
            }
        )  # fmt: skip
    return pl.DataFrame(full, schema=LINES)


def regulars(sku: str, category: str | None, buyers: int, gap: int, last: int = 90) -> list[Bought]:
    """Buyers with one completed gap and one open one each."""
    return [
        (f"{sku}-r{n:02}", sku, category, ago) for n in range(buyers) for ago in (last + gap, last)
    ]


def known(*rows: tuple[str, str, int], **slope: float) -> pl.DataFrame:
    """The table product_intervals: (level, item, days) each, with the slope given for all."""
    table = SCORES["product_intervals"]
    full = [
        {"level": level, "item": item, "reorder_days": days, "interval_count": 40,
         "event_count": 20, "quantile": "median", **slope}
        for level, item, days in rows
    ]  # fmt: skip
    return table.conform(pl.DataFrame(full, schema=dict(table.schema)))


def regularity(*rows: tuple[str, str, float | None, bool | None]) -> pl.DataFrame:
    """The table regularity: (level, item, k, is_regular) each."""
    table = SCORES["regularity"]
    full = [
        {"level": level, "item": item, "pair_count": 50, "regularity": k, "is_regular": is_regular}
        for level, item, k, is_regular in rows
    ]
    return table.conform(pl.DataFrame(full, schema=dict(table.schema)))
