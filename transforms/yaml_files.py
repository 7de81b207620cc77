"""Settings in YAML: read strictly, every mistake told with file, line, key and the nearest word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

Model = TypeVar("Model", bound=BaseModel)


class YamlFileError(Exception):
    """A YAML file is wrong; the message names file, line and remedy."""


class Strict(BaseModel):
    """Unknown keys are refused; nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_yaml(path: Path) -> Any:
    """The content of a file, its places kept for messages.

    Raises:
        YamlFileError: it is no UTF-8 YAML.
    """
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8-sig"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        hint = " (YAML is indented with spaces, never tabs)" if "\\t" in str(error.problem) else ""
        raise YamlFileError(
            f"{path}, line {line}: not valid YAML: {error.problem}{hint}"
        ) from error
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        raise YamlFileError(f"{path}: cannot be read as UTF-8 YAML: {error}") from error
    except ValueError as error:
        # YAML reads 2026-02-30 as a date and trips over it without saying where.
        raise YamlFileError(f"{path}{_impossible_date(path)}: {error}") from error


def _impossible_date(path: Path) -> str:
    for number, text in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        for found in re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text):
            try:
                date.fromisoformat(found)
            except ValueError:
                return f", line {number}: {found} is no date"
    return ""


def load(path: Path, model: type[Model]) -> Model:
    """A file checked against its model.

    Raises:
        YamlFileError: not YAML, an unknown or missing key, or a value that does not fit.
    """
    try:
        # Fast, but it forgets where things stand: only a mistake is worth reading twice.
        return model.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8-sig")))
    except (ValidationError, YAMLError, UnicodeDecodeError, OSError, ValueError):
        return _load_with_places(path, model)


def _load_with_places(path: Path, model: type[Model]) -> Model:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise YamlFileError(f"{path}: expected keys such as {', '.join(model.model_fields)}")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        # A misspelt key is the cause of a missing one, so it is told first.
        problems = error.errors(include_url=False)
        problem = min(problems, key=lambda found: found["type"] != "extra_forbidden")
        raise YamlFileError(
            f"{path}{place(content, problem['loc'])}: {_words(problem, model)}"
        ) from error


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint: the closest known word, or all of them."""
    known = list(known)
    close = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; known keys: {', '.join(known)}"


def place(content: Any, location: Iterable[Any]) -> str:
    """`, line N` of the deepest part of a location that the file has."""
    found, node = "", content
    for part in location:
        is_key = isinstance(node, Mapping) and part in node
        is_item = isinstance(node, list) and isinstance(part, int) and part < len(node)
        if not (is_key or is_item):
            break
        found = line(node, part) or found
        node = node[part]
    return found


def line(node: Any, key: Any) -> str:
    """`, line N` of a key or an item; nothing where the file does not say."""
    try:
        lines: Any = node.lc
        spot = lines.item(key) if isinstance(node, list) else lines.key(key)
        return f", line {spot[0] + 1}"
    except (AttributeError, KeyError, IndexError, TypeError):
        return ""


def _words(problem: Any, model: type[BaseModel]) -> str:
    location = [part for part in problem["loc"] if part != "[key]"]
    where = ".".join(str(part) for part in location)
    if problem["type"] == "extra_forbidden":
        return f"unknown key {where!r}{nearest(str(location[-1]), _keys_beside(location, model))}"
    if problem["type"] == "missing":
        return f"the key {where!r} is missing"
    message = str(problem["msg"]).removeprefix("Value error, ").replace("Input should", "should")
    if problem["type"] == "value_error":
        return f"{where}: {message}" if where else message
    return f"{where}: {message} (it is {problem['input']!r})"


def _keys_beside(location: list[Any], model: type[BaseModel]) -> list[str]:
    """The keys a misspelt one may have meant: those of the model it stands in."""
    found: type[BaseModel] = model
    for part in location[:-1]:
        field = found.model_fields.get(part) if isinstance(part, str) else None
        inner = _model_in(field.annotation) if field else None
        found = inner or found
    return list(found.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _model_in(a))), None)
