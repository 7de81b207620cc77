"""The page "Lists for today": whom to reach, on which channel, who was left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.contexts import ListSummary
from reports.handed import CampaignFacts
from reports.pages.page import Download, Page, Reading
from reports.words import N_

READY = "send"
#: Why somebody with a reason to be on a list is not, as the end of "3 people ...".
LEFT_OUT = {
    "erased": N_("asked to be forgotten"),
    "unsubscribed": N_("unsubscribed"),
    "no_consent": N_("gave no consent for this channel"),
    "no_address": N_("no address for this channel"),
    "bounced": N_("their address bounces"),
    "open_complaint": N_("an open complaint comes first"),
    "global_holdout": N_("never written to, to measure all campaigns together"),
    "campaign_holdout": N_("kept back, to measure this campaign"),
    "expired": N_("the reason is too old by now"),
    "cooldown": N_("had this message a short while ago"),
    "frequency_cap": N_("had enough messages lately"),
    "same_address": N_("shares an address with somebody on the list"),
    "outranked": N_("gets a more important message today"),
}
CHANNELS = {
    "email": N_("E-mail"),
    "sms": N_("Text message"),
    "push": N_("Push message"),
    "phone": N_("Phone call"),
    "post": N_("Letter"),
    "review": N_("For a person to look at"),
}


@dataclass(frozen=True)
class Outcome:
    """One row of `contact_outcomes`."""

    campaign: str
    outcome: str
    people_count: int
    eligible_count: int


@dataclass(frozen=True)
class ListShown:
    """A list as the page tells of it: ready + left out = people with a reason to be on it."""

    summary: ListSummary
    facts: CampaignFacts | None
    eligible_count: int
    left_out: tuple[Outcome, ...]
    files: tuple[Download, ...]

    @property
    def left_out_count(self) -> int:
        """People with a reason to be on the list who are not."""
        return sum(one.people_count for one in self.left_out)


def values(reading: Reading) -> dict[str, Any]:
    """The lists with somebody on them, the longest first; those with nobody apart."""
    outcomes: dict[str, list[Outcome]] = {}
    for row in reading.rows("contact_outcomes", Outcome):
        outcomes.setdefault(row.campaign, []).append(row)
    shown = [_shown(one, outcomes.get(one.name, []), reading) for one in reading.context.lists]
    ready = sorted(
        (one for one in shown if one.summary.rows),
        key=lambda one: (-one.summary.rows, one.summary.name),
    )
    return {
        "ready": tuple(ready),
        "empty": tuple(
            sorted((one for one in shown if not one.summary.rows), key=lambda one: one.summary.name)
        ),
        "message_count": sum(one.summary.rows for one in ready),
        "waiting_count": sum(1 for one in ready if one.facts and one.facts.is_sent_by_suki),
        "left_out_words": LEFT_OUT,
        "channels": CHANNELS,
    }


def _shown(one: ListSummary, outcomes: list[Outcome], reading: Reading) -> ListShown:
    left_out = [row for row in outcomes if row.outcome != READY and row.people_count]
    if not outcomes:  # a run that decided nothing still knows what the list itself says
        left_out = [
            Outcome(one.name, why, number, one.rows + sum(one.suppressed.values()))
            for why, number in one.suppressed.items()
        ]
    told = sorted(left_out, key=lambda row: (-row.people_count, row.outcome))
    return ListShown(
        summary=one,
        facts=reading.handed.campaigns.get(one.name),
        eligible_count=one.rows + sum(row.people_count for row in told),
        left_out=tuple(told),
        files=tuple(reading.files.get(f"lists/{one.name}", ())),
    )


PAGE = Page("lists.html", N_("Lists for today"), values)
