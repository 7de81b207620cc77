"""The monthly report on paper: the same mail, with a print style sheet, as PDF for the board."""

from __future__ import annotations

import re
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from reports.contexts import ReportContext
from reports.executive import edition
from reports.formats import Formats
from reports.languages import language_of, speaking
from reports.pdf_language import with_language
from reports.render import RenderedMail, environment, standalone_html
from reports.tables import ReportError
from reports.typeface import FAMILY, whole_faces
from reports.words import _

if TYPE_CHECKING:
    from plutoprint import Book

#: What relative addresses are resolved against; nothing is fetched from there, or anywhere.
NOWHERE = "https://report.invalid/"
#: A link that leads out of the file or to another place in it; a page of the site is neither.
_HREF = re.compile(r'\shref="(?!#|https?:|mailto:)[^"]*"')
#: The first part that opens with a goal: most of the cards, which may be cut between rows.
_OPENING = re.compile(r'<td class="part"(?=[^>]*>\s*<[^>]*class="goal")')
#: Signs that only some machines have a font for, drawn or written with one of ours.
SIGNS = {
    "\N{CHECK MARK}": '<svg width="9" height="9" viewBox="0 0 9 9"><path d="M1 5l2.5 2.5L8 1.5" '
    'fill="none" stroke="#0b6b58" stroke-width="1.6"/></svg>',
    "\N{MULTIPLICATION X}": "\N{MULTIPLICATION SIGN}",
}
COUNTERS = {"page": "counter(page)", "pages": "counter(pages)"}


def render_pdf(mail: RenderedMail, context: ReportContext) -> bytes:
    """Lay a rendered monthly mail out on A4 pages. Same input, same bytes; no clock is asked.

    Args:
        mail: of `render_mail(context, "monthly")`.
        context: the run it tells of; its locale is the language of the pages.

    Raises:
        ReportError: the font is absent or damaged, a picture is not in the mail, or the library
            that makes PDF has no wheel for this machine.
    """
    html = _OPENING.sub('<td class="part opening"', _HREF.sub("", mail.html), count=1)
    for sign, drawn in SIGNS.items():
        html = html.replace(sign, drawn)
    html = standalone_html(html, mail.images)
    with speaking(context.locale):
        style = _style(context)
    asked: list[str] = []
    book = _book(html.replace("</head>", f"<style>{style}</style></head>", 1), asked)
    _describe(book, mail, context)
    written = BytesIO()
    book.write_to_pdf_stream(written)
    if asked:
        raise ReportError(
            f"no PDF was made: the mail shows {asked[0]}, which is not inside it; render the mail again"
        )
    return with_language(written.getvalue(), language_of(context.locale))


def _book(html: str, asked: list[str]) -> Book:
    """The mail as pages; nothing is fetched, and what would have to be is noted in `asked`."""
    try:
        import plutoprint
    except ImportError as error:
        raise ReportError(
            f"no PDF was made: the library plutoprint cannot be loaded ({error}); it has wheels "
            "for Linux x86-64, Windows and macOS 15 on Apple silicon; elsewhere print the mail "
            "from a browser"
        ) from error

    class NothingOutside(plutoprint.ResourceFetcher):
        def fetch_url(self, url: str) -> plutoprint.ResourceData:
            asked.append(url)
            return plutoprint.ResourceData(b"", "text/plain", "utf-8")

    book = plutoprint.Book(size=plutoprint.PAGE_SIZE_A4, media=plutoprint.MEDIA_TYPE_PRINT)
    book.custom_resource_fetcher = NothingOutside()
    book.load_html(html, base_url=NOWHERE)
    return book


def _describe(book: Book, mail: RenderedMail, context: ReportContext) -> None:
    import plutoprint

    # The business date: a moment of making would make every file another one.
    made = f"{context.as_of.isoformat()}T00:00:00Z"
    for key, value in (
        (plutoprint.PDF_METADATA_TITLE, mail.subject),
        (plutoprint.PDF_METADATA_AUTHOR, context.shop_name),
        (plutoprint.PDF_METADATA_SUBJECT, mail.preheader),
        (plutoprint.PDF_METADATA_CREATOR, "Suki"),
        (plutoprint.PDF_METADATA_CREATION_DATE, made),
        (plutoprint.PDF_METADATA_MODIFICATION_DATE, made),
    ):
        book.set_metadata(key, value)


def _style(context: ReportContext) -> str:
    """The print style sheet with the bundled font inside and the words of every page's margins."""
    formats = Formats(context.locale, context.currency)
    period = edition(context, "monthly").period
    told = formats.period(*period) if period else formats.day(context.as_of)
    sheet = environment(formats).get_template("print.css")
    pages = _("Page {page} of {pages}")
    faces = "".join(_face(weight, path) for weight, path in whole_faces().items())
    return faces + sheet.render(
        family=FAMILY,
        shop_name=css_text(context.shop_name),
        running_title=css_text(_("Customer report, {period}").format(period=told)),
        source=css_text(
            _("As of {day}, run {run}, definitions {version}").format(
                day=formats.day(context.as_of),
                run=context.run_id,
                version=context.definitions_version,
            )
        ),
        page_numbers=" ".join(
            piece
            for text, counter, *_rest in Formatter().parse(pages)
            for piece in (css_text(text), COUNTERS.get(counter or "", ""))
        ),
    )


def _face(weight: int, path: Path) -> str:
    inside = b64encode(path.read_bytes()).decode("ascii")
    return (
        f"@font-face {{ font-family: {FAMILY}; font-weight: {weight}; "
        f"src: url(data:font/ttf;base64,{inside}) format('truetype'); }}\n"
    )


def css_text(text: str) -> str:
    """A text as CSS writes it: every letter by its number, so that none can end the string."""
    return '"' + "".join(f"\\{ord(letter):06x}" for letter in text) + '"'
