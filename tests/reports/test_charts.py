"""Charts of the mail are crisp and say why they are absent."""

from __future__ import annotations

import struct
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from reports import charts
from reports.charts import NoPicture, Picture
from reports.contexts import ReportContext, ReportError, load
from reports.drawing import money_ticks
from reports.formats import Formats

FORMATS = Formats("en_GB", "GBP")
DRAWN = (charts.retention_trend, charts.revenue, charts.cohorts)


@pytest.mark.parametrize("draw", DRAWN)
def test_a_chart_is_twice_as_fine_as_it_is_shown(context: ReportContext, draw: Callable) -> None:
    chart = draw(context, FORMATS)
    assert isinstance(chart, Picture)
    width, height = struct.unpack(">II", chart.png[16:24])
    assert width == 1200
    assert 450 < height < 1000
    assert len(chart.png) < 120_000


def test_a_chart_says_its_finding_units_n_and_date(context: ReportContext) -> None:
    finding = charts.retention_trend(context, FORMATS).finding
    assert finding.title == "71.8% of active customers stayed in September 2026"
    assert finding.subtitle == (
        "Share still active after each month (order in the last 90 days); "
        "n = 459 to 1,219 customers; complete months to 30 Sept 2026"
    )
    revenue = charts.revenue(context, FORMATS).finding
    assert revenue.title == "£48,214 net sales in September 2026, £29,299 from existing customers"
    assert "GBP; n = 812 orders" in revenue.subtitle


@pytest.mark.parametrize(
    ("largest", "labels"),
    [
        (905_000, {0: "0", 250_000: "250K", 500_000: "500K", 750_000: "750K"}),
        (9, {0: "0", 3: "3", 6: "6", 9: "9"}),
        (0, {0: "0"}),
        (-50, {0: "0"}),
    ],
)
def test_the_ticks_of_money_are_few_round_and_whole(largest: float, labels: dict) -> None:
    ticks = money_ticks(largest, FORMATS)
    assert ticks == labels
    assert all(isinstance(value, int) for value in ticks)  # 250000.0 would find no label


@pytest.mark.parametrize("draw", DRAWN)
def test_without_data_there_is_no_chart_but_a_reason(
    first_week: ReportContext, draw: Callable
) -> None:
    chart = draw(first_week, FORMATS)
    assert isinstance(chart, NoPicture)
    assert "yet" in chart.reason


def test_a_month_of_sales_below_zero_still_draws(tables: dict, make_context: Callable) -> None:
    for row in tables["rpt_revenue"]:
        row["net_sales_amount"] = row["existing_customer_net_sales_amount"] = Decimal(-5)
    chart = charts.revenue(make_context(tables), FORMATS)
    assert isinstance(chart, Picture)
    assert "from existing" not in chart.finding.title


def test_a_missing_table_or_column_is_told_by_name(context: ReportContext, tmp_path: Path) -> None:
    import polars as pl

    facts = {
        "as_of": context.as_of,
        "shop_name": "Shop",
        "currency": "GBP",
        "locale": "en",
        "run_id": "r",
        "definitions_version": "1",
    }
    path = tmp_path / "marts" / "rpt_nps.parquet"
    pl.read_parquet(path).drop("nps").write_parquet(path)
    with pytest.raises(ReportError, match=r"rpt_nps.parquet has no column nps; it has as_of"):
        load(tmp_path / "marts", **facts)
    path.unlink()
    with pytest.raises(ReportError, match=r"rpt_nps.parquet is missing: run `suki build`"):
        load(tmp_path / "marts", **facts)
