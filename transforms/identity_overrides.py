"""Decisions by hand about who is who: they win over what the files say, and can be undone.

They are laid over the people found in the files and never written into the surrogates those
were given, so that a decision taken back leaves no trace.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from transforms.identity import PersonKey, unused_surrogate


@dataclass(frozen=True)
class Override:
    """One decision: `left` and `right` are one person (merge) or two (split).

    After a merge the surrogate of `left` stays; after a split `left` keeps the one both had.
    """

    number: int
    kind: str
    left: str
    right: str
    decided_on: date


@dataclass(frozen=True)
class Overridden:
    """People after the decisions.

    Attributes:
        people: as given, `customer_id` replaced where a decision says so.
        changes: changed_on, kind, old_customer_id, new_customer_id of every decision that
            changed something.
        unknown: numbers of decisions about identifiers that no file of the run mentions.
    """

    people: pl.DataFrame
    changes: list[dict[str, Any]]
    unknown: tuple[int, ...]


def decide(
    people: pl.DataFrame, edges: pl.DataFrame, overrides: Sequence[Override], key: PersonKey
) -> Overridden:
    """Lay decisions over people, one after the other; of two that contradict the later wins.

    Args:
        people: identifier, component, first_seen_at, customer_id.
        edges: left, right; the pairs that made the components.
    """
    if not overrides:
        return Overridden(people, [], ())
    named = {end for one in overrides for end in (one.left, one.right)}
    concerned = people.filter(pl.col("identifier").is_in(list(named)))["component"].unique()
    members = people.filter(pl.col("component").is_in(concerned.implode()))
    members = members.sort("first_seen_at", "identifier")
    inside = edges.filter(pl.col("left").is_in(members["identifier"].implode()))
    parts = _Parts(members, inside.select("left", "right").iter_rows(), key)
    changes: list[dict[str, Any]] = []
    unknown = []
    for one in overrides:
        if one.left not in parts.of or one.right not in parts.of:
            unknown.append(one.number)
            continue
        change = (parts.merge if one.kind == "merge" else parts.split)(one.left, one.right)
        if change is not None:
            old, new = change
            changes.append({"changed_on": one.decided_on, "kind": f"manual_{one.kind}",
                            "old_customer_id": old, "new_customer_id": new})  # fmt: skip
    decided = {identifier: parts.customer[part] for identifier, part in parts.of.items()}
    moved = {i: c for i, c in decided.items() if c != parts.natural[i]}
    if moved:
        people = people.with_columns(
            customer_id=pl.coalesce(
                pl.col("identifier").replace_strict(moved, default=None, return_dtype=pl.String),
                "customer_id",
            )
        )
    return Overridden(people, changes, tuple(unknown))


class _Parts:
    """The people concerned, as sets of identifiers that are joined and parted."""

    def __init__(
        self, members: pl.DataFrame, edges: Iterable[tuple[str, str]], key: PersonKey
    ) -> None:
        self._key = key
        self.natural: dict[str, str] = dict(members.select("identifier", "customer_id").iter_rows())
        self._age = {identifier: age for age, identifier in enumerate(self.natural)}
        numbers = {customer: n for n, customer in enumerate(dict.fromkeys(self.natural.values()))}
        #: identifier -> part, part -> customer_id.
        self.of = {identifier: numbers[customer] for identifier, customer in self.natural.items()}
        self.customer = {number: customer for customer, number in numbers.items()}
        self._beside: defaultdict[str, set[str]] = defaultdict(set)
        for left, right in edges:
            self._link(left, right)

    def merge(self, left: str, right: str) -> tuple[str, str] | None:
        """Make two people one; gives the surrogate that goes and the one that stays."""
        stays, goes = self.of[left], self.of[right]
        if stays == goes:
            return None
        for identifier in self._members(goes):
            self.of[identifier] = stays
        self._link(left, right)
        return self.customer.pop(goes), self.customer[stays]

    def split(self, left: str, right: str) -> tuple[str, str] | None:
        """Make one person two; gives the surrogate both had and the one that is new.

        Every identifier goes with whichever of the two it was stated nearer to, ties with the
        one seen first. Each half stays connected by that rule.
        """
        whole = self.of[left]
        if whole != self.of[right]:
            return None
        first = min(left, right, key=self._age.__getitem__)
        second = right if first == left else left
        to_first, to_second = self._distances(first), self._distances(second)
        far = len(self.of)
        halves: dict[str, list[str]] = {first: [], second: []}
        for identifier in self._members(whole):
            is_first = to_first.get(identifier, far) <= to_second.get(identifier, far)
            halves[first if is_first else second].append(identifier)
        old = self.customer[whole]
        owners = [end for end, half in halves.items() if old in map(self.natural.get, half)]
        stays = owners[0] if len(owners) == 1 else left
        goes = right if stays == left else left
        self.customer[part := max(self.customer) + 1] = self._surrogate_of(halves[goes], goes)
        for identifier in halves[goes]:
            self.of[identifier] = part
        return old, self.customer[part]

    def _surrogate_of(self, half: list[str], anchor: str) -> str:
        """The surrogate the files give one of its members, if free, else one of its own."""
        taken = set(self.customer.values())
        own = (self.natural[identifier] for identifier in half)
        return next(
            (customer for customer in own if customer not in taken),
            None,
        ) or unused_surrogate(anchor, taken, self._key)

    def _members(self, part: int) -> list[str]:
        return [identifier for identifier, own in self.of.items() if own == part]

    def _link(self, left: str, right: str) -> None:
        self._beside[left].add(right)
        self._beside[right].add(left)

    def _distances(self, start: str) -> dict[str, int]:
        """Hops to every identifier of the same part."""
        hops, queue = {start: 0}, deque([start])
        while queue:
            here = queue.popleft()
            for beside in self._beside[here]:
                if beside not in hops and self.of.get(beside) == self.of[start]:
                    hops[beside] = hops[here] + 1
                    queue.append(beside)
        return hops
