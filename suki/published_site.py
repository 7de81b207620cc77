"""What of a publication may be shown as a page: files of its site, as they were published."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suki.settings import Settings

DAY = re.compile(r"latest|[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: No name begins with a dot, so that no path leads upwards and nothing hidden is named.
NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}/){0,3}[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True)
class Publication:
    """A published run, reached through a pointer that stands now."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def run_id(self) -> str:
        """The run that stands for the date."""
        return str(self.manifest["run_id"])

    @property
    def as_of(self) -> str:
        """The business date."""
        return str(self.manifest["as_of"])


@dataclass(frozen=True)
class SiteFile:
    """A file of the site: its content, and the hash the manifest has of it."""

    content: bytes
    media_type: str
    sha256: str


def publication(settings: Settings, day: str) -> Publication | None:
    """The publication of a business date, or of `latest`; None where nothing stands there.

    A held run, a run that tells an earlier belief, and whatever is no run of this shop are not
    shown, even where somebody has pointed at them by hand.
    """
    if not DAY.fullmatch(day):
        return None
    folder = (settings.published / day).resolve()
    if folder.parent != settings.runs.resolve():
        return None
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_public = manifest.get("outcome") in ("published", "banner") and not manifest.get("known_at")
    if manifest.get("run_id") != folder.name or not is_public:
        return None
    return Publication(folder, manifest)


def date_of_run(settings: Settings, run_id: str) -> str | None:
    """The business date that a run stands for now; None where it stands for none."""
    shown = publication(settings, run_id[:10])
    return shown.as_of if shown is not None and shown.run_id == run_id else None


def site_file(shown: Publication, name: str) -> SiteFile | None:
    """A file of the publication's site by its name below `site/`, or None where it has none.

    Only what the manifest lists is read, from the very place it names: a link is not followed.
    """
    counted = shown.manifest["files"].get(f"site/{name}")
    media_type = MEDIA_TYPES.get(Path(name).suffix) if NAME.fullmatch(name) else None
    if counted is None or media_type is None:
        return None
    path = shown.folder / "site" / name
    if path.resolve() != path or not path.is_file():
        return None
    return SiteFile(path.read_bytes(), media_type, counted["sha256"])


def dates(settings: Settings) -> list[str]:
    """The business dates with a publication, the newest first."""
    if not settings.published.is_dir():
        return []
    names = (pointer.name for pointer in settings.published.iterdir())
    return sorted((n for n in names if n != "latest" and publication(settings, n)), reverse=True)
