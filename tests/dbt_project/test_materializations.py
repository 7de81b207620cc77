"""Tables and views made in place still keep what their contract says, the second time too."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros" / "materializations.sql"
#: Model -> kind, its SQL, the type its contract promises.
MODELS = {
    "good": ("table", "select 1::bigint as a", "bigint"),
    "good_view": ("view", "select 1::bigint as a", "bigint"),
    "another_type": ("table", "select 'x'::varchar as a", "bigint"),
    "another_type_view": ("view", "select 1::bigint as a", "varchar"),
    "a_null": ("table", "select null::bigint as a", "bigint"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for part in ("models", "macros"):
        (folder / part).mkdir()
    shutil.copy2(MACROS, folder / "macros")
    described = []
    for name, (kind, sql, promised) in MODELS.items():
        (folder / "models" / f"{name}.sql").write_text(sql, encoding="utf-8")
        column: dict[str, Any] = {"name": "a", "data_type": promised}
        if kind == "table":
            column["constraints"] = [{"type": "not_null"}]
        config = {"materialized": kind, "contract": {"enforced": True}}
        described.append({"name": name, "config": config, "columns": [column]})
    warehouse = {"type": "duckdb", "path": str(folder / "warehouse.duckdb")}
    files = {
        "dbt_project.yml": {"name": "small", "profile": "small"},
        "profiles.yml": {"small": {"target": "here", "outputs": {"here": warehouse}}},
        "models/contracts.yml": {"models": described},
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_breaks_its_contract_fails_and_leaves_nothing(project: Path, time: str) -> None:
    dbt = str(Path(sys.executable).with_name("dbt"))
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    subprocess.run([dbt, "run", *places], capture_output=True, check=False)
    results = json.loads((project / "target" / "run_results.json").read_text())["results"]
    told = {result["unique_id"].rpartition(".")[2]: result for result in results}
    good = {name for name, result in told.items() if result["status"] == "success"}
    assert good == {"good", "good_view"}
    assert "data type mismatch" in told["another_type"]["message"]
    assert "data type mismatch" in told["another_type_view"]["message"]
    assert "NOT NULL" in told["a_null"]["message"]
    with duckdb.connect(str(project / "warehouse.duckdb")) as warehouse:
        kept = warehouse.execute(
            "select table_name from information_schema.tables where table_schema = 'main'"
        ).fetchall()
    assert {name for (name,) in kept} == {"good", "good_view"}
