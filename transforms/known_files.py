"""The canonical files a run may know, read table by table, and which version is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from transforms.canonical import CANONICAL, FEED_TABLES

IDENTIFIERS = ("customer_ref_key", "email_key", "phone_key")


class CurrentStateError(Exception):
    """The known files cannot make one consistent state; the message says what to set."""


@dataclass(frozen=True)
class KnownFile:
    """One accepted file: its id, its feed and its place in the order of arrival."""

    file_id: str
    feed: str
    sequence: int


class CanonicalStore:
    """The canonical files of a run, read table by table."""

    def __init__(self, folder: Path, quarantine: Path, files: Sequence[KnownFile]) -> None:
        """Name the folders and the files that the run may know."""
        self._folder, self._quarantine, self._files = folder, quarantine, tuple(files)
        self._order = pl.LazyFrame(
            {"file_id": [f.file_id for f in files], "sequence": [f.sequence for f in files]},
            schema={"file_id": pl.String, "sequence": pl.Int64},
        )

    def table(self, name: str) -> pl.LazyFrame:
        """All rows of a canonical table, with the `sequence` of their file.

        Raises:
            CurrentStateError: a file was accepted but its rows are gone from the canonical folder.
        """
        paths = [
            self._folder / name / f"{f.file_id}.parquet"
            for f in self._files
            if name in FEED_TABLES[f.feed]
        ]
        if gone := [path for path in paths if not path.exists()]:
            raise CurrentStateError(
                f"{len(gone)} of {len(paths)} accepted files have lost their rows of {name}, the first: {gone[0]}. "
                "Restore the canonical folder from a backup; without it their orders would vanish from every figure."
            )
        table = CANONICAL[name]
        if not paths:
            return table.empty().lazy().join(self._order, on="file_id", how="left")
        # A file read before a column came into the contract, and gone since, lacks that column.
        rows = pl.scan_parquet(paths, schema=table.schema, missing_columns="insert")
        return rows.join(self._order, on="file_id", how="left")

    def refused_units(self, feed: str) -> pl.DataFrame:
        """source, unit, sequence: what was quarantined, and in which file."""
        paths = [
            p
            for f in self._files
            if (p := self._quarantine / feed / f"{f.file_id}.parquet").exists()
        ]
        empty = pl.DataFrame(schema={"source": pl.String, "unit": pl.String, "sequence": pl.Int64})
        if not paths:
            return empty
        rows = (
            pl.scan_parquet(paths)
            .filter(pl.col("severity") == "unit")
            .join(self._order, on="file_id", how="left")
        )
        return rows.select("source", "unit", "sequence").unique().collect()

    def mentions(self) -> pl.DataFrame:
        """Every mention of a person: the three keys and when it was stated."""
        return self.table("contacts").select(*IDENTIFIERS, "seen_at").collect()


def newest(rows: pl.LazyFrame, key: Sequence[str]) -> pl.LazyFrame:
    """The version in force of each thing: highest version_at, then latest arrival."""
    return rows.sort(*key, "version_at", "sequence", "row_number").unique(
        list(key), keep="last", maintain_order=True
    )
