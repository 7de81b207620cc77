"""Handing a message to an SMTP server, and saying in plain words why it was not taken."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal


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
    """Where mail is handed over. The password never shows in a log or a traceback."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 20.0

    @property
    def place(self) -> str:
        """The server as an error message names it."""
        return f"mail server {self.host}:{self.port}"


def send(message: EmailMessage, smtp: SmtpSettings) -> None:
    """Hand one message to the server.

    Raises:
        MailRefused: bad login, unknown recipient, refused content, no encryption on offer.
        MailUnavailable: no connection, time-out, certificate not trusted, temporary refusal.
    """
    if smtp.username and smtp.security == "none" and not _is_loopback(smtp.host):
        raise MailRefused(
            f"{smtp.place}: the password would travel readable; set security to starttls or tls"
        )
    with _connected(smtp) as server:
        _log_in(server, smtp)
        _hand_over(server, message, smtp)


def _connected(smtp: SmtpSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    try:
        if smtp.security == "tls":
            return smtplib.SMTP_SSL(
                smtp.host, smtp.port, timeout=smtp.timeout_seconds, context=context
            )
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout_seconds)
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


def _log_in(server: smtplib.SMTP, smtp: SmtpSettings) -> None:
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


def _hand_over(server: smtplib.SMTP, message: EmailMessage, smtp: SmtpSettings) -> None:
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
        raise MailUnavailable(
            f"{smtp.place} broke off while taking the message ({type(error).__name__}): "
            "it may have arrived, look before sending it again",
            may_have_arrived=True,
        ) from None


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
