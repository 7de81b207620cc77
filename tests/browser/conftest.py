"""A real browser on what a run made: Chromium of the system, driven by Playwright.

Set SUKI_SCREENSHOTS to a folder to keep a picture of every page and mail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.end_to_end.commands import suki
from transforms.demo import write_shop

LANGUAGES = ("en", "fil", "th", "pl")
#: A phone, a tablet and a desk, in CSS pixels.
WIDTHS = (360, 768, 1280)
AS_OF = "2026-10-31"


@dataclass
class Opened:
    """A page, and whatever it complained of or asked the network for."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


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


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Any]:
    """Open a file at a width; console errors, failed and outside requests are noted."""
    contexts = []

    def opened(path: Path, width: int, **options: Any) -> Opened:
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
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
        return seen

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def picture() -> Any:
    """Keep a screenshot of a page under a name, where somebody asked for pictures."""
    folder = os.environ.get("SUKI_SCREENSHOTS")

    def kept(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    return kept
