"""The story of a run: same inputs same bytes, who is contacted, and what a hold leaves standing."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from suki import pipeline
from suki.contacting import handed_over
from suki.errors import ConfigurationError, SukiError
from suki.ledger import Ledger
from suki.settings import Settings
from tests.end_to_end.commands import PATIENCE
from transforms.demo import write_shop

AS_OF = "2026-10-31"
PUBLISHED = ("marts", "segments", "lists")


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        "SUKI_HOME": str(home), "SUKI_IDENTITY_KEY": "one key for both homes", "PATH": "/usr/bin:/bin",
        "HOME": str(home),
    }  # fmt: skip
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("suki")), *arguments],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def suki(home: Path, *arguments: str) -> tuple[int, str]:
    process = start(home, *arguments)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out + err


@pytest.fixture(scope="session")
def twins(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same exports, run at the same time in two homes that share the identity key."""
    homes = tuple(tmp_path_factory.mktemp(name) for name in ("one", "other_home_with_a_long_name"))
    for home in homes:
        write_shop(home, customers=150)
    processes = [start(home, "run", "--as-of", AS_OF) for home in homes]
    for process in processes:
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 3, err
    return homes[0], homes[1]


def latest(home: Path) -> Path:
    return (home / "published" / "latest").resolve()


def contents(home: Path) -> dict[str, bytes]:
    return {
        path.relative_to(latest(home)).as_posix(): path.read_bytes()
        for part in PUBLISHED
        for path in sorted((latest(home) / part).rglob("*"))
        if path.is_file()
    }


def standing(home: Path) -> dict[str, Any]:
    """All that a later run must not change: pointers, published files, outbox."""
    return {
        "pointers": {p.name: p.resolve().name for p in sorted((home / "published").iterdir())},
        "files": {p.as_posix(): p.read_bytes() for p in latest(home).rglob("*") if p.is_file()},
        "outbox": sorted(p.name for p in (home / "outbox").iterdir()),
    }


def test_two_homes_publish_the_same_bytes(twins):
    one, other = contents(twins[0]), contents(twins[1])
    assert len(one) > 30
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
    assert latest(twins[0]).name == latest(twins[1]).name


def test_no_published_table_knows_the_home_it_was_made_in(twins):
    for home in twins:
        manifest = (latest(home) / "manifest.json").read_bytes()
        for name, content in (contents(home) | {"manifest.json": manifest}).items():
            assert str(home).encode() not in content, name


def test_manifests_of_two_homes_tell_the_same(twins):
    told = [json.loads((latest(home) / "manifest.json").read_text()) for home in twins]
    assert told[0] == told[1]


def test_each_shop_wrote_its_executive_and_its_marketer_once(twins):
    for home in twins:
        kinds = sorted(p.name.split("_")[1] for p in (home / "outbox").glob("*.eml"))
        assert kinds == ["lists", "monthly", "weekly"]


@pytest.mark.parametrize("name", ["weekly", "monthly", "lists"])
def test_what_a_door_warned_of_stands_in_every_mail(twins, name):
    home = twins[0]
    warnings = json.loads((latest(home) / "manifest.json").read_text())["reason"].splitlines()
    (path,) = (home / "outbox").glob(f"*_{name}_*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert warnings
    assert " ".join(warnings[0].split()) in text


def test_a_run_of_what_was_known_then_contacts_nobody_and_moves_no_pointer(twins):
    home = twins[0]
    before = standing(home)
    known_at = datetime.now(UTC).isoformat()
    code, told = suki(home, "run", "--as-of", AS_OF, "--known-at", known_at)
    assert code == 3, told
    assert standing(home) == before
    runs = {p.name for p in (home / "runs").iterdir()}
    (made,) = runs - {latest(home).name}
    assert json.loads((home / "runs" / made / "manifest.json").read_text())["known_at"] == known_at
    folder = home / "runs" / made
    for name, content in contents(home).items():
        assert (folder / name).read_bytes() == content, name


def test_a_held_run_gets_no_pointer_and_its_owner_alone_is_told_once(twins):
    home = twins[1]
    before = standing(home)
    orders = home / "landing" / "orders"
    first = (orders / "orders_export_2025-06-30.csv").read_text(encoding="utf-8")
    broken = first.replace(",PHP,", ",pesos,").replace(",USD,", ",dollars,")
    (orders / "orders_export_2026-11-01.csv").write_text(broken, encoding="utf-8")
    for _ in range(2):
        code, told = suki(home, "run", "--as-of", "2026-11-01")
        assert code == 4, told
        assert "Traceback" not in told
    after = standing(home)
    assert after["pointers"] == before["pointers"]
    assert after["files"] == before["files"]
    new = set(after["outbox"]) - set(before["outbox"])
    assert len(new) == 1
    assert "owner_alert" in new.pop()
    record = Ledger(Settings({"SUKI_HOME": str(home)}).ledger_url).latest_runs(1)[0]
    assert (record["status"], record["as_of"]) == ("held", "2026-11-01")
    assert "currency" in record["reason"]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUKI_HOME", str(tmp_path))
    monkeypatch.setenv("SUKI_IDENTITY_KEY", "k")
    return tmp_path


def test_a_shop_without_orders_has_no_latest_date_and_says_where_orders_go(shop):
    (shop / "landing" / "orders").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=r"no order is known.*landing/orders"):
        pipeline.ingest("latest")


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01", "noon"])
def test_a_moment_that_is_none_is_named(shop, moment):
    with pytest.raises(ConfigurationError, match=f"known_at '{moment}'"):
        pipeline.ingest(AS_OF, moment)


def test_a_mistake_in_the_settings_is_told_before_anything_is_read(shop):
    (shop / "config").mkdir()
    (shop / "config" / "suki.toml").write_text("[stroe]\n")
    (shop / "landing" / "orders").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="did you mean 'store'"):
        pipeline.ingest(AS_OF)
    assert sorted(p.name for p in shop.iterdir()) == ["config", "landing"]


@pytest.mark.parametrize("step", ["report", "remind"])
def test_nothing_is_told_about_a_run_that_was_held(shop, step):
    ledger = Ledger(Settings().ledger_url)
    ledger.open_run("a", AS_OF, None)
    ledger.close_run("a", "held", "a door refused")
    with pytest.raises(SukiError, match="not published"):
        getattr(pipeline, step)("a")


@pytest.mark.parametrize("step", ["report", "remind"])
@pytest.mark.parametrize(
    ("as_of", "known_at", "why"),
    [
        ("2026-10-30", None, "not the newest business date"),
        ("2026-11-30", "2026-12-01T00:00:00+00:00", "believed then"),
    ],
)
def test_an_older_date_and_a_past_belief_contact_nobody(shop, step, as_of, known_at, why):
    ledger = Ledger(Settings().ledger_url)
    for run_id, date, known in (("newest", AS_OF, None), ("asked", as_of, known_at)):
        ledger.open_run(run_id, date, known)
        ledger.close_run(run_id, "published")
    told = getattr(pipeline, step)("asked")
    assert why in told["why_silent"]
    assert told["mails"] == {}
    assert ledger.messages() == []


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2026-11-01T03:30:00+00:00", "Asia/Manila", "2026-10-31"),
        ("2026-10-31T16:00:00+00:00", "Asia/Manila", "2026-10-31"),
        ("2026-10-31T15:59:00+00:00", "Asia/Manila", "2026-10-30"),
        ("2026-11-01T03:30:00+00:00", "America/New_York", "2026-10-30"),
        ("2026-03-01T12:00:00+00:00", "UTC", "2026-02-28"),
    ],
)
def test_the_last_complete_day_is_the_shops_yesterday(shop, moment, zone, day):
    (shop / "config").mkdir()
    (shop / "config" / "suki.toml").write_text(f'[store]\ntimezone = "{zone}"\n')
    assert pipeline.business_date(datetime.fromisoformat(moment)) == day


def test_a_failed_task_is_told_to_the_owner_once_per_date_and_trouble(shop):
    trouble = {"dag_id": "nightly", "task_id": "build", "error": "disk full", "log_hint": "log"}
    for as_of in (AS_OF, AS_OF, "2026-11-01", None, "latest"):
        pipeline.alert_owner(as_of=as_of, **trouble)
    messages = Ledger(Settings().ledger_url).messages()
    assert {m["message"] for m in messages} == {"owner_alert"}
    assert len(messages) == 4
    assert all("disk full" in p.read_text() for p in (shop / "outbox").iterdir())


def test_a_setting_put_back_makes_the_earlier_run_stand_again(twins):
    home = twins[0]
    before = standing(home)
    settings = home / "config" / "suki.toml"
    shipped = settings.read_text()
    settings.write_text(shipped + "\n[reminders]\nlead_days = 4\n")
    code, told = suki(home, "run", "--as-of", AS_OF)
    assert code == 3, told
    assert latest(home).name != before["pointers"]["latest"]
    settings.write_text(shipped)
    code, told = suki(home, "run", "--as-of", AS_OF)
    assert code == 3, told
    assert standing(home) == before


def test_a_business_date_in_the_future_is_refused(twins):
    code, told = suki(twins[0], "ingest", "--as-of", "2062-10-31")
    assert code == 2
    assert "2062-10-31 lies in the future" in told


def test_another_identity_key_is_refused_before_anybody_becomes_a_stranger(twins, monkeypatch):
    monkeypatch.setenv("SUKI_HOME", str(twins[0]))
    monkeypatch.setenv("SUKI_IDENTITY_KEY", "some other key")
    with pytest.raises(ConfigurationError, match="not the key this shop began with"):
        pipeline.ingest(AS_OF)


def test_a_step_before_its_turn_names_the_step_it_waits_for(tmp_path, monkeypatch):
    monkeypatch.setenv("SUKI_HOME", str(tmp_path))
    write_shop(tmp_path, customers=150)
    run_id = pipeline.ingest(AS_OF)["run_id"]
    for step in (pipeline.score, pipeline.publish):
        with pytest.raises(ConfigurationError, match="before `suki build` has succeeded"):
            step(run_id)


def test_a_moment_of_knowledge_in_the_future_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("SUKI_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="known_at 2062-10-31 lies in the future"):
        pipeline.ingest(AS_OF, "2062-10-31")


def test_mail_that_was_not_sent_to_everybody_is_a_failure():
    assert handed_over("r", "the report", ["sent", "already"])["mails"] == {
        "already": 1,
        "sent": 1,
    }
    with pytest.raises(SukiError, match="the report was not sent to 1 of 2 recipients"):
        handed_over("r", "the report", ["sent", "failed"])
    with pytest.raises(SukiError, match="could not be made; the report was not sent to 1 of 1"):
        handed_over("r", "the report", ["failed"], ["another could not be made"])
