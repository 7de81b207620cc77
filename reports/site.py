"""The static site of a run: opens from a folder, asks nothing of the network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from reports import charts
from reports.contexts import ReportContext
from reports.formats import Formats
from reports.reference import Reference
from reports.render import TEMPLATES, environment, report_values
from reports.words import _

PAGES = (
    ("index.html", _("Overview")),
    ("lists.html", _("Lists and segments")),
    ("quality.html", _("Data quality")),
    ("questions.html", _("What can be answered")),
    ("vendors.html", _("Other systems' numbers")),
    ("definitions.html", _("Definitions")),
    ("dictionary.html", _("Data dictionary")),
)


@dataclass(frozen=True)
class Download:
    """A file of the run as a page links to it."""

    address: str
    kind: str


def write_site(
    context: ReportContext,
    reference: Reference,
    site: Path,
    run_files: Iterable[PurePosixPath | str] = (),
) -> list[Path]:
    """Write the pages, their style sheet and charts into `site`.

    Args:
        context: the run to show.
        reference: its tables, questions and comparisons.
        site: the run's `site/` folder; its siblings `segments/` and `lists/` are linked.
        run_files: files to offer, relative to the run folder, such as `segments/loyal.csv`.

    Returns:
        The files written, pages first. The same context gives the same bytes.
    """
    formats = Formats(context.locale, context.currency)
    trend, revenue = charts.retention_trend(context, formats), charts.revenue(context, formats)
    heat_map = charts.cohorts(context, formats)
    values = report_values(context, formats) | {
        "definitions_page": "definitions.html",
        "reference": reference,
        "charts": [trend, revenue],
        "heat_map": heat_map,
        "files": _downloads(run_files),
        "pages": PAGES,
    }
    (site / "assets").mkdir(parents=True, exist_ok=True)
    templates = environment(formats)
    written = []
    for page, _title in PAGES:
        html = templates.get_template(f"site/{page}").render(values | {"this_page": page})
        written.append(_write(site / page, html.encode("utf-8")))
    style = (TEMPLATES / "site" / "suki.css").read_bytes()
    written.append(_write(site / "assets" / "suki.css", style))
    for chart in (trend, revenue, heat_map):
        if isinstance(chart, charts.Picture):
            written.append(_write(site / "assets" / chart.file_name, chart.png))
    return written


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
