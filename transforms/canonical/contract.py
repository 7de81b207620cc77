"""The vocabulary of the contract: columns, tables, types and code lists."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

CONTRACT_VERSION = "1"

MONEY = pl.Decimal(18, 4)
RATE = pl.Decimal(18, 8)
TIMESTAMP = pl.Datetime("us", "UTC")

FEEDS = (
    "orders", "surveys", "customers", "products", "deliveries", "exchange_rates", "returns", "invoices",
    "subscriptions", "reviews", "messages", "tickets", "marketing_spend", "annotations", "consents",
    "redemptions",
)  # fmt: skip
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
CONSENT_PURPOSES = ("marketing", "birthday", "survey", "service")
RESPONDENTS = ("customer", "staff")
INVOICE_STATUSES = ("open", "paid", "failed", "void")
MESSAGE_EVENTS = (
    "held_out", "sent", "delivered", "bounced", "opened", "clicked", "replied", "complained", "unsubscribed",
)  # fmt: skip
TICKET_STATUSES = ("open", "pending", "solved", "closed")
SPEND_PURPOSES = ("acquisition", "retention")
ANNOTATION_KINDS = ("campaign", "price", "holiday", "season", "outage", "competitor", "other")
REDEMPTION_KINDS = ("redeem", "adjust", "reward")
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
    above: int | None = None
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


def text_column(name: str, description: str, **rules: object) -> Column:
    """A column of that type."""
    return Column(name, pl.String, description, **rules)  # type: ignore[arg-type]


def money_column(name: str, description: str, **rules: object) -> Column:
    """A column of that type."""
    return Column(name, MONEY, description, **rules)  # type: ignore[arg-type]


def moment_column(name: str, description: str, **rules: object) -> Column:
    """A column of that type."""
    return Column(name, TIMESTAMP, description, **rules)  # type: ignore[arg-type]


def flag_column(name: str, description: str, **rules: object) -> Column:
    """A column of that type."""
    return Column(name, pl.Boolean, description, **rules)  # type: ignore[arg-type]


def integer_column(name: str, description: str, **rules: object) -> Column:
    """A column of that type."""
    return Column(name, pl.Int64, description, **rules)  # type: ignore[arg-type]


def date_column(name: str, description: str, **rules: object) -> Column:
    """A column of that type."""
    return Column(name, pl.Date, description, **rules)  # type: ignore[arg-type]


CUSTOMER_ID = text_column(
    "customer_id", "Suki's surrogate for the person; never an e-mail address.", required=True
)
