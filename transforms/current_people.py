"""The people behind current state: who they are now, what they agreed to, who said no."""

from __future__ import annotations

import polars as pl

from transforms.canonical import CURRENT
from transforms.canonical.contract import CONSENT_CHANNELS
from transforms.identity_rails import phone_digits
from transforms.known_files import IDENTIFIERS, CanonicalStore


def with_customer(rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Add `identifier`, the first one a row has, and its customer_id; null where it has none.

    A value that too many orders name comes last, a placeholder never (`weakness` of people).
    """
    stated = [c for c in IDENTIFIERS if c in rows.columns]
    return rows.with_columns(identifier=_first_identifier(stated, people)).join(
        people.select("identifier", "customer_id"), on="identifier", how="left"
    )


def _first_identifier(stated: list[str], people: pl.DataFrame) -> pl.Expr:
    if "weakness" not in people.columns:
        return pl.coalesce(stated)
    weak = people.filter(pl.col("weakness") > 0)
    if weak.is_empty():
        return pl.coalesce(stated)
    fake = weak.filter(pl.col("customer_id").is_null())["identifier"].implode()
    doubtful = weak["identifier"].implode()
    return pl.coalesce(
        pl.when(~pl.col(name).is_in(barred)).then(pl.col(name))
        for barred in (doubtful, fake)
        for name in stated
    )


def _without_placeholders(contacts: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Nobody is written to at an address that was typed to get past a form."""
    if "weakness" not in people.columns:
        return contacts
    fake = people.filter(pl.col("customer_id").is_null())["identifier"].implode()
    return contacts.with_columns(
        pl.when(~pl.col(key).is_in(fake).fill_null(False)).then(pl.col(name)).alias(name)
        for name, key in (("email", "email_key"), ("phone", "phone_key"))
    )


def latest_contacts(store: CanonicalStore, people: pl.DataFrame) -> pl.DataFrame:
    """One row per identified person: the latest of everything ever stated. Personal.

    The address is one statement's as a whole, with the country that statement gives
    (`address_country`): never the street of one and the city of another.
    """
    rows = with_customer(store.table("contacts").collect(), people).filter(
        pl.col("customer_id").is_not_null()
    )
    latest = [
        pl.col(name).drop_nulls().last()
        for name in (
            "email",
            "phone",
            "first_name",
            "last_name",
            "language",
            "country",
            "birthday",
            "push_token",
            "source_customer_id",
        )
    ]
    ordered = _without_placeholders(rows, people).sort("seen_at", "sequence", "row_number")
    return (
        ordered.group_by("customer_id")
        .agg(latest)
        .join(_latest_addresses(ordered), on="customer_id", how="left")
        .sort("customer_id")
    )


def _latest_addresses(ordered: pl.DataFrame) -> pl.DataFrame:
    """The newest statement of each person that a letter could be sent to: a street and a city."""
    whole = pl.all_horizontal(pl.col("address_line", "city").is_not_null())
    return (
        ordered.filter(whole)
        .group_by("customer_id", maintain_order=True)
        .last()
        .select("customer_id", "address_line", "city", "postal_code", "region", address_country="country")
    )  # fmt: skip


def reach_rows(contacts: pl.DataFrame, consents: pl.DataFrame) -> pl.DataFrame:
    """Where each person can be reached, and on which channels marketing was agreed to.

    Args:
        contacts: of `latest_contacts`.
        consents: of `latest_consents`.

    Returns:
        customer_id; has_email, has_phone, has_postal_address, has_push_token; `<channel>_consent`
        for email, sms, push, phone and post. One row per customer of contacts, none of them null:
        what was never stated is no.
    """
    granted = consents.filter((pl.col("purpose") == "marketing") & pl.col("is_granted"))
    rows = contacts.select(
        "customer_id",
        has_email=pl.col("email").is_not_null(),
        has_phone=phone_digits(pl.col("phone")).is_not_null(),
        has_postal_address=pl.all_horizontal(pl.col("address_line", "city").is_not_null()),
        has_push_token=pl.col("push_token").is_not_null(),
    )
    for channel in CONSENT_CHANNELS:
        agreed = granted.filter(pl.col("channel") == channel)["customer_id"].implode()
        rows = rows.with_columns(pl.col("customer_id").is_in(agreed).alias(f"{channel}_consent"))
    return rows.sort("customer_id")


def latest_records(store: CanonicalStore, people: pl.DataFrame) -> pl.DataFrame:
    """One row per person of the customer feed: loyalty, and whether they work for the shop."""
    rows = with_customer(store.table("customers").collect(), people).filter(
        pl.col("customer_id").is_not_null()
    )
    ordered = rows.sort("version_at", "sequence", "row_number")
    return ordered.group_by("customer_id").agg(
        pl.col(name).drop_nulls().last() for name in ("loyalty_tier", "loyalty_since", "is_staff")
    )


def customer_rows(
    contacts: pl.DataFrame,
    consents: pl.DataFrame,
    records: pl.DataFrame,
    orders: pl.DataFrame,
    people: pl.DataFrame,
) -> pl.DataFrame:
    """One row per person with anything known about them, guests without a name included."""
    agreed = consents.filter(
        (pl.col("channel") == "email") & (pl.col("purpose") == "marketing")
    ).select("customer_id", email_marketing_consent="is_granted")
    known = (
        people.select("customer_id")
        .drop_nulls()
        .unique()
        .join(contacts, on="customer_id", how="left")
        .join(agreed, on="customer_id", how="left")
        .join(records, on="customer_id", how="left")
    )
    identified = known.select(
        "customer_id", "country", "language", "loyalty_tier", "loyalty_since",
        is_staff=pl.col("is_staff").fill_null(False),
        is_identified=pl.lit(True),
        has_email=pl.col("email").is_not_null(),
        email_marketing_consent=pl.col("email_marketing_consent").fill_null(False),
    )  # fmt: skip
    guests = (
        orders.filter(~pl.col("is_identified"))
        .select("customer_id", "country", is_identified=pl.lit(False))
        .with_columns(
            language=pl.lit(None, dtype=pl.String),
            loyalty_tier=pl.lit(None, dtype=pl.String),
            loyalty_since=pl.lit(None, dtype=pl.Date),
            is_staff=pl.lit(False),
            has_email=pl.lit(False),
            email_marketing_consent=pl.lit(False),
        )
    )
    table = CURRENT["customers"]
    names = table.schema.names()
    return table.conform(pl.concat([identified.select(names), guests.select(names)])).sort(
        table.key
    )


def members_refusing(members: pl.DataFrame, refusing: pl.DataFrame) -> int:
    """How many members of a list have said no, by their id or by their address."""
    by_id = members["customer_id"].is_in(refusing["customer_id"].implode())
    by_email = members["email"].is_in(refusing["email"].drop_nulls().implode())
    return int((by_id | by_email).sum())
