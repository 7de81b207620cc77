"""Every DAG file keeps the house rules, also the one that is added tomorrow."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
FILES = sorted((PROJECT / "dags").glob("[!_]*.py"))
TAGS = {"build", "contact"}
# Their runs stay open for as long as nobody answers, and the next one may not wait for that.
WAIT_FOR_A_PERSON = {"reminders"}
HEAVY = {"polars", "pandas", "duckdb", "pyarrow", "dbt", "great_expectations", "altair", "scipy"}

# In a process of its own: what a DAG file imports can only be seen where nothing else was.
READ_DAGS = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
before = set(sys.modules)
bag = DagBag(sys.argv[1])
loaded = sorted({name.partition(".")[0] for name in set(sys.modules) - before})
def told(task):
    return {
        "id": task.task_id, "pool": task.pool, "retries": task.retries,
        "delay": task.retry_delay.total_seconds(), "callbacks": len(task.on_failure_callback),
        "timeout": task.execution_timeout is not None,
    }
dags = {
    dag.dag_id: {
        "file": dag.fileloc, "tags": sorted(dag.tags), "doc": dag.doc_md, "catchup": dag.catchup,
        "schedule": dag.timetable.__class__.__name__, "max_active_runs": dag.max_active_runs,
        "cron": getattr(dag.timetable, "expression", None), "params": sorted(dag.params),
        "tasks": {task.task_id: told(task) for task in dag.tasks},
    }
    for dag in bag.dags.values()
}
print("ANSWER" + json.dumps({"dags": dags, "errors": bag.import_errors, "loaded": loaded}))
"""


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("airflow")
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "SUKI_"))},
        "AIRFLOW_HOME": str(home),
        "SUKI_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'dags'}",
    }
    done = subprocess.run(
        [sys.executable, "-c", READ_DAGS, str(PROJECT / "dags")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ANSWER" in done.stdout, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.partition("ANSWER")[2])
    return answer


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def dag(airflow: dict[str, Any], file: Path) -> dict[str, Any]:
    description: dict[str, Any] = airflow["dags"][file.stem]
    return description


def test_the_three_dags_of_a_night_are_there():
    assert {"nightly", "reports", "reminders"} <= {path.stem for path in FILES}


def test_airflow_reads_every_file_without_an_error(airflow):
    assert airflow["errors"] == {}
    assert set(airflow["dags"]) == {path.stem for path in FILES}


def test_reading_the_dags_loads_no_engine(airflow):
    assert "suki" in airflow["loaded"]
    assert HEAVY.isdisjoint(airflow["loaded"])


def test_a_dag_is_named_like_its_file(dag, file):
    assert Path(dag["file"]).name == file.name


def test_a_dag_file_is_under_sixty_lines(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) < 60


def test_schedule_and_catchup_are_written_out(file):
    arguments = {keyword.arg for keyword in _dag_decorator(file).keywords}
    assert {"schedule", "catchup", "max_active_runs", "tags", "params"} <= arguments


def test_missed_nights_are_not_made_up_and_runs_do_not_overlap(dag, file):
    assert dag["catchup"] is False
    assert (dag["max_active_runs"] == 1) is (file.stem not in WAIT_FOR_A_PERSON)


def test_a_question_that_nobody_answers_holds_up_no_later_night(airflow):
    for dag_id in WAIT_FOR_A_PERSON:
        assert airflow["dags"][dag_id]["max_active_runs"] >= 100


def test_every_task_is_tried_again_and_its_failure_told(dag):
    assert dag["tasks"]
    for task in dag["tasks"].values():
        assert task["retries"] >= 1
        assert task["delay"] >= 60
        assert task["callbacks"] == 1
        assert task["timeout"]


def test_tags_come_from_the_closed_list(dag):
    assert dag["tags"]
    assert set(dag["tags"]) <= TAGS


def test_the_description_says_what_for_and_what_to_do_on_failure(dag):
    assert "**Purpose.**" in dag["doc"]
    assert "**Triage.**" in dag["doc"]
    for task_id in dag["tasks"].keys() - {"publish"}:
        assert f"`{task_id}`" in dag["doc"]


def test_a_task_only_calls_the_pipeline(file):
    tasks = [
        node
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and _is_task(node)
    ]
    assert tasks
    for task in tasks:
        assert f"pipeline.{task.name}(" in ast.unparse(task)


def test_a_dag_file_imports_airflow_and_the_pipeline_only(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    own = {"_defaults", "_approval"}
    assert modules <= {"__future__", "airflow.sdk", "suki", "suki.errors", *own}


def test_the_night_is_on_the_clock_and_may_be_given_a_date(airflow):
    nightly = airflow["dags"]["nightly"]
    assert nightly["cron"] == "30 3 * * *"
    assert nightly["params"] == ["as_of", "known_at"]


def test_every_task_of_the_night_waits_for_the_one_slot_of_the_warehouse(airflow):
    tasks = airflow["dags"]["nightly"]["tasks"].values()
    assert {task["pool"] for task in tasks} == {"warehouse"}


@pytest.mark.parametrize("dag_id", ["reports", "reminders"])
def test_what_contacts_people_runs_once_per_published_date(airflow, dag_id):
    assert airflow["dags"][dag_id]["schedule"] == "PartitionedAssetTimetable"


def _dag_decorator(file: Path) -> ast.Call:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    [function] = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    [decorator] = function.decorator_list
    assert isinstance(decorator, ast.Call)
    return decorator


def _is_task(function: ast.FunctionDef) -> bool:
    """Whether it is decorated with `task`, also with arguments or as one of its kinds."""
    names = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
    plain = [name.value if isinstance(name, ast.Attribute) else name for name in names]
    return any(isinstance(name, ast.Name) and name.id == "task" for name in plain)
