"""Which themes one comment raises, and whether it speaks well or ill of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from transforms.themes_dictionary import (
    ABOUT,
    BAD,
    GOOD,
    NEGATION,
    NEGATIVE,
    POSITIVE,
    TURN,
    Lexicon,
    Meaning,
    Themes,
)
from transforms.themes_text import clauses, fold, holds_thai, words

#: How far a negation reaches: words, or letters where there are no spaces.
REACH = {True: 3, False: 8}
_OPPOSITE = {POSITIVE: NEGATIVE, NEGATIVE: POSITIVE, GOOD: BAD, BAD: GOOD}
_POLARITY = {GOOD: POSITIVE, BAD: NEGATIVE}


@dataclass(frozen=True)
class Found:
    """A dictionary word in a clause, its place in words (or letters) and its meanings."""

    start: int
    end: int
    meanings: frozenset[Meaning]

    def has(self, role: str) -> bool:
        """Whether the word has a meaning of that role."""
        return any(meaning.role == role for meaning in self.meanings)


@dataclass
class Reading:
    """What has been understood: themes judged, themes named only, and feelings without a theme."""

    judged: dict[str, set[str]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    feelings: set[str] = field(default_factory=set)

    def judge(self, theme: str, polarity: str) -> None:
        """Note that a theme is spoken well or ill of."""
        self.judged.setdefault(theme, set()).add(polarity)

    @property
    def mood(self) -> set[str]:
        """How themes that are only named are meant: as the words about nothing, else as the others."""
        felt = {_POLARITY[feeling] for feeling in self.feelings}
        return felt or set().union(*self.judged.values())

    def settled(self) -> dict[str, set[str]]:
        """Every theme with what is said of it."""
        themes = {theme: set(said) for theme, said in self.judged.items()}
        for theme in self.named - self.judged.keys():
            themes[theme] = set(self.mood)
        return themes


def read_comment(
    text: str, stated_language: str | None, themes: Themes
) -> tuple[str | None, dict[str, str]]:
    """The language of a comment and its themes.

    Returns:
        The language of the dictionary that reads it (None: no dictionary knows a word of it) and
        theme -> positive, negative, mixed or neutral.
    """
    folded = fold(text)
    language = _language(folded, stated_language, themes)
    if language is None:
        return None, {}
    told: dict[str, set[str]] = {}
    feelings: set[str] = set()
    for clause in clauses(folded):
        for reading in _readings(clause, themes.readers[language]):
            feelings |= reading.feelings
            for theme, polarities in reading.settled().items():
                told.setdefault(theme, set()).update(polarities)
    if not told:
        told = {
            theme: {_POLARITY[feeling]}
            for feeling, theme in themes.catch_all.items()
            if feeling in feelings
        }
    return language, {theme: _polarity(told[theme]) for theme in sorted(told)}


def _language(folded: str, stated: str | None, themes: Themes) -> str | None:
    """The language stated, unless the script or every word of it says otherwise."""
    possible = {
        name: lexicon
        for name, lexicon in themes.lexicons.items()
        if lexicon.has_spaces != holds_thai(folded)
    }
    wanted = themes.language_of_code.get(stated or "")
    if wanted in possible and _known_words(folded, possible[wanted]):
        return wanted
    known = {name: _known_words(folded, lexicon) for name, lexicon in possible.items()}
    best = max(known, key=lambda name: known[name], default=None)  # of equals the file's first
    return best if best and known[best] else None


def _known_words(folded: str, lexicon: Lexicon) -> int:
    return sum(len(list(_found(clause, lexicon))) for clause in clauses(folded))


def _readings(clause: str, lexicons: tuple[Lexicon, ...]) -> Iterator[Reading]:
    """A clause in parts that hold one thought each; words of a second script share its mood."""
    first, others = lexicons[0], lexicons[1:]
    parts = [_read(part, first) for part in _thoughts(clause, first)]
    yield from parts
    for lexicon in others:
        beside = _read(list(_found(clause, lexicon)), lexicon)
        beside.feelings |= set().union(*(part.feelings for part in parts))
        yield beside


def _thoughts(clause: str, lexicon: Lexicon) -> Iterator[list[Found]]:
    """What the dictionary knows of a clause; a word that turns the thought begins a new part."""
    for piece in [clause] if lexicon.has_spaces else clause.split():
        found, begin = list(_found(piece, lexicon)), 0
        for position, one in enumerate(found):
            if one.has(TURN):
                yield found[begin:position]
                begin = position
        yield found[begin:]


def _found(clause: str, lexicon: Lexicon) -> Iterator[Found]:
    return _by_word(clause, lexicon) if lexicon.has_spaces else _anywhere(clause, lexicon)


def _by_word(clause: str, lexicon: Lexicon) -> Iterator[Found]:
    """Longest phrase first, then the word, then the longest beginning of it."""
    said, at = words(clause), 0
    while at < len(said):
        for length in range(min(lexicon.longest, len(said) - at), 0, -1):
            if meanings := lexicon.exact.get(tuple(said[at : at + length])):
                break
        else:
            length, meanings = 1, _of_stem(said[at], lexicon)
        if meanings:
            yield Found(at, at + length, frozenset(meanings))
        at += length


def _of_stem(word: str, lexicon: Lexicon) -> set[Meaning] | None:
    stems = (word[:length] for length in range(len(word), 1, -1))
    return next((lexicon.stems[stem] for stem in stems if stem in lexicon.stems), None)


def _anywhere(clause: str, lexicon: Lexicon) -> Iterator[Found]:
    """Longest piece of text first, from every letter on: for languages without spaces."""
    at = 0
    while at < len(clause):
        for length in range(min(lexicon.longest, len(clause) - at), 0, -1):
            meanings = lexicon.exact.get((clause[at : at + length],))
            if meanings and not _is_cut(clause, at + length):
                yield Found(at, at + length, frozenset(meanings))
                break
        else:
            length = 1
        at += length


def _is_cut(clause: str, end: int) -> bool:
    """Whether a vowel or tone still belongs to the last letter: another word begins the same."""
    return end < len(clause) and unicodedata.category(clause[end]) == "Mn"


def _read(found: list[Found], lexicon: Lexicon) -> Reading:
    """How a clause feels, and what it says of which theme."""
    negations = [one.end for one in found if one.has(NEGATION)]
    reading = Reading()
    for one in found:
        is_negated = any(0 <= one.start - end < REACH[lexicon.has_spaces] for end in negations)
        for meaning in one.meanings:
            role = _OPPOSITE.get(meaning.role, meaning.role) if is_negated else meaning.role
            if meaning.theme is None:
                reading.feelings |= {role} & {GOOD, BAD}
            elif role != ABOUT:
                reading.judge(meaning.theme, role)
            elif is_negated:
                # "no refund", "did not arrive": what is missed is spoken ill of.
                reading.judge(meaning.theme, NEGATIVE)
            else:
                reading.named.add(meaning.theme)
    return reading


def _polarity(said: set[str]) -> str:
    if said >= {POSITIVE, NEGATIVE}:
        return "mixed"
    return next(iter(said), "neutral")
