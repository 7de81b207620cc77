"""Who may be written to: one outcome per person, no consent means no."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.canonical import CURRENT, SCORES
from transforms.contact import outcome, reorder_list, win_back_list

AS_OF = date(2026, 10, 31)
CONTACTS = dict.fromkeys(("customer_id", "email", "first_name", "last_name", "language"), pl.String)


def due(*people: str, sku: str = "tea", on: date = AS_OF, days: int = 40) -> pl.DataFrame:
    told = {
        "sku": sku, "product_name": f"name of {sku}", "last_order_date": date(2026, 9, 24),
        "reorder_days": days, "basis": "sku", "quantile": "median", "interval_count": 45,
        "quantity": 1, "quantity_factor": 1.0, "due_date": on,
    }  # fmt: skip
    frame = pl.DataFrame({"customer_id": people}, schema={"customer_id": pl.String})
    return SCORES["reorder_due"].conform(
        frame.with_columns(pl.lit(value).alias(name) for name, value in told.items())
    )


def contacts(emails: dict[str, str | None]) -> pl.DataFrame:
    rows = [(person, email, "Ana", "Cruz", "en") for person, email in emails.items()]
    return pl.DataFrame(rows, schema=CONTACTS, orient="row")


def customers(consents: dict[str, bool]) -> pl.DataFrame:
    people = pl.DataFrame(
        {"customer_id": list(consents), "email_marketing_consent": list(consents.values())},
        schema={"customer_id": pl.String, "email_marketing_consent": pl.Boolean},
    )
    told = {"is_identified": True, "is_staff": False, "has_email": True}
    return CURRENT["customers"].conform(
        people.with_columns(pl.lit(value).alias(name) for name, value in told.items())
    )


def lapsed(*people: tuple[str, str]) -> pl.DataFrame:
    """(customer, lifecycle state)."""
    rows = [
        (person, "hibernating", state, 1, 1, 1, 1, 300, 2, Decimal("10"), 60, 220)
        for person, state in people
    ]
    return pl.DataFrame(rows, schema=SCORES["customer_segments"].schema, orient="row")


def test_absent_consent_means_no():
    frame = pl.DataFrame(
        {
            "email": ["a@example.com"] * 3 + [None, None],
            "email_marketing_consent": [True, False, None, True, None],
        }
    )
    assert outcome(frame)["outcome"].to_list() == [
        "send",
        "no_consent",
        "no_consent",
        "no_email",
        "no_consent",
    ]


def test_somebody_unknown_to_the_customers_is_not_written_to():
    found = reorder_list(due("a"), contacts({"a": "a@example.com"}), customers({}))
    assert found.rows.is_empty()
    assert found.suppressed == {"no_consent": 1}


def test_somebody_without_a_contact_is_counted_and_not_written_to():
    found = reorder_list(due("a"), contacts({}), customers({"a": True}))
    assert (found.rows.height, found.suppressed) == (0, {"no_email": 1})


def test_two_people_with_one_mailbox_are_written_to_once():
    found = reorder_list(
        due("a", "b", "c"),
        contacts({"a": "home@example.com", "b": "home@example.com", "c": "c@example.com"}),
        customers({"a": True, "b": True, "c": True}),
    )
    assert found.rows.select("customer_id", "email").rows() == [
        ("a", "home@example.com"),
        ("c", "c@example.com"),
    ]
    assert found.suppressed == {"same_email": 1}


def test_several_people_without_an_address_do_not_count_as_one_mailbox():
    found = reorder_list(
        due("a", "b"), contacts({"a": None, "b": None}), customers({"a": True, "b": True})
    )
    assert found.suppressed == {"no_email": 2}


def test_one_row_per_person_with_the_product_due_first():
    several = pl.concat(
        [
            due("a", sku="mug", on=date(2026, 11, 3)),
            due("a", sku="tea"),
            due("a", sku="ale", days=41),
        ]
    )
    found = reorder_list(several, contacts({"a": "a@example.com"}), customers({"a": True}))
    assert found.rows.select("sku", "due_date").rows() == [("tea", AS_OF)]
    assert found.eligible == 1


@pytest.mark.parametrize(
    ("quantile", "share"), [("median", "half"), ("first_quartile", "a quarter")]
)
def test_a_row_says_why_and_which_share_of_buyers_its_days_stand_for(quantile, share):
    told = due("a").with_columns(quantile=pl.lit(quantile))
    found = reorder_list(told, contacts({"a": "a@example.com"}), customers({"a": True}))
    (reason,) = found.rows["reason"]
    assert reason == (
        f"bought on 2026-09-24; {share} of its buyers buy this product again within 40 days "
        "(45 intervals)"
    )


def test_only_the_lapsed_are_won_back():
    shop = lapsed(("a", "lapsed"), ("b", "at_risk"), ("c", "new"), ("d", "active"))
    everybody = dict.fromkeys("abcd", True)
    mails = {person: f"{person}@example.com" for person in "abcd"}
    found = win_back_list(shop, contacts(mails), customers(everybody), AS_OF)
    assert found.rows["customer_id"].to_list() == ["a"]
    assert found.rows["last_order_date"].to_list() == [date(2026, 1, 4)]
    assert "silent for 300 days; from day 220" in found.rows["reason"].item()


def test_empty_lists_keep_their_columns_and_count_nobody():
    found = win_back_list(lapsed(), contacts({}), customers({}), AS_OF)
    assert (found.rows.height, found.eligible, found.suppressed) == (0, 0, {})
    assert found.rows.columns[:4] == ["email", "first_name", "last_name", "language"]


PERSON = st.tuples(
    st.sampled_from([True, False, None]), st.sampled_from(["x@example.com", "y@example.com", None])
)


@settings(max_examples=60, deadline=None)
@given(people=st.lists(PERSON, max_size=12))
def test_every_eligible_person_is_on_the_list_or_counted_under_one_reason(people):
    names = [f"p{n:02}" for n in range(len(people))]
    stated = {n: c for n, (c, _) in zip(names, people, strict=True) if c is not None}
    mails = {n: e for n, (_, e) in zip(names, people, strict=True)}
    found = reorder_list(due(*names), contacts(mails), customers(stated))
    assert found.rows.height + sum(found.suppressed.values()) == len(people) == found.eligible
    assert found.rows["email"].is_unique().all()
    assert set(found.suppressed) <= {"no_consent", "no_email", "same_email"}
    written = set(found.rows["customer_id"])
    assert written <= {n for n, agreed in stated.items() if agreed}
    willing = {mails[n] for n, agreed in stated.items() if agreed and mails[n]}
    assert set(found.rows["email"]) == willing
