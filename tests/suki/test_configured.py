"""What a shop writes into its own config/ folder counts, and mistakes in it stop the run early."""

from __future__ import annotations

from pathlib import Path

import pytest

from suki.configured import support_desk
from suki.errors import ConfigurationError
from suki.runs import configuration_hash
from suki.settings import Settings
from transforms.annotations import load_events
from transforms.canonical import CURRENT

NOTE = "events:\n  - {starts_on: 2026-06-12, kind: campaign, title: Fair}\n"


def shop(home: Path, **files: str) -> Settings:
    folder = home / "config"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return Settings({"SUKI_HOME": str(home)})


def test_a_shops_own_hours_win_over_the_shipped_ones(tmp_path: Path) -> None:
    tickets = CURRENT["tickets"].empty()
    assert support_desk(tickets, shop(tmp_path)).policy.time_basis == "clock_hours"
    own = shop(tmp_path, support="schedules:\n  - hours: {monday: 09:00-17:00}\n")
    assert support_desk(tickets, own).policy.time_basis == "business_hours"


def test_wrong_hours_are_told_with_file_and_line(tmp_path: Path) -> None:
    settings = shop(tmp_path, support="schedules:\n  - hours: {monday: 9-5}\n")
    with pytest.raises(
        ConfigurationError, match=r"config/support\.yml, line 2: .*write 09:00-17:00"
    ):
        support_desk(CURRENT["tickets"].empty(), settings)


def test_a_new_note_or_other_hours_make_another_run(tmp_path: Path) -> None:
    plain = configuration_hash(shop(tmp_path), {})
    noted = configuration_hash(shop(tmp_path, events=NOTE), {})
    open_late = shop(tmp_path, support="schedules:\n  - hours: {monday: 12:00-20:00}\n")
    assert len({plain, noted, configuration_hash(open_late, {})}) == 3
    assert load_events(open_late.config_file("events.yml")).height == 1
