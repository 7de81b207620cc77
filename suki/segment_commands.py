"""`suki segments`: read the rules, try one before it goes live, and ask who is in and why.

Surrogates only: nothing printed or written here names a person.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from suki.errors import ConfigurationError
from suki.segment_printing import percent, print_explanation, print_findings, print_preview, table
from suki.segments import Publication, latest_publication, load_segments, published
from suki.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from transforms.segment_rules import Segment

PREVIEW_TABLES = ("segment_members", "segment_changes", "segment_definitions")
#: Findings about a group that is no partition leave with this code, as `suki doctor` does.
EXIT_BROKEN_GROUP = 1


@click.group()
def segments() -> None:
    """Who is in which segment of segments.yml and why, before and after it goes live."""


@segments.command()
def check() -> None:
    """Read segments.yml, every rule; with a publication also sizes, and whether groups hold everybody once."""
    settings = Settings()
    rules = load_segments(settings)
    groups = dict.fromkeys(one.group for one in rules if one.group)
    click.echo(
        f"{settings.config_file('segments.yml')}: {len(rules)} segments are well-formed"
        + (f"; groups: {', '.join(groups)}" if groups else "")
    )
    found = latest_publication(settings)
    if found is None or not found.has("customer_profile"):
        click.echo(
            "no customers have been published yet, so there are no sizes; begin with `suki run`"
        )
        return
    from transforms.segment_rules import findings, matches

    profile = found.table("customer_profile")
    matched = _asked(lambda: matches(profile, rules, found.as_of))
    sizes = dict(matched.group_by("segment").len().iter_rows())
    click.echo(f"against the {profile.height:,} customers of {found.as_of}:")
    rows = [
        (one.name, one.group, f"{(n := sizes.get(one.name, 0)):,}", percent(n, profile.height), one.owner)
        for one in rules
    ]  # fmt: skip
    table(("segment", "group", "customers", "share", "owner"), rows)
    told = findings(profile, rules, matched)
    print_findings(told)
    if any(one.severity == "error" for one in told):
        sys.exit(EXIT_BROKEN_GROUP)


@segments.command()
def columns() -> None:
    """Everything a rule may ask of a customer: column, kind and meaning."""
    from transforms.segment_views import described_columns

    rows = described_columns().iter_rows()
    table(("column", "kind", "meaning"), rows)


@segments.command()
@click.argument("name")
@click.option("--rule", default=None, metavar="SQL", help="Try this rule instead of the file's.")
def preview(name: str, rule: str | None) -> None:
    """Size, sample, overlap and change of segment NAME, before it goes live."""
    settings = Settings()
    rules = load_segments(settings)
    segment = _named(rules, name) if rule is None else _tried(rules, name, rule)
    found = published(settings)
    from transforms import segment_views

    tables = {name: found.table(name) for name in PREVIEW_TABLES}
    profile = found.table("customer_profile")
    shown = _asked(lambda: segment_views.preview(segment, rules, profile, tables, found.as_of))
    print_preview(segment, shown, found.as_of)


@segments.command()
@click.argument("name")
@click.option(
    "--on", "day", default=None, metavar="DATE", help="A past date; default: the newest published."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=None,
    help="Write the surrogates into this .csv or .parquet.",
)  # fmt: skip
def members(name: str, day: str | None, out: Path | None) -> None:
    """How many were in segment NAME on a date, and who, as a file of surrogates."""
    settings = Settings()
    found = published(settings)
    from transforms import segment_views

    history = found.table("segment_history")
    asked = _day(day, found, history)
    _known_segment(name, found, history)
    listed = segment_views.listed_members(history, name, asked)
    click.echo(f"{name} on {asked}: {listed.height:,} members")
    if out is None:
        return
    rule = next((one for one in load_segments(settings) if one.name == name), None)
    if rule is not None and asked == found.as_of:
        listed = segment_views.with_reasons(
            listed, found.table("customer_profile"), rule, found.table("segment_members")
        )
    _write(listed, out)
    click.echo(f"wrote {out}")


@segments.command()
@click.argument("customer_id")
@click.argument("segment", required=False)
def why(customer_id: str, segment: str | None) -> None:
    """Why CUSTOMER_ID is in a SEGMENT or not: rule, values, limits, since when; without SEGMENT: in all of them."""
    settings = Settings()
    rules = load_segments(settings)
    asked = rules if segment is None else (_named(rules, segment),)
    found = published(settings)
    from transforms.segment_reasons import explain

    try:
        told = explain(
            customer_id,
            found.table("customer_profile"),
            asked,
            found.table("segment_members"),
            found.table("score_thresholds"),
            found.as_of,
        )
    except KeyError as error:
        raise ConfigurationError(
            f"no customer {customer_id!r} with a valid order on {found.as_of}; name Suki's surrogate, "
            "which `suki identity show` gives for an address or an id"
        ) from error
    for one in told:
        print_explanation(one, is_full=segment is not None)


@segments.command()
@click.argument("name")
def history(name: str) -> None:
    """Size of segment NAME, entries and exits, per published date on which any segment changed."""
    found = published(Settings())
    from transforms.segment_views import sizes_by_day

    stays = found.table("segment_history")
    _known_segment(name, found, stays)
    rows = sizes_by_day(stays, name, found.as_of).iter_rows()
    table(("date", "entered", "left", "members"), rows)


@segments.command()
@click.argument("group")
def migration(group: str) -> None:
    """Where the customers of each segment of GROUP were in the publication before, and are now."""
    found = published(Settings())
    from transforms.segment_migration import matrix

    moved = found.table("segment_migration")
    known = sorted(set(moved["segment_group"]))
    if group not in known:
        raise ConfigurationError(
            f"no group {group!r} in the publication of {found.as_of}{_nearest(group, known)}"
        )
    before = moved["previous_as_of"][0]
    click.echo(
        f"from {before or 'nothing: the first publication'} (rows) to {found.as_of} (columns)"
    )
    wide = matrix(moved, group)
    table(wide.columns, wide.iter_rows())


def _named(rules: Iterable[Segment], name: str) -> Segment:
    by_name = {one.name: one for one in rules}
    if name not in by_name:
        raise ConfigurationError(f"no segment {name!r} in segments.yml{_nearest(name, by_name)}")
    return by_name[name]


def _tried(rules: Iterable[Segment], name: str, text: str) -> Segment:
    """The segment of that name with another rule, or one that the file does not have yet."""
    from transforms.row_rules import check_rule
    from transforms.segment_rules import Segment

    rule = _asked(lambda: check_rule(text), "--rule: ")
    standing = next((one for one in rules if one.name == name), None)
    if standing is not None:
        return replace(standing, rule=rule)
    return Segment(name, name, "Tried on the command line.", rule, owner="")


def _known_segment(name: str, found: Publication, history: pl.DataFrame) -> None:
    """Refuse a name that no publication has had; one without members so far is known too."""
    known = {*found.table("segment_definitions")["segment"], *history["segment"].unique()}
    if name not in known:
        raise ConfigurationError(
            f"no segment {name!r} up to the publication of {found.as_of}{_nearest(name, known)}"
        )


def _day(text: str | None, found: Publication, history: pl.DataFrame) -> date:
    if text is None:
        return found.as_of
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"--on {text}: no date; write it as 2026-10-31") from error
    first: Any = history["valid_from"].min()
    if first is not None and day < first:
        raise ConfigurationError(f"--on {day}: the history of segments begins on {first}")
    if day > found.as_of:
        raise ConfigurationError(f"--on {day}: the newest publication is of {found.as_of}")
    return day


def _asked(ask: Callable[[], Any], where: str = "") -> Any:
    """What a rule answers; one that cannot be asked is told as bad configuration."""
    from transforms.row_rule_words import RuleError

    try:
        return ask()
    except RuleError as error:
        raise ConfigurationError(f"{where}{error}") from error


def _write(listed: pl.DataFrame, path: Path) -> None:
    from reports.lists import write_list
    from suki.storage import write_with

    if path.suffix not in {".csv", ".parquet"}:
        raise ConfigurationError(f"{path}: name a file that ends in .csv or .parquet")
    if path.exists():
        raise ConfigurationError(f"{path} exists and is left as it is; name another file")
    if path.suffix == ".csv":
        write_list(listed, path)
    else:
        write_with(path, listed.write_parquet)


def _nearest(word: str, known: Iterable[str]) -> str:
    from transforms.row_rule_words import closest

    return closest(word, known) or f"; there are {', '.join(sorted(known))}"
