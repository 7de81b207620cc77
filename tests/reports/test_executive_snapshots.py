"""The executive mail of the made-up shop is, to the byte, the one somebody looked at and kept.

A change that is wanted is kept with

    SUKI_KEEP_SNAPSHOTS=1 .venv/bin/python -m pytest tests/reports/test_executive_snapshots.py -n0

and its difference under tests/reports/snapshots/ is reviewed like any other line of a change.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reports.contexts import ReportContext
from reports.executive import CADENCES
from reports.render import render_mail
from tests.reports.conftest import load_shop, shop_rows, write_marts

SNAPSHOTS = Path(__file__).parent / "snapshots"
LOCALES = ["en", "fil", "th", "pl"]
IS_KEPT = os.environ.get("SUKI_KEEP_SNAPSHOTS") == "1"


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_marts(tmp_path_factory.mktemp("snapshots") / "marts", shop_rows())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("cadence", CADENCES)
def test_the_mail_is_the_one_that_was_looked_at(marts: Path, cadence, locale: str) -> None:
    context: ReportContext = load_shop(marts, locale=locale)
    mail = render_mail(context, cadence)
    for ending, told in ((".txt", f"{mail.subject}\n\n{mail.text}"), (".html", mail.html)):
        kept = SNAPSHOTS / f"{cadence}.{locale}{ending}"
        if IS_KEPT:
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(told, encoding="utf-8", newline="\n")
        assert kept.is_file(), f"{kept.name} is missing: keep one as this file's docstring says"
        assert told == kept.read_text(encoding="utf-8"), (
            f"{kept.name} differs; look at the mail, then keep it as this file's docstring says"
        )


def test_no_snapshot_is_left_of_a_mail_that_is_no_longer_made() -> None:
    kept = {path.name for path in SNAPSHOTS.iterdir()}
    assert kept == {
        f"{cadence}.{locale}{ending}"
        for cadence in CADENCES
        for locale in LOCALES
        for ending in (".txt", ".html")
    }
