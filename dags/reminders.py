"""**Purpose.** Hand the lists to the marketer, and send to customers what a person has approved.

Once for each published business date; only the newest contacts anyone.

**Triage.** Clear what failed: nobody gets anything twice. `remind`: a list shorter than yesterday's
is no failure, its log counts why. `ask_approval`: its log names the campaign that has no samples.
`approve` waits under Required Actions; skipped: nothing to send, or nobody answered in time, and
nothing was sent. Cleared, it asks again. `decide`: what `suki approve` or a newer date settled
before stays as it is. `send`: the mail server refused; cleared, it goes on where it stopped.
"""

from __future__ import annotations

from _approval import CampaignApproval, campaigns_shown
from _defaults import EVERY_PUBLICATION, PUBLICATION, PUBLICATION_FORM, TASK_DEFAULTS, mail_server
from _defaults import published_run_id as published
from airflow.sdk import dag, task

from suki import pipeline


@dag(
    schedule=EVERY_PUBLICATION,
    catchup=False,
    max_active_runs=200,  # a question still unanswered must not hold up the next lists
    tags=["contact"],
    params=PUBLICATION_FORM,
    default_args=TASK_DEFAULTS,
    doc_md=__doc__,
)
def reminders():
    """The lists and the messages of one publication."""

    @task(inlets=[PUBLICATION])
    def remind(**context):
        return pipeline.remind(published(context), mail_server())

    @task(inlets=[PUBLICATION])
    def ask_approval(**context):
        return pipeline.ask_approval(published(context))

    @task.short_circuit
    def decide(asked, answer):
        approves, shown = answer["is_approved"], campaigns_shown(asked)
        done = pipeline.decide(asked["run_id"], shown, approve=approves, by=answer["by"])
        return done if approves else None

    @task
    def send(asked):
        return pipeline.send(asked["run_id"], mail_server())

    remind()
    asked = ask_approval()
    answer = CampaignApproval(task_id="approve", asked=asked).output
    decide(asked, answer) >> send(asked)


reminders()
