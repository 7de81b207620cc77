"""What an approver looks at: counts and some rendered messages, as private pages. Personal."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from suki.errors import ConfigurationError
from suki.message_files import letterhead
from suki.sending import Mailing, currency_of, messages_of
from suki.settings import Settings
from suki.storage import write_text

if TYPE_CHECKING:
    from reports.render import RenderedMail

#: Messages shown of a campaign: the first of each language, then the first in the list's order.
SHOWN = 5
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    "<style>body{{font:16px/1.5 sans-serif;margin:2rem auto;max-width:50rem;padding:0 1rem}}"
    "article{{border:1px solid #bbb;border-radius:8px;margin:1.5rem 0;padding:1rem}}"
    "table{{border-collapse:collapse}}td,th{{border-bottom:1px solid #ccc;padding:.3rem .8rem;"
    "text-align:left}}pre{{white-space:pre-wrap;overflow-wrap:anywhere}}</style><h1>{title}</h1>{body}</html>"
)


def write_samples(run_id: str, as_of: str, mailings: Iterable[Mailing], settings: Settings) -> Path:
    """Write `approvals/<run_id>/index.html` and a page per campaign, for the owner's eyes only.

    Every message of every mailing is made once, so that one that cannot be made is told before
    anybody approves.

    Raises:
        ConfigurationError: no message of a mailing can be made.
    """
    folder = settings.approvals / run_id
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    settings.approvals.chmod(0o700)
    rows = []
    head = letterhead(settings, currency_of(run_id, settings))
    for mailing in mailings:
        made: list[tuple[str, RenderedMail]] = []
        stopped, languages = [], set()
        for person, mail, link in messages_of(mailing, date.fromisoformat(as_of), head, settings):
            if isinstance(mail, str):
                stopped.append(mail)
                continue
            if person["language"] not in languages or len(made) < SHOWN:
                made.append((person["reason"], _without_link(mail, link)))
                languages.add(person["language"])
        if stopped and not made:
            raise ConfigurationError(f"campaign {mailing.name!r} cannot be written: {stopped[0]}")
        page = _campaign_page(mailing, made[: SHOWN + len(languages)], stopped)
        _private(folder / f"{mailing.name}.html", page)
        rows.append(_row(mailing, len(stopped)))
    table = "<table><tr><th>Campaign<th>People<th>Left out since<th>Cannot be written</tr>"
    body = f"<p>Run {escape(run_id)}, business date {as_of}.</p>{table}{''.join(rows)}</table>"
    _private(folder / "index.html", PAGE.format(title="Messages waiting for approval", body=body))
    return folder


def _without_link(mail: RenderedMail, link: str) -> RenderedMail:
    """An approver who tries the link must not unsubscribe the customer."""
    shown = link.partition("?")[0]
    return replace(mail, text=mail.text.replace(link, shown), html=mail.html.replace(link, shown))


def _row(mailing: Mailing, stopped: int) -> str:
    left_out = ", ".join(f"{n} {reason}" for reason, n in sorted(mailing.left_out.items()))
    return (
        f'<tr><td><a href="{mailing.name}.html">{escape(mailing.campaign.title)}</a>'
        f"<td>{mailing.people.height:,}<td>{left_out or 'nobody'}<td>{stopped:,}</tr>"
    )


def _campaign_page(
    mailing: Mailing, made: list[tuple[str, RenderedMail]], stopped: list[str]
) -> str:
    told = f"<p>{escape(mailing.campaign.description)}</p><p>{mailing.people.height:,} people.</p>"
    if stopped:
        told += f"<p><strong>{len(stopped):,} cannot be written: {escape(stopped[0])}</strong></p>"
    articles = "".join(
        f"<article><p>Why: {escape(reason)}</p><h2>{escape(mail.subject)}</h2>"
        f"<pre>{escape(mail.text)}</pre></article>"
        for reason, mail in made
    )
    frame = f"<h2>As HTML</h2>{_body(made[0][1].html)}" if made else ""
    return PAGE.format(title=escape(mailing.campaign.title), body=told + articles + frame)


def _body(html: str) -> str:
    inside = html.partition("<body")[2].partition(">")[2].rpartition("</body>")[0]
    return f"<article>{inside}</article>"


def _private(path: Path, text: str) -> None:
    write_text(path, text)
    path.chmod(0o600)
