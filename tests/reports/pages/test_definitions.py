"""Definitions and dictionary: every figure and column has an anchor that mails and cards link to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reports.pages import definitions, dictionary
from tests.reports.conftest import headline_rows
from tests.reports.pages.one_page import page_of, reading_of
from tests.reports.pages.reference_rows import REFERENCE


def metric(name: str, **columns: Any) -> dict[str, Any]:
    return {
        "metric": name,
        "metric_id": None,
        "title": f"Title of {name}",
        "definition": f"What {name} is.",
        "numerator_words": "kept",
        "denominator_words": "all",
        "unit": "share",
        "direction": "up",
        "owner": "executive",
        "is_proportion": True,
        "headline_position": None,
        "rests_on_active_days": False,
    } | columns


def benchmark(name: str, of_metric: str | None) -> dict[str, Any]:
    return {
        "benchmark": name, "metric": of_metric, "claim": f"{name} <80 %>.", "value": 0.8, "unit": "share",
        "source": "An article", "caveat": "Not checked.", "contradicted_by": None,
    }  # fmt: skip


TABLES = {
    "metric_definition": [
        metric("zeta", metric_id="M12", headline_position=2),
        metric("alpha", rests_on_active_days=True, unit="money", denominator_words=None),
        metric("beta", headline_position=1),
    ],
    "benchmark": [benchmark("Retail", "zeta"), benchmark("Others", None)],
}


def test_every_metric_is_defined_with_an_anchor_headlines_first(tmp_path: Path) -> None:
    html = page_of(definitions.PAGE, reading_of(tmp_path, TABLES))
    anchors = re.findall(r'id="define-(\w+)"', html)
    assert anchors == ["n", "interval", "absent", "complete", "beta", "zeta", "alpha"]
    assert "kept ÷ all" in html
    assert "a share, in percent &middot; more is better &middot; for the executives" in html
    assert "rests on the active window" in html


def test_every_headline_of_a_report_finds_its_anchor_even_undefined(tmp_path: Path) -> None:
    html = page_of(definitions.PAGE, reading_of(tmp_path, {"rpt_headline": headline_rows()}))
    for row in headline_rows():
        assert html.count(f'id="define-{row["metric"]}"') == 1, row["metric"]


def test_what_cannot_be_answered_says_what_is_missing(tmp_path: Path) -> None:
    html = page_of(definitions.PAGE, reading_of(tmp_path, TABLES))
    assert "cannot be answered yet" in html
    assert REFERENCE.questions[0].reason in html


def test_claims_of_others_stand_beside_their_figure_with_source_and_caveat(tmp_path: Path) -> None:
    html = page_of(definitions.PAGE, reading_of(tmp_path, TABLES))
    before_alpha, after_alpha = html.split('id="define-alpha"')
    assert "Retail &lt;80 %&gt;." in before_alpha
    assert "Others &lt;80 %&gt;." in after_alpha
    assert html.count("Not checked.") == 2


def test_the_search_looks_at_every_entry_and_is_hidden_without_scripts(tmp_path: Path) -> None:
    for module, entries in ((definitions, "<div data-entry"), (dictionary, "<tr data-entry")):
        html = page_of(module.PAGE, reading_of(tmp_path, TABLES))
        assert '<div class="seek" hidden><label for="seek">' in html
        assert html.count("data-entry") == html.count(entries) > 0
        assert '<script src="assets/filter.js" defer></script>' in html


def test_every_table_and_column_has_an_anchor(tmp_path: Path) -> None:
    html = page_of(dictionary.PAGE, reading_of(tmp_path, {}))
    for table in REFERENCE.tables:
        assert f'id="table-{table.name}"' in html
        for column in table.columns:
            assert f'id="{table.name}.{column.column_name}"' in html
            assert column.definition in html


def test_a_shop_without_metrics_still_explains_the_words(tmp_path: Path) -> None:
    html = page_of(definitions.PAGE, reading_of(tmp_path, {}))
    assert "95% interval" in html
    assert 'id="benchmarks"' not in html
