"""Segments and lists in the exact shapes that other tools import, written for the owner's eyes only."""

from __future__ import annotations

import hashlib
import io
import math
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from reports.import_reach import POSTAL, completed
from reports.import_vendors import klaviyo, mailchimp, meta, with_json_arrays
from reports.lists import ListFile, csv_content, write_whole

SHAPES = ("plain", "klaviyo", "mailchimp", "meta")
FORMATS = ("csv", "parquet")
#: help.klaviyo.com 115005078967: "The maximum allowed file size is 50 MB."
KLAVIYO_LIMIT_BYTES = 50_000_000
#: Addresses of a plain list -> the consents of which one is enough to show them.
SHOWN_WITH = {
    "email": ("email_consent",),
    "phone": ("sms_consent", "phone_consent"),
    "push_token": ("push_consent",),
    "birthday": ("birthday_consent",),
    **dict.fromkeys(POSTAL, ("post_consent",)),
}


@dataclass(frozen=True)
class Shaped:
    """A list ready to be written.

    Attributes:
        rows: names of columns are unique.
        headers: of a CSV file; Meta's repeat.
        left_out: reason -> people of the source who are not in it.
        blanked: what was emptied in rows that stay -> people.
        warnings: what the vendor advises against.
        limit_bytes: largest file the vendor takes.
    """

    shape: str
    rows: pl.DataFrame
    headers: tuple[str, ...]
    left_out: dict[str, int]
    blanked: dict[str, int]
    warnings: tuple[str, ...] = ()
    limit_bytes: int | None = None


def shaped(
    people: pl.DataFrame, shape: str, *, purpose: str = "marketing", value_column: str | None = None
) -> Shaped:
    """A segment or list as another tool imports it.

    Klaviyo, Mailchimp and Meta get only people who agreed, each address once; who is left out is
    counted by reason. A plain list keeps everybody and shows an address only with consent to it.

    Args:
        people: one row per person: contact columns and `<channel>_consent` as known now (see
            `reports.import_reach`), `outcome` where one was decided; other columns as they are.
        shape: one of SHAPES.
        purpose: what the list was consented to for; only marketing makes a subscription.
        value_column: column of numbers for a value list of Meta's.

    Raises:
        ValueError: no such shape, or a value column that is none.
    """
    if shape not in SHAPES:
        raise ValueError(f"no shape {shape!r}; there are {', '.join(SHAPES)}")
    if value_column is not None and shape != "meta":
        raise ValueError(f"a value column belongs to the shape meta, not {shape}")
    if shape == "plain":
        return _plain(people)
    if shape == "meta":
        made, limit = meta(people, value_column), None
    elif shape == "klaviyo":
        made, limit = klaviyo(people, purpose), KLAVIYO_LIMIT_BYTES
    else:
        made, limit = mailchimp(people), None
    return Shaped(
        shape,
        made.rows,
        made.headers,
        made.found.left_out,
        made.found.blanked,
        made.warnings,
        limit,
    )


def write_shaped(
    shaped_list: Shaped, path: Path, file_format: str, *, byte_order_mark: bool = False
) -> list[ListFile]:
    """Write a list, readable by its owner alone; in parts where it is larger than the vendor takes.

    CSV is UTF-8. A mark at its start is for spreadsheets only: to an importer it would be part of
    the first header. Parquet holds the values as they are, without the apostrophes of CSV.

    Returns:
        The files, `list_part1.csv`, `list_part2.csv`, ... where there are several.

    Raises:
        ValueError: no such format, or a mark where an importer reads.
    """
    parts = contents(shaped_list, file_format, byte_order_mark=byte_order_mark)
    if len(parts) == 1:
        return [_written(path, *parts[0])]
    return [
        _written(path.with_name(part_name(path.name, number)), *part)
        for number, part in enumerate(parts, start=1)
    ]


def contents(
    shaped_list: Shaped, file_format: str, *, byte_order_mark: bool = False
) -> list[tuple[bytes, int]]:
    """What `write_shaped` writes, not written anywhere: bytes and rows of each part.

    Raises:
        ValueError: as `write_shaped`.
    """
    if file_format not in FORMATS:
        raise ValueError(f"no format {file_format!r}; there are {', '.join(FORMATS)}")
    if byte_order_mark and (shaped_list.shape != "plain" or file_format != "csv"):
        raise ValueError("a byte order mark belongs in a plain CSV file only")
    if file_format == "parquet":
        stream = io.BytesIO()
        shaped_list.rows.write_parquet(stream, compression="zstd")
        return [(stream.getvalue(), shaped_list.rows.height)]
    return _parts(shaped_list, shaped_list.rows, byte_order_mark)


def part_name(name: str, number: int) -> str:
    """`list.csv` in several parts: `list_part1.csv`, `list_part2.csv`, ..."""
    path = Path(name)
    return f"{path.stem}_part{number}{path.suffix}"


def _plain(people: pl.DataFrame) -> Shaped:
    """Everybody, addresses only with consent; who was written to by nobody shows none."""
    full = completed(people)
    allowed = pl.lit(True)
    if "outcome" in people.columns:
        allowed = pl.col("outcome").eq_missing("send")
    shown = full.with_columns(
        pl.when(allowed & pl.any_horizontal(consents)).then(column).alias(column)
        for column, consents in SHOWN_WITH.items()
    )
    lost = {
        column: int((full[column].is_not_null() & shown[column].is_null()).sum())
        for column in ("email", "phone", "push_token", "address_line", "birthday")
    }
    kept = [name for name in people.columns if not name.endswith("_refusal")]
    rows = with_json_arrays(shown.select(kept))
    return Shaped("plain", rows, tuple(rows.columns), {}, {k: n for k, n in lost.items() if n})


def _parts(
    shaped_list: Shaped, rows: pl.DataFrame, byte_order_mark: bool
) -> list[tuple[bytes, int]]:
    content = csv_content(rows, headers=shaped_list.headers, byte_order_mark=byte_order_mark)
    limit = shaped_list.limit_bytes
    if limit is None or len(content) <= limit or rows.height <= 1:
        return [(content, rows.height)]
    size = math.ceil(rows.height / math.ceil(len(content) / limit))
    size = min(size, rows.height - 1)
    return [
        part
        for start in range(0, rows.height, size)
        for part in _parts(shaped_list, rows.slice(start, size), byte_order_mark)
    ]


def _written(path: Path, content: bytes, rows: int) -> ListFile:
    write_whole(path, content, private=True)
    return ListFile(path, rows, hashlib.sha256(content).hexdigest())
