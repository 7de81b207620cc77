"""Where people are reached and what they agreed to, as order and customer files state it."""

from __future__ import annotations

import pytest

from transforms.fields import CONSENT_FIELDS
from transforms.sources import SourceError

CUSTOMERS = [
    "Customer ID", "First Name", "Last Name", "Email", "Accepts Email Marketing",
    "Default Address Address1", "Default Address Address2", "Default Address City",
    "Default Address Province Code", "Default Address Country Code", "Default Address Zip", "Phone",
    "Accepts SMS Marketing", "Total Spent", "Total Orders", "Tags",
]  # fmt: skip
ANA = {
    "Customer ID": "'7210448301122", "Email": "ana@example.com", "Default Address Address1": "5 Kalye  Kapihan",
    "Default Address Address2": "Unit 3\nBack door", "Default Address City": "Manila",
    "Default Address Zip": "'01000", "Default Address Country Code": "PH",
}  # fmt: skip


def stated(result) -> set[tuple[str, str, bool]]:
    return set(result.tables["consents"].select("channel", "purpose", "is_granted").rows())


def test_a_shopify_order_gives_the_billing_address_and_nothing_of_the_shipping_one(
    read, shopify, order
):
    result = read(
        shopify(
            order(
                1001, Billing_Street="5 Kalye Kapihan, Unit 3", Billing_City="Manila", Billing_Zip="'1000",
                Billing_Province="PH-00", Billing_Province_Name="Metro Manila", Billing_Country="PH",
                Shipping_City="Cebu City", Shipping_Street="9 Peñas Road",
            ),
            order(1002, Shipping_City="Cebu City"),
        )
    )  # fmt: skip
    found = result.tables["contacts"].select("address_line", "city", "postal_code", "region")
    assert found.rows() == [
        ("5 Kalye Kapihan, Unit 3", "Manila", "1000", "Metro Manila"),
        (None, None, None, None),
    ]


def test_both_lines_of_an_address_become_one_and_the_zip_keeps_its_zero(read, table):
    result = read(table(CUSTOMERS, [ANA]), feed="customers")
    (row,) = result.tables["contacts"].to_dicts()
    assert row["address_line"] == "5 Kalye Kapihan, Unit 3 Back door"
    assert (row["city"], row["postal_code"], row["country"]) == ("Manila", "01000", "PH")


def test_a_second_line_without_a_first_is_no_street(read, table):
    result = read(table(CUSTOMERS, [ANA | {"Default Address Address1": " , "}]), feed="customers")
    assert result.tables["contacts"]["address_line"].to_list() == [None]


def test_shopify_metafields_named_like_a_consent_state_it(read, table):
    more = {
        "Accepts push notifications marketing (customer.metafields.custom.a)": "yes",
        "Accepts Phone Marketing (customer.metafields.custom.b)": "no",
        "Accepts post marketing (customer.metafields.custom.c)": "TRUE",
        "Accepts birthday e-mail (customer.metafields.custom.d)": "yes",
        "Accepts survey email (customer.metafields.custom.e)": "no",
        "Push token (customer.metafields.custom.f)": "device-1",
    }
    result = read(table([*CUSTOMERS, *more], [ANA | more]), feed="customers")
    assert stated(result) == {
        ("push", "marketing", True), ("phone", "marketing", False), ("post", "marketing", True),
        ("email", "birthday", True), ("email", "survey", False),
    }  # fmt: skip
    assert result.tables["contacts"]["push_token"].to_list() == ["device-1"]


def test_a_file_without_consent_columns_states_nothing(read, table):
    headers = [h for h in CUSTOMERS if not h.startswith("Accepts SMS")]
    result = read(table(headers, [ANA]), feed="customers")
    assert result.tables["consents"].is_empty()


def test_a_metafield_that_only_resembles_a_consent_states_nothing(read, table):
    headers = [*CUSTOMERS, "Accepts terms (customer.metafields.custom.terms)", "Phone model"]
    row = ANA | dict.fromkeys(headers[len(CUSTOMERS) :], "yes")
    assert read(table(headers, [row]), feed="customers").tables["consents"].is_empty()


@pytest.mark.parametrize(("field", "meaning"), CONSENT_FIELDS.items(), ids=list(CONSENT_FIELDS))
@pytest.mark.parametrize("feed", ["orders", "customers"])
def test_a_field_of_our_own_name_states_its_channel_and_purpose(read, feed, field, meaning):
    own = {"orders": "order_id,ordered_at,currency,total_amount", "customers": "customer_id"}[feed]
    row = {"orders": "1,2025-10-07 10:00,PHP,10", "customers": "c1"}[feed]
    result = read(f"{own},email,{field}\n{row},ana@example.com,no\n", feed=feed)
    assert stated(result) == {(*meaning, False)}


def test_a_consent_that_is_neither_yes_nor_no_is_left_out_and_told(read, table, told):
    result = read(table(CUSTOMERS, [ANA | {"Accepts SMS Marketing": "later"}]), feed="customers")
    assert stated(result) == set()
    assert result.tables["contacts"].height == 1
    assert "column Accepts SMS Marketing: later" in told(result)[0]


def test_our_own_address_fields_are_read_and_a_misspelt_consent_names_the_nearest(read):
    result = read(
        "customer_id,email,address_line,address_line_2,city,postal_code,region,push_token\n"
        "c1,ana@example.com,'t Hof 1,,Łódź,'00-001,łódzkie,tok\n",
        feed="customers",
    )
    kept = result.tables["contacts"].select(
        "address_line", "city", "postal_code", "region", "push_token"
    )
    assert kept.rows() == [("'t Hof 1", "Łódź", "00-001", "łódzkie", "tok")]
    read.define(
        "wrong",
        "source: wrong\nfeed: customers\ncolumns: {email: Email, accepts_email_birthdays: B}\n",
    )
    with pytest.raises(SourceError, match="did you mean 'accepts_email_birthday'"):
        read("Email\nana@example.com\n", feed="customers")


def test_woocommerce_orders_bring_the_billing_address(read, table):
    headers = [
        "order_id", "order_date", "status", "order_currency", "customer_email", "order_total", "billing_address_1",
        "billing_address_2", "billing_city", "billing_postcode", "billing_state", "billing_country", "line_item_1",
    ]  # fmt: skip
    row = {
        "order_id": "7", "order_date": "2025-10-07 10:00:00", "status": "completed", "order_currency": "PHP",
        "customer_email": "ana@example.com", "order_total": "10", "billing_address_1": "ul. Kawowa 7",
        "billing_address_2": "m. 2", "billing_city": "Łódź", "billing_postcode": "90-003", "billing_country": "PL",
        "line_item_1": "name:Tea|sku:T|quantity:1|total:10",
    }  # fmt: skip
    (found,) = read(table(headers, [row])).tables["contacts"].to_dicts()
    assert (found["address_line"], found["city"], found["postal_code"]) == (
        "ul. Kawowa 7, m. 2", "Łódź", "90-003",
    )  # fmt: skip
