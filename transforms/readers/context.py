"""What a reader is told besides the file, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from transforms.identity import PersonKey
from transforms.sources import SourceDefinition

FAILURE_SCHEMA = pl.Schema(
    {
        "table": pl.String,
        "column": pl.String,
        "code": pl.String,
        "unit_id": pl.String,
        "row_number": pl.Int64,
        "header": pl.String,
        "value": pl.String,
        "is_forgiven": pl.Boolean,
    }
)


@dataclass(frozen=True)
class ReadContext:
    """What is known of a file before it is opened.

    Attributes:
        file_id: key of the file in the ledger.
        file_name: name shown to people.
        arrived_at: when Suki first saw it, in UTC.
        exported_at: export time told by its name, or None.
        store_timezone: zone of times for which the source names none.
        store_currency: reporting currency of the store, or "auto".
        key: keyed hash of identifiers.
        role_mailboxes: local parts that never identify one person.
    """

    file_id: str
    file_name: str
    arrived_at: datetime
    exported_at: datetime | None
    store_timezone: str
    store_currency: str
    key: PersonKey
    role_mailboxes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadResult:
    """What became of a file: read = accepted + quarantined + ignored, in rows.

    `notes` name mapped columns the file does not have; `assumptions` are what the reader
    decided for the user (which codec, which sheet, what was rounded) and must be told.
    """

    definition: SourceDefinition
    tables: dict[str, pl.DataFrame]
    failures: pl.DataFrame
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    ignored: dict[str, int]
    checked_rows: dict[str, int]
    quarantined_units: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    assumptions: tuple[str, ...] = field(default=())

    @property
    def rows_ignored(self) -> int:
        """Rows read that are no data, over all reasons."""
        return sum(self.ignored.values())
