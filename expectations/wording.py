"""How the doors write figures, and how they say what a rule of the contract demands."""

from __future__ import annotations

import math
from decimal import Decimal

from transforms.canonical import CANONICAL, Column
from transforms.rules import REMEDIES, Rule


def count(number: float | Decimal | None, thing: str = "") -> str:
    """1234 rows -> "1,234 rows", 1 -> "1 row"; a count nobody knows is called unknown."""
    if number in (1, -1):
        thing = thing.removesuffix("s")
    figure = "an unknown number" if number is None else f"{number:,}"
    return f"{figure} {thing}".strip()


def share(part: float | Decimal | None) -> str:
    """0.1234 -> "12.3 %", three significant digits so that a small share is not shown as zero."""
    if part is None:
        return "without a value"
    if not math.isfinite(part):
        return "not a number"
    return f"{float(f'{100 * part:.3g}'):,g} %"


def demand(rule: Rule) -> str:
    """What the contract demands of the column, as the end of "orders.currency ..."."""
    table = CANONICAL.get(rule.table)
    column = table.column_by_name.get(rule.column) if table else None
    if column is None:
        return f"must not be {rule.code.replace('_', ' ')}"
    return {
        "missing": "must be filled",
        "unparseable": "must be readable",
        "not_allowed": f"must be one of {', '.join(column.allowed or ())}",
        "out_of_range": f"must lie {_limits(column)}",
        "malformed": f"must look like {column.pattern}",
        "duplicate": "must not occur twice",
        "excel_mangled": "must not be rounded by a spreadsheet",
        "unknown_currency": "must be an ISO 4217 currency",
        "negative": "must not be negative",
        "wrong_scale": "must be on the 0 to 10 scale",
    }.get(rule.code, f"must not be {rule.code.replace('_', ' ')}")


def remedy(rule: Rule) -> str:
    """What to do about refused rows, as the rules say it."""
    return REMEDIES.get(rule.code, "correct the export or its source definition")


def _limits(column: Column) -> str:
    minimum, maximum = column.minimum, column.maximum
    if column.above is not None:
        return f"above {column.above}"
    if maximum is None:
        return f"at {minimum} or above"
    return f"at {maximum} or below" if minimum is None else f"between {minimum} and {maximum}"
