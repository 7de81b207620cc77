"""The sentences a report opens with, and the titles of its charts: what the numbers say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.contexts import ReportContext
from reports.formats import Formats, is_whole_month, previous_month, year_before
from reports.rows import Change, Kpi, RetentionMonth
from reports.words import _, reason_words


@dataclass(frozen=True)
class Finding:
    """A chart's title (what it shows) and subtitle (units, n, date)."""

    title: str
    subtitle: str


def headline(context: ReportContext, formats: Formats) -> str:
    """The one sentence an executive should remember."""
    kpi = context.kpi("retention_rate")
    if kpi is None:
        return _("There is no complete period to report on yet.")
    if kpi.value is None:
        return _("Retention cannot be stated: {reason}.").format(
            reason=reason_words(kpi.reason_code)
        )
    kept = _("{rate} of your active customers stayed in {period}").format(
        rate=formats.percent(kpi.value), period=formats.kpi_period(kpi)
    )
    if kpi.is_small_sample:
        return _("{kept}, but with {n} customers that is too few to judge.").format(
            kept=kept, n=formats.count(kpi.sample_size or 0)
        )
    return f"{kept}{_comparison(kpi, formats)}."


def support(context: ReportContext, formats: Formats) -> str:
    """What follows the headline: sales, who they came from, how sure the headline is."""
    sentences = (_sales_sentence(context, formats), _noise_note(context, formats))
    return " ".join(sentence for sentence in sentences if sentence)


def _sales_sentence(context: ReportContext, formats: Formats) -> str:
    sales = context.kpi("net_sales")
    if sales is None or sales.value is None:
        return ""
    sentence = _("Net sales were {amount}").format(amount=formats.money(sales.value))
    if sales.change_on_previous is not None:
        sentence += _comparison(sales, formats)
    share = context.kpi("existing_customer_revenue_share")
    if share is None or share.value is None:
        return f"{sentence}."
    return _("{sentence}; existing customers made {share} of sales to known customers.").format(
        sentence=sentence, share=formats.percent(share.value)
    )


def preheader(context: ReportContext, formats: Formats) -> str:
    """What the inbox shows after the subject."""
    return support(context, formats) or _("What is known so far, and what is not yet.")


def compared_to(kpi: Kpi, formats: Formats, years_back: int = 0) -> str:
    """The earlier period a KPI is compared with, by name where it is a calendar month."""
    start, end = kpi.period_start, kpi.period_end
    if start is None or end is None or not is_whole_month(start, end):
        return _("a year earlier") if years_back else _("the period before")
    return formats.month_short(year_before(start) if years_back else previous_month(start))


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
    title = _("{rate} of new customers order again in month {k}").format(
        rate=formats.percent(told[first.month_offset]), k=first.month_offset
    )
    later = [offset for offset in told if offset in (3, 6, 12) and offset != first.month_offset]
    if later:
        last = max(later)
        title += _(", {rate} in month {k}").format(rate=formats.percent(told[last]), k=last)
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
    title = _("{amount} net sales in {month}").format(
        amount=formats.money(latest.net_sales_amount), month=formats.month(latest.month_start)
    )
    if existing > 0:
        title += _(", {amount} from existing customers").format(amount=formats.money(existing))
    subtitle = _(
        "Net sales by month, {currency}; n = {n} orders in the latest month; "
        "complete months to {end}"
    ).format(
        currency=context.currency,
        n=formats.count(latest.order_count),
        end=formats.day(latest.period_end),
    )
    return Finding(title, subtitle)


def rated_months(context: ReportContext) -> list[tuple[RetentionMonth, Decimal]]:
    """The headline months that have a true retention rate, and that rate, oldest first."""
    return [
        (month, month.true_retention_rate)
        for month in context.headline_retention
        if month.true_retention_rate is not None
    ]


def _comparison(kpi: Kpi, formats: Formats) -> str:
    change = kpi.change_on_previous
    if change is None:
        return _("; there is no earlier period to compare with")
    before = _earlier_month(kpi, formats)
    if formats.is_flat(change):
        return _(", the same as in {before}").format(before=before)
    more = _("more") if change.amount > 0 else _("less")
    unit = _(" points") if change.kind == "points" else ""
    return _(", {size}{unit} {more} than in {before}").format(
        size=formats.size(change), unit=unit, more=more, before=before
    )


def _earlier_month(kpi: Kpi, formats: Formats) -> str:
    start, end = kpi.period_start, kpi.period_end
    if start is None or end is None or not is_whole_month(start, end):
        return _("the period before")
    before = previous_month(start)
    return formats.month(before) if before.year != start.year else formats.month_name(before)


def _noise_note(context: ReportContext, formats: Formats) -> str:
    kpi = context.kpi("retention_rate")
    if kpi is None or kpi.is_small_sample or kpi.change_on_previous is None:
        return ""
    if formats.is_flat(kpi.change_on_previous) or not kpi.is_within_noise(kpi.previous_value):
        return ""
    return _("The change in retention is within the margin of error.")
