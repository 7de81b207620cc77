"""Personal data that its form gives away: addresses, numbers, ids. And text made plain before."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Set

#: What stands where something personal stood.
MARK = "[…]"
#: No more of a comment is looked at; what is shown of it is far shorter.
READ_CHARACTERS = 2_000

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_ANY_SPACE = re.compile(r"\s+")
_ID_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-/]*")
#: 500g, 2x, 3rd, 10am and V60 are no ids.
_PLAIN_WORD = re.compile(r"\d{0,3}|[A-Za-z]+|\d{1,3}[A-Za-z]{1,3}|[A-Za-z]\d{1,2}")
_DIGIT_RUN = r"(?:[A-Za-z0-9_]{1,40}[-/])?[A-Za-z0-9_]{0,40}?\d{4,}[A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*"
_ORDER_WORD = (
    r"(?:\border\b|\bzam[oó]wieni\w*|\bnr\b|\bno\b|\bnumber|\bnumer\w*|ออเดอร์|คำสั่งซื้อ|หมายเลข|เลขที่)"
)
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:\b[a-z][a-z0-9+.-]{1,10}://|\bwww\.)\S+",
        r"\S+\s*[\[({]\s*(?:at|ma[lł]pa)\s*[\])}]\s*\S+(?:\s*[\[({]\s*(?:dot|kropka)\s*[\])}]\s*\S+)*",
        r"\S+\s+(?:at|ma[lł]pa)\s+\S+\s+(?:dot|kropka)\s+\S+",
        r"(?:\b(?:line|ig|fb|facebook|instagram|viber|whatsapp|telegram|messenger)|ไลน์|เฟส)\s*(?:id|ไอดี)?\s*"
        r"[:=]\s*\S+",
        r"[^\s@]+(?:\s@\s?|@\s)[^\s@]+\.[a-z]{2,}",
        r"[^\s@]+\s@\s[^\s@]+",
        r"[^\s@]*@[^\s@]*(?:@[^\s@]*)*",
        r"(?<![A-Za-z0-9])[a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60})*\.(?:com|net|org|info|biz|shop|app|link|asia|"
        r"ph|th|pl|co|io|me|eu|ly|gg|tv)\b(?:/\S*)?",
        r"(?:\+|\(\s?)?\d(?:[\s().,/\-–—_]{0,3}\d){6,}",
        rf"{_DIGIT_RUN}",
        r"#\s?\w+",
    )
)
_NUMBER_OF_ORDER = re.compile(
    rf"({_ORDER_WORD}(?:\s*(?:id|no|nr|number|numer)\b)?[\s.:]*)\d[\w-]*", re.IGNORECASE
)


def plain(text: str) -> str:
    """Text in one line: no control or invisible character, single spaces, tags left as they are."""
    shown = html.unescape(text[: 4 * READ_CHARACTERS]).translate(_FULL_WIDTH)
    kept = [
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter
        for letter in unicodedata.normalize("NFC", shown)
        if unicodedata.category(letter) not in {"Cf", "Cs", "Co", "Cn"}
    ]
    return _ANY_SPACE.sub(" ", "".join(kept)).strip()


def without_contacts(text: str, order_ids: Set[str]) -> str:
    """Plain text with MARK for every address, phone number, long number, handle and order id.

    Args:
        text: of `plain`.
        order_ids: orders of the shop, in small letters.
    """
    for pattern in _PATTERNS:
        text = pattern.sub(MARK, text)
    text = _NUMBER_OF_ORDER.sub(rf"\1{MARK}", text)
    return _ID_WORD.sub(lambda found: _unless_id(found.group(), order_ids), text)


def _unless_id(word: str, order_ids: Set[str]) -> str:
    is_known = len(word) > 3 and word.lower() in order_ids
    is_coded = any(not _PLAIN_WORD.fullmatch(part) for part in re.split(r"[-/_]", word))
    return MARK if is_known or is_coded else word
