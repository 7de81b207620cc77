"""A run folder appears whole or not at all; pointers follow the newest business date."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import polars as pl
import pytest

from suki.ledger import Ledger
from suki.publication import (
    RunFolder,
    manifest_of,
    move_pointers,
    previous_headline,
    stand_again,
)
from suki.runs import Run
from suki.settings import Settings
from transforms.lists import ContactList


class Home:
    """A home in which runs are published without being computed."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings({"SUKI_HOME": str(folder), "SUKI_IDENTITY_KEY": "k"})
        self.ledger = Ledger(self.settings.ledger_url)

    def make(self, run_id: str, as_of: str = "2026-10-31", known_at: str | None = None) -> Run:
        run = Run(run_id, as_of, known_at, [], [], "configuration", "code")
        folder = RunFolder(run, self.settings)
        folder.write_marts({"m": pl.DataFrame({"run": [run_id]})}, {})
        folder.finish({"run_id": run_id}, {"seconds": {}})
        self.ledger.open_run(run_id, as_of, known_at)
        self.ledger.close_run(run_id, "published")
        return run

    def publish(self, run_id: str, as_of: str = "2026-10-31", known_at: str | None = None) -> bool:
        return move_pointers(self.make(run_id, as_of, known_at), self.settings, self.ledger)

    def pointers(self) -> dict[str, str]:
        folder = self.settings.published
        if not folder.is_dir():
            return {}
        return {p.name: p.resolve().name for p in sorted(folder.iterdir())}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_the_first_publication_is_the_latest(home):
    assert home.publish("a") is True
    assert home.pointers() == {"2026-10-31": "a", "latest": "a"}
    assert (home.settings.published / "latest" / "marts" / "m.parquet").is_file()


def test_a_backfill_publishes_its_date_and_leaves_latest_alone(home):
    home.publish("a")
    assert home.publish("b", "2026-09-30") is False
    assert home.pointers() == {"2026-09-30": "b", "2026-10-31": "a", "latest": "a"}


def test_a_restated_date_moves_both_pointers(home):
    home.publish("a")
    assert home.publish("b") is True
    assert home.pointers() == {"2026-10-31": "b", "latest": "b"}


def test_a_run_that_tells_what_was_believed_then_moves_no_pointer(home):
    assert home.publish("a", known_at="2026-10-31T00:00:00+00:00") is False
    assert home.pointers() == {}
    home.publish("b", "2026-09-30")
    assert home.pointers()["latest"] == "b"


def test_a_kill_before_the_pointers_moved_is_made_good(home):
    home.publish("a", "2026-10-30")
    run = home.make("b")
    assert home.pointers()["latest"] == "a"
    assert stand_again(run, home.settings, home.ledger) is True
    assert home.pointers() == {"2026-10-30": "a", "2026-10-31": "b", "latest": "b"}
    assert stand_again(run, home.settings, home.ledger) is False


def test_a_setting_put_back_makes_the_earlier_run_stand_again(home):
    first = home.make("a")
    move_pointers(first, home.settings, home.ledger)
    home.publish("b")
    assert stand_again(first, home.settings, home.ledger) is True
    assert home.pointers() == {"2026-10-31": "a", "latest": "a"}
    assert home.ledger.newest_published()["run_id"] == "a"


def test_an_older_date_that_stands_again_does_not_become_the_latest(home):
    older = home.make("a", "2026-09-30")
    home.publish("b")
    assert stand_again(older, home.settings, home.ledger) is True
    assert home.pointers() == {"2026-09-30": "a", "2026-10-31": "b", "latest": "b"}
    assert stand_again(older, home.settings, home.ledger) is False


def test_a_run_of_a_past_belief_never_stands(home):
    run = home.make("a", known_at="2026-10-31T00:00:00+00:00")
    home.publish("b", "2026-09-30")
    assert stand_again(run, home.settings, home.ledger) is False


def test_nothing_stands_under_the_runs_name_until_it_is_whole(home):
    run = Run("a", "2026-10-31", None, [], [], "configuration", "code")
    folder = RunFolder(run, home.settings)
    folder.write_marts({"m": pl.DataFrame({"x": [1]})}, {})
    assert [p.name for p in home.settings.runs.iterdir()] == [".a.writing"]
    folder.finish({}, {})
    assert [p.name for p in home.settings.runs.iterdir()] == ["a"]


def test_an_interrupted_writing_leaves_nothing_in_the_next_one(home):
    run = Run("a", "2026-10-31", None, [], [], "configuration", "code")
    RunFolder(run, home.settings).write_marts({"left_over": pl.DataFrame({"x": [1]})}, {})
    RunFolder(run, home.settings).finish({}, {})
    assert list((home.settings.runs / "a" / "marts").iterdir()) == []


def test_a_run_written_again_replaces_itself_and_leaves_nothing_aside(home):
    home.publish("a")
    home.make("a")
    assert [p.name for p in home.settings.runs.iterdir()] == ["a"]
    assert (home.settings.published / "latest" / "manifest.json").is_file()


def test_the_manifest_tells_rows_and_sha256_of_every_file_and_no_seconds(home):
    run = Run("a", "2026-10-31", None, [], [], "configuration", "code")
    folder = RunFolder(run, home.settings)
    folder.write_marts({"m": pl.DataFrame({"x": [3, 1, 2]})}, {"m": ("x",)})
    named = pl.DataFrame(
        {"email": ["=cmd()", "b@example.com"], "note": ['two\nlines, "quoted"', None]}
    )
    folder.write_lists([ContactList("reorder", "t", "L1", "email", "marketing", named, named, {})])
    folder.write_segments({"loyal": named})
    final = folder.finish({}, {"seconds": {"build": 1.5}})
    files = json.loads((final / "manifest.json").read_text())["files"]
    assert {name: entry["rows"] for name, entry in files.items()} == {
        "marts/m.parquet": 3, "lists/reorder.csv": 2, "lists/reorder.parquet": 2,
        "segments/loyal.csv": 2, "segments/loyal.parquet": 2,
    }  # fmt: skip
    for name, entry in files.items():
        assert hashlib.sha256((final / name).read_bytes()).hexdigest() == entry["sha256"]
    assert "seconds" not in (final / "manifest.json").read_text()
    assert json.loads((final / "run.json").read_text()) == {"seconds": {"build": 1.5}}
    assert pl.read_parquet(final / "marts" / "m.parquet")["x"].to_list() == [1, 2, 3]
    assert "'=cmd()" in (final / "lists" / "reorder.csv").read_text()


def test_a_table_without_a_key_is_ordered_by_all_its_columns(home):
    rows = [{"a": 2, "b": None}, {"a": 1, "b": "y"}, {"a": 1, "b": None}, {"a": 1, "b": "x"}]
    bytes_of = []
    for number, order in enumerate((rows, rows[::-1])):
        folder = RunFolder(Run(f"r{number}", "2026-10-31", None, [], [], "c", "c"), home.settings)
        folder.write_marts({"m": pl.DataFrame(order, schema={"a": pl.Int64, "b": pl.String})}, {})
        bytes_of.append((folder.path / "marts" / "m.parquet").read_bytes())
    assert bytes_of[0] == bytes_of[1]


def test_the_manifest_names_its_inputs_and_what_depends_on_the_order_of_arrival():
    files = [
        {"file_id": "f1", "feed": "orders", "version_basis": "arrival"},
        {"file_id": "f2", "feed": "surveys", "version_basis": "updated_at"},
    ]
    told = {
        "name": "o.csv",
        "source": "shop",
        "content_sha256": "c",
        "counts": {"read": 2, "accepted": 2},
    }
    ledger_files = [{"file_id": one, "feed": "orders"} | told for one in ("f1", "f3")]
    run = Run("a", "2026-10-31", None, files, [], "configuration", "code")
    run.facts["previous_run"] = "z"
    manifest = manifest_of(run, "banner", "a warning", ledger_files)
    assert manifest["depends_on_arrival_order"] == ["orders"]
    assert [one["file_id"] for one in manifest["inputs"]] == ["f1"]
    assert manifest["inputs"][0]["rows"]["read"] == 2
    assert manifest["prior_state"]["previous_run"] == "z"
    assert (manifest["outcome"], manifest["reason"]) == ("banner", "a warning")


def test_the_headline_before_is_read_from_the_run_it_names(home):
    assert previous_headline(home.settings, None) is None
    assert previous_headline(home.settings, "unheard of") is None
    folder = home.settings.runs / "a" / "marts"
    folder.mkdir(parents=True)
    pl.DataFrame({"metric": ["retention_rate"], "value": [0.7]}).write_parquet(
        folder / "rpt_headline.parquet"
    )
    assert previous_headline(home.settings, "a") == {"retention_rate": 0.7}
