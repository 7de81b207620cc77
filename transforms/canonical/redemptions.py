"""Canonical table of what members of the loyalty programme got: points spent, corrections, rewards."""

from __future__ import annotations

from transforms.canonical.contract import (
    REDEMPTION_KINDS,
    Table,
    integer_column,
    moment_column,
    text_column,
)
from transforms.canonical.feeds import LINEAGE, PERSON_KEYS, SOURCE, VERSION

REDEMPTION_FACTS = (
    text_column(
        "kind",
        "redeem: points were spent; adjust: given or taken by hand; reward: one was handed out.",
        required=True,
        allowed=REDEMPTION_KINDS,
    ),
    moment_column("redeemed_at", "When it happened.", required=True),
    integer_column(
        "points",
        "Points spent, as a positive number; of an adjustment negative where they are taken; 0 for a reward.",
        required=True,
    ),
    text_column(
        "reward",
        "What was given; of a reward the name of its punch card or spend programme in loyalty.yml.",
    ),
)
REDEMPTIONS = Table(
    "redemptions",
    "One row per spending of points, correction by hand or reward given in each ingested file.",
    ("source", "redemption_id", "file_id"),
    (
        SOURCE,
        text_column("redemption_id", "Stable id within its source.", required=True),
        *REDEMPTION_FACTS,
        *PERSON_KEYS,
        *VERSION,
        *LINEAGE,
    ),
    feed="redemptions",
)
