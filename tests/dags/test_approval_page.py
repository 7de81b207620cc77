"""Samples of messages are shown to who may approve them only, and Airflow is told counts only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
RUN = "20261031T0330-0001"
SAMPLE = "<!doctype html><p>Dear Ana, your beans run out.</p>"
OUTSIDE = "not for anybody"
ASKED = {
    "run_id": RUN,
    "as_of": "2026-10-31",
    "pending": [
        {"campaign": "reorder", "title": "Reorder | reminder", "people": 12, "content_sha256": "a"},
        {"campaign": "birthday", "title": "Birthday", "people": 1, "content_sha256": "b"},
    ],
    "why_silent": None,
}
ANSWERED = {
    "chosen_options": ["Reject"],
    "params_input": {},
    "responded_by_user": {"id": "1", "name": "mara"},
    "timedout": False,
}
PATHS = {
    "contents": "/",
    "index": f"/{RUN}/",
    "sample": f"/{RUN}/reorder.html",
    "no such run": "/20200101T0000-0001/",
    "no such page": f"/{RUN}/nothing.html",
    "no page": f"/{RUN}/reorder.json",
    "hidden file": f"/{RUN}/.hidden.html",
    "linked out": f"/{RUN}/linked.html",
    "dots": f"/{RUN}/../outside.html",
    "encoded dots": f"/{RUN}/%2e%2e%2foutside.html",
    "encoded dots as run": "/%2e%2e/outside.html",
    "double encoded dots": f"/{RUN}/%252e%252e%252foutside.html",
    "backslashes": f"/{RUN}/..%5coutside.html",
    "nul byte": f"/{RUN}/reorder.html%00.html",
    "whole path": "/%2fetc%2fhosts/x.html",
    "schema": "/openapi.json",
    "documentation": "/docs",
}
SHOWN = {"contents", "index", "sample"}

# Importing Airflow sets up logging and more for the whole process: it gets one of its own.
PROGRAM = """
import json, sys
from datetime import UTC, datetime
from airflow.sdk.exceptions import AirflowSkipException
import _approval
from approval_page import ApprovalPages, make_app
from fastapi.testclient import TestClient

paths, asked, answered = json.loads(sys.argv[1])

def ask(client, method="GET"):
    answers = {name: client.request(method, path) for name, path in paths.items()}
    return {
        name: {"status": a.status_code, "text": a.text, "headers": dict(a.headers)}
        for name, a in answers.items()
    }

def skipped(step, *arguments):
    try:
        return step(*arguments)
    except AirflowSkipException as reason:
        return f"skipped: {reason}"

def of(**changes):
    return _approval.CampaignApproval(task_id="approve", asked={**asked, **changes})

app = make_app()
told = {"anonymous": ask(TestClient(ApprovalPages()))}
app.dependency_overrides[app.state.may_approve] = lambda: None
told["approver"] = ask(TestClient(app))
told["posting"] = ask(TestClient(app), "POST")
told["question"] = _approval.question(asked, 36)
told["nothing pending"] = skipped(of(pending=[]).execute, {})
told["silent"] = skipped(of(pending=[], why_silent="not the newest").execute, {})
at = {"responded_at": datetime.now(UTC)}
told["late"] = skipped(of().execute_complete, {}, {**answered, "timedout": True, **at})
told["rejected"] = of().execute_complete({}, {**answered, **at})
told["approved"] = of().execute_complete({}, {**answered, "chosen_options": ["Approve"], **at})
print("ANSWER" + json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("shop")
    samples = home / "approvals" / RUN
    samples.mkdir(parents=True)
    (samples / "index.html").write_text("<a href='reorder.html'>reorder</a>", encoding="utf-8")
    (samples / "reorder.html").write_text(SAMPLE, encoding="utf-8")
    for path in (home / "outside.html", samples.parent / "outside.html", samples / "reorder.json"):
        path.write_text(OUTSIDE, encoding="utf-8")
    (samples / ".hidden.html").write_text(OUTSIDE, encoding="utf-8")
    (samples / "linked.html").symlink_to(home / "outside.html")
    folders = [PROJECT, PROJECT / "dags", PROJECT / "dags" / "plugins"]
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "SUKI_"))},
        "AIRFLOW_HOME": str(home / "airflow"),
        "SUKI_HOME": str(home),
        "AIRFLOW__API__BASE_URL": "http://127.0.0.1:8080/team",
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps([PATHS, ASKED, ANSWERED])],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ANSWER" in done.stdout, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.partition("ANSWER")[2])
    return answer


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_who_has_not_signed_in_sees_nothing(told, name):
    answer = told["anonymous"][name]
    assert answer["status"] == 401
    assert "Ana" not in answer["text"]
    assert RUN not in answer["text"]


def test_who_may_approve_sees_the_sample_as_it_was_written(told):
    assert told["approver"]["sample"]["status"] == 200
    assert told["approver"]["sample"]["text"] == SAMPLE
    assert "reorder.html" in told["approver"]["index"]["text"]
    assert f'href="./{RUN}/"' in told["approver"]["contents"]["text"]


@pytest.mark.parametrize("name", sorted(PATHS.keys() - SHOWN))
def test_nothing_but_the_sample_pages_is_served(told, name):
    for who in ("anonymous", "approver"):
        assert told[who][name]["status"] in (401, 404)
        assert OUTSIDE not in told[who][name]["text"]
    assert told["approver"][name]["status"] == 404


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_page_runs_no_script_and_is_kept_nowhere(told, name):
    headers = told["approver"][name]["headers"]
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_the_pages_can_only_be_read(told, name):
    assert told["posting"][name]["status"] == 405


def test_the_question_gives_date_counts_and_the_way_to_the_samples(told):
    subject, body = told["question"]
    assert subject == "2026-10-31: 13 messages of 2 campaigns"
    assert "| Reorder \\| reminder | `reorder` | 12 |" in body
    assert f"(/team/suki/approvals/{RUN}/)" in body
    assert "36 hours" in body


def test_no_question_is_put_where_nothing_waits(told):
    assert told["nothing pending"] == "skipped: nothing waits for approval"
    assert told["silent"] == "skipped: not the newest"


def test_no_answer_in_time_is_no_failure_and_no_approval(told):
    assert told["late"].startswith("skipped: nobody answered in time")


def test_the_answer_says_who_decided(told):
    assert told["rejected"] == {"is_approved": False, "by": "mara"}
    assert told["approved"] == {"is_approved": True, "by": "mara"}
