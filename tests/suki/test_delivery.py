"""Every message at most once: over runs, over refusals, over kills."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from reports import smtp_session
from reports.render import RenderedMail
from suki.delivery import Delivery, rendered_in
from suki.ledger import Ledger
from suki.settings import Settings
from suki.unsubscribe import list_headers

MAIL = RenderedMail("ร้าน: 71.8%", "", "Plain text", "<p>HTML</p>", {})
NEXT = {"message": "kpi", "period": "2026-10-31", "recipient": "boss@example.com", "run_id": "a"}


class Mailbox:
    """Keeps what it takes; refuses everything while `answer` says so."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.answer = "250 OK"
        self.drops = False

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.drops:
            server.transport.abort()
        return self.answer


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def settings_of(home: Path, port: int | None) -> Settings:
    server = {
        "SUKI_SMTP_HOST": "127.0.0.1", "SUKI_SMTP_PORT": str(port), "SUKI_SMTP_SECURITY": "none",
        "SUKI_SMTP_TIMEOUT_SECONDS": "5",
    }  # fmt: skip
    return Settings({"SUKI_HOME": str(home), "SUKI_IDENTITY_KEY": "k"} | (server if port else {}))


def deliver(settings: Settings, told: list[str] | None = None, **changes: str) -> str:
    delivery = Delivery(
        settings, Ledger(settings.ledger_url), (told if told is not None else []).append
    )
    return delivery.hand_over(MAIL, **(NEXT | changes))


def statuses(settings: Settings) -> list[str]:
    return [m["status"] for m in Ledger(settings.ledger_url).messages()]


def test_one_message_reaches_the_server_once_over_two_runs(tmp_path, mailbox):
    box, port = mailbox
    settings = settings_of(tmp_path, port)
    assert deliver(settings) == "sent"
    assert deliver(settings, run_id="b") == "already"
    assert len(box.received) == 1
    (mail,) = box.received
    assert (mail["To"], mail["Subject"]) == ("boss@example.com", "ร้าน: 71.8%")
    assert statuses(settings) == ["sent"]


@pytest.mark.parametrize(
    "change", [{"recipient": "other@example.com"}, {"period": "2026-11-01"}, {"message": "lists"}]
)
def test_another_recipient_period_or_kind_is_another_message(tmp_path, mailbox, change):
    box, port = mailbox
    settings = settings_of(tmp_path, port)
    deliver(settings)
    assert deliver(settings, **change) == "sent"
    assert len({mail["Message-ID"] for mail in box.received}) == 2


def test_one_address_in_two_cases_is_one_recipient(tmp_path, mailbox):
    settings = settings_of(tmp_path, mailbox[1])
    deliver(settings)
    assert deliver(settings, recipient=" Boss@Example.com") == "already"


@pytest.mark.parametrize("answer", ["451 try later", "550 no"])
def test_a_message_the_server_refused_is_told_and_tried_again_by_the_next_run(
    tmp_path, mailbox, answer
):
    box, port = mailbox
    box.answer = answer
    settings, told = settings_of(tmp_path, port), []
    assert deliver(settings, told) == "failed"
    assert answer[:3] in told[0]
    assert "boss@example.com" not in told[0]
    box.answer = "250 OK"
    assert deliver(settings, run_id="b") == "sent"
    assert deliver(settings, run_id="c") == "already"
    assert len(box.received) == 1


def test_a_server_that_is_not_there_is_a_failure_to_try_again(tmp_path, mailbox):
    box, port = mailbox
    absent = settings_of(tmp_path, 1)
    assert deliver(absent) == "failed"
    assert deliver(settings_of(tmp_path, port)) == "sent"
    assert len(box.received) == 1


def test_a_server_that_breaks_off_after_taking_the_message_is_not_asked_twice(tmp_path, mailbox):
    box, port = mailbox
    box.drops = True
    settings, told = settings_of(tmp_path, port), []
    assert deliver(settings, told) == "uncertain"
    assert "may have arrived" in told[0]
    box.drops = False
    assert deliver(settings) == "already"
    assert len(box.received) == 1
    assert statuses(settings) == ["uncertain"]


def _killed_while_sending(home: Path, port: int) -> None:
    def taken_and_killed(*_arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    smtp_session.hand_over = taken_and_killed
    deliver(settings_of(home, port))


def test_a_process_killed_between_sending_and_sent_leaves_a_message_nobody_sends_again(
    tmp_path, mailbox
):
    box, port = mailbox
    process = multiprocessing.get_context("fork").Process(
        target=_killed_while_sending, args=(tmp_path, port)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    settings = settings_of(tmp_path, port)
    assert statuses(settings) == ["sending"]
    assert deliver(settings) == "already"
    assert statuses(settings) == ["sending"]
    assert box.received == []


def test_a_process_killed_before_it_asked_the_server_is_made_good_by_the_next_run(
    tmp_path, mailbox, monkeypatch
):
    box, port = mailbox
    settings = settings_of(tmp_path, port)
    with monkeypatch.context() as patch:
        patch.setattr("reports.mailer.compose", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            deliver(settings)
    assert statuses(settings) == ["queued"]
    assert deliver(settings) == "sent"
    assert len(box.received) == 1


def test_two_processes_that_both_claimed_a_message_send_it_once(tmp_path, mailbox, monkeypatch):
    import reports.mailer

    box, port = mailbox
    settings, compose, inner = settings_of(tmp_path, port), reports.mailer.compose, []

    def overtaken(*arguments: Any) -> Any:
        """While the first composes, a second process comes by and sends."""
        monkeypatch.setattr("reports.mailer.compose", compose)
        inner.append(deliver(settings, run_id="second"))
        return compose(*arguments)

    monkeypatch.setattr("reports.mailer.compose", overtaken)
    assert deliver(settings, run_id="first") == "already"
    assert inner == ["sent"]
    assert len(box.received) == 1


def test_without_a_server_the_message_lies_in_the_outbox_once(tmp_path):
    settings = settings_of(tmp_path, None)
    assert deliver(settings) == "written"
    assert deliver(settings) == "already"
    (path,) = settings.outbox.iterdir()
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert mail["To"] == "boss@example.com"
    assert Ledger(settings.ledger_url).messages()[0]["path"] == path.name


def test_an_address_that_is_none_is_one_failure_told_without_it_and_no_exception(tmp_path, mailbox):
    settings, told = settings_of(tmp_path, mailbox[1]), []
    assert deliver(settings, told, recipient="no address") == "failed"
    assert told == ["kpi for 2026-10-31 was not sent: To is not one mail address"]
    assert deliver(settings) == "sent"


def test_a_message_waits_for_its_turn_and_its_connection_before_it_is_in_the_servers_hands(
    tmp_path, mailbox
):
    """A kill while waiting leaves a message that the next run simply sends."""
    from reports.mailer import SmtpSession, SmtpSettings

    settings = settings_of(tmp_path, mailbox[1])
    ledger, seen = Ledger(settings.ledger_url), []

    def sleep(_seconds: float) -> None:
        seen.append(statuses(settings))

    server = SmtpSettings("127.0.0.1", mailbox[1], "none", messages_per_minute=1)
    with SmtpSession(server, sleep=sleep, seconds=lambda: 0.0) as session:
        delivery = Delivery(settings, ledger, [].append, session)
        assert delivery.hand_over(MAIL, **NEXT) == "sent"
        assert delivery.hand_over(MAIL, **(NEXT | {"period": "2026-11-30"})) == "sent"
    assert [sorted(one) for one in seen] == [["queued", "sent"]]


def test_the_ledger_holds_no_address(tmp_path):
    settings = settings_of(tmp_path, None)
    deliver(settings)
    assert b"boss@example.com" not in b"".join(
        path.read_bytes() for path in settings.state.iterdir()
    )


def test_mail_to_a_customer_carries_the_two_headers_of_one_click(tmp_path, mailbox):
    box, port = mailbox
    url = "https://shop.example.com/unsubscribe?token=" + "A" * 140
    settings = settings_of(tmp_path, port)
    delivery = Delivery(settings, Ledger(settings.ledger_url), [].append)
    assert delivery.hand_over(MAIL, **NEXT, list_headers=list_headers(url)) == "sent"
    (mail,) = box.received
    assert mail["List-Unsubscribe"] == f"<{url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_mail_is_read_back_from_a_run_folder_as_it_was_rendered(tmp_path):
    from reports.render import write_rendered

    rendered = RenderedMail("Subject", "pre", "text\n", "<p>x</p>", {"chart@suki": b"\x89PNG"})
    write_rendered(rendered, tmp_path, "kpi")
    again = rendered_in(tmp_path, "kpi")
    assert (again.subject, again.text, again.html) == ("Subject", "text\n", "<p>x</p>")
    assert again.images == rendered.images
