"""What is shipped as configuration loads, and the services described for Docker are valid."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from suki.embedded.settings import Place
from suki.embedded.settings import environment as embedded_environment
from suki.ingestion import load_sources
from suki.settings import Settings
from tests.architecture.tree import PROJECT, relative, tracked_files

Run = Callable[..., tuple[int, str]]
FILES = tracked_files()
SOURCES = [
    path
    for path in FILES
    if path.suffix == ".yml"
    and relative(path).startswith(("transforms/readers/presets/", "config/sources/"))
]
COMPOSE = PROJECT / "docker-compose.yml"


def test_there_are_sources_to_load() -> None:
    assert len(SOURCES) >= 10


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_shipped_source_definition_loads(path: Path, tmp_path: Path) -> None:
    own = tmp_path / "config" / "sources"
    shutil.copytree(path.parent, own)  # with its neighbours: one may extend the other
    loaded = {d.source for d in load_sources(Settings({"SUKI_HOME": str(tmp_path)}))}
    assert YAML(typ="safe").load(path)["source"] in loaded


def test_the_shipped_settings_are_valid_and_name_nothing_unknown(tmp_path: Path) -> None:
    settings = Settings({"SUKI_HOME": str(tmp_path)})
    assert settings.config_file("suki.toml") == PROJECT / "config" / "suki.toml"
    assert settings.business.store.name


def test_the_compose_file_is_valid(run_tool: Run) -> None:
    code, said = run_tool(
        "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"
    )
    assert code == 0, said


def _services() -> dict[str, dict[str, object]]:
    return YAML(typ="safe").load(COMPOSE)["services"]  # type: ignore[no-any-return]


def test_no_service_is_open_to_the_network() -> None:
    ports = [port for service in _services().values() for port in service.get("ports", [])]  # type: ignore[attr-defined]
    assert ports, "nothing is published: then the page of Airflow cannot be reached"
    assert all(str(port).startswith("127.0.0.1:") for port in ports), ports


def test_every_lasting_service_says_whether_it_is_well() -> None:
    lasting = {name: s for name, s in _services().items() if s.get("restart") != "no"}
    assert len(lasting) >= 5
    assert [name for name, service in lasting.items() if "healthcheck" not in service] == []


def test_every_image_is_pinned() -> None:
    images = [str(service["image"]) for service in _services().values()]
    first_stage = re.findall(
        r"^FROM (\S+)", (PROJECT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert first_stage, "the Dockerfile starts from nothing"
    for image in (*images, *first_stage):
        assert re.search(r":v?\d+\.\d+", image), f"{image} names no version"


def test_docker_runs_airflow_as_the_embedded_one_is_set(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.airflow_home.mkdir()
    embedded = embedded_environment(place, 8080, attended=False)
    ours = {k for k in embedded if k.startswith("AIRFLOW__")}
    theirs: dict[str, str] = _services()["scheduler"]["environment"]  # type: ignore[assignment]
    by_container = {"AIRFLOW__API__HOST", "AIRFLOW__API__PORT"}  # given on its command line
    assert ours - by_container - set(theirs) == set()
    by_place = re.compile(r"FOLDER|FILE$|URL|CONN|KEY|SECRET|USERS")
    compared = {k for k in ours - by_container if not by_place.search(k)}
    assert len(compared) > 5
    assert {k: str(theirs[k]) for k in compared} == {k: embedded[k] for k in compared}
