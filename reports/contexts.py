"""The typed data a report is made from: one frozen context per run, no words and no layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reports.executive_rows import BridgePart, Comment, StateMove, ThemePeriod
from reports.observed import observed_kpis
from reports.rows import (
    Check,
    CohortAverage,
    CohortCell,
    CohortRow,
    FeedQuality,
    Kpi,
    Note,
    NpsPeriod,
    RetentionMonth,
    RevenueMonth,
    Segment,
    Validity,
)
from reports.tables import ReportError, read_rows, refuse_unfinished

COHORT_OFFSETS = range(1, 13)


@dataclass(frozen=True)
class ListSummary:
    """One action list of today: rows to act on, and how many people were left out and why.

    `path` is the list's place as the reader should open it; it holds no personal data. `why` is
    what the shop wrote about the campaign.
    """

    name: str
    title: str
    rows: int
    suppressed: Mapping[str, int] = field(default_factory=dict)
    path: str = ""
    why: str = ""


@dataclass(frozen=True)
class FeedIntake:
    """What became of the units read from one feed: read = accepted + quarantined + ignored."""

    feed: str
    read_units: int
    accepted_units: int
    quarantined_units: int
    ignored_units: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class FeedState:
    """A feed seen from both sides: what was read, and what the marts use of it."""

    feed: str
    quality: FeedQuality | None
    intake: FeedIntake | None


@dataclass(frozen=True)
class ReportContext:
    """Everything the executive mails and the site tell about one run."""

    as_of: date
    shop_name: str
    currency: str
    locale: str
    run_id: str
    definitions_version: str
    banner: tuple[str, ...]
    lists: tuple[ListSummary, ...]
    intake: tuple[FeedIntake, ...]
    kpis: tuple[Kpi, ...]
    retention: tuple[RetentionMonth, ...]
    cohorts: tuple[CohortRow, ...]
    revenue: tuple[RevenueMonth, ...]
    segments: tuple[Segment, ...]
    nps: tuple[NpsPeriod, ...]
    data_quality: tuple[FeedQuality, ...]
    validity: tuple[Validity, ...]
    checks: tuple[Check, ...]
    notes: tuple[Note, ...]
    week_kpis: tuple[Kpi, ...]
    observed_kpis: tuple[Kpi, ...]
    bridge_parts: tuple[BridgePart, ...]
    state_moves: tuple[StateMove, ...]
    themes: tuple[ThemePeriod, ...]
    comments: tuple[Comment, ...]

    def kpi(self, metric: str) -> Kpi | None:
        """The row of a metric by its machine name, or nothing when the run has none."""
        return next((kpi for kpi in self.kpis if kpi.metric == metric), None)

    @property
    def headline_retention(self) -> tuple[RetentionMonth, ...]:
        """The months of the configured active window, oldest first."""
        kpi = self.kpi("retention_rate")
        windows = {month.active_days for month in self.retention}
        chosen = kpi.active_days if kpi and kpi.active_days else min(windows, default=None)
        return tuple(month for month in self.retention if month.active_days == chosen)

    @property
    def started_cohorts(self) -> tuple[CohortRow, ...]:
        """The cohorts with at least one month after their own: those a heat map can show."""
        return tuple(row for row in self.cohorts if any(row.cells))

    @property
    def other_retention(self) -> tuple[RetentionMonth, ...]:
        """The months of the other active windows."""
        return tuple(month for month in self.retention if month not in self.headline_retention)

    @property
    def has_running_month(self) -> bool:
        """Whether the heat map shows a month that is not over."""
        return any(cell and not cell.is_complete for row in self.cohorts for cell in row.cells)

    @property
    def cohort_averages(self) -> tuple[CohortAverage, ...]:
        """One average per month after acquisition, over complete cells only."""
        return tuple(_average(self.cohorts, offset) for offset in COHORT_OFFSETS)

    @property
    def notes_told(self) -> tuple[Note, ...]:
        """Each note once, the newest first: those of the months a reader compares with."""
        newest = max((month.period_start for month in self.retention), default=None)
        if newest is None:
            return ()
        years = {newest.year * 12 + newest.month - back for back in (0, 1, 12)}
        shown = {
            (note.starts_on, note.ends_on, note.kind, note.title): note
            for note in self.notes
            if note.month_start.year * 12 + note.month_start.month in years
        }
        return tuple(shown[key] for key in sorted(shown, reverse=True))

    @property
    def headline_nps(self) -> NpsPeriod | None:
        """The trailing 90 days over all surveys."""
        wanted = ("all", "trailing_90")
        return next((row for row in self.nps if (row.survey_id, row.period_type) == wanted), None)

    @property
    def feeds(self) -> tuple[FeedState, ...]:
        """Every feed that was read or used, in the order of `rpt_data_quality`, then by name."""
        quality = {row.feed: row for row in self.data_quality}
        intake = {row.feed: row for row in self.intake}
        names = [*quality, *sorted(intake.keys() - quality.keys())]
        return tuple(FeedState(name, quality.get(name), intake.get(name)) for name in names)


def load(
    marts: Path,
    *,
    as_of: date,
    shop_name: str,
    currency: str,
    locale: str,
    run_id: str,
    definitions_version: str,
    banner: Sequence[str] = (),
    lists: Sequence[ListSummary] = (),
    intake: Sequence[FeedIntake] = (),
) -> ReportContext:
    """Read the `rpt_*.parquet` files of a run folder's `marts/` into one context.

    Raises:
        ReportError: when a table or column is missing, was made for another date, or presents an
            unfinished period as a complete one; or when the shop's name holds control characters.
    """
    if not shop_name.strip() or any(ord(character) < 32 for character in shop_name):
        raise ReportError(f"shop name {shop_name!r} is empty or holds control characters")

    return ReportContext(
        as_of=as_of,
        shop_name=shop_name.strip(),
        currency=currency,
        locale=locale,
        run_id=run_id,
        definitions_version=definitions_version,
        banner=tuple(banner),
        lists=tuple(lists),
        intake=tuple(intake),
        observed_kpis=observed_kpis(marts, as_of),
        **_tables(marts, as_of),
    )


def _tables(marts: Path, as_of: date) -> dict[str, tuple[Any, ...]]:
    """Every published table of the context, typed, by the field that holds it."""

    def rows(table: str, row_type: type) -> tuple[Any, ...]:
        return _typed_rows(marts, table, row_type, as_of)

    months = rows("rpt_retention_trend", RetentionMonth)
    return {
        "kpis": _in_order(rows("rpt_headline", Kpi)),
        "week_kpis": _in_order(rows("rpt_headline_week", Kpi)),
        "retention": tuple(sorted(months, key=lambda row: (row.active_days, row.period_start))),
        "cohorts": _cohort_rows(rows("rpt_cohorts", CohortCell)),
        "revenue": tuple(
            sorted(rows("rpt_revenue", RevenueMonth), key=lambda row: row.month_start)
        ),
        "segments": _in_order(rows("rpt_segments", Segment)),
        "nps": rows("rpt_nps", NpsPeriod),
        "data_quality": rows("rpt_data_quality", FeedQuality),
        "validity": rows("rpt_validity", Validity),
        "checks": rows("rpt_checks", Check),
        "notes": rows("rpt_annotations", Note),
        "bridge_parts": _in_order(rows("rpt_revenue_bridge", BridgePart)),
        "state_moves": rows("rpt_state_movement", StateMove),
        "themes": rows("themes", ThemePeriod),
        "comments": rows("rpt_comments", Comment),
    }


def _typed_rows(marts: Path, table: str, row_type: type, as_of: date) -> tuple[Any, ...]:
    columns = tuple(column.name for column in fields(row_type))
    rows = read_rows(marts, table, columns, as_of)
    if "period_end" in columns:
        refuse_unfinished(rows, table, as_of)
    return tuple(row_type(**row) for row in rows)


def _in_order(rows: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(sorted(rows, key=lambda row: row.position))


def _cohort_rows(cells: Sequence[CohortCell]) -> tuple[CohortRow, ...]:
    by_key = {(cell.cohort_month, cell.month_offset): cell for cell in cells}
    sizes = {cell.cohort_month: cell.cohort_size for cell in cells}
    return tuple(
        CohortRow(
            cohort_month=month,
            cohort_size=sizes[month],
            cells=tuple(by_key.get((month, offset)) for offset in COHORT_OFFSETS),
        )
        for month in sorted(sizes)
    )


def _average(cohorts: Sequence[CohortRow], offset: int) -> CohortAverage:
    cells = [row.cells[offset - COHORT_OFFSETS.start] for row in cohorts]
    complete = [cell for cell in cells if cell is not None and cell.is_complete]
    customers = sum(cell.cohort_size for cell in complete)
    active = sum(cell.active_customers for cell in complete)
    rate = Decimal(active) / Decimal(customers) if customers else None
    return CohortAverage(offset, rate, len(complete), customers)


__all__ = ["FeedIntake", "ListSummary", "ReportContext", "ReportError", "load"]
