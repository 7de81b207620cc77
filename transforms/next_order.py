"""Time to the next order by order number, first-order discount, product and category; tenure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from transforms.canonical import SCORES
from transforms.lifecycle_versions import band_of
from transforms.reorder import item_gaps
from transforms.survival import SurvivalCurve, curve_of, occasion_gaps

DAYS = (30, 60, 90, 180, 365)
TENURE_DAYS = (90, 180, 365, 730)
QUANTILES = (10, 25, 50, 75)
#: Order that opens the gap -> name in the tables.
ORDER_NUMBERS = {1: "1", 2: "2", 3: "3", 4: "4", 5: "5+"}


@dataclass(frozen=True)
class EnoughGaps:
    """Gaps, and completed gaps, that an estimate needs."""

    minimum_intervals: int
    minimum_events: int

    def reason(self, curve: SurvivalCurve) -> str | None:
        """Why the curve may not speak; None where it may."""
        if curve.gap_count < self.minimum_intervals:
            return "too_few_gaps"
        return "too_few_events" if curve.event_count < self.minimum_events else None


def order_gaps(occasions: pl.DataFrame, as_of: date) -> dict[tuple[str, str], pl.DataFrame]:
    """Gaps to any next order: all, by number of the order, and after the first by discount.

    Args:
        occasions: customer_id, occasion_date, occasion_number, next_occasion_date,
            discount_amount.
    """
    gaps = occasion_gaps(occasions, as_of).with_columns(number=pl.col("occasion_number").clip(1, 5))
    first = gaps.filter(pl.col("number") == 1)
    is_discounted = pl.col("discount_amount") > 0
    return {
        ("all", "all"): gaps,
        **{
            ("order_number", name): gaps.filter(pl.col("number") == number)
            for number, name in ORDER_NUMBERS.items()
        },
        ("first_order_discount", "with_discount"): first.filter(is_discounted),
        ("first_order_discount", "no_known_discount"): first.filter(~is_discounted),
    }


def time_to_next_order(
    gaps: Mapping[tuple[str, str], pl.DataFrame],
    bought: pl.DataFrame,
    as_of: date,
    enough: EnoughGaps,
) -> pl.DataFrame:
    """The table `time_to_next_order`.

    Products and categories with too few gaps are left out; order numbers stay, with the reason.

    Args:
        gaps: what `order_gaps` returned.
        bought: customer_id, sku, product_name, category, order_date: one row per day of purchase.
    """
    rows = [_row(scope, item, item, frame, enough) for (scope, item), frame in gaps.items()]
    names = dict(bought.group_by("sku").agg(pl.col("product_name").drop_nulls().max()).iter_rows())
    for scope, level in (("product", "sku"), ("category", "category")):
        for (item,), group in item_gaps(bought, level, as_of).group_by(level):
            if group.height >= enough.minimum_intervals:
                name = names.get(item) if level == "sku" else item
                row = _row(scope, str(item), name, group, enough)
                rows += [row] if row["reason_code"] is None else []
    table = SCORES["time_to_next_order"]
    return table.conform(pl.DataFrame(rows, schema=table.schema)).sort(table.key)


def _row(
    scope: str, item: str, name: object, gaps: pl.DataFrame, enough: EnoughGaps
) -> dict[str, object]:
    curve = curve_of(gaps)
    reason = enough.reason(curve)
    row: dict[str, object] = {
        **dict.fromkeys(SCORES["time_to_next_order"].schema),
        "scope": scope,
        "item": item,
        "item_name": name,
        "gap_count": curve.gap_count,
        "event_count": curve.event_count,
        "observed_days": curve.observed_days,
        "reason_code": reason,
    }
    if reason is None:
        completed = gaps.filter("is_event")["gap_days"].to_numpy()
        interval = curve.returned_interval(90) or (None, None)
        row |= {f"returned_{day}_share": significant(curve.returned_within(day)) for day in DAYS}
        row |= {
            f"returned_90_{side}": significant(value)
            for side, value in zip(("low", "high"), interval, strict=True)
        }
        row |= quantile_columns(curve)
        row |= {
            f"completed_only_{percent}_days": significant(
                float(np.quantile(completed, percent / 100))
            )
            for percent in QUANTILES
        }
    return row


def quantile_columns(curve: SurvivalCurve) -> dict[str, object]:
    """Days by which each share is back and whether that share was ever reached."""
    days = {percent: curve.quantile(percent / 100) for percent in QUANTILES}
    return {f"quantile_{percent}_days": found for percent, found in days.items()} | {
        f"quantile_{percent}_status": "not_reached" if found is None else "reached"
        for percent, found in days.items()
    }


def tenure_gaps(
    occasions: pl.DataFrame, as_of: date, lapse_days: Mapping[str, int | None]
) -> pl.DataFrame:
    """One row per customer: days from the first occasion to the first lapse, or to `as_of`.

    All silences are held against the same limits, those in force: before a shop had limits
    nobody could lapse, and a curve over changing yardsticks would show that as loyalty.

    Args:
        occasions: customer_id, occasion_date, occasion_number, next_occasion_date.
        lapse_days: limit per order band; None where nobody lapses.
    """
    limits = pl.DataFrame(
        {"band": list(lapse_days), "limit": list(lapse_days.values())},
        schema={"band": pl.String, "limit": pl.Int64},
    )
    judged = occasions.with_columns(band=band_of(pl.col("occasion_number"))).join(
        limits, on="band", how="left"
    )
    lapse = pl.col("occasion_date") + pl.duration(days=pl.col("limit"))
    ends = (lapse <= as_of) & (lapse < pl.col("next_occasion_date")).fill_null(True)
    spans = judged.group_by("customer_id").agg(
        next_occasion_date=lapse.filter(ends).min().cast(pl.Date),
        occasion_date=pl.col("occasion_date").min(),
    )
    return occasion_gaps(spans, as_of)


def tenure(
    curve: SurvivalCurve, lapse_days: Mapping[str, int | None], enough: EnoughGaps
) -> pl.DataFrame:
    """The table `tenure`: one row on how long customers stay before they first lapse."""
    reason = enough.reason(curve)
    if all(days is None for days in lapse_days.values()):
        reason = "no_lapse_limit_yet"
    row: dict[str, object] = {
        "population": "all",
        "customer_count": curve.gap_count,
        "lapsed_count": curve.event_count,
        "observed_days": curve.observed_days,
        "reason_code": reason,
    }
    if reason is None:
        for day in TENURE_DAYS:
            gone = curve.returned_within(day)
            row[f"stayed_{day}_share"] = significant(None if gone is None else 1.0 - gone)
        row |= quantile_columns(curve)
    table = SCORES["tenure"]
    return table.conform(pl.DataFrame([row], schema_overrides=dict(table.schema)))


def survival_table(curves: Mapping[tuple[str, str], SurvivalCurve]) -> pl.DataFrame:
    """The table `survival_curve`: every curve day by day, under its (curve, band)."""
    frames = [
        pl.DataFrame(
            {
                "curve": [name] * len(one.survival),
                "band": [band] * len(one.survival),
                "day": np.arange(len(one.survival)),
                "survival_share": one.survival,
                "at_risk_count": one.at_risk,
            }
        )
        for (name, band), one in curves.items()
    ]
    table = SCORES["survival_curve"]
    rounded = pl.concat(frames).with_columns(pl.col("survival_share").round_sig_figs(12))
    return table.conform(rounded).sort(table.key)


def significant(value: float | None) -> float | None:
    """A figure rounded to 12 significant digits."""
    return None if value is None else float(f"{value:.12g}")
