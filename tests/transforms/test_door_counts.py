"""The counts the door judges: tonight apart from ever, per rule, file and feed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from transforms.canonical import CANONICAL, CURRENT, FEEDS
from transforms.door_counts import feed_state, file_counts, rule_counts
from transforms.rules import rules_of

AS_OF = date(2026, 10, 31)
UNCONVERTED = pl.DataFrame(
    {
        "currency": ["EUR", "THB", "PLN", "THB"],
        "exchange_rate": [1, None, None, None],
        "order_date": [date(2026, 10, day) for day in (1, 9, 7, 8)],
    }
)


def ingested(file_id: str, night: int = 0, **changes: Any) -> dict[str, Any]:
    counts = {
        "read": 10, "accepted": 7, "quarantined": 2, "ignored": {"no date": 1}, "units": 5,
        "checked": {"orders": 6}, "failed": {"orders.currency.unknown_currency": 2},
    }  # fmt: skip
    return {
        "file_id": file_id, "name": f"{file_id}.csv", "source": "shop", "feed": "orders", "status": "accepted",
        "reason": None, "arrived_at": datetime(2026, 10, 1, 20, tzinfo=UTC) + timedelta(days=night),
        "counts": counts, **changes,
    }  # fmt: skip


def refused(file_id: str) -> dict[str, Any]:
    return ingested(file_id, status="refused", source=None, reason="empty", counts={})


def state(
    files: list[dict[str, Any]], tonight: set[str], newest: date | None = AS_OF
) -> dict[str, Any]:
    counts = pl.DataFrame(
        [("orders", 9, 8, 1, 0, 0, newest), ("surveys", 0, 0, 0, 0, 0, None)],
        schema=CURRENT["feed_counts"].schema,
        orient="row",
    )
    tables = {"orders": UNCONVERTED}
    rows = feed_state(counts, tables, files, tonight, AS_OF).to_dicts()
    return {row["feed"]: row for row in rows}


def test_every_rule_of_the_contract_is_counted_tonight_and_ever():
    rules = sum(len(rules_of(table)) for table in CANONICAL.values())
    assert rules > 50
    assert rule_counts([], set()).height == 2 * rules
    assert rule_counts([], set())["checked_rows"].sum() == 0


def test_failures_add_up_over_files_and_refused_files_have_none():
    files = [ingested("a"), ingested("b"), refused("c")]
    counts = rule_counts(files, {"b", "c"}).filter(
        (pl.col("column") == "currency")
        & (pl.col("table") == "orders")
        & (pl.col("code") == "unknown_currency")
    )
    assert counts.select("scope", "checked_rows", "failed_rows").rows() == [
        ("tonight", 6, 2),
        ("all", 12, 4),
    ]


def test_only_tonights_files_are_listed_and_a_refused_one_says_why():
    found = file_counts([ingested("a"), ingested("b"), refused("c")], {"b", "c"}).to_dicts()
    assert [row["file_name"] for row in found] == ["b.csv", "c.csv"]
    assert (found[0]["rows_read"], found[0]["rows_ignored"], found[0]["reason"]) == (10, 1, None)
    assert (found[1]["rows_read"], found[1]["status"], found[1]["reason"]) == (
        0,
        "refused",
        "empty",
    )


def test_a_night_without_files_lists_none():
    assert file_counts([], set()).height == 0
    assert "reason" in file_counts([], set()).columns


@pytest.mark.parametrize(("newest", "age"), [(AS_OF, 0), (date(2026, 10, 28), 3), (None, None)])
def test_age_is_counted_from_the_newest_business_date(newest, age):
    assert state([], set(), newest)["orders"]["days_since_newest"] == age


def test_only_orders_are_required_and_feeds_without_amounts_miss_no_rates():
    found = state([], set())
    assert (found["orders"]["is_required"], found["surveys"]["is_required"]) == (True, False)
    assert (
        found["orders"]["missing_rate_rows"],
        found["surveys"]["missing_rate_rows"],
    ) == (3, 0)
    assert set(found) <= set(FEEDS)


def test_missing_rates_are_told_by_currency_with_the_first_day_of_each():
    assert state([], set())["orders"]["missing_rates"] == "PLN from 2026-10-07, THB from 2026-10-08"


def test_returns_invoices_and_spend_without_a_rate_are_counted_like_orders():
    days = {"returns": "return_date", "invoices": "issued_date", "marketing_spend": "spend_date"}
    counts = pl.DataFrame(
        [(feed, 4, 4, 0, 0, 0, AS_OF) for feed in days],
        schema=CURRENT["feed_counts"].schema,
        orient="row",
    )
    tables = {feed: UNCONVERTED.rename({"order_date": day}) for feed, day in days.items()}
    found = feed_state(counts, tables, [], set(), AS_OF)
    assert found["missing_rate_rows"].to_list() == [3, 3, 3]
    assert found["missing_rates"].unique().to_list() == ["PLN from 2026-10-07, THB from 2026-10-08"]


def test_usual_volume_is_the_median_of_at_least_five_nights_before_this_one():
    volumes = [5, 7, 100, 6, 8]
    nights = [
        ingested(f"n{n}", night=n, counts=ingested("x")["counts"] | {"units": units})
        for n, units in enumerate(volumes)
    ]
    tonight = ingested("tonight", night=9)
    assert state([*nights, tonight], {"tonight"})["orders"]["usual_units_per_night"] == 7.0
    assert state([*nights[:4], tonight], {"tonight"})["orders"]["usual_units_per_night"] is None


def test_several_files_of_one_night_are_one_night():
    files = [ingested(f"{n}{part}", night=n) for n in range(5) for part in "ab"]
    assert state(files, set())["orders"]["usual_units_per_night"] == 10.0
    assert state(files, {"0a", "0b"})["orders"]["units_tonight"] == 10
