"""Comments as matchable text: folded letters, clauses, words and scripts."""

from __future__ import annotations

import re
import unicodedata

_LATIN_MARKS = re.compile("[\u0300-\u036f]")
#: Letters that Unicode does not take apart into a plain letter and a mark.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "’": "'", "ʼ": "'", "`": "'"})  # fmt: skip
_CLAUSE_ENDS = re.compile(r"[.,;:!?…()\[\]\n\r\t\"“”«»/]+|\s[-–—]+\s")
_NOT = re.compile(r"n't\b")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_THAI = re.compile("[\u0e00-\u0e7f]")


def fold(text: str) -> str:
    """One spelling for all: small letters, one form of quotes, Latin letters without marks.

    People write Polish and Filipino with and without marks; Thai keeps its own, which are vowels
    and tones. Sara am is left in one piece.
    """
    folded = unicodedata.normalize("NFD", text.casefold()).translate(_PLAIN)
    return unicodedata.normalize("NFC", _LATIN_MARKS.sub("", folded))


def clauses(folded: str) -> list[str]:
    """Parts of a folded comment that end at a mark of punctuation or a line end."""
    return [part.strip() for part in _CLAUSE_ENDS.split(folded) if part.strip()]


def words(clause: str) -> list[str]:
    """Words of a folded clause; an apostrophe inside belongs to its word, but -n't is a word."""
    return _WORD.findall(_NOT.sub(" not", clause))


def holds_thai(text: str) -> bool:
    """Whether Thai letters stand in it; where two do, it was written in Thai."""
    return len(_THAI.findall(text)) >= 2
