"""From a rendered mail to a message, and from a message to the outbox folder or an SMTP server.

Composing, keeping and sending are apart, so that the ledger can commit between them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from reports.smtp import MailError, MailRefused, MailUnavailable, SmtpSettings
from reports.smtp_session import SmtpSession, send

if TYPE_CHECKING:
    from reports.render import RenderedMail

__all__ = [
    "MailError",
    "MailRefused",
    "MailUnavailable",
    "SmtpSession",
    "SmtpSettings",
    "compose",
    "send",
    "write_outbox",
]


class _OneLine(UnstructuredHeader):
    """A header whose value is an address: folding would put encoded words into a long one."""

    name: str

    def fold(self, *, policy: Policy[Any]) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _WholeSubject(UnstructuredHeader):
    """A subject that arrives as it was written: folded word by word, a space was doubled or lost."""

    name: str

    def fold(self, *, policy: Policy[Any]) -> str:
        if str(self).isascii() and len(str(self)) < LONGEST_LINE - len("Subject: "):
            return f"{self.name}: {self}{policy.linesep}"
        encoded = Header(str(self), "utf-8", header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {encoded}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", cast(Any, _OneLine))
_HEADERS.map_to_type("subject", cast(Any, _WholeSubject))
# 7 bit: every relay carries it; no 8BITMIME to negotiate.
MAIL_POLICY = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)
#: What else a message may say in its head, and how it must look (RFC 2369, RFC 8058).
LIST_HEADERS = {
    "List-Unsubscribe": r"<https://[!-;=?-~]+>",
    "List-Unsubscribe-Post": r"List-Unsubscribe=One-Click",
}
LONGEST_LINE = 998  # RFC 5322, without the line end


def compose(
    rendered: RenderedMail,
    sender: str,
    recipient: str,
    message_id: str,
    date: datetime,
    list_headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """Build the message: text and HTML as alternatives, pictures inline. Same input, same bytes.

    Args:
        rendered: subject, text, HTML and pictures.
        sender: one address, with a name or without: `Suki <suki@example.com>`.
        recipient: one address; one message for each recipient.
        message_id: `<unique@domain>`; given, so that a message can be made again.
        date: the moment of sending, with its zone.
        list_headers: for mail to customers the two headers of one-click unsubscription. Such mail
            was approved by a person and may be answered, so it is not marked as automatic.

    Raises:
        ValueError: when a header holds a line break or control character, an address is not one,
            the date has no zone, or a list header is none or not as RFC 8058 asks.
    """
    headers = {
        "From": sender,
        "To": recipient,
        "Subject": rendered.subject,
        "Message-ID": message_id,
    }
    for name, value in headers.items():
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise ValueError(f"{name} holds a line break or control character; refused")
    for name in ("From", "To"):
        _check_one_address(name, headers[name])
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", message_id):
        raise ValueError("Message-ID must look like <unique@domain>")
    if date.tzinfo is None:
        raise ValueError("the date of a mail needs a time zone")
    _check_list_headers(list_headers or {})

    message = EmailMessage(policy=MAIL_POLICY)
    for name, value in headers.items():
        message[name] = value
    message["Date"] = format_datetime(date)
    for name, value in (list_headers or {"Auto-Submitted": "auto-generated"}).items():
        message[name] = value
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    _add_pictures(message, rendered)
    for file_name, pdf in rendered.attachments.items():
        message.add_attachment(pdf, "application", "pdf", filename=file_name)
    _fix_boundaries(message, message_id)
    return message


def write_outbox(outbox: Path, key: str, message: EmailMessage) -> Path:
    """Keep a message as `<key>.eml`, whole or not at all; the same message twice is harmless.

    Raises:
        ValueError: when the key could name a person or leave the folder.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", key):
        raise ValueError("an outbox key holds letters, digits, dots, dashes and underlines only")
    outbox.mkdir(parents=True, exist_ok=True)
    path = outbox / f"{key}.eml"
    unfinished = outbox / f".{key}.eml.unfinished"
    unfinished.write_bytes(message.as_bytes())
    unfinished.replace(path)
    return path


def _check_one_address(name: str, value: str) -> None:
    written = re.sub(r"^[^<>]*<([^<>]+)>$", r"\1", value.strip())
    try:
        address = Address(addr_spec=written)
    except (ValueError, IndexError) as error:
        raise ValueError(f"{name} is not one mail address") from error
    if not address.domain or "," in value.replace(written, ""):
        raise ValueError(f"{name} is not one mail address")


def _check_list_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if name not in LIST_HEADERS:
            raise ValueError(f"{name} is no list header; refused")
        if not re.fullmatch(LIST_HEADERS[name], value) or len(name + value) + 2 > LONGEST_LINE:
            raise ValueError(f"{name} is not as RFC 8058 asks; refused")
    if headers and set(headers) != set(LIST_HEADERS):
        raise ValueError(f"{' and '.join(LIST_HEADERS)} go together; refused")


def _add_pictures(message: EmailMessage, rendered: RenderedMail) -> None:
    html_part = message.get_body(("html",))
    if html_part is None:
        raise ValueError("a mail with pictures needs an HTML part")
    for cid, png in rendered.images.items():
        file_name = cid.split("@")[0] + ".png"
        html_part.add_related(
            png, "image", "png", cid=f"<{cid}>", disposition="inline", filename=file_name
        )


def _fix_boundaries(message: EmailMessage, message_id: str) -> None:
    # The library draws boundaries at random; a mail made again must have the same bytes.
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        digest = hashlib.sha256(f"{message_id} {number}".encode()).hexdigest()[:32]
        part.set_boundary(f"=_suki_{digest}")  # "=_" cannot occur in encoded content
