"""The executives' weekly and monthly mail: which is due, each reader once, and what went amiss."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from suki import owner
from suki.bounced_addresses import tell_owner_what_came_back
from suki.business import Cadence, Recipient
from suki.contacting import handed_over
from suki.delivery import Delivery
from suki.errors import SukiError
from suki.ledger import Ledger
from suki.report_calendar import Period, last_complete, why_not_due
from suki.report_files import read_mail, read_pdf
from suki.settings import Settings

log = logging.getLogger("suki")


@dataclass(frozen=True)
class Due:
    """A report to be sent now, and to whom. The period's last day is its name in the outbox."""

    cadence: Cadence
    period: Period
    recipients: tuple[Recipient, ...]


def send_due(run_id: str, as_of: str, settings: Settings, ledger: Ledger) -> dict[str, Any]:
    """Send the reports that are due at a business date, each period to each reader once.

    What was refused or could not be made is told after everybody else has been served.

    Returns:
        run_id, mails (outcome -> copies), not_due (report -> why), why_silent (always None).

    Raises:
        SukiError: some copies were not sent; the next night or `suki report send` tries again.
    """
    due, not_due = reports_due(run_id, date.fromisoformat(as_of), settings)
    for cadence, why in not_due.items():
        log.info("no %s report: %s", cadence, why)
    outcomes: list[str] = []
    unmade: list[str] = []
    with Delivery(settings, ledger, log.info) as delivery:
        for report in due:
            for outcome in _sent(report, run_id, settings, delivery):
                (unmade if isinstance(outcome, SukiError) else outcomes).append(str(outcome))
    if unmade:
        unmade = sorted(set(unmade))
        owner.tell(
            settings, ledger, as_of=as_of, run_id=run_id, step="report", broken=tuple(unmade),
            is_published=True, log_path=f"runs/{run_id}/reports/",
        )  # fmt: skip
    tell_owner_what_came_back(as_of, run_id, settings, ledger)
    told = handed_over(run_id, "the report", outcomes, lacking=unmade)
    return {**told, "not_due": not_due}


def reports_due(
    run_id: str, as_of: date, settings: Settings
) -> tuple[list[Due], dict[Cadence, str]]:
    """The reports due at a business date, and why the others are not."""
    first_order = _first_order(run_id, settings)
    due: list[Due] = []
    not_due: dict[Cadence, str] = {}
    for cadence, report in settings.business.mail.reports.items():
        period = last_complete(cadence, as_of, settings.business.store.week_start)
        why = why_not_due(period, as_of, report.late_within_days, first_order)
        if not report.recipients:
            why = nobody_reads(cadence)
        if why is None:
            due.append(Due(cadence, period, report.recipients))
        else:
            not_due[cadence] = why
    return due, not_due


def nobody_reads(cadence: Cadence) -> str:
    """What is said, once, of a report without readers."""
    return f"it is sent to nobody: mail.{cadence}.recipients in suki.toml is empty"


def _sent(
    report: Due, run_id: str, settings: Settings, delivery: Delivery
) -> Iterator[str | SukiError]:
    folder = settings.runs / run_id / "reports"
    for recipient in report.recipients:
        locale = settings.business.mail.locale_of(recipient)
        try:
            mail = read_mail(folder, report.cadence, locale)
        except SukiError as error:
            yield error
            continue
        lacking: SukiError | None = None
        if report.cadence == "monthly" and settings.business.mail.monthly.attach_pdf:
            name = f"customer-report-{report.period.end:%Y-%m}.pdf"
            try:
                mail = replace(mail, attachments={name: read_pdf(folder, locale)})
            except SukiError as error:
                lacking = error
        outcome = delivery.hand_over(
            mail,
            message=report.cadence,
            period=report.period.end.isoformat(),
            recipient=recipient.address,
            run_id=run_id,
        )
        yield outcome
        if lacking and outcome in {"sent", "written"}:
            yield lacking


def _first_order(run_id: str, settings: Settings) -> date | None:
    """The day of the first order a run knows; guests and cancelled orders show a shop at work, too."""
    import polars as pl

    orders = pl.scan_parquet(settings.runs / run_id / "marts" / "order_ledger.parquet")
    return orders.select(pl.col("order_date").min()).collect().item()  # type: ignore[no-any-return]
