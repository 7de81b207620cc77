"""**Purpose.** Read what has landed, rebuild the answers for one business date, publish them.

On the clock that is the last date complete in the shop's zone: the night of 2 January publishes
1 January, and `airflow backfill create` over past nights publishes each and contacts nobody.
By hand the form decides; empty and without a date of its own, the newest date in the files.

**Triage.** Every step is harmless to repeat: clear the failed task and the rest follows.
`ingest`: a source does not fit its file; `suki doctor` names the file, the column, the remedy.
`build`, `score`: the table of models at the end of the task's log shows the one that failed.
`publish` failed as *held*: a check at the door out refused. The last good publication stands and
no mail went out; the reason is in `suki status`.
"""

from __future__ import annotations

from _defaults import NIGHTLY_CLOCK, NIGHTLY_FORM, PUBLICATION, TASK_DEFAULTS, WAREHOUSE_POOL
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

from suki import pipeline


@dag(
    schedule=NIGHTLY_CLOCK,
    catchup=False,
    max_active_runs=1,
    tags=["build"],
    params=NIGHTLY_FORM,
    default_args={**TASK_DEFAULTS, "pool": WAREHOUSE_POOL, "multiple_outputs": False},
    doc_md=__doc__,
)
def nightly():
    @task
    def ingest(params=None, logical_date=None):
        night = pipeline.business_date(logical_date) if logical_date else "latest"
        return pipeline.ingest(params["as_of"] or night, params["known_at"])

    @task
    def build(run):
        return pipeline.build(run["run_id"])

    @task
    def score(run):
        return pipeline.score(run["run_id"])

    @task(outlets=[PUBLICATION])
    def publish(run, outlet_events=None):
        published = pipeline.publish(run["run_id"])
        if published["outcome"] == "held":
            raise AirflowFailException(f"held: {published['reason']}")
        outlet_events[PUBLICATION].extra = {key: published[key] for key in ("run_id", "as_of")}
        outlet_events[PUBLICATION].add_partitions(published["as_of"])
        return published

    run = ingest()
    build(run) >> score(run) >> publish(run)


nightly()
