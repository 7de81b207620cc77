"""Messages to customers: samples to look at, approval asked for, then each sent at most once.

Nothing here decides who is written to: the published decisions do. What happened since they were
made can only take people off: a no, a message by another run, a newer business date.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from suki import approvals
from suki.contact_log import contacts_on, record_contact
from suki.delivery import Delivery
from suki.ledger import Ledger, clock
from suki.message_files import letterhead, load_templates
from suki.outreach_rules import campaigns_in_force
from suki.pulling import Offer, agreed_now
from suki.settings import Settings
from suki.unsubscribe import (
    Unsubscription,
    address_key,
    customer_mail_refusal,
    list_headers,
    unsubscribe_url,
)

if TYPE_CHECKING:
    import polars as pl

    from reports.message_templates import MessageTemplate
    from reports.messages import Letterhead
    from reports.render import RenderedMail
    from transforms.campaigns import Campaign

#: A click may have been recorded while the run's files were being read.
CLICKS_SINCE = timedelta(days=2)


@dataclass(frozen=True)
class Mailing:
    """One campaign's messages of one publication.

    Attributes:
        people: the list's full rows, of people who may still be written to.
        left_out: reason -> people taken off since the list was made.
        content_sha256: of the words and the recipients, so that an approval is of exactly these.
    """

    name: str
    campaign: Campaign
    template: MessageTemplate
    people: pl.DataFrame
    left_out: Counter[str]
    content_sha256: str


def is_written_by_suki(campaign: Campaign, settings: Settings) -> bool:
    """True where a campaign's people get a mail from Suki and not from another tool."""
    return campaign.deliver == "message" and customer_mail_refusal(settings) is None


def mailings(run_id: str, as_of: str, settings: Settings, ledger: Ledger) -> list[Mailing]:
    """Every campaign of a publication with somebody to write to, by name.

    Raises:
        ConfigurationError: campaigns.yml or a template is wrong.
    """
    import polars as pl

    templates = load_templates(settings)
    found = []
    for name, campaign in sorted(campaigns_in_force(settings).items()):
        path = settings.runs / run_id / "lists" / f"{name}.parquet"
        if not campaign.enabled or not is_written_by_suki(campaign, settings) or not path.is_file():
            continue
        listed = pl.read_parquet(path)
        if listed.is_empty():
            continue
        template = templates[str(campaign.template)]
        people, left_out = _still_agreed(listed, path, campaign, run_id, as_of, settings, ledger)
        digest = _content(campaign, template, listed)
        found.append(Mailing(name, campaign, template, people, left_out, digest))
    return found


def messages_of(
    mailing: Mailing, as_of: date, head: Letterhead, settings: Settings
) -> Iterator[tuple[dict[str, Any], RenderedMail | str, str]]:
    """Each person of a mailing with their message and link, or with why there is none."""
    from reports.message_templates import MessageError
    from reports.messages import choose_language, render_message

    secret = settings.identity_secret()
    for person in mailing.people.iter_rows(named=True):
        language = choose_language(person["language"], mailing.campaign.language, mailing.template)
        who = Unsubscription(
            address_key(person["email"], secret), "email", mailing.campaign.purpose,
            mailing.name, as_of, language,
        )  # fmt: skip
        link = unsubscribe_url(who, settings)
        values = person | {
            "offer": mailing.campaign.offer,
            "survey_url": mailing.campaign.survey_url,
        }
        try:
            mail: RenderedMail | str = render_message(
                mailing.template,
                values,
                language=language,
                purpose=mailing.campaign.purpose,
                letterhead=head,
                unsubscribe_url=link,
            )
        except MessageError as error:
            mail = str(error)
        yield person, mail, link


def send_approved(
    run_id: str, as_of: str, settings: Settings, ledger: Ledger, tell: Callable[[str], None]
) -> tuple[Counter[str], Counter[str]]:
    """Send every approved mailing of a publication; harmless to repeat.

    Returns:
        What became of the messages, and why people were not written to.
    """
    outcomes: Counter[str] = Counter()
    not_sent: Counter[str] = Counter()
    with Delivery(settings, ledger, tell) as delivery:
        for mailing in mailings(run_id, as_of, settings, ledger):
            standing = approvals.of_campaign(ledger, as_of, mailing.name)
            if standing is None or standing.status != "approved":
                continue
            if standing.content_sha256 != mailing.content_sha256:
                tell(f"{mailing.name}: words or people have changed since approval; not sent")
                not_sent["changed_since_approval"] += mailing.people.height
                continue
            not_sent += mailing.left_out
            sent = _send_mailing(mailing, run_id, as_of, settings, ledger, delivery)
            outcomes += sent
            if not sent["failed"]:
                approvals.finish(ledger, as_of, mailing.name)
    return outcomes, not_sent


def _send_mailing(
    mailing: Mailing,
    run_id: str,
    as_of: str,
    settings: Settings,
    ledger: Ledger,
    delivery: Delivery,
) -> Counter[str]:
    head = letterhead(settings, currency_of(run_id, settings))
    return Counter(
        _send_one(mailing, person, mail, link, run_id, as_of, settings, ledger, delivery)
        for person, mail, link in messages_of(mailing, date.fromisoformat(as_of), head, settings)
    )


def currency_of(run_id: str, settings: Settings) -> str:
    """The reporting currency of a published run."""
    path = settings.runs / run_id / "manifest.json"
    return str(json.loads(path.read_text(encoding="utf-8"))["reporting_currency"])


def _send_one(
    mailing: Mailing,
    person: dict[str, Any],
    mail: RenderedMail | str,
    link: str,
    run_id: str,
    as_of: str,
    settings: Settings,
    ledger: Ledger,
    delivery: Delivery,
) -> str:
    """Send to one person and remember it; the log is written before the server is asked."""
    if isinstance(mail, str):
        return "stopped"
    outcome = delivery.hand_over(
        mail,
        message=mailing.name,
        period=hashlib.sha256(str(person["reason_key"]).encode()).hexdigest()[:12],
        recipient=person["email"],
        run_id=run_id,
        list_headers=list_headers(link),
    )
    if outcome != "failed":
        record_contact(ledger, **logged(mailing.name, person, as_of, run_id, "sent", settings))
    return outcome


def logged(
    campaign: str,
    person: dict[str, Any],
    as_of: str,
    run_id: str,
    event: str,
    settings: Settings,
) -> dict[str, Any]:
    """A row of the contact log about one person of a list."""
    email = person.get("email")
    return {
        "campaign": campaign,
        "customer_id": person["customer_id"],
        "reason_key": person["reason_key"],
        "contact_date": as_of,
        "event": event,
        "channel": person["channel"],
        "segment": person["segment"],
        "identifier": address_key(email, settings.identity_secret()) if email else None,
        "run_id": run_id,
    }


def _content(campaign: Campaign, template: MessageTemplate, listed: pl.DataFrame) -> str:
    words = {code: [wording.subject.source, wording.text.source, wording.html.source]
             for code, wording in sorted(template.languages.items())}  # fmt: skip
    said = [campaign.offer, campaign.survey_url, campaign.purpose, campaign.language]
    people = listed.select("customer_id", "reason_key", "email").sort("customer_id").rows()
    return hashlib.sha256(json.dumps([words, said, people], default=str).encode()).hexdigest()


def _still_agreed(
    listed: pl.DataFrame,
    path: Any,
    campaign: Campaign,
    run_id: str,
    as_of: str,
    settings: Settings,
    ledger: Ledger,
) -> tuple[pl.DataFrame, Counter[str]]:
    """Take off whoever has said no, or was written to by a later decision, since the list was made."""
    import polars as pl

    from suki.consent_hits import refusals_since

    offer = Offer(
        "list", path.stem, campaign.title, listed.height, path,
        channel=campaign.channel, purpose=campaign.purpose,
    )  # fmt: skip
    people = agreed_now(settings, ledger, run_id, offer)
    secret = settings.identity_secret()
    keys = pl.Series([address_key(email, secret) for email in people["email"]], dtype=pl.String)
    clicked = {
        key for key, channel, purpose in refusals_since(settings, clock() - CLICKS_SINCE)
        if channel == "email" and purpose in (campaign.purpose, "marketing")
    }  # fmt: skip
    written = {
        row["identifier"]
        for row in contacts_on(ledger, as_of)
        if row["event"] == "sent" and row["channel"] == "email" and row["campaign"] != path.stem
    }
    judged = people.with_columns(
        why=pl.when(pl.col("email_refusal").is_not_null()).then("email_refusal")
        .when(keys.is_in(list(clicked))).then(pl.lit("unsubscribed"))
        .when(keys.is_in(list(written))).then(pl.lit("frequency_cap"))
    )  # fmt: skip
    left_out = Counter(judged["why"].drop_nulls().to_list())
    return judged.filter(pl.col("why").is_null()).drop("why"), left_out
