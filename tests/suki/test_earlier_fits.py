"""The fits a failing night falls back on are those of the publication before it."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl
import pytest

from suki.building import earlier_fits
from suki.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings({"SUKI_HOME": str(tmp_path)})


class Published:
    """A ledger that knows one publication, or none."""

    def __init__(self, run_id: str | None) -> None:
        self.run_id = run_id
        self.asked_before: str | None = None

    def newest_published(self, *, before: str | None = None) -> dict[str, str] | None:
        self.asked_before = before
        return {"run_id": self.run_id} if self.run_id else None


TONIGHT = SimpleNamespace(as_of="2026-06-30")


def test_the_fits_of_the_earlier_publication_are_read(settings) -> None:
    marts = settings.runs / "2026-06-29-abc" / "marts"
    marts.mkdir(parents=True)
    fits = pl.DataFrame({"model": ["mbg_nbd"], "r": [0.5]})
    fits.write_parquet(marts / "clv_model_fits.parquet")
    ledger = Published("2026-06-29-abc")
    assert earlier_fits(TONIGHT, settings, ledger).equals(fits)
    assert ledger.asked_before == "2026-06-30"


@pytest.mark.parametrize("run_id", [None, "2026-06-29-without-the-table"])
def test_a_first_night_has_no_earlier_fits(settings, run_id) -> None:
    assert earlier_fits(TONIGHT, settings, Published(run_id)) is None
