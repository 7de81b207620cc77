"""`config/requests.yml`: read strictly, every mistake told with line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.requests import load_requests
from transforms.yaml_files import YamlFileError

THEMES = ("delivery", "price", "payment_and_invoice")
SHIPPED = Path(__file__).parents[2] / "config" / "requests.yml"
ENTRY = "requests:\n  - theme: {theme}\n    answer: {answer}\n    on: {on}\n    words: {words}\n"


def written(folder: Path, **values: str) -> Path:
    usual = {"theme": "delivery", "answer": "fixed", "on": "2026-10-01", "words": "{en: Done.}"}
    path = folder / "requests.yml"
    path.write_text(ENTRY.format(**{**usual, **values}), encoding="utf-8")
    return path


def test_without_a_file_and_with_an_empty_one_nothing_is_answered(tmp_path: Path) -> None:
    assert load_requests(None, THEMES) == ()
    empty = tmp_path / "requests.yml"
    empty.write_text("# nothing yet\n", encoding="utf-8")
    assert load_requests(empty, THEMES) == ()


def test_the_file_that_ships_answers_nothing_and_its_example_can_be_taken_over(
    tmp_path: Path,
) -> None:
    assert load_requests(SHIPPED, THEMES) == ()
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    start = lines.index("# requests:")
    example = [line.removeprefix("# ") for line in lines[start:] if line.startswith("#")]
    path = tmp_path / "requests.yml"
    path.write_text("\n".join(example), encoding="utf-8")
    found = load_requests(path, THEMES)
    assert [(one.theme, one.answer) for one in found] == [
        ("payment_and_invoice", "fixed"),
        ("price", "declined"),
    ]
    assert all(set(one.words) == {"en", "fil", "th", "pl"} for one in found)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"theme": "delivry"}, "line 2: no such theme as 'delivry' in themes.yml; did you mean 'delivery'?"),
        ({"answer": "done"}, "line 3: requests.0.answer: should be 'fixed' or 'declined' (it is 'done')"),
        ({"on": "soon"}, "line 4: requests.0.on: "),
        ({"on": "2026-02-30"}, "line 4: 2026-02-30 is no date"),
        ({"words": "{}"}, "line 5: requests.0.words: "),
        ({"words": '{en: "  "}'}, "line 5: requests.0.words: en: the sentence is blank"),
        ({"words": "{English: Done.}"}, "line 5: requests.0.words: 'English' is no language code"),
        ({"words": "{fil: Tapos na., tl: Ayos na.}"}, "fil, tl and tgl are one language; keep one"),
        ({"words": '{en: "One.\\nTwo."}'}, "en: write one line, since it may stand in a subject"),
        ({"words": f"{{en: {'word ' * 50}}}"}, "characters are too many; use 200 at most"),
        ({"answer": "fixed\n    since: 1"}, "line 4: unknown key 'requests.0.since'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_remedy(
    tmp_path: Path, values: dict[str, str], told: str
) -> None:
    with pytest.raises(YamlFileError) as caught:
        load_requests(written(tmp_path, **values), THEMES)
    assert told in str(caught.value)


def test_two_answers_to_a_theme_on_one_day_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.removeprefix("requests:\n"), encoding="utf-8")
    with pytest.raises(YamlFileError, match="line 6: delivery has two answers on 2026-10-01"):
        load_requests(path, THEMES)


def test_filipino_is_read_by_whichever_of_its_codes(tmp_path: Path) -> None:
    (request,) = load_requests(written(tmp_path, words="{tl: Tapos na., en: Done.}"), THEMES)
    assert request.said_in("fil", "en") == ("Tapos na.", "fil")
    assert request.said_in("tgl", "en") == ("Tapos na.", "fil")
    assert request.said_in("de", "en") == ("Done.", "en")
    assert request.said_in(None, "th") == ("Tapos na.", "fil")
