"""What people of a list made earlier say now: nothing is handed out against a later no. Personal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from transforms.canonical.contract import CONSENT_CHANNELS
from transforms.contact_cards import CARD_ADDRESSES, country_code
from transforms.current_consents import latest_consents, refusing_people
from transforms.current_people import with_customer
from transforms.identity import PersonKey
from transforms.known_files import CanonicalStore
from transforms.permission import Permission, permitted


@dataclass(frozen=True)
class KnownNow:
    """Everything that has been said up to now, by the surrogates of the run that made the list.

    Attributes:
        store: every file known now.
        people: identifier, customer_id.
        key: keyed hash of the installation.
        barred: identifier and reason of people whom the ledger bars.
    """

    store: CanonicalStore
    people: pl.DataFrame
    key: PersonKey
    barred: Iterable[Mapping[str, str]] = ()


def as_agreed_now(
    members: pl.DataFrame,
    known: KnownNow,
    *,
    channel: str | None = None,
    purpose: str = "marketing",
    service_is_agreed: bool = False,
) -> pl.DataFrame:
    """A segment or list with consent as it stands now: yes when made, and no no since.

    Args:
        members: one row per person with the columns of their cards.
        channel: of a campaign's list, whose people had agreed to `purpose` on it; None for a
            segment, where `<channel>_consent` of the file says who had agreed to marketing. A
            column that is not there means no.

    Returns:
        The members, countries as ISO codes where known, with `<channel>_consent`, never null, and
        `<channel>_refusal`: why not, in the contact arbiter's words; null where they may be contacted.
    """
    purposes = {one: purpose if one == channel else "marketing" for one in CONSENT_CHANNELS}
    told = members.join(
        _refusals(members, known, purposes, service_is_agreed),
        on="customer_id",
        how="left",
        maintain_order="left",
    ).with_columns(country_code(c) for c in ("country", "address_country") if c in members.columns)
    for one in CONSENT_CHANNELS:
        stated = f"{one}_consent"
        published = pl.lit(one == channel)
        if one != channel and stated in members.columns:
            published = pl.col(stated).fill_null(False)
        refusal = pl.coalesce(f"{one}_refusal", pl.when(~published).then(pl.lit("no_consent")))
        told = told.with_columns(refusal.alias(f"{one}_refusal"), refusal.is_null().alias(stated))
    return told


def _refusals(
    members: pl.DataFrame,
    known: KnownNow,
    purposes: Mapping[str, str],
    service_is_agreed: bool,
) -> pl.DataFrame:
    """customer_id, and per channel the reason for which somebody may not be contacted now."""
    people = members.select("customer_id").unique()
    asked = people.join(
        pl.DataFrame(list(purposes.items()), orient="row", schema=["channel", "purpose"]),
        how="cross",
    ).with_columns(fallback_language=pl.lit("en"))
    judged = permitted(asked, _permission(members, known), service_is_agreed=service_is_agreed)
    wide = people.sort("customer_id")
    for channel in purposes:
        own = judged.filter(pl.col("channel") == channel)
        wide = wide.join(
            own.select(
                "customer_id", pl.col("refusal").cast(pl.String).alias(f"{channel}_refusal")
            ),
            on="customer_id",
            how="left",
        )
    if purposes["email"] == "service":
        return wide
    # A merge or a shared mailbox must not hide a refusal: the address itself has said no.
    refused = refusing_people(known.store, known.people, known.key)["email"].drop_nulls()
    barred = members.filter(_column(members, "email").is_in(refused.implode()))["customer_id"]
    return wide.with_columns(
        email_refusal=pl.coalesce(
            "email_refusal",
            pl.when(pl.col("customer_id").is_in(barred.implode())).then(pl.lit("unsubscribed")),
        )
    )


def _permission(members: pl.DataFrame, known: KnownNow) -> Permission:
    has = {
        f"has_{name}": pl.all_horizontal(_column(members, c).is_not_null() for c in columns)
        for name, columns in (
            ("email", CARD_ADDRESSES["email"]), ("phone", CARD_ADDRESSES["phone"]),
            ("push_token", CARD_ADDRESSES["push"]), ("postal_address", ("address_line", "city")),
        )
    }  # fmt: skip
    profile = members.select(
        "customer_id", **has, rfm_segment=pl.lit(""), has_open_complaint=pl.lit(False),
        is_staff=pl.lit(False), language=_column(members, "language"),
    ).unique("customer_id")  # fmt: skip
    said = with_customer(known.store.table("messages").collect(), known.people)
    barred = pl.DataFrame(list(known.barred), schema={"identifier": pl.String, "reason": pl.String})
    suppressed = (
        barred.join(known.people, on="identifier", how="inner")
        .sort("customer_id", "reason")
        .unique("customer_id", keep="first", maintain_order=True)
    )
    nobody = pl.DataFrame(schema={"customer_id": pl.String, "address_key": pl.String})
    return Permission(
        profile,
        latest_consents(known.store, known.people, known.key),
        said.select("customer_id", "channel", "event", "event_at"),
        suppressed.select("customer_id", "reason"),
        nobody,
    )


def _column(members: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in members.columns else pl.lit(None, dtype=pl.String)
