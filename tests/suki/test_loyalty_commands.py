"""`suki loyalty` on a published ledger: what is in force, whether it adds up, one customer's entries."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from suki.cli import cli
from suki.errors import ConfigurationError
from tests.transforms.loyalty.loyalty_shop import day, order, programme, redemption, run

AS_OF = date(2026, 1, 31)
RULES = "enabled: true\nstarts_on: 2026-01-01\npoints: {per_unit: 1}\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/loyalty.yml").write_text(RULES, encoding="utf-8")
    monkeypatch.setenv("SUKI_HOME", str(tmp_path))
    return tmp_path


def publish(home: Path) -> Path:
    rules = programme(points={"per_unit": 1, "expire_after_days": 365, "value": "0.5"})
    orders = [order("o1", "ana", day("01-05"), 120)]
    spent = [redemption("r1", "ana", day("01-08"), 50), redemption("r2", "ana", day("01-09"), 99)]
    marts = home / "published/latest/marts"
    marts.mkdir(parents=True)
    (marts.parent / "manifest.json").write_text(json.dumps({"as_of": str(AS_OF)}), encoding="utf-8")
    for name, frame in run(rules, AS_OF, orders=orders, redemptions=spent).items():
        frame.select(pl.lit(AS_OF).alias("as_of"), pl.all()).write_parquet(
            marts / f"{name}.parquet"
        )
    return marts


def ask(*words: str) -> Result:
    return CliRunner().invoke(cli, ["loyalty", *words])


def test_check_tells_what_is_in_force_before_anything_is_published(home):
    said = ask("check")
    assert said.exit_code == 0
    assert "in force from 2026-01-01: points" in said.output
    assert "no ledger has been published yet" in said.output


def test_check_of_the_shipped_file_says_that_the_programme_is_off(home):
    (home / "config/loyalty.yml").unlink()
    assert "the programme is off" in ask("check").output


def test_check_refuses_a_mistake_with_its_line(home):
    (home / "config/loyalty.yml").write_text(RULES + "point: 3\n", encoding="utf-8")
    error = ask("check").exception
    assert isinstance(error, ConfigurationError)
    assert str(error).endswith("loyalty.yml, line 4: unknown key 'point'; did you mean 'points'?")


def test_check_finds_that_the_published_ledger_adds_up(home):
    publish(home)
    said = ask("check")
    assert said.exit_code == 0, said.output
    assert "it adds up" in said.output
    assert ["redeem", "1", "1", "-50", "-25.00"] in [
        line.split() for line in said.output.splitlines()
    ]


def test_check_leaves_with_a_failure_where_an_entry_was_changed_by_hand(home):
    path = publish(home) / "loyalty_entries.parquet"
    entries = pl.read_parquet(path)
    more = pl.when(pl.col("kind") == "earn").then(500).otherwise("points")
    entries.with_columns(points=more.cast(pl.Int64)).write_parquet(path)
    said = ask("check")
    assert said.exit_code == 1
    assert "3 balances are not the sum of the entries so far, first of customer ana" in said.output
    assert "another balance than their entries add up to" in said.output


def test_check_finds_a_missing_entry(home):
    path = publish(home) / "loyalty_entries.parquet"
    entries = pl.read_parquet(path)
    entries.filter(pl.col("sequence") != 2).write_parquet(path)
    assert "1 entries are missing or numbered twice" in ask("check").output


def test_balance_lists_every_entry_and_what_expires_when(home):
    publish(home)
    said = ask("balance", "ana")
    assert said.exit_code == 0, said.output
    lines = [line.split() for line in said.output.splitlines()]
    assert ["2026-01-05", "earn", "120", "120", "0", "o1"] in lines
    assert ["2026-01-08", "redeem", "-50", "70", "0", "r1"] in lines
    assert ["2026-01-09", "refused", "0", "70", "0", "r2", "above_balance"] in lines
    assert "on 2026-01-31: 70 points" in said.output
    assert "70 points are gone on 2027-01-05" in said.output


def test_balance_of_somebody_unknown_says_how_to_find_the_customer(home):
    publish(home)
    error = ask("balance", "nobody").exception
    assert isinstance(error, ConfigurationError)
    assert "knows no customer nobody; `suki identity show`" in str(error)


def test_balance_without_a_ledger_says_why_there_is_none(home):
    (publish(home) / "loyalty_entries.parquet").unlink()
    error = ask("balance", "ana").exception
    assert isinstance(error, ConfigurationError)
    assert "has no ledger: the programme in loyalty.yml is off" in str(error)
