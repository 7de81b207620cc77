"""The board's PDF: the monthly mail on pages, searchable, in its language, the same bytes each time."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any
from zlib import compress, crc32

import pytest

from reports import pdf
from reports.contexts import ReportContext
from reports.pdf import css_text, render_pdf
from reports.pdf_language import with_language
from reports.render import RenderedMail, render_mail
from reports.tables import ReportError

PAGE = "<html lang='{}'><head><title>t</title></head><body>{}</body></html>"


def dot() -> bytes:
    """A picture of one teal point."""
    from reports.drawing import TEAL

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + crc32(kind + body).to_bytes(4, "big")

    header = (1).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    point = compress(b"\x00" + bytes.fromhex(TEAL[1:]))
    parts = chunk(b"IHDR", header), chunk(b"IDAT", point), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def mail(body: str, language: str = "en", **images: bytes) -> RenderedMail:
    return RenderedMail(
        "September: 71.8% stayed", "In short", "", PAGE.format(language, body), images
    )


def read(document: bytes) -> Any:
    from pypdf import PdfReader

    return PdfReader(BytesIO(document), strict=True)


def text_of(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(document).pages)


def squeezed(text: str) -> str:
    """Without white space: a PDF has none, only places."""
    return re.sub(r"\s+", "", text)


def test_the_monthly_mail_is_on_the_pages_word_for_word(context: ReportContext) -> None:
    rendered = render_mail(context, "monthly")
    told = squeezed(text_of(render_pdf(rendered, context)))
    for kpi in context.kpis:
        assert squeezed(kpi.title) in told, kpi.title
    assert "71.8%" in told
    assert squeezed("£48,214") in told


def test_every_page_is_a4_and_numbered_and_names_shop_and_period(context: ReportContext) -> None:
    pages = read(render_pdf(mail("<p>Words.</p>" * 200), context)).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
        told = page.extract_text()
        assert f"Page {number} of {len(pages)}" in told
        assert f"run {context.run_id}" in told
        if number > 1:
            assert context.shop_name in told
            assert "September 2026" in told


def test_facts_of_the_file_are_those_of_the_report(context: ReportContext) -> None:
    document = read(render_pdf(mail("<p>x</p>", "th"), replace(context, locale="th_TH")))
    assert document.metadata.title == "September: 71.8% stayed"
    assert document.metadata.author == context.shop_name
    assert document.metadata.creation_date.date() == context.as_of
    assert document.metadata.modification_date.date() == context.as_of
    assert document.root_object["/Lang"] == "th"
    assert document.root_object["/ViewerPreferences"]["/DisplayDocTitle"]


def test_the_same_report_gives_the_same_bytes_in_another_process_at_another_time() -> None:
    make = (
        "import hashlib\nfrom plutoprint import Book\nfrom reports import pdf\nfrom reports.pdf_language import with_language\n"
        "from io import BytesIO\nfrom types import SimpleNamespace as S\nfrom datetime import date\n"
        "from reports.render import RenderedMail\n"
        "out=BytesIO(); book=pdf._book('<p>ขึ้น Łódź</p>', [])\n"
        "pdf._describe(book, RenderedMail('s','p','t','h'), S(as_of=date(2026,9,30), shop_name='x'))\n"
        "book.write_to_pdf_stream(out); print(hashlib.sha256(with_language(out.getvalue(),'th')).hexdigest())"
    )
    made = {
        subprocess.run([sys.executable, "-c", make], capture_output=True, check=True).stdout
        for _ in range(2)
    }
    assert len(made) == 1


def test_a_report_made_twice_is_one_file(context: ReportContext) -> None:
    one = mail("<p>x</p><img src='cid:dot' alt='a dot'>", dot=dot())
    assert render_pdf(one, context) == render_pdf(one, context)


def test_thai_and_polish_can_be_searched_and_copied(context: ReportContext) -> None:
    words = ["ลูกค้าที่ซื้อครั้งแรก", "ผู้ที่", "ขึ้น", "กตัญญู", "Zażółć gęślą jaźń", "₱1,234", "figures"]
    told = text_of(render_pdf(mail("".join(f"<p>{word}</p>" for word in words), "th"), context))
    assert [word for word in words if squeezed(word) not in squeezed(told)] == []
    assert "\N{REPLACEMENT CHARACTER}" not in told


def test_only_the_bundled_font_is_used(context: ReportContext) -> None:
    document = read(render_pdf(mail("<p>น้ำใจ <b>Łódź</b> ▲ → ₱</p>", "th"), context))
    fonts = {
        font.get_object()["/BaseFont"]
        for page in document.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all(re.match(r"/[A-Z]{6}\+Sarabun-", name) for name in fonts)


def test_a_picture_lies_inside_the_file(context: ReportContext) -> None:
    document = read(render_pdf(mail("<img src='cid:dot' alt='a dot'>", dot=dot()), context))
    assert len(document.pages[0].images) == 1


@pytest.mark.parametrize(
    "source", ["cid:lost", "https://example.com/a.png", "file:///etc/hostname"]
)
def test_nothing_is_fetched_and_a_lost_picture_is_told(context: ReportContext, source: str) -> None:
    with pytest.raises(ReportError, match="is not inside it"):
        render_pdf(mail(f"<img src='{source}' alt=''>"), context)


def test_a_wide_table_keeps_its_last_column_on_the_page(context: ReportContext) -> None:
    cells = "".join(f"<td>column{number:02d}</td>" for number in range(14))
    document = render_pdf(mail(f"<table class='wide rows'><tr>{cells}</tr></table>"), context)
    assert "column13" in squeezed(text_of(document))


@pytest.mark.parametrize(
    "name", ['Kape "Suki" \\', "</style><script>x</script>", "{{ run }}", "น้ำใจ & Łódź", "a\nb"]
)
def test_a_shop_may_be_called_what_it_likes(context: ReportContext, name: str) -> None:
    document = render_pdf(mail("<p>x</p>" * 100), replace(context, shop_name=name))
    assert read(document).metadata.author == name
    assert "run" in text_of(document)


def test_a_link_to_a_page_of_the_site_is_no_link_on_paper(context: ReportContext) -> None:
    body = '<a href="site/a.html">a</a><a href="https://example.com/b">b</a><a href="#c">c</a><p id="c">d</p>'
    page = read(render_pdf(mail(body), context)).pages[0]
    links = [link.get_object() for link in page["/Annots"]]
    assert [link["/A"]["/URI"] for link in links if "/A" in link] == ["https://example.com/b"]
    assert [link["/Dest"] for link in links if "/Dest" in link] == ["c"]


def test_a_machine_without_the_library_is_told_where_it_runs(
    context: ReportContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "plutoprint", None)
    with pytest.raises(ReportError, match="has wheels for Linux"):
        render_pdf(mail("<p>x</p>"), context)


def test_a_damaged_font_stops_the_pdf(
    context: ReportContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged() -> dict:
        raise ReportError("the font is damaged")

    monkeypatch.setattr(pdf, "whole_faces", damaged)
    with pytest.raises(ReportError, match="font is damaged"):
        render_pdf(mail("<p>x</p>"), context)


def test_a_pdf_of_another_making_is_refused_not_spoiled() -> None:
    with pytest.raises(ReportError, match="unknown way"):
        with_language(b"%PDF-1.4\nxref\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF", "th")


def test_a_shop_of_its_first_week_has_a_pdf(
    first_week: ReportContext, make_context: Callable[..., ReportContext]
) -> None:
    rendered = render_mail(first_week, "monthly")
    assert first_week.shop_name in text_of(render_pdf(rendered, first_week))


def test_text_for_css_cannot_end_its_string() -> None:
    assert css_text('"a') == '"\\000022\\000061"'
