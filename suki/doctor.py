"""Looking a shop's installation over: what is wrong, and what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from suki.errors import SukiError
from suki.settings import Settings

DISK_NEEDED_BYTES = 2 * 2**30


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    subject: str
    is_good: bool
    message: str


def examine() -> list[Finding]:
    """Check everything a run needs, in the order in which it needs it."""
    settings = Settings()
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("configuration", _configuration),
        ("sources", _sources),
        ("landing", _landing),
        ("disk", _disk),
        ("ledger", _ledger),
        ("locks", _locks),
        ("files", _files),
        ("mail", _mail),
    ]
    return [_look(subject, check, settings) for subject, check in checks]


def _look(subject: str, check: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(subject, True, check(settings))
    except (SukiError, OSError) as error:
        return Finding(subject, False, str(error))


def _configuration(settings: Settings) -> str:
    path = settings.config_file("suki.toml")
    store = settings.business.store
    told = f"{path or 'defaults'}: {store.name}, {store.timezone}, {store.reporting_currency}"
    return told if settings.readers_group is None else f"{told}; lists are open to a group"


def _sources(settings: Settings) -> str:
    from suki.ingestion import load_sources

    names = sorted(d.source for d in load_sources(settings))
    return f"{len(names)} source definitions read: {', '.join(names)}"


def _landing(settings: Settings) -> str:
    from transforms.canonical import FEEDS

    if not settings.landing.is_dir():
        raise SukiError(
            f"{settings.landing} does not exist; make {settings.landing}/orders and drop exports in it"
        )
    strangers = sorted(
        p.name
        for p in settings.landing.iterdir()
        if not p.name.startswith(".") and p.name not in FEEDS
    )
    if strangers:
        raise SukiError(
            f"{', '.join(strangers)} in {settings.landing} is no feed; feeds are {', '.join(FEEDS)}"
        )
    counts = {feed: sum(p.is_file() for p in (settings.landing / feed).glob("*")) for feed in FEEDS}
    if not counts["orders"]:
        raise SukiError(
            f"{settings.landing}/orders holds no files; orders are the one feed Suki cannot do without"
        )
    return ", ".join(f"{feed} {count}" for feed, count in counts.items())


def _disk(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    probe = settings.home / ".writable"
    probe.touch()
    probe.unlink()
    free = shutil.disk_usage(settings.home).free
    if free < DISK_NEEDED_BYTES:
        raise SukiError(
            f"{free / 2**30:.1f} GiB free at {settings.home}; a run wants {DISK_NEEDED_BYTES / 2**30:.0f} GiB"
        )
    return f"{free / 2**30:.0f} GiB free at {settings.home}, writable"


def _ledger(settings: Settings) -> str:
    from sqlalchemy.exc import SQLAlchemyError

    from suki.ledger import Ledger

    try:
        count = len(Ledger(settings.ledger_url).latest_runs(1000))
    except SQLAlchemyError as error:
        raise SukiError(f"the ledger cannot be opened: {str(error).splitlines()[0]}") from error
    return f"{settings.ledger_url.split('@')[-1]}: {count} runs"


def _locks(settings: Settings) -> str:
    from suki.ledger import Ledger
    from suki.locks import holders

    told = holders(Ledger(settings.ledger_url))
    return f"held now: {'; '.join(told)}" if told else "none held"


def _files(settings: Settings) -> str:
    from suki.ledger import Ledger

    refused = Ledger(settings.ledger_url).known_files(statuses=["refused"])
    if refused:
        raise SukiError(
            f"{len(refused)} files were refused: " + " | ".join(f["reason"] for f in refused[:10])
        )
    return "no file is refused"


def _mail(settings: Settings) -> str:
    smtp, mail = settings.smtp, settings.business.mail
    readers = {name: report.recipients for name, report in mail.reports.items()}
    if not any(readers.values()):
        raise SukiError(
            "nobody gets a report: mail.weekly.recipients and mail.monthly.recipients in suki.toml are empty"
        )
    addresses = [one.address for recipients in readers.values() for one in recipients]
    if smtp and any(a.endswith("example.com") for a in (*addresses, mail.owner, mail.marketer)):
        raise SukiError(
            "mail goes to example.com: set owner, marketer and the recipients of reports in suki.toml"
        )
    where = (
        f"SMTP {smtp.host}:{smtp.port} ({smtp.security})"
        if smtp
        else f"the outbox folder {settings.outbox} (SUKI_SMTP_HOST is not set)"
    )
    counted = ", ".join(f"{name} report to {len(readers[name]) or 'nobody'}" for name in readers)
    return f"{counted}; by {where}"
