"""Charts draw every letter of the four languages, with the font that lies beside the code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.drawing import png
from reports.findings import Finding
from reports.line_breaks import columns, wrapped
from reports.tables import ReportError
from reports.typeface import FACES, FAMILY, FONTS, drawable, register_for_charts, whole_faces

THAI = "น้ำใจผู้ที่ขึ้นกตัญญู"
POLISH = "ZażółćgęśląjaźńŁódź"
SIGNS = "ñÑ₱฿€£$−→“”–·×±≥▲▼%"
NOWHERE = chr(0xE123)  # for private use: no font has it, so it is drawn as a box
DRAW_LETTERS = """
import json, sys, hashlib, vl_convert
font, folder, letters = sys.argv[1], sys.argv[2], sys.argv[3]
if folder:
    vl_convert.register_font_directory(folder)
head = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="80">'
svg = head + '<text x="20" y="50" font-family="{}" font-size="30">{}</text></svg>'
drawn = {one: hashlib.sha256(vl_convert.svg_to_png(svg.format(font, one))).hexdigest() for one in letters}
print(json.dumps(drawn))
"""


def drawn_as_box(text: str, font: str = FAMILY, folder: Path | None = FONTS) -> set[str]:
    """The letters that a chart, in a process of its own, draws as it draws an unknown one."""
    letters = "".join(sorted(set(text) - {"$", "&", "<", " "})) + NOWHERE
    command = [sys.executable, "-c", DRAW_LETTERS, font, str(folder or ""), letters]
    pictures = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    box = pictures.pop(NOWHERE)
    return {letter for letter, picture in pictures.items() if picture == box}


@pytest.mark.parametrize("text", [THAI, POLISH, SIGNS], ids=["Thai", "Polish", "signs"])
def test_no_letter_of_the_four_languages_is_drawn_as_a_box(text: str) -> None:
    assert drawn_as_box(text) == set()


def test_the_check_sees_boxes_where_the_font_lacks_a_letter() -> None:
    """A letter no font has stays a box in ours, so the check above can fail."""
    unknown = chr(0xE124)
    assert drawn_as_box(THAI + unknown) == {unknown}


@pytest.mark.parametrize("name", [name for name, _weight, _digest in FACES])
def test_the_font_has_every_letter_the_reports_may_print(name: str) -> None:
    from fontTools.ttLib import TTFont

    known = TTFont(FONTS / name).getBestCmap()
    thai = [chr(code) for code in (*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C))]
    latin = [chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x17F))]
    wanted = [*thai, *latin, *SIGNS, *"…‘’„•½≤≈"]
    assert [letter for letter in wanted if ord(letter) not in known] == []


def test_figures_stand_in_columns() -> None:
    from fontTools.ttLib import TTFont

    for name, _weight, _digest in FACES:
        font = TTFont(FONTS / name)
        widths = {font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}
        assert len(widths) == 1, name


def test_every_font_file_is_accounted_for_with_its_licence() -> None:
    source = (FONTS / "SOURCE.md").read_text(encoding="utf-8")
    assert sorted(path.name for path in FONTS.glob("*.ttf")) == sorted(face[0] for face in FACES)
    for name, _weight, digest in FACES:
        assert f"`{name}`" in source
        assert f"`{digest}`" in source
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def folder_with(tmp_path: Path, **changed: bytes | None) -> Path:
    for name, _weight, _digest in FACES:
        content = changed.get(name.partition(".")[0].replace("-", "_"), (FONTS / name).read_bytes())
        if content is not None:
            (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "named", "told"),
    [
        ({"Sarabun_Regular": None}, "Sarabun-Regular.ttf", "No such file"),
        ({"Sarabun_SemiBold": b"\x00\x01\x00\x00"}, "Sarabun-SemiBold.ttf", "damaged"),
        ({"Sarabun_Regular": b""}, "Sarabun-Regular.ttf", "damaged"),
    ],
)
def test_an_absent_or_damaged_font_is_named_with_a_remedy(
    tmp_path: Path, changed: dict[str, Any], named: str, told: str
) -> None:
    with pytest.raises(ReportError, match=told) as raised:
        register_for_charts(folder_with(tmp_path, **changed))
    assert str(tmp_path / named) in str(raised.value)
    assert "install Suki again" in str(raised.value)


def test_an_absent_folder_stops_the_chart_before_it_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import vl_convert

    def draws(*_: Any, **__: Any) -> bytes:
        raise AssertionError("a chart was drawn")

    monkeypatch.setattr(vl_convert, "vegalite_to_png", draws)
    monkeypatch.setattr(
        "reports.drawing.register_for_charts", lambda: register_for_charts(tmp_path / "absent")
    )
    import altair as alt

    with pytest.raises(ReportError, match=r"absent/Sarabun-Regular\.ttf cannot be read"):
        png(alt.Chart(alt.Data(values=[{"a": 1}])).mark_point())


def test_whole_fonts_are_found_by_weight(tmp_path: Path) -> None:
    assert set(whole_faces(folder_with(tmp_path))) == {400, 600}


def test_the_syllable_of_sara_am_is_written_as_its_parts() -> None:
    assert drawable("น้ำใจ ทำ") == "นํ้าใจ ทํา"
    assert drawable("Łódź ₱1 ขึ้น") == "Łódź ₱1 ขึ้น"


def reach(text: str) -> int:
    """How far right the chart library draws a text, in pixels."""
    import vl_convert

    def beyond(left: int, shown: str) -> bytes:
        return vl_convert.svg_to_png(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="{left} 0 200 100">'
            f'<text x="10" y="60" font-family="{FAMILY}" font-size="40">{shown}</text></svg>'
        )

    empty = beyond(0, "")
    return next(left for left in range(200) if beyond(left, text) == empty)


def test_the_letter_after_sara_am_does_not_overlap_it() -> None:
    """Seen failing without `drawable`: the chart library measures น้ำ as wide as น alone."""
    register_for_charts()
    before, whole = (reach(drawable(text)) for text in ("น้ำ", "น้ำใ"))
    assert whole - before > 10


def test_thai_is_cut_between_syllables_and_never_before_a_mark() -> None:
    text = "ลูกค้าที่ซื้อครั้งแรกในเดือนมกราคมกลับมาซื้ออีกครั้งในเดือนที่สาม 2026 จบ"
    lines = wrapped(text, 20)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(columns(line) <= 20 for line in lines)
    assert all(line[0] not in "ัิีึืฺุู็่้๊๋์ํ๎ะาำๅ" for line in lines)


def test_english_is_cut_at_spaces_and_a_long_word_between_letters() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("a" * 12, 5) == ["aaaaa", "aaaaa", "aa"]
    assert wrapped("", 5) == []


def test_a_translator_may_say_where_a_line_ends() -> None:
    assert wrapped("ลูกค้า\u200bประจำ", 7) == ["ลูกค้า", "ประจำ"]


def test_a_chart_with_thai_and_polish_in_its_title_is_drawn_alike_every_time() -> None:
    import altair as alt

    finding = Finding(f"{THAI} {POLISH}", "ผู้ที่ขึ้น n = 12")
    layers = alt.Chart(alt.Data(values=[{"a": 1}])).mark_point().encode(x="a:Q")
    assert png(layers, finding) == png(layers, finding)
