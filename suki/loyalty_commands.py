"""`suki loyalty`: the programme in force, and the ledger of points as it was published.

Surrogates only: nothing printed here names a person.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from suki.errors import ConfigurationError
from suki.segment_printing import table
from suki.segments import Publication, latest_publication, published
from suki.settings import Settings

if TYPE_CHECKING:
    from transforms.loyalty.programme import Programme

FILE = "loyalty.yml"
#: A ledger that does not add up leaves with this code, as `suki doctor` does.
EXIT_BROKEN_LEDGER = 1
PARTS = ("points", "tiers", "club", "cash_back", "spend_programmes", "punch_cards")


@click.group()
def loyalty() -> None:
    """The loyalty programme of loyalty.yml: is it well-formed, and what does its ledger say?"""


@loyalty.command()
def check() -> None:
    """Read loyalty.yml; with a published ledger also see whether it adds up to the last point."""
    settings = Settings()
    programme = load_programme(settings)
    click.echo(f"{settings.config_file(FILE) or FILE}: well-formed; {_in_force(programme)}")
    found = latest_publication(settings)
    if found is None or not found.has("loyalty_entries"):
        click.echo("no ledger has been published yet; begin with `suki run`")
        return
    from transforms.loyalty.checking import CHECKED, problems

    tables = {name: found.table(name) for name in CHECKED}
    click.echo(f"the ledger of {found.as_of}:")
    table(
        ("entry", "entries", "customers", "points", "worth"),
        (
            (kind, f"{entries:,}", f"{customers:,}", f"{points:,}", f"{worth:,.2f}")
            for kind, entries, customers, points, worth in tables["loyalty_totals"].iter_rows()
        ),
    )
    told = problems(tables)
    for problem in told:
        click.echo(f"ERROR    {problem}")
    if told:
        sys.exit(EXIT_BROKEN_LEDGER)
    click.echo("it adds up")


@loyalty.command()
@click.argument("customer_id")
def balance(customer_id: str) -> None:
    """Every entry of CUSTOMER_ID, the balance after each, what expires when, and the tier."""
    found = published(Settings())
    if not found.has("loyalty_entries"):
        raise ConfigurationError(
            f"the publication of {found.as_of} has no ledger: the programme in {FILE} is off, or "
            "it was made before Suki knew one; `suki run` publishes it anew"
        )
    standing = found.table("loyalty_standing").filter(customer_id=customer_id).to_dicts()
    entries = found.table("loyalty_entries").filter(customer_id=customer_id)
    if not standing and entries.is_empty():
        raise ConfigurationError(
            f"the ledger of {found.as_of} knows no customer {customer_id}; `suki identity show` "
            "tells the customer_id of an address"
        )
    columns = ("entry_date", "kind", "points", "balance_after", "debt_after", "order_id", "redemption_id", "reason")  # fmt: skip
    table(
        ("day", "entry", "points", "balance", "debt", "order", "redemption", "why"),
        entries.select(columns).iter_rows(),
    )
    for one in standing:
        points = "no points" if one["points_balance"] is None else f"{one['points_balance']:,} points"  # fmt: skip
        debt = f", {one['debt_points']:,} owed to the shop" if one["debt_points"] else ""
        tier = f", tier {one['tier']}" if one["tier"] else ""
        club = ", in the club" if one["is_club_member"] else ""
        click.echo(f"on {found.as_of}: {points}{debt}{tier}{club}")
        if one["perks"]:
            click.echo(f"may have: {one['perks']}")
    _tell_expiries(found, customer_id)


def load_programme(settings: Settings) -> Programme:
    """The programme of the file in force.

    Raises:
        ConfigurationError: the file is wrong; the message names file, line and remedy.
    """
    from transforms.loyalty import programme
    from transforms.yaml_files import YamlFileError

    try:
        return programme.load_programme(settings.config_file(FILE))
    except YamlFileError as error:
        raise ConfigurationError(str(error)) from error


def _in_force(programme: Programme) -> str:
    if not programme.enabled:
        return "the programme is off"
    parts = [name for name in PARTS if getattr(programme, name)]
    return f"in force from {programme.starts_on}: {', '.join(parts)}"


def _tell_expiries(found: Publication, customer_id: str) -> None:
    rows = found.table("loyalty_expiries").filter(customer_id=customer_id).sort("expires_on")
    for day, points in rows.select("expires_on", "points").iter_rows():
        click.echo(f"{points:,} points are gone on {day}")
