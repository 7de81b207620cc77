"""A hand-made night for the contact arbiter: who has a reason, what they said, what was sent before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from tests.transforms.segment_shop import PLAIN
from transforms.arbiter import ContactPolicy, Memory, decide
from transforms.campaigns import Campaign
from transforms.canonical import CURRENT
from transforms.canonical.contract import CONSENT_CHANNELS
from transforms.canonical.outreach import CANDIDATES, CONTACT_LOG, CUSTOMER_PROFILE
from transforms.permission import Permission

AS_OF = date(2026, 10, 31)
Row = dict[str, Any]
#: Everybody takes part and nobody is kept back, so that a test says what it is about.
OPEN = ContactPolicy(global_holdout_share=0.0)
_CONSENTS = {
    "customer_id": pl.String, "channel": pl.String, "purpose": pl.String, "is_granted": pl.Boolean,
    "stated_at": pl.Datetime("us", "UTC"),
}  # fmt: skip


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def at(days_ago: int, hour: int = 12) -> datetime:
    day = ago(days_ago)
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def campaign(**stated: Any) -> Campaign:
    plain = {
        "title": "A campaign", "description": "For tests.", "catalogue": "L1", "audience": "reorder_due",
        "owner": "owner@example.com", "priority": 50, "cooldown_days": 0, "expires_after_days": 30,
    }  # fmt: skip
    return Campaign.model_validate(plain | stated)


def reason(customer_id: str, reason_key: str = "tea", days_ago: int = 0, **facts: Any) -> Row:
    return {
        "customer_id": customer_id, "reason_key": reason_key, "event_date": ago(days_ago), "why": "So it is.", **facts,
    }  # fmt: skip


def found(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CANDIDATES.schema)


def word(
    customer_id: str,
    is_granted: bool = True,
    days_ago: int = 100,
    channel: str = "email",
    purpose: str = "marketing",
) -> Row:
    return {
        "customer_id": customer_id, "channel": channel, "purpose": purpose, "is_granted": is_granted,
        "stated_at": at(days_ago),
    }  # fmt: skip


def event(
    customer_id: str, name: str, days_ago: int, channel: str | None = "email", **facts: Any
) -> Row:
    return {
        "source": "tool", "message_id": f"{customer_id}-{name}-{days_ago}", "customer_id": customer_id, "event": name,
        "event_at": at(days_ago), "event_date": ago(days_ago), "channel": channel, "campaign": "theirs", **facts,
    }  # fmt: skip


def past(
    customer_id: str,
    days_ago: int,
    campaign: str = "other",
    reason_key: str = "then",
    event: str = "sent",
    channel: str = "email",
) -> Row:
    return {
        "campaign": campaign, "customer_id": customer_id, "reason_key": reason_key, "contact_date": ago(days_ago),
        "event": event, "channel": channel, "segment": "loyal",
    }  # fmt: skip


def messages(rows: Iterable[Row]) -> pl.DataFrame:
    table = CURRENT["messages"]
    return table.conform(pl.DataFrame(list(rows))) if rows else table.empty()


def everything_agreed(*customers: str) -> list[Row]:
    return [word(name, channel=channel) for name in customers for channel in CONSENT_CHANNELS]


def permission(
    people: Mapping[str, Row],
    words: Iterable[Row],
    said: Iterable[Row] = (),
    barred: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    mailboxes: Mapping[str, str] | None = None,
    **devices: Mapping[str, str],
) -> Permission:
    rows = [{"customer_id": name} | PLAIN | stated for name, stated in people.items()]
    barred = list(barred.items() if isinstance(barred, Mapping) else barred)
    keys = {name: f"{name}@example.com" for name in people} | dict(mailboxes or {})
    addresses = pl.DataFrame(
        {"customer_id": list(keys), "address_key": list(keys.values())},
        schema={"customer_id": pl.String, "address_key": pl.String},
    ).with_columns(
        pl.Series(name, [given.get(customer) for customer in keys], dtype=pl.String)
        for name, given in devices.items()
    )
    return Permission(
        pl.DataFrame(rows, schema=CUSTOMER_PROFILE.schema),
        pl.DataFrame(list(words), schema=_CONSENTS),
        messages(list(said)),
        pl.DataFrame(barred, orient="row", schema={"customer_id": pl.String, "reason": pl.String}),
        addresses,
    )


def memory(log: Iterable[Row] = (), received: Iterable[tuple[str, int]] = ()) -> Memory:
    others = [(name, ago(days)) for name, days in received]
    return Memory(
        pl.DataFrame(list(log), schema=CONTACT_LOG.schema),
        pl.DataFrame(
            others, orient="row", schema={"customer_id": pl.String, "contact_date": pl.Date}
        ),
    )


def night(
    reasons: Mapping[str, Iterable[Row]] | Iterable[Row],
    campaigns: Mapping[str, Campaign] | Campaign | None = None,
    *,
    people: Mapping[str, Row] | None = None,
    words: Iterable[Row] | None = None,
    log: Iterable[Row] = (),
    received: Iterable[tuple[str, int]] = (),
    policy: ContactPolicy = OPEN,
    as_of: date = AS_OF,
    **stated: Any,
) -> pl.DataFrame:
    """Decisions about these reasons; everybody agreed to marketing on every channel unless `words` are given."""
    by_name = dict(reasons) if isinstance(reasons, Mapping) else {"tea": reasons}
    if isinstance(campaigns, Campaign) or campaigns is None:
        campaigns = dict.fromkeys(by_name, campaigns or campaign())
    frames = {name: found(*rows) for name, rows in by_name.items()}
    named = sorted({c for frame in frames.values() for c in frame["customer_id"]})
    reachable = {"has_phone": True, "has_push_token": True, "has_postal_address": True}
    everybody = {name: reachable | dict((people or {}).get(name, {})) for name in named}
    everybody |= {name: reachable | row for name, row in (people or {}).items()}
    known = permission(
        everybody, everything_agreed(*everybody) if words is None else words, **stated
    )
    return decide(frames, campaigns, known, memory(log, received), policy, as_of)


def outcomes(decisions: pl.DataFrame) -> dict[str, str]:
    """customer -> outcome, of one campaign."""
    return dict(decisions.select("customer_id", "outcome").iter_rows())


def outcome(decisions: pl.DataFrame) -> str:
    return str(decisions["outcome"].item())
