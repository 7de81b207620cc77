"""Real exports, where the machine has them, read to the published number of responses and sums."""

from __future__ import annotations

import tarfile
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).parents[3]
REAL = ROOT.parent / "shared" / "data"
EXAMPLES = ROOT / "config" / "sources" / "examples"
ARCHIVE = ROOT / "tests" / "data" / "online_retail" / "by-day.tar.xz"


def content_of(name: str) -> bytes:
    if not (REAL / name).is_file():
        pytest.skip(f"{name} is not on this machine (../shared/data)")
    return (REAL / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "source", "responses"),
    [
        ("typeform/2016-new-coders-survey-part-1.csv", "typeform", 15_653),
        ("surveymonkey/comma-survey.csv", "surveymonkey_old", 1_129),
        ("surveymonkey/flying-etiquette.csv", "surveymonkey_old", 1_040),
        ("surveymonkey/food-world-cup-data.csv", "surveymonkey_old", 1_373),
        ("surveymonkey/thanksgiving-2015-poll-data.csv", "surveymonkey_old", 1_058),
        ("surveymonkey/weather-check.csv", "surveymonkey_old", 928),
        ("qualtrics/sample.csv", "qualtrics", 1),
        ("qualtrics/sample_legacy.csv", "qualtrics_legacy", 1),
    ],
)
def test_a_real_survey_reads_to_its_number_of_responses(read, name, source, responses):
    result = read(content_of(name), feed="surveys")
    assert result.definition.source == source
    assert result.tables["responses"].height == responses
    assert (result.rows_accepted, result.rows_quarantined) == (responses, 0)


@pytest.mark.parametrize(
    ("name", "example", "rows", "customers", "amount"),
    [
        ("CDNOW_master.txt", ("cdnow",), 69_659, 23_570, "2500315.63"),
        ("CDNOW_sample.txt", ("cdnow", "cdnow_sample"), 6_919, 2_357, "244091.94"),
    ],
)
def test_cdnow_reads_to_its_published_totals(read, name, example, rows, customers, amount):
    content = content_of(f"cdnow/{name}")
    for source in example:
        read.define(source, (EXAMPLES / f"{source}.yml").read_text())
    orders = read(content, name).tables["orders"]
    assert orders["order_id"].n_unique() == orders.height == rows
    assert orders["customer_ref_key"].n_unique() == customers
    assert orders["gross_amount"].sum() == Decimal(amount)


def test_online_retail_days_read_to_the_last_line(read):
    """Three days of the archive; the end-to-end tests read all 305 to the published totals."""
    read.define("online_retail", (EXAMPLES / "online_retail.yml").read_text())
    with tarfile.open(ARCHIVE) as archive:
        days = sorted((m for m in archive if m.name.endswith(".csv")), key=lambda m: m.name)[:3]
        contents = [archive.extractfile(day).read() for day in days]
    for content in contents:
        result = read(content, "day.csv")
        assert result.rows_accepted == result.rows_read == content.count(b"\n") - 1
        lines = result.tables["order_lines"]
        returns = result.tables["orders"].filter(order_kind="return")["order_id"]
        assert returns.str.starts_with("C").all()
        assert set(lines.filter(pl.col("sku") == "POST")["line_kind"]) <= {"shipping"}
