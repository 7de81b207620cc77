"""A run's mails as files a browser opens: HTML with its pictures inside, the text part, the PDF."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reports.contexts import ReportContext
from reports.executive import Cadence
from reports.pdf import render_pdf
from reports.render import render_mail, standalone_html
from reports.tables import ReportError


@dataclass(frozen=True)
class Previewed:
    """What was written, and what could not be, in words."""

    mails: tuple[Path, ...]
    other: tuple[Path, ...]
    missing: tuple[str, ...]


def write_previews(context: ReportContext, cadences: Iterable[Cadence], folder: Path) -> Previewed:
    """Render a run's mails into a folder as `<cadence>.html`, `<cadence>.txt` and `monthly.pdf`.

    A machine that cannot make PDF still shows the mail.

    Raises:
        ReportError: a mail cannot be rendered, such as for want of the charts' font.
    """
    mails: list[Path] = []
    other: list[Path] = []
    missing: list[str] = []
    for cadence in cadences:
        mail = render_mail(context, cadence)
        page, text = folder / f"{cadence}.html", folder / f"{cadence}.txt"
        page.write_text(standalone_html(mail.html, mail.images), encoding="utf-8", newline="\n")
        text.write_text(f"{mail.subject}\n\n{mail.text}", encoding="utf-8", newline="\n")
        mails.append(page)
        other.append(text)
        if cadence != "monthly":
            continue
        try:
            pdf = render_pdf(mail, context)
        except ReportError as error:
            missing.append(str(error))
        else:
            other.append(folder / f"{cadence}.pdf")
            other[-1].write_bytes(pdf)
    return Previewed(tuple(mails), tuple(other), tuple(missing))
