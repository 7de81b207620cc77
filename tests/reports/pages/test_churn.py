"""The page on churn tells the published rates, limits and tests, and why one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.charts import NoPicture
from reports.formats import Formats
from reports.interactive import InteractiveChart
from reports.pages import churn
from reports.pages.churn_rows import CurvePoint
from reports.pages.survival import return_curves
from tests.reports.pages.conftest import full_rows
from tests.reports.pages.one_page import page_of, reading_of, row_of, rows_of

FORMATS = Formats("en_GB", "GBP")


@pytest.fixture
def values(tmp_path: Path) -> dict:
    return churn.values(reading_of(tmp_path, full_rows()))


@pytest.fixture
def html(tmp_path: Path) -> str:
    return page_of(churn.PAGE, reading_of(tmp_path, full_rows()))


def test_the_trend_has_finished_months_of_the_headline_window_alone(values: dict) -> None:
    chart = values["churn_trend"]
    assert isinstance(chart, InteractiveChart)
    assert chart.rows == (
        ("July 2026", "1,000", "281", "28.1%", "26.1% to 31.1%"),
        ("August 2026", "1,000", "295", "29.5%", "27.5% to 32.5%"),
        ("September 2026", "1,000", "282", "28.2%", "26.2% to 31.2%"),
    )
    assert chart.finding.title == "28.2% of active customers were lost in September 2026"
    assert "order in the last 90 days" in chart.finding.subtitle
    assert "n = 1,000 to 1,000 customers; complete months to 30 Sept 2026" in chart.finding.subtitle


def test_lapses_are_told_with_their_movement(values: dict) -> None:
    chart = values["lapse_trend"]
    assert isinstance(chart, InteractiveChart)
    assert chart.rows[-1] == (
        "September 2026", "802", "40", "11", "60", "791", "7.3%", "6.3% to 8.3%",
    )  # fmt: skip


def test_a_curve_says_who_came_back_and_ends_where_too_few_are_observed(values: dict) -> None:
    chart = values["return_curves"]
    assert isinstance(chart, InteractiveChart)
    # A line from 0 to 50 % over 400 days stands at 11.25 % on day 90.
    assert chart.finding.title.startswith(
        "11.2% of first orders are followed by another within 90 days, of later orders 20.2% to"
    )
    assert chart.rows[0][:2] == ("First order", "2,419")
    assert chart.rows[0][-1] == "45.6%"  # day 365 is observed by 2,054
    tenure = values["tenure_curve"]
    assert isinstance(tenure, InteractiveChart)
    assert tenure.rows[0][-1] == "too few"  # day 730 is not


def test_a_first_order_not_yet_ninety_days_old_makes_no_curve() -> None:
    points = [CurvePoint("next_order", "1", day, 1, 40 - day) for day in range(12)]  # type: ignore[arg-type]
    chart = return_curves(points, "4 Oct 2026", FORMATS)
    assert isinstance(chart, NoPicture)
    assert "fewer than 30 first orders are 90 days old" in chart.reason


def test_the_limits_in_force_are_told_and_why_one_is_missing(html: str) -> None:
    assert row_of(html, "All orders")[1:3] == ["91 days", "174 days"]
    assert 'title="the chance of another order never falls that low">none<' in html
    assert row_of(html, "Coffee <beans>")[2] == "174 days of all orders"
    assert "7,777" not in html
    assert "7777" not in html  # the next quarter's limits still form


def test_predictions_stand_beside_what_came_true(values: dict, html: str) -> None:
    chart = values["backtest"]
    assert isinstance(chart, InteractiveChart)
    assert chart.finding.title == "75.0% did not buy again where 76.7% were expected not to"
    assert chart.rows[0] == ("1", "200", "8.0%", "5.0%", "+3.0")
    assert [row for row in rows_of(html) if row[1:] == ["320", "84.0%", "81.0%", "+3.0"]]


def test_the_states_add_up_to_everybody(html: str) -> None:
    assert "n = 1,000 customers; as of 4 Oct 2026." in html
    for state, share in (("Lapsed", "2.0%"), ("Active", "50.0%")):
        assert state in html
        assert share in html


def test_a_product_without_returns_says_why_and_keeps_its_name_harmless(html: str) -> None:
    assert row_of(html, "Mug <b>large</b>")[1:4] == ["12", "n/a", "n/a"]
    assert "<b>large" not in html
    assert 'title="too few orders were followed by another"' in html
    assert row_of(html, "First order")[4] == "32.0% to 36.0%"


def test_without_a_finished_month_the_reason_is_told(tmp_path: Path) -> None:
    rows = full_rows()
    for row in rows["metric_observation"]:
        row |= {"metric_value": None, "reason_code": "history_shorter_than_A"}
    chart = churn.values(reading_of(tmp_path, rows))["churn_trend"]
    assert isinstance(chart, NoPicture)
    assert "history is still shorter" in chart.reason
