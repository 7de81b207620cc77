"""Decisions by hand from the command line to the tables of a run, and back again without a trace."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from suki import building, cli, identity_decisions, pipeline, runs
from suki.errors import ConfigurationError
from suki.ledger import Ledger
from suki.runs import Run
from suki.settings import Settings
from transforms.readers import definitions

HEAD = "order_id,ordered_at,currency,total_amount,customer_id,email\n"
FIRST_NIGHT = """\
1,2026-01-05,PHP,10,g1,Ana@Example.com
2,2026-02-05,PHP,10,g2, ana@example.COM
3,2026-03-05,PHP,10,g3,ANA@EXAMPLE.COM
4,2026-01-10,PHP,10,c7,bo@example.com
5,2026-03-10,PHP,10,,
6,2026-03-11,PHP,10,c8,
"""
SECOND_NIGHT = """\
7,2026-04-05,PHP,10,c7,bo.other@example.com
8,2026-04-06,PHP,10,g4,ana@example.com
"""
Tables = dict[str, pl.DataFrame]


class Home:
    """A shop whose nights are read without building its marts."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch

    def furnish(self) -> None:
        (self.folder / "landing" / "orders").mkdir(parents=True)
        self.set("")
        self.drop("first.csv", FIRST_NIGHT)

    def moved(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
        """A copy to change, which remembers the same first night."""
        shutil.copytree(self.folder, folder)
        return Home(folder, monkeypatch)

    def set(self, toml: str) -> None:
        (self.folder / "config").mkdir(exist_ok=True)
        text = f"[ingest]\nsettle_seconds = 0.0\n{toml}"
        (self.folder / "config" / "suki.toml").write_text(text)

    def drop(self, name: str, rows: str) -> None:
        (self.folder / "landing" / "orders" / name).write_text(HEAD + rows)

    def here(self) -> tuple[Settings, Ledger]:
        self._monkeypatch.setenv("SUKI_HOME", str(self.folder))
        self._monkeypatch.setenv("SUKI_IDENTITY_KEY", "one key for all homes")
        settings = Settings()
        return settings, Ledger(settings.ledger_url)

    def night(self, known_at: str | None = None) -> tuple[Run, Tables]:
        settings, ledger = self.here()
        opened = pipeline.ingest("2026-04-30", known_at, seen_at="2026-04-30T00:00:00+00:00")
        run = runs.load(settings, opened["run_id"])
        tables = building.make_current(run, settings, ledger)
        run.save(settings)
        return run, tables

    def suki(self, *arguments: str) -> int:
        self.here()
        self._monkeypatch.setattr(sys, "argv", ["suki", "identity", *arguments])
        try:
            cli.main()
        except SystemExit as left:
            return left.code if isinstance(left.code, int) else 0
        return 0


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Run, Tables]]:
    """One shop, read once; the presets are parsed once for all tests."""
    with pytest.MonkeyPatch.context() as patched:
        parsed = definitions.load_definitions(())
        patched.setattr(definitions, "load_definitions", lambda _: parsed)
        home = Home(tmp_path_factory.mktemp("first") / "home", patched)
        home.furnish()
        run, tables = home.night()
        yield home, run, tables


@pytest.fixture
def home(
    first_night: tuple[Home, Run, Tables], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Home:
    return first_night[0].moved(tmp_path / "home", monkeypatch)


@pytest.fixture
def before(first_night: tuple[Home, Run, Tables]) -> Tables:
    return first_night[2]


def customers(tables: Tables) -> dict[str, str]:
    return dict(tables["orders"].select("order_id", "customer_id").iter_rows())


def same(one: Tables, other: Tables) -> list[str]:
    return [name for name in one if not one[name].equals(other[name])]


def test_three_guest_ids_with_one_address_in_three_cases_are_one_customer(before):
    found = customers(before)
    assert found["1"] == found["2"] == found["3"] != found["4"]
    assert (
        before["orders"].filter(pl.col("order_id") <= "3")["unmerged_customer_id"].n_unique() == 3
    )


def test_an_order_that_names_nobody_is_an_unidentified_customer_of_its_own(before):
    nobody = before["orders"].filter(pl.col("order_id") == "5").to_dicts()[0]
    assert nobody["is_identified"] is False
    assert nobody["unmerged_customer_id"] is None
    assert list(customers(before).values()).count(nobody["customer_id"]) == 1


def test_merging_and_splitting_by_hand_and_undoing_both_ends_where_it_began(
    home, first_night, tmp_path, monkeypatch
):
    shop, first, before = first_night
    assert home.suki("merge", "bo@example.com", "Ana@example.com") == 0
    merged_run, merged = home.night()
    assert customers(merged)["4"] == customers(merged)["1"] == customers(before)["1"]
    assert home.suki("split", "shop:g1", "shop:g3") == 0
    _, parted = home.night()
    assert customers(parted)["3"] != customers(parted)["1"]
    assert home.suki("undo", "1") == 0
    assert home.suki("undo", "2") == 0
    again, after = home.night()
    assert again.run_id == first.run_id != merged_run.run_id
    assert same(before, after) == []
    home.drop("second.csv", SECOND_NIGHT)
    never = shop.moved(tmp_path / "never", monkeypatch)
    never.drop("second.csv", SECOND_NIGHT)
    one, other = home.night(), never.night()
    assert one[0].run_id == other[0].run_id
    assert same(one[1], other[1]) == []


def test_a_merge_taken_back_gives_the_identifiers_learnt_meanwhile_to_their_own(home, before):
    home.suki("merge", "bo@example.com", "ana@example.com")
    home.drop("second.csv", SECOND_NIGHT)
    _, merged = home.night()
    assert customers(merged)["7"] == customers(merged)["8"] == customers(before)["1"]
    home.suki("undo", "1")
    _, after = home.night()
    assert customers(after)["7"] == customers(before)["4"]
    assert customers(after)["8"] == customers(before)["1"]


def test_a_decision_is_logged_with_its_kind_and_both_surrogates(home, before):
    home.suki("merge", "shop:c8", "bo@example.com")
    run, tables = home.night()
    (change,) = tables["identity_changes"].filter(pl.col("kind") != "merge").to_dicts()
    assert change["kind"] == "manual_merge"
    assert change["old_customer_id"] == customers(before)["6"]
    assert change["new_customer_id"] == customers(before)["4"]
    assert run.facts["identity"]["identifiers_moved_by_hand"] == 1


def test_a_merge_keeps_the_surrogate_of_whoever_is_known_longer_through_other_merges(home, before):
    home.suki("merge", "bo@example.com", "shop:c8")
    home.suki("merge", "shop:c8", "ana@example.com")
    _, tables = home.night()
    assert {customers(tables)[order] for order in "12346"} == {customers(before)["1"]}


def test_what_was_known_before_a_decision_is_told_without_it(home, before):
    moment = datetime.now(UTC).isoformat()
    home.suki("merge", "bo@example.com", "ana@example.com")
    _, then = home.night(known_at=moment)
    _, now = home.night(known_at=datetime.now(UTC).isoformat())
    assert customers(then) == customers(before)
    assert customers(now)["4"] == customers(before)["1"]


def test_the_surrogates_of_a_run_are_the_ones_it_published(home, first_night):
    _, first, before = first_night
    home.suki("merge", "bo@example.com", "ana@example.com")
    second, _ = home.night()
    _, ledger = home.here()
    bo = customers(before)["4"]
    assert bo in identity_decisions.surrogates_of_run(ledger, first.run_id).values()
    assert bo not in identity_decisions.surrogates_of_run(ledger, second.run_id).values()


def test_no_address_and_no_id_is_kept_or_told(home, capsys, caplog):
    for arguments in (
        ("merge", "bo@example.com", "shop:c8", "--reason", "one household"),
        ("split", "nobody.known@example.com", "shop:c8"),
        ("show", "bo@example.com"),
        ("list",),
    ):
        home.suki(*arguments)
    told = capsys.readouterr()
    kept = b"".join(p.read_bytes() for p in (home.folder / "state").iterdir() if p.is_file())
    for secret in ("bo@example.com", "shop:c8", "nobody.known"):
        assert secret not in told.out + told.err + caplog.text
        assert secret.encode() not in kept
    assert "one household" in told.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("merge", "bo@example.com", "stranger@example.com"), "second identifier was never seen"),
        (("merge", "bo@example.com", "BO@example.com"), "same identifier"),
        (("merge", "bo@example.com", "till:9"), "SPACE:ID with one of the id spaces"),
        (("split", "bo@example.com", "shop:c8", "--reason", "says cy@example.com"), "name nobody"),
        (("undo", "9"), "there is no decision 9 in force; those in force: 1"),
        (("merge", "shop:g1", "bo@example.com"), "decision 1 says so already"),
        (("review",), "nothing has been published yet"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_decision_that_cannot_be_taken_says_why(home, capsys, arguments, message):
    home.suki("merge", "bo@example.com", "shop:g1")
    assert home.suki(*arguments) == 2
    assert message in capsys.readouterr().err


def test_a_decision_undone_cannot_be_undone_again_and_may_be_taken_again(home):
    home.suki("merge", "bo@example.com", "shop:c8")
    assert home.suki("undo", "1") == 0
    assert home.suki("undo", "1") == 2
    assert home.suki("merge", "bo@example.com", "shop:c8") == 0
    _, ledger = home.here()
    assert [d["undone_at"] is None for d in identity_decisions.decisions(ledger)] == [False, True]


def test_a_new_placeholder_counts_without_reading_any_file_again(home):
    home.set('[identity]\nplaceholders = ["ana"]\n')
    settings, _ = home.here()
    assert pipeline.ingest("2026-04-30")["files_accepted"] == 0
    _, tables = home.night()
    (review,) = tables["identity_reviews"].to_dicts()
    assert (review["reason_code"], review["ids_linked"], review["orders_total"]) == (
        "placeholder",
        3,
        3,
    )
    assert len({customers(tables)[order] for order in "123"}) == 3
    assert settings.business.identity.placeholders == ("ana",)


def test_an_unknown_identifier_is_an_error_of_usage(home):
    _, ledger = home.here()
    with pytest.raises(ConfigurationError, match="first identifier was never seen"):
        identity_decisions.record(ledger, "merge", "0" * 32, "1" * 32, None)
