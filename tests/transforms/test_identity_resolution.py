"""From files to people: what joins, what must not, what goes to the review list, what is logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.canonical import CANONICAL, FEED_TABLES
from transforms.current_people import latest_contacts, with_customer
from transforms.identity import person_key
from transforms.identity_overrides import Override
from transforms.identity_rails import IdentityPolicy
from transforms.identity_resolution import Question, Resolution, resolve
from transforms.known_files import CanonicalStore, KnownFile
from transforms.readers.people import key_of_text

KEY = person_key(b"a test key")
START = datetime(2026, 3, 1, 4, tzinfo=UTC)
POLICY = {"role_mailboxes": ("info",), "placeholders": ("none", "@localhost.example.com")}
AMOUNTS = dict.fromkeys(
    (
        "gross_amount", "discount_amount", "shipping_amount", "tax_amount", "fee_amount",
        "refunded_amount",
    ),
    Decimal(0),
)  # fmt: skip

Order = tuple[str | None, str | None, str | None, float]
Resolve = Callable[..., Resolution]


def id_key(text: str) -> str:
    return KEY("id:shop", text)


def email_key(text: str) -> str:
    return KEY("email", text)


def phone_key(text: str) -> str:
    return KEY("phone", text)


def _canonical(number: int, file_id: str, order: Order) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the readers write for one order of (customer id, e-mail, phone, day)."""
    ref, email, phone, day = order
    at = START + timedelta(days=day, seconds=number)
    is_role = bool(email and email.split("@")[0] in POLICY["role_mailboxes"])
    keys = {
        "customer_ref_key": ref and id_key(ref),
        "email_key": None if email is None or (is_role and ref) else email_key(email),
        "phone_key": phone and phone_key(phone),
    }
    shared = {**keys, "source": "shop", "file_id": file_id, "row_number": number + 2}
    order_row = {
        **AMOUNTS, **shared, "order_id": f"o{number}", "order_kind": "sale", "currency": "EUR", "ordered_at": at,
        "version_at": at, "version_basis": "arrival",
    }  # fmt: skip
    return order_row, {**shared, "email": email, "phone": phone, "seen_at": at}


def store_of(folder: Path, *files: list[Order], is_resent: bool = False) -> CanonicalStore:
    known = []
    count = 0
    for n, orders in enumerate(files):
        file_id = f"f{n}"
        known.append(KnownFile(file_id, "orders", n))
        pairs = [_canonical(count + i, file_id, order) for i, order in enumerate(orders)]
        count += 0 if is_resent else len(orders)
        named = [
            contact
            for _, contact in pairs
            if any(contact[key] for key in contact if key.endswith("_key"))
        ]
        rows = {"orders": [order for order, _ in pairs], "contacts": named}
        for name in FEED_TABLES["orders"]:
            table = CANONICAL[name]
            path = folder / name / f"{file_id}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            found = rows.get(name)
            frame = pl.DataFrame(found, infer_schema_length=None) if found else table.empty()
            table.conform(frame).write_parquet(path)
    return CanonicalStore(folder, folder / "quarantine", known)


def resolved(store: CanonicalStore, *overrides: Override, **policy: Any) -> Resolution:
    question = Question(
        IdentityPolicy(**{**POLICY, **policy}), {}, overrides, date(2026, 12, 31), "Asia/Manila"
    )
    return resolve(store, question, KEY)


def people(found: Resolution) -> dict[str, str | None]:
    return dict(found.people.select("identifier", "customer_id").iter_rows())


def reviews(found: Resolution) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {(row[0], row[2]): row[3:] for row in found.reviews.iter_rows()}


def customers_of_orders(store: CanonicalStore, found: Resolution) -> dict[str, str | None]:
    rows = with_customer(store.table("orders").collect(), found.people)
    return dict(rows.select("order_id", "customer_id").iter_rows())


def test_a_shared_mailbox_beside_other_ids_joins_nobody_and_is_reviewed(tmp_path):
    mailbox = "info@example.com"
    found = resolved(
        store_of(
            tmp_path, [("c1", mailbox, None, 0), ("c2", mailbox, None, 0), ("c2", mailbox, None, 3)]
        )
    )
    assert people(found)[id_key("c1")] != people(found)[id_key("c2")]
    assert reviews(found) == {(email_key(mailbox), "role_mailbox"): (2, 2, 3)}


def test_a_shared_mailbox_joins_nobody_through_a_phone_number_either(tmp_path):
    mailbox, first, second = "info@example.com", "+639170000001", "+639170000002"
    store = store_of(tmp_path, [(None, mailbox, first, 0), (None, mailbox, second, 1)])
    found = people(resolved(store, merge_by_phone=True))
    assert len({found[phone_key(first)], found[phone_key(second)], found[email_key(mailbox)]}) == 3


def test_a_shared_mailbox_alone_is_a_customer_of_its_own(tmp_path):
    store = store_of(tmp_path, [(None, "info@example.com", None, 0)])
    assert customers_of_orders(store, resolved(store))["o0"] is not None


@pytest.mark.parametrize("address", ["none@example.com", "ana@localhost.example.com"])
def test_a_placeholder_alone_names_nobody(tmp_path, address):
    store = store_of(tmp_path, [(None, address, None, 0), (None, address, None, 0)])
    found = resolved(store)
    assert customers_of_orders(store, found) == {"o0": None, "o1": None}
    assert reviews(found) == {(email_key(address), "placeholder"): (0, 2, 2)}


def test_a_placeholder_hides_neither_the_id_nor_the_phone_beside_it(tmp_path):
    store = store_of(tmp_path, [("c1", "none@example.com", None, 0), ("c2", "none@example.com", None, 1),
                                (None, "none@example.com", "+639170000001", 2)])  # fmt: skip
    orders = customers_of_orders(store, resolved(store))
    assert len(set(orders.values())) == 3
    assert None not in orders.values()


def test_nobody_is_written_to_at_a_placeholder(tmp_path):
    rows: list[Order] = [
        ("c1", "ana@example.com", None, 0),
        ("c1", "none@example.com", "0000000", 1),
    ]
    store = store_of(tmp_path, rows)
    contacts = latest_contacts(store, resolved(store).people)
    assert contacts.select("email", "phone").rows() == [("ana@example.com", None)]


@pytest.mark.parametrize(
    ("phone", "is_fake"), [("0000000", True), ("+1111111111", True), ("1111112", False)]
)
def test_a_phone_number_of_one_digit_over_and_over_is_a_placeholder(tmp_path, phone, is_fake):
    store = store_of(tmp_path, [(None, None, phone, 0)])
    found = resolved(store)
    assert (customers_of_orders(store, found)["o0"] is None) is is_fake
    assert ((phone_key(phone), "placeholder") in reviews(found)) is is_fake


def test_an_address_shared_by_too_many_ids_is_reviewed_with_its_orders(tmp_path):
    rows: list[Order] = [(f"c{n}", "ana@example.com", None, n) for n in range(6)]
    found = resolved(store_of(tmp_path, rows))
    assert reviews(found) == {(email_key("ana@example.com"), "too_many_ids"): (6, 1, 6)}
    assert resolved(store_of(tmp_path / "five", rows[:5])).reviews.is_empty()


def test_a_value_with_more_orders_on_one_day_than_allowed_joins_nobody(tmp_path):
    rows: list[Order] = [("till", f"p{n}@example.com", None, 0) for n in range(4)]
    store = store_of(tmp_path, rows)
    assert len(set(people(resolved(store)).values())) == 1
    found = resolved(store, max_orders_per_day=3)
    assert reviews(found) == {(id_key("till"), "too_many_orders_a_day"): (4, 4, 4)}
    # Each order belongs to the address it names, not to the till.
    assert customers_of_orders(store, found) == {
        f"o{n}": people(found)[email_key(f"p{n}@example.com")] for n in range(4)
    }


def test_a_busy_value_still_names_the_orders_that_name_nothing_else(tmp_path):
    store = store_of(tmp_path, [("till", None, None, 0)] * 4)
    found = resolved(store, max_orders_per_day=3)
    assert set(customers_of_orders(store, found).values()) == {people(found)[id_key("till")]}


def test_the_day_of_an_order_is_the_shops_own(tmp_path):
    # Noon and midnight in Manila: one day in UTC, two there.
    store = store_of(tmp_path, [("c1", None, None, 0), ("c1", None, None, 0.5)])
    assert resolved(store, max_orders_per_day=1).reviews.is_empty()


def test_an_order_sent_again_is_no_second_order(tmp_path):
    rows: list[Order] = [("c1", None, None, 0), ("c1", None, None, 0)]
    store = store_of(tmp_path, rows, rows, is_resent=True)
    assert resolved(store, max_orders_per_day=2).reviews.is_empty()
    found = reviews(resolved(store, max_orders_per_day=1))
    assert found == {(id_key("c1"), "too_many_orders_a_day"): (0, 2, 2)}


SPELLINGS: list[Order] = [
    (None, "ana.cruz@gmail.example.com", None, 0),
    (None, "ana.cruz+tea@gmail.example.com", None, 1),
]


def test_a_plus_tag_is_part_of_the_address_unless_the_shop_says_otherwise(tmp_path):
    store = store_of(tmp_path, SPELLINGS)
    assert len(set(people(resolved(store)).values())) == 2
    assert len(set(people(resolved(store, fold_plus_tags=True)).values())) == 1


def test_dots_are_ignored_in_gmail_addresses_only_and_only_if_the_shop_says_so(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(
        "transforms.identity_rails.GMAIL", ("mail.example.com", "oldmail.example.com")
    )
    rows: list[Order] = [
        (None, "a.na@mail.example.com", None, 0), (None, "ana@oldmail.example.com", None, 1),
        (None, "a.na@example.com", None, 2), (None, "ana@example.com", None, 3),
    ]  # fmt: skip
    store = store_of(tmp_path, rows)
    assert len(set(people(resolved(store)).values())) == 4
    found = people(resolved(store, fold_gmail_dots=True))
    assert found[email_key("a.na@mail.example.com")] == found[email_key("ana@oldmail.example.com")]
    assert len(set(found.values())) == 3


def test_the_day_two_known_people_turn_out_to_be_one_is_logged(tmp_path):
    rows: list[Order] = [
        ("c1", None, None, 0), (None, "ana@example.com", None, 40), ("c1", "ana@example.com", None, 70),
    ]  # fmt: skip
    found = resolved(store_of(tmp_path, rows))
    (change,) = found.changes.to_dicts()
    assert change == {
        "changed_on": date(2026, 5, 10), "kind": "merge",
        "old_customer_id": KEY("customer", email_key("ana@example.com"))[:20],
        "new_customer_id": people(found)[id_key("c1")],
        "old_since": date(2026, 4, 10), "new_since": date(2026, 3, 1),
    }  # fmt: skip


def test_a_stranger_who_names_two_known_people_joins_them_and_is_no_change_himself(tmp_path):
    rows: list[Order] = [
        (None, "a@example.com", None, 0), (None, "b@example.com", None, 1),
        ("c1", "a@example.com", None, 5), ("c1", "b@example.com", None, 6),
    ]  # fmt: skip
    assert resolved(store_of(tmp_path, rows)).changes["old_since"].to_list() == [date(2026, 3, 2)]


def test_a_new_address_of_a_known_customer_changes_nobody(tmp_path):
    rows: list[Order] = [("c1", "a@example.com", None, 0), ("c1", "b@example.com", None, 5)]
    assert resolved(store_of(tmp_path, rows)).changes.is_empty()


ORDER = st.tuples(
    st.sampled_from(["c1", "c2", "c3", None]),
    st.sampled_from(
        ["a@example.com", "b@example.com", "info@example.com", "none@example.com", None]
    ),
    st.sampled_from(["+639170000001", "0000000", None]),
    st.integers(0, 3),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ORDER, max_size=8), cut=st.integers(0, 8), by_phone=st.booleans())
def test_how_orders_are_spread_over_files_changes_nobody(tmp_path_factory, rows, cut, by_phone):
    one = resolved(
        store_of(tmp_path_factory.mktemp("one"), rows),
        merge_by_phone=by_phone,
        max_orders_per_day=2,
    )
    two = resolved(
        store_of(tmp_path_factory.mktemp("two"), rows[:cut], rows[cut:]), merge_by_phone=by_phone, max_orders_per_day=2,
    )  # fmt: skip
    assert one.people.equals(two.people)
    assert one.reviews.equals(two.reviews)
    assert one.changes.equals(two.changes)


def test_every_way_to_type_an_identifier_gives_the_key_the_readers_give():
    spaces = {"shop"}
    assert key_of_text(" Ana@Example.COM ", spaces, KEY) == email_key("ana@example.com")
    assert key_of_text("shop:12", spaces, KEY) == id_key("12")
    assert key_of_text("phone:+63 917-000 0001", spaces, KEY) == phone_key("+639170000001")
    for text in ("ana", "other:12", "phone:12", "", "a b@example.com"):
        assert key_of_text(text, spaces, KEY) is None
