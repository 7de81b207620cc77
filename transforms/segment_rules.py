"""`segments.yml`: who belongs to which segment, as rules a marketer can read and edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from pydantic import Field, StringConstraints

from transforms.row_rule_words import RuleError
from transforms.row_rules import RowRule, check_rule, definition_hash
from transforms.yaml_files import Strict, YamlFileError, load, place, read_yaml

FILE_NAME = "segments.yml"
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
_MATCHES = {"segment": pl.String, "customer_id": pl.String}


class SegmentEntry(Strict):
    """One segment as segments.yml states it."""

    title: Words
    description: Words
    rule: str
    owner: Words
    group: Name | None = None
    hysteresis_runs: int = Field(0, ge=0, le=60)
    review_only: bool = False
    catalogue: str | None = None


class SegmentFile(Strict):
    """`config/segments.yml`."""

    segments: dict[Name, SegmentEntry]


@dataclass(frozen=True)
class Segment:
    """One segment, its rule checked.

    Attributes:
        name: as campaigns and commands name it.
        title: as people read it.
        description: who is in it, in plain words.
        rule: what a row of customer_profile must satisfy.
        owner: who answers for it.
        group: of the segments of one group every customer is in exactly one; None: stands alone.
        hysteresis_runs: publications in a row the rule must say no before a member leaves; 0 and 1
            mean at once. In a group the member enters the next segment only on leaving.
        is_review_only: for a person to look at; no campaign may contact its members.
        catalogue: id in the catalogue of lists, such as L14.
    """

    name: str
    title: str
    description: str
    rule: RowRule
    owner: str
    group: str | None = None
    hysteresis_runs: int = 0
    is_review_only: bool = False
    catalogue: str | None = None

    @cached_property
    def definition_version(self) -> str:
        """Hash of what decides membership: the rule and the hysteresis, not the words around."""
        return definition_hash(self.rule.normal_text, self.hysteresis_runs)


@dataclass(frozen=True)
class Finding:
    """What the customers of one run show about the rules.

    Attributes:
        severity: error: a group is no partition; warning: look at it; note: may be as meant.
        subject: segment or group.
        message: what is so, with counts.
    """

    severity: Literal["error", "warning", "note"]
    subject: str
    message: str


def load_segments(path: Path | None) -> tuple[Segment, ...]:
    """The segments of a file in its order; none without a file.

    Raises:
        YamlFileError: the file or a rule is wrong; the message names file, line and remedy.
    """
    if path is None:
        return ()
    entries = load(path, SegmentFile).segments
    segments = tuple(_segment(path, name, entry) for name, entry in entries.items())
    sizes = Counter(one.group for one in segments if one.group)
    for one in segments:
        if one.group and sizes[one.group] == 1:
            raise YamlFileError(
                f"{path}{_place(path, one.name, 'group')}: the group {one.group!r} has one segment only, and "
                "everybody is in exactly one segment of a group; add the others, or leave `group` out"
            )
    return segments


def _segment(path: Path, name: str, entry: SegmentEntry) -> Segment:
    try:
        rule = check_rule(entry.rule)
    except RuleError as error:
        raise YamlFileError(
            f"{path}{_place(path, name, 'rule')}: segments.{name}.rule: {error}"
        ) from error
    return Segment(
        name,
        entry.title,
        " ".join(entry.description.split()),
        rule,
        entry.owner,
        entry.group,
        entry.hysteresis_runs,
        entry.review_only,
        entry.catalogue,
    )


def _place(path: Path, name: str, key: str) -> str:
    return place(read_yaml(path), ("segments", name, key))


def matches(profile: pl.DataFrame, segments: Iterable[Segment], as_of: date) -> pl.DataFrame:
    """Whom each rule matches by itself, without hysteresis.

    Returns:
        segment, customer_id, ordered by both.

    Raises:
        RuleError: a rule fails on a customer; the message names the segment.
    """
    people = profile if profile["customer_id"].is_sorted() else profile.sort("customer_id")
    found = [pl.DataFrame(schema=_MATCHES)]
    # Names and customers in order: put one below the other they need no sorting.
    for one in sorted(segments, key=lambda segment: segment.name):
        try:
            inside = one.rule.answers(people, as_of)
        except RuleError as error:
            raise RuleError(f"segments.yml: segments.{one.name}.rule: {error}") from error
        ids = people["customer_id"].filter(inside.fill_null(False))
        found.append(pl.select(pl.lit(one.name).alias("segment"), ids.alias("customer_id")))
    return pl.concat(found)


def findings(
    profile: pl.DataFrame, segments: Iterable[Segment], matched: pl.DataFrame
) -> list[Finding]:
    """What is to be told of the rules once they have met customers; groups first.

    Args:
        matched: what `matches` returned.
    """
    segments, total = tuple(segments), profile.height
    if not total:
        return []
    told = []
    for group in dict.fromkeys(one.group for one in segments if one.group):
        names = [one.name for one in segments if one.group == group]
        message = _broken_partition(profile, matched, names)
        if message:
            told.append(Finding("error", group, message))
    sizes = dict(matched.group_by("segment").len().iter_rows())
    for one in segments:
        size = sizes.get(one.name, 0)
        if size == total and one.group is None:
            message = f"its rule matches every one of the {total:,} customers; is that meant?"
            told.append(Finding("warning", one.name, message))
        if size == 0:
            told.append(Finding("note", one.name, "its rule matches nobody"))
    return told


def _broken_partition(profile: pl.DataFrame, matched: pl.DataFrame, names: list[str]) -> str | None:
    """Why the segments do not hold everybody exactly once; None where they do."""
    inside = matched.filter(pl.col("segment").is_in(names))
    per_person = inside.group_by("customer_id").agg(pl.col("segment").sort())
    missing = profile.height - per_person.height
    several = per_person.filter(pl.col("segment").list.len() > 1)
    if not missing and several.is_empty():
        return None
    told = []
    if missing:
        told.append(f"{missing:,} are in none")
    if several.height:
        most = (several.group_by("segment").len().sort("len", "segment", descending=[True, False]))[
            "segment"
        ][0].to_list()
        told.append(f"{several.height:,} are in several, most of them in {' and '.join(most)}")
    return (
        f"everybody must be in exactly one of its segments, but of {profile.height:,} customers "
        f"{' and '.join(told)}; mend the rules of {', '.join(names)}"
    )
