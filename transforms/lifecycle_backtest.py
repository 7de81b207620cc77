"""Rule and model side by side on what really happened: who bought in the last window?

Both speak as of a cutoff one window before `as_of` and know nothing later. The rule's chance
comes from the survival curve of the customer's band, the model's from its own P(no purchase).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from transforms.canonical import SCORES
from transforms.lifecycle_limits import MINIMUM_GAPS
from transforms.lifecycle_versions import BANDS, day_number, opened_gaps

#: History that a backtest needs, days from the first occasion to `as_of`.
MINIMUM_HISTORY_DAYS = 180
#: Customers who lapsed this shortly before the cutoff stand right at the limit.
NEAR_LIMIT_DAYS = 30
DECILES = 10


@dataclass(frozen=True)
class Predicted:
    """P(no purchase) of customers, or why a model gives none.

    Attributes:
        chances: customer_id, predicted (a share); empty with a reason.
        reason_code: why there are none; None where there are.
    """

    chances: pl.DataFrame
    reason_code: str | None


#: Occasions known at a cutoff, the cutoff and the window in days -> P(no purchase in the window).
Model = Callable[[pl.DataFrame, date, int], Predicted]


def known_at(occasions: pl.DataFrame, cutoff: date) -> pl.DataFrame:
    """The occasions as they looked at the end of a day: later ones gone, their gaps open."""
    following = pl.col("next_occasion_date")
    return occasions.filter(pl.col("occasion_date") <= cutoff).with_columns(
        next_occasion_date=pl.when(following <= cutoff).then(following)
    )


def backtest(
    occasions: pl.DataFrame, states: pl.DataFrame, as_of: date, window_days: int, model: Model
) -> pl.DataFrame:
    """The table `churn_backtest`: predicted and actual shares without a purchase, per group.

    Args:
        occasions: all occasions up to `as_of`.
        states: `customer_states` as of the cutoff, `as_of - window_days`.
        window_days: length of the window, in days.
        model: gives P(no purchase) at the cutoff.
    """
    cutoff = as_of - timedelta(days=window_days)
    first = occasions["occasion_date"].min()
    frame = {"cutoff_date": cutoff, "window_days": window_days}
    known = known_at(occasions, cutoff)
    if not isinstance(first, date) or (as_of - first).days < MINIMUM_HISTORY_DAYS or not len(known):
        return _table(
            [_empty(method, "history_shorter_than_180_days") for method in ("rule", "model")], frame
        )
    bought = occasions.filter(pl.col("occasion_date") > cutoff).select("customer_id").unique()
    actual = states.select("customer_id", "state", "since_date").join(
        bought.with_columns(is_back=pl.lit(True)), on="customer_id", how="left"
    )
    actual = actual.with_columns(no_purchase=pl.col("is_back").is_null().cast(pl.Float64))
    rule = actual.join(_rule_chances(known, states, cutoff, window_days), on="customer_id")
    rows = _rule_rows(rule, cutoff)
    asked = model(known, cutoff, window_days)
    if asked.reason_code is not None:
        rows.append(_empty("model", asked.reason_code))
    else:
        rows += _model_rows(actual.join(asked.chances, on="customer_id"))
    return _table(rows, frame)


def _rule_chances(
    known: pl.DataFrame, states: pl.DataFrame, cutoff: date, window_days: int
) -> pl.DataFrame:
    """S(t + window) / S(t) after t silent days, from the curve of the band or of all gaps.

    Past the longest gap seen the curve is held level: it knows of no return there.
    """
    gaps = opened_gaps(known)
    through = day_number(cutoff)
    every = gaps.curve(through)
    chances = []
    for number, band in enumerate(BANDS):
        curve = gaps.curve(through, number)
        survival = (curve if curve.gap_count >= MINIMUM_GAPS else every).survival
        silent = states.filter(pl.col("order_band") == band)
        days = silent["days_since_last"].to_numpy()
        now = survival[np.minimum(days, len(survival) - 1)]
        then = survival[np.minimum(days + window_days, len(survival) - 1)]
        stays = np.divide(then, now, out=np.ones_like(now), where=now > 0)
        chances.append(silent.select("customer_id").with_columns(predicted=pl.Series(stays)))
    return pl.concat(chances)


def _rule_rows(rule: pl.DataFrame, cutoff: date) -> list[dict[str, object]]:
    near = (pl.col("state") == "lapsed") & (
        pl.col("since_date") > cutoff - timedelta(days=NEAR_LIMIT_DAYS)
    )
    rows = [_row("rule", "all", "all", rule)]
    rows += [
        _row("rule", "state", str(state), group)
        for (state,), group in rule.sort("customer_id").group_by("state", maintain_order=True)
    ]
    at_limit = rule.filter(near)
    return [*rows, *([_row("rule", "at_lapse_limit", "lapsed_within_30_days", at_limit)]
                     if at_limit.height else [])]  # fmt: skip


def _model_rows(judged: pl.DataFrame) -> list[dict[str, object]]:
    """All customers, and ten groups of equal size by chance; equal chances break by customer."""
    ranked = judged.sort("predicted", "customer_id").with_columns(
        decile=pl.int_range(pl.len()) * DECILES // pl.len() + 1
    )
    return [_row("model", "all", "all", ranked)] + [
        _row("model", "decile", f"{decile:02}", group)
        for (decile,), group in ranked.group_by("decile", maintain_order=True)
    ]


def _row(method: str, level: str, item: str, group: pl.DataFrame) -> dict[str, object]:
    # Sorted before it is added up, so that the order of the rows cannot show in the last digit.
    ordered = group.sort("customer_id")
    predicted, actual = ordered["predicted"].to_numpy(), ordered["no_purchase"].to_numpy()
    return {
        "method": method,
        "level": level,
        "item": item,
        "customer_count": group.height,
        "no_purchase_count": int(actual.sum()),
        "predicted_share": predicted.mean(),
        "actual_share": actual.mean(),
        "bias": predicted.mean() - actual.mean(),
        "brier_score": ((predicted - actual) ** 2).mean(),
        "reason_code": None,
    }


def _empty(method: str, reason: str) -> dict[str, object]:
    return {
        "method": method, "level": "all", "item": "all", "customer_count": 0, "reason_code": reason,
        "no_purchase_count": None, "predicted_share": None, "actual_share": None, "bias": None,
        "brier_score": None,
    }  # fmt: skip


def _table(rows: list[dict[str, object]], frame: dict[str, object]) -> pl.DataFrame:
    table = SCORES["churn_backtest"]
    shares = ("predicted_share", "actual_share", "bias", "brier_score")
    found = pl.DataFrame([row | frame for row in rows], schema=table.schema)
    return table.conform(found.with_columns(pl.col(shares).round_sig_figs(12))).sort(table.key)
