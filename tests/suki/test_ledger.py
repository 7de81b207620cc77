"""The ledger remembers files once, claims messages once, and survives company."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from suki.ledger import Ledger

NIGHT = datetime(2026, 10, 1, 20, tzinfo=UTC)


def url_in(folder: Path) -> str:
    return f"sqlite:///{folder}/state/ledger.sqlite"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(url_in(tmp_path))


def a_file(file_id: str = "f1", **changes: Any) -> dict[str, Any]:
    return {
        "file_id": file_id, "content_sha256": "content", "name": "orders.csv", "feed": "orders", "source": "shop",
        "definition_fingerprint": "def1", "reader_version": "1", "status": "accepted", "arrived_at": NIGHT,
        "version_basis": "updated_at", "counts": {"read": 3}, **changes,
    }  # fmt: skip


def ids(ledger: Ledger, **asked: Any) -> list[str]:
    return [f["file_id"] for f in ledger.known_files(**asked)]


def test_the_same_file_recorded_twice_is_known_once(ledger):
    ledger.record_file(**a_file())
    ledger.record_file(**a_file())
    assert ids(ledger) == ["f1"]
    assert ledger.find_file("f1")["counts"] == {"read": 3}
    assert ledger.find_file("f2") is None


def test_the_same_content_in_another_feed_is_another_file(ledger):
    ledger.record_file(**a_file())
    ledger.record_file(**a_file("f2", feed="customers"))
    assert ids(ledger) == ["f1", "f2"]


def test_a_corrected_definition_replaces_the_earlier_reading_and_keeps_it_as_history(ledger):
    ledger.record_file(**a_file())
    ledger.record_file(**a_file("f2", definition_fingerprint="def2"))
    assert ids(ledger) == ["f2"]
    assert ids(ledger, statuses=["superseded"]) == ["f1"]


def test_going_back_to_the_first_definition_takes_its_reading_up_again(ledger):
    ledger.record_file(**a_file())
    ledger.record_file(**a_file("f2", definition_fingerprint="def2"))
    ledger.record_file(**a_file())
    assert ids(ledger) == ["f1"]
    assert ids(ledger, statuses=["superseded"]) == ["f2"]


def test_a_file_accepted_after_it_was_refused_keeps_no_reason(ledger):
    ledger.record_file(**a_file(status="refused", reason="no header", counts={}))
    ledger.record_file(**a_file())
    assert ledger.find_file("f1")["reason"] is None
    assert ids(ledger, statuses=["refused"]) == []


def test_a_reading_is_good_only_by_the_definition_and_the_reader_in_force(ledger):
    ledger.record_file(**a_file())
    asked = ("content", "orders")
    assert ledger.accepted_reading(*asked, "1", {"shop": "def1"})["file_id"] == "f1"
    assert ledger.accepted_reading(*asked, "1", {"shop": "def2"}) is None
    assert ledger.accepted_reading(*asked, "2", {"shop": "def1"}) is None
    assert ledger.accepted_reading(*asked, "1", {}) is None
    assert ledger.accepted_reading("content", "customers", "1", {"shop": "def1"}) is None


def test_content_that_was_refused_is_read_again(ledger):
    ledger.record_file(**a_file(status="refused", counts={}))
    assert ledger.accepted_reading("content", "orders", "1", {"shop": "def1"}) is None


def test_content_keeps_the_moment_it_was_first_seen_through_every_new_reading(ledger):
    assert ledger.first_arrival("content", "orders") is None
    ledger.record_file(**a_file())
    later = NIGHT + timedelta(days=9)
    ledger.record_file(**a_file("f2", definition_fingerprint="def2", arrived_at=later))
    assert ledger.first_arrival("content", "orders") == NIGHT
    ledger.record_file(**a_file(arrived_at=later))
    assert ledger.find_file("f1")["arrived_at"] == NIGHT


def test_files_seen_after_a_moment_are_not_known_at_it(ledger):
    ledger.record_file(**a_file())
    late = a_file("f2", content_sha256="other", arrived_at=NIGHT + timedelta(hours=1))
    ledger.record_file(**late)
    assert ids(ledger, known_at=NIGHT) == ["f1"]
    assert ids(ledger, known_at=NIGHT - timedelta(seconds=1)) == []
    manila = (NIGHT + timedelta(hours=1)).astimezone().isoformat()
    assert ids(ledger, known_at=datetime.fromisoformat(manila)) == ["f1", "f2"]


def published(ledger: Ledger, run_id: str, as_of: str, known_at: str | None = None) -> None:
    ledger.open_run(run_id, as_of, known_at)
    ledger.close_run(run_id, "published")


def test_the_newest_publication_is_of_the_newest_business_date_not_the_last_one_made(ledger):
    assert ledger.newest_published() is None
    published(ledger, "b", "2026-10-31")
    published(ledger, "a", "2026-09-30")
    assert ledger.newest_published()["run_id"] == "b"
    assert ledger.newest_published(before="2026-10-31")["run_id"] == "a"
    assert ledger.newest_published(before="2026-09-30") is None


def test_a_restated_date_is_told_by_its_last_run(ledger):
    published(ledger, "z", "2026-10-31")
    published(ledger, "a", "2026-10-31")
    assert ledger.newest_published()["run_id"] == "a"


def test_runs_that_tell_what_was_believed_then_and_held_ones_are_no_publications(ledger):
    published(ledger, "a", "2026-10-30")
    published(ledger, "b", "2026-10-31", known_at="2026-10-31T12:00:00+08:00")
    ledger.open_run("c", "2026-11-01", None)
    ledger.close_run("c", "held", "a door")
    assert ledger.newest_published()["run_id"] == "a"
    assert ledger.run("c")["reason"] == "a door"


def test_opening_a_run_again_does_not_undo_its_publication(ledger):
    published(ledger, "a", "2026-10-31")
    ledger.open_run("a", "2026-10-31", None)
    assert ledger.run("a")["status"] == "published"
    assert ledger.run("unheard of") is None


def test_runs_that_have_not_ended_are_told_and_old_ones_forgotten(ledger):
    published(ledger, "a", "2026-10-31")
    ledger.open_run("b", "2026-10-30", None)
    now = datetime.now(UTC)
    assert ledger.unfinished_runs(since=now - timedelta(hours=1)) == {"b"}
    assert ledger.unfinished_runs(since=now + timedelta(hours=1)) == set()


def test_surrogates_are_written_once_and_changed_in_place(ledger):
    ledger.give_surrogates([])
    ledger.give_surrogates([{"identifier": "i", "customer_id": "c", "since": "s"}])
    ledger.give_surrogates(
        [
            {"identifier": "i", "customer_id": "d", "since": "t"},
            {"identifier": "j", "customer_id": "d", "since": "t"},
        ]
    )
    assert ledger.surrogates() == {"i": "d", "j": "d"}


MESSAGE = {"message": "kpi", "period": "2026-10-31", "recipient_key": "r", "run_id": "a"}


def test_a_message_is_claimed_once(ledger):
    assert ledger.enqueue("k", **MESSAGE)
    assert not ledger.enqueue("k", **MESSAGE)


@pytest.mark.parametrize(
    ("status", "may_be_tried_again"),
    [
        ("failed", True),
        ("queued", True),
        ("sending", False),
        ("sent", False),
        ("written", False),
        ("uncertain", False),
    ],
)
def test_only_what_certainly_was_not_sent_is_tried_again(ledger, status, may_be_tried_again):
    ledger.enqueue("k", **MESSAGE)
    ledger.mark_message("k", status)
    assert ledger.retry_message("k", "b") is may_be_tried_again
    assert ledger.messages()[0]["status"] == ("queued" if may_be_tried_again else status)


def test_a_claimed_message_is_started_by_one_process_only(ledger):
    ledger.enqueue("k", **MESSAGE)
    assert ledger.retry_message("k", "b")  # another process takes the same message up
    assert ledger.start_message("k", "sending")
    assert not ledger.start_message("k", "sending")
    assert [m["status"] for m in ledger.messages(statuses=["sending"])] == ["sending"]


def test_of_many_threads_one_claims_a_message(ledger):
    won = Counter[bool]()
    gate = threading.Barrier(6)

    def claim() -> None:
        gate.wait()
        won[ledger.enqueue("k", **MESSAGE)] += 1

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == {True: 1, False: 5}


def _open_and_claim(url: str) -> bool:
    return Ledger(url).enqueue("k", **MESSAGE)


def test_processes_that_open_a_new_ledger_at_once_all_can_and_one_claims_the_message(tmp_path):
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        for turn in range(4):
            claims = pool.map(_open_and_claim, [url_in(tmp_path / str(turn))] * 3, chunksize=1)
            assert sorted(claims) == [False, False, True]
