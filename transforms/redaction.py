"""Personal data out of comments: addresses and numbers by their form, names by the shop's people.

A comment that may hold a name nobody can be sure of is not shown at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cache

from transforms.redaction_patterns import MARK, READ_CHARACTERS, plain, without_contacts
from transforms.redaction_words import (
    ANNOUNCING,
    GRAMMAR,
    ORDINARY,
    PARTICLES,
    POLISH_ENDINGS,
    THAI_ANNOUNCING,
    THAI_FOLLOWING,
)
from transforms.themes_dictionary import MARKER, Themes
from transforms.themes_text import fold

#: Letters of scripts with capitals: Latin, Greek, Cyrillic, Armenian.
_CASED = "A-Za-zÀ-ÖØ-öø-ɏͰ-ϿЀ-ԯԱ-ևḀ-ỿ"
_WORD = re.compile(f"[{_CASED}]+(?:['’][{_CASED}]+)*")
_SENTENCE_END = re.compile(r"(?:^|[.!?…:;])[\s\"'“”„«»()\[\]…*<>/-]*$")
_MARKS = re.compile(rf"{re.escape(MARK)}(?:[\s,./-]*{re.escape(MARK)})+")
#: A word of the dictionary may grow by so many letters: `perfect*` knows perfectly.
ENDING_LETTERS = 3
#: Shown only where at least so many letters, and this share of them, are left.
LEAST_LETTERS, LEAST_SHARE = 12, 0.5


@dataclass(frozen=True)
class Names:
    """Folded names of people: those of scripts with capital letters, and of others.

    Attributes:
        cased: single words.
        beginnings: of words of `cased`, for Polish cases.
        uncased: pattern of names in scripts without capitals, found anywhere; None without any.
    """

    cased: frozenset[str]
    beginnings: frozenset[str]
    uncased: re.Pattern[str] | None


@dataclass(frozen=True)
class Vocabulary:
    """What a language says besides names."""

    words: frozenset[str]
    stems: frozenset[str]
    opening: frozenset[str]
    announcing: frozenset[str]

    def knows(self, word: str) -> bool:
        """Whether a folded word is an ordinary one."""
        return word in self.words or any(
            word[: len(word) - n] in self.stems for n in range(min(ENDING_LETTERS + 1, len(word)))
        )


@dataclass(frozen=True)
class Word:
    """One word of a comment where it stands."""

    start: int
    end: int
    text: str
    folded: str
    is_capital: bool
    opens_sentence: bool


class Unsure(Exception):
    """A word may be a name or not."""


def names_of(stated: Iterable[str]) -> Names:
    """Every word of every name that tells people apart; initials and particles do not."""
    words = {part for name in stated for part in _name_words(name)}
    cased = frozenset(word for word in words if _WORD.fullmatch(word))
    uncased = sorted(words - cased, key=lambda word: (-len(word), word))
    # A look-ahead finds names that overlap as well.
    found = f"(?=({'|'.join(map(re.escape, uncased))}))"
    beginnings = frozenset(w[: max(3, len(w) - 2)] for w in cased if len(w) > 3)
    return Names(cased, beginnings, re.compile(found, re.IGNORECASE) if uncased else None)


def _name_words(name: str) -> set[str]:
    folded = fold(plain(name))
    words = _WORD.findall(folded)
    parts = {part for word in words for part in (word, *word.split("'"))}
    parts |= set(re.split(r"[\s\d_.,;:/()\"'&+-]+", _WORD.sub(" ", folded)))
    told = {part for part in parts if len(part) > 1}
    return told - PARTICLES or told


class Redactor:
    """Takes personal data out of comments of one shop."""

    def __init__(self, names: Names, order_ids: Set[str], themes: Themes) -> None:
        """Keep what to look for; `order_ids` in small letters."""
        self.names = names
        self.order_ids = order_ids
        self.themes = themes
        self._vocabulary = cache(self._vocabulary_of)

    def shown(self, comment: str, language: str | None) -> str | None:
        """The comment without personal data, in one line; None where it is better not shown."""
        text = plain(comment)[:READ_CHARACTERS]
        vocabulary = self._vocabulary(language)
        try:
            safe = self._without_cased(
                self._without_uncased(without_contacts(text, self.order_ids), vocabulary),
                vocabulary,
                is_polish=language == "pl",
            )
        except Unsure:
            return None
        safe = _MARKS.sub(MARK, safe)
        left = sum(map(str.isalpha, safe))
        enough = left >= LEAST_LETTERS and left >= LEAST_SHARE * sum(map(str.isalpha, text))
        return safe if enough else None

    def _vocabulary_of(self, language: str | None) -> Vocabulary:
        opening = set(GRAMMAR.get(language or "", ()))
        words, stems = opening | ORDINARY.get(language or "", frozenset()), set[str]()
        for lexicon in self.themes.readers.get(language or "", ()):
            words.update(word for phrase in lexicon.exact for word in phrase)
            stems.update(lexicon.stems)
            opening |= {
                phrase[0]
                for phrase, meanings in lexicon.exact.items()
                if any(meaning.role == MARKER for meaning in meanings)
            }
        announcing = ANNOUNCING[None] | ANNOUNCING.get(language, frozenset())
        return Vocabulary(frozenset(words), frozenset(stems), frozenset(opening), announcing)

    def _without_uncased(self, text: str, vocabulary: Vocabulary) -> str:
        if self.names.uncased is None:
            return text
        spans: list[tuple[int, int]] = []
        doubtful: list[tuple[int, int]] = []
        for found in self.names.uncased.finditer(text):
            start, end = found.span(1)
            before, after = text[:start], text[end:]
            announced = before.endswith(THAI_ANNOUNCING)
            # A mark above or below makes another syllable of the last letter.
            is_other = bool(after) and unicodedata.category(after[0]) == "Mn"
            if is_other or (vocabulary.knows(found.group(1)) and not announced):
                continue
            apart = not before or not _is_letter(before[-1])
            ends = not after or not _is_letter(after[0]) or after.startswith(THAI_FOLLOWING)
            (spans if announced or (apart and ends) else doubtful).append((start, end))
        if any(not any(s <= start and end <= e for s, e in spans) for start, end in doubtful):
            raise Unsure
        return _marked(text, spans)

    def _without_cased(self, text: str, vocabulary: Vocabulary, *, is_polish: bool) -> str:
        words = list(_words(text))
        shouts = sum(map(str.isupper, text)) > sum(map(str.islower, text))
        found = [False] * len(words)
        for number, word in enumerate(words):
            before = words[number - 1] if number else None
            between = text[before.end : word.start] if before else ""
            is_known = vocabulary.knows(word.folded)
            announced = (
                before is not None
                and before.folded in vocabulary.announcing
                and between in {" ", ". ", "."}
            )
            beside = number > 0 and found[number - 1] and between in {" ", "-"} and not shouts
            is_name = (
                self._is_name(word, words[number + 1 :], vocabulary, shouts)
                or (is_polish and self._is_inflected(word, vocabulary))
                or (announced and word.folded in self.names.cased)
            )
            called = word.is_capital and not is_known and (announced or beside)
            found[number] = is_name or called
            # "Zofia Kettleby": the word before a name is one too, unless it is an ordinary one.
            if is_name and before and between == " " and before.is_capital and not shouts:
                found[number - 1] |= not vocabulary.knows(before.folded) and not announced
        return _marked(
            text, [(w.start, w.end) for w, is_one in zip(words, found, strict=True) if is_one]
        )

    def _is_name(self, word: Word, rest: list[Word], vocabulary: Vocabulary, shouts: bool) -> bool:
        parts = {word.folded, *word.folded.split("'")}
        if parts.isdisjoint(self.names.cased):
            return False
        if not vocabulary.knows(word.folded):
            return True
        if not word.is_capital:
            return False
        if not word.opens_sentence and not shouts:
            return True
        if word.folded not in vocabulary.opening:
            raise Unsure
        # "May Santos helped" begins with a name, "Ang sarap" does not.
        return not shouts and bool(rest) and rest[0].is_capital and not rest[0].opens_sentence

    def _is_inflected(self, word: Word, vocabulary: Vocabulary) -> bool:
        """Whether a Polish word may be a name in another case than the first."""
        if not word.is_capital or vocabulary.knows(word.folded):
            return False
        if not word.opens_sentence:
            beginnings = (
                word.folded[:n] for n in range(max(3, len(word.folded) - 6), len(word.folded) + 1)
            )
            return any(beginning in self.names.beginnings for beginning in beginnings)
        stems = [
            word.folded[:n] for n in range(3, len(word.folded)) if word.folded[n:] in POLISH_ENDINGS
        ]
        return any(
            stem + vowel in self.names.cased for stem in stems for vowel in ("", "a", "o", "i", "y")
        )


def _words(text: str) -> Iterator[Word]:
    for found in _WORD.finditer(text):
        word = found.group()
        yield Word(
            found.start(), found.end(), word, fold(word), word[0].isupper(),
            _SENTENCE_END.search(text, max(0, found.start() - 20), found.start()) is not None,
        )  # fmt: skip


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LM"


def _marked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with MARK for the spans, the longer one where two overlap."""
    kept, reached = [], 0
    for start, end in sorted(spans):
        if end > reached:
            kept += [text[reached:start], MARK] if start >= reached else []
            reached = end
    return "".join([*kept, text[reached:]])
