"""What suki hands a run's site beside the published tables: files, doors, quarantine, past runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: So many refused rows of a feed are shown one by one; the counts are of all of them.
ROWS_SHOWN_PER_FEED = 20


@dataclass(frozen=True)
class InputFile:
    """One file of the run: read = accepted + quarantined + ignored; none where it was not counted."""

    feed: str
    name: str
    source: str
    read: int | None = None
    accepted: int | None = None
    quarantined: int | None = None
    ignored: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefusedRow:
    """Where a value that was refused stands, without the value: it may be personal."""

    feed: str
    file_name: str
    row_number: int
    column: str
    reason: str
    remedy: str
    is_value_only: bool = False


@dataclass(frozen=True)
class Quarantine:
    """Refused rows of one feed: how many per reason, and the first of them."""

    feed: str
    row_count: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    shown: tuple[RefusedRow, ...] = ()


@dataclass(frozen=True)
class Expectation:
    """One expectation of a door and how it ended; `error` where it could not be asked."""

    door: str
    table: str
    check: str
    subject: str
    severity: str
    is_met: bool
    expectation: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    observed: Any = None
    failed_row_count: int | None = None
    error: str | None = None


@dataclass(frozen=True)
class PastRun:
    """One run of the ledger: published, banner (with warnings), held, or open (never finished)."""

    run_id: str
    as_of: str
    outcome: str
    reason: str | None = None
    known_at: str | None = None
    has_site: bool = False
    is_this_run: bool = False


@dataclass(frozen=True)
class CampaignFacts:
    """What the shop wrote down about a campaign."""

    name: str
    description: str
    channel: str
    purpose: str
    owner: str
    is_sent_by_suki: bool = False
    is_enabled: bool = True


@dataclass(frozen=True)
class Handed:
    """What suki hands over beside the published tables; every field has an empty default."""

    inputs: tuple[InputFile, ...] = ()
    arrival_feeds: tuple[str, ...] = ()
    quarantine: tuple[Quarantine, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    findings: tuple[str, ...] = ()
    past_runs: tuple[PastRun, ...] = ()
    campaigns: Mapping[str, CampaignFacts] = field(default_factory=dict)
