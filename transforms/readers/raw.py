"""A file as it stands: every cell text, every header kept, every row numbered."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace

import polars as pl

from transforms.sources import FieldRule, SourceDefinition

ROW = "row_number"


class RefusedFileError(Exception):
    """A whole file cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class RawTable:
    """Cells of one file as text.

    Attributes:
        headers: header texts in order, duplicates kept.
        cells: one row per record; columns "0", "1", ... hold text, `row_number` the row as a
            spreadsheet numbers it (the first line of the file is 1).
    """

    headers: tuple[str, ...]
    cells: pl.DataFrame

    def position(self, rule: FieldRule) -> int | None:
        """Which column a rule means, or None where the file has none of them."""
        folded = [header.strip().casefold() for header in self.headers]
        for wanted in rule.headers:
            if wanted.strip().casefold() in folded:
                return folded.index(wanted.strip().casefold())
        if rule.matching:
            expression = re.compile(rule.matching)
            return next((i for i, header in enumerate(self.headers) if expression.search(header)), None)
        return None

    def closest(self, wanted: str) -> str | None:
        """The header most like the wanted one, for error messages."""
        folded = {header.strip().casefold(): header for header in self.headers if header.strip()}
        close = difflib.get_close_matches(wanted.strip().casefold(), folded, 1, cutoff=0.5)
        return folded[close[0]] if close else None


def shape(records: pl.DataFrame, definition: SourceDefinition) -> RawTable:
    """Tell header rows from data rows as a definition says.

    Args:
        records: text columns "0", "1", ... with one row per record of the file, header included.

    Raises:
        RefusedFileError: there are fewer rows than header rows.
    """
    top = definition.skip_top_rows
    count = definition.header_rows + _blank_below(records, definition)
    numbered = records.with_row_index(ROW, offset=1).cast({ROW: pl.Int64})
    if numbered.height < top + count:
        raise RefusedFileError(
            f"has {numbered.height} rows but source {definition.source!r} expects {top + count} header rows"
        )
    header_cells = records.slice(top, count).rows()
    if count == 0:
        headers = list(definition.column_names)
    elif definition.header_style == "fill_right":
        headers = _fill_right(header_cells)
    else:
        headers = [cell or "" for cell in header_cells[0]]
    return RawTable(tuple(headers), numbered.slice(top + count))


def _blank_below(records: pl.DataFrame, definition: SourceDefinition) -> int:
    """How many more rows belong to the header because a column that is never blank is."""
    first = definition.skip_top_rows + definition.header_rows
    folded = [(cell or "").strip().casefold() for cell in records.row(definition.skip_top_rows)] if records.height > first else []
    column = next((folded.index(name.casefold()) for name in definition.header_until_filled if name.casefold() in folded), None)
    if column is None:
        return 0
    below = records.slice(first, 3)[str(column)].to_list()
    return next((i for i, cell in enumerate(below) if cell and cell.strip()), 0)


def _fill_right(rows: list[tuple[str | None, ...]]) -> list[str]:
    """A question stands only over its first column; the second row names the choices."""
    question, headers = "", []
    second = rows[1] if len(rows) > 1 else (None,) * len(rows[0])
    for first, choice in zip(rows[0], second, strict=True):
        question = first.strip() if first and first.strip() else question
        choice_text = (choice or "").strip()
        plain = not choice_text or choice_text in {"Response", "Open-Ended Response"}
        headers.append(question if plain else f"{question} - {choice_text}")
    return headers


def without_ignored(table: RawTable, definition: SourceDefinition) -> tuple[RawTable, dict[str, int]]:
    """Take out blank rows and those the definition says are no data; count them by reason."""
    text_columns = [name for name in table.cells.columns if name != ROW]
    blank = pl.all_horizontal(pl.col(text_columns).is_null()) if text_columns else pl.lit(True)
    ignored: dict[str, int] = {}
    cells = table.cells
    for reason, condition in [("blank row", blank), *_ignore_conditions(table, definition)]:
        kept = cells.filter(~condition.fill_null(False))
        if dropped := cells.height - kept.height:
            ignored[reason] = ignored.get(reason, 0) + dropped
        cells = kept
    return replace(table, cells=cells), ignored


def _ignore_conditions(table: RawTable, definition: SourceDefinition) -> list[tuple[str, pl.Expr]]:
    conditions = []
    for rule in definition.ignore_rows:
        position = table.position(FieldRule(column=rule.column))
        if position is not None:
            conditions.append((rule.reason, pl.col(str(position)).fill_null("").str.contains(rule.matching)))
    return conditions
