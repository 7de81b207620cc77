"""The page behind the unsubscribe link: a small WSGI application, for any server that runs one.

Put it behind the shop's own web server on the address of `contact.unsubscribe_url`; that server
brings HTTPS and keeps crowds away. Looking at the page (GET) stops nothing, because mail scanners
open every link; the button does, and so does the one-click POST of RFC 8058, which comes without
cookies and must not be answered with a redirect.
"""

from __future__ import annotations

import html
import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from email import message_from_bytes
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from suki.consent_hits import record_refusals
from suki.ledger import clock
from suki.settings import Settings
from suki.unsubscribe import TokenError, Unsubscription, read_token

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from reports.message_words import PageWords

log = logging.getLogger("suki.unsubscribe")

LARGEST_BODY_BYTES = 4096
ONE_CLICK = ("List-Unsubscribe", "One-Click")
STOP_ALL = ("stop", "all")
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    ),
]
PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body {{ font: 17px/1.6 -apple-system, "Segoe UI", Roboto, "Noto Sans Thai", Helvetica, Arial, sans-serif;
 color: #17282b; background: #f3f6f5; margin: 0; }} main {{ max-width: 34em; margin: 12vh auto; padding: 0 24px; }}
 h1 {{ font-size: 24px; }} button {{ font: inherit; padding: 10px 20px; margin: 0 12px 12px 0; border: 1px solid #0f5e5a;
 border-radius: 6px; background: #0f5e5a; color: #fff; }} button.quiet {{ background: none; color: #0f5e5a; }}</style>
</head><body><main><h1>{title}</h1>{content}</main></body></html>
"""


class _RefusedRequestError(Exception):
    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class UnsubscribeReceiver:
    """Answers GET with a page and POST with the deed; records hits as the feed `consents`.

    Nothing personal is logged: neither token nor address of the caller.
    """

    def __init__(self, settings: Settings, now: Callable[[], datetime] = clock) -> None:
        """Nothing is opened before the first hit."""
        self._settings, self._now = settings, now

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        try:
            status, body = self._answer(environ)
        except _RefusedRequestError as refused:
            status, body = refused.status, _page("en", f"<p>{refused.status.phrase}</p>")
        except OSError:
            log.exception("somebody's no could not be written down; they were asked to try again")
            status = HTTPStatus.SERVICE_UNAVAILABLE
            body = _page("en", f"<p>{status.phrase}. Please try again in a while.</p>")
        content = body.encode()
        headers = [*HEADERS, ("Content-Length", str(len(content)))]
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("Allow", "GET, HEAD, POST"))
        start_response(f"{status.value} {status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]

    def _answer(self, environ: WSGIEnvironment) -> tuple[HTTPStatus, str]:
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD", "POST"):
            raise _RefusedRequestError(HTTPStatus.METHOD_NOT_ALLOWED)
        asked = parse_qs(environ.get("QUERY_STRING", ""))
        token = asked.get("token", [""])[0]
        try:
            click = read_token(token, self._settings.identity_secret())
        except TokenError:
            return HTTPStatus.BAD_REQUEST, _unknown()
        if method != "POST":
            return HTTPStatus.OK, self._question(click)
        said = _said(environ)
        everything = STOP_ALL in said
        if not everything and ONE_CLICK not in said:
            return HTTPStatus.BAD_REQUEST, self._question(click)
        refused = [
            (click.email_key, click.channel, purpose)
            for purpose in click.purposes(everything=everything)
        ]
        record_refusals(self._settings, refused, self._now())
        log.info("%s of campaign %s was refused", click.purpose, click.campaign)
        return HTTPStatus.OK, _page(click.language, f"<p>{self._word(click, 'done')}</p>")

    def _question(self, click: Unsubscription) -> str:
        name, value = ONE_CLICK
        other_name, other_value = STOP_ALL
        content = (
            f"<p>{self._word(click, 'question')}</p>"
            f'<form method="post"><button name="{name}" value="{value}">{self._word(click, "stop")}</button>'
            f'<button class="quiet" name="{other_name}" value="{other_value}">'
            f"{self._word(click, 'stop_all')}</button></form>"
        )
        return _page(click.language, content)

    def _word(self, click: Unsubscription, name: str) -> str:
        words = str(getattr(_words(click.language), name))
        return html.escape(words.format(shop=self._settings.business.store.name))


def create() -> UnsubscribeReceiver:
    """The receiver of the shop that `SUKI_HOME` names, for a WSGI server that calls a factory."""
    return UnsubscribeReceiver(Settings())


def _words(language: str) -> PageWords:
    from reports.message_words import PAGES

    return PAGES.get(language, PAGES["en"])


def _page(language: str, content: str) -> str:
    title = html.escape(_words(language).title)
    return PAGE.format(lang=html.escape(language), title=title, content=content)


def _unknown() -> str:
    """Whose link it is cannot be told, so all languages are spoken."""
    from reports.message_words import PAGES

    words = [f'<p lang="{code}">{html.escape(page.unknown)}</p>' for code, page in PAGES.items()]
    return _page("en", "".join(words))


def _said(environ: WSGIEnvironment) -> set[tuple[str, str]]:
    """The fields of a form, in either of the two ways RFC 8058 lets a mail program send them."""
    body = _body(environ)
    content_type = environ.get("CONTENT_TYPE", "")
    if not content_type.lower().startswith("multipart/form-data"):
        fields = parse_qs(body.decode("utf-8", "replace"))
        return {(name, value) for name, values in fields.items() for value in values}
    head = content_type.replace("\r", " ").replace("\n", " ").encode("latin-1", "replace")
    message = message_from_bytes(b"Content-Type: " + head + b"\r\n\r\n" + body)
    parts: Any = message.get_payload() if message.is_multipart() else []
    return {
        (
            str(part.get_param("name", "", "content-disposition")),
            part.get_payload(decode=True).decode("utf-8", "replace").strip(),
        )
        for part in parts
        if not part.is_multipart()
    }


def _body(environ: WSGIEnvironment) -> bytes:
    try:
        length = int(environ.get("CONTENT_LENGTH") or "")
    except ValueError as error:
        raise _RefusedRequestError(HTTPStatus.LENGTH_REQUIRED) from error
    if not 0 <= length <= LARGEST_BODY_BYTES:
        raise _RefusedRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        content: bytes = environ["wsgi.input"].read(length)
    except TimeoutError as error:
        raise _RefusedRequestError(HTTPStatus.REQUEST_TIMEOUT) from error
    if len(content) < length:
        raise _RefusedRequestError(HTTPStatus.BAD_REQUEST)
    return content
