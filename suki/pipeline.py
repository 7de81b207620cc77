"""The story of a run, one short function per step. The DAGs and the command line call these.

    ingest -> build -> score -> publish -> report, remind, ask_approval -> send

Every step may be repeated: it finds its work done, or does it again with the same result.
Steps exchange a run id; what they know is kept under `build/<run_id>/`. Heavy libraries are
imported by the step that needs them. Steps that may write to somebody take a `mail_server`: the
fields of a connection kept elsewhere (`suki.mail_server`), in place of `SUKI_SMTP_*`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from suki import mailing_steps, opening, owner, runs
from suki.contacting import may_contact
from suki.errors import ConfigurationError, HeldError, SukiError
from suki.ledger import Ledger
from suki.locks import held
from suki.mail_server import MailServer, connection_settings
from suki.runs import Run, timed
from suki.settings import Settings

log = logging.getLogger("suki")
#: What must be done before a step; a held or failed run stops short of it.
NEEDS: dict[str, tuple[str, ...]] = {
    "build": (),
    "score": ("build",),
    "publish": ("build", "score"),
}


def ingest(
    as_of: str, known_at: str | None = None, *, seen_at: str | None = None
) -> dict[str, Any]:
    """Read what has landed and open the run for a business date.

    Args:
        as_of: ISO date in the store's zone, or "latest" for the newest date with an order.
        known_at: use only files that had arrived by this moment (ISO 8601).
        seen_at: arrival moment to record for new files, for loading history.

    Raises:
        ConfigurationError: a date cannot be read, the landing folder or every order is missing.
    """
    settings, ledger = open_shop()
    asked = opening.Request.of(as_of, known_at, seen_at)
    run, summary, is_done = opening.take_in(asked, settings, ledger)
    return {"run_id": run.run_id, "as_of": run.as_of, "is_done": is_done, **asdict(summary)}


def build(run_id: str, mail_server: MailServer = None) -> dict[str, Any]:
    """Current state, door in, dbt facts.

    Raises:
        HeldError: the door in refused; the owner was told and the last publication stands.
    """
    with _working(run_id, "build", mail_server) as (run, settings, ledger):
        if run is None:
            return {"run_id": run_id, "is_done": True}
        from suki import building

        tables = building.make_current(run, settings, ledger)
        outcome = building.check_door_in(run, settings, ledger, tables)
        if outcome == "hold":
            reason = "\n".join(run.facts["door_in"]["critical"])
            ledger.close_run(run.run_id, "held", reason)
            owner.tell_of_hold(run, settings, ledger, reason)
            raise HeldError(f"held at the door in: {reason}")
        nodes = building.build_facts(run, settings, tables, log.info)
    return {"run_id": run_id, "door_in": outcome, "models": len(nodes)}


def score(run_id: str) -> dict[str, Any]:
    """polars scores, then dbt marts and reporting tables."""
    with _working(run_id, "score") as (run, settings, ledger):
        if run is None:
            return {"run_id": run_id, "is_done": True}
        from suki import building

        nodes = building.score_and_build_marts(run, settings, ledger, log.info)
    return {"run_id": run_id, "models": len(nodes)}


def publish(run_id: str, mail_server: MailServer = None) -> dict[str, Any]:
    """Write the run folder, ask the door out, move the pointers.

    Returns:
        run_id, as_of, outcome (published, banner or held), reason, is_newest.
    """
    with _working(run_id, "publish", mail_server) as (run, settings, ledger):
        if run is None:
            record, newest = ledger.run(run_id) or {}, ledger.newest_published() or {}
            is_newest = newest.get("as_of") == record["as_of"]
            return _told(run_id, record["as_of"], record["status"], record["reason"], is_newest)
        from suki import publishing

        outcome, reason = publishing.write_run_folder(run, settings, ledger, log.info)
        if outcome == "held":
            owner.tell_of_hold(run, settings, ledger, reason or "")
            return _told(run_id, run.as_of, "held", reason, False)
        is_newest = publishing.make_public(run, settings, ledger, outcome, reason, log.info)
    return _told(run_id, run.as_of, outcome, reason, is_newest)


def report(run_id: str, mail_server: MailServer = None) -> dict[str, Any]:
    """Hand the executives the reports that are due, each once; only the newest date contacts anyone."""
    settings, ledger, record, silence = _contacting(run_id, mail_server)
    if silence:
        log.info("no reports: %s", silence)
        return {"run_id": run_id, "mails": {}, "why_silent": silence}
    from suki import executive_mails

    return executive_mails.send_due(run_id, record["as_of"], settings, ledger)


def remind(run_id: str, mail_server: MailServer = None) -> dict[str, Any]:
    """Check consent once more and tell the marketer which lists are ready."""
    settings, ledger, record, silence = _contacting(run_id, mail_server)
    if silence:
        log.info("no lists handed over: %s", silence)
        return {"run_id": run_id, "mails": {}, "why_silent": silence}
    from suki import handing_over

    return handing_over.tell_marketer(run_id, record, settings, ledger)


def ask_approval(run_id: str) -> dict[str, Any]:
    """Ask for a person's word on every message to customers; samples lie under approvals/."""
    settings, ledger, record, silence = _contacting(run_id)
    pending = [] if silence else mailing_steps.ask(run_id, record["as_of"], settings, ledger)
    told = {"run_id": run_id, "as_of": record["as_of"]}
    return {**told, "pending": pending, "why_silent": silence}


def decide(
    run_id: str, campaigns: list[str] | None = None, *, approve: bool, by: str
) -> dict[str, str]:
    """Approve or reject what waits of a run (None: all of it); campaign -> its status now."""
    _, ledger, record, _ = _contacting(run_id)
    return mailing_steps.settle(
        run_id, record["as_of"], campaigns, approve=approve, by=by, ledger=ledger
    )


def send(run_id: str, mail_server: MailServer = None) -> dict[str, Any]:
    """Send what was approved, each message at most once; only the newest date contacts anyone."""
    settings, ledger, record, silence = _contacting(run_id, mail_server)
    if silence:
        log.info("no messages: %s", silence)
        return {"run_id": run_id, "messages": {}, "not_sent": {}, "why_silent": silence}
    return mailing_steps.send(run_id, record["as_of"], settings, ledger)


def alert_owner(
    *,
    dag_id: str,
    task_id: str,
    as_of: str | None,
    error: str,
    log_hint: str,
    mail_server: MailServer = None,
) -> None:
    """Write the owner that a task failed: what, which publication stands, where the log is."""
    settings, ledger = open_shop(mail_server)
    step = f"{dag_id}.{task_id}"
    owner.tell(
        settings, ledger, as_of=as_of, run_id="", step=step, broken=(error,), log_path=log_hint
    )


def business_date(moment: datetime) -> str:
    """The last business date complete at a moment, in the store's zone."""
    local = moment.astimezone(Settings().timezone).date()
    return (local - timedelta(days=1)).isoformat()


def run(
    as_of: str,
    known_at: str | None = None,
    *,
    seen_at: str | None = None,
    tell: Callable[[str], None] = log.info,
) -> dict[str, Any]:
    """All steps in order, as one command.

    Raises:
        HeldError: a door refused.
    """
    opened = ingest(as_of, known_at, seen_at=seen_at)
    run_id = opened["run_id"]
    tell(
        f"run {run_id}: as of {opened['as_of']}"
        + (", published before; nothing has changed since" if opened["is_done"] else "")
    )
    build(run_id)
    score(run_id)
    published = publish(run_id)
    if published["outcome"] == "held":
        raise HeldError(f"held: {published['reason']}")
    told, unsent = {}, []
    for step in (report, remind, ask_approval):
        try:
            told[step.__name__] = step(run_id)
        except SukiError as error:
            unsent.append(str(error))
    if unsent:
        raise SukiError(f"run {run_id} is published, but " + "; ".join(unsent))
    return {**opened, **published, **told}


def open_shop(mail_server: MailServer = None) -> tuple[Settings, Ledger]:
    """Settings and ledger; a mistake in either is told (ConfigurationError) before all else."""
    settings = Settings(mail_server=connection_settings(mail_server))
    _ = settings.business, settings.smtp
    ledger = Ledger(settings.ledger_url)
    if not ledger.confirm_identity_key(settings.identity_secret()):
        raise ConfigurationError(
            f"SUKI_IDENTITY_KEY (or {settings.state}/identity.key) is not the key this shop began "
            "with; with another key every customer would become a stranger. Put the old one back."
        )
    return settings, ledger


@contextmanager
def _working(
    run_id: str, step: str, mail_server: MailServer = None
) -> Iterator[tuple[Run | None, Settings, Ledger]]:
    """Hold the warehouse for one step of a run; the run is None where the step is done.

    The run is read once the lock is ours: another process may have done the step meanwhile.
    """
    settings, ledger = open_shop(mail_server)
    with held(
        ledger, "warehouse", purpose=step, wait_seconds=settings.lock_wait_seconds, tell=log.info
    ):
        if runs.stands(run_id, settings, ledger):
            yield None, settings, ledger
            return
        run = runs.load(settings, run_id)
        if step in run.done:
            yield None, settings, ledger
            return
        if missing := [earlier for earlier in NEEDS[step] if earlier not in run.done]:
            raise ConfigurationError(
                f"run {run_id} cannot {step} before `suki {missing[0]}` has succeeded for it; "
                "`suki status` says where it stands"
            )
        with timed(run, step, settings):
            yield run, settings, ledger


def _told(
    run_id: str, as_of: str, outcome: str, reason: str | None, is_newest: bool
) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "as_of": as_of,
        "outcome": outcome,
        "reason": reason,
        "is_newest": is_newest,
    }


def _contacting(
    run_id: str, mail_server: MailServer = None
) -> tuple[Settings, Ledger, dict[str, Any], str | None]:
    settings, ledger = open_shop(mail_server)
    return settings, ledger, *may_contact(run_id, ledger)
