"""What the demo shop sells: products in seven categories, priced in three currencies.

Prices are integers in minor units (centavos, satang, grosze), so no amount ever meets a float.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

COFFEE = "Coffee beans"
TEA = "Tea"
GRINDERS = "Grinders"
MACHINES = "Machines"
ACCESSORIES = "Accessories"
FILTERS = "Filters and care"
#: What baskets are begun with; Christmas goods come on top of them, in their season.
CATEGORIES = (COFFEE, TEA, GRINDERS, MACHINES, ACCESSORIES, FILTERS)
CHRISTMAS = "Christmas"

COFFEE_PRICE_RISE = date(2025, 9, 1)
OPENING = date(2023, 3, 1)


@dataclass(frozen=True)
class Product:
    """One product: list price and cost in whole pesos, and how often it is picked."""

    sku: str
    name: str
    category: str
    pesos: int
    cost_pesos: int
    popularity: int
    listed: date = OPENING
    discontinued: date | None = None

    def is_sold_on(self, day: date) -> bool:
        """True from the first listed day until the day before it was discontinued."""
        return self.listed <= day and (self.discontinued is None or day < self.discontinued)


PRODUCTS: tuple[Product, ...] = (
    Product("COF-BAR-250", "Kapeng Barako, Batangas 250 g", COFFEE, 390, 190, 14),
    Product("COF-BAR-1KG", "Kapeng Barako, Batangas 1 kg", COFFEE, 1380, 700, 4),
    Product("COF-BEN-250", "Benguet Arabica, washed 250 g", COFFEE, 460, 230, 11),
    Product("COF-SAG-250", "Sagada Highlands honey 250 g", COFFEE, 520, 265, 8),
    Product("COF-APO-250", "Mt. Apo natural 250 g", COFFEE, 560, 290, 7),
    Product("COF-KAL-250", "Kalinga Robusta, dark 250 g", COFFEE, 350, 165, 6),
    Product("COF-DOI-250", "Doi Chang ดอยช้าง medium roast 250 g", COFFEE, 540, 280, 6),
    Product("COF-HSE-250", "House blend “Umaga” 250 g", COFFEE, 370, 170, 13),
    Product("COF-HSE-1KG", "House blend “Umaga” 1 kg", COFFEE, 1290, 640, 6),
    Product("COF-DEC-250", "Decaf, Swiss water 250 g", COFFEE, 480, 250, 4),
    Product("COF-LIB-250", "Cavite Liberica 250 g", COFFEE, 430, 215, 4,
            discontinued=date(2025, 12, 15)),
    Product("COF-NIN-250", "Piña ferment, small lot 250 g", COFFEE, 690, 380, 5, date(2026, 8, 17)),
    Product("COF-PEA-250", "Kalinga peaberry, light 250 g", COFFEE, 590, 310, 5, date(2026, 10, 12)),
    Product("TEA-SAL-100", "Salabat ginger tea 100 g", TEA, 240, 90, 10),
    Product("TEA-PAN-100", "Pandan green tea 100 g", TEA, 260, 100, 7),
    Product("TEA-THA-200", "Thai milk tea ชาไทย 200 g", TEA, 280, 110, 8),
    Product("TEA-JAS-100", "Jasmine pearls 100 g", TEA, 420, 190, 5),
    Product("TEA-EGC-100", "Earl Grey crème 100 g", TEA, 330, 140, 6),
    Product("TEA-OOL-100", "Doi Mae Salong oolong 100 g", TEA, 450, 210, 4),
    Product("TEA-HIB-100", "Gumamela hibiscus tea 100 g", TEA, 230, 85, 4,
            discontinued=date(2026, 3, 1)),
    Product("TEA-CAL-100", "Calamansi black tea 100 g", TEA, 270, 105, 5, date(2026, 9, 7)),
    Product("TEA-TUR-100", "Luyang dilaw turmeric tea 100 g", TEA, 250, 95, 5, date(2026, 10, 19)),
    Product("GRI-HND-STD", "Hand grinder, steel burrs", GRINDERS, 2450, 1300, 8),
    Product("GRI-HND-PRO", "Hand grinder Pro, titanium burrs", GRINDERS, 5900, 3400, 3),
    Product("GRI-ELE-060", "Electric grinder 60 mm", GRINDERS, 9800, 6200, 3),
    Product("GRI-ELE-MIN", "Electric grinder mini", GRINDERS, 3200, 1900, 3,
            discontinued=date(2025, 6, 1)),
    Product("MAC-ESP-ONE", "Espresso machine Uno", MACHINES, 18900, 12800, 3),
    Product("MAC-ESP-DUO", "Espresso machine Duo, two boilers", MACHINES, 42500, 30100, 1),
    Product("MAC-DRP-STD", "Drip machine, 8 cups", MACHINES, 4300, 2600, 4),
    Product("MAC-COL-BRW", "Cold brew tower", MACHINES, 7600, 4700, 1, date(2026, 2, 2)),
    Product("ACC-V60-CER", "Ceramic dripper, size 02", ACCESSORIES, 890, 400, 7),
    Product("ACC-FRP-800", "French press 800 ml", ACCESSORIES, 1250, 600, 5),
    Product("ACC-KET-GOO", "Gooseneck kettle 1 l", ACCESSORIES, 2890, 1600, 4),
    Product("ACC-SCL-001", "Pocket scale 0.1 g", ACCESSORIES, 1150, 560, 5),
    Product("ACC-MUG-SUK", "Mug “Suki”, 350 ml", ACCESSORIES, 390, 130, 9),
    Product("ACC-MOK-006", "Moka pot, 6 cups", ACCESSORIES, 1650, 820, 4),
    Product("ACC-TUM-500", "Bamboo tumbler 500 ml", ACCESSORIES, 720, 300, 3,
            discontinued=date(2025, 10, 1)),
    Product("FIL-V60-100", "Paper filters, size 02, 100 pcs", FILTERS, 220, 80, 12),
    Product("FIL-V60-500", "Paper filters, size 02, 500 pcs", FILTERS, 890, 340, 3),
    Product("FIL-CLO-003", "Cloth filters, 3 pcs", FILTERS, 310, 120, 3),
    Product("FIL-DSC-250", "Descaler 250 ml", FILTERS, 290, 100, 4),
    Product("FIL-CLN-100", "Group head cleaner 100 g", FILTERS, 340, 130, 3, date(2025, 3, 10)),
    Product("PAS-BLD-250", "Christmas blend “Pasko” 250 g", CHRISTMAS, 490, 240, 6),
    Product("PAS-TEA-100", "Bibingka spice tea 100 g", CHRISTMAS, 320, 130, 3),
    Product("PAS-BOX-003", "Noche Buena box, three coffees", CHRISTMAS, 1350, 720, 2),
)  # fmt: skip
PRODUCT_BY_SKU = {product.sku: product for product in PRODUCTS}


def unit_price(product: Product, currency: str, day: date) -> int:
    """The price of one piece in minor units of the currency, as asked on that day.

    Coffee became about 8 % dearer on `COFFEE_PRICE_RISE`; abroad the peso price is converted
    at a fixed factor and rounded to a price tag people know (5 baht, 0.90 zloty).

    Raises:
        ValueError: the shop does not sell in this currency.
    """
    pesos = product.pesos
    if product.category == COFFEE and day < COFFEE_PRICE_RISE:
        pesos = pesos * 100 // 108 // 5 * 5
    if currency == "PHP":
        return pesos * 100
    if currency == "THB":
        return max(pesos * 62 // 100 // 5, 1) * 500
    if currency == "PLN":
        return pesos * 72 // 1000 * 100 + 90
    raise ValueError(f"the demo shop has no price list in {currency!r}; use PHP, THB or PLN")
