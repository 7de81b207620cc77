"""Statements of consent on their own: unsubscriptions, preferences, what a mail tool exported."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.transforms.readers.conftest import ARRIVED
from transforms.identity import person_key

KEY = person_key(b"a test key")
ANA = KEY("email", "ana@example.com")
HEADER = "email_key,email,customer_id,phone,channel,purpose,is_granted,stated_at\n"


def test_an_unsubscription_by_keyed_hash_says_the_same_as_one_by_address(read):
    content = HEADER + (
        f"{ANA},,,,email,marketing,no,2026-10-05T07:00:00Z\n"
        ",Ana@Example.com ,,,email,survey,no,2026-10-05T07:00:00Z\n"
    )
    stated = read(content, feed="consents").tables["consent_statements"]
    assert stated["email_key"].to_list() == [ANA, ANA]
    assert stated.select("channel", "purpose", "is_granted").rows() == [
        ("email", "marketing", False), ("email", "survey", False),
    ]  # fmt: skip
    assert set(stated["version_at"]) == {datetime(2026, 10, 5, 7, tzinfo=UTC)}


def test_the_address_itself_is_not_kept(read):
    content = HEADER + ",ana@example.com,,+639171234567,email,marketing,no,\n"
    result = read(content, feed="consents")
    assert set(result.tables) == {"consent_statements"}
    assert "ana@" not in result.tables["consent_statements"].write_csv()


def test_a_shared_mailbox_may_refuse_for_itself_even_beside_an_id(read):
    content = HEADER + ",info@example.com,7,,email,marketing,no,\n"
    stated = read(content, feed="consents").tables["consent_statements"]
    assert stated["email_key"].to_list() == [KEY("email", "info@example.com")]
    assert stated["customer_ref_key"].null_count() == 0


def test_without_a_date_of_its_own_the_file_s_counts(read):
    content = "email,channel,purpose,is_granted\nana@example.com,sms,birthday,yes\n"
    stated = read(content, feed="consents").tables["consent_statements"]
    assert stated["stated_at"].to_list() == [ARRIVED]
    assert stated["version_basis"].to_list() == ["arrival"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",,,,email,marketing,no,", "tells nobody apart"),
        ("abc,,,,email,marketing,no,", "is malformed"),
        (",ana@example.com,,,fax,marketing,no,", "fax is not allowed"),
        (",ana@example.com,,,email,spam,no,", "spam is not allowed"),
        (",ana@example.com,,,email,marketing,,", "is missing"),
        (",ana@example.com,,,email,marketing,no,soon", "soon is unparseable"),
    ],
)
def test_a_statement_nobody_can_act_on_is_held_back_and_told(read, told, row, words):
    result = read(HEADER + row + "\n", feed="consents")
    assert (result.rows_accepted, result.rows_quarantined) == (0, 1)
    assert words in told(result)[0]


def test_an_address_that_is_none_is_told_without_being_shown(read, told):
    result = read(HEADER + ",ana-at-example,,,email,marketing,no,\n", feed="consents")
    assert result.rows_quarantined == 1
    messages = "\n".join(told(result))
    assert "column email: (personal, not shown) is unparseable" in messages
    assert "tells nobody apart" in messages
    assert "ana-at" not in messages


def test_a_no_with_a_wrong_address_still_counts_for_the_customer_s_id(read):
    result = read(HEADER + ",ana-at-example,7,,email,marketing,no,\n", feed="consents")
    assert result.rows_accepted == 1
    assert result.tables["consent_statements"]["customer_ref_key"].null_count() == 0


def test_mailchimp_s_unsubscribed_members_are_refusals_of_marketing_mail(read):
    content = (
        '"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON\n'
        'ana@example.com,Ana,Cruz,2,"2024-04-18 13:51:14","2026-10-05 09:00:00",October,"No longer interested"\n'
    )
    result = read(content, "unsubscribed_members_export_9a8b7c.csv", feed="consents")
    assert result.definition.source == "mailchimp_unsubscribed"
    (row,) = result.tables["consent_statements"].to_dicts()
    assert (row["channel"], row["purpose"], row["is_granted"]) == ("email", "marketing", False)
    assert row["email_key"] == ANA
    assert row["stated_at"] == datetime(2026, 10, 5, 7, tzinfo=UTC)  # 9 h in Warsaw
