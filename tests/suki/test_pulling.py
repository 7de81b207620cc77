"""Handing out a list: to those who agree now, in a shape, with a manifest, for its owner alone."""

from __future__ import annotations

import csv
import json
import stat
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from reports import import_shapes
from suki import list_commands
from suki.building import canonical_store
from suki.cli import cli
from suki.contact_log import suppress
from suki.errors import ConfigurationError
from suki.ingestion import ingest_landing
from suki.ledger import Ledger
from suki.pulling import Pulled, PullRequest, offers, pull
from suki.settings import Settings
from suki.storage import point
from transforms import identity
from transforms.contact_cards import cards
from transforms.current_consents import latest_consents
from transforms.current_people import latest_contacts
from transforms.identity_rails import IdentityPolicy
from transforms.identity_resolution import Question, resolve

HEAD = (
    "customer_id,email,phone,first_name,country,address_line,city,updated_at,accepts_email_marketing,"
    "accepts_sms_marketing,accepts_post_marketing,accepts_email_survey\n"
)
PEOPLE = HEAD + (
    "1,ana@example.com,0917 123 4567,Ana,PH,5 Kalye Kapihan,Manila,2026-03-01,yes,yes,yes,\n"
    "2,bo@example.com,,Bo,Pilipinas,,,2026-03-01,yes,no,no,\n"
    "3,cy@example.com,,Cy,PL,ul. Kawowa 7,Łódź,2026-03-01,no,no,no,yes\n"
)
RUN = "2026-03-31_aaaaaaaaaaaa"


class Shop:
    """A shop of three people with one publication, as the pipeline would have left it."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SUKI_HOME", str(home))
        monkeypatch.setenv("SUKI_IDENTITY_KEY", "a test key")
        self.settings = Settings()
        self.settings.business.ingest.__dict__["settle_seconds"] = 0.0
        self.ledger = Ledger(self.settings.ledger_url)
        self.out = home / "for_others" / "list.csv"
        self.say("people.csv", PEOPLE)
        self.key = identity.person_key(self.settings.identity_secret())
        self.store = canonical_store(self.settings, self.ledger.known_files())
        question = Question(IdentityPolicy(), {}, (), date(2026, 3, 31), "UTC")
        found = resolve(self.store, question, self.key)
        self.ledger.give_surrogates(identity.alias_rows(found.given, {}))
        self.people = identity.named(self.ledger.surrogates())
        consents = latest_consents(self.store, self.people, self.key)
        self.members = cards(latest_contacts(self.store, self.people), consents)
        self.publish()

    def say(self, name: str, content: str, feed: str = "customers") -> None:
        path = self.settings.landing / feed / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        ingest_landing(self.settings, self.ledger, lambda _: None)

    def publish(self, run_id: str = RUN, **changes: Any) -> None:
        folder = self.settings.runs / run_id
        listed = [
            ("welcome", "email", "marketing", ["ana@example.com", "bo@example.com"]),
            ("survey", "email", "survey", ["cy@example.com"]),
        ]
        for part in ("lists", "segments"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for name, channel, _, mails in listed:
            rows = self.members.filter(pl.col("email").is_in(mails))
            rows.with_columns(channel=pl.lit(channel), outcome=pl.lit("send")).write_parquet(
                folder / "lists" / f"{name}.parquet"
            )
        for name in ("vip", "welcome_back"):
            stated = pl.when(pl.col("first_name") == "Bo").then(pl.lit("Pilipinas"))
            self.members.with_columns(country=stated.otherwise("country")).write_parquet(
                folder / "segments" / f"{name}.parquet"
            )
        manifest = {
            "run_id": run_id, "as_of": "2026-03-31", "known_at": None, "outcome": "published",
            "definitions_version": "1", "configuration_sha256": "0" * 64,
            "lists": [
                {"name": n, "title": n, "rows": len(m), "suppressed": {"no_consent": 1}, "channel": c, "purpose": p}
                for n, c, p, m in listed
            ],
            "files": {"segments/vip.parquet": {"rows": 3}, "segments/welcome_back.parquet": {"rows": 3}},
        }  # fmt: skip
        (folder / "manifest.json").write_text(json.dumps(manifest | changes))
        point(self.settings.published / "latest", folder)

    def pull(self, name: str, shape: str = "plain", **more: Any) -> Pulled:
        return pull(self.settings, self.ledger, PullRequest(name, self.out, shape, **more))

    def rows(self) -> list[dict[str, str]]:
        with self.out.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(tmp_path / "home", monkeypatch)


def test_a_segment_goes_to_a_tool_with_those_who_agreed_and_a_manifest_that_counts(
    shop: Shop,
) -> None:
    pulled = shop.pull("vip", "klaviyo")
    assert [(r["Email"], r["Phone Number"]) for r in shop.rows()] == [
        (mail, number)
        for mail, number in sorted(
            [("ana@example.com", "+639171234567"), ("bo@example.com", "")],
            key=lambda row: _id(shop, row[0]),
        )
    ]
    assert {r["Country"] for r in shop.rows()} == {"PH"}
    told = json.loads(pulled.manifest.read_text(encoding="utf-8"))
    assert told["left_out"] == {"unsubscribed": 1}
    assert (told["people_in_publication"], told["rows"]) == (3, 2)
    assert (told["kind"], told["shape"], told["as_of"]) == ("segment", "klaviyo", "2026-03-31")
    assert told["files"] == [{"name": "list.csv", "rows": 2, "sha256": pulled.files[0].sha256}]
    for path in (shop.out, pulled.manifest):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _id(shop: Shop, mail: str) -> str:
    return str(shop.members.filter(pl.col("email") == mail)["customer_id"].item())


@pytest.mark.parametrize(
    ("name", "feed", "content"),
    [
        ("later.csv", "customers", HEAD + "1,ana@example.com,,Ana,PH,,,2026-04-02,no,,,\n"),
        ("link.csv", "consents", "channel,purpose,is_granted,email,stated_at\n"
                                 "email,marketing,no,ana@example.com,2026-04-02 10:00\n"),
        ("sent.csv", "messages", "message_id,campaign,channel,event,event_at,email\n"
                                 "m1,welcome,email,unsubscribed,2026-04-02 10:00,ana@example.com\n"),
        ("spam.csv", "messages", "message_id,campaign,event,event_at,email\n"
                                 "m1,welcome,complained,2026-04-02 10:00,ana@example.com\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("source", ["welcome", "vip"])
def test_a_no_said_after_the_publication_is_heard(
    shop: Shop, source: str, name: str, feed: str, content: str
) -> None:
    shop.say(name, content, feed)
    pulled = shop.pull(source, "mailchimp")
    assert [r["Email Address"] for r in shop.rows()] == ["bo@example.com"]
    assert pulled.left_out["unsubscribed"] == (1 if source == "welcome" else 2)
    plain = shop.pull(source)
    assert [r["email"] for r in shop.rows() if r["first_name"] == "Ana"] == [""]
    assert plain.blanked["email"] == pulled.left_out["unsubscribed"]


def test_a_bounced_mailbox_and_a_person_barred_by_the_ledger_are_left_out(shop: Shop) -> None:
    shop.say(
        "bounces.csv",
        "message_id,campaign,channel,event,event_at,email\n"
        "m1,welcome,email,bounced,2026-04-02 10:00,bo@example.com\n",
        "messages",
    )
    suppress(shop.ledger, shop.key("email", "ana@example.com"), "erased")
    assert shop.pull("welcome", "mailchimp").left_out == {"bounced": 1, "erased": 1}


def test_a_yes_said_after_the_publication_adds_nobody(shop: Shop) -> None:
    shop.say("later.csv", HEAD + "3,cy@example.com,,Cy,PL,,,2026-04-02,yes,,,\n")
    shop.pull("vip", "mailchimp")
    assert "cy@example.com" not in {r["Email Address"] for r in shop.rows()}


def test_a_list_of_another_purpose_keeps_its_people_and_is_no_subscription(shop: Shop) -> None:
    shop.say("later.csv", HEAD + "3,cy@example.com,,Cy,PL,,,2026-04-02,,,,yes\n")
    shop.publish()
    assert shop.pull("survey", "klaviyo").left_out == {
        "unsubscribed": 1
    }  # no to marketing ends surveys
    (shop.settings.runs / RUN / "lists" / "survey.parquet").unlink()
    shop.members.filter(pl.col("first_name") == "Bo").write_parquet(
        shop.settings.runs / RUN / "lists" / "survey.parquet"
    )
    shop.pull("survey", "klaviyo")
    assert [(r["Email"], "Consent" in r) for r in shop.rows()] == [("bo@example.com", False)]


def test_pulling_again_leaves_nothing_of_the_pull_before(shop: Shop) -> None:
    first = shop.pull("vip", "klaviyo")
    before = shop.out.read_bytes()
    shop.pull("vip", "klaviyo")
    assert shop.out.read_bytes() == before
    stale = shop.out.with_name("list_part2.csv")
    stale.write_bytes(before)
    told = json.loads(first.manifest.read_text(encoding="utf-8"))
    told["files"].append({"name": stale.name, "rows": 2, "sha256": first.files[0].sha256})
    first.manifest.write_text(json.dumps(told))
    shop.pull("vip", "klaviyo")
    assert sorted(p.name for p in shop.out.parent.iterdir()) == [
        "list.csv",
        "list.csv.manifest.json",
    ]


def test_a_name_that_is_none_or_two_is_told_with_the_remedy(shop: Shop) -> None:
    with pytest.raises(
        ConfigurationError, match="no list and no segment 'welcom'; did you mean 'welcome'"
    ):
        shop.pull("welcom")
    shop.members.write_parquet(shop.settings.runs / RUN / "segments" / "welcome.parquet")
    shop.publish(files={"segments/welcome.parquet": {"rows": 3}})
    with pytest.raises(ConfigurationError, match="say list:welcome or segment:welcome"):
        shop.pull("welcome")
    assert shop.pull("list:welcome").offer.rows == 2
    assert shop.pull("segment:welcome").offer.kind == "segment"


def test_what_must_not_be_handed_out_is_refused(shop: Shop) -> None:
    shop.publish("2026-04-01_bbbbbbbbbbbb", outcome="held")
    shop.publish("2026-04-01_cccccccccccc", known_at="2026-03-01T00:00:00+00:00")
    shop.publish()
    for run, why in (("2026-04-01_bbbbbbbbbbbb", "was held"), ("2026-04-01_cccccccccccc", "earlier belief"),
                     ("2026-04-02_dddddddddddd", "no published run")):  # fmt: skip
        with pytest.raises(ConfigurationError, match=why):
            shop.pull("vip", run_id=run)
    shop.out = shop.settings.runs / RUN / "lists" / "mine.csv"
    with pytest.raises(ConfigurationError, match="never changes"):
        shop.pull("vip")
    assert not shop.out.exists()


def test_a_list_published_without_addresses_says_what_to_do(shop: Shop) -> None:
    (shop.settings.runs / RUN / "lists" / "welcome.parquet").unlink()
    with pytest.raises(ConfigurationError, match="`suki run` publishes it anew"):
        shop.pull("welcome")


def test_the_commands_tell_counts_and_no_address(shop: Shop) -> None:
    run = CliRunner().invoke
    told = run(cli, ["lists"])
    assert told.exit_code == 0, told.output
    assert [line.split()[:3] for line in told.output.splitlines()[1:]] == [
        ["list", "survey", "1"], ["list", "welcome", "2"], ["segment", "vip", "3"], ["segment", "welcome_back", "3"],
    ]  # fmt: skip
    done = run(cli, ["pull", "vip", "--shape", "meta", "--out", str(shop.out)])
    assert done.exit_code == 0, done.output
    assert "left out  unsubscribed 1" in done.output
    assert "2 people; Meta advises" in done.output
    assert "@" not in done.output
    refused = run(
        cli, ["pull", "vip", "--shape", "klaviyo", "--value", "days", "--out", str(shop.out)]
    )
    assert isinstance(refused.exception, ConfigurationError)
    assert "belongs to the shape meta" in str(refused.exception)


def test_an_empty_home_offers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUKI_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="nothing has been published yet"):
        offers(Settings())


def test_the_command_offers_every_shape_there_is() -> None:
    assert list_commands.SHAPES == import_shapes.SHAPES
