"""A real browser on what a run made: Chromium of the system, driven by Playwright.

Set SUKI_SCREENSHOTS to a folder to keep a picture of every page and mail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.end_to_end.commands import suki
from transforms.demo import write_shop

LANGUAGES = ("en", "fil", "th", "pl")
#: A phone, a tablet and a desk, in CSS pixels.
WIDTHS = (360, 768, 1280)
AS_OF = "2026-10-31"
TALLEST_PICTURE = 20_000  # of a longer page, such as the data dictionary, the first screen
#: What no reader may meet; axe's "minor" and "moderate" are advice.
SERIOUS = {"serious", "critical"}
#: Elements that reach beyond the window and stand in no region that scrolls by itself.
OVERFLOWING = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > wide + 1)
    .map(one => one.tagName + '.' + one.className + ': ' + one.textContent.trim().slice(0, 60))
    .slice(0, 5);
}"""


@dataclass
class Opened:
    """A page, and whatever it complained of or asked the network for."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@dataclass
class Look:
    """What was seen of one file, at every width."""

    path: Path
    errors: list[str]
    requests: list[str]
    too_wide: list[tuple[int, str]]
    language: str | None
    heading_count: int
    first_stop: str | None  # of the tabulator key
    found_by_axe: list[tuple[str, ...]]


@pytest.fixture(scope="session")
def previews(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One demo run, and its mails and pages in every language: language -> folder."""
    home = tmp_path_factory.mktemp("shop")
    write_shop(home, customers=400)
    done = suki(home, "run", "--as-of", AS_OF)
    assert done.returncode in {0, 3}, done.stderr
    folders = {}
    for language in LANGUAGES:
        folders[language] = home / "previews" / language
        made = suki(
            home,
            *("report", "preview", "--no-open", "--language", language),
            *("--out", str(folders[language])),
        )
        assert made.returncode == 0, made.stderr
    return folders


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; a machine without one fails, since nothing would have been looked at."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("no chromium: `make test` installs it, or apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def open_page(chromium: Browser) -> Any:
    """Open a file at a width; console errors, failed and outside requests are noted."""

    @contextmanager
    def opened(path: Path, width: int, **options: Any) -> Iterator[Opened]:
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        seen = Opened(context.new_page())
        seen.page.on(
            "console",
            lambda message: (
                seen.errors.append(message.text) if message.type in {"error", "warning"} else None
            ),
        )
        seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.goto(path.as_uri(), wait_until="load")
        yield seen
        context.close()

    return opened


@pytest.fixture(scope="session")
def looks(previews: dict[str, Path], open_page: Any) -> dict[str, list[Look]]:
    """Every page and mail of every language, each opened once: language -> looks."""
    return {language: list(_looked_through(previews[language], open_page)) for language in previews}


def _looked_through(folder: Path, open_page: Any) -> Iterator[Look]:
    for path in [*sorted((folder / "site").glob("*.html")), *sorted(folder.glob("*.html"))]:
        with open_page(path, WIDTHS[0]) as seen:
            too_wide = []
            for width in WIDTHS:
                seen.page.set_viewport_size({"width": width, "height": 900})
                too_wide += [(width, one) for one in seen.page.evaluate(OVERFLOWING)]
                _keep_picture(seen.page, f"{folder.name}_{path.stem}_{width}")
            # Before axe, which tries to fetch the style sheets and is refused by the page's policy.
            errors, requests = [*seen.errors], [*seen.requests]
            found = _found_by_axe(seen.page, path, folder.name)
            seen.page.keyboard.press("Tab")
            yield Look(
                path,
                errors,
                requests,
                too_wide,
                seen.page.locator("html").get_attribute("lang"),
                seen.page.locator("h1").count(),
                seen.page.evaluate("document.activeElement.getAttribute('href')"),
                found,
            )


def _found_by_axe(page: Page, path: Path, language: str) -> list[tuple[str, ...]]:
    """What axe calls serious: of English everything by day and by night, of others a sample.

    Colours, roles and labels come from the same templates in every language.
    """
    if language != "en" and path.stem not in {"index", "lists", "weekly"}:
        return []
    # Thousands of rows alike: the first ones of each table speak for all.
    part = {"exclude": [["tbody tr:nth-child(n+9)"]]} if path.stem == "dictionary" else None
    found = []
    for scheme in ("light", "dark") if language == "en" else ("light",):
        page.emulate_media(color_scheme=scheme)
        violations = Axe().run(page, context=part, options={"resultTypes": ["violations"]})
        found += [
            (scheme, one["id"], str(one["nodes"][0]["target"]), one["nodes"][0]["failureSummary"])
            for one in violations.response["violations"]
            if one["impact"] in SERIOUS
        ]
    return found


def _keep_picture(page: Page, name: str) -> None:
    folder = os.environ.get("SUKI_SCREENSHOTS")
    if folder:
        height = page.evaluate("document.documentElement.scrollHeight")
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(
            path=str(Path(folder) / f"{name}.jpg"),
            type="jpeg",
            quality=70,
            full_page=height <= TALLEST_PICTURE,
        )
