"""The dbt project keeps its own house rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from transforms.source_yaml import SOURCES_FILE, render_sources

PROJECT_ROOT = Path(__file__).resolve().parents[2]
DBT_PROJECT = PROJECT_ROOT / "dbt_project"
MODELS = sorted((DBT_PROJECT / "models").rglob("*.sql"))
MACROS = sorted((DBT_PROJECT / "macros").glob("*.sql"))
SQL_FILES = sorted(DBT_PROJECT.rglob("*.sql"))


def _described(model: Path) -> dict:
    return YAML(typ="safe").load(model.with_suffix(".yml"))["models"][0]


def test_sources_yaml_says_what_the_contract_says() -> None:
    assert (PROJECT_ROOT / SOURCES_FILE).read_text(encoding="utf-8") == render_sources(), (
        "run `python -m transforms.source_yaml`"
    )


def test_project_parses_without_warning(dbt) -> None:
    assert dbt.parse_messages == []


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_model_has_a_yaml_of_its_own_that_states_the_grain_first(model: Path) -> None:
    described = _described(model)
    assert described["name"] == model.stem
    assert described["description"].startswith("One row"), described["description"]


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_every_column_a_yaml_names_is_described(model: Path) -> None:
    undescribed = [c["name"] for c in _described(model).get("columns", []) if not c["description"]]
    assert undescribed == []


def test_every_table_people_or_scores_read_has_an_enforced_contract(dbt) -> None:
    tables = [
        node
        for node in dbt.manifest.nodes.values()
        if node.resource_type == "model" and node.config.materialized == "table"
    ]
    assert len(tables) > 20
    assert [node.name for node in tables if not node.contract.enforced] == []


def test_every_model_belongs_to_exactly_one_pass(dbt) -> None:
    tags = {
        node.name: set(node.tags) & {"facts", "marts"}
        for node in dbt.manifest.nodes.values()
        if node.resource_type in {"model", "seed", "test"}
    }
    assert {name: found for name, found in tags.items() if len(found) != 1} == {}


@pytest.mark.parametrize("sql_file", SQL_FILES, ids=lambda path: path.stem)
def test_sql_file_is_shorter_than_100_lines(sql_file: Path) -> None:
    assert len(sql_file.read_text(encoding="utf-8").splitlines()) < 100


@pytest.mark.parametrize("macro", MACROS, ids=lambda path: path.stem)
def test_macro_has_a_caller(macro: Path) -> None:
    if "{% materialization" in macro.read_text(encoding="utf-8"):
        return  # dbt calls it, for every model of that kind
    others = [path.read_text(encoding="utf-8") for path in SQL_FILES if path != macro]
    assert any(re.search(rf"\b{macro.stem}\(", text) for text in others)


@pytest.mark.parametrize("sql_file", SQL_FILES, ids=lambda path: path.stem)
def test_no_sql_asks_the_clock(sql_file: Path) -> None:
    clock = re.search(
        r"\b(current_date|current_timestamp|now\(|today\()",
        sql_file.read_text(encoding="utf-8"),
    )
    assert clock is None
