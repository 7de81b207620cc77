"""What is off sale: said by the products feed, or by nobody having bought it for long."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from transforms.on_sale import off_sale

AS_OF = date(2026, 10, 31)


def sold(sku: str, *days_ago: int) -> pl.DataFrame:
    days = [AS_OF - timedelta(days=ago) for ago in days_ago]
    return pl.DataFrame(
        {"sku": [sku] * len(days), "order_date": days},
        schema={"sku": pl.String, "order_date": pl.Date},
    )


def gone(lines: pl.DataFrame, **is_active: bool | None) -> list[str]:
    products = pl.DataFrame(
        {"sku": list(is_active), "is_active": list(is_active.values())},
        schema={"sku": pl.String, "is_active": pl.Boolean},
    )
    return off_sale(lines, products, AS_OF)["sku"].to_list()


def test_a_discontinued_product_is_off_sale_and_one_not_known_to_be_is_not():
    assert gone(sold("tea", 1, 2), tea=True, mug=False, cup=None) == ["mug"]


def test_a_product_that_sold_daily_and_then_not_for_two_months_is_off_sale():
    assert gone(sold("tea", *range(60, 90))) == []
    assert gone(sold("tea", *range(61, 90))) == ["tea"]


def test_a_product_that_sells_seldom_is_given_longer():
    # Sold every 20 days: twenty times that is 400 days.
    assert gone(sold("machine", *range(400, 600, 20))) == []
    assert gone(sold("machine", *range(401, 600, 20))) == ["machine"]


def test_many_sales_on_one_day_are_one_sale_day():
    assert gone(sold("tea", *[90] * 30, *[70] * 30)) == []


def test_a_product_of_one_sale_day_is_not_judged():
    assert gone(sold("tea", 900)) == []


def test_an_empty_shop_has_nothing_off_sale():
    assert gone(sold("tea")) == []
