"""Survival curves: how soon an order is followed by another, and how long customers stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reports import plots
from reports.charts import NoPicture
from reports.findings import Finding
from reports.formats import Formats
from reports.interactive import InteractiveChart, interactive
from reports.pages.churn_rows import CurvePoint
from reports.rows import SMALL_SAMPLE
from reports.words import N_, _

#: A curve is drawn weekly, for so long, and only while enough are still observed.
WEEK, LONGEST = 7, {"next_order": 365, "tenure": 730}
TOLD_DAYS = {"next_order": (30, 60, 90, 180, 365), "tenure": (90, 180, 365, 730)}
JUDGED_AFTER = 90
BANDS = {
    "1": N_("First order"),
    "2": N_("Second"),
    "3": N_("Third"),
    "4": N_("Fourth"),
    "5+": N_("Fifth or later"),
}


def return_curves(
    points: Sequence[CurvePoint], end: str, formats: Formats
) -> InteractiveChart | NoPicture:
    """Share of orders followed by another, by days since, one line per number of the order.

    Args:
        points: of `survival_curve`, in the order published.
        end: the last day orders are known of, formatted.
        formats: of the reader.
    """
    bands = {band: _readable(points, "next_order", band) for band in BANDS}
    judged = {band: _at(own, JUDGED_AFTER) for band, own in bands.items()}
    first = judged["1"]
    if first is None:
        return NoPicture(
            _("No return curve yet: fewer than {n} first orders are {days} days old.").format(
                n=SMALL_SAMPLE, days=JUDGED_AFTER
            )
        )
    later = [1 - point.survival_share for band, point in judged.items() if point and band != "1"]
    title = _("{rate} of first orders are followed by another within {days} days").format(
        rate=formats.percent(1 - first.survival_share), days=JUDGED_AFTER
    )
    if later:
        title = _(
            "{rate} of first orders are followed by another within {days} days, "
            "of later orders {low} to {high}"
        ).format(
            rate=formats.percent(1 - first.survival_share),
            days=JUDGED_AFTER,
            low=formats.percent(min(later)),
            high=formats.percent(max(later)),
        )
    shown = {_(BANDS[band]): own for band, own in bands.items() if own}
    subtitle = _(
        "Share of orders followed by a next one (Kaplan-Meier: who is still silent counts as not "
        "back yet, never as gone); n = {n} orders; a line ends where fewer than {few} are still "
        "observed; orders to {end}"
    ).format(n=_sizes(shown, formats), few=SMALL_SAMPLE, end=end)
    return _chart("return-curves", shown, Finding(title, subtitle), formats)


def tenure_curve(
    points: Sequence[CurvePoint], end: str, formats: Formats
) -> InteractiveChart | NoPicture:
    """Share of customers who never lapsed, by days since the first order; see `return_curves`."""
    own = _readable(points, "tenure", "all")
    if len(own) < 2:
        return NoPicture(_("No tenure curve yet: no customer has been observed long enough."))
    told = _at(own, LONGEST["next_order"]) or own[-1]
    title = _("{rate} of customers had not lapsed {days} days after their first order").format(
        rate=formats.percent(told.survival_share), days=formats.count(told.day)
    )
    shown = {_("All customers"): own}
    subtitle = _(
        "Share of customers who never lapsed so far (Kaplan-Meier); n = {n} customers; the line "
        "ends where fewer than {few} are still observed; orders to {end}"
    ).format(n=_sizes(shown, formats), few=SMALL_SAMPLE, end=end)
    return _chart("tenure-curve", shown, Finding(title, subtitle), formats)


def _readable(points: Sequence[CurvePoint], curve: str, band: str) -> list[CurvePoint]:
    own = [point for point in points if (point.curve, point.band) == (curve, band)]
    return [
        point
        for point in sorted(own, key=lambda one: one.day)
        if point.at_risk_count >= SMALL_SAMPLE and point.day <= LONGEST[curve]
    ]


def _at(own: Sequence[CurvePoint], day: int) -> CurvePoint | None:
    return next((point for point in own if point.day == day), None)


def _sizes(shown: Mapping[str, Sequence[CurvePoint]], formats: Formats) -> str:
    return formats.count(sum(own[0].at_risk_count for own in shown.values()))


def _share(point: CurvePoint) -> Decimal:
    """What a curve shows: who came back, or who stayed."""
    returned = point.curve == "next_order"
    return 1 - point.survival_share if returned else point.survival_share


def _chart(
    name: str,
    shown: Mapping[str, Sequence[CurvePoint]],
    finding: Finding,
    formats: Formats,
) -> InteractiveChart:
    curve = next(iter(shown.values()))[0].curve
    days = {0, *TOLD_DAYS[curve], *range(0, LONGEST[curve] + 1, WEEK)}
    step = LONGEST[curve] // 4 // 30 * 30
    x_ticks: plots.Ticks = {day: formats.count(day) for day in range(0, LONGEST[curve] + 1, step)}
    records: plots.Records = [
        {
            "group": group,
            "x": point.day,
            "y": float(_share(point)),
            "share": formats.percent(_share(point)),
            "open": formats.count(point.at_risk_count),
        }
        for group, own in shown.items()
        for point in own
        if point.day in days and point.day <= max(x_ticks)
    ]
    y_ticks = plots.steps(0.0, max(record["y"] for record in records), formats.percent_round)
    share_title = _("Followed by another") if curve == "next_order" else _("Not lapsed")
    tips = {"group": _("Order"), "x": _("Days"), "share": share_title, "open": _("Still open (n)")}
    if len(shown) == 1:
        tips.pop("group")
    return interactive(
        name,
        plots.curves(records, list(shown), (x_ticks, y_ticks), tips, _("days since the order")),
        finding,
        told=finding.title + ".",
        header=_head(curve),
        rows=_rows(shown, curve, formats),
        height=240,
    )


def _head(curve: str) -> tuple[str, ...]:
    days = [_("{days} days").format(days=day) for day in TOLD_DAYS[curve]]
    return (_("Order") if curve == "next_order" else "", _("n"), *days)


def _rows(
    shown: Mapping[str, Sequence[CurvePoint]], curve: str, formats: Formats
) -> list[tuple[str, ...]]:
    rows = []
    for group, own in shown.items():
        told = [_at(own, day) for day in TOLD_DAYS[curve]]
        shares = [_("too few") if one is None else formats.percent(_share(one)) for one in told]
        rows.append((group, formats.count(own[0].at_risk_count), *shares))
    return rows
