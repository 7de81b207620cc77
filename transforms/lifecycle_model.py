"""P(no purchase) for the backtest, from a model fitted on what was known at the cutoff.

MBG/NBD, or Pareto/NBD where that is configured, but never BG/NBD: it calls every one-time buyer
alive for certain.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from transforms.clv import timing
from transforms.clv.beta_geometric import MBG_NBD
from transforms.clv.durations import Duration, TimeUnit
from transforms.clv.gate import ClvPolicy, counted_occasions, gate_reason
from transforms.clv.histories import KEY, group, of_groups, summarise
from transforms.clv.pareto import PARETO_NBD
from transforms.lifecycle_backtest import Model, Predicted


def no_purchase_model(policy: ClvPolicy) -> Model:
    """The model of the settings as a function from known occasions to P(no purchase).

    It gives a reason instead where the gate of the models does, or where the fit failed.
    """
    name = PARETO_NBD if policy.model == PARETO_NBD else MBG_NBD

    def predict(occasions: pl.DataFrame, cutoff: date, window_days: int) -> Predicted:
        kept, _ = counted_occasions(occasions, cutoff, policy.zero_value_orders_are_valid)
        people = summarise(kept, cutoff)
        nobody = pl.DataFrame(schema={"customer_id": pl.String, "predicted": pl.Float64})
        if (reason := gate_reason(people, cutoff, policy)) is not None:
            return Predicted(nobody, reason)
        groups = group(people)
        histories = of_groups(groups, timing.FIT_UNIT)
        fit = timing.fit(name, histories)
        if fit.failure is not None:
            return Predicted(nobody, fit.failure)
        model = timing.fitted(name, fit.parameters, timing.FIT_UNIT)
        chances = model.p_no_purchase(histories, Duration(window_days, TimeUnit.DAYS))
        told = groups.with_columns(predicted=pl.Series(chances))
        joined = people.join(told, on=list(KEY), how="left")
        return Predicted(joined.select("customer_id", "predicted"), None)

    return predict
