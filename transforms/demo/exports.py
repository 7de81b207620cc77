"""From one seed to the bytes of every export file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np

from transforms.demo.behaviour import Shop, open_shop
from transforms.demo.bookkeeping import invoices_csv, returns_csv, spend_csv
from transforms.demo.consents import consents_csv
from transforms.demo.damage import damage_rows
from transforms.demo.files import EXPORT_TIME, ExportFile, gzipped, zipped
from transforms.demo.generic import (
    deliveries_csv,
    in_centavos,
    products_csv,
    rates_csv,
    walk_rates,
)
from transforms.demo.loyalty import subscriptions_csv, tiers_csv
from transforms.demo.messages import messages_csv
from transforms.demo.notes import notes_csv
from transforms.demo.redemptions import redemptions_csv
from transforms.demo.reputation import journey_csv, reviews_csv
from transforms.demo.shopify import customers_csv, order_rows, orders_csv
from transforms.demo.stories import OVERLAP_DAYS, arrange_stories
from transforms.demo.tickets import tickets_csv
from transforms.demo.typeform import survey_csv

# One stream of random numbers per concern: a change in the survey leaves the orders as they are.
SHOP_STREAM, SURVEY_STREAM, RATE_STREAM = 1, 2, 3
#: What the shop keeps beside its platform: path -> stream, and what writes it.
KEPT_BESIDE = {
    "tickets/tickets": (4, tickets_csv),
    "messages/messages": (5, messages_csv),
    "returns/returns": (6, returns_csv),
    "invoices/invoices": (7, invoices_csv),
    "marketing_spend/spend": (8, spend_csv),
    "reviews/reviews": (9, reviews_csv),
    "surveys/journey": (10, journey_csv),
    "subscriptions/subscriptions": (11, subscriptions_csv),
}


def make_files(
    seed: int, customers: int, first_day: date, export_days: Sequence[date]
) -> list[ExportFile]:
    """Every file of the demo shop, oldest export first, as bytes in memory."""
    last_day = export_days[-1]
    shop = open_shop(_stream(seed, SHOP_STREAM), customers, first_day, last_day)
    arrange_stories(shop, export_days)
    rates = walk_rates(_stream(seed, RATE_STREAM), first_day, last_day)
    survey = survey_csv(_stream(seed, SURVEY_STREAM), shop)
    contents = {
        f"customers/customers_export_{last_day}.csv": customers_csv(
            shop, partial(in_centavos, rates)
        ),
        f"surveys/nps_{last_day}.csv": survey,
        "products/products.csv": products_csv(last_day),
        f"deliveries/deliveries_{last_day}.csv": deliveries_csv(shop),
        "exchange_rates/rates.csv": rates_csv(rates),
        f"customers/loyalty_{last_day}.csv": tiers_csv(shop),
        "annotations/notes.csv": notes_csv(first_day, last_day),
        f"redemptions/redemptions_{last_day}.csv": redemptions_csv(shop),
    }
    for path, (stream, write) in KEPT_BESIDE.items():
        contents[f"{path}_{last_day}.csv"] = write(_stream(seed, stream), shop)
    letters = contents[f"messages/messages_{last_day}.csv"]
    contents[f"consents/consents_{last_day}.csv"] = consents_csv(shop, letters)
    others = [ExportFile(path, content, last_day) for path, content in contents.items()]
    return [*_order_files(shop, export_days), *others]


def _stream(seed: int, number: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, number]))


def _order_files(shop: Shop, export_days: Sequence[date]) -> list[ExportFile]:
    """A plain, a zipped and a gzipped export; each later one reaches back into the one before."""
    files = []
    since = shop.first_day
    for position, day in enumerate(export_days):
        previous = export_days[position - 1] if position == len(export_days) - 1 else None
        content = _orders_export(shop, since, day, previous)
        name = f"orders_export_{day}.csv"
        if position == 0:
            files.append(ExportFile(f"orders/{name}", content, day))
        elif position == 1:
            archive = zipped(name, content, day)
            files.append(ExportFile(f"orders/orders_export_{day}.zip", archive, day))
        else:
            files.append(ExportFile(f"orders/{name}.gz", gzipped(content), day))
        since = day - timedelta(days=OVERLAP_DAYS - 1)
    return files


def _orders_export(shop: Shop, since: date, until: date, damaged_since: date | None) -> bytes:
    """Orders placed between two days, newest first; the newest export has its broken rows."""
    exported_at = datetime.combine(until, EXPORT_TIME)
    rows_of = [
        (order, order_rows(order, exported_at))
        for order in reversed(shop.orders)
        if since <= order.placed_at.date() <= until
    ]
    if damaged_since is not None:
        damage_rows(rows_of, datetime.combine(damaged_since, EXPORT_TIME))
    return orders_csv(row for _, rows in rows_of for row in rows)
