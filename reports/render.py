"""From a context to the words and pictures of a mail: subject, text and HTML from templates."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import charts, findings, words
from reports.contexts import ListSummary, ReportContext
from reports.drawing import heat_level
from reports.formats import Formats

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
NUMBER_FILTERS = (
    *(
        "count",
        "exact",
        "first_sentence",
        "heat_number",
        "is_flat",
        "money",
        "money_exact",
        "percent",
        "points",
        "points_apart",
    ),
    *("quantity", "signed", "unbroken"),
    *("day", "kpi_period", "month", "month_name", "month_short", "month_tiny", "period"),
)


@dataclass(frozen=True)
class RenderedMail:
    """A mail before it has a sender and a recipient; images are PNG bytes by content id."""

    subject: str
    preheader: str
    text: str
    html: str
    images: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class OwnerAlert:
    """What an owner must know when a run failed or was held; `as_of` is none before it is set."""

    shop_name: str
    locale: str
    as_of: date | None
    run_id: str
    is_held: bool
    step: str
    what_broke: tuple[str, ...]
    what_to_do: tuple[str, ...]
    standing_as_of: date | None
    standing_run_id: str
    log_path: str


@dataclass(frozen=True)
class ListsReady:
    """What a marketer must know in the morning: the lists, their sizes and their places."""

    shop_name: str
    locale: str
    as_of: date
    run_id: str
    definitions_version: str
    lists: tuple[ListSummary, ...]
    banner: tuple[str, ...] = ()


def render_mail(context: ReportContext) -> RenderedMail:
    """Render the KPI mail of one run."""
    formats = Formats(context.locale, context.currency)
    pictures = {
        "retention": charts.retention_trend(context, formats),
        "revenue": charts.revenue(context, formats),
    }
    values = report_values(context, formats) | {"pictures": pictures}
    drawn = [picture for picture in pictures.values() if isinstance(picture, charts.Picture)]
    return _mail("kpi", formats, values, {picture.cid: picture.png for picture in drawn})


def render_owner_alert(alert: OwnerAlert) -> RenderedMail:
    """Render the owner's mail about a failed or held run."""
    return _mail("owner_alert", Formats(alert.locale, "EUR"), {"alert": alert, "preheader": ""})


def render_list_ready(ready: ListsReady) -> RenderedMail:
    """Render the marketer's mail: which lists wait, how long they are, where they are."""
    return _mail("list_ready", Formats(ready.locale, "EUR"), {"ready": ready, "preheader": ""})


def report_values(context: ReportContext, formats: Formats) -> dict[str, Any]:
    """What the KPI mail and the site's pages have in common."""
    return {
        "report": context,
        "definitions_page": "",
        "headline": findings.headline(context, formats),
        "support": findings.support(context, formats),
        "preheader": findings.preheader(context, formats),
        "cohort_finding": (
            findings.cohort_finding(context, formats)
            if any(row.rate is not None for row in context.cohort_averages)
            else None
        ),
    }


def environment(formats: Formats) -> Environment:
    """Templates that escape HTML, refuse unknown names, and format by one locale."""
    return _environment(str(formats.locale), formats.currency)


@lru_cache(maxsize=8)
def _environment(locale: str, currency: str) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    formats = Formats(locale, currency)
    built = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=select_autoescape(["html"], default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    built.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    built.filters |= {name: getattr(formats, name) for name in NUMBER_FILTERS}
    built.filters |= {
        "reason": words.reason_words,
        "segment": words.segment_words,
        "plain": words.plain,
        "heat_level": heat_level,
        "compared_to": lambda kpi, years=0: findings.compared_to(kpi, formats, years),
        "tone": lambda change, kpi, base: findings.tone(kpi, change, base, formats),
        "feed": lambda code: words.title_of(code, words.FEEDS),
        "validity": lambda code: words.title_of(code, words.VALIDITY),
    }
    built.globals["lang"] = locale.split("_")[0]
    return built


def _mail(
    stem: str, formats: Formats, values: dict[str, Any], images: Mapping[str, bytes] | None = None
) -> RenderedMail:
    import css_inline

    templates = environment(formats)
    subject = " ".join(templates.get_template(f"{stem}.subject.txt").render(values).split())
    values = values | {"subject": subject}
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False)
    return RenderedMail(
        subject=subject,
        preheader=values["preheader"],
        text=templates.get_template(f"{stem}.txt").render(values).strip() + "\n",
        html=inliner.inline(templates.get_template(f"{stem}.html").render(values)),
        images=dict(images or {}),
    )


def write_rendered(mail: RenderedMail, folder: Path, stem: str) -> list[Path]:
    """Keep a rendered mail in a run's `reports/` folder, to compose it for each recipient later.

    Writes `<stem>.subject.txt`, `<stem>.txt`, `<stem>.html` and `<stem>.images/<content id>.png`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {".subject.txt": mail.subject + "\n", ".txt": mail.text, ".html": mail.html}
    written = []
    for ending, text in texts.items():
        path = folder / f"{stem}{ending}"
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    for cid, png in mail.images.items():
        path = folder / f"{stem}.images" / f"{cid}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(png)
        written.append(path)
    return written


def standalone_html(html: str, images: Mapping[str, bytes]) -> str:
    """The HTML of a mail with its pictures inside, to look at in a browser."""
    for cid, png in images.items():
        address = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
        html = html.replace(f"cid:{cid}", address)
    return html
