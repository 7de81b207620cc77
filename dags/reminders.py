"""**Purpose.** Check consent one last time and hand the reminder lists to the marketer.

Runs once for each published business date. Only the newest date contacts anyone.

**Triage.** `remind` failed: clear the task, it hands over each list once. A list that is shorter
than yesterday's is no failure: consent was withdrawn in between, and the task's log counts by
reason who was left out.
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
def reminders():
    """The reminder lists of one publication."""

    @task(inlets=[PUBLICATION])
    def remind(**context):
        return pipeline.remind(published_run_id(context))

    remind()


reminders()
