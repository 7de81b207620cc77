"""What is served of a publication is its site and nothing else, whatever a path looks like."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suki.published_site import Publication, dates, publication, site_file
from tests.suki.published_shop import AS_OF, EARLIER_BELIEF, HELD, SITE, PublishedShop
from tests.suki.test_pulling import RUN


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublishedShop]:
    with pytest.MonkeyPatch.context() as patch:
        made = PublishedShop(tmp_path_factory.mktemp("shop") / "home", patch)
        made.add_traps()
        yield made


@pytest.fixture(scope="module")
def shown(shop: PublishedShop) -> Publication:
    found = publication(shop.settings, "latest")
    assert found is not None
    return found


def test_a_pointer_leads_to_the_run_that_stands(shop):
    for day in ("latest", AS_OF):
        found = publication(shop.settings, day)
        assert found is not None
        assert (found.run_id, found.as_of) == (RUN, AS_OF)
    assert dates(shop.settings) == [AS_OF]


@pytest.mark.parametrize(
    "day",
    [
        HELD[:10], EARLIER_BELIEF[:10], "2026-04-03", "2020-01-01", RUN, HELD, "", ".", "..",
        "latest/", "latest\n", "latest\0", "LATEST", "2026-3-31", "../runs/" + RUN, "\u0662026-03-31",
    ],
)  # fmt: skip
def test_a_held_run_an_earlier_belief_and_what_is_no_date_are_not_shown(shop, day):
    assert publication(shop.settings, day) is None


def test_a_run_folder_that_is_half_written_or_no_json_is_not_shown(shop):
    manifest = shop.settings.runs / RUN / "manifest.json"
    whole = manifest.read_bytes()
    try:
        for broken in (b"", b"{", b"\xff"):
            manifest.write_bytes(broken)
            assert publication(shop.settings, "latest") is None
    finally:
        manifest.write_bytes(whole)


@pytest.mark.parametrize("name", SITE)
def test_a_file_of_the_site_is_served_as_it_was_published(shown, name):
    found = site_file(shown, name)
    assert found is not None
    assert found.content.decode() == SITE[name]
    assert found.sha256 == shown.manifest["files"][f"site/{name}"]["sha256"]


def test_a_browser_is_told_what_each_file_is(shown):
    types = {name: site_file(shown, name).media_type for name in SITE}
    assert types == {
        "index.html": "text/html; charset=utf-8",
        "cohorts.html": "text/html; charset=utf-8",
        "assets/suki.css": "text/css; charset=utf-8",
        "assets/vega.js": "text/javascript; charset=utf-8",
        "assets/cohorts.png": "image/png",
        "assets/fonts/Sarabun-Regular.ttf": "font/ttf",
    }


def test_every_file_that_suki_writes_into_a_site_is_of_a_kind_that_is_served():
    templates = Path(__file__).parents[2] / "reports" / "templates" / "site"
    from suki.published_site import MEDIA_TYPES

    assert {p.suffix for p in templates.rglob("*") if p.is_file()} <= MEDIA_TYPES.keys()


@pytest.mark.parametrize(
    "name",
    [
        "unlisted.html", ".hidden.html", "linked.html", "elsewhere/index.html", "", ".", "..", "assets",
        "assets/", "/index.html", "//index.html", "./index.html", "assets/../index.html",
        "../manifest.json", "../run.json", "../marts/expectations.json", "../lists/welcome.csv",
        "../reports/expectations.json", "../../secret.html", "..\\manifest.json", "index.html\0",
        "index.html\n", "index.html/", "index.html ", "INDEX.HTML", "%2e%2e/manifest.json",
    ],
)  # fmt: skip
def test_nothing_but_what_the_manifest_lists_in_its_very_place_is_served(shown, name):
    assert site_file(shown, name) is None


PIECES = st.sampled_from(
    ["..", ".", "", "/", "\\", "site", "lists", "segments", "marts", "index.html", "welcome.csv", "linked.html",
     "elsewhere", "manifest.json", "secret.html", "assets", "suki.css", "%2e%2e", "%2f", "%00", "\0", RUN, HELD]
)  # fmt: skip
PATHS = st.lists(PIECES | st.text(max_size=6), max_size=8).map("/".join)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(path=PATHS, is_encoded=st.booleans())
def test_no_path_leads_to_anything_but_a_file_of_the_site(shown, path, is_encoded):
    name = unquote(path) if is_encoded else path
    found = site_file(shown, name)
    assert found is None or SITE[name] == found.content.decode()


@settings(max_examples=200, deadline=None, derandomize=True)
@given(day=PATHS | st.text(max_size=12))
def test_no_day_leads_to_anything_but_a_publication(shop, day):
    found = publication(shop.settings, day)
    assert found is None or (day in ("latest", AS_OF) and found.run_id == RUN)
