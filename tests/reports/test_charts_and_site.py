"""Charts are crisp and say why they are absent; the site opens from a folder, offline."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import pytest

from reports import charts
from reports.charts import NoPicture, Picture
from reports.contexts import ReportContext, ReportError, load
from reports.drawing import money_ticks
from reports.formats import Formats
from reports.preview import main, write_previews
from reports.reference import (
    Answerable,
    Claim,
    ColumnEntry,
    Reference,
    TableEntry,
    VendorFigure,
)
from reports.render import render_mail, write_rendered
from reports.site import write_site

FORMATS = Formats("en_GB", "GBP")
DRAWN = (charts.retention_trend, charts.revenue, charts.cohorts)
REFERENCE = Reference(
    tables=(
        TableEntry(
            "nps",
            "One row per survey.",
            (ColumnEntry("nps", 1, "nps", "double", "points", False, "Score.", "One row per survey."),),
        ),
    ),
    questions=(
        Answerable("M12", 12, "Spend", "nps", "unavailable", "needs the feed marketing_spend"),
    ),
    claims=(Claim("strong_80", "80 % is strong.", "An article", "No definition.", None),),
    vendors=(
        VendorFigure(
            "shopify", "returning_customer_rate", "month", date(2026, 9, 30), "All of history.", "help pages",
            Decimal(200), Decimal("0.375"), None, "returning_customer_share", Decimal("0.3"), Decimal("0.075"),
            "Guests are left out.", 210, 40, 1, 2, 3, 4,
        ),
    ),
)  # fmt: skip
FILES = ["segments/loyal.csv", "segments/loyal.parquet", "lists/reorder.csv", "lists/a b#c.csv"]


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


def test_every_link_of_the_site_leads_somewhere(context: ReportContext, tmp_path: Path) -> None:
    site = tmp_path / "run" / "site"
    for name in FILES:
        (tmp_path / "run" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "run" / name).touch()
    written = write_site(context, REFERENCE, site, FILES)
    pages = [path for path in written if path.suffix == ".html"]
    assert len(pages) == 7
    anchors = {
        page.name: set(re.findall(r'id="([^"]+)"', page.read_text("utf-8"))) for page in pages
    }
    links = 0
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert not re.search(r"https?://|<script|@import|url\(", html)
        for address in re.findall(r'(?:href|src)="([^"]+)"', html):
            target, _hash, anchor = address.partition("#")
            if target == "data:,":
                continue
            target = target or page.name
            assert (site / unquote(target)).is_file(), f"{page.name}: {address}"
            assert not anchor or anchor in anchors[target], f"{page.name}: {address}"
            links += 1
    assert links > 30


def test_the_site_offers_the_files_and_the_exact_figures(
    context: ReportContext, tmp_path: Path
) -> None:
    write_site(context, REFERENCE, tmp_path, FILES)
    lists = (tmp_path / "lists.html").read_text(encoding="utf-8")
    assert '<a href="../segments/loyal.csv" download>CSV</a>' in lists
    assert '<a href="../segments/loyal.parquet" download>PARQUET</a>' in lists
    assert "no file" in lists
    quality = (tmp_path / "quality.html").read_text(encoding="utf-8")
    assert "unknown currency" in quality
    assert "498,213.77" in quality
    assert "£48,213.50" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_another_system_s_number_stands_beside_ours_with_the_rule(
    context: ReportContext, tmp_path: Path
) -> None:
    write_site(context, REFERENCE, tmp_path)
    page = (tmp_path / "vendors.html").read_text(encoding="utf-8")
    for told in ("37.5%", "30.0%", "+7.5", "All of history.", "40 of guests"):
        assert told in page, told


def test_a_question_without_its_data_shows_what_is_missing(
    context: ReportContext, tmp_path: Path
) -> None:
    write_site(context, REFERENCE, tmp_path)
    page = (tmp_path / "questions.html").read_text(encoding="utf-8")
    assert "needs the feed marketing_spend" in page
    assert "No definition." in page


def test_the_site_of_a_first_week_is_truthful_and_repeatable(
    first_week: ReportContext, tmp_path: Path
) -> None:
    once = {path.name: path.read_bytes() for path in write_site(first_week, REFERENCE, tmp_path)}
    twice = {path.name: path.read_bytes() for path in write_site(first_week, REFERENCE, tmp_path)}
    assert once == twice
    assert "No complete month yet." in once["index.html"].decode()
    assert not [name for name in once if name.endswith(".png")]


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


def test_a_preview_is_one_page_with_its_pictures_inside(
    context: ReportContext, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    write_rendered(render_mail(context), tmp_path / "run" / "reports", "kpi")
    (page,) = write_previews(tmp_path / "run", tmp_path / "out")
    html = page.read_text(encoding="utf-8")
    assert "cid:" not in html
    assert html.count("data:image/png;base64,") == 2
    assert main([str(tmp_path / "nowhere"), str(tmp_path / "out")]) == 1
    assert "run `suki report` first" in capsys.readouterr().err
    assert main([]) == 2
