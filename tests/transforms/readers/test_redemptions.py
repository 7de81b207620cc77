"""The feed `redemptions`: points spent, corrected by hand, rewards given; and what is in force."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from tests.transforms.readers.conftest import ARRIVED
from transforms.canonical import CANONICAL, FEED_TABLES
from transforms.current_activity import activity_tables
from transforms.identity import person_key
from transforms.known_files import CanonicalStore, KnownFile

KEY = person_key(b"a test key")
HEADER = "redemption_id,kind,redeemed_at,points,customer_id,email,reward\n"


def test_the_three_kinds_are_read_and_their_people_mentioned_on_that_day(read):
    content = HEADER + (
        "1,Redeem,2026-10-05 09:00,150,,Ana@Example.com,Mug\n"
        "2,adjust,2026-10-05 09:00,-20,7,,\n"
        "3,reward,2026-10-05 09:00,0,,ana@example.com,Coffee card\n"
    )
    result = read(content, feed="redemptions")
    rows = result.tables["redemptions"]
    assert rows.select("redemption_id", "kind", "points", "reward").rows() == [
        ("1", "redeem", 150, "Mug"), ("2", "adjust", -20, None), ("3", "reward", 0, "Coffee card"),
    ]  # fmt: skip
    assert rows["email_key"].to_list()[0] == KEY("email", "ana@example.com")
    stated = result.tables["contacts"]["seen_at"].unique().to_list()
    assert stated == rows["redeemed_at"].unique().to_list()
    assert ARRIVED not in stated


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("1,redeem,2026-10-05,150,,,", "tells nobody apart"),
        ("1,spend,2026-10-05,150,7,,", "spend is not allowed"),
        ("1,redeem,,150,7,,", "is missing"),
        ("1,redeem,soon,150,7,,", "soon is unparseable"),
        ("1,redeem,2026-10-05,,7,,", "is missing"),
        ("1,redeem,2026-10-05,1.5,7,,", "1.5 is unparseable"),
        ("7.41E+12,redeem,2026-10-05,150,7,,", "7.41E+12"),
    ],
)
def test_a_row_that_cannot_be_booked_is_refused_with_the_reason(read, told, row, words):
    result = read(HEADER + row + "\n", feed="redemptions")
    assert (result.rows_accepted, result.rows_quarantined) == (0, 1)
    assert words in told(result)[0]


@pytest.mark.parametrize(("text", "points"), [("+40", 40), ("40.0", 40), ("-7", -7), ("007", 7)])
def test_whole_numbers_are_read_as_exports_write_them(read, text, points):
    content = HEADER + f"1,adjust,2026-10-05,{text},7,,\n"
    assert read(content, feed="redemptions").tables["redemptions"]["points"].to_list() == [points]


def test_what_is_redeemed_after_as_of_in_the_store_s_zone_is_not_known_yet(tmp_path: Path):
    late = datetime(2026, 6, 10, 16, 30, tzinfo=UTC)  # past midnight in Manila
    base = {"source": "app", "kind": "redeem", "file_id": "f", "row_number": 2, "version_basis": "arrival",
            "redeemed_at": late, "email_key": "k"}  # fmt: skip
    versions = [
        base | {"redemption_id": "r", "points": 50, "version_at": late},
        base | {"redemption_id": "r", "points": 40, "version_at": late.replace(hour=18)},
    ]
    for name in FEED_TABLES["redemptions"]:
        path = tmp_path / name / "f.parquet"
        path.parent.mkdir(parents=True)
        table = CANONICAL[name]
        rows = table.conform(pl.DataFrame(versions)) if name == "redemptions" else table.empty()
        rows.write_parquet(path)
    store = CanonicalStore(tmp_path, tmp_path / "quarantine", [KnownFile("f", "redemptions", 1)])
    people = pl.DataFrame({"identifier": ["k"], "customer_id": ["ana"]})
    found = {
        day: activity_tables(store, people, date(2026, 6, day), "Asia/Manila", "PHP")["redemptions"]
        for day in (10, 11)
    }
    assert found[10].height == 0
    assert found[11].select("customer_id", "redeemed_date", "points").rows() == [
        ("ana", date(2026, 6, 11), 40)
    ]
