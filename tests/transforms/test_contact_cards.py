"""One address of one statement, numbers the world can dial, and consent channel by channel."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from transforms.canonical import CANONICAL, FEED_TABLES
from transforms.contact_cards import cards, in_e164
from transforms.current_people import latest_contacts, reach_rows
from transforms.known_files import CanonicalStore, KnownFile

PEOPLE = pl.DataFrame({"identifier": ["ana", "bo"], "customer_id": ["c1", "c2"]})
CONSENTS = {"customer_id": pl.String, "channel": pl.String, "purpose": pl.String,
            "is_granted": pl.Boolean, "stated_at": pl.Datetime("us", "UTC")}  # fmt: skip
STREET = {"address_line": "5 Kalye Kapihan", "city": "Manila", "country": "PH"}


def store(folder: Path, *mentions: dict[str, Any], without: tuple[str, ...] = ()) -> CanonicalStore:
    """A file of mentions, one day after the other, of Ana unless said otherwise."""
    table = CANONICAL["contacts"]
    first = datetime(2026, 3, 1, tzinfo=UTC)
    rows = [
        {"email_key": "ana", **one, "source": "shop", "file_id": "f", "row_number": n + 2,
         "seen_at": first + timedelta(days=n)}
        for n, one in enumerate(mentions)
    ]  # fmt: skip
    frame = table.conform(pl.DataFrame(rows, schema_overrides=dict(table.schema)))
    for name in FEED_TABLES["orders"]:
        path = folder / name / "f.parquet"
        path.parent.mkdir(parents=True)
        kept = frame.drop(without) if name == "contacts" else CANONICAL[name].empty()
        kept.write_parquet(path)
    return CanonicalStore(folder, folder, [KnownFile("f", "orders", 1)])


def said(*words: tuple[str, str, str, bool]) -> pl.DataFrame:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    return pl.DataFrame([(*word, moment) for word in words], orient="row", schema=CONSENTS)


def test_an_address_is_never_the_street_of_one_statement_and_the_city_of_another(tmp_path):
    later = {"city": "Cebu City", "postal_code": "6000", "country": "TH", "first_name": "Ana"}
    (row,) = latest_contacts(
        store(tmp_path, STREET | {"postal_code": None}, later), PEOPLE
    ).to_dicts()
    assert (row["address_line"], row["city"], row["postal_code"]) == (
        "5 Kalye Kapihan",
        "Manila",
        None,
    )
    assert (row["address_country"], row["country"]) == ("PH", "TH")
    assert row["first_name"] == "Ana"


def test_the_newest_whole_address_counts(tmp_path):
    moved = {"address_line": "ul. Kawowa 7", "city": "Łódź", "region": "łódzkie"}
    (row,) = latest_contacts(store(tmp_path, STREET, moved), PEOPLE).to_dicts()
    assert (row["address_line"], row["city"], row["region"]) == ("ul. Kawowa 7", "Łódź", "łódzkie")
    assert row["address_country"] is None


def test_a_file_read_before_there_were_addresses_is_still_known(tmp_path):
    without = ("address_line", "city", "postal_code", "region", "push_token")
    found = latest_contacts(store(tmp_path, {"email": "ana@example.com"}, without=without), PEOPLE)
    assert found.select("email", "address_line").rows() == [("ana@example.com", None)]


def test_consent_holds_for_its_channel_and_for_marketing_alone(tmp_path):
    contacts = latest_contacts(
        store(tmp_path, STREET, {"email_key": "bo", "phone": "12345"}), PEOPLE
    )
    reach = reach_rows(
        contacts,
        said(("c1", "post", "marketing", True), ("c1", "email", "birthday", True),
             ("c1", "sms", "marketing", False), ("c2", "phone", "service", True)),
    )  # fmt: skip
    ana, bo = reach.to_dicts()
    assert {k: v for k, v in ana.items() if v is True} == {
        "has_postal_address": True,
        "post_consent": True,
    }
    assert not any(v is True for v in bo.values())
    assert reach.null_count().row(0) == (0,) * reach.width


@pytest.mark.parametrize(
    ("stated", "country", "dialled"),
    [
        ("0917 123 4567", "PH", "+639171234567"),
        ("(089) 123-4567", "TH", "+66891234567"),
        ("512 345 678", "PL", "+48512345678"),
        ("06 1234 5678", "IT", "+390612345678"),  # Italy keeps its nought
        ("+63 (0)917 123 4567", None, "+639171234567"),
        ("0063 917 123 4567", None, "+639171234567"),
        ("+1 650 555 1212", "PH", "+16505551212"),
        ("0917 123 4567", None, None),
        ("0917 123 4567", "Philippines", None),
        ("12345", "PH", None),
        ("650 555 1212 ext. 5", "US", None),
        ("ask Ana", "PH", None),
        (None, "PH", None),
    ],
)
def test_a_number_is_dialled_from_anywhere_or_left_as_it_is(stated, country, dialled):
    numbers = in_e164(
        pl.Series("phone", [stated], pl.String), pl.Series([country], dtype=pl.String)
    )
    assert numbers.to_list() == [dialled]


def test_a_card_tells_number_country_and_birthday_as_they_may_be_used(tmp_path):
    mentions = (
        STREET | {"phone": "0917 123 4567", "country": "Pilipinas", "birthday": date(1990, 2, 16)},
        {
            "email_key": "bo",
            "phone": "12345",
            "country": "Freedonia",
            "birthday": date(1991, 2, 16),
        },
    )
    contacts = latest_contacts(store(tmp_path, *mentions), PEOPLE)
    found = cards(contacts, said(("c1", "sms", "birthday", True)))
    ana, bo = found.to_dicts()
    assert (ana["phone"], ana["phone_is_international"]) == ("+639171234567", True)
    assert (ana["country"], ana["address_country"]) == ("PH", "PH")
    assert (ana["birthday"], bo["birthday"]) == (date(1990, 2, 16), None)
    assert (bo["phone"], bo["phone_is_international"], bo["country"]) == (
        "12345",
        False,
        "Freedonia",
    )
    assert cards(contacts, said(), ["c2"])["customer_id"].to_list() == ["c2"]
    assert "source_customer_id" not in found.columns
