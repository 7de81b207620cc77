"""Start and stop Airflow's processes, and say which one did not come up."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Collection
from contextlib import closing, suppress
from dataclasses import dataclass, field
from importlib.metadata import version

import psutil

from suki.embedded.errors import EmbeddedAirflowError
from suki.embedded.settings import Place, admin_password, environment

PROCESSES = {
    "api-server": ["api-server"],
    "dag-processor": ["dag-processor"],
    # Task logs are read from the same disk; a server for them would be one more process.
    "scheduler": ["scheduler", "--skip-serve-logs"],
}
DEFAULT_PORT = 8080
TASKS_END_WITHIN_SECONDS = 5.0
# It has closed its port by then; what it does afterwards is tidying its own memory.
SERVER_ENDS_WITHIN_SECONDS = 1.0


@dataclass
class Stack:
    """The running processes of one embedded Airflow."""

    place: Place
    port: int
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Start all processes at once; none of them needs another to begin."""
        for name, arguments in PROCESSES.items():
            self.processes[name] = _spawn(self, name, arguments)

    def check_alive(self) -> None:
        """Raise an error with the log's last lines if a process has ended."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise EmbeddedAirflowError(
                    f"Airflow's {name} ended with code {process.returncode}. "
                    + self.last_words(name)
                )

    def last_words(self, name: str) -> str:
        """The end of a process's log, introduced by the log's path."""
        path = self.place.logs / f"{name}.log"
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        return f"The end of {path}:\n" + "\n".join(lines)

    def stop(self) -> None:
        """End the processes this object started and everything they started, first kindly."""
        # The API server last: a task that ends tries for a long time to tell it so.
        server = {name: p for name, p in self.processes.items() if name == "api-server"}
        others = {name: p for name, p in self.processes.items() if name != "api-server"}
        _end(others.values(), TASKS_END_WITHIN_SECONDS)
        _end(server.values(), SERVER_ENDS_WITHIN_SECONDS)
        self.processes.clear()


def prepare(place: Place, *, attended: bool, port: int = DEFAULT_PORT) -> Stack:
    """Make the folders, keys and metadata tables that are missing, and choose a port."""
    place.logs.mkdir(parents=True, exist_ok=True)
    admin_password(place)
    chosen = _free_port(port)
    stack = Stack(place, chosen, environment(place, chosen, attended=attended))
    if not _is_migrated(place):
        _migrate(stack)
    if attended:
        _forget_missed_nights(place)
    return stack


def _is_migrated(place: Place) -> bool:
    if not (place.database.exists() and place.migrated_for.exists()):
        return False
    return place.migrated_for.read_text(encoding="utf-8") == version("apache-airflow")


def _migrate(stack: Stack) -> None:
    process = _spawn(stack, "db-migrate", ["db", "migrate"])
    if process.wait() != 0:
        raise EmbeddedAirflowError(
            "Airflow could not create its database. " + stack.last_words("db-migrate")
        )
    stack.place.migrated_for.write_text(version("apache-airflow"), encoding="utf-8")


def _forget_missed_nights(place: Place) -> None:
    """Keep the scheduler from starting the night it missed, before it has read the DAGs anew."""
    with closing(sqlite3.connect(place.database)) as database, database:
        database.execute("UPDATE dag SET next_dagrun_create_after = NULL")


def _spawn(stack: Stack, name: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    with (stack.place.logs / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "airflow", *arguments],
            env=stack.environment,
            cwd=stack.place.airflow_home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A group of its own: Ctrl-C reaches us alone, and we end each group in good order.
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )


def _end_with_parent() -> None:
    """Ask Linux to end this process when its launcher dies without a chance to stop it."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def _end(leaders: Collection[subprocess.Popen[bytes]], within_seconds: float) -> None:
    groups = {leader.pid for leader in leaders}
    family = [member for leader in leaders for member in _family(leader)]
    for member in family:
        # A running task is in a group of its own and would outlive its scheduler. Airflow
        # lets it ignore SIGTERM; an interrupt ends it.
        _signal(member, signal.SIGTERM if _group(member) in groups else signal.SIGINT)
    deadline = time.monotonic() + within_seconds
    while any(map(_lives, family)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for member in filter(_lives, family):
        _signal(member, signal.SIGKILL)
    for leader in leaders:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader.pid, signal.SIGKILL)
        leader.wait()


def _family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        leader = psutil.Process(process.pid)
        return [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _group(process: psutil.Process) -> int | None:
    try:
        return os.getpgid(process.pid)
    except ProcessLookupError:
        return None


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with closing(socket.socket()) as candidate, suppress(OSError):
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            candidate.bind(("127.0.0.1", port))
            return int(candidate.getsockname()[1])
    raise EmbeddedAirflowError("No free port on 127.0.0.1 for Airflow's API server.")
