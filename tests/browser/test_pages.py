"""Every page and mail, in every language, on a phone, a tablet and a desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import LANGUAGES, WIDTHS, Opened

#: What no reader may meet; axe's "minor" and "moderate" are advice.
SERIOUS = {"serious", "critical"}


def pages_of(folder: Path) -> list[Path]:
    return [*sorted((folder / "site").glob("*.html")), *sorted(folder.glob("*.html"))]


def overflowing(seen: Opened) -> list[str]:
    """Elements that reach beyond the window and stand in no region that scrolls by itself."""
    return seen.page.evaluate(
        """() => {
          const wide = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= wide) return [];
          return [...document.querySelectorAll('body *')]
            .filter(one => one.getBoundingClientRect().right > wide + 1)
            .map(one => one.tagName + '.' + one.className + ': ' + one.textContent.trim().slice(0, 60))
            .slice(0, 5);
        }"""
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_or_mail_is_wider_than_its_window_or_complains_or_asks_the_network(
    previews: dict[str, Path], open_page: Any, picture: Any, language: str
) -> None:
    trouble = []
    found = pages_of(previews[language])
    assert len(found) >= 14
    for path in found:
        seen = open_page(path, WIDTHS[0])
        for width in WIDTHS:
            seen.page.set_viewport_size({"width": width, "height": 900})
            trouble += [(path.name, width, "too wide", one) for one in overflowing(seen)]
            picture(seen.page, f"{language}_{path.stem}_{width}")
        trouble += [(path.name, "complains", one) for one in seen.errors]
        outside = [one for one in seen.requests if not one.startswith(("file:", "data:"))]
        trouble += [(path.name, "asks", one) for one in outside]
        seen.page.context.close()
    assert not trouble


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_serious_by_day_or_by_night(
    previews: dict[str, Path], open_page: Any, language: str
) -> None:
    trouble = []
    for path in pages_of(previews[language]):
        seen = open_page(path, 768)
        for scheme in ("light", "dark"):
            seen.page.emulate_media(color_scheme=scheme)
            trouble += [
                (
                    path.name,
                    scheme,
                    one["id"],
                    one["nodes"][0]["target"],
                    one["nodes"][0]["failureSummary"],
                )
                for one in Axe().run(seen.page).response["violations"]
                if one["impact"] in SERIOUS
            ]
        seen.page.context.close()
    assert not trouble


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_its_language_and_has_one_heading_and_a_way_past_the_menu(
    previews: dict[str, Path], open_page: Any, language: str
) -> None:
    for path in sorted((previews[language] / "site").glob("*.html")):
        seen = open_page(path, 1280)
        assert seen.page.locator("html").get_attribute("lang") == language, path.name
        assert seen.page.locator("h1").count() == 1, path.name
        seen.page.keyboard.press("Tab")
        target = seen.page.evaluate("document.activeElement.getAttribute('href')")
        assert target == "#content", path.name
        seen.page.context.close()


def test_every_link_of_a_page_leads_to_a_file_that_is_there(
    previews: dict[str, Path], open_page: Any
) -> None:
    lost = []
    for path in sorted((previews["en"] / "site").glob("*.html")):
        seen = open_page(path, 1280)
        links = seen.page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")
        anchors = set(seen.page.evaluate("[...document.querySelectorAll('[id]')].map(a => a.id)"))
        for link in links:
            place, _, anchor = link.partition("#")
            is_there = Path(unquote(place.removeprefix("file://"))).is_file()
            is_here = place != path.as_uri() or anchor in {"", *anchors}
            if not (place.startswith("file:") and is_there and is_here):
                lost.append((path.name, link))
        seen.page.context.close()
    assert not lost


def test_a_chart_is_drawn_and_answers_to_the_pointer(
    previews: dict[str, Path], open_page: Any
) -> None:
    seen = open_page(previews["en"] / "site" / "cohorts.html", 1280)
    drawn = seen.page.locator(".chart svg, .chart canvas")
    assert drawn.count() >= 1
    assert drawn.first.bounding_box()["width"] > 300


def test_a_download_gives_the_very_file_of_the_run(
    previews: dict[str, Path], open_page: Any, tmp_path: Path
) -> None:
    seen = open_page(previews["en"] / "site" / "lists.html", 1280)
    link = seen.page.locator("a[download][href$='.csv']").first
    original = Path(link.evaluate("one => one.href").removeprefix("file://"))
    with seen.page.expect_download() as waiting:
        link.click()
    waiting.value.save_as(tmp_path / "list.csv")
    assert (tmp_path / "list.csv").read_bytes() == original.read_bytes()


def test_the_mail_reads_with_pictures_off(previews: dict[str, Path], open_page: Any) -> None:
    for path in sorted(previews["en"].glob("*.html")):
        seen = open_page(path, 360, java_script_enabled=False)
        for image in seen.page.locator("img").all():
            assert len(image.get_attribute("alt") or "") > 20, path.name
        seen.page.context.close()
