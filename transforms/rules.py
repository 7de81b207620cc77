"""The row rules: what makes Suki refuse a row. Derived from the contract, so each is said once.

polars applies them fast and counts; Great Expectations judges the counts
(`expectations/door_in.py` builds its suites from the same `rules_of`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from transforms.canonical import CANONICAL, Table

#: Codes of rules that no single column type or constraint implies.
CROSS_ROW_RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "orders": (
        ("order_id", "repeated"),
        ("currency", "inconsistent"),
        ("discount_amount", "inconsistent"),
        ("shipping_amount", "inconsistent"),
        ("tax_amount", "inconsistent"),
        ("total_amount", "inconsistent"),
        ("refunded_amount", "inconsistent"),
        ("version_at", "unparseable"),
    ),
    "order_lines": (
        ("quantity", "negative"),
        ("unit_price", "negative"),
        ("line_amount", "too_large"),
    ),
    "responses": (
        ("response_id", "repeated"),
        ("score", "wrong_scale"),
        ("version_at", "unparseable"),
    ),
    "customers": (("customer_ref_key", "unidentified"), ("version_at", "unparseable")),
    "redemptions": (("customer_ref_key", "unidentified"), ("version_at", "unparseable")),
    "consent_statements": (
        ("customer_ref_key", "unidentified"),
        ("customer_ref_key", "excel_mangled"),
        ("email_key", "unparseable"),
    ),
} | dict.fromkeys(
    (
        "products", "deliveries", "exchange_rates", "returns", "invoices", "subscriptions", "reviews", "messages",
        "tickets", "marketing_spend", "annotations",
    ),
    (("version_at", "unparseable"),),
)  # fmt: skip
#: Values that are left out while the row stays: a wrong address must not lose an order.
FORGIVEN = frozenset(
    {
        "responses.score.wrong_scale",
        "contacts.email.unparseable",
        "contacts.language.unparseable",
        "contacts.birthday.unparseable",
        "consents.is_granted.unparseable",
        "consent_statements.customer_ref_key.excel_mangled",
        "consent_statements.email_key.unparseable",
        "orders.is_test.unparseable",
        "orders.is_staff.unparseable",
        "products.is_active.unparseable",
        "responses.satisfaction_score.unparseable",
        "responses.effort_score.unparseable",
        "responses.satisfaction_score.out_of_range",
        "responses.effort_score.out_of_range",
        "tickets.satisfaction_score.unparseable",
        "tickets.satisfaction_score.out_of_range",
    }
)

#: Columns that Suki fills itself, and links that the parts of a unit share with it.
MADE_BY_SUKI = frozenset({"source", "file_id", "row_number", "version_at", "version_basis"})
PARTS = frozenset({"order_lines", "answers"})
ID_COLUMNS = frozenset(
    {"order_id", "order_number", "parent_order_id", "response_id", "sku", "source_customer_id", "return_id", "invoice_id",
     "subscription_id", "review_id", "message_id", "ticket_id", "redemption_id"}
)  # fmt: skip

REMEDIES = {
    "missing": "fill the cell in the source, or map the right column",
    "unparseable": "correct the cell, or declare its format in the source definition",
    "excel_mangled": "a spreadsheet rounded this id and its digits are lost; export again and do not re-save it",
    "excel_serial": "a spreadsheet turned this date into a number; export again and do not re-save it",
    "number_marks": "declare `decimal_mark` and `thousands_mark` in the source definition, or correct the cell",
    "too_precise": "Suki keeps four decimals; correct the cell, or declare `extra_decimals: round` in the source definition",
    "too_large": "Suki keeps amounts below 100,000,000,000,000; correct the cell in the source",
    "inconsistent": "rows of one order must agree; correct them, or map the column as one of lines",
    "repeated": "the file holds this more than once with different content; export again",
    "unidentified": "give the row an id, an e-mail address or a phone number",
    "unknown_currency": "use an ISO 4217 code such as PHP, or translate the word under `values`",
    "not_allowed": "correct the cell, or translate the word under `values` in the source definition",
    "out_of_range": "correct the cell in the source",
    "malformed": "correct the cell in the source",
    "negative": "declare `return_orders` or `negative_quantities` if the source books returns this way",
    "wrong_scale": "Suki needs a 0 to 10 scale; map another question, or none",
}


@dataclass(frozen=True)
class Rule:
    """One reason to refuse a row, named `table.column.code`."""

    table: str
    column: str
    code: str

    @property
    def name(self) -> str:
        """The rule's name in counts, suites and quarantine."""
        return f"{self.table}.{self.column}.{self.code}"

    @property
    def is_forgiven(self) -> bool:
        """True where the value is left out and the row kept."""
        return self.name in FORGIVEN

    def violation(self) -> pl.Expr | None:
        """True for rows that break the rule; None where the reader alone can tell."""
        contract = CANONICAL[self.table].column_by_name[self.column]
        value = pl.col(self.column)
        if self.code == "missing":
            return value.is_null()
        if self.code == "not_allowed":
            return value.is_not_null() & ~value.is_in(list(contract.allowed or ()))
        if self.code == "malformed":
            return value.is_not_null() & ~value.str.contains(contract.pattern or "")
        if self.code == "out_of_range":
            low = value < contract.minimum if contract.minimum is not None else pl.lit(False)
            low = low | (value <= contract.above if contract.above is not None else pl.lit(False))
            high = value > contract.maximum if contract.maximum is not None else pl.lit(False)
            return value.is_not_null() & (low | high)
        return None


def rules_of(table: Table) -> tuple[Rule, ...]:
    """Every rule of a canonical table, in the order of its columns."""
    rules = []
    for column in table.columns:
        if column.name in MADE_BY_SUKI or (
            table.name in PARTS and column.name in {"order_id", "response_id"}
        ):
            continue
        codes = [
            ("missing", column.required),
            ("unparseable", column.dtype != pl.String or column.name in {"email", "language"}),
            ("excel_mangled", column.name in ID_COLUMNS),
            ("unknown_currency", column.name.endswith("currency")),
            ("not_allowed", column.allowed is not None),
            ("out_of_range", {column.minimum, column.maximum, column.above} != {None}),
            ("malformed", column.pattern is not None),
        ]
        rules += [Rule(table.name, column.name, code) for code, applies in codes if applies]
    rules += [
        Rule(table.name, column, code) for column, code in CROSS_ROW_RULES.get(table.name, ())
    ]
    return tuple(rules)
