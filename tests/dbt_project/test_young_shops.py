"""A shop's first day and its first 120 days: every retention mart has rows or a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

FIRST_DAY = date(2025, 1, 15)


def _orders(days_by_customer: dict[str, list[int]]) -> pl.DataFrame:
    """One order of ten euros for each customer on each day since the first."""
    bought = [(name, day) for name, days in days_by_customer.items() for day in days]
    return pl.DataFrame(
        [
            {
                "source": "shop",
                "order_id": f"{name}-{day}",
                "customer_id": name,
                "unmerged_customer_id": name,
                "is_identified": True,
                "order_date": FIRST_DAY + timedelta(days=day),
                "order_kind": "sale",
                "ordered_at": datetime(2025, 1, 15, 9, tzinfo=UTC) + timedelta(days=day),
                "currency": "EUR",
                "gross_amount": Decimal(10),
                "discount_amount": Decimal(1 if name.startswith("lured") else 0),
                "shipping_amount": Decimal(0),
                "tax_amount": Decimal(0),
                "fee_amount": Decimal(0),
                "total_amount": Decimal(10),
                "refunded_amount": Decimal(0),
                "is_stale": False,
                "version_at": datetime(2025, 1, 15, tzinfo=UTC) + timedelta(days=day),
                "version_basis": "arrival",
            }
            for name, day in bought
        ]
    )


@pytest.fixture(scope="module")
def shop_after(build_shop, query_of, run_context):
    """Build a shop some days after its first order."""

    def build(days: int, bought: dict[str, list[int]]):
        people = pl.DataFrame({"customer_id": sorted(bought)}).with_columns(
            is_identified=True, is_staff=False, has_email=True, email_marketing_consent=True
        )
        asked = run_context(FIRST_DAY + timedelta(days=days), "EUR")
        orders = _orders(bought)
        return query_of(build_shop({"run_context": asked, "orders": orders, "customers": people}))

    return build


@pytest.fixture(scope="module")
def first_day(shop_after):
    return shop_after(0, {"ana": [0], "lured bo": [0]})


@pytest.fixture(scope="module")
def fourth_month(shop_after):
    # As of 15 May: January to April are over.
    loyal = {f"loyal {n}": [n, 30 + n, 60 + n, 90 + n] for n in range(10)}
    once = {f"lured {n}": [n] for n in range(5)}
    # Late comes first on 5 April and again on 10 May.
    return shop_after(120, {**loyal, **once, "late": [80, 115]})


def test_the_first_day_has_no_complete_period_and_says_so(first_day) -> None:
    assert first_day("select count(*) from retention_period") == [(0,)]
    assert first_day("select distinct cell_status from retention_cohort order by 1") == [
        ("partial",)
    ]
    assert first_day("select count(*) from retention_cohort_average") == [(0,)]
    assert first_day(
        "select cohort_size, customers, cell_status from retention_cohort_elapsed"
    ) == [(2, 2, "partial")]


def test_nobody_is_judged_on_the_first_day(first_day) -> None:
    assert first_day(
        "select distinct rate, reason_code from first_to_second_order where customers_acquired > 0"
    ) == [(None, "nobody_observed_long_enough")]
    found = first_day("select metric, period_type, rate, reason_code from repeat_purchase")
    assert {row[1] for row in found} == {"trailing_365", "lifetime", "observed"}
    # Only the share of all time stands: nobody of two has come back yet.
    assert [row for row in found if row[3] is None] == [("repeat_lifetime", "lifetime", 0.0, None)]


def test_a_vendor_shows_a_figure_on_the_first_day_where_suki_gives_a_reason(first_day) -> None:
    assert first_day(
        "select rate, suki_rate, suki_reason_code, difference from vendor_comparison "
        "where vendor = 'lifetimely' and period_type = 'trailing_365'"
    ) == [(0.0, None, "history_shorter_than_window", None)]


def test_120_days_of_history_carry_a_rate_for_90_days_only(fourth_month) -> None:
    found = fourth_month(
        "select active_days, max(reason_code), count(true_retention_rate) from retention_period "
        "where period_type = 'month' and period_start = '2025-04-01' group by 1 order by 1"
    )
    # 1 April is 76 days after the first order: too early even for 90.
    assert found == [(days, "history_shorter_than_A", 0) for days in (90, 180, 365)]
    # The counts and the bridge stand all the same: 15 bought within 90 days of 31 March.
    assert fourth_month(
        "select customers_at_start, customers_retained, customers_lost, is_shorter_than_active_days "
        "from retention_period where period_start = '2025-04-01' and active_days = 90 "
        "and period_type = 'month'"
    ) == [(15, 10, 5, True)]


def test_buyers_lured_by_a_discount_never_came_back(fourth_month) -> None:
    found = fourth_month(
        "select first_order_discount, customers_observed, customers_repeated "
        "from first_to_second_order where cohort_type = 'all' and window_days = 30 order by 1"
    )
    assert found == [("all", 16, 10), ("no", 11, 10), ("yes", 5, 0)]
    too_young = fourth_month(
        "select distinct reason_code from first_to_second_order "
        "where cohort_type = 'all' and window_days in (180, 365)"
    )
    assert too_young == [("nobody_observed_long_enough",)]


def test_discount_explains_who_was_kept(fourth_month) -> None:
    found = fourth_month(
        "select dimension_value, customers_at_start, customers_kept, rate, reason_code "
        "from retention_by_dimension where metric = 'true_retention' and window_days = 90 "
        "and period_type = 'month' and period_start = '2025-04-01' "
        "and dimension = 'first_order_discount' order by 1"
    )
    reason = "history_shorter_than_A"
    assert found == [("no", 10, 10, None, reason), ("yes", 5, 0, None, reason)]


def test_a_vendor_month_before_the_history_has_no_row(fourth_month) -> None:
    # Peel's cohort would be October, six months before April.
    assert fourth_month("select count(*) from vendor_comparison where vendor = 'peel'") == [(0,)]
    # dbt_shopify shows half of May as if it were a month; Suki waits for its end.
    assert fourth_month(
        "select rate, suki_rate, suki_reason_code from vendor_comparison "
        "where figure = 'cohort_month_2'"
    ) == [(1.0, None, "period_not_complete")]


def test_an_unbounded_cell_without_three_months_behind_it_is_immature(fourth_month) -> None:
    found = fourth_month(
        "select period_offset, customers, cell_status from retention_cohort where "
        "cohort_grain = 'month' and measure = 'unbounded' and cohort_start = '2025-01-01' order by 1"
    )
    assert found == [
        (0, 15, "complete"),
        (1, 10, "immature"),
        (2, 10, "immature"),
        (3, 10, "immature"),
        (4, 0, "partial"),
    ]


def test_a_first_day_has_no_week_to_tell_and_nothing_to_bridge(first_day) -> None:
    figures = first_day(
        "select metric, value, reason_code from rpt_headline_week order by position"
    )
    assert len(figures) == 9
    assert all(value is None and reason for _, value, reason in figures)
    assert {r for m, _, r in figures if m not in {"nps", "median_first_response"}} == {
        "no_complete_period"
    }
    assert first_day("select * from rpt_revenue_bridge") == []
    assert first_day("select * from rpt_state_movement") == []
    assert (
        first_day("select * from rpt_comments union by name select * from rpt_segment_trend") == []
    )


def test_every_customer_of_a_first_day_stands_in_the_distribution_of_what_they_spent(
    first_day,
) -> None:
    [(told, amount)] = first_day(
        "select sum(customer_count), sum(amount) from rpt_clv_distribution"
    )
    [(known, spent)] = first_day("select count(*), sum(historic_clv_amount) from clv")
    assert (told, amount) == (known, spent)


def test_the_week_of_one_order_tells_of_it_and_of_nobody_kept_yet(fourth_month) -> None:
    told = fourth_month(
        "select metric, period_end, value, previous_value, reason_code from rpt_headline_week"
    )
    week = {metric: row for metric, *row in told}
    sunday = date(2025, 5, 11)
    assert week["orders"] == [sunday, 1.0, 0.0, None]
    assert week["net_sales"] == [sunday, 10.0, 0.0, None]
    assert week["existing_customer_revenue_share"] == [sunday, 1.0, None, None]
    assert week["active_customers"] == [sunday, 16.0, 16.0, None]
    assert week["retention_rate"] == [sunday, None, None, "history_shorter_than_A"]
    bridge = fourth_month(
        "select component, customer_count, amount from rpt_revenue_bridge "
        "where period_type = 'week' and comparison = 'previous' and amount <> 0 order by position"
    )
    assert bridge == [("returned", 1, Decimal(10)), ("end", 1, Decimal(10))]
    assert fourth_month("select distinct comparison from rpt_revenue_bridge") == [("previous",)]
