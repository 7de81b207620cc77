"""Where a line of a picture's title may end, also in Thai, which has no space between words.

HTML leaves this to the browser; a chart's title has to be cut before it is drawn.
"""

from __future__ import annotations

import re
import unicodedata

#: A letter with what stands above, below and behind it; SARA E and its like begin a syllable.
_LETTER = re.compile("[\u0e40-\u0e44]*.[\u0300-\u036f\u0e30-\u0e3a\u0e45-\u0e4e]*", re.DOTALL)
_THAI = re.compile("[\u0e00-\u0e7f]")
_LEADING_VOWEL = re.compile("(?<=.)(?=[\u0e40-\u0e44])")


def columns(text: str) -> int:
    """How many letters wide a text is; marks above and below a letter take no room."""
    return sum(1 for letter in text if unicodedata.category(letter) not in ("Mn", "Me", "Cf"))


def wrapped(text: str, width: int) -> list[str]:
    """Cut a text into lines of at most `width` letters.

    A line ends at a space or a ZERO WIDTH SPACE of the translator. Thai without one ends before a
    leading vowel, which always begins a syllable; a piece too long even then between two letters,
    never between a letter and its marks.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, width):
        if line and columns((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.rstrip() else lines


def _pieces(text: str, width: int) -> list[str]:
    """What must stay on one line, in order; joined they are the text without its zero widths."""
    pieces: list[str] = []
    for word in re.findall("[^ \\t\\r\\n\u200b]+[ \\t\\r\\n]*\u200b?", text):
        whole = re.sub("\\s+$", " ", word.replace("\u200b", ""))
        parts = _LEADING_VOWEL.split(whole) if _THAI.search(whole) else [whole]
        for part in parts:
            pieces += [part] if columns(part.rstrip()) <= width else _letters(part, width)
    return pieces


def _letters(part: str, width: int) -> list[str]:
    """A piece longer than a line, cut between letters."""
    cut, line = [], ""
    for letter in _LETTER.findall(part):
        if line and columns(line + letter) > width:
            cut.append(line)
            line = ""
        line += letter
    return [*cut, line]
