"""The site is handed what no table tells: files, doors, the quarantine without its values, past runs."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reports.handed import ROWS_SHOWN_PER_FEED, RefusedRow
from suki import site_facts
from suki.ledger import Ledger
from suki.runs import Run
from suki.settings import Settings

AS_OF = "2026-10-31"
FILE = {
    "file_id": "f1", "name": "orders.csv", "feed": "orders", "source": "shopify_orders", "sequence": 1,
    "content_sha256": "c", "version_basis": "arrival",
}  # fmt: skip


class Shop:
    """A home with a run about to be published."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings({"SUKI_HOME": str(home), "SUKI_IDENTITY_KEY": "k"})
        self.ledger = Ledger(self.settings.ledger_url)
        self.run = self.begin("now")

    def begin(self, run_id: str, as_of: str = AS_OF) -> Run:
        self.ledger.open_run(run_id, as_of, None)
        return Run(run_id, as_of, None, [], [], "configuration", "code")

    def end(self, run_id: str, as_of: str, status: str, *, with_site: bool = False) -> None:
        self.begin(run_id, as_of)
        self.ledger.close_run(run_id, status, "why" if status == "held" else None)
        if with_site:
            page = self.settings.runs / run_id / "site" / "index.html"
            page.parent.mkdir(parents=True)
            page.touch()

    def refuse(self, feed: str, file_id: str, rows: list[dict[str, Any]]) -> None:
        path = self.settings.quarantine / feed / f"{file_id}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(rows).write_parquet(path)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def refused(row: int, reason: str = "negative", **columns: Any) -> dict[str, Any]:
    return {
        "file_id": "f1", "file_name": "orders.csv", "feed": "orders", "row_number": row, "column": "Price",
        "value": "ana@example.com", "reason": reason, "severity": "unit", "message": "ana@example.com is bad",
    } | columns  # fmt: skip


def test_refused_rows_are_counted_by_reason_and_shown_without_their_values(shop: Shop) -> None:
    run = replace(shop.run, files=[FILE])
    shop.refuse("orders", "f1", [refused(9, "missing", severity="value"), refused(3), refused(4)])
    (told,) = site_facts.quarantine(run, shop.settings)
    assert (told.feed, told.row_count, told.reasons) == ("orders", 3, {"negative": 2, "missing": 1})
    assert sum(told.reasons.values()) == told.row_count
    assert [row.row_number for row in told.shown] == [3, 4, 9]
    assert [row.is_value_only for row in told.shown] == [False, False, True]
    assert told.shown[0].remedy.startswith("declare `return_orders`")
    assert "ana@example.com" not in repr(told)
    assert {"value", "message", "unit"}.isdisjoint(one.name for one in fields(RefusedRow))


def test_a_long_quarantine_is_counted_whole_and_shown_in_part(shop: Shop) -> None:
    shop.refuse("orders", "f1", [refused(row) for row in range(1, 51)])
    (told,) = site_facts.quarantine(replace(shop.run, files=[FILE]), shop.settings)
    assert told.row_count == 50
    assert [row.row_number for row in told.shown] == list(range(1, ROWS_SHOWN_PER_FEED + 1))


def test_only_files_of_the_run_are_told_of(shop: Shop) -> None:
    shop.refuse("orders", "of_another_run", [refused(1)])
    assert site_facts.quarantine(replace(shop.run, files=[FILE]), shop.settings) == ()


def test_expectations_of_both_doors_are_handed_over_in_their_order(shop: Shop) -> None:
    one = {
        "arguments": {"min_value": 1}, "batch": "files", "check": "has_rows", "error": None,
        "expectation": "ExpectX", "failed_row_count": 0, "observed": 1, "severity": "critical",
        "subject": None, "success": True,
    }  # fmt: skip
    folder = shop.run.folder(shop.settings)
    folder.mkdir(parents=True)
    (folder / "door_in.json").write_text(json.dumps([one, one | {"success": False}]))
    (folder / "door_out.json").write_text(json.dumps([one | {"batch": "rpt_checks"}]))
    told = site_facts.expectations(shop.run, shop.settings)
    assert [(e.door, e.table, e.is_met) for e in told] == [
        ("in", "files", True),
        ("in", "files", False),
        ("out", "rpt_checks", True),
    ]


def past(shop: Shop, run: Run, **facts: Any) -> list[tuple[str, str, bool]]:
    told = site_facts.past_runs(
        run, shop.settings, shop.ledger, **({"outcome": "published", "reason": None} | facts)
    )
    return [(one.run_id, one.outcome, one.has_site) for one in told]


def test_the_history_ends_with_the_run_itself_and_knows_no_later_one(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.end("before", "2026-10-30", "published", with_site=True)
    shop.end("refused", AS_OF, "held", with_site=True)
    mine = shop.begin("mine")
    expected = [
        ("mine", "banner", True),
        ("refused", "held", False),
        ("now", "open", False),
        ("before", "published", True),
    ]
    assert past(shop, mine, outcome="banner") == expected
    shop.end("later", "2026-11-01", "published", with_site=True)
    assert past(shop, mine, outcome="banner") == expected


def test_a_run_written_again_tells_the_same_history(shop: Shop) -> None:
    shop.end("before", "2026-10-30", "published", with_site=True)
    mine = shop.begin("mine")
    once = past(shop, mine)
    shop.ledger.close_run("mine", "published")
    assert past(shop, mine) == once


def test_a_folder_that_is_gone_is_told_of_and_not_linked(shop: Shop) -> None:
    shop.end("before", "2026-10-30", "published")
    mine = shop.begin("mine")
    assert ("before", "published", False) in past(shop, mine)


def test_no_moment_of_the_clock_is_handed_over(shop: Shop) -> None:
    told = site_facts.past_runs(shop.run, shop.settings, shop.ledger, outcome="held", reason="x")
    assert {one.name for one in fields(told[0])} == {
        "run_id", "as_of", "outcome", "reason", "known_at", "has_site", "is_this_run",
    }  # fmt: skip


def test_everything_is_handed_over_at_once_in_a_fixed_order(shop: Shop) -> None:
    other = FILE | {"file_id": "f2", "feed": "customers", "name": "b.csv", "version_basis": "updated_at"}  # fmt: skip
    run = replace(
        shop.run,
        files=[FILE, other],
        facts={"door_in": {"warnings": ["w"], "row_warnings": ["r"]}, "door_out": {"critical": ["c"]}},
    )  # fmt: skip
    told = site_facts.site_facts(run, shop.settings, shop.ledger, outcome="held", reason="c")
    assert [file.feed for file in told.inputs] == ["customers", "orders"]
    assert told.arrival_feeds == ("orders",)
    assert told.findings == ("w", "r", "c")
    assert told.past_runs[0].outcome == "held"
    assert told.campaigns["reorder"].is_sent_by_suki
    assert list(told.campaigns) == sorted(told.campaigns)
