"""One connection for all messages of a step: kept between them, made again when it broke, paced."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from reports.smtp import Connection, MailError, MailUnavailable, SmtpSettings, connect, hand_over


class SmtpSession:
    """A connection made when first needed, and closed at the end of the `with` block.

    `ready` does everything that can be done before a message is at stake: it waits for its turn,
    and connects or reconnects. `send` then hands one message over. A server that cannot be reached
    or refuses the login is asked once: every later message of the session fails in the same words,
    so that an hour without a server does not cost a time-out for each of a thousand messages.
    """

    def __init__(
        self,
        smtp: SmtpSettings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is opened yet.

        Args:
            smtp: the server, and how many messages a minute it wants.
            sleep: waits; given by tests.
            seconds: a clock that never goes back; given by tests.
        """
        self._smtp, self._sleep, self._seconds = smtp, sleep, seconds
        self._server: Connection | None = None
        self._is_used = False
        self._given_up: MailError | None = None
        self._turn_at: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ready(self) -> None:
        """Wait for this message's turn and have a connection that answers; nothing is handed over.

        Raises:
            MailRefused: bad login, no encryption on offer.
            MailUnavailable: no connection, time-out, certificate not trusted.
        """
        if self._given_up is not None:
            raise self._given_up
        self._wait_for_turn()
        if self._server is not None and not _answers(self._server):
            self._drop()
        self._connected()

    def send(self, message: EmailMessage) -> None:
        """Hand one message to the server.

        Raises:
            MailRefused: sender, recipient or content refused for good.
            MailUnavailable: no connection, temporary refusal, or broken off (`may_have_arrived`).
        """
        server, is_used = self._connected(), self._is_used
        self._is_used = True
        try:
            hand_over(server, message, self._smtp)
        except MailUnavailable as error:
            if server.sock is not None:
                raise
            self._drop()
            # A server may end a connection after so many messages; nothing of this one was taken.
            if error.may_have_arrived or not is_used:
                raise
            hand_over(self._connected(), message, self._smtp)
            self._is_used = True

    def close(self) -> None:
        """Take leave of the server; what was sent stays sent, whatever it answers."""
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
        self._drop()

    def _wait_for_turn(self) -> None:
        if not self._smtp.messages_per_minute:
            return
        now = self._seconds()
        if self._turn_at is not None and now < self._turn_at:
            self._sleep(self._turn_at - now)
            now = self._turn_at
        self._turn_at = now + 60 / self._smtp.messages_per_minute

    def _connected(self) -> Connection:
        if self._server is None:
            try:
                self._server = connect(self._smtp)
            except MailError as error:
                self._given_up = error
                raise
        return self._server

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server, self._is_used = None, False


def send(message: EmailMessage, smtp: SmtpSettings) -> None:
    """Hand over one message on a connection of its own; raises as `SmtpSession` does."""
    with SmtpSession(smtp) as session:
        session.ready()
        session.send(message)


def _answers(server: Connection) -> bool:
    """Whether the server is still there and has forgotten the message before."""
    try:
        return server.rset()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False
