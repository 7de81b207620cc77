"""Tickets as they stood on a past day: what came later is not known yet."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from transforms.canonical import CANONICAL, FEED_TABLES
from transforms.current_activity import activity_tables
from transforms.known_files import CanonicalStore, KnownFile
from transforms.support import ticket_times
from transforms.support_policy import SupportPolicy

ZONE = "Asia/Manila"
NOBODY = pl.DataFrame(schema={"identifier": pl.String, "customer_id": pl.String})


def current_tickets(folder: Path, as_of: date, **ticket: Any) -> pl.DataFrame:
    """The current table made of one exported ticket."""
    moment = datetime(2026, 6, 1, 1, tzinfo=UTC)
    row = {"source": "desk", "ticket_id": "t", "created_at": moment, "file_id": "f", "row_number": 2,
           "version_at": moment, "version_basis": "arrival", **ticket}  # fmt: skip
    for name in FEED_TABLES["tickets"]:
        table = CANONICAL[name]
        path = folder / name / "f.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = table.conform(pl.DataFrame([row])) if name == "tickets" else table.empty()
        rows.write_parquet(path)
    store = CanonicalStore(folder, folder / "quarantine", [KnownFile("f", "tickets", 1)])
    return activity_tables(store, NOBODY, as_of, ZONE, "PHP")["tickets"]


def test_a_ticket_solved_after_as_of_is_waiting_on_it_whatever_its_state_now(
    tmp_path: Path,
) -> None:
    solved_at = datetime(2026, 6, 10, 16, 30, tzinfo=UTC)  # past midnight in Manila
    before, after = (
        current_tickets(tmp_path, day, resolved_at=solved_at, ticket_status="solved")
        for day in (date(2026, 6, 10), date(2026, 6, 11))
    )
    assert before.select("resolved_at", "ticket_status").row(0) == (None, None)
    assert after.select("resolved_at", "ticket_status").row(0) == (solved_at, "solved")
    waiting = ticket_times(before, SupportPolicy(), date(2026, 6, 10), ZONE)
    assert waiting.filter(pl.col("measure") == "resolution")["is_censored"].to_list() == [True]


def test_a_state_without_a_moment_stands(tmp_path: Path) -> None:
    rows = current_tickets(tmp_path, date(2026, 6, 10), ticket_status="solved")
    assert rows["ticket_status"].to_list() == ["solved"]
