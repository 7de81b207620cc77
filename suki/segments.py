"""Segments as the commands see them: the file in force, and what was published of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from suki.errors import ConfigurationError
from suki.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from transforms.segment_history import PreviousSegments
    from transforms.segment_rules import Segment

FILE = "segments.yml"
PRIOR_TABLES = ("segment_members", "segment_history", "segment_definitions")


@dataclass(frozen=True)
class Publication:
    """A published run, its tables read when asked for."""

    folder: Path
    as_of: date

    def table(self, name: str) -> pl.DataFrame:
        """A published table without the date in front of its rows.

        Raises:
            ConfigurationError: the publication has none of that name.
        """
        import polars as pl

        path = self.folder / "marts" / f"{name}.parquet"
        if not path.is_file():
            raise ConfigurationError(
                f"the publication of {self.as_of} has no {name}: it was made before Suki knew "
                "segments of segments.yml; `suki run` publishes it anew"
            )
        return pl.read_parquet(path).drop("as_of", strict=False)

    def has(self, name: str) -> bool:
        """True where the publication holds that table."""
        return (self.folder / "marts" / f"{name}.parquet").is_file()


def load_segments(settings: Settings) -> tuple[Segment, ...]:
    """The segments of the file in force, every rule checked.

    Raises:
        ConfigurationError: the file is wrong; the message names file, line and remedy.
    """
    from transforms import segment_rules
    from transforms.yaml_files import YamlFileError

    try:
        return segment_rules.load_segments(settings.config_file(FILE))
    except YamlFileError as error:
        raise ConfigurationError(str(error)) from error


def latest_publication(settings: Settings) -> Publication | None:
    """The newest publication, or None where nothing has been published."""
    return _publication(settings.published / "latest")


def published(settings: Settings) -> Publication:
    """The newest publication.

    Raises:
        ConfigurationError: nothing has been published yet.
    """
    found = latest_publication(settings)
    if found is None:
        raise ConfigurationError("nothing has been published yet; begin with `suki run`")
    return found


def previous_segments(settings: Settings, run_id: str | None) -> PreviousSegments | None:
    """The segment tables that a run builds upon.

    Args:
        run_id: of the newest publication before the run's business date; None: there is none.

    Returns:
        None where that publication knew no segments yet.
    """
    from transforms.segment_history import PreviousSegments

    found = _publication(settings.runs / run_id) if run_id else None
    if found is None or not all(found.has(name) for name in PRIOR_TABLES):
        return None
    tables = [found.table(name) for name in PRIOR_TABLES]
    return PreviousSegments(found.as_of, *tables)


def _publication(folder: Path) -> Publication | None:
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return None
    stated = json.loads(manifest.read_text(encoding="utf-8"))
    return Publication(folder.resolve(), date.fromisoformat(stated["as_of"]))
