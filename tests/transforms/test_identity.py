"""Who is who: keyed hashes, connected components, and surrogates that last."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.identity import (
    alias_rows,
    components,
    hash_series,
    is_role_mailbox,
    links,
    named,
    person_key,
    surrogates,
)

KEY = person_key(b"a test key")
START = datetime(2026, 1, 1, tzinfo=UTC)
SCHEMA = {
    "customer_ref_key": pl.String,
    "email_key": pl.String,
    "phone_key": pl.String,
    "seen_at": pl.Datetime("us", "UTC"),
}

Mention = tuple[str | None, str | None, str | None, int]


def mentions(*rows: Mention) -> pl.DataFrame:
    """Rows of (customer id, e-mail, phone, day it was stated)."""
    return pl.DataFrame(
        [(ref, email, phone, START + timedelta(days=day)) for ref, email, phone, day in rows],
        schema=SCHEMA,
        orient="row",
    )


def joined(frame: pl.DataFrame, limit: int = 5, by_phone: bool = False) -> pl.DataFrame:
    found = links(frame, max_ids_per_value=limit, merge_by_phone=by_phone)
    return components(frame, found.edges)


def people_of(frame: pl.DataFrame, limit: int = 5, by_phone: bool = False) -> dict[str, str]:
    return dict(joined(frame, limit, by_phone).select("identifier", "component").iter_rows())


def night(frame: pl.DataFrame, known: dict[str, str], limit: int = 5) -> dict[str, str]:
    """What the ledger knows after a night: identifier -> customer_id."""
    given_ids = surrogates(joined(frame, limit), known, KEY)
    return known | {row["identifier"]: row["customer_id"] for row in alias_rows(given_ids, known)}


def test_three_guest_ids_with_one_address_are_one_person():
    found = people_of(mentions(("g1", "e", None, 0), ("g2", "e", None, 1), ("g3", "e", None, 2)))
    assert len(set(found.values())) == 1


def test_two_people_who_share_nothing_stay_two():
    found = people_of(mentions(("c1", "a", None, 0), ("c2", "b", None, 0)))
    assert found["c1"] == found["a"] != found["c2"] == found["b"]


def test_a_missing_address_joins_nobody():
    found = people_of(mentions(("c1", None, None, 0), ("c2", None, None, 0)))
    assert found["c1"] != found["c2"]


def test_an_address_shared_by_more_ids_than_allowed_joins_none_of_them():
    rows = [(f"c{n}", "shared", None, n) for n in range(6)]
    assert len({people_of(mentions(*rows))[f"c{n}"] for n in range(6)}) == 6
    assert len({people_of(mentions(*rows[:5]))[f"c{n}"] for n in range(5)}) == 1


def test_a_shared_address_does_not_join_through_a_phone_number_either():
    rows = [(f"c{n}", "shared", None, n) for n in range(6)]
    phoned = mentions(*rows, ("c0", "shared", "p", 7), ("c9", None, "p", 8))
    found = people_of(phoned, by_phone=True)
    assert found["c0"] == found["p"] == found["c9"]
    assert found["shared"] != found["c0"]


def test_phone_numbers_join_only_where_the_shop_says_so():
    rows = mentions(("c1", None, "p", 0), ("c2", None, "p", 1))
    assert people_of(rows)["c1"] != people_of(rows)["c2"]
    assert people_of(rows, by_phone=True)["c1"] == people_of(rows, by_phone=True)["c2"]


def test_the_component_is_named_after_the_identifier_seen_first_and_ties_go_by_name():
    found = people_of(mentions(("late", "early", None, 5), (None, "early", None, 1)))
    assert found == {"late": "early", "early": "early"}
    tied = people_of(mentions(("b", "a", None, 0)))
    assert set(tied.values()) == {"a"}


def test_nobody_mentioned_gives_no_people():
    assert joined(mentions(), by_phone=True).height == 0
    assert surrogates(joined(mentions(), by_phone=True), {}, KEY).is_empty()


MENTION = st.tuples(
    st.sampled_from(["c1", "c2", "c3", "c4", None]),
    st.sampled_from(["e1", "e2", "e3", None]),
    st.sampled_from(["p1", "p2", None]),
    st.integers(0, 5),
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(MENTION, max_size=12),
    seed=st.integers(0, 10**6),
    limit=st.integers(1, 4),
    by_phone=st.booleans(),
)
def test_the_order_in_which_people_are_mentioned_changes_nothing(rows, seed, limit, by_phone):
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert people_of(mentions(*rows), limit, by_phone) == people_of(
        mentions(*shuffled, *shuffled), limit, by_phone
    )


@settings(max_examples=60, deadline=None)
@given(nights=st.lists(st.lists(MENTION, max_size=6), min_size=1, max_size=4))
def test_two_people_never_share_a_surrogate_whatever_the_nights_bring(nights):
    known: dict[str, str] = {}
    seen: list[Mention] = []
    for rows in nights:
        seen += rows
        known = night(mentions(*seen), known, limit=2)
        found = people_of(mentions(*seen), limit=2)
        customers = {(component, known[one]) for one, component in found.items()}
        assert len(customers) == len(set(found.values())) == len({c for _, c in customers})


def test_a_second_night_without_news_writes_nothing():
    rows = mentions(("c1", "e1", None, 0), ("c2", "e2", None, 1))
    known = night(rows, {})
    assert alias_rows(surrogates(joined(rows), known, KEY), known) == []


def test_only_identifiers_that_are_new_or_moved_are_written():
    known = night(mentions(("c1", "e1", None, 0)), {})
    found = joined(mentions(("c1", "e1", None, 0), ("c1", "e2", None, 3)))
    written = alias_rows(surrogates(found, known, KEY), known)
    assert [row["identifier"] for row in written] == ["e2"]
    assert written[0]["customer_id"] == known["c1"]
    assert written[0]["since"] == "2026-01-04T00:00:00Z"


def test_a_merge_keeps_the_surrogate_of_the_one_seen_first():
    first = night(mentions(("z1", "z2", None, 0), ("a1", "a2", None, 5)), {})
    assert first["z1"] != first["a1"]
    rows = mentions(("z1", "z2", None, 0), ("a1", "a2", None, 5), ("a1", "z2", None, 9))
    merged = night(rows, first)
    assert set(merged.values()) == {first["z1"]}


def test_an_older_mention_that_arrives_late_does_not_rename_anybody():
    before = night(mentions(("c1", "e1", None, 5)), {})
    after = night(mentions(("c1", "e1", None, 5), ("c0", "e1", None, 1)), before)
    assert after["c1"] == after["c0"] == before["c1"]


def test_people_joined_by_an_address_part_again_once_too_many_share_it():
    rows = [(f"c{n}", "shared", None, n) for n in range(6)]
    joined = night(mentions(*rows[:5]), {})
    assert len({joined[f"c{n}"] for n in range(5)}) == 1
    parted = night(mentions(*rows), joined)
    assert len({parted[f"c{n}"] for n in range(6)}) == 6
    assert parted["c0"] == joined["c0"]
    again = night(mentions(*rows), parted)
    assert again == parted


def test_a_surrogate_is_no_address_and_no_hash_of_one():
    rows = mentions((None, KEY("email", "ana@example.com"), None, 0))
    (customer,) = set(night(rows, {}).values())
    assert len(customer) == 20
    assert not KEY("email", "ana@example.com").startswith(customer)


def test_the_same_text_as_an_id_and_as_an_address_has_two_hashes():
    kinds = ("id:shopify", "id:woo", "email", "phone", "customer", "guest", "split")
    assert len({KEY(kind, "12345") for kind in kinds}) == len(kinds)
    assert KEY("email", "a") != person_key(b"another key")("email", "a")


def test_hashing_a_column_keeps_nulls_and_order():
    values = pl.Series("email", ["a@example.com", None, "b@example.com", "a@example.com"])
    hashed = hash_series(values, "email", KEY).to_list()
    assert hashed[1] is None
    assert hashed[0] == hashed[3] == KEY("email", "a@example.com") != hashed[2]
    assert hash_series(
        pl.Series("email", [None, None], dtype=pl.String), "email", KEY
    ).to_list() == [
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("email", "is_shared"),
    [
        ("info@example.com", True),
        ("information@example.com", False),
        ("ana.info@example.com", False),
        (None, False),
    ],
)
def test_a_role_mailbox_is_told_by_the_whole_part_before_the_at(email, is_shared):
    found = is_role_mailbox(pl.Series([email], dtype=pl.String), ("info", "sales"))
    assert found.to_list() == [is_shared]


def test_the_ledgers_names_come_back_as_a_frame_even_when_there_are_none():
    assert named({"i": "c"}).rows() == [("i", "c")]
    assert named({}).schema == {"identifier": pl.String, "customer_id": pl.String}
