"""Bad input through the command line: a clear sentence and the right exit code, never a traceback."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end import commands

HEAD = "order_id,ordered_at,currency,quantity,unit_price\n"
GOOD = "1,2025-10-07 09:00:00,PHP,1,5\n"
SURVEY = "response_id,submitted_at,score\na,2025-10-07,9\nb,2025-10-07,11\n"
FILES: dict[str, bytes] = {
    "orders/a_good.csv": (HEAD + GOOD).encode(),
    "orders/b_missing_column.csv": (HEAD + GOOD).replace("ordered_at", "orderd_at").encode(),
    "orders/c_unreadable_encoding.csv": b"\x81\xff\x00\x9d" * 50,
    "orders/d_empty.csv": b"",
    "orders/e_header_only.csv": HEAD.encode(),
    "orders/f_truncated.csv.gz": gzip.compress((HEAD + GOOD * 50).encode())[:-12],
    "orders/g_ambiguous_date.csv": (HEAD + GOOD).replace("2025-10-07", "03/04/2025").encode(),
    "orders/h_wrong_extension.csv": gzip.compress(GOOD.encode()),
    "orders/i_rows.csv": (
        HEAD
        + "2,tomorrow,PHP,1,5\n3,2025-10-07,PHP,-1,5\n4,2025-10-07,DOUBLOONS,1,5\n,2025-10-07,PHP,1,5\n"
        "7.41E+12,2025-10-07,PHP,1,5\n7,2025-10-07,PHP,1,5\n"
    ).encode(),
    "surveys/j_scores.csv": SURVEY.encode(),
}


def suki(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = commands.suki(home, *arguments)
    assert "Traceback" not in done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("shop")
    for name, content in FILES.items():
        path = home / "landing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    done = suki(home, "ingest")
    assert done.returncode in {0, 3}, done.stderr
    return home, " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    "sentence",
    [
        "read landing/orders/a_good.csv as generic_orders: 1 rows read, 1 accepted",
        "refused: landing/orders/b_missing_column.csv has a header no source for orders knows; closest is "
        "'generic_orders', but the file lacks 'ordered_at' (closest header: 'orderd_at')",
        "refused: landing/orders/c_unreadable_encoding.csv is in no encoding Suki recognises (binary?); save it as UTF-8",
        "refused: landing/orders/d_empty.csv is empty (0 bytes); export it again",
        "refused: landing/orders/e_header_only.csv has a header but no rows; nothing was exported",
        "refused: landing/orders/f_truncated.csv.gz is a damaged or truncated gzip file",
        "refused: landing/orders/g_ambiguous_date.csv column 'ordered_at', row 2: '03/04/2025 09:00:00' could be day-month",
        "refused: landing/orders/h_wrong_extension.csv is gzip-compressed, though its name ends in .csv; rename it to .csv.gz",
        "read landing/orders/i_rows.csv as generic_orders: 6 rows read, 1 accepted, 5 quarantined",
        "read landing/surveys/j_scores.csv as generic_surveys: 2 rows read, 1 accepted, 1 quarantined",
    ],
)
def test_every_bad_file_is_told_in_one_sentence_and_the_others_are_read(ingested, sentence):
    assert sentence in ingested[1]


@pytest.mark.parametrize(
    ("feed", "row", "words"),
    [
        ("orders", 2, "column ordered_at: tomorrow is unparseable"),
        ("orders", 3, "column quantity: -1.0000 is negative"),
        ("orders", 4, "column currency: DOUBLOONS is unknown currency"),
        ("orders", 5, "column order_id: (empty) is missing"),
        ("orders", 6, "column order_id: 7.41E+12 is excel mangled"),
        ("surveys", 3, "column score: 11 is out of range"),
    ],
)
def test_every_bad_row_is_in_quarantine_with_row_column_value_and_remedy(
    ingested, feed, row, words
):
    import polars as pl

    files = (ingested[0] / "quarantine" / feed).glob("*.parquet")
    found = pl.concat([pl.read_parquet(path) for path in files]).filter(row_number=row)
    (message,) = found["message"].to_list()
    assert f"row {row}, {words}; the whole " in message
    assert " is held back: " in message


def test_a_typo_in_a_mapping_names_file_line_and_key_and_nothing_is_read(tmp_path):
    home = tmp_path / "home"
    sources = home / "config" / "sources"
    sources.mkdir(parents=True)
    (home / "landing" / "orders").mkdir(parents=True)
    (sources / "till.yml").write_text("feed: orders\ncurrency: PHP\ncolums:\n  order_id: No\n")
    done = suki(home, "ingest")
    assert done.returncode == 2
    told = " ".join((done.stdout + done.stderr).split())
    assert "till.yml, line 3: unknown key 'colums'; did you mean 'columns'?" in told


def test_a_landing_folder_that_does_not_exist_is_bad_configuration(tmp_path):
    done = suki(tmp_path / "nowhere", "ingest")
    assert done.returncode == 2
    assert "does not exist. Make landing/orders/ there" in " ".join(
        (done.stdout + done.stderr).split()
    )
