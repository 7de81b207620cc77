"""The overview: how the shop stands along the three goals of retention."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reports import plots
from reports.charts import NoPicture
from reports.contexts import ReportContext
from reports.executive import edition
from reports.findings import rated_months, retention_finding, revenue_finding
from reports.formats import Formats
from reports.interactive import InteractiveChart, interactive
from reports.pages.page import Page, Reading
from reports.pages.rates import observed_months, retention_trend
from reports.rows import RevenueMonth
from reports.words import N_, _

MONTHS_SHOWN = 13


def values(reading: Reading) -> dict[str, Any]:
    """The key figures goal by goal, the trend and the sales."""
    context, formats = reading.context, reading.formats
    finding = retention_finding(context, formats) if rated_months(context) else None
    told = edition(context, "monthly")
    return {
        "goals": (
            (_("Goal 1 of 3"), _("Keep them"), told.keep),
            (_("Goal 2 of 3"), _("Let them spend more"), told.spend),
            (_("Goal 3 of 3"), _("Have them refer us"), told.refer),
        ),
        "trend": retention_trend(observed_months(reading, "retention_rate"), finding, formats),
        "sales": sales(context, formats),
    }


def sales(context: ReportContext, formats: Formats) -> InteractiveChart | NoPicture:
    """Net sales by month, stacked: existing customers, new customers, guests nobody can name."""
    months = context.revenue[-MONTHS_SHOWN:]
    if not months:
        return NoPicture(_("No sales chart yet: there is no complete month."))
    names = (_("Existing customers"), _("New customers"), _("Guests"))
    parts = [(month, _parts(month)) for month in months]
    shown = [place for place in range(len(names)) if any(amounts[place] for _m, amounts in parts)]
    records: plots.Records = [
        {
            "label": formats.month_tiny(month.month_start),
            "group": names[place],
            "order": order,
            "amount": float(amounts[place]),
            "text": formats.money(amounts[place]),
            "total": formats.money(month.net_sales_amount),
        }
        for month, amounts in parts
        for order, place in enumerate(shown)
    ]
    lowest = min(min(float(min(amounts)) for _month, amounts in parts), 0.0)
    highest = max(float(month.net_sales_amount) for month in months)
    ticks = plots.steps(lowest, highest, formats.count_short)
    tips = {"label": _("Month"), "group": _("From"), "text": _("Net sales"), "total": _("In all")}
    latest = "; ".join(
        f"{formats.month_tiny(month.month_start)} {formats.money(month.net_sales_amount)}"
        for month in months[-6:]
    )
    return interactive(
        "sales",
        plots.stacked(records, [names[place] for place in shown], ticks, tips),
        revenue_finding(context, formats),
        told=_("Latest months: {figures}.").format(figures=latest),
        header=(_("Month"), *(names[place] for place in shown), _("In all"), _("Orders (n)")),
        rows=[
            (
                formats.month(month.month_start),
                *(formats.money_exact(amounts[place]) for place in shown),
                formats.money_exact(month.net_sales_amount),
                formats.count(month.order_count),
            )
            for month, amounts in parts
        ],
    )


def _parts(month: RevenueMonth) -> tuple[Decimal, Decimal, Decimal]:
    existing = month.existing_customer_net_sales_amount
    known = month.identified_net_sales_amount
    return existing, known - existing, month.net_sales_amount - known


PAGE = Page("index.html", N_("Overview"), values)
