"""Which questions of the catalogue a source, or a run, can answer, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl
from pydantic import Field, model_validator

from transforms.canonical import CURRENT
from transforms.fields import FEED_FIELDS
from transforms.metrics.registry import FOLDER
from transforms.sources import SourceDefinition
from transforms.yaml_files import Strict, load, nearest

RETURN_DOCUMENT = "orders.return_document"
#: Set by the owner, whatever the source.
TARGETS = "config.targets"


class Input(Strict):
    """Something a question may need: in words, as fields of feeds, as columns of a run."""

    words: str
    fields: tuple[str, ...] = Field(min_length=1)
    column: str


class Question(Strict):
    """One question of the catalogue and its needs."""

    id: str = Field(pattern=r"^M\d+$")
    title: str
    answered_by: tuple[str, ...] = Field(min_length=1)
    needs: tuple[str, ...] = Field(min_length=1)
    better_with: dict[str, str] = Field(default_factory=dict)
    history_days: int = Field(0, ge=0)


class Catalogue(Strict):
    """The whole file."""

    inputs: dict[str, Input]
    questions: tuple[Question, ...]

    @model_validator(mode="after")
    def _inputs_exist(self) -> Catalogue:
        known = {f"{feed}.{name}" for feed, names in FEED_FIELDS.items() for name in names}
        for one in self.inputs.values():
            for name in set(one.fields) - known - {RETURN_DOCUMENT, TARGETS}:
                raise ValueError(f"inputs: no feed has the field {name}{nearest(name, known)}")
        for question in self.questions:
            for name in (*question.needs, *question.better_with):
                if name not in self.inputs:
                    raise ValueError(
                        f"{question.id}: no such input as {name}{nearest(name, self.inputs)}"
                    )
        return self


@dataclass(frozen=True)
class Verdict:
    """What can be said of one question."""

    question: Question
    availability: str
    reason: str | None


@cache
def load_catalogue() -> Catalogue:
    """The questions M1 to M44 and their needs.

    Raises:
        YamlFileError: the file is wrong, or a question needs an input nobody describes.
    """
    return load(FOLDER / "catalogue.yml", Catalogue)


def of_sources(definitions: Iterable[SourceDefinition]) -> list[Verdict]:
    """What files of these sources could answer together, were their history long enough."""
    given = {TARGETS}
    for definition in definitions:
        given |= {f"{definition.feed}.{name}" for name in definition.columns}
        if definition.feed == "orders":
            given |= {"orders.order_id"}
            if definition.return_orders or definition.negative_quantities == "return":
                given.add(RETURN_DOCUMENT)
    return _verdicts(lambda one: bool(given & set(one.fields)), None)


def of_run(tables: Mapping[str, pl.DataFrame], as_of: date) -> pl.DataFrame:
    """The current table `metric_availability`: what the data of one run can answer.

    Args:
        tables: the current tables of the run.
    """
    orders = tables["orders"]
    first = orders["order_date"].min()
    history = (as_of - first).days + 1 if isinstance(first, date) else 0
    catalogue = load_catalogue()
    rows = [
        {
            "metric_id": one.question.id,
            "position": int(one.question.id[1:]),
            "title": one.question.title,
            "answered_by": ", ".join(one.question.answered_by),
            "availability": one.availability,
            "reason": one.reason,
            "needs": _needs(one.question, catalogue),
        }
        for one in _verdicts(lambda one: _is_filled(one.column, tables), history)
    ]
    table = CURRENT["metric_availability"]
    return table.conform(pl.DataFrame(rows, schema=table.schema)).sort(table.key)


def _verdicts(has: Callable[[Input], bool], history: int | None) -> list[Verdict]:
    catalogue = load_catalogue()
    present = {name: has(one) for name, one in catalogue.inputs.items()}
    return [_verdict(question, catalogue, present, history) for question in catalogue.questions]


def _verdict(
    question: Question, catalogue: Catalogue, present: Mapping[str, bool], history: int | None
) -> Verdict:
    missing = [catalogue.inputs[name].words for name in question.needs if not present[name]]
    if missing:
        return Verdict(question, "unavailable", "needs " + " and ".join(missing))
    if history is not None and history < question.history_days:
        told = f"needs {question.history_days} days of history; there are {history}"
        return Verdict(question, "unavailable", told)
    lesser = [told for name, told in question.better_with.items() if not present[name]]
    if lesser:
        return Verdict(question, "approximate", "; ".join(lesser))
    return Verdict(question, "exact", None)


def _needs(question: Question, catalogue: Catalogue) -> str:
    needs = [catalogue.inputs[name].words for name in question.needs]
    if question.history_days:
        needs.append(f"{question.history_days} days of history")
    return "; ".join(needs)


def _is_filled(column: str, tables: Mapping[str, pl.DataFrame]) -> bool:
    """True where any alternative `table.column`, `table.column=value` or `table.column>0` holds."""
    return any(_holds(part, tables) for part in column.split("|"))


def _holds(part: str, tables: Mapping[str, pl.DataFrame]) -> bool:
    place, _, value = part.partition("=")
    place, above, _ = place.partition(">")
    table, _, name = place.partition(".")
    values = tables[table][name]
    if value:
        return bool((values == value).any())
    if above:
        return bool((values > 0).any())
    return bool(values.any()) if values.dtype == pl.Boolean else values.null_count() < len(values)
