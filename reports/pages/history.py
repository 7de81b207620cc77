"""The page "Run history": what was published before this run, and what was not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.handed import PastRun
from reports.pages.page import Page, Reading
from reports.words import N_

OUTCOMES = {
    "published": N_("published"),
    "banner": N_("published with warnings"),
    "held": N_("held back"),
    "failed": N_("failed"),
    "open": N_("never finished"),
}
TONES = {"published": "good", "banner": "doubt", "held": "bad", "failed": "bad", "open": "bad"}


@dataclass(frozen=True)
class RunShown:
    """A run as the page tells of it; `address` leads to its site where that still stands."""

    run: PastRun
    as_of: date
    reasons: tuple[str, ...]
    address: str


def values(reading: Reading) -> dict[str, Any]:
    """Every run up to this one, newest business date first."""
    runs = tuple(_shown(run) for run in reading.handed.past_runs)
    return {
        "runs": runs,
        "published_count": sum(1 for one in runs if one.run.outcome in ("published", "banner")),
        "outcomes": OUTCOMES,
        "tones": TONES,
    }


def _shown(run: PastRun) -> RunShown:
    # From a pointer in published/ and from the run's own folder, three steps up is the same place.
    address = f"../../../runs/{run.run_id}/site/index.html"
    return RunShown(
        run=run,
        as_of=date.fromisoformat(run.as_of),
        reasons=tuple(line for line in (run.reason or "").splitlines() if line.strip()),
        address=address if run.has_site and not run.is_this_run else "",
    )


PAGE = Page("history.html", N_("Run history"), values)
