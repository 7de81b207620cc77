"""Taking in what has landed: every file accounted for, none of them able to stop the night."""

from __future__ import annotations

import logging
from pathlib import Path

import polars as pl
import pytest

from suki import ingestion
from suki.errors import ConfigurationError
from suki.ingestion import IngestSummary, ingest_landing
from suki.ledger import Ledger
from suki.settings import Settings

HEAD = "order_id,ordered_at,currency,total_amount\n"
GOOD = HEAD + "1,2025-10-07,PHP,5\n"


class Shop:
    """A folder to drop files in, and what was said when they were taken in."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SUKI_HOME", str(home))
        monkeypatch.setenv("SUKI_IDENTITY_KEY", "a test key")
        self.settings = Settings()
        self.settings.business.ingest.__dict__["settle_seconds"] = 0.0
        self.ledger = Ledger(self.settings.ledger_url)
        self.landing = self.settings.landing
        (self.landing / "orders").mkdir(parents=True)
        self.said: list[str] = []

    def drop(self, name: str, content: str | bytes = GOOD, feed: str = "orders") -> Path:
        path = self.landing / feed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def ingest(self) -> IngestSummary:
        self.said.clear()
        summary = ingest_landing(self.settings, self.ledger, self.said.append)
        accounted = summary.rows_accepted + summary.rows_quarantined + summary.rows_ignored
        assert summary.rows_read == accounted
        return summary

    def rows(self, folder: Path) -> int:
        return sum(pl.read_parquet(path).height for path in folder.glob("*.parquet"))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(tmp_path / "home", monkeypatch)


def test_a_file_is_read_once_whatever_its_name(shop):
    shop.drop("a.csv")
    assert shop.ingest().files_accepted == 1
    shop.drop("b.csv")
    summary = shop.ingest()
    assert (summary.files_accepted, summary.files_known) == (0, 2)
    assert shop.said == ["landing/orders/b.csv has the same content as a.csv; not read again"]
    assert shop.rows(shop.settings.canonical / "orders") == 1


def test_an_unforeseen_failure_refuses_one_file_and_reads_the_others(shop, monkeypatch, caplog):
    from transforms.readers import reading

    original = reading.read_file

    def fails_on_b(path, *arguments):
        if path.name == "b.csv":
            raise KeyError("a secret value")
        return original(path, *arguments)

    monkeypatch.setattr(reading, "read_file", fails_on_b)
    shop.drop("a.csv")
    shop.drop("b.csv", GOOD.replace("1,", "2,"))
    shop.drop("c.csv", GOOD.replace("1,", "3,"))
    with caplog.at_level(logging.DEBUG, logger="suki.ingestion"):
        summary = shop.ingest()
    assert (summary.files_accepted, summary.files_refused) == (2, 1)
    (refusal,) = [line for line in shop.said if line.startswith("refused")]
    assert "landing/orders/b.csv could not be read" in refusal
    assert "KeyError" in refusal
    assert "secret" not in refusal
    assert any(record.exc_info for record in caplog.records)


def test_a_refused_file_is_read_once_it_has_been_mended(shop):
    shop.drop("a.csv", HEAD)
    assert shop.ingest().files_refused == 1
    assert shop.said == [
        "refused: landing/orders/a.csv has a header but no rows; nothing was exported"
    ]
    shop.drop("a.csv")
    assert shop.ingest().files_accepted == 1


def test_a_file_that_vanishes_after_the_listing_is_left_for_the_next_run(shop, monkeypatch):
    def gone(path):
        raise FileNotFoundError(path)

    monkeypatch.setattr(ingestion, "sha256_of", gone)
    shop.drop("a.csv")
    summary = shop.ingest()
    assert (summary.files_unfinished, summary.files_refused) == (1, 0)
    assert shop.said == [
        "landing/orders/a.csv vanished while Suki was looking; left for the next run"
    ]


def test_a_file_suki_may_not_open_is_refused_with_the_reason(shop, monkeypatch):
    def locked(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(ingestion, "sha256_of", locked)
    shop.drop("a.csv")
    assert shop.ingest().files_refused == 1
    assert shop.said == [
        "refused: landing/orders/a.csv cannot be opened (Permission denied); let the user Suki runs as read it"
    ]


def test_folders_broken_links_and_strays_are_told_and_left_alone(shop):
    (shop.landing / "orders" / "2025").mkdir()
    (shop.landing / "orders" / "link.csv").symlink_to(shop.landing / "nowhere.csv")
    (shop.landing / "order").mkdir()
    (shop.landing / "stray.csv").write_text(GOOD)
    (shop.landing / "orders" / ".hidden").write_text("x")
    shop.ingest()
    assert shop.said == [
        "landing/order is no feed and was left alone; did you mean landing/orders/?",
        "landing/orders/2025 is a folder and was left alone; move its files up into landing/orders/",
        "landing/orders/link.csv is a broken link or no regular file and was left alone; put the export itself there",
        "landing/stray.csv lies outside the feeds and was left alone; move it into landing/<feed>/, where feeds are "
        "orders, surveys, customers, products, deliveries, exchange_rates, returns, invoices, subscriptions, "
        "reviews, messages, tickets, marketing_spend, annotations, consents, redemptions",
    ]  # fmt: skip


def test_a_link_to_a_file_is_read_like_the_file(shop, tmp_path):
    (tmp_path / "elsewhere.csv").write_text(GOOD)
    (shop.landing / "orders" / "a.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert shop.ingest().files_accepted == 1


def test_a_file_still_being_written_is_left_until_it_is_complete(shop):
    path = shop.drop("a.csv", HEAD)
    with path.open("a") as writer:
        assert shop.ingest().files_unfinished == 1
        writer.write("1,2025-10-07,PHP,5\n")
    assert shop.ingest().files_accepted == 1
    shop.drop("b.csv.part", GOOD)
    assert shop.ingest().files_unfinished == 1


def test_what_the_reader_assumed_is_told_and_remembered(shop):
    shop.drop(
        "a.csv",
        GOOD.replace("total_amount", "total_amount,country")
        .replace("5\n", "5,España\n")
        .encode("cp1252"),
    )
    shop.ingest()
    (note,) = [line for line in shop.said if line.startswith("note: ")]
    assert note.startswith("note: landing/orders/a.csv: not UTF-8; read as cp1252")
    (known,) = shop.ledger.known_files()
    assert known["counts"]["notes"][0].startswith("not UTF-8")


def test_quarantined_rows_are_kept_with_their_reason(shop):
    shop.drop("a.csv", GOOD + "2,never,PHP,5\n")
    summary = shop.ingest()
    assert (summary.rows_accepted, summary.rows_quarantined) == (1, 1)
    assert shop.rows(shop.settings.quarantine / "orders") == 1
    assert shop.said == [
        "read landing/orders/a.csv as generic_orders: 2 rows read, 1 accepted, 1 quarantined"
    ]


def test_a_missing_landing_folder_says_what_to_do(shop):
    (shop.landing / "orders").rmdir()
    shop.landing.rmdir()
    with pytest.raises(ConfigurationError, match=r"does not exist\. Make landing/orders/ there"):
        shop.ingest()
