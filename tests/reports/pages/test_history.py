"""The history tells which runs were published, which were not and why, without a clock."""

from __future__ import annotations

import re
from pathlib import Path

from reports.handed import Handed, PastRun
from reports.pages.history import PAGE
from tests.reports.pages.one_page import page_of, reading_of, rows_of

RUNS = (
    PastRun("2026-10-04_b", "2026-10-04", "banner", "Two rows\nare <odd>.\nand one more", None, True, True),
    PastRun("2026-10-04_a", "2026-10-04", "held", "The door refused."),
    PastRun("2026-10-03_a", "2026-10-03", "published", None, None, True),
    PastRun("2026-10-03_k", "2026-10-03", "published", None, "2026-10-03T00:00:00+00:00", False),
    PastRun("2026-10-02_a", "2026-10-02", "open"),
)  # fmt: skip


def history(folder: Path, runs: tuple[PastRun, ...] = RUNS) -> str:
    return page_of(PAGE, reading_of(folder, {}, handed=Handed(past_runs=runs)))


def test_every_run_is_told_with_its_outcome_and_reason(tmp_path: Path) -> None:
    rows = rows_of(history(tmp_path))[1:]
    assert [row[1] for row in rows] == [
        "published with warnings",
        "held back",
        "published",
        "published",
        "never finished",
    ]
    assert rows[0][2].startswith("Two rows are <odd>.")
    assert "1 reason more" in rows[0][2]
    assert rows[1][2] == "The door refused."
    assert rows[2][2] == "nothing amiss"
    assert rows[3][0] == "3 Oct 2026 as believed at 2026-10-03T00:00:00+00:00"
    assert rows[4][2] == "no reason was recorded"
    assert "3 of 5 runs were published." in history(tmp_path)


def test_only_a_site_that_stands_is_linked_and_never_the_page_itself(tmp_path: Path) -> None:
    links = re.findall(r'href="(\.\./[^"]+)"', history(tmp_path))
    assert links == ["../../../runs/2026-10-03_a/site/index.html"]


def test_the_link_leads_there_from_the_run_and_from_its_pointer(tmp_path: Path) -> None:
    there = tmp_path / "runs" / "2026-10-03_a" / "site" / "index.html"
    here = tmp_path / "runs" / "2026-10-04_b" / "site"
    for folder in (there.parent, here):
        folder.mkdir(parents=True)
    there.touch()
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "latest").symlink_to("../runs/2026-10-04_b")
    (link,) = re.findall(r'href="(\.\./[^"]+)"', history(tmp_path))
    assert (here / link).resolve() == there
    # A browser goes up by the address it sees, not by where a pointer leads.
    seen = Path("published/latest/site") / link
    parts: list[str] = []
    for part in seen.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    assert tmp_path / Path(*parts) == there


def test_a_first_run_has_only_itself_to_tell(tmp_path: Path) -> None:
    html = history(tmp_path, RUNS[:1])
    assert "1 of 1 run was published." in html
    assert "this page" in html
    assert "not handed over" in history(tmp_path, ())
