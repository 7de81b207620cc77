"""A made-up shop from its exports to a published run, as one command."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import polars as pl
import pytest

from transforms.demo import write_shop
from transforms.segments import SEGMENTS


def suki(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("suki")), *arguments]
    environment = {
        "SUKI_HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "SUKI_IDENTITY_KEY": "a test key",
    }
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    home = tmp_path_factory.mktemp("shop")
    write_shop(home, customers=400)
    return home, suki(home, "run", "--as-of", "2026-10-31")


def test_the_run_is_published_with_warnings_about_the_broken_rows(shop):
    home, done = shop
    assert done.returncode == 3, done.stderr
    manifest = json.loads((home / "published" / "latest" / "manifest.json").read_text())
    assert manifest["as_of"] == "2026-10-31"
    assert manifest["outcome"] == "banner"
    assert (home / "published" / "2026-10-31").resolve() == (
        home / "published" / "latest"
    ).resolve()


def test_every_row_read_is_accepted_quarantined_or_ignored(shop):
    manifest = json.loads((shop[0] / "published" / "latest" / "manifest.json").read_text())
    assert {feed["feed"] for feed in manifest["feeds"]} == {
        "orders", "surveys", "customers", "products", "deliveries", "exchange_rates", "returns",
        "invoices", "subscriptions", "reviews", "messages", "tickets", "marketing_spend", "annotations", "consents",
        "redemptions",
    }  # fmt: skip
    for entry in manifest["inputs"]:
        rows = entry["rows"]
        assert rows["read"] > 0
        assert rows["read"] == rows["accepted"] + rows["quarantined"] + sum(
            rows["ignored"].values()
        )


def test_segments_hold_every_customer_exactly_once(shop):
    folder = shop[0] / "published" / "latest"
    members = pl.concat(
        [pl.read_parquet(folder / "segments" / f"{name}.parquet") for name in SEGMENTS]
    )
    values = pl.read_parquet(folder / "marts" / "clv.parquet")
    assert members.height > 200
    assert members["customer_id"].is_unique().all()
    assert set(members["customer_id"]) == set(values["customer_id"])


def test_nobody_on_a_list_lacks_consent(shop):
    home = shop[0]
    runs = sorted((home / "build").glob("2026-*/current/customers.parquet"))
    agreed = set(pl.read_parquet(runs[-1]).filter("email_marketing_consent")["customer_id"])
    lists = [
        pl.read_csv(path)
        for path in sorted((home / "published" / "latest" / "lists").glob("*.csv"))
    ]
    assert sum(one.height for one in lists) > 0
    for one in lists:
        assert set(one["customer_id"]) <= agreed


def test_everybody_on_a_list_said_yes_in_the_shops_own_customer_export(shop):
    home = shop[0]
    with next((home / "landing" / "customers").glob("customers_export_*.csv")).open(
        encoding="utf-8", newline=""
    ) as export:
        said = {
            row["Email"].strip().lower(): row["Accepts Email Marketing"]
            for row in csv.DictReader(export)
            if row["Email"].strip()
        }
    listed = {
        address
        for path in (home / "published" / "latest" / "lists").glob("*.csv")
        for address in pl.read_csv(path)["email"]
    }
    assert {"yes", "no"} <= set(said.values())
    assert len(listed & said.keys()) > 20
    assert {said[address] for address in listed & said.keys()} == {"yes"}


def test_the_mail_lies_in_the_outbox_with_text_html_and_pictures(shop):
    mails = [
        message_from_bytes(p.read_bytes(), policy=policy.default)
        for p in (shop[0] / "outbox").glob("*_kpi_*.eml")
    ]
    assert len(mails) == 1
    kinds = [part.get_content_type() for part in mails[0].walk()]
    assert "text/plain" in kinds
    assert "text/html" in kinds
    assert "image/png" in kinds


def test_a_second_run_sends_nothing_and_changes_no_byte(shop):
    home, _ = shop
    before = {p: p.read_bytes() for p in sorted((home / "runs").rglob("*")) if p.is_file()}
    mails = sorted(p.name for p in (home / "outbox").iterdir())
    again = suki(home, "run", "--as-of", "2026-10-31")
    assert again.returncode == 3, again.stderr
    assert sorted(p.name for p in (home / "outbox").iterdir()) == mails
    assert {p: p.read_bytes() for p in sorted((home / "runs").rglob("*")) if p.is_file()} == before


def test_an_older_business_date_is_published_and_contacts_nobody(shop):
    home, _ = shop
    mails = sorted(p.name for p in (home / "outbox").iterdir())
    older = suki(home, "run", "--as-of", "2026-06-30")
    assert older.returncode in (0, 3), older.stderr
    assert (home / "published" / "2026-06-30" / "manifest.json").is_file()
    assert (home / "published" / "latest").resolve() == (
        home / "published" / "2026-10-31"
    ).resolve()
    assert sorted(p.name for p in (home / "outbox").iterdir()) == mails
