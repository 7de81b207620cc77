"""Words of others in a report: on one line, without tricks, and no longer than the place allows."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
#: Control, format (such as a turn of the writing direction) and line characters.
NOT_PRINTED = frozenset({"Cc", "Cf", "Zl", "Zp"})
#: Formats that scripts need inside words: joiners and non-joiners.
NEEDED_INSIDE_WORDS = frozenset({"\u200c", "\u200d"})
#: A cut looks this far back for a space; Thai, without spaces, is cut between letters.
LOOK_BACK = 24


def one_line(text: str) -> str:
    """The same words with single spaces, without characters that print nothing."""
    return " ".join("".join(_printed(character) for character in text).split())


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters on one line; an ellipsis tells that there was more.

    Only the beginning is looked at, so that a comment of any length costs the same.
    """
    line = one_line(text[: limit * 4])
    if len(line) <= limit and len(text) <= limit * 4:
        return line
    end = min(limit - 1, len(line))
    space = line.rfind(" ", max(0, end - LOOK_BACK), end + 1)
    if space > 0:
        end = space
    while 0 < end < len(line) and unicodedata.category(line[end]).startswith("M"):
        end -= 1
    return line[:end].rstrip(" ,;:.-\N{EN DASH}") + ELLIPSIS


def _printed(character: str) -> str:
    is_needed = character in NEEDED_INSIDE_WORDS
    return character if is_needed or unicodedata.category(character) not in NOT_PRINTED else " "
