"""Text to typed values. What cannot be read becomes null, and the caller says so."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import polars as pl

from transforms.canonical import MONEY, RATE, TIMESTAMP
from transforms.sources import FieldRule, SourceDefinition

ISO_FORMATS = (
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%Y%m%d",
)
DAY_OR_MONTH_FIRST = r"^\s*\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}\b"
EXCEL_SERIAL = r"^\d{5}(\.\d+)?$"
EXCEL_MANGLED_ID = r"^\d(\.\d+)?[eE]\+\d+$"
TRUE_WORDS = ("yes", "true", "y", "1", "t", "subscribed")
FALSE_WORDS = ("no", "false", "n", "0", "f", "unsubscribed", "not subscribed")


def clean(text: pl.Series, rule: FieldRule) -> pl.Series:
    """Trim, strip one guarding apostrophe, cut what the rule removes, translate its words."""
    cleaned = text.str.strip_chars().str.replace(r"^'", "")
    if rule.remove:
        cleaned = cleaned.str.replace_all(rule.remove, "")
    cleaned = cleaned.replace("", None)
    if rule.values:
        folded = {key.casefold(): value for key, value in rule.values.items()}
        cleaned = (
            cleaned.str.to_lowercase().replace(folded)
            if cleaned.null_count() < len(cleaned)
            else cleaned
        )
    return cleaned.fill_null(rule.default) if rule.default is not None else cleaned


def parse(text: pl.Series, kind: str, rule: FieldRule, definition: SourceDefinition) -> pl.Series:
    """Read cleaned text as one of the kinds of `transforms.fields`; null where it is none."""
    if kind == "timestamp":
        return timestamps(text, rule.formats, rule.timezone or definition.timezone)
    if kind == "date":
        return _first_parse(text, [f for f in rule.formats or ISO_FORMATS]).dt.date()
    if kind == "money":
        return money(text, definition.decimal_mark, definition.thousands_mark)
    if kind == "rate":
        return text.cast(RATE, strict=False)
    if kind == "boolean":
        return booleans(text)
    if kind == "currency":
        return _where(
            text.str.to_uppercase(), text.str.to_uppercase().is_in(sorted(currency_codes()))
        )
    if kind == "language":
        code = text.str.to_lowercase().str.extract(r"^([a-z]{2,3})([_\-].*)?$", 1)
        return code.replace({"tl": "fil"})
    if kind == "email":
        return emails(text)
    if kind == "score":
        return text.str.extract(r"^(\d{1,3})(\.0)?(\s*[-\u2013(].*)?$", 1).cast(
            pl.Int64, strict=False
        )
    if kind == "id":
        return _where(text, ~text.str.contains(EXCEL_MANGLED_ID))
    return text


def timestamps(text: pl.Series, formats: tuple[str, ...], zone: str | None) -> pl.Series:
    """Moments in UTC. Times without an offset are local to the zone; without a zone they stay null.

    A local time that the clock skipped in spring is read an hour later; one that it showed
    twice in autumn is read as the first.
    """
    result = pl.Series(text.name, [None] * len(text), dtype=TIMESTAMP)
    for pattern in formats or ISO_FORMATS:
        if result.null_count() == text.null_count():
            break
        parsed = text.str.to_datetime(pattern, strict=False, time_unit="us")
        if isinstance(parsed.dtype, pl.Datetime) and parsed.dtype.time_zone is None:
            fixed_zone = "UTC" if pattern.endswith("UTC") else zone
            parsed = localise(parsed, fixed_zone) if fixed_zone else parsed.clear(len(parsed))
        parsed = parsed.cast(TIMESTAMP) if parsed.null_count() < len(parsed) else result
        result = result.zip_with(result.is_not_null(), parsed)
    return result


def localise(naive: pl.Series, zone: str) -> pl.Series:
    """Local wall-clock times to UTC."""
    frame = pl.DataFrame({"t": naive})
    attach = {"time_zone": zone, "ambiguous": "earliest", "non_existent": "null"}
    moment = pl.coalesce(
        pl.col("t").dt.replace_time_zone(**attach),
        pl.col("t").dt.offset_by("1h").dt.replace_time_zone(**attach),
    )
    return frame.select(moment.dt.convert_time_zone("UTC")).to_series().alias(naive.name)


def _first_parse(text: pl.Series, formats: list[str]) -> pl.Series:
    result = pl.Series(text.name, [None] * len(text), dtype=pl.Datetime("us"))
    for pattern in formats:
        if result.null_count() == text.null_count():
            break
        parsed = text.str.to_datetime(pattern, strict=False, time_unit="us")
        if isinstance(parsed.dtype, pl.Datetime) and parsed.dtype.time_zone is not None:
            parsed = parsed.dt.replace_time_zone(None)
        result = result.zip_with(result.is_not_null(), parsed)
    return result


def money(text: pl.Series, decimal_mark: str, thousands_mark: str) -> pl.Series:
    """Amounts, exact: currency signs dropped, (12.30) negative, marks as declared."""
    plain = text.str.replace_all(r"[\s\u00a0\u202f]", "").str.replace(r"^\((.+)\)$", "-$1")
    plain = plain.str.replace(r"^(-?)[^\d\-.,]{1,4}(-?)", "${1}${2}").str.replace(
        r"[^\d.,]{1,4}$", ""
    )
    if thousands_mark:
        grouped = re.escape(thousands_mark)
        plain = _where(
            plain.str.replace_all(thousands_mark, "", literal=True),
            plain.str.contains(rf"^-?\d{{1,3}}({grouped}\d{{3}})*([^\d{grouped}]\d+)?$")
            | ~plain.str.contains(grouped),
        )
    if decimal_mark == ",":
        plain = plain.str.replace(",", ".", literal=True)
    return _where(plain, plain.str.contains(r"^-?(\d+(\.\d*)?|\.\d+)$")).cast(MONEY, strict=False)


def booleans(text: pl.Series) -> pl.Series:
    """Yes and no in the words exports use."""
    folded = text.str.to_lowercase()
    known = folded.is_in(TRUE_WORDS + FALSE_WORDS)
    return _where(folded.is_in(TRUE_WORDS), known)


def emails(text: pl.Series) -> pl.Series:
    """Addresses trimmed, NFKC, lower case; null where it is no address."""
    unique = text.drop_nulls().unique()
    folded = {
        value: unicodedata.normalize("NFKC", value).strip().lower() for value in unique.to_list()
    }
    normal = text.replace(folded) if folded else text
    return _where(normal, normal.str.contains(r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]+$"))


@cache
def currency_codes() -> frozenset[str]:
    """ISO 4217 codes, as the Unicode consortium lists them."""
    from babel.core import get_global

    return frozenset(get_global("all_currencies"))


def _where(values: pl.Series, condition: pl.Series) -> pl.Series:
    return values.zip_with(condition.fill_null(False), values.clear(len(values)))
