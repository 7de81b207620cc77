"""Who is who: keyed hashes of identifiers, and people as connected components over them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

PersonKey = Callable[[str, str], str]
#: Characters of a surrogate.
LENGTH = 20
#: Columns that name a person, in the order in which they are believed, and what each holds.
KIND_OF_KEY = {"customer_ref_key": "id", "email_key": "email", "phone_key": "phone"}


def person_key(secret: bytes) -> PersonKey:
    """A function (kind, value) -> keyed hash, so that no identifier leaves the reader in clear.

    Args:
        secret: key of this installation; the same key gives the same hashes.
    """

    def hashed(kind: str, value: str) -> str:
        return hmac.new(secret, f"{kind}\x1f{value}".encode(), hashlib.sha256).hexdigest()[:32]

    return hashed


def hash_series(values: pl.Series, kind: str, key: PersonKey) -> pl.Series:
    """Keyed hashes of a column; null stays null."""
    unique = values.drop_nulls().unique().to_list()
    if not unique:
        return pl.Series(values.name, [None] * len(values), dtype=pl.String)
    return values.replace_strict(
        {value: key(kind, value) for value in unique}, default=None, return_dtype=pl.String
    )


def is_role_mailbox(emails: pl.Series, mailboxes: tuple[str, ...]) -> pl.Series:
    """True for shared addresses such as info@, which must not join people."""
    return emails.str.split("@").list.first().is_in(list(mailboxes)).fill_null(False)


@dataclass(frozen=True)
class Links:
    """Which identifiers were stated together.

    Attributes:
        edges: left, right, seen_at; one row per pair that joins, with its first mention.
        counts: value_key, kind, ids_linked; with how many identifiers of one other kind a
            value was ever stated, whether it joins or not.
    """

    edges: pl.DataFrame
    counts: pl.DataFrame


def links(
    mentions: pl.DataFrame,
    *,
    max_ids_per_value: int,
    merge_by_phone: bool,
    refused: Iterable[str] = (),
) -> Links:
    """Pairs of identifiers stated together; a value shared by too many is in no pair at all.

    Args:
        mentions: customer_ref_key, email_key, phone_key, seen_at; one row per mention.
            Null keys join nothing.
        max_ids_per_value: a value seen with more identifiers of another kind than this joins nobody.
        merge_by_phone: whether phone numbers join.
        refused: further values that join nobody.
    """
    kinds = [*KIND_OF_KEY][: 3 if merge_by_phone else 2]
    pairs = [
        (mine, other, _pairs(mentions, mine, other))
        for i, mine in enumerate(kinds)
        for other in kinds[i + 1 :]
    ]
    counts = (
        pl.concat(
            [
                found.group_by(value_key=side).agg(
                    kind=pl.lit(KIND_OF_KEY[kind]), ids_linked=pl.len().cast(pl.Int64)
                )
                for mine, other, found in pairs
                for side, kind in (("left", mine), ("right", other))
            ]
        )
        .group_by("value_key", "kind")
        .agg(pl.col("ids_linked").max())
    )
    crowded = counts.filter(pl.col("ids_linked") > max_ids_per_value)["value_key"]
    barred = pl.concat([crowded, pl.Series(list(refused), dtype=pl.String)]).to_frame("value_key")
    return Links(without_values(pl.concat([found for _, _, found in pairs]), barred), counts)


def without_values(edges: pl.DataFrame, barred: pl.DataFrame) -> pl.DataFrame:
    """Edges of which neither end is a barred `value_key`."""
    return edges.join(barred, left_on="left", right_on="value_key", how="anti").join(
        barred, left_on="right", right_on="value_key", how="anti"
    )


def _pairs(mentions: pl.DataFrame, mine: str, other: str) -> pl.DataFrame:
    return (
        mentions.select(left=mine, right=other, seen_at="seen_at")
        .drop_nulls(["left", "right"])
        .group_by("left", "right")
        .agg(pl.col("seen_at").min())
    )


def components(mentions: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Join identifiers mentioned together into people.

    Args:
        mentions: customer_ref_key, email_key, phone_key, seen_at; one row per mention.
        edges: left, right; pairs of identifiers that belong to one person.

    Returns:
        identifier, component, first_seen_at: one row per identifier; `component` is the
        identifier of the component that was seen first (ties by identifier), so it does not
        depend on the order of arrival.
    """
    long = pl.concat(
        [mentions.select(identifier=pl.col(kind), seen_at="seen_at") for kind in KIND_OF_KEY]
    ).drop_nulls("identifier")
    nodes = (
        long.group_by("identifier")
        .agg(first_seen_at=pl.col("seen_at").min())
        .sort("first_seen_at", "identifier")
        .with_row_index("node")
    )
    anchors = pl.DataFrame({"identifier": nodes["identifier"], "label": _label(nodes, edges)})
    first = anchors.group_by("label", maintain_order=True).agg(
        component=pl.col("identifier").first()
    )
    joined = anchors.join(first, on="label", how="left", maintain_order="left")
    return (
        nodes.select("identifier", "first_seen_at")
        .with_columns(joined["component"])
        .sort("identifier")
    )


def _label(nodes: pl.DataFrame, edges: pl.DataFrame) -> np.ndarray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    number = nodes.select("identifier", "node")
    # One frame for both ends: two joins on their own need not keep the same order of rows.
    ends = edges.join(number.rename({"node": "left_node"}), left_on="left", right_on="identifier")
    ends = ends.join(number.rename({"node": "right_node"}), left_on="right", right_on="identifier")
    left, right = ends["left_node"].to_numpy(), ends["right_node"].to_numpy()
    if nodes.is_empty():
        return np.array([], dtype=np.int32)
    graph = coo_array(
        (np.ones(len(left), dtype=np.int8), (left, right)), shape=(nodes.height, nodes.height)
    )
    labels: np.ndarray = connected_components(graph, directed=False)[1]
    return labels


def surrogates(people: pl.DataFrame, known: dict[str, str], key: PersonKey) -> pl.DataFrame:
    """The customer_id of every identifier: the one it has, else one made from its component.

    Args:
        people: identifier, component, first_seen_at, as `components` gives them.
        known: identifier -> customer_id given in earlier runs.

    Returns:
        identifier, customer_id, component, first_seen_at. A component whose members were
        known under several surrogates keeps the one of the member seen first. Where one
        surrogate is claimed by several components, because an address has since turned out
        to be shared by too many, the one seen first keeps it and the others get new ones.
    """
    given = pl.DataFrame(
        {"identifier": list(known), "given": list(known.values())},
        schema={"identifier": pl.String, "given": pl.String},
    )
    joined = people.join(given, on="identifier", how="left").sort("first_seen_at", "identifier")
    claims = joined.group_by("component", maintain_order=True).agg(
        claimed=pl.col("given").drop_nulls().first()
    )
    is_late = pl.col("claimed").is_not_null() & ~pl.col("claimed").is_first_distinct()
    first, late = claims.filter(~is_late), claims.filter(is_late)
    fresh = hash_series(first["component"], "customer", key).str.slice(0, LENGTH)
    kept = first.with_columns(customer_id=pl.coalesce("claimed", fresh))
    split = late.with_columns(
        customer_id=_split_off(late["component"], set(kept["customer_id"]), key)
    )
    chosen = pl.concat([kept, split]).select("component", "customer_id")
    return people.join(chosen, on="component", how="left").sort("identifier")


def first_surrogate(identifier: str, key: PersonKey) -> str:
    """The surrogate of a component that has none yet and was first seen by this identifier."""
    return key("customer", identifier)[:LENGTH]


def unused_surrogate(identifier: str, taken: set[str], key: PersonKey) -> str:
    """A surrogate for who lost the old one, never one that is in use; it is taken from now on."""
    turn = 1
    while (candidate := key("split", f"{identifier}\x1f{turn}")[:LENGTH]) in taken:
        turn += 1
    taken.add(candidate)
    return candidate


def _split_off(components: pl.Series, taken: set[str], key: PersonKey) -> pl.Series:
    found = [unused_surrogate(component, taken, key) for component in components]
    return pl.Series("customer_id", found, dtype=pl.String)


def alias_rows(people: pl.DataFrame, known: dict[str, str]) -> list[dict[str, str]]:
    """What the ledger must write: identifiers that are new or belong to another person now."""
    changed = people.filter(
        pl.col("customer_id")
        != pl.col("identifier").replace_strict(known, default="", return_dtype=pl.String)
        if known
        else pl.lit(True)
    )
    return changed.select(
        "identifier", "customer_id", since=pl.col("first_seen_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    ).to_dicts()


def differing(given: pl.DataFrame, people: pl.DataFrame) -> dict[str, str]:
    """identifier -> customer_id where `people` say another than `given`."""
    both = given.select("identifier", was="customer_id").join(people, on="identifier")
    return dict(
        both.filter(pl.col("was") != pl.col("customer_id"))
        .select("identifier", "customer_id")
        .iter_rows()
    )


def named(known: dict[str, str]) -> pl.DataFrame:
    """identifier, customer_id as the ledger knows them."""
    return pl.DataFrame(
        {"identifier": list(known), "customer_id": list(known.values())},
        schema={"identifier": pl.String, "customer_id": pl.String},
    )
