"""`suki downloads`: who took which file with personal data, and when."""

from __future__ import annotations

from datetime import datetime

import click


@click.command()
@click.option("--user", default=None, metavar="NAME", help="Only what this person asked for.")
@click.option("--limit", default=20, show_default=True, help="Entries to show, the newest first.")
@click.option(
    "--forget-before",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Remove what was logged before this day (UTC); shows nothing.",
)
def downloads(user: str | None, limit: int, forget_before: datetime | None) -> None:
    """Downloads of lists and segments from the page in Airflow: who, when, what, how many people.

    What `suki pull` writes is not in it: who may run that can read the files themselves.
    """
    from suki.downloads import forget, logged
    from suki.ledger import Ledger
    from suki.settings import Settings

    ledger = Ledger(Settings().ledger_url)
    if forget_before is not None:
        removed = forget(ledger, forget_before.date())
        click.echo(f"removed {removed:,} {'entry' if removed == 1 else 'entries'}")
        return
    entries = logged(ledger, user=user, limit=limit)
    if not entries:
        click.echo("no download has been asked for")
    for entry in entries:
        told = f"{entry['outcome']}: {entry['reason']}"
        if entry["outcome"] == "served":
            told = f"served {entry['row_count']:,} rows, {entry['left_out_count']:,} left out"
        click.echo(
            f"{entry['asked_at']:%Y-%m-%d %H:%M} UTC  {entry['user_name']}  {entry['file']} "
            f"({entry['shape']})  run {entry['run_id']}  {told}"
        )
