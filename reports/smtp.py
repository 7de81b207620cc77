"""One talk with an SMTP server: connect, log in, hand a message over, say plainly why it was not taken.

`reports.smtp_session` keeps such a connection for many messages.
"""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Literal


class MailError(Exception):
    """A mail was not delivered. The text holds no password and no recipient.

    `may_have_arrived` is true when the connection broke after the message was handed over: such
    a mail must not be sent again silently.
    """

    may_have_arrived = False


class MailRefused(MailError):
    """The server said no for good: login, sender, recipient or content. Trying again is vain."""


class MailUnavailable(MailError):
    """No server, or a temporary no: try again later, unless `may_have_arrived`."""

    def __init__(self, text: str, *, may_have_arrived: bool = False) -> None:
        super().__init__(text)
        self.may_have_arrived = may_have_arrived


@dataclass(frozen=True)
class SmtpSettings:
    """Where mail is handed over. The password never shows in a log or a traceback.

    `messages_per_minute` is how fast the server wants to be asked; None is as fast as it answers.
    """

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 20.0
    messages_per_minute: float | None = None

    @property
    def place(self) -> str:
        """The server as an error message names it."""
        return f"mail server {self.host}:{self.port}"


class PlainConnection(smtplib.SMTP):
    """A connection that knows whether the server has begun to read the message."""

    content_began = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the content; from here on a broken connection leaves it uncertain."""
        self.content_began = True
        return super().data(msg)


class TlsConnection(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    content_began = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the content; from here on a broken connection leaves it uncertain."""
        self.content_began = True
        return super().data(msg)


Connection = PlainConnection | TlsConnection


def connect(smtp: SmtpSettings) -> Connection:
    """A connection that is encrypted and logged in as the settings say.

    Raises:
        MailRefused: bad login, no encryption on offer, a password that would travel readable.
        MailUnavailable: no connection, time-out, certificate not trusted, temporary refusal.
    """
    if smtp.username and smtp.security == "none" and not _is_loopback(smtp.host):
        raise MailRefused(
            f"{smtp.place}: the password would travel readable; set security to starttls or tls"
        )
    server = _opened(smtp)
    try:
        _log_in(server, smtp)
    except MailError:
        server.close()
        raise
    return server


def _opened(smtp: SmtpSettings) -> Connection:
    context = ssl.create_default_context()
    try:
        if smtp.security == "tls":
            return TlsConnection(
                smtp.host, smtp.port, timeout=smtp.timeout_seconds, context=context
            )
        server = PlainConnection(smtp.host, smtp.port, timeout=smtp.timeout_seconds)
    except (OSError, smtplib.SMTPException) as error:
        raise _unreachable(smtp, error) from error
    if smtp.security == "none":
        return server
    try:
        server.starttls(context=context)
    except smtplib.SMTPNotSupportedError as error:
        server.close()
        raise MailRefused(f"{smtp.place} offers no STARTTLS; set security to tls") from error
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        raise _unreachable(smtp, error) from error
    return server


def _log_in(server: Connection, smtp: SmtpSettings) -> None:
    if not smtp.username:
        return
    try:
        server.login(smtp.username, smtp.password)
    except smtplib.SMTPAuthenticationError as error:
        text = f"{smtp.place} refused the login ({error.smtp_code}): check user name and password"
        if 400 <= error.smtp_code < 500:
            raise MailUnavailable(text) from None
        raise MailRefused(text) from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused(f"{smtp.place} offers no login; leave the user name empty") from None
    except (OSError, smtplib.SMTPException) as error:
        raise _unreachable(smtp, error) from None


def hand_over(server: Connection, message: EmailMessage, smtp: SmtpSettings) -> None:
    """Hand one message to a server that is connected.

    Raises:
        MailRefused: sender, recipient or content refused for good.
        MailUnavailable: refused for now, or the connection broke; `may_have_arrived` tells whether
            the server had begun to read.
    """
    server.content_began = False
    # `from None` where the server's words could repeat an address into a log.
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _text in error.recipients.values()})
        raise _answered(smtp, "the recipient", codes[0]) from None
    except smtplib.SMTPSenderRefused as error:
        raise _answered(smtp, "the sender", error.smtp_code) from None
    except smtplib.SMTPResponseException as error:
        raise _answered(smtp, "the message", error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused(f"{smtp.place} does not take addresses beyond ASCII") from None
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        raise _broke_off(smtp, error, server.content_began) from None


def _broke_off(smtp: SmtpSettings, error: Exception, content_began: bool) -> MailUnavailable:
    name = type(error).__name__
    if content_began:
        return MailUnavailable(
            f"{smtp.place} broke off while taking the message ({name}): "
            "it may have arrived, look before sending it again",
            may_have_arrived=True,
        )
    return MailUnavailable(f"{smtp.place} broke off before it took the message ({name})")


def _answered(smtp: SmtpSettings, what: str, code: int) -> MailError:
    if 400 <= code < 500:
        return MailUnavailable(f"{smtp.place} does not take {what} now ({code}): try again later")
    return MailRefused(f"{smtp.place} refused {what} ({code})")


def _unreachable(smtp: SmtpSettings, error: Exception) -> MailUnavailable:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = f"its certificate is not trusted: {error.verify_message}"
    elif isinstance(error, ssl.SSLError):
        why = f"no encrypted connection ({error.reason}); is the security setting right?"
    elif isinstance(error, TimeoutError):
        why = f"no answer within {smtp.timeout_seconds:g} s"
    elif isinstance(error, socket.gaierror):
        why = "the host name is not known"
    elif isinstance(error, ConnectionRefusedError):
        why = "nothing listens there"
    else:
        why = type(error).__name__
    return MailUnavailable(f"{smtp.place} cannot be reached: {why}")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
