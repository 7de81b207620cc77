"""What a page of the site is: an address, a title, and what it reads from a finished run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from reports.contexts import ReportContext
from reports.formats import Formats
from reports.handed import Handed
from reports.reference import Reference
from reports.tables import read_rows

Row = TypeVar("Row")


@dataclass(frozen=True)
class Download:
    """A file of the run as a page links to it."""

    address: str
    kind: str


@dataclass(frozen=True)
class Reading:
    """What a page may read: the run's context and its published tables, nothing else."""

    context: ReportContext
    reference: Reference
    marts: Path
    formats: Formats
    files: Mapping[str, list[Download]] = field(default_factory=dict)
    handed: Handed = field(default_factory=Handed)

    def rows(
        self, table: str, row_type: type[Row], only: Mapping[str, Collection[str]] | None = None
    ) -> tuple[Row, ...]:
        """A published table as dataclasses, field for column, in the order it was published.

        Args:
            table: name of the table.
            row_type: a dataclass with a field for each column wanted.
            only: column -> values; rows with another value are left out.

        Raises:
            ReportError: the table or a column is missing, or was made for another date.
        """
        columns = tuple(column.name for column in fields(row_type))  # type: ignore[arg-type]
        found = read_rows(self.marts, table, columns, self.context.as_of, only)
        return tuple(row_type(**row) for row in found)


def nothing_more(_reading: Reading) -> dict[str, Any]:
    """For a page that shows only what every page is given."""
    return {}


@dataclass(frozen=True)
class Page:
    """One page: `address` also names its template in `templates/site/`.

    `values` gives what the template names beside what every page is given (see
    `reports.render.report_values` and `reports.site`). Charts among the values, also inside
    lists, tuples and dictionaries, get their picture written beside the page.
    """

    address: str
    title: str
    values: Callable[[Reading], dict[str, Any]] = nothing_more
