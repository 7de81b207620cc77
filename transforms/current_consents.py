"""What people agreed to now: remarks in passing, and statements made on purpose.

Orders and customer files repeat at every export what a shop system believes. Somebody who said no
by another door, such as an unsubscribe link, is still a yes there; so a no of the `consents` feed
stands until that feed says yes.
"""

from __future__ import annotations

import polars as pl

from transforms.current_people import with_customer
from transforms.identity import PersonKey, hash_series
from transforms.known_files import CanonicalStore

SUBJECT = ("customer_id", "channel", "purpose")
#: Which keyed hash a channel reaches people by: who else uses that address has said no as well.
ADDRESS_OF = {"email": "email_key", "sms": "phone_key", "phone": "phone_key"}


def latest_consents(store: CanonicalStore, people: pl.DataFrame, key: PersonKey) -> pl.DataFrame:
    """Latest statement per person, channel and purpose; at one moment a no outweighs a yes.

    Args:
        people: identifier, customer_id (and weakness): the surrogate of every identifier known.
        key: keyed hash of the installation, for mailboxes that contacts keep no hash of.

    Returns:
        customer_id, channel, purpose, is_granted, stated_at (of that word); ordered by the first
        three. Who is absent said nothing.
    """
    passing = _latest(with_customer(store.table("consents").collect(), people))
    stated = _latest(_statements(store, people, key))
    both = _latest(pl.concat([passing, stated]))
    refused = stated.filter(~pl.col("is_granted")).select(*SUBJECT, "is_granted", "stated_at")
    standing = pl.concat(
        [
            both.join(refused, on=SUBJECT, how="anti").select(refused.columns),
            refused,
        ]
    )
    return standing.sort(SUBJECT)


def refusing_people(store: CanonicalStore, people: pl.DataFrame, key: PersonKey) -> pl.DataFrame:
    """customer_id and email (null where unknown) of everybody whose latest word is no.

    One row per address ever stated: a merge or a shared mailbox must not hide a refusal.
    """
    latest = latest_consents(store, people, key).filter(
        (pl.col("channel") == "email") & (pl.col("purpose") == "marketing")
    )
    refused = latest.filter(~pl.col("is_granted")).select("customer_id")
    stated = with_customer(store.table("contacts").collect(), people).select("customer_id", "email")
    return refused.join(stated.unique(), on="customer_id", how="left").sort("customer_id", "email")


def _latest(rows: pl.DataFrame) -> pl.DataFrame:
    ordered = rows.filter(pl.col("customer_id").is_not_null()).sort(
        "stated_at", pl.col("is_granted").not_(), "sequence", "row_number"
    )
    facts = ("is_granted", "stated_at", "sequence", "row_number")
    return ordered.group_by(SUBJECT).agg(pl.col(name).last() for name in facts)


def _statements(store: CanonicalStore, people: pl.DataFrame, key: PersonKey) -> pl.DataFrame:
    """Statements by whom they are of; a no also by everybody whom the refused address reaches."""
    rows = store.table("consent_statements").collect()
    columns = (*SUBJECT, "is_granted", "stated_at", "sequence", "row_number")
    found = [with_customer(rows, people).select(columns)]
    if rows.is_empty():
        return found[0]
    users = _users_of_addresses(store, people, key)
    for channel, address in ADDRESS_OF.items():
        refused = rows.filter((pl.col("channel") == channel) & ~pl.col("is_granted"))
        reached = refused.join(users, left_on=address, right_on="address_key", how="inner")
        found.append(reached.select(columns))
    return pl.concat(found)


def _users_of_addresses(
    store: CanonicalStore, people: pl.DataFrame, key: PersonKey
) -> pl.DataFrame:
    """address_key, customer_id: everybody who ever stated the address or number."""
    stated = with_customer(store.table("contacts").collect(), people)
    # A shared mailbox such as info@ identifies nobody, so its hash is not kept beside an id.
    unhashed = stated.filter(pl.col("email_key").is_null() & pl.col("email").is_not_null())
    mailboxes = unhashed.with_columns(address_key=hash_series(unhashed["email"], "email", key))
    return (
        pl.concat(
            [
                stated.select("customer_id", address_key="email_key"),
                stated.select("customer_id", address_key="phone_key"),
                mailboxes.select("customer_id", "address_key"),
            ]
        )
        .drop_nulls()
        .unique()
    )
