"""Tonight's outreach in one call: profile, segments, who has a reason, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from transforms.arbiter import ContactPolicy, Memory, decide, outcomes
from transforms.audiences.complements import shop_complements
from transforms.audiences.registry import FINDERS
from transforms.audiences.segment_audience import segment_candidates
from transforms.audiences.shop import Shop, Window
from transforms.campaigns import Campaign, parameters_of
from transforms.canonical.outreach import CANDIDATES
from transforms.contact_cards import country_code, in_e164
from transforms.contact_history import received_messages
from transforms.current_people import reach_rows
from transforms.permission import Permission
from transforms.product_complements import ComplementPolicy
from transforms.profile import customer_profile
from transforms.requests import Request
from transforms.row_rules import check_rule
from transforms.segment_history import PreviousSegments, members
from transforms.segment_rules import Finding, Segment, findings, matches
from transforms.segment_trend import segment_trend
from transforms.support_policy import SupportPolicy


@dataclass(frozen=True)
class OutreachRules:
    """What the shop has written down about segments and campaigns."""

    segments: tuple[Segment, ...]
    campaigns: Mapping[str, Campaign]
    policy: ContactPolicy
    window_days: int
    uncounted_campaigns: tuple[str, ...] = ()
    requests: tuple[Request, ...] = ()
    support: SupportPolicy = field(default_factory=SupportPolicy)


@dataclass(frozen=True)
class PriorState:
    """What earlier nights left behind, named in the manifest.

    Attributes:
        segments: of the publication before; None for the first.
        log: CONTACT_LOG of earlier business dates.
        suppressed: customer_id, reason: people nobody contacts.
    """

    segments: PreviousSegments | None
    log: pl.DataFrame
    suppressed: pl.DataFrame


@dataclass(frozen=True)
class Night:
    """One business date: dbt facts, current tables (contacts and consents included) and scores."""

    as_of: date
    facts: Mapping[str, pl.DataFrame]
    current: Mapping[str, pl.DataFrame]
    scores: Mapping[str, pl.DataFrame]
    loyalty: Mapping[str, pl.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What tonight's outreach comes to.

    Attributes:
        tables: of OUTREACH by name.
        scores: of OUTREACH_SCORES by name, the counts that go to the warehouse.
        findings: what the segments' rules showed on this shop.
    """

    tables: dict[str, pl.DataFrame]
    scores: dict[str, pl.DataFrame]
    findings: list[Finding]


def plan(night: Night, rules: OutreachRules, prior: PriorState) -> Plan:
    """Profile, segments and their history, then candidates and decisions."""
    contacts, consents = night.current["contacts"], night.current["consents"]
    profile = customer_profile(
        night.facts,
        night.current,
        night.scores,
        night.as_of,
        rules.window_days,
        reach_rows(contacts, consents),
        night.loyalty.get("loyalty_standing"),
    )
    tables = members(profile, rules.segments, prior.segments, night.as_of)
    shop = _shop(night, profile, rules, prior)
    complements = shop_complements(shop, ComplementPolicy())
    shop = replace(shop, scores={**shop.scores, "product_complements": complements})
    found = candidates(shop, rules.campaigns, tables["segment_members"], rules.segments)
    permission = Permission(
        profile,
        consents,
        night.current["messages"],
        prior.suppressed,
        _addresses(contacts, rules.campaigns),
    )
    memory = Memory(
        prior.log, received_messages(night.current["messages"], rules.uncounted_campaigns)
    )
    decisions = decide(found, rules.campaigns, permission, memory, rules.policy, night.as_of)
    matched = matches(profile, rules.segments, night.as_of)
    return Plan(
        {
            "customer_profile": profile,
            **tables,
            "contact_decisions": decisions,
            "product_complements": complements,
        },
        {
            "contact_outcomes": outcomes(decisions, rules.campaigns),
            "segment_trend": segment_trend(
                tables["segment_history"], tables["segment_definitions"], night.as_of
            ),
        },
        findings(profile, rules.segments, matched),
    )


def _shop(night: Night, profile: pl.DataFrame, rules: OutreachRules, prior: PriorState) -> Shop:
    return Shop(
        night.as_of,
        profile,
        night.facts,
        night.current,
        night.scores,
        prior.segments.as_of if prior.segments else None,
        rules.requests,
        rules.support,
        night.loyalty,
    )


def _addresses(contacts: pl.DataFrame, campaigns: Mapping[str, Campaign]) -> pl.DataFrame:
    """Where people are reached, so that two behind one mailbox, phone or device are seen."""
    # Numbers as lists write them take a while to tell, so only where somebody sends SMS.
    sends_sms = any(one.channel == "sms" and one.enabled for one in campaigns.values())
    phones = contacts["phone"]
    if sends_sms:
        codes = (country_code(name) for name in ("country", "address_country"))
        numbers = in_e164(phones, contacts.select(pl.coalesce(*codes)).to_series())
        phones = numbers.fill_null(phones)
    return contacts.select("customer_id", "push_token", address_key="email", phone=phones)


def candidates(
    shop: Shop,
    campaigns: Mapping[str, Campaign],
    segment_members: pl.DataFrame,
    segments: tuple[Segment, ...],
) -> dict[str, pl.DataFrame]:
    """CANDIDATES of every campaign that is switched on, by name; an empty one has no rows."""
    titles = {segment.name: segment.title for segment in segments}
    found = {}
    for name, campaign in sorted(campaigns.items()):
        if not campaign.enabled:
            continue
        window = Window.of(shop, campaign.expires_after_days)
        if campaign.segment is not None:
            inside = segment_members.filter(pl.col("segment") == campaign.segment)
            rows = segment_candidates(shop, window, campaign, inside, titles[campaign.segment])
        else:
            finder = FINDERS[str(campaign.audience)]
            rows = finder.find(shop, window, parameters_of(campaign, finder))
        if campaign.where is not None:
            kept = check_rule(campaign.where).matching(shop.profile, shop.as_of)
            rows = rows.join(kept.select("customer_id"), on="customer_id", how="semi")
        found[name] = rows.sort(CANDIDATES.key)
    return found
