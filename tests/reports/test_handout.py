"""The page of downloads and the pages of refusal, in every language, whatever names hold."""

from __future__ import annotations

import re
from datetime import date

import pytest

from reports.handout import TOLD, Handouts, OfferRow, Told, render_handouts, render_told
from reports.languages import LANGUAGES

TOOLS = ("klaviyo", "mailchimp", "meta")


def _page(locale: str = "en", **changes: object) -> str:
    given = {
        "shop_name": "Kape <Suki> & Co",
        "as_of": date(2026, 10, 31),
        "run_id": "2026-10-31_aaaaaaaaaaaa",
        "lists": (
            OfferRow("lists", "reorder", "<script>alert(1)</script>", 1234, TOOLS, "email"),
            OfferRow("lists", "quiet", "Quiet one", 0, TOOLS, "email"),
            OfferRow("lists", "late", "Late parcels", 1, (), "review"),
        ),
        "segments": (OfferRow("segments", "vip", "VIP", 7, TOOLS),),
        "dates": (date(2026, 10, 30),),
    }
    return render_handouts(Handouts(locale=locale, **(given | changes)))  # type: ignore[arg-type]


def test_names_of_a_shop_and_of_a_list_are_text_and_no_markup():
    page = _page()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "Kape &lt;Suki&gt; &amp; Co" in page


def test_a_file_is_linked_in_every_shape_it_can_be_had_in():
    links = set(re.findall(r'href="\.\./((?:lists|segments)/[^"]+)"', _page()))
    shapes = {"", "?shape=excel", *(f"?shape={tool}" for tool in TOOLS)}
    for name in ("lists/reorder", "segments/vip"):
        assert {f"{name}.csv{shape}" for shape in shapes} | {f"{name}.parquet"} <= links


def test_a_list_that_contacts_nobody_is_in_no_shape_of_a_tool():
    links = re.findall(r'href="\.\./lists/late[^"]*"', _page())
    assert links
    assert not [link for link in links if any(tool in link for tool in TOOLS)]


def test_a_list_without_people_is_named_and_not_linked():
    page = _page()
    assert "Nobody is in these: Quiet one." in page
    assert "lists/quiet." not in page


def test_people_are_counted_in_words():
    page = _page()
    assert "1,234 people" in page
    assert "1 person" in page


def test_a_publication_without_lists_and_segments_says_so():
    page = _page(lists=(), segments=(), dates=())
    assert "No list is ready today." in page
    assert "No segments yet" in page


def test_other_dates_are_linked_beside_this_one():
    assert 'href="../../2026-10-30/downloads/"' in _page()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_every_language_and_runs_no_script(language):
    pages = [
        _page(language),
        *(render_told(Told(what, language, "o@example.com")) for what in TOLD),
    ]
    for page in pages:
        assert f'<html lang="{language}">' in page
        assert "<script" not in page
        assert " onclick" not in page


def test_who_has_not_signed_in_is_not_told_who_owns_the_shop():
    page = render_told(Told("sign_in", link="/api/v2/auth/login?next=%2Fsuki"))
    assert 'href="/api/v2/auth/login?next=%2Fsuki"' in page
    assert "@" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_a_reason_is_text_and_no_markup():
    assert "<b>" not in render_told(Told("not_now", reason="<b>bold</b>"))


def test_a_request_without_words_for_it_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="no words for 'gone'; there are sign_in"):
        render_told(Told("gone"))
