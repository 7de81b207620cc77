"""Source definitions: how the columns of one kind of export become canonical fields.

A definition is a YAML file. Those Suki ships (presets) live in `transforms/readers/presets/`,
a shop's own in `config/sources/`; both are the same thing, and a shop's own may `extends:` a
preset. Mistakes are reported with file, line and the nearest valid key.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from transforms.fields import FEED_FIELDS, ID_FIELD, REQUIRED_FIELDS

PRESETS = Path(__file__).parent / "readers" / "presets"


class SourceError(Exception):
    """A source definition is wrong; the message names file, line and remedy."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldRule(_Strict):
    """How one canonical field is read from the file."""

    column: str | tuple[str, ...] | None = Field(
        None, description="Header, or headers of which the first present is taken."
    )
    matching: str | None = Field(
        None, description="Regular expression on headers, where the header is free text."
    )
    format: str | tuple[str, ...] | None = Field(
        None, description="Date or time format, in strptime's words."
    )
    timezone: str | None = Field(
        None, description="Zone of times without an offset, in this column."
    )
    remove: str | None = Field(
        None, description="Regular expression cut out of the value before it is read."
    )
    values: dict[str, str] = Field({}, description="The source's words -> ours.")
    default: str | None = Field(
        None, description="Value where the cell is empty or the column absent."
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
    matching: str
    reason: str


class PackedLines(_Strict):
    """Order lines packed into one cell each, in as many columns as the largest order needs."""

    columns: str = Field(description="Regular expression on headers, such as ^line_item_\\d+$.")
    pair_separator: str = "|"
    key_separator: str = ":"
    keys: dict[str, str] = Field(description="Key inside the cell -> line field.")


class SourceDefinition(_Strict):
    """One kind of export: which files, how they are written, which column is which field."""

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the source.")
    feed: Literal["orders", "surveys", "customers", "products", "deliveries", "exchange_rates"]
    extends: str | None = Field(None, description="Definition this one starts from.")
    description: str = ""
    files: tuple[str, ...] = Field(
        (), description="File name patterns; empty means recognised by header."
    )
    recognised_by: tuple[str, ...] = Field(
        (), description="Headers that tell this export from others."
    )

    encoding: str = Field("auto", description="auto, utf-8, cp1252, ...")
    delimiter: str = Field("auto", description="auto, tab, whitespace or the character.")
    sheet: str | None = Field(None, description="Sheet of a workbook; default the first.")
    header_rows: int = Field(
        1, ge=0, le=3, description="0: no header, then column_names are needed."
    )
    header_until_filled: tuple[str, ...] = Field(
        (), description="Rows below the header where this column is blank belong to the header."
    )
    header_style: Literal["first_row", "fill_right"] = "first_row"
    column_names: tuple[str, ...] = ()
    skip_top_rows: int = Field(0, ge=0, description="Rows above the header.")
    ignore_rows: tuple[IgnoreRule, ...] = ()

    layout: Literal["row_per_line", "row_per_order"] = "row_per_line"
    carry_down_by: str | None = Field(
        None, description="Header that groups rows whose order cells stand on the first row only."
    )
    packed_lines: PackedLines | None = None
    blank_continues: bool = Field(
        False, description="A row whose group cell is blank belongs to the order above."
    )
    id_from: tuple[str, ...] = Field(
        (), description="Fields an id is made of where the source has none."
    )
    id_space: str = Field(
        "shop",
        description="Sources with one id space mean the same person by the same customer id.",
    )
    exported_at: str | None = Field(
        None,
        description="Regular expression whose first group is the export date in the file name.",
    )

    timezone: str | None = Field(None, description="Zone of times without an offset.")
    currency: str | None = Field(
        None,
        pattern=r"^([A-Z]{3}|store)$",
        description="Currency where no column tells; store: the reporting currency.",
    )
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ",", ".", " ", "'"] = ""
    prices_include_tax: bool = False

    return_orders: str | None = Field(
        None, description="Regular expression on the order id of returns booked as documents."
    )
    negative_quantities: Literal["refuse", "return", "adjustment"] = "refuse"
    line_kinds: dict[Literal["shipping", "discount", "fee", "gift_card", "adjustment"], str] = (
        Field({}, description="Kind of line -> regular expression on the product code.")
    )
    survey_id: str | None = Field(None, description="Name of the survey; default the source's.")

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

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise ValueError(f"{value!r} is no IANA time zone, such as 'Europe/London'")
        return value

    @model_validator(mode="after")
    def _fields_fit_the_feed(self) -> SourceDefinition:
        known = FEED_FIELDS[self.feed]
        for name in self.columns:
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                hint = (
                    f"; did you mean {close[0]!r}?"
                    if close
                    else f"; fields of {self.feed}: {', '.join(known)}"
                )
                raise ValueError(f"columns.{name}: no such field{hint}")
        given = set(self.columns) | ({ID_FIELD[self.feed]} if self.id_from else set())
        given |= {"currency"} if self.currency else set()
        missing = [name for name in REQUIRED_FIELDS[self.feed] if name not in given]
        if missing:
            raise ValueError(f"columns: {self.feed} need {', '.join(missing)}")
        if self.header_rows == 0 and not self.column_names:
            raise ValueError("header_rows: 0 needs column_names")
        return self

    @property
    def fingerprint(self) -> str:
        """Hash of everything in the definition that can change what is read."""
        content = self.model_dump(mode="json", exclude={"description", "files", "extends"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def load_definitions(folders: Iterable[Path]) -> tuple[SourceDefinition, ...]:
    """All source definitions, a shop's own before the presets.

    Args:
        folders: folders of YAML files; of two files with one name the first folder's wins.

    Raises:
        SourceError: a file is no YAML, has an unknown key, or two files share a source name.
    """
    paths: dict[str, Path] = {}
    for folder in (*folders, PRESETS):
        for path in sorted(folder.glob("*.yml")) if folder.is_dir() else ():
            paths.setdefault(path.name, path)
    raw = {path: _read_yaml(path) for path in paths.values()}
    by_name: dict[str, tuple[Path, dict[str, Any]]] = {}
    for path, content in raw.items():
        name = str(content.get("source", path.stem))
        if name in by_name:
            raise SourceError(f"{path}: source {name!r} is already defined in {by_name[name][0]}")
        by_name[name] = (path, content)
    return (
        tuple(
            _definition(path, _inherit(path, content, by_name))
            for path, content in by_name.values()
        )
        + generic_definitions()
    )


def generic_definitions() -> tuple[SourceDefinition, ...]:
    """One definition per feed for files whose headers are Suki's own field names."""
    return tuple(
        SourceDefinition(
            source=f"generic_{feed}",
            feed=feed,  # type: ignore[arg-type]
            description="Headers are Suki's own field names.",
            recognised_by=REQUIRED_FIELDS[feed] or ("customer_id", "email"),
            columns={name: FieldRule(column=name) for name in fields},
        )
        for feed, fields in FEED_FIELDS.items()
    )


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise SourceError(f"{path}, line {line}: not valid YAML: {error.problem}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not UTF-8: {error}") from error
    if not isinstance(content, dict):
        raise SourceError(f"{path}: expected keys such as source, feed and columns")
    return content


def _inherit(
    path: Path, content: dict[str, Any], by_name: dict[str, tuple[Path, dict[str, Any]]]
) -> dict[str, Any]:
    parent_name = content.get("extends")
    if not parent_name:
        return content
    if parent_name not in by_name or parent_name == content.get("source"):
        close = difflib.get_close_matches(str(parent_name), by_name, 1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise SourceError(
            f"{path}{_line(content, 'extends')}: extends {parent_name!r}, which no file defines{hint}"
        )
    parent = _inherit(*by_name[parent_name], by_name)
    merged = dict(parent) | dict(content)
    merged["columns"] = dict(parent.get("columns", {})) | dict(content.get("columns", {}))
    return merged


def _definition(path: Path, content: dict[str, Any]) -> SourceDefinition:
    try:
        return SourceDefinition.model_validate({"source": path.stem} | dict(content))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise SourceError(f"{path}{_locate(content, problem)}: {_words(problem)}") from error


def _words(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        model = FieldRule if problem["loc"][0] == "columns" else SourceDefinition
        close = difflib.get_close_matches(str(problem["loc"][-1]), model.model_fields, 1)
        hint = (
            f"; did you mean {close[0]!r}?"
            if close
            else f"; known keys: {', '.join(model.model_fields)}"
        )
        return f"unknown key {where!r}{hint}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


def _locate(content: Any, problem: Any) -> str:
    """The line of the key a problem is about, as far down as the YAML reaches."""
    location = list(problem["loc"])
    if not location and str(problem["msg"]).startswith("Value error, columns."):
        location = ["columns", str(problem["msg"]).split("columns.")[1].split(":")[0]]
    found, node = "", content
    for part in location:
        if not hasattr(node, "lc") or not isinstance(node, dict) or part not in node:
            break
        found = _line(node, part)
        node = node[part]
    return found


def _line(node: Any, key: Any) -> str:
    try:
        return f", line {node.lc.key(key)[0] + 1}"
    except (AttributeError, KeyError):
        return ""
