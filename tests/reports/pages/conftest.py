"""The site of a made-up shop, written once and looked at by many tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reports import site as site_module
from reports.site import write_site
from tests.reports.conftest import load_shop, shop_rows, write_marts
from tests.reports.pages.analysis_tables import analysis_rows
from tests.reports.pages.reference_rows import REFERENCE

FILES = ("segments/loyal.csv", "segments/loyal.parquet", "lists/reorder.csv", "lists/a b#c.csv")
Site = dict[str, str]


def full_rows() -> dict[str, list[dict[str, Any]]]:
    """Every table of a shop one year old, the counts the mail leaves out with them."""
    rows = shop_rows() | analysis_rows()
    rows["themes"] = [{"mixed_count": 0, "neutral_count": 0} | row for row in rows["themes"]]
    return rows


def write_run(run: Path, tables: dict[str, list[dict[str, Any]]], **changes: Any) -> Path:
    """Publish tables as a run would and write the site beside them."""
    context = load_shop(write_marts(run / "marts", tables), **changes)
    for name in FILES:
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).touch()
    write_site(context, REFERENCE, run / "site", FILES, marts=run / "marts")
    return run / "site"


@pytest.fixture(scope="session")
def no_drawing_library() -> Iterator[None]:
    """Bundling the library that draws takes seconds; one test does it, the others need not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site_module, "vega_library", lambda _cache: b"/* drawn by */\n")
        yield


@pytest.fixture(scope="session")
def full_site(tmp_path_factory: pytest.TempPathFactory, no_drawing_library: None) -> Path:
    """The site of a shop one year old, with everything to show."""
    return write_run(tmp_path_factory.mktemp("run"), full_rows())


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory, no_drawing_library: None) -> Path:
    """The site of a shop that has not sold anything: every table is there and empty."""
    return write_run(tmp_path_factory.mktemp("empty"), {}, lists=(), intake=(), banner=())


@pytest.fixture
def page(full_site: Path) -> Callable[[str], str]:
    """The words of a page of the full site."""
    return lambda name: (full_site / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture
def empty_page(empty_site: Path) -> Callable[[str], str]:
    """The words of a page of the empty site."""
    return lambda name: (empty_site / f"{name}.html").read_text(encoding="utf-8")
