"""One writer at a time: the living are waited for, the dead are not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from suki import locks
from suki.errors import LockedError
from suki.ledger import Ledger, clock
from suki.ledger_tables import locks as table
from suki.locks import held, holders

PROJECT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from suki.ledger import Ledger
from suki.locks import held
with held(Ledger(sys.argv[1]), "warehouse", purpose="build", wait_seconds=5, tell=print):
    print("held", flush=True)
    time.sleep(60)
"""


def say_nothing(_text: str) -> None: ...


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")


@pytest.fixture
def other(tmp_path: Path, ledger: Ledger):
    """Another process that holds the warehouse."""
    command = [sys.executable, "-c", HOLD, f"sqlite:///{tmp_path}/ledger.sqlite"]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def take(ledger: Ledger, name: str = "warehouse", wait_seconds: float = 0.0, tell=say_nothing):
    return held(ledger, name, purpose="score", wait_seconds=wait_seconds, tell=tell)


def test_a_lock_is_given_back_and_another_name_is_another_lock(ledger):
    with take(ledger), take(ledger, "landing"):
        assert len(holders(ledger)) == 2
        assert f"warehouse by process {os.getpid()}" in holders(ledger)[1]
        assert "(score) since" in holders(ledger)[1]
    assert holders(ledger) == []


def test_a_lock_is_given_back_when_the_work_fails(ledger):
    def work() -> None:
        with take(ledger):
            raise ValueError("the work failed")

    with pytest.raises(ValueError, match="the work failed"):
        work()
    assert holders(ledger) == []


def test_a_living_holder_is_waited_for_and_then_named(ledger, other):
    told: list[str] = []
    with pytest.raises(LockedError) as error, take(ledger, wait_seconds=0.6, tell=told.append):
        pytest.fail("two processes hold one lock")
    assert f"process {other.pid} on " in str(error.value)
    assert "(build)" in str(error.value)
    assert len(told) == 1
    assert told[0].startswith("waiting: warehouse is held by process")


def test_the_lock_of_a_killed_process_is_taken_over_at_once(ledger, other):
    other.send_signal(signal.SIGKILL)
    other.wait()
    with take(ledger):
        assert f"process {os.getpid()}" in holders(ledger)[0]


def test_a_holder_elsewhere_whose_heart_has_stopped_loses_the_lock(ledger):
    _hold_elsewhere(ledger, timedelta(seconds=61))
    with take(ledger):
        assert f"process {os.getpid()}" in holders(ledger)[0]


def test_a_holder_elsewhere_whose_heart_beats_keeps_the_lock(ledger):
    _hold_elsewhere(ledger, timedelta(seconds=20))
    with pytest.raises(LockedError, match="process 1 on another-host"), take(ledger):
        pytest.fail("a living holder lost its lock")


def test_the_heart_beats_while_the_work_lasts_also_after_a_beat_that_failed(ledger, monkeypatch):
    monkeypatch.setattr(locks, "HEARTBEAT_SECONDS", 0.05)
    failing = locks.update
    calls = []

    def at_first_locked(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            return failing(*arguments).where(table.c.name == select(1, 2).scalar_subquery())
        return failing(*arguments)

    monkeypatch.setattr(locks, "update", at_first_locked)
    with take(ledger):
        before = _heartbeat(ledger)
        time.sleep(0.5)
        assert _heartbeat(ledger) > before
    assert len(calls) > 2


def test_work_whose_lock_was_taken_over_meanwhile_is_told_so(ledger):
    def stand_still() -> None:
        with take(ledger):
            with ledger.transaction() as connection:
                connection.execute(delete(table))
            _hold_elsewhere(ledger, timedelta(0))

    with pytest.raises(LockedError, match="taken over by process 1 on another-host"):
        stand_still()
    assert "another-host" in holders(ledger)[0]


def test_threads_that_want_one_lock_have_it_one_after_the_other(ledger):
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        with take(ledger, wait_seconds=20):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]


def _hold_elsewhere(ledger: Ledger, silence: timedelta) -> None:
    beat = clock() - silence
    with ledger.transaction() as connection:
        connection.execute(
            insert(table).values(
                name="warehouse", holder="process 1 on another-host (build)", token="t",
                acquired_at=beat, heartbeat_at=beat,
            )
        )  # fmt: skip


def _heartbeat(ledger: Ledger):
    with ledger.engine.connect() as connection:
        return connection.execute(select(table.c.heartbeat_at)).scalar()


def test_updating_a_lock_needs_its_token(ledger):
    with take(ledger), ledger.transaction() as connection:
        changed = connection.execute(
            update(table).where(table.c.token == "another").values(heartbeat_at=clock())
        )
        assert changed.rowcount == 0
