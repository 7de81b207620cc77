"""The people behind current state: who they are now, what they agreed to, who said no."""

from __future__ import annotations

import polars as pl

from transforms.canonical import CURRENT
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
    """One row per identified person: the latest of everything ever stated. Personal."""
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
            "source_customer_id",
        )
    ]
    ordered = _without_placeholders(rows, people).sort("seen_at", "sequence", "row_number")
    return ordered.group_by("customer_id").agg(latest).sort("customer_id")


def latest_consents(store: CanonicalStore, people: pl.DataFrame) -> pl.DataFrame:
    """Latest statement per person, channel and purpose; at one moment a no outweighs a yes."""
    rows = with_customer(store.table("consents").collect(), people).filter(
        pl.col("customer_id").is_not_null()
    )
    ordered = rows.sort("stated_at", pl.col("is_granted").not_(), "sequence", "row_number")
    return (
        ordered.group_by("customer_id", "channel", "purpose")
        .agg(pl.col("is_granted").last())
        .sort("customer_id", "channel", "purpose")
    )


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


def refusing_people(store: CanonicalStore, people: pl.DataFrame) -> pl.DataFrame:
    """customer_id and email (null where unknown) of everybody whose latest word is no.

    One row per address ever stated: a merge or a shared mailbox must not hide a refusal.
    """
    latest = latest_consents(store, people).filter(
        (pl.col("channel") == "email") & (pl.col("purpose") == "marketing")
    )
    refused = latest.filter(~pl.col("is_granted")).select("customer_id")
    stated = with_customer(store.table("contacts").collect(), people).select("customer_id", "email")
    return refused.join(stated.unique(), on="customer_id", how="left").sort("customer_id", "email")


def members_refusing(members: pl.DataFrame, refusing: pl.DataFrame) -> int:
    """How many members of a list have said no, by their id or by their address."""
    by_id = members["customer_id"].is_in(refusing["customer_id"].implode())
    by_email = members["email"].is_in(refusing["email"].drop_nulls().implode())
    return int((by_id | by_email).sum())
