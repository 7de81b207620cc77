"""Amounts are exact, or refused; nothing is rounded in silence."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from transforms.readers.amounts import money, rates
from transforms.sources import FieldRule, SourceDefinition


def definition(**keys: object) -> SourceDefinition:
    columns = {"order_id": FieldRule(column="a"), "ordered_at": FieldRule(column="b")}
    return SourceDefinition.model_validate(
        {"source": "shop", "feed": "orders", "currency": "PHP", "columns": columns} | keys
    )


def amount(text: str, **keys: object) -> Decimal | None:
    return money(pl.Series([text]), definition(**keys))[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.30", "12.30"), ("-5", "-5"), ("+5", "5"), (".5", "0.5"), ("5.", "5"),
        ("($33.62)", "-33.62"), ("-$0.95", "-0.95"), ("$-0.95", "-0.95"), ("12.30-", "-12.30"), ("\u221212.30", "-12.30"),
        ("₱1149.00", "1149"), ("1149.00 zł", "1149"), ("PHP 12", "12"), ("12 USD", "12"), ("R$5", "5"), ("US$5", "5"),
        ("12.340000000000002", "12.34"), ("12.339999999999998", "12.34"), ("12.34000000", "12.34"),
        ("99999999999999.9999", "99999999999999.9999"),
    ],
)  # fmt: skip
def test_an_amount_is_read_exactly(text, value):
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["1,149.00", "1 149.00", "12,30", "12%", "5kg", "abc12", "1e3", "12.30.40", "--5", "-", "N/A", "12.34567", "999999999999999"],
)  # fmt: skip
def test_what_is_no_exact_amount_is_not_made_one(text):
    assert amount(text) is None


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "value"),
    [
        ("1,149.00", ".", ",", "1149"), ("1149.00", ".", ",", "1149"), ("1,00", ".", ",", None),
        ("1.149,50", ",", ".", "1149.5"), ("1.149", ",", ".", "1149"), ("12,5", ",", "", "12.5"), ("12.5", ",", "", None),
        ("1\u202f149,50", ",", " ", "1149.5"), ("12 50", ".", " ", None), ("1\u2019149.50", ".", "'", "1149.5"),
        ('$1,149.00', ".", ",", "1149"), ("(1.149,50 zł)", ",", ".", "-1149.5"),
    ],
)  # fmt: skip
def test_marks_mean_what_the_source_declares(text, decimal, thousands, value):
    found = amount(text, decimal_mark=decimal, thousands_mark=thousands)
    assert found == (Decimal(value) if value else None)


def test_a_source_may_say_that_extra_decimals_are_rounded_half_to_even():
    assert amount("8.264463", extra_decimals="round") == Decimal("8.2645")
    assert amount("0.00005", extra_decimals="round") == Decimal("0")


def test_rates_take_the_marks_of_the_source():
    assert rates(pl.Series(["0,0178"]), definition(decimal_mark=","))[0] == Decimal("0.0178")


GENERIC = "order_id,ordered_at,currency,quantity,unit_price\n"


def test_refused_amounts_say_whether_marks_decimals_or_size_are_wrong(read, told):
    rows = ['1,2025-10-07,PHP,1,"1,149.00"', "2,2025-10-07,PHP,1,1.234567", "3,2025-10-07,PHP,1,9999999999999999",
            "4,2025-10-07,PHP,99999999999999,99999999999999", "5,2025-10-07,PHP,1,5"]  # fmt: skip
    result = read(GENERIC + "\n".join(rows))
    marks, precise, large, product = told(result)
    assert (
        "row 2, column unit_price: 1,149.00 has marks that the source does not declare; the whole order"
        in marks
    )
    assert "1.234567 is too precise" in precise
    assert "`extra_decimals: round`" in precise
    assert "9999999999999999 is too large" in large
    assert "99999999999999.0000 x 99999999999999.0000 is too large" in product
    assert result.tables["orders"]["order_id"].to_list() == ["5"]


def test_a_very_long_value_is_shortened_in_the_message(read, told):
    result = read(GENERIC + f"1,2025-10-07,PHP,1,{'x' * 5000}\n2,2025-10-07,PHP,1,1\n")
    assert len(told(result)[0]) < 400
