"""The page "Segments": who the customers are, how many, how it moved, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reports.pages.page import Download, Page, Reading
from reports.rows import Segment
from reports.words import N_

#: So many moves between two segments are told one by one, the largest first.
MOVES_SHOWN = 12
#: So many days of the history are drawn and listed.
DAYS_SHOWN = 26
NOWHERE = "(none)"
UNGROUPED = ""
GROUPS = {
    "rfm": N_("By how recently, how often and for how much they bought"),
    "lifecycle": N_("By where they stand with the shop"),
    "value": N_("By what they have spent so far"),
    "frequency": N_("By how often they came"),
    UNGROUPED: N_("Segments of their own"),
}


@dataclass(frozen=True)
class Definition:
    """One row of `segment_definitions`."""

    segment: str
    position: int
    title: str
    description: str
    rule: str
    definition_version: str
    segment_group: str | None
    owner: str
    hysteresis_runs: int
    is_review_only: bool
    member_count: int


@dataclass(frozen=True)
class Observed:
    """One row of `rpt_segment_trend`: a segment on a business date, and who came and went."""

    segment: str
    observed_on: date
    customer_count: int
    entered_count: int | None
    left_count: int | None


@dataclass(frozen=True)
class Move:
    """One row of `segment_migration`; `previous_as_of` is none in a first publication."""

    segment_group: str
    from_segment: str
    to_segment: str
    customer_count: int
    previous_as_of: date | None


@dataclass(frozen=True)
class SegmentShown:
    """A segment as the page tells of it; what no table knows of it is none."""

    definition: Definition
    share: Decimal | None
    summary: Segment | None
    history: tuple[Observed, ...]
    files: tuple[Download, ...]

    @property
    def line(self) -> str:
        """Its sizes as the points of a line in a box of 100 by 24, oldest first."""
        return line_of([seen.customer_count for seen in self.history])

    @property
    def newest(self) -> Observed | None:
        """The newest day seen, where there is one before it to compare with."""
        return self.history[-1] if len(self.history) > 1 else None


@dataclass(frozen=True)
class GroupShown:
    """Segments that belong together. A group proper has everybody in exactly one of them."""

    name: str
    title: str
    segments: tuple[SegmentShown, ...]
    previous_as_of: date | None
    moves: tuple[Move, ...]
    stayed_count: int
    moved_count: int
    arrived_count: int
    gone_count: int

    @property
    def member_count(self) -> int:
        """Members of its segments together."""
        return sum(one.definition.member_count for one in self.segments)

    @property
    def is_partition(self) -> bool:
        """Whether everybody is in exactly one of them."""
        return self.name != UNGROUPED

    @property
    def dates(self) -> tuple[date, ...]:
        """The days on which its segments were seen, newest first."""
        return tuple(
            sorted(
                {seen.observed_on for one in self.segments for seen in one.history}, reverse=True
            )
        )


def values(reading: Reading) -> dict[str, Any]:
    """Every segment by group, with its size, its history and its files."""
    definitions = sorted(
        reading.rows("segment_definitions", Definition), key=lambda one: one.position
    )
    moves = reading.rows("segment_migration", Move)
    history = _by_segment(reading.rows("rpt_segment_trend", Observed))
    summaries = {one.segment: one for one in reading.context.segments}
    population = sum(one.customer_count for one in summaries.values())
    shown = [
        SegmentShown(
            definition=one,
            share=Decimal(one.member_count) / population if population else None,
            summary=summaries.get(one.segment),
            history=history.get(one.segment, ()),
            files=() if one.is_review_only else _files(reading, one.segment),
        )
        for one in definitions
    ]
    names = dict.fromkeys(one.segment_group or UNGROUPED for one in definitions)
    # Segments without a group stand last, whatever their place in segments.yml.
    ordered = sorted(names, key=lambda name: name == UNGROUPED)
    return {
        "groups": tuple(_group(name, shown, moves) for name in ordered),
        "titles": {one.segment: one.title for one in definitions},
        "population": population,
        "segment_count": len(definitions),
        "moves_shown": MOVES_SHOWN,
        "pull_example": next((one.segment for one in definitions if not one.is_review_only), None),
    }


def line_of(sizes: Sequence[int]) -> str:
    """Sizes as SVG points in a box of 100 by 24; a size that never changes is a level line."""
    if len(sizes) < 2:
        return ""
    low, span = min(sizes), max(sizes) - min(sizes)
    step = 96 / (len(sizes) - 1)
    heights = (12.0 if not span else 21 - 18 * (size - low) / span for size in sizes)
    return " ".join(f"{2 + step * i:.1f},{height:.1f}" for i, height in enumerate(heights))


def _by_segment(seen: Sequence[Observed]) -> dict[str, tuple[Observed, ...]]:
    found: dict[str, list[Observed]] = {}
    for one in sorted(seen, key=lambda one: one.observed_on):
        found.setdefault(one.segment, []).append(one)
    return {segment: tuple(days[-DAYS_SHOWN:]) for segment, days in found.items()}


def _files(reading: Reading, segment: str) -> tuple[Download, ...]:
    return tuple(reading.files.get(f"segments/{segment}", ()))


def _group(name: str, shown: Sequence[SegmentShown], moves: Sequence[Move]) -> GroupShown:
    own = [move for move in moves if move.segment_group == name]
    # A first publication has everybody arrive from nowhere: that is no movement.
    dates = {move.previous_as_of for move in own if move.previous_as_of is not None}
    compared = own if dates else []
    changed = [move for move in compared if move.from_segment != move.to_segment]
    between = [move for move in changed if NOWHERE not in (move.from_segment, move.to_segment)]
    return GroupShown(
        name=name,
        title=GROUPS.get(name, name),
        segments=tuple(one for one in shown if (one.definition.segment_group or UNGROUPED) == name),
        previous_as_of=max(dates, default=None),
        moves=tuple(
            sorted(changed, key=lambda one: (-one.customer_count, one.from_segment, one.to_segment))
        ),
        stayed_count=_people(move for move in compared if move.from_segment == move.to_segment),
        moved_count=_people(between),
        arrived_count=_people(move for move in changed if move.from_segment == NOWHERE),
        gone_count=_people(move for move in changed if move.to_segment == NOWHERE),
    )


def _people(moves: Any) -> int:
    return sum(move.customer_count for move in moves)


PAGE = Page("segments.html", N_("Segments"), values)
