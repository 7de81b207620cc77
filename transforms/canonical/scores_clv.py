"""Score tables of customer lifetime value: predictions, fits and the backtest."""

from __future__ import annotations

import polars as pl

from transforms.canonical.contract import (
    CUSTOMER_ID,
    MONEY,
    Column,
    Table,
    date_column,
    flag_column,
    integer_column,
    text_column,
)

#: Parameters of all models, each with its meaning; a model fills its own.
CLV_PARAMETERS = {
    "r": "Shape of the gamma of purchase rates",
    "alpha": "Scale of the gamma of purchase rates, in the fit's unit of time",
    "a": "First parameter of the beta of the chance to leave after a purchase",
    "b": "Second parameter of the beta of the chance to leave after a purchase",
    "s": "Shape of the gamma of dropout rates",
    "beta": "Scale of the gamma of dropout rates, in the fit's unit of time",
    "p": "Shape of the gamma of spend per occasion",
    "q": "Shape of the gamma of spend scales; the mean spend exists above 1",
    "gamma": "Scale of the gamma of spend scales, in reporting currency",
}
_MODEL = text_column("model", "bg_nbd, mbg_nbd, pareto_nbd or gamma_gamma.", required=True)
_REASON = "Why a figure of the row is null or the fit stale; null where nothing is amiss."


def _number(name: str, description: str) -> Column:
    return Column(name, pl.Float64, description)


CLV_SCORES: tuple[Table, ...] = (
    Table(
        "customer_predictions",
        "One row per identified customer with a purchase occasion: what is expected of them, or why not.",
        ("customer_id",),
        (
            CUSTOMER_ID,
            integer_column(
                "occasion_count",
                "Occasions the model counts: those with net sales above zero.",
                required=True,
                minimum=0,
            ),
            integer_column("days_since_last_occasion", "Days from the last of them to as_of.", minimum=0),
            _number("p_alive", "Chance that the customer will ever buy again, 0 to 1."),
            _number("p_no_purchase_90", "Chance of no purchase within the next 90 days, 0 to 1."),
            _number("expected_orders_365", "Expected purchase occasions within the next 365 days."),
            Column(
                "expected_mean_spend_amount", MONEY,
                "Expected net sales per occasion, reporting currency; one-time buyers get the mean of all.",
            ),
            Column(
                "predicted_clv_amount", MONEY,
                "Expected net sales of the next 365 days, less the discount of suki.toml (default none), "
                "reporting currency.",
            ),
            text_column("reason_code", _REASON),
        ),
    ),
    Table(
        "model_fits",
        "One row per model of the run: its parameters, how sure they are, and whether they are used.",
        ("model",),
        (
            _MODEL,
            flag_column("is_used", "True for the models behind customer_predictions.", required=True),
            text_column(
                "status", "fresh, stale, failed or insufficient_data.", required=True,
                allowed=("fresh", "stale", "failed", "insufficient_data"),
            ),
            text_column("reason_code", _REASON),
            date_column("fitted_as_of", "as_of of the run whose data gave the parameters."),
            text_column("unit", "Unit of time of alpha and beta; null for a model without time."),
            integer_column("customer_count", "Customers behind the fit.", required=True, minimum=0),
            integer_column("iteration_count", "Steps of the optimiser."),
            integer_column(
                "dropped_occasion_count", "Occasions left out for net sales of zero or below.",
                required=True, minimum=0,
            ),
            _number("log_likelihood", "Log-likelihood at the parameters."),
            _number("spend_correlation", "Correlation of repeat count and mean spend; only gamma_gamma."),
            _number("holdout_bias", "Expected / actual purchases of the holdout - 1, all customers."),
            *(_number(name, f"{meaning}.") for name, meaning in CLV_PARAMETERS.items()),
            *(
                _number(f"{name}_standard_error", f"Standard error of {name}, observed information.")
                for name in CLV_PARAMETERS
            ),
        ),
    ),
    Table(
        "clv_backtest",
        "One row per timing model and frequency bin, and one for all: forecast against what came.",
        ("model", "frequency_bin"),
        (
            _MODEL,
            text_column(
                "frequency_bin", "Repeat occasions before the holdout: 0 to 6, 7+, or all.",
                required=True, allowed=("0", "1", "2", "3", "4", "5", "6", "7+", "all"),
            ),
            date_column("holdout_start", "First day of the holdout.", required=True),
            integer_column("holdout_days", "Days of the holdout; it ends at as_of.", required=True),
            integer_column("customers", "Customers known before the holdout.", required=True),
            _number("expected_purchases", "Purchase occasions expected in the holdout."),
            integer_column("actual_purchases", "Purchase occasions that came."),
            _number("bias", "Expected / actual - 1; null where nothing came."),
            text_column("reason_code", _REASON),
        ),
    ),
)  # fmt: skip

CLV_TABLES: dict[str, Table] = {table.name: table for table in CLV_SCORES}
