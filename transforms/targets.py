"""Targets the owner sets, and published claims that are context: two YAML files in config/."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field, model_validator

from transforms.canonical import CURRENT
from transforms.metrics.registry import load_registry
from transforms.yaml_files import Strict, YamlFileError, load, nearest, place, read_yaml


class Target(Strict):
    """A value to reach, or an improvement on the period before."""

    metric: str
    period_type: Literal["week", "month", "quarter", "trailing_90"] = "month"
    valid_from: date
    value: float | None = None
    step: float | None = Field(None, gt=0)
    note: str | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Target:
        if (self.value is None) == (self.step is None):
            raise ValueError(
                "give either value, the figure to reach, or step, the improvement asked of each period"
            )
        return self


class TargetFile(Strict):
    """`config/targets.yml`."""

    targets: tuple[Target, ...] = ()


class Benchmark(Strict):
    """A claim with who says it and why it is no target."""

    benchmark: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    metric: str | None = None
    claim: str
    value: float | None = None
    unit: str | None = None
    source: str
    caveat: str
    contradicted_by: str | None = None


class BenchmarkFile(Strict):
    """`config/benchmarks.yml`."""

    benchmarks: tuple[Benchmark, ...] = ()


def targets_table(path: Path | None) -> pl.DataFrame:
    """The current table `targets`; empty without a file.

    Raises:
        YamlFileError: the file is wrong, names a metric that does not exist, or sets one target twice.
    """
    table = CURRENT["targets"]
    if path is None:
        return table.empty()
    found = load(path, TargetFile).targets
    _refuse_strangers(path, "targets", [one.metric for one in found])
    rows = [
        (one.metric, one.period_type, one.valid_from, one.value, one.step, one.note)
        for one in found
    ]
    frame = pl.DataFrame(rows, schema=table.schema, orient="row")
    repeated = frame.filter(frame.select(table.key).is_duplicated())
    if repeated.height:
        metric, period_type, valid_from, *_ = repeated.row(0)
        raise YamlFileError(
            f"{path}: {metric} has two targets for the {period_type} from {valid_from}; keep one"
        )
    return frame.sort(table.key)


def benchmarks_table(path: Path | None) -> pl.DataFrame:
    """The current table `benchmarks`; empty without a file.

    Raises:
        YamlFileError: the file is wrong, or names a metric or another claim that does not exist.
    """
    table = CURRENT["benchmarks"]
    if path is None:
        return table.empty()
    found = load(path, BenchmarkFile).benchmarks
    _refuse_strangers(path, "benchmarks", [one.metric for one in found])
    names = [one.benchmark for one in found]
    for one in found:
        if one.contradicted_by is not None and one.contradicted_by not in names:
            raise YamlFileError(
                f"{path}: {one.benchmark} is contradicted by {one.contradicted_by!r}, which is not there"
                f"{nearest(one.contradicted_by, names)}"
            )
    rows = [tuple(one.model_dump()[name] for name in table.schema.names()) for one in found]
    return pl.DataFrame(rows, schema=table.schema, orient="row").sort(table.key)


def _refuse_strangers(path: Path, key: str, metrics: list[str | None]) -> None:
    known = [one.metric for one in load_registry()]
    for number, metric in enumerate(metrics):
        if metric is not None and metric not in known:
            spot = place(read_yaml(path), (key, number, "metric"))
            raise YamlFileError(
                f"{path}{spot}: no such metric as {metric!r}{nearest(metric, known)}"
            )
