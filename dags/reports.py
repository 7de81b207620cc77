"""**Purpose.** Send the executives the weekly and monthly report, each period exactly once.

Runs once for each published business date; a report goes out on the first night after its week or
month is complete (`[mail.weekly]`, `[mail.monthly]` in suki.toml). Only the newest date contacts
anyone: for an older one the task succeeds and says that it told nobody.

**Triage.** `report` failed: the mail server was not reached or refused somebody, or a mail could
not be made. Clear the task, or let the next night do it: the outbox knows what was sent. A mail
listed as *uncertain* in `suki status` is never sent again by itself: ask the recipient first.
"""

from __future__ import annotations

from _defaults import (
    EVERY_PUBLICATION,
    PUBLICATION,
    PUBLICATION_FORM,
    TASK_DEFAULTS,
    mail_server,
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
    """The reports of one publication."""

    @task(inlets=[PUBLICATION])
    def report(**context):
        return pipeline.report(published_run_id(context), mail_server())

    report()


reports()
