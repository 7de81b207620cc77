"""The executives' mails of a run folder: rendered at publication, read back when they are due."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from suki.business import Cadence, MailSettings
from suki.delivery import rendered_in
from suki.errors import SukiError
from suki.storage import write_text

if TYPE_CHECKING:
    from reports.contexts import ReportContext
    from reports.render import RenderedMail

log = logging.getLogger("suki")
#: In `reports/` of a run: stem -> why that mail could not be made.
UNRENDERED = "unrendered.json"


def stem_of(cadence: Cadence, locale: str) -> str:
    """What a report's files are called, such as `weekly.en`."""
    return f"{cadence}.{locale}"


def locales_of(cadence: Cadence, mail: MailSettings) -> list[str]:
    """The languages a report is made in: its readers', else the shop's own, to look at."""
    wanted = {mail.locale_of(one) for one in mail.reports[cadence].recipients}
    return sorted(wanted) or [mail.locale]


def write_mails(context: ReportContext, folder: Path, mail: MailSettings) -> None:
    """Render every report in every language that is read; what cannot be rendered is noted.

    Whatever is wrong with a mail, lists and marts are published: the marketer works with them, and
    the owner is told when the mail would have been due.
    """
    from reports.render import render_mail, write_rendered

    failed: dict[str, str] = {}
    for cadence, locale in _all_mails(mail):
        stem = stem_of(cadence, locale)
        try:
            rendered = render_mail(replace(context, locale=locale), cadence)
        except Exception as error:
            log.exception("the mail %s could not be made", stem)
            failed[stem] = f"{type(error).__name__}: {error}"
        else:
            write_rendered(rendered, folder, stem)
            if cadence == "monthly":
                failed |= _write_pdf(rendered, replace(context, locale=locale), folder, stem)
    _note(folder, failed)


def _write_pdf(
    rendered: RenderedMail, context: ReportContext, folder: Path, stem: str
) -> dict[str, str]:
    """The board's PDF beside its mail; without it the mail still tells everything."""
    from reports.pdf import render_pdf

    name = f"{stem}.pdf"
    try:
        (folder / name).write_bytes(render_pdf(rendered, context))
    except Exception as error:
        log.exception("the PDF %s could not be made", name)
        return {name: f"{type(error).__name__}: {error}"}
    return {}


def note_unrendered(folder: Path, mail: MailSettings, reason: str) -> None:
    """Remember that no mail could be made, where not even the figures could be read."""
    log.error("neither mails nor pages could be made: %s", reason)
    _note(folder, {stem_of(*one): reason for one in _all_mails(mail)})


def _all_mails(mail: MailSettings) -> list[tuple[Cadence, str]]:
    return [(cadence, locale) for cadence in mail.reports for locale in locales_of(cadence, mail)]


def _note(folder: Path, failed: dict[str, str]) -> None:
    if failed:
        text = json.dumps(failed, indent=1, sort_keys=True, ensure_ascii=False)
        write_text(folder / UNRENDERED, text + "\n")


def read_mail(folder: Path, cadence: Cadence, locale: str) -> RenderedMail:
    """One report as a run folder keeps it.

    Raises:
        SukiError: it could not be rendered, or the run was made before anybody read that language.
    """
    stem = stem_of(cadence, locale)
    failed = _failed(folder)
    if stem in failed:
        raise SukiError(f"the mail {stem} could not be made: {failed[stem]}")
    if not (folder / f"{stem}.html").is_file():
        raise SukiError(
            f"the run holds no mail {stem}: it was made before suki.toml named that reader; "
            "`suki run` makes it anew"
        )
    return rendered_in(folder, stem)


def read_pdf(folder: Path, locale: str) -> bytes:
    """The monthly report as PDF.

    Raises:
        SukiError: it could not be made.
    """
    name = f"{stem_of('monthly', locale)}.pdf"
    if not (folder / name).is_file():
        why = _failed(folder).get(name, "the run was made before there was one")
        raise SukiError(f"the mail went out without its PDF {name}: {why}")
    return (folder / name).read_bytes()


def _failed(folder: Path) -> dict[str, str]:
    note = folder / UNRENDERED
    return json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
