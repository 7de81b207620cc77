"""The page on customer value counts what was brought, tests what is predicted, withholds the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.charts import NoPicture
from reports.interactive import InteractiveChart
from reports.pages import value
from tests.reports.pages.conftest import full_rows
from tests.reports.pages.one_page import page_of, reading_of, row_of


@pytest.fixture
def values(tmp_path: Path) -> dict:
    return value.values(reading_of(tmp_path, full_rows()))


@pytest.fixture
def html(tmp_path: Path) -> str:
    return page_of(value.PAGE, reading_of(tmp_path, full_rows()))


def test_the_distribution_is_the_published_one_debts_included(values: dict) -> None:
    chart = values["distribution"]
    assert isinstance(chart, InteractiveChart)
    assert chart.finding.title == "10.0% of customers brought 60.0% of all net sales to date"
    assert "n = 1,000 customers; orders to 4 Oct 2026" in chart.finding.subtitle
    assert chart.rows[0] == ("below £0", "10", "1.0%", "-£500.00", "-0.5%")
    assert chart.rows[-1] == ("£100.00 and more", "100", "10.0%", "£60,000", "60.0%")


def test_purchases_expected_stand_beside_those_that_came(values: dict) -> None:
    chart = values["calibration"]
    assert isinstance(chart, InteractiveChart)
    assert chart.finding.title == "The model expected 17.0% more purchases than came"
    assert "180 days from 8 Apr 2026" in chart.finding.subtitle
    assert "n = 720 customers" in chart.finding.subtitle
    assert chart.rows[0] == ("0", "600", "0.25", "0.20", "+25.0%")
    assert chart.rows[-1][0] == "7+"


def test_a_model_that_failed_is_withheld_with_its_reason(tmp_path: Path, html: str) -> None:
    assert "not used" in row_of(html, "Purchases (BG/NBD)")[0]
    assert "edge of what is allowed" in row_of(html, "Purchases (BG/NBD)")[0]
    rows = full_rows()
    for fit in rows["clv_model_fits"]:
        fit["is_used"] = False
    for test in rows["clv_backtest"]:
        test |= {"expected_purchases": None, "bias": None, "reason_code": "too_few_customers"}
    chart = value.values(reading_of(tmp_path, rows))["calibration"]
    assert isinstance(chart, NoPicture)
    assert "too few customers to fit a model to" in chart.reason


def test_a_figure_that_cannot_be_stated_says_why(html: str) -> None:
    assert "£123.46" in html
    assert "n/a: too few customers ordered again to fit a model to" in html


def test_a_channel_nobody_can_be_traced_to_has_no_ratio(html: str) -> None:
    assert row_of(html, "All channels")[1:5] == ["2,000", "£9,000", "£270,000", "£4.50"]
    assert row_of(html, "All channels")[5:] == ["30.0", "10.0", "n/a", "in month 2"]
    assert row_of(html, "tik<tok")[4:] == ["n/a"] * 5
    assert "the orders do not say which channel won them" in html


def test_one_customer_is_told_as_one(tmp_path: Path) -> None:
    rows = full_rows()
    rows["rpt_clv_distribution"] = [
        row | {"customer_count": int(place == 1), "amount": 30 * int(place == 1)}
        for place, row in enumerate(rows["rpt_clv_distribution"])
    ]
    chart = value.values(reading_of(tmp_path, rows))["distribution"]
    assert chart.finding.title == "100.0% of customers brought 100.0% of all net sales to date"
    assert "n = 1 customers" in chart.finding.subtitle
