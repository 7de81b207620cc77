"""Who is in which segment tonight, since when, and who came and went since the publication before.

Everything follows from the publication before and tonight's customers, so the same night run
again gives the same tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.canonical.outreach_segments import (
    SEGMENT_CHANGES,
    SEGMENT_DEFINITIONS,
    SEGMENT_HISTORY,
    SEGMENT_MEMBERS,
)
from transforms.row_rule_words import RuleError
from transforms.row_rules import check_rule
from transforms.segment_migration import migration
from transforms.segment_rules import Segment, matches

_WHO = ["segment", "customer_id"]


@dataclass(frozen=True)
class PreviousSegments:
    """What the publication before left behind: the named prior state.

    Attributes:
        as_of: its business date.
        members: its SEGMENT_MEMBERS.
        history: its SEGMENT_HISTORY.
        definitions: its SEGMENT_DEFINITIONS.
    """

    as_of: date
    members: pl.DataFrame
    history: pl.DataFrame
    definitions: pl.DataFrame


def members(
    profile: pl.DataFrame,
    segments: Iterable[Segment],
    previous: PreviousSegments | None,
    as_of: date,
) -> dict[str, pl.DataFrame]:
    """The segment tables of a run by name.

    Args:
        profile: CUSTOMER_PROFILE of the run.
        segments: what `segment_rules.load_segments` returned.
        previous: of the publication before as_of; None: there is none.

    Returns:
        segment_members, segment_history, segment_changes, segment_migration, segment_definitions,
        each in its shape of the contract and ordered by its key.

    Raises:
        ValueError: the prior state is not older than as_of.
        RuleError: a rule fails on a customer.
    """
    segments = tuple(segments)
    if previous is not None and previous.as_of >= as_of:
        raise ValueError(
            f"the prior state is of {previous.as_of}, which is not before {as_of}: "
            "hand over the publication before"
        )
    rules = _definitions(segments)
    inside = _with_held(matches(profile, segments, as_of), profile, rules, previous)
    changes = _changes(inside, profile, segments, previous, as_of)
    history = _history(inside, changes, previous, as_of)
    since = history.filter(pl.col("valid_to").is_null()).select(
        *_WHO, "entry_cause", since="valid_from"
    )
    full = SEGMENT_MEMBERS.conform(inside.join(since, on=_WHO, how="left")).sort(
        SEGMENT_MEMBERS.key
    )
    sizes = full.group_by("segment").agg(member_count=pl.len().cast(pl.Int64))
    counted = rules.join(sizes, on="segment", how="left").with_columns(
        pl.col("member_count").fill_null(0)
    )
    definitions = SEGMENT_DEFINITIONS.conform(counted).sort(SEGMENT_DEFINITIONS.key)
    return {
        "segment_members": full,
        "segment_history": history,
        "segment_changes": changes,
        "segment_migration": migration(full, definitions, profile, previous),
        "segment_definitions": definitions,
    }


def members_on(history: pl.DataFrame, day: date) -> pl.DataFrame:
    """Who was inside each segment on a day: as last published on or before it.

    Args:
        history: SEGMENT_HISTORY.

    Returns:
        segment, customer_id, valid_from, valid_to, entry_cause, ordered by the first two.
    """
    is_inside = (pl.col("valid_from") <= day) & (
        pl.col("valid_to").is_null() | (pl.col("valid_to") > day)
    )
    return history.filter(is_inside).drop("definition_version").sort(_WHO)


def _definitions(segments: tuple[Segment, ...]) -> pl.DataFrame:
    rows = [
        (
            one.name, place, one.title, one.description, one.rule.text, one.definition_version, one.group, one.owner,
            one.hysteresis_runs, one.is_review_only,
        )
        for place, one in enumerate(segments, 1)
    ]  # fmt: skip
    schema = {n: t for n, t in SEGMENT_DEFINITIONS.schema.items() if n != "member_count"}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _with_held(
    matched: pl.DataFrame,
    profile: pl.DataFrame,
    rules: pl.DataFrame,
    previous: PreviousSegments | None,
) -> pl.DataFrame:
    """Members by rule and by hysteresis: segment, customer_id, definition_version, held, failed_runs.

    Hysteresis smooths what customers do, not what the shop decides: a changed rule holds at once.
    Whoever is held in a segment of a group has not entered another one of it yet.
    """
    known = rules.select("segment", "definition_version", "segment_group", "position")
    plain = matched.join(known, on="segment").with_columns(failed_runs=pl.lit(0, pl.Int64))
    if previous is None:
        return _marked(plain)
    patience = rules.select("segment", "definition_version", "hysteresis_runs")
    held = (
        previous.members.select(*_WHO, "definition_version", pl.col("failed_runs") + 1)
        .join(patience, on=["segment", "definition_version"])
        .filter(pl.col("failed_runs") < pl.col("hysteresis_runs"))
        .join(matched, on=_WHO, how="anti")
        .join(profile, on="customer_id", how="semi")
        .join(known, on=["segment", "definition_version"])
        .select(plain.columns)
    )
    alone = held.filter(pl.col("segment_group").is_null())
    grouped = (
        held.filter(pl.col("segment_group").is_not_null())
        .sort("position", "customer_id")
        .unique(["segment_group", "customer_id"], keep="first", maintain_order=True)
    )
    entered = plain.join(grouped, on=["segment_group", "customer_id"], how="anti")
    return _marked(pl.concat([entered, alone, grouped]))


def _marked(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        *_WHO,
        "definition_version",
        "failed_runs",
        is_held_by_hysteresis=pl.col("failed_runs") > 0,
    )


def _history(
    inside: pl.DataFrame, changes: pl.DataFrame, previous: PreviousSegments | None, as_of: date
) -> pl.DataFrame:
    """Every stay so far: those that go on, those that end tonight, those that begin tonight."""
    table = SEGMENT_HISTORY
    earlier = table.empty() if previous is None else table.conform(previous.history)
    is_open = pl.col("valid_to").is_null()
    staying = earlier.filter(is_open).join(inside, on=_WHO, how="semi")
    ending = earlier.filter(is_open).join(inside, on=_WHO, how="anti")
    causes = changes.select(*_WHO, entry_cause="cause")
    begun = (
        inside.join(staying, on=_WHO, how="anti")
        .join(causes, on=_WHO, how="left")
        .with_columns(valid_from=pl.lit(as_of), valid_to=pl.lit(None, pl.Date))
    )
    parts = [
        earlier.filter(~is_open),
        staying,
        ending.with_columns(valid_to=pl.lit(as_of)),
        begun.select(table.schema.names()),
    ]
    return table.conform(pl.concat(parts)).sort(table.key)


def _changes(
    now: pl.DataFrame,
    profile: pl.DataFrame,
    segments: tuple[Segment, ...],
    previous: PreviousSegments | None,
    as_of: date,
) -> pl.DataFrame:
    """Entries and exits, each with its cause.

    The rule caused whatever the rule of the publication before would not have brought about among
    tonight's customers; the first time a segment is seen, that is everybody in it.
    """
    table = SEGMENT_CHANGES
    before = SEGMENT_MEMBERS.empty() if previous is None else previous.members
    entered = now.join(before, on=_WHO, how="anti").select(*_WHO, change=pl.lit("entered"))
    left = before.join(now, on=_WHO, how="anti").select(*_WHO, change=pl.lit("left"))
    versions = {one.name: one.definition_version for one in segments}
    as_before, changed, by_old_rule = _by_rules_before(profile, versions, previous, as_of)
    is_entry = pl.col("change") == "entered"
    old_rule_agrees = is_entry == pl.col("old_says_in").fill_null(False)
    is_customer = pl.col("segment").is_in(as_before) | (
        pl.col("segment").is_in(changed) & old_rule_agrees
    )
    told = (
        pl.concat([entered, left])
        .join(by_old_rule.with_columns(old_says_in=pl.lit(True)), on=_WHO, how="left")
        .with_columns(
            cause=pl.when(is_customer).then(pl.lit("customer")).otherwise(pl.lit("definition")),
            previous_as_of=pl.lit(previous.as_of if previous else None, pl.Date),
        )
    )
    return table.conform(told.select(table.schema.names())).sort(table.key)


def _by_rules_before(
    profile: pl.DataFrame,
    versions: dict[str, str],
    previous: PreviousSegments | None,
    as_of: date,
) -> tuple[list[str], list[str], pl.DataFrame]:
    """Segments defined as before, those with a former rule to ask, and whom that would match."""
    as_before, changed = [], []
    found = [pl.DataFrame(schema=dict.fromkeys(_WHO, pl.String))]
    former = [] if previous is None else previous.definitions.sort("segment").to_dicts()
    for one in former:
        name = one["segment"]
        if versions.get(name) == one["definition_version"]:
            as_before.append(name)
        elif name in versions:
            try:
                inside = check_rule(one["rule"]).matching(profile, as_of)
            except RuleError:
                continue  # a column it read is gone: the rule had to change
            changed.append(name)
            found.append(inside.select(pl.lit(name).alias("segment"), "customer_id"))
    return as_before, changed, pl.concat(found)
