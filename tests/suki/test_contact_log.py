"""The contact log remembers each reason once and for all, follows people who turn out to be one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from suki import contact_log
from suki.contact_log import (
    contacts_before,
    contacts_on,
    log_table,
    memory_sha256,
    record_contact,
    record_contacts,
    suppress,
    suppressed_identifiers,
)
from suki.ledger import Ledger

NIGHT = datetime(2026, 10, 1, 20, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch):
    def turn(moment: datetime) -> None:
        monkeypatch.setattr(contact_log, "clock", lambda: moment)

    turn(NIGHT)
    return turn


def row(customer_id: str = "ana", **changes: Any) -> dict[str, Any]:
    return {
        "campaign": "reorder", "customer_id": customer_id, "reason_key": "tea:1", "contact_date": "2026-10-01",
        "event": "sent", "channel": "email", "segment": "loyal", "identifier": f"hash of {customer_id}",
        "run_id": "r1", **changes,
    }  # fmt: skip


def test_a_reason_recorded_again_is_known_and_keeps_its_first_date(ledger):
    assert record_contact(ledger, **row())
    assert not record_contact(ledger, **row(contact_date="2026-10-09", event="listed"))
    (kept,) = contacts_before(ledger, "2026-12-31")
    assert (kept["contact_date"], kept["event"]) == ("2026-10-01", "sent")


def test_of_many_rows_only_those_not_known_before_are_counted(ledger):
    assert record_contacts(ledger, [row("ana"), row("ben")]) == 2
    assert record_contacts(ledger, [row("ana"), row("cy"), row("cy"), row("ben")]) == 1
    assert record_contacts(ledger, []) == 0
    assert [one["customer_id"] for one in contacts_before(ledger, "2026-10-02")] == [
        "ana",
        "ben",
        "cy",
    ]


def test_another_reason_campaign_or_person_is_another_row(ledger):
    record_contact(ledger, **row())
    assert record_contact(ledger, **row(reason_key="tea:2"))
    assert record_contact(ledger, **row(campaign="win_back"))
    assert record_contact(ledger, **row("ben"))


def test_what_somebody_else_recorded_just_now_is_no_fault(ledger, monkeypatch):
    record_contact(ledger, **row("ben"))
    honest, asked = contact_log._unknown, []

    def blind_at_first(of: Ledger, rows: Any) -> Any:
        asked.append(1)
        return list(rows.values()) if len(asked) == 1 else honest(of, rows)

    monkeypatch.setattr(contact_log, "_unknown", blind_at_first)
    assert record_contacts(ledger, [row("ana"), row("ben")]) == 1
    assert len(contacts_before(ledger, "2026-10-02")) == 2


def test_a_row_that_lacks_something_is_an_error_and_not_taken_for_known(ledger):
    with pytest.raises(IntegrityError):
        record_contacts(ledger, [row("ana"), row("ben", segment=None)])
    assert contacts_before(ledger, "2026-12-31") == [], "all or nothing"


def test_a_run_reads_only_what_was_decided_on_earlier_dates(ledger):
    record_contacts(ledger, [row("ana"), row("ben", contact_date="2026-10-02")])
    assert [one["customer_id"] for one in contacts_before(ledger, "2026-10-02")] == ["ana"]
    assert [one["customer_id"] for one in contacts_on(ledger, "2026-10-02")] == ["ben"]


def test_an_earlier_belief_does_not_know_what_was_recorded_later(ledger, at):
    record_contact(ledger, **row("ana"))
    at(NIGHT + timedelta(days=3))
    record_contact(ledger, **row("ben"))
    then = NIGHT + timedelta(days=1)
    assert [one["customer_id"] for one in contacts_before(ledger, "2026-12-31", then)] == ["ana"]


def test_merged_people_bring_their_log_along(ledger):
    record_contacts(ledger, [row("ana"), row("ben", reason_key="mug:1")])
    rows = contacts_before(ledger, "2026-10-02")
    table = log_table(rows, {"hash of ana": "one", "hash of ben": "one"})
    assert table.select("customer_id", "reason_key").rows() == [("one", "mug:1"), ("one", "tea:1")]


def test_of_two_who_are_one_the_message_counts_and_the_latest_of_several(ledger):
    held = row("ana", event="held_out", contact_date="2026-10-01")
    sent = row("ben", contact_date="2026-10-04")
    later = row("cy", contact_date="2026-10-07", event="listed")
    record_contacts(ledger, [held, sent, later])
    rows = contacts_before(ledger, "2026-12-31")
    everybody = dict.fromkeys(("hash of ana", "hash of ben", "hash of cy"), "one")
    for given in (rows, rows[::-1]):
        (kept,) = log_table(given, everybody).iter_rows(named=True)
        assert (kept["contact_date"], kept["event"]) == (date(2026, 10, 7), "listed")


def test_whoever_has_no_known_address_keeps_the_name_in_the_log(ledger):
    record_contacts(ledger, [row("ana", identifier=None), row("ben")])
    table = log_table(contacts_before(ledger, "2026-10-02"), {})
    assert table["customer_id"].to_list() == ["ana", "ben"]


def test_an_empty_log_is_a_table_of_the_same_shape(ledger):
    record_contact(ledger, **row())
    assert log_table([], {}).schema == log_table(contacts_before(ledger, "2026-10-02"), {}).schema


def test_a_person_is_barred_once_and_erasure_outweighs_the_rest(ledger):
    assert suppress(ledger, "h1", "bounced")
    assert not suppress(ledger, "h1", "unsubscribed")
    assert suppress(ledger, "h1", "erased")
    assert not suppress(ledger, "h1", "erased")
    assert not suppress(ledger, "h1", "bounced")
    assert suppress(ledger, "h0", "erased")
    assert suppressed_identifiers(ledger) == [
        {"identifier": "h0", "reason": "erased"}, {"identifier": "h1", "reason": "erased"},
    ]  # fmt: skip


def test_an_earlier_belief_knows_only_who_was_barred_by_then(ledger, at):
    suppress(ledger, "h1", "bounced")
    at(NIGHT + timedelta(days=3))
    suppress(ledger, "h2", "unsubscribed")
    told = suppressed_identifiers(ledger, NIGHT + timedelta(days=1))
    assert told == [{"identifier": "h1", "reason": "bounced"}]


def test_the_hash_of_the_memory_changes_with_what_a_run_may_know_and_with_nothing_else(ledger):
    assert memory_sha256(ledger, "2026-10-02", None) is None
    record_contact(ledger, **row())
    first = memory_sha256(ledger, "2026-10-02", None)
    record_contact(ledger, **row("ben", contact_date="2026-10-02"))
    assert memory_sha256(ledger, "2026-10-02", None) == first
    assert memory_sha256(ledger, "2026-10-03", None) != first
    suppress(ledger, "h1", "erased")
    assert memory_sha256(ledger, "2026-10-02", None) != first
