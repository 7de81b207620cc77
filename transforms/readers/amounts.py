"""Amounts, quantities and rates as text, to exact decimals."""

from __future__ import annotations

import re

import polars as pl

from transforms.canonical import MONEY, RATE
from transforms.sources import SourceDefinition

PLAIN = r"^-?(\d+(\.\d*)?|\.\d+)$"
#: Currency signs and words that may stand before or after a number; anything else is no amount.
SIGN = r"(?:[A-Z]{0,3}\p{Sc}|[A-Z]{3}|zł|[Kk]r\.?|Kč|Ft|lei|Rs\.?|RM|Rp\.?|Fr\.?|R)"
GROUP_MARKS = {" ": "[ \u00a0\u202f]", "'": "['\u2019]"}
#: More than four decimals, and those that are the noise of floating point (12.340000000000002).
EXTRA_DECIMALS = r"\.\d{4}\d*[1-9]"
NOISE = r"\.\d{4}(0{5,}|9{5,})\d+$"
EXTRA_RATE_DECIMALS = r"\.\d{8}\d*[1-9]"


def money(text: pl.Series, definition: SourceDefinition) -> pl.Series:
    """Amounts, exact: currency signs dropped, (12.30) and 12.30- negative, marks as declared.

    Null where the text is no amount, is larger than the type holds, or has more than four
    decimals and the definition does not say to round; floating point noise is no decimal.
    """
    plain = normalised(text, definition)
    if definition.extra_decimals == "refuse":
        long = plain.str.contains(EXTRA_DECIMALS).fill_null(False)
        if long.any():
            plain = where(plain, ~long | plain.str.contains(NOISE))
    return plain.cast(MONEY, strict=False)


def rates(text: pl.Series, definition: SourceDefinition) -> pl.Series:
    """Exchange rates to eight decimals, half to even."""
    return normalised(text, definition).cast(RATE, strict=False)


def rounding_note(text: pl.Series, kind: str, definition: SourceDefinition) -> str | None:
    """What to tell where values of a column were rounded, or None."""
    if kind == "money" and definition.extra_decimals == "refuse":
        return None
    places, extra = (8, EXTRA_RATE_DECIMALS) if kind == "rate" else (4, EXTRA_DECIMALS)
    plain = normalised(text, definition)
    count = int((plain.str.contains(extra) & ~plain.str.contains(NOISE)).sum() or 0)
    return f"{count:,} values had more than {places} decimals and were rounded" if count else None


def normalised(text: pl.Series, definition: SourceDefinition) -> pl.Series:
    """Numbers as 1234.5; null where the text is none."""
    decimal, thousands = definition.decimal_mark, definition.thousands_mark
    if decimal == "." and text.str.contains(PLAIN).all(ignore_nulls=True):
        return text
    signed = (
        text.str.replace_all("\u2212", "-", literal=True)
        .str.replace(r"^\((.+)\)$", "-$1")
        .str.replace(r"^([^\-].*)-$", "-$1")
        .str.replace(r"^\+", "")
    )
    bare = signed.str.replace(rf"^(-?)\s*{SIGN}\s*(-?)\s*", "${1}${2}").str.replace(
        rf"\s*{SIGN}$", ""
    )
    point = re.escape(decimal)
    whole = r"\d+"
    if thousands:
        mark = GROUP_MARKS.get(thousands, re.escape(thousands))
        whole = rf"(?:\d{{1,3}}(?:{mark}\d{{3}})+|\d+)"
    plain = where(bare, bare.str.contains(rf"^-?({whole}({point}\d*)?|{point}\d+)$"))
    if thousands:
        plain = plain.str.replace_all(mark, "")
    return plain.str.replace(",", ".", literal=True) if decimal == "," else plain


def where(values: pl.Series, condition: pl.Series) -> pl.Series:
    """The values for which the condition is true, null elsewhere."""
    return values.zip_with(condition.fill_null(False), values.clear(len(values)))
