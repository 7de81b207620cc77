"""The cohort page shows the published cells, marks the unfinished ones and averages none of them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from reports.charts import NoPicture
from reports.formats import Formats
from reports.interactive import InteractiveChart
from reports.pages import cohorts
from reports.pages.heat_views import Average, Cell, HeatView, views
from tests.reports.pages.analysis_tables import analysis_rows, cohort_cells
from tests.reports.pages.conftest import full_rows
from tests.reports.pages.one_page import page_of, reading_of

FORMATS = Formats("en_GB", "GBP")


@pytest.fixture
def values(tmp_path: Path) -> dict:
    return cohorts.values(reading_of(tmp_path, full_rows()))


def view_of(values: dict, grain: str, key: str) -> HeatView:
    (found,) = [v for v in values["views"] if (v.grain, v.measure.key) == (grain, key)]
    return found


def test_a_cell_shows_the_published_rate_and_tells_how_many_it_is_of(values: dict) -> None:
    view = view_of(values, "month", "period")
    assert [row.label for row in view.rows] == ["May 26", "Jun 26", "Jul 26", "Aug 26", "Sept 26"]
    first = view.rows[0].cells[0]
    assert (first.text, first.level) == ("30", 3)
    assert first.told == "30.0%, 12 of 40 customers (95% interval 29.0% to 31.0%)"
    assert {row.size for row in view.rows} == {"40"}


def test_an_unfinished_cell_has_no_colour_and_says_so(values: dict) -> None:
    view = view_of(values, "month", "period")
    running = view.rows[0].cells[4]
    assert running.level is None
    assert running.told.endswith("; not finished, in no average")
    assert view.has_unfinished
    assert view.rows[1].cells[4] is None  # a month not begun
    # Published for offsets 1 to 4 over finished cells; the running fifth month has none.
    assert view.averages == ("30", "25", "20", "15", "")


def test_each_measure_shows_its_own_rows(values: dict) -> None:
    again = view_of(values, "month", "again")
    assert again.offsets[0] == 0  # a second order can come in the first month
    assert again.rows[0].cells[1].told.startswith("15.0%, 6 of 40")
    sales = view_of(values, "month", "sales")
    assert sales.rows[0].cells[1].told == "£3,000 net sales, 12 of 40 customers"
    assert sales.averages == ()
    assert not [v for v in values["views"] if v.measure.key == "later"]  # none was published


def test_weeks_are_a_view_of_their_own(values: dict) -> None:
    week = view_of(values, "week", "period")
    assert [row.label for row in week.rows] == ["7 Sept 2026"]
    assert week.rows[0].cells[0].text == "15"


def test_more_cohorts_than_fit_leave_the_newest() -> None:
    sample = cohort_cells()[0]
    columns = set(Cell.__dataclass_fields__)
    rows = [
        Cell(**{k: v for k, v in sample.items() if k in columns}
             | {"cohort_start": date(2020 + month // 12, month % 12 + 1, 1), "rate": Decimal("0.1"),
                "period_offset": 1})
        for month in range(40)
    ]  # fmt: skip
    (view, _sales) = views(rows, (), FORMATS)
    assert len(view.rows) == 24
    assert view.rows[-1].label == "Apr 23"


def test_the_average_curve_is_the_published_average(values: dict) -> None:
    chart = values["average_curve"]
    assert isinstance(chart, InteractiveChart)
    # Offsets 3 and 4 rest on two cohorts and one: too few to speak for the shop.
    assert chart.rows == (
        ("1", "30.0%", "5.0% to 40.0%", "160", "4"),
        ("2", "25.0%", "5.0% to 40.0%", "120", "3"),
    )
    assert chart.finding.title == "30.0% of new customers order in month 1, 25.0% in month 2"


def test_sales_per_customer_are_sums_over_cohorts_that_lived_the_month(values: dict) -> None:
    chart = values["sales_curves"]
    assert isinstance(chart, InteractiveChart)
    # 5, 4 and 3 cohorts of 40; from month 3 on less than half of the 200 customers.
    assert chart.rows == (("0", "£100.00", "200"), ("1", "£125.00", "160"), ("2", "£150.00", "120"))
    assert (
        chart.finding.title == "A customer brings £100.00 in the first month and £150.00 by month 2"
    )


def test_no_average_of_unfinished_cells_enters_a_curve(tmp_path: Path) -> None:
    rows = full_rows()
    for row in rows["revenue_cohort"]:
        row["cell_status"] = "partial"
    assert isinstance(cohorts.values(reading_of(tmp_path, rows))["sales_curves"], NoPicture)


def test_the_switches_name_only_views_there_are(tmp_path: Path) -> None:
    html = page_of(cohorts.PAGE, reading_of(tmp_path, full_rows()))
    assert re.findall(r'id="(?:grain|measure)-(\w+)"', html) == [
        "month", "week", "period", "again", "sales",
    ]  # fmt: skip
    shown = re.findall(r'<div class="view (\w+ \w+)">', html)
    assert shown == ["month period", "month again", "month sales", "week period", "week sales"]


def test_one_customer_makes_a_table_and_no_curve(tmp_path: Path) -> None:
    rows = full_rows() | {name: [] for name in analysis_rows()}
    rows["retention_cohort"] = [
        row | {"cohort_size": 1, "customers": 1, "rate": 1.0}
        for row in cohort_cells()[:4]
        if row["measure"] == "n_period"
    ]
    html = page_of(cohorts.PAGE, reading_of(tmp_path, rows))
    assert "1 of 1 customers" in html
    assert html.count('class="chart absent"') == 2


def test_an_average_without_cohorts_is_left_blank() -> None:
    average = Average(
        cohort_grain="month", measure="n_period", minimum_occasions=1, period_offset=1,
        cohort_count=0, cohort_size=0, customers=0, rate=None, interval_low=None,
        interval_high=None,
    )  # fmt: skip
    assert isinstance(cohorts.average_curve([average], "4 Oct 2026", FORMATS), NoPicture)
