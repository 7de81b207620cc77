"""The plain files a shop keeps beside its platform: products, deliveries, exchange rates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from transforms.demo.behaviour import Shop
from transforms.demo.catalogue import PRODUCTS, unit_price
from transforms.demo.files import EXPORT_TIME, SHOP_ZONE, amount_text, csv_text
from transforms.demo.orders import happened

PRODUCT_HEADER = (
    "sku", "product_name", "category", "unit_price", "unit_cost", "currency", "first_listed_date",
    "is_active",
)  # fmt: skip
DELIVERY_HEADER = ("order_id", "shipped_at", "delivered_at")
RATE_HEADER = ("rate_date", "from_currency", "to_currency", "rate")
RATE_UNIT = 1_000_000
OPENING_RATES = {"THB": 1_640_000, "PLN": 14_610_000}
RATE_DAYS_BEFORE = 10

Rates = dict[str, dict[date, int]]


def products_csv(last_day: date) -> bytes:
    """Everything ever listed by that day, at today's price, discontinued products included."""
    rows = [
        (
            product.sku,
            product.name,
            product.category,
            amount_text(unit_price(product, "PHP", last_day)),
            amount_text(product.cost_pesos * 100),
            "PHP",
            product.listed.isoformat(),
            "true" if product.is_sold_on(last_day) else "false",
        )
        for product in PRODUCTS
        if product.listed <= last_day
    ]
    return csv_text(PRODUCT_HEADER, rows)


def deliveries_csv(shop: Shop) -> bytes:
    """One row per parcel sent; times carry the offset of where they were scanned.

    A parcel leaves on Manila time and arrives on the time of its destination, so Polish rows
    have two offsets a year. A blank arrival is a parcel on its way, or one never scanned.
    """
    exported_at = datetime.combine(shop.last_day, EXPORT_TIME)
    rows = []
    for order in shop.orders:
        if order.customer is None or not happened(order.shipped_at, exported_at):
            continue
        arrived_at = order.delivered_at if happened(order.delivered_at, exported_at) else None
        rows.append(
            (
                order.shopify_id,
                _stamp(order.shipped_at, SHOP_ZONE),
                _stamp(arrived_at, ZoneInfo(order.customer.market.zone)),
            )
        )
    return csv_text(DELIVERY_HEADER, rows)


def _stamp(manila: datetime | None, zone: ZoneInfo) -> str:
    return manila.replace(tzinfo=SHOP_ZONE).astimezone(zone).isoformat() if manila else ""


def walk_rates(rng: np.random.Generator, first_day: date, last_day: date) -> Rates:
    """Pesos for one baht and one zloty, in millionths, for every weekday.

    A slow random walk pulled back to where it began, in whole numbers throughout.
    """
    start = first_day - timedelta(days=RATE_DAYS_BEFORE)
    days = [start + timedelta(days=n) for n in range((last_day - start).days + 1)]
    weekdays = [day for day in days if day.weekday() < 5]
    rates: Rates = {}
    for currency, opening in OPENING_RATES.items():
        rate, rates[currency] = opening, {}
        for day in weekdays:
            step = int(rng.integers(-opening // 220, opening // 220 + 1))
            rate += step - (rate - opening) // 150
            rates[currency][day] = rate
    return rates


def rates_csv(rates: Rates) -> bytes:
    """One row per weekday and currency, by day."""
    days = sorted(next(iter(rates.values())))
    rows = [
        (day.isoformat(), currency, "PHP", f"{rate // RATE_UNIT}.{rate % RATE_UNIT:06d}")
        for day in days
        for currency, rate in ((name, by_day[day]) for name, by_day in rates.items())
    ]
    return csv_text(RATE_HEADER, rows)


def in_centavos(rates: Rates, minor_units: int, currency: str, day: date) -> int:
    """An amount in centavos at the rate of that day, or of the weekday before it."""
    if currency == "PHP":
        return minor_units
    while day not in rates[currency]:
        day -= timedelta(days=1)
    return (minor_units * rates[currency][day] + RATE_UNIT // 2) // RATE_UNIT
