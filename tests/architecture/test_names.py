"""Nothing is called utils, and nothing old stands beside the new."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.tree import PROJECT, relative, tracked_files

FILES = tracked_files()
FORBIDDEN = re.compile(
    r"(^|[_.\-/])(legacy|old|new|tmp|copy|utils|helpers|common|misc|manager)([_.\-/]|$)|_v\d"
)
#: Path -> why the word is the right one there.
ALLOWED = {
    "transforms/readers/presets/qualtrics_legacy.yml": "Qualtrics calls this export format so",
    "transforms/readers/presets/surveymonkey_old.yml": "the older of SurveyMonkey's two layouts",
}
TEXT = {".py", ".sql", ".yml", ".yaml", ".toml", ".md", ".txt", ".cfg", ".html", ".css", ".csv", ""}

# Put together here, so that this file does not hold what it looks for.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted",
    "--index" + "-url",
    "find" + "-links",
    "/simple" + "/",
]
MACHINE_PATHS = ["/" + "work/", "/" + "root/", "/" + "home/", "/" + "Users/", "/tmp/" + "boot"]


def test_there_are_files_to_look_at() -> None:
    assert len(FILES) > 200


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_file_name_says_what_is_inside(path: Path) -> None:
    name = relative(path)
    assert name in ALLOWED or not FORBIDDEN.search(name), f"{name}: find the word that says it"


@pytest.mark.parametrize("name", ALLOWED)
def test_an_allowed_name_still_exists(name: str) -> None:
    assert (PROJECT / name).exists(), f"{name} is gone: take it off the list"


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix in TEXT], ids=relative)
def test_no_file_knows_a_registry_or_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [word for word in (*REGISTRIES, *MACHINE_PATHS) if word in text]
    assert not found, f"{relative(path)} holds {found}"


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix in TEXT], ids=relative)
def test_people_in_fixtures_are_made_up(path: Path) -> None:
    """Addresses outside the reserved example domains may belong to somebody."""
    mailboxes = re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", path.read_text(encoding="utf-8"))
    reserved = re.compile(
        r"@(?:[\w-]+\.)*(?:example(?:\.\w+)?|invalid|test|localhost)$", re.IGNORECASE
    )
    strangers = sorted({m for m in mailboxes if not reserved.search(m)})
    assert not strangers, f"{relative(path)}: {strangers}"
