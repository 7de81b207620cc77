"""Made-up rows of the tables behind the pages on cohorts, churn and customer value."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from transforms.metrics.registry import load_registry

Rows = list[dict[str, Any]]


def month_end(start: date) -> date:
    return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def months(count: int) -> list[date]:
    return [date(2026, 9 - back, 1) for back in reversed(range(count))]


def observed(metric: str, start: date, value: float | None, **columns: Any) -> dict[str, Any]:
    """A row of metric_observation for a month and the active window of 90 days."""
    row: dict[str, Any] = {
        "metric": metric, "metric_id": "M1", "unit": "share", "period_type": "month",
        "period_start": start, "period_end": month_end(start), "dimension": "active_days",
        "dimension_value": "90", "numerator": None, "denominator": None, "metric_value": value,
        "interval_low": None if value is None else value - 0.02,
        "interval_high": None if value is None else value + 0.03,
        "sample_size": 1000, "is_small_sample": False, "reason_code": None,
    }  # fmt: skip
    return row | columns


def observations() -> Rows:
    churn = [None, 0.281, 0.295, 0.282]
    rows = []
    for start, rate in zip(months(4), churn, strict=True):
        lost = None if rate is None else Decimal(round(rate * 1000))
        why = None if rate is not None else "history_shorter_than_A"
        rows.append(observed("period_churn_rate", start, rate, numerator=lost, reason_code=why))
        kept = None if rate is None else 1 - rate
        rows.append(observed("retention_rate", start, kept, numerator=lost, reason_code=why))
    rows.append(observed("period_churn_rate", date(2026, 9, 1), 0.999, dimension_value="365"))
    rows.append(observed("period_churn_rate", date(2026, 7, 1), 0.998, period_type="quarter"))
    rows.append(observed("period_churn_rate", date(2026, 10, 1), 0.997))
    whole = {"dimension": "all", "dimension_value": "", "period_type": "lifetime", "unit": "money",
             "period_end": date(2026, 10, 4)}  # fmt: skip
    start = date(2025, 1, 1)
    rows.append(observed("historic_clv_per_customer", start, 123.456, **whole))
    withheld = {"reason_code": "too_few_repeat_customers", "sample_size": 0}
    rows.append(observed("predicted_clv_per_customer", start, None, **whole, **withheld))
    return rows


def definitions() -> Rows:
    """What every metric means, as the registry has it."""
    return [
        {
            "metric": one.metric, "metric_id": one.catalogue, "title": one.title,
            "definition": one.definition, "numerator_words": one.numerator,
            "denominator_words": one.denominator, "unit": one.unit, "direction": one.direction,
            "owner": one.owner, "is_proportion": one.is_proportion, "headline_position": None,
            "headline_period_type": None, "rests_on_active_days": False,
        }
        for one in load_registry()
    ]  # fmt: skip


def lapses() -> Rows:
    return [
        {
            "month_start": start, "month_end": month_end(start), "limit_version": "2026Q3",
            "customers_at_start": 800 + place, "customers_new": 40, "customers_reactivated": 11,
            "customers_lapsed": 60, "customers_at_end": 791, "customers_at_start_lapsed": 58,
            "lapsed_by_shorter_limit": 0, "lapse_rate": rate, "lapse_rate_low": rate - 0.01,
            "lapse_rate_high": rate + 0.01, "reason_code": None,
        }
        for place, (start, rate) in enumerate(zip(months(3), (0.071, 0.074, 0.073), strict=True))
    ]  # fmt: skip


def curve(name: str, band: str, at_risk: int, floor: float) -> Rows:
    """A straight line to `floor` on day 400; fewer than 30 are observed past day 370."""
    return [
        {
            "curve": name, "band": band, "day": day,
            "survival_share": 1 - (1 - floor) * day / 400,
            "at_risk_count": at_risk - day if day <= 370 else 12,
        }
        for day in range(401)
    ]  # fmt: skip


def cell(start: date, offset: int, customers: int, **columns: Any) -> dict[str, Any]:
    """A row of retention_cohort: a cohort of 40, by month, bought in that month."""
    first = date(2026, start.month + offset, 1)
    row: dict[str, Any] = {
        "cohort_grain": "month", "measure": "n_period", "minimum_occasions": 1,
        "cohort_start": start, "period_offset": offset, "period_start": first,
        "period_end": month_end(first), "cohort_size": 40, "customers": customers,
        "rate": customers / 40, "interval_low": customers / 40 - 0.01,
        "interval_high": customers / 40 + 0.01,
        "net_sales_amount": Decimal(customers) * 250, "cell_status": "complete",
        "reason_code": None,
    }  # fmt: skip
    return row | columns


def cohort_cells() -> Rows:
    rows = []
    for start in months(5):
        for offset in range(10 - start.month + 1):
            is_over = start.month + offset < 10
            buyers = 40 if offset == 0 else 14 - 2 * offset
            status = "complete" if is_over else "partial"
            rows.append(cell(start, offset, buyers, cell_status=status))
            again = {"measure": "cumulative_repurchase", "minimum_occasions": 2}
            rows.append(cell(start, offset, 3 + 3 * offset, cell_status=status, net_sales_amount=None,
                             **again))  # fmt: skip
            rows.append(
                cell(start, offset, 1, minimum_occasions=3, measure="cumulative_repurchase")
            )
    week = {"cohort_grain": "week", "cohort_start": date(2026, 9, 7)}
    rows.append(cell(date(2026, 9, 1), 0, 40, **week))
    rows.append(cell(date(2026, 9, 1), 1, 6, **week | {"period_end": date(2026, 9, 20)}))
    return rows


def cohort_averages() -> Rows:
    return [
        {
            "cohort_grain": "month", "measure": "n_period", "minimum_occasions": 1,
            "period_offset": offset, "cohort_count": 5 - offset, "cohort_size": 40 * (5 - offset),
            "customers": (14 - 2 * offset) * (5 - offset), "rate": (14 - 2 * offset) / 40,
            "interval_low": 0.05, "interval_high": 0.4,
        }
        for offset in range(1, 5)
    ]  # fmt: skip


def cohort_sales() -> Rows:
    rows = []
    for start in months(5):
        for offset in range(10 - start.month + 1):
            first = date(2026, start.month + offset, 1)
            total = Decimal(4000 + 1000 * offset)
            is_over = start.month + offset < 10
            rows.append({
                "cohort_month": start, "month_offset": offset, "period_start": first,
                "period_end": month_end(first), "cohort_size": 40, "order_count": 40,
                "gross_amount": total, "discount_amount": Decimal(0),
                "returns_amount": Decimal(0), "net_sales_amount": Decimal(1000),
                "cumulative_net_sales_amount": total,
                "cumulative_net_sales_per_customer": float(total / 40),
                "cell_status": "complete" if is_over else "partial",
            })  # fmt: skip
    return rows


def limits() -> Rows:
    base = {
        "version": "2026Q4", "level": "order_number", "item": "all", "status": "in_force",
        "valid_from": date(2026, 10, 1), "fitted_through": date(2026, 9, 30), "gap_count": 5120,
        "event_count": 3010, "at_risk_estimate_days": 91, "at_risk_limit_days": 91,
        "at_risk_basis": "own", "at_risk_reason_code": None, "is_floor_applied": False,
        "is_ceiling_applied": False, "lapse_estimate_days": 174, "lapse_limit_days": 174,
        "lapse_basis": "own", "lapse_reason_code": None,
    }  # fmt: skip
    second = {"item": "second", "lapse_limit_days": None, "lapse_basis": "none",
              "lapse_reason_code": "chance_stays_above_limit"}  # fmt: skip
    coffee = {"level": "category", "item": "Coffee <beans>", "lapse_basis": "all"}
    forming = {"version": "2027Q1", "status": "forming", "at_risk_limit_days": 7777}
    return [base | coffee, base | second, base, base | forming]


def churn_tests() -> Rows:
    base = {
        "method": "model", "level": "all", "item": "all", "cutoff_date": date(2026, 7, 6),
        "window_days": 90, "customer_count": 2000, "no_purchase_count": 1500,
        "predicted_share": 0.767, "actual_share": 0.75, "bias": 0.017, "brier_score": 0.1,
        "reason_code": None,
    }  # fmt: skip
    tenths = [
        base | {"level": "decile", "item": f"{tenth:02}", "customer_count": 200,
                "predicted_share": tenth / 10 - 0.02, "actual_share": tenth / 10 - 0.05,
                "bias": 0.03}
        for tenth in range(1, 11)
    ]  # fmt: skip
    rule = base | {"method": "rule", "level": "state", "item": "at_risk", "customer_count": 320,
                   "predicted_share": 0.84, "actual_share": 0.81, "bias": 0.03}  # fmt: skip
    return [base, *tenths, rule]


def next_orders() -> Rows:
    base = dict.fromkeys((
        "returned_30_share", "returned_60_share", "returned_90_share", "returned_180_share",
        "returned_365_share", "returned_90_low", "returned_90_high", "quantile_50_days",
    ))  # fmt: skip
    first = {
        "scope": "order_number", "item": "1", "item_name": "1", "gap_count": 2419,
        "event_count": 1030, "observed_days": 400, "returned_30_share": 0.084,
        "returned_90_share": 0.34, "returned_90_low": 0.32, "returned_90_high": 0.36,
        "quantile_50_status": "not_reached", "reason_code": None,
    }  # fmt: skip
    mug = {
        "scope": "product", "item": "MUG-1", "item_name": "Mug <b>large</b>", "gap_count": 12,
        "event_count": 0, "observed_days": 20, "quantile_50_status": None,
        "reason_code": "too_few_events",
    }  # fmt: skip
    return [base | mug, base | first]


def value_buckets() -> Rows:
    """1,000 customers; the 100 at the top brought 60,000 of 100,000."""
    steps = [
        (None, 0, 10, -500),
        (0, 50, 590, 10500),
        (50, 100, 300, 30000),
        (100, None, 100, 60000),
    ]
    return [
        {
            "bucket_low": None if low is None else Decimal(low),
            "bucket_high": None if high is None else Decimal(high),
            "customer_count": count, "amount": Decimal(amount),
        }
        for low, high, count, amount in steps
    ]  # fmt: skip


def value_models() -> Rows:
    base = {
        "model": "mbg_nbd", "is_used": True, "status": "fresh", "reason_code": None,
        "fitted_as_of": date(2026, 10, 4), "unit": "weeks", "customer_count": 1000,
        "iteration_count": 20, "dropped_occasion_count": 0, "holdout_bias": 0.166,
    }  # fmt: skip
    failed = {"model": "bg_nbd", "is_used": False, "status": "failed", "holdout_bias": None,
              "reason_code": "fit_parameter_at_bound", "fitted_as_of": None}  # fmt: skip
    return [base, base | failed]


def value_tests() -> Rows:
    def row(bin_name: str, customers: int, expected: float, actual: int) -> dict[str, Any]:
        return {
            "model": "mbg_nbd", "frequency_bin": bin_name, "holdout_start": date(2026, 4, 8),
            "holdout_days": 180, "customers": customers, "expected_purchases": expected,
            "actual_purchases": actual, "bias": expected / actual - 1, "reason_code": None,
        }  # fmt: skip

    return [row("0", 600, 150.0, 120), row("1", 100, 120.0, 110), row("7+", 20, 60.0, 52),
            row("all", 720, 330.0, 282)]  # fmt: skip


def channels() -> Rows:
    base = {
        "scope": "all", "marketing_channel": None, "first_month": date(2025, 1, 1),
        "last_month": date(2026, 9, 1), "customer_count": 2000, "spend_amount": Decimal(9000),
        "net_sales_amount": Decimal(270000), "margin_amount": Decimal(90000),
        "predicted_amount": None, "net_sales_per_customer": 135.0,
        "acquisition_cost_per_customer": 4.5, "historic_clv_to_cost": 30.0,
        "historic_margin_to_cost": 10.0, "total_clv_to_cost": None, "payback_month_offset": 2,
        "last_month_offset": 20, "payback_status": "reached", "sample_size": 2000,
        "is_small_sample": False, "reason_code": None,
    }  # fmt: skip
    blind = {
        "scope": "channel", "marketing_channel": "tik<tok", "customer_count": 0,
        "net_sales_amount": Decimal(0), "acquisition_cost_per_customer": None,
        "historic_clv_to_cost": None, "historic_margin_to_cost": None, "margin_amount": None,
        "payback_month_offset": None, "payback_status": "no_channel_on_orders",
        "is_small_sample": True, "reason_code": "no_channel_on_orders",
    }  # fmt: skip
    return [base | blind, base]


def analysis_rows() -> dict[str, Rows]:
    """Every table the pages on cohorts, churn and customer value read."""
    states = {"prospect": 300, "new": 100, "active": 500, "at_risk": 80, "lapsed": 20}
    return {
        "metric_observation": observations(),
        "metric_definition": definitions(),
        "lapse_period": lapses(),
        "survival_curve": curve("next_order", "1", 2419, 0.5) + curve("next_order", "2", 1030, 0.1)
        + curve("tenure", "all", 2419, 0.2),
        "lifecycle_limits": limits(),
        "lifecycle_summary": [
            {"state": state, "customer_count": count, "all_customer_count": 1000,
             "customer_share": count / 1000, "reason_code": None}
            for state, count in states.items()
        ],
        "churn_backtest": churn_tests(),
        "time_to_next_order": next_orders(),
        "retention_cohort": cohort_cells(),
        "retention_cohort_average": cohort_averages(),
        "revenue_cohort": cohort_sales(),
        "rpt_clv_distribution": value_buckets(),
        "clv_model_fits": value_models(),
        "clv_backtest": value_tests(),
        "channel_value": channels(),
    }  # fmt: skip
