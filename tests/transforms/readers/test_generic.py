"""Files in Suki's own words, and mappings for everything else."""

from __future__ import annotations

from decimal import Decimal

import pytest

FEEDS = {
    "orders": ("order_id,ordered_at,currency,total_amount", "1,2025-10-07,PHP,5", "2,soon,PHP,5", "column ordered_at: soon"),
    "surveys": ("response_id,submitted_at,score", "a,2025-10-07,9", "b,2025-10-07,nine", "column score: nine"),
    "customers": ("customer_id,email,created_at", "7,a@example.com,2025-10-07", "8,b@example.com,soon",
                  "column created_at: soon"),
    "products": ("sku,product_name,unit_cost", "007,Tea,3.50", "008,Cup,cheap", "column unit_cost: cheap"),
    "deliveries": ("order_id,delivered_at", "1,2025-10-07 10:00", "2,soon", "column delivered_at: soon"),
    "exchange_rates": ("rate_date,from_currency,to_currency,rate", "2025-10-07,EUR,PHP,67.5", "2025-10-08,EUR,PHP,many",
                       "column rate: many"),
    "returns": ("return_id,returned_at,refund_amount,currency,order_id", "r1,2025-10-07,5,PHP,1", "r2,2025-10-08,much,PHP,1",
                "column refund_amount: much"),
    "invoices": ("invoice_id,issued_date,invoice_amount,currency,due_date", "i1,2025-10-07,5,PHP,2025-11-07",
                 "i2,2025-10-08,5,PHP,soon", "column due_date: soon"),
    "subscriptions": ("subscription_id,started_at,email", "s1,2025-10-07,a@example.com", "s2,soon,b@example.com",
                      "column started_at: soon"),
    "reviews": ("review_id,platform,reviewed_at,rating", "v1,maps,2025-10-07,5", "v2,maps,2025-10-08,five",
                "column rating: five"),
    "messages": ("message_id,campaign,event,event_at", "m1,spring,sent,2025-10-07", "m2,spring,sent,soon",
                 "column event_at: soon"),
    "tickets": ("ticket_id,created_at,resolved_at", "t1,2025-10-07 10:00,", "t2,2025-10-07 10:00,soon",
                "column resolved_at: soon"),
    "marketing_spend": ("spend_date,marketing_channel,purpose,spend_amount,currency", "2025-10-07,ads,acquisition,5,PHP",
                        "2025-10-08,ads,acquisition,much,PHP", "column spend_amount: much"),
    "annotations": ("starts_on,kind,title", "2025-10-07,outage,Site down", "soon,outage,Site down", "column starts_on: soon"),
    "consents": ("channel,purpose,is_granted,email", "email,marketing,no,a@example.com", "email,marketing,perhaps,b@example.com",
                 "column is_granted: perhaps"),
    "redemptions": ("redemption_id,kind,redeemed_at,points,email", "p1,redeem,2025-10-07,150,a@example.com",
                    "p2,redeem,2025-10-07,some,b@example.com", "column points: some"),
}  # fmt: skip
TILL = """\
feed: orders
files: "till*"
currency: PHP
columns:
  order_id: No
  ordered_at: When
  quantity: Pieces
  unit_price: Price
  updated_at: Changed
"""


@pytest.mark.parametrize("feed", FEEDS)
def test_a_good_row_is_accepted_and_a_bad_one_refused_in_every_feed(read, told, feed):
    header, good, bad, words = FEEDS[feed]
    result = read("\n".join([header, good, bad]), feed=feed)
    assert (result.rows_accepted, result.rows_quarantined) == (1, 1)
    assert f"export.csv, row 3, {words} is unparseable" in told(result)[0]


@pytest.mark.parametrize("feed", FEEDS)
def test_a_file_in_suki_s_own_words_without_a_required_column_is_refused(read, feed):
    header, good, *_ = FEEDS[feed]
    content = f"{header}\n{good}\n".replace(header.split(",")[0], "something", 1)
    assert f"has a header no source for {feed} knows; closest is" in read.refusal(
        content, feed=feed
    )


def test_a_renamed_price_column_refuses_the_file_rather_than_make_revenue_zero(read):
    read.define("till", TILL)
    assert read.refusal("No,When,Pieces,Prices\n1,2025-10-07,1,5\n", "till.csv") == (
        "lacks the column 'Price' that source 'till' needs for unit_price; the closest header is 'Prices'"
    )


def test_orders_without_any_amount_are_refused(read):
    assert read.refusal("order_id,ordered_at,currency\n1,2025-10-07,PHP\n") == (
        "has no column with an amount; map one of line_amount, unit_price, subtotal_amount, total_amount "
        "in source 'generic_orders'"
    )


def test_an_order_total_on_every_row_is_counted_once(read):
    content = "order_id,ordered_at,currency,sku,total_amount\n1,2025-10-07,PHP,A,12\n1,2025-10-07,PHP,B,12\n"
    result = read(content)
    assert result.tables["orders"]["gross_amount"].to_list() == [Decimal("12")]
    assert result.tables["order_lines"].height == 2


def test_what_stands_on_a_later_row_of_an_order_only_is_not_lost(read):
    content = "order_id,ordered_at,currency,unit_price,country\n1,2025-10-07,PHP,5,\n1,2025-10-07,PHP,5,PH\n"
    assert read(content).tables["orders"]["country"].to_list() == ["PH"]


def test_its_own_time_of_change_decides_the_version_and_must_be_readable(read, told):
    read.define("till", TILL)
    rows = "1,2025-10-07,1,5,2025-10-09 10:00\n2,2025-10-07,1,5,later\n3,2025-10-07,1,5,\n"
    result = read("No,When,Pieces,Price,Changed\n" + rows, "till.csv")
    assert result.tables["orders"]["version_basis"].to_list() == ["updated_at", "arrival"]
    assert "row 3, column Changed: later is unparseable" in told(result)[0]


def test_a_mapped_column_that_stands_twice_is_told(read):
    content = (
        "order_id,ordered_at,currency,total_amount,country,country\n1,2025-10-07,PHP,5,PH,PL\n"
    )
    assert read(content).assumptions == ("2 columns fit country; the first, 'country', was read",)


def test_two_definitions_that_fit_a_file_equally_are_both_named(read):
    for name in ("till", "till_b"):
        read.define(name, TILL)
    assert read.refusal("No,When,Pieces,Price\n", "till_b.csv") == (
        "fits the file patterns of till and till_b; make `files` tell them apart"
    )


@pytest.mark.parametrize(
    "above", ["Monthly report\n\n", "\nMonthly report\n", "Shop, the\nOctober\n"]
)
def test_a_file_with_its_header_further_down_is_read_with_its_own_row_numbers(read, above):
    read.define("till", TILL + "skip_top_rows: 2\n")
    content = above + "No,When,Pieces,Price,Changed\n1,2025-10-07,1,5,\n"
    assert read(content, "till.csv").tables["orders"]["row_number"].to_list() == [4]


def test_a_file_without_a_header_must_have_as_many_columns_as_are_named(read):
    read.define("till", TILL + "header_rows: 0\ncolumn_names: [No, When, Pieces, Price]\n")
    assert read("1,2025-10-07,1,5\n", "till.csv").rows_accepted == 1
    assert "has 5 columns but column_names of source 'till' names 4" in read.refusal(
        "1,2025-10-07,1,5,x\n", "till.csv"
    )


def test_returns_booked_with_negative_quantities_are_what_the_source_declares(read):
    rows = "No,When,Pieces,Price\n1,2025-10-07,-1,5\n2,2025-10-07,1,5\n2,2025-10-07,-1,5\n"
    read.define("till", TILL + "negative_quantities: return\n")
    assert read(rows, "till.csv").tables["orders"]["order_kind"].to_list() == ["return"]
    read.define("till", TILL + "negative_quantities: adjustment\n")
    lines = read(rows, "till.csv").tables["order_lines"]
    assert lines["line_kind"].to_list() == ["adjustment", "product", "adjustment"]
