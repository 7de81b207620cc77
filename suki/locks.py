"""One writer at a time: a lock in the ledger with a heartbeat, and who holds it."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from suki.errors import LockedError
from suki.ledger import Ledger, clock, in_utc
from suki.ledger_tables import locks

HEARTBEAT_SECONDS = 5.0
DEAD_AFTER = timedelta(seconds=60)


@contextmanager
def held(
    ledger: Ledger, name: str, *, purpose: str, wait_seconds: float, tell: Callable[[str], None]
) -> Iterator[None]:
    """Hold a named lock; wait for its holder, and say who that is.

    A holder that is dead (its process is gone from this host, or its heart has not beaten
    for a minute) loses the lock.

    Raises:
        LockedError: it was not free within `wait_seconds`; the message names the holder. Or it
            was lost meanwhile: this process stood still for so long that another took over.
    """
    token = uuid.uuid4().hex
    holder = f"process {os.getpid()} on {socket.gethostname()} ({purpose})"
    deadline, told = time.monotonic() + wait_seconds, False
    while not _take(ledger, name, holder, token):
        other = _holder(ledger, name)
        if time.monotonic() >= deadline:
            raise LockedError(
                f"{name} is held by {other}; waited {wait_seconds:.0f} s. Let it finish, or stop that process and run again."
            )
        if not told and other:
            tell(f"waiting: {name} is held by {other}")
            told = True
        time.sleep(0.5)
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(ledger, name, token, stop), daemon=True)
    heart.start()
    try:
        yield
    finally:
        stop.set()
        heart.join()
        kept = _release(ledger, name, token)
    if not kept:
        raise LockedError(
            f"{name} was taken over by {_holder(ledger, name) or 'another process'} while this process stood still; "
            "what it wrote meanwhile may be mixed with the other's. Run again."
        )


def holders(ledger: Ledger) -> list[str]:
    """Who holds which lock now; a dead holder holds nothing."""
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(locks).order_by(locks.c.name)).mappings().all()
    alive = [r for r in rows if not _is_dead(r["holder"], clock() - in_utc(r["heartbeat_at"]))]
    return [f"{row['name']} by {_holder(ledger, row['name'])}" for row in alive]


def _take(ledger: Ledger, name: str, holder: str, token: str) -> bool:
    now = clock()
    try:
        with ledger.transaction() as connection:
            current = (
                connection.execute(select(locks).where(locks.c.name == name)).mappings().first()
            )
            if current and not _is_dead(current["holder"], now - in_utc(current["heartbeat_at"])):
                return False
            if current:
                connection.execute(
                    delete(locks).where(locks.c.name == name, locks.c.token == current["token"])
                )
            connection.execute(
                insert(locks).values(
                    name=name, holder=holder, token=token, acquired_at=now, heartbeat_at=now
                )
            )
    except IntegrityError:
        return False
    return True


def _holder(ledger: Ledger, name: str) -> str | None:
    with ledger.engine.connect() as connection:
        row = connection.execute(select(locks).where(locks.c.name == name)).mappings().first()
    return (
        f"{row['holder']} since {in_utc(row['acquired_at']):%Y-%m-%d %H:%M:%S} UTC" if row else None
    )


def _is_dead(holder: str, silence: timedelta) -> bool:
    import psutil

    if silence > DEAD_AFTER:
        return True
    words = holder.split()
    return words[3] == socket.gethostname() and not psutil.pid_exists(int(words[1]))


def _release(ledger: Ledger, name: str, token: str) -> bool:
    """Give the lock back; False where it was not ours any more."""
    mine = delete(locks).where(locks.c.name == name, locks.c.token == token)
    with ledger.transaction() as connection:
        return bool(connection.execute(mine).rowcount)


def _beat(ledger: Ledger, name: str, token: str, stop: threading.Event) -> None:
    while not stop.wait(HEARTBEAT_SECONDS):
        # A ledger that is busy for one beat must not stop the heart: the lock would be lost.
        with suppress(DatabaseError), ledger.transaction() as connection:
            connection.execute(
                update(locks)
                .where(locks.c.name == name, locks.c.token == token)
                .values(heartbeat_at=clock())
            )
