"""`suki metric`, `restate`, `redefined`, `database`: ask a figure for any date, and what moved it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import polars as pl

    from suki.restating import Restatement

#: Wide enough for every column, also where the output goes into a file.
WIDTH = 140


@click.command()
@click.argument("name")
@click.option(
    "--as-of",
    default="latest",
    show_default=True,
    metavar="DATE",
    help="Business date asked about, such as 2026-09-30, or latest: the newest published.",
)
@click.option(
    "--known-at",
    default=None,
    metavar="TIME",
    help="As it was believed at this moment (ISO 8601); computed from the files known then.",
)
@click.option("--limit", default=24, show_default=True, help="Newest periods to show.")
def metric(name: str, as_of: str, known_at: str | None, limit: int) -> None:
    """NAME for a business date: value, interval, sample size, or why there is none."""
    from suki import restating

    run_id, rows = restating.observations(name, as_of, known_at)
    click.echo(f"{name} in run {run_id}")
    _table(
        rows.sort("period_end", "dimension_value", descending=True).head(limit),
        {
            "period_type": "period", "period_start": "from", "period_end": "to", "dimension_value": "part",
            "metric_value": "value", "interval_low": "low", "interval_high": "high", "sample_size": "n",
            "reason_code": "why not",
        },
    )  # fmt: skip


@click.command()
@click.option("--as-of", default="latest", show_default=True, metavar="DATE", help="Business date.")
@click.option(
    "--known-at", required=True, metavar="TIME", help="Moment of the earlier belief (ISO 8601)."
)
def restate(as_of: str, known_at: str) -> None:
    """What has become known about a date since a moment: events, amounts, residual, metrics."""
    from suki import restating

    _tell(restating.restate(as_of, known_at))


@click.command()
@click.argument("then_run")
@click.argument("now_run")
def redefined(then_run: str, now_run: str) -> None:
    """What changed definitions did between two runs of one date and the same files."""
    from suki import restating

    _tell(restating.redefined(then_run, now_run))


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as-of", default="latest", show_default=True, metavar="DATE", help="Business date.")
def database(file: Path, as_of: str) -> None:
    """Write the marts of a publication into FILE, a new DuckDB database with every definition."""
    from suki.marts_database import write_database
    from suki.settings import Settings

    click.echo(f"{write_database(Settings(), as_of, file)} tables in {file}")


def _tell(found: Restatement) -> None:
    click.echo(f"from {found.then_run} to {found.now_run}")
    kinds = {"month": "month", "kind": "what", "orders": "orders", "amount": "net sales"}
    moved = found.revenue.filter(
        found.revenue["month"].is_in(found.events["month"].unique().implode())
    )
    _table(moved if moved.height else found.revenue.tail(3), kinds)
    click.echo(f"{found.metrics.height} observations of metrics differ; see {found.folder}")


def _table(rows: pl.DataFrame, columns: dict[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in columns.values():
        table.add_column(title, no_wrap=True)
    for row in rows.select(list(columns)).iter_rows():
        table.add_row(*("" if cell is None else _plain(cell) for cell in row))
    Console(highlight=False, width=WIDTH).print(table)


def _plain(cell: object) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
