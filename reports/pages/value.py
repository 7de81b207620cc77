"""The page on customer value: who brings how much, and how right the predictions were."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from reports import plots
from reports.charts import NoPicture
from reports.findings import Finding
from reports.formats import Formats
from reports.interactive import InteractiveChart, interactive
from reports.pages import backtests
from reports.pages.page import Page, Reading
from reports.pages.value_rows import (
    ChannelValue,
    MetricWords,
    ModelFit,
    ValueBucket,
    ValueObserved,
    ValueTest,
)
from reports.words import N_, _

MODELS = {
    "bg_nbd": N_("Purchases (BG/NBD)"),
    "mbg_nbd": N_("Purchases (MBG/NBD)"),
    "pareto_nbd": N_("Purchases (Pareto/NBD)"),
    "gamma_gamma": N_("Spend per order (Gamma-Gamma)"),
}
STATUS = {
    "fresh": N_("fitted to this run's orders"),
    "stale": N_("fitted earlier and kept"),
    "failed": N_("withheld"),
    "insufficient_data": N_("withheld"),
}
FIGURES = ("historic_clv_per_customer", "predicted_clv_per_customer", "clv_net_per_customer")
SCOPES = ("all", "channel", "unattributed")


def values(reading: Reading) -> dict[str, Any]:
    """The charts and tables of the page."""
    formats = reading.formats
    fits = sorted(
        reading.rows("clv_model_fits", ModelFit), key=lambda row: list(MODELS).index(row.model)
    )
    used = [fit.model for fit in fits if fit.is_used and fit.model != "gamma_gamma"]
    buckets = sorted(
        reading.rows("rpt_clv_distribution", ValueBucket),
        key=lambda row: Decimal("-Infinity") if row.bucket_low is None else row.bucket_low,
    )
    tests = reading.rows("clv_backtest", ValueTest)
    return {
        "distribution": distribution(buckets, formats.day(reading.context.as_of), formats),
        "calibration": backtests.purchases(tests, used, formats),
        "fits": fits,
        "channels": sorted(
            reading.rows("channel_value", ChannelValue),
            key=lambda row: (SCOPES.index(row.scope), row.marketing_channel or ""),
        ),
        "model_names": MODELS,
        "status_names": STATUS,
        "figures": figures(reading),
    }


def figures(reading: Reading) -> list[tuple[MetricWords, ValueObserved]]:
    """What a customer brought, is expected to bring, and leaves after the cost of winning them."""
    only = {"metric": FIGURES}
    words = {row.metric: row for row in reading.rows("metric_definition", MetricWords, only)}
    whole_shop = only | {"dimension": ("all",)}
    newest: dict[str, ValueObserved] = {}
    for row in reading.rows("metric_observation", ValueObserved, whole_shop):
        known = newest.get(row.metric)
        if known is None or (row.period_end, row.period_start) > (
            known.period_end,
            known.period_start,
        ):
            newest[row.metric] = row
    return [(words[name], newest[name]) for name in FIGURES if name in words and name in newest]


def distribution(
    buckets: Sequence[ValueBucket], end: str, formats: Formats
) -> InteractiveChart | NoPicture:
    """How many customers there are between two values, and what they bring together."""
    customers = sum(row.customer_count for row in buckets)
    total = sum((row.amount for row in buckets), Decimal(0))
    if not customers:
        return NoPicture(_("No distribution yet: no customer has a value."))
    records: plots.Records = [
        {
            "label": _("below 0")
            if row.bucket_low is None
            else formats.count_short(row.bucket_low),
            "amount": row.customer_count,
            "between": between(row, formats),
            "size": formats.count(row.customer_count),
            "sum": formats.money(row.amount),
            "share": formats.percent(row.amount / total) if total else _("n/a"),
        }
        for row in buckets
    ]
    ticks = plots.steps(0.0, max(float(row.customer_count) for row in buckets), formats.count_short)
    tips = {
        "between": _("Value"),
        "size": _("Customers"),
        "sum": _("Together"),
        "share": _("Share"),
    }
    return interactive(
        "value-distribution",
        plots.columns(records, ticks, tips, _("net sales to date of a customer, from")),
        _distribution_finding(buckets, customers, total, end, formats),
        told="; ".join(f"{record['between']}: {record['size']}" for record in records),
        header=(_("Value"), _("Customers"), _("Share"), _("Together"), _("Share of net sales")),
        rows=[
            (
                record["between"], record["size"],
                formats.percent(Decimal(row.customer_count) / customers),
                record["sum"], record["share"],
            )
            for row, record in zip(buckets, records, strict=True)
        ],
        height=240,
    )  # fmt: skip


def between(row: ValueBucket, formats: Formats) -> str:
    """The ends of a bucket in words."""
    if row.bucket_low is None:
        return _("below {high}").format(high=formats.money(row.bucket_high or Decimal(0)))
    if row.bucket_high is None:
        return _("{low} and more").format(low=formats.money(row.bucket_low))
    return _("{low} to under {high}").format(
        low=formats.money(row.bucket_low), high=formats.money(row.bucket_high)
    )


def _distribution_finding(
    buckets: Sequence[ValueBucket], customers: int, total: Decimal, end: str, formats: Formats
) -> Finding:
    """The few customers at the top who brought at least half of the net sales to date."""
    count, amount = 0, Decimal(0)
    for row in reversed(buckets):
        count, amount = count + row.customer_count, amount + row.amount
        if amount * 2 >= total:
            break
    title = _("{few} of customers brought {share} of all net sales to date").format(
        few=formats.percent(Decimal(count) / customers),
        share=formats.percent(amount / total) if total else _("n/a"),
    )
    subtitle = _(
        "Customers by their net sales to date, {currency}; n = {n} customers; orders to {end}"
    ).format(currency=formats.currency, n=formats.count(customers), end=end)
    return Finding(title, subtitle)


PAGE = Page("value.html", N_("Customer value"), values)
