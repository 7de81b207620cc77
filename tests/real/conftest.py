"""Real data through the real pipeline, in this process so that imports are paid once."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
ARCHIVE = PROJECT / "tests" / "data" / "online_retail" / "by-day.tar.xz"
EXAMPLES = PROJECT / "config" / "sources" / "examples"
SHOP = """
[store]
name = "Online Retail"
timezone = "Europe/London"
reporting_currency = "GBP"

[ingest]
settle_seconds = 0.0
"""


@pytest.fixture(scope="session")
def daily_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("by_day")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    files = sorted(folder.rglob("*.csv"))
    assert len(files) == 305
    return files


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """Make a home for Online Retail and point this process at it."""
    before = dict(os.environ)

    def opened(name: str) -> Path:
        home = tmp_path_factory.mktemp(name)
        (home / "config" / "sources").mkdir(parents=True)
        (home / "config" / "suki.toml").write_text(SHOP)
        shutil.copy(EXAMPLES / "online_retail.yml", home / "config" / "sources")
        (home / "landing" / "orders").mkdir(parents=True)
        os.environ["SUKI_HOME"] = str(home)
        os.environ["SUKI_IDENTITY_KEY"] = "the same key in every home"
        return home

    yield opened
    os.environ.clear()
    os.environ.update(before)
