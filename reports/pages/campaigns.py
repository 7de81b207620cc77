"""The page "Campaigns": who answered, and what would have happened without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.findings import Finding
from reports.formats import Formats
from reports.interactive import InteractiveChart, NoPicture, interactive
from reports.interval_charts import ROW_HEIGHT, rows_of_intervals
from reports.pages.campaign_rows import Effect, Recovery, Response, SegmentResponse, Uplift
from reports.pages.page import Page, Reading
from reports.pages.reasons import why
from reports.rows import SMALL_SAMPLE
from reports.words import N_, _, ngettext, spoken

GROUPS = {
    "member": N_("Members"),
    "non_member": N_("Others"),
    "before_joining": N_("Before joining"),
    "after_joining": N_("After joining"),
    "resolved_complaint": N_("Complaint solved"),
    "unresolved_complaint": N_("Complaint not solved"),
    "no_complaint": N_("No complaint"),
}
COMPARISONS = {
    "since_first_order": N_("Members beside others, from the first order on"),
    "around_joining": N_("The same members before and after they joined"),
}
MEASURES = {
    "repeat_within": N_("bought a second time"),
    "bought_within": N_("bought"),
    "net_sales_per_customer": N_("net sales per customer"),
}
GROUP_ORDER = tuple(GROUPS)


@dataclass(frozen=True)
class EffectPair:
    """One measure over one window, for the groups that stand side by side."""

    metric: str
    window_days: int
    groups: tuple[Effect, ...]


def values(reading: Reading) -> dict[str, Any]:
    """Uplift with its chart, replies, segments, the programme, complaints."""
    uplifts = sorted(reading.rows("campaign_uplift", Uplift), key=_most_surely_first)
    responses = reading.rows("campaign_response", Response)
    by_segment: dict[str, list[SegmentResponse]] = {}
    for row in reading.rows("campaign_segment_response", SegmentResponse):
        by_segment.setdefault(row.campaign, []).append(row)
    recovery = sorted(
        reading.rows("service_recovery", Recovery),
        key=lambda row: GROUP_ORDER.index(row.recovery_group),
    )
    effects = sorted(
        reading.rows("loyalty_effect", Effect),
        key=lambda row: (row.comparison != "since_first_order", row.metric, row.window_days),
    )
    return {
        "headline": headline(uplifts),
        "uplifts": tuple(uplifts),
        "uplift_chart": uplift_chart(uplifts, reading.formats, reading.context.as_of),
        "responses": tuple(row for row in responses if row.scope == "campaign"),
        "shop_response": next((row for row in responses if row.scope == "shop"), None),
        "by_channel": _several_channels(responses),
        "by_segment": by_segment,
        "campaign_titles": {one.name: one.title for one in reading.context.lists},
        "effects": _pairs(effects),
        "effect_groups": {
            comparison: _groups(effects, comparison) for comparison in dict.fromkeys(COMPARISONS)
        },
        "caveats": tuple(dict.fromkeys(row.caveat for row in effects)),
        "recovery": tuple(recovery),
        "group_names": GROUPS,
        "comparisons": COMPARISONS,
        "measures": MEASURES,
        "why": why,
        "verdict": verdict,
        "is_small": lambda row: row.smallest_side < SMALL_SAMPLE,
    }


def headline(uplifts: Sequence[Uplift]) -> str:
    """What the campaigns did, all in all, in one sentence."""
    judged = [row for row in uplifts if row.difference is not None]
    if not uplifts:
        return _("No campaign has been sent yet")
    if not judged:
        return _("No campaign can be judged yet")
    better = sum(1 for row in judged if row.is_distinguishable and (row.difference or 0) > 0)
    worse = sum(1 for row in judged if row.is_distinguishable and (row.difference or 0) < 0)
    if better:
        return ngettext(
            "{n} of {total} campaigns surely made people buy",
            "{n} of {total} campaigns surely made people buy",
            better,
        ).format(n=better, total=len(judged))
    if worse:
        return ngettext(
            "{n} of {total} campaigns surely kept people from buying",
            "{n} of {total} campaigns surely kept people from buying",
            worse,
        ).format(n=worse, total=len(judged))
    return ngettext(
        "The campaign measured cannot be told apart from writing to nobody",
        "None of the {total} campaigns measured can be told apart from writing to nobody",
        len(judged),
    ).format(total=len(judged))


def verdict(row: Uplift | SegmentResponse) -> str:
    """What the difference may be read as, in words."""
    if row.difference is None:
        return why(row.reason_code)
    if not row.is_clear:
        return _("cannot be told apart from writing to nobody")
    return (
        _("bought more than without it") if row.difference > 0 else _("bought less than without it")
    )


def uplift_chart(
    uplifts: Sequence[Uplift], formats: Formats, as_of: Any
) -> InteractiveChart | NoPicture:
    """Each campaign's difference to the people held out, with its 95 % interval."""
    judged = [
        (row, row.difference, row.difference_low, row.difference_high)
        for row in uplifts
        if row.difference is not None
        and row.difference_low is not None
        and row.difference_high is not None
    ]
    if not judged:
        return NoPicture(
            _("No comparison yet: no campaign has both people written to and people held out.")
        )
    records = [
        {
            "label": spoken(row.campaign),
            "value": float(difference * 100),
            "low": float(low * 100),
            "high": float(high * 100),
            "text": formats.points_apart(difference),
            "clear": bool(row.is_distinguishable),
            "few": row.smallest_side < SMALL_SAMPLE,
        }
        for row, difference, low, high in judged
    ]
    return interactive(
        "campaign-uplift",
        rows_of_intervals(records, _("percentage points")),
        _uplift_finding([row for row, *_rest in judged], formats, as_of),
        told="; ".join(f"{record['label']} {record['text']}" for record in records) + ".",
        header=(_("Campaign"), _("Difference"), _("From"), _("To")),
        rows=[
            (
                spoken(row.campaign),
                formats.points_apart(difference),
                formats.points_apart(low),
                formats.points_apart(high),
            )
            for row, difference, low, high in judged
        ],
        height=60 + ROW_HEIGHT * len(records),
    )


def _uplift_finding(judged: Sequence[Uplift], formats: Formats, as_of: Any) -> Finding:
    days = judged[0].engagement_window_days
    people = sum(row.treated_count + row.held_out_count for row in judged)
    return Finding(
        _largest(judged[0], formats),
        _(
            "Buyers within {days} days, written to less held out, in percentage points with 95% "
            "interval; n = {n} people; to {day}"
        ).format(days=formats.count(days), n=formats.count(people), day=formats.day(as_of)),
    )


def _largest(row: Uplift, formats: Formats) -> str:
    words = (
        _("{campaign}: {difference} points, more than chance explains")
        if row.is_clear
        else _("{campaign}: {difference} points, which may be chance")
    )
    difference = formats.points_apart(row.difference or Decimal(0))
    return words.format(campaign=spoken(row.campaign), difference=difference)


def _most_surely_first(row: Uplift) -> tuple[bool, bool, Decimal, str]:
    return (
        row.difference is None,
        not row.is_distinguishable,
        -(row.difference or Decimal(0)),
        row.campaign,
    )


def _several_channels(responses: Sequence[Response]) -> dict[str, tuple[Response, ...]]:
    """Campaigns that went over more than one channel, each channel apart."""
    found: dict[str, list[Response]] = {}
    for row in responses:
        if row.scope == "campaign_and_channel":
            found.setdefault(row.campaign, []).append(row)
    return {campaign: tuple(rows) for campaign, rows in found.items() if len(rows) > 1}


def _groups(effects: Sequence[Effect], comparison: str) -> tuple[str, ...]:
    present = {row.loyalty_group for row in effects if row.comparison == comparison}
    return tuple(group for group in GROUP_ORDER if group in present)


def _pairs(effects: Sequence[Effect]) -> dict[str, tuple[EffectPair, ...]]:
    found: dict[str, list[EffectPair]] = {}
    keys = dict.fromkeys((row.comparison, row.metric, row.window_days) for row in effects)
    for comparison, metric, days in keys:
        own = {
            row.loyalty_group: row
            for row in effects
            if (row.comparison, row.metric, row.window_days) == (comparison, metric, days)
        }
        groups = tuple(own[group] for group in GROUP_ORDER if group in own)
        found.setdefault(comparison, []).append(EffectPair(metric, days, groups))
    return {comparison: tuple(pairs) for comparison, pairs in found.items()}


PAGE = Page("campaigns.html", N_("Campaigns"), values)
