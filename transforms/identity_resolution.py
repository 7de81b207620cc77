"""Who is who in the files of a run: guard rails, components, surrogates, decisions by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms import identity_rails as rails
from transforms.canonical import CURRENT
from transforms.identity import (
    KIND_OF_KEY,
    PersonKey,
    components,
    links,
    surrogates,
    without_values,
)
from transforms.identity_history import merges
from transforms.identity_overrides import Override, decide
from transforms.known_files import CanonicalStore

SOUND, BUSY, PLACEHOLDER = 0, 1, 2


@dataclass(frozen=True)
class Question:
    """What resolution is asked for.

    Attributes:
        policy: what may join people.
        known: identifier -> customer_id given in earlier runs.
        overrides: decisions by hand, in the order in which they were taken.
        as_of: last business date.
        zone: the store's time zone.
    """

    policy: rails.IdentityPolicy
    known: Mapping[str, str]
    overrides: Sequence[Override]
    as_of: date
    zone: str


@dataclass(frozen=True)
class Resolution:
    """Who is who.

    Attributes:
        people: identifier, customer_id, component, first_seen_at, weakness: one row per
            identifier. A busy value names a person only where an order has nothing better; a
            placeholder names nobody and has no customer_id.
        given: the same before decisions by hand: what the ledger keeps.
        reviews: the table `identity_reviews`.
        changes: the table `identity_changes`.
        unknown_overrides: numbers of decisions about identifiers not mentioned in the files.
    """

    people: pl.DataFrame
    given: pl.DataFrame
    reviews: pl.DataFrame
    changes: pl.DataFrame
    unknown_overrides: tuple[int, ...]


def resolve(store: CanonicalStore, question: Question, key: PersonKey) -> Resolution:
    """Resolve the people of all files a run may know.

    Raises:
        CurrentStateError: the rows of an accepted file are gone.
    """
    policy = question.policy
    weak = rails.weak_mentions(store, policy, key)
    orders = rails.order_mentions(store, question.zone)
    busy = rails.busy_values(orders, policy.max_orders_per_day)
    fake = weak.filter(pl.col("reason_code") == "placeholder")["value_key"].unique().sort()
    mentions = _without(store.mentions(), fake)
    linked = links(
        mentions,
        max_ids_per_value=policy.max_ids_per_value,
        merge_by_phone=policy.merge_by_phone,
        refused=[*weak["value_key"].unique(), *busy["value_key"]],
    )
    barred = _barred(weak, busy, linked.counts, policy)
    folded = without_values(rails.folded_pairs(store, policy, key), barred.select("value_key"))
    edges = pl.concat([linked.edges, folded])
    given = surrogates(components(mentions, edges), dict(question.known), key)
    decided = decide(given, edges, question.overrides, key)
    changes = [*merges(given, edges, key, question.zone), *decided.changes]
    return Resolution(
        people=_with_weakness(decided.people, fake, busy["value_key"]),
        given=given,
        reviews=CURRENT["identity_reviews"].conform(
            rails.review_rows(barred, weak, linked.counts, orders)
        ),
        changes=_changes(changes, question.as_of),
        unknown_overrides=decided.unknown,
    )


def _without(mentions: pl.DataFrame, fake: pl.Series) -> pl.DataFrame:
    if fake.is_empty():
        return mentions
    return mentions.with_columns(
        pl.when(~pl.col(name).is_in(fake.implode())).then(pl.col(name)).alias(name)
        for name in KIND_OF_KEY
    )


def _barred(
    weak: pl.DataFrame, busy: pl.DataFrame, counts: pl.DataFrame, policy: rails.IdentityPolicy
) -> pl.DataFrame:
    """value_key, kind, reason_code of every value that joins nobody."""
    crowded = counts.filter(pl.col("ids_linked") > policy.max_ids_per_value)
    return pl.concat(
        [
            weak.select("value_key", "kind", "reason_code").unique(),
            crowded.select("value_key", "kind", reason_code=pl.lit("too_many_ids")),
            busy.select("value_key", "kind", reason_code=pl.lit("too_many_orders_a_day")),
        ]
    )


def _with_weakness(people: pl.DataFrame, fake: pl.Series, busy: pl.Series) -> pl.DataFrame:
    sound = people.with_columns(
        weakness=pl.when(pl.col("identifier").is_in(busy.implode()))
        .then(pl.lit(BUSY, dtype=pl.Int8))
        .otherwise(pl.lit(SOUND, dtype=pl.Int8))
    )
    nobody = pl.DataFrame({"identifier": fake}).with_columns(
        weakness=pl.lit(PLACEHOLDER, dtype=pl.Int8)
    )
    return pl.concat([sound, nobody], how="diagonal").sort("identifier")


def _changes(rows: list[dict[str, object]], as_of: date) -> pl.DataFrame:
    """Decisions stand whenever they were taken; what files say only up to as_of."""
    table = CURRENT["identity_changes"]
    if not rows:
        return table.empty()
    frame = table.conform(pl.DataFrame(rows, infer_schema_length=None))
    is_known = (pl.col("kind") != "merge") | (pl.col("changed_on") <= as_of)
    return frame.filter(is_known).unique(table.key).sort(table.key)
