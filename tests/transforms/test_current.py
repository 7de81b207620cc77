"""Current state: of all versions known, the one in force; whose it is; at which rate."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.canonical import CANONICAL, CURRENT, FEED_TABLES
from transforms.canonical.current_identity import IDENTITY
from transforms.canonical.current_registry import REGISTRY
from transforms.current import (
    CanonicalStore,
    CurrentStateError,
    KnownFile,
    StateRequest,
    build,
    newest_order_date,
    refusing_people,
)
from transforms.identity import person_key
from transforms.identity_rails import IdentityPolicy
from transforms.identity_resolution import Question, resolve

KEY = person_key(b"a test key")
ZONE = "Asia/Manila"
Rows = list[dict[str, Any]]

AMOUNTS = dict.fromkeys(
    ("gross_amount", "discount_amount", "shipping_amount", "tax_amount", "fee_amount"), Decimal(0)
)
DEFAULTS: dict[str, dict[str, Any]] = {
    "orders": {
        **AMOUNTS, "source": "shop", "order_kind": "sale", "currency": "PHP", "refunded_amount": Decimal(0),
        "ordered_at": datetime(2026, 3, 1, 4, tzinfo=UTC), "version_basis": "updated_at",
    },
    "order_lines": {
        "source": "shop", "line_number": 1, "line_kind": "product", "quantity": Decimal(1),
        "unit_price": Decimal(10), "line_amount": Decimal(10), "line_discount_amount": Decimal(0),
    },
    "contacts": {"source": "shop", "seen_at": datetime(2026, 3, 1, 4, tzinfo=UTC)},
    "consents": {"source": "shop", "channel": "email", "purpose": "marketing"},
    "exchange_rates": {"source": "bank", "to_currency": "PHP", "version_basis": "arrival"},
    "responses": {"source": "survey", "survey_id": "s", "is_completed": True, "version_basis": "arrival"},
    "products": {"source": "shop", "product_name": "Tea", "version_basis": "arrival"},
    "deliveries": {"source": "courier", "version_basis": "arrival"},
}  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Shop:
    """Canonical files as an ingest would have left them, in order of arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[KnownFile] = []

    def file(
        self,
        feed: str = "orders",
        *,
        sequence: int | None = None,
        refused: tuple[str, ...] = (),
        **tables: Rows,
    ) -> str:
        """Write one file; tables not named are empty. `refused` are quarantined order ids."""
        number = len(self.files) + 1
        file_id = f"f{number}"
        arrived = at("2026-06-01") + timedelta(days=number)
        for name in FEED_TABLES[feed]:
            rows = [
                {
                    "version_at": arrived,
                    "file_id": file_id,
                    "row_number": n,
                    **DEFAULTS.get(name, {}),
                    **row,
                }
                for n, row in enumerate(tables.get(name, []), 2)
            ]
            table = CANONICAL[name]
            known = [{k: v for k, v in row.items() if k in table.column_by_name} for row in rows]
            frame = (
                pl.DataFrame(known, schema_overrides=dict(table.schema)) if known else table.empty()
            )
            path = self.folder / "canonical" / name / f"{file_id}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            table.conform(frame).write_parquet(path)
        if refused:
            path = self.folder / "quarantine" / feed / f"{file_id}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = [("shop", unit, "unit", file_id) for unit in refused]
            pl.DataFrame(
                rows, orient="row", schema=["source", "unit", "severity", "file_id"]
            ).write_parquet(path)
        self.files.append(KnownFile(file_id, feed, sequence or number))
        return file_id

    @property
    def store(self) -> CanonicalStore:
        return CanonicalStore(self.folder / "canonical", self.folder / "quarantine", self.files)

    def people(self) -> pl.DataFrame:
        question = Question(IdentityPolicy(), {}, (), date(2026, 10, 31), ZONE)
        return resolve(self.store, question, KEY).people

    def build(
        self, as_of: str = "2026-10-31", zone: str = ZONE, currency: str = "PHP"
    ) -> dict[str, pl.DataFrame]:
        request = StateRequest(date.fromisoformat(as_of), zone, currency, KEY)
        return build(self.store, self.people(), request)

    def orders(self, **asked: str) -> list[dict[str, Any]]:
        return self.build(**asked)["orders"].to_dicts()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def order(order_id: str = "o1", **changes: Any) -> dict[str, Any]:
    return {"order_id": order_id, "version_at": at("2026-03-02"), **changes}


def feed_count(tables: dict[str, pl.DataFrame], feed: str = "orders") -> dict[str, Any]:
    return tables["feed_counts"].filter(pl.col("feed") == feed).to_dicts()[0]


def test_an_order_sent_again_unchanged_is_one_order_and_its_lines_do_not_double(shop):
    line = {"order_id": "o1"}
    shop.file(orders=[order()], order_lines=[line])
    shop.file(orders=[order()], order_lines=[line])
    tables = shop.build()
    assert tables["orders"].height == tables["order_lines"].height == 1
    count = feed_count(tables)
    assert (count["accepted_units"], count["current_units"], count["superseded_units"]) == (2, 1, 1)


def test_the_version_updated_last_wins_even_when_it_arrived_first(shop):
    shop.file(orders=[order(version_at=at("2026-05-02"), order_number="newer")])
    shop.file(orders=[order(version_at=at("2026-05-01"), order_number="older")])
    assert [o["order_number"] for o in shop.orders()] == ["newer"]


def test_of_two_versions_with_one_moment_the_later_arrival_wins(shop):
    shop.file(orders=[order(order_number="first")])
    shop.file(orders=[order(order_number="second")])
    assert [o["order_number"] for o in shop.orders()] == ["second"]
    shop.files = [KnownFile("f1", "orders", 9), KnownFile("f2", "orders", 2)]
    assert [o["order_number"] for o in shop.orders()] == ["first"]


def test_lines_are_those_of_the_version_in_force(shop):
    shop.file(
        orders=[order()],
        order_lines=[{"order_id": "o1", "sku": "old"}, {"order_id": "o1", "line_number": 2}],
    )
    shop.file(
        orders=[order(version_at=at("2026-05-01"))], order_lines=[{"order_id": "o1", "sku": "new"}]
    )
    assert shop.build()["order_lines"]["sku"].to_list() == ["new"]


def test_an_order_edited_to_no_lines_has_none_left(shop):
    shop.file(orders=[order()], order_lines=[{"order_id": "o1"}])
    shop.file(orders=[order(version_at=at("2026-05-01"))])
    tables = shop.build()
    assert (tables["orders"].height, tables["order_lines"].height) == (1, 0)


def test_the_same_order_id_in_two_sources_is_two_orders(shop):
    shop.file(
        orders=[order(), order(source="till")],
        order_lines=[{"order_id": "o1"}, {"order_id": "o1", "source": "till"}],
    )
    tables = shop.build()
    assert (tables["orders"].height, tables["order_lines"].height) == (2, 2)


def test_a_newer_version_in_quarantine_leaves_the_older_one_marked_stale(shop):
    shop.file(orders=[order(), order("o2")])
    shop.file(refused=("o1",))
    tables = shop.build()
    assert tables["orders"].select("order_id", "is_stale").rows() == [("o1", True), ("o2", False)]
    assert feed_count(tables)["stale_units"] == 1


def test_an_order_mended_after_its_quarantine_is_not_stale(shop):
    shop.file(refused=("o1",))
    shop.file(orders=[order()])
    assert [o["is_stale"] for o in shop.orders()] == [False]


@pytest.mark.parametrize(
    ("zone", "moment", "local_day"),
    [
        ("Asia/Manila", "2026-10-31T15:59:59", "2026-10-31"),
        ("Asia/Manila", "2026-10-31T16:00:00", "2026-11-01"),
        ("America/New_York", "2026-03-08T04:59:59", "2026-03-07"),  # spring: the day has 23 hours
        ("America/New_York", "2026-03-09T03:59:59", "2026-03-08"),
        ("America/New_York", "2026-03-09T04:00:00", "2026-03-09"),
        ("America/New_York", "2026-11-02T04:59:59", "2026-11-01"),  # autumn: 25 hours
        ("America/New_York", "2026-11-02T05:00:00", "2026-11-02"),
        ("Europe/Warsaw", "2024-02-28T23:00:00", "2024-02-29"),
    ],
)
def test_the_day_of_an_order_is_the_shops_own(shop, zone, moment, local_day):
    shop.file(orders=[order(ordered_at=at(moment))])
    assert [o["order_date"] for o in shop.orders(zone=zone, as_of="2027-01-01")] == [
        date.fromisoformat(local_day)
    ]
    assert [str(o["order_date"]) for o in shop.orders(zone=zone, as_of=local_day)] == [local_day]
    before = date.fromisoformat(local_day) - timedelta(days=1)
    assert shop.orders(zone=zone, as_of=before.isoformat()) == []
    assert newest_order_date(shop.store, zone, date(2030, 1, 1)) == date.fromisoformat(local_day)
    assert (
        newest_order_date(shop.store, zone, before) is None
    )  # a slip into the future moves nothing


@pytest.mark.parametrize(
    ("zone", "moments"),
    [
        # 23:45 in Manila, and breakfast before: UTC has them on one day, the shop too.
        ("Asia/Manila", ("2026-10-31T00:10:00", "2026-10-31T15:45:00")),
        # 23:45 in New York lies behind midnight in UTC; so does nothing for the shop.
        ("America/New_York", ("2026-10-31T14:00:00", "2026-11-01T03:45:00")),
        ("America/Los_Angeles", ("2026-07-01T23:30:00", "2026-07-02T06:45:00")),
        # The 25 hours of an autumn day, both halves of the hour that comes twice.
        ("Europe/Warsaw", ("2026-10-25T00:30:00", "2026-10-25T01:30:00")),
        # The 23 hours of a spring day, on both sides of the hour that is left out.
        ("Europe/Warsaw", ("2026-03-29T00:59:59", "2026-03-29T01:00:00")),
        ("Europe/Warsaw", ("2026-03-28T23:00:00", "2026-03-29T21:45:00")),
    ],
)
def test_orders_of_one_local_day_share_it_whatever_utc_says(shop, zone, moments):
    shop.file(orders=[order(f"o{n}", ordered_at=at(moment)) for n, moment in enumerate(moments)])
    assert len({row["order_date"] for row in shop.orders(zone=zone, as_of="2027-01-01")}) == 1


def test_orders_half_an_hour_apart_across_local_midnight_are_on_two_days(shop):
    moments = ("2026-10-31T15:45:00", "2026-10-31T16:15:00")  # 23:45 and 00:15 in Manila
    shop.file(orders=[order(f"o{n}", ordered_at=at(moment)) for n, moment in enumerate(moments)])
    found = [str(row["order_date"]) for row in shop.orders(as_of="2026-11-30")]
    assert found == ["2026-10-31", "2026-11-01"]


def test_orders_after_the_business_date_are_counted_as_left_out(shop):
    shop.file(orders=[order(), order("o2", ordered_at=at("2026-12-01"))])
    count = feed_count(shop.build())
    assert (count["current_units"], count["after_as_of_units"]) == (2, 1)
    assert count["newest_date"] == date(2026, 3, 1)


def test_a_file_that_comes_late_is_taken_in_as_if_it_had_come_in_time(tmp_path):
    early, late = {"orders": [order()]}, {"orders": [order("o0", ordered_at=at("2026-01-05"))]}
    tables = []
    for name, files in (("in_time", [late, early]), ("late", [early, late])):
        one = Shop(tmp_path / name)
        for file in files:
            one.file(**file)
        tables.append(one.build()["orders"])
    assert tables[0].equals(tables[1])


def dollars(day: str) -> dict[str, Any]:
    return order(currency="USD", ordered_at=at(f"{day}T04:00:00"))


def rate(day: str, value: str, **changes: Any) -> dict[str, Any]:
    return {
        "rate_date": date.fromisoformat(day),
        "from_currency": "USD",
        "rate": Decimal(value),
        **changes,
    }


@pytest.mark.parametrize(
    ("order_day", "found"),
    [
        ("2026-04-03", ("57.5", "2026-04-03")),  # Good Friday: a rate was published
        ("2026-04-05", ("57.5", "2026-04-03")),  # Sunday
        ("2026-04-10", ("57.5", "2026-04-03")),  # the seventh day after
        ("2026-04-11", None),  # the eighth
        ("2026-04-01", ("56", "2026-04-01")),
        ("2026-03-31", None),  # a later rate is never used
    ],
)
def test_a_rate_is_of_the_day_or_of_one_of_the_seven_days_before(shop, order_day, found):
    shop.file(orders=[dollars(order_day)])
    shop.file(
        "exchange_rates", exchange_rates=[rate("2026-04-01", "56"), rate("2026-04-03", "57.5")]
    )
    (one,) = shop.orders()
    expected = (Decimal(found[0]), date.fromisoformat(found[1])) if found else (None, None)
    assert (one["exchange_rate"], one["exchange_rate_date"]) == expected


def test_the_reporting_currency_converts_at_one_whatever_the_bank_says(shop):
    shop.file(orders=[order()])
    shop.file("exchange_rates", exchange_rates=[rate("2026-03-01", "9", from_currency="PHP")])
    assert [o["exchange_rate"] for o in shop.orders()] == [Decimal(1)]


def test_a_rate_into_another_currency_is_not_used(shop):
    shop.file(orders=[dollars("2026-04-03")])
    shop.file("exchange_rates", exchange_rates=[rate("2026-04-03", "0.9", to_currency="EUR")])
    assert [o["exchange_rate"] for o in shop.orders()] == [None]


def test_a_corrected_rate_replaces_the_one_published_before(shop):
    shop.file(orders=[dollars("2026-04-03")])
    shop.file("exchange_rates", exchange_rates=[rate("2026-04-03", "56")])
    shop.file("exchange_rates", exchange_rates=[rate("2026-04-03", "57")])
    assert [o["exchange_rate"] for o in shop.orders()] == [Decimal(57)]


def test_rates_of_one_currency_do_not_leak_into_another(shop):
    rows = [
        order("a", currency="EUR", ordered_at=at("2026-04-03T04:00:00")),
        order("b", currency="USD", ordered_at=at("2026-04-03T04:00:00")),
        order("c", currency="EUR", ordered_at=at("2026-04-02T04:00:00")),
    ]
    shop.file(orders=rows)
    bank = [rate("2026-04-02", "60", from_currency="EUR"), rate("2026-04-03", "50")]
    shop.file("exchange_rates", exchange_rates=bank)
    assert [(o["order_id"], o["exchange_rate"]) for o in shop.orders()] == [
        ("a", Decimal(60)), ("b", Decimal(50)), ("c", Decimal(60)),
    ]  # fmt: skip


def test_several_currencies_need_one_to_report_in(shop):
    shop.file(orders=[order(), order("o2", currency="USD")])
    with pytest.raises(CurrentStateError, match=r"PHP, USD.*reporting_currency"):
        shop.build(currency="auto")


def test_the_only_currency_there_is_need_not_be_named(shop):
    shop.file(orders=[order(currency="GBP")])
    assert [o["exchange_rate"] for o in shop.orders(currency="auto")] == [Decimal(1)]


def test_a_guest_without_any_key_is_a_person_of_one_order_and_not_identified(shop):
    shop.file(orders=[order("o1"), order("o2"), order("o1", source="till")])
    tables = shop.build()
    assert tables["orders"]["is_identified"].to_list() == [False] * 3
    assert tables["orders"]["customer_id"].n_unique() == 3
    guests = tables["customers"]
    assert guests.select(
        "is_identified", "has_email", "email_marketing_consent"
    ).unique().rows() == [(False, False, False)]
    assert guests.height == 3


def test_a_guest_keeps_the_same_identity_when_the_order_is_sent_again(shop):
    shop.file(orders=[order()])
    before = shop.build()["orders"]["customer_id"].to_list()
    shop.file(orders=[order(version_at=at("2026-05-01"))])
    assert shop.build()["orders"]["customer_id"].to_list() == before


def person(email: str, row: int = 2, **more: Any) -> dict[str, Any]:
    return {"email_key": email, "email": f"{email}@example.com", "row_number": row, **more}


def test_orders_of_one_address_are_one_persons_and_details_are_the_latest_stated(shop):
    shop.file(
        orders=[order("o1", email_key="ana"), order("o2", email_key="ana")],
        contacts=[
            person("ana", first_name="Anna", country="PH"),
            person("ana", 3, first_name="Ana", seen_at=at("2026-05-01")),
        ],
    )
    tables = shop.build()
    assert tables["orders"]["customer_id"].n_unique() == 1
    assert tables["contacts"].select("first_name", "country").rows() == [("Ana", "PH")]
    assert tables["customers"].select("is_identified", "has_email", "country").rows() == [
        (True, True, "PH")
    ]


def consent(granted: bool, when: str, row: int = 2, **more: Any) -> dict[str, Any]:
    return {
        "email_key": "ana",
        "is_granted": granted,
        "stated_at": at(when),
        "row_number": row,
        **more,
    }


def agreed(shop: Shop) -> bool:
    (row,) = shop.build()["customers"].to_dicts()
    refusing = refusing_people(shop.store, shop.people(), KEY)["customer_id"].to_list()
    assert not (row["email_marketing_consent"] and row["customer_id"] in refusing)
    return row["email_marketing_consent"]


def test_consent_never_stated_is_no(shop):
    shop.file(contacts=[person("ana")])
    assert agreed(shop) is False


def test_the_latest_statement_of_consent_counts_whichever_file_came_last(shop):
    shop.file(contacts=[person("ana")], consents=[consent(False, "2026-05-01")])
    shop.file(contacts=[person("ana")], consents=[consent(True, "2026-04-01")])
    assert agreed(shop) is False
    shop.file(contacts=[person("ana")], consents=[consent(True, "2026-06-01")])
    assert agreed(shop) is True


@pytest.mark.parametrize("first", [True, False])
def test_of_a_yes_and_a_no_of_the_same_moment_the_no_counts(shop, first):
    shop.file(
        contacts=[person("ana")],
        consents=[consent(first, "2026-05-01"), consent(not first, "2026-05-01", 3)],
    )
    assert agreed(shop) is False


@pytest.mark.parametrize("first", [True, False])
def test_a_no_also_outweighs_a_yes_of_the_same_moment_from_another_file(shop, first):
    shop.file(contacts=[person("ana")], consents=[consent(first, "2026-05-01")])
    shop.file(contacts=[person("ana")], consents=[consent(not first, "2026-05-01")])
    assert agreed(shop) is False


def test_consent_to_text_messages_or_birthdays_is_no_consent_to_mail(shop):
    shop.file(
        contacts=[person("ana")],
        consents=[
            consent(True, "2026-05-01", channel="sms"),
            consent(True, "2026-05-01", 3, purpose="birthday"),
        ],
    )
    assert agreed(shop) is False


def test_a_no_stated_under_one_id_holds_for_the_person_known_by_another(shop):
    shop.file(
        contacts=[
            person("ana", customer_ref_key="c1"),
            {"customer_ref_key": "c1", "row_number": 3},
        ],
        consents=[
            consent(True, "2026-04-01"),
            consent(False, "2026-05-01", 3, email_key=None, customer_ref_key="c1"),
        ],
    )
    assert agreed(shop) is False


def test_a_response_belongs_to_its_respondent_and_an_unknown_one_to_nobody(shop):
    shop.file(
        "surveys",
        responses=[
            {"response_id": "r1", "email_key": "ana", "submitted_at": at("2026-05-01"), "score": 9},
            {"response_id": "r2", "submitted_at": at("2026-05-01"), "score": 3},
            {"response_id": "r3", "submitted_at": at("2026-12-01")},
        ],
        contacts=[person("ana")],
    )
    found = shop.build()["responses"]
    assert found.select("response_id", pl.col("customer_id").is_null()).rows() == [
        ("r1", False),
        ("r2", True),
    ]


def test_a_product_is_as_last_described_and_a_delivery_takes_its_orders_source(shop):
    shop.file("products", products=[{"sku": "t", "is_active": True}])
    shop.file("products", products=[{"sku": "t", "is_active": False}])
    shop.file(orders=[order()])
    shop.file("deliveries", deliveries=[{"order_id": "o1"}, {"order_id": "unheard of"}])
    tables = shop.build()
    assert tables["products"]["is_active"].to_list() == [False]
    assert tables["deliveries"].select("source", "order_id").rows() == [("shop", "o1")]


def test_a_shop_without_any_file_has_every_table_and_no_rows(shop):
    tables = shop.build(currency="auto")
    made_elsewhere = {
        "run_context",
        "contact_log",
        *(table.name for table in (*REGISTRY, *IDENTITY)),
    }
    for name in CURRENT.keys() - made_elsewhere - {"feed_counts"}:
        assert tables[name].schema == CURRENT[name].schema, name
        assert tables[name].height == 0
    assert tables["feed_counts"]["accepted_units"].sum() == 0
    assert newest_order_date(shop.store, ZONE, date(2030, 1, 1)) is None


def test_rows_that_were_accepted_and_are_gone_stop_the_run_instead_of_vanishing(shop):
    shop.file(orders=[order()])
    shop.file(orders=[order("o2")])
    (shop.folder / "canonical" / "orders" / "f2.parquet").unlink()
    with pytest.raises(CurrentStateError, match=r"1 of 2 accepted files.*f2\.parquet"):
        shop.build()


VERSIONS = st.lists(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 4)), max_size=4, unique_by=lambda v: v[0]
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=VERSIONS)
def test_accepted_is_current_plus_superseded_and_the_highest_version_is_in_force(
    tmp_path_factory, files
):
    shop = Shop(tmp_path_factory.mktemp("shop"))
    for file in files:
        shop.file(
            orders=[
                order(name, version_at=at(f"2026-05-0{v}"), order_number=str(v)) for name, v in file
            ]
        )
    tables = shop.build()
    count = feed_count(tables)
    given_versions = [version for file in files for version in file]
    assert count["accepted_units"] == len(given_versions)
    assert count["accepted_units"] == count["current_units"] + count["superseded_units"]
    highest: dict[str, int] = {}
    for name, version in given_versions:
        highest[name] = max(version, highest.get(name, 0))
    assert {o["order_id"]: int(o["order_number"]) for o in tables["orders"].to_dicts()} == highest


def test_answers_of_the_version_in_force_alone_are_read_and_none_after_as_of(shop):
    late = at("2026-11-05")
    for text in ("Came late", "Came late, then was refunded"):
        shop.file(
            "surveys",
            responses=[{"response_id": "r1", "submitted_at": at("2026-03-01")}, {"response_id": "r2", "submitted_at": late}],
            answers=[
                {"source": "survey", "response_id": r, "question_number": 3, "question": "Why?", "answer": text}
                for r in ("r1", "r2")
            ],
        )  # fmt: skip
    answers = shop.build()["answers"]
    assert answers.select("response_id", "answer").rows() == [
        ("r1", "Came late, then was refunded")
    ]
