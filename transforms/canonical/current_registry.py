"""Current tables of what the shop and Suki say about metrics: words, targets, benchmarks, needs."""

from __future__ import annotations

import polars as pl

from transforms.canonical.contract import (
    Column,
    Table,
    date_column,
    flag_column,
    integer_column,
    text_column,
)

METRIC = text_column("metric", "Machine name of the metric.", required=True)
AVAILABILITIES = ("exact", "approximate", "unavailable")

REGISTRY: tuple[Table, ...] = (
    Table(
        "metrics",
        "One row per metric of the registry: what it means.",
        ("metric",),
        (
            METRIC,
            text_column("metric_id", "Question of the catalogue it answers, M1 to M44."),
            text_column("title", "Name people read.", required=True),
            text_column("definition", "What it means, in one or two sentences.", required=True),
            text_column("numerator_words", "What is counted or added.", required=True),
            text_column("denominator_words", "What it is divided by; null where by nothing."),
            text_column("unit", "Unit of the value.", required=True),
            text_column("direction", "Which way is better: up, down or neither.", required=True),
            text_column("owner", "Who acts on it.", required=True),
            flag_column("is_proportion", "True where a share of things counted.", required=True),
            integer_column("headline_position", "Place in the executive's mail; null: not in it."),
            text_column("headline_period_type", "Period that stands in the mail."),
            flag_column(
                "rests_on_active_days", "True where it depends on the active window.", required=True
            ),
        ),
    ),
    Table(
        "metric_availability",
        "One row per question of the catalogue: whether this run's data can answer it.",
        ("metric_id",),
        (
            text_column("metric_id", "M1 to M44.", required=True),
            integer_column("position", "Number of the question.", required=True),
            text_column("title", "The question in words.", required=True),
            text_column("answered_by", "Marts that answer it.", required=True),
            text_column(
                "availability",
                "Whether the inputs are there.",
                required=True,
                allowed=AVAILABILITIES,
            ),
            text_column("reason", "What is missing, in words; null where exact."),
            text_column("needs", "Inputs and history the question needs.", required=True),
        ),
    ),
    Table(
        "targets",
        "One row per target the owner has set.",
        ("metric", "period_type", "valid_from"),
        (
            METRIC,
            text_column("period_type", "Period the target is for.", required=True),
            date_column("valid_from", "First day it holds for.", required=True),
            Column("target_value", pl.Float64, "Value to reach; null where a step is asked for."),
            Column(
                "step_value",
                pl.Float64,
                "Improvement on the period before that is asked for, such as a few points a quarter.",
            ),
            text_column("note", "Why, in the owner's words."),
        ),
    ),
    Table(
        "benchmarks",
        "One row per published claim: context with its source and caveat, never a target.",
        ("benchmark",),
        (
            text_column("benchmark", "Short name of the claim.", required=True),
            text_column("metric", "Metric it is about; null where about none of ours."),
            text_column("claim", "What is claimed.", required=True),
            Column("value", pl.Float64, "The number claimed, where there is one."),
            text_column("unit", "Unit of the number."),
            text_column("source", "Who claims it.", required=True),
            text_column("caveat", "Why it is no target.", required=True),
            text_column("contradicted_by", "Other claim it cannot be true together with."),
        ),
    ),
)
