"""Source definitions: how the columns of one kind of export become canonical fields.

A definition is a YAML file (`transforms.readers.definitions` loads them). Those Suki ships
(presets) live in `transforms/readers/presets/`, a shop's own in `config/sources/`; both are
the same thing, and a shop's own may `extends:` a preset.
"""

from __future__ import annotations

import codecs
import difflib
import hashlib
import json
import re
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import polars as pl
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from transforms.fields import FEED_FIELDS, ID_FIELD, REQUIRED_FIELDS


class SourceError(Exception):
    """A source definition is wrong; the message names file, line and remedy."""


def _header_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from error
    return value


def _cell_pattern(value: str) -> str:
    try:
        pl.Series([""]).str.contains(value)
    except pl.exceptions.PolarsError as error:
        reason = next((line for line in str(error).splitlines() if line.startswith("error:")), "")
        raise ValueError(
            f"{value!r} is no regular expression Suki can search cells with "
            f"({reason.removeprefix('error: ') or 'see the syntax of Rust'})"
        ) from error
    return value


def _file_name_pattern(value: str) -> str:
    if re.compile(_header_pattern(value)).groups < 1:
        raise ValueError(f"{value!r} needs a group, such as export_(\\d{{4}}-\\d{{2}}-\\d{{2}})")
    return value


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        close = difflib.get_close_matches(value, available_timezones(), 1)
        hint = f"; did you mean {close[0]!r}?" if close else ", such as 'Europe/London'"
        raise ValueError(f"{value!r} is no IANA time zone{hint}")
    return value


#: Searched in headers and file names (Python's words) or in cells (polars', without look-around).
HeaderPattern = Annotated[str, AfterValidator(_header_pattern)]
CellPattern = Annotated[str, AfterValidator(_cell_pattern)]
FileNamePattern = Annotated[str, AfterValidator(_file_name_pattern)]
Zone = Annotated[str, AfterValidator(_known_zone)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldRule(_Strict):
    """How one canonical field is read from the file."""

    column: str | tuple[str, ...] | None = Field(
        default=None, description="Header, or headers of which the first present is taken."
    )
    matching: HeaderPattern | None = Field(
        default=None, description="Regular expression on headers, where the header is free text."
    )
    format: str | tuple[str, ...] | None = Field(
        default=None, description="Date or time format, in strptime's words."
    )
    timezone: Zone | None = Field(
        default=None, description="Zone of times without an offset, in this column."
    )
    remove: CellPattern | None = Field(
        default=None, description="Regular expression cut out of the value before it is read."
    )
    values: dict[str, str] = Field(default={}, description="The source's words -> ours.")
    default: str | None = Field(
        default=None, description="Value where the cell is empty or the column absent."
    )

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers to look for, in order of preference."""
        return (self.column,) if isinstance(self.column, str) else tuple(self.column or ())

    @property
    def formats(self) -> tuple[str, ...]:
        """The declared formats, in order of preference."""
        return (self.format,) if isinstance(self.format, str) else tuple(self.format or ())


class IgnoreRule(_Strict):
    """Rows that are read and counted but are no data, such as totals or previews."""

    column: str
    matching: CellPattern
    reason: str


class PackedLines(_Strict):
    """Order lines packed into one cell each, in as many columns as the largest order needs."""

    columns: HeaderPattern = Field(
        description="Regular expression on headers, such as ^line_item_\\d+$."
    )
    pair_separator: str = "|"
    key_separator: str = ":"
    keys: dict[str, str] = Field(description="Key inside the cell -> line field.")


class SourceDefinition(_Strict):
    """One kind of export: which files, how they are written, which column is which field."""

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the source.")
    feed: Literal[
        "orders", "surveys", "customers", "products", "deliveries", "exchange_rates", "returns", "invoices",
        "subscriptions", "reviews", "messages", "tickets", "marketing_spend", "annotations", "consents",
        "redemptions",
    ]  # fmt: skip
    extends: str | None = Field(default=None, description="Definition this one starts from.")
    description: str = ""
    files: tuple[str, ...] = Field(
        default=(), description="File name patterns; empty means recognised by header."
    )
    recognised_by: tuple[str, ...] = Field(
        default=(), description="Headers that tell this export from others."
    )

    encoding: str = Field(default="auto", description="auto, utf-8, cp1252, ...")
    delimiter: str = Field(default="auto", description="auto, tab, whitespace or the character.")
    sheet: str | None = Field(default=None, description="Sheet of a workbook; default the first.")
    header_rows: int = Field(
        default=1, ge=0, le=3, description="0: no header, then column_names are needed."
    )
    header_until_filled: tuple[str, ...] = Field(
        default=(),
        description="Rows below the header where this column is blank belong to the header.",
    )
    header_style: Literal["first_row", "fill_right"] = "first_row"
    column_names: tuple[str, ...] = ()
    skip_top_rows: int = Field(default=0, ge=0, description="Rows above the header.")
    ignore_rows: tuple[IgnoreRule, ...] = ()

    layout: Literal["row_per_line", "row_per_order"] = "row_per_line"
    carry_down_by: str | None = Field(
        default=None,
        description="Header that groups rows whose order cells stand on the first row only.",
    )
    packed_lines: PackedLines | None = None
    blank_continues: bool = Field(
        default=False, description="A row whose group cell is blank belongs to the order above."
    )
    id_from: tuple[str, ...] = Field(
        default=(), description="Fields an id is made of where the source has none."
    )
    id_space: str = Field(
        default="shop",
        description="Sources with one id space mean the same person by the same customer id.",
    )
    exported_at: FileNamePattern | None = Field(
        default=None,
        description="Regular expression whose first group is the export date in the file name.",
    )

    timezone: Zone | None = Field(default=None, description="Zone of times without an offset.")
    currency: str | None = Field(
        default=None,
        pattern=r"^([A-Z]{3}|store)$",
        description="Currency where no column tells; store: the reporting currency.",
    )
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ",", ".", " ", "'"] = ""
    extra_decimals: Literal["refuse", "round"] = Field(
        default="refuse",
        description="Amounts with more than four decimals: refuse the order, or round half to even and tell.",
    )
    prices_include_tax: bool = False

    return_orders: CellPattern | None = Field(
        default=None,
        description="Regular expression on the order id of returns booked as documents.",
    )
    negative_quantities: Literal["refuse", "return", "adjustment"] = "refuse"
    line_kinds: dict[
        Literal["shipping", "discount", "fee", "gift_card", "adjustment"], CellPattern
    ] = Field(default={}, description="Kind of line -> regular expression on the product code.")
    survey_id: str | None = Field(
        default=None, description="Name of the survey; default the source's."
    )

    columns_are_optional: bool = Field(
        default=False,
        description="True where files may leave out quantities and prices that are mapped.",
    )
    columns: dict[str, FieldRule]

    @field_validator("columns", mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            k: {"column": v} if isinstance(v, (str, list, tuple)) else v for k, v in value.items()
        }

    @field_validator(
        "files", "recognised_by", "column_names", "header_until_filled", "id_from", mode="before"
    )
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            if value != "auto":
                codecs.lookup(value)
        except (LookupError, ValueError) as error:
            raise ValueError(
                f"{value!r} is no encoding; use auto, utf-8, cp1252, utf-16 ..."
            ) from error
        return value

    @field_validator("delimiter")
    @classmethod
    def _known_delimiter(cls, value: str) -> str:
        if value not in {"auto", "tab", "whitespace"} and (len(value) != 1 or not value.isascii()):
            raise ValueError(f"{value!r} is neither auto, tab, whitespace nor one character")
        return "tab" if value == "\t" else value

    @model_validator(mode="after")
    def _fields_fit_the_feed(self) -> SourceDefinition:
        known = FEED_FIELDS[self.feed]
        for name in self.columns:
            if name not in known:
                raise ValueError(f"columns.{name}: no such field{_nearest(name, known)}")
        for name in self.id_from:
            if name not in self.columns:
                raise ValueError(f"id_from: {name} is not mapped{_nearest(name, self.columns)}")
        packed = set(self.packed_lines.keys.values()) if self.packed_lines else set()
        for name in packed - set(known):
            raise ValueError(f"packed_lines.keys: no such field as {name}{_nearest(name, known)}")
        given = set(self.columns) | ({ID_FIELD[self.feed]} if self.id_from else set())
        given |= {"currency"} if self.currency else set()
        missing = [name for name in REQUIRED_FIELDS[self.feed] if name not in given]
        if missing:
            raise ValueError(f"columns: {self.feed} need {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _keys_fit_together(self) -> SourceDefinition:
        if self.header_rows == 0 and not self.column_names:
            raise ValueError("header_rows: 0 needs column_names")
        if self.thousands_mark == self.decimal_mark:
            raise ValueError(f"thousands_mark: {self.thousands_mark!r} is the decimal mark too")
        for name, rule in self.columns.items():
            if not (rule.headers or rule.matching or rule.default is not None):
                raise ValueError(f"columns.{name}: needs a column, a matching or a default")
        return self

    @property
    def fingerprint(self) -> str:
        """Hash of everything in the definition that can change what is read."""
        content = self.model_dump(mode="json", exclude={"description", "files", "extends"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _nearest(name: str, known: Any) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(known)}"
