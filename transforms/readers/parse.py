"""Text to typed values. What cannot be read becomes null, and the caller says so."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache

import polars as pl

from transforms.readers.amounts import money, rates, where
from transforms.readers.times import TYPED_FORMATS, dates, timestamps
from transforms.sources import FieldRule, SourceDefinition

EXCEL_MANGLED_ID = r"^-?\d([.,]\d+)?[eE]\+\d+$"
TRUE_WORDS = ("yes", "true", "y", "1", "t", "subscribed")
FALSE_WORDS = ("no", "false", "n", "0", "f", "unsubscribed", "not subscribed")
#: Words, where an apostrophe may be meant ('t Hooft): it is a guard only before these.
WORDED_KINDS = frozenset({"text", "email", "code", "language", "currency"})
GUARDED_WORD = r"^'([=+\-@0-9])"


def clean(text: pl.Series, rule: FieldRule, kind: str) -> pl.Series:
    """Trim, strip one guarding apostrophe, cut what the rule removes, translate its words."""
    trimmed = text.str.strip_chars()
    guard, kept = (GUARDED_WORD, "$1") if kind in WORDED_KINDS else ("^'", "")
    cleaned = trimmed.str.replace(guard, kept)
    if rule.remove:
        cleaned = cleaned.str.replace_all(rule.remove, "")
    cleaned = cleaned.replace("", None)
    if rule.values and cleaned.null_count() < len(cleaned):
        folded = {key.casefold(): value for key, value in rule.values.items()}
        known = cleaned.str.to_lowercase().replace_strict(
            folded, default=None, return_dtype=pl.String
        )
        cleaned = known.zip_with(known.is_not_null(), cleaned)
    return cleaned.fill_null(rule.default) if rule.default is not None else cleaned


def parse(
    text: pl.Series,
    kind: str,
    rule: FieldRule,
    definition: SourceDefinition,
    *,
    is_typed: bool = False,
) -> pl.Series:
    """Read cleaned text as one of the kinds of `transforms.fields`; null where it is none.

    Args:
        is_typed: dates may be written the ISO way whatever format the definition declares.
    """
    formats = rule.formats
    if formats and is_typed:
        formats = (*formats, *TYPED_FORMATS)
    if kind == "timestamp":
        return timestamps(text, formats, rule.timezone or definition.timezone)
    if kind == "date":
        return dates(text, formats)
    if kind == "money":
        return money(text, definition)
    if kind == "rate":
        return rates(text, definition)
    return _WORDS[kind](text)


def booleans(text: pl.Series) -> pl.Series:
    """Yes and no in the words exports use."""
    folded = text.str.to_lowercase()
    known = folded.is_in(TRUE_WORDS + FALSE_WORDS)
    return where(folded.is_in(TRUE_WORDS), known)


def emails(text: pl.Series) -> pl.Series:
    """Addresses trimmed, NFKC, lower case; null where it is no address."""
    unique = text.drop_nulls().unique()
    folded = {
        value: unicodedata.normalize("NFKC", value).strip().lower() for value in unique.to_list()
    }
    normal = text.replace(folded) if folded else text
    return where(normal, normal.str.contains(r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]+$"))


def currencies(text: pl.Series) -> pl.Series:
    """ISO 4217 codes."""
    upper = text.str.to_uppercase()
    return where(upper, upper.is_in(sorted(currency_codes())))


def languages(text: pl.Series) -> pl.Series:
    """ISO 639 codes without the region; Tagalog is called Filipino."""
    code = text.str.to_lowercase().str.extract(r"^([a-z]{2,3})([_\-].*)?$", 1)
    return code.replace({"tl": "fil"})


def scores(text: pl.Series) -> pl.Series:
    """Whole numbers, also those with their meaning behind ("10 - Extremely likely")."""
    digits = text.str.extract(r"^(\d{1,3})(\.0+)?(\s*[-\u2013(].*)?$", 1)
    return digits.cast(pl.Int64, strict=False)


def integers(text: pl.Series) -> pl.Series:
    """Whole numbers with or without a sign; a point with nothing but zeros behind it is one too."""
    digits = text.str.extract(r"^([+-]?\d{1,15})(\.0+)?$", 1).str.strip_prefix("+")
    return digits.cast(pl.Int64, strict=False)


def ids(text: pl.Series) -> pl.Series:
    """Ids as they stand; null where a spreadsheet has rounded them."""
    return where(text, ~text.str.contains(EXCEL_MANGLED_ID))


@cache
def currency_codes() -> frozenset[str]:
    """ISO 4217 codes, as the Unicode consortium lists them."""
    from babel.core import get_global

    return frozenset(get_global("all_currencies"))


def _as_it_stands(text: pl.Series) -> pl.Series:
    return text


_WORDS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "boolean": booleans,
    "currency": currencies,
    "language": languages,
    "email": emails,
    "score": scores,
    "integer": integers,
    "id": ids,
    "code": lambda text: text.str.to_lowercase(),
    "phone": _as_it_stands,
    "postal_code": _as_it_stands,
    "text": _as_it_stands,
}
