"""themes.yml: every mistake is told with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.themes_dictionary import load_themes
from transforms.themes_matching import read_comment
from transforms.yaml_files import YamlFileError

GOOD_FILE = """\
languages:
  en:
    negations: [not, no]
    good: [good]
    bad: [bad]
  th:
    has_spaces: false
    negations: [ไม่]
    good: [ดี]
    bad: [แย่]
themes:
  delivery:
    title: Delivery
    description: Speed.
    words:
      en:
        about: [deliver*]
        negative: [late]
      th:
        about: [ส่ง]
"""


def loaded(folder: Path, old: str = "", new: str = ""):
    assert old in GOOD_FILE
    path = folder / "themes.yml"
    path.write_text(GOOD_FILE.replace(old, new, 1), encoding="utf-8")
    return load_themes(path)


def test_a_shops_own_words_are_read(tmp_path):
    themes = loaded(tmp_path, "[late]", "[late, on a slow boat]")
    assert read_comment("came on a slow boat", None, themes) == ("en", {"delivery": "negative"})


def test_words_that_yaml_reads_as_yes_and_no_stay_words(tmp_path):
    themes = loaded(tmp_path)
    assert read_comment("no delivery", "en", themes)[1] == {"delivery": "negative"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("negative: [late]", "negativ: [late]", "words.en.negativ'; did you mean 'negative'?"),
        ("      en:\n        about", "      eng:\n        about", "line 16: themes.delivery: unknown language 'eng'"),
        ("bad: [bad]", "bad: [bad]\n    also_read: [thai]", "line 6: unknown language 'thai'; did you mean 'th'?"),
        ("[deliver*]", "[deliver*, late]", "line 18: themes.delivery.words.en.negative: 'late' stands under 'about' as well"),
        ("[ส่ง]", "[ส่ง*]", "line 20: themes.delivery.words.th.about: 'ส่ง*': a language without spaces"),
        ("[deliver*]", "['came l*']", "`*` stands only at the end of a single word"),
        ("[deliver*]", "['!!']", "holds no letter; write a word"),
        ("[deliver*]", "[12]", "line 17: themes.delivery.words.en.about.0: should be a valid string (it is 12)"),
        ("  delivery:", "  unclassified:", "line 12: a theme is named in small letters, digits and _, and not 'unclassified'"),
        ("    good: [good]\n", "", "line 2: the key 'languages.en.good' is missing"),
        ("    title: Delivery", "\ttitle: Delivery", "line 13: not valid YAML"),
        ("title: Delivery", "catches: nice\n    title: Delivery", "should be 'good' or 'bad'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path, old, new, told):
    with pytest.raises(YamlFileError) as caught:
        loaded(tmp_path, old, new)
    assert "themes.yml, line" in str(caught.value)
    assert told in str(caught.value)


def test_two_themes_cannot_catch_the_same(tmp_path):
    second = "  other: {title: Other, description: x, catches: bad}\n"
    text = GOOD_FILE.replace("    title: Delivery", "    catches: bad\n    title: Delivery")
    path = tmp_path / "themes.yml"
    path.write_text(text + second, encoding="utf-8")
    with pytest.raises(YamlFileError, match="same `catches`"):
        load_themes(path)


def test_without_a_file_there_are_no_themes():
    assert load_themes(None).names == ()
