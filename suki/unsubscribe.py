"""Unsubscribe links: who may stop what, signed, so that the link alone is enough to act on.

A link must work for as long as the message lies in somebody's mailbox, so a token never expires. It
holds the keyed hash of the address, never the address; it cannot be forged without the identity key
of the installation, and with another key all links sent before are dead.

The headers are those of RFC 8058. Mail programs act on them only where a valid DKIM signature covers
both; signing is the mail server's part (`SUKI_SMTP_HOST`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from suki.settings import Settings

VERSION = "1"
LABEL = b"suki unsubscribe token, version 1"
SEPARATOR = "\x1f"
LONGEST_TOKEN = 500
#: Advertising in the eyes of whoever gets it: a no to one is a no to the other.
ADVERTISING = ("marketing", "birthday")
#: What "all messages" means; word about a purchase is stopped only from such a message itself.
EVERYTHING = (*ADVERTISING, "survey")


class TokenError(Exception):
    """The token is not one of this installation; the text holds nothing of it."""


@dataclass(frozen=True)
class Unsubscription:
    """What a link stands for.

    Attributes:
        email_key: keyed hash of the recipient's address, as the readers make it.
        channel: channel of the message, such as email.
        purpose: what the message was sent for: marketing, birthday, survey or service.
        campaign: name of the campaign in campaigns.yml.
        as_of: business date of the run that sent it.
        language: language of the message, so that the page speaks it too.
    """

    email_key: str
    channel: str
    purpose: str
    campaign: str
    as_of: date
    language: str

    def purposes(self, *, everything: bool = False) -> tuple[str, ...]:
        """The purposes that a click refuses."""
        if everything:
            return tuple(dict.fromkeys((*EVERYTHING, self.purpose)))
        return ADVERTISING if self.purpose in ADVERTISING else (self.purpose,)


def address_key(address: str, secret: bytes) -> str:
    """The keyed hash of an address, the same that the readers give it."""
    from transforms.identity import person_key

    normal = unicodedata.normalize("NFKC", address).strip().lower()
    return person_key(secret)("email", normal)


def token_for(click: Unsubscription, secret: bytes) -> str:
    """A token for a link; letters, digits, `-`, `_` and one dot.

    Args:
        secret: identity secret of the installation.
    """
    fields = (
        VERSION, click.email_key, click.channel, click.purpose, click.campaign,
        click.as_of.isoformat(), click.language,
    )  # fmt: skip
    if any(SEPARATOR in field for field in fields):
        raise ValueError("a field of a token holds a control character")
    payload = SEPARATOR.join(fields).encode()
    return f"{_encoded(payload)}.{_encoded(_signature(payload, secret))}"


def read_token(token: str, secret: bytes) -> Unsubscription:
    """What a token stands for.

    Raises:
        TokenError: it was cut short, altered, or signed with another key.
    """
    payload_text, _, signature_text = token[: LONGEST_TOKEN + 1].partition(".")
    try:
        payload, signature = _decoded(payload_text), _decoded(signature_text)
    except (binascii.Error, ValueError) as error:
        raise TokenError("the token is no token") from error
    # Verified before anything in it is looked at, in a time that tells nothing about the key.
    if len(token) > LONGEST_TOKEN or not hmac.compare_digest(
        signature, _signature(payload, secret)
    ):
        raise TokenError("the token was not signed with this key")
    try:
        version, email_key, channel, purpose, campaign, as_of, language = payload.decode().split(
            SEPARATOR
        )
        click = Unsubscription(
            email_key, channel, purpose, campaign, date.fromisoformat(as_of), language
        )
    except ValueError as error:
        raise TokenError("the token is of a version that is not known") from error
    if version != VERSION or not re.fullmatch(r"[0-9a-f]{32}", email_key):
        raise TokenError("the token is of a version that is not known")
    return click


def unsubscribe_url(click: Unsubscription, settings: Settings) -> str:
    """The recipient's own link.

    Raises:
        ValueError: the shop names no address; ask `customer_mail_refusal` first.
    """
    base = settings.business.contact.unsubscribe_url
    if not base:
        raise ValueError("contact.unsubscribe_url is not set")
    return f"{base}?token={token_for(click, settings.identity_secret())}"


def list_headers(url: str) -> dict[str, str]:
    """The two headers by which a mail program offers one-click unsubscription (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def customer_mail_refusal(settings: Settings) -> str | None:
    """Why no mail may go to customers, or None where it may; lists are made all the same."""
    contact = settings.business.contact
    missing = [
        name
        for name in ("unsubscribe_url", "sender_identity", "postal_address")
        if not getattr(contact, name)
    ]
    if not missing:
        return None
    verb = "is" if len(missing) == 1 else "are"
    return (
        f"no mail goes to customers: {', '.join(missing)} {verb} not set under [contact] in suki.toml; "
        "lists are made, messages are not sent"
    )


def _signature(payload: bytes, secret: bytes) -> bytes:
    # A key of its own, so that no other hash made with the secret can pass for a token.
    key = hmac.new(secret, LABEL, hashlib.sha256).digest()
    return hmac.new(key, payload, hashlib.sha256).digest()


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    padded = text + "=" * (-len(text) % 4)
    return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
