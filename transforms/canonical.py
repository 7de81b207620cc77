"""The canonical contract: what a row means once Suki has read it, whatever file it came from.

Everything that must agree on the shape of the tables reads this module: the readers that
fill them, the row rules that guard them, the dbt source YAML and the Great Expectations
suites generated from it. A test refuses drift.

Three families of tables:

* *canonical* tables, one immutable Parquet file per ingested file (`CANONICAL`);
* *current* tables, one row per thing as known to one run, which dbt reads (`CURRENT`);
* *score* tables, made by polars from dbt facts and read by dbt marts (`SCORES`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

CONTRACT_VERSION = "1"

MONEY = pl.Decimal(18, 4)
RATE = pl.Decimal(18, 8)
TIMESTAMP = pl.Datetime("us", "UTC")

FEEDS = ("orders", "surveys", "customers", "products", "deliveries", "exchange_rates")
ORDER_KINDS = ("sale", "return")
LINE_KINDS = ("product", "shipping", "discount", "fee", "gift_card", "adjustment")
FINANCIAL_STATUSES = (
    "pending",
    "authorized",
    "partially_paid",
    "paid",
    "partially_refunded",
    "refunded",
    "voided",
    "failed",
)
CONSENT_CHANNELS = ("email", "sms", "push", "phone", "post")
CONSENT_PURPOSES = ("marketing", "birthday")
VERSION_BASES = ("updated_at", "file_name", "arrival")


@dataclass(frozen=True)
class Column:
    """One column: its type, its meaning, and what a row must satisfy to be accepted."""

    name: str
    dtype: pl.DataType | type[pl.DataType]
    description: str
    required: bool = False
    allowed: tuple[str, ...] | None = None
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    personal: bool = False
    latest_state: bool = False


@dataclass(frozen=True)
class Table:
    """One table: what one row is, which columns tell rows apart, and its columns in order."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    feed: str | None = None
    personal: bool = False
    column_by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column_by_name", {c.name: c for c in self.columns})

    @property
    def schema(self) -> pl.Schema:
        """The polars schema, columns in the order of the contract."""
        return pl.Schema({c.name: c.dtype for c in self.columns})

    def empty(self) -> pl.DataFrame:
        """A frame of no rows in the table's exact shape."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Bring a frame to the contract: order of columns, types, absent optional ones null.

        Raises:
            ValueError: a required column is missing or a column is not part of the contract.
        """
        strangers = set(frame.columns) - set(self.column_by_name)
        missing = {c.name for c in self.columns if c.required} - set(frame.columns)
        if strangers or missing:
            raise ValueError(
                f"{self.name}: columns outside the contract {sorted(strangers)}, "
                f"required columns missing {sorted(missing)}"
            )
        return frame.select(
            (pl.col(c.name) if c.name in frame.columns else pl.lit(None))
            .cast(c.dtype)
            .alias(c.name)
            for c in self.columns
        )


def _text(name: str, description: str, **rules: object) -> Column:
    return Column(name, pl.String, description, **rules)  # type: ignore[arg-type]


def _money(name: str, description: str, **rules: object) -> Column:
    return Column(name, MONEY, description, **rules)  # type: ignore[arg-type]


def _moment(name: str, description: str, **rules: object) -> Column:
    return Column(name, TIMESTAMP, description, **rules)  # type: ignore[arg-type]


def _flag(name: str, description: str, **rules: object) -> Column:
    return Column(name, pl.Boolean, description, **rules)  # type: ignore[arg-type]


def _integer(name: str, description: str, **rules: object) -> Column:
    return Column(name, pl.Int64, description, **rules)  # type: ignore[arg-type]


def _date(name: str, description: str, **rules: object) -> Column:
    return Column(name, pl.Date, description, **rules)  # type: ignore[arg-type]


SOURCE = _text("source", "Name of the source definition that read the file.", required=True)
LINEAGE = (
    _text("file_id", "Which ingested file the row came from.", required=True),
    _integer(
        "row_number", "Row in that file, as a spreadsheet numbers it.", required=True, minimum=1
    ),
)
VERSION = (
    _moment(
        "version_at", "Moment that orders versions of the same thing; larger wins.", required=True
    ),
    _text("version_basis", "What version_at rests on.", required=True, allowed=VERSION_BASES),
)
PERSON_KEYS = (
    _text("customer_ref_key", "Keyed hash of the source's own customer id."),
    _text("email_key", "Keyed hash of the normalised e-mail address."),
    _text("phone_key", "Keyed hash of the phone number in E.164 form."),
)

_ORDER_FACTS = (
    _text("order_number", "Number people see on the order, where it differs from the id."),
    _text(
        "order_kind",
        "Sale, or a return booked as a document of its own.",
        required=True,
        allowed=ORDER_KINDS,
    ),
    _moment("ordered_at", "When the order was placed.", required=True),
    _moment("cancelled_at", "When it was cancelled.", latest_state=True),
    _text("financial_status", "State of payment.", allowed=FINANCIAL_STATUSES, latest_state=True),
    _text("fulfilment_status", "State of dispatch as the source words it.", latest_state=True),
    _flag("is_test", "True for a test order."),
    _text("channel", "Where it was placed: web, pos, phone or the source's own word."),
    _text("country", "Country the order was billed or shipped to."),
    _text("discount_code", "Discount code used."),
    _text(
        "currency",
        "ISO 4217 code of every amount of the order.",
        required=True,
        pattern=r"^[A-Z]{3}$",
    ),
    _money(
        "gross_amount",
        "Sum of quantity x unit price over product lines, before discounts, without tax and shipping.",
        required=True,
    ),
    _money("discount_amount", "Discounts on products, as a positive amount.", required=True),
    _money("shipping_amount", "Shipping charged.", required=True),
    _money("tax_amount", "Tax charged.", required=True),
    _money("fee_amount", "Fees and adjustments that are no product.", required=True),
    _money("total_amount", "What the customer was asked to pay, as the source states it."),
    _money(
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
        _text("order_id", "Stable id of the order within its source.", required=True),
        *_ORDER_FACTS,
        *PERSON_KEYS,
        *VERSION,
        *LINEAGE,
    ),
    feed="orders",
)

_LINE_FACTS = (
    _integer("line_number", "Position of the line in its order, from 1.", required=True, minimum=1),
    _text(
        "line_kind", "Product, or what else the line stands for.", required=True, allowed=LINE_KINDS
    ),
    _text("sku", "Product code."),
    _text("product_name", "Product name as printed on the order."),
    Column("quantity", MONEY, "Quantity; negative on a return.", required=True),
    _money("unit_price", "Price of one unit in the order's currency.", required=True),
    _money("line_amount", "Quantity x unit price.", required=True),
    _money(
        "line_discount_amount", "Discount on this line alone, as a positive amount.", required=True
    ),
)

ORDER_LINES = Table(
    "order_lines",
    "One row per line of an order in each ingested file.",
    ("source", "order_id", "file_id", "line_number"),
    (
        SOURCE,
        _text("order_id", "Order the line belongs to.", required=True),
        *_LINE_FACTS,
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
        _text("source_customer_id", "The source's own customer id.", personal=True),
        _text(
            "email",
            "Normalised e-mail address.",
            personal=True,
            pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$",
        ),
        _text("phone", "Phone number as given.", personal=True),
        _text("first_name", "Given name.", personal=True),
        _text("last_name", "Family name.", personal=True),
        _text("language", "Preferred language, ISO 639.", pattern=r"^[a-z]{2,3}$"),
        _text("country", "Country as the source words it."),
        _date("birthday", "Date of birth; year 1904 where the year is not known.", personal=True),
        _moment("seen_at", "When this was stated.", required=True),
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
        _text("channel", "Channel the consent is for.", required=True, allowed=CONSENT_CHANNELS),
        _text("purpose", "Purpose the consent is for.", required=True, allowed=CONSENT_PURPOSES),
        _flag("is_granted", "True where the person said yes.", required=True),
        _moment("stated_at", "When this was stated.", required=True),
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
        _text("country", "Country as the source words it."),
        _text("language", "Preferred language, ISO 639.", pattern=r"^[a-z]{2,3}$"),
        _moment("created_at", "When the account was made."),
        _text("tags", "Tags as the source words them.", latest_state=True),
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
        _text("survey_id", "Which survey was answered.", required=True),
        _text("response_id", "Stable id of the response within its source.", required=True),
        _moment("submitted_at", "When it was sent in; the start where it was not."),
        _flag("is_completed", "True where the respondent finished.", required=True),
        _text("order_id", "Order the survey asked about, where it says so."),
        _text("language", "Language it was answered in, ISO 639.", pattern=r"^[a-z]{2,3}$"),
        _integer("score", "Answer to the recommendation question.", minimum=0, maximum=10),
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
        _text("response_id", "Response the answer belongs to.", required=True),
        _integer(
            "question_number",
            "Position of the question's column in the file, from 1.",
            required=True,
        ),
        _text("question", "Header of the column.", required=True),
        _text("answer", "The answer as given.", required=True, personal=True),
        *LINEAGE,
    ),
    feed="surveys",
    personal=True,
)

PRODUCTS = Table(
    "products",
    "One row per product in each ingested product file.",
    ("source", "sku", "file_id"),
    (
        SOURCE,
        _text("sku", "Product code, as it stands on order lines.", required=True),
        _text("product_name", "Product name.", required=True),
        _text("category", "Product category."),
        _money("unit_price", "List price."),
        _money("unit_cost", "Cost of one unit."),
        _text("currency", "ISO 4217 code of the amounts.", pattern=r"^[A-Z]{3}$"),
        _date("first_listed_date", "First day on sale."),
        _flag("is_active", "False for a discontinued product.", latest_state=True),
        *VERSION,
        *LINEAGE,
    ),
    feed="products",
)

DELIVERIES = Table(
    "deliveries",
    "One row per delivery in each ingested delivery file.",
    ("source", "order_id", "file_id"),
    (
        SOURCE,
        _text("order_id", "Order delivered, as the orders feed names it.", required=True),
        _moment("shipped_at", "When it left."),
        _moment("delivered_at", "When it arrived."),
        *VERSION,
        *LINEAGE,
    ),
    feed="deliveries",
)

EXCHANGE_RATES = Table(
    "exchange_rates",
    "One row per currency and day in each ingested rate file.",
    ("rate_date", "from_currency", "to_currency", "file_id"),
    (
        SOURCE,
        _date("rate_date", "Day the rate was published for.", required=True),
        _text("from_currency", "Currency converted from.", required=True, pattern=r"^[A-Z]{3}$"),
        _text("to_currency", "Currency converted to.", required=True, pattern=r"^[A-Z]{3}$"),
        Column(
            "rate",
            RATE,
            "Units of to_currency for one unit of from_currency.",
            required=True,
            minimum=0,
        ),
        *VERSION,
        *LINEAGE,
    ),
    feed="exchange_rates",
)

CANONICAL: dict[str, Table] = {
    table.name: table
    for table in (
        ORDERS, ORDER_LINES, CONTACTS, CONSENTS, CUSTOMERS, RESPONSES, ANSWERS,
        PRODUCTS, DELIVERIES, EXCHANGE_RATES,
    )
}  # fmt: skip

FEED_TABLES: dict[str, tuple[str, ...]] = {
    "orders": ("orders", "order_lines", "contacts", "consents"),
    "surveys": ("responses", "answers", "contacts"),
    "customers": ("customers", "contacts", "consents"),
    "products": ("products",),
    "deliveries": ("deliveries",),
    "exchange_rates": ("exchange_rates",),
}
UNIT_TABLE: dict[str, str] = {
    "orders": "orders",
    "surveys": "responses",
    "customers": "customers",
    "products": "products",
    "deliveries": "deliveries",
    "exchange_rates": "exchange_rates",
}

_CUSTOMER_ID = _text(
    "customer_id", "Suki's surrogate for the person; never an e-mail address.", required=True
)

CURRENT: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "run_context",
            "One row: what this run was asked.",
            ("as_of",),
            (
                _date(
                    "as_of",
                    "Last business date of the run, in the store's time zone.",
                    required=True,
                ),
                _text(
                    "store_timezone",
                    "IANA zone that decides which day an order falls on.",
                    required=True,
                ),
                _text(
                    "reporting_currency",
                    "ISO 4217 code of every amount in the marts.",
                    required=True,
                ),
                _integer(
                    "headline_active_days",
                    "A of the headline retention rate, in days.",
                    required=True,
                ),
                _flag(
                    "zero_value_orders_are_valid",
                    "True where an order of zero value counts as a purchase.",
                    required=True,
                ),
                _flag(
                    "fully_refunded_orders_are_valid",
                    "True where a fully refunded order counts as a purchase.",
                    required=True,
                ),
                _integer(
                    "survey_window_days",
                    "Days in which one person has one survey answer.",
                    required=True,
                ),
            ),
        ),
        Table(
            "orders",
            "One row per order as known to the run, placed on or before as_of.",
            ("source", "order_id"),
            (
                SOURCE,
                _text("order_id", "Stable id of the order within its source.", required=True),
                _CUSTOMER_ID,
                _flag(
                    "is_identified", "False for a guest without e-mail, phone or id.", required=True
                ),
                _date("order_date", "Day of the order in the store's time zone.", required=True),
                *_ORDER_FACTS,
                Column(
                    "exchange_rate",
                    RATE,
                    "Units of the reporting currency for one unit of the order's; null where none was published within 7 days.",
                ),
                _date("exchange_rate_date", "Day the rate was published for."),
                _flag(
                    "is_stale",
                    "True where a newer version of the order was quarantined.",
                    required=True,
                ),
                *VERSION,
            ),
        ),
        Table(
            "order_lines",
            "One row per line of a current order.",
            ("source", "order_id", "line_number"),
            (SOURCE, _text("order_id", "Order the line belongs to.", required=True), *_LINE_FACTS),
        ),
        Table(
            "customers",
            "One row per person with an order, a customer record or a survey response.",
            ("customer_id",),
            (
                _CUSTOMER_ID,
                _flag(
                    "is_identified", "False for a guest without e-mail, phone or id.", required=True
                ),
                _text("country", "Country, latest stated."),
                _text("language", "Preferred language, latest stated."),
                _flag("has_email", "True where an e-mail address is known.", required=True),
                _flag(
                    "email_marketing_consent",
                    "True where the latest statement about marketing e-mail is yes.",
                    required=True,
                ),
            ),
        ),
        Table(
            "responses",
            "One row per survey response as known to the run.",
            ("source", "response_id"),
            (
                SOURCE,
                _text("survey_id", "Which survey was answered.", required=True),
                _text("response_id", "Stable id of the response within its source.", required=True),
                _text("customer_id", "Who answered; null where unknown."),
                _date("response_date", "Day of the response in the store's time zone."),
                _moment("submitted_at", "When it was sent in."),
                _flag("is_completed", "True where the respondent finished.", required=True),
                _integer("score", "Answer to the recommendation question, 0 to 10."),
                _text("language", "Language it was answered in."),
            ),
        ),
        Table(
            "products",
            "One row per product as known to the run.",
            ("sku",),
            (
                _text("sku", "Product code.", required=True),
                _text("product_name", "Product name.", required=True),
                _text("category", "Product category."),
                _date("first_listed_date", "First day on sale."),
                _flag("is_active", "False for a discontinued product."),
            ),
        ),
        Table(
            "deliveries",
            "One row per delivered order as known to the run.",
            ("source", "order_id"),
            (
                SOURCE,
                _text("order_id", "Order delivered.", required=True),
                _moment("shipped_at", "When it left."),
                _moment("delivered_at", "When it arrived."),
            ),
        ),
        Table(
            "feed_counts",
            "One row per feed: accepted units = current + superseded.",
            ("feed",),
            (
                _text("feed", "Name of the feed.", required=True),
                _integer(
                    "accepted_units",
                    "Orders, responses or records accepted over all files.",
                    required=True,
                ),
                _integer("current_units", "Of these, the version in force.", required=True),
                _integer(
                    "superseded_units", "Of these, replaced by a newer version.", required=True
                ),
                _integer(
                    "after_as_of_units",
                    "Of the current ones, dated after as_of and left out.",
                    required=True,
                ),
                _integer(
                    "stale_units",
                    "Current units whose newer version was quarantined.",
                    required=True,
                ),
                _date("newest_date", "Newest business date in the feed."),
            ),
        ),
    )
}

SCORES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "customer_segments",
            "One row per identified customer with a valid order: exactly one RFM segment, and why.",
            ("customer_id",),
            (
                _CUSTOMER_ID,
                _text("segment", "Name of the RFM segment.", required=True),
                _text("lifecycle_state", "new, active, at_risk or lapsed.", required=True),
                _integer("recency_score", "1 to 5, 5 bought most recently.", required=True, minimum=1, maximum=5),
                _integer("frequency_score", "1 to 5, 5 buys most often.", required=True, minimum=1, maximum=5),
                _integer("monetary_score", "1 to 5, 5 spends most.", required=True, minimum=1, maximum=5),
                _integer("frequency_monetary_score", "Mean of the two, halves rounded up.", required=True, minimum=1, maximum=5),
                _integer("days_since_last_order", "Days from the last purchase occasion to as_of.", required=True, minimum=0),
                _integer("occasion_count", "Purchase occasions inside the window.", required=True),
                _money("net_sales_amount", "Net sales inside the window, reporting currency.", required=True),
                _integer("at_risk_limit_days", "Silence after which the chance of return falls below 25 %.", required=True),
                _integer("lapse_limit_days", "Silence after which it falls below 10 %; null where never reached."),
            ),
        ),
        Table(
            "score_thresholds",
            "One row per score and cut point of the run.",
            ("score_name", "cut_number"),
            (
                _text("score_name", "recency, frequency, monetary, or a lifecycle limit.", required=True),
                _integer("cut_number", "Number of the cut point, from 1.", required=True),
                Column("threshold", pl.Float64, "Value of the cut point: days, occasions or money."),
                _text("unit", "Unit of the threshold.", required=True),
            ),
        ),
        Table(
            "product_intervals",
            "One row per product or category with enough repeat purchases to know its reorder time.",
            ("level", "item"),
            (
                _text("level", "sku or category.", required=True, allowed=("sku", "category")),
                _text("item", "Product code or category name.", required=True),
                _integer("interval_count", "Gaps behind the estimate, open ones included.", required=True),
                _integer("event_count", "Completed gaps behind the estimate.", required=True),
                _integer("reorder_days", "Kaplan-Meier median in days; the first quartile where the median is not reached.", required=True, minimum=1),
                _text("quantile", "median or first_quartile.", required=True),
            ),
        ),
        Table(
            "reorder_due",
            "One row per customer and product due for a reorder reminder.",
            ("customer_id", "sku"),
            (
                _CUSTOMER_ID,
                _text("sku", "Product code.", required=True),
                _text("product_name", "Product name.", required=True),
                _date("last_order_date", "Day the customer last bought the product.", required=True),
                _integer("reorder_days", "Typical days until it is bought again.", required=True),
                _text("basis", "sku or category: where the interval comes from.", required=True),
                _integer("interval_count", "Gaps behind the interval.", required=True),
                _date("due_date", "Day the reminder falls due; never in the past.", required=True),
            ),
        ),
        Table(
            "survival_curve",
            "One row per order band and day: share of customers not yet back.",
            ("band", "day"),
            (
                _text("band", "all, first or later: which orders open the gap.", required=True),
                _integer("day", "Days since the order.", required=True, minimum=0),
                Column("survival_share", pl.Float64, "Kaplan-Meier share not yet back.", required=True),
                _integer("at_risk_count", "Gaps still open at that day.", required=True),
            ),
        ),
    )
}  # fmt: skip
