"""The two ways to use the embedded Airflow: for one night, or left running for daily use."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from suki.embedded.client import Client
from suki.embedded.errors import EmbeddedAirflowError
from suki.embedded.follow import follow_night
from suki.embedded.settings import DAGS_FOLDER, USER, Place, admin_password, environment
from suki.embedded.stack import Stack, prepare
from suki.settings import Settings

Progress = Callable[[str], None]
UP_WITHIN_SECONDS = 180.0
ANOTHER_RUN_ENDS_WITHIN_SECONDS = 3600.0
DAG_IDS = {path.stem for path in DAGS_FOLDER.glob("[!_]*.py")}


def run_nightly(as_of: str | None, known_at: str | None, on_progress: Progress) -> dict[str, Any]:
    """Run one night through Airflow: start it, follow the DAGs to the end, stop it.

    An embedded Airflow that is already up for this SUKI_HOME is used and left running.

    Args:
        as_of: Business date as YYYY-MM-DD or "latest"; None means "latest".
        known_at: Date-time up to which files count, or None for all.
        on_progress: Called with one line of text at each step.

    Returns:
        What `follow_night` returns, and `airflow_seconds`: `start`, `dags`, `stop`.

    Raises:
        HeldError: A door held the run; the last good publication stands.
        RunFailed: A task failed.
        EmbeddedAirflowError: Airflow did not come up, or stayed in use by another run.
    """
    place = Place(Settings().home)
    conf = {"as_of": as_of or "latest", "known_at": known_at}
    started = time.monotonic()
    with _airflow(place, "run", on_progress) as (client, check_alive):
        ready = time.monotonic()
        night = follow_night(client, conf, check_alive, on_progress)
        done = time.monotonic()
    seconds = {"start": ready - started, "dags": done - ready, "stop": time.monotonic() - done}
    return {**night, "airflow_seconds": {k: round(v, 1) for k, v in seconds.items()}}


def serve(on_progress: Progress) -> None:
    """Start Airflow, say where it answers, and stay until Ctrl-C or SIGTERM."""
    place = Place(Settings().home)
    with suppress(KeyboardInterrupt), _airflow(place, "serve", on_progress) as (client, alive):
        on_progress(f"Airflow answers at {client.url}")
        on_progress(f"Sign in as {USER}; the password is in {place.passwords}")
        on_progress("Ctrl-C stops it.")
        while True:
            alive()
            time.sleep(2.0)
    on_progress("Airflow has stopped.")


@contextmanager
def _airflow(
    place: Place, purpose: str, on_progress: Progress
) -> Iterator[tuple[Client, Callable[[], None]]]:
    """An Airflow that answers: the one that is up, else one of our own for as long as needed."""
    place.airflow_home.mkdir(parents=True, exist_ok=True)
    with place.lock.open("a") as lock, _sigterm_as_interrupt():
        owner = _take(lock, place, purpose, on_progress)
        if owner:
            with Client(owner["port"], admin_password(place)) as client:
                _make_ready(client, lambda: None, parsed_after="")
                on_progress(f"Using the Airflow that is up at {client.url}")
                yield client, lambda: None
            return
        on_progress("Airflow starts ...")
        stack = prepare(place, attended=purpose == "run")
        owner = {"pid": os.getpid(), "purpose": purpose, "port": stack.port}
        place.address.write_text(json.dumps(owner), encoding="utf-8")
        with _running(stack), Client(stack.port, admin_password(place)) as client:
            _make_ready(client, stack.check_alive, parsed_after=_now())
            yield client, stack.check_alive
            on_progress("Airflow stops ...")


@contextmanager
def _running(stack: Stack) -> Iterator[None]:
    try:
        stack.start()
        yield
    finally:
        stack.place.address.unlink(missing_ok=True)
        stack.stop()


def _take(lock: TextIO, place: Place, purpose: str, on_progress: Progress) -> dict[str, Any] | None:
    """Lock this Airflow for ourselves, or return the owner whose Airflow is there to be used."""
    deadline = time.monotonic() + ANOTHER_RUN_ENDS_WITHIN_SECONDS
    told = False
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
        owner = _owner(place)
        if owner.get("purpose") == "serve" and purpose == "serve":
            raise EmbeddedAirflowError(
                f"Airflow is already up for {place.home} at http://127.0.0.1:{owner['port']} "
                f"(process {owner['pid']}). End that one first."
            )
        if owner.get("purpose") == "serve" and _answers(owner["port"]):
            return owner
        if time.monotonic() > deadline:
            raise EmbeddedAirflowError(
                f"Another run (process {owner.get('pid')}) has kept {place.home} for an hour."
            )
        if not told:
            on_progress(f"Waiting for another run (process {owner.get('pid', '?')}) to end ...")
            told = True
        time.sleep(0.5)


def _owner(place: Place) -> dict[str, Any]:
    try:
        owner: dict[str, Any] = json.loads(place.address.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}  # it has only just begun, or is about to end
    return owner


def _answers(port: int) -> bool:
    with Client(port, password="") as client:
        return client.is_up()


def _make_ready(client: Client, check_alive: Callable[[], None], parsed_after: str) -> None:
    """Wait for the server and for our DAGs as they are on disk now; set what they rely on."""
    deadline = time.monotonic() + UP_WITHIN_SECONDS
    while not client.is_up():
        _wait_a_little(check_alive, deadline, "its API server does not answer")
    client.warm_up()
    client.sign_in()
    client.ensure_pool("warehouse", 1, "DuckDB has one writer.")
    while True:
        dags = client.dags()
        fresh = {i for i in DAG_IDS & dags.keys() if dags[i]["last_parsed_time"] > parsed_after}
        if fresh == DAG_IDS:
            break
        if errors := client.import_errors(parsed_after):
            raise EmbeddedAirflowError("Airflow cannot read a DAG:\n" + "\n".join(errors))
        missing = ", ".join(sorted(DAG_IDS - fresh))
        _wait_a_little(check_alive, deadline, f"it has not read the DAGs {missing}")
    for dag_id in DAG_IDS:
        if dags[dag_id]["is_paused"]:
            client.unpause(dag_id)


def _wait_a_little(check_alive: Callable[[], None], deadline: float, symptom: str) -> None:
    check_alive()
    if time.monotonic() > deadline:
        raise EmbeddedAirflowError(
            f"Airflow did not come up within {UP_WITHIN_SECONDS:.0f} seconds: {symptom}. "
            f"Its logs are in {Place(Settings().home).logs}."
        )
    time.sleep(0.2)


def _now() -> str:
    """The present, as Airflow writes it: compared with when a DAG file was read, never stored."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Let SIGTERM unwind like Ctrl-C, so that our processes are stopped on the way out."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run_airflow(arguments: Sequence[str]) -> int:
    """Airflow's own command line in the environment of this home's embedded Airflow.

    Returns:
        Its exit code.
    """
    place = Place(Settings().home)
    place.airflow_home.mkdir(parents=True, exist_ok=True)
    stack = prepare(place, attended=False)
    port = _owner(place).get("port") or stack.port
    settings = environment(place, port, attended=False)
    command = [str(Path(sys.executable).with_name("airflow")), *arguments]
    return subprocess.call(command, env=settings)
