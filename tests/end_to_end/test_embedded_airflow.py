"""One night through the real scheduler, DAG processor and API server, started and stopped once."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from suki import embedded
from transforms.demo import write_shop

AS_OF = "2026-10-31"


class Night(NamedTuple):
    home: Path
    outcome: dict[str, Any]
    progress: list[str]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    home = tmp_path_factory.mktemp("shop")
    write_shop(home, customers=400)
    progress: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUKI_HOME", str(home))
        patch.setenv("SUKI_IDENTITY_KEY", "a test key")
        outcome = embedded.run_nightly(AS_OF, None, progress.append)
    return Night(home, outcome, progress)


def test_the_whole_night_and_the_dags_it_sets_off_succeed(night):
    states = {(task["dag_id"], task["task_id"]): task["state"] for task in night.outcome["tasks"]}
    assert states == {
        ("nightly", "ingest"): "success",
        ("nightly", "build"): "success",
        ("nightly", "score"): "success",
        ("nightly", "publish"): "success",
        ("reports", "report"): "success",
        ("reminders", "remind"): "success",
    }


def test_the_steps_of_the_night_ran_one_after_the_other(night):
    steps = [task["task_id"] for task in night.outcome["tasks"] if task["dag_id"] == "nightly"]
    assert steps == ["ingest", "build", "score", "publish"]
    starts = [task["started"] for task in night.outcome["tasks"][:4]]
    assert starts == sorted(starts)


def test_what_airflow_reports_is_what_was_published(night):
    manifest = night.home / "published" / "latest" / "manifest.json"
    assert json.loads(manifest.read_text(encoding="utf-8"))["as_of"] == AS_OF
    assert night.outcome["as_of"] == AS_OF
    assert manifest.parent.resolve().name == night.outcome["run_id"]


def test_each_consumer_ran_once_with_the_business_date_as_its_key(night):
    runs = _ask(night, "SELECT dag_id, partition_key FROM dag_run WHERE dag_id <> 'nightly'")
    assert sorted(runs) == [("reminders", AS_OF), ("reports", AS_OF)]


def test_the_clock_started_nothing_of_its_own(night):
    assert _ask(night, "SELECT run_type FROM dag_run WHERE dag_id = 'nightly'") == [("manual",)]


def test_every_finished_task_was_told(night):
    for task in night.outcome["tasks"]:
        told = f"{task['dag_id']}.{task['task_id']} success"
        assert any(line.startswith(told) for line in night.progress)


def test_nothing_of_it_is_left_running(night):
    # The folder's name is in the environment of every process that Airflow started.
    assert not (night.home / "airflow" / "embedded.json").exists()
    assert [
        process.pid for process in psutil.process_iter() if _lives_in(process, night.home)
    ] == []


def test_password_and_keys_are_for_their_owner_only(night):
    for name in ("passwords.json", "keys.json"):
        mode = (night.home / "airflow" / name).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


def test_the_launcher_is_imported_without_airflow():
    program = "import sys, suki.embedded; sys.exit('airflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def _ask(night: Night, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(night.home / "airflow" / "airflow.db")) as database:
        return database.execute(query).fetchall()


def _lives_in(process: psutil.Process, home: Path) -> bool:
    try:
        return process.environ().get("AIRFLOW_HOME") == str(home / "airflow")
    except psutil.Error:
        return False
