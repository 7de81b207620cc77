"""Two beliefs about one business date, side by side: find or make both runs, write what moved."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suki import pipeline
from suki.errors import ConfigurationError
from suki.settings import Settings
from suki.storage import write_text, write_with

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Restatement:
    """What moved for one business date.

    Attributes:
        then_run, now_run: the runs compared.
        revenue: net sales per month, the events between and the residual.
        events: one row per order and kind.
        metrics: every observation that differs.
        folder: where the three stand as Parquet and CSV.
    """

    then_run: str
    now_run: str
    revenue: pl.DataFrame
    events: pl.DataFrame
    metrics: pl.DataFrame
    folder: Path


def restate(as_of: str, known_at: str) -> Restatement:
    """Compare what is believed now about a date with what was believed at a moment.

    Both sides are computed with today's definitions and settings, so whatever differs became
    known in between; `redefined` compares with what was published under older ones.

    Args:
        as_of: ISO date in the store's zone.
        known_at: moment of the earlier belief, ISO 8601.

    Raises:
        ConfigurationError: a date cannot be read, nothing is published for it, or nothing was known
            then.
        HeldError: a door refused one of the runs.
    """
    settings = Settings()
    # What stands is asked, never made: a run of the newest date would write to people.
    now = _published(as_of)
    then = pipeline.run(now[:10], known_at)["run_id"]
    return _compared(settings, then, now)


def redefined(then_run: str, now_run: str) -> Restatement:
    """Compare two publications of one date from the same files: what changed definitions did.

    Raises:
        ConfigurationError: a run is unknown, of another date, or from other files.
    """
    settings = Settings()
    then, now = (_manifest(settings, run_id) for run_id in (then_run, now_run))
    if then["as_of"] != now["as_of"]:
        raise ConfigurationError(
            f"{then_run} is of {then['as_of']} and {now_run} of {now['as_of']}; compare runs of one date"
        )
    files = [[one["sha256"] for one in manifest["inputs"]] for manifest in (then, now)]
    if files[0] != files[1]:
        raise ConfigurationError(
            f"{then_run} and {now_run} read different files; `suki restate` tells what became known"
        )
    return _compared(settings, then_run, now_run, kind="changed_definition")


def observations(metric: str, as_of: str, known_at: str | None) -> tuple[str, pl.DataFrame]:
    """All observations of a metric for a business date, as believed now or at a moment.

    Returns:
        The run asked, and the rows of `metric_observation`.

    Raises:
        ConfigurationError: no such metric, or nothing is published for the date.
    """
    import polars as pl

    from transforms.metrics.registry import load_registry
    from transforms.yaml_files import nearest

    names = [one.metric for one in load_registry()]
    if metric not in names:
        raise ConfigurationError(f"no such metric as {metric!r}{nearest(metric, names)}")
    settings = Settings()
    run_id = pipeline.run(as_of, known_at)["run_id"] if known_at else _published(as_of)
    table = pl.read_parquet(_mart(settings, run_id, "metric_observation"))
    return run_id, table.filter(pl.col("metric") == metric)


def _published(as_of: str) -> str:
    """The run published for a date, or for the newest one.

    Raises:
        ConfigurationError: there is none.
    """
    pointer = Settings().published / as_of
    if not pointer.exists():
        raise ConfigurationError(
            f"nothing is published for {as_of}; `suki run --as-of {as_of}` first"
        )
    return pointer.resolve().name


def _compared(settings: Settings, then: str, now: str, kind: str | None = None) -> Restatement:
    import polars as pl

    from transforms import restatement

    def side(run_id: str, table: str) -> pl.DataFrame:
        return pl.read_parquet(_mart(settings, run_id, table))

    events = restatement.order_events(side(then, "order_ledger"), side(now, "order_ledger"))
    if kind is not None:
        events = events.with_columns(kind=pl.lit(kind))
    revenue = restatement.revenue_restatement(
        side(then, "revenue_month"), side(now, "revenue_month"), events
    )
    metrics = restatement.moved_metrics(
        side(then, "metric_observation"), side(now, "metric_observation")
    )
    folder = settings.home / "restatements" / f"{then}_to_{now}"
    for name, frame in (("revenue", revenue), ("events", events), ("metrics", metrics)):
        write_with(folder / f"{name}.parquet", frame.write_parquet)
        write_text(folder / f"{name}.csv", frame.write_csv())
    return Restatement(then, now, revenue, events, metrics, folder)


def _manifest(settings: Settings, run_id: str) -> dict[str, Any]:
    path = settings.runs / run_id / "manifest.json"
    if not path.is_file():
        raise ConfigurationError(f"there is no run {run_id!r} in {settings.runs}")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _mart(settings: Settings, run_id: str, table: str) -> Path:
    path = settings.runs / run_id / "marts" / f"{table}.parquet"
    if not path.is_file():
        raise ConfigurationError(
            f"{path} is missing: run {run_id} was made by an older version; run its date again"
        )
    return path
