"""One night through the real scheduler, DAG processor and API server, started and stopped once."""

from __future__ import annotations

import json
import re
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil
import pytest

from suki import embedded
from suki.embedded.settings import USER, Place, admin_password
from transforms.demo import write_shop

AS_OF = "2026-10-31"
ADDRESS = re.compile(rb"[\w.+-]+@example\.(?:com|org|net)")


class Night(NamedTuple):
    home: Path
    outcome: dict[str, Any]
    progress: list[str]
    answer: dict[str, Any]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    home = tmp_path_factory.mktemp("shop")
    write_shop(home, customers=400)
    progress: list[str] = []
    answer: dict[str, Any] = {}

    def listen(line: str) -> None:
        progress.append(line)
        if "wait for approval" in line:  # the night is over, and its Airflow still up
            answer["reports"] = _read_reports(home)
            answer["listens_on"] = _listens_on()
            answer.update(_approve(home))

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUKI_HOME", str(home))
        patch.setenv("SUKI_IDENTITY_KEY", "a test key")
        patch.setenv("SUKI_AIRFLOW_USERS", "lea:viewer,mara:user")
        outcome = embedded.run_nightly(AS_OF, None, listen)
    return Night(home, outcome, progress, answer)


def test_the_whole_night_and_the_dags_it_sets_off_succeed(night):
    states = {(task["dag_id"], task["task_id"]): task["state"] for task in night.outcome["tasks"]}
    assert states == {
        ("nightly", "ingest"): "success",
        ("nightly", "build"): "success",
        ("nightly", "score"): "success",
        ("nightly", "publish"): "success",
        ("reports", "report"): "success",
        ("reminders", "remind"): "success",
        ("reminders", "ask_approval"): "success",
        ("reminders", "approve"): "awaiting_input",
        ("reminders", "decide"): None,
        ("reminders", "send"): None,
    }


def test_the_night_does_not_wait_for_a_person_and_says_who_does(night):
    waiting = night.outcome["awaiting_approval"]
    assert waiting > 0
    [told] = [line for line in night.progress if "wait for approval" in line]
    assert told.startswith(f"{waiting} messages wait for approval")
    assert "`suki approve`" in told


def test_what_is_asked_in_airflow_counts_the_messages_and_leads_to_the_samples(night):
    question = night.answer["question"]
    assert question["subject"].startswith(f"{AS_OF}: {night.outcome['awaiting_approval']} message")
    assert f"/suki/approvals/{night.outcome['run_id']}/" in question["body"]


def test_samples_are_for_those_who_have_signed_in(night):
    assert night.answer["anonymous"] == 401
    assert night.answer["page"].status_code == 200
    assert night.answer["page"].headers["cache-control"] == "no-store"


def test_a_viewer_reads_the_reports_and_is_refused_a_list_that_a_user_gets(night):
    published = night.home / "published" / "latest"
    name = night.answer["reports"]["list"]
    for who in ("lea", "mara"):
        page = night.answer["reports"][who, "page"]
        assert page.status_code == 200
        assert page.content == (published / "site" / "index.html").read_bytes()
    refused, served = (night.answer["reports"][who, "list"] for who in ("lea", "mara"))
    assert (refused.status_code, served.status_code) == (403, 200)
    assert ADDRESS.search(refused.content.replace(b"owner@example.com", b"")) is None
    assert served.content == (published / "lists" / f"{name}.csv").read_bytes()
    assert night.answer["reports"]["nobody", "list"].status_code == 401


def test_both_downloads_are_in_the_ledger_by_name(night):
    with closing(sqlite3.connect(night.home / "state" / "ledger.sqlite")) as ledger:
        noted = ledger.execute("SELECT user_name, outcome, file FROM downloads ORDER BY number")
        entries = noted.fetchall()
    file = f"lists/{night.answer['reports']['list']}.csv"
    assert entries == [("lea", "refused", file), ("mara", "served", file)]


def test_nothing_of_it_can_be_reached_from_another_machine(night):
    assert night.answer["listens_on"]
    assert set(night.answer["listens_on"]) <= {"127.0.0.1", "::1"}


def test_published_names_and_addresses_are_for_their_owner_only(night):
    for part in ("lists", "segments"):
        folder = (night.home / "published" / "latest" / part).resolve()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_an_approval_given_in_airflow_sends_the_messages_and_the_ledger_knows_by_whom(night):
    assert night.answer["states"] == dict.fromkeys(
        ("remind", "ask_approval", "approve", "decide", "send"), "success"
    )
    with closing(sqlite3.connect(night.home / "state" / "ledger.sqlite")) as ledger:
        decided = ledger.execute("SELECT DISTINCT status, decided_by FROM approvals").fetchall()
        logged = ledger.execute("SELECT count(*) FROM contact_log WHERE event = 'sent'").fetchone()
    assert decided == [("done", USER)]
    assert logged == (night.outcome["awaiting_approval"],)
    assert sum(night.answer["sent"]["messages"].values()) == night.outcome["awaiting_approval"]


def test_neither_airflows_database_nor_its_logs_hold_an_address_of_a_customer(night):
    landed = [p.read_bytes() for p in (night.home / "landing").rglob("*") if p.is_file()]
    addresses = {a.lower() for text in landed for a in ADDRESS.findall(text)}
    assert len(addresses) > 100
    airflow = night.home / "airflow"
    kept = [p for p in airflow.rglob("*") if p.is_file() and p.suffix in (".db", ".db-wal", ".log")]
    assert airflow / "airflow.db" in kept
    for path in kept:
        assert addresses.isdisjoint(a.lower() for a in ADDRESS.findall(path.read_bytes())), path


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
        if task["state"] != "success":
            continue
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


def _approve(home: Path) -> dict[str, Any]:
    """Look at the samples and approve, as a person would; return what was seen on the way."""
    place = Place(home)
    _wait_until_the_question_is_put(place)
    port = json.loads(place.address.read_text(encoding="utf-8"))["port"]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as browser:
        who = {"username": USER, "password": admin_password(place)}
        token = browser.post("/auth/token", json=who).json()["access_token"]
        signed_in = {"Authorization": f"Bearer {token}"}
        everything = "/api/v2/dags/~/dagRuns/~/hitlDetails"
        [question] = browser.get(everything, headers=signed_in).json()["hitl_details"]
        [link] = re.findall(r"\]\((/[^)]+)\)", question["body"])
        anonymous = browser.get(link).status_code
        browser.headers.update(signed_in)
        page = browser.get(link)
        run = f"/api/v2/dags/reminders/dagRuns/{question['task_instance']['dag_run_id']}"
        given = {"chosen_options": ["Approve"], "params_input": {}}
        answered = browser.patch(f"{run}/taskInstances/approve/-1/hitlDetails", json=given)
        assert answered.status_code == 200, answered.text
        deadline = time.monotonic() + 120
        while browser.get(run).json()["state"] == "running" and time.monotonic() < deadline:
            time.sleep(0.5)
        tasks = browser.get(f"{run}/taskInstances").json()["task_instances"]
        returned = f"{run}/taskInstances/send/xcomEntries/return_value"
        sent = browser.get(returned, params={"stringify": False}).json().get("value")
    return {
        "question": question,
        "anonymous": anonymous,
        "page": page,
        "states": {task["task_id"]: task["state"] for task in tasks},
        "sent": sent,
    }


def _read_reports(home: Path) -> dict[Any, Any]:
    """Open the reports and a list with the cookie of Airflow's own pages, and without one."""
    place = Place(home)
    port = json.loads(place.address.read_text(encoding="utf-8"))["port"]
    manifest = json.loads((home / "published" / "latest" / "manifest.json").read_text())
    name = max(manifest["lists"], key=lambda one: one["rows"])["name"]
    paths = {"page": "/suki/reports/", "list": f"/suki/reports/latest/lists/{name}.csv"}
    passwords = {"nobody": None, **json.loads(place.passwords.read_text(encoding="utf-8"))}
    seen: dict[Any, Any] = {"list": name}
    address = f"http://127.0.0.1:{port}"
    for who in ("nobody", "lea", "mara"):
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as browser:
            if password := passwords[who]:
                login = browser.post("/auth/token", json={"username": who, "password": password})
                browser.cookies.set("_token", login.json()["access_token"])
            for what, path in paths.items():
                seen[who, what] = browser.get(path, follow_redirects=True)
    return seen


def _listens_on() -> list[str]:
    """The addresses at which the processes of this Airflow answer; all are children of ours."""
    # By descent, since a server that names itself writes over its environment.
    sockets = [
        one
        for process in psutil.Process().children(recursive=True)
        for one in process.net_connections(kind="inet")
    ]
    return [one.laddr.ip for one in sockets if one.status == psutil.CONN_LISTEN]


def _wait_until_the_question_is_put(place: Place) -> None:
    """Wait for the scheduler to hear that the worker let go of the question.

    Airflow 3.3 takes an answer that comes in the fraction of a second before for a task killed
    from outside, and fails it (apache/airflow issue 72716). No person answers that fast.
    """
    let_go = "TaskInstance Finished: dag_id=reminders, task_id=approve"
    deadline = time.monotonic() + 60
    while let_go not in (place.logs / "scheduler.log").read_text(encoding="utf-8"):
        assert time.monotonic() < deadline, "the scheduler never let go of the question"
        time.sleep(0.2)


def _ask(night: Night, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(night.home / "airflow" / "airflow.db")) as database:
        return database.execute(query).fetchall()


def _lives_in(process: psutil.Process, home: Path) -> bool:
    try:
        return process.environ().get("AIRFLOW_HOME") == str(home / "airflow")
    except psutil.Error:
        return False
