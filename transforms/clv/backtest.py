"""Would last half-year's forecast have been right? Fit as of then, compare with what came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl

from transforms.canonical.scores_clv import CLV_TABLES
from transforms.clv import timing
from transforms.clv.durations import Duration, TimeUnit
from transforms.clv.gate import ClvPolicy, history_days
from transforms.clv.histories import KEY, of_groups, summarise

#: Repeat counts at calibration; the last bin holds all higher ones.
BINS = ("0", "1", "2", "3", "4", "5", "6", "7+")
WHOLE = "all"
_TABLE = CLV_TABLES["clv_backtest"]


def backtest(
    occasions: pl.DataFrame, as_of: date, policy: ClvPolicy, models: Iterable[str]
) -> pl.DataFrame:
    """Expected against actual purchases of the holdout period, per model and frequency bin.

    Customers are those known when the holdout begins; their repeat count then makes the bin.
    The holdout is `policy.holdout_days`, or half of the history where that is shorter.

    Args:
        occasions: customer_id, occasion_date, net_sales_amount; those a model may see.

    Returns:
        The clv_backtest table. A model that could not be fitted has its `all` row, with a reason.
    """
    history = history_days(summarise(occasions, as_of))
    days = min(policy.holdout_days, (history + 1) // 2)
    start = as_of - timedelta(days=days)
    before = summarise(occasions, start)
    later = (
        occasions.filter(pl.col("occasion_date").is_between(start, as_of, closed="right"))
        .group_by("customer_id")
        .agg(actual=pl.len().cast(pl.Int64))
    )
    groups = (
        before.join(later, on="customer_id", how="left")
        .group_by(KEY)
        .agg(customers=pl.len().cast(pl.Int64), actual=pl.col("actual").fill_null(0).sum())
        .sort(KEY)
    )
    told = {"holdout_start": start + timedelta(days=1), "holdout_days": days}
    frames = [_of_model(model, groups, days).with_columns(**_literals(told)) for model in models]
    return _TABLE.conform(pl.concat(frames)).sort(_TABLE.key)


def refused(as_of: date, models: Iterable[str], reason: str) -> pl.DataFrame:
    """The table of a shop whose data do not allow a backtest."""
    rows = [
        {"model": m, "frequency_bin": WHOLE, "customers": 0, "holdout_days": 0,
         "holdout_start": as_of, "reason_code": reason}
        for m in models
    ]  # fmt: skip
    return _TABLE.conform(pl.DataFrame(rows)).sort(_TABLE.key)


def _of_model(model: str, groups: pl.DataFrame, days: int) -> pl.DataFrame:
    repeats = int((groups["repeat_count"] * groups["customers"]).sum())
    found = None if not repeats else timing.fit(model, of_groups(groups, timing.FIT_UNIT))
    reason = "no_repeat_purchase" if found is None else found.failure
    if found is None or reason is not None:
        return _binned(groups.with_columns(expected=pl.lit(None, pl.Float64))).filter(
            pl.col("frequency_bin") == WHOLE
        ).with_columns(model=pl.lit(model), reason_code=pl.lit(reason))  # fmt: skip
    fitted = timing.fitted(model, found.parameters, timing.FIT_UNIT)
    each = fitted.conditional_purchases(
        of_groups(groups, timing.FIT_UNIT), Duration(days, TimeUnit.DAYS)
    )
    expected = groups.with_columns(expected=pl.Series(each) * pl.col("customers"))
    return _binned(expected).with_columns(
        model=pl.lit(model),
        reason_code=pl.when(pl.col("actual_purchases") == 0).then(pl.lit("no_holdout_purchase")),
    )


def _binned(groups: pl.DataFrame) -> pl.DataFrame:
    """All bins and the whole, empty bins too: customers, expected, actual and bias."""
    number = pl.min_horizontal(pl.col("repeat_count"), len(BINS) - 1)
    labels = pl.DataFrame({"number": range(len(BINS)), "frequency_bin": BINS})
    sums = (
        pl.col("customers").sum(),
        pl.col("expected").sum().alias("expected_purchases"),
        pl.col("actual").sum().alias("actual_purchases"),
    )
    # Sorted groups are summed in their order, so that the last digit never moves.
    bins = groups.group_by(number=number, maintain_order=True).agg(*sums)
    by_bin = labels.join(
        bins.with_columns(pl.col("number").cast(pl.Int64)), on="number", how="left"
    )
    whole = groups.select(pl.lit(WHOLE).alias("frequency_bin"), *sums)
    both = pl.concat([by_bin.drop("number").fill_null(0), whole])
    if groups["expected"].null_count():
        both = both.with_columns(expected_purchases=pl.lit(None, pl.Float64))
    actual = pl.col("actual_purchases")
    return both.with_columns(
        pl.col("expected_purchases").round_sig_figs(12),
        bias=pl.when(actual > 0).then(
            (pl.col("expected_purchases") / actual - 1).round_sig_figs(12)
        ),
    )


def _literals(values: dict[str, object]) -> dict[str, pl.Expr]:
    return {name: pl.lit(value) for name, value in values.items()}


def overall_bias(table: pl.DataFrame, model: str) -> float | None:
    """Bias of a model over all customers; None where it could not be measured."""
    row = table.filter((pl.col("model") == model) & (pl.col("frequency_bin") == WHOLE))
    return row["bias"].item() if row.height else None
