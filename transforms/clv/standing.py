"""Where each model stands tonight: a fresh fit, the last good one, or none, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from transforms.canonical.scores_clv import CLV_PARAMETERS, CLV_TABLES
from transforms.clv import spend
from transforms.clv.durations import FloatArray, IntArray
from transforms.clv.fitting import Fit
from transforms.clv.timing import FIT_UNIT, TIMING_MODELS

_TABLE = CLV_TABLES["model_fits"]
MODELS = (*TIMING_MODELS, spend.GAMMA_GAMMA)


@dataclass(frozen=True)
class Standing:
    """One model of the run.

    Attributes:
        status: fresh, stale (the last good fit is used), failed or insufficient_data.
        reason: why it is not fresh.
        fitted_as_of: as_of of the run whose data gave the parameters.
        fit: tonight's fit, also when it was refused; None where none was tried.
        parameters: those to use; None where there are none.
    """

    model: str
    status: str
    reason: str | None
    fitted_as_of: date | None
    fit: Fit | None
    parameters: dict[str, float] | None


def judged(
    model: str, fit: Fit | None, failure: str | None, as_of: date, last_good: pl.DataFrame | None
) -> Standing:
    """Tonight's fit where it is good, else the last good one, else nothing.

    Args:
        failure: reason code of a fit that must not be used.
        last_good: an earlier model_fits table.
    """
    if fit is not None and failure is None:
        return Standing(model, "fresh", None, as_of, fit, fit.parameters)
    earlier = _earlier(model, last_good, as_of)
    if earlier is None:
        return Standing(model, "failed", failure, None, fit, None)
    names = [name for name in CLV_PARAMETERS if earlier[name] is not None]
    parameters = {name: float(earlier[name]) for name in names}
    return Standing(model, "stale", failure, earlier["fitted_as_of"], fit, parameters)


def _earlier(model: str, last_good: pl.DataFrame | None, as_of: date) -> dict[str, Any] | None:
    """The row of a usable earlier fit: same model, same unit, made of data no newer than these."""
    if last_good is None or not set(_TABLE.schema.names()) <= set(last_good.columns):
        return None
    unit = None if model == spend.GAMMA_GAMMA else FIT_UNIT.name.lower()
    rows = last_good.filter(
        (pl.col("model") == model)
        & pl.col("status").is_in(["fresh", "stale"])
        & (pl.col("fitted_as_of") <= as_of)
        & pl.col("unit").eq_missing(pl.lit(unit, pl.String))
    )
    return rows.row(0, named=True) if rows.height else None


def spend_failure(fit: Fit, repeats: IntArray, repeat_mean: FloatArray) -> str | None:
    """Why a spend model must not be used; besides the checks of every fit, its mean must be sane.

    With q at 1 or below the population has no mean spend, and just above it one that no
    customer ever reached.
    """
    if fit.failure is not None:
        return fit.failure
    if fit.parameters["q"] <= 1:
        return "spend_mean_infinite"
    nobody = spend.GammaGamma(**fit.parameters).mean_spend(repeats[:1] * 0, repeat_mean[:1])
    return "spend_mean_infinite" if float(nobody[0]) > float(repeat_mean.max()) else None


def table(
    standings: Sequence[Standing],
    used: Sequence[str],
    bias: dict[str, float | None],
    correlation: float | None,
    dropped: int,
) -> pl.DataFrame:
    """The model_fits table, floats to twelve significant digits."""
    rows = [_row(one, one.model in used, bias.get(one.model), dropped) for one in standings]
    for row in rows:
        if row["model"] == spend.GAMMA_GAMMA:
            row["spend_correlation"] = correlation
    frame = pl.DataFrame(rows, schema=_TABLE.schema)
    return frame.with_columns(
        pl.col(name).round_sig_figs(12) for name, kind in _TABLE.schema.items() if kind == pl.Float64
    ).sort(_TABLE.key)  # fmt: skip


def _row(one: Standing, is_used: bool, bias: float | None, dropped: int) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(_TABLE.schema.names())
    timeless = one.model == spend.GAMMA_GAMMA
    row |= {
        "model": one.model,
        "is_used": is_used and one.parameters is not None,
        "status": one.status,
        "reason_code": one.reason,
        "fitted_as_of": one.fitted_as_of,
        "unit": None if timeless else FIT_UNIT.name.lower(),
        "customer_count": one.fit.customers if one.fit else 0,
        "dropped_occasion_count": dropped,
        "holdout_bias": bias,
        **(one.parameters or {}),
    }
    if one.fit is not None:
        row["iteration_count"] = one.fit.iterations
        if one.status == "fresh":
            row["log_likelihood"] = one.fit.log_likelihood
            row |= {f"{name}_standard_error": e for name, e in one.fit.standard_errors.items()}
    return row


def insufficient(reason: str) -> list[Standing]:
    """Every model of a shop whose data say too little."""
    return [Standing(model, "insufficient_data", reason, None, None, None) for model in MODELS]
