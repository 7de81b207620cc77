"""What `suki segments` prints. Surrogates and figures only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from transforms.segment_reasons import Explanation
    from transforms.segment_rules import Finding, Segment
    from transforms.segment_views import Preview

#: Wide enough for every column, also where the output goes into a file.
WIDTH = 200


def print_preview(segment: Segment, shown: Preview, as_of: date) -> None:
    """Size, change, sample and overlap of a segment."""
    click.echo(f"{segment.name}: {segment.rule.normal_text}")
    share = percent(shown.size, shown.customers)
    click.echo(f"{shown.size:,} of the {shown.customers:,} customers of {as_of} ({share})")
    if shown.would_enter is None:
        click.echo("not published so far: all of them would enter")
    else:
        click.echo(
            f"against the members published: {shown.would_enter:,} would enter, "
            f"{shown.would_leave:,} would leave"
        )
        click.echo(f"since the publication before: {shown.entered:,} entered, {shown.left:,} left")
    print_findings(shown.told)
    if not shown.size:
        return
    click.echo(f"\nthe first {shown.sample.height} by surrogate:")
    table(shown.sample.columns, shown.sample.iter_rows())
    click.echo("\noverlap with the other segments (share of this one):")
    overlap = (
        (name, f"{size:,}", f"{shared:,}", percent(shared, shown.size))
        for name, size, shared, _ in shown.overlap.iter_rows()
    )
    table(("segment", "customers", "shared", "share"), overlap)


def print_findings(told: Iterable[Finding]) -> None:
    """What the customers show about the rules, one line each."""
    for one in told:
        click.echo(f"{one.severity.upper():<8} {one.subject}: {one.message}")


def print_explanation(one: Explanation, *, is_full: bool) -> None:
    """Whether somebody is in a segment, since when, and what the rule reads of them."""
    click.echo(f"{one.segment.name}: {_standing(one)}")
    click.echo(f"    {one.segment.rule.normal_text}")
    if is_full:
        table(("column", "value", "meaning"), one.values)
        for limit in one.limits:
            click.echo(limit)
    elif one.is_member:
        click.echo("    " + ", ".join(f"{name} = {value}" for name, value, _ in one.values))


def _standing(one: Explanation) -> str:
    told = f"member since {one.since}" if one.is_member else "no member"
    if one.failed_runs:
        runs = f"{one.failed_runs} of {one.segment.hysteresis_runs}"
        return f"{told}, held: the rule has said no for {runs} publications"
    if one.is_member != one.rule_holds:
        return f"{told}; the rule now in the file says otherwise, which the next `suki run` follows"
    return told


def percent(part: int, whole: int) -> str:
    """A share as people read it; n/a of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "n/a"


def table(titles: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows under their titles, nothing cut off."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=None, pad_edge=False)
    for title in titles:
        shown.add_column(title, overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else _plain(cell) for cell in row))
    Console(highlight=False, width=WIDTH).print(shown)


def _plain(cell: Any) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
