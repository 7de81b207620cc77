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
            f"told in the mail's banner: {warnings[0]}"
            + (f" (and {len(warnings) - 1} more)" if len(warnings) > 1 else ""),
            markup=False,
        )
    for name, path in _places(settings, folder):
        console.print(f"{name:<10} {path}", soft_wrap=True, markup=False, highlight=False)


UNCERTAIN = "uncertain, and not sent again by itself; ask the recipient"
OUTCOMES = {
    "published": "published",
    "banner": "published with warnings",
    "held": "HELD, not published",
}


def _figures(
    folder: Path, manifest: dict[str, Any], seconds: dict[str, float], ledger: Ledger
) -> list[tuple[str, str]]:
    import polars as pl

    segments = pl.read_parquet(folder / "marts" / "rpt_segments.parquet")
    sizes = segments.select("segment", "customer_count").rows()
    mails = [m for m in ledger.messages() if m["run_id"] == manifest["run_id"]]
    rows = {
        kind: sum(feed[f"rows_{kind}"] for feed in manifest["feeds"])
        for kind in ("read", "accepted", "quarantined", "ignored")
    }
    return [
        ("outcome", OUTCOMES[manifest["outcome"]]),
        ("rows", ", ".join(f"{count:,} {kind}" for kind, count in rows.items())),
        ("customers", f"{sum(count for _, count in sizes):,} with a valid order"),
        ("retention", _retention(folder)),
        ("segments", ", ".join(f"{name} {count:,}" for name, count in sizes)),
        ("lists", _lists(manifest["lists"])),
        ("mails", ", ".join(f"{m['message']} {m['status']}" for m in mails) or "none"),
        ("seconds", ", ".join(f"{step} {value:.1f}" for step, value in seconds.items())),
    ]


def _lists(lists: list[dict[str, Any]]) -> str:
    """Those with somebody on them, the longest first, and how many have nobody."""
    filled = sorted(
        (one for one in lists if one["rows"]), key=lambda one: (-one["rows"], one["name"])
    )
    empty = len(lists) - len(filled)
    told = [f"{one['name']} {one['rows']:,}" for one in filled]
    return ", ".join([*told, f"{empty} with nobody"] if empty else told) or "none"


def _retention(folder: Path) -> str:
    import polars as pl

    headline = pl.read_parquet(folder / "marts" / "rpt_headline.parquet")
    found = [row for row in headline.to_dicts() if row["metric"] == "retention_rate"]
    if not found or found[0]["value"] is None:
        return f"not known yet: {found[0]['reason_code'] if found else 'no complete period'}"
    row = found[0]
    return (
        f"{row['value']:.1%} of {row['denominator']:,.0f} customers kept, "
        f"month ending {row['period_end']} (A = {row['active_days']} days)"
    )


def _places(settings: Settings, folder: Path) -> list[tuple[str, Path]]:
    pointers = (settings.published / "latest", settings.published / folder.name[:10])
    shown = next((p for p in pointers if p.exists() and p.samefile(folder)), folder)
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

    settings, console = Settings(), Console()
    ledger = Ledger(settings.ledger_url)
    console.print(_runs_table(ledger))
    for held in (run for run in ledger.latest_runs() if run["status"] == "held"):
        console.print(f"{held['run_id']} is held: {held['reason']}", markup=False)
    console.print(_feeds_table(ledger))
    for refused in ledger.known_files(statuses=["refused"]):
        console.print(f"refused: {refused['reason']}", markup=False)
    for waiting in _approvals(ledger):
        console.print(waiting)
    for told in _mail_troubles(settings, ledger):
        console.print(told, markup=False)
    if quarantine_rows:
        _print_quarantine(settings, console, quarantine_rows)


def _mail_troubles(settings: Settings, ledger: Ledger) -> list[str]:
    """Messages that did not go out, reports without readers, addresses of our own that send back."""
    from suki.bounced_addresses import came_back
    from suki.executive_mails import nobody_reads

    told = []
    for message in ledger.messages(statuses=["sending", "uncertain", "failed"]):
        # The key is in the name of the file in the outbox, which shows the recipient to its owner.
        name = f"message {message['message']} for {message['period']} ({message['key'][:12]})"
        is_failed = message["status"] == "failed"
        why = f"failed: {message['reason']}" if is_failed else UNCERTAIN
        told.append(f"{name}: {why}")
    reports = settings.business.mail.reports.items()
    told += [f"{name} report: {nobody_reads(name)}" for name, one in reports if not one.recipients]
    return [*told, *(str(one) for one in came_back(settings, ledger))]


def _approvals(ledger: Ledger) -> list[str]:
    """What of the newest business date waits for a person, or for `suki send`."""
    from suki import approvals

    newest = ledger.newest_published()
    standing = approvals.of_date(ledger, newest["as_of"]) if newest else []
    remedy = {"pending": "`suki approve` or `suki reject`", "approved": "`suki send`"}
    return [
        f"{one.people_count:,} messages of {one.campaign} are {one.status} until "
        f"{one.expires_at:%Y-%m-%d %H:%M} UTC: {remedy[one.status]}"
        for one in standing
        if one.status in remedy
    ]


def _runs_table(ledger: Ledger) -> Any:
    from rich.table import Table

    columns = ("run", "as of", "status", "opened (UTC)")
    table = Table(*columns, title="Last runs", title_justify="left", box=None)
    for run in ledger.latest_runs():
        opened = f"{run['opened_at']:%Y-%m-%d %H:%M}"
        table.add_row(run["run_id"], run["as_of"], run["status"], opened)
    return table


def _feeds_table(ledger: Ledger) -> Any:
    from rich.table import Table

    columns = ("feed", "files", "rows", "quarantined", "last arrival (UTC)")
    table = Table(*columns, title="Feeds", title_justify="left", box=None)
    known = ledger.known_files()
    for feed in sorted({f["feed"] for f in known}):
        own = [f for f in known if f["feed"] == feed]
        rows = sum(f["counts"]["read"] for f in own)
        refused = sum(f["counts"]["quarantined"] for f in own)
        last = max(f["arrived_at"] for f in own)
        table.add_row(feed, str(len(own)), f"{rows:,}", f"{refused:,}", f"{last:%Y-%m-%d %H:%M}")
    return table


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
