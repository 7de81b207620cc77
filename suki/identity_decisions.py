"""Decisions by hand about who is who, as the ledger keeps them: keyed hashes, never addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from suki.errors import ConfigurationError
from suki.ledger import Ledger, clock, in_utc
from suki.ledger_tables import aliases, identity_overrides, overridden_aliases


def standing(ledger: Ledger, zone: ZoneInfo, known_at: datetime | None) -> list[dict[str, Any]]:
    """The decisions in force at a moment (None for now), in the order they were taken.

    Returns:
        number, kind, left, right, decided_on (ISO date in the store's zone).
    """
    moment = known_at or clock()
    return [
        {
            "number": row["number"],
            "kind": row["kind"],
            "left": row["left"],
            "right": row["right"],
            "decided_on": row["decided_at"].astimezone(zone).date().isoformat(),
        }
        for row in decisions(ledger)
        if row["decided_at"] <= moment and (row["undone_at"] is None or row["undone_at"] > moment)
    ]


def decisions(ledger: Ledger) -> list[dict[str, Any]]:
    """Every decision ever taken, undone ones included, oldest first."""
    query = select(identity_overrides).order_by(identity_overrides.c.number)
    with ledger.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    for row in rows:
        row["decided_at"] = in_utc(row["decided_at"])
        row["undone_at"] = in_utc(row["undone_at"]) if row["undone_at"] else None
    return rows


def record(ledger: Ledger, kind: str, one: str, other: str, reason: str | None) -> int:
    """Remember that two identifiers are one person (merge) or two (split).

    The one known longer comes first: its surrogate is the one that stays.

    Returns:
        The number of the decision.

    Raises:
        ConfigurationError: the two are the same, one was never seen, or it is decided already.
    """
    if one == other:
        raise ConfigurationError("both name the same identifier; give two different ones")
    for place, identifier in (("first", one), ("second", other)):
        if _since(ledger, identifier) is None:
            raise ConfigurationError(
                f"the {place} identifier was never seen in a published run; check its spelling, "
                "or run `suki run` first if its file has just arrived"
            )
    merged = [(d["left"], d["right"]) for d in decisions(ledger)
              if d["kind"] == "merge" and d["undone_at"] is None]  # fmt: skip
    ages = {end: (_age(ledger, end, merged), end) for end in (one, other)}
    left, right = sorted((one, other), key=ages.__getitem__)
    for row in decisions(ledger)[::-1]:
        if row["undone_at"] is None and {row["left"], row["right"]} == {left, right}:
            if row["kind"] == kind:
                raise ConfigurationError(
                    f"decision {row['number']} says so already; `suki identity undo {row['number']}` takes it back"
                )
            break
    with ledger.transaction() as connection:
        done = connection.execute(
            insert(identity_overrides).values(
                kind=kind, left=left, right=right, reason=reason, decided_at=clock()
            )
        )
    return int(done.inserted_primary_key[0])


def undo(ledger: Ledger, number: int) -> None:
    """Take a decision back: the next run is as if it had never been taken.

    Raises:
        ConfigurationError: there is no such decision, or it was undone before.
    """
    with ledger.transaction() as connection:
        done = connection.execute(
            update(identity_overrides)
            .where(identity_overrides.c.number == number, identity_overrides.c.undone_at.is_(None))
            .values(undone_at=clock())
        )
    if not done.rowcount:
        known = ", ".join(str(d["number"]) for d in decisions(ledger) if d["undone_at"] is None)
        raise ConfigurationError(
            f"there is no decision {number} in force; those in force: {known or 'none'}"
        )


def keep_overridden(ledger: Ledger, run_id: str, moved: dict[str, str]) -> None:
    """Remember for one run which identifiers decisions gave another customer_id."""
    with ledger.transaction() as connection:
        connection.execute(overridden_aliases.delete().where(overridden_aliases.c.run_id == run_id))
        if moved:
            rows = [{"run_id": run_id, "identifier": i, "customer_id": c} for i, c in moved.items()]
            connection.execute(insert(overridden_aliases), rows)


def surrogates_of_run(ledger: Ledger, run_id: str) -> dict[str, str]:
    """identifier -> customer_id as that run used them, decisions by hand included."""
    own = overridden_aliases.c
    query = select(own.identifier, own.customer_id).where(own.run_id == run_id)
    with ledger.engine.connect() as connection:
        moved = {str(i): str(c) for i, c in connection.execute(query)}
    return ledger.surrogates() | moved


def surrogate_of(ledger: Ledger, identifier: str) -> tuple[str, str] | None:
    """customer_id by what the files say, and since when the identifier is known; None if never."""
    query = select(aliases.c.customer_id, aliases.c.since).where(aliases.c.identifier == identifier)
    with ledger.engine.connect() as connection:
        row = connection.execute(query).first()
    return (str(row[0]), str(row[1])) if row else None


def _since(ledger: Ledger, identifier: str) -> str | None:
    found = surrogate_of(ledger, identifier)
    return found[1] if found else None


def _age(ledger: Ledger, identifier: str, merged: list[tuple[str, str]]) -> str:
    """Since when the person behind an identifier is known, merges by hand included."""
    customers = {one: found[0] for pair in [*merged, (identifier,)] for one in pair
                 if (found := surrogate_of(ledger, one))}  # fmt: skip
    group = {customers[identifier]}
    grown = True
    while grown:
        grown = False
        for left, right in merged:
            ends = {customers[end] for end in (left, right) if end in customers}
            if ends & group and not ends <= group:
                group |= ends
                grown = True
    query = select(aliases.c.since).where(aliases.c.customer_id.in_(sorted(group)))
    with ledger.engine.connect() as connection:
        return min(map(str, connection.execute(query).scalars()))
