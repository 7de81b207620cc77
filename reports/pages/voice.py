"""The page "Voice of the customer": what people answer, say, write publicly, and wait for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from reports.executive_rows import Comment
from reports.findings import Finding
from reports.formats import Formats
from reports.interactive import InteractiveChart, NoPicture, interactive
from reports.interval_charts import months_of_intervals
from reports.pages.page import Page, Reading
from reports.pages.reasons import why
from reports.pages.voice_rows import Nps, Rating, Response, Reviews, Stage, Theme
from reports.words import N_, _

TRAILING = "trailing_90"
EVERY_SURVEY = "all"
UNCLASSIFIED = "unclassified"
MONTHS_DRAWN = 18
MONTHS_LISTED = 12
LOWEST, HIGHEST = Decimal(-100), Decimal(100)
METRICS = {
    "csat": N_("Satisfaction: answers of 4 and 5 on a scale of 1 to 5"),
    "ces": N_("Ease: answers of 5 to 7 on a scale of 1 to 7"),
}
MEASURES = {"first_response": N_("First answer"), "resolution": N_("Solved")}
SCORE_GROUPS = {
    "promoter": N_("promoter"),
    "passive": N_("passive"),
    "detractor": N_("detractor"),
}
TIME_BASES = {
    "business_hours": N_("in hours in which support is open"),
    "clock_hours": N_("in hours of the clock"),
}


class Dated(Protocol):
    """A row of one period."""

    @property
    def period_type(self) -> str:
        """month or trailing_90."""

    @property
    def period_end(self) -> Any:
        """Last day of the period."""


Row = TypeVar("Row", bound=Dated)


@dataclass(frozen=True)
class ThemeShown:
    """A theme of the last 90 days, the same in the 90 days before, and what people said of it."""

    now: Theme
    before: Theme | None
    has_before: bool
    comments: tuple[Comment, ...]

    @property
    def change(self) -> Decimal | None:
        """Change of its share of comments; none where the days before had no comment at all."""
        if not self.has_before:
            return None
        return self.now.share_of_comments - (
            self.before.share_of_comments if self.before else Decimal(0)
        )


def values(reading: Reading) -> dict[str, Any]:
    """Score, satisfaction, themes with quotations, reviews, waiting."""
    nps = reading.rows("rpt_nps", Nps)
    comments = sorted(reading.context.comments, key=lambda one: (one.theme, one.position))
    themes = _themes(reading.rows("themes", Theme), comments)
    waits = newest(reading.rows("response_time", Response))
    score = next((r for r in nps if (r.survey_id, r.period_type) == (EVERY_SURVEY, TRAILING)), None)
    stages = newest(reading.rows("satisfaction_by_stage", Stage))
    return {
        "score": score,
        "headline": headline(score, reading.formats),
        "nps_chart": nps_chart(nps, score, reading.formats),
        "surveys": tuple(r for r in nps if r.period_type == TRAILING and r is not score),
        "stages": _by(stages, "metric", METRICS),
        "themes": tuple(themes),
        "other_comments": tuple(
            one for one in comments if one.theme not in {shown.now.theme for shown in themes}
        ),
        "waits": _by(waits, "measure", MEASURES),
        "waits_time_basis": waits[0].time_basis if waits else None,
        "ratings": reading.rows("rating_recovery", Rating),
        "reviews": _review_months(reading.rows("review_month", Reviews)),
        "metrics": METRICS,
        "measures": MEASURES,
        "score_groups": SCORE_GROUPS,
        "time_bases": TIME_BASES,
        "why": why,
    }


def newest(rows: Sequence[Row]) -> list[Row]:
    """The rows of the newest trailing 90 days."""
    trailing = [row for row in rows if row.period_type == TRAILING]
    last = max((row.period_end for row in trailing), default=None)
    return [row for row in trailing if row.period_end == last]


def headline(score: Nps | None, formats: Formats) -> str:
    """What customers answer, in one sentence."""
    if score is None or score.nps is None:
        return (
            _("No customer has been asked yet") if score is None else _("Nobody has answered yet")
        )
    points, answers = formats.points(score.nps), formats.count(score.response_count)
    if score.is_small_sample:
        return _("{answers} answers are too few for a score").format(answers=answers)
    return _("NPS is {points}, from {answers} answers in 90 days").format(
        points=points, answers=answers
    )


def nps_chart(
    rows: Sequence[Nps], score: Nps | None, formats: Formats
) -> InteractiveChart | NoPicture:
    """The score by month with its 95 % interval; hollow dots are small samples."""
    months = [
        (row, row.nps, row.interval_low, row.interval_high)
        for row in sorted(rows, key=lambda row: row.period_start)
        if row.survey_id == EVERY_SURVEY
        and row.period_type == "month"
        and row.nps is not None
        and row.interval_low is not None
        and row.interval_high is not None
    ][-MONTHS_DRAWN:]
    if len(months) < 2:
        return NoPicture(_("No trend yet: it needs two complete months with answers."))
    records: list[dict[str, Any]] = [
        {
            "label": formats.month_tiny(row.period_start),
            "value": float(points),
            "low": float(max(low, LOWEST)),
            "high": float(min(high, HIGHEST)),
            "text": formats.points(points),
            "few": bool(row.is_small_sample),
        }
        for row, points, low, high in months
    ]
    ends = (min(record["low"] for record in records), max(record["high"] for record in records))
    return interactive(
        "nps-by-month",
        months_of_intervals(records, ends),
        _nps_finding(months, formats),
        told="; ".join(f"{record['label']} {record['text']}" for record in records[-6:]) + ".",
        header=(_("Month"), _("NPS"), _("From"), _("To"), _("Answers")),
        rows=[
            (
                formats.month(row.period_start),
                formats.points(points),
                formats.points(max(low, LOWEST)),
                formats.points(min(high, HIGHEST)),
                formats.count(row.response_count),
            )
            for row, points, low, high in months
        ],
    )


def _nps_finding(
    months: Sequence[tuple[Nps, Decimal, Decimal, Decimal]], formats: Formats
) -> Finding:
    row, points, low, high = months[-1]
    return Finding(
        _("{points} in {month}, between {low} and {high} allowing for chance").format(
            points=formats.points(points),
            month=formats.month(row.period_start),
            low=formats.points(max(low, LOWEST)),
            high=formats.points(min(high, HIGHEST)),
        ),
        _(
            "NPS by month with 95% interval, points from −100 to 100; n = {n} answers; to {day}"
        ).format(
            n=formats.count(sum(month.response_count for month, *_rest in months)),
            day=formats.day(row.period_end),
        ),
    )


def _themes(rows: Sequence[Theme], comments: Sequence[Comment]) -> list[ThemeShown]:
    current = newest(rows)
    if not current:
        return []
    end = current[0].period_start - timedelta(days=1)
    before = {r.theme: r for r in rows if r.period_type == TRAILING and r.period_end == end}
    ordered = sorted(
        current, key=lambda row: (row.theme == UNCLASSIFIED, -row.mention_count, row.theme)
    )
    return [
        ThemeShown(
            row,
            before.get(row.theme),
            bool(before),
            tuple(one for one in comments if one.theme == row.theme),
        )
        for row in ordered
    ]


def _by(rows: Iterable[Any], field: str, order: Iterable[str]) -> dict[str, list[Any]]:
    """Rows by the value of a field, in a known order; a value with nothing in it is left out."""
    found: dict[str, list[Any]] = {value: [] for value in order}
    for row in rows:
        found.setdefault(getattr(row, field), []).append(row)
    return {value: own for value, own in found.items() if own}


def _review_months(rows: Sequence[Reviews]) -> tuple[Reviews, ...]:
    complete = [row for row in rows if row.platform == EVERY_SURVEY and row.is_complete]
    return tuple(sorted(complete, key=lambda row: row.month_start, reverse=True)[:MONTHS_LISTED])


PAGE = Page("voice.html", N_("Voice of the customer"), values)
