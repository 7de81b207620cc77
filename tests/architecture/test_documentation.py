"""The texts say what the code does today: every variable, target, command and exit code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from suki.cli import cli
from suki.publication import MART_TABLES
from tests.architecture.tree import PROJECT, relative, tracked_files
from transforms.audiences.registry import FINDERS
from transforms.audiences.shop import Finder
from transforms.canonical import FEEDS
from transforms.canonical.loyalty import LOYALTY
from transforms.canonical.outreach import OUTCOMES, OUTREACH
from transforms.fields import FEED_FIELDS
from transforms.sources import FieldRule, SourceDefinition

FILES = tracked_files()
CODE = {".py", ".yml", ".toml"}
#: Handed from the pipeline to dbt, not set by a person.
INTERNAL = {"SUKI_WAREHOUSE"}

README = (PROJECT / "README.md").read_text(encoding="utf-8")
VARIABLES = sorted(
    {
        name
        for path in FILES
        if path.suffix in CODE and relative(path).split("/")[0] not in {"tests", "docs"}
        for name in re.findall(r"\bSUKI_[A-Z]+(?:_[A-Z]+)*\b", path.read_text(encoding="utf-8"))
    }
    - INTERNAL
)
TARGETS = re.findall(
    r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
)
COMMANDS = sorted(cli.commands)
MARKDOWN = [path for path in FILES if path.suffix == ".md"]
PROJECT_FILE = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _text(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def test_there_is_something_to_document() -> None:
    assert len(VARIABLES) > 10
    assert {"run", "test", "up", "bench", "help"} <= set(TARGETS)
    assert {"run", "ingest", "build", "score", "publish", "report", "demo"} <= set(COMMANDS)


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("name", ["README.md", ".env.example"])
def test_a_variable_is_documented(variable: str, name: str) -> None:
    assert re.search(rf"\b{variable}\b", _text(name)), f"{variable} is not in {name}"


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"\bSUKI_[A-Z_]+[A-Z]\b", README))))
def test_a_documented_variable_exists(variable: str) -> None:
    assert variable in VARIABLES


@pytest.mark.parametrize("target", TARGETS)
def test_a_make_target_is_documented(target: str) -> None:
    assert f"make {target}" in README


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_help_and_is_documented(command: str) -> None:
    described: click.Command = cli.commands[command]
    assert described.help
    silent = [p.name for p in described.params if isinstance(p, click.Option) and not p.help]
    assert not silent, f"suki {command}: no help for {silent}"
    assert f"suki {command}" in README or f"`{command}`" in README


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_is_documented(feed: str) -> None:
    assert f"`{feed}`" in README


@pytest.mark.parametrize(
    "preset",
    sorted((PROJECT / "transforms/readers/presets").glob("*.yml")),
    ids=lambda path: path.stem,
)
def test_a_preset_is_documented(preset: Path) -> None:
    assert f"`{preset.stem}`" in README


@pytest.mark.parametrize("key", [*SourceDefinition.model_fields, *FieldRule.model_fields])
def test_a_key_of_a_source_definition_is_documented(key: str) -> None:
    assert f"`{key}`" in _text("docs/sources.md")


@pytest.mark.parametrize(("feed", "fields"), FEED_FIELDS.items(), ids=list(FEED_FIELDS))
def test_a_field_of_a_feed_is_documented(feed: str, fields: dict[str, str]) -> None:
    missing = [name for name in fields if f"`{name}`" not in _text("docs/sources.md")]
    assert not missing, f"{feed}: {missing}"


@pytest.mark.parametrize("name", ["online_retail", "cdnow"])
def test_an_example_in_the_readme_is_the_one_that_ships(name: str) -> None:
    lines = _text(f"config/sources/examples/{name}.yml").splitlines()
    first = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    assert len(lines) - first < 30
    assert "```yaml\n" + "\n".join(lines[first:]) + "\n```" in README


@pytest.mark.parametrize(
    "suite",
    sorted(p for p in (PROJECT / "tests").iterdir() if any(p.glob("**/test_*.py"))),
    ids=lambda path: path.name,
)
def test_a_suite_has_a_budget_of_minutes(suite: Path) -> None:
    assert f"`tests/{suite.name}`" in README


@pytest.mark.parametrize("finder", FINDERS.values(), ids=list(FINDERS))
def test_a_finder_is_documented_with_its_parameters(finder: Finder) -> None:
    row = f"| `{finder.name}` | {finder.catalogue_id} | {finder.description} |"
    found = [line for line in _text("docs/campaigns.md").splitlines() if line.startswith(row)]
    assert len(found) == 1, row
    told = set(re.findall(r"`(\w+)`", found[0].removeprefix(row)))
    assert told == set(finder.parameters.model_fields)


def test_the_outcomes_of_contact_are_documented_in_the_order_asked() -> None:
    section = _text("docs/campaigns.md").partition("## Outcomes")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert told == [*OUTCOMES[1:], OUTCOMES[0]]


@pytest.mark.parametrize("table", [*MART_TABLES, *OUTREACH, *LOYALTY])
def test_a_published_table_is_in_the_changelog(table: str) -> None:
    assert f"`{table}`" in _text("CHANGELOG.md")


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4])
def test_an_exit_code_is_documented(code: int) -> None:
    assert re.search(rf"^\| {code} \|", README, re.MULTILINE)


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## {PROJECT_FILE['version']}" in _text("CHANGELOG.md")


@pytest.mark.parametrize("requirement", PROJECT_FILE["dependencies"])
def test_a_dependency_is_justified(requirement: str) -> None:
    name = re.split(r"[<>=\[ ;]", requirement)[0]
    assert f"`{name}`" in _text("DECISIONS.md"), f"{name}: what is it for, instead of what?"


@pytest.mark.parametrize("path", MARKDOWN, ids=relative)
def test_a_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)|src=\"([^\"]+)\"", path.read_text(encoding="utf-8"))
    local = [a or b for a, b in links if "://" not in (a or b)]
    missing = [link for link in local if not (path.parent / link).exists()]
    assert not missing, missing


def test_every_trap_names_a_test_that_exists() -> None:
    written = "\n".join(
        path.read_text(encoding="utf-8")
        for pattern in ("tests/**/test_*.py", "dbt_project/models/**/*.yml")
        for path in PROJECT.glob(pattern)
    )
    rows = [line for line in _text("docs/traps.md").splitlines() if line.startswith("| ")][2:]
    named = [name for row in rows for name in re.findall(r"`(\w{20,})`", row)]
    assert len(rows) > 30
    assert all(re.search(r"`\w{20,}`", row) for row in rows)
    assert [n for n in named if f"def {n}(" not in written and f"name: {n}\n" not in written] == []
