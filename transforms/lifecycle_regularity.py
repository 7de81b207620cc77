"""How regular buying is: the shape of the gaps between purchases, after Wheat and Morrison.

Gaps of one customer are taken as gamma distributed with shape k: 1 is buying at random, more is
regular. Of two consecutive gaps the first one's share M = gap 1 / (gap 1 + gap 2) is then
Beta(k, k) whatever the customer's own pace, with variance 1 / (4 (2k + 1)), so that
k = (1 - 4 Var M) / (8 Var M).
"""

from __future__ import annotations

import polars as pl

from transforms.canonical import SCORES
from transforms.survival import days_in_turn

#: Pairs of gaps that an estimate needs.
MINIMUM_PAIRS = 30
#: k above which a personal rhythm may be used for reminders.
REGULAR_ABOVE = 1.2


def regularity(occasions: pl.DataFrame, bought: pl.DataFrame) -> pl.DataFrame:
    """k of the shop and per category, as the table `regularity`.

    One pair per customer, the last two completed gaps, so that no heavy buyer counts twice.
    The mean of M is one half by symmetry, so the variance is taken around it.

    Args:
        occasions: customer_id, occasion_date.
        bought: customer_id, category, order_date.

    Source: Wheat & Morrison (1990), Estimating purchase regularity with two interpurchase
    times, Journal of Marketing Research 27(1).
    """
    shop = occasions.select("customer_id", "occasion_date", item=pl.lit("all"))
    found = pl.concat(
        [
            _shares_by(shop, "item", "occasion_date", "all"),
            _shares_by(
                bought.filter(pl.col("category").is_not_null()),
                "category",
                "order_date",
                "category",
            ),
        ]
    )
    everyone = pl.DataFrame({"level": ["all"], "item": ["all"]}).join(
        found, on=["level", "item"], how="left"
    )
    return _judged(pl.concat([everyone, found.filter(pl.col("level") != "all")]))


def _shares_by(bought: pl.DataFrame, item: str, day: str, level: str) -> pl.DataFrame:
    """Pairs and their variance per item, from the last three days of each customer and item."""
    last = days_in_turn(bought, item, day).filter(
        pl.col("following").is_null() & pl.col("before_that").is_not_null()
    )
    part = (pl.col("before") - pl.col("before_that")).dt.total_days() / (
        pl.col("day") - pl.col("before_that")
    ).dt.total_days()
    # Sorted before it is added up, so that the order of the rows cannot show in the last digit.
    return (
        last.select(level=pl.lit(level), item=item, part=part)
        .sort("item", "part")
        .group_by("level", "item", maintain_order=True)
        .agg(pair_count=pl.len(), variance=((pl.col("part") - 0.5) ** 2).mean())
    )


def _judged(found: pl.DataFrame) -> pl.DataFrame:
    count = pl.col("pair_count").fill_null(0)
    reason = (
        pl.when(count < MINIMUM_PAIRS).then(pl.lit("too_few_pairs"))
        .when(pl.col("variance") == 0).then(pl.lit("gaps_do_not_vary"))
    )  # fmt: skip
    variance = pl.when(pl.col("reason_code").is_null()).then("variance")
    table = SCORES["regularity"]
    judged = (
        found.with_columns(pair_count=count, reason_code=reason)
        .with_columns(
            share_variance=variance.round_sig_figs(12),
            regularity=((1 - 4 * variance) / (8 * variance)).round_sig_figs(12),
        )
        .with_columns(
            is_regular=pl.when(pl.col("reason_code") == "gaps_do_not_vary")
            .then(pl.lit(True))
            .otherwise(pl.col("regularity") > REGULAR_ABOVE)
        )
    )
    return table.conform(judged.select(table.schema.names())).sort(table.key)
