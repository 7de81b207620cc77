"""Every page and mail, in every language, on a phone, a tablet and a desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.browser.conftest import LANGUAGES, Look

Looks = dict[str, list[Look]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_pages_and_both_mails_are_there(looks: Looks, language: str) -> None:
    assert {look.path.stem for look in looks[language]} >= {"index", "lists", "weekly", "monthly"}
    assert len(looks[language]) == 16


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_or_mail_is_wider_than_a_phone_a_tablet_or_a_desk(
    looks: Looks, language: str
) -> None:
    assert [(look.path.name, *one) for look in looks[language] for one in look.too_wide] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_or_mail_complains_in_the_console(looks: Looks, language: str) -> None:
    assert [(look.path.name, one) for look in looks[language] for one in look.errors] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_or_mail_asks_the_network(looks: Looks, language: str) -> None:
    asked = [(look.path.name, one) for look in looks[language] for one in look.requests]
    assert [one for one in asked if not one[1].startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_serious(looks: Looks, language: str) -> None:
    assert [(look.path.name, *one) for look in looks[language] for one in look.found_by_axe] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_its_language_and_has_one_heading_and_a_way_past_the_menu(
    looks: Looks, language: str
) -> None:
    for look in looks[language]:
        assert look.language == language, look.path.name
        assert look.heading_count == 1, look.path.name
        if look.path.parent.name == "site":
            assert look.first_stop == "#content", look.path.name


def test_every_link_of_a_page_leads_to_a_file_that_is_there(
    previews: dict[str, Path], open_page: Any
) -> None:
    lost = []
    for path in sorted((previews["en"] / "site").glob("*.html")):
        with open_page(path, 1280, java_script_enabled=False) as seen:
            links = seen.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
            anchors = set(seen.page.eval_on_selector_all("[id]", "all => all.map(one => one.id)"))
        for link in links:
            place, _, anchor = link.partition("#")
            is_there = Path(unquote(place.removeprefix("file://"))).is_file()
            is_here = place != path.as_uri() or anchor in {"", *anchors}
            if not (place.startswith("file:") and is_there and is_here):
                lost.append((path.name, link))
    assert not lost


def test_a_chart_is_drawn_as_wide_as_its_place(previews: dict[str, Path], open_page: Any) -> None:
    with open_page(previews["en"] / "site" / "cohorts.html", 1280) as seen:
        drawn = seen.page.locator(".chart svg, .chart canvas")
        assert drawn.count() >= 1
        assert drawn.first.bounding_box()["width"] > 300


def test_a_download_gives_the_very_file_of_the_run(
    previews: dict[str, Path], open_page: Any, tmp_path: Path
) -> None:
    with open_page(previews["en"] / "site" / "lists.html", 1280) as seen:
        link = seen.page.locator("a[download][href$='.csv']").first
        original = Path(link.evaluate("one => one.href").removeprefix("file://"))
        with seen.page.expect_download() as waiting:
            link.click()
        waiting.value.save_as(tmp_path / "list.csv")
    assert (tmp_path / "list.csv").read_bytes() == original.read_bytes()


def test_the_mail_reads_with_pictures_off(previews: dict[str, Path], open_page: Any) -> None:
    for path in sorted(previews["en"].glob("*.html")):
        with open_page(path, 360, java_script_enabled=False) as seen:
            told = [image.get_attribute("alt") or "" for image in seen.page.locator("img").all()]
        assert told
        assert min(len(words) for words in told) > 20, path.name
