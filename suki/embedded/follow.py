"""Trigger one night, follow it and every DAG it sets off, and tell how each task fared."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from suki.embedded.client import Client
from suki.embedded.errors import EmbeddedAirflowError, RunFailed
from suki.errors import HeldError

Progress = Callable[[str], None]
POLL_SECONDS = 0.3
CONSUMERS_START_WITHIN_SECONDS = 60.0
LOG_TAIL_LINES = 25
# How a task's log says that a door held the run.
HELD = "HeldError: "
FINISHED = {"success", "failed", "upstream_failed", "skipped", "removed"}
# A task that a person must answer; it holds no process, also not while Airflow is stopped.
WAITS_FOR_A_PERSON = "awaiting_input"


def follow_night(
    client: Client, conf: dict[str, Any], check_alive: Callable[[], None], on_progress: Progress
) -> dict[str, Any]:
    """Run `nightly` and the DAGs that wait for its publication, to the end or to a question.

    A night never waits for a person: it leaves the question standing, in Airflow and in the
    ledger, and says how to answer it.

    Returns:
        `run_id`, `as_of`, `outcome` of the publication, `awaiting_approval` (how many messages
        wait for a person), and `tasks`: one entry per task with `dag_id`, `task_id`, `state`,
        when it `started`, `seconds` and what it `returned`.

    Raises:
        HeldError: A door held the run; the message is its reason.
        RunFailed: A task failed; the first one is named, with the end of its log.
    """
    follower = _Follower(client, check_alive, on_progress)
    if failure := follower.follow("nightly", client.trigger("nightly", conf)):
        raise failure
    publish = next(task for task in follower.tasks if task["task_id"] == "publish")
    as_of, since = publish["returned"]["as_of"], publish["started"]
    # All of them to their end, also when one fails: stopping Airflow would cut the others short.
    failures = [
        follower.follow(dag_id, follower.run_for_key(dag_id, as_of, since))
        for dag_id in sorted(client.consumers_of("nightly"))
    ]
    waiting = _messages_waiting(follower.tasks)
    if waiting:
        on_progress(
            f"{waiting} messages wait for approval; until then nothing is sent. `suki approve` "
            "lists them and takes the answer, `suki send` sends. Or answer in Airflow: `suki serve`."
        )
    for failure in filter(None, failures):
        raise failure
    return {**publish["returned"], "awaiting_approval": waiting, "tasks": follower.tasks}


class _Follower:
    def __init__(
        self, client: Client, check_alive: Callable[[], None], on_progress: Progress
    ) -> None:
        self._client = client
        self._check_alive = check_alive
        self._on_progress = on_progress
        self.tasks: list[dict[str, Any]] = []

    def follow(self, dag_id: str, run_id: str) -> Exception | None:
        """Report each task as it starts and ends; return what went wrong once none can go on."""
        try:
            state, tasks = self._watch(dag_id, run_id)
        except KeyboardInterrupt:
            self._client.give_up(dag_id, run_id)
            raise
        self._keep(dag_id, run_id, tasks)
        # A run that waits for a person has not ended, and yet one of its tasks may have failed.
        has_failed = state == "failed" or any(task["state"] == "failed" for task in tasks)
        return self._first_failure(dag_id, run_id, tasks) if has_failed else None

    def _watch(self, dag_id: str, run_id: str) -> tuple[str, list[dict[str, Any]]]:
        seen: dict[str, str | None] = {}
        while True:
            self._check_alive()
            # The state first: a run that has ended changes no task afterwards.
            state = self._client.run_state(dag_id, run_id)
            tasks = self._client.tasks(dag_id, run_id)
            for task in sorted(tasks, key=lambda t: t["start_date"] or "~"):
                if seen.get(task["task_id"]) != task["state"]:
                    seen[task["task_id"]] = task["state"]
                    self._tell(dag_id, task)
            if state in ("success", "failed") or _only_waits(tasks):
                return state, tasks
            time.sleep(POLL_SECONDS)

    def run_for_key(self, dag_id: str, partition_key: str, since: str) -> str:
        """Wait for the run that a publication sets off."""
        deadline = time.monotonic() + CONSUMERS_START_WITHIN_SECONDS
        while time.monotonic() < deadline:
            self._check_alive()
            if run_id := self._client.run_for_key(dag_id, partition_key, since):
                return run_id
            time.sleep(POLL_SECONDS)
        raise EmbeddedAirflowError(
            f"{partition_key} is published, but {dag_id} did not start within a minute. "
            "Is it paused?"
        )

    def _tell(self, dag_id: str, task: dict[str, Any]) -> None:
        name = f"{dag_id}.{task['task_id']}"
        if task["state"] == "running":
            self._on_progress(f"{name} ...")
        elif task["state"] in FINISHED:
            self._on_progress(f"{name} {task['state']} ({_seconds(task):.1f} s)")
        elif task["state"] == "up_for_retry":
            self._on_progress(f"{name} failed and will be tried again")
        elif task["state"] == WAITS_FOR_A_PERSON:
            self._on_progress(f"{name} waits for a person")

    def _keep(self, dag_id: str, run_id: str, tasks: list[dict[str, Any]]) -> None:
        for task in sorted(tasks, key=lambda t: t["start_date"] or "~"):
            self.tasks.append(
                {
                    "dag_id": dag_id,
                    "task_id": task["task_id"],
                    "state": task["state"],
                    "started": task["start_date"],
                    "seconds": round(_seconds(task), 2),
                    "returned": self._client.returned(dag_id, run_id, task["task_id"]),
                }
            )

    def _first_failure(self, dag_id: str, run_id: str, tasks: list[dict[str, Any]]) -> Exception:
        failed = [task for task in tasks if task["state"] == "failed"]
        if not failed:
            return EmbeddedAirflowError(f"{dag_id} failed as a whole; see its run {run_id}.")
        first = min(failed, key=lambda task: task["end_date"] or "~")
        log = self._client.log_entries(dag_id, run_id, first)
        if reason := next((entry.partition(HELD)[2] for entry in log if HELD in entry), None):
            return HeldError(reason)
        opened = next((t["returned"] for t in self.tasks if t["task_id"] == "ingest"), None) or {}
        return RunFailed(dag_id, first["task_id"], opened.get("run_id"), log[-LOG_TAIL_LINES:])


def _only_waits(tasks: list[dict[str, Any]]) -> bool:
    """Whether nothing of a run goes on before a person answers.

    Airflow queues all first tasks of a run at once, so one without a state follows the question.
    """
    states = {task["state"] for task in tasks}
    return WAITS_FOR_A_PERSON in states and states <= {WAITS_FOR_A_PERSON, None, *FINISHED}


def _messages_waiting(tasks: list[dict[str, Any]]) -> int:
    if not any(task["state"] == WAITS_FOR_A_PERSON for task in tasks):
        return 0
    asked = next((t["returned"] for t in tasks if t["task_id"] == "ask_approval"), None) or {}
    return sum(campaign["people"] for campaign in asked.get("pending", []))


def _seconds(task: dict[str, Any]) -> float:
    if not (task["start_date"] and task["end_date"]):
        return 0.0
    start, end = (datetime.fromisoformat(task[key]) for key in ("start_date", "end_date"))
    return (end - start).total_seconds()
