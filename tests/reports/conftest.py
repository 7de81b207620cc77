"""Hand-made `rpt_` tables of a made-up shop, written as a run would publish them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from reports.contexts import FeedIntake, ListSummary, ReportContext, load
from tests.reports.executive_tables import executive_rows
from transforms.canonical import SCORES
from transforms.canonical.outreach import OUTREACH
from transforms.metrics.registry import load_registry

PROJECT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 10, 4)
MONEY = pl.Decimal(18, 4)
EXACT = pl.Decimal(38, 4)

SCHEMAS: dict[str, dict[str, Any]] = {
    "rpt_headline": {
        "position": pl.Int32,
        "metric_id": pl.String,
        "metric": pl.String,
        "title": pl.String,
        "definition": pl.String,
        "direction": pl.String,
        "unit": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "value": pl.Float64,
        "numerator": EXACT,
        "denominator": EXACT,
        "previous_value": pl.Float64,
        "year_ago_value": pl.Float64,
        "interval_low": pl.Float64,
        "interval_high": pl.Float64,
        "target_value": pl.Float64,
        "is_on_track": pl.Boolean,
        "sample_size": pl.Int64,
        "is_small_sample": pl.Boolean,
        "active_days": pl.Int32,
        "reason_code": pl.String,
    },
    "rpt_comments": {
        "theme": pl.String,
        "position": pl.Int32,
        "said_on": pl.Date,
        "score_group": pl.String,
        "language": pl.String,
        "comment": pl.String,
    },
    "rpt_annotations": {
        "month_start": pl.Date,
        "starts_on": pl.Date,
        "ends_on": pl.Date,
        "kind": pl.String,
        "title": pl.String,
    },
    "rpt_retention_trend": {
        "period_start": pl.Date,
        "period_end": pl.Date,
        "active_days": pl.Int32,
        "customers_at_start": pl.Int64,
        "customers_at_end": pl.Int64,
        "customers_acquired": pl.Int64,
        "customers_lost": pl.Int64,
        "customers_reactivated": pl.Int64,
        "classic_retention_rate": pl.Float64,
        "true_retention_rate": pl.Float64,
        "reason_code": pl.String,
    },
    "rpt_cohorts": {
        "cohort_month": pl.Date,
        "month_offset": pl.Int32,
        "cohort_size": pl.Int64,
        "active_customers": pl.Int64,
        "retention_rate": pl.Float64,
        "cell_status": pl.String,
    },
    "rpt_revenue": {
        "month_start": pl.Date,
        "period_end": pl.Date,
        "is_complete": pl.Boolean,
        "order_count": pl.Int64,
        "occasion_count": pl.Int64,
        "customer_count": pl.Int64,
        "new_customer_count": pl.Int64,
        "gross_amount": MONEY,
        "discount_amount": MONEY,
        "returns_amount": MONEY,
        "net_sales_amount": MONEY,
        "unmatched_returns_amount": MONEY,
        "identified_net_sales_amount": MONEY,
        "existing_customer_net_sales_amount": MONEY,
        "unidentified_order_count": pl.Int64,
    },
    "rpt_segments": {
        "position": pl.Int32,
        "segment": pl.String,
        "customer_count": pl.Int64,
        "customer_share": pl.Float64,
        "net_sales_amount": MONEY,
        "net_sales_share": pl.Float64,
        "contactable_count": pl.Int64,
    },
    "rpt_nps": {
        "survey_id": pl.String,
        "period_type": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "response_count": pl.Int64,
        "promoter_count": pl.Int64,
        "passive_count": pl.Int64,
        "detractor_count": pl.Int64,
        "nps": pl.Float64,
        "standard_error": pl.Float64,
        "interval_low": pl.Float64,
        "interval_high": pl.Float64,
        "is_small_sample": pl.Boolean,
        "reason_code": pl.String,
    },
    "rpt_data_quality": {
        "feed": pl.String,
        "accepted_units": pl.Int64,
        "current_units": pl.Int64,
        "superseded_units": pl.Int64,
        "after_as_of_units": pl.Int64,
        "stale_units": pl.Int64,
        "newest_date": pl.Date,
        "days_since_newest": pl.Int32,
    },
    "rpt_validity": {
        "invalid_reason": pl.String,
        "order_count": pl.Int64,
        "gross_amount": MONEY,
    },
    "rpt_checks": {
        "check_name": pl.String,
        "left_value": EXACT,
        "right_value": EXACT,
        "difference": EXACT,
    },
}


def month_start(index: int) -> date:
    """First day of the month `index` months after September 2025."""
    month = 8 + index
    return date(2025 + month // 12, month % 12 + 1, 1)


def month_end(index: int) -> date:
    """Last day of the same month."""
    return date.fromordinal(month_start(index + 1).toordinal() - 1)


def kpi(position: int, metric_id: str, metric: str, unit: str, **columns: Any) -> dict[str, Any]:
    """A headline row for September 2026 with everything unknown unless stated."""
    row = dict.fromkeys(SCHEMAS["rpt_headline"])
    row |= {"position": position, "metric_id": metric_id, "metric": metric, "unit": unit}
    words = next(one for one in load_registry() if one.metric == metric)
    row |= {"title": words.title, "definition": words.definition, "direction": words.direction}
    row |= {"period_start": date(2026, 9, 1), "period_end": date(2026, 9, 30)}
    return row | {"is_small_sample": False} | columns


def headline_rows() -> list[dict[str, Any]]:
    """Eleven KPIs: shares, money, counts and points; one null, one small sample."""
    year = {"period_start": date(2025, 10, 1), "period_end": date(2026, 9, 30)}
    return [
        kpi(
            1,
            "M13",
            "historic_clv_per_customer",
            "money",
            value=123.456,
            previous_value=121.02,
            sample_size=2204,
            period_start=None,
        ),
        kpi(
            2,
            "M1",
            "retention_rate",
            "share",
            value=0.718,
            numerator=Decimal(875),
            denominator=Decimal(1219),
            previous_value=0.706,
            year_ago_value=0.731,
            interval_low=0.692,
            interval_high=0.7425,
            target_value=0.7,
            is_on_track=True,
            sample_size=1219,
            active_days=90,
        ),
        kpi(
            3,
            "M1",
            "retention_rate_classic",
            "share",
            value=0.8031,
            previous_value=0.7925,
            sample_size=1219,
            active_days=90,
        ),
        kpi(
            4,
            "M6",
            "period_churn_rate",
            "share",
            value=0.282,
            previous_value=0.294,
            year_ago_value=0.269,
            interval_low=0.2575,
            interval_high=0.308,
            sample_size=1219,
            active_days=90,
        ),
        kpi(
            5,
            "M8",
            "repeat_within_90",
            "share",
            value=0.3456,
            previous_value=0.3611,
            interval_low=0.311,
            interval_high=0.382,
            sample_size=713,
            **year,
        ),
        kpi(
            6,
            "M11",
            "existing_customer_revenue_share",
            "share",
            value=0.6333,
            previous_value=0.6112,
            sample_size=812,
        ),
        kpi(
            7,
            "M12",
            "net_sales",
            "money",
            value=48213.5,
            previous_value=46270.15,
            year_ago_value=41020.0,
            sample_size=812,
        ),
        kpi(
            8,
            "M12",
            "average_order_value",
            "money",
            value=59.38,
            previous_value=60.01,
            sample_size=812,
        ),
        kpi(9, "M12", "orders", "count", value=812.0, previous_value=771.0, sample_size=812),
        kpi(
            10,
            "M3",
            "active_customers",
            "count",
            value=1264.0,
            previous_value=1219.0,
            sample_size=1264,
            active_days=90,
        ),
        kpi(
            11,
            "M31",
            "nps",
            "points",
            value=41.6667,
            previous_value=38.2,
            interval_low=11.5,
            interval_high=71.8,
            target_value=45.0,
            is_on_track=False,
            sample_size=24,
            is_small_sample=True,
            period_start=date(2026, 7, 7),
            period_end=AS_OF,
        ),
    ]


def retention_rows() -> list[dict[str, Any]]:
    """Thirteen complete months for A = 90 (the first two too young), and one row for A = 365."""
    rates = [None, None, 0.66, 0.671, 0.69, 0.702, 0.71, 0.731, 0.725, 0.71, 0.698, 0.706, 0.718]
    rows = []
    for index, rate in enumerate(rates):
        start = 307 + 76 * index
        rows.append(
            {
                "period_start": month_start(index),
                "period_end": month_end(index),
                "active_days": 90,
                "customers_at_start": start,
                "customers_at_end": start + 45,
                "customers_acquired": 285,
                "customers_lost": 344,
                "customers_reactivated": 104,
                "classic_retention_rate": None if rate is None else rate + 0.085,
                "true_retention_rate": rate,
                "reason_code": "history_shorter_than_A" if rate is None else None,
            }
        )
    rows.append(rows[-1] | {"active_days": 365, "true_retention_rate": 0.999})
    return rows


def cohort_rows() -> list[dict[str, Any]]:
    """Thirteen cohorts up to October 2026, whose own month is the only one unfinished."""
    rows = []
    for cohort in range(1, 14):
        size = 150 + 7 * cohort
        for offset in range(14 - cohort):
            shares = [1, 0.26, 0.21, 0.19, 0.17, 0.16, 0.15, 0.15, 0.14, 0.16, 0.13, 0.12, 0.22]
            unfinished = cohort + offset == 13
            share = shares[offset] * (0.9 + 0.02 * cohort) if offset else 1
            active = round(size * share * (0.15 if unfinished and offset else 1))
            rows.append(
                {
                    "cohort_month": month_start(cohort),
                    "month_offset": offset,
                    "cohort_size": size,
                    "active_customers": active,
                    "retention_rate": active / size,
                    "cell_status": "partial" if unfinished else "complete",
                }
            )
    return rows


def revenue_rows() -> list[dict[str, Any]]:
    """Thirteen complete months; in the newest, net sales 48,213.50 of which 29,298.60 existing."""
    rows = []
    for index in range(13):
        net = Decimal("48213.50") - Decimal(1310) * (12 - index) + Decimal(2300) * (index % 4)
        existing = Decimal("29298.60") - Decimal(1500) * (12 - index)
        rows.append(
            {
                "month_start": month_start(index),
                "period_end": month_end(index),
                "is_complete": True,
                "order_count": 812 - 21 * (12 - index),
                "occasion_count": 801 - 21 * (12 - index),
                "customer_count": 700 - 18 * (12 - index),
                "new_customer_count": 285,
                "gross_amount": net + Decimal("3120.25"),
                "discount_amount": Decimal("2100.25"),
                "returns_amount": Decimal("1020.00"),
                "net_sales_amount": net,
                "unmatched_returns_amount": Decimal("12.5"),
                "identified_net_sales_amount": net - Decimal(1950),
                "existing_customer_net_sales_amount": existing,
                "unidentified_order_count": 9,
            }
        )
    return rows


def segment_rows() -> list[dict[str, Any]]:
    """All ten segments, one of them empty."""
    counts = {
        "champion": 214,
        "loyal": 301,
        "potential_loyalist": 262,
        "new": 271,
        "promising": 0,
        "need_attention": 187,
        "about_to_sleep": 243,
        "at_risk": 251,
        "cannot_lose": 64,
        "hibernating": 411,
    }
    return [
        {
            "position": position,
            "segment": segment,
            "customer_count": count,
            "customer_share": count / 2204,
            "net_sales_amount": Decimal(count) * Decimal("117.35"),
            "net_sales_share": count / 2204,
            "contactable_count": count * 3 // 5,
        }
        for position, (segment, count) in enumerate(counts.items(), start=1)
    ]


def nps_rows() -> list[dict[str, Any]]:
    """The trailing 90 days with 24 responses, and one month of one survey without any."""
    return [
        {
            "survey_id": "all",
            "period_type": "trailing_90",
            "period_start": date(2026, 7, 7),
            "period_end": AS_OF,
            "response_count": 24,
            "promoter_count": 14,
            "passive_count": 6,
            "detractor_count": 4,
            "nps": 41.6667,
            "standard_error": 15.4,
            "interval_low": 11.5,
            "interval_high": 71.8,
            "is_small_sample": True,
            "reason_code": None,
        },
        {
            "survey_id": "post-purchase",
            "period_type": "month",
            "period_start": date(2026, 9, 1),
            "period_end": date(2026, 9, 30),
            "response_count": 0,
            "promoter_count": 0,
            "passive_count": 0,
            "detractor_count": 0,
            "nps": None,
            "standard_error": None,
            "interval_low": None,
            "interval_high": None,
            "is_small_sample": True,
            "reason_code": "no_responses",
        },
    ]


def quality_rows() -> list[dict[str, Any]]:
    """Two feeds: orders of yesterday, surveys a fortnight old."""
    return [
        {
            "feed": "orders",
            "accepted_units": 8931,
            "current_units": 8764,
            "superseded_units": 167,
            "after_as_of_units": 0,
            "stale_units": 2,
            "newest_date": date(2026, 10, 3),
            "days_since_newest": 1,
        },
        {
            "feed": "surveys",
            "accepted_units": 402,
            "current_units": 398,
            "superseded_units": 4,
            "after_as_of_units": 0,
            "stale_units": 0,
            "newest_date": date(2026, 9, 20),
            "days_since_newest": 14,
        },
    ]


def shop_rows() -> dict[str, list[dict[str, Any]]]:
    """Every table of a shop one year old."""
    return {
        "rpt_headline": headline_rows(),
        "rpt_retention_trend": retention_rows(),
        "rpt_cohorts": cohort_rows(),
        "rpt_revenue": revenue_rows(),
        "rpt_segments": segment_rows(),
        "rpt_nps": nps_rows(),
        "rpt_data_quality": quality_rows(),
        "rpt_validity": [
            {"invalid_reason": "valid", "order_count": 8410, "gross_amount": Decimal("512340.10")},
            {"invalid_reason": "cancelled", "order_count": 301, "gross_amount": Decimal(17020)},
        ],
        "rpt_checks": [
            {
                "check_name": "revenue_month_net_sales",
                "left_value": Decimal("498213.77"),
                "right_value": Decimal("498213.77"),
                "difference": Decimal(0),
            },
        ],
        "rpt_annotations": [
            _note(date(2026, 9, 1), "outage", "The web shop was down", date(2026, 9, 12)),
            _note(date(2026, 5, 1), "campaign", "A sale too old to explain", date(2026, 5, 3)),
        ],
    } | executive_rows(headline_rows())


def _note(month: date, kind: str, title: str, day: date) -> dict[str, Any]:
    return {"month_start": month, "starts_on": day, "ends_on": day, "kind": kind, "title": title}


@cache
def published_schemas() -> dict[str, dict[str, Any]]:
    """Every published table by the contract: dbt's models, and the tables Suki makes itself."""
    kinds = {"date": pl.Date, "varchar": pl.String, "bigint": pl.Int64, "boolean": pl.Boolean}
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(PROJECT.glob("dbt_project/models/*/*.yml")):
        if path.parent.name in ("marts", "reporting"):
            (model,) = yaml.load(path.read_bytes(), yaml.CSafeLoader)["models"]
            found[model["name"]] = {
                column["name"]: kinds.get(
                    column["data_type"], pl.Float64 if column["data_type"] == "double" else EXACT
                )
                for column in model["columns"]
                if column["name"] != "as_of"
            }
    for name, table in (OUTREACH | SCORES).items():
        found.setdefault(name, {column.name: column.dtype for column in table.columns})
    return {name: found.get(name, {}) | SCHEMAS.get(name, {}) for name in found | SCHEMAS}


def write_marts(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> Path:
    """Write the tables as a run would; a table not given is written empty, a column null."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, schema in published_schemas().items():
        frame = pl.DataFrame(tables.get(table, []), schema=schema)
        stamped = frame.select(pl.lit(AS_OF).alias("as_of"), pl.all())
        stamped.write_parquet(folder / f"{table}.parquet")
    return folder


LISTS = (
    ListSummary(
        "reorder",
        "Time to reorder",
        86,
        {"no_consent": 41, "cooldown": 7},
        "lists/reorder.csv",
        "What they buy regularly runs out within a week. Written three days before.",
    ),
    ListSummary("win_back", "Win back", 132, {"no_consent": 88}, "lists/win_back.csv"),
)
INTAKE = (
    FeedIntake("orders", 8937, 8931, 5, 1, {"unknown currency": 3, "no order id": 2}),
    FeedIntake("surveys", 403, 402, 1, 0, {"score outside 0 to 10": 1}),
)


def load_shop(marts: Path, **changes: Any) -> ReportContext:
    """Load a context for the made-up shop."""
    facts: dict[str, Any] = {
        "as_of": AS_OF,
        "shop_name": "Harbour & Pine",
        "currency": "GBP",
        "locale": "en_GB",
        "run_id": "2026-10-04T0300-7f3a",
        "definitions_version": "1",
        "lists": LISTS,
        "intake": INTAKE,
        "banner": ["Surveys: the newest response is 14 days old; NPS may be behind."],
    }
    return load(marts, **(facts | changes))


@pytest.fixture
def tables() -> dict[str, list[dict[str, Any]]]:
    """The rows of every table, fresh, for a test to change before it loads them."""
    return shop_rows()


@pytest.fixture
def make_context(tmp_path: Path) -> Callable[..., ReportContext]:
    """Publish tables as a run would and load them."""

    def make(tables: dict[str, list[dict[str, Any]]], **changes: Any) -> ReportContext:
        return load_shop(write_marts(tmp_path / "marts", tables), **changes)

    return make


@pytest.fixture
def context(tables: dict, make_context: Callable[..., ReportContext]) -> ReportContext:
    """The context of a shop one year old."""
    return make_context(tables)


@pytest.fixture
def first_week(tmp_path: Path) -> ReportContext:
    """The context of a shop in its first week: no complete month, no survey, no cohort."""
    empty = {
        "value": None,
        "reason_code": "no_complete_period",
        "sample_size": 0,
        "is_small_sample": True,
        "period_start": None,
        "period_end": None,
    }
    tables = {
        "rpt_headline": [
            row
            | empty
            | dict.fromkeys(
                (
                    "previous_value",
                    "year_ago_value",
                    "interval_low",
                    "interval_high",
                    "target_value",
                    "is_on_track",
                )
            )
            for row in headline_rows()
        ]
    }
    tables["rpt_headline_week"] = tables["rpt_headline"]
    folder = write_marts(tmp_path / "first_week", tables)
    return load_shop(folder, banner=(), lists=(), intake=())
