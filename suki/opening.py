"""Opening a run: which business date, which files are new to it, and what they came to."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from suki import runs
from suki.building import canonical_store
from suki.contact_log import memory_sha256
from suki.errors import ConfigurationError
from suki.identity_decisions import standing
from suki.ingestion import IngestSummary, ingest_landing, load_sources
from suki.ledger import Ledger, clock
from suki.locks import held
from suki.publication import stand_again
from suki.settings import Settings

log = logging.getLogger("suki")


@dataclass(frozen=True)
class Request:
    """What a run is asked: the date (None for the newest), and the two moments of knowledge."""

    as_of: date | None
    known_at: datetime | None
    seen_at: datetime | None

    @classmethod
    def of(cls, as_of: str, known_at: str | None, seen_at: str | None) -> Self:
        """Read the texts of a command line or a form.

        Raises:
            ConfigurationError: a date or moment cannot be read.
        """
        day = None if as_of == "latest" else _day(as_of)
        known = _moment(known_at, "known_at")
        if known is not None and known > clock():
            raise ConfigurationError(
                f"known_at {known_at} lies in the future; nothing is known yet"
            )
        return cls(day, known, _moment(seen_at, "seen_at"))


def take_in(
    asked: Request, settings: Settings, ledger: Ledger
) -> tuple[runs.Run, IngestSummary, bool]:
    """Ingest what has landed, then open the run that the known files determine.

    Returns:
        The run, what was ingested, and whether the very same run was published before.
    """
    started = time.perf_counter()
    with held(
        ledger, "landing", purpose="ingest", wait_seconds=settings.lock_wait_seconds, tell=log.info
    ):
        summary = ingest_landing(settings, ledger, log.info, seen_at=asked.seen_at)
    files = ledger.known_files(known_at=asked.known_at)
    definitions = {d.source: d.fingerprint for d in load_sources(settings)}
    today = clock().astimezone(settings.timezone).date()
    day = asked.as_of or newest_order_date(settings, files, today)
    if asked.as_of is not None:
        newest_order_date(settings, files, day)  # refuses a date before the first order
    if day > today:
        # Published, it would make every real date "older" and so silent for good.
        raise ConfigurationError(f"as_of {day} lies in the future of the store's zone")
    fresh = since_last_publication(settings, ledger, files, day)
    run = runs.prepare(
        settings,
        files,
        definitions,
        as_of=day,
        known_at=asked.known_at,
        tonight=fresh,
        overrides=standing(ledger, settings.timezone, asked.known_at),
        contacts_sha256=memory_sha256(ledger, day.isoformat(), asked.known_at),
    )
    if runs.stands(run.run_id, settings, ledger):
        with held(
            ledger,
            "warehouse",
            purpose="ingest",
            wait_seconds=settings.lock_wait_seconds,
            tell=log.info,
        ):
            if stand_again(run, settings, ledger):
                log.info("run %s stands again; the pointers were moved back to it", run.run_id)
        return run, summary, True
    run = runs.resume(run, settings)
    runs.note(run, "ingest", started)
    run.facts["feeds"] = feed_rows(files)
    run.save(settings)
    ledger.open_run(run.run_id, run.as_of, run.known_at)
    return run, summary, False


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"as_of {text!r} is no date; write it as 2026-10-31, or latest"
        ) from error


def _moment(text: str | None, name: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{name} {text!r} is no moment; write it as 2026-10-31T06:00:00+08:00"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=Settings().timezone)


def newest_order_date(settings: Settings, files: list[dict[str, Any]], until: date) -> date:
    """The last business date on which a known order was placed.

    Raises:
        ConfigurationError: no order is known.
    """
    from transforms.current import CurrentStateError
    from transforms.current import newest_order_date as last_order_date

    store = canonical_store(settings, files)
    try:
        newest = last_order_date(store, settings.business.store.timezone, until)
    except CurrentStateError as error:
        raise ConfigurationError(str(error)) from error
    if newest is None:
        raise ConfigurationError(
            f"no order is known on or before {until} (with --known-at: none had arrived by then). "
            f"Drop order exports into {settings.landing}/orders/, or ask for a later date; "
            "`suki status` lists files that were refused, and why."
        )
    return newest


def since_last_publication(
    settings: Settings, ledger: Ledger, files: list[dict[str, Any]], as_of: date
) -> list[str]:
    """Files that no publication of an earlier date has used: what the door must look at."""
    earlier = ledger.newest_published(before=as_of.isoformat())
    manifest = settings.runs / (earlier["run_id"] if earlier else "") / "manifest.json"
    used: set[str] = set()
    if earlier and manifest.is_file():
        inputs = json.loads(manifest.read_text(encoding="utf-8"))["inputs"]
        used = {f["file_id"] for f in inputs}
    return [f["file_id"] for f in files if f["file_id"] not in used]


def feed_rows(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows read, accepted, quarantined and ignored per feed, over all known files."""
    from transforms.canonical import FEEDS

    rows = []
    for feed in FEEDS:
        own = [f["counts"] for f in files if f["feed"] == feed]
        if own:
            rows.append(
                {
                    "feed": feed,
                    "files": len(own),
                    "rows_read": sum(c["read"] for c in own),
                    "rows_accepted": sum(c["accepted"] for c in own),
                    "rows_quarantined": sum(c["quarantined"] for c in own),
                    "rows_ignored": sum(sum(c["ignored"].values()) for c in own),
                    "units_accepted": sum(c["units"] for c in own),
                    "units_quarantined": sum(c["units_quarantined"] for c in own),
                }
            )
    return rows
