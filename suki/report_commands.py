"""`suki report`: the executives' mails, to send again what the night could not."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from suki.business import Cadence, Language


@click.group()
def report() -> None:
    """The weekly and monthly report of a publication."""


@report.command()
@click.argument("run_id", required=False)
def send(run_id: str | None) -> None:
    """Send the reports that are due, each to each reader at most once.

    RUN_ID defaults to the newest publication; only the newest business date contacts anyone. The
    night does this by itself: use it when the mail server was away.
    """
    from suki import pipeline
    from suki.contact_commands import newest_run

    sent = pipeline.report(run_id or newest_run())
    for outcome, copies in sorted(sent["mails"].items()):
        click.echo(f"{outcome:<12}{copies:>6,}")
    if sent["why_silent"]:
        click.echo(f"nobody was written to: {sent['why_silent']}")


@report.command()
@click.option("--cadence", type=click.Choice(get_args(Cadence)), help="One mail; else both.")
@click.option(
    "--language", type=click.Choice(get_args(Language)), help="Else the shop's own language."
)
@click.option("--run", "run", metavar="RUN", help="A run id or business date; else the newest.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="An empty folder; else a private one under SUKI_HOME/previews.",
)
@click.option(
    "--open/--no-open",
    "is_opened",
    default=None,
    help="Open mails and page in the browser; by default where there is a screen.",
)
def preview(
    cadence: Cadence | None,
    language: Language | None,
    run: str | None,
    out: Path | None,
    is_opened: bool | None,
) -> None:
    """Render mails, PDF and site of a publication to look at, in any language.

    They are made anew of the published figures, with the templates as they are now. Nothing is
    sent and nothing of the publication changes.
    """
    import webbrowser

    from suki.report_preview import make_preview
    from suki.settings import Settings

    settings = Settings()
    cadences = (cadence,) if cadence else get_args(Cadence)
    made = make_preview(settings, run=run, cadences=cadences, language=language, out=out)
    for path in (*made.to_open, *made.other):
        click.echo(path)
    for lacking in made.missing:
        click.echo(f"lacking: {lacking}", err=True)
    if settings.has_display if is_opened is None else is_opened:
        for path in made.to_open:
            webbrowser.open(path.as_uri())
