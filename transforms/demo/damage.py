"""The few broken orders of the newest export, so that quarantine has something to show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from transforms.demo.orders import Order
from transforms.demo.shopify import Row

SPREADSHEET_DAY_ZERO = datetime(1899, 12, 30)


def _impossible_date(row: Row, order: Order) -> None:
    row["Created at"] = f"{order.placed_at:%Y}-09-31 10:15:00 +0800"


def _spreadsheet_date(row: Row, order: Order) -> None:
    seconds = (order.placed_at - SPREADSHEET_DAY_ZERO) // timedelta(seconds=1)
    row["Created at"] = str((Decimal(seconds) / 86_400).quantize(Decimal("1e-11")))


def _unknown_currency(row: Row, order: Order) -> None:
    row["Currency"] = "PHX"


def _no_number_at_all(row: Row, order: Order) -> None:
    row["Id"] = row["Name"] = ""


def _mangled_id(row: Row, order: Order) -> None:
    row["Id"] = "7.41E+12"


def _price_in_words(row: Row, order: Order) -> None:
    row["Lineitem price"] = "ask Luz"


def _negative_quantity(row: Row, order: Order) -> None:
    row["Lineitem quantity"] = "-1"


FRESH_DAMAGE: tuple[Callable[[Row, Order], None], ...] = (
    _impossible_date,
    _spreadsheet_date,
    _unknown_currency,
    _no_number_at_all,
    _mangled_id,
    _price_in_words,
    _negative_quantity,
)


def damage_rows(rows_of: Sequence[tuple[Order, list[Row]]], previous_export: datetime) -> None:
    """Break seven orders no earlier export knew, and the newer version of one that was known.

    Only orders of one line are broken, so that the fault is the whole order's. The known order
    keeps its older, sound version: readers should go on using that one and say that it is stale.
    """
    single = [(order, rows[0]) for order, rows in rows_of if len(rows) == 1 and order.customer]
    known = [pair for pair in single if pair[0].placed_at <= previous_export]
    fresh = [pair for pair in single if pair[0].placed_at > previous_export]
    if known:
        order, row = known[len(known) // 2]
        _price_in_words(row, order)
    step = max(len(fresh) // (len(FRESH_DAMAGE) + 1), 1)
    for damage, (order, row) in zip(FRESH_DAMAGE, fresh[step::step], strict=False):
        damage(row, order)
