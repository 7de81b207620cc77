"""Approval before anything goes to customers: state in the ledger that expires to *not sent*.

One row per business date and campaign. What was approved is the words and the recipients that
were shown, told by a hash: a run made again with other people or words must be asked for anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, insert, select, update

from suki.errors import ConfigurationError
from suki.ledger import Ledger, clock, in_utc
from suki.ledger_tables import approvals

OPEN = ("pending", "approved")


@dataclass(frozen=True)
class Approval:
    """One campaign of one business date, and whether it may go out."""

    as_of: str
    campaign: str
    run_id: str
    content_sha256: str
    people_count: int
    status: str
    expires_at: datetime
    decided_by: str | None


def ask(
    ledger: Ledger,
    *,
    as_of: str,
    campaign: str,
    run_id: str,
    content_sha256: str,
    people_count: int,
    expires_after: timedelta,
) -> Approval:
    """Ask for approval of a campaign's messages, once for each content.

    Asked again with the same content, what was decided stands, and what is pending is now the
    question of the run that asks: a date made again with the same words and people must stay
    answerable. With another content it is pending anew, unless it went out already.
    """
    standing = of_campaign(ledger, as_of, campaign)
    values = {
        "run_id": run_id, "content_sha256": content_sha256, "people_count": people_count, "status": "pending",
        "asked_at": clock(), "expires_at": clock() + expires_after, "decided_at": None, "decided_by": None,
    }  # fmt: skip
    with ledger.transaction() as connection:
        if standing is None:
            connection.execute(insert(approvals).values(as_of=as_of, campaign=campaign, **values))
        elif standing.content_sha256 != content_sha256 and standing.status != "done":
            connection.execute(_row(as_of, campaign).values(**values))
        elif standing.status == "pending":
            connection.execute(_row(as_of, campaign).values(run_id=run_id))
    found = of_campaign(ledger, as_of, campaign)
    assert found is not None
    return found


def decide(
    ledger: Ledger,
    as_of: str,
    campaign: str,
    *,
    approve: bool,
    by: str,
    content_sha256: str | None = None,
) -> Approval:
    """Approve or reject a pending campaign.

    Args:
        content_sha256: what the decider was shown; None to decide on what stands.

    Raises:
        ConfigurationError: nothing is pending under that name, it has expired, something else
            than what was shown would go out, or it changed at this very moment.
    """
    standing = of_campaign(ledger, as_of, campaign)
    if standing is None:
        raise ConfigurationError(f"nothing of campaign {campaign!r} waits for approval on {as_of}")
    if standing.status not in OPEN:
        raise ConfigurationError(
            f"campaign {campaign!r} of {as_of} is {standing.status} and cannot be decided any more"
        )
    if content_sha256 is not None and content_sha256 != standing.content_sha256:
        raise ConfigurationError(
            f"campaign {campaign!r} of {as_of} has changed since it was shown; look at it again"
        )
    with ledger.transaction() as connection:
        changed = connection.execute(
            update(approvals)
            .where(
                approvals.c.as_of == as_of,
                approvals.c.campaign == campaign,
                approvals.c.status.in_(OPEN),
                approvals.c.content_sha256 == standing.content_sha256,
            )
            .values(status="approved" if approve else "rejected", decided_at=clock(), decided_by=by)
        ).rowcount
    if not changed:
        raise ConfigurationError(
            f"campaign {campaign!r} of {as_of} has changed just now; look at it again"
        )
    decided = of_campaign(ledger, as_of, campaign)
    assert decided is not None
    return decided


def finish(ledger: Ledger, as_of: str, campaign: str) -> None:
    """Remember that everybody approved of was written to; what was not approved stays as it is.

    An approval that ran out while its messages were on their way was used all the same.
    """
    with ledger.transaction() as connection:
        connection.execute(
            update(approvals)
            .where(
                approvals.c.as_of == as_of,
                approvals.c.campaign == campaign,
                approvals.c.status.in_(("approved", "expired")),
                approvals.c.decided_by.is_not(None),
            )
            .values(status="done")
        )


def of_campaign(ledger: Ledger, as_of: str, campaign: str) -> Approval | None:
    """The approval of one campaign and date, None where it was never asked for."""
    return next((one for one in of_date(ledger, as_of) if one.campaign == campaign), None)


def of_date(ledger: Ledger, as_of: str) -> list[Approval]:
    """Every approval asked for on a business date, by campaign; what has run out is expired."""
    expire(ledger)
    query = select(approvals).where(approvals.c.as_of == as_of).order_by(approvals.c.campaign)
    with ledger.engine.connect() as connection:
        return [_approval(dict(row)) for row in connection.execute(query).mappings()]


def expire(ledger: Ledger) -> None:
    """What nobody approved in time, or approved and never sent in time, is not sent."""
    newest = ledger.newest_published()
    with ledger.transaction() as connection:
        is_open = approvals.c.status.in_(OPEN)
        late = is_open & (approvals.c.expires_at <= clock())
        connection.execute(update(approvals).where(late).values(status="expired"))
        if newest is not None:
            overtaken = is_open & (approvals.c.as_of < newest["as_of"])
            connection.execute(update(approvals).where(overtaken).values(status="expired"))


def _row(as_of: str, campaign: str) -> Update:
    return update(approvals).where(approvals.c.as_of == as_of, approvals.c.campaign == campaign)


def _approval(row: dict[str, Any]) -> Approval:
    kept = ("as_of", "campaign", "run_id", "content_sha256", "people_count", "status", "decided_by")
    return Approval(**{name: row[name] for name in kept}, expires_at=in_utc(row["expires_at"]))
