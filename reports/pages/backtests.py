"""Calibration: what was predicted on an earlier day beside what has happened since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports import plots
from reports.charts import NoPicture
from reports.findings import Finding
from reports.formats import Formats
from reports.interactive import InteractiveChart, interactive
from reports.pages.churn_rows import ChurnTest
from reports.pages.value_rows import ValueTest
from reports.rows import Change
from reports.words import _, reason_words


@dataclass(frozen=True)
class Point:
    """A group of customers: what was predicted of them and what came, formatted for its row."""

    name: str
    size: int
    predicted: Decimal
    actual: Decimal
    told: tuple[str, str, str]
    beside: str = ""


@dataclass(frozen=True)
class Titles:
    """What the two axes and the columns of a calibration are called."""

    axes: tuple[str, str]
    group: str
    predicted: str
    actual: str
    apart: str


def churn(tests: Sequence[ChurnTest], formats: Formats) -> InteractiveChart | NoPicture:
    """Predicted chance of no purchase against the share who did not buy, by tenth of customers."""
    points = [
        Point(
            name=formats.count(Decimal(test.item)),
            size=test.customer_count,
            predicted=predicted,
            actual=actual,
            told=(
                formats.percent(predicted),
                formats.percent(actual),
                formats.points_apart(predicted - actual),
            ),
        )
        for test in sorted(tests, key=lambda test: test.item)
        if (test.method, test.level) == ("model", "decile")
        and (predicted := test.predicted_share) is not None
        and (actual := test.actual_share) is not None
    ]
    whole = next((t for t in tests if (t.method, t.level) == ("model", "all")), None)
    if not points or whole is None or whole.predicted_share is None or whole.actual_share is None:
        return _not_tested([whole.reason_code if whole else None])
    titles = Titles(
        axes=(_("predicted share without a purchase"), _("share that did not buy")),
        group=_("Tenth of customers"),
        predicted=_("Predicted"),
        actual=_("Came true"),
        apart=_("Points apart"),
    )
    finding = _churn_finding(whole, whole.predicted_share, whole.actual_share, formats)
    ticks = plots.steps(0.0, 1.0, formats.percent_round)
    return _calibration("churn-calibration", points, titles, finding, ticks, formats)


def _churn_finding(
    whole: ChurnTest, predicted: Decimal, actual: Decimal, formats: Formats
) -> Finding:
    title = _("{actual} did not buy again where {predicted} were expected not to").format(
        actual=formats.percent(actual), predicted=formats.percent(predicted)
    )
    subtitle = _(
        "Chance of no purchase in {days} days as predicted on {day}, and the share who did not "
        "buy, by tenth of customers; on the dashed line a prediction came true; "
        "n = {n} customers"
    ).format(
        days=whole.window_days,
        day=formats.day(whole.cutoff_date),
        n=formats.count(whole.customer_count),
    )
    return Finding(title, subtitle)


def purchases(
    tests: Sequence[ValueTest], used: Sequence[str], formats: Formats
) -> InteractiveChart | NoPicture:
    """Purchases expected and come in the days held back, per customer, by repeat orders before.

    Args:
        tests: of `clv_backtest`.
        used: the purchase model the predictions rest on; without one the reason is told.
        formats: of the reader.
    """
    own = sorted(
        (test for test in tests if test.model in used), key=lambda test: test.frequency_bin
    )
    whole = next((test for test in own if test.frequency_bin == "all"), None)
    points = [
        _purchase_point(test, test.expected_purchases, test.actual_purchases, formats)
        for test in own
        if test.frequency_bin != "all"
        and test.customers
        and test.expected_purchases is not None
        and test.actual_purchases is not None
    ]
    if not points or whole is None or whole.bias is None:
        return _not_tested([test.reason_code for test in own or tests])
    titles = Titles(
        axes=(_("purchases expected per customer"), _("purchases that came")),
        group=_("Repeat orders before"),
        predicted=_("Expected"),
        actual=_("Came"),
        apart=_("Difference"),
    )
    largest = max(max(point.predicted, point.actual) for point in points)
    ticks = plots.steps(0.0, float(largest), formats.tenths)
    finding = _purchase_finding(whole, whole.bias, formats)
    return _calibration("value-calibration", points, titles, finding, ticks, formats)


def _purchase_point(test: ValueTest, expected: Decimal, came: int, formats: Formats) -> Point:
    predicted, actual = expected / test.customers, Decimal(came) / test.customers
    return Point(
        name=test.frequency_bin,
        size=test.customers,
        predicted=predicted,
        actual=actual,
        told=(
            formats.hundredths(predicted),
            formats.hundredths(actual),
            _("n/a") if test.bias is None else formats.signed_share(test.bias),
        ),
        beside=test.frequency_bin,
    )


def _purchase_finding(whole: ValueTest, bias: Decimal, formats: Formats) -> Finding:
    change = Change(bias, "ratio")
    if formats.is_flat(change):
        title = _("As many purchases came as the model had expected")
    elif bias > 0:
        title = _("The model expected {size} more purchases than came").format(
            size=formats.size(change)
        )
    else:
        title = _("The model expected {size} fewer purchases than came").format(
            size=formats.size(change)
        )
    subtitle = _(
        "Purchases per customer in the {days} days from {day}, held back from the model, by repeat "
        "orders before (number beside the point); on the dashed line the model was right; "
        "n = {n} customers"
    ).format(
        days=whole.holdout_days,
        day=formats.day(whole.holdout_start),
        n=formats.count(whole.customers),
    )
    return Finding(title, subtitle)


def _not_tested(reason_codes: Sequence[str | None]) -> NoPicture:
    code = next((code for code in reason_codes if code), "no_purchase_to_test_on")
    return NoPicture(
        _("Predictions cannot be compared with what happened yet: {reason}.").format(
            reason=reason_words(code)
        )
    )


def _calibration(
    name: str,
    points: Sequence[Point],
    titles: Titles,
    finding: Finding,
    ticks: plots.Ticks,
    formats: Formats,
) -> InteractiveChart:
    records: plots.Records = [
        {
            "group": point.name,
            "predicted": float(point.predicted),
            "actual": float(point.actual),
            "name": point.beside,
            "told_predicted": point.told[0],
            "told_actual": point.told[1],
            "size": formats.count(point.size),
        }
        for point in points
    ]
    tips = {
        "group": titles.group,
        "told_predicted": titles.predicted,
        "told_actual": titles.actual,
        "size": _("n"),
    }
    return interactive(
        name,
        plots.calibration(records, ticks, titles.axes, tips),
        finding,
        told=finding.title + ".",
        header=(titles.group, _("n"), titles.predicted, titles.actual, titles.apart),
        rows=[(point.name, formats.count(point.size), *point.told) for point in points],
        height=280,
    )
