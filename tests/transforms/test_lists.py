"""Lists hold whom the arbiter sends to, with the addresses of their channel, and are counted anew."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.transforms.arbiter_shop import Row, campaign, everything_agreed, night, reason, word
from tests.transforms.segment_shop import AS_OF, profile, segment
from transforms.canonical.contract import CONSENT_CHANNELS
from transforms.contact_cards import cards
from transforms.lists import ContactList, contact_lists, list_checks, list_columns, segment_files
from transforms.segment_history import members

PEOPLE = ("ana", "ben", "cy")
_CONTACTS = (
    "customer_id", "email", "phone", "first_name", "last_name", "language", "country", "birthday", "push_token",
    "source_customer_id", "address_line", "city", "postal_code", "region", "address_country",
)  # fmt: skip
_CONSENTS = {
    "customer_id": pl.String, "channel": pl.String, "purpose": pl.String, "is_granted": pl.Boolean,
    "stated_at": pl.Datetime("us", "UTC"),
}  # fmt: skip


def contacts(**stated: Row) -> pl.DataFrame:
    rows = [
        {
            "customer_id": name, "email": f"{name}@example.com", "phone": f"+6391712345{number:02}",
            "first_name": name.title(), "country": "PH", "push_token": f"token of {name}", "language": "fil",
            "address_line": "12 Mabango Ave.", "city": "Manila", "address_country": "PH", **stated.get(name, {}),
        }
        for number, name in enumerate(PEOPLE)
    ]  # fmt: skip
    schema = {name: pl.Date if name == "birthday" else pl.String for name in _CONTACTS}
    full = [{name: row.get(name) for name in schema} for row in rows]
    return pl.DataFrame(full, schema=schema)


def consents(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_CONSENTS)


ALL_YES = consents(*everything_agreed(*PEOPLE))
KNOWN = pl.DataFrame({"customer_id": PEOPLE, "is_identified": [True] * 3})


def listed(words: pl.DataFrame = ALL_YES, **stated: Any) -> ContactList:
    """The list of one campaign on which everybody has a reason and may be written to."""
    one = campaign(**stated)
    rows = [
        reason(name, rank_value=rank, product_name="Tea", due_date=AS_OF)
        for name, rank in zip(PEOPLE, (1.0, 9.0, 5.0), strict=True)
    ]  # fmt: skip
    decided = night({"tea": rows}, one).with_columns(outcome=pl.lit("send"))
    (made,) = contact_lists(decided, {"tea": one}, cards(contacts(), words))
    return made


def checked(*lists: ContactList, words: pl.DataFrame = ALL_YES, **stated: Any) -> list[Row]:
    given = {"service_is_agreed": False, **stated}
    return list_checks(list(lists), words, given.pop("customers", KNOWN), **given).to_dicts()


def test_a_list_holds_those_the_arbiter_sends_to_most_urgent_first_and_counts_the_others():
    rows = [reason("ana", rank_value=1.0), reason("ben"), reason("cy", rank_value=3.0)]
    decided = night(rows, words=everything_agreed("ana", "cy"))
    (one,) = contact_lists(decided, {"tea": campaign()}, cards(contacts(), ALL_YES))
    assert one.rows["email"].to_list() == ["cy@example.com", "ana@example.com"]
    assert (one.suppressed, one.eligible) == ({"no_consent": 1}, 3)


def test_every_campaign_that_is_switched_on_has_a_list_and_an_empty_one_has_the_same_columns():
    campaigns = {"tea": campaign(), "mug": campaign(), "off": campaign(enabled=False)}
    decided = night({"tea": [reason("ana")], "mug": [], "off": []}, campaigns)
    tea, mug = sorted(
        contact_lists(decided, campaigns, cards(contacts(), ALL_YES)), key=lambda one: -one.eligible
    )
    assert (tea.name, mug.name, mug.rows.height, mug.eligible) == ("tea", "mug", 0, 0)
    assert mug.rows.schema == tea.rows.schema


@pytest.mark.parametrize(
    ("channel", "columns"),
    [
        ("email", ["email"]), ("sms", ["phone"]), ("phone", ["phone"]), ("push", ["push_token"]), ("review", []),
        ("post", ["address_line", "city", "postal_code", "region", "address_country"]),
    ],
)  # fmt: skip
def test_a_list_shows_the_addresses_of_its_own_channel_alone(channel, columns):
    shown = listed(channel=channel).rows.columns
    every = {
        "email",
        "phone",
        "push_token",
        "address_line",
        "city",
        "postal_code",
        "region",
        "address_country",
    }
    assert shown[: len(columns)] == columns
    assert set(shown) & every == set(columns)


def test_the_columns_of_a_list_are_the_same_whoever_is_on_it():
    assert list_columns(campaign()) == [
        "email", "first_name", "last_name", "language", "product_name", "last_order_date", "days", "event_date",
        "expires_on", "reason", "segment", "customer_id",
    ]  # fmt: skip
    assert "due_date" in list_columns(campaign(channel="phone"))
    by_segment = campaign(audience=None, segment="vip")
    assert list_columns(by_segment)[:4] == ["email", "first_name", "last_name", "language"]


def test_a_good_list_has_nothing_to_find():
    for channel in (*CONSENT_CHANNELS, "review"):
        assert checked(listed(channel=channel)) == [
            {"list_name": "tea", "rows": 3, "rows_without_consent": 0, "rows_without_address": 0,
             "duplicate_rows": 0, "rows_not_in_segment_population": 0}
        ]  # fmt: skip


def _without_consent(words: list[Row], agreed: bool = False, **stated: Any) -> int:
    others = everything_agreed("ben", "cy")
    others += [w | {"purpose": p} for w in others for p in ("birthday", "service", "survey")]
    (row,) = checked(listed(**stated), words=consents(*words, *others), service_is_agreed=agreed)
    return row["rows_without_consent"]


@pytest.mark.parametrize("channel", CONSENT_CHANNELS)
def test_a_person_without_consent_on_a_list_built_by_hand_is_found(channel):
    assert _without_consent([], channel=channel) == 1
    assert _without_consent([word("ana", False, channel=channel)], channel=channel) == 1
    elsewhere = "sms" if channel == "email" else "email"
    assert _without_consent([word("ana", channel=elsewhere)], channel=channel) == 1
    assert _without_consent([word("ana", channel=channel)], channel=channel) == 0


def test_a_birthday_list_needs_its_own_yes_and_no_no_to_marketing():
    own = word("ana", purpose="birthday")
    assert _without_consent([word("ana")], purpose="birthday") == 1
    assert _without_consent([own], purpose="birthday") == 0
    assert _without_consent([own, word("ana", False)], purpose="birthday") == 1


def test_a_survey_list_needs_a_yes_to_surveys_or_to_marketing():
    assert _without_consent([], purpose="survey") == 1
    assert _without_consent([word("ana")], purpose="survey") == 0
    assert (
        _without_consent([word("ana"), word("ana", False, purpose="survey")], purpose="survey") == 1
    )


def test_a_service_list_needs_a_yes_unless_the_shop_says_that_service_is_agreed():
    no = word("ana", False, purpose="service")
    assert _without_consent([word("ana")], purpose="service") == 1
    assert _without_consent([], agreed=True, purpose="service") == 0
    assert _without_consent([no], agreed=True, purpose="service") == 1
    assert _without_consent([], agreed=True) == 1


def test_a_review_list_needs_no_consent():
    assert _without_consent([], channel="review", purpose="service") == 0


def _with(one: ContactList, **changes: pl.Expr) -> ContactList:
    return ContactList(
        one.name, one.title, one.catalogue_id, one.channel, one.purpose, one.rows, one.full.with_columns(**changes), {}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "found"), [("email", 3), ("sms", 3), ("push", 3), ("phone", 0), ("post", 0)]
)
def test_one_mailbox_or_device_twice_is_found_but_a_household_may_get_a_letter_or_call_each(
    channel, found
):
    same = {
        "email": pl.lit("a"),
        "phone": pl.lit("1"),
        "push_token": pl.lit("t"),
        "address_line": pl.lit("x"),
    }
    (row,) = checked(_with(listed(channel=channel), **same))
    assert row["duplicate_rows"] == found


def test_whoever_has_no_address_or_is_unknown_to_the_run_is_found():
    nowhere = pl.when(pl.col("customer_id") != "ana").then("email")
    (row,) = checked(_with(listed(), email=nowhere))
    assert (row["rows_without_address"], row["duplicate_rows"]) == (1, 0)
    guests = KNOWN.with_columns(is_identified=pl.col("customer_id") != "ana")
    (row,) = checked(listed(), customers=guests)
    assert row["rows_not_in_segment_population"] == 1


def _segment_file(words: pl.DataFrame) -> dict[str, Row]:
    known = profile(ana={}, ben={}, cy={"lifetime_net_sales_amount": Decimal("12.3")})
    inside = members(known, [segment("everybody", "order_count > 0")], None, AS_OF)[
        "segment_members"
    ]
    told = inside.select("segment", "customer_id", reason=pl.lit("They ordered."))
    (frame,) = segment_files(inside, known, cards(contacts(), words), told).values()
    return {row["customer_id"]: row for row in frame.iter_rows(named=True)}


def test_a_segment_file_blanks_every_address_whose_channel_was_not_agreed_to():
    words = consents(*everything_agreed("ana"), word("ben", channel="sms"), word("ben", False))
    rows = _segment_file(words)
    own = ("email", "phone", "push_token", "address_line", "city", "address_country")
    assert all(rows["ana"][name] for name in own)
    assert [name for name in own if rows["ben"][name]] == ["phone"]
    assert [name for name in own if rows["cy"][name]] == []
    assert rows["cy"]["first_name"] == "Cy"


def test_a_yes_to_birthdays_is_no_yes_to_the_newsletter():
    rows = _segment_file(consents(word("ana", purpose="birthday"), word("ben", purpose="survey")))
    assert [row["email"] for row in rows.values()] == [None, None, None]


def test_a_segment_file_says_why_and_since_when():
    row = _segment_file(ALL_YES)["cy"]
    assert (row["reason"], row["since"]) == ("They ordered.", AS_OF)
    assert row["lifetime_net_sales_amount"] == Decimal("12.30")
