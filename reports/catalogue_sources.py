"""Where the messages of the catalogues come from: Python, templates, and YAML with shipped words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reports.tables import ReportError

PROJECT = Path(__file__).parent.parent
PYTHON_KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
TEMPLATE_OPTIONS = {
    "extensions": "jinja2.ext.i18n",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
}
COMMENT_TAG = "TRANSLATORS:"

#: Shipped files with words that travel with the data: file, then the keys whose text is shown.
#: `*` takes every item of a list or every value of a mapping.
SHIPPED_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("transforms/metrics/definitions/*.yml", ("metrics.*.title", "metrics.*.definition")),
    ("transforms/metrics/definitions/*.yml", ("metrics.*.numerator", "metrics.*.denominator")),
    ("transforms/metrics/catalogue.yml", ("questions.*.title", "questions.*.better_with.*")),
    ("transforms/metrics/catalogue.yml", ("inputs.*.words",)),
    ("config/segments.yml", ("segments.*.title", "segments.*.description")),
    ("config/campaigns.yml", ("campaigns.*.title", "campaigns.*.description")),
    ("config/themes.yml", ("themes.*.title", "themes.*.description")),
    ("config/benchmarks.yml", ("benchmarks.*.claim", "benchmarks.*.source")),
    ("config/benchmarks.yml", ("benchmarks.*.caveat",)),
)
#: Dictionaries of sentences in rooms that reports may not import: read, not run.
SHIPPED_CONSTANTS = (("transforms/rules.py", "REMEDIES"),)
SHIPPED_COLUMNS = (("dbt_project/seeds/vendor_rules.csv", ("rule", "why_it_differs")),)

#: One message: what it says (one form, or two for a count), its context, its place, its comments.
Found = tuple[str | tuple[str, ...], str | None, str, list[str]]


def all_messages(project: Path = PROJECT) -> Iterator[Found]:
    """Every message a reader may see, in a fixed order."""
    yield from _from_files(project, "reports/**/*.py", "python", {})
    for ending in ("html", "txt", "svg"):
        yield from _from_files(
            project,
            f"reports/templates/**/*.{ending}",
            "jinja2.ext:babel_extract",
            TEMPLATE_OPTIONS,
        )
    for pattern, keys in SHIPPED_WORDS:
        for path in sorted(project.glob(pattern)):
            yield from _from_yaml(path, project, keys)
    for pattern, constant in SHIPPED_CONSTANTS:
        yield from _from_constant(project / pattern, project, constant)
    for pattern, columns in SHIPPED_COLUMNS:
        yield from _from_csv(project / pattern, project, columns)


def _from_files(
    project: Path, pattern: str, method: str, options: dict[str, str]
) -> Iterator[Found]:
    from babel.messages.extract import extract

    for path in sorted(project.glob(pattern)):
        try:
            with path.open("rb") as file:
                found = list(
                    extract(
                        method,
                        file,
                        PYTHON_KEYWORDS,
                        (COMMENT_TAG,),
                        options,
                        strip_comment_tags=True,
                    )
                )
        except Exception as error:  # of the template language or of Python
            raise ReportError(f"{_place(path, project)} cannot be read: {error}") from error
        for _line, message, comments, context in found:
            yield message, context, _place(path, project), list(comments)


def _from_yaml(path: Path, project: Path, keys: tuple[str, ...]) -> Iterator[Found]:
    from ruamel.yaml import YAML

    content = YAML(typ="safe").load(path)
    for key in keys:
        for text in _at(content, key.split(".")):
            yield text, None, _place(path, project), []


def _at(content: Any, keys: list[str]) -> Iterator[str]:
    if not keys:
        if isinstance(content, str) and content.strip():
            yield content
        return
    first, rest = keys[0], keys[1:]
    if first == "*":
        parts = content.values() if isinstance(content, dict) else content or ()
        for part in parts:
            yield from _at(part, rest)
    elif isinstance(content, dict) and first in content:
        yield from _at(content[first], rest)


def _from_constant(path: Path, project: Path, constant: str) -> Iterator[Found]:
    import ast

    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == constant:
            for text in ast.literal_eval(statement.value).values():
                yield text, None, _place(path, project), []


def _from_csv(path: Path, project: Path, columns: tuple[str, ...]) -> Iterator[Found]:
    import csv

    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column in columns:
                yield row[column], None, _place(path, project), []


def _place(path: Path, project: Path) -> str:
    return path.relative_to(project).as_posix()
