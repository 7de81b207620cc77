"""A rule over one customer: a polars SQL expression, checked before any customer is looked at.

Rules are written by marketers, so each mistake is told in their words. A rule may look at one
row of `customer_profile` only: what it says of a customer never depends on the others.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from transforms.canonical.outreach import CUSTOMER_PROFILE
from transforms.row_rule_words import RuleError, Token, closest, refuse_words, tokens
from transforms.segments import SEGMENTS

#: The business date, which a rule may compare dates with: the clock is never asked.
AS_OF = "as_of"
#: Columns whose values are a closed list; comparing one with anything else is a slip of the pen.
CODE_LISTS: dict[str, tuple[str, ...]] = {
    **{c.name: c.allowed for c in CUSTOMER_PROFILE.columns if c.allowed},
    "rfm_segment": SEGMENTS,
}
_SCHEMA = pl.Schema({**CUSTOMER_PROFILE.schema, AS_OF: pl.Date()})
_COMPARED = ("=", "==", "!=", "<>", "<=>")
_TYPE_WORDS = {"String": "text", "Date": "a date", "Null": "nothing"}


@dataclass(frozen=True)
class RowRule:
    """A rule that has passed every check; made by `check_rule`.

    Attributes:
        text: as it was written.
        columns: columns of customer_profile it reads, in the order it names them.
    """

    text: str
    columns: tuple[str, ...]

    @cached_property
    def normal_text(self) -> str:
        """The text with single spaces outside quotes, so that layout is no change of meaning."""
        parts = re.split(r"('(?:[^']|'')*'|\"[^\"]*\")", self.text)
        shrunk = [p if n % 2 else re.sub(r"\s+", " ", p) for n, p in enumerate(parts)]
        return "".join(shrunk).strip()

    def matching(self, profile: pl.DataFrame, as_of: date) -> pl.DataFrame:
        """The rows for which the rule is true; a rule that ends in unknown (null) is not true.

        Raises:
            RuleError: the rule fails on a value, such as a text that is cast to a number.
        """
        return profile.filter(self.answers(profile, as_of))

    def answers(self, profile: pl.DataFrame, as_of: date) -> pl.Series:
        """True, false or unknown (null) per row.

        Raises:
            RuleError: the rule fails on a value.
        """
        try:
            # Only what the rule reads: a profile is wide, and there are many rules.
            read = profile.select(*self.columns, pl.lit(as_of).alias(AS_OF))
            return read.select(pl.sql_expr(self.text).alias("rule"))["rule"]
        except pl.exceptions.PolarsError as error:
            raise RuleError(f"it fails on a customer: {_first_line(error)}") from error


def definition_hash(*parts: object) -> str:
    """Short hash of what defines something; equal parts, equal hash."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:12]


def check_rule(text: str) -> RowRule:
    """A rule over customer_profile, every check passed.

    Raises:
        RuleError: it is no polars SQL expression, names a column or function that is not there,
            looks at more than one row, gives no true or false, or compares a column with a value
            it never holds. The message says what and what to write instead.
    """
    found = tokens(text)
    refuse_words(found)
    try:
        expression = pl.sql_expr(text)
    except pl.exceptions.PolarsError as error:
        raise RuleError(f"not a polars SQL expression: {_first_line(error)}") from error
    named = tuple(dict.fromkeys(expression.meta.root_names()))
    _refuse_strangers(named, found)
    columns = tuple(name for name in named if name != AS_OF)
    if not columns:
        raise RuleError(
            "it reads no column of customer_profile, so it is the same for everybody; "
            "a rule for all customers is `order_count > 0`"
        )
    _refuse_impossible_codes(found)
    _refuse_types(expression)
    return RowRule(text, columns)


def _refuse_strangers(named: tuple[str, ...], found: list[Token]) -> None:
    quoted = {token.text.strip('"') for token in found if token.kind == "name"}
    for name in named:
        if name in _SCHEMA:
            continue
        if name in quoted and any(name in allowed for allowed in CODE_LISTS.values()):
            raise RuleError(
                f"no such column as \"{name}\"; a text stands in single quotes: '{name}'"
            )
        near = closest(name, _SCHEMA.names()) or "; `suki segments columns` lists all of them"
        raise RuleError(f"no such column as {name!r} in customer_profile{near}")


def _refuse_types(expression: pl.Expr) -> None:
    """True or false it must be, on rows of nothing but nulls as well as on plausible ones."""
    try:
        given = pl.LazyFrame(schema=_SCHEMA).select(expression.alias("rule")).collect_schema()
        found = _probe().select(expression.alias("rule"))
    except pl.exceptions.PolarsError as error:
        raise RuleError(f"it cannot be computed: {_first_line(error)}{_hint(error)}") from error
    if given["rule"] != pl.Boolean:
        kind = str(given["rule"])
        words = _TYPE_WORDS.get(kind, "a number" if given["rule"].is_numeric() else kind)
        raise RuleError(
            f"it gives {words} ({kind}), not true or false; compare it with something, "
            "such as `order_count > 3`"
        )
    if found.height != _probe().height:
        raise RuleError("it does not give one answer per customer")


def _probe() -> pl.DataFrame:
    """One row of plausible values and one of nulls."""
    plausible = {
        pl.String: "x", pl.Date: date(2026, 1, 31), pl.Boolean: True, pl.Int64: 1, pl.Float64: 1.0,
    }  # fmt: skip
    row = {
        name: CODE_LISTS[name][0] if name in CODE_LISTS else plausible.get(type(dtype), 1)
        for name, dtype in _SCHEMA.items()
    }
    return pl.DataFrame([row, dict.fromkeys(_SCHEMA)], schema=_SCHEMA)


def _refuse_impossible_codes(found: list[Token]) -> None:
    """`lifecycle_state = 'lost'` would be false for ever and look like an empty segment."""
    for number, token in enumerate(found):
        column = token.text.strip('"')
        if token.kind not in {"word", "name"} or column not in CODE_LISTS:
            continue
        for value in _compared_with(found, number):
            if value not in CODE_LISTS[column]:
                raise RuleError(
                    f"{column} is never {value!r}; it is one of {', '.join(CODE_LISTS[column])}"
                    f"{closest(value, CODE_LISTS[column])}"
                )


def _compared_with(found: list[Token], number: int) -> list[str]:
    """The texts a column stands beside: `column = 'x'`, `'x' = column`, `column in ('x', 'y')`."""
    before, after = found[max(number - 2, 0) : number], found[number + 1 :]
    if len(before) == 2 and before[0].kind == "text" and before[1].text in _COMPARED:
        return [before[0].plain]
    words = [token.text.lower() for token in after[:3]]
    if len(after) > 1 and words[0] in _COMPARED and after[1].kind == "text":
        return [after[1].plain]
    start = 1 if words[:1] == ["in"] else 2 if words[:2] == ["not", "in"] else None
    if start is None or len(after) <= start or after[start].text != "(":
        return []
    listed = []
    for token in after[start + 1 :]:
        if token.text == ")":
            break
        if token.kind == "text":
            listed.append(token.plain)
    return listed


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].strip()


def _hint(error: Exception) -> str:
    if "date/datetime/time" in str(error) or "Date" in str(error):
        return "; a day is written date '2026-01-31', and as_of is the day of the run"
    return ""
