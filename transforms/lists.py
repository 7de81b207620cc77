"""Contact lists: decisions joined with names and addresses, at the very end. Personal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from transforms.audiences.registry import FINDERS
from transforms.campaigns import Campaign
from transforms.contact_cards import CARD_ADDRESSES

NAMES = ("first_name", "last_name", "language")
#: What a list tells of its reason beside what the campaign's finder promises.
DATES = ("event_date", "due_date", "expires_on")
CHECKED = (
    "rows",
    "rows_without_consent",
    "rows_without_address",
    "duplicate_rows",
    "rows_not_in_segment_population",
)


@dataclass(frozen=True)
class ContactList:
    """One campaign's list: the people on it, and how many were left out for which reason.

    Attributes:
        rows: one row per person, most urgent first in `rank` order of key; addresses of the
            channel alone.
        full: the same people with every column of their cards, for import shapes.
    """

    name: str
    title: str
    catalogue_id: str
    channel: str
    purpose: str
    rows: pl.DataFrame
    full: pl.DataFrame
    suppressed: dict[str, int]

    @property
    def eligible(self) -> int:
        """People with a reason: those on the list and those suppressed."""
        return self.rows.height + sum(self.suppressed.values())


def contact_lists(
    decisions: pl.DataFrame, campaigns: Mapping[str, Campaign], cards: pl.DataFrame
) -> list[ContactList]:
    """One list per campaign that is switched on, empty ones included, by name.

    Args:
        decisions: CONTACT_DECISIONS.
        cards: of `contact_cards.cards`.
    """
    by_campaign = decisions.partition_by("campaign", as_dict=True)
    made = []
    for name, campaign in sorted(campaigns.items()):
        if not campaign.enabled:
            continue
        own = by_campaign.get((name,), decisions.clear())
        people = cards.drop("language").join(
            own.filter(pl.col("outcome") == "send"), on="customer_id", how="inner"
        )
        people = people.rename({"why": "reason"}).sort(
            pl.col("rank_value").fill_null(float("-inf")).neg(), "customer_id"
        )
        counts = own.filter(pl.col("outcome") != "send").group_by("outcome").len().sort("outcome")
        made.append(
            ContactList(
                name,
                campaign.title,
                campaign.catalogue,
                campaign.channel,
                campaign.purpose,
                people.select(list_columns(campaign)),
                people,
                dict(counts.iter_rows()),
            )
        )
    return made


def list_columns(campaign: Campaign) -> list[str]:
    """The columns of a campaign's list: always the same, whoever is on it."""
    told = FINDERS[campaign.audience].variables if campaign.audience else ()
    dates = [name for name in DATES if name not in told]
    if campaign.channel not in ("phone", "review"):
        dates.remove("due_date") if "due_date" in dates else None
    return [
        *CARD_ADDRESSES.get(campaign.channel, ()),
        *NAMES,
        *told,
        *dates,
        "reason",
        "segment",
        "customer_id",
    ]


def list_checks(
    lists: list[ContactList],
    consents: pl.DataFrame,
    customers: pl.DataFrame,
    *,
    service_is_agreed: bool,
) -> pl.DataFrame:
    """What the door out asks of lists, counted anew and apart from how they were made.

    Args:
        consents: customer_id, channel, purpose, is_granted: the latest words.
        customers: current customers, with is_identified.

    Returns:
        list_name and CHECKED: one row per list. A review list contacts nobody and needs no consent.
    """
    known = customers.filter(pl.col("is_identified")).select("customer_id")
    rows = []
    for one in lists:
        agreed = _agreed(one, consents, service_is_agreed=service_is_agreed)
        address = (CARD_ADDRESSES.get(one.channel) or ("customer_id",))[0]
        is_review = one.channel == "review"
        without_consent = (
            0 if is_review else one.full.filter(~pl.col("customer_id").is_in(agreed)).height
        )
        addresses = one.full[address].drop_nulls()
        # One household may get a letter or a call each; a mailbox, phone or device one message.
        is_once = one.channel in ("email", "sms", "push", "review")
        is_twice = int(addresses.is_duplicated().sum()) if is_once else 0
        rows.append(
            (
                one.name,
                one.rows.height,
                without_consent,
                one.full[address].null_count(),
                is_twice,
                one.full.join(known, on="customer_id", how="anti").height,
            )
        )
    schema = {"list_name": pl.String, **dict.fromkeys(CHECKED, pl.Int64)}
    return pl.DataFrame(rows, orient="row", schema=schema)


def _agreed(one: ContactList, consents: pl.DataFrame, *, service_is_agreed: bool) -> list[str]:
    """Whoever of the list has said yes; what was never stated is no, except an agreed service.

    A no about marketing is a no to everything but service.
    """
    words = consents.filter(pl.col("channel") == one.channel)
    own = {
        row["customer_id"]: row["is_granted"]
        for row in words.filter(pl.col("purpose") == one.purpose).iter_rows(named=True)
    }
    marketing = {
        row["customer_id"]: row["is_granted"]
        for row in words.filter(pl.col("purpose") == "marketing").iter_rows(named=True)
    }
    fallback = marketing if one.purpose == "survey" else {}
    silent = one.purpose == "service" and service_is_agreed
    people = one.full["customer_id"].to_list()
    return [
        person
        for person in people
        if own.get(person, fallback.get(person, silent))
        and (one.purpose == "service" or marketing.get(person, True))
    ]


def segment_files(
    members: pl.DataFrame, profile: pl.DataFrame, cards: pl.DataFrame, reasons: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """One frame per segment: every member, why, and how to reach those who agreed to it.

    Args:
        members: SEGMENT_MEMBERS.
        reasons: segment, customer_id, reason.

    Returns:
        Address columns are blank where marketing on their channel was not agreed to.
    """
    shown = cards.drop("language", "country").with_columns(
        pl.when(f"{channel}_consent").then(name).alias(name)
        for channel, names in CARD_ADDRESSES.items()
        for name in names
        if channel != "phone"
    )
    facts = profile.select(
        "customer_id", "language", "country", "rfm_segment", "lifecycle_state", "recency_score", "frequency_score",
        "monetary_score", "days_since_last_order", "last_order_date", "occasion_count",
        pl.col("lifetime_net_sales_amount").round(2).cast(pl.Decimal(18, 2)), "value_tier",
    )  # fmt: skip
    full = (
        members.drop("definition_version")
        .join(reasons, on=["segment", "customer_id"], how="left")
        .join(shown, on="customer_id", how="left")
        .join(facts, on="customer_id", how="left")
        .sort("segment", "customer_id")
    )
    first = ["customer_id", "email", "phone", *NAMES, "country", "reason", "since"]
    ordered = full.select("segment", *first, pl.all().exclude("segment", *first))
    return {
        str(name): frame.drop("segment")
        for (name,), frame in ordered.partition_by("segment", as_dict=True).items()
    }
