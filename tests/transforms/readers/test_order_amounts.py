"""The traps of order amounts at the reader: each case of the trap list that a file can hold."""

from __future__ import annotations

from decimal import Decimal

import pytest

TILL = """\
feed: orders
files: "till*"
currency: EUR
prices_include_tax: {taxed}
negative_quantities: adjustment
line_kinds:
  gift_card: "^GIFT"
  shipping: "^POST"
columns:
  order_id: No
  ordered_at: When
  sku: Sku
  quantity: Pieces
  unit_price: Price
  tax_amount: Tax
  total_amount: Total
  financial_status: State
  refunded_amount: Back
"""
HEADER = "No,When,Sku,Pieces,Price,Tax,Total,State,Back\n"


@pytest.fixture
def till(read):
    """Read rows of the till; give each order's amounts by name."""

    def amounts(rows: str, taxed: bool = False) -> dict[str, dict[str, Decimal]]:
        read.define("till", TILL.format(taxed=str(taxed).lower()))
        orders = read(HEADER + rows, "till.csv").tables["orders"]
        return {order["order_id"]: order for order in orders.to_dicts()}

    return amounts


def test_a_quantity_is_a_count_and_not_multiplied_twice(till):
    # dbt_shopify issue 165: the line's total taken for a unit price showed 8,000 times too much.
    assert till("1,2025-10-07,CAP,8000,1.95,,15600,,\n")["1"]["gross_amount"] == Decimal("15600")


def test_a_gift_card_sold_is_a_fee_and_no_gross_sale(till):
    order = till("1,2025-10-07,TEA,1,10,,60,,\n1,2025-10-07,GIFT50,1,50,,60,,\n")["1"]
    assert (order["gross_amount"], order["fee_amount"]) == (Decimal("10"), Decimal("50"))


def test_a_gift_card_redeemed_lowers_the_total_and_not_the_sale(till):
    order = till("1,2025-10-07,TEA,1,60,,10,,\n")["1"]
    assert (order["gross_amount"], order["discount_amount"]) == (Decimal("60"), Decimal("0"))
    assert order["total_amount"] == Decimal("10")


def test_a_payment_authorised_and_captured_on_two_rows_is_one_total(till):
    order = till("1,2025-10-07,TEA,1,10,,15,authorized,\n1,2025-10-07,POST,1,5,,15,paid,\n")["1"]
    assert (order["total_amount"], order["shipping_amount"]) == (Decimal("15"), Decimal("5"))
    assert order["gross_amount"] == Decimal("10")


def test_tax_inside_the_prices_is_no_sale(till):
    order = till("1,2025-10-07,TEA,2,60,20,120,,\n", taxed=True)["1"]
    assert (order["gross_amount"], order["tax_amount"]) == (Decimal("100"), Decimal("20"))
    assert order["discount_amount"] == 0


def test_a_negative_line_of_a_sale_is_an_adjustment_and_leaves_the_gross(till):
    order = till("1,2025-10-07,TEA,2,10,,15,,\n1,2025-10-07,TEA,-1,5,,15,,\n")["1"]
    assert (order["gross_amount"], order["fee_amount"]) == (Decimal("20"), Decimal("-5"))


def test_a_refund_is_positive_whichever_sign_the_source_gives_it(till):
    orders = till("1,2025-10-07,TEA,1,10,,10,,-4\n2,2025-10-07,TEA,1,10,,10,,4\n")
    assert [order["refunded_amount"] for order in orders.values()] == [Decimal("4")] * 2


@pytest.mark.parametrize("rate", ["0", "0.000000001", "-67.5"])
def test_a_rate_of_nothing_or_less_is_refused(read, told, rate):
    content = f"rate_date,from_currency,to_currency,rate\n2025-10-07,EUR,PHP,{rate}\n"
    result = read(content, feed="exchange_rates")
    assert (result.rows_accepted, result.rows_quarantined) == (0, 1)
    [message] = told(result)
    assert "column rate: " in message
    assert "is out of range" in message
