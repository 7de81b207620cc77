"""A hand-made shop for finders of product lists: people, orders of several lines, products."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from tests.transforms.audiences.care_shop import AS_OF, Row, frame, order, person
from tests.transforms.audiences.care_shop import shop as bare_shop
from transforms.audiences.shop import Shop
from transforms.canonical import CURRENT
from transforms.canonical.contract import MONEY

LINES = pl.Schema(
    {
        "source": pl.String, "order_id": pl.String, "line_number": pl.Int64, "customer_id": pl.String,
        "order_date": pl.Date, "line_kind": pl.String, "sku": pl.String, "product_name": pl.String,
        "category": pl.String, "quantity": MONEY, "returned_quantity": MONEY, "gross_amount": MONEY,
        "is_purchase": pl.Boolean,
    }
)  # fmt: skip
#: sku -> category of what the shop sells; the name is `Name of <sku>`.
CATEGORIES = {
    "tea": "leaves", "green": "leaves", "matcha": "leaves", "mug": "ware", "grinder": "ware",
    "boots": "shoes", "socks": "clothes", "odd": None,
}  # fmt: skip


def before(days: int, as_of: date = AS_OF) -> date:
    return as_of - timedelta(days=days)


def product(sku: str, **facts: Any) -> Row:
    return {
        "sku": sku,
        "product_name": f"Name of {sku}",
        "category": CATEGORIES[sku],
        "is_active": True,
        **facts,
    }


def basket(customer: str, on: date, *skus: str, **facts: Any) -> list[Row]:
    """The lines of one order; facts hold for each: quantity, returned, price, source, order_id."""
    order_id = facts.get("order_id", f"{customer}-{on}")
    quantity, returned = facts.get("quantity", 1), facts.get("returned", 0)
    return [
        {
            "source": "store", "order_id": order_id, "line_number": number, "customer_id": customer,
            "order_date": on, "line_kind": "product", "sku": sku, "product_name": f"Name of {sku}",
            "category": CATEGORIES[sku], "quantity": Decimal(quantity),
            "returned_quantity": Decimal(returned),
            "gross_amount": Decimal(quantity) * Decimal(facts.get("price", "10.00")),
            "is_purchase": quantity > returned,
        }
        for number, sku in enumerate(skus, 1)
    ]  # fmt: skip


def product_shop(
    *baskets: Iterable[Row],
    people: Iterable[Row] | None = None,
    as_of: date = AS_OF,
    orders: Iterable[Row] | None = None,
    **tables: Any,
) -> Shop:
    """A shop of these baskets; everybody who bought is in the profile unless people are named."""
    lines = [line for rows in baskets for line in rows]
    customers = sorted({line["customer_id"] for line in lines})
    known = [person(name) for name in customers] if people is None else people
    placed = orders if orders is not None else _orders(lines)
    tables.setdefault("products", [product(sku) for sku in CATEGORIES if CATEGORIES[sku]])
    made = bare_shop(known, as_of=as_of, orders=placed, **tables)
    return replace(made, facts={**made.facts, "fct_order_lines": frame(LINES, lines)})


def _orders(lines: Iterable[Row]) -> list[Row]:
    by_id = {line["order_id"]: line for line in lines}
    return [
        order(line["customer_id"], order_id, str(line["order_date"]))
        for order_id, line in by_id.items()
    ]


def without_feeds(shop: Shop) -> Shop:
    """The same shop with only the orders feed: every other table is empty."""
    kept = {"run_context": shop.current["run_context"]}
    empty = {name: table.empty() for name, table in CURRENT.items()}
    return replace(shop, current=empty | kept)


def sent(order_id: str, shipped: datetime | None, delivered: datetime | None = None) -> Row:
    return {
        "source": "store", "order_id": order_id, "shipped_at": shipped, "delivered_at": delivered
    }  # fmt: skip


def shuffled(shop: Shop, seed: int = 7) -> Shop:
    """The same shop with the rows of every table in another order."""

    def mixed(tables: Any) -> dict[str, pl.DataFrame]:
        return {
            name: table.sample(fraction=1, shuffle=True, seed=seed)
            for name, table in tables.items()
        }

    return replace(
        shop, profile=shop.profile.sample(fraction=1, shuffle=True, seed=seed),
        facts=mixed(shop.facts), current=mixed(shop.current), scores=mixed(shop.scores),
    )  # fmt: skip
