"""The shop's own people whose mail came back: owner, marketer, executives, by the messages feed.

A provider's export of bounces and complaints speaks of every mail it carried. For customers the
contact arbiter reads it; here it is read for whom Suki itself writes to.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from suki import owner
from suki.building import canonical_store
from suki.ledger import Ledger
from suki.settings import Settings
from suki.unsubscribe import address_key

log = logging.getLogger("suki")
WORDS = {
    "bounced": "mail to {place} came back on {day}: mend the address in suki.toml",
    "complained": "{place} marked a mail as unwanted on {day}: ask them, or take them off suki.toml",
}


@dataclass(frozen=True)
class CameBack:
    """One address of suki.toml, named by its place there, to which mail no longer gets."""

    place: str
    event: str
    day: date

    def __str__(self) -> str:
        return WORDS[self.event].format(place=self.place, day=self.day)


def came_back(settings: Settings, ledger: Ledger) -> list[CameBack]:
    """Whose mail bounced or was complained of, and nothing has arrived there since."""
    from transforms.returned_mail import returned_mail

    secret = settings.identity_secret()
    place_of = {address_key(address, secret): place for place, address in _addresses(settings)}
    messages = canonical_store(settings, ledger.known_files()).table("messages")
    found = [
        CameBack(place_of[key], event, at.astimezone(settings.timezone).date())
        for key, event, at in returned_mail(messages, place_of).iter_rows()
    ]
    return sorted(found, key=lambda one: one.place)


def tell_owner_what_came_back(as_of: str, run_id: str, settings: Settings, ledger: Ledger) -> None:
    """Tell the owner of each such address once; of their own only the log and `suki status` can."""
    for one in came_back(settings, ledger):
        log.warning("%s", one)
        if one.place != "mail.owner":
            owner.tell(
                settings, ledger, as_of=as_of, run_id=run_id, step="report", broken=(str(one),),
                is_published=True, once_for=one.day.isoformat(), log_path="suki status",
            )  # fmt: skip


def _addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    """Place in suki.toml, and the bare address there; the owner's place wins, who has two."""
    from email.utils import parseaddr

    mail = settings.business.mail
    for cadence, report in mail.reports.items():
        for number, one in enumerate(report.recipients, 1):
            yield f"mail.{cadence}.recipients (entry {number})", parseaddr(one.address)[1]
    yield "mail.marketer", parseaddr(mail.marketer)[1]
    yield "mail.owner", parseaddr(mail.owner)[1]
