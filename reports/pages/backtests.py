"""Calibration: what was predicted on an earlier day beside what has happened since."""

from __future__ import annotations

from collections.abc import Sequence
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


def churn(tests: Sequence[ChurnTest], formats: Formats) -> InteractiveChart | NoPicture:
    """Predicted chance of no purchase against the share who did not buy, by tenth of customers."""
    told = [
        (test, test.predicted_share, test.actual_share)
        for test in sorted(tests, key=lambda test: test.item)
        if (test.method, test.level) == ("model", "decile")
        and test.predicted_share is not None
        and test.actual_share is not None
    ]
    whole = next((t for t in tests if (t.method, t.level) == ("model", "all")), None)
    if not told or whole is None or whole.predicted_share is None or whole.actual_share is None:
        return _not_tested([whole.reason_code if whole else None])
    finding = Finding(
        _("{actual} did not buy again where {predicted} were expected not to").format(
            actual=formats.percent(whole.actual_share),
            predicted=formats.percent(whole.predicted_share),
        ),
        _(
            "Chance of no purchase in {days} days as predicted on {day}, and the share who did not "
            "buy, by tenth of customers; on the dashed line a prediction came true; "
            "n = {n} customers"
        ).format(
            days=whole.window_days,
            day=formats.day(whole.cutoff_date),
            n=formats.count(whole.customer_count),
        ),
    )
    records: plots.Records = [
        {
            "group": "model",
            "predicted": float(predicted),
            "actual": float(actual),
            "name": "",
            "told_predicted": formats.percent(predicted),
            "told_actual": formats.percent(actual),
            "size": formats.count(test.customer_count),
        }
        for test, predicted, actual in told
    ]
    tips = {"told_predicted": _("Predicted"), "told_actual": _("Came true"), "size": _("n")}
    titles = (_("predicted share without a purchase"), _("share that did not buy"))
    ticks = plots.steps(0.0, 1.0, formats.percent_round)
    return interactive(
        "churn-calibration",
        plots.calibration(records, ["model"], ticks, titles, tips),
        finding,
        told=finding.title + ".",
        header=(_("Tenth of customers"), _("n"), _("Predicted"), _("Came true"), _("Points apart")),
        rows=[
            (
                formats.count(Decimal(test.item)),
                formats.count(test.customer_count),
                formats.percent(predicted),
                formats.percent(actual),
                formats.points_apart(predicted - actual),
            )
            for test, predicted, actual in told
        ],
        height=280,
    )


def purchases(
    tests: Sequence[ValueTest], used: Sequence[str], formats: Formats
) -> InteractiveChart | NoPicture:
    """Purchases expected and come in the days held back, per customer, by repeat orders before.

    Args:
        tests: of `clv_backtest`.
        used: the purchase model the predictions rest on; without one the reason is told.
        formats: of the reader.
    """
    own = [test for test in tests if test.model in used]
    whole = next((test for test in own if test.frequency_bin == "all"), None)
    bins = sorted(
        (test for test in own if test.frequency_bin != "all"), key=lambda test: test.frequency_bin
    )
    told = [
        (test, test.expected_purchases / test.customers, Decimal(come) / test.customers)
        for test in bins
        if test.customers
        and test.expected_purchases is not None
        and (come := test.actual_purchases) is not None
    ]
    if not told or whole is None or whole.bias is None:
        return _not_tested([test.reason_code for test in own or tests])
    records: plots.Records = [
        {
            "group": "model",
            "predicted": float(expected),
            "actual": float(come),
            "name": test.frequency_bin,
            "told_predicted": formats.hundredths(expected),
            "told_actual": formats.hundredths(come),
            "size": formats.count(test.customers),
        }
        for test, expected, come in told
    ]
    tips = {
        "name": _("Repeat orders before"),
        "told_predicted": _("Expected"),
        "told_actual": _("Came"),
        "size": _("n"),
    }
    finding = _purchase_finding(whole, formats)
    largest = max(max(record["predicted"], record["actual"]) for record in records)
    return interactive(
        "value-calibration",
        plots.calibration(
            records,
            ["model"],
            plots.steps(0.0, largest, formats.tenths),
            (_("purchases expected per customer"), _("purchases that came")),
            tips,
        ),
        finding,
        told=finding.title + ".",
        header=(_("Repeat orders before"), _("n"), _("Expected"), _("Came"), _("Difference")),
        rows=[
            (
                test.frequency_bin,
                formats.count(test.customers),
                formats.hundredths(expected),
                formats.hundredths(come),
                _("n/a") if test.bias is None else formats.signed(Change(test.bias, "ratio")),
            )
            for test, expected, come in told
        ],
        height=280,
    )


def _not_tested(reason_codes: Sequence[str | None]) -> NoPicture:
    code = next((code for code in reason_codes if code), None)
    return NoPicture(
        _("Predictions cannot be compared with what happened: {reason}.").format(
            reason=reason_words(code)
        )
    )


def _purchase_finding(whole: ValueTest, formats: Formats) -> Finding:
    bias = whole.bias or Decimal(0)
    size = formats.size(Change(bias, "ratio"))
    if formats.is_flat(Change(bias, "ratio")):
        title = _("As many purchases came as the model had expected")
    elif bias > 0:
        title = _("The model expected {size} more purchases than came").format(size=size)
    else:
        title = _("The model expected {size} fewer purchases than came").format(size=size)
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
