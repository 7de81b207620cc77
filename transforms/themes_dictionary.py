"""The dictionaries of themes: `themes.yml` read strictly and laid out for look-up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from transforms.canonical.scores_voice import UNCLASSIFIED
from transforms.themes_text import fold, words
from transforms.yaml_files import Strict, YamlFileError, line, load, nearest, read_yaml

NEGATION, GOOD, BAD, MARKER, TURN = "negation", "good", "bad", "marker", "turn"
ABOUT, POSITIVE, NEGATIVE = "about", "positive", "negative"


class WordLists(Strict):
    """How one language speaks of one theme."""

    about: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


class Theme(Strict):
    """One theme: what it means and its words per language."""

    title: str
    description: str
    catches: Literal["good", "bad"] | None = None
    words: dict[str, WordLists] = Field(default_factory=dict)


class Language(Strict):
    """What a language says of anything: no, good, bad; and how it is told from others."""

    has_spaces: bool = True
    codes: tuple[str, ...] = ()
    also_read: tuple[str, ...] = ()
    negations: tuple[str, ...]
    turns: tuple[str, ...] = ()
    good: tuple[str, ...]
    bad: tuple[str, ...]
    markers: tuple[str, ...] = ()


class ThemeFile(Strict):
    """The whole of `themes.yml`."""

    languages: dict[str, Language]
    themes: dict[str, Theme]


@dataclass(frozen=True)
class Meaning:
    """What one word stands for: a role, and the theme it belongs to where it is a theme's."""

    role: str
    theme: str | None = None


@dataclass
class Lexicon:
    """One language laid out for look-up.

    Attributes:
        exact: phrase (its words, or one piece of text without spaces) -> meanings.
        stems: beginning of a word -> meanings.
        longest: words, or letters, of the longest phrase.
    """

    has_spaces: bool
    exact: dict[tuple[str, ...], set[Meaning]] = field(default_factory=dict)
    stems: dict[str, set[Meaning]] = field(default_factory=dict)
    longest: int = 1

    def absorb(self, other: Lexicon) -> None:
        """Take up every word of another language, so that both are read in one breath."""
        for phrase, meanings in other.exact.items():
            self.exact.setdefault(phrase, set()).update(meanings)
        for stem, meanings in other.stems.items():
            self.stems.setdefault(stem, set()).update(meanings)
        self.longest = max(self.longest, other.longest)

    def add(self, word: str, meaning: Meaning) -> None:
        """Take up one word as `themes.yml` writes it; `*` at its end makes it a beginning."""
        folded = fold(word)
        if folded.endswith("*"):
            self.stems.setdefault(folded[:-1], set()).add(meaning)
            return
        key = tuple(words(folded)) if self.has_spaces else (folded,)
        self.exact.setdefault(key, set()).add(meaning)
        self.longest = max(self.longest, len(key) if self.has_spaces else len(folded))


@dataclass(frozen=True)
class Themes:
    """Everything the classifier needs, languages in the order of the file.

    Attributes:
        lexicons: language -> its own words, by which it is recognised.
        readers: language -> what its comments are read with: its words and those of the languages
            read along, in one lexicon per kind of script.
        language_of_code: ISO code of a response -> language.
        catch_all: good or bad -> the theme that takes what no other does.
        names: every theme.
    """

    lexicons: Mapping[str, Lexicon]
    readers: Mapping[str, tuple[Lexicon, ...]]
    language_of_code: Mapping[str, str]
    catch_all: Mapping[str, str]
    names: tuple[str, ...]


def load_themes(path: Path | None) -> Themes:
    """The themes of a file; no themes where there is none.

    Raises:
        YamlFileError: the file is wrong; the message names file, line and remedy.
    """
    if path is None:
        return Themes({}, {}, {}, {}, ())
    content = load(path, ThemeFile)
    _check(path, read_yaml(path), content)
    lexicons = {name: _lexicon(name, content) for name in content.languages}
    codes = {c: name for name, lang in content.languages.items() for c in (name, *lang.codes)}
    return Themes(
        lexicons=lexicons,
        readers={name: _readers(name, content) for name in content.languages},
        language_of_code=codes,
        catch_all={t.catches: name for name, t in content.themes.items() if t.catches},
        names=tuple(content.themes),
    )


def _lexicon(name: str, content: ThemeFile) -> Lexicon:
    language = content.languages[name]
    lexicon = Lexicon(language.has_spaces)
    general = {NEGATION: language.negations, GOOD: language.good, BAD: language.bad,
               MARKER: language.markers, TURN: language.turns}  # fmt: skip
    for role, listed in general.items():
        for word in listed:
            lexicon.add(word, Meaning(role))
    for theme_name, theme in content.themes.items():
        lists = theme.words.get(name, WordLists())
        for role, listed in _roles(lists):
            for word in listed:
                lexicon.add(word, Meaning(role, theme_name))
    return lexicon


def _readers(name: str, content: ThemeFile) -> tuple[Lexicon, ...]:
    found = [_lexicon(name, content)]
    for other in content.languages[name].also_read:
        lexicon = _lexicon(other, content)
        if lexicon.has_spaces == found[0].has_spaces:
            found[0].absorb(lexicon)
        else:
            found.append(lexicon)
    return tuple(found)


def _roles(lists: WordLists) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from ((ABOUT, lists.about), (POSITIVE, lists.positive), (NEGATIVE, lists.negative))


def _check(path: Path, raw: Any, content: ThemeFile) -> None:
    """What the model alone cannot see: names, languages and words that contradict one another."""
    if not content.languages:
        raise YamlFileError(f"{path}{line(raw, 'languages')}: languages: name at least one")
    for name, language in content.languages.items():
        here = raw["languages"][name]
        for other in language.also_read:
            if other not in content.languages:
                hint = nearest(other, content.languages)
                raise YamlFileError(
                    f"{path}{line(here, 'also_read')}: unknown language {other!r}{hint}"
                )
        for key in ("negations", "turns", "good", "bad", "markers"):
            _check_words(path, here.get(key), language.has_spaces, f"languages.{name}.{key}")
    for name, theme in content.themes.items():
        at = f"{path}{line(raw['themes'], name)}"
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name == UNCLASSIFIED:
            raise YamlFileError(
                f"{at}: a theme is named in small letters, digits and _, and not {UNCLASSIFIED!r}: {name!r}"
            )
        _check_theme(path, raw["themes"][name], name, theme, content)
    caught = [t.catches for t in content.themes.values() if t.catches]
    if len(caught) != len(set(caught)):
        raise YamlFileError(f"{path}: two themes have the same `catches`; only one may")


def _check_theme(path: Path, raw: Any, name: str, theme: Theme, content: ThemeFile) -> None:
    for code, lists in theme.words.items():
        if code not in content.languages:
            place = line(raw["words"], code)
            raise YamlFileError(
                f"{path}{place}: themes.{name}: unknown language {code!r}{nearest(code, content.languages)}"
            )
        language, here = content.languages[code], raw["words"][code]
        seen: dict[str, str] = {}
        for role, listed in _roles(lists):
            where = f"themes.{name}.words.{code}.{role}"
            _check_words(path, here.get(role), language.has_spaces, where)
            for position, word in enumerate(listed):
                if seen.setdefault(fold(word), role) != role:
                    raise YamlFileError(
                        f"{path}{line(here[role], position)}: {where}: {word!r} stands under "
                        f"{seen[fold(word)]!r} as well; a word speaks of a theme in one way"
                    )


def _check_words(path: Path, listed: Any, has_spaces: bool, where: str) -> None:
    for position, word in enumerate(listed or ()):
        at = f"{path}{line(listed, position)}: {where}: {word!r}"
        plain = word.removesuffix("*")
        if not re.search(r"\w", plain):
            raise YamlFileError(f"{at} holds no letter; write a word")
        if "*" in plain or (word != plain and " " in plain):
            raise YamlFileError(f"{at}: `*` stands only at the end of a single word")
        if word != plain and not has_spaces:
            raise YamlFileError(
                f"{at}: a language without spaces is searched anywhere; take the `*` off"
            )
