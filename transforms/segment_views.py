"""What a marketer asks before a rule goes live, and of what was published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.canonical.outreach import CUSTOMER_PROFILE
from transforms.segment_history import members_on
from transforms.segment_reasons import columns_behind, reasons, shown_values
from transforms.segment_rules import Finding, Segment, findings, matches

SAMPLE_ROWS = 10


@dataclass(frozen=True)
class Preview:
    """A segment against the customers of one run.

    Attributes:
        size: customers the rule matches.
        customers: all customers.
        sample: up to SAMPLE_ROWS surrogates with what the rule reads of them, as text.
        overlap: segment, member_count, shared_count, shared_share (of the previewed segment).
        would_enter, would_leave: against the members published; None: not published yet.
        entered, left: of the segment as published, since the publication before.
        told: findings about the segment and its group with this rule in place.
    """

    size: int
    customers: int
    sample: pl.DataFrame
    overlap: pl.DataFrame
    would_enter: int | None
    would_leave: int | None
    entered: int
    left: int
    told: tuple[Finding, ...]


def preview(
    segment: Segment,
    others: Iterable[Segment],
    profile: pl.DataFrame,
    published: Mapping[str, pl.DataFrame],
    as_of: date,
) -> Preview:
    """What a rule would do, shown before it does it.

    Args:
        segment: the segment as the file or the command line has it.
        others: the segments of the file; itself is left out.
        profile: CUSTOMER_PROFILE of the run.
        published: segment_members, segment_changes and segment_definitions of the same run.
    """
    others = tuple(others)
    matched = matches(profile, [segment], as_of).select("customer_id")
    sample = profile.join(matched, on="customer_id", how="semi").sort("customer_id")
    is_own = pl.col("segment") == segment.name
    members = published["segment_members"].filter(is_own)
    is_known = segment.name in published["segment_definitions"]["segment"]
    changes = published["segment_changes"].filter(is_own)["change"]
    rest = [one for one in others if one.name != segment.name]
    return Preview(
        matched.height,
        profile.height,
        shown_values(sample.head(SAMPLE_ROWS), columns_behind(segment)),
        _overlap(matched, matches(profile, rest, as_of), rest),
        _absent(matched, members) if is_known else None,
        _absent(members, matched) if is_known else None,
        int((changes == "entered").sum()),
        int((changes == "left").sum()),
        _findings(segment, others, profile, as_of),
    )


def _findings(
    segment: Segment, others: tuple[Segment, ...], profile: pl.DataFrame, as_of: date
) -> tuple[Finding, ...]:
    together = [one for one in others if one.name != segment.name and one.group == segment.group]
    asked = [segment, *(together if segment.group else [])]
    found = findings(profile, asked, matches(profile, asked, as_of))
    return tuple(one for one in found if one.subject in {segment.name, segment.group})


def _absent(these: pl.DataFrame, those: pl.DataFrame) -> int:
    return these.join(those, on="customer_id", how="anti").height


def _overlap(matched: pl.DataFrame, elsewhere: pl.DataFrame, rest: list[Segment]) -> pl.DataFrame:
    """Largest overlap first, ties by name; segments that share nobody last."""
    shared = pl.col("customer_id").is_in(matched["customer_id"].implode())
    counted = elsewhere.group_by("segment").agg(
        member_count=pl.len().cast(pl.Int64), shared_count=shared.sum().cast(pl.Int64)
    )
    names = pl.DataFrame({"segment": [one.name for one in rest]}, schema={"segment": pl.String})
    size = matched.height
    return (
        names.join(counted, on="segment", how="left")
        .with_columns(pl.col("member_count", "shared_count").fill_null(0))
        .with_columns(
            shared_share=pl.col("shared_count") / size if size else pl.lit(None, pl.Float64)
        )
        .sort("shared_count", "segment", descending=[True, False])
    )


def sizes_by_day(history: pl.DataFrame, segment: str, as_of: date) -> pl.DataFrame:
    """How a segment grew: one row per business date on which any segment changed, and as_of.

    Args:
        history: SEGMENT_HISTORY.

    Returns:
        day, entered_count, left_count, member_count, oldest first; from the first day the segment
        was seen.
    """
    own = history.filter(pl.col("segment") == segment)
    days = pl.concat(
        [history["valid_from"], history["valid_to"].drop_nulls(), pl.Series([as_of])]
    ).unique()
    first = own["valid_from"].min()
    since = pl.col("day") >= pl.lit(first, pl.Date)
    counted = (
        pl.DataFrame({"day": days})
        .filter(since)
        .join(own.group_by(day="valid_from").agg(entered_count=pl.len()), on="day", how="left")
        .join(own.group_by(day="valid_to").agg(left_count=pl.len()), on="day", how="left")
        .with_columns(pl.col("entered_count", "left_count").fill_null(0).cast(pl.Int64))
        .sort("day")
    )
    return counted.with_columns(
        member_count=(pl.col("entered_count") - pl.col("left_count")).cum_sum()
    )


def listed_members(history: pl.DataFrame, segment: str, day: date) -> pl.DataFrame:
    """The members of one segment on a day: customer_id, valid_from, valid_to, entry_cause.

    Args:
        history: SEGMENT_HISTORY.
    """
    own = history.filter(pl.col("segment") == segment)
    return members_on(own, day).drop("segment")


def with_reasons(
    listed: pl.DataFrame, profile: pl.DataFrame, segment: Segment, held: pl.DataFrame
) -> pl.DataFrame:
    """Listed members of tonight with the sentence that says why; held ones say so.

    Args:
        listed: what `listed_members` returned.
        profile: CUSTOMER_PROFILE of the run.
        held: SEGMENT_MEMBERS of the run.
    """
    runs = held.filter(pl.col("segment") == segment.name).select("customer_id", "failed_runs")
    told = (
        listed.join(reasons(profile, segment), on="customer_id", how="left")
        .join(runs, on="customer_id", how="left")
        .with_columns(
            reason=pl.when(pl.col("failed_runs") > 0)
            .then(
                pl.format(
                    "{}; the rule says no for {} run(s), held until {}",
                    "reason",
                    "failed_runs",
                    pl.lit(segment.hysteresis_runs),
                )
            )
            .otherwise("reason")
        )
    )
    return told.drop("failed_runs").sort("customer_id")


def described_columns() -> pl.DataFrame:
    """What a rule may ask: column, kind and meaning, in the order of the contract."""
    kinds = {pl.String: "text", pl.Date: "date", pl.Boolean: "yes/no", pl.Int64: "whole number"}
    rows = [
        (
            column.name,
            kinds.get(type(CUSTOMER_PROFILE.schema[column.name]), "number"),
            column.description,
        )
        for column in CUSTOMER_PROFILE.columns
    ]
    rows.append(("as_of", "date", "Day of the run: the last business date."))
    return pl.DataFrame(rows, schema=["column", "kind", "meaning"], orient="row")
