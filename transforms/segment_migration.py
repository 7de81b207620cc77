"""How customers moved between the segments of a group since the publication before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from transforms.canonical.outreach_segments import SEGMENT_MIGRATION

if TYPE_CHECKING:
    from transforms.segment_history import PreviousSegments

#: No segment, because they were or are no customer; and where the rules of a group fail somebody.
NOT_THERE, IN_NONE, IN_SEVERAL = "(none)", "(unassigned)", "(several)"


def migration(
    members: pl.DataFrame,
    definitions: pl.DataFrame,
    profile: pl.DataFrame,
    previous: PreviousSegments | None,
) -> pl.DataFrame:
    """One row per group and pair of segments, as the table `segment_migration`.

    Everybody of tonight is counted once per group, and whoever was there before and is gone once
    more: rows whose `to_segment` is not (none) add up to tonight's customers.

    Args:
        members: SEGMENT_MEMBERS of tonight.
        definitions: SEGMENT_DEFINITIONS of tonight; a group that is no more has no rows.
        profile: CUSTOMER_PROFILE of tonight.
        previous: of the publication before.
    """
    table = SEGMENT_MIGRATION
    moved = [
        _moved(
            _one_each(members, definitions, group),
            _one_each(previous.members, previous.definitions, group) if previous else None,
            profile,
        ).with_columns(segment_group=pl.lit(group))
        for group in definitions["segment_group"].drop_nulls().unique().sort()
    ]
    if not moved:
        return table.empty()
    told = pl.concat(moved).with_columns(
        previous_as_of=pl.lit(previous.as_of if previous else None, pl.Date)
    )
    return table.conform(told).sort(table.key)


def _moved(now: pl.DataFrame, before: pl.DataFrame | None, profile: pl.DataFrame) -> pl.DataFrame:
    """from_segment, to_segment, customer_count of one group."""
    tonight = profile.select("customer_id").join(
        now.rename({"segment": "to_segment"}), on="customer_id", how="left"
    )
    tonight = tonight.with_columns(pl.col("to_segment").fill_null(IN_NONE))
    earlier = (now.clear() if before is None else before).rename({"segment": "from_segment"})
    both = tonight.join(earlier, on="customer_id", how="full", coalesce=True)
    return (
        both.group_by("from_segment", "to_segment")
        .agg(customer_count=pl.len().cast(pl.Int64))
        .with_columns(pl.col("from_segment", "to_segment").fill_null(NOT_THERE))
    )


def _one_each(members: pl.DataFrame, definitions: pl.DataFrame, group: str) -> pl.DataFrame:
    """customer_id, segment: one row per customer in any segment of the group."""
    names = definitions.filter(pl.col("segment_group") == group)["segment"].implode()
    inside = members.filter(pl.col("segment").is_in(names)).select("customer_id", "segment")
    several = inside["customer_id"].is_duplicated()
    if not several.any():
        return inside
    doubled = inside.filter(several).select("customer_id").unique()
    told = doubled.with_columns(segment=pl.lit(IN_SEVERAL))
    return pl.concat([inside.filter(~several), told])


def matrix(table: pl.DataFrame, group: str) -> pl.DataFrame:
    """`segment_migration` of one group as people read it: a row per origin, a column per destination.

    Args:
        table: SEGMENT_MIGRATION.

    Returns:
        from_segment, one column per destination, total; empty where there is no such group.
    """
    rows = table.filter(pl.col("segment_group") == group)
    if rows.is_empty():
        return pl.DataFrame(schema={"from_segment": pl.String, "total": pl.Int64})
    wide = rows.pivot(
        on="to_segment", index="from_segment", values="customer_count", sort_columns=True
    ).sort("from_segment")
    counts = [name for name in wide.columns if name != "from_segment"]
    return wide.with_columns(pl.col(counts).fill_null(0)).with_columns(
        total=pl.sum_horizontal(counts)
    )
