"""Targets and benchmarks: a mistake is told with file, line and the nearest word."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.targets import benchmarks_table, targets_table
from transforms.yaml_files import YamlFileError

PROJECT = Path(__file__).resolve().parents[2]


def _file(folder: Path, text: str) -> Path:
    path = folder / "targets.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_step_and_a_value_are_both_targets(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "targets:\n"
        "  - {metric: retention_rate, period_type: quarter, valid_from: 2026-01-01, step: 0.02}\n"
        "  - {metric: nps, period_type: trailing_90, valid_from: 2026-01-01, value: 40}\n",
    )
    rows = targets_table(path).rows_by_key("metric", named=True)
    assert rows["nps"][0]["target_value"] == 40
    assert rows["retention_rate"][0]["step_value"] == 0.02


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "targets:\n  - {metric: retention_rat, valid_from: 2026-01-01, value: 1}\n",
            r"targets\.yml, line 2: no such metric as 'retention_rat'; did you mean 'retention_rate'\?",
        ),
        (
            "targets:\n  - metric: nps\n    valid_from: 2026-01-01\n    valeu: 40\n",
            r"targets\.yml, line 4: unknown key 'targets\.0\.valeu'; did you mean 'value'\?",
        ),
        (
            "targets:\n  - {metric: nps, valid_from: 2026-01-01}\n",
            r"line 2: targets\.0: give either value, the figure to reach, or step",
        ),
        (
            "targets:\n  - {metric: nps, valid_from: soon, value: 40}\n",
            r"line 2: targets\.0\.valid_from: .* \(it is 'soon'\)",
        ),
        (
            "targets:\n"
            "  - {metric: nps, valid_from: 2026-01-01, value: 40}\n"
            "  - {metric: nps, valid_from: 2026-01-01, value: 50}\n",
            r"nps has two targets for the month from 2026-01-01; keep one",
        ),
        ("targets:\n\t- nps\n", r"line 2: not valid YAML: .*spaces, never tabs"),
        ("just words\n", r"expected keys such as targets"),
    ],
)
def test_a_mistake_names_its_place_and_the_remedy(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(YamlFileError, match=told):
        targets_table(_file(tmp_path, text))


def test_a_shop_without_targets_has_none() -> None:
    assert targets_table(None).is_empty()
    assert targets_table(PROJECT / "config/targets.yml").is_empty()


def test_the_shipped_benchmarks_each_have_a_source_and_a_caveat() -> None:
    shipped = benchmarks_table(PROJECT / "config/benchmarks.yml")
    assert shipped.height >= 20
    assert shipped["source"].null_count() == shipped["caveat"].null_count() == 0


def test_claims_that_cannot_both_be_true_name_each_other() -> None:
    shipped = benchmarks_table(PROJECT / "config/benchmarks.yml")
    pairs = set(shipped.drop_nulls("contradicted_by").select("benchmark", "contradicted_by").rows())
    assert ("retention_retail_63", "retention_ecommerce_30") in pairs
    assert pairs == {(right, left) for left, right in pairs}


def test_a_claim_that_contradicts_nobody_known_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.yml"
    path.write_text(
        "benchmarks:\n  - {benchmark: one, claim: c, source: s, caveat: d, contradicted_by: two}\n",
        encoding="utf-8",
    )
    with pytest.raises(YamlFileError, match="contradicted by 'two', which is not there"):
        benchmarks_table(path)
