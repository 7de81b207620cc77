"""WooCommerce through its plugins: packed lines, blank continuation rows, statuses in any dress."""

from __future__ import annotations

from decimal import Decimal

WEBTOFFEE = (
    "order_id,order_number,order_date,paid_date,status,shipping_total,tax_total,discount_total,order_total,order_currency,"
    "customer_id,customer_email,billing_first_name,billing_country,line_item_1,line_item_2\n"
)
ALGOLPLUS = (
    "Order Number,Order Status,Order Date,Email (Billing),SKU,Item Name,Quantity,Quantity (- Refund),Item Cost,"
    "Order Refund Amount,Order Total Amount\n"
)


def webtoffee(
    number: int = 1,
    status: str = "wc-completed",
    second: str = "",
    date: str = "2025-10-07 09:00:00",
) -> str:
    packed = "name:Tea: green|4 boxes|product_id:7|sku:007|quantity:2|total:8.264463"
    return f"{number},{number},{date},,{status},0,0,0,8.26,PHP,0,a@example.com,Ana,PH,{packed},{second}\n"


def test_packed_lines_become_lines_and_names_keep_colons_and_bars(read):
    result = read(WEBTOFFEE + webtoffee(second="name:Cup|sku:C|quantity:1|total:5"))
    lines = result.tables["order_lines"]
    assert lines["product_name"].to_list() == ["Tea: green|4 boxes", "Cup"]
    assert lines["line_amount"].to_list() == [Decimal("8.2645"), Decimal("5")]
    assert (result.rows_read, result.rows_accepted) == (1, 1)
    assert result.tables["contacts"]["source_customer_id"].to_list() == [None]


def test_six_decimals_of_woocommerce_are_rounded_and_told(read):
    notes = read(WEBTOFFEE + webtoffee()).assumptions
    assert notes == ("column 'packed total': 1 values had more than 4 decimals and were rounded",)


def test_a_status_with_or_without_its_prefix_is_known_and_a_translated_one_refused(read, told):
    result = read(
        WEBTOFFEE
        + webtoffee(1)
        + webtoffee(2, "Processing")
        + webtoffee(3, "wc-on-hold")
        + webtoffee(4, "Zakończone")
    )
    assert result.tables["orders"]["financial_status"].to_list() == ["paid", "paid", "pending"]
    assert told(result) == [
        "export.csv, row 5, column status: zakończone is not allowed; the whole order is held back: "
        "correct the cell, or translate the word under `values` in the source definition"
    ]


def test_an_order_listed_twice_word_for_word_counts_once(read):
    result = read(WEBTOFFEE + webtoffee(1) + webtoffee(2) + webtoffee(1))
    assert result.tables["orders"].height == 2
    assert result.rows_ignored == 1


def test_the_documented_american_dates_are_refused_until_declared(read):
    message = read.refusal(WEBTOFFEE + webtoffee(date="9/6/2016  6:29:00"))
    assert (
        "column 'order_date', row 2: '9/6/2016  6:29:00' could be day-month or month-day" in message
    )
    assert "with `source: woocommerce_webtoffee`, or one that extends it" in message


def test_a_webtoffee_file_without_line_items_is_not_taken_for_one(read):
    assert "lacks 'line_item_1'" in read.refusal(
        (WEBTOFFEE + webtoffee()).replace("line_item", "item")
    )


def algolplus(*cells: str) -> str:
    return ",".join(cells) + "\n"


FIRST = (
    "10",
    "completed",
    "2025-10-07 09:00:00",
    "a@example.com",
    "A",
    "Tea",
    "3",
    "2",
    "5",
    "",
    "20",
)


def test_continuation_rows_may_be_blank_or_repeat_the_order(read):
    blank = ("", "", "", "", "B", "Cup", "1", "1", "5", "", "")
    repeated = (*FIRST[:4], "B", "Cup", "1", "1", "5", "", "20")
    for second in (blank, repeated):
        result = read(ALGOLPLUS + algolplus(*FIRST) + algolplus(*second))
        assert result.tables["orders"]["gross_amount"].to_list() == [Decimal("20")]
        assert result.tables["orders"]["total_amount"].to_list() == [Decimal("20")]
        assert result.rows_accepted == 2


def test_two_orders_with_blank_continuations_stay_apart(read):
    other = ("11", *FIRST[1:])
    blank = ("", "", "", "", "B", "Cup", "1", "1", "5", "", "")
    result = read(
        ALGOLPLUS + algolplus(*FIRST) + algolplus(*blank) + algolplus(*other) + algolplus(*blank)
    )
    assert result.tables["order_lines"]["order_id"].to_list() == ["10", "10", "11", "11"]


def test_what_was_taken_back_per_line_is_a_refund_where_the_order_states_none(read):
    result = read(ALGOLPLUS + algolplus(*FIRST))
    assert result.tables["orders"]["refunded_amount"].to_list() == [Decimal("5")]
    refunded = read(ALGOLPLUS + algolplus(FIRST[0], "wc-refunded", *FIRST[2:]))
    assert refunded.tables["orders"]["refunded_amount"].to_list() == [Decimal("20")]
    stated = (*FIRST[:9], "-4.50", "20")
    result = read(ALGOLPLUS + algolplus(*stated))
    assert result.tables["orders"]["refunded_amount"].to_list() == [Decimal("4.5")]


def test_an_order_total_that_differs_between_rows_is_no_order_total(read, told):
    result = read(ALGOLPLUS + algolplus(*FIRST) + algolplus(*FIRST[:10], "15"))
    assert result.tables["orders"].height == 0
    assert "column Order Total Amount: 15.0000 differs from the rows before" in told(result)[0]


def test_without_a_currency_column_the_store_s_currency_is_taken(read):
    assert read(ALGOLPLUS + algolplus(*FIRST)).tables["orders"]["currency"].to_list() == ["PHP"]


def test_the_customers_of_analytics_are_read_by_address(read, told):
    head = "Name,Username,Last Active,Sign Up,Email,Orders,Total Spend,AOV,Country / Region,City,Region,Postal Code\n"
    rows = "Ana Cruz,ana,,2024-02-29 10:00:00,ana@example.com,2,20,10,PH,,,\nNobody,,,,,0,0,0,,,,\n"
    result = read(head + rows, feed="customers")
    assert result.tables["contacts"]["email"].to_list() == ["ana@example.com"]
    assert "tells nobody apart" in told(result)[0]
