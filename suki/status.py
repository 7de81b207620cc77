"""What a run came to and how things stand, as text for a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from suki.ledger import Ledger
from suki.settings import Settings


def print_run(run_id: str) -> None:
    """The short table at the end of a run, and where to look."""
    from rich.console import Console
    from rich.table import Table

    settings = Settings()
    folder = settings.runs / run_id
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    seconds = json.loads((folder / "run.json").read_text(encoding="utf-8"))["seconds"]
    table = Table(
        title=f"{settings.business.store.name}, as of {manifest['as_of']}",
        title_justify="left",
        show_header=False,
        box=None,
    )
    for name, value in _figures(folder, manifest, seconds, Ledger(settings.ledger_url)):
        table.add_row(name, value)
    console = Console()
    console.print(table)
    warnings = (manifest["reason"] or "").splitlines()
    if warnings:
        console.print(
            f"{len(warnings)} warnings, told in the mail's banner; the first: {warnings[0]}",
            markup=False,
        )
    for name, path in _places(settings, folder):
        console.print(f"{name:<10} {path}", soft_wrap=True, markup=False, highlight=False)


def _figures(
    folder: Path, manifest: dict[str, Any], seconds: dict[str, float], ledger: Ledger
) -> list[tuple[str, str]]:
    import polars as pl

    feeds = manifest["feeds"]
    headline = {
        row["metric"]: row
        for row in pl.read_parquet(folder / "marts" / "rpt_headline.parquet").to_dicts()
    }
    segments = pl.read_parquet(folder / "marts" / "rpt_segments.parquet")
    retention = headline.get("retention_rate", {})
    told = "not known yet: " + str(retention.get("reason_code"))
    if retention.get("value") is not None:
        told = (
            f"{retention['value']:.1%} of {retention['denominator']:,.0f} customers kept, "
            f"month ending {retention['period_end']} (A = {retention['active_days']} days)"
        )
    mails = [m for m in ledger.messages() if m["run_id"] == manifest["run_id"]]
    return [
        (
            "outcome",
            {
                "published": "published",
                "banner": "published with warnings",
                "held": "HELD, not published",
            }[manifest["outcome"]],
        ),
        (
            "rows",
            ", ".join(
                f"{sum(f[f'rows_{k}'] for f in feeds):,} {k}"
                for k in ("read", "accepted", "quarantined", "ignored")
            ),
        ),
        ("customers", f"{segments['customer_count'].sum():,} with a valid order"),
        ("retention", told),
        (
            "segments",
            ", ".join(
                f"{r['segment']} {r['customer_count']:,}" for r in segments.iter_rows(named=True)
            ),
        ),
        ("lists", ", ".join(f"{one['name']} {one['rows']:,}" for one in manifest["lists"])),
        (
            "mails",
            ", ".join(f"{m['message']} {m['status']}" for m in mails) or "none from this run",
        ),
        ("seconds", ", ".join(f"{step} {value:.1f}" for step, value in seconds.items())),
    ]


def _places(settings: Settings, folder: Path) -> list[tuple[str, Path]]:
    latest = settings.published / "latest"
    shown = latest if latest.exists() and latest.resolve() == folder.resolve() else folder
    return [
        ("page", shown / "site" / "index.html"),
        ("marts", shown / "marts"),
        ("segments", shown / "segments"),
        ("lists", shown / "lists"),
        ("outbox", settings.outbox),
        ("quarantine", settings.quarantine),
    ]


def print_status(quarantine_rows: int) -> None:
    """Last runs, freshness, refused files, quarantine and messages that need a person."""
    from rich.console import Console
    from rich.table import Table

    settings, console = Settings(), Console()
    ledger = Ledger(settings.ledger_url)
    runs = Table(
        "run", "as of", "status", "opened (UTC)", title="Last runs", title_justify="left", box=None
    )
    for run in ledger.latest_runs():
        runs.add_row(
            run["run_id"], run["as_of"], run["status"], f"{run['opened_at']:%Y-%m-%d %H:%M}"
        )
    console.print(runs)
    feeds = Table(
        "feed",
        "files",
        "rows",
        "quarantined",
        "last arrival (UTC)",
        title="Feeds",
        title_justify="left",
        box=None,
    )
    known = ledger.known_files()
    for feed in sorted({f["feed"] for f in known}):
        own = [f for f in known if f["feed"] == feed]
        counts = [f["counts"] for f in own]
        last = max(f["arrived_at"] for f in own)
        feeds.add_row(
            feed,
            str(len(own)),
            f"{sum(c['read'] for c in counts):,}",
            f"{sum(c['quarantined'] for c in counts):,}",
            f"{last:%Y-%m-%d %H:%M}",
        )
    console.print(feeds)
    for refused in ledger.known_files(statuses=["refused"]):
        console.print(f"refused: {refused['reason']}", markup=False)
    for message in ledger.messages(statuses=["sending", "failed"]):
        word = (
            "uncertain (the sender was killed; ask the recipient)"
            if message["status"] == "sending"
            else f"failed: {message['reason']}"
        )
        console.print(f"message {message['message']} for {message['period']}: {word}", markup=False)
    if quarantine_rows:
        _print_quarantine(settings, console, quarantine_rows)


def _print_quarantine(settings: Settings, console: Any, limit: int) -> None:
    import polars as pl

    paths = sorted(settings.quarantine.glob("*/*.parquet"))
    if not paths:
        console.print("quarantine is empty")
        return
    rows = pl.concat([pl.read_parquet(path) for path in paths]).sort(
        "file_name", "row_number", "column"
    )
    for message in rows["message"].head(limit):
        console.print(message, markup=False)
    if rows.height > limit:
        console.print(f"... and {rows.height - limit:,} more; --limit shows them", markup=False)
