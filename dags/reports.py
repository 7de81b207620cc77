"""**Purpose.** Send the KPI mail of a publication, exactly once.

Runs once for each published business date. Only the newest date contacts anyone: for an older one
the task succeeds and says that it told nobody.

**Triage.** `report` failed: the mail server was not reached or refused. Clear the task: the outbox
knows what was sent already. A mail listed as *uncertain* in `suki status` is never sent again by
itself: ask the recipient first.
"""

from __future__ import annotations

from _defaults import (
    EVERY_PUBLICATION,
    PUBLICATION,
    PUBLICATION_FORM,
    TASK_DEFAULTS,
    published_run_id,
)
from airflow.sdk import dag, task

from suki import pipeline


@dag(
    schedule=EVERY_PUBLICATION,
    catchup=False,
    max_active_runs=1,
    tags=["contact"],
    params=PUBLICATION_FORM,
    default_args=TASK_DEFAULTS,
    doc_md=__doc__,
)
def reports():
    """The KPI mail of one publication."""

    @task(inlets=[PUBLICATION])
    def report(**context):
        return pipeline.report(published_run_id(context))

    report()


reports()
