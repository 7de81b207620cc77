"""`suki segments` on two published nights: sizes, previews, members, reasons; no person is named."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from suki.cli import cli
from suki.errors import ConfigurationError
from suki.segments import previous_segments
from suki.settings import Settings
from tests.transforms.segment_shop import as_previous, profile
from transforms.canonical import SCORES
from transforms.segment_history import members
from transforms.segment_rules import load_segments

FIRST, SECOND = date(2026, 10, 30), date(2026, 10, 31)
ENTRY = "    title: {title}\n    description: D\n    owner: marketing@example.com\n"
RULES = (
    "segments:\n"
    f"  small:\n{ENTRY.format(title='Small')}    group: size\n    rule: order_count < 5\n"
    f"  large:\n{ENTRY.format(title='Large')}    group: size\n    rule: order_count >= 5\n"
    f"  rich:\n{ENTRY.format(title='Rich')}    rule: value_tier = 'vip' and recency_score >= 4\n"
)
SPENT = {"ana": 500, "ben": 20, "cyd": 10, "dan": 5}


def shop(**orders: int) -> pl.DataFrame:
    return profile(
        **{
            name: {
                "order_count": count,
                "lifetime_net_sales_amount": Decimal(SPENT[name]),
                "value_tier": "vip" if name == "ana" else "low",
            }
            for name, count in orders.items()
        }
    )


def publish(home: Path, run_id: str, as_of: date, tables: dict[str, pl.DataFrame]) -> None:
    marts = home / "runs" / run_id / "marts"
    marts.mkdir(parents=True)
    for name, table in tables.items():
        dated = table.select(pl.lit(as_of).alias("as_of"), pl.all())
        dated.write_parquet(marts / f"{name}.parquet")
    (marts.parent / "manifest.json").write_text(json.dumps({"as_of": str(as_of)}), encoding="utf-8")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights; on the second ben has grown large and dan has come."""
    home = tmp_path_factory.mktemp("segments")
    (home / "config").mkdir()
    (home / "config/segments.yml").write_text(RULES, encoding="utf-8")
    rules = load_segments(home / "config/segments.yml")
    before, now = shop(ana=9, ben=2, cyd=1), shop(ana=9, ben=6, cyd=1, dan=1)
    first = members(before, rules, None, FIRST)
    second = members(now, rules, as_previous(first, FIRST), SECOND)
    cuts = SCORES["score_thresholds"].conform(
        pl.DataFrame({"score_name": "recency", "cut_number": [1, 2], "threshold": [10.0, 30.5], "unit": "days"})
    )  # fmt: skip
    publish(home, "first", FIRST, {"customer_profile": before, "score_thresholds": cuts, **first})
    publish(home, "second", SECOND, {"customer_profile": now, "score_thresholds": cuts, **second})
    (home / "published").mkdir()
    (home / "published/latest").symlink_to(home / "runs/second")
    return home


@pytest.fixture
def at_home(published: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUKI_HOME", str(published))
    return published


def call(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(cli, ["segments", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def refused(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["segments", *arguments])
    assert isinstance(done.exception, ConfigurationError), done.output
    return str(done.exception)


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_check_tells_sizes_and_that_groups_hold_everybody(at_home: Path) -> None:
    told = call("check")
    assert "3 segments are well-formed; groups: size" in told
    assert "against the 4 customers of 2026-10-31" in told
    assert ["large", "size", "2", "50.0", "%", "marketing@example.com"] in lines(told)
    assert "ERROR" not in told


def test_check_leaves_with_1_where_a_group_is_no_partition(
    at_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").mkdir()
    broken = RULES.replace("order_count < 5", "order_count < 1")
    (tmp_path / "config/segments.yml").write_text(broken, encoding="utf-8")
    (tmp_path / "published").symlink_to(at_home / "published")
    monkeypatch.setenv("SUKI_HOME", str(tmp_path))
    told = call("check", code=1)
    assert "ERROR    size: everybody must be in exactly one" in told
    assert "of 4 customers 2 are in none" in told
    assert "NOTE     small: its rule matches nobody" in told


def test_check_works_before_anything_is_published_and_refuses_a_bad_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUKI_HOME", str(tmp_path))
    told = call("check")
    assert "segments are well-formed" in told
    assert "begin with `suki run`" in told
    for question in ("preview", "members", "why", "history", "migration"):
        assert "nothing has been published yet; begin with `suki run`" in refused(question, "vip")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/segments.yml").write_text(RULES.replace("value_tier", "tier"))
    assert "line 18: segments.rich.rule: no such column as 'tier'" in refused("check")


def test_a_publication_from_before_segments_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUKI_HOME", str(tmp_path))
    publish(tmp_path, "older", FIRST, {})
    (tmp_path / "published").mkdir()
    (tmp_path / "published/latest").symlink_to(tmp_path / "runs/older")
    assert "has no segment_members" in refused("preview", "vip")
    assert "there are no sizes" in call("check")
    assert previous_segments(Settings(), "older") is None


def test_preview_shows_size_sample_overlap_and_change(at_home: Path) -> None:
    told = call("preview", "large")
    assert "2 of the 4 customers of 2026-10-31 (50.0 %)" in told
    assert "against the members published: 0 would enter, 0 would leave" in told
    assert "since the publication before: 1 entered, 0 left" in told
    assert ["ben", "6"] in lines(told)
    assert ["rich", "1", "1", "50.0", "%"] in lines(told)
    assert ["small", "2", "0", "0.0", "%"] in lines(told)


def test_preview_tries_a_rule_before_it_is_written_down(at_home: Path) -> None:
    told = call("preview", "large", "--rule", "order_count >= 9")
    assert "0 would enter, 1 would leave" in told
    assert "ERROR    size: everybody must be in exactly one" in told
    fresh = call("preview", "everybody", "--rule", "order_count > 0")
    assert "not published so far" in fresh
    assert "WARNING  everybody: its rule matches every one of the 4 customers" in fresh
    assert "NOTE     nobody: its rule matches nobody" in call(
        "preview", "nobody", "--rule", "order_count > 99"
    )
    assert "--rule: no such column as 'order_cuont'" in refused(
        "preview", "x", "--rule", "order_cuont > 1"
    )
    assert "no segment 'larg' in segments.yml; did you mean 'large'?" in refused("preview", "larg")


def test_members_of_a_past_date_are_those_published_then(at_home: Path) -> None:
    assert call("members", "small") == "small on 2026-10-31: 2 members\n"
    assert call("members", "small", "--on", "2026-10-30") == "small on 2026-10-30: 2 members\n"
    assert call("members", "large", "--on", "2026-10-30") == "large on 2026-10-30: 1 members\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("small", "--on", "2026-10-29"), "the history of segments begins on 2026-10-30"),
        (("small", "--on", "2026-11-01"), "the newest publication is of 2026-10-31"),
        (("small", "--on", "31.10.2026"), "no date; write it as 2026-10-31"),
        (("smal",), "did you mean 'small'?"),
        (("small", "--out", "members.xlsx"), "ends in .csv or .parquet"),
    ],
)
def test_a_question_that_cannot_be_answered_says_what_can(
    at_home: Path, arguments: tuple[str, ...], told: str
) -> None:
    assert told in refused("members", *arguments)


def test_members_are_written_as_surrogates_with_the_reason(at_home: Path, tmp_path: Path) -> None:
    call("members", "large", "--out", str(tmp_path / "large.csv"))
    assert (tmp_path / "large.csv").read_text(encoding="utf-8").splitlines() == [
        "customer_id,valid_from,valid_to,entry_cause,reason",
        "ana,2026-10-30,,definition,Large: order count 9",
        "ben,2026-10-31,,customer,Large: order count 6",
    ]
    assert "is left as it is" in refused("members", "large", "--out", str(tmp_path / "large.csv"))
    call("members", "small", "--on", "2026-10-30", "--out", str(tmp_path / "small.parquet"))
    kept = pl.read_parquet(tmp_path / "small.parquet")
    assert kept.select("customer_id", "valid_to").rows() == [("ben", SECOND), ("cyd", None)]


def test_why_tells_rule_values_limits_and_since_when(at_home: Path) -> None:
    told = call("why", "ana", "rich")
    assert "rich: member since 2026-10-30" in told
    assert "value_tier = 'vip' and recency_score >= 4" in told
    assert ["lifetime_net_sales_amount", "500.00"] in [line[:2] for line in lines(told)]
    assert "value_tier: vip from 500.00, high from 500.00, middle from 20.00" in told
    assert "recency_score: cut points 10, 30.5 days" in told
    everything = call("why", "ben")
    assert "large: member since 2026-10-31" in everything
    assert "order_count = 6" in everything
    assert "small: no member" in everything
    assert "no customer 'zoe' with a valid order on 2026-10-31" in refused("why", "zoe")


def test_why_says_where_the_file_has_moved_on(
    at_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").mkdir()
    edited = RULES.replace("< 5", "< 7").replace(">= 5", ">= 7")
    (tmp_path / "config/segments.yml").write_text(edited, encoding="utf-8")
    (tmp_path / "published").symlink_to(at_home / "published")
    monkeypatch.setenv("SUKI_HOME", str(tmp_path))
    assert "large: member since 2026-10-31; the rule now in the file says otherwise" in call(
        "why", "ben", "large"
    )


def test_history_and_migration_are_those_of_both_nights(at_home: Path) -> None:
    assert lines(call("history", "large"))[1:] == [
        ["2026-10-30", "1", "0", "1"],
        ["2026-10-31", "1", "0", "2"],
    ]
    told = call("migration", "size")
    assert "from 2026-10-30 (rows) to 2026-10-31 (columns)" in told
    assert lines(told)[1:] == [
        ["from_segment", "large", "small", "total"],
        ["(none)", "0", "1", "1"],
        ["large", "1", "0", "1"],
        ["small", "1", "1", "2"],
    ]
    assert "did you mean 'size'?" in refused("migration", "sise")


def test_columns_lists_every_column_with_its_meaning(at_home: Path) -> None:
    told = call("columns")
    kinds: dict[str, Any] = {line[0]: line[1] for line in lines(told) if line}
    assert kinds["nps_group"] == "text"
    assert kinds["is_core"] == "yes/no"
    assert kinds["as_of"] == "date"


def test_the_prior_state_is_read_back_as_it_was_made(at_home: Path) -> None:
    prior = previous_segments(Settings(), "first")
    assert prior is not None
    assert prior.as_of == FIRST
    assert prior.members.height == prior.history.height == 4
    again = members(shop(ana=9, ben=6, cyd=1, dan=1), load_segments(at_home / "config/segments.yml"), prior, SECOND)  # fmt: skip
    kept = previous_segments(Settings(), "second")
    assert kept is not None
    assert again["segment_history"].equals(kept.history)
    assert previous_segments(Settings(), None) is None
