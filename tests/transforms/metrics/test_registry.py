"""A metric is defined once; marts, reports and documentation read the same words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from transforms.metrics import documentation, registry, rendering
from transforms.metrics.availability import load_catalogue
from transforms.yaml_files import YamlFileError

PROJECT = Path(__file__).resolve().parents[3]
MARTS = {path.stem: path for path in (PROJECT / "dbt_project/models/marts").glob("*.sql")}
METRICS = registry.load_registry()


def test_the_macro_says_what_the_registry_says() -> None:
    written = (PROJECT / rendering.MACRO_FILE).read_text(encoding="utf-8")
    assert written == rendering.render_readings(), "run `python -m transforms.metrics.rendering`"


def test_the_document_says_what_the_registry_says() -> None:
    written = (PROJECT / documentation.DOCUMENT).read_text(encoding="utf-8")
    assert written == documentation.render_document(PROJECT) + "\n", (
        "run `python -m transforms.metrics.documentation`"
    )


def test_the_readme_shows_what_each_source_can_answer() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert documentation.availability_table(PROJECT) in readme


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.metric)
def test_a_metric_reads_columns_that_its_mart_has(metric: registry.Metric) -> None:
    for reading in metric.readings:
        described = YAML(typ="safe").load(MARTS[reading.mart].with_suffix(".yml"))["models"][0]
        columns = {column["name"] for column in described["columns"]}
        expressions = reading.model_dump(exclude={"mart", "dimension", "period_type", "where"})
        used = {
            word
            for text in expressions.values()
            for word in re.findall(r"\b[a-z_]{4,}\b(?!\()", re.sub(r"'[^']*'", "", text))
        } - {
            "null",
            "bigint",
            "varchar",
            "date",
            "cast",
            "case",
            "when",
            "then",
            "else",
            "double",
            "interval",
        }
        assert used <= columns, (reading.mart, used - columns)


def test_every_question_of_the_catalogue_is_asked_once_and_answered_by_a_mart() -> None:
    questions = load_catalogue().questions
    assert [question.id for question in questions] == [f"M{n}" for n in range(1, 45)]
    named = {mart for question in questions for mart in question.answered_by}
    assert named <= MARTS.keys()


def test_a_share_of_things_counted_has_a_denominator() -> None:
    assert not [m.metric for m in METRICS if m.is_proportion and m.denominator is None]


def test_a_metric_defined_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (registry.FOLDER / "definitions/value.yml").read_text(encoding="utf-8")
    (tmp_path / "definitions").mkdir()
    for name in ("one.yml", "two.yml"):
        (tmp_path / "definitions" / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    registry.load_registry.cache_clear()
    with pytest.raises(YamlFileError, match=r"two\.yml: metric '.*' is defined twice"):
        registry.load_registry()
    registry.load_registry.cache_clear()
