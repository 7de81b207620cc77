"""A chart states its finding, is drawn from aggregates alone, and is told without being seen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import vl_convert

from reports import plots
from reports.findings import Finding
from reports.interactive import interactive

PAGES = ("index", "cohorts", "churn", "value")
#: What a record of a chart may hold; a name or an identifier of a person is not among it.
FIELDS = {
    "actual", "amount", "between", "cohorts", "few", "group", "high", "interval", "label", "low",
    "name", "open", "order", "predicted", "rate", "share", "size", "sum", "text", "told_actual",
    "told_predicted", "total", "x", "y",
}  # fmt: skip


def figures(site: Path) -> list[str]:
    found = [
        figure
        for page in PAGES
        for figure in re.findall(
            r'<figure class="chart" id=.+?</figure>',
            (site / f"{page}.html").read_text(encoding="utf-8"),
            re.DOTALL,
        )
    ]
    assert len(found) == 11
    return found


def spec_of(figure: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json">(.+?)</script>', figure, re.DOTALL)
    return json.loads(found.group(1))


def records_of(part: Any) -> Iterator[dict[str, Any]]:
    """The records of a specification, wherever a layer keeps its own."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "values" and isinstance(value, list) and value and isinstance(value[0], dict):
                yield from value
            elif key == "datasets":
                yield from (record for own in value.values() for record in own)
            else:
                yield from records_of(value)
    elif isinstance(part, list):
        for value in part:
            yield from records_of(value)


def test_every_chart_states_a_finding_with_its_n_and_date(full_site: Path) -> None:
    titles = []
    for figure in figures(full_site):
        title, subtitle = re.search(
            r"<figcaption><h2>(.+?)</h2><p>(.+?)</p></figcaption>", figure
        ).groups()
        assert re.search(r"\d", title), title
        assert "n = " in subtitle, title
        assert re.search(r"20\d\d", subtitle), title
        titles.append(title)
    assert len(set(titles)) == len(titles)


def test_every_chart_can_be_read_without_being_seen(full_site: Path) -> None:
    for figure in figures(full_site):
        told = unescape(re.search(r'role="img" aria-label="([^"]+)"', figure).group(1))
        assert re.search(r"\d", told)
        assert re.search(r'<img class="still" src="assets/[a-z-]+\.png" width="\d+" ', figure)
        head = re.search(r"<thead><tr>(.+?)</tr></thead>", figure, re.DOTALL).group(1)
        rows = re.findall(r'<tr><th scope="row">.+?</tr>', figure, re.DOTALL)
        assert rows
        for row in rows:
            assert len(re.findall(r"<t[hd]", row)) == head.count("<th"), row


def test_every_chart_is_valid_and_holds_no_field_of_a_person(full_site: Path) -> None:
    for figure in figures(full_site):
        spec = spec_of(figure)
        assert "$schema" not in spec
        assert "param" not in json.dumps(spec)  # numbered by a counter: other bytes each time
        records = list(records_of(spec))
        assert records
        assert {field for record in records for field in record} <= FIELDS
        vl_convert.vegalite_to_vega(spec | {"width": 400}, vl_version=None)


def test_words_of_a_chart_cannot_end_its_script() -> None:
    from reports.formats import Formats
    from reports.render import environment

    templates = environment(Formats("en_GB", "GBP"))
    one = interactive(
        "odd",
        plots.columns([{"label": "</script><b>", "amount": 1.0}], {0: "0", 1: "1"}, {"label": "L"}),
        Finding("One & <two>", "n = 1; 4 Oct 2026"),
        told="One.",
        header=("Label", "Amount"),
        rows=[("</script>", "1")],
    )
    macro = templates.from_string(
        '{% from "site/_chart.html" import chart with context %}{{ chart(one) }}'
    )
    html = macro.render(one=one)
    assert html.count("</script>") == 1
    assert "One &amp; &lt;two&gt;" in html
    assert [record["label"] for record in records_of(spec_of(html))] == ["</script><b>"]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.62, 0.71, [0.62, 0.64, 0.66, 0.68, 0.7, 0.72]),
        (0.0, 470.0, [0, 100, 200, 300, 400, 500]),
        (-30.0, 470.0, [-100, 0, 100, 200, 300, 400, 500]),
        (0.0, 0.0, [0]),
    ],
)
def test_ticks_are_few_round_and_enclose_what_is_drawn(
    low: float, high: float, ticks: list[float]
) -> None:
    made = plots.steps(low, high, str)
    assert list(made) == ticks
