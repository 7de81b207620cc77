"""The page on churn: who leaves, how long a silence means it, how right we were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.pages import backtests
from reports.pages.churn_rows import (
    ChurnTest,
    CurvePoint,
    LapseMonth,
    Limit,
    NextOrder,
    StateCount,
)
from reports.pages.page import Page, Reading
from reports.pages.rates import churn_trend, lapse_trend, observed_months
from reports.pages.survival import BANDS, return_curves, tenure_curve
from reports.words import N_

STATES = {
    "prospect": N_("Has not ordered yet"),
    "new": N_("New"),
    "active": N_("Active"),
    "at_risk": N_("At risk"),
    "lapsed": N_("Lapsed"),
    "reactivated": N_("Came back"),
}
ITEMS = {
    "all": N_("All orders"),
    "first": N_("After the first order"),
    "second": N_("After the second order"),
    "third_or_later": N_("After the third order or later"),
    "with_discount": N_("First order with a discount"),
    "no_known_discount": N_("First order without a known discount"),
    **BANDS,
}
LEVELS = ("all", "order_number", "category")
SCOPES = ("all", "order_number", "first_order_discount", "category", "product")


def values(reading: Reading) -> dict[str, Any]:
    """The charts and tables of the page."""
    formats, end = reading.formats, reading.formats.day(reading.context.as_of)
    points = reading.rows("survival_curve", CurvePoint)
    tests = reading.rows("churn_backtest", ChurnTest)
    return {
        "churn_trend": churn_trend(observed_months(reading, "period_churn_rate"), formats),
        "lapse_trend": lapse_trend(_lapse_months(reading), formats),
        "return_curves": return_curves(points, end, formats),
        "tenure_curve": tenure_curve(points, end, formats),
        "backtest": backtests.churn(tests, formats),
        "tests": sorted(
            (test for test in tests if test.method == "rule" and test.level != "all"),
            key=lambda test: _place(test.item, STATES),
        ),
        "states": sorted(
            reading.rows("lifecycle_summary", StateCount),
            key=lambda row: _place(row.state, STATES),
        ),
        "limits": _limits(reading),
        "next_orders": sorted(
            reading.rows("time_to_next_order", NextOrder),
            key=lambda row: (SCOPES.index(row.scope), row.item_name, row.item),
        ),
        "state_names": STATES,
        "item_names": ITEMS,
    }


def _lapse_months(reading: Reading) -> list[LapseMonth]:
    rows = reading.rows("lapse_period", LapseMonth)
    ended = [row for row in rows if row.month_end <= reading.context.as_of]
    return sorted(ended, key=lambda row: row.month_start)


def _limits(reading: Reading) -> list[Limit]:
    """The limits in force; those of the next quarter are still forming."""
    rows = reading.rows("lifecycle_limits", Limit, {"status": ["in_force"]})
    return sorted(rows, key=lambda row: (LEVELS.index(row.level), *_place(row.item, ITEMS)))


def _place(name: str, known: Mapping[str, str]) -> tuple[int, str]:
    """By the order of the known names, then the others by theirs."""
    names = list(known)
    return (names.index(name) if name in names else len(names), name)


PAGE = Page("churn.html", N_("Churn and survival"), values)
