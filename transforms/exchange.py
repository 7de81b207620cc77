"""Exchange rates: the rate of the day itself, or the nearest earlier one within a week."""

from __future__ import annotations

import polars as pl

from transforms.known_files import CanonicalStore, newest

RATE_VALID_DAYS = 7


def with_rates(
    rows: pl.DataFrame, store: CanonicalStore, reporting_currency: str, day: str
) -> pl.DataFrame:
    """Add exchange_rate and exchange_rate_date.

    Banks publish no weekend rates, so an earlier one holds for seven days; beyond that the
    rate is null and whoever uses the amount must say so, never a silent 1.0.

    Args:
        rows: any table with `currency` and the date column named by `day`.
        reporting_currency: ISO 4217 code that amounts are converted to.
    """
    rates = (
        newest(store.table("exchange_rates"), ("rate_date", "from_currency", "to_currency"))
        .filter(pl.col("to_currency") == reporting_currency)
        .select(exchange_rate_date="rate_date", currency="from_currency", exchange_rate="rate")
        .sort("exchange_rate_date")
        .collect()
    )
    found = rows.sort(day).join_asof(
        rates, left_on=day, right_on="exchange_rate_date", by="currency", tolerance=f"{RATE_VALID_DAYS}d",
        coalesce=False, check_sortedness=False,
    )  # fmt: skip
    own = pl.col("currency") == reporting_currency
    return found.with_columns(
        exchange_rate=pl.when(own)
        .then(pl.lit(1).cast(pl.Decimal(18, 8)))
        .otherwise(pl.col("exchange_rate")),
        exchange_rate_date=pl.when(own).then(pl.col(day)).otherwise(pl.col("exchange_rate_date")),
    )
