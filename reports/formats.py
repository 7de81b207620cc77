"""Numbers, money and dates as a reader of one locale writes them. The only place that formats."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from babel import Locale
from babel.dates import format_date
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
)
from babel.units import format_unit

from reports.rows import Change, Kpi
from reports.words import _

WHOLE_UNITS_FROM = Decimal(1000)
HOURS_FROM_MINUTES = 120
WEEK_DAYS = 7


class Formats:
    """Formatting for one locale and one reporting currency.

    Nothing accepts None: what has no value must be said in words, never printed as a number.
    """

    def __init__(self, locale: str, currency: str) -> None:
        self.locale = Locale.parse(locale.replace("-", "_"))
        self.currency = currency

    def count(self, number: int | Decimal) -> str:
        """A whole number with group separators."""
        return format_decimal(int(number), "#,##0", locale=self.locale)

    def money(self, amount: Decimal) -> str:
        """Money for reading: without minor units from one thousand on."""
        if 0 < abs(amount) < WHOLE_UNITS_FROM:
            return self.money_exact(amount)
        return format_currency(
            amount, self.currency, self._whole_money, locale=self.locale, currency_digits=False
        )

    def money_signed(self, amount: Decimal) -> str:
        """Money with its sign, for what is added or taken away."""
        sign = "+" if amount > 0 else "\N{MINUS SIGN}" if amount < 0 else ""
        return sign + self.money(abs(amount))

    def money_exact(self, amount: Decimal) -> str:
        """Money to the minor unit of its currency."""
        digits = get_currency_precision(self.currency)
        rounded = round(Decimal(amount), digits)
        return format_currency(rounded, self.currency, locale=self.locale)

    def count_short(self, number: Decimal) -> str:
        """A round number for a chart's axis, thousands and millions in short.

        Without a currency sign: the font of the charts lacks some, and the title names it.
        """
        return format_compact_decimal(number, locale=self.locale, fraction_digits=1)

    def percent(self, share: Decimal) -> str:
        """A fraction as a percentage with one decimal."""
        return format_percent(share, self._percent_pattern("0.0"), locale=self.locale)

    def percent_round(self, share: Decimal) -> str:
        """A fraction as a whole percentage, for the axis of a chart."""
        return format_percent(share, self._percent_pattern("0"), locale=self.locale)

    def tenths(self, number: Decimal) -> str:
        """A number with one decimal, such as orders per customer or a ratio."""
        return format_decimal(number, "#,##0.0", locale=self.locale)

    def hundredths(self, number: Decimal) -> str:
        """A number with two decimals, such as purchases per customer."""
        return format_decimal(number, "#,##0.00", locale=self.locale)

    def heat_number(self, share: Decimal) -> str:
        """A fraction as a whole percentage without the sign, for the cells of a heat map."""
        return format_decimal(share * 100, "#,##0", locale=self.locale)

    def points(self, number: Decimal) -> str:
        """A score in points, such as NPS, as a whole number."""
        return format_decimal(number, "#,##0", locale=self.locale)

    def points_apart(self, share: Decimal) -> str:
        """The difference of two shares, in percentage points with its sign."""
        return self.signed(Change(share * 100, "points"))

    def average(self, number: Decimal) -> str:
        """An average on a scale of answers or stars, with two decimals."""
        return format_decimal(number, "#,##0.00", locale=self.locale)

    def duration(self, minutes: Decimal) -> str:
        """A wait: whole minutes up to two hours, then hours with one decimal."""
        unit, number, pattern = ("minute", minutes, "#,##0")
        if minutes >= HOURS_FROM_MINUTES:
            unit, number, pattern = ("hour", minutes / 60, "#,##0.0")
        return format_unit(number, f"duration-{unit}", "short", format=pattern, locale=self.locale)

    def quantity(self, number: Decimal, unit: str) -> str:
        """A value of a KPI in its unit: share, money, count, points or minutes."""
        writers: dict[str, Callable[[Decimal], str]] = {
            "share": self.percent,
            "money": self.money,
            "count": self.count,
            "points": self.points,
            "minutes": self.duration,
        }
        return writers[unit](number)

    def signed(self, change: Change) -> str:
        """A change with its sign: points with one decimal, a ratio as a percentage."""
        if change.kind == "points":
            written = format_decimal(change.amount, "+#,##0.0;-#,##0.0", locale=self.locale)
        else:
            pattern = self._percent_pattern("0.0")
            written = format_percent(change.amount, f"+{pattern};-{pattern}", locale=self.locale)
        return written.replace("-", "\N{MINUS SIGN}")

    def signed_share(self, ratio: Decimal) -> str:
        """A relative difference with its sign, as a percentage."""
        return self.signed(Change(ratio, "ratio"))

    def size(self, change: Change) -> str:
        """A change without its sign, for sentences that say "more" or "less" in words."""
        return self.signed(Change(abs(change.amount), change.kind)).lstrip("+")

    def exact(self, number: Decimal) -> str:
        """A number with every digit it was published with, for sums that must agree."""
        return format_decimal(number, "#,##0.####", locale=self.locale)

    def first_sentence(self, text: str) -> str:
        """The first sentence of a warning; the page Data quality has the rest."""
        sentence, stop, _rest = text.partition(". ")
        return sentence + stop.strip()

    def unbroken(self, text: str) -> str:
        """The same words on one line."""
        return text.replace(" ", "\N{NO-BREAK SPACE}")

    def is_flat(self, change: Change) -> bool:
        """Whether a change rounds to nothing at the precision printed."""
        step = Decimal("0.05") if change.kind == "points" else Decimal("0.0005")
        return abs(change.amount) < step

    def day(self, day: date) -> str:
        """A calendar day."""
        return format_date(day, "d MMM y", locale=self.locale)

    def month(self, day: date) -> str:
        """A calendar month in full."""
        return format_date(day, "LLLL y", locale=self.locale)

    def month_name(self, day: date) -> str:
        """A calendar month without its year, where the year is plain from the sentence."""
        return format_date(day, "LLLL", locale=self.locale)

    def month_short(self, day: date) -> str:
        """A calendar month where room is scarce."""
        return format_date(day, "LLL y", locale=self.locale)

    def month_tiny(self, day: date) -> str:
        """A calendar month on the axis of a chart or the edge of a heat map."""
        return format_date(day, "LLL yy", locale=self.locale)

    def period(self, start: date | None, end: date | None) -> str:
        """A whole month by its name, else first and last day; without a start, up to the end."""
        if end is None:
            return ""
        if start is None:
            return _("to {day}").format(day=self.day(end))
        if is_whole_month(start, end):
            return self.month(start)
        if start == end:
            return self.day(end)
        # What both days share is written once: 19 - 25 Oct 2026.
        pattern = "d MMM y"
        if start.year == end.year:
            pattern = "d" if start.month == end.month else "d MMM"
        first = format_date(start, pattern, locale=self.locale)
        return f"{first} \N{EN DASH} {self.day(end)}"

    def kpi_period(self, kpi: Kpi) -> str:
        """The period of a KPI; none where nobody could be observed yet, and it ends before it starts."""
        if kpi.period_start and kpi.period_end and kpi.period_start > kpi.period_end:
            return ""
        return self.period(kpi.period_start, kpi.period_end)

    @cached_property
    def _whole_money(self) -> str:
        pattern = self.locale.currency_formats["standard"].pattern
        return re.sub(r"\.0+", "", pattern)

    def _percent_pattern(self, digits: str) -> str:
        return re.sub(r"0(?=[^0]*$)", digits, self.locale.percent_formats[None].pattern)


def is_whole_month(start: date, end: date) -> bool:
    """Whether two inclusive days are the first and last of one calendar month."""
    last = monthrange(start.year, start.month)[1]
    return start.day == 1 and end == start.replace(day=last)


def is_week(start: date, end: date) -> bool:
    """Whether two inclusive days span seven days."""
    return (end - start).days == WEEK_DAYS - 1


def previous_month(start: date) -> date:
    """First day of the month before."""
    return (start - timedelta(days=1)).replace(day=1)


def year_before(start: date) -> date:
    """The same first day of a month one year earlier."""
    return start.replace(year=start.year - 1)
