"""The titles of charts and tables: what the numbers say, with units, n and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.contexts import ReportContext
from reports.executive_words import bridge_words
from reports.formats import Formats
from reports.movements import Bridge, Movement
from reports.rows import Change, Kpi, RetentionMonth
from reports.words import _


@dataclass(frozen=True)
class Finding:
    """A chart's title (what it shows) and subtitle (units, n, date)."""

    title: str
    subtitle: str


def tone(kpi: Kpi, change: Change | None, base: Decimal | None, formats: Formats) -> str:
    """Whether a change is `better`, `worse` or `even`: colour is kept for what is not noise."""
    better = kpi.direction
    if (
        change is None
        or better == "neither"
        or formats.is_flat(change)
        or kpi.is_within_noise(base)
    ):
        return "even"
    return "better" if (change.amount > 0) == (better == "up") else "worse"


def retention_finding(context: ReportContext, formats: Formats) -> Finding:
    """Title of the retention chart, from its latest month with a rate."""
    months = rated_months(context)
    latest, rate = months[-1]
    title = _("{rate} of active customers stayed in {month}").format(
        rate=formats.percent(rate), month=formats.month(latest.period_start)
    )
    starts = [month.customers_at_start for month, _rate in months]
    subtitle = _(
        "Share still active after each month (order in the last {days} days); "
        "n = {low} to {high} customers; complete months to {end}"
    ).format(
        days=latest.active_days,
        low=formats.count(min(starts)),
        high=formats.count(max(starts)),
        end=formats.day(latest.period_end),
    )
    return Finding(title, subtitle)


def cohort_finding(context: ReportContext, formats: Formats) -> Finding:
    """Title of the cohort heat map: how many come back after one month, and after six."""
    averages = context.cohort_averages
    told = {row.month_offset: row.rate for row in averages if row.rate is not None}
    first = next(row for row in averages if row.month_offset == min(told))
    later = [offset for offset in told if offset in (3, 6, 12) and offset != first.month_offset]
    sentence = _("{rate} of new customers order again in month {k}")
    if later:
        sentence = _(
            "{rate} of new customers order again in month {k}, {later_rate} in month {later_k}"
        )
    last = max(later, default=first.month_offset)
    title = sentence.format(
        rate=formats.percent(told[first.month_offset]),
        k=first.month_offset,
        later_rate=formats.percent(told[last]),
        later_k=last,
    )
    subtitle = _(
        "% of each month's new customers with an order that many months later; "
        "n = {n} customers in {cohorts} cohorts; complete months to {end}"
    ).format(
        n=formats.count(first.customer_count),
        cohorts=formats.count(first.cohort_count),
        end=formats.month(last_told_month(context)),
    )
    return Finding(title, subtitle)


def last_told_month(context: ReportContext) -> date:
    """First day of the newest month that any complete cohort cell tells about."""
    cells = [cell for row in context.cohorts for cell in row.cells if cell and cell.is_complete]
    months = max(
        12 * c.cohort_month.year + c.cohort_month.month - 1 + c.month_offset for c in cells
    )
    return date(months // 12, months % 12 + 1, 1)


def revenue_finding(context: ReportContext, formats: Formats) -> Finding:
    """Title of the revenue chart."""
    latest = context.revenue[-1]
    existing = latest.existing_customer_net_sales_amount
    sentence = _("{amount} net sales in {month}")
    if existing > 0:
        sentence = _("{amount} net sales in {month}, {existing} from existing customers")
    title = sentence.format(
        amount=formats.money(latest.net_sales_amount),
        month=formats.month(latest.month_start),
        existing=formats.money(existing),
    )
    subtitle = _(
        "Net sales by month, {currency}; n = {n} orders in the latest month; "
        "complete months to {end}"
    ).format(
        currency=context.currency,
        n=formats.count(latest.order_count),
        end=formats.day(latest.period_end),
    )
    return Finding(title, subtitle)


def bridge_finding(bridge: Bridge, orders: int | None, formats: Formats) -> Finding:
    """Title of the revenue bridge: by how much sales moved; what pushed and what held back."""
    period = formats.period(bridge.period_start, bridge.period_end)
    change = formats.money(abs(bridge.change))
    if not bridge.change:
        title = _("Net sales did not change")
    elif bridge.change > 0:
        title = _("Net sales rose by {amount}").format(amount=change)
    else:
        title = _("Net sales fell by {amount}").format(amount=change)
    told = []
    if bridge.push is not None:
        told.append(
            _("Biggest push: {driver} ({amount}).").format(
                driver=bridge_words(bridge.push.part.component),
                amount=formats.money_signed(bridge.push.amount),
            )
        )
    if bridge.drag is not None:
        told.append(
            _("Biggest drag: {driver} ({amount}).").format(
                driver=bridge_words(bridge.drag.part.component),
                amount=formats.money_signed(bridge.drag.amount),
            )
        )
    if orders is None:
        told.append(_("{period}.").format(period=period))
    else:
        told.append(_("{period}; n = {n} orders.").format(period=period, n=formats.count(orders)))
    return Finding(title, " ".join(told))


def movement_finding(movement: Movement, formats: Formats) -> Finding:
    """Title of the movement between lifecycle states: who slipped, who came back."""
    title = _("{slipped} slipped away, {back} came back").format(
        slipped=formats.count(movement.count("slipped")), back=formats.count(movement.count("back"))
    )
    subtitle = _(
        "Customers whose state changed, {period}; "
        "at risk and lapsed are silent for longer than customers like them usually are"
    ).format(period=formats.period(movement.period_start, movement.period_end))
    return Finding(title, subtitle)


def rated_months(context: ReportContext) -> list[tuple[RetentionMonth, Decimal]]:
    """The headline months that have a true retention rate, and that rate, oldest first."""
    return [
        (month, month.true_retention_rate)
        for month in context.headline_retention
        if month.true_retention_rate is not None
    ]
