"""List files open in a spreadsheet without running what a customer typed."""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from reports.lists import write_list


def rows_of(path: Path) -> list[list[str]]:
    """The cells as a CSV reader sees them."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("x","y")',
        "+1",
        "-1+1",
        "@x",
        "\tx",
        "\rx",
        "\nx",
        "=",
        "-",
        "+63 917 123 4567",
        "+639171234567\n",
        "+639171234567|calc",
        "-1e5",
        "+1234567890123456",
    ],
)
def test_a_cell_a_spreadsheet_would_run_gets_an_apostrophe(tmp_path: Path, cell: str) -> None:
    written = write_list(pl.DataFrame({"name": [cell]}), tmp_path / "list.csv")
    assert rows_of(written.path) == [["name"], ["'" + cell]]


@pytest.mark.parametrize("cell", ["+639171234567", "+123456", "-1", "-12.50", "0917"])
def test_a_telephone_number_and_a_plain_number_need_no_apostrophe(
    tmp_path: Path, cell: str
) -> None:
    written = write_list(pl.DataFrame({"phone": [cell]}), tmp_path / "list.csv")
    assert rows_of(written.path)[1] == [cell]


@pytest.mark.parametrize("cell", ['Żółć, "Łódź"', "น้ำใจ", "O'Hara", "a=b", "1-2", "x@y", ""])
def test_ordinary_text_comes_back_as_it_was(tmp_path: Path, cell: str) -> None:
    written = write_list(pl.DataFrame({"name": [cell], "n": [1]}), tmp_path / "list.csv")
    assert rows_of(written.path)[1] == [cell, "1"]


def test_negative_numbers_and_dates_stay_numbers_and_dates(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"amount": [Decimal("-12.50")], "days": [-3], "day": [date(2026, 10, 4)], "none": [None]},
        schema_overrides={"amount": pl.Decimal(18, 4), "none": pl.String},
    )
    written = write_list(frame, tmp_path / "list.csv")
    assert rows_of(written.path)[1] == ["-12.5000", "-3", "2026-10-04", ""]


def test_categories_and_headers_are_made_safe_too(tmp_path: Path) -> None:
    frame = pl.DataFrame({"=cmd": ["@x"]}, schema={"=cmd": pl.Categorical})
    assert rows_of(write_list(frame, tmp_path / "list.csv").path) == [["'=cmd"], ["'@x"]]


def test_the_receipt_matches_the_file_and_the_order_is_kept(tmp_path: Path) -> None:
    frame = pl.DataFrame({"customer_id": ["c3", "c1", "c2"], "amount": [3, 1, 2]})
    written = write_list(frame, tmp_path / "deep" / "list.csv")
    content = written.path.read_bytes()
    assert content == b"customer_id,amount\nc3,3\nc1,1\nc2,2\n"
    assert written.rows == 3
    assert written.sha256 == hashlib.sha256(content).hexdigest()
    assert write_list(frame, written.path).sha256 == written.sha256
    assert [path.name for path in written.path.parent.iterdir()] == ["list.csv"]


def test_an_empty_list_is_a_header(tmp_path: Path) -> None:
    frame = pl.DataFrame(schema={"customer_id": pl.String, "amount": pl.Int64})
    written = write_list(frame, tmp_path / "list.csv")
    assert written.path.read_bytes() == b"customer_id,amount\n"
    assert written.rows == 0


def test_the_byte_order_mark_is_written_when_asked_for(tmp_path: Path) -> None:
    frame = pl.DataFrame({"name": ["Łódź"]})
    marked = write_list(frame, tmp_path / "list.csv", byte_order_mark=True)
    assert marked.path.read_bytes() == b"\xef\xbb\xbfname\n" + "Łódź\n".encode()


def test_a_column_of_lists_is_refused_by_name(tmp_path: Path) -> None:
    frame = pl.DataFrame({"customer_id": ["c1"], "tags": [["a", "b"]]})
    with pytest.raises(ValueError, match=r"list.csv.*tags"):
        write_list(frame, tmp_path / "list.csv")
    assert not (tmp_path / "list.csv").exists()
