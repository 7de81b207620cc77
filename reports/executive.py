"""What one executive mail tells, weekly or monthly: the run's context, cut to two minutes' reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from reports.contexts import FeedState, ListSummary, ReportContext
from reports.executive_rows import Comment, ThemeChange
from reports.formats import is_whole_month
from reports.movements import Bridge, Movement, bridge, movement
from reports.rows import Check, CohortRow, Kpi, Validity

Cadence = Literal["weekly", "monthly"]
CADENCES: tuple[Cadence, ...] = ("weekly", "monthly")
PERIOD_TYPES: Mapping[Cadence, str] = {"weekly": "week", "monthly": "month"}

#: What is not named here belongs to the first goal: a new key figure must not go untold.
SPEND_MORE = ("existing_customer_revenue_share", "average_order_value", "net_sales", "orders")
REFER_US = ("nps", "referral_share")

COHORTS_SHOWN: Mapping[Cadence, int] = {"weekly": 6, "monthly": 12}
LISTS_SHOWN = 8
THEMES_SHOWN = 5
COMMENTS_SHOWN = 3
FEEDS_SHOWN = 8
NOTES_SHOWN = 5
#: The feeds no report can do without are told even when all is well with them.
ALWAYS_TOLD = ("orders", "surveys")
LATE_AFTER_DAYS = 7
#: A figure the headline table does not know comes after those it does.
LAST_PLACE = 1000
#: Two voices that differ come before two that agree.
VOICES = ("detractor", "promoter", "passive")


@dataclass(frozen=True)
class Shown:
    """The first of many, and how many more there are."""

    rows: tuple[Any, ...]
    more: int


@dataclass(frozen=True)
class Edition:
    """One executive mail: the figures of its period, goal by goal."""

    cadence: Cadence
    report: ReportContext
    kpis: tuple[Kpi, ...]
    bridge: Bridge | None
    bridge_year: Bridge | None
    movement: Movement | None
    themes: Shown
    comments: tuple[Comment, ...]
    lists: Shown
    feeds: Shown
    notes: Shown
    left_out: tuple[Validity, ...]
    broken_checks: tuple[Check, ...]

    def kpi(self, metric: str) -> Kpi | None:
        """The row of a metric by its machine name, or nothing when the edition has none."""
        return next((kpi for kpi in self.kpis if kpi.metric == metric), None)

    @property
    def keep(self) -> tuple[Kpi, ...]:
        """Figures of the first goal, keep them, in the order of the headline table."""
        return tuple(kpi for kpi in self.kpis if kpi.metric not in (*SPEND_MORE, *REFER_US))

    @property
    def spend(self) -> tuple[Kpi, ...]:
        """Figures of the second goal, let them spend more."""
        return tuple(kpi for kpi in self.kpis if kpi.metric in SPEND_MORE)

    @property
    def refer(self) -> tuple[Kpi, ...]:
        """Figures of the third goal, have them refer us."""
        return tuple(kpi for kpi in self.kpis if kpi.metric in REFER_US)

    @property
    def period(self) -> tuple[date, date] | None:
        """First and last day of the week or month told, or nothing before one is complete."""
        return _period(self.kpis)

    @property
    def cohorts(self) -> tuple[CohortRow, ...]:
        """The newest cohorts with a month after their own."""
        return self.report.started_cohorts[-COHORTS_SHOWN[self.cadence] :]

    @property
    def cohort_months(self) -> int:
        """Months after the first order that the newest cohorts can tell of."""
        return COHORTS_SHOWN[self.cadence]

    @property
    def more_cohorts(self) -> int:
        """Older cohorts, which are in the averages but in no row."""
        return len(self.report.started_cohorts) - len(self.cohorts)


def edition(context: ReportContext, cadence: Cadence) -> Edition:
    """Choose what a mail of one cadence tells of a run."""
    kind = PERIOD_TYPES[cadence]
    kpis = _kpis(context, cadence)
    return Edition(
        cadence=cadence,
        report=context,
        kpis=kpis,
        bridge=bridge(context.bridge_parts, kind, "previous"),
        bridge_year=bridge(context.bridge_parts, kind, "year_ago"),
        movement=movement(context.state_moves, kind, _period(kpis)),
        themes=_first(theme_changes(context), THEMES_SHOWN),
        comments=_comments(context),
        lists=_first(
            sorted(
                (one for one in context.lists if one.rows),
                key=lambda one: (-one.rows, one.title),
            ),
            LISTS_SHOWN,
        ),
        feeds=_feeds(context),
        notes=_first(context.notes_told, NOTES_SHOWN),
        left_out=tuple(
            row for row in context.validity if row.invalid_reason != "valid" and row.order_count
        ),
        broken_checks=tuple(check for check in context.checks if check.difference),
    )


def _period(kpis: Sequence[Kpi]) -> tuple[date, date] | None:
    told = {kpi.metric: kpi for kpi in kpis}
    for metric in ("retention_rate", *SPEND_MORE):
        kpi = told.get(metric)
        if kpi is not None and kpi.period_start is not None and kpi.period_end is not None:
            return kpi.period_start, kpi.period_end
    return None


def _kpis(context: ReportContext, cadence: Cadence) -> tuple[Kpi, ...]:
    """The figures of the cadence in the order of the headline table, which is the sources'.

    A week is also told what has no week of its own: value to date and second orders.
    """
    weekly = context.week_kpis + _without_month(context.kpis)
    headline = weekly if cadence == "weekly" else context.kpis
    places = {kpi.metric: kpi.position for kpi in context.observed_kpis + context.kpis}
    told: dict[str, Kpi] = {}
    for kpi in headline + context.observed_kpis:
        told.setdefault(kpi.metric, kpi)
    return tuple(
        sorted(told.values(), key=lambda kpi: (places.get(kpi.metric, LAST_PLACE), kpi.position))
    )


def _without_month(kpis: Sequence[Kpi]) -> tuple[Kpi, ...]:
    return tuple(
        kpi
        for kpi in kpis
        if kpi.period_end is None
        or kpi.period_start is None
        or not is_whole_month(kpi.period_start, kpi.period_end)
    )


def theme_changes(context: ReportContext) -> tuple[ThemeChange, ...]:
    """The themes of the 90 days up to the run's date against the 90 before, most raised first."""
    ninety = [row for row in context.themes if row.period_type == "trailing_90"]
    now = [row for row in ninety if row.period_end == context.as_of]
    if not now:
        return ()
    end_before = now[0].period_start - timedelta(days=1)
    before = {row.theme: row.share_of_comments for row in ninety if row.period_end == end_before}
    # A theme nobody raised has no row: its share was nothing, if there was any comment at all.
    nothing = type(now[0].share_of_comments)(0) if before else None
    ordered = sorted(now, key=lambda row: (-row.mention_count, row.theme))
    return tuple(
        ThemeChange(row, before.get(row.theme, nothing))
        for row in ordered
        if row.theme != "unclassified"
    )


def left_out_of(one: ListSummary) -> tuple[int, str, bool]:
    """How many people a list leaves out, the commonest reason, and whether it is the only one."""
    reasons = {reason: number for reason, number in one.suppressed.items() if number}
    commonest = min(reasons, key=lambda reason: (-reasons[reason], reason), default="")
    return sum(reasons.values()), commonest, len(reasons) == 1


def _comments(context: ReportContext) -> tuple[Comment, ...]:
    """A critic, an admirer, then whoever comes next: most raised themes first, each once if it may."""
    rank = {change.now.theme: place for place, change in enumerate(theme_changes(context))}
    chosen: list[Comment] = []
    for voice in (*VOICES, *(None for _ in range(COMMENTS_SHOWN))):
        told, themes = {one.comment for one in chosen}, {one.theme for one in chosen}
        fitting = sorted(
            (
                (one.theme in themes, rank.get(one.theme, len(rank)), one.position, place)
                for place, one in enumerate(context.comments)
                if one.comment not in told and (voice is None or one.score_group == voice)
            ),
        )
        chosen += [context.comments[place] for *_order, place in fitting[:1]]
    return tuple(chosen[:COMMENTS_SHOWN])


def _feeds(context: ReportContext) -> Shown:
    """The feeds with something to say, and how many more were read whole and in time."""
    told = [state for state in context.feeds if _needs_a_word(state)]
    shown = tuple(sorted(told, key=lambda state: not _has_held_back(state)))[:FEEDS_SHOWN]
    return Shown(shown, len(context.feeds) - len(shown))


def _needs_a_word(state: FeedState) -> bool:
    quality = state.quality
    age = quality.days_since_newest if quality is not None else None
    return (
        state.feed in ALWAYS_TOLD
        or _has_held_back(state)
        or (age is not None and age > LATE_AFTER_DAYS)
        or (quality is not None and quality.stale_units > 0)
    )


def _has_held_back(state: FeedState) -> bool:
    return state.intake is not None and state.intake.quarantined_units > 0


def _first(rows: Sequence[Any], number: int) -> Shown:
    return Shown(tuple(rows[:number]), max(0, len(rows) - number))
