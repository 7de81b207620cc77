"""What goes into a basket: a favourite coffee for regulars, mixed goods for everybody else."""

from __future__ import annotations

from datetime import date

import numpy as np

from transforms.demo.catalogue import (
    ACCESSORIES,
    CATEGORIES,
    CHRISTMAS,
    COFFEE,
    FILTERS,
    GRINDERS,
    MACHINES,
    PRODUCT_BY_SKU,
    PRODUCTS,
    TEA,
    Product,
    unit_price,
)
from transforms.demo.chance import choose, falls
from transforms.demo.orders import Line
from transforms.demo.people import Customer

FIRST_PICK = {
    COFFEE: 0.50,
    TEA: 0.22,
    GRINDERS: 0.06,
    MACHINES: 0.03,
    ACCESSORIES: 0.13,
    FILTERS: 0.06,
}
EXTRA_CHANCE = {
    COFFEE: 0.24,
    TEA: 0.16,
    GRINDERS: 0.015,
    MACHINES: 0.004,
    ACCESSORIES: 0.08,
    FILTERS: 0.17,
}
GIFT_MONTHS = (11, 12)
#: What goes with what: bought -> the product taken along, and how often.
GOES_WITH = {
    "ACC-V60-CER": ("FIL-V60-100", 0.6),
    "ACC-KET-GOO": ("ACC-V60-CER", 0.5),
    "GRI-HND-STD": ("COF-BEN-250", 0.5),
    "ACC-MOK-006": ("COF-KAL-250", 0.5),
}
#: Month -> how many orders hold something for Christmas.
CHRISTMAS_CHANCE = {10: 0.02, 11: 0.14, 12: 0.18, 1: 0.07}


def pick_product(rng: np.random.Generator, category: str, day: date) -> Product:
    """A product of the category on sale that day, popular ones more often."""
    on_sale = [p for p in PRODUCTS if p.category == category and p.is_sold_on(day)]
    return choose(rng, on_sale, [p.popularity for p in on_sale])


def regular_basket(rng: np.random.Generator, customer: Customer, day: date) -> list[Line]:
    """The favourite coffee (another one now and then, or once it is discontinued) and extras."""
    favourite = PRODUCT_BY_SKU.get(customer.favourite_sku)
    if favourite is None or not favourite.is_sold_on(day):
        favourite = pick_product(rng, COFFEE, day)
        customer.favourite_sku = favourite.sku
    main = favourite if rng.random() < 0.86 else pick_product(rng, COFFEE, day)
    bags = choose(rng, (1, 2, 3), (0.68, 0.26, 0.06))
    quantities = {main.sku: bags * (6 if customer.is_cafe else 1)}
    return _priced(_with_extras(rng, quantities, day), customer.market.currency, day)


def mixed_basket(rng: np.random.Generator, currency: str, day: date) -> list[Line]:
    """Anything: what a newcomer, an occasional buyer or a walk-in takes."""
    category = choose(rng, CATEGORIES, [FIRST_PICK[name] for name in CATEGORIES])
    product = pick_product(rng, category, day)
    pieces = 1 if category in (GRINDERS, MACHINES) else choose(rng, (1, 2), (0.8, 0.2))
    return _priced(_with_extras(rng, {product.sku: pieces}, day), currency, day)


def companions(lines: list[Line], who: int, currency: str, day: date) -> list[Line]:
    """What is taken along with a basket: what goes with a thing in it, and something for Christmas.

    Args:
        who: number of the customer; the same person, day and thing always give the same.
    """
    held = {line.product.sku for line in lines}
    along = {}
    for sku, (other, chance) in GOES_WITH.items():
        if sku in held and other not in held and falls(chance, who, day, sku):
            along[other] = 1
    if falls(CHRISTMAS_CHANCE.get(day.month, 0.0), who, day, CHRISTMAS):
        goods = [p for p in PRODUCTS if p.category == CHRISTMAS and p.is_sold_on(day)]
        # The first that chance allows; the last takes what is left.
        chosen = next((p for p in goods[:-1] if falls(0.55, who, day, p.sku)), goods[-1])
        along[chosen.sku] = 1
    return _priced(along, currency, day)


def _with_extras(rng: np.random.Generator, quantities: dict[str, int], day: date) -> dict[str, int]:
    """Something more from each category by chance; presents make November and December fuller."""
    eagerness = 1.5 if day.month in GIFT_MONTHS else 1.0
    for category, chance in EXTRA_CHANCE.items():
        if rng.random() < chance * eagerness:
            sku = pick_product(rng, category, day).sku
            quantities[sku] = quantities.get(sku, 0) + 1
    return quantities


def _priced(quantities: dict[str, int], currency: str, day: date) -> list[Line]:
    products = [(PRODUCT_BY_SKU[sku], quantity) for sku, quantity in quantities.items()]
    return [Line(p, quantity, unit_price(p, currency, day)) for p, quantity in products]
