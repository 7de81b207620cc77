"""The cohort table in its switchable views: by month or week, and by what is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.drawing import HEAT
from reports.formats import Formats
from reports.words import N_, _

GRAINS = {"month": N_("By month"), "week": N_("By week")}
#: Newest cohorts and periods after the first that a page has room for.
SHOWN = {"month": 24, "week": 26}


@dataclass(frozen=True)
class Cell:
    """One row of `retention_cohort`."""

    cohort_grain: str
    measure: str
    minimum_occasions: int
    cohort_start: date
    period_offset: int
    period_end: date
    cohort_size: int
    customers: int
    rate: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    net_sales_amount: Decimal | None
    cell_status: str


@dataclass(frozen=True)
class Average:
    """One row of `retention_cohort_average`: over complete cells only."""

    cohort_grain: str
    measure: str
    minimum_occasions: int
    period_offset: int
    cohort_count: int
    cohort_size: int
    customers: int
    rate: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None


@dataclass(frozen=True)
class Measure:
    """What a view of the cohort table tells; `top` is the value of the darkest colour."""

    key: str
    title: str
    meaning: str
    measure: str
    minimum_occasions: int
    first_offset: int
    top: Decimal | None


MEASURES = (
    Measure(
        "period", N_("Ordered in that period"),
        N_("% of the cohort with an order in that period."),
        "n_period", 1, 1, Decimal("0.5"),
    ),
    Measure(
        "again", N_("Ordered again by then"),
        N_("% of the cohort with a second order by the end of that period."),
        "cumulative_repurchase", 2, 0, Decimal(1),
    ),
    Measure(
        "later", N_("Ordered then or later"),
        N_("% of the cohort with an order in that period or after it: not gone for good."),
        "unbounded", 1, 1, Decimal(1),
    ),
    Measure(
        "sales", N_("Net sales"),
        N_("Net sales of the cohort in that period, refunds counted at the order they undo."),
        "n_period", 1, 0, None,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class HeatCell:
    """A cell as the page shows it: `level` of colour, none while the period is not over."""

    text: str
    told: str
    level: int | None


@dataclass(frozen=True)
class HeatRow:
    """A cohort as the page shows it; a period not begun is none."""

    label: str
    size: str
    cells: tuple[HeatCell | None, ...]


@dataclass(frozen=True)
class HeatView:
    """One table of the page."""

    grain: str
    measure: Measure
    offsets: tuple[int, ...]
    rows: tuple[HeatRow, ...]
    averages: tuple[str, ...]
    has_unfinished: bool


def views(
    cells: Sequence[Cell], averages: Sequence[Average], formats: Formats
) -> tuple[HeatView, ...]:
    """Every view that has at least one cell after the cohort's own period."""
    made = (
        _view(grain, measure, cells, averages, formats) for grain in GRAINS for measure in MEASURES
    )
    return tuple(view for view in made if view is not None)


def _view(
    grain: str,
    measure: Measure,
    cells: Sequence[Cell],
    averages: Sequence[Average],
    formats: Formats,
) -> HeatView | None:
    wanted = (grain, measure.measure, measure.minimum_occasions)
    own = {
        (cell.cohort_start, cell.period_offset): cell
        for cell in cells
        if (cell.cohort_grain, cell.measure, cell.minimum_occasions) == wanted
        and measure.first_offset <= cell.period_offset <= SHOWN[grain]
    }
    if not any(offset for _start, offset in own):
        return None
    starts = sorted({start for start, _offset in own})[-SHOWN[grain] :]
    offsets = tuple(range(measure.first_offset, max(offset for _start, offset in own) + 1))
    top = measure.top or _largest(own, starts)
    rows = tuple(_row(start, offsets, own, measure, top, formats) for start in starts)
    return HeatView(
        grain=grain,
        measure=measure,
        offsets=offsets,
        rows=rows,
        averages=_averages(wanted, offsets, averages, formats) if measure.top else (),
        has_unfinished=any(c is not None and c.level is None for row in rows for c in row.cells),
    )


def _largest(own: Mapping[tuple[date, int], Cell], starts: Sequence[date]) -> Decimal:
    """The largest sales after the cohort's own period, which outshines all others."""
    amounts = [
        cell.net_sales_amount or Decimal(0)
        for (start, offset), cell in own.items()
        if offset and start in starts
    ]
    return max(max(amounts, default=Decimal(0)), Decimal(1))


def _row(
    start: date,
    offsets: Sequence[int],
    own: Mapping[tuple[date, int], Cell],
    measure: Measure,
    top: Decimal,
    formats: Formats,
) -> HeatRow:
    cells = [own.get((start, offset)) for offset in offsets]
    known = next(cell for cell in own.values() if cell.cohort_start == start)
    label = formats.month_tiny(start) if known.cohort_grain == "month" else formats.day(start)
    return HeatRow(
        label=label,
        size=formats.count(known.cohort_size),
        cells=tuple(None if cell is None else _cell(cell, measure, top, formats) for cell in cells),
    )


def _cell(cell: Cell, measure: Measure, top: Decimal, formats: Formats) -> HeatCell | None:
    value = cell.net_sales_amount if measure.key == "sales" else cell.rate
    if value is None:
        return None
    is_over = cell.cell_status == "complete"
    level = max(0, min(len(HEAT) - 1, int(value / top * len(HEAT)))) if is_over else None
    told = _told(cell, measure, formats)
    if not is_over:
        told = _("{figure}; not finished, in no average").format(figure=told)
    text = formats.count_short(value) if measure.key == "sales" else formats.heat_number(value)
    return HeatCell(text, told, level)


def _told(cell: Cell, measure: Measure, formats: Formats) -> str:
    if measure.key == "sales":
        return _("{amount} net sales, {n} of {size} customers").format(
            amount=formats.money(cell.net_sales_amount or Decimal(0)),
            n=formats.count(cell.customers),
            size=formats.count(cell.cohort_size),
        )
    told = _("{rate}, {n} of {size} customers").format(
        rate=formats.percent(cell.rate or Decimal(0)),
        n=formats.count(cell.customers),
        size=formats.count(cell.cohort_size),
    )
    if cell.interval_low is None or cell.interval_high is None:
        return told
    return _("{figure} (95% interval {low} to {high})").format(
        figure=told,
        low=formats.percent(cell.interval_low),
        high=formats.percent(cell.interval_high),
    )


def _averages(
    wanted: tuple[str, str, int],
    offsets: Sequence[int],
    averages: Sequence[Average],
    formats: Formats,
) -> tuple[str, ...]:
    own = {
        row.period_offset: row.rate
        for row in averages
        if (row.cohort_grain, row.measure, row.minimum_occasions) == wanted
    }
    rates = [own.get(offset) for offset in offsets]
    return tuple("" if rate is None else formats.heat_number(rate) for rate in rates)
