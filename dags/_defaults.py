"""What the DAGs share: the clock, the pool, the asset, the retries, and whom a failure tells."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from airflow.sdk import (
    Asset,
    ExceptionRetryPolicy,
    IdentityMapper,
    Param,
    PartitionedAssetTimetable,
    RetryAction,
    RetryRule,
)

# 03:30 in UTC is past midnight from London to Auckland; a shop west of that sets its own hour.
# "never" keeps `suki run` from also starting the night that the clock missed.
_CLOCK = os.environ.get("SUKI_NIGHTLY_CRON", "30 3 * * *")
NIGHTLY_CLOCK = None if _CLOCK == "never" else _CLOCK

# DuckDB has one writer: every task that opens the warehouse waits for this pool's only slot.
WAREHOUSE_POOL = "warehouse"

# Emitted once per publication, with the business date as partition key: one run of each
# consumer per key, also when a backfill publishes several dates within a second.
PUBLICATION = Asset("suki_publication")
EVERY_PUBLICATION = PartitionedAssetTimetable(
    assets=PUBLICATION, default_partition_mapper=IdentityMapper()
)

NIGHTLY_FORM = {
    "as_of": Param(
        None,
        type=["null", "string"],
        pattern=r"^(\d{4}-\d{2}-\d{2}|latest)$",
        title="Business date",
        description="YYYY-MM-DD, or latest. Empty: the last complete one.",
    ),
    "known_at": Param(
        None,
        type=["null", "string"],
        format="date-time",
        title="Known at",
        description="Use only files that had arrived by this moment. Empty: all files.",
    ),
}
PUBLICATION_FORM = {
    "run_id": Param(
        None,
        type=["null", "string"],
        title="Run",
        description="A published run. Empty: the one that started this, else the last one.",
    )
}


def announce(published: dict[str, Any], event: Any) -> None:
    """Put run and business date on the asset event, the date as the key that consumers run for."""
    event.extra = {key: published[key] for key in ("run_id", "as_of")}
    event.add_partitions(published["as_of"])


def published_run_id(context: dict[str, Any]) -> str:
    """Which publication a consumer works on: the form's, the one that started it, or the last."""
    if context["params"]["run_id"]:
        return context["params"]["run_id"]
    started_by = context["triggering_asset_events"].get(PUBLICATION)
    return (started_by or context["inlet_events"][PUBLICATION])[-1].extra["run_id"]


# A mail server kept by Airflow, in place of SUKI_SMTP_*; see README, Mail.
MAIL_CONNECTION = "suki_smtp"


def mail_server() -> dict[str, Any] | None:
    """The fields of the connection `suki_smtp`, for the pipeline only; None where there is none."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        found = Connection.get(MAIL_CONNECTION)
    except AirflowNotFoundException:
        return None
    fields = {
        name: getattr(found, name) for name in ("conn_id", "host", "port", "login", "password")
    }
    return fields | {"extra": found.extra_dejson}


def alert_owner(context: dict[str, Any]) -> None:
    """Tell the owner which task failed, for which business date, and where its log is."""
    from suki import pipeline
    from suki.errors import HeldError

    if isinstance(context.get("exception"), HeldError):
        return  # the pipeline has already told the owner, and why

    task, run = context["ti"], context["dag_run"]
    opened = task.xcom_pull(task_ids="ingest") or {}
    pipeline.alert_owner(
        dag_id=task.dag_id,
        task_id=task.task_id,
        as_of=opened.get("as_of") or run.partition_key or context["params"].get("as_of"),
        error=str(context.get("exception") or "the task's process ended without a word"),
        log_hint=f"dag_id={task.dag_id}/run_id={run.run_id}/task_id={task.task_id}",
        mail_server=mail_server(),
    )


# The same files and the same configuration fail the same way: no second try.
WILL_NOT_PASS = ["suki.errors.HeldError", "suki.errors.ConfigurationError"]

TASK_DEFAULTS = {
    "owner": "suki",
    # Finish a night that was begun before the next one of a backfill takes the pool's slot.
    "weight_rule": "upstream",
    # A person who waits at a terminal is told at once: `suki run` sets this to 0.
    "retries": int(os.environ.get("SUKI_TASK_RETRIES", "2")),
    "retry_delay": timedelta(minutes=2),
    "retry_policy": ExceptionRetryPolicy([RetryRule(WILL_NOT_PASS, RetryAction.FAIL)]),
    "execution_timeout": timedelta(hours=2),
    "on_failure_callback": alert_owner,
    "multiple_outputs": False,
}
WAREHOUSE_TASK = {**TASK_DEFAULTS, "pool": WAREHOUSE_POOL}
