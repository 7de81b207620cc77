"""Shopify exports: 79 columns, several rows per order, and what goes wrong in them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal

TWO = (
    {"Lineitem quantity": "2", "Lineitem price": "3.00", "Lineitem sku": "A"},
    {"Lineitem quantity": "1", "Lineitem price": "4.00", "Lineitem sku": "B"},
)


def test_an_order_of_two_rows_is_one_order_with_two_lines(read, shopify, order):
    result = read(shopify(order(1001, *TWO), order(1002)))
    orders, lines = result.tables["orders"], result.tables["order_lines"]
    assert orders["order_id"].to_list() == ["7210448301001", "7210448301002"]
    assert orders["gross_amount"].to_list() == [Decimal("10"), Decimal("10")]
    assert orders["ordered_at"][0] == datetime(2025, 10, 7, 7, 50, 26, tzinfo=UTC)
    assert lines["sku"].to_list() == ["A", "B", "007"]
    assert (result.rows_read, result.rows_accepted) == (3, 3)


def test_quoted_empty_cells_are_carried_down_like_unquoted_ones(read, shopify, order):
    quoted = shopify(order(1001, *TWO), quoting=csv.QUOTE_ALL)
    result = read(quoted)
    assert result.tables["orders"]["order_id"].to_list() == ["7210448301001"]
    assert result.rows_quarantined == 0


def test_rows_of_an_order_that_were_sorted_apart_stay_one_order(read, shopify, order):
    first, second = order(1001, *TWO)
    result = read(shopify([second], order(1002), [first]))
    lines = result.tables["order_lines"].filter(order_id="7210448301001")
    assert sorted(lines["sku"].to_list()) == ["A", "B"]
    assert result.rows_quarantined == 0


def test_an_older_file_without_ids_is_read_by_name_and_says_so(read, shopify, order):
    result = read(shopify(order(1001, *TWO), without=("Id", "Payment References")))
    assert result.tables["orders"]["order_id"].to_list() == ["#1001"]
    assert result.tables["order_lines"].height == 2


def test_an_order_exported_twice_into_one_file_counts_once(read, shopify, order):
    result = read(shopify(order(1001, *TWO), order(1002), order(1001, *TWO)))
    assert result.tables["orders"].height == 2
    assert result.tables["order_lines"].height == 3
    assert result.ignored == {"order or response repeated word for word": 2}


def test_an_order_that_contradicts_itself_in_one_file_is_held_back(read, shopify, order, told):
    result = read(shopify(order(1001), order(1001, *TWO), order(1002)))
    assert result.tables["orders"]["order_id"].to_list() == ["7210448301002"]
    assert result.rows_quarantined == 3
    assert told(result) == [
        "export.csv, row 3, column Id: 7210448301001 stands more than once in the file; the whole order is held back: "
        "the file holds this more than once with different content; export again"
    ]


def test_a_row_without_a_name_is_quarantined_and_no_order_swallows_it(read, shopify, order):
    first, second = order(1001, *TWO)
    result = read(shopify([first], [second | {"Name": ""}], order(1002)))
    assert result.rows_quarantined == 1
    assert set(result.failures["code"]) == {"missing"}
    assert result.tables["order_lines"]["sku"].to_list() == ["A", "007"]


def test_rows_of_one_order_in_two_currencies_hold_it_back(read, shopify, order, told):
    first, second = order(1001, *TWO)
    result = read(shopify([first, second | {"Currency": "EUR"}], order(1002)))
    assert result.tables["orders"].height == 1
    assert (
        "column Currency: EUR differs from the rows before; the whole order is held back"
        in told(result)[0]
    )


def test_a_refund_above_the_total_is_kept_as_it_stands(read, shopify, order):
    result = read(shopify(order(1001, Refunded_Amount="25.00")))
    assert result.tables["orders"]["refunded_amount"].to_list() == [Decimal("25")]
    assert result.tables["orders"]["total_amount"].to_list() == [Decimal("10")]


def test_an_expired_payment_is_a_voided_one(read, shopify, order):
    result = read(shopify(order(1001, Financial_Status="expired")))
    assert result.tables["orders"]["financial_status"].to_list() == ["voided"]


def test_exactly_one_apostrophe_is_stripped_and_leading_zeros_stay(read, shopify, order):
    lines = ({"Lineitem quantity": "1", "Lineitem price": "10", "Lineitem sku": "''0075"},)
    result = read(shopify(order(1001, *lines, Phone="'+63 917 000 0000")))
    assert result.tables["order_lines"]["sku"].to_list() == ["'0075"]
    assert result.tables["contacts"]["phone"].to_list() == ["+63 917 000 0000"]


def test_an_apostrophe_that_belongs_to_a_word_stays(read, shopify, order):
    lines = ({"Lineitem quantity": "1", "Lineitem price": "10", "Lineitem name": "'t Hooft tea"},)
    result = read(shopify(order(1001, *lines)))
    assert result.tables["order_lines"]["product_name"].to_list() == ["'t Hooft tea"]


def test_line_ends_inside_cells_do_not_make_rows(read, shopify, order):
    result = read(shopify(order(1001, Notes="first\nsecond\n\nlast"), order(1002)))
    assert result.rows_read == 2
    assert result.tables["orders"]["row_number"].to_list() == [2, 3]


def test_both_offsets_of_a_year_with_summer_time_are_kept(read, shopify, order):
    summer = order(1001, Created_at="2025-07-01 00:30:00 +0200")
    winter = order(1002, Created_at="2025-12-01 00:30:00 +0100")
    moments = read(shopify(summer, winter)).tables["orders"]["ordered_at"].to_list()
    assert [m.hour for m in moments] == [22, 23]


def test_the_export_date_in_the_file_name_orders_versions(read, shopify, order):
    result = read(shopify(order(1001)), name="orders_export_2025-10-08.csv")
    assert result.tables["orders"]["version_basis"].to_list() == ["file_name"]


def test_an_excel_mangled_id_holds_the_order_back(read, shopify, order, told):
    result = read(shopify(order(1001, Id="7.41E+12"), order(1002)))
    assert result.tables["orders"].height == 1
    assert told(result) == [
        "export.csv, row 2, column Id: 7.41E+12 is excel mangled; the whole order is held back: a spreadsheet "
        "rounded this id and its digits are lost; export again and do not re-save it"
    ]


def test_a_date_that_excel_made_a_number_is_named_as_such(read, shopify, order, told):
    result = read(shopify(order(1001, Created_at="45384.34789351852"), order(1002)))
    assert "45384.34789351852 is excel serial" in told(result)[0]


def test_a_negative_quantity_is_refused_with_its_remedy(read, shopify, order, told):
    lines = ({"Lineitem quantity": "-2", "Lineitem price": "10"},)
    result = read(shopify(order(1001, *lines), order(1002)))
    assert result.tables["orders"].height == 1
    assert "column Lineitem quantity: -2.0000 is negative" in told(result)[0]
    assert "declare `return_orders` or `negative_quantities`" in told(result)[0]


def test_an_unknown_currency_and_an_unreadable_date_are_refused(read, shopify, order, told):
    result = read(
        shopify(order(1, Currency="DOUBLOONS"), order(2, Created_at="yesterday"), order(3))
    )
    assert result.tables["orders"].height == 1
    assert "row 2, column Currency: DOUBLOONS is unknown currency" in told(result)[0]
    assert "row 3, column Created at: yesterday is unparseable" in told(result)[1]


def test_an_address_that_is_none_is_left_out_unseen_and_the_order_kept(read, shopify, order, told):
    result = read(shopify(order(1001, Email="no address")))
    assert result.tables["orders"].height == 1
    assert told(result) == [
        "export.csv, row 2, column Email: (personal, not shown) is unparseable; the value was left out, "
        "the rest kept: correct the cell, or declare its format in the source definition"
    ]


def test_an_order_row_without_an_id_is_refused(read, shopify, order, told):
    result = read(shopify(order(1001, Id=""), order(1002)))
    assert result.tables["orders"].height == 1
    assert "row 2, column Id: (empty) is missing" in told(result)[0]


def test_a_file_without_a_required_column_names_it_and_the_closest(read, shopify, order):
    content = shopify(order(1001)).replace("Created at", "Created on", 1)
    assert read.refusal(content) == (
        "has a header no source for orders knows; closest is 'shopify_orders', but the file lacks 'Created at' "
        "(closest header: 'Created on'). Describe the file in config/sources/<name>.yml (README, “Own data”)"
    )


def test_customers_come_with_consent_and_a_row_nobody_can_be_found_by_is_refused(read, table, told):
    headers = [
        "Customer ID",
        "First Name",
        "Last Name",
        "Email",
        "Accepts Email Marketing",
        "Default Address Company",
        "Default Address Address1",
        "Default Address Address2",
        "Default Address City",
        "Default Address Province Code",
        "Default Address Country Code",
        "Default Address Zip",
        "Default Address Phone",
        "Phone",
        "Accepts SMS Marketing",
        "Total Spent",
        "Total Orders",
        "Note",
        "Tax Exempt",
        "Tags",
    ]
    rows = [
        {
            "Customer ID": "'7210448301122",
            "Email": "Ana@Example.com",
            "Accepts Email Marketing": "yes",
            "Accepts SMS Marketing": "no",
            "Default Address Country Code": "PH",
        },
        {"First Name": "Nobody"},
        {"Customer ID": "'7210448301123", "Phone": "'+63 917 000 0001"},
    ]
    result = read(table(headers, rows), feed="customers")
    assert result.tables["contacts"]["source_customer_id"].to_list() == [
        "7210448301122",
        "7210448301123",
    ]
    consents = result.tables["consents"].filter(row_number=2)
    assert dict(zip(consents["channel"], consents["is_granted"], strict=True)) == {
        "email": True,
        "sms": False,
    }
    assert "row 3, column Customer ID: (empty) tells nobody apart" in told(result)[0]
