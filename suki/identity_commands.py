"""`suki identity`: what joins nobody, and decisions by hand about who is who.

What is typed here is hashed at once with the key of the installation; neither the ledger nor
any log learns an address or an id.
"""

from __future__ import annotations

import re

import click

from suki import identity_decisions as decisions
from suki.errors import ConfigurationError
from suki.ledger import Ledger
from suki.settings import Settings

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
NAMING = """\b
An identifier is an e-mail address, SPACE:ID with the id space of a source and a customer's id
there (such as shopify:8127), or phone:NUMBER."""


@click.group()
def identity() -> None:
    """Say by hand who is one person and who is two, and see what joins nobody."""


@identity.command(epilog=NAMING)
@click.argument("one")
@click.argument("other")
@click.option(
    "--reason", default=None, help="Why, for whoever reads `suki identity list`. No names."
)
def merge(one: str, other: str, reason: str | None) -> None:
    """ONE and OTHER are the same person. The surrogate of the one known longer stays."""
    _decide("merge", one, other, reason)


@identity.command(epilog=NAMING)
@click.argument("one")
@click.argument("other")
@click.option(
    "--reason", default=None, help="Why, for whoever reads `suki identity list`. No names."
)
def split(one: str, other: str, reason: str | None) -> None:
    """ONE and OTHER are different people. Their other identifiers go with the nearer of the two."""
    _decide("split", one, other, reason)


@identity.command()
@click.argument("number", type=int)
def undo(number: int) -> None:
    """Take decision NUMBER back; the next run is as if it had never been taken."""
    _, ledger = _open()
    decisions.undo(ledger, number)
    click.echo(f"decision {number} is undone; `suki run` publishes the figures without it")


@identity.command(name="list")
def list_decisions() -> None:
    """Every decision, undone ones included, by keyed hashes."""
    _, ledger = _open()
    rows = decisions.decisions(ledger)
    if not rows:
        click.echo("no decision has been taken")
    for row in rows:
        standing = f"undone {row['undone_at']:%Y-%m-%d %H:%M}" if row["undone_at"] else "in force"
        click.echo(
            f"{row['number']:>4}  {row['kind']:<5}  {row['left'][:12]}  {row['right'][:12]}  "
            f"{row['decided_at']:%Y-%m-%d %H:%M} UTC  {standing}  {row['reason'] or ''}".rstrip()
        )


@identity.command(epilog=NAMING)
@click.argument("identifier")
def show(identifier: str) -> None:
    """The keyed hash of IDENTIFIER, and the customer it belongs to by what the files say."""
    settings, ledger = _open()
    key = identifier_key(identifier, settings)
    click.echo(f"value_key    {key}")
    found = decisions.surrogate_of(ledger, key)
    click.echo(f"customer_id  {found[0]}, known since {found[1]}" if found else "never seen")
    for row in decisions.decisions(ledger):
        if key in (row["left"], row["right"]) and row["undone_at"] is None:
            click.echo(f"decision     {row['number']} ({row['kind']})")


@identity.command()
@click.option("--limit", default=20, show_default=True, help="Rows to list.")
def review(limit: int) -> None:
    """The values that join nobody in the last publication, those with most orders first."""
    settings, _ = _open()
    path = settings.published / "latest" / "marts" / "identity_review.parquet"
    if not path.is_file():
        raise ConfigurationError("nothing has been published yet; begin with `suki run`")
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(path).to_pylist()
    rows.sort(key=lambda row: (-row["orders_total"], row["value_key"], row["reason_code"]))
    values = len({row["value_key"] for row in rows})
    click.echo(f"{values} values join nobody" + (", the first:" if len(rows) > limit else ""))
    for row in rows[:limit]:
        click.echo(
            f"{row['value_key'][:12]}  {row['kind']:<5}  {row['reason_code']:<21}  "
            f"{row['ids_linked']} ids, {row['orders_total']:,} orders, "
            f"{row['orders_on_busiest_day']:,} on one day"
        )


def identifier_key(text: str, settings: Settings) -> str:
    """The keyed hash of an address, a SPACE:ID or a phone:NUMBER.

    Raises:
        ConfigurationError: it is none of these.
    """
    from suki.ingestion import load_sources
    from transforms.identity import person_key
    from transforms.readers.people import key_of_text

    spaces = {definition.id_space for definition in load_sources(settings)}
    key = key_of_text(text, spaces, person_key(settings.identity_secret()))
    if key is None:
        raise ConfigurationError(
            "an identifier is an e-mail address, phone:NUMBER, or SPACE:ID with one of the id "
            f"spaces {', '.join(sorted(spaces))}"
        )
    return key


def _decide(kind: str, one: str, other: str, reason: str | None) -> None:
    settings, ledger = _open()
    if reason and ADDRESS.search(reason):
        raise ConfigurationError("the reason holds an address; it is kept as it is, so name nobody")
    keys = [identifier_key(text, settings) for text in (one, other)]
    number = decisions.record(ledger, kind, keys[0], keys[1], reason)
    click.echo(f"decision {number} ({kind}) is in force; `suki run` publishes the figures with it")


def _open() -> tuple[Settings, Ledger]:
    from suki import pipeline

    return pipeline.open_shop()
