"""Telling the owner that something broke or was held, each thing once."""

from __future__ import annotations

import hashlib
import logging
from datetime import date

from suki.ledger import Ledger
from suki.runs import Run
from suki.settings import Settings

log = logging.getLogger("suki")


def tell_of_hold(run: Run, settings: Settings, ledger: Ledger, reason: str) -> None:
    """A door refused: what it found; nobody else is told anything."""
    run.save(settings)
    if run.known_at is not None:
        return  # somebody asked what was believed then, and is being answered
    tell(settings, ledger, as_of=run.as_of, run_id=run.run_id, step="doors", broken=tuple(reason.splitlines()), is_held=True,
         log_path=f"build/{run.run_id}/run.json")  # fmt: skip


def tell(
    settings: Settings,
    ledger: Ledger,
    *,
    as_of: str | None,
    run_id: str,
    step: str,
    broken: tuple[str, ...],
    log_path: str,
    is_held: bool = False,
    is_published: bool = False,
    once_for: str | None = None,
) -> None:
    """Write the owner's mail; the same trouble of the same date is told once.

    Args:
        is_held: a door refused; else something failed.
        is_published: the run stands, and only something about its mail is amiss.
        once_for: in place of the business date, where the trouble outlives the night.
    """
    from reports.render import OwnerAlert, render_owner_alert
    from suki.delivery import Delivery

    standing = ledger.newest_published()
    business = settings.business
    alert = OwnerAlert(
        shop_name=business.store.name,
        locale=business.mail.locale,
        as_of=date.fromisoformat(as_of) if as_of and as_of != "latest" else None,
        run_id=run_id,
        is_held=is_held,
        is_published=is_published,
        step=step,
        what_broke=broken,
        what_to_do=(
            "Mend what is named above, then start the run again; every step is harmless to repeat.",
        ),
        standing_as_of=date.fromisoformat(standing["as_of"]) if standing else None,
        standing_run_id=standing["run_id"] if standing else "",
        log_path=log_path,
    )
    period = f"{once_for or as_of or 'unknown'}-{hashlib.sha256('|'.join((step, *broken)).encode()).hexdigest()[:8]}"
    with Delivery(settings, ledger, log.info) as delivery:
        delivery.hand_over(
            render_owner_alert(alert),
            message="owner_alert",
            period=period,
            recipient=business.mail.owner,
            run_id=run_id,
        )
