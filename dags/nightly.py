"""**Purpose.** Read what has landed, rebuild the answers for one business date, publish them.

On the clock that is the last date complete in the shop's zone: the night of 2 January publishes
1 January, and `airflow backfill create` over past nights publishes each and contacts nobody.
By hand the form decides; left empty, the newest date in the files.

**Triage.** Clear the failed task; every step is harmless to repeat. `ingest`: a file does not fit
its source, `suki doctor` names column and remedy. `build`, `score`: the end of the log names the
model that failed. *Held*: a door refused, the last publication stands, `suki status` says why.
"""

from __future__ import annotations

from _defaults import NIGHTLY_CLOCK, NIGHTLY_FORM, PUBLICATION, WAREHOUSE_TASK, announce
from _defaults import mail_server as server
from airflow.sdk import dag, task

from suki import pipeline
from suki.errors import HeldError


@dag(
    schedule=NIGHTLY_CLOCK,
    catchup=False,
    max_active_runs=1,
    tags=["build"],
    params=NIGHTLY_FORM,
    default_args=WAREHOUSE_TASK,
    doc_md=__doc__,
)
def nightly():
    """One night: from the files that have landed to a publication."""

    @task
    def ingest(params=None, logical_date=None):
        night = pipeline.business_date(logical_date) if logical_date else "latest"
        return pipeline.ingest(params["as_of"] or night, params["known_at"])

    @task
    def build(run):
        return pipeline.build(run["run_id"], server())

    @task
    def score(run):
        return pipeline.score(run["run_id"])

    @task(outlets=[PUBLICATION])
    def publish(run, outlet_events=None):
        published = pipeline.publish(run["run_id"], server())
        if published["outcome"] == "held":
            raise HeldError(published["reason"])
        announce(published, outlet_events[PUBLICATION])
        return published

    run = ingest()
    build(run) >> score(run) >> publish(run)


nightly()
