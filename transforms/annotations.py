"""Dated notes of the shop itself, `config/events.yml`, beside those of the annotations feed (M5)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field, field_validator, model_validator

from transforms.canonical import CURRENT
from transforms.canonical.contract import ANNOTATION_KINDS
from transforms.yaml_files import Strict, YamlFileError, line, load, read_yaml

#: What stands as the source of a note from `config/events.yml`.
SOURCE = "config"


class Event(Strict):
    """One note: what happened, and the days on which it may have moved a figure."""

    starts_on: date
    ends_on: date | None = None
    kind: Literal["campaign", "price", "holiday", "season", "outage", "competitor", "other"]
    title: str = Field(min_length=1)

    @field_validator("title")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("a note without words explains nothing")
        return " ".join(value.split())

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Event:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError(f"ends on {self.ends_on}, before it begins on {self.starts_on}")
        return self


class Events(Strict):
    """The whole of `events.yml`."""

    events: tuple[Event, ...] = ()


assert set(ANNOTATION_KINDS) == set(Event.model_fields["kind"].annotation.__args__)  # type: ignore[union-attr]


def load_events(path: Path | None) -> pl.DataFrame:
    """The notes of a file, in the shape of the current annotations; none without a file.

    Raises:
        YamlFileError: the file is wrong; the message names file, line and remedy.
    """
    table = CURRENT["annotations"]
    if path is None or (content := read_yaml(path)) is None:
        return table.empty()
    events = load(path, Events).events
    seen: set[tuple[date, str, str]] = set()
    for position, event in enumerate(events):
        key = (event.starts_on, event.kind, event.title)
        if key in seen:
            raise YamlFileError(
                f"{path}{line(content['events'], position)}: {event.title!r} on {event.starts_on} "
                "stands here twice; take one out"
            )
        seen.add(key)
    rows = [{"source": SOURCE, **event.model_dump()} for event in events]
    return table.conform(pl.DataFrame(rows)) if rows else table.empty()


def with_events(annotations: pl.DataFrame, path: Path | None, as_of: date) -> pl.DataFrame:
    """The current annotations and the shop's own notes that have begun by as_of.

    Args:
        annotations: the current annotations, from the feed.

    Raises:
        YamlFileError: as `load_events` does.
    """
    table = CURRENT["annotations"]
    begun = load_events(path).filter(pl.col("starts_on") <= as_of)
    return pl.concat([table.conform(annotations), begun]).sort(table.key)
