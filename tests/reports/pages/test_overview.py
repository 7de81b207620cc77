"""The overview tells the key figures goal by goal, with target and mark, and the exact sales."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.interactive import InteractiveChart
from reports.pages import index
from tests.reports.pages.conftest import full_rows
from tests.reports.pages.one_page import page_of, reading_of


@pytest.fixture
def html(tmp_path: Path) -> str:
    return page_of(index.PAGE, reading_of(tmp_path, full_rows()))


def test_every_key_figure_is_under_one_goal(html: str) -> None:
    goals = re.findall(r'<section class="goal">(.+?)</section>', html, re.DOTALL)
    assert [re.search("<h2>(.+?)</h2>", goal).group(1) for goal in goals] == [
        "Keep them", "Let them spend more", "Have them refer us",
    ]  # fmt: skip
    cards = re.findall(r'href="definitions.html#define-(\w+)"', html)
    assert len(cards) == len(set(cards)) >= 11
    assert "define-nps" in goals[2]
    assert "define-net_sales" in goals[1]
    assert "71.8%" in goals[0]


def test_the_charts_of_the_overview_are_the_published_months(tmp_path: Path, html: str) -> None:
    values = index.values(reading_of(tmp_path / "again", full_rows()))
    trend, sales = values["trend"], values["sales"]
    assert isinstance(trend, InteractiveChart)
    assert isinstance(sales, InteractiveChart)
    assert trend.finding.title == "71.8% of active customers stayed in September 2026"
    assert trend.rows[-1][-2:] == ("71.8%", "69.8% to 74.8%")
    assert sales.finding.title.startswith("£48,214 net sales in September 2026")
    assert "£48,213.50" in sales.rows[-1]
    assert "£48,213.50" in html


def test_the_first_week_says_what_is_not_known_yet(tmp_path: Path) -> None:
    html = page_of(index.PAGE, reading_of(tmp_path, {}))
    assert "No complete month yet." in html
    assert "No sales chart yet: there is no complete month." in html
    assert "No chart yet, it needs two complete months." in html
