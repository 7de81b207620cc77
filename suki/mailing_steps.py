"""Asking for approval, deciding, and sending: the three steps of customer mail."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from suki import approvals
from suki.approval_samples import write_samples
from suki.errors import SukiError
from suki.ledger import Ledger
from suki.sending import mailings, send_approved
from suki.settings import Settings

log = logging.getLogger("suki")


def ask(run_id: str, as_of: str, settings: Settings, ledger: Ledger) -> list[dict[str, Any]]:
    """Write samples and ask in the ledger; no personal data is returned.

    Returns:
        campaign, title, people and content_sha256 of every mailing that waits.
    """
    from datetime import timedelta

    found = [one for one in mailings(run_id, as_of, settings, ledger) if one.people.height]
    if not found:
        return []
    folder = write_samples(run_id, as_of, found, settings)
    hours = timedelta(hours=settings.business.contact.approval_expires_after_hours)
    pending: list[dict[str, Any]] = []
    for one in found:
        standing = approvals.ask(
            ledger,
            as_of=as_of,
            campaign=one.name,
            run_id=run_id,
            content_sha256=one.content_sha256,
            people_count=one.people.height,
            expires_after=hours,
        )
        if standing.status == "pending":
            pending.append(
                {
                    "campaign": one.name,
                    "title": one.campaign.title,
                    "people": one.people.height,
                    "content_sha256": one.content_sha256,
                }
            )
    if pending:
        people = sum(one["people"] for one in pending)
        log.info(
            "%d messages of %d campaigns wait for approval: look at %s, then `suki approve` and `suki send`",
            people, len(pending), folder / "index.html",
        )  # fmt: skip
    return pending


def settle(
    run_id: str,
    as_of: str,
    campaigns: Iterable[str] | None,
    *,
    approve: bool,
    by: str,
    ledger: Ledger,
) -> dict[str, str]:
    """Approve or reject what waits of a run; what was decided before stays as it is.

    Args:
        campaigns: names; None for all that wait.

    Returns:
        campaign -> its status now, or `of_another_run` where the question was about older words.
    """
    standing = {one.campaign: one for one in approvals.of_date(ledger, as_of)}
    wanted = list(standing) if campaigns is None else list(campaigns)
    told = {}
    for name in wanted:
        one = standing.get(name)
        if one is None or one.run_id != run_id:
            told[name] = "of_another_run" if one else "not_asked"
        elif one.status in approvals.OPEN:
            decided = approvals.decide(
                ledger, as_of, name, approve=approve, by=by, content_sha256=one.content_sha256
            )
            told[name] = decided.status
        else:
            told[name] = one.status
    return told


def send(run_id: str, as_of: str, settings: Settings, ledger: Ledger) -> dict[str, Any]:
    """Send what is approved.

    Raises:
        SukiError: some messages were refused by the server; the next try sends them.
    """
    outcomes, not_sent = send_approved(run_id, as_of, settings, ledger, log.info)
    if failed := outcomes["failed"]:
        raise SukiError(
            f"{failed} of {outcomes.total()} messages were not sent; `suki status` says why, "
            f"`suki send {run_id}` tries again"
        )
    return {"run_id": run_id, "messages": dict(outcomes), "not_sent": dict(not_sent)}
