"""The rows that say who somebody is and what they agreed to: contacts and consents."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from transforms.canonical import CONSENTS, CONTACTS
from transforms.fields import CONSENT_FIELDS
from transforms.identity import PersonKey, hash_series, is_role_mailbox
from transforms.identity_rails import phone_digits
from transforms.readers.context import ReadContext
from transforms.readers.parse import emails
from transforms.readers.raw import ROW
from transforms.sources import SourceDefinition

#: What is kept of a person as the file states it.
STATED = (
    "email", "phone", "first_name", "last_name", "language", "country", "birthday",
    "city", "postal_code", "region", "push_token",
)  # fmt: skip


def with_person_keys(
    fields: pl.DataFrame, definition: SourceDefinition, context: ReadContext
) -> pl.DataFrame:
    """Add customer_ref_key, email_key and phone_key, null where the row does not say.

    A shared mailbox such as info@ identifies nobody who is known by another id.
    """
    absent = pl.Series([None] * fields.height, dtype=pl.String)
    ids = fields["customer_id"] if "customer_id" in fields.columns else absent
    emails = fields["email"] if "email" in fields.columns else absent
    phones = fields["phone"] if "phone" in fields.columns else absent
    digits = phones.alias("phone").to_frame().select(phone_digits(pl.col("phone"))).to_series()
    keys = {
        "customer_ref_key": hash_series(ids, f"id:{definition.id_space}", context.key),
        "email_key": hash_series(emails, "email", context.key),
        "phone_key": hash_series(digits, "phone", context.key),
    }
    if definition.feed == "consents":
        # Said of the address itself, shared or not; an unsubscription brings only its hash.
        told = fields["email_key"] if "email_key" in fields.columns else absent
        keys["email_key"] = keys["email_key"].zip_with(keys["email_key"].is_not_null(), told)
        return fields.with_columns(values.alias(name) for name, values in keys.items())
    shared = (
        is_role_mailbox(emails, context.role_mailboxes) & keys["customer_ref_key"].is_not_null()
    )
    keys["email_key"] = keys["email_key"].zip_with(~shared, absent)
    return fields.with_columns(values.alias(name) for name, values in keys.items())


def key_of_text(text: str, id_spaces: Iterable[str], key: PersonKey) -> str | None:
    """The key that a reader gives an identifier typed by a person.

    Args:
        text: an e-mail address, `SPACE:ID` or `phone:NUMBER`.
        id_spaces: the id spaces of the shop's sources.

    Returns:
        The keyed hash; None where the text is no identifier.
    """
    space, _, value = text.strip().partition(":")
    if value and space in id_spaces:
        return key(f"id:{space}", value.strip())
    if value and space == "phone":
        stated = pl.DataFrame({"value": [value]})
        kind, found = "phone", stated.select(phone_digits(pl.col("value"))).item()
    else:
        kind, found = "email", emails(pl.Series([text.strip()]))[0]
    return None if found is None else key(kind, found)


def contacts(
    fields: pl.DataFrame, definition: SourceDefinition, context: ReadContext, seen_at: pl.Expr
) -> pl.DataFrame:
    """One row per mention of an identified person."""
    known = _identified(fields)
    plain = [c for c in STATED if c in known.columns]
    ids = (
        [pl.col("customer_id").alias("source_customer_id")]
        if "customer_id" in known.columns
        else []
    )
    rows = known.select(
        pl.lit(definition.source).alias("source"), "customer_ref_key", "email_key", "phone_key",
        *ids, *plain, *_address_line(known), seen_at.alias("seen_at"), pl.lit(context.file_id).alias("file_id"), ROW,
    )  # fmt: skip
    return CONTACTS.conform(rows)


def _address_line(known: pl.DataFrame) -> list[pl.Expr]:
    """Both lines of a form as one, without the line ends that a cell may hold."""
    lines = [c for c in ("address_line", "address_line_2") if c in known.columns]
    if "address_line" not in lines:
        return []
    tidy = [
        pl.col(c).str.replace_all(r"\s+", " ").str.strip_chars(" ,").replace("", None)
        for c in lines
    ]
    joined = pl.concat_str(tidy, separator=", ", ignore_nulls=True)
    return [pl.when(tidy[0].is_not_null()).then(joined).alias("address_line")]


def consents(
    fields: pl.DataFrame, definition: SourceDefinition, context: ReadContext, stated_at: pl.Expr
) -> pl.DataFrame:
    """One row per statement of consent; an empty cell states nothing."""
    known = _identified(fields)
    statements = [
        known.filter(pl.col(field).is_not_null()).select(
            pl.lit(definition.source).alias("source"), "customer_ref_key", "email_key", "phone_key",
            pl.lit(channel).alias("channel"), pl.lit(purpose).alias("purpose"), pl.col(field).alias("is_granted"),
            stated_at.alias("stated_at"), pl.lit(context.file_id).alias("file_id"), ROW,
        )
        for field, (channel, purpose) in CONSENT_FIELDS.items()
        if field in known.columns
    ]  # fmt: skip
    return CONSENTS.conform(pl.concat(statements)) if statements else CONSENTS.empty()


def _identified(fields: pl.DataFrame) -> pl.DataFrame:
    keys = pl.coalesce("customer_ref_key", "email_key", "phone_key")
    return fields.filter(keys.is_not_null())
