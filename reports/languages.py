"""The four languages of the reports: which one is spoken now, and its catalogue.

English is the source text. The other catalogues are `locale/<language>/LC_MESSAGES/suki.po`,
compiled in memory when first spoken; `python -m reports.catalogues` keeps them up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from reports.tables import ReportError

Wanted = ParamSpec("Wanted")
Made = TypeVar("Made")

LANGUAGES = {"en": "English", "fil": "Filipino", "th": "ไทย", "pl": "Polski"}
SOURCE_LANGUAGE = "en"
DOMAIN = "suki"
LOCALES = Path(__file__).parent / "locale"


def language_of(locale: str) -> str:
    """The language of a locale such as `fil_PH` or `pl-PL`.

    Raises:
        ReportError: Suki does not speak it; the message names the four it speaks.
    """
    language = locale.replace("-", "_").partition("_")[0].lower()
    if language not in LANGUAGES:
        spoken = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
        raise ReportError(f"{locale!r} is no language of the reports; choose one of {spoken}")
    return language


def catalogue_path(language: str) -> Path:
    """Where the readable catalogue of a language is kept."""
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """The compiled catalogue of a language; the source language needs none."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = catalogue_path(language)
    if not path.is_file():
        raise ReportError(f"{path} is missing: run `python -m reports.catalogues update`")
    with path.open("rb") as file:
        messages = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


_spoken: ContextVar[str] = ContextVar("spoken_language", default=SOURCE_LANGUAGE)


@contextmanager
def speaking(locale: str) -> Iterator[str]:
    """Translate into the language of a locale for as long as the block runs; gives its code."""
    language = language_of(locale)
    token = _spoken.set(language)
    try:
        yield language
    finally:
        _spoken.reset(token)


class HasLocale(Protocol):
    """What is told to one reader, and so has a locale."""

    @property
    def locale(self) -> str:
        """Such as `en`, `fil_PH`, `th` or `pl_PL`."""


Told = TypeVar("Told", bound=HasLocale)


def in_its_language(
    tell: Callable[Concatenate[Told, Wanted], Made],
) -> Callable[Concatenate[Told, Wanted], Made]:
    """Speak the language of a function's first argument, a context with a `locale`, while it runs."""

    @wraps(tell)
    def told(context: Told, /, *args: Wanted.args, **named: Wanted.kwargs) -> Made:
        with speaking(context.locale):
            return tell(context, *args, **named)

    return told


def spoken_language() -> str:
    """The code of the language spoken now."""
    return _spoken.get()


def N_(message: str) -> str:
    """Mark a message for translation where it is defined; `_` translates it where it is shown."""
    return message


def _(message: str) -> str:
    """A message in the language spoken now; what no catalogue knows stays as it is."""
    # The empty message is a catalogue's own header.
    return catalogue(spoken_language()).gettext(message) if message else ""


def ngettext(one: str, many: str, number: int) -> str:
    """The plural form that fits a number in the language spoken now."""
    return catalogue(spoken_language()).ngettext(one, many, number)


def pgettext(context: str, message: str) -> str:
    """A message whose translation depends on where it stands, such as one word with two senses."""
    return catalogue(spoken_language()).pgettext(context, message) if message else ""


def npgettext(context: str, one: str, many: str, number: int) -> str:
    """The plural form that fits a number, of a message that depends on where it stands."""
    return catalogue(spoken_language()).npgettext(context, one, many, number)
