"""Canonical tables of orders, people and surveys, one Parquet file per ingested file."""

from __future__ import annotations

from transforms.canonical.contract import (
    CONSENT_CHANNELS,
    CONSENT_PURPOSES,
    FINANCIAL_STATUSES,
    LINE_KINDS,
    MONEY,
    ORDER_KINDS,
    RESPONDENTS,
    VERSION_BASES,
    Column,
    Table,
    date_column,
    flag_column,
    integer_column,
    moment_column,
    money_column,
    text_column,
)

SOURCE = text_column("source", "Name of the source definition that read the file.", required=True)
LINEAGE = (
    text_column("file_id", "Which ingested file the row came from.", required=True),
    integer_column(
        "row_number", "Row in that file, as a spreadsheet numbers it.", required=True, minimum=1
    ),
)
VERSION = (
    moment_column(
        "version_at", "Moment that orders versions of the same thing; larger wins.", required=True
    ),
    text_column("version_basis", "What version_at rests on.", required=True, allowed=VERSION_BASES),
)
PERSON_KEYS = (
    text_column("customer_ref_key", "Keyed hash of the source's own customer id."),
    text_column("email_key", "Keyed hash of the normalised e-mail address."),
    text_column("phone_key", "Keyed hash of the phone number in E.164 form."),
)

ORDER_FACTS = (
    text_column("order_number", "Number people see on the order, where it differs from the id."),
    text_column(
        "order_kind",
        "Sale, or a return booked as a document of its own.",
        required=True,
        allowed=ORDER_KINDS,
    ),
    moment_column("ordered_at", "When the order was placed.", required=True),
    moment_column("cancelled_at", "When it was cancelled.", latest_state=True),
    text_column(
        "financial_status", "State of payment.", allowed=FINANCIAL_STATUSES, latest_state=True
    ),
    text_column(
        "fulfilment_status", "State of dispatch as the source words it.", latest_state=True
    ),
    flag_column("is_test", "True for a test order."),
    text_column("channel", "Where it was placed: web, pos, phone or the source's own word."),
    text_column("country", "Country the order was billed or shipped to."),
    text_column(
        "marketing_channel", "What brought the customer to this order, in the source's own word."
    ),
    text_column("referral_code", "Code of the customer or partner who referred the order."),
    text_column(
        "parent_order_id",
        "Order that this one replaces or exchanges; such an order is no purchase of its own.",
    ),
    flag_column("is_staff", "True for an order of the shop's own people."),
    text_column("discount_code", "Discount code used."),
    text_column(
        "currency",
        "ISO 4217 code of every amount of the order.",
        required=True,
        pattern=r"^[A-Z]{3}$",
    ),
    money_column(
        "gross_amount",
        "Sum of quantity x unit price over product lines, before discounts, without tax and shipping.",
        required=True,
    ),
    money_column("discount_amount", "Discounts on products, as a positive amount.", required=True),
    money_column("shipping_amount", "Shipping charged.", required=True),
    money_column("tax_amount", "Tax charged.", required=True),
    money_column("fee_amount", "Fees and adjustments that are no product.", required=True),
    money_column("total_amount", "What the customer was asked to pay, as the source states it."),
    money_column(
        "refunded_amount",
        "Cumulative refund known to the export, as a positive amount.",
        required=True,
        latest_state=True,
    ),
)

ORDERS = Table(
    "orders",
    "One row per order in each ingested file.",
    ("source", "order_id", "file_id"),
    (
        SOURCE,
        text_column("order_id", "Stable id of the order within its source.", required=True),
        *ORDER_FACTS,
        *PERSON_KEYS,
        *VERSION,
        *LINEAGE,
    ),
    feed="orders",
)

LINE_FACTS = (
    integer_column(
        "line_number", "Position of the line in its order, from 1.", required=True, minimum=1
    ),
    text_column(
        "line_kind", "Product, or what else the line stands for.", required=True, allowed=LINE_KINDS
    ),
    text_column("sku", "Product code."),
    text_column("product_name", "Product name as printed on the order."),
    Column("quantity", MONEY, "Quantity; negative on a return.", required=True),
    money_column("unit_price", "Price of one unit in the order's currency.", required=True),
    money_column("line_amount", "Quantity x unit price.", required=True),
    money_column(
        "line_discount_amount", "Discount on this line alone, as a positive amount.", required=True
    ),
)

ORDER_LINES = Table(
    "order_lines",
    "One row per line of an order in each ingested file.",
    ("source", "order_id", "file_id", "line_number"),
    (
        SOURCE,
        text_column("order_id", "Order the line belongs to.", required=True),
        *LINE_FACTS,
        *LINEAGE,
    ),
    feed="orders",
)

CONTACTS = Table(
    "contacts",
    "One row per mention of a person in an ingested file: the one place personal data is kept.",
    ("file_id", "row_number"),
    (
        SOURCE,
        *PERSON_KEYS,
        text_column("source_customer_id", "The source's own customer id.", personal=True),
        text_column(
            "email",
            "Normalised e-mail address.",
            personal=True,
            pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$",
        ),
        text_column("phone", "Phone number as given.", personal=True),
        text_column("first_name", "Given name.", personal=True),
        text_column("last_name", "Family name.", personal=True),
        text_column("language", "Preferred language, ISO 639.", pattern=r"^[a-z]{2,3}$"),
        text_column("country", "Country as the source words it."),
        text_column("address_line", "Street and house, both lines of the form.", personal=True),
        text_column("city", "City of that address.", personal=True),
        text_column("postal_code", "Postal code of that address.", personal=True),
        text_column("region", "State, province or region of that address.", personal=True),
        text_column("push_token", "Device to push to.", personal=True),
        date_column(
            "birthday", "Date of birth; year 1904 where the year is not known.", personal=True
        ),
        moment_column("seen_at", "When this was stated.", required=True),
        *LINEAGE,
    ),
    personal=True,
)

CONSENTS = Table(
    "consents",
    "One row per statement of a person's consent in an ingested file.",
    ("file_id", "row_number", "channel", "purpose"),
    (
        SOURCE,
        *PERSON_KEYS,
        text_column(
            "channel", "Channel the consent is for.", required=True, allowed=CONSENT_CHANNELS
        ),
        text_column(
            "purpose", "Purpose the consent is for.", required=True, allowed=CONSENT_PURPOSES
        ),
        flag_column("is_granted", "True where the person said yes.", required=True),
        moment_column("stated_at", "When this was stated.", required=True),
        *LINEAGE,
    ),
)

CUSTOMERS = Table(
    "customers",
    "One row per customer in each ingested customer file.",
    ("source", "customer_ref_key", "email_key", "phone_key", "file_id"),
    (
        SOURCE,
        *PERSON_KEYS,
        text_column("country", "Country as the source words it."),
        text_column("language", "Preferred language, ISO 639.", pattern=r"^[a-z]{2,3}$"),
        moment_column("created_at", "When the account was made."),
        text_column("tags", "Tags as the source words them.", latest_state=True),
        text_column("loyalty_tier", "Tier in the loyalty programme.", latest_state=True),
        date_column("loyalty_since", "Day the customer joined the loyalty programme."),
        flag_column("is_staff", "True for one of the shop's own people."),
        *VERSION,
        *LINEAGE,
    ),
    feed="customers",
)

RESPONSES = Table(
    "responses",
    "One row per survey response in each ingested file.",
    ("source", "response_id", "file_id"),
    (
        SOURCE,
        text_column("survey_id", "Which survey was answered.", required=True),
        text_column("response_id", "Stable id of the response within its source.", required=True),
        moment_column("submitted_at", "When it was sent in; the start where it was not."),
        flag_column("is_completed", "True where the respondent finished.", required=True),
        text_column("order_id", "Order the survey asked about, where it says so."),
        text_column("language", "Language it was answered in, ISO 639.", pattern=r"^[a-z]{2,3}$"),
        integer_column("score", "Answer to the recommendation question.", minimum=0, maximum=10),
        integer_column(
            "satisfaction_score",
            "Answer to the satisfaction question (CSAT).",
            minimum=1,
            maximum=5,
        ),
        integer_column(
            "effort_score",
            "Answer to the effort question (CES), 7 is easiest.",
            minimum=1,
            maximum=7,
        ),
        text_column("journey_stage", "Part of the customer's journey the survey asked about."),
        text_column(
            "respondent", "Who answered: a customer or one of the staff.", allowed=RESPONDENTS
        ),
        *PERSON_KEYS,
        *VERSION,
        *LINEAGE,
    ),
    feed="surveys",
)

ANSWERS = Table(
    "answers",
    "One row per answered question of a survey response. Free text may hold personal data.",
    ("source", "response_id", "file_id", "question_number"),
    (
        SOURCE,
        text_column("response_id", "Response the answer belongs to.", required=True),
        integer_column(
            "question_number",
            "Position of the question's column in the file, from 1.",
            required=True,
        ),
        text_column("question", "Header of the column.", required=True),
        text_column("answer", "The answer as given.", required=True, personal=True),
        *LINEAGE,
    ),
    feed="surveys",
    personal=True,
)
