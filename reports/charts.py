"""Charts as crisp PNG pictures, each with a title that states its finding, units, n and date.

The title is printed as text above the picture: readable on a phone, in any script, and with
pictures off. Only the heat map, made to be passed on as a picture, carries it inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reports.contexts import ReportContext
from reports.drawing import (
    cohort_layers,
    heat_level,
    money_ticks,
    png,
    revenue_layers,
    trend_layers,
)
from reports.findings import (
    Finding,
    cohort_finding,
    rated_months,
    retention_finding,
    revenue_finding,
)
from reports.formats import Formats
from reports.rows import SMALL_SAMPLE, RevenueMonth
from reports.words import _, reason_words


@dataclass(frozen=True)
class Picture:
    """One chart: its content id, its finding, and its figures for those who do not see it."""

    cid: str
    file_name: str
    finding: Finding
    told: str
    png: bytes


@dataclass(frozen=True)
class NoPicture:
    """Why there is no chart, in words."""

    reason: str


def retention_trend(context: ReportContext, formats: Formats) -> Picture | NoPicture:
    """True retention by month for the configured active window; hollow points have n < 30."""
    months = rated_months(context)
    if len(months) < 2:
        blocked = [month.reason_code for month in context.headline_retention if month.reason_code]
        why = f": {reason_words(blocked[-1])}" if blocked else ""
        return NoPicture(_("No retention chart yet, it needs two complete months") + why + ".")
    finding = retention_finding(context, formats)
    records = [
        {
            "month": month.period_start.isoformat(),
            "label": formats.month_tiny(month.period_start),
            "rate": float(rate),
            "text": formats.percent(rate),
            "few": month.customers_at_start < SMALL_SAMPLE,
            "last": month is months[-1][0],
        }
        for month, rate in months
    ]
    told = "; ".join(f"{record['label']} {record['text']}" for record in records[-6:])
    return Picture(
        cid="retention-trend@suki",
        file_name="retention-trend.png",
        finding=finding,
        told=_("Latest months: {figures}.").format(figures=told),
        png=png(trend_layers(records)),
    )


def revenue(context: ReportContext, formats: Formats) -> Picture | NoPicture:
    """Net sales by month, stacked: existing customers, new customers, guests nobody can name."""
    months = context.revenue[-13:]
    if not months:
        return NoPicture(_("No sales chart yet: there is no complete month."))
    finding = revenue_finding(context, formats)
    groups = {_("Existing customers"): _existing, _("New customers"): _new, _("Guests"): _guests}
    shown = [name for name, amount in groups.items() if any(amount(month) for month in months)]
    records = [
        {
            "label": formats.month_tiny(month.month_start),
            "group": name,
            "order": order,
            "amount": float(groups[name](month)),
        }
        for month in months
        for order, name in enumerate(shown)
    ]
    told = "; ".join(
        f"{formats.month_tiny(month.month_start)} {formats.money(month.net_sales_amount)}"
        for month in months[-6:]
    )
    ticks = money_ticks(max(float(month.net_sales_amount) for month in months), formats)
    return Picture(
        cid="revenue@suki",
        file_name="revenue.png",
        finding=finding,
        told=_("Latest months: {figures}.").format(figures=told),
        png=png(revenue_layers(records, shown, ticks)),
    )


def cohorts(context: ReportContext, formats: Formats) -> Picture | NoPicture:
    """Heat map of cohorts by months since the first order; unfinished months are left blank."""
    cells = [
        (cell, cell.retention_rate)
        for row in context.cohorts
        for cell in row.cells
        if cell is not None and cell.is_complete and cell.retention_rate is not None
    ]
    if not cells:
        return NoPicture(
            _("No cohort table yet: no cohort has a complete month after its first order.")
        )
    finding = cohort_finding(context, formats)
    records = [
        {
            "cohort": formats.month_tiny(cell.cohort_month)
            + f" (n {formats.count(cell.cohort_size)})",
            "offset": cell.month_offset,
            "rate": float(rate),
            "text": formats.heat_number(rate),
            "dark": heat_level(rate) >= 4,
        }
        for cell, rate in cells
    ]
    return Picture(
        cid="cohorts@suki",
        file_name="cohorts.png",
        finding=finding,
        told=finding.title + ".",
        png=png(cohort_layers(records), finding, height=300),
    )


def _existing(month: RevenueMonth) -> Decimal:
    return month.existing_customer_net_sales_amount


def _new(month: RevenueMonth) -> Decimal:
    return month.identified_net_sales_amount - month.existing_customer_net_sales_amount


def _guests(month: RevenueMonth) -> Decimal:
    return month.net_sales_amount - month.identified_net_sales_amount
