"""The page on cohorts: do the customers of a month come back, and what do they bring?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reports import charts, plots
from reports.charts import NoPicture
from reports.findings import Finding
from reports.formats import Formats
from reports.interactive import InteractiveChart, interactive
from reports.pages.heat_views import GRAINS, MEASURES, Average, Cell, views
from reports.pages.page import Page, Reading
from reports.pages.rates import interval_words
from reports.rows import SMALL_SAMPLE
from reports.words import N_, _

#: An average over fewer cohorts tells about those cohorts, not about the shop.
COHORTS_NEEDED = 3


@dataclass(frozen=True)
class CohortSales:
    """One row of `revenue_cohort`."""

    cohort_month: date
    month_offset: int
    period_end: date
    cohort_size: int
    cumulative_net_sales_amount: Decimal
    cumulative_net_sales_per_customer: Decimal | None
    cell_status: str


def values(reading: Reading) -> dict[str, Any]:
    """The table in its views and the curves."""
    formats, context = reading.formats, reading.context
    only = {"measure": sorted({measure.measure for measure in MEASURES})}
    cells = reading.rows("retention_cohort", Cell, only)
    averages = reading.rows("retention_cohort_average", Average, only)
    made = views(cells, averages, formats)
    return {
        "views": made,
        "grains": {key: title for key, title in GRAINS.items() if key in {v.grain for v in made}},
        "measures": [m for m in MEASURES if m.key in {view.measure.key for view in made}],
        "heat_map": charts.cohorts(context, formats),
        "average_curve": average_curve(averages, formats.day(context.as_of), formats),
        "sales_curves": sales_curves(reading.rows("revenue_cohort", CohortSales), formats),
    }


def average_curve(
    averages: Sequence[Average], end: str, formats: Formats
) -> InteractiveChart | NoPicture:
    """Share of customers with an order in each later month, over the finished months of cohorts."""
    told = sorted(
        (
            row
            for row in averages
            if (row.cohort_grain, row.measure) == ("month", "n_period")
            and row.period_offset >= 1
            and row.rate is not None
            and row.cohort_count >= COHORTS_NEEDED
            and row.cohort_size >= SMALL_SAMPLE
        ),
        key=lambda row: row.period_offset,
    )
    if len(told) < 2:
        return NoPicture(
            _("No average curve yet: it needs {n} cohorts with two finished months each.").format(
                n=COHORTS_NEEDED
            )
        )
    records = [_average_record(row, row.rate or Decimal(0), formats) for row in told]
    x_ticks = _month_ticks(told[-1].period_offset, formats, first=1)
    y_ticks = plots.steps(0.0, max(record["high"] for record in records), formats.percent_round)
    tips = {
        "x": _("Month"), "text": _("Ordered"), "interval": _("95% interval"),
        "size": _("Customers (n)"), "cohorts": _("Cohorts"),
    }  # fmt: skip
    finding = _average_finding(told, end, formats)
    return interactive(
        "cohort-average",
        plots.curve_with_band(records, _("months after the first order"), (x_ticks, y_ticks), tips),
        finding,
        told=finding.title + ".",
        header=tuple(tips.values()),
        rows=[tuple(str(record[key]) for key in tips) for record in records],
    )


def _average_record(row: Average, rate: Decimal, formats: Formats) -> dict[str, Any]:
    return {
        "x": row.period_offset,
        "rate": float(rate),
        "low": float(rate if row.interval_low is None else row.interval_low),
        "high": float(rate if row.interval_high is None else row.interval_high),
        "text": formats.percent(rate),
        "interval": interval_words(row.interval_low, row.interval_high, formats),
        "size": formats.count(row.cohort_size),
        "cohorts": formats.count(row.cohort_count),
    }


def _average_finding(told: Sequence[Average], end: str, formats: Formats) -> Finding:
    first, last = told[0], told[-1]
    title = _("{early} of new customers order in month {k}, {late} in month {m}").format(
        early=formats.percent(first.rate or Decimal(0)),
        k=formats.count(first.period_offset),
        late=formats.percent(last.rate or Decimal(0)),
        m=formats.count(last.period_offset),
    )
    subtitle = _(
        "Share of customers with an order in each month after their first, over finished months "
        "of at least {cohorts} cohorts, with its 95% interval; n = {low} to {high} customers; "
        "orders to {end}"
    ).format(
        cohorts=COHORTS_NEEDED,
        low=formats.count(min(row.cohort_size for row in told)),
        high=formats.count(max(row.cohort_size for row in told)),
        end=end,
    )
    return Finding(title, subtitle)


def sales_curves(rows: Sequence[CohortSales], formats: Formats) -> InteractiveChart | NoPicture:
    """Net sales per customer so far: a line per cohort, and all cohorts together."""
    over = sorted(
        (row for row in rows if row.cell_status == "complete" and row.cohort_size),
        key=lambda row: (row.cohort_month, row.month_offset),
    )
    everyone = _all_cohorts(over)
    if len(everyone) < 2:
        return NoPicture(
            _("No sales curve yet: it needs {n} cohorts with two finished months each.").format(
                n=COHORTS_NEEDED
            )
        )
    highlighted = _("All cohorts")
    records: plots.Records = [
        _sales_record(formats.month_tiny(row.cohort_month), row.month_offset, amount,
                      row.cohort_size, formats)
        for row in over
        if (amount := row.cumulative_net_sales_per_customer) is not None
    ] + [_sales_record(highlighted, *point, formats) for point in everyone]  # fmt: skip
    x_ticks = _month_ticks(max(record["x"] for record in records), formats)
    y_ticks = plots.steps(0.0, max(record["y"] for record in records), formats.count_short)
    tips = {"group": _("Cohort"), "x": _("Month"), "text": _("Per customer"), "size": _("n")}
    finding = _sales_finding(everyone, over, formats)
    return interactive(
        "cohort-sales",
        plots.one_among_many(
            records, highlighted, _("months after the first order"), (x_ticks, y_ticks), tips
        ),
        finding,
        told=finding.title + ".",
        header=(_("Month"), _("Per customer"), _("Customers (n)")),
        rows=[
            (formats.count(offset), formats.money(amount), formats.count(size))
            for offset, amount, size in everyone
        ],
    )


def _sales_record(
    group: str, offset: int, amount: Decimal, size: int, formats: Formats
) -> dict[str, Any]:
    return {
        "group": group,
        "x": offset,
        "y": float(amount),
        "text": formats.money(amount),
        "size": formats.count(size),
    }


def _all_cohorts(over: Sequence[CohortSales]) -> list[tuple[int, Decimal, int]]:
    """Ratio of sums by month, over the cohorts that have lived it.

    It stops where less than half of the customers have lived so long: from there on it would tell
    of the oldest cohorts only, and could even fall.
    """
    told = []
    everyone = sum(row.cohort_size for row in over if row.month_offset == 0)
    for offset in sorted({row.month_offset for row in over}):
        lived = [row for row in over if row.month_offset == offset]
        customers = sum(row.cohort_size for row in lived)
        few = len(lived) < COHORTS_NEEDED or customers < SMALL_SAMPLE
        if few or customers * 2 < everyone:
            break
        amount = sum((row.cumulative_net_sales_amount for row in lived), Decimal(0))
        told.append((offset, amount / customers, customers))
    return told


def _sales_finding(
    everyone: Sequence[tuple[int, Decimal, int]], over: Sequence[CohortSales], formats: Formats
) -> Finding:
    wanted = [point for point in everyone if point[0] in (0, 3, 6, 12)]
    (_first, start, size), (offset, amount, _size) = wanted[0], (wanted[1:] or everyone[-1:])[-1]
    title = _("A customer brings {start} in the first month and {amount} by month {k}").format(
        start=formats.money(start), amount=formats.money(amount), k=formats.count(offset)
    )
    subtitle = _(
        "Net sales per customer so far, {currency}; thin lines are cohorts, the thick one all "
        "cohorts while half of all customers have lived that month; n = {n} customers; finished "
        "months to {end}"
    ).format(
        currency=formats.currency,
        n=formats.count(size),
        end=formats.day(max(row.period_end for row in over)),
    )
    return Finding(title, subtitle)


def _month_ticks(last: int, formats: Formats, first: int = 0) -> plots.Ticks:
    step = 1 if last <= 6 else 3 if last <= 18 else 6
    ticks = {first, last, *range(step, last - step // 2 + 1, step)}
    return {month: formats.count(month) for month in sorted(ticks)}


PAGE = Page("cohorts.html", N_("Cohorts"), values)
