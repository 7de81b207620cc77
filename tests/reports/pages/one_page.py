"""One page of the site of a made-up shop, from rows a test gives; the fastest way to its words."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from reports.formats import Formats
from reports.handed import Handed
from reports.languages import speaking
from reports.pages.page import Download, Page, Reading
from reports.render import environment, report_values
from tests.reports.conftest import load_shop, write_marts
from tests.reports.pages.reference_rows import REFERENCE

Tables = dict[str, list[dict[str, Any]]]


def reading_of(
    folder: Path, tables: Tables, *, handed: Handed | None = None, files: tuple[str, ...] = (), **changes: Any
) -> Reading:  # fmt: skip
    """What a page may read of these tables; files are links such as `segments/loyal.csv`."""
    context = load_shop(write_marts(folder / "marts", tables), **changes)
    links: dict[str, list[Download]] = {}
    for file in files:
        stem, _dot, kind = file.rpartition(".")
        links.setdefault(stem, []).append(Download(f"../{file}", kind.upper()))
    formats = Formats(context.locale, context.currency)
    return Reading(context, REFERENCE, folder / "marts", formats, links, handed or Handed())


def page_of(page: Page, reading: Reading) -> str:
    """The HTML of one page."""
    with speaking(reading.context.locale):
        values = report_values(reading.context, reading.formats) | {
            "definitions_page": "definitions.html",
            "reference": reading.reference,
            "files": reading.files,
            "menu": (("Pages", (page,)),),
            "page": page,
        }
        template = environment(reading.formats).get_template(f"site/{page.address}")
        return template.render(values | page.values(reading))


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.found.append([])
        elif tag in ("td", "th") and self.found:
            self.found[-1].append("")
            self._inside = True
        elif self._inside and tag in ("span", "br", "div"):
            self.found[-1][-1] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1][-1] += data


def rows_of(html: str) -> list[list[str]]:
    """Every row of every table as the words of its cells; the figures of charts are left out."""
    parser = _Rows()
    parser.feed(re.sub(r"<figure.*?</figure>", "", html, flags=re.DOTALL))
    return [[" ".join(cell.split()) for cell in row] for row in parser.found]


def row_of(html: str, start: str) -> list[str]:
    """The one row whose first cell begins with these words."""
    (found,) = [row for row in rows_of(html) if row and row[0].startswith(start)]
    return found
