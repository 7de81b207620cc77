"""Nothing goes to customers unless somebody said so, about these words and people, in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from suki import approvals
from suki.approvals import Approval, ask, decide, finish, of_campaign, of_date
from suki.errors import ConfigurationError
from suki.ledger import Ledger
from suki.mailing_steps import settle

NIGHT = datetime(2026, 10, 1, 20, tzinfo=UTC)
DAY = "2026-10-01"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch):
    def turn(moment: datetime) -> None:
        monkeypatch.setattr(approvals, "clock", lambda: moment)

    turn(NIGHT)
    return turn


def asked(ledger: Ledger, content: str = "words", **changes: Any) -> Approval:
    values = {
        "as_of": DAY, "campaign": "reorder", "run_id": "r1", "content_sha256": content, "people_count": 3,
        "expires_after": timedelta(hours=36), **changes,
    }  # fmt: skip
    return ask(ledger, **values)


def status(ledger: Ledger, campaign: str = "reorder") -> str:
    found = of_campaign(ledger, DAY, campaign)
    assert found is not None
    return found.status


def approve(ledger: Ledger, **changes: Any) -> Approval:
    return decide(ledger, DAY, "reorder", **{"approve": True, "by": "Mara", **changes})


def published(ledger: Ledger, as_of: str) -> None:
    ledger.open_run(f"run of {as_of}", as_of, None)
    ledger.close_run(f"run of {as_of}", "published")


def test_what_is_asked_for_waits(ledger):
    one = asked(ledger)
    assert (one.status, one.people_count, one.decided_by) == ("pending", 3, None)
    assert one.expires_at == NIGHT + timedelta(hours=36)


@pytest.mark.parametrize(("yes", "told"), [(True, "approved"), (False, "rejected")])
def test_asked_again_with_the_same_content_the_decision_stands(ledger, at, yes, told):
    asked(ledger)
    approve(ledger, approve=yes)
    at(NIGHT + timedelta(hours=1))
    again = asked(ledger, run_id="r2")
    assert (again.status, again.decided_by, again.run_id) == (told, "Mara", "r1")
    assert again.expires_at == NIGHT + timedelta(hours=36), "asking again buys no time"


@pytest.mark.parametrize("yes", [True, False])
def test_another_content_is_asked_for_anew(ledger, yes):
    asked(ledger)
    approve(ledger, approve=yes)
    again = asked(ledger, "other words", run_id="r2", people_count=5)
    assert (again.status, again.decided_by, again.run_id, again.people_count) == (
        "pending",
        None,
        "r2",
        5,
    )


def test_what_nobody_approved_in_time_is_not_sent(ledger, at):
    asked(ledger)
    at(NIGHT + timedelta(hours=35, minutes=59))
    assert status(ledger) == "pending"
    at(NIGHT + timedelta(hours=36))
    assert status(ledger) == "expired"
    with pytest.raises(ConfigurationError, match="is expired and cannot be decided"):
        approve(ledger)
    assert asked(ledger).status == "expired", "the same words are not asked for again"


def test_what_was_approved_and_never_sent_runs_out_too(ledger, at):
    asked(ledger)
    approve(ledger)
    at(NIGHT + timedelta(hours=37))
    assert status(ledger) == "expired"


def test_a_newer_publication_overtakes_what_waits_but_not_what_was_decided_against(ledger):
    asked(ledger)
    asked(ledger, campaign="win_back")
    decide(ledger, DAY, "win_back", approve=False, by="Mara")
    published(ledger, DAY)
    assert status(ledger) == "pending"
    published(ledger, "2026-10-02")
    assert (status(ledger), status(ledger, "win_back")) == ("expired", "rejected")


def test_what_went_out_stays_done_whatever_comes(ledger, at):
    asked(ledger)
    approve(ledger)
    finish(ledger, DAY, "reorder")
    assert asked(ledger, "other words").status == "done"
    at(NIGHT + timedelta(days=30))
    published(ledger, "2026-10-20")
    assert status(ledger) == "done"
    with pytest.raises(ConfigurationError, match="is done"):
        approve(ledger, approve=False)


def test_messages_that_were_on_their_way_when_the_time_ran_out_are_done(ledger, at):
    asked(ledger)
    approve(ledger)
    at(NIGHT + timedelta(hours=37))
    assert status(ledger) == "expired"
    finish(ledger, DAY, "reorder")
    assert status(ledger) == "done"


def test_what_nobody_approved_cannot_be_done(ledger, at):
    asked(ledger)
    finish(ledger, DAY, "reorder")
    assert status(ledger) == "pending"
    at(NIGHT + timedelta(hours=37))
    assert status(ledger) == "expired"
    finish(ledger, DAY, "reorder")
    assert status(ledger) == "expired"


def test_what_was_rejected_cannot_be_done(ledger):
    asked(ledger)
    approve(ledger, approve=False)
    finish(ledger, DAY, "reorder")
    assert status(ledger) == "rejected"


def test_an_approval_may_be_taken_back_until_it_is_used(ledger):
    asked(ledger)
    approve(ledger)
    assert approve(ledger, approve=False).status == "rejected"
    with pytest.raises(ConfigurationError, match="is rejected"):
        approve(ledger)


def test_only_what_was_shown_can_be_approved(ledger):
    asked(ledger)
    with pytest.raises(ConfigurationError, match="has changed since it was shown"):
        approve(ledger, content_sha256="what was shown")
    assert approve(ledger, content_sha256="words").status == "approved"


def test_words_that_change_at_the_moment_of_approval_are_not_approved(ledger, monkeypatch):
    asked(ledger)
    shown = of_campaign(ledger, DAY, "reorder")
    asked(ledger, "other words")
    monkeypatch.setattr(approvals, "of_campaign", lambda *_: shown)
    with pytest.raises(ConfigurationError, match="just now"):
        approve(ledger)
    monkeypatch.undo()
    monkeypatch.setattr(approvals, "clock", lambda: NIGHT)
    assert status(ledger) == "pending"


def test_what_was_never_asked_for_cannot_be_approved(ledger):
    with pytest.raises(ConfigurationError, match="nothing of campaign 'reorder' waits"):
        approve(ledger)


def test_a_date_tells_all_its_campaigns_by_name(ledger):
    for name in ("win_back", "reorder"):
        asked(ledger, campaign=name)
    asked(ledger, as_of="2026-10-02")
    assert [one.campaign for one in of_date(ledger, DAY)] == ["reorder", "win_back"]


def test_the_same_question_of_a_date_made_again_is_answered_for_the_newer_run(ledger):
    first = asked(ledger)
    again = asked(ledger, run_id="made_again")
    assert first.run_id != again.run_id == "made_again"
    assert settle("made_again", again.as_of, None, approve=True, by="ana", ledger=ledger) == {
        again.campaign: "approved"
    }
    assert settle(first.run_id, again.as_of, None, approve=False, by="ana", ledger=ledger) == {
        again.campaign: "of_another_run"
    }
