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
class Records:
    """All records of one file as text, header rows still among them.

    Attributes:
        cells: `row_number` as a spreadsheet numbers rows (the first is 1; a header that is no
            row of the file is 0), and columns "0", "1", ... of text, null where empty.
        is_typed: dates came as dates (XLSX, Parquet) and are written the ISO way.
        notes: what the reader had to assume.
    """

    cells: pl.DataFrame
    is_typed: bool = False
    notes: tuple[str, ...] = ()

    def row(self, index: int) -> tuple[str, ...]:
        """Cells of one record, blank where there is no such cell or record."""
        if index >= self.cells.height:
            return ()
        return tuple((cell or "").strip() for cell in self.cells.drop(ROW).row(index))


@dataclass(frozen=True)
class RawTable:
    """Cells of one file as text.

    Attributes:
        headers: header texts in order, duplicates kept.
        cells: one row per record; columns "0", "1", ... hold text, `row_number` the row as a
            spreadsheet numbers it (the first line of the file is 1).
        labels: texts of the second header row, where there is one.
        is_typed: dates came as dates and are written the ISO way.
    """

    headers: tuple[str, ...]
    cells: pl.DataFrame
    labels: tuple[str, ...] = ()
    is_typed: bool = False

    def positions(self, rule: FieldRule) -> list[int]:
        """All columns a rule could mean, the one it means first."""
        folded = [header.strip().casefold() for header in self.headers]
        for wanted in rule.headers:
            if found := [
                i for i, header in enumerate(folded) if header == wanted.strip().casefold()
            ]:
                return found
        if rule.matching:
            expression = re.compile(rule.matching)
            for texts in (self.headers, self.labels):
                if found := [i for i, text in enumerate(texts) if expression.search(text)]:
                    return found
        return []

    def position(self, rule: FieldRule) -> int | None:
        """Which column a rule means, or None where the file has none of them."""
        return next(iter(self.positions(rule)), None)

    def closest(self, wanted: str) -> str | None:
        """The header most like the wanted one, for error messages."""
        folded = {header.strip().casefold(): header for header in self.headers if header.strip()}
        close = difflib.get_close_matches(wanted.strip().casefold(), folded, 1, cutoff=0.5)
        return folded[close[0]].strip() if close else None


def shape(records: Records, definition: SourceDefinition) -> RawTable:
    """Tell header rows from data rows as a definition says.

    Raises:
        RefusedFileError: there are fewer rows than header rows, or other columns than named.
    """
    top = definition.skip_top_rows
    count = definition.header_rows + _blank_below(records, definition)
    if records.cells.height < top + count:
        raise RefusedFileError(
            f"has {records.cells.height} rows but source {definition.source!r} expects {top + count} header rows"
        )
    body = records.cells.slice(top + count)
    if count == 0:
        return RawTable(_named_columns(records, definition), body, (), records.is_typed)
    header_cells = [records.row(top + i) for i in range(count)]
    if definition.header_style == "fill_right":
        return RawTable(_fill_right(header_cells), body, (), records.is_typed)
    labels = header_cells[1] if count > 1 else ()
    return RawTable(header_cells[0], body, labels, records.is_typed)


def _named_columns(records: Records, definition: SourceDefinition) -> tuple[str, ...]:
    width, named = records.cells.width - 1, definition.column_names
    if width != len(named):
        raise RefusedFileError(
            f"has {width} columns but column_names of source {definition.source!r} names {len(named)} "
            f"({', '.join(named)}); name every column once, in order"
        )
    return named


def _blank_below(records: Records, definition: SourceDefinition) -> int:
    """How many more rows belong to the header because a column that is never blank is."""
    first = definition.skip_top_rows + definition.header_rows
    folded = [cell.casefold() for cell in records.row(definition.skip_top_rows)]
    wanted = [name.casefold() for name in definition.header_until_filled]
    column = next((folded.index(name) for name in wanted if name in folded), None)
    if column is None:
        return 0
    below = [records.row(first + i)[column : column + 1] for i in range(3)]
    filled = next((i for i, cell in enumerate(below) if any(cell)), None)
    if filled is not None:
        return filled
    # Nothing but header rows: an export without answers, not rows without an id.
    rest = records.cells.height - first
    return rest if rest <= len(below) else 0


def _fill_right(rows: list[tuple[str, ...]]) -> tuple[str, ...]:
    """A question stands only over its first column; the second row names the choices."""
    question, headers = "", []
    second = rows[1] if len(rows) > 1 else ("",) * len(rows[0])
    for first, choice in zip(rows[0], second, strict=True):
        question = first or question
        plain = not choice or choice in {"Response", "Open-Ended Response"}
        headers.append(question if plain else f"{question} - {choice}")
    return tuple(headers)


def without_ignored(
    table: RawTable, definition: SourceDefinition
) -> tuple[RawTable, dict[str, int]]:
    """Take out blank rows and those the definition says are no data; count them by reason."""
    ignored: dict[str, int] = {}
    cells = table.cells
    for reason, condition in [*_is_blank(cells), *_ignore_conditions(table, definition)]:
        kept = cells.filter(~condition.fill_null(False))
        if dropped := cells.height - kept.height:
            ignored[reason] = ignored.get(reason, 0) + dropped
        cells = kept
    return replace(table, cells=cells), ignored


def _is_blank(cells: pl.DataFrame) -> list[tuple[str, pl.Expr]]:
    """The rule for rows without a visible character. Few rows start blank, so few are looked at whole."""
    first, *others = [name for name in cells.columns if name != ROW]
    starts_blank = _no_text(first)
    if not cells.select(starts_blank.any()).item():
        return []
    return [("blank row", pl.all_horizontal(starts_blank, *[_no_text(name) for name in others]))]


def _no_text(name: str) -> pl.Expr:
    return pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "")


def _ignore_conditions(table: RawTable, definition: SourceDefinition) -> list[tuple[str, pl.Expr]]:
    conditions = []
    for rule in definition.ignore_rows:
        position = table.position(FieldRule(column=rule.column))
        if position is not None:
            text = pl.col(str(position)).fill_null("").str.strip_chars()
            conditions.append((rule.reason, text.str.contains(rule.matching)))
    return conditions
