"""The sentences a report opens with, whole and in plain words: headline, support, subject."""

from __future__ import annotations

from typing import Protocol

from reports.formats import Formats, is_week, is_whole_month, previous_month, year_before
from reports.rows import Change, Kpi
from reports.words import N_, _, in_month, reason_words

STAYED = {
    "alone": N_(
        "{rate} of your active customers stayed {when}; there is no earlier period to compare with."
    ),
    "same": N_("{rate} of your active customers stayed {when}, the same as {before}."),
    "more": N_("{rate} of your active customers stayed {when}, {size} more than {before}."),
    "less": N_("{rate} of your active customers stayed {when}, {size} less than {before}."),
}
SOLD = {
    "alone": N_("Net sales were {amount}."),
    "same": N_("Net sales were {amount}, the same as {before}."),
    "more": N_("Net sales were {amount}, {size} more than {before}."),
    "less": N_("Net sales were {amount}, {size} less than {before}."),
}
RECOMMENDED = {
    "alone": N_("The Net Promoter Score is {score}."),
    "same": N_("The Net Promoter Score is {score}, the same as {before}."),
    "more": N_("The Net Promoter Score is {score}, {size} more than {before}."),
    "less": N_("The Net Promoter Score is {score}, {size} less than {before}."),
    "unclear": N_("The Net Promoter Score is {score}; its change is within the margin of error."),
}


class Figures(Protocol):
    """What has key figures by name: a run's context, or one edition of the mail."""

    def kpi(self, metric: str) -> Kpi | None:
        """The row of a metric, or nothing."""


def headline(figures: Figures, formats: Formats) -> str:
    """The one sentence an executive should remember."""
    kpi = figures.kpi("retention_rate")
    if kpi is None:
        return _("There is no complete period to report on yet.")
    if kpi.value is None:
        return _("Retention cannot be stated: {reason}.").format(
            reason=reason_words(kpi.reason_code)
        )
    rate, when = formats.percent(kpi.value), period_told(kpi, formats)
    if kpi.is_small_sample:
        return _(
            "{rate} of your active customers stayed {when}, "
            "but with {n} customers that is too few to judge."
        ).format(rate=rate, when=when, n=formats.count(kpi.sample_size or 0))
    return _(STAYED[_course(kpi, formats)]).format(
        rate=rate, when=when, size=_size(kpi, formats), before=before_told(kpi, formats)
    )


def support(figures: Figures, formats: Formats) -> str:
    """What follows the headline: sales, who they came from, NPS, how sure the headline is."""
    sentences = (
        _sales(figures, formats),
        _existing(figures, formats),
        _recommended(figures, formats),
        _noise(figures, formats),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def preheader(figures: Figures, formats: Formats) -> str:
    """What the inbox shows after the subject."""
    return support(figures, formats) or _("What is known so far, and what is not yet.")


def subject(figures: Figures, formats: Formats) -> str:
    """What the inbox shows after the shop's name; nothing while retention is unknown."""
    kpi = figures.kpi("retention_rate")
    if kpi is None or kpi.value is None:
        return ""
    rate, when = formats.percent(kpi.value), period_told(kpi, formats)
    change = kpi.change_on_previous
    if kpi.is_small_sample or change is None:
        return _("{rate} of active customers stayed {when}").format(rate=rate, when=when)
    if formats.is_flat(change):
        return _("{rate} of active customers stayed {when} (no change)").format(
            rate=rate, when=when
        )
    return _("{rate} of active customers stayed {when} ({change} points)").format(
        rate=rate, when=when, change=formats.signed(change)
    )


def period_told(kpi: Kpi, formats: Formats) -> str:
    """The period of a key figure as part of a sentence."""
    start, end = kpi.period_start, kpi.period_end
    period = formats.kpi_period(kpi)
    if start is None or end is None:
        return period
    if is_whole_month(start, end):
        return in_month(start)
    if is_week(start, end):
        return _("in the week {period}").format(period=period)
    return _("in the period {period}").format(period=period)


def before_told(kpi: Kpi, formats: Formats) -> str:
    """The period before as part of a sentence; a month by its name."""
    start, end = kpi.period_start, kpi.period_end
    if start is None or end is None:
        return _("in the period before")
    if is_week(start, end):
        return _("in the week before")
    if not is_whole_month(start, end):
        return _("in the period before")
    before = previous_month(start)
    return in_month(before, with_year=before.year != start.year)


def compared_to(kpi: Kpi, formats: Formats, years_back: int = 0) -> str:
    """The earlier period a KPI is compared with, by name where it is a calendar month."""
    start, end = kpi.period_start, kpi.period_end
    if start is not None and end is not None and is_whole_month(start, end):
        return formats.month_short(year_before(start) if years_back else previous_month(start))
    if start is not None and end is not None and is_week(start, end):
        return _("the same week a year earlier") if years_back else _("the week before")
    return _("a year earlier") if years_back else _("the period before")


def _sales(figures: Figures, formats: Formats) -> str:
    kpi = figures.kpi("net_sales")
    if kpi is None or kpi.value is None:
        return ""
    return _(SOLD[_course(kpi, formats)]).format(
        amount=formats.money(kpi.value),
        size=_size(kpi, formats),
        before=before_told(kpi, formats),
    )


def _existing(figures: Figures, formats: Formats) -> str:
    kpi = figures.kpi("existing_customer_revenue_share")
    if kpi is None or kpi.value is None:
        return ""
    return _("Existing customers made {share} of sales to known customers.").format(
        share=formats.percent(kpi.value)
    )


def _recommended(figures: Figures, formats: Formats) -> str:
    kpi = figures.kpi("nps")
    # DEFINITIONS 3.12: under 30 responses the score stands in tables, never in a headline.
    if kpi is None or kpi.value is None or kpi.is_small_sample:
        return ""
    course = _course(kpi, formats)
    if course in {"more", "less"} and kpi.is_within_noise(kpi.previous_value):
        course = "unclear"
    return _(RECOMMENDED[course]).format(
        score=formats.points(kpi.value),
        size=_size(kpi, formats),
        before=before_told(kpi, formats),
    )


def _noise(figures: Figures, formats: Formats) -> str:
    kpi = figures.kpi("retention_rate")
    if kpi is None or kpi.is_small_sample or kpi.change_on_previous is None:
        return ""
    if formats.is_flat(kpi.change_on_previous) or not kpi.is_within_noise(kpi.previous_value):
        return ""
    return _("The change in retention is within the margin of error.")


def _course(kpi: Kpi, formats: Formats) -> str:
    change = kpi.change_on_previous
    if change is None:
        return "alone"
    if formats.is_flat(change):
        return "same"
    return "more" if change.amount > 0 else "less"


def _size(kpi: Kpi, formats: Formats) -> str:
    """The change without its sign and with its unit; empty where there is none."""
    change: Change | None = kpi.change_on_previous
    if change is None:
        return ""
    if change.kind == "points":
        return _("{number} points").format(number=formats.size(change))
    return formats.size(change)
