"""No word a reader sees bypasses the catalogue: spoken in a made-up language that marks what it says."""

from __future__ import annotations

import re
from datetime import date
from gettext import NullTranslations
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reports import languages, site
from reports.executive import CADENCES
from reports.render import (
    ListsReady,
    OwnerAlert,
    render_list_ready,
    render_mail,
    render_owner_alert,
)
from tests.reports.conftest import LISTS, load_shop, shop_rows, write_marts
from tests.reports.pages.conftest import full_rows, write_run

#: What was said; a mail may have cut it short.
MARKED = re.compile(r"⟦[^⟦⟧\n]*(⟧|$)", re.MULTILINE)
SAID = re.compile(r"[^\W\d_]{3,}")
#: What data says, and what is the same in every language: names, codes, files, dates.
DATA = re.compile(
    r"Harbour & Pine|\b(run|lists|segments|marts)[-./]\S+|\S+@\S+|\d{4}-\d\d-\S+|\b[a-z]+(_[a-z0-9]+)+\b"
    r"|\b(GBP|NPS|Suki|CSV|PARQUET|Parquet|Excel|Great Expectations)\b"
    r"|\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\b|\b(mins?|hrs?|hr)\b"
    # From the made-up shop's tables: comments, a note, products and channels.
    r"|“[^”]*”|\"[^\"\n]*\"|The web shop was down|Coffee|beans|Mug|large|tik|tok|help pages"
)
#: Attributes that are read aloud or shown.
SPOKEN_ATTRIBUTES = {"alt", "title", "aria-label", "placeholder", "data-label", "data-none"}
NOT_READ = {"style", "script", "code"}
ENDS_ITSELF = {"meta", "link", "br", "img", "input", "hr", "col"}


class Words(HTMLParser):
    """What a reader sees or hears of a page, but for what says to be in a language of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._skipped: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        is_quoted = tag == "blockquote" or named.get("class") == "words"
        skips = tag in NOT_READ or is_quoted or (tag != "html" and "lang" in named)
        if not skips and not any(self._skipped):
            self.found += [named[name] or "" for name in SPOKEN_ATTRIBUTES & named.keys()]
        if tag not in ENDS_ITSELF:
            self._skipped.append(skips)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ENDS_ITSELF and self._skipped:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._skipped):
            self.found.append(data)


class Marking(NullTranslations):
    """A language that says everything in brackets, so that what it did not say stands out."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, one: str, many: str, number: int) -> str:
        return f"⟦{one if number == 1 else many}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, one: str, many: str, number: int) -> str:
        return self.ngettext(one, many, number)


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "catalogue", lambda _language: Marking())


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "vega_library", lambda _cache: b"")


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_marts(tmp_path_factory.mktemp("marked") / "marts", shop_rows())


def bare_words(text: str) -> list[str]:
    """Words outside of any brackets; a sentence inside of a sentence is taken out first."""
    while MARKED.search(text):
        text = MARKED.sub(" ", text)
    return SAID.findall(DATA.sub(" ", text))


def bare_words_of_page(html: str) -> list[str]:
    """The words a page says past the catalogue."""
    reader = Words()
    reader.feed(html)
    return [word for one in reader.found for word in bare_words(one.replace("\n", " "))]


def test_the_check_itself_sees_a_word_that_bypasses_the_catalogue() -> None:
    html = (
        '<p title="⟦x⟧">⟦All {⟦nested⟧} said⟧ <b aria-label="Unheard">Forgotten</b> &middot; 12</p>'
    )
    assert bare_words_of_page(html) == ["Unheard", "Forgotten"]
    assert bare_words_of_page('<p lang="th">ขอบคุณ</p><code>orders</code>') == []


def test_every_word_of_the_site_comes_from_the_catalogue(
    tmp_path: Path, marked: None, no_library: None
) -> None:
    pages = sorted(write_run(tmp_path, full_rows()).glob("*.html"))
    bare = {page.name: bare_words_of_page(page.read_text("utf-8")) for page in pages}
    # Types and units of columns are codes, and described in English.
    bare["dictionary.html"] = []
    assert {name: found for name, found in bare.items() if found} == {}


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("cadence", CADENCES)
def test_every_word_of_the_executive_mail_comes_from_the_catalogue(marts: Path, cadence) -> None:
    mail = render_mail(load_shop(marts), cadence)
    assert bare_words_of_page(mail.html) == []
    assert bare_words(mail.text) == []


@pytest.mark.usefixtures("marked")
def test_every_word_of_the_lists_mail_comes_from_the_catalogue() -> None:
    mail = render_list_ready(
        ListsReady("Harbour & Pine", "en", date(2026, 10, 4), "run-1", "1", LISTS)
    )
    assert bare_words_of_page(mail.html) == []
    assert bare_words(mail.text) == []


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("is_held", [True, False])
def test_every_word_of_the_owners_mail_comes_from_the_catalogue(is_held: bool) -> None:
    alert = OwnerAlert(
        "Harbour & Pine", "en", date(2026, 10, 4), "run-1", is_held, "NPS", ("12",), ("12",),
        date(2026, 10, 3), "run-1", "run.log",
    )  # fmt: skip
    mail = render_owner_alert(alert)
    assert bare_words_of_page(mail.html) == []
    assert bare_words(mail.text) == []
