"""One connection carries many messages, comes back when it broke, and keeps the server's pace."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Session

from reports.mailer import MailRefused, MailUnavailable, SmtpSession, SmtpSettings, compose
from reports.render import RenderedMail
from reports.smtp import PlainConnection

RENDERED = RenderedMail("Weekly report", "", "Plain text\n", "<p>HTML</p>")


def message(number: int, recipient: str | None = None) -> EmailMessage:
    """The copy of one reader."""
    address = recipient or f"reader{number}@example.com"
    moment = datetime(2026, 11, 1, 4, tzinfo=UTC)
    return compose(RENDERED, "suki@example.com", address, f"<{number}@example.com>", moment)


class Mailbox:
    """Counts connections, resets and messages; ends the connection when a test says so."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.connections: list[Session] = []
        self.resets = 0
        self.messages_per_connection = 1000
        self.drops_before: set[int] = set()
        self._taken: dict[int, int] = {}

    async def handle_EHLO(self, _server: Any, session: Session, _envelope: Any, hostname: str,
                          responses: list[str]) -> list[str]:  # fmt: skip
        self.connections.append(session)
        session.host_name = hostname
        return responses

    async def handle_RSET(self, _server: Any, _session: Session, _envelope: Any) -> str:
        self.resets += 1
        return "250 OK"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Any, address: str, options: list[str]
    ) -> str:
        if len(self.received) in self.drops_before:
            self.drops_before.clear()
            assert server.transport is not None
            server.transport.abort()
        if self._taken.get(id(session), 0) >= self.messages_per_connection:
            return "421 too many messages on this connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Session, envelope: Any) -> str:
        self._taken[id(session)] = self._taken.get(id(session), 0) + 1
        mail = message_from_bytes(envelope.content, policy=default_policy)
        self.received.append(str(mail["To"]))
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[SmtpSettings]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield SmtpSettings("127.0.0.1", port, "none", timeout_seconds=5)
    controller.stop()


def send_all(session: SmtpSession, *messages: EmailMessage) -> list[str]:
    """What became of each."""
    told = []
    for one in messages:
        try:
            session.ready()
            session.send(one)
        except (MailRefused, MailUnavailable) as error:
            told.append(type(error).__name__)
        else:
            told.append("sent")
    return told


def test_ten_messages_travel_over_one_connection_with_a_reset_between(server, mailbox):
    with SmtpSession(server) as session:
        assert send_all(session, *(message(n) for n in range(10))) == ["sent"] * 10
    assert mailbox.received == [f"reader{n}@example.com" for n in range(10)]
    assert len(mailbox.connections) == 1
    assert mailbox.resets == 9


def test_nothing_is_opened_where_nothing_is_sent(server, mailbox):
    with SmtpSession(server):
        pass
    assert mailbox.connections == []


def test_one_recipient_refused_among_ten_leaves_the_connection_to_the_others(server, mailbox):
    copies = [message(n, "nobody@example.com" if n == 4 else None) for n in range(10)]
    with SmtpSession(server) as session:
        told = send_all(session, *copies)
    assert told == ["sent"] * 4 + ["MailRefused"] + ["sent"] * 5
    assert len(mailbox.received) == 9
    assert len(mailbox.connections) == 1


def test_a_connection_lost_while_it_was_idle_is_made_again(server, mailbox):
    with SmtpSession(server) as session:
        assert send_all(session, message(0)) == ["sent"]
        assert isinstance(session._server, PlainConnection)
        session._server.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
        assert send_all(session, message(1)) == ["sent"]
    assert len(mailbox.received) == 2
    assert len(mailbox.connections) == 2


def test_a_server_that_takes_three_messages_per_connection_gets_all_of_them_once(server, mailbox):
    mailbox.messages_per_connection = 3
    with SmtpSession(server) as session:
        assert send_all(session, *(message(n) for n in range(8))) == ["sent"] * 8
    assert mailbox.received == [f"reader{n}@example.com" for n in range(8)]
    assert len(mailbox.connections) == 3


def test_a_connection_dropped_between_two_messages_loses_and_doubles_nothing(server, mailbox):
    mailbox.drops_before = {2}
    with SmtpSession(server) as session:
        assert send_all(session, *(message(n) for n in range(4))) == ["sent"] * 4
    assert mailbox.received == [f"reader{n}@example.com" for n in range(4)]


def test_a_fresh_connection_that_is_dropped_before_the_content_was_not_uncertain(server, mailbox):
    mailbox.drops_before = {0}
    with SmtpSession(server) as session:
        session.ready()
        with pytest.raises(MailUnavailable, match="before it took the message") as caught:
            session.send(message(0))
        assert not caught.value.may_have_arrived
        assert send_all(session, message(1)) == ["sent"]
    assert mailbox.received == ["reader1@example.com"]


def test_a_server_that_is_away_is_asked_once_and_every_message_fails_in_the_same_words(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "reports.smtp_session.connect",
        lambda smtp: asked.append(smtp) or (_ for _ in ()).throw(MailUnavailable("it is away")),
    )
    waited: list[float] = []
    away = SmtpSettings("127.0.0.1", 1, "none", messages_per_minute=1)
    with SmtpSession(away, sleep=waited.append, seconds=lambda: 0.0) as session:
        assert send_all(session, *(message(n) for n in range(5))) == ["MailUnavailable"] * 5
    assert len(asked) == 1
    assert waited == []


class Clock:
    """Time that passes only while somebody sleeps, or when a test lets it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_thirty_messages_a_minute_are_two_seconds_apart(server, mailbox):
    clock = Clock()
    paced = SmtpSettings(server.host, server.port, "none", messages_per_minute=30)
    with SmtpSession(paced, sleep=clock.sleep, seconds=lambda: clock.now) as session:
        assert send_all(session, *(message(n) for n in range(4))) == ["sent"] * 4
    assert clock.slept == [2.0, 2.0, 2.0]


def test_who_was_slow_anyway_does_not_wait_and_has_saved_up_nothing(server):
    clock = Clock()
    paced = SmtpSettings(server.host, server.port, "none", messages_per_minute=30)
    with SmtpSession(paced, sleep=clock.sleep, seconds=lambda: clock.now) as session:
        send_all(session, message(0))
        clock.now += 100
        send_all(session, message(1), message(2))
    assert clock.slept == [2.0]
