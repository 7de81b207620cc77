"""Looking at message templates before anybody is written to: every one, in every language."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

from reports.message_html import check_source
from reports.message_templates import (
    CAMPAIGN_VARIABLES,
    LANGUAGES,
    OPTIONAL_VARIABLES,
    PARTS,
    SHOP_VARIABLES,
    MessageError,
    MessageTemplate,
    Part,
    TemplateMistakeError,
    compiled,
    sandbox,
)
from reports.messages import Letterhead, render_message
from reports.render import RenderedMail

#: What a message is made with where nobody is meant: the variables an audience may bring.
SAMPLES: dict[str, Any] = {
    "first_name": "Ana",
    "offer": "10 % off with SUKI10",
    "survey_url": "https://survey.example.com/s",
    "sku": "BB-250",
    "product_name": "Benguet Blend, 250 g",
    "category": "Coffee",
    "bought_product_name": "French Press, 600 ml",
    "order_id": "1042",
    "last_order_date": date(2026, 9, 4),
    "due_date": date(2026, 10, 7),
    "days": 33,
    "years": 2,
    "points": 1250,
    "amount": Decimal("1234.50"),
    "theme": "slow delivery",
    "tier": "Gold",
}
SAMPLE_LETTERHEAD = Letterhead(
    shop_name="My shop",
    shop_url="https://shop.example.com",
    sender_identity="My Shop Inc.",
    postal_address="12 Mabango Ave., 1000 Manila, Philippines",
    currency="PHP",
)
SAMPLE_LINK = "https://shop.example.com/unsubscribe?token=sample"


@dataclass(frozen=True)
class Finding:
    """One thing found wrong with a template, or worth knowing (`is_warning`)."""

    path: str
    message: str
    language: str = ""
    part: str = ""
    line: int | None = None
    is_warning: bool = False

    def __str__(self) -> str:
        """Where, then what."""
        line = f", line {self.line}" if self.line else ""
        inside = ", ".join(word for word in (self.language, self.part) if word)
        return f"{self.path}{line}{f' ({inside})' if inside else ''}: {self.message}"


def check_templates(
    templates: Iterable[MessageTemplate], variables: Mapping[str, Collection[str]] | None = None
) -> list[Finding]:
    """Everything wrong with templates, in the order of their files.

    Every wording is parsed, held against its variables and the HTML that a message may hold,
    and rendered eight times: with and without a first name, an offer and a shop to lead to.

    Args:
        templates: as read from `config/messages/`.
        variables: template name -> what the audiences of its campaigns bring and is never null
            there; a template that is not named may use every variable there is.
    """
    found: list[Finding] = []
    for template in templates:
        allowed = (variables or {}).get(template.name, SAMPLES)
        absent = [code for code in LANGUAGES if code not in template.languages]
        found += [
            Finding(
                template.path,
                f"no wording in {code!r}; its speakers get the campaign's language, else English",
                is_warning=True,
            )
            for code in absent
        ]
        for language in template.languages:
            found += _mistakes(template, language, allowed)
    return found


def sample_message(
    template: MessageTemplate,
    language: str,
    letterhead: Letterhead = SAMPLE_LETTERHEAD,
    values: Mapping[str, Any] | None = None,
    purpose: str = "marketing",
) -> RenderedMail:
    """The message as a made-up person would get it; `values` win over the samples.

    Raises:
        MessageError: it cannot be made.
    """
    return render_message(
        template,
        SAMPLES | dict(values or {}),
        language=language,
        purpose=purpose,
        letterhead=letterhead,
        unsubscribe_url=SAMPLE_LINK,
    )


def _mistakes(
    template: MessageTemplate, language: str, allowed: Collection[str]
) -> Iterator[Finding]:
    wording = template.languages[language]
    mistakes = [
        Finding(template.path, str(error), language, name, part.line + error.line - 1)
        for name in PARTS
        for part in (getattr(wording, name),)
        for error in _mistakes_of_part(name, part, language, allowed)
    ]
    yield from mistakes
    if mistakes:
        return
    failed: list[set[str]] = []
    for size in range(len(OPTIONAL_VARIABLES) + 1):
        for absent in map(set, combinations(OPTIONAL_VARIABLES, size)):
            if any(smaller <= absent for smaller in failed):
                continue
            head = (
                replace(SAMPLE_LETTERHEAD, shop_url="")
                if "shop_url" in absent
                else SAMPLE_LETTERHEAD
            )
            try:
                sample_message(template, language, head, values=dict.fromkeys(absent))
            except MessageError as error:
                failed.append(absent)
                who = f" (for whoever has no {' and no '.join(sorted(absent))})" if absent else ""
                yield Finding(template.path, f"{error}{who}", language)


def _nearest(variable: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(variable, known, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(known)}"


def _mistakes_of_part(
    name: str, part: Part, language: str, allowed: Collection[str]
) -> Iterator[TemplateMistakeError]:
    is_html = name == "html"
    fixed = (*OPTIONAL_VARIABLES, *SHOP_VARIABLES, *CAMPAIGN_VARIABLES)
    known = tuple(dict.fromkeys((*fixed, *allowed)))
    try:
        ready = compiled(part.source, language, SAMPLE_LETTERHEAD.currency, is_html=is_html)
        for variable, line in ready.variables.items():
            if variable not in known:
                hint = _nearest(variable, known)
                yield TemplateMistakeError(line, f"no variable {variable!r} in this message{hint}")
        if is_html:
            check_source(part.source, sandbox(language, "PHP", is_html=True))
        if name == "subject" and "\n" in part.source.strip():
            yield TemplateMistakeError(1, "a subject is one line")
    except TemplateMistakeError as error:
        yield error
