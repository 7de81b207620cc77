"""Lists handed to the marketer: safe at that moment, and remembered as contact."""

from __future__ import annotations

import json
import logging
from datetime import date
from typing import TYPE_CHECKING, Any

from suki.contact_log import record_contacts
from suki.contacting import handed_over
from suki.delivery import Delivery
from suki.errors import SukiError
from suki.ledger import Ledger
from suki.outreach_rules import campaigns_in_force
from suki.publishing import summary
from suki.pulling import Offer, agreed_now
from suki.sending import is_written_by_suki, logged
from suki.settings import Settings

if TYPE_CHECKING:
    from reports.contexts import ListSummary

log = logging.getLogger("suki")
HOLDOUTS = ("campaign_holdout", "global_holdout")


def lists_still_safe(run_id: str, settings: Settings, ledger: Ledger) -> list[ListSummary]:
    """The lists another tool or a person works through, checked against consent as known now.

    A published file is immutable: a list with somebody who has said no since is refused. A list
    whose mails Suki writes itself is not handed over, so that nobody is written to twice.

    Raises:
        SukiError: a list holds somebody without consent.
    """
    campaigns = campaigns_in_force(settings)
    manifest = json.loads((settings.runs / run_id / "manifest.json").read_text(encoding="utf-8"))
    summaries = []
    for one in manifest["lists"]:
        campaign = campaigns.get(one["name"])
        if campaign is None or is_written_by_suki(campaign, settings):
            continue
        if one["rows"] and one["channel"] != "review":
            _refuse_withdrawn(one, run_id, settings, ledger)
        summaries.append(summary(one["name"], one["title"], one["rows"], one["suppressed"]))
    return summaries


def tell_marketer(
    run_id: str, record: dict[str, Any], settings: Settings, ledger: Ledger
) -> dict[str, Any]:
    """Tell the marketer once which lists of a published run are ready, and note who is on them.

    Raises:
        SukiError: a list holds somebody without consent, or the mail was not sent.
    """
    from reports.render import ListsReady, render_list_ready
    from suki.publication import DEFINITIONS_VERSION

    mail, as_of = settings.business.mail, record["as_of"]
    ready = ListsReady(
        shop_name=settings.business.store.name,
        locale=mail.locale,
        as_of=date.fromisoformat(as_of),
        run_id=run_id,
        definitions_version=DEFINITIONS_VERSION,
        lists=tuple(lists_still_safe(run_id, settings, ledger)),
        banner=tuple((record["reason"] or "").splitlines()),
    )
    with Delivery(settings, ledger, log.info) as delivery:
        outcome = delivery.hand_over(
            render_list_ready(ready),
            message="lists",
            period=as_of,
            recipient=mail.marketer,
            run_id=run_id,
        )
    if outcome != "failed":
        remember_lists(run_id, as_of, settings, ledger)
    return handed_over(run_id, "the mail about the lists", [outcome])


def remember_lists(run_id: str, as_of: str, settings: Settings, ledger: Ledger) -> int:
    """Note in the contact log who is on a list handed over, and who was kept back of any campaign.

    Returns:
        Rows that were not known before. Review lists contact nobody and are not noted.
    """
    import polars as pl

    campaigns = campaigns_in_force(settings)
    decisions = pl.read_parquet(settings.runs / run_id / "marts" / "contact_decisions.parquet")
    kept_back = decisions.filter(pl.col("outcome").is_in(HOLDOUTS))
    rows = [
        logged(one["campaign"], one, as_of, run_id, "held_out", settings)
        for one in kept_back.iter_rows(named=True)
    ]
    for name, campaign in sorted(campaigns.items()):
        path = settings.runs / run_id / "lists" / f"{name}.parquet"
        if campaign.channel == "review" or not campaign.enabled or not path.is_file():
            continue
        if not is_written_by_suki(campaign, settings):
            rows += [
                logged(name, one, as_of, run_id, "listed", settings)
                for one in pl.read_parquet(path).iter_rows(named=True)
            ]
    return record_contacts(ledger, rows)


def _refuse_withdrawn(one: dict[str, Any], run_id: str, settings: Settings, ledger: Ledger) -> None:
    path = settings.runs / run_id / "lists" / f"{one['name']}.parquet"
    offer = Offer(
        "list", one["name"], one["title"], one["rows"], path,
        channel=one["channel"], purpose=one["purpose"],
    )  # fmt: skip
    people = agreed_now(settings, ledger, run_id, offer)
    refusal = people[f"{one['channel']}_refusal"]
    if withdrawn := refusal.is_in(["unsubscribed", "no_consent", "erased"]).sum():
        raise SukiError(
            f"{withdrawn} people on list {one['name']!r} of run {run_id} have withdrawn consent since it was made; "
            "the list is not handed over. Run again to publish a new one."
        )
