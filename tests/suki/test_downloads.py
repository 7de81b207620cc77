"""A download: consent asked once more, the published bytes while nobody says no, and a log."""

from __future__ import annotations

import io
import stat
import zipfile
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from reports import import_shapes
from suki.cli import cli
from suki.downloads import HandedOut, Wanted, forget, hand_out, logged, offered, refuse
from suki.errors import SukiError
from suki.ledger import clock
from suki.published_site import Publication, publication
from tests.suki.published_shop import AS_OF, PublishedShop
from tests.suki.test_pulling import RUN

FILES = [("lists", "welcome"), ("lists", "survey"), ("segments", "vip")]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PublishedShop:
    return PublishedShop(tmp_path / "home", monkeypatch)


def _shown(shop: PublishedShop) -> Publication:
    shown = publication(shop.settings, "latest")
    assert shown is not None
    return shown


def _download(shop: PublishedShop, folder: str, name: str, ending: str, shape: str) -> HandedOut:
    shown, wanted = _shown(shop), Wanted(folder, name, ending, shape)
    offer = offered(shop.settings, shown, wanted)
    assert offer is not None
    return hand_out(shop.settings, shop.ledger, shown, wanted, offer, "mara")


def _csv(made: HandedOut) -> pl.DataFrame:
    return pl.read_csv(made.content)


def test_a_list_is_the_published_file_byte_for_byte_while_nobody_says_no(shop):
    made = _download(shop, "lists", "welcome", "csv", "published")
    assert made.content == (shop.settings.runs / RUN / "lists" / "welcome.csv").read_bytes()
    assert made.left_out == 0


def test_whoever_said_no_since_the_publication_is_left_out_of_every_shape_of_a_list(shop):
    shop.withdraw()
    for ending, shape in (
        *(("csv", shape) for shape in ("published", "excel", "plain", "klaviyo", "mailchimp")),
        *(("parquet", shape) for shape in ("published", "plain", "klaviyo")),
    ):
        made = _download(shop, "lists", "welcome", ending, shape)
        assert (made.rows, made.left_out) == (1, 1), (ending, shape)
        assert b"ana@example.com" not in made.content
        assert b"Ana" not in made.content


def test_a_segment_keeps_its_members_and_shows_no_address_against_a_later_no(shop):
    assert b"ana@example.com" in _download(shop, "segments", "vip", "csv", "published").content
    shop.withdraw()
    made = _download(shop, "segments", "vip", "csv", "published")
    assert made.rows == 3
    assert b"ana@example.com" not in made.content
    assert "Ana" in _csv(made)["first_name"].to_list()


@pytest.mark.parametrize(("folder", "name"), [("lists", "welcome"), ("segments", "vip")])
def test_whoever_is_to_be_forgotten_is_in_no_file(shop, folder, name):
    shop.erase("ana@example.com")
    for ending in ("csv", "parquet"):
        made = _download(shop, folder, name, ending, "published")
        assert made.left_out == 1
        assert b"Ana" not in made.content


def test_a_parquet_file_shows_only_addresses_with_consent(shop):
    content = _download(shop, "segments", "vip", "parquet", "published").content
    people = pl.read_parquet(io.BytesIO(content)).sort("first_name")
    assert people["email"].to_list() == ["ana@example.com", "bo@example.com", None]


def test_names_say_list_date_and_shape_and_excel_gets_its_mark(shop):
    asked = [("csv", "published"), ("csv", "klaviyo"), ("parquet", "published"), ("csv", "excel")]
    made = [_download(shop, "lists", "welcome", *one) for one in asked]
    assert [one.file_name for one in made] == [
        f"welcome_{AS_OF}.csv",
        f"welcome_{AS_OF}_klaviyo.csv",
        f"welcome_{AS_OF}.parquet",
        f"welcome_{AS_OF}.csv",
    ]
    assert made[3].content == b"\xef\xbb\xbf" + made[0].content
    assert {one.media_type.split(";")[0] for one in made} == {
        "text/csv",
        "application/vnd.apache.parquet",
    }


def test_a_cell_that_a_spreadsheet_would_run_stays_text(shop):
    assert _csv(_download(shop, "lists", "welcome", "csv", "published"))["reason"].to_list() == [
        "'=because",
        "'=because",
    ]


def test_what_a_vendor_takes_in_parts_only_comes_as_one_zip_with_everybody(shop, monkeypatch):
    whole = _download(shop, "lists", "welcome", "csv", "klaviyo")
    monkeypatch.setattr(import_shapes, "KLAVIYO_LIMIT_BYTES", len(whole.content) - 1)
    made = _download(shop, "lists", "welcome", "csv", "klaviyo")
    assert (made.file_name, made.media_type, made.rows) == (
        f"welcome_{AS_OF}_klaviyo.csv.zip",
        "application/zip",
        2,
    )
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert archive.namelist() == [
            f"welcome_{AS_OF}_klaviyo_part1.csv",
            f"welcome_{AS_OF}_klaviyo_part2.csv",
        ]
        assert sum(pl.read_csv(archive.read(n)).height for n in archive.namelist()) == 2
    assert made.content == _download(shop, "lists", "welcome", "csv", "klaviyo").content


@pytest.mark.parametrize(
    ("folder", "name", "ending", "shape"),
    [
        ("lists", "vip", "csv", "published"),
        ("segments", "welcome", "csv", "published"),
        ("marts", "clv", "parquet", "published"),
        ("lists", "welcome", "json", "published"),
        ("lists", "welcome", "csv", "hubspot"),
        ("lists", "../lists/welcome", "csv", "published"),
        ("lists", "", "csv", "published"),
    ],
)
def test_what_the_publication_does_not_offer_is_none(shop, folder, name, ending, shape):
    assert offered(shop.settings, _shown(shop), Wanted(folder, name, ending, shape)) is None


def test_every_download_is_logged_with_who_what_when_and_how_many(shop):
    shop.withdraw()
    before = clock()
    _download(shop, "lists", "welcome", "csv", "klaviyo")
    [entry] = logged(shop.ledger)
    assert before - timedelta(seconds=1) <= entry.pop("asked_at") <= clock()
    assert entry == {
        "number": 1,
        "user_name": "mara",
        "run_id": RUN,
        "file": "lists/welcome.csv",
        "shape": "klaviyo",
        "outcome": "served",
        "row_count": 1,
        "left_out_count": 1,
        "reason": None,
    }


def test_the_log_and_the_command_hold_no_address(shop):
    for folder, name in FILES:
        _download(shop, folder, name, "csv", "published")
    told = CliRunner().invoke(cli, ["downloads"])
    assert told.exit_code == 0, told.output
    assert told.output.count("served") == 3
    assert "@" not in told.output
    assert not any("@" in str(entry) for entry in logged(shop.ledger))


def test_a_download_that_fails_is_logged_as_refused_with_its_reason(shop):
    (shop.settings.runs / RUN / "lists" / "welcome.parquet").unlink()
    with pytest.raises(SukiError, match="published without addresses"):
        _download(shop, "lists", "welcome", "csv", "published")
    [entry] = logged(shop.ledger)
    assert (entry["outcome"], entry["row_count"]) == ("refused", None)
    assert "published without addresses" in entry["reason"]


def test_what_cannot_be_logged_is_not_handed_out(shop, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("suki.downloads._record", broken)
    with pytest.raises(OSError, match="disk full"):
        _download(shop, "lists", "welcome", "csv", "published")


def test_a_name_from_elsewhere_cannot_paint_on_the_terminal(shop):
    refuse(
        shop.ledger, _shown(shop), Wanted("lists", "welcome", "csv"), "\x1b[31mm[b]x[/b]\n", "no"
    )
    told = CliRunner().invoke(cli, ["downloads"])
    assert "\x1b" not in told.output
    assert "?[31mm[b]x[/b]?" in told.output


def test_the_log_is_shown_by_person_and_forgotten_by_date(shop):
    shown, wanted = _shown(shop), Wanted("lists", "welcome", "csv")
    for who in ("mara", "lea", "mara"):
        refuse(shop.ledger, shown, wanted, who, "the role may not download")
    run = CliRunner().invoke
    assert run(cli, ["downloads", "--user", "lea"]).output.count("refused") == 1
    assert run(cli, ["downloads", "--limit", "2"]).output.count("refused") == 2
    today = clock().date()
    assert forget(shop.ledger, today) == 0
    told = run(cli, ["downloads", "--forget-before", (today + timedelta(days=1)).isoformat()])
    assert told.output == "removed 3 entries\n"
    assert "no download" in run(cli, ["downloads"]).output
    assert run(cli, ["downloads", "--forget-before", "yesterday"]).exit_code == 2
    assert forget(shop.ledger, date(2000, 1, 1)) == 0


def test_nothing_of_a_download_is_left_on_the_disk(shop):
    files = {path for path in shop.settings.home.rglob("*") if path.is_file()}
    _download(shop, "lists", "welcome", "csv", "published")
    _download(shop, "segments", "vip", "parquet", "klaviyo")
    left = {path for path in shop.settings.home.rglob("*") if path.is_file()} - files
    assert {path.name for path in left} <= {"ledger.sqlite-wal", "ledger.sqlite-shm"}
    assert stat.S_IMODE(shop.settings.state.stat().st_mode) == 0o700
