"""`suki approve`, `reject`, `send`, `outcomes`, `suppress` and `campaigns`: who is written to, and why not."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

from suki.errors import ConfigurationError
from suki.segment_printing import table
from suki.settings import Settings

if TYPE_CHECKING:
    import polars as pl

names_argument = click.argument("campaigns", nargs=-1)


@click.command()
@names_argument
@click.option("--by", default=None, help="Who approves; default: the user of this machine.")
def approve(campaigns: tuple[str, ...], by: str | None) -> None:
    """Approve CAMPAIGNS of the newest publication (all that wait, where none is named).

    `suki send` then writes to their people. Approval is of the words and people shown: look at
    approvals/<run>/index.html first. What is not approved in time is not sent.
    """
    _decide(campaigns, approve=True, by=by)


@click.command()
@names_argument
@click.option("--by", default=None, help="Who rejects; default: the user of this machine.")
def reject(campaigns: tuple[str, ...], by: str | None) -> None:
    """Let nobody get CAMPAIGNS of the newest publication (all that wait, where none is named)."""
    _decide(campaigns, approve=False, by=by)


@click.command()
@click.argument("run_id", required=False)
def send(run_id: str | None) -> None:
    """Send the approved messages of the newest publication, each at most once."""
    from suki import pipeline

    sent = pipeline.send(run_id or newest_run())
    for title, counted in (("messages", sent["messages"]), ("not sent", sent["not_sent"])):
        for name, number in sorted(counted.items()):
            click.echo(f"{title:<10}{name:<24}{number:>8,}")
    if not sent["messages"]:
        click.echo(sent.get("why_silent") or "nothing approved waits to be sent; see `suki status`")


@click.command()
@click.argument("campaign", required=False)
@click.option(
    "--customer", default=None, help="Only this customer_id, with the reason of each outcome."
)
def outcomes(campaign: str | None, customer: str | None) -> None:
    """Of the newest publication: per campaign how many are written to, and why the others are not."""
    import polars as pl

    from suki.segments import published

    found = published(Settings())
    if customer is not None:
        _tell_customer(found.table("contact_decisions"), customer)
        return
    counted = found.table("contact_outcomes").filter(pl.col("people_count") > 0)
    if campaign is not None:
        counted = counted.filter(pl.col("campaign") == campaign)
        if counted.is_empty():
            raise ConfigurationError(
                f"nobody had a reason in campaign {campaign!r} on {found.as_of}"
            )
    click.echo(f"as of {found.as_of}")
    table(
        ("campaign", "outcome", "people", "of eligible"),
        (
            (
                row["campaign"],
                row["outcome"],
                f"{row['people_count']:,}",
                f"{row['eligible_count']:,}",
            )
            for row in counted.iter_rows(named=True)
        ),
    )


@click.command()
@click.argument("identifier")
@click.option(
    "--reason",
    type=click.Choice(["unsubscribed", "bounced", "erased"]),
    default="unsubscribed",
    show_default=True,
    help="Why; erased also takes them off review lists.",
)
def suppress(identifier: str, reason: str) -> None:
    """Contact IDENTIFIER (an address, phone:NUMBER or SPACE:ID) never again, whatever files say."""
    from suki import contact_log, pipeline
    from suki.identity_commands import identifier_key

    settings, ledger = pipeline.open_shop()
    added = contact_log.suppress(ledger, identifier_key(identifier, settings), reason)
    click.echo("suppressed from now on" if added else "that was so already")


@click.group()
def campaigns() -> None:
    """The campaigns of campaigns.yml."""


@campaigns.command(name="check")
def check_campaigns() -> None:
    """Read campaigns.yml with everything it refers to; a mistake is told with file and line."""
    from suki.outreach_rules import CAMPAIGNS, outreach_rules

    settings = Settings()
    rules = outreach_rules(settings)
    on = sum(one.enabled for one in rules.campaigns.values())
    click.echo(
        f"{settings.config_file(CAMPAIGNS) or CAMPAIGNS}: {len(rules.campaigns)} campaigns, {on} switched on"
    )


@campaigns.command(name="list")
def list_campaigns() -> None:
    """Every campaign: catalogue id, channel, purpose, priority, how it is delivered."""
    from suki.outreach_rules import campaigns_in_force
    from suki.sending import is_written_by_suki

    settings = Settings()
    table(
        ("campaign", "id", "channel", "purpose", "priority", "delivered as"),
        (
            (name, one.catalogue, one.channel, one.purpose, str(one.priority),
             "off" if not one.enabled else "message" if is_written_by_suki(one, settings) else "list")
            for name, one in sorted(campaigns_in_force(settings).items(), key=lambda pair: (pair[1].priority, pair[0]))
        ),
    )  # fmt: skip


def _decide(names: tuple[str, ...], *, approve: bool, by: str | None) -> None:
    from suki import pipeline

    told = pipeline.decide(
        newest_run(), list(names) or None, approve=approve, by=by or getpass.getuser()
    )
    if not told:
        click.echo("nothing waits for approval")
    for name, status in sorted(told.items()):
        click.echo(f"{name:<28}{status}")
    if unknown := [name for name, status in told.items() if status == "not_asked"]:
        raise ConfigurationError(
            f"no messages of {', '.join(unknown)} wait for approval; `suki outcomes` tells who is written to"
        )


def newest_run() -> str:
    """The publication that stands for the newest business date; only it may contact anyone.

    Raises:
        ConfigurationError: nothing has been published yet.
    """
    from suki.ledger import Ledger

    newest = Ledger(Settings().ledger_url).newest_published()
    if newest is None:
        raise ConfigurationError("nothing has been published yet; begin with `suki run`")
    return str(newest["run_id"])


def _tell_customer(decisions: pl.DataFrame, customer: str) -> None:
    import polars as pl

    own = decisions.filter(pl.col("customer_id") == customer)
    if own.is_empty():
        raise ConfigurationError(f"no campaign had a reason to write to customer {customer!r}")
    table(
        ("campaign", "outcome", "since", "why"),
        (
            (row["campaign"], row["outcome"], str(row["event_date"]), row["why"])
            for row in own.iter_rows(named=True)
        ),
    )
