"""From a context to the words and pictures of a mail: subject, text and HTML from templates."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import charts, executive_words, findings, sentences, words
from reports.clipping import clipped
from reports.contexts import ListSummary, ReportContext
from reports.drawing import heat_level
from reports.executive import Cadence, Edition, edition, left_out_of
from reports.formats import Formats
from reports.languages import in_its_language

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
NUMBER_FILTERS = (
    *(
        "average",
        "count",
        "duration",
        "exact",
        "first_sentence",
        "heat_number",
        "is_flat",
        "money",
        "money_exact",
        "money_signed",
        "percent",
        "points",
        "points_apart",
    ),
    *("quantity", "signed", "signed_share", "tenths", "unbroken"),
    *("day", "kpi_period", "month", "month_name", "month_short", "month_tiny", "period"),
)


@dataclass(frozen=True)
class RenderedMail:
    """A mail before it has a sender and a recipient.

    Images are PNG bytes by content id, attachments PDF bytes by file name.
    """

    subject: str
    preheader: str
    text: str
    html: str
    images: Mapping[str, bytes] = field(default_factory=dict)
    attachments: Mapping[str, bytes] = field(default_factory=dict)


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
    #: The run stands; only something about its mail is amiss.
    is_published: bool = False


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

    @property
    def filled(self) -> list[ListSummary]:
        """Lists with somebody on them, the longest first."""
        return sorted(
            (one for one in self.lists if one.rows), key=lambda one: (-one.rows, one.name)
        )

    @property
    def empty(self) -> list[ListSummary]:
        """Lists with nobody on them, by name."""
        return sorted((one for one in self.lists if not one.rows), key=lambda one: one.name)


@in_its_language
def render_mail(context: ReportContext, cadence: Cadence) -> RenderedMail:
    """Render the executive mail of one run: of its last complete week, or month."""
    formats = Formats(context.locale, context.currency)
    pictures = {
        "retention": charts.retention_trend(context, formats),
        "revenue": charts.revenue(context, formats),
    }
    told = edition(context, cadence)
    values = report_values(context, formats) | opening(told, formats)
    values |= {"edition": told, "pictures": pictures}
    values |= edition_findings(told, formats)
    drawn = [picture for picture in pictures.values() if isinstance(picture, charts.Picture)]
    return _mail("executive", formats, values, {picture.cid: picture.png for picture in drawn})


@in_its_language
def render_owner_alert(alert: OwnerAlert) -> RenderedMail:
    """Render the owner's mail about a failed or held run."""
    return _mail("owner_alert", Formats(alert.locale, "EUR"), {"alert": alert, "preheader": ""})


@in_its_language
def render_list_ready(ready: ListsReady) -> RenderedMail:
    """Render the marketer's mail: which lists wait, how long they are, where they are."""
    return _mail("list_ready", Formats(ready.locale, "EUR"), {"ready": ready, "preheader": ""})


def opening(figures: sentences.Figures, formats: Formats) -> dict[str, str]:
    """The sentences a report opens with, from the key figures of a run or of one edition."""
    return {
        "subject_finding": sentences.subject(figures, formats),
        "headline": sentences.headline(figures, formats),
        "support": sentences.support(figures, formats),
        "preheader": sentences.preheader(figures, formats),
    }


def edition_findings(told: Edition, formats: Formats) -> dict[str, findings.Finding | None]:
    """The titles of an edition's own tables; none where the table is empty."""
    orders = told.kpi("orders")
    number = None if orders is None else orders.sample_size
    bridge, movement = told.bridge, told.movement
    return {
        "bridge_finding": findings.bridge_finding(bridge, number, formats) if bridge else None,
        "movement_finding": findings.movement_finding(movement, formats) if movement else None,
    }


def report_values(context: ReportContext, formats: Formats) -> dict[str, Any]:
    """What the executive mails and the site's pages have in common."""
    return opening(context, formats) | {
        "report": context,
        "definitions_page": "",
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
    built.install_gettext_callables(  # type: ignore[attr-defined]
        words._, words.ngettext, newstyle=True, pgettext=words.pgettext, npgettext=words.npgettext
    )
    built.filters |= {name: getattr(formats, name) for name in NUMBER_FILTERS}
    built.filters |= {
        "reason": words.reason_words,
        "segment": words.segment_words,
        "plain": words.plain,
        "spoken": words.spoken,
        "lacking": words.availability_words,
        "heat_level": heat_level,
        "bridge_words": executive_words.bridge_words,
        "clipped": clipped,
        "left_out": left_out_of,
        "move_words": executive_words.move_words,
        "state_words": executive_words.state_words,
        "theme_words": executive_words.theme_words,
        "voice_words": executive_words.voice_words,
        "compared_to": lambda kpi, years=0: sentences.compared_to(kpi, formats, years),
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
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True)
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
