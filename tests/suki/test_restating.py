"""What was believed then, what is believed now, and each event between, through the real pipeline."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from suki import pipeline, restating
from suki.cli import cli
from suki.errors import ConfigurationError

AS_OF, THEN = "2026-09-30", "2026-10-01T12:00:00+00:00"
HEADER = "order_id,ordered_at,updated_at,currency,email,sku,quantity,unit_price,refunded_amount,cancelled_at\n"
SETTINGS = '[store]\nname = "Corner shop"\ntimezone = "Europe/Warsaw"\nreporting_currency = "PLN"\n'


def _order(
    number: int, day: str, price: str, refunded: str = "0", cancelled: str = "", updated: str = ""
) -> str:
    when = updated or day
    return f"{number},{day} 12:00,{when} 13:00,PLN,p{number % 7}@example.com,tea,1,{price},{refunded},{cancelled}\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that exported on 1 October, and again on 5 October with news about September."""
    home = tmp_path_factory.mktemp("restating")
    (home / "config").mkdir()
    (home / "config/suki.toml").write_text(SETTINGS, encoding="utf-8")
    landing = home / "landing/orders"
    landing.mkdir(parents=True)
    days = [f"2026-{month:02d}-{day:02d}" for month in (7, 8, 9) for day in range(1, 28, 3)]
    first = [_order(n, day, "10.00") for n, day in enumerate(days, 1)]
    (landing / "first.csv").write_text(HEADER + "".join(first), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUKI_HOME", str(home))
        pipeline.run(AS_OF, seen_at="2026-10-01T00:00:00+00:00")
        second = [
            _order(100, "2026-09-15", "25.00"),
            _order(26, "2026-09-22", "10.00", cancelled="2026-10-02 09:00", updated="2026-10-02"),
            _order(27, "2026-09-25", "10.00", refunded="4.00", updated="2026-10-03"),
        ]
        (landing / "second.csv").write_text(HEADER + "".join(second), encoding="utf-8")
        pipeline.run(AS_OF, seen_at="2026-10-05T00:00:00+00:00")
    return home


@pytest.fixture
def at_home(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUKI_HOME", str(shop))
    return shop


@pytest.fixture
def found(at_home: Path) -> restating.Restatement:
    return restating.restate(AS_OF, THEN)


def test_every_event_since_is_named_with_its_amount(found: restating.Restatement) -> None:
    assert found.events.select("month", "kind", "order_id", "amount").rows() == [
        (date(2026, 9, 1), "cancellation", "26", Decimal("-10.0000")),
        (date(2026, 9, 1), "late_order", "100", Decimal("25.0000")),
        (date(2026, 9, 1), "refund", "27", Decimal("-4.0000")),
    ]


def test_the_residual_of_revenue_is_zero_and_the_ends_are_what_was_published(
    found: restating.Restatement,
) -> None:
    september = found.revenue.filter(pl.col("month") == date(2026, 9, 1))
    amounts = dict(september.select("kind", "amount").iter_rows())
    assert amounts["published_then"] == Decimal(90)
    assert amounts["believed_now"] == Decimal(101)
    assert amounts["residual"] == 0


def test_metrics_that_moved_show_both_values(found: restating.Restatement) -> None:
    moved = found.metrics.filter(
        (pl.col("metric") == "net_sales") & (pl.col("period_end") == date(2026, 9, 30))
    ).row(0, named=True)
    assert (moved["metric_value"], moved["metric_value_now"], moved["difference"]) == (90, 101, 11)
    unmoved = found.metrics.filter(
        (pl.col("metric") == "net_sales") & (pl.col("period_end") < date(2026, 9, 30))
    )
    assert unmoved.is_empty()


def test_a_past_belief_is_asked_without_moving_what_is_published(at_home: Path) -> None:
    standing = (at_home / "published/latest").resolve()
    _, then = restating.observations("net_sales", AS_OF, THEN)
    _, now = restating.observations("net_sales", AS_OF, None)
    values = [
        rows.filter(pl.col("period_end") == date(2026, 9, 30))["metric_value"].item()
        for rows in (then, now)
    ]
    assert values == [90, 101]
    assert (at_home / "published/latest").resolve() == standing


def test_a_restatement_of_a_date_that_was_never_published_runs_nothing(at_home: Path) -> None:
    before = sorted(p.name for p in (at_home / "runs").iterdir())
    with pytest.raises(ConfigurationError, match="nothing is published for 2026-08-31"):
        restating.restate("2026-08-31", THEN)
    assert sorted(p.name for p in (at_home / "runs").iterdir()) == before


def test_a_metric_nobody_defined_is_told_the_nearest(at_home: Path) -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'net_sales'"):
        restating.observations("net_sale", AS_OF, None)


def test_runs_of_different_files_are_no_change_of_definition(
    at_home: Path, found: restating.Restatement
) -> None:
    with pytest.raises(ConfigurationError, match="read different files"):
        restating.redefined(found.then_run, found.now_run)


def test_a_changed_setting_is_told_as_a_changed_definition(at_home: Path) -> None:
    before = (at_home / "published" / AS_OF).resolve().name
    settings = at_home / "config/suki.toml"
    settings.write_text(SETTINGS + "[orders]\nfully_refunded_orders_are_valid = true\n", "utf-8")
    try:
        after = pipeline.run(AS_OF)["run_id"]
        story = restating.redefined(before, after)
    finally:
        settings.write_text(SETTINGS, encoding="utf-8")
        pipeline.run(AS_OF)
    assert set(story.events["kind"]) <= {"changed_definition"}
    assert set(story.revenue.filter(pl.col("kind") == "residual")["amount"]) == {Decimal(0)}


def test_the_command_line_shows_a_metric_and_a_restatement(at_home: Path) -> None:
    shown = CliRunner().invoke(cli, ["metric", "net_sales", "--as-of", AS_OF])
    assert shown.exit_code == 0, shown.output
    assert "101" in shown.output
    told = CliRunner().invoke(cli, ["restate", "--as-of", AS_OF, "--known-at", THEN])
    assert told.exit_code == 0, told.output
    assert "late_order" in told.output
    assert "residual" in told.output


def test_the_marts_open_as_one_described_database(at_home: Path, tmp_path: Path) -> None:
    import duckdb

    file = tmp_path / "marts.duckdb"
    made = CliRunner().invoke(cli, ["database", str(file), "--as-of", AS_OF])
    assert made.exit_code == 0, made.output
    with duckdb.connect(str(file), read_only=True) as connection:
        undescribed = connection.execute(
            "select table_name, column_name from duckdb_columns() where comment is null and not internal"
        ).fetchall()
        undated = connection.execute(
            "select table_name from duckdb_tables() where not internal and table_name not in "
            "(select table_name from duckdb_columns() where column_name = 'as_of')"
        ).fetchall()
    assert undescribed == []
    assert undated == []
    again = CliRunner().invoke(cli, ["database", str(file), "--as-of", AS_OF])
    assert "exists and is left as it is" in str(again.exception)
