"""Containers, encodings and delimiters: read exactly, or refused with a reason and a remedy."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import datetime
from decimal import Decimal

import polars as pl
import pytest
import xlsxwriter

from transforms.readers import files
from transforms.readers.text import read_delimited

PLAIN = "order_id,ordered_at,currency,sku,quantity,unit_price\n"
ROW = "1001,2025-10-07 09:50:26,PHP,007,2,3.50\n"
GOOD = PLAIN + ROW


def ids(result) -> list[str]:
    return result.tables["orders"]["order_id"].to_list()


def zipped(*members: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return content.getvalue()


def workbook(*rows: list[object], sheets: tuple[str, ...] = ("Orders",), skip: int = 0) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        dated = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        pages = [book.add_worksheet(name) for name in sheets]
        for i, row in enumerate(rows, start=skip):
            for j, cell in enumerate(row):
                if isinstance(cell, datetime):
                    pages[0].write_datetime(i, j, cell, dated)
                elif isinstance(cell, str):
                    pages[0].write_string(i, j, cell)
                elif cell is not None:
                    pages[0].write(i, j, cell)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", GOOD.encode()),
        ("a.csv", b"\xef\xbb\xbf" + GOOD.encode()),
        ("a.csv", GOOD.replace("\n", "\r\n").encode()),
        ("a.csv", GOOD.replace("\n", "\r").encode()),
        ("a.csv", GOOD.replace(",", ";").encode()),
        ("a.txt", GOOD.replace(",", "|").encode()),
        ("a.tsv", GOOD.replace(",", "\t").encode()),
        ("a.csv", GOOD.replace(",", "\t").encode("utf-16")),
        ("a.csv", b"\xff\xfe" + GOOD.replace(",", "\t").encode("utf-16-le")),
        ("a.csv.gz", gzip.compress(GOOD.encode(), mtime=0)),
        ("a.zip", zipped(("a.csv", GOOD.encode()), ("__MACOSX/._a.csv", b"x"))),
        ("a.csv", ("\n\n" + GOOD).encode()),
        ("a.csv", (",,,,,\n" + GOOD).encode()),
    ],
    ids="plain bom crlf cr semicolon pipe tsv utf16 utf16le gz zip blank_lines_above blank_cells_above".split(),  # noqa: SIM905
)
def test_the_same_rows_come_out_of_every_text_container(read, name, content):
    result = read(content, name)
    assert ids(result) == ["1001"]
    assert result.tables["order_lines"]["sku"].to_list() == ["007"]
    assert result.tables["orders"]["gross_amount"].to_list() == [Decimal("7")]


def test_a_file_that_is_not_utf8_is_read_and_the_guess_told(read):
    content = (PLAIN.replace("sku", "product_name") + ROW.replace("007", "Café crème")).encode(
        "cp1252"
    )
    result = read(content)
    assert result.tables["order_lines"]["product_name"].to_list() == ["Café crème"]
    assert "not UTF-8; read as" in result.assumptions[0]


def test_parquet_keeps_ids_that_became_floats_and_typed_times(read):
    content = io.BytesIO()
    pl.DataFrame(
        {
            "order_id": [1001.0, None],
            "ordered_at": [datetime(2025, 10, 7, 9, 50), datetime(2025, 10, 8)],
            "currency": ["PHP", "PHP"],
            "total_amount": [12.1, 7.0],
            "tags": [["a"], ["b"]],
        }
    ).write_parquet(content)
    result = read(content.getvalue(), "a.parquet")
    assert ids(result) == ["1001"]
    assert result.tables["orders"]["total_amount"].to_list() == [Decimal("12.1")]
    assert result.failures["row_number"].to_list() == [2]


def test_json_lines_keep_every_digit_and_number_rows_by_line(read, told):
    lines = [
        '{"order_id": 7210448301122, "ordered_at": "2025-10-07T09:50:26+02:00", "currency": "PHP", "total_amount": 33.10}',
        "",
        '{"order_id": 2, "ordered_at": "2025-10-07", "currency": "PHP", "total_amount": Infinity}',
        '{"order_id": 3, "ordered_at": "2025-10-07", "currency": "PHP", "total_amount": 1, "channel": "a\u2028b"}',
    ]
    result = read("\n".join(lines), "a.jsonl")
    assert ids(result) == ["7210448301122", "3"]
    assert "row 3, column total_amount: Infinity is unparseable" in told(result)[0]


def test_a_workbook_keeps_long_ids_leading_zeros_and_real_dates(read):
    header: list[object] = ["order_id", "ordered_at", "currency", "sku", "quantity", "unit_price"]
    content = workbook(
        header,
        [7410448301122, datetime(2025, 10, 7, 9, 50, 26), "PHP", "007", 2, 0.1 + 0.2],
        [None] * 6,
        [1001.0, datetime(2025, 3, 4), "PHP", "008", 1, 1],
        skip=2,
    )
    result = read(content, "a.xlsx")
    orders = result.tables["orders"]
    assert orders["order_id"].to_list() == ["7410448301122", "1001"]
    assert orders["row_number"].to_list() == [4, 6]
    assert orders["ordered_at"][1].strftime("%Y-%m-%d") == "2025-03-03"  # midnight in Warsaw
    assert result.tables["order_lines"]["unit_price"][0] == Decimal("0.3")
    assert result.ignored == {"blank row": 1}


def test_real_dates_of_a_workbook_need_no_declared_format(read):
    read.define(
        "till",
        "feed: orders\nfiles: till*\ncurrency: PHP\ncolumns:\n  order_id: No\n"
        "  ordered_at: {column: When, format: '%d/%m/%Y'}\n  total_amount: Total\n",
    )
    content = workbook(
        ["No", "When", "Total"], ["1", datetime(2025, 3, 4), 5], ["2", "05/03/2025", 6]
    )
    assert ids(read(content, "till.xlsx")) == ["1", "2"]


def test_the_sheet_that_was_read_is_told_and_a_wrong_one_refused(read):
    content = workbook(["order_id", "ordered_at", "currency", "total_amount"], ["1", "2025-10-07", "PHP", 5],
                       sheets=("Orders", "Notes"))  # fmt: skip
    assert "sheet 'Orders' was read of Orders, Notes" in read(content, "a.xlsx").assumptions[0]
    read.define(
        "till",
        "feed: orders\nfiles: till*\nsheet: Sales\ncurrency: PHP\ncolumns: {order_id: a, ordered_at: b, total_amount: c}\n",
    )
    assert (
        read.refusal(content, "till.xlsx") == "has no sheet 'Sales'; its sheets are Orders, Notes"
    )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "is empty (0 bytes); export it again"),
        ("a.csv", b"\xef\xbb\xbf", "holds no rows at all; export it again"),
        ("a.csv", b"\n\n  \n", "holds no rows at all; export it again"),
        ("a.csv", PLAIN.encode(), "has a header but no rows; nothing was exported"),
        ("a.csv", (PLAIN + "\n , ,\n").encode(), "has a header and only blank rows; nothing was exported"),
        ("a.csv", b"a\x00b\n", "holds NUL bytes"),
        ("a.csv", GOOD.encode("utf-16-le"), "declare `encoding: utf-16-le`"),
        ("a.csv", b"\x81\xff\x00\x9d" * 50, "is in no encoding Suki recognises (binary?)"),
        ("a.csv", (GOOD + "1002,2025-10-08,PHP,7,1,1,000\n").encode(), "row 3 has 7 cells but the header (row 1) 6"),
        ("a.csv", (GOOD + '1002,"2025-10-08,PHP,7,1,1\n1003,2025-10-08,PHP,7,1,1\n').encode(),
         "cannot be read past line 3: a quote that opens there is never closed"),
        ("a.csv", (GOOD + '1002,"x" y,PHP,7,1,1\n').encode(), "a quote inside a quoted cell is not doubled"),
        ("a.csv", zipped(("a.csv", b"x")), "is a zip archive or an XLSX workbook, though its name ends in .csv"),
        ("a.csv", workbook(["a"]), "is a zip archive or an XLSX workbook, though its name ends in .csv"),
        ("a.csv", gzip.compress(b"x", mtime=0), "is gzip-compressed, though its name ends in .csv"),
        ("a.csv", b"PAR1xxxx", "is a Parquet file, though its name ends in .csv"),
        ("a.csv", b"\xd0\xcf\x11\xe0xx", "is an old Excel workbook (.xls), though its name ends in .csv"),
        ("a.csv", b"<!DOCTYPE html><html>", "is a web page, not an export"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "is of an unknown kind (.xls); Suki reads CSV"),
        ("a.xlsx", b"no workbook", "is no readable XLSX workbook"),
        ("a.xlsx", workbook(), "holds an empty sheet 'Orders'"),
        ("a.parquet", b"PAR1 cut off", "is a damaged or truncated Parquet file"),
        ("a.jsonl", b'{"a": 1}\n{"a": \n', "line 2 is not valid JSON"),
        ("a.jsonl", b"[1]\n", "line 1 is not a JSON object"),
        ("a.csv.gz", gzip.compress(GOOD.encode() * 50, mtime=0)[:-20], "is a damaged or truncated gzip file"),
        ("a.csv.gz", b"no gzip", "is a damaged or truncated gzip file"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "unpacks to an empty file (0 bytes)"),
        ("a.zip", zipped(("a.csv", b"x"), ("b.csv", b"y")), "is a zip with 2 files (a.csv, b.csv)"),
        ("a.zip", zipped(("a.zip", zipped(("a.csv", b"x")))), "is a zip with a .zip file inside"),
        ("a.zip", zipped(("a.csv", GOOD.encode() * 50))[:-40], "is a damaged or truncated zip file"),
        ("a.zip", zipped(), "is a zip with 0 files (none)"),
        ("a.csv.gz", gzip.compress(b"0" * 2_000_000, mtime=0), "refused as a possible bomb"),
        ("a.zip", zipped(("a.csv", b"0" * 2_000_000)), "refused as a possible bomb"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_words(read, name, content, words):
    assert words in read.refusal(content, name)


def test_a_bomb_beyond_the_absolute_bound_is_never_cut_off_in_silence(read, monkeypatch):
    monkeypatch.setattr(files, "MAXIMUM_UNPACKED_BYTES", 500)
    content = gzip.compress((GOOD + ROW * 20).encode())
    assert "refused as a possible bomb" in read.refusal(content, "a.csv.gz")


def test_an_encrypted_zip_is_called_encrypted(read):
    content = bytearray(zipped(("a.csv", GOOD.encode())))
    content[6] |= 1  # the flag of the local header, and below that of the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert read.refusal(bytes(content), "a.zip") == (
        "is an encrypted zip; Suki knows no password, unpack it"
    )


def test_short_rows_are_rows_with_blank_cells(read):
    content = "order_id,ordered_at,currency,total_amount,country\n1,2025-10-07,PHP,5\n"
    assert ids(read(content)) == ["1"]


def test_blank_rows_are_ignored_and_counted(read):
    result = read(GOOD + "\n,,,,,\n  ,\n" + ROW.replace("1001", "1002"))
    assert result.ignored == {"blank row": 3}
    assert result.tables["orders"]["row_number"].to_list() == [2, 6]


def test_the_fast_and_the_slow_reader_agree_on_odd_quotes():
    text = 'a,b\n1,5" nail\n\n3,"x ""q"" y"\n'
    rows = read_delimited(text, ",").rows()
    assert rows == [(1, "a", "b"), (2, "1", '5" nail'), (3, None, None), (4, "3", 'x "q" y')]
