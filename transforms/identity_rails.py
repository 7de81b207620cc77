"""Guard rails of identity: values that name nobody, and values that must not join people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from transforms.identity import KIND_OF_KEY, PersonKey, hash_series
from transforms.known_files import CanonicalStore

#: Digits of a phone number that somebody typed to get past a form.
ONE_DIGIT_OVER_AND_OVER = r"^\+?(" + "|".join(f"{digit}+" for digit in range(10)) + ")$"
GMAIL = ("gmail.com", "googlemail.com")


@dataclass(frozen=True)
class IdentityPolicy:
    """What may join people.

    Attributes:
        max_ids_per_value: a value seen with more identifiers of another kind joins nobody.
        max_orders_per_day: a value with more orders on one local day joins nobody.
        role_mailboxes: local parts of shared addresses, which join nobody.
        placeholders: local parts, whole addresses or `@domain`s that stand for no address.
        merge_by_phone: whether phone numbers join.
        fold_plus_tags: whether `ana+shop@` and `ana@` are one address.
        fold_gmail_dots: whether dots in Gmail addresses are ignored.
    """

    max_ids_per_value: int = 5
    max_orders_per_day: int = 20
    role_mailboxes: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    merge_by_phone: bool = False
    fold_plus_tags: bool = False
    fold_gmail_dots: bool = False


def phone_digits(phones: pl.Expr) -> pl.Expr:
    """Digits and plus signs of a phone number; null where it has fewer than seven."""
    digits = phones.str.replace_all(r"[^\d+]", "")
    return pl.when(digits.str.len_chars() >= 7).then(digits)


def is_listed(emails: pl.Expr, listed: Iterable[str]) -> pl.Expr:
    """True for an address whose local part, whole or `@domain` is on the list."""
    words = [word.lower() for word in listed]
    parts = emails.str.splitn("@", 2).struct
    local, domain = parts.field("field_0"), parts.field("field_1")
    return (
        local.is_in([word for word in words if "@" not in word])
        | domain.is_in([word[1:] for word in words if word.startswith("@")])
        | emails.is_in(words)
    ).fill_null(False)


def weak_mentions(store: CanonicalStore, policy: IdentityPolicy, key: PersonKey) -> pl.DataFrame:
    """Mentions of placeholders and role mailboxes, told by the value itself.

    Returns:
        value_key, kind, reason_code, customer_ref_key, file_id, row_number: one row per mention.
    """
    contacts = store.table("contacts").select(
        "file_id", "row_number", "customer_ref_key", "email", digits=phone_digits(pl.col("phone"))
    )
    marks = {
        "is_fake": is_listed(pl.col("email"), policy.placeholders),
        "is_role": is_listed(pl.col("email"), policy.role_mailboxes),
        "is_one_digit": pl.col("digits").str.contains(ONE_DIGIT_OVER_AND_OVER).fill_null(False),
    }
    found = contacts.filter(pl.any_horizontal(*marks.values())).with_columns(**marks).collect()
    return pl.concat(
        [
            _hashed(found.filter("is_fake"), "email", "email", "placeholder", key),
            _hashed(
                found.filter(pl.col("is_role") & ~pl.col("is_fake")),
                "email",
                "email",
                "role_mailbox",
                key,
            ),
            _hashed(found.filter("is_one_digit"), "digits", "phone", "placeholder", key),
        ]
    )


def _hashed(
    rows: pl.DataFrame, column: str, kind: str, reason: str, key: PersonKey
) -> pl.DataFrame:
    return rows.select(
        hash_series(rows[column], kind, key).alias("value_key"),
        pl.lit(kind).alias("kind"),
        pl.lit(reason).alias("reason_code"),
        "customer_ref_key",
        "file_id",
        "row_number",
    )


def order_mentions(store: CanonicalStore, zone: str) -> pl.DataFrame:
    """Every version of every order: its keys, its local day and where it was read."""
    day = pl.col("ordered_at").dt.convert_time_zone(zone).dt.date()
    return (
        store.table("orders")
        .select("source", "order_id", *KIND_OF_KEY, "file_id", "row_number", order_date=day)
        .collect()
    )


def busy_values(orders: pl.DataFrame, max_orders_per_day: int) -> pl.DataFrame:
    """Values with more orders on one day than a person places.

    Returns:
        value_key, kind.
    """
    found = []
    for column, kind in KIND_OF_KEY.items():
        rows = orders.select("source", "order_id", "order_date", value_key=column).drop_nulls()
        # Whoever has few orders in all has few on every day; that is nearly everybody.
        many = rows.group_by("value_key").len().filter(pl.col("len") > max_orders_per_day)
        days = (
            rows.join(many, on="value_key", how="semi")
            .unique(["value_key", "source", "order_id", "order_date"])
            .group_by("value_key", "order_date")
            .len()
        )
        busy = days.filter(pl.col("len") > max_orders_per_day).select("value_key").unique()
        found.append(busy.with_columns(kind=pl.lit(kind)))
    return pl.concat(found)


def folded_pairs(store: CanonicalStore, policy: IdentityPolicy, key: PersonKey) -> pl.DataFrame:
    """Spellings of one address that the shop says are one.

    Returns:
        left, right, seen_at: the spelling seen first with each of the others.
    """
    empty = pl.DataFrame(
        schema={"left": pl.String, "right": pl.String, "seen_at": pl.Datetime("us", "UTC")}
    )
    if not (policy.fold_plus_tags or policy.fold_gmail_dots):
        return empty
    seen = (
        store.table("contacts")
        .select("email", "seen_at", folded=_folded(pl.col("email"), policy))
        .drop_nulls("email")
        .group_by("folded", "email")
        .agg(pl.col("seen_at").min())
        .filter(pl.len().over("folded") > 1)
        .sort("folded", "seen_at", "email")
        .collect()
    )
    keyed = seen.with_columns(hash_series(seen["email"], "email", key).alias("right"))
    pairs = keyed.with_columns(left=pl.col("right").first().over("folded"))
    return pairs.filter(pl.col("left") != pl.col("right")).select(empty.columns)


def _folded(emails: pl.Expr, policy: IdentityPolicy) -> pl.Expr:
    parts = emails.str.split("@")
    local, domain = parts.list.first(), parts.list.last()
    if policy.fold_plus_tags:
        local = local.str.replace(r"\+.*$", "")
    if policy.fold_gmail_dots:
        is_gmail = domain.is_in(list(GMAIL))
        local = (
            pl.when(is_gmail).then(local.str.replace_all(".", "", literal=True)).otherwise(local)
        )
        domain = pl.when(is_gmail).then(pl.lit(GMAIL[0])).otherwise(domain)
    return pl.concat_str(local, pl.lit("@"), domain)


def review_rows(
    barred: pl.DataFrame, weak: pl.DataFrame, counts: pl.DataFrame, orders: pl.DataFrame
) -> pl.DataFrame:
    """The review list: every value that joins nobody, and how much rests on it.

    Args:
        barred: value_key, kind, reason_code.
        weak: mentions of placeholders and role mailboxes (`weak_mentions`).
        counts: value_key, kind, ids_linked, as `links` counts them.
        orders: every version of every order (`order_mentions`).
    """
    used = _orders_of(barred, weak, orders)
    per_day = used.group_by("value_key", "kind", "order_date").len("orders")
    totals = used.group_by("value_key", "kind").agg(
        orders_total=pl.struct("source", "order_id").n_unique().cast(pl.Int64)
    )
    busiest = per_day.group_by("value_key", "kind").agg(
        orders_on_busiest_day=pl.col("orders").max().cast(pl.Int64)
    )
    named = weak.group_by("value_key", "kind").agg(
        ids_named=pl.col("customer_ref_key").drop_nulls().n_unique().cast(pl.Int64)
    )
    rows = barred
    for more in (counts, named, totals, busiest):
        rows = rows.join(more, on=["value_key", "kind"], how="left")
    return rows.select(
        "value_key", "kind", "reason_code",
        ids_linked=pl.max_horizontal("ids_linked", "ids_named").fill_null(0),
        orders_on_busiest_day=pl.col("orders_on_busiest_day").fill_null(0),
        orders_total=pl.col("orders_total").fill_null(0),
    ).sort("value_key", "kind", "reason_code")  # fmt: skip


def _orders_of(barred: pl.DataFrame, weak: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """value_key, kind, source, order_id, order_date: each order of a barred value once a day."""
    place = ["source", "order_id", "order_date"]
    values = barred.select("value_key", "kind").unique()
    named = [
        orders.select(*place, value_key=column)
        .drop_nulls("value_key")
        .with_columns(kind=pl.lit(kind))
        .join(values, on=["value_key", "kind"], how="semi")
        for column, kind in KIND_OF_KEY.items()
    ]
    # A role mailbox beside another id was dropped from the order when it was read.
    read = orders.select(*place, "file_id", "row_number").join(
        weak.select("value_key", "kind", "file_id", "row_number"), on=["file_id", "row_number"]
    )
    return pl.concat([*named, read.select(*place, "value_key", "kind")]).unique()
