"""A person's word before anything goes to customers, asked for in Airflow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlparse

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowSkipException

APPROVE = "Approve"
REJECT = "Reject"
# What `[contact] approval_expires_after_hours` may be at most; each run takes the setting itself.
LONGEST_WAIT = timedelta(hours=168)


class CampaignApproval(HITLOperator):
    """Ask one question about everything that one publication would send.

    Skipped, and what follows with it, where nothing waits for approval and where nobody answers
    in time. Airflow's own ApprovalOperator would skip `decide` on a rejection, and nobody could
    read in the ledger who rejected.
    """

    template_fields = (*HITLOperator.template_fields, "asked")

    def __init__(self, *, asked: Any, **arguments: Any) -> None:
        """Take what `pipeline.ask_approval` returned: campaigns with counts, no personal data."""
        super().__init__(
            subject="Messages wait for approval",
            options=[APPROVE, REJECT],
            defaults=REJECT,  # without a default, Airflow fails a task that nobody answers
            response_timeout=LONGEST_WAIT,
            **arguments,
        )
        self.asked = asked

    def execute(self, context: Any) -> Any:
        """Put the question and let go of the worker."""
        from suki.settings import Settings

        if not self.asked["pending"]:
            raise AirflowSkipException(self.asked["why_silent"] or "nothing waits for approval")
        hours = Settings().business.contact.approval_expires_after_hours
        self.subject, self.body = question(self.asked, hours)
        self.response_timeout = timedelta(hours=hours)
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:
        """Return whether it was approved, and by whom."""
        if event["timedout"]:
            raise AirflowSkipException("nobody answered in time; nothing was sent")
        answer = super().execute_complete(context, event)
        return {
            "is_approved": answer["chosen_options"] == [APPROVE],
            "by": answer["responded_by_user"]["name"],
        }


def question(asked: dict[str, Any], hours: int) -> tuple[str, str]:
    """Subject and markdown body: counts and a link, since Airflow stores both."""
    pending = asked["pending"]
    people = sum(campaign["people"] for campaign in pending)
    # Without host and port: the embedded Airflow's port may be another one tomorrow.
    mounted_at = urlparse(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
    page = f"{mounted_at}/suki/approvals/{quote(asked['run_id'])}/"
    rows = [
        f"| {_in_cell(one['title'])} | `{one['campaign']}` | {one['people']} |" for one in pending
    ]
    body = "\n".join(
        [
            "| Message | Campaign | People |",
            "|---|---|---:|",
            *rows,
            "",
            f"[Samples and the rendered messages]({page}) (for whoever may answer this).",
            "",
            f"**{APPROVE}** sends all of these. **{REJECT}** sends none of them. Some of them only: "
            "`suki approve`. Without an answer "
            f"within {hours} hours nothing is sent.",
        ]
    )
    campaigns = "1 campaign" if len(pending) == 1 else f"{len(pending)} campaigns"
    messages = "1 message" if people == 1 else f"{people} messages"
    return f"{asked['as_of']}: {messages} of {campaigns}", body


def campaigns_shown(asked: dict[str, Any]) -> list[str]:
    """What the question named; a campaign that asks later is not decided by this answer."""
    return [campaign["campaign"] for campaign in asked["pending"]]


def _in_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
