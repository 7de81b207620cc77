"""Reading a made-up file in one call; every reading must account for every row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from transforms.canonical import CANONICAL
from transforms.identity import person_key
from transforms.quarantine import quarantine_rows
from transforms.readers.context import ReadContext, ReadResult
from transforms.readers.definitions import load_definitions
from transforms.readers.raw import RefusedFileError
from transforms.readers.reading import choose, exported_at, read_file
from transforms.rules import rules_of
from transforms.sources import SourceDefinition

ARRIVED = datetime(2026, 1, 1, tzinfo=UTC)
SHOPIFY = [
    "Name",
    "Email",
    "Financial Status",
    "Paid at",
    "Fulfillment Status",
    "Fulfilled at",
    "Accepts Marketing",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Code",
    "Discount Amount",
    "Shipping Method",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem compare at price",
    "Lineitem sku",
    "Lineitem requires shipping",
    "Lineitem taxable",
    "Lineitem fulfillment status",
    "Billing Name",
    "Billing Street",
    "Billing Address1",
    "Billing Address2",
    "Billing Company",
    "Billing City",
    "Billing Zip",
    "Billing Province",
    "Billing Country",
    "Billing Phone",
    "Shipping Name",
    "Shipping Street",
    "Shipping Address1",
    "Shipping Address2",
    "Shipping Company",
    "Shipping City",
    "Shipping Zip",
    "Shipping Province",
    "Shipping Country",
    "Shipping Phone",
    "Notes",
    "Note Attributes",
    "Cancelled at",
    "Payment Method",
    "Payment Reference",
    "Refunded Amount",
    "Vendor",
    "Outstanding Balance",
    "Employee",
    "Location",
    "Device ID",
    "Id",
    "Tags",
    "Risk Level",
    "Source",
    "Lineitem discount",
    "Tax 1 Name",
    "Tax 1 Value",
    "Tax 2 Name",
    "Tax 2 Value",
    "Tax 3 Name",
    "Tax 3 Value",
    "Tax 4 Name",
    "Tax 4 Value",
    "Tax 5 Name",
    "Tax 5 Value",
    "Phone",
    "Receipt Number",
    "Duties",
    "Billing Province Name",
    "Shipping Province Name",
    "Payment ID",
    "Payment Terms Name",
    "Next Payment Due At",
    "Payment References",
]


@cache
def presets() -> tuple[SourceDefinition, ...]:
    return load_definitions([])


@dataclass(frozen=True)
class Reader:
    """Reads made-up files through the presets and the definitions of `folder`."""

    folder: Path

    def define(self, name: str, text: str) -> None:
        (self.folder / "sources").mkdir(exist_ok=True)
        (self.folder / "sources" / f"{name}.yml").write_text(text, encoding="utf-8")

    def __call__(
        self, content: str | bytes, name: str = "export.csv", feed: str = "orders"
    ) -> ReadResult:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        own = self.folder / "sources"
        definitions = load_definitions([own]) if own.is_dir() else presets()
        definition, records = choose(path, feed, definitions)
        told = exported_at(path, definition)
        key = person_key(b"a test key")
        context = ReadContext("file", name, ARRIVED, told, "Europe/Warsaw", "PHP", key, ("info",))
        result = read_file(path, definition, context, records)
        accounted = result.rows_accepted + result.rows_quarantined + result.rows_ignored
        assert result.rows_read == accounted
        known = {rule.name for table in CANONICAL.values() for rule in rules_of(table)}
        broken = result.failures.select(pl.concat_str("table", "column", "code", separator="."))
        assert set(broken.to_series()) <= known, "a rule the door in never counts"
        return result

    def refusal(self, content: str | bytes, name: str = "export.csv", feed: str = "orders") -> str:
        with pytest.raises(RefusedFileError) as caught:
            self(content, name, feed)
        return str(caught.value)


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


@pytest.fixture
def told() -> Callable[[ReadResult], list[str]]:
    """The quarantine messages of a reading."""

    def messages(result: ReadResult) -> list[str]:
        rows = quarantine_rows(
            result, file_id="file", file_name="export.csv", feed=result.definition.feed
        )
        return rows["message"].to_list()

    return messages


def _table(
    headers: list[str], rows: list[dict[str, str]], delimiter: str = ",", **options: int
) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n", **options)
    writer.writerow(headers)
    writer.writerows([row.get(header, "") for header in headers] for row in rows)
    return text.getvalue()


@pytest.fixture
def table() -> Callable[..., str]:
    """Delimited text of headers and rows."""
    return _table


def _order(number: int, *lines: dict[str, str], **cells: str) -> list[dict[str, str]]:
    """Rows of one Shopify order, its order cells on the first row only, as Shopify writes them."""
    lines = lines or ({"Lineitem quantity": "1", "Lineitem price": "10.00"},)
    shared = {
        "Name": f"#{number}",
        "Email": f"buyer{number}@example.com",
        "Created at": "2025-10-07 09:50:26 +0200",
    }
    first = {
        "Id": f"'721044830{number}",
        "Financial Status": "paid",
        "Currency": "PHP",
        "Subtotal": "10.00",
        "Shipping": "0.00",
        "Taxes": "0.00",
        "Total": "10.00",
        "Refunded Amount": "0.00",
        "Accepts Marketing": "yes",
        "Source": "web",
    }
    plain = {"Lineitem name": "Tea", "Lineitem sku": "'007"}
    rows = [shared | plain | line for line in lines]
    rows[0] = first | rows[0]
    for header, value in cells.items():
        rows[0][header.replace("_", " ")] = value
    return rows


@pytest.fixture
def order() -> Callable[..., list[dict[str, str]]]:
    return _order


@pytest.fixture
def shopify() -> Callable[..., str]:
    """A Shopify orders export of the given orders, 79 columns."""

    def text(*orders: list[dict[str, str]], without: tuple[str, ...] = (), **options: int) -> str:
        headers = [header for header in SHOPIFY if header not in without]
        return _table(headers, [row for rows in orders for row in rows], **options)

    return text
