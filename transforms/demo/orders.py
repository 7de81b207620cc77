"""What one order of the demo shop is, and what an export made at some moment knows about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from transforms.demo.catalogue import Product
from transforms.demo.people import Customer

VAT_PERCENT = {"PHP": 12, "THB": 0, "PLN": 0}
SHIPPING_FEE = {"PHP": 12_000, "THB": 15_000, "PLN": 2_900}
FREE_SHIPPING_FROM = {"PHP": 150_000, "THB": 250_000, "PLN": 40_000}


@dataclass(frozen=True)
class Line:
    """One product of an order; the price is per piece, in minor units."""

    product: Product
    quantity: int
    unit_price: int


@dataclass(frozen=True)
class Refund:
    """Money given back, in minor units of the order's currency."""

    given_at: datetime
    amount: int


@dataclass
class Order:
    """One checkout, with everything that ever happened to it. Times are naive Manila time.

    Prices are before tax: total = sum of lines - discount + shipping + tax.
    """

    customer: Customer | None
    email: str
    placed_at: datetime
    currency: str
    channel: str
    lines: list[Line]
    payment_method: str
    discount_code: str = ""
    discount: int = 0
    shipping: int = 0
    note: str = ""
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)
    contentment: float = 0.0
    number: int = 0

    @property
    def name(self) -> str:
        """The number people see."""
        return f"#{self.number}"

    @property
    def shopify_id(self) -> str:
        """Thirteen digits that grow with the order number."""
        return str(5_512_804_000_000 + self.number * 98_304 + self.number * 7919 % 9973)

    @property
    def gross(self) -> int:
        """Sum of quantity x unit price."""
        return sum(line.quantity * line.unit_price for line in self.lines)

    @property
    def subtotal(self) -> int:
        """Gross less the discount, before shipping and tax."""
        return self.gross - self.discount

    @property
    def tax(self) -> int:
        """VAT on the subtotal, half a centavo rounded up; orders sent abroad are zero-rated."""
        return (self.subtotal * VAT_PERCENT[self.currency] + 50) // 100

    @property
    def total(self) -> int:
        """What the customer was asked to pay; refunds never reduce it."""
        return self.subtotal + self.shipping + self.tax

    def refunded_by(self, moment: datetime) -> int:
        """Cumulative refund known at that moment."""
        return sum(refund.amount for refund in self.refunds if refund.given_at <= moment)

    def financial_status(self, moment: datetime) -> str:
        """Shopify's word for the state of payment at that moment."""
        refunded = self.refunded_by(moment)
        if refunded:
            return "refunded" if refunded >= self.total else "partially_refunded"
        if self.paid_at is not None and self.paid_at <= moment:
            return "paid"
        return "voided" if happened(self.cancelled_at, moment) else "pending"


def happened(event: datetime | None, moment: datetime) -> bool:
    """True where the event took place by that moment."""
    return event is not None and event <= moment


def shipping_fee(currency: str, subtotal: int, channel: str) -> int:
    """Nothing at the counter or above the free-shipping limit, else the market's flat fee."""
    if channel == "pos" or subtotal >= FREE_SHIPPING_FROM[currency]:
        return 0
    return SHIPPING_FEE[currency]
