"""How one period's sales became the next one's, and who slipped or came back in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from reports.executive_rows import BridgePart, StateMove
from reports.formats import is_whole_month, previous_month

#: The two ends of a bridge; every other component is a step between them.
START, END = "start", "end"
SILENT = ("at_risk", "lapsed")
PROSPECT = "prospect"
#: A first order that becomes a habit moves onward too; that is no news, so it is no group.
GROUPS = ("slipped", "back", "joined")
MOVES_SHOWN = 3


@dataclass(frozen=True)
class Step:
    """One component with its place in the picture, in whole percent of the width."""

    part: BridgePart
    amount: Decimal
    left: int
    width: int

    @property
    def right(self) -> int:
        """What is left of the width."""
        return 100 - self.left - self.width

    @property
    def is_total(self) -> bool:
        """Whether it is the sales of a period, not a step between two."""
        return self.part.component in (START, END)


@dataclass(frozen=True)
class Bridge:
    """From the net sales of one period to those of another, cent for cent."""

    comparison: str
    period_start: date
    period_end: date
    steps: tuple[Step, ...]

    @property
    def before(self) -> tuple[date, date]:
        """First and last day of the period right before the one told."""
        end = self.period_start - timedelta(days=1)
        if is_whole_month(self.period_start, self.period_end):
            return previous_month(self.period_start), end
        return self.period_start - (self.period_end - end), end

    @property
    def start(self) -> Decimal:
        """Net sales of the earlier period."""
        return self._amount(START)

    @property
    def end(self) -> Decimal:
        """Net sales of the period told."""
        return self._amount(END)

    @property
    def change(self) -> Decimal:
        """By how much sales rose, or fell where negative."""
        return self.end - self.start

    @property
    def push(self) -> Step | None:
        """The step that added most."""
        return max(
            (step for step in self._drivers if step.amount > 0),
            key=lambda step: step.amount,
            default=None,
        )

    @property
    def drag(self) -> Step | None:
        """The step that took most away."""
        return min(
            (step for step in self._drivers if step.amount < 0),
            key=lambda step: step.amount,
            default=None,
        )

    @property
    def _drivers(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if not step.is_total)

    def _amount(self, component: str) -> Decimal:
        return next(step.amount for step in self.steps if step.part.component == component)


@dataclass(frozen=True)
class MoveGroup:
    """Customers who moved one way: `slipped`, `back` or `joined`."""

    name: str
    customer_count: int
    count_before: int | None
    moves: tuple[StateMove, ...]


@dataclass(frozen=True)
class Movement:
    """Who went where between the lifecycle states in one period."""

    period_start: date
    period_end: date
    groups: tuple[MoveGroup, ...]

    def count(self, name: str) -> int:
        """How many customers moved one way."""
        return next(group.customer_count for group in self.groups if group.name == name)


def bridge(parts: Sequence[BridgePart], period_type: str, comparison: str) -> Bridge | None:
    """The newest bridge of a kind, or nothing where a period is missing or an amount unknown."""
    fitting = [
        part for part in parts if (part.period_type, part.comparison) == (period_type, comparison)
    ]
    newest = max((part.period_end for part in fitting), default=None)
    told = sorted(
        (part for part in fitting if part.period_end == newest), key=lambda part: part.position
    )
    amounts = [(part, part.amount) for part in told if part.amount is not None]
    if not {START, END} <= {part.component for part in told} or len(amounts) < len(told):
        return None
    return Bridge(comparison, told[0].period_start, told[0].period_end, _placed(amounts))


def movement(
    moves: Sequence[StateMove], period_type: str, period: tuple[date, date] | None
) -> Movement | None:
    """The moves of a period, and how many went the same way in the period before.

    A period in which nobody moved has no rows: it is told as nobody, not as an earlier period.
    """
    fitting = [move for move in moves if move.period_type == period_type]
    if not fitting or period is None:
        return None
    start, end = period
    day_before = start - timedelta(days=1)
    now = [move for move in fitting if move.period_end == end]
    before = [move for move in fitting if move.period_end == day_before]
    is_known_before = any(move.period_end <= day_before for move in fitting)
    groups = tuple(
        MoveGroup(
            name=name,
            customer_count=_sum(now, name),
            count_before=_sum(before, name) if is_known_before else None,
            moves=tuple(
                sorted(
                    (move for move in now if direction(move) == name and move.customer_count),
                    key=lambda move: (-move.customer_count, move.from_state, move.to_state),
                )[:MOVES_SHOWN]
            ),
        )
        for name in GROUPS
    )
    return Movement(start, end, groups)


def direction(move: StateMove) -> str:
    """Which way a move goes; from at risk to lapsed is slipping further."""
    if move.to_state in SILENT:
        return "slipped"
    if move.from_state in SILENT:
        return "back"
    return "joined" if move.from_state == PROSPECT else "onward"


def _sum(moves: Sequence[StateMove], name: str) -> int:
    return sum(move.customer_count for move in moves if direction(move) == name)


def _placed(amounts: Sequence[tuple[BridgePart, Decimal]]) -> tuple[Step, ...]:
    """Each step as a bar from where the one before it ended; the two totals stand on zero."""
    spans: list[tuple[Decimal, Decimal]] = []
    level = Decimal(0)
    for part, amount in amounts:
        begin = Decimal(0) if part.component in (START, END) else level
        level = begin + amount
        spans.append((min(begin, level), max(begin, level)))
    low, high = min(low for low, _high in spans), max(high for _low, high in spans)
    scale = Decimal(100) / (high - low) if high > low else Decimal(0)
    steps = []
    for (part, amount), (begin, end) in zip(amounts, spans, strict=True):
        width = max(1, round((end - begin) * scale))
        left = min(100 - width, round((begin - low) * scale))
        steps.append(Step(part, amount, left, width))
    return tuple(steps)
