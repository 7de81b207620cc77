"""What a run makes of what the shop has written down: metrics, targets, notes, promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from suki.errors import ConfigurationError
from suki.runs import Run
from suki.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from transforms.support import SupportDesk
    from transforms.themes import CommentBox


def configured_tables(
    run: Run, settings: Settings, tables: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """The current tables `metrics`, `metric_availability`, `targets`, `benchmarks`, `annotations`.

    Args:
        tables: the other current tables of the run.

    Raises:
        ConfigurationError: a file in config/ is wrong; the message names file, line and remedy.
    """
    from transforms import annotations, targets
    from transforms.metrics import availability, registry
    from transforms.yaml_files import YamlFileError

    # A mistake in one of these is told before anything is built.
    support_desk(tables["tickets"], settings)
    comment_box(tables["answers"], tables["responses"], settings)
    try:
        targets_set = targets.targets_table(settings.config_file("targets.yml"))
        notes = annotations.with_events(
            tables["annotations"], settings.config_file("events.yml"), run.business_date
        )
        known = {**tables, "targets": targets_set, "annotations": notes}
        return {
            "metrics": registry.metrics_table(),
            "metric_availability": availability.of_run(known, run.business_date),
            "targets": targets_set,
            "benchmarks": targets.benchmarks_table(settings.config_file("benchmarks.yml")),
            "annotations": notes,
        }
    except YamlFileError as error:
        raise ConfigurationError(str(error)) from error


def support_desk(tickets: pl.DataFrame, settings: Settings) -> SupportDesk:
    """The tickets of a run with the opening hours and targets of `support.yml`.

    Raises:
        ConfigurationError: the file is wrong; the message names file, line and remedy.
    """
    from transforms.support import SupportDesk
    from transforms.support_policy import load_policy
    from transforms.yaml_files import YamlFileError

    try:
        policy = load_policy(settings.config_file("support.yml"))
    except YamlFileError as error:
        raise ConfigurationError(str(error)) from error
    store = settings.business.store
    return SupportDesk(tickets, policy, store.timezone, store.week_start)


def comment_box(answers: pl.DataFrame, responses: pl.DataFrame, settings: Settings) -> CommentBox:
    """The comments of a run with the dictionaries of `themes.yml`.

    Raises:
        ConfigurationError: the file is wrong; the message names file, line and remedy.
    """
    from transforms.themes import CommentBox, load_themes
    from transforms.yaml_files import YamlFileError

    try:
        return CommentBox(answers, responses, load_themes(settings.config_file("themes.yml")))
    except YamlFileError as error:
        raise ConfigurationError(str(error)) from error
