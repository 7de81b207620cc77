"""Notes of the shop: read strictly, beside those of the feed, never before they begin."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from transforms.annotations import load_events, with_events
from transforms.canonical import CURRENT
from transforms.yaml_files import YamlFileError

FAIR = "- {starts_on: 2026-06-12, kind: campaign, title: Fair, ends_on: 2026-06-14}"
OUTAGE = "- {starts_on: 2026-08-03, kind: outage, title: Checkout down}"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "events.yml"
    path.write_text("\n".join(["events:", *(f"  {line}" for line in lines)]), encoding="utf-8")
    return path


def test_notes_of_the_file_stand_beside_those_of_the_feed_once_they_have_begun(
    tmp_path: Path,
) -> None:
    feed = CURRENT["annotations"].conform(pl.DataFrame({
        "source": ["notes"], "starts_on": [date(2026, 6, 12)], "kind": ["campaign"], "title": ["Fair"],
    }))  # fmt: skip
    found = with_events(feed, written(tmp_path, OUTAGE, FAIR), date(2026, 7, 31))
    assert found.select("source", "title", "ends_on").rows() == [
        ("config", "Fair", date(2026, 6, 14)), ("notes", "Fair", None),
    ]  # fmt: skip


def test_without_a_file_or_with_an_empty_one_there_are_no_notes(tmp_path: Path) -> None:
    empty = tmp_path / "events.yml"
    empty.write_text("# nothing yet\n", encoding="utf-8")
    assert load_events(None).is_empty()
    assert load_events(empty).is_empty()
    assert load_events(empty).schema == CURRENT["annotations"].schema


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("- {starts_on: 2026-06-12, kind: party, title: Fair}", "line 3: events.1.kind: should be 'campaign'"),
        ("- {starts_on: 2026-06-12, kind: price}", "line 3: the key 'events.1.title' is missing"),
        ("- {starts_on: 2026-06-12, kind: price, titel: Up}", "did you mean 'title'"),
        ("- {starts_on: 2026-06-12, ends_on: 2026-06-11, kind: price, title: Up}", "before it begins on 2026-06-12"),
        ("- {starts_on: 2026-06-31, kind: price, title: Up}", "line 3: 2026-06-31 is no date"),
        ("- {starts_on: 2026-06-12, kind: price, title: ' '}", "line 3: events.1.title: a note without words"),
        (FAIR, "line 3: 'Fair' on 2026-06-12 stands here twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_remedy(note: str, said: str, tmp_path: Path) -> None:
    path = written(tmp_path, FAIR, note)
    with pytest.raises(YamlFileError) as told:
        load_events(path)
    assert str(told.value).startswith(str(path))
    assert said in str(told.value)


def test_the_shipped_file_holds_no_notes_and_its_example_is_valid(tmp_path: Path) -> None:
    shipped = Path(__file__).resolve().parents[2] / "config" / "events.yml"
    assert load_events(shipped).is_empty()
    example = shipped.read_text(encoding="utf-8").split("# events:\n")[1]
    notes = [line[2:].strip() for line in example.splitlines()]
    assert load_events(written(tmp_path, *notes)).height == 2
