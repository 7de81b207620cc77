"""The page "Data quality": what was asked of the data, what was refused, what must agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reports.handed import Expectation, InputFile
from reports.pages.page import Page, Reading
from reports.words import N_, _, ngettext

MONTHS_LISTED = 13
DOORS = {
    "in": N_("Door in: before the figures are made"),
    "out": N_("Door out: before anybody sees them"),
}
BATCHES = {
    "rules_tonight": N_("Rules of the contract, by column"),
    "rule_counts_tonight": N_("Rows that broke a rule tonight"),
    "rule_counts_all": N_("Rows that broke a rule, ever"),
    "files": N_("Files"),
    "feeds": N_("Feeds"),
    "required_feeds": N_("Feeds that must be there"),
    "lists": N_("Lists"),
    "tables": N_("Tables that must not be empty"),
    "business_dates": N_("The business date"),
}
STEPS = {
    "export_total": N_("Totals of the orders as exported"),
    "orders_without_total": N_("Orders without a total"),
    "tax": N_("Tax"),
    "shipping": N_("Shipping"),
    "fees_and_gift_cards": N_("Fees and gift cards"),
    "difference_of_totals": N_("Totals that differ from their parts"),
    "discounts_added_back": N_("Discounts, added back"),
    "rounding_of_conversion": N_("Rounding of the conversion"),
    "gross_of_all_orders": N_("Goods at full price, all orders"),
    "invalid_test": N_("Test orders"),
    "invalid_cancelled": N_("Cancelled orders"),
    "invalid_voided": N_("Orders whose payment was voided"),
    "invalid_exchange": N_("Exchanges"),
    "invalid_staff": N_("Orders of the shop's own people"),
    "invalid_return": N_("Returns entered as orders"),
    "invalid_zero_value": N_("Orders worth nothing"),
    "invalid_fully_refunded": N_("Orders refunded whole"),
    "invalid_no_exchange_rate": N_("Orders in a currency without a rate"),
    "gross_sales": N_("Goods at full price, valid orders"),
    "discounts": N_("Discounts"),
    "returns": N_("Returns"),
    "net_sales": N_("Net sales"),
}


@dataclass(frozen=True)
class Step:
    """One row of `revenue_reconciliation`; `amount` is in the reporting currency."""

    source: str
    currency: str
    position: int
    step: str
    is_total: bool
    order_count: int
    source_amount: Decimal
    amount: Decimal | None


@dataclass(frozen=True)
class OrderSum:
    """One row of `order_reconciliation`, in the currency of the orders."""

    source: str
    currency: str
    order_count: int
    order_gross_amount: Decimal
    line_gross_amount: Decimal
    difference_amount: Decimal


@dataclass(frozen=True)
class RefundMonth:
    """One row of `refund_bridge_month`."""

    month_start: date
    is_complete: bool
    cohort_returns_amount: Decimal
    moved_out_amount: Decimal
    moved_in_amount: Decimal
    undated_amount: Decimal
    finance_returns_amount: Decimal
    residual_amount: Decimal


@dataclass(frozen=True)
class StepSum:
    """A step of the way to net sales, over all sources and currencies."""

    step: str
    is_total: bool
    order_count: int
    amount: Decimal


@dataclass(frozen=True)
class Asked:
    """All expectations of one table at one door."""

    door: str
    table: str
    expectations: tuple[Expectation, ...]

    @property
    def met_count(self) -> int:
        """Expectations that were met."""
        return sum(1 for one in self.expectations if one.is_met)


def values(reading: Reading) -> dict[str, Any]:
    """Expectations, quarantine, files, freshness, and the sums that must agree."""
    handed = reading.handed
    failed = [one for one in handed.expectations if not one.is_met]
    steps = reading.rows("revenue_reconciliation", Step)
    refunds = sorted(
        reading.rows("refund_bridge_month", RefundMonth), key=lambda row: row.month_start
    )
    return {
        "headline": headline(handed.expectations),
        "handed": handed,
        "failed": sorted(failed, key=lambda one: (one.severity != "critical", one.door != "in")),
        "asked": _asked(handed.expectations),
        "by_door": {
            door: tuple(one for one in handed.expectations if one.door == door)
            for door in dict.fromkeys(one.door for one in handed.expectations)
        },
        "files_by_feed": _by_feed(handed.inputs),
        "steps": _summed(steps),
        "steps_by_currency": _by_currency(steps),
        "orders": reading.rows("order_reconciliation", OrderSum),
        "refunds": tuple(refunds[::-1][:MONTHS_LISTED]),
        "door_names": DOORS,
        "batch_names": BATCHES,
        "step_names": STEPS,
        "observed": observed,
    }


def headline(expectations: Sequence[Expectation]) -> str:
    """What both doors found, in one sentence."""
    failed = [one for one in expectations if not one.is_met]
    critical = sum(1 for one in failed if one.severity == "critical")
    if not expectations:
        return _("What the doors found was not handed over")
    if critical:
        return ngettext(
            "{n} expectation that must hold does not",
            "{n} expectations that must hold do not",
            critical,
        ).format(n=critical)
    if failed:
        return ngettext(
            "All that must hold holds, with {n} warning",
            "All that must hold holds, with {n} warnings",
            len(failed),
        ).format(n=len(failed))
    return _("Every expectation of the data was met")


def observed(one: Expectation) -> str | None:
    """What was seen instead, as text, where there is something to tell."""
    if one.error:
        return one.error
    return None if one.observed is None else str(one.observed)


def _asked(expectations: Sequence[Expectation]) -> tuple[Asked, ...]:
    keys = dict.fromkeys((one.door, one.table) for one in expectations)
    return tuple(
        Asked(
            door,
            table,
            tuple(one for one in expectations if (one.door, one.table) == (door, table)),
        )
        for door, table in keys
    )


def _by_feed(inputs: Sequence[InputFile]) -> dict[str, tuple[InputFile, ...]]:
    feeds = dict.fromkeys(file.feed for file in inputs)
    return {feed: tuple(file for file in inputs if file.feed == feed) for feed in feeds}


def _summed(steps: Sequence[Step]) -> tuple[StepSum, ...]:
    """The way to net sales over all sources; steps in which nothing happened are left out."""
    names = dict.fromkeys(row.step for row in sorted(steps, key=lambda row: row.position))
    sums = []
    for name in names:
        own = [row for row in steps if row.step == name]
        total = sum((row.amount or Decimal(0) for row in own), Decimal(0))
        if own[0].is_total or total:
            sums.append(StepSum(name, own[0].is_total, sum(row.order_count for row in own), total))
    return tuple(sums)


def _by_currency(steps: Sequence[Step]) -> dict[tuple[str, str], tuple[Step, ...]]:
    keys = dict.fromkeys((row.source, row.currency) for row in steps)
    return {
        key: tuple(
            row
            for row in sorted(steps, key=lambda row: row.position)
            if (row.source, row.currency) == key and (row.is_total or row.source_amount)
        )
        for key in keys
    }


PAGE = Page("quality.html", N_("Data quality"), values)
