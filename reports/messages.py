"""One customer message for one recipient: words in their language, their name only where known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from reports.message_html import check_fragment
from reports.message_templates import (
    OPTIONAL_VARIABLES,
    PARTS,
    MessageError,
    MessageTemplate,
    TemplateMistakeError,
    Wording,
    compiled,
)
from reports.message_words import FOOTERS
from reports.render import TEMPLATES, RenderedMail

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from jinja2 import Environment

LONGEST_NAME = 40
LONGEST_SUBJECT = 200
#: A dot with a word right behind it makes an address that mail programs turn into a link.
LINK_IN_NAME = re.compile(r"\.\w{2,}")
PUNCTUATION_IN_NAMES = " '’ʼ.-‐‑·"


@dataclass(frozen=True)
class Letterhead:
    """What every message of a shop carries, whoever it goes to; `shop_url` may be empty."""

    shop_name: str
    shop_url: str
    sender_identity: str
    postal_address: str
    currency: str


def choose_language(preferred: str | None, fallback: str, template: MessageTemplate) -> str:
    """The language to write in: the customer's, else the campaign's, else English.

    Regions do not matter (`pl-PL` is `pl`), and Tagalog is Filipino.

    Raises:
        MessageError: the template has none of the three.
    """
    for wanted in (preferred, fallback, "en"):
        code = re.split(r"[-_]", (wanted or "").strip().lower())[0]
        code = {"tl": "fil"}.get(code, code)
        if code in template.languages:
            return code
    raise MessageError(f"message {template.name!r} has no wording in {fallback!r} or English")


def plain_name(stated: str | None) -> str | None:
    """A first name fit to be printed, or None where it is none or looks like something else.

    Letters of any script with their marks, spaces, apostrophes, hyphens and dots make a name.
    Whatever holds a digit, `<`, `{`, `=`, `@`, `/` or any other sign, an address such as
    `shop.example`, or more than 40 characters was typed by a machine or a prankster: the person
    is then greeted without a name. Control and formatting characters are taken out first.
    """
    name = _on_one_line(unicodedata.normalize("NFC", stated or ""), joiners="")
    is_name = all(c in PUNCTUATION_IN_NAMES or unicodedata.category(c)[0] in "LM" for c in name)
    has_letter = any(unicodedata.category(c)[0] == "L" for c in name)
    if not (is_name and has_letter) or len(name) > LONGEST_NAME or LINK_IN_NAME.search(name):
        return None
    return name


def render_message(
    template: MessageTemplate,
    values: Mapping[str, Any],
    *,
    language: str,
    purpose: str,
    letterhead: Letterhead,
    unsubscribe_url: str,
) -> RenderedMail:
    """Make the message for one recipient.

    Args:
        template: the template, checked or not.
        values: `first_name` and `offer` (either may be None) and the variables of the campaign's
            audience. Text is put on one line; dates and Decimals are written as the language does.
        language: as `choose_language` found it.
        purpose: what the recipient agreed to: marketing, birthday, survey or service.
        letterhead: the shop's own lines.
        unsubscribe_url: this recipient's own link, https.

    Raises:
        MessageError: a variable is missing or empty, the HTML is broken, or the subject is no
            line. The message must not be sent; the text holds no value.
    """
    told = f"message {template.name!r} in {language!r}"
    wording = template.languages.get(language)
    if wording is None:
        raise MessageError(f"{told}: the template has no such language")
    if not unsubscribe_url.startswith("https://"):
        raise MessageError(f"{told}: without an https unsubscribe link nothing is sent")
    known = _one_line(values) | {
        "first_name": plain_name(values.get("first_name")),
        "offer": _on_one_line(values.get("offer") or "") or None,
        "shop_name": letterhead.shop_name,
        "shop_url": letterhead.shop_url or None,
    }
    parts = _rendered(wording, known, language, letterhead.currency, told)
    subject = _subject(parts["subject"], told)
    around = _around(language, purpose, letterhead, unsubscribe_url) | {"subject": subject}
    # Escaped where it was rendered, and checked since.
    letter = Markup(parts["html"].strip())
    html = _layout(True).get_template("message.html").render(around, letter=letter)
    text = (
        _layout(False).get_template("message.txt").render(around, letter=_paragraphs(parts["text"]))
    )
    return RenderedMail(subject, "", text.strip() + "\n", _inliner().inline(html))


def _around(
    language: str, purpose: str, letterhead: Letterhead, unsubscribe_url: str
) -> dict[str, Any]:
    words = FOOTERS[language]
    return {
        "lang": language,
        "shop_name": letterhead.shop_name,
        "why": words.why[purpose].format(shop=letterhead.shop_name),
        "words": words,
        "unsubscribe_url": unsubscribe_url,
        "sent_by": words.sent_by.format(
            sender=letterhead.sender_identity, address=letterhead.postal_address
        ),
    }


def _rendered(
    wording: Wording, values: Mapping[str, Any], language: str, currency: str, told: str
) -> dict[str, str]:
    parts = {}
    for part in PARTS:
        try:
            ready = compiled(
                getattr(wording, part).source, language, currency, is_html=part == "html"
            )
            for name in ready.variables:
                if name not in OPTIONAL_VARIABLES and values.get(name) in (None, ""):
                    raise MessageError(f"{told}, {part}: the variable {name!r} is missing or empty")
            parts[part] = ready.render(values)
            if part == "html":
                check_fragment(parts[part])
        except TemplateMistakeError as error:
            raise MessageError(f"{told}, {part}: {error}") from error
        if not parts[part].strip():
            raise MessageError(f"{told}: the {part} is empty")
    return parts


def _subject(rendered: str, told: str) -> str:
    subject = rendered.strip()
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in subject):
        raise MessageError(f"{told}: the subject is more than one line")
    if len(subject) > LONGEST_SUBJECT:
        raise MessageError(f"{told}: the subject has more than {LONGEST_SUBJECT} characters")
    return subject


def _paragraphs(text: str) -> str:
    """A condition that was not met leaves no gap."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _one_line(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _on_one_line(value) if isinstance(value, str) else value
        for name, value in values.items()
    }


def _on_one_line(text: str, joiners: str = "\u200c\u200d") -> str:
    """Text without control and formatting characters, which could forge headers or paragraphs.

    The joiners stay: emoji and some scripts are written with them.
    """
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category not in ("Cf", "Cs") or character in joiners:
            kept.append(character)
    return " ".join("".join(kept).split())


@lru_cache(maxsize=2)
def _layout(is_html: bool) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=is_html,
        undefined=StrictUndefined,
    )


@lru_cache(maxsize=1)
def _inliner() -> CSSInliner:
    import css_inline

    return css_inline.CSSInliner(load_remote_stylesheets=False)
