"""What a run's site tells that is in no published table: files, doors, quarantine, past runs.

Values that were refused are never read here: a cell may hold anything, and a page is passed on.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from suki.ledger import Ledger
from suki.outreach_rules import campaigns_in_force
from suki.runs import Run
from suki.settings import Settings

if TYPE_CHECKING:
    from reports.handed import (
        CampaignFacts,
        Expectation,
        Handed,
        InputFile,
        PastRun,
        Quarantine,
    )

#: So many runs are remembered on the page; the ledger has them all.
RUNS_SHOWN = 120
#: What of a refused row may be told; its value may not.
TOLD_OF_A_ROW = ("file_name", "row_number", "column", "reason", "severity")


def site_facts(
    run: Run, settings: Settings, ledger: Ledger, *, outcome: str, reason: str | None
) -> Handed:
    """Everything the site is handed beside the published tables, in a fixed order."""
    from reports.handed import Handed

    return Handed(
        inputs=_inputs(run, ledger),
        arrival_feeds=tuple(
            sorted({f["feed"] for f in run.files if f["version_basis"] == "arrival"})
        ),
        quarantine=quarantine(run, settings),
        expectations=expectations(run, settings),
        findings=tuple(
            message
            for door in ("door_in", "door_out")
            for kind in ("critical", "warnings", "row_warnings")
            for message in run.facts.get(door, {}).get(kind, ())
        ),
        past_runs=past_runs(run, settings, ledger, outcome=outcome, reason=reason),
        campaigns=_campaigns(settings),
    )


def _inputs(run: Run, ledger: Ledger) -> tuple[InputFile, ...]:
    from reports.handed import InputFile

    counts = {
        f["file_id"]: f["counts"] for f in ledger.known_files(statuses=["accepted", "superseded"])
    }
    told = []
    for file in sorted(run.files, key=lambda f: (f["feed"], f["name"], f["file_id"])):
        counted = counts.get(file["file_id"], {})
        ignored = counted.get("ignored")
        told.append(
            InputFile(
                feed=file["feed"],
                name=file["name"],
                source=file["source"] or "",
                read=counted.get("read"),
                accepted=counted.get("accepted"),
                quarantined=counted.get("quarantined"),
                ignored=None if ignored is None else sum(ignored.values()),
                notes=tuple(str(note) for note in counted.get("notes", ())),
            )
        )
    return tuple(told)


def quarantine(run: Run, settings: Settings) -> tuple[Quarantine, ...]:
    """Refused rows of the files the run read, by feed: counts by reason, and the first rows."""
    import polars as pl

    from reports.handed import ROWS_SHOWN_PER_FEED, Quarantine

    told = []
    for feed in sorted({f["feed"] for f in run.files}):
        paths = [
            settings.quarantine / feed / f"{f['file_id']}.parquet"
            for f in run.files
            if f["feed"] == feed
        ]
        frames = [
            pl.read_parquet(path, columns=list(TOLD_OF_A_ROW)) for path in paths if path.is_file()
        ]
        if not frames:
            continue
        rows = pl.concat(frames).sort("file_name", "row_number", "column", "reason")
        reasons = rows.group_by("reason").len().sort("len", "reason", descending=[True, False])
        first = rows.head(ROWS_SHOWN_PER_FEED).iter_rows(named=True)
        told.append(
            Quarantine(
                feed,
                rows.height,
                dict(reasons.iter_rows()),
                tuple(_refused(feed, row) for row in first),
            )
        )
    return tuple(told)


def _refused(feed: str, row: dict[str, Any]) -> Any:
    from reports.handed import RefusedRow
    from transforms.rules import REMEDIES

    return RefusedRow(
        feed=feed,
        file_name=row["file_name"],
        row_number=row["row_number"],
        column=row["column"] or "",
        reason=row["reason"],
        remedy=REMEDIES.get(row["reason"], "correct the cell in the source"),
        is_value_only=row["severity"] == "value",
    )


def expectations(run: Run, settings: Settings) -> tuple[Expectation, ...]:
    """Every expectation of both doors and how it ended, in the order they were asked."""
    from reports.handed import Expectation

    told = []
    for door in ("in", "out"):
        path = run.folder(settings) / f"door_{door}.json"
        if not path.is_file():
            continue
        told += [
            Expectation(
                door=door,
                table=one["batch"],
                check=one["check"],
                subject=one["subject"] or "",
                severity=one["severity"],
                is_met=one["success"],
                expectation=one["expectation"],
                arguments=one["arguments"],
                observed=one["observed"],
                failed_row_count=one["failed_row_count"],
                error=one["error"],
            )
            for one in json.loads(path.read_text(encoding="utf-8"))
        ]
    return tuple(told)


def past_runs(
    run: Run, settings: Settings, ledger: Ledger, *, outcome: str, reason: str | None
) -> tuple[PastRun, ...]:
    """This run and those begun before it, newest business date first; no clock is told."""
    from reports.handed import PastRun

    mine = ledger.run(run.run_id)
    told = [PastRun(run.run_id, run.as_of, outcome, reason, run.known_at, True, True)]
    for record in ledger.latest_runs(limit=RUNS_SHOWN):
        if record["run_id"] == run.run_id:
            continue
        if mine is not None and record["opened_at"] > mine["opened_at"]:
            continue  # begun since; an earlier run written again tells what it told before
        folder = settings.runs / record["run_id"]
        stands = record["status"] in {"published", "banner"}
        told.append(
            PastRun(
                record["run_id"],
                record["as_of"],
                record["status"],
                record["reason"],
                record["known_at"],
                stands and (folder / "site" / "index.html").is_file(),
            )
        )
    # Sorting keeps the order of beginning within one business date, this run first.
    return tuple(sorted(told, key=lambda one: one.as_of, reverse=True))


def _campaigns(settings: Settings) -> dict[str, CampaignFacts]:
    from reports.handed import CampaignFacts

    return {
        name: CampaignFacts(
            name=name,
            description=campaign.description,
            channel=campaign.channel,
            purpose=campaign.purpose,
            owner=campaign.owner,
            is_sent_by_suki=campaign.deliver == "message",
            is_enabled=campaign.enabled,
        )
        for name, campaign in sorted(campaigns_in_force(settings).items())
    }
