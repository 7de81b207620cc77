"""A shop of three people whose publication has a site, lists and segments, as on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reports.lists import write_list
from suki.contact_log import suppress
from suki.storage import point, sha256_of
from tests.suki.test_pulling import HEAD, RUN, Shop

AS_OF = "2026-03-31"
HELD = "2026-04-01_bbbbbbbbbbbb"
EARLIER_BELIEF = "2026-04-02_cccccccccccc"
#: Stands in every file that is not to be served.
SECRET = "not for anybody"
SITE = {
    "index.html": "<!doctype html><h1>Overview</h1><a href='../lists/welcome.csv'>welcome</a>",
    "cohorts.html": "<!doctype html><h1>Cohorts</h1>",
    "assets/suki.css": "h1 { color: teal }",
    "assets/vega.js": "window.vegaEmbed = 1;",
    "assets/cohorts.png": "picture",
    "assets/fonts/Sarabun-Regular.ttf": "font",
}
WITHDRAWN = HEAD + "1,ana@example.com,,Ana,PH,,,2026-04-02,no,,,\n"
LISTED = ["email", "first_name", "reason", "customer_id"]


class PublishedShop(Shop):
    """The shop of test_pulling with everything else a run folder holds."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(home, monkeypatch)
        self.write_site(RUN)
        point(self.settings.published / AS_OF, self.settings.runs / RUN)

    def write_site(self, run_id: str) -> None:
        """Site and CSV files beside the Parquet, and a manifest that lists them all."""
        folder = self.settings.runs / run_id
        for name, text in SITE.items():
            path = folder / "site" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for path in sorted((folder / "lists").glob("*.parquet")):
            frame = pl.read_parquet(path).with_columns(reason=pl.lit("=because"))
            frame.write_parquet(path)
            write_list(frame.select(LISTED), path.with_suffix(".csv"))
        for part in ("marts", "reports"):
            (folder / part).mkdir()
            (folder / part / "expectations.json").write_text(SECRET, encoding="utf-8")
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        manifest["files"] |= {
            path.relative_to(folder).as_posix(): {"rows": 3, "sha256": sha256_of(path)}
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "manifest.json"
        }
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    def add_traps(self) -> None:
        """Files and pointers by which somebody might try to reach what is not served."""
        runs, published = self.settings.runs, self.settings.published
        for run_id, changes in ((HELD, {"outcome": "held"}), (EARLIER_BELIEF, {"known_at": "x"})):
            self.publish(run_id, **changes)
            (runs / run_id / "site").mkdir()
            (runs / run_id / "site" / "index.html").write_text(SECRET, encoding="utf-8")
            point(published / run_id[:10], runs / run_id)
        point(published / "latest", runs / RUN)
        outside = self.settings.home / "outside"
        (outside / "site").mkdir(parents=True)
        (outside / "manifest.json").write_text(json.dumps(self._told("outside", {})))
        for path in (outside / "site" / "index.html", self.settings.home / "secret.html"):
            path.write_text(SECRET, encoding="utf-8")
        point(published / "2026-04-03", outside)
        site = runs / RUN / "site"
        (site / "unlisted.html").write_text(SECRET, encoding="utf-8")
        (site / ".hidden.html").write_text(SECRET, encoding="utf-8")
        (site / "linked.html").symlink_to(self.settings.home / "secret.html")
        (site / "elsewhere").symlink_to(outside / "site")
        self._list_in_manifest("site/linked.html", "site/elsewhere/index.html", "site/.hidden.html")

    def _told(self, run_id: str, changes: dict[str, Any]) -> dict[str, Any]:
        manifest = json.loads((self.settings.runs / RUN / "manifest.json").read_text())
        return {**manifest, "run_id": run_id, **changes}

    def _list_in_manifest(self, *names: str) -> None:
        path = self.settings.runs / RUN / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["files"] |= {name: {"rows": None, "sha256": "0" * 64} for name in names}
        path.write_text(json.dumps(manifest), encoding="utf-8")

    def withdraw(self) -> None:
        """Ana says no to mail, after the publication."""
        self.say("later.csv", WITHDRAWN)

    def erase(self, mail: str) -> None:
        """The shop is told to forget somebody."""
        suppress(self.ledger, self.key("email", mail), "erased")
