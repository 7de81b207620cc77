"""A no said on purpose stands, whoever repeats an older yes, and for everybody it reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.transforms.test_current import KEY, Shop, at, consent, feed_count, person
from transforms.current import refusing_people
from transforms.current_consents import latest_consents


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def statement(granted: bool, when: str, **more: Any) -> dict[str, Any]:
    said = {"email_key": "ana", "channel": "email", "purpose": "marketing", "is_granted": granted}
    moment = {"stated_at": at(when), "version_at": at(when), "version_basis": "updated_at"}
    return {"source": "web", **said, **moment, **more}


def said(shop: Shop) -> dict[tuple[str, str], bool]:
    """(channel, purpose) -> yes or no, of a shop of one person."""
    rows = latest_consents(shop.store, shop.people(), KEY)
    assert rows["customer_id"].n_unique() <= 1
    return {(r["channel"], r["purpose"]): r["is_granted"] for r in rows.to_dicts()}


def test_a_no_stands_although_the_shop_system_repeats_its_yes_afterwards(shop):
    shop.file(contacts=[person("ana")], consents=[consent(True, "2026-04-01")])
    shop.file("consents", consent_statements=[statement(False, "2026-05-01")])
    shop.file(contacts=[person("ana")], consents=[consent(True, "2026-06-01")])
    assert said(shop) == {("email", "marketing"): False}
    assert shop.build()["customers"]["email_marketing_consent"].to_list() == [False]
    assert refusing_people(shop.store, shop.people(), KEY).height == 1


def test_only_a_yes_said_on_purpose_and_later_lifts_it(shop):
    shop.file(contacts=[person("ana")])
    shop.file("consents", consent_statements=[statement(False, "2026-05-01")])
    shop.file("consents", consent_statements=[statement(True, "2026-04-01")])
    assert said(shop) == {("email", "marketing"): False}
    shop.file("consents", consent_statements=[statement(True, "2026-05-02")])
    assert said(shop) == {("email", "marketing"): True}
    shop.file(contacts=[person("ana")], consents=[consent(False, "2026-05-03")])
    assert said(shop) == {("email", "marketing"): False}


def test_yes_and_no_at_one_moment_are_a_no(shop):
    shop.file(contacts=[person("ana")])
    both = [statement(True, "2026-05-01"), statement(False, "2026-05-01")]
    shop.file("consents", consent_statements=both)
    assert said(shop) == {("email", "marketing"): False}


def test_a_no_to_one_purpose_or_channel_is_no_word_about_another(shop):
    shop.file(contacts=[person("ana")], consents=[consent(True, "2026-04-01")])
    other = [
        statement(False, "2026-05-01", purpose="survey"),
        statement(False, "2026-05-01", channel="sms"),
    ]
    shop.file("consents", consent_statements=other)
    assert said(shop) == {
        ("email", "marketing"): True, ("email", "survey"): False, ("sms", "marketing"): False,
    }  # fmt: skip


def test_a_file_of_statements_makes_nobody_a_customer(shop):
    shop.file("consents", consent_statements=[statement(False, "2026-05-01")])
    tables = shop.build()
    assert tables["customers"].is_empty()
    assert feed_count(tables, "consents")["accepted_units"] == 1


def test_who_shares_the_refused_mailbox_by_an_id_is_not_written_to_either(shop):
    users = [
        {"customer_ref_key": f"c{n}", "email": "info@example.com", "row_number": n} for n in (7, 8)
    ]
    shop.file(contacts=users)
    refusal = statement(False, "2026-05-01", email_key=KEY("email", "info@example.com"))
    shop.file("consents", consent_statements=[refusal])
    rows = latest_consents(shop.store, shop.people(), KEY)
    assert rows["is_granted"].to_list() == [False, False]
    assert rows["customer_id"].n_unique() == 2
    assert set(refusing_people(shop.store, shop.people(), KEY)["email"]) == {"info@example.com"}


def test_an_address_known_by_too_many_ids_to_be_one_person_reaches_them_all(shop):
    users = [
        {
            "customer_ref_key": f"c{n}",
            "email_key": "ana",
            "email": "ana@example.com",
            "row_number": n,
        }
        for n in range(9)
    ]
    shop.file(contacts=users)
    shop.file("consents", consent_statements=[statement(False, "2026-05-01")])
    refused = latest_consents(shop.store, shop.people(), KEY).filter(~pl.col("is_granted"))
    assert refused["customer_id"].n_unique() >= 9


def test_a_yes_to_a_shared_mailbox_is_not_a_yes_of_everybody_in_it(shop):
    users = [
        {"customer_ref_key": f"c{n}", "email": "info@example.com", "row_number": n} for n in (7, 8)
    ]
    shop.file(contacts=users)
    agreed = statement(True, "2026-05-01", email_key=KEY("email", "info@example.com"))
    shop.file("consents", consent_statements=[agreed])
    assert latest_consents(shop.store, shop.people(), KEY).is_empty()


def test_the_order_in_which_files_arrive_changes_nothing(tmp_path):
    files = [
        [statement(False, "2026-05-01")],
        [statement(True, "2026-05-03")],
        [statement(False, "2026-05-02")],
    ]
    found = []
    for number, arrivals in enumerate((files, files[::-1])):
        shop = Shop(tmp_path / str(number))
        shop.file(contacts=[person("ana")])
        for rows in arrivals:
            shop.file("consents", consent_statements=rows)
        found.append(said(shop))
    assert found == [{("email", "marketing"): True}] * 2
