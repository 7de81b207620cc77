"""What a reader looks up, made up: one table, one question, one claim, one other system."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from reports.reference import (
    Answerable,
    Claim,
    ColumnEntry,
    Reference,
    TableEntry,
    VendorFigure,
)

REFERENCE = Reference(
    tables=(
        TableEntry(
            "nps",
            "One row per survey.",
            (ColumnEntry("nps", 1, "nps", "double", "points", False, "Score.", "One row per survey."),),
        ),
    ),
    questions=(
        Answerable("M12", 12, "Spend", "nps", "unavailable", "needs the feed marketing_spend"),
    ),
    claims=(Claim("strong_80", "80 % is strong.", "An article", "No definition.", None),),
    vendors=(
        VendorFigure(
            "shopify", "returning_customer_rate", "month", date(2026, 9, 30), "All of history.", "help pages",
            Decimal(200), Decimal("0.375"), None, "returning_customer_share", Decimal("0.3"), Decimal("0.075"),
            "Guests are left out.", 210, 40, 1, 2, 3, 4,
        ),
    ),
)  # fmt: skip
