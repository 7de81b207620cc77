"""The few calls to Airflow's REST interface that the launcher needs."""

from __future__ import annotations

import time
from typing import Any, Self

from suki.embedded.errors import EmbeddedAirflowError
from suki.embedded.settings import USER

PAUSES_BETWEEN_TRIES = (0.5, 1.0, 2.0, 4.0)


class Client:
    """Speaks to one Airflow on loopback; signs in at the first call that needs it."""

    def __init__(self, port: int, password: str) -> None:
        import httpx

        self.url = f"http://127.0.0.1:{port}"
        self._password = password
        self._http = httpx.Client(base_url=self.url, timeout=120, trust_env=False)
        self._unreachable = httpx.TransportError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def is_up(self) -> bool:
        """Whether the API server answers at all."""
        try:
            return self._http.get("/api/v2/version", timeout=5).status_code == 200
        except self._unreachable:
            return False

    def warm_up(self) -> None:
        """Let the server build the interface for tasks now; the first task would wait for it."""
        self._http.get("/execution/health")

    def sign_in(self) -> None:
        """Get the token that every further call carries."""
        answer = self._http.post("/auth/token", json={"username": USER, "password": self._password})
        if answer.status_code != 201:
            raise EmbeddedAirflowError(
                f"Airflow at {self.url} refused our password ({answer.status_code}): "
                "another Airflow answers there, or its password file was changed while it ran."
            )
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def ensure_pool(self, name: str, slots: int, description: str) -> None:
        """Create a pool, or give it the right number of slots."""
        pool = {"name": name, "slots": slots, "description": description}
        answer = self._http.get(f"/api/v2/pools/{name}")
        if answer.status_code == 404:
            self._call("POST", "/api/v2/pools", json=pool)
        elif answer.json()["slots"] != slots:
            self._call("PATCH", f"/api/v2/pools/{name}", json=pool)

    def dags(self) -> dict[str, dict[str, Any]]:
        """DAG id to what Airflow knows about it, without those whose file is gone."""
        return {dag["dag_id"]: dag for dag in self._call("GET", "/api/v2/dags")["dags"]}

    def import_errors(self, since: str) -> list[str]:
        """DAG files that could not be read, this time."""
        errors = self._call("GET", "/api/v2/importErrors")["import_errors"]
        fresh = [error for error in errors if error["timestamp"] > since]
        return [f"{error['filename']}:\n{error['stack_trace']}" for error in fresh]

    def unpause(self, dag_id: str) -> None:
        """Let a DAG run; Airflow only queues the runs of a paused one."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start a run with these parameters and return its id."""
        body = {"logical_date": None, "conf": conf}
        return str(self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def give_up(self, dag_id: str, run_id: str) -> None:
        """Mark a run as failed, or the next start of Airflow would go on with it."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}", json={"state": "failed"})

    def run_state(self, dag_id: str, run_id: str) -> str:
        """queued, running, success or failed."""
        return str(self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The tasks of a run as Airflow describes them."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        instances: list[dict[str, Any]] = self._call("GET", path)["task_instances"]
        return instances

    def returned(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What a task returned, or None."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
        answer = self._http.get(f"{path}/xcomEntries/return_value", params={"stringify": False})
        return answer.json()["value"] if answer.status_code == 200 else None

    def log_entries(self, dag_id: str, run_id: str, task: dict[str, Any]) -> list[str]:
        """What a task's last try wrote, and the errors it ended with."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task['task_id']}"
        content = self._call("GET", f"{path}/logs/{task['try_number']}")["content"]
        entries = [_as_text(entry) for entry in content]
        return [entry for entry in entries if entry and not entry.startswith("::")]

    def consumers_of(self, dag_id: str) -> set[str]:
        """The DAGs that are scheduled on an asset which this DAG produces."""
        assets = self._call("GET", "/api/v2/assets", params={"dag_ids": dag_id})["assets"]
        return {
            consumer["dag_id"]
            for asset in assets
            if dag_id in {task["dag_id"] for task in asset["producing_tasks"]}
            for consumer in asset["scheduled_dags"]
        }

    def run_for_key(self, dag_id: str, partition_key: str, since: str) -> str | None:
        """The first run since a moment that an asset event with this key has started.

        `/assets/events` names such runs too, but answers 500 as long as one of them is queued.
        """
        params = {"run_after_gte": since, "order_by": "run_after", "limit": 50}
        runs = self._call("GET", f"/api/v2/dags/{dag_id}/dagRuns", params=params)["dag_runs"]
        return next((r["dag_run_id"] for r in runs if r["partition_key"] == partition_key), None)

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        for pause in (*PAUSES_BETWEEN_TRIES, None):
            try:
                answer = self._http.request(method, path, **arguments)
            except self._unreachable as error:
                raise EmbeddedAirflowError(
                    f"Airflow at {self.url} stopped answering: {error}"
                ) from error
            if answer.status_code < 400:
                return answer.json()
            # Nothing was done: SQLite was busy with another of Airflow's processes.
            if "Database error" not in answer.text or pause is None:
                break
            time.sleep(pause)
        raise EmbeddedAirflowError(
            f"Airflow refused {method} {path} ({answer.status_code}): {answer.text[:500]}"
        )


def _as_text(entry: dict[str, Any] | str) -> str:
    if isinstance(entry, str):
        return entry
    errors = [f"{e['exc_type']}: {e['exc_value']}" for e in entry.get("error_detail") or []]
    return "\n".join([str(entry.get("event", "")), *errors])
