"""When the files themselves showed that two people are one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import polars as pl

from transforms.identity import PersonKey, first_surrogate

Seen = tuple[datetime, str]


def merges(
    people: pl.DataFrame, edges: pl.DataFrame, key: PersonKey, zone: str
) -> list[dict[str, Any]]:
    """Every mention that joined two people who had both been mentioned before it.

    It follows from the mentions alone, so a shop read in one night and one read in a hundred
    tell the same.

    Args:
        people: identifier, component, first_seen_at, customer_id.
        edges: left, right, seen_at; the pairs that made the components.
        zone: the store's time zone, which decides the day.

    Returns:
        changed_on, kind, old_customer_id, new_customer_id, old_since, new_since. The old
        surrogate is the one the person had, or would have had in a run before that mention.
    """
    candidates = _worth_a_look(people, edges)
    first = people.filter(pl.col("component").is_in(candidates.implode()))
    seen = {i: (at, i) for i, at in first.select("identifier", "first_seen_at").iter_rows()}
    surrogate = dict(first.select("identifier", "customer_id").iter_rows())
    inside = edges.filter(pl.col("left").is_in(first["identifier"].implode()))
    rows = inside.select("seen_at", "left", "right").sort("seen_at", "left", "right").iter_rows()
    found = [
        {
            "changed_at": at,
            "kind": "merge",
            "old_customer_id": first_surrogate(absorbed[1], key),
            "new_customer_id": surrogate[kept[1]],
            "old_seen_at": absorbed[0],
            "new_seen_at": kept[0],
        }
        for at, kept, absorbed in _joined(rows, seen)
    ]
    return _on_local_days(found, zone)


def _worth_a_look(people: pl.DataFrame, edges: pl.DataFrame) -> pl.Series:
    """Components where people known before may have met; most people have never been two."""
    first = people.select("identifier", "component", "first_seen_at")
    ends = edges.join(first, left_on="left", right_on="identifier").join(
        first.drop("component"), left_on="right", right_on="identifier", suffix="_right"
    )
    known = pl.col("seen_at") > pl.max_horizontal("first_seen_at", "first_seen_at_right")
    late = ends.filter(known)["component"]
    # Whoever appears for the first time beside two known ones joins them as well.
    fresh = pl.concat(
        [
            ends.filter(pl.col("seen_at") == pl.col(moment)).select("component", end=end)
            for end, moment in (("left", "first_seen_at"), ("right", "first_seen_at_right"))
        ]
    )
    bridges = fresh.group_by("component", "end").len().filter(pl.col("len") > 1)["component"]
    grown = first.group_by("component").agg(pl.col("first_seen_at").n_unique())
    grown = grown.filter(pl.col("first_seen_at") > 1)
    return pl.concat([late, bridges.filter(bridges.is_in(grown["component"].implode()))]).unique()


def _joined(
    edges: Iterator[tuple[datetime, str, str]], seen: dict[str, Seen]
) -> Iterator[tuple[datetime, Seen, Seen]]:
    """Moment, who was seen first and who was absorbed, for each meeting of two known groups."""
    leader = {identifier: identifier for identifier in seen}

    def lead(identifier: str) -> str:
        while leader[identifier] != identifier:
            leader[identifier] = leader[leader[identifier]]
            identifier = leader[identifier]
        return identifier

    for at, left, right in edges:
        kept, absorbed = sorted((seen[lead(left)], seen[lead(right)]))
        if kept == absorbed:
            continue
        leader[absorbed[1]] = kept[1]
        if absorbed[0] < at:
            yield at, kept, absorbed


def _on_local_days(rows: list[dict[str, Any]], zone: str) -> list[dict[str, Any]]:
    days = {"changed_on": "changed_at", "old_since": "old_seen_at", "new_since": "new_seen_at"}
    if not rows:
        return []
    frame = pl.DataFrame(rows)
    return frame.select(
        "kind", "old_customer_id", "new_customer_id",
        **{day: pl.col(at).dt.convert_time_zone(zone).dt.date() for day, at in days.items()},
    ).to_dicts()  # fmt: skip
