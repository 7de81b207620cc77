"""What the shop has answered to what customers ask for: `config/requests.yml`.

An entry marks a theme of `themes.yml` as fixed (those who had raised it are told: "you said, we
listened") or as declined (those who ask are told a clear and polite no).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from transforms.yaml_files import Strict, YamlFileError, load, nearest, place, read_yaml

#: A sentence that fits the subject line of a message.
LONGEST_WORDS = 200
#: Codes of one language that surveys and shops use side by side.
SAME_LANGUAGE = {"tl": "fil", "tgl": "fil"}


class Request(Strict):
    """One answer of the shop to a theme.

    Attributes:
        theme: theme of `themes.yml`.
        answer: fixed: it has been done; declined: it will not be.
        on: first day on which the answer holds.
        words: language, ISO 639 -> the answer as customers of that language read it, one sentence.
    """

    theme: str
    answer: Literal["fixed", "declined"]
    on: date
    words: dict[str, str] = Field(min_length=1)

    @field_validator("words")
    @classmethod
    def _readable(cls, value: dict[str, str]) -> dict[str, str]:
        for language, words in value.items():
            if not (language.isascii() and language.isalpha() and language.islower()):
                raise ValueError(f"{language!r} is no language code, such as en, fil, th or pl")
            if not words.strip():
                raise ValueError(f"{language}: the sentence is blank; write it or leave it out")
            if len(words.strip().splitlines()) > 1:
                raise ValueError(f"{language}: write one line, since it may stand in a subject")
            if len(words) > LONGEST_WORDS:
                raise ValueError(
                    f"{language}: {len(words)} characters are too many; use {LONGEST_WORDS} at most"
                )
        written = {SAME_LANGUAGE.get(code, code): text.strip() for code, text in value.items()}
        if len(written) < len(value):
            raise ValueError("fil, tl and tgl are one language; keep one")
        return written

    def said_in(self, language: str | None, fallback: str) -> tuple[str, str]:
        """The sentence and the language it is in.

        The customer's own language where it is written, else the fallback, else the first of the
        file.
        """
        wanted = (SAME_LANGUAGE.get(code, code) for code in (language, fallback) if code)
        found = next((code for code in wanted if code in self.words), next(iter(self.words)))
        return self.words[found], found


class RequestFile(Strict):
    """`config/requests.yml`."""

    requests: tuple[Request, ...] = ()


def load_requests(path: Path | None, themes: Sequence[str]) -> tuple[Request, ...]:
    """The answers of a file by theme and day; none without a file.

    Args:
        path: `config/requests.yml`.
        themes: names of the themes in force.

    Raises:
        YamlFileError: the file is wrong, names an unknown theme, or answers a theme twice on one
            day; the message names file, line and remedy.
    """
    if path is None or read_yaml(path) is None:
        return ()
    found = load(path, RequestFile).requests
    seen: dict[tuple[str, date], int] = {}
    for number, request in enumerate(found):
        if request.theme not in themes:
            raise YamlFileError(
                f"{path}{_line(path, number)}: no such theme as {request.theme!r} in themes.yml"
                f"{nearest(request.theme, themes)}"
            )
        first = seen.setdefault((request.theme, request.on), number)
        if first != number:
            raise YamlFileError(
                f"{path}{_line(path, number)}: {request.theme} has two answers on {request.on}; "
                "put both into one sentence"
            )
    return tuple(sorted(found, key=lambda request: (request.theme, request.on)))


def _line(path: Path, number: int) -> str:
    return place(read_yaml(path), ("requests", number, "theme"))
