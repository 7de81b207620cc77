"""Whether what people read is there at all, and whether it is all of one business date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from expectations.checks import Batch, Check, Row, between, with_rows

#: Tables without which there is nothing to publish.
NEEDED = ("rpt_headline", "rpt_segments", "rpt_data_quality", "rpt_validity", "rpt_checks")
#: Tables that are empty in a shop's first weeks, until one month is complete.
NEEDED_AFTER_A_MONTH = ("rpt_revenue", "rpt_retention_trend")


def presence_batches(
    rpt: Mapping[str, pl.DataFrame], previous: Mapping[str, Any] | None
) -> list[Batch]:
    """Row counts of the needed tables, and the business dates found in all of them."""
    return [_presence(rpt, previous), _one_date(rpt)]


def _presence(rpt: Mapping[str, pl.DataFrame], previous: Mapping[str, Any] | None) -> Batch:
    """Row counts of the tables people read; a table that was not made counts no rows."""
    has_month = _has_complete_month(rpt, previous)
    names = [*NEEDED, *NEEDED_AFTER_A_MONTH]
    heights = {name: rpt[name].height if name in rpt else 0 for name in names}
    frame = pl.DataFrame(
        {"table_name": names, "row_count": [heights[name] for name in names]},
        schema={"table_name": pl.String, "row_count": pl.Int64},
    ).with_columns(
        needed=pl.when(pl.col("table_name").is_in(NEEDED) | has_month).then("row_count"),
        young=pl.when(pl.col("table_name").is_in(NEEDED_AFTER_A_MONTH)).then("row_count"),
    )
    checks = [between("table_empty", "needed", 1, None, _explain_empty, "critical", "table_name")]
    if not has_month:
        checks.append(
            between("no_complete_month", "young", 1, None, _explain_young, "warning", "table_name")
        )
    return Batch("tables", frame, tuple(checks))


def _has_complete_month(
    rpt: Mapping[str, pl.DataFrame], previous: Mapping[str, Any] | None
) -> bool:
    """Whether monthly tables must have rows: cohorts know a whole month, or the mail had one."""
    if previous and previous.get("net_sales") is not None:
        return True
    cohorts = rpt.get("rpt_cohorts")
    return cohorts is not None and "complete" in cohorts["cell_status"].to_list()


def _one_date(rpt: Mapping[str, pl.DataFrame]) -> Batch:
    """All tables speak of one business date: a mixture of two runs must never be published."""
    dates = [
        table.select(pl.lit(name).alias("table_name"), pl.col("as_of").cast(pl.Date)).unique()
        for name, table in sorted(rpt.items())
        if not table.is_empty()
    ]
    frame = pl.concat(dates) if dates else pl.DataFrame(schema=["table_name", "as_of"])
    check = Check(
        "one_business_date",
        "ExpectColumnUniqueValueCountToBeBetween",
        {"column": "as_of", "min_value": 1, "max_value": 1},
        lambda row: (
            f"The reporting tables speak of {row['observed_value']} business dates instead of "
            "one, so they come from different runs. Run `suki run` for the date again."
        ),
    )
    return with_rows(
        Batch("business_dates", frame.sort("table_name", "as_of"), (check,)),
        "No reporting table has a row, so there is nothing to publish. Run `suki build` again.",
    )


def _explain_empty(row: Row) -> str:
    return (
        f"{row['table_name']} has no rows, so people would read a blank page. Run `suki build` "
        "again; if it stays empty, look at the quarantine with `suki status`."
    )


def _explain_young(row: Row) -> str:
    return (
        f"{row['table_name']} is still empty because no calendar month is complete; it fills with "
        "the first one. If the shop is older than that, landing/orders/ lacks its history."
    )
