"""The static site of a run: opens from a folder, asks nothing of the network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reports.charts import Picture
from reports.contexts import ReportContext
from reports.formats import Formats
from reports.handed import Handed
from reports.interactive import InteractiveChart, vega_library
from reports.languages import in_its_language
from reports.pages import (
    campaigns,
    churn,
    cohorts,
    definitions,
    dictionary,
    history,
    index,
    lists,
    quality,
    questions,
    segments,
    value,
    vendors,
    voice,
)
from reports.pages.page import Download, Page, Reading
from reports.reference import Reference
from reports.render import TEMPLATES, environment, report_values
from reports.words import N_

if TYPE_CHECKING:
    from jinja2 import Environment

#: The pages in the order of the menu, under its three headings.
MENU: tuple[tuple[str, tuple[Page, ...]], ...] = (
    (N_("How we do"), (index.PAGE, cohorts.PAGE, churn.PAGE, value.PAGE)),
    (N_("What to do"), (segments.PAGE, lists.PAGE, campaigns.PAGE, voice.PAGE)),
    (
        N_("What it rests on"),
        (
            quality.PAGE,
            history.PAGE,
            questions.PAGE,
            vendors.PAGE,
            definitions.PAGE,
            dictionary.PAGE,
        ),
    ),
)
PAGES = tuple(page for _heading, pages in MENU for page in pages)
ASSETS = ("suki.css", "pages.css", "suki.js", "filter.js", "heat.js")


@in_its_language
def write_site(
    context: ReportContext,
    reference: Reference,
    site: Path,
    run_files: Iterable[PurePosixPath | str] = (),
    *,
    marts: Path,
    handed: Handed | None = None,
    cache: Path | None = None,
) -> list[Path]:
    """Write the pages with their style sheet, scripts and charts into `site`.

    Args:
        context: the run to show.
        reference: its tables, questions and comparisons.
        site: the run's `site/` folder; its siblings `segments/` and `lists/` are linked.
        run_files: files to offer, relative to the run folder, such as `segments/loyal.csv`.
        marts: the run's published tables.
        handed: what suki knows beside the published tables.
        cache: a folder that keeps what is the same for every run, so that it is made once.

    Returns:
        The files written, pages first. The same run gives the same bytes.

    Raises:
        ReportError: a table or column is missing, or was made for another date.
    """
    formats = Formats(context.locale, context.currency)
    reading = Reading(context, reference, marts, formats, _downloads(run_files), handed or Handed())
    shared = report_values(context, formats) | {
        "definitions_page": "definitions.html",
        "reference": reference,
        "files": reading.files,
        "menu": MENU,
    }
    (site / "assets").mkdir(parents=True, exist_ok=True)
    templates = environment(formats)
    written: list[Path] = []
    pictures: dict[str, bytes] = {}
    for page in PAGES:
        values = page.values(reading)
        pictures |= {f"assets/{name}": png for name, png in _pictures(values)}
        written.append(_write(site / page.address, _html(templates, page, shared | values)))
    assets = {f"assets/{name}": (TEMPLATES / "site" / name).read_bytes() for name in ASSETS}
    assets["assets/vega.js"] = vega_library(cache)
    for name, content in (assets | pictures).items():
        written.append(_write(site / name, content))
    return written


def _html(templates: Environment, page: Page, values: dict[str, Any]) -> bytes:
    html = templates.get_template(f"site/{page.address}").render(values | {"page": page})
    return html.encode("utf-8")


def _pictures(values: Any) -> Iterator[tuple[str, bytes]]:
    """Every picture a page shows, also inside lists, tuples and dictionaries."""
    if isinstance(values, (InteractiveChart, Picture)):
        yield values.file_name, values.png
    elif isinstance(values, dict):
        for value in values.values():
            yield from _pictures(value)
    elif isinstance(values, (list, tuple)):
        for value in values:
            yield from _pictures(value)


def _downloads(run_files: Iterable[PurePosixPath | str]) -> dict[str, list[Download]]:
    """Links by `folder/name` without the ending, so that CSV and Parquet stand side by side."""
    links: dict[str, list[Download]] = {}
    for file in sorted(PurePosixPath(str(file).replace("\\", "/")) for file in run_files):
        address = quote(f"../{file.as_posix()}")
        kind = file.suffix.lstrip(".").upper()
        links.setdefault(file.with_suffix("").as_posix(), []).append(Download(address, kind))
    return links


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
