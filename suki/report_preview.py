"""The reports of a publication made again, to look at: nothing is sent, no ledger is opened.

All they tell lies in the run's folder: the marts, and the manifest for what the run found out.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from suki.business import Cadence, Language, Recipient
from suki.errors import ConfigurationError, SukiError
from suki.ledger import Ledger
from suki.outreach_rules import campaigns_in_force
from suki.publication import report_context
from suki.runs import Run
from suki.settings import Settings
from suki.site_facts import site_facts
from suki.storage import point

if TYPE_CHECKING:
    from reports.contexts import ReportContext
    from reports.preview import Previewed

#: In a preview's folder; a folder that holds other things is left alone.
MARK = ".suki-preview"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Preview:
    """Where the rendered reports lie: to open in a browser, to look at otherwise, what is lacking."""

    folder: Path
    to_open: tuple[Path, ...]
    other: tuple[Path, ...]
    missing: tuple[str, ...]


def make_preview(
    settings: Settings,
    *,
    run: str | None = None,
    cadences: Iterable[Cadence] = ("weekly", "monthly"),
    language: Language | None = None,
    out: Path | None = None,
) -> Preview:
    """Render the mails and the site of a publication into a folder.

    Args:
        run: a run id or business date; the newest publication where nothing is given.
        language: of mails and pages; the shop's own where nothing is given.
        out: an empty folder or an earlier preview's; a private one under SUKI_HOME by default.

    Raises:
        ConfigurationError: nothing is published yet, there is no such run, or the folder holds
            something else.
        SukiError: the reports cannot be made of this publication.
    """
    from reports.preview import write_previews
    from reports.tables import ReportError

    published, manifest = _publication(settings, run)
    reader = Recipient(address="reader@example.com", language=language)
    locale = settings.business.mail.locale_of(reader)
    folder = _folder(out or settings.home / "previews" / f"{manifest['run_id']}.{locale}")
    try:
        told = replace(_context(published, manifest, settings), locale=locale)
        made: Previewed = write_previews(told, cadences, folder)
        index = _write_pages(told, published, manifest, settings, folder)
    except ReportError as error:
        raise SukiError(f"no preview of run {manifest['run_id']}: {error}") from error
    return Preview(folder, (*made.mails, index), made.other, made.missing)


def _publication(settings: Settings, run: str | None) -> tuple[Path, dict[str, Any]]:
    if not (settings.published / "latest" / "manifest.json").is_file() and run is None:
        raise ConfigurationError(
            f"nothing is published in {settings.published} yet: `suki run` makes a publication, "
            "`suki demo` a shop to try it with"
        )
    name = run or "latest"
    for place in (settings.published / name, settings.runs / name):
        manifest = place / "manifest.json"
        if NAME.fullmatch(name) and manifest.is_file():
            return place.resolve(), json.loads(manifest.read_text(encoding="utf-8"))
    known = sorted(path.parent.name for path in settings.runs.glob("*/manifest.json"))
    raise ConfigurationError(
        f"there is no run or business date {name!r} in {settings.home}; runs there: "
        f"{', '.join(known) or 'none; `suki run` makes one'}"
    )


def _folder(path: Path) -> Path:
    path = path.expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise ConfigurationError(f"--out {path} is a file; name a folder")
    if path.is_dir() and any(path.iterdir()) and not (path / MARK).is_file():
        raise ConfigurationError(f"--out {path} holds other things; name an empty or a new folder")
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    (path / MARK).write_text("made by `suki report preview`; may be deleted\n", encoding="utf-8")
    for earlier in (*path.glob("weekly.*"), *path.glob("monthly.*")):
        earlier.unlink()
    shutil.rmtree(path / "site", ignore_errors=True)
    return path


def _run_of(manifest: dict[str, Any]) -> Run:
    """The run as its manifest remembers it."""
    facts = {name: manifest[name] for name in ("feeds", "lists", "reporting_currency")}
    facts |= {f"door_{name}": found or {} for name, found in manifest["doors"].items()}
    arrival = set(manifest["depends_on_arrival_order"])
    files = [
        one | {"version_basis": "arrival" if one["feed"] in arrival else "content"}
        for one in manifest["inputs"]
    ]
    return Run(
        manifest["run_id"], manifest["as_of"], manifest["known_at"], files, [],
        manifest["configuration_sha256"], manifest["code_sha256"], facts=facts,
    )  # fmt: skip


def _context(published: Path, manifest: dict[str, Any], settings: Settings) -> ReportContext:
    from suki.publishing import summary

    why = {name: campaign.description for name, campaign in campaigns_in_force(settings).items()}
    lists = [
        summary(one["name"], one["title"], one["rows"], one["suppressed"], why.get(one["name"], ""))
        for one in manifest["lists"]
    ]
    return report_context(
        published,
        _run_of(manifest),
        settings,
        banner=(manifest["reason"] or "").splitlines(),
        lists=lists,
        currency=manifest["reporting_currency"],
    )


def _write_pages(
    told: ReportContext,
    published: Path,
    manifest: dict[str, Any],
    settings: Settings,
    folder: Path,
) -> Path:
    """The site, with its downloads where the run keeps them: personal data is not copied."""
    from reports.reference import load_reference
    from reports.site import write_site

    for part in ("lists", "segments"):
        point(folder / part, published / part)
    files = [name for name in manifest["files"] if name.startswith(("lists/", "segments/"))]
    marts = published / "marts"
    reference = load_reference(marts, told.as_of)
    outcome, reason = manifest["outcome"], manifest["reason"]
    remembered = cast(Ledger, _Remembered(manifest, settings))
    handed = site_facts(_run_of(manifest), settings, remembered, outcome=outcome, reason=reason)
    pages = folder / "site"
    write_site(told, reference, pages, files, marts=marts, handed=handed, cache=settings.cache)
    return pages / "index.html"


class _Remembered:
    """What the manifests remember of what `site_facts` else asks the ledger."""

    def __init__(self, manifest: dict[str, Any], settings: Settings) -> None:
        self._inputs, self._runs = manifest["inputs"], settings.runs

    def known_files(self, *, statuses: list[str]) -> list[dict[str, Any]]:
        """The files of the run, with their counts."""
        return [
            {"file_id": one["file_id"], "counts": one["rows"] | {"notes": one["notes"]}}
            for one in self._inputs
        ]

    def run(self, run_id: str) -> None:
        """When the run was opened: nobody remembers."""

    def latest_runs(self, limit: int) -> list[dict[str, Any]]:
        """The runs that were finished, the newest business date first."""
        told = []
        for path in self._runs.glob("*/manifest.json"):
            one = json.loads(path.read_text(encoding="utf-8"))
            told.append(
                {name: one[name] for name in ("run_id", "as_of", "reason", "known_at")}
                | {"status": one["outcome"]}
            )
        return sorted(told, key=lambda one: (one["as_of"], one["run_id"]), reverse=True)[:limit]
