"""Templates of customer messages: what marketing may write in them, and how a part is rendered.

A template is data from a file that people outside the trade edit, so it is kept on a short lead: it
may print its variables, ask whether they are there, and format them. It cannot call, loop, reach
into an object or take the escaping off. Jinja's sandbox stands behind that, not instead of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reports.formats import Formats

if TYPE_CHECKING:
    from jinja2 import Environment

LANGUAGES = ("en", "fil", "th", "pl")
PARTS = ("subject", "text", "html")
#: May be none: a template must ask `{% if first_name %}` before it prints one of these.
OPTIONAL_VARIABLES = ("first_name", "offer", "shop_url")
#: Always there, besides what the campaign's audience brings.
SHOP_VARIABLES = ("shop_name",)
#: Said by the campaign; where it says nothing, a message that uses one is stopped.
CAMPAIGN_VARIABLES = ("survey_url",)

FILTERS = ("capitalize", "default", "e", "escape", "lower", "title", "trim", "upper")
FORMATTING_FILTERS = ("date", "money", "number")
TESTS = ("defined", "none")
ALLOWED_NODES: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.Name,
    nodes.Const, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter,
    nodes.Test, nodes.Concat, nodes.Add, nodes.Sub, nodes.FloorDiv, nodes.Mod, nodes.Neg,
    nodes.Keyword,
)  # fmt: skip


class MessageError(Exception):
    """A message cannot be made; the text names template, language and what is wrong with it.

    It never holds a value, so that no name and no address reaches a log.
    """


class TemplateMistakeError(Exception):
    """One part of a template is wrong, `line` lines into it (the first is 1)."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Part:
    """Subject, text or HTML of a template, and the line of its file on which it begins."""

    source: str
    line: int = 1


@dataclass(frozen=True)
class Wording:
    """What a template says in one language."""

    subject: Part
    text: Part
    html: Part


@dataclass(frozen=True)
class MessageTemplate:
    """One file of `config/messages/`, as whoever read it hands it over.

    Attributes:
        name: name of the file without its ending, as `template` in campaigns.yml names it.
        path: the file, for messages to people.
        languages: language code -> wording; `en` is always there.
    """

    name: str
    description: str
    languages: Mapping[str, Wording]
    path: str = ""


@dataclass(frozen=True)
class CompiledPart:
    """A part ready to render, and every variable it uses with the line of its first use."""

    template: Template
    variables: Mapping[str, int]

    def render(self, values: Mapping[str, Any]) -> str:
        """The words of the part.

        Raises:
            TemplateMistakeError: a variable is missing or none, or an expression cannot be
                worked out.
        """
        for name, line in self.variables.items():
            if name not in values:
                raise TemplateMistakeError(line, f"the variable {name!r} is missing")
        try:
            return self.template.render(values)
        except SecurityError as error:
            raise TemplateMistakeError(1, f"refused by the sandbox: {error}") from error
        except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
            raise TemplateMistakeError(1, str(error)) from error


@lru_cache(maxsize=1024)
def compiled(source: str, language: str, currency: str, *, is_html: bool) -> CompiledPart:
    """A part ready to render; the same source is compiled once.

    Raises:
        TemplateMistakeError: it is no Jinja, or holds what a template may not.
    """
    environment = sandbox(language, currency, is_html=is_html)
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        raise TemplateMistakeError(error.lineno, f"not valid Jinja: {error.message}") from error
    _refuse_what_is_not_allowed(tree)
    variables: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        variables.setdefault(node.name, node.lineno)
    return CompiledPart(environment.from_string(source), variables)


@lru_cache(maxsize=32)
def sandbox(language: str, currency: str, *, is_html: bool) -> Environment:
    """The environment of one kind of part in one language; prints no None and no undefined."""
    formats = Formats(language, currency)
    built = ImmutableSandboxedEnvironment(
        autoescape=is_html,
        undefined=StrictUndefined,
        finalize=_printer(formats),
        keep_trailing_newline=True,
    )
    built.globals.clear()
    built.filters = {name: built.filters[name] for name in FILTERS} | {
        "date": lambda day: _long_day(day, formats),
        "money": lambda amount: formats.money_exact(_number(amount)),
        "number": lambda number: formats.count(_number(number)),
    }
    built.tests = {name: built.tests[name] for name in TESTS}
    return built


def _printer(formats: Formats) -> Callable[[Any], Any]:
    """Dates and money are written as the language writes them, even where a filter is forgotten."""

    def printed(value: Any) -> Any:
        if value is None:
            raise TemplateError("a variable that is none was printed; ask `{% if ... %}` first")
        if isinstance(value, date):
            return _long_day(value, formats)
        return formats.money_exact(value) if isinstance(value, Decimal) else value

    return printed


def _long_day(day: Any, formats: Formats) -> str:
    from babel.dates import format_date

    if not isinstance(day, date):
        raise TemplateError("`date` was given what is no date")
    # The long form of Thai adds "of the Christian era", which no letter says.
    pattern = "d MMMM y" if formats.locale.language == "th" else "long"
    return str(format_date(day, pattern, locale=formats.locale))


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise TemplateError("`money` or `number` was given what is no number")
    return Decimal(value)


def _refuse_what_is_not_allowed(tree: nodes.Template) -> None:
    """Only printing, asking and formatting; the first thing that is something else is told."""
    for node in _every_node(tree):
        line = node.lineno or 1
        if isinstance(node, nodes.Filter) and node.name not in (*FILTERS, *FORMATTING_FILTERS):
            known = ", ".join((*FORMATTING_FILTERS, *FILTERS))
            raise TemplateMistakeError(line, f"no filter {node.name!r}; there are {known}")
        if isinstance(node, nodes.Test) and node.name not in TESTS:
            raise TemplateMistakeError(line, f"no test {node.name!r}; use `is none`")
        if not isinstance(node, ALLOWED_NODES):
            kind = type(node).__name__
            raise TemplateMistakeError(
                line,
                f"a template may print variables, ask `if` and use filters, nothing else ({kind})",
            )


def _every_node(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _every_node(child)
