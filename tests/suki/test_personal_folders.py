"""Names and addresses of a run are open to their owner alone, or to one group that was named."""

from __future__ import annotations

import grp
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from suki.errors import ConfigurationError
from suki.publication import RunFolder
from suki.runs import Run
from suki.settings import Settings
from transforms.lists import ContactList

PEOPLE = pl.DataFrame({"email": ["ana@example.com"], "customer_id": ["c1"]})


@pytest.fixture(autouse=True)
def careless_umask() -> Iterator[None]:
    """A machine where new files are open to everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def _written(home: Path, **environment: str) -> tuple[RunFolder, Path]:
    settings = Settings({"SUKI_HOME": str(home), **environment})
    run = Run("2026-10-31_aaaaaaaaaaaa", "2026-10-31", None, [], [], "configuration", "code")
    folder = RunFolder(run, settings)
    folder.write_segments({"vip": PEOPLE})
    folder.write_lists([ContactList("w", "W", "C1", "email", "marketing", PEOPLE, PEOPLE, {})])
    (folder.path / "site" / "index.html").write_text("<h1>Overview</h1>")
    return folder, run.published_folder(settings)


def _modes(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for part in ("lists", "segments")
        for path in (folder / part, *(folder / part).iterdir())
    }


def test_lists_and_segments_are_for_their_owner_only(tmp_path):
    folder, published = _written(tmp_path)
    folder.finish({"run_id": "x"}, {})
    assert _modes(published) == {
        "lists": 0o700,
        "lists/w.csv": 0o600,
        "lists/w.parquet": 0o600,
        "segments": 0o700,
        "segments/vip.csv": 0o600,
        "segments/vip.parquet": 0o600,
    }


def test_they_are_closed_already_while_they_are_written(tmp_path):
    folder, _ = _written(tmp_path)
    for part in ("lists", "segments"):
        assert stat.S_IMODE((folder.path / part).stat().st_mode) == 0o700


def test_pages_without_personal_data_are_as_open_as_the_machine_makes_files(tmp_path):
    folder, published = _written(tmp_path)
    folder.finish({"run_id": "x"}, {})
    assert stat.S_IMODE((published / "site" / "index.html").stat().st_mode) == 0o666


def test_a_group_that_was_named_may_read_and_nobody_else_may(tmp_path):
    group = grp.getgrgid(os.getegid())
    folder, published = _written(tmp_path, SUKI_READERS_GROUP=group.gr_name)
    folder.finish({"run_id": "x"}, {})
    assert set(_modes(published).values()) == {0o750, 0o640}
    assert _modes(published)["lists/w.csv"] == 0o640
    assert (published / "lists" / "w.csv").stat().st_gid == group.gr_gid


def test_a_group_that_does_not_exist_is_told_before_anything_is_written(tmp_path):
    with pytest.raises(ConfigurationError, match="no such group; `getent group` lists them"):
        _written(tmp_path, SUKI_READERS_GROUP="nobody-s-group")
    assert not (tmp_path / "runs").exists()


def test_a_group_of_others_is_told_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    monkeypatch.setattr(os, "getegid", lambda: 12345)
    monkeypatch.setattr(os, "getgroups", list)
    name = grp.getgrgid(0).gr_name
    with pytest.raises(ConfigurationError, match=f"usermod -a -G {name} USER"):
        _written(tmp_path, SUKI_READERS_GROUP=name)
