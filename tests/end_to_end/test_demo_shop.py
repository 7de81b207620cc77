"""A made-up shop from its exports to a published run, as one command."""

from __future__ import annotations

import csv
import json
import subprocess
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import polars as pl
import pytest

from suki.consent_hits import record_refusals
from suki.settings import Settings
from suki.unsubscribe import address_key
from tests.end_to_end.commands import suki
from transforms.demo import write_shop
from transforms.segments import SEGMENTS


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


def marketing_lists(home: Path) -> dict[str, pl.DataFrame]:
    """The lists of mail that needs a marketing yes, by name; a service has a yes of its own."""
    folder = home / "published" / "latest"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {
        one["name"]: pl.read_csv(folder / "lists" / f"{one['name']}.csv", infer_schema=False)
        for one in manifest["lists"]
        if (one["channel"], one["purpose"]) == ("email", "marketing")
    }


def test_nobody_on_a_list_lacks_consent(shop):
    home = shop[0]
    runs = sorted((home / "build").glob("2026-*/current/customers.parquet"))
    agreed = set(pl.read_parquet(runs[-1]).filter("email_marketing_consent")["customer_id"])
    lists = marketing_lists(home)
    assert sum(one.height for one in lists.values()) > 0
    for one in lists.values():
        assert set(one["customer_id"]) <= agreed


def test_outcomes_of_a_campaign_add_up_and_its_list_is_whoever_is_sent_to(shop):
    folder = shop[0] / "published" / "latest"
    counted = pl.read_parquet(folder / "marts" / "contact_outcomes.parquet")
    decisions = pl.read_parquet(folder / "marts" / "contact_decisions.parquet")
    sums = counted.group_by("campaign").agg(
        pl.col("people_count").sum(), pl.col("eligible_count").first()
    )
    assert sums.filter(pl.col("people_count") != pl.col("eligible_count")).is_empty()
    assert sums["people_count"].sum() == decisions.height > 100
    for name, one in marketing_lists(shop[0]).items():
        sent = decisions.filter((pl.col("campaign") == name) & (pl.col("outcome") == "send"))
        assert set(one["customer_id"]) == set(sent["customer_id"])


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
    listed = {address for one in marketing_lists(home).values() for address in one["email"]}
    assert {"yes", "no"} <= set(said.values())
    assert len(listed & said.keys()) > 20
    assert {said[address] for address in listed & said.keys()} == {"yes"}


@pytest.mark.parametrize("report", ["weekly", "monthly"])
def test_the_mail_lies_in_the_outbox_with_text_html_and_pictures(shop, report):
    mails = [
        message_from_bytes(p.read_bytes(), policy=policy.default)
        for p in (shop[0] / "outbox").glob(f"*_{report}_*.eml")
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


def test_mail_goes_to_whom_was_approved_once_and_never_to_who_clicked_no_meanwhile(shop):
    home, _ = shop
    folder = home / "published" / "latest"
    lists = marketing_lists(home)
    waiting = {page.stem for page in (home / "approvals").glob("*/*.html")} & lists.keys()
    samples = [page.read_text("utf-8") for page in (home / "approvals").glob("*/*.html")]
    assert any("https://shop.example.com/suki/unsubscribe" in page for page in samples)
    # An approver who tries the link must not say no in a customer's name.
    assert [page for page in samples if "token=" in page] == []
    campaign = max(waiting, key=lambda name: (lists[name].height, name))
    people = pl.read_parquet(folder / "lists" / f"{campaign}.parquet").sort("email")
    assert people.height >= 2
    assert not list((home / "outbox").glob(f"*_{campaign}_*.eml"))
    settings = Settings({"SUKI_HOME": str(home), "SUKI_IDENTITY_KEY": "a test key"})
    gone = people["email"][0]
    key = address_key(gone, settings.identity_secret())
    record_refusals(settings, [(key, "email", "marketing")], datetime.now(UTC))
    assert suki(home, "approve", campaign, "--by", "ana").returncode == 0
    sent = suki(home, "send")
    assert sent.returncode == 0, sent.stderr
    mails = [
        message_from_bytes(p.read_bytes(), policy=policy.default)
        for p in (home / "outbox").glob(f"*_{campaign}_*.eml")
    ]
    assert {str(mail["To"]) for mail in mails} == set(people["email"]) - {gone}
    for mail in mails:
        assert str(mail["List-Unsubscribe"]).startswith("<https://")
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert suki(home, "send").returncode == 0
    assert len(list((home / "outbox").glob(f"*_{campaign}_*.eml"))) == len(mails)
