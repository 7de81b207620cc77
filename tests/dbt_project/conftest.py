"""Build small warehouses with dbt, the way the nightly run does: facts, scores, marts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from transforms import lifecycle
from transforms.canonical import CURRENT, SCORES
from transforms.clv import scoring as clv
from transforms.clv.gate import ClvPolicy
from transforms.lifecycle_backtest import Predicted
from transforms.lifecycle_limits import LifecyclePolicy
from transforms.metrics.registry import metrics_table
from transforms.next_order import EnoughGaps
from transforms.reorder import purchases

PROJECT_ROOT = Path(__file__).resolve().parents[2]
DBT_PROJECT = PROJECT_ROOT / "dbt_project"

Frames = dict[str, pl.DataFrame]
LIFECYCLE_POLICY = LifecyclePolicy(
    return_window_days=90, at_risk_return_chance=0.25, lapse_return_chance=0.10,
    at_risk_floor_days=30, at_risk_ceiling_days=180,
)  # fmt: skip
Query = Callable[[str], list[tuple]]


class Dbt:
    """One parsed project, run against any number of warehouses in this process."""

    def __init__(self, folder: Path) -> None:
        from dbt.cli.main import dbtRunner

        self._folders = [
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *(
                "--target-path",
                str(folder / "target"),
                "--log-path",
                str(folder / "log"),
            ),
            "--quiet",
        ]
        self.parse_messages: list[str] = []
        runner = dbtRunner(callbacks=[self._note_warnings])
        parsed = runner.invoke(["parse", "--no-partial-parse", *self._folders])
        assert parsed.success, parsed.exception
        self.manifest = parsed.result

    def _note_warnings(self, event: object) -> None:
        if str(event.info.level).lower() in {"warn", "error"}:
            self.parse_messages.append(event.info.msg)

    def invoke(self, warehouse: Path, *arguments: str) -> dict[str, str]:
        """Run one dbt command; return status per node; free the warehouse afterwards."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        os.environ["SUKI_WAREHOUSE"] = str(warehouse)
        try:
            outcome = dbtRunner(manifest=self.manifest).invoke([*arguments, *self._folders])
        finally:
            DuckDBConnectionManager.close_all_connections()
        failures = [
            f"{result.node.name}: {result.message}"
            for result in outcome.result or []
            if result.status.value not in {"success", "pass"}
        ]
        assert outcome.success, failures or outcome.exception
        return {result.node.name: result.status.value for result in outcome.result}

    def build(self, warehouse: Path, tag: str) -> dict[str, str]:
        """Run one pass of the nightly build."""
        return self.invoke(
            warehouse,
            *("build", "--select", f"tag:{tag}", "--indirect-selection", "cautious"),
            *("--exclude-resource-type", "unit_test"),
        )


def _write_tables(connection: duckdb.DuckDBPyConnection, schema: str, frames: Frames) -> None:
    tables = {"current": CURRENT, "scores": SCORES}[schema]
    connection.execute(f"create schema if not exists {schema}")
    for name, table in tables.items():
        rows = table.conform(frames[name]) if name in frames else table.empty()
        connection.register("rows", rows.to_arrow())
        connection.execute(f"create or replace table {schema}.{name} as select * from rows")
        connection.unregister("rows")


def _everyone_is_new(connection: duckdb.DuckDBPyConnection) -> Frames:
    """Stand in for polars: each customer with a purchase gets a segment."""
    rows = connection.execute(
        "select customer_id from dim_customers where occasion_count > 0"
    ).fetchall()
    customers = pl.DataFrame(rows, schema={"customer_id": pl.String}, orient="row")
    scores = {c.name: 1 for c in SCORES["customer_segments"].columns if c.dtype == pl.Int64}
    return {
        "customer_segments": customers.with_columns(
            segment=pl.lit("new"),
            lifecycle_state=pl.lit("new"),
            net_sales_amount=pl.lit(Decimal(0)),
            **{name: pl.lit(value) for name, value in scores.items()},
        )
    }


def _lifecycle(connection: duckdb.DuckDBPyConnection, asked: pl.DataFrame) -> Frames:
    """Lifecycle tables as the nightly run makes them, without a model to compare with."""
    nobody = Predicted(pl.DataFrame(), "no_model_in_this_test")
    bought = connection.table("fct_order_lines").pl().filter(pl.col("is_purchase"))
    return lifecycle.tables(
        connection.table("fct_occasions").pl(),
        purchases(bought),
        asked["as_of"].item(),
        LIFECYCLE_POLICY,
        EnoughGaps(minimum_intervals=30, minimum_events=10),
        lambda *_: nobody,
    )


def _clv(connection: duckdb.DuckDBPyConnection, asked: pl.DataFrame) -> Frames:
    """CLV tables as the nightly run makes them."""
    [row] = asked.rows(named=True)
    policy = ClvPolicy(zero_value_orders_are_valid=row["zero_value_orders_are_valid"])
    return clv.score(connection.table("fct_occasions").pl(), row["as_of"], policy)


@pytest.fixture(scope="session")
def run_context() -> Callable[..., pl.DataFrame]:
    """Make the one row a run is asked with."""

    def asked(as_of: date, currency: str, **settings: object) -> pl.DataFrame:
        row = {
            "as_of": as_of,
            "store_timezone": "UTC",
            "reporting_currency": currency,
            "headline_active_days": 180,
            "zero_value_orders_are_valid": False,
            "fully_refunded_orders_are_valid": False,
            "survey_window_days": 90,
            "week_start": 1,
            "cohort_maturity_periods": 3,
            "conversion_window_days": 7,
            "engagement_window_days": 30,
            "repeated_request_people": 3,
            "gross_margin_share": None,
            "history_is_complete": True,
        }
        return pl.DataFrame([{**row, **settings}])

    return asked


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """The project, parsed once."""
    return Dbt(tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session")
def build_shop(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Frames], Path]:
    """Write current tables, build facts, score, build marts; return the warehouse."""

    def build(frames: Frames) -> Path:
        warehouse = tmp_path_factory.mktemp("shop") / "warehouse.duckdb"
        with duckdb.connect(str(warehouse)) as connection:
            _write_tables(connection, "current", {"metrics": metrics_table()} | frames)
        dbt.build(warehouse, "facts")
        with duckdb.connect(str(warehouse)) as connection:
            asked = frames["run_context"]
            scores = _everyone_is_new(connection) | _lifecycle(connection, asked)
            scores |= _clv(connection, asked)
            _write_tables(connection, "scores", scores)
        dbt.build(warehouse, "marts")
        return warehouse

    return build


@pytest.fixture(scope="session")
def build_facts(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Frames], Path]:
    """Write current tables and build facts only; return the warehouse."""

    def build(frames: Frames) -> Path:
        warehouse = tmp_path_factory.mktemp("facts") / "warehouse.duckdb"
        with duckdb.connect(str(warehouse)) as connection:
            _write_tables(connection, "current", frames)
        dbt.build(warehouse, "facts")
        return warehouse

    return build


@pytest.fixture(scope="session")
def query_of() -> Callable[[Path], Iterator[Query]]:
    """Turn a warehouse into a function from SQL to rows."""

    def open_warehouse(warehouse: Path) -> Query:
        def query(sql: str) -> list[tuple]:
            with duckdb.connect(str(warehouse), read_only=True) as connection:
                return connection.execute(sql).fetchall()

        return query

    return open_warehouse
