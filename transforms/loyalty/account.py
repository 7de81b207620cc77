"""One customer's points: lots that are spent and expire first in, first out.

Days are numbers of days, so that a shop's whole ledger is one fast loop over plain integers.
"""

from __future__ import annotations

from dataclasses import dataclass

from transforms.canonical.loyalty import ENTRY_KINDS, ENTRY_REASONS

#: Later than any day: the lot never expires.
NEVER = 2**31 - 1

EARN, REDEEM, EXPIRE, REVERSE, ADJUST, REFUSED = map(
    ENTRY_KINDS.index, ("earn", "redeem", "expire", "reverse", "adjust", "refused")
)
REFUND, REFUND_WITHDRAWN, DEBT, ABOVE_BALANCE, NOT_POSITIVE = map(
    ENTRY_REASONS.index, ("refund", "refund_withdrawn", "debt", "above_balance", "not_positive")
)
NO_REASON = -1


@dataclass(slots=True)
class Lot:
    """Points that came in at once.

    Attributes:
        event: row of the event that brought them.
        place: position among the customer's lots.
        expires_on: first day on which what is left is gone.
        left: points neither spent, taken back nor gone.
        gone: points that have expired and that no refund has asked for since.
    """

    event: int
    place: int
    expires_on: int
    left: int
    gone: int = 0


@dataclass(slots=True)
class Debt:
    """Points taken back that had been spent before."""

    event: int
    order: int
    points: int


class Account:
    """The points of one customer. Every change is booked as an entry; the balance is never below 0.

    * Spending takes the oldest points. What exceeds the balance is refused as a whole.
    * A refund takes the points of its own order first. Those of them that have expired are gone
      already and not taken twice; those that were spent are taken from the oldest others, and
      where these do not suffice they become a debt that the next points earned settle.
    * What a shop takes away by hand is treated alike. Points given by hand settle no debt: they
      are a gift.

    Args:
        valid_days: days a lot lasts, or None.
        book: where entries go: event, kind, day, points, asked, balance, debt, expires_on, reason.
    """

    __slots__ = ("balance", "book", "debt", "debts", "head", "lots", "of_order", "valid_days")

    def __init__(self, valid_days: int | None, book: list[int]) -> None:
        self.valid_days = valid_days
        self.book = book
        self.lots: list[Lot] = []
        self.head = 0
        self.of_order: dict[int, Lot] = {}
        self.debts: list[Debt] = []
        self.balance = 0
        self.debt = 0

    def expire(self, day: int) -> None:
        """Lots that are due until that day, it included, are gone."""
        lots = self.lots
        while self.head < len(lots) and lots[self.head].expires_on <= day:
            lot = lots[self.head]
            self.head += 1
            if lot.left:
                points, lot.gone, lot.left = lot.left, lot.left, 0
                self.balance -= points
                self._write(lot.event, EXPIRE, lot.expires_on, -points, -points)

    def earn(self, event: int, day: int, order: int, points: int) -> None:
        """Points of an order; a debt is settled with them at once."""
        lot = self._give(event, EARN, day, points)
        self.of_order[order] = lot
        while self.debts and lot.left:
            debt = self.debts[0]
            paid = min(debt.points, lot.left)
            lot.left -= paid
            debt.points -= paid
            self.balance -= paid
            self.debt -= paid
            if not debt.points:
                self.debts.pop(0)
            self._write(debt.event, REVERSE, day, -paid, 0, reason=DEBT)

    def redeem(self, event: int, day: int, points: int) -> None:
        """Points spent, all or none."""
        if points <= 0:
            self.refuse(event, day, -points, NOT_POSITIVE)
        elif points > self.balance:
            self.refuse(event, day, -points, ABOVE_BALANCE)
        else:
            self._take(points)
            self._write(event, REDEEM, day, -points, -points)

    def adjust(self, event: int, day: int, points: int) -> None:
        """Points given or taken by hand."""
        if points > 0:
            self._give(event, ADJUST, day, points)
        else:
            taken = self._take(min(-points, self.balance))
            self._owe(event, -1, -points - taken)
            self._write(event, ADJUST, day, -taken, points)

    def refund(self, event: int, day: int, order: int, points: int) -> None:
        """What an order had earned is taken back."""
        lot = self.of_order[order]
        own = min(points, lot.left)
        lot.left -= own
        self.balance -= own
        rest = points - own
        expired = min(rest, lot.gone)
        lot.gone -= expired
        rest -= expired
        taken = own + self._take(min(rest, self.balance))
        self._owe(event, order, points - expired - taken)
        self._write(event, REVERSE, day, -taken, -points, reason=REFUND)

    def restore(self, event: int, day: int, order: int, points: int) -> None:
        """A refund was withdrawn: the points are back, unless their time is over by now."""
        lot, rest = self.of_order[order], points
        for debt in [one for one in self.debts if one.order == order]:
            forgiven = min(debt.points, rest)
            debt.points -= forgiven
            self.debt -= forgiven
            rest -= forgiven
        self.debts = [one for one in self.debts if one.points]
        if lot.expires_on <= day:
            # Told as gone, so that a second refund does not take them from others.
            lot.gone += rest
            rest = 0
        lot.left += rest
        self.balance += rest
        self.head = min(self.head, lot.place) if rest else self.head
        self._write(event, REVERSE, day, rest, points, lot.expires_on, REFUND_WITHDRAWN)

    def refuse(self, event: int, day: int, asked: int, reason: int) -> None:
        """Nothing happens, and that is told."""
        self._write(event, REFUSED, day, 0, asked, reason=reason)

    def outstanding(self) -> list[tuple[int, int]]:
        """The day on which they are gone and the points, of every lot with points left."""
        return [(lot.expires_on, lot.left) for lot in self.lots[self.head :] if lot.left]

    def _give(self, event: int, kind: int, day: int, points: int) -> Lot:
        expires_on = NEVER if self.valid_days is None else day + self.valid_days
        lot = Lot(event, len(self.lots), expires_on, points)
        self.lots.append(lot)
        self.balance += points
        self._write(event, kind, day, points, points, expires_on)
        return lot

    def _take(self, points: int) -> int:
        """Take the oldest points; as many are there as is asked for."""
        wanted = points
        while wanted:
            lot = self.lots[self.head]
            part = min(lot.left, wanted)
            lot.left -= part
            wanted -= part
            if not lot.left:
                self.head += 1
        self.balance -= points
        return points

    def _owe(self, event: int, order: int, points: int) -> None:
        if points:
            self.debts.append(Debt(event, order, points))
            self.debt += points

    def _write(
        self,
        event: int,
        kind: int,
        day: int,
        points: int,
        asked: int,
        expires_on: int = NEVER,
        reason: int = NO_REASON,
    ) -> None:
        self.book.extend(
            (event, kind, day, points, asked, self.balance, self.debt, expires_on, reason)
        )
