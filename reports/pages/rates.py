"""Rates by month with their interval: customers lost, and customers silent for too long."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from reports import plots
from reports.charts import NoPicture
from reports.findings import Finding
from reports.formats import Formats
from reports.interactive import InteractiveChart, interactive
from reports.pages.churn_rows import LapseMonth, RateMonth
from reports.pages.page import Reading
from reports.rows import SMALL_SAMPLE
from reports.words import _, reason_words

MONTHS_SHOWN = 24


def _no_chart(reason_codes: Sequence[str | None]) -> NoPicture:
    blocked = [code for code in reason_codes if code]
    if not blocked:
        return NoPicture(_("No chart yet, it needs two complete months."))
    return NoPicture(
        _("No chart yet, it needs two complete months: {reason}.").format(
            reason=reason_words(blocked[-1])
        )
    )


def retention_trend(
    months: Sequence[RateMonth], finding: Finding | None, formats: Formats
) -> InteractiveChart | NoPicture:
    """True retention by month with the 95 % interval; the finding is that of the mail's chart."""
    rated = _rated(months)
    if len(rated) < 2 or finding is None:
        return _no_chart([month.reason_code for month in months])
    return _observed("retention-trend", rated, finding, (_("Stayed"), _("Retention")), formats)


def churn_trend(months: Sequence[RateMonth], formats: Formats) -> InteractiveChart | NoPicture:
    """Customers lost in the month of those active when it began, with the 95 % interval."""
    rated = _rated(months)
    if len(rated) < 2:
        return _no_chart([month.reason_code for month in months])
    sizes = [month.sample_size or 0 for month, _rate in rated]
    finding = _churn_finding(rated[-1][0], sizes, formats)
    return _observed("churn-trend", rated, finding, (_("Lost"), _("Churn")), formats)


def observed_months(reading: Reading, metric: str) -> list[RateMonth]:
    """The finished months of a rate for the active window its headline uses, oldest first."""
    kpi = reading.context.kpi(metric)
    window = str(kpi.active_days) if kpi and kpi.active_days else ""
    only = {"metric": [metric], "period_type": ["month"], "dimension_value": [window]}
    rows = reading.rows("metric_observation", RateMonth, only)
    ended = [row for row in rows if row.period_end <= reading.context.as_of]
    return sorted(ended, key=lambda row: row.period_start)


def _rated(months: Sequence[RateMonth]) -> list[tuple[RateMonth, Decimal]]:
    rated = [(month, month.metric_value) for month in months if month.metric_value is not None]
    return rated[-MONTHS_SHOWN:]


def _observed(
    name: str,
    rated: Sequence[tuple[RateMonth, Decimal]],
    finding: Finding,
    words: tuple[str, str],
    formats: Formats,
) -> InteractiveChart:
    """A chart of observed months; `words` name the numerator and the rate."""
    records: plots.Records = [
        _rate_record(
            formats.month_tiny(month.period_start),
            value,
            (month.interval_low, month.interval_high),
            month.sample_size or 0,
            formats,
        )
        for month, value in rated
    ]
    header = (_("Month"), _("At the start"), *words, _("95% interval"))
    rows = [
        (
            formats.month(month.period_start),
            formats.count(month.sample_size or 0),
            formats.count(month.numerator or 0),
            formats.percent(value),
            str(record["interval"]),
        )
        for (month, value), record in zip(rated, records, strict=True)
    ]
    return _rates(name, records, finding, header, rows, formats)


def _churn_finding(latest: RateMonth, sizes: Sequence[int], formats: Formats) -> Finding:
    title = _("{rate} of active customers were lost in {month}").format(
        rate=formats.percent(latest.metric_value or Decimal(0)),
        month=formats.month(latest.period_start),
    )
    subtitle = _(
        "Share of customers active at the start who were not at the end (order in the last "
        "{days} days), with its 95% interval; n = {low} to {high} customers; complete months "
        "to {end}"
    ).format(
        days=latest.dimension_value,
        low=formats.count(min(sizes)),
        high=formats.count(max(sizes)),
        end=formats.day(latest.period_end),
    )
    return Finding(title, subtitle)


def lapse_trend(months: Sequence[LapseMonth], formats: Formats) -> InteractiveChart | NoPicture:
    """Customers whose silence passed their own limit in the month."""
    rated = [(month, month.lapse_rate) for month in months if month.lapse_rate is not None]
    rated = rated[-MONTHS_SHOWN:]
    if len(rated) < 2:
        return _no_chart([month.reason_code for month in months])
    records: plots.Records = [
        _rate_record(
            formats.month_tiny(month.month_start), value,
            (month.lapse_rate_low, month.lapse_rate_high), month.customers_at_start, formats,
        )
        for month, value in rated
    ]  # fmt: skip
    header = (
        _("Month"), _("At the start"), _("New"), _("Came back"), _("Lapsed"), _("At the end"),
        _("Lapse rate"), _("95% interval"),
    )  # fmt: skip
    rows = [
        (
            formats.month(month.month_start),
            *(
                formats.count(number)
                for number in (
                    month.customers_at_start, month.customers_new, month.customers_reactivated,
                    month.customers_lapsed, month.customers_at_end,
                )
            ),
            formats.percent(value),
            record["interval"],
        )
        for (month, value), record in zip(rated, records, strict=True)
    ]  # fmt: skip
    finding = _lapse_finding(
        rated[-1][0], [month.customers_at_start for month, _rate in rated], formats
    )
    return _rates("lapse-trend", records, finding, header, rows, formats)


def _lapse_finding(latest: LapseMonth, sizes: Sequence[int], formats: Formats) -> Finding:
    title = _("{rate} of customers fell silent for longer than their limit in {month}").format(
        rate=formats.percent(latest.lapse_rate or Decimal(0)),
        month=formats.month(latest.month_start),
    )
    subtitle = _(
        "Share of customers at the start whose silence passed the lapse limit, with its 95% "
        "interval; n = {low} to {high} customers; complete months to {end}"
    ).format(
        low=formats.count(min(sizes)),
        high=formats.count(max(sizes)),
        end=formats.day(latest.month_end),
    )
    return Finding(title, subtitle)


def _rate_record(
    label: str,
    rate: Decimal,
    interval: tuple[Decimal | None, Decimal | None],
    size: int,
    formats: Formats,
) -> dict[str, Any]:
    low, high = interval
    told = low is not None and high is not None
    return {
        "label": label,
        "rate": float(rate),
        "low": float(low) if low is not None else None,
        "high": float(high) if high is not None else None,
        "text": formats.percent(rate),
        "interval": interval_words(low, high, formats) if told else _("n/a"),
        "size": formats.count(size),
        "few": size < SMALL_SAMPLE,
    }


def interval_words(low: Decimal | None, high: Decimal | None, formats: Formats) -> str:
    """An interval of shares in words, or that there is none."""
    if low is None or high is None:
        return _("n/a")
    return _("{low} to {high}").format(low=formats.percent(low), high=formats.percent(high))


def _rates(
    name: str,
    records: plots.Records,
    finding: Finding,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    formats: Formats,
) -> InteractiveChart:
    lows = [record["low"] if record["low"] is not None else record["rate"] for record in records]
    highs = [record["high"] if record["high"] is not None else record["rate"] for record in records]
    ticks = plots.steps(min(lows), max(highs), formats.percent_round)
    tips = {"label": header[0], "text": _("Rate"), "interval": _("95% interval"), "size": _("n")}
    told = "; ".join(f"{record['label']} {record['text']}" for record in records[-6:])
    return interactive(
        name,
        plots.rate_trend(records, ticks, tips),
        finding,
        told=_("Latest months: {figures}.").format(figures=told),
        header=header,
        rows=rows,
    )
