"""`suki lists` and `suki pull`: what the publication offers, and a file of it for another tool."""

from __future__ import annotations

from pathlib import Path

import click

SHAPES = ("plain", "klaviyo", "mailchimp", "meta")
run_option = click.option(
    "--run", "run_id", default=None, metavar="RUN_ID", help="A published run; default: the latest."
)


@click.command()
@run_option
def lists(run_id: str | None) -> None:
    """The lists and segments of the latest publication and how many people are in each."""
    from suki.pulling import offers
    from suki.settings import Settings

    manifest, found = offers(Settings(), run_id)
    click.echo(f"as of {manifest['as_of']}, run {manifest['run_id']}")
    width = max((len(one.name) for one in found), default=0)
    for one in found:
        reach = f"{one.channel}, {one.purpose}" if one.kind == "list" else ""
        told = f"{one.kind:<8}{one.name:<{width + 2}}{one.rows:>9,}  {reach:<18}{_counted(one.left_out)}"
        click.echo(told.rstrip())


@click.command()
@click.argument("name")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Where to write."
)
@click.option(
    "--shape",
    type=click.Choice(SHAPES),
    default="plain",
    show_default=True,
    help="Columns and values as this tool imports them.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "parquet"]),
    default="csv",
    show_default=True,
    help="Kind of file.",
)
@run_option
@click.option(
    "--value",
    "value_column",
    default=None,
    metavar="COLUMN",
    help="For meta: the column of numbers that says what a customer is worth.",
)
@click.option(
    "--bom", "byte_order_mark", is_flag=True,
    help="For a plain CSV: start with the mark old spreadsheets need for Thai or Polish.",
)  # fmt: skip
def pull(
    name: str,
    out: Path,
    shape: str,
    file_format: str,
    run_id: str | None,
    value_column: str | None,
    byte_order_mark: bool,
) -> None:
    """Write NAME, a list or segment of `suki lists`, for another tool; consent is asked once more.

    Klaviyo, Mailchimp and Meta get only people who agreed; everybody left out is counted by
    reason, on the screen and in the manifest beside the file. Only you can read the files.
    """
    from suki.ledger import Ledger
    from suki.pulling import PullRequest, pull
    from suki.settings import Settings

    settings = Settings()
    request = PullRequest(name, out, shape, file_format, run_id, value_column, byte_order_mark)
    pulled = pull(settings, Ledger(settings.ledger_url), request)
    told = pulled.offer
    click.echo(f"{told.kind} {told.name} as of {pulled.as_of}: {told.rows:,} people published")
    for file in pulled.files:
        click.echo(f"wrote {file.path}: {file.rows:,} rows")
    click.echo(f"left out  {_counted(pulled.left_out) or 'nobody'}")
    if pulled.blanked:
        click.echo(f"blanked   {_counted(pulled.blanked)}")
    for warning in pulled.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"manifest  {pulled.manifest}")


def _counted(reasons: dict[str, int]) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in sorted(reasons.items()))
