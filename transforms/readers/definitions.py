"""Loading source definitions from YAML; every mistake is told with file, line and key."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from transforms.fields import FEED_FIELDS, REQUIRED_FIELDS
from transforms.sources import FieldRule, IgnoreRule, PackedLines, SourceDefinition, SourceError
from transforms.yaml_files import YamlFileError, line, nearest, place, read_yaml

PRESETS = Path(__file__).parent / "presets"
#: Which model the keys below a key belong to.
_INNER_MODELS: dict[str, type[BaseModel]] = {
    "columns": FieldRule,
    "ignore_rows": IgnoreRule,
    "packed_lines": PackedLines,
}
_Sources = dict[str, tuple[Path, Mapping[str, Any]]]


def load_definitions(folders: Iterable[Path]) -> tuple[SourceDefinition, ...]:
    """All source definitions, a shop's own before the presets.

    Args:
        folders: folders of YAML files; of two files with one name the first folder's wins.

    Raises:
        SourceError: a file is no YAML, has an unknown key, or two files share a source name.
    """
    paths: dict[str, Path] = {}
    for folder in (*folders, PRESETS):
        for path in sorted((*folder.glob("*.yml"), *folder.glob("*.yaml"))):
            paths.setdefault(path.name, path)
    by_name: _Sources = {}
    for path in paths.values():
        content = _read_yaml(path)
        name = str(content.get("source", path.stem))
        if name in by_name:
            raise SourceError(
                f"{path}{line(content, 'source')}: source {name!r} is already defined in {by_name[name][0]}; rename one"
            )
        by_name[name] = (path, content)
    own = tuple(_definition(path, content, by_name) for path, content in by_name.values())
    return own + generic_definitions()


def generic_definitions() -> tuple[SourceDefinition, ...]:
    """One definition per feed for files whose headers are Suki's own field names."""
    return tuple(
        SourceDefinition.model_validate(
            {
                "source": f"generic_{feed}",
                "feed": feed,
                "description": "Headers are Suki's own field names.",
                "recognised_by": REQUIRED_FIELDS[feed] or ("customer_id", "email"),
                "columns_are_optional": True,
                "columns": {name: name for name in fields},
            }
        )
        for feed, fields in FEED_FIELDS.items()
    )


def _read_yaml(path: Path) -> Mapping[str, Any]:
    try:
        content = read_yaml(path)
    except YamlFileError as error:
        raise SourceError(str(error)) from error
    if not isinstance(content, dict):
        raise SourceError(f"{path}: expected keys such as source, feed and columns")
    return content


def _definition(path: Path, content: Mapping[str, Any], by_name: _Sources) -> SourceDefinition:
    merged = _inherit(path, content, by_name, ())
    try:
        return SourceDefinition.model_validate(
            merged | {"source": content.get("source", path.stem)}
        )
    except ValidationError as error:
        # A misspelt key is the cause of a missing one, so it is told first.
        problems = error.errors(include_url=False)
        problem = min(problems, key=lambda found: found["type"] != "extra_forbidden")
        raise SourceError(f"{path}{_locate(content, problem)}: {_words(problem)}") from error


def _inherit(
    path: Path, content: Mapping[str, Any], by_name: _Sources, heirs: tuple[str, ...]
) -> dict[str, Any]:
    """The definition with everything of its ancestors that it does not say itself."""
    parent_name = content.get("extends")
    if not parent_name:
        return dict(content)
    name = str(content.get("source", path.stem))
    where = f"{path}{line(content, 'extends')}"
    if parent_name not in by_name:
        close = difflib.get_close_matches(str(parent_name), by_name, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(by_name))}"
        raise SourceError(f"{where}: extends {parent_name!r}, which no file defines; {hint}")
    if parent_name in (*heirs, name):
        chain = " -> ".join((*heirs, name, str(parent_name)))
        raise SourceError(f"{where}: extends itself in a circle ({chain}); take one `extends` out")
    parent = _inherit(*by_name[parent_name], by_name, (*heirs, name))
    merged = parent | dict(content)
    if isinstance(parent.get("columns"), dict) and isinstance(content.get("columns"), dict):
        merged["columns"] = dict(parent["columns"]) | dict(content["columns"])
    return merged


def _words(problem: Any) -> str:
    location = [part for part in problem["loc"] if part != "[key]"]
    where = ".".join(str(part) for part in location)
    if problem["type"] == "extra_forbidden":
        return f"unknown key {where!r}{nearest(str(location[-1]), _keys_beside(location))}"
    if problem["type"] == "missing":
        return f"the key {where!r} is missing"
    if problem["type"] == "literal_error" and "[key]" in problem["loc"]:
        allowed = get_args(get_args(SourceDefinition.model_fields["line_kinds"].annotation)[0])
        return f"unknown key {where!r}{nearest(str(location[-1]), allowed)}"
    message = str(problem["msg"]).removeprefix("Value error, ").replace("Input should", "should")
    if problem["type"] == "value_error" and not where:
        return message
    told = "" if problem["type"] == "value_error" else f" (it is {problem['input']!r})"
    return f"{where}: {message}{told}"


def _keys_beside(location: list[Any]) -> list[str]:
    model = _INNER_MODELS.get(str(location[0])) if len(location) > 1 else None
    return list((model or SourceDefinition).model_fields)


def _locate(content: Any, problem: Any) -> str:
    """The line of the key a problem is about, as far down as the YAML reaches."""
    location = list(problem["loc"])
    if not location:
        location = str(problem["msg"]).removeprefix("Value error, ").split(":")[0].split(".")
    return place(content, location)
