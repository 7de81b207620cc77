"""Customer lifetime value of a run in one call: from occasions to predictions, fits and backtest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from transforms.canonical import MONEY
from transforms.canonical.scores_clv import CLV_TABLES
from transforms.clv import spend, standing, timing
from transforms.clv.backtest import backtest, overall_bias, refused
from transforms.clv.durations import Duration, FloatArray, IntArray, TimeUnit
from transforms.clv.gate import ClvPolicy, counted_occasions, gate_reason
from transforms.clv.histories import KEY, group, of_groups, summarise
from transforms.clv.standing import Standing

NO_PURCHASE_HORIZON = Duration(90, TimeUnit.DAYS)
VALUE_HORIZON = Duration(1, TimeUnit.YEARS)
_PREDICTIONS = CLV_TABLES["customer_predictions"]


def score(
    occasions: pl.DataFrame,
    as_of: date,
    policy: ClvPolicy,
    last_good: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """The tables of CLV_SCORES: what is expected of each customer, or the reason for silence.

    Args:
        occasions: customer_id, occasion_date, net_sales_amount (refunds netted, reporting
            currency); one row per identified customer and day, in any order.
        last_good: an earlier model_fits table, whose parameters stand in for a fit that fails.

    Returns:
        customer_predictions, model_fits, clv_backtest.
    """
    kept, dropped = counted_occasions(occasions, as_of, policy.zero_value_orders_are_valid)
    summaries = summarise(kept, as_of)
    everybody = occasions.filter(pl.col("occasion_date") <= as_of).select("customer_id").unique()
    reason = gate_reason(summaries, as_of, policy)
    if reason is not None:
        return _silent(everybody, summaries, as_of, reason, dropped)
    histories = of_groups(group(summaries), timing.FIT_UNIT)
    standings = []
    for model in timing.TIMING_MODELS:
        fit = timing.fit(model, histories)
        standings.append(standing.judged(model, fit, fit.failure, as_of, last_good))
    tested = backtest(kept, as_of, policy, timing.TIMING_MODELS)
    bias = {model: overall_bias(tested, model) for model in timing.TIMING_MODELS}
    repeats, means = _spend_of(summaries)
    standings.append(_spend_standing(repeats, means, as_of, last_good))
    fits = standing.table(
        standings,
        (policy.model, spend.GAMMA_GAMMA),
        bias,
        spend.spend_correlation(repeats, means),
        dropped,
    )
    by_model = {one.model: one for one in standings}
    said = _Said(by_model[policy.model], by_model[spend.GAMMA_GAMMA], bias[policy.model], policy)
    return {
        "customer_predictions": _finished(everybody, _predicted(summaries, said)),
        "model_fits": fits,
        "clv_backtest": tested,
    }


@dataclass(frozen=True)
class _Said:
    """What the predictions of a run rest on."""

    timing: Standing
    spend: Standing
    bias: float | None
    policy: ClvPolicy

    @property
    def timing_reason(self) -> str | None:
        """Why nothing is said of when customers buy."""
        if self.timing.parameters is None:
            return self.timing.reason
        if self.bias is not None and abs(self.bias) > self.policy.bias_limit:
            return "backtest_bias_above_limit"
        return None

    @property
    def spend_reason(self) -> str | None:
        """Why nothing is said of what they spend."""
        return self.spend.reason if self.spend.parameters is None else None


def _silent(
    everybody: pl.DataFrame, summaries: pl.DataFrame, as_of: date, reason: str, dropped: int
) -> dict[str, pl.DataFrame]:
    fits = standing.table(standing.insufficient(reason), (), {}, None, dropped)
    told = _described(summaries).with_columns(reason_code=pl.lit(reason))
    return {
        "customer_predictions": _finished(everybody, told),
        "model_fits": fits,
        "clv_backtest": refused(as_of, timing.TIMING_MODELS, reason),
    }


def _spend_of(summaries: pl.DataFrame) -> tuple[IntArray, FloatArray]:
    """x and m per customer; m is 0 where x is."""
    repeats = summaries["repeat_count"].to_numpy()
    total = summaries["repeat_spend_amount"].cast(pl.Float64).to_numpy()
    return repeats, np.asarray(total / np.maximum(repeats, 1), dtype=np.float64)


def _spend_standing(
    repeats: IntArray, means: FloatArray, as_of: date, last_good: pl.DataFrame | None
) -> Standing:
    if int(np.count_nonzero((repeats > 0) & (means > 0))) < spend.FEWEST_CUSTOMERS:
        reason = "too_few_repeat_customers"
        return standing.judged(spend.GAMMA_GAMMA, None, reason, as_of, last_good)
    fit = spend.fit(repeats, means)
    failure = standing.spend_failure(fit, repeats, means)
    return standing.judged(spend.GAMMA_GAMMA, fit, failure, as_of, last_good)


def _described(summaries: pl.DataFrame) -> pl.DataFrame:
    return summaries.select(
        "customer_id",
        "occasion_count",
        days_since_last_occasion=pl.col("age_days") - pl.col("last_repeat_days"),
    )


def _predicted(summaries: pl.DataFrame, said: _Said) -> pl.DataFrame:
    """Timing per group of equal histories, spend per customer, value where both are known."""
    frame = summaries
    if said.timing_reason is None:
        frame = frame.join(_timing_by_group(summaries, said), on=KEY, how="left")
    else:
        names = ("p_alive", "p_no_purchase_90", "expected_orders_365", "counted_orders")
        frame = frame.with_columns(pl.lit(None, pl.Float64).alias(name) for name in names)
    mean_spend = pl.Series(values=[None] * frame.height, dtype=pl.Float64)
    if said.spend.parameters is not None:
        repeats, means = _spend_of(summaries)
        mean_spend = pl.Series(spend.GammaGamma(**said.spend.parameters).mean_spend(repeats, means))
    value = pl.col("counted_orders") * pl.col("mean_spend")
    return (
        frame.with_columns(mean_spend=mean_spend)
        .with_columns(_described(summaries)["days_since_last_occasion"])
        .with_columns(
            expected_mean_spend_amount=_money(pl.col("mean_spend")),
            predicted_clv_amount=_money(value),
            reason_code=pl.lit(said.timing_reason or said.spend_reason, pl.String),
        )
    )


def _timing_by_group(summaries: pl.DataFrame, said: _Said) -> pl.DataFrame:
    groups = group(summaries)
    histories = of_groups(groups, timing.FIT_UNIT)
    model = timing.fitted(said.timing.model, said.timing.parameters or {}, timing.FIT_UNIT)
    month = Duration(1, TimeUnit.MONTHS)
    rate = (1 + said.policy.yearly_discount_rate) ** (1 / 12) - 1
    orders = model.conditional_purchases(histories, VALUE_HORIZON)
    counted = orders
    if rate:
        counted = timing.discounted_purchases(
            model, histories, Duration(12, TimeUnit.MONTHS), month, rate
        )
    return groups.select(
        *KEY,
        p_alive=pl.Series(model.p_alive(histories)).round_sig_figs(12),
        p_no_purchase_90=pl.Series(
            model.p_no_purchase(histories, NO_PURCHASE_HORIZON)
        ).round_sig_figs(12),
        expected_orders_365=pl.Series(orders).round_sig_figs(12),
        counted_orders=pl.Series(counted),
    )


def _money(amount: pl.Expr) -> pl.Expr:
    return amount.round(4).cast(MONEY)


def _finished(everybody: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """One row per customer; whoever has no occasion that counts says so."""
    wanted = [name for name in _PREDICTIONS.schema.names() if name in told.columns]
    rows = everybody.join(told.select(wanted), on="customer_id", how="left").with_columns(
        reason_code=pl.when(pl.col("occasion_count").is_null())
        .then(pl.lit("no_counted_occasion"))
        .otherwise(pl.col("reason_code")),
        occasion_count=pl.col("occasion_count").fill_null(0),
    )
    return _PREDICTIONS.conform(rows).sort(_PREDICTIONS.key)
