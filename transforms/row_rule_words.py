"""The words of a rule: what SQL it may use, told before polars is asked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass


class RuleError(ValueError):
    """A rule is wrong; the message says what is, and what to write instead."""


@dataclass(frozen=True)
class Token:
    """One piece of a rule: a word, a number, a sign, a 'text' or a "name"."""

    kind: str
    text: str

    @property
    def plain(self) -> str:
        """A text without its quotes."""
        return self.text[1:-1].replace("''", "'")


_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<text>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")*"|`[^`]*`)"""
    r"""|(?P<comment>--|/\*)|(?P<word>[A-Za-z_]\w*)|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<sign><=>|<>|!=|<=|>=|==|\|\||::|.)""",
    re.DOTALL,
)
#: Functions of one row that a rule may call.
FUNCTIONS = (
    "abs", "ceil", "floor", "round", "sign", "mod", "coalesce", "nullif", "ifnull", "if", "greatest", "least",
    "upper", "lower", "initcap", "length", "char_length", "starts_with", "ends_with", "strpos", "position",
    "substr", "substring", "replace", "trim", "ltrim", "rtrim", "left", "right", "concat", "regexp_like",
    "cast", "try_cast", "extract", "date_part", "date",
)  # fmt: skip
#: Functions of many rows, so that a rule that calls one is told why not.
_OF_MANY_ROWS = frozenset({
    "sum", "avg", "mean", "min", "max", "count", "median", "stddev", "stdev", "std", "var", "variance",
    "first", "last", "first_value", "last_value", "rank", "dense_rank", "row_number", "lag", "lead",
    "quantile", "quantile_cont", "quantile_disc", "corr", "covar", "array_agg", "string_agg", "unnest",
    "columns", "ntile", "percent_rank", "any", "all", "some",
})  # fmt: skip
_SUBQUERY = frozenset({"select", "exists", "with", "union"})
_CLOCK = frozenset({
    "now", "today", "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp",
    "random", "rand",
})  # fmt: skip
#: Words that a bracket may follow without being functions.
_BEFORE_BRACKET = frozenset({
    "and", "or", "not", "in", "between", "like", "ilike", "is", "when", "then", "else", "case", "end",
    "distinct", "from", "interval", "null", "true", "false",
})  # fmt: skip


def tokens(text: str) -> list[Token]:
    """The pieces of a rule without its spaces.

    Raises:
        RuleError: it is empty or holds a comment.
    """
    found = [
        Token(str(match.lastgroup), match.group())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    ]
    if not found:
        raise RuleError("it is empty; a rule such as `order_count > 3` is expected")
    if any(token.kind == "comment" for token in found):
        raise RuleError("it holds an SQL comment; write it as a YAML comment (#) above the rule")
    return found


def refuse_words(found: list[Token]) -> None:
    """Refuse what a rule over one row may not say.

    Raises:
        RuleError: a subquery, a window, a function of many rows, the clock, an unknown function.
    """
    for number, token in enumerate(found):
        if token.kind != "word":
            continue
        word = token.text.lower()
        follows = found[number + 1].text if number + 1 < len(found) else ""
        if word in _SUBQUERY:
            raise RuleError(f"{word}: a rule asks one customer, it holds no query of its own")
        if word == "over" or (follows == "(" and word in _OF_MANY_ROWS):
            raise RuleError(
                f"{word} looks at more than one customer; a rule reads one row of customer_profile"
                + (" (greatest and least compare columns)" if word in {"max", "min"} else "")
            )
        if word in _CLOCK:
            raise RuleError(
                f"{word} gives another answer each time; compare with as_of, the day of the run, "
                "such as `last_score_date > as_of - interval '90 days'`"
            )
        if follows == "(" and word not in _BEFORE_BRACKET and word not in FUNCTIONS:
            raise RuleError(f"a rule knows no function {word}(){closest(word, FUNCTIONS)}")


def closest(word: str, known: Iterable[str]) -> str:
    """A hint: the nearest known word, upper case or not; nothing where none is near."""
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), by_lower, 1, 0.55)
    return f"; did you mean {by_lower[near[0]]!r}?" if near else ""
