"""The site opens from a folder, offline; every page has the same frame and says who made it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from reports import interactive
from reports.interactive import vega_library
from reports.site import MENU, PAGES
from tests.reports.pages.conftest import full_rows, write_run

#: Names of XML and of kinds of charts look like addresses; nobody goes there.
NAMES_NOT_ADDRESSES = ("http://www.w3.org/", "https://vega.github.io/schema/")
#: Said in a warning and behind a menu the pages do not show.
NEVER_FETCHED = ("https://github.com/vega/vega-lite/issues/", "https://vega.github.io/editor/")


def htmls(site: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(site.glob("*.html"))}


def test_the_menu_lists_each_page_once_and_marks_the_one_shown(full_site: Path) -> None:
    pages = htmls(full_site)
    assert sorted(pages) == sorted(page.address for page in PAGES)
    assert sum(len(own) for _heading, own in MENU) == len(pages)
    for name, html in pages.items():
        shown = re.findall(r'<a href="([^"]+)" aria-current="page">', html)
        assert set(shown) == {name}
        for page in PAGES:
            assert f'<a href="{page.address}"' in html


def test_every_page_has_one_title_a_language_and_a_way_past_the_menu(full_site: Path) -> None:
    titles = set()
    for name, html in htmls(full_site).items():
        assert '<html lang="en">' in html, name
        assert len(re.findall(r"<h1[ >]", html)) == 1, name
        assert '<a class="skip" href="#content">' in html
        assert '<main id="content"' in html
        assert "run 2026-10-04T0300-7f3a" in html
        titles.add(re.search(r"<title>(.+?)</title>", html).group(1))
    assert len(titles) == len(PAGES)
    assert all(title.endswith("Harbour &amp; Pine") for title in titles)


def test_no_page_runs_a_script_that_is_not_a_file_of_the_site(full_site: Path) -> None:
    for name, html in htmls(full_site).items():
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html).group(1)
        assert "default-src 'none'; script-src 'self';" in policy
        for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL):
            is_data = 'type="application/json"' in attributes
            assert is_data or (re.search(r'src="assets/[a-z]+\.js"', attributes) and not body), name
        assert not re.search(r"\son[a-z]+=|javascript:", html), name


def test_no_file_of_the_site_names_an_outside_address(full_site: Path) -> None:
    looked_at = 0
    for path in full_site.rglob("*"):
        if path.suffix in {".html", ".css", ".js"}:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"https?://|@import|url\(", text), path.name
            looked_at += 1
    assert looked_at > len(PAGES)


def test_the_drawing_library_is_one_plain_script_under_its_licence() -> None:
    script = vega_library().decode("utf-8")
    assert script.startswith("/* Vega")
    assert "BSD 3-Clause" in script[:300]
    assert "window.vegaEmbed" in script
    assert not re.search(r"^(import|export) ", script, re.MULTILINE)  # no module: opens from files
    for address in set(re.findall(r"https?://[^\"'`\s)]+", script)):
        assert address.startswith(NAMES_NOT_ADDRESSES + NEVER_FETCHED), address


def test_the_drawing_library_is_bundled_once_for_all_runs(tmp_path: Path, monkeypatch) -> None:
    bundled = []
    monkeypatch.setattr(interactive, "_bundled", lambda: bundled.append(1) or "drawn by")
    assert [vega_library(tmp_path / "cache") for _ in range(2)] == [b"drawn by"] * 2
    assert len(bundled) == 1
    [kept] = (tmp_path / "cache").iterdir()
    assert re.fullmatch(r"vega-\d.+\.js", kept.name)


def test_every_link_of_the_site_leads_somewhere(full_site: Path) -> None:
    pages = htmls(full_site)
    anchors = {name: set(re.findall(r'id="([^"]+)"', html)) for name, html in pages.items()}
    links = 0
    for name, html in pages.items():
        for address in re.findall(r'(?:href|src)="([^"]+)"', html):
            target, _hash, anchor = address.partition("#")
            if target == "data:,":
                continue
            target = target or name
            assert (full_site / unquote(target)).is_file(), f"{name}: {address}"
            assert not anchor or anchor in anchors[target], f"{name}: {address}"
            links += 1
    assert links > 200


def test_the_same_run_gives_the_same_bytes(full_site: Path, tmp_path: Path) -> None:
    again = write_run(tmp_path, full_rows())

    def digests(site: Path) -> dict[str, str]:
        return {
            path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in site.rglob("*")
            if path.is_file()
        }

    assert digests(again) == digests(full_site)


def test_a_shop_that_sold_nothing_gets_words_and_no_picture(empty_site: Path) -> None:
    assert not list(empty_site.rglob("*.png"))
    for name in ("index", "cohorts", "churn", "value"):
        html = (empty_site / f"{name}.html").read_text(encoding="utf-8")
        assert "<figure" not in html or 'class="chart absent"' in html
        assert "yet" in html, name
        assert "None" not in html, name


@pytest.mark.parametrize("locale", ["pl_PL", "th_TH"])
def test_the_page_says_which_language_it_is_in(
    locale: str, tmp_path: Path, no_drawing_library: None
) -> None:
    site = write_run(tmp_path, {}, locale=locale, lists=(), intake=(), banner=())
    html = (site / "index.html").read_text(encoding="utf-8")
    assert f'<html lang="{locale[:2]}">' in html
