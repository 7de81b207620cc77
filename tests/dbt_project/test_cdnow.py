"""The marts reach the published figures of the CDNOW file (REFERENCE_NUMBERS section 4.2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

PROJECT_ROOT = Path(__file__).resolve().parents[2]
CDNOW = PROJECT_ROOT.parent / "shared" / "data" / "cdnow" / "CDNOW_master.txt"

pytestmark = pytest.mark.skipif(
    not CDNOW.exists(),
    reason=f"the CDNOW file is not at {CDNOW}; it may not be redistributed",
)


def _frames(path: Path, asked: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Each row is an order without an id: customer, day and ordinal make one."""
    rows = [line.split() for line in path.read_text().splitlines()[1:] if line.strip()]
    file = pl.DataFrame(rows, schema=["customer_id", "day", "units", "paid"], orient="row")
    ordinal = pl.int_range(pl.len()).over("customer_id", "day").cast(pl.String)
    orders = file.select(
        source=pl.lit("cdnow"),
        order_id=pl.concat_str("customer_id", "day", ordinal, separator="-"),
        customer_id="customer_id",
        is_identified=True,
        order_date=pl.col("day").str.to_date("%Y%m%d"),
        order_kind=pl.lit("sale"),
        ordered_at=pl.col("day").str.to_datetime("%Y%m%d", time_unit="us", time_zone="UTC"),
        currency=pl.lit("USD"),
        gross_amount=pl.col("paid").cast(pl.Decimal(18, 4)),
        discount_amount=0,
        shipping_amount=0,
        tax_amount=0,
        fee_amount=0,
        total_amount=pl.col("paid").cast(pl.Decimal(18, 4)),
        refunded_amount=0,
        is_stale=False,
        version_at=pl.col("day").str.to_datetime("%Y%m%d", time_unit="us", time_zone="UTC"),
        version_basis=pl.lit("arrival"),
    )
    customers = orders.select("customer_id").unique()
    return {
        "run_context": asked,
        "orders": orders,
        "customers": customers.with_columns(
            is_identified=True, has_email=False, email_marketing_consent=False
        ),
    }


@pytest.fixture(scope="module")
def query(build_shop, query_of, run_context):
    asked = run_context(date(1998, 6, 30), "USD", zero_value_orders_are_valid=True)
    return query_of(build_shop(_frames(CDNOW, asked)))


def test_occasions_customers_and_money_are_those_of_the_file(query) -> None:
    assert query("select count(*), count(distinct customer_id) from fct_occasions") == [
        (67_591, 23_570)
    ]
    assert str(query("select sum(net_sales_amount) from fct_orders")[0][0]) == "2500315.6300"


@pytest.mark.parametrize(
    ("first_day", "start", "end", "classic", "true", "reactivated"),
    [
        (date(1997, 10, 1), 7_249, 6_343, 87.5, 68.7, 1_365),
        (date(1998, 1, 1), 6_343, 6_055, 95.5, 75.7, None),
        (date(1998, 4, 1), 6_055, 5_360, 88.5, 72.4, None),
    ],
)
def test_the_classic_formula_overstates_retention_by_a_fifth(
    query, first_day, start, end, classic, true, reactivated
) -> None:
    [row] = query(
        "select customers_at_start, customers_at_end, customers_acquired, customers_reactivated, "
        "classic_retention_rate, true_retention_rate from retention_period "
        f"where period_type = 'quarter' and active_days = 180 and period_start = '{first_day}'"
    )
    assert row[:3] == (start, end, 0)
    assert row[3] == (reactivated or row[3])
    assert (round(100 * row[4], 1), round(100 * row[5], 1)) == (classic, true)


def test_first_time_buyers_come_back_at_the_published_pace(query) -> None:
    found = query(
        "select window_days, cast(numerator as integer), cast(denominator as integer) "
        "from repeat_purchase where metric = 'repeat_within' order by window_days"
    )
    assert found == [
        (30, 4_115, 23_570),
        (60, 5_929, 23_570),
        (90, 6_887, 23_570),
        (180, 8_827, 23_570),
        (365, 10_810, 23_570),
    ]
    assert query(
        "select cast(numerator as integer) from repeat_purchase where metric = 'repeat_lifetime'"
    ) == [(11_516,)]


def test_every_identity_of_the_door_out_holds(query) -> None:
    assert query("select check_name from rpt_checks where difference <> 0") == []
