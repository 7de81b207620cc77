"""A run's id is what it depends on: equal inputs, equal id; any change, another."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from suki import runs
from suki.errors import ConfigurationError
from suki.runs import Run, load, prepare, resume, sweep, timed
from suki.settings import Settings

KNOWN_AT = datetime(2026, 11, 1, tzinfo=UTC)


def settings_of(home: Path, toml: str = "") -> Settings:
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "suki.toml").write_text(toml)
    return Settings({"SUKI_HOME": str(home)})


def ledger_file(file_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "file_id": file_id, "name": "orders.csv", "feed": "orders", "source": "shop", "sequence": 1,
        "content_sha256": "c", "version_basis": "updated_at", "status": "accepted", **changes,
    }  # fmt: skip


def prepared(home: Path, toml: str = "", **changes: Any) -> Run:
    given = {
        "files": [ledger_file("f1"), ledger_file("f2")], "definitions": {"shop": "def1"},
        "as_of": date(2026, 10, 31), "known_at": None, "tonight": ["f2"], **changes,
    }  # fmt: skip
    return prepare(settings_of(home, toml), **given)


def test_the_same_inputs_give_the_same_id_in_any_home(tmp_path):
    one, other = prepared(tmp_path / "a"), prepared(tmp_path / "b")
    assert one.run_id == other.run_id
    assert one.run_id.startswith("2026-10-31_")
    assert one.business_date == date(2026, 10, 31)


@pytest.mark.parametrize(
    "change",
    [
        {"files": [ledger_file("f1")]},
        {"files": [ledger_file("f1"), ledger_file("f3")]},
        {"files": [ledger_file("f2"), ledger_file("f1")]},
        {"definitions": {"shop": "def2"}},
        {"definitions": {"shop": "def1", "till": "def1"}},
        {"as_of": date(2026, 10, 30)},
        {"known_at": KNOWN_AT},
        {"toml": "[segments]\nwindow_days = 365\n"},
        {"toml": '[store]\ntimezone = "Asia/Manila"\n'},
    ],
)
def test_any_change_of_what_a_run_depends_on_gives_another_id(tmp_path, change):
    assert prepared(tmp_path / "b", **change).run_id != prepared(tmp_path / "a").run_id


def test_two_moments_of_knowing_are_two_runs(tmp_path):
    later = KNOWN_AT.replace(hour=1)
    ids = {prepared(tmp_path, known_at=moment).run_id for moment in (None, KNOWN_AT, later)}
    assert len(ids) == 3


def test_new_code_is_a_new_run(tmp_path, monkeypatch):
    before = prepared(tmp_path).run_id
    monkeypatch.setattr(runs, "code_hash", lambda: "another version of Suki")
    assert prepared(tmp_path).run_id != before


def test_the_hash_of_the_code_sees_every_room_and_no_bytecode(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "PROJECT", tmp_path)
    seen = set()
    for room in ("transforms", "expectations", "dbt_project", "reports", "suki"):
        (tmp_path / room).mkdir()
        for name in ("a.py", "b.sql", "c.yml", "d.html"):
            (tmp_path / room / name).write_text("1")
            seen.add(runs.code_hash.__wrapped__())
    assert len(seen) == 20
    (tmp_path / "suki" / "__pycache__").mkdir()
    (tmp_path / "suki" / "__pycache__" / "a.py").write_text("1")
    (tmp_path / "dbt_project" / "target").mkdir()
    (tmp_path / "dbt_project" / "target" / "run.sql").write_text("1")
    assert runs.code_hash.__wrapped__() in seen


def test_what_was_new_tonight_and_how_a_file_was_called_do_not_name_the_run(tmp_path):
    renamed = [ledger_file("f1", name="other.csv", sequence=7), ledger_file("f2")]
    assert prepared(tmp_path, files=renamed, tonight=[]).run_id == prepared(tmp_path).run_id


def test_a_run_is_kept_between_steps(tmp_path):
    settings, run = settings_of(tmp_path), prepared(tmp_path)
    run.facts["found"] = [1]
    run.save(settings)
    assert load(settings, run.run_id) == run


def test_a_run_that_is_not_being_made_is_told_with_those_that_are(tmp_path):
    settings, run = settings_of(tmp_path), prepared(tmp_path)
    with pytest.raises(ConfigurationError, match=r"no run 'x'.*runs there: none"):
        load(settings, "x")
    run.save(settings)
    with pytest.raises(ConfigurationError, match=run.run_id):
        load(settings, "x")


def test_seconds_are_kept_apart_from_what_the_run_computed(tmp_path):
    settings, run = settings_of(tmp_path), prepared(tmp_path)
    run.published_folder(settings).mkdir(parents=True)
    times = run.published_folder(settings) / "run.json"
    times.write_text("{}")
    with timed(run, "build", settings):
        pass
    told = json.loads(times.read_text())
    assert told["seconds"] == {"build": run.seconds["build"]}
    assert told["peak_memory_mib"]["build"] > 10
    assert load(settings, run.run_id).seconds.keys() == {"build"}


def test_a_step_done_before_is_remembered_only_while_its_workshop_holds_the_warehouse(tmp_path):
    settings, run = settings_of(tmp_path), prepared(tmp_path)
    with timed(run, "build", settings):
        (run.folder(settings)).mkdir(parents=True)
    assert resume(prepared(tmp_path), settings).done == []
    (run.folder(settings) / "warehouse.duckdb").write_text("x")
    assert resume(prepared(tmp_path), settings).done == ["build"]
    with timed(run, "publish", settings):
        pass
    assert resume(prepared(tmp_path), settings).done == ["build"]


def test_sweeping_empties_workshops_of_other_runs_and_keeps_what_explains_them(tmp_path):
    settings, told = settings_of(tmp_path), []
    sweep(settings, set(), told.append)
    for name in ("old", "kept"):
        (settings.build / name / "current").mkdir(parents=True)
        (settings.build / name / "dbt_facts").mkdir()
        for file in (
            "run.json",
            "warehouse.duckdb",
            "current/contacts.parquet",
            "dbt_facts/run_results.json",
        ):
            (settings.build / name / file).write_text("{}")
    (settings.build / "no_run").mkdir()
    sweep(settings, {"kept"}, told.append)
    left = sorted(
        p.relative_to(settings.build).as_posix() for p in settings.build.rglob("*") if p.is_file()
    )
    assert left == [
        "kept/current/contacts.parquet",
        "kept/dbt_facts/run_results.json",
        "kept/run.json",
        "kept/warehouse.duckdb",
        "old/dbt_facts/run_results.json",
        "old/run.json",
    ]
    assert len(told) == 2
