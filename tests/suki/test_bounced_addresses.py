"""Mail to the shop's own people that comes back is told to the owner, once, by its place in suki.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from suki.bounced_addresses import came_back, tell_owner_what_came_back
from suki.ingestion import ingest_landing
from suki.ledger import Ledger
from suki.settings import Settings

TOML = """
[store]
timezone = "Asia/Manila"
[mail]
owner = "Owner <owner@example.com>"
marketer = "marketing@example.com"
[mail.weekly]
recipients = [{address = "first@example.com"}, {address = "Boss <Boss@Example.com>"}]
"""
HEAD = "message_id,campaign,channel,event,event_at,email\n"


class Shop:
    def __init__(self, home: Path, *events: str) -> None:
        (home / "config").mkdir()
        (home / "config" / "suki.toml").write_text(TOML)
        (home / "landing" / "messages").mkdir(parents=True)
        rows = "".join(f"m{n},report,{event}\n" for n, event in enumerate(events))
        (home / "landing" / "messages" / "events.csv").write_text(HEAD + rows)
        self.settings = Settings({"SUKI_HOME": str(home), "SUKI_IDENTITY_KEY": "k"})
        self.ledger = Ledger(self.settings.ledger_url)
        ingest_landing(self.settings, self.ledger, lambda _: None)

    def told(self) -> list[str]:
        return [str(one) for one in came_back(self.settings, self.ledger)]


def test_an_executive_whose_mail_bounces_is_named_by_place_and_local_day(tmp_path):
    shop = Shop(tmp_path, "email,bounced,2026-10-30T23:30:00+00:00,boss@example.com")
    assert shop.told() == [
        "mail to mail.weekly.recipients (entry 2) came back on 2026-10-31: mend the address in suki.toml"
    ]


@pytest.mark.parametrize(
    "events",
    [
        ("email,bounced,2026-10-01T08:00:00Z,boss@example.com",
         "email,delivered,2026-10-08T08:00:00Z,boss@example.com"),
        ("email,bounced,2026-10-01T08:00:00Z,customer@example.com",),
        ("sms,bounced,2026-10-01T08:00:00Z,boss@example.com",),
        ("email,sent,2026-10-01T08:00:00Z,boss@example.com",),
        (),
    ],
)  # fmt: skip
def test_an_address_where_mail_arrives_again_or_that_is_a_customers_is_not_named(tmp_path, events):
    assert Shop(tmp_path, *events).told() == []


def test_a_complaint_is_told_and_at_one_moment_a_bounce_outweighs_an_arrival(tmp_path):
    shop = Shop(
        tmp_path,
        "email,complained,2026-10-01T08:00:00Z,marketing@example.com",
        "email,delivered,2026-10-02T08:00:00Z,first@example.com",
        "email,bounced,2026-10-02T08:00:00Z,first@example.com",
    )
    told = shop.told()
    assert [line.partition(" on ")[0] for line in told] == [
        "mail.marketer marked a mail as unwanted",
        "mail to mail.weekly.recipients (entry 1) came back",
    ]


def test_the_owner_is_told_once_of_each_and_of_their_own_address_by_the_log(tmp_path, caplog):
    shop = Shop(
        tmp_path,
        "email,bounced,2026-10-30T08:00:00Z,boss@example.com",
        "email,bounced,2026-10-30T08:00:00Z,owner@example.com",
    )
    for night in ("2026-10-31", "2026-11-01"):
        tell_owner_what_came_back(night, "run", shop.settings, shop.ledger)
    (mail,) = (tmp_path / "outbox").glob("*.eml")
    assert b"mail.weekly.recipients (entry 2) came back" in mail.read_bytes()
    assert b"boss@example.com" not in mail.read_bytes()
    assert caplog.text.count("mail to mail.owner came back") == 2
    assert "@example.com" not in caplog.text
