"""Which categories have a season, and when it begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
from scipy import stats

#: Full years looked at, newest first: an older season may have moved.
YEARS = 3
MINIMUM_COUNT = 30
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class SeasonPolicy:
    """How long a season is, and how many times its even share it must hold.

    Attributes:
        months: calendar months of a season.
        concentration: with 3 months of 12 and 1.5 it must hold more than 37.5 % of the year.
    """

    months: int = 3
    concentration: float = 1.5


def seasons(bought: pl.DataFrame, as_of: date, policy: SeasonPolicy) -> pl.DataFrame:
    """Categories whose sales gather in some months of the year.

    Counted are customers per category and calendar month, over the last 12, 24 or 36 complete
    months, so that each month of the year weighs the same. The season is the run of months with
    the most of them (December runs on into January; ties go to the earlier start in the year). It
    counts as one where
    - the lower end of a Wilson interval of its share exceeds `concentration` times the share an
      even year would give; the best of twelve runs was picked, so the interval is Bonferroni's,
      95 % for all twelve together;
    - its share exceeds that of everything else the shop sells in the same months: a shop that
      grows fast, or is busy at Christmas, sells more of everything then;
    - every single year has more than an even share in it: one good month is no season;
    - at least 30 customers are counted.

    Args:
        bought: customer_id, category, order_date of purchased lines.

    Returns:
        One row per such category: category, start_month (1 to 12), season_share, season_share_low,
        sample_size, year_count. None at all with less than a full year of history.
    """
    counted, years = _counted(bought, as_of)
    even = policy.months / 12
    runs = _runs(counted, policy.months)
    best = (
        runs.sort("category", "inside", "start_month", descending=[False, True, False])
        .unique("category", keep="first", maintain_order=True)
        .with_columns(share=pl.col("inside") / pl.col("total"))
        .with_columns(low=_wilson_low(pl.col("share"), pl.col("total")))
    )
    rest = (pl.col("shop_inside") - pl.col("inside")) / (pl.col("shop_total") - pl.col("total"))
    by_year = _yearly(counted, best, policy.months)
    return (
        best.join(by_year, on="category")
        .filter(
            (pl.col("total") >= MINIMUM_COUNT)
            & (pl.col("low") > policy.concentration * even)
            & (pl.col("share") > rest.fill_nan(0.0))
            & (pl.col("least_year") > even)
        )
        .select(
            "category",
            "start_month",
            season_share=pl.col("share").round_sig_figs(12),
            season_share_low=pl.col("low").round_sig_figs(12),
            sample_size="total",
            year_count=pl.lit(years, dtype=pl.Int64),
        )
        .sort("category")
    )


def _counted(bought: pl.DataFrame, as_of: date) -> tuple[pl.DataFrame, int]:
    """Customers per category, year (0 is the newest twelve months) and month of the year."""
    known = bought.filter(pl.col("category").is_not_null())
    number = pl.col("order_date").dt.year() * 12 + pl.col("order_date").dt.month() - 1
    following = as_of.year * 12 + as_of.month - 1
    oldest = bought["order_date"].min()
    years = 0
    if isinstance(oldest, date):
        first = oldest.year * 12 + oldest.month - 1 + (oldest.day > 1)
        years = max(min((following - first) // 12, YEARS), 0)
    back = following - 1 - pl.col("number")
    counted = (
        known.select("customer_id", "category", number=number.cast(pl.Int64))
        .filter(back.is_between(0, 12 * years - 1))
        .unique()
        .group_by("category", year=back // 12, month=pl.col("number") % 12 + 1)
        .agg(count=pl.len().cast(pl.Int64))
    )
    return counted, years


def _runs(counted: pl.DataFrame, months: int) -> pl.DataFrame:
    """Per category and first month of a run: customers inside it and in all, its own and the shop's."""
    starts = pl.DataFrame({"start_month": range(1, 13)}, schema={"start_month": pl.Int64})
    inside = pl.col("count").filter((pl.col("month") - pl.col("start_month")) % 12 < months).sum()
    return (
        counted.with_columns(pl.col("month").cast(pl.Int64))
        .join(starts, how="cross")
        .group_by("category", "start_month")
        .agg(inside=inside, total=pl.col("count").sum())
        .with_columns(
            shop_inside=pl.col("inside").sum().over("start_month"),
            shop_total=pl.col("total").sum().over("start_month"),
        )
    )


def _yearly(counted: pl.DataFrame, best: pl.DataFrame, months: int) -> pl.DataFrame:
    """Per category the smallest share that its season has in any single year."""
    is_inside = (pl.col("month").cast(pl.Int64) - pl.col("start_month")) % 12 < months
    share = pl.col("count").filter(is_inside).sum() / pl.col("count").sum()
    return (
        counted.join(best.select("category", "start_month"), on="category")
        .group_by("category", "year")
        .agg(share=share)
        .group_by("category")
        .agg(least_year=pl.col("share").min())
    )


def _wilson_low(share: pl.Expr, count: pl.Expr) -> pl.Expr:
    """Lower end of the Wilson interval, for twelve comparisons at once."""
    z = float(stats.norm.ppf(1 - 0.05 / (2 * 12)))
    spread = z * (share * (1 - share) / count + z * z / (4 * count * count)).sqrt()
    return (share + z * z / (2 * count) - spread) / (1 + z * z / count)


def season_name(start_month: int, months: int) -> str:
    """The months of a season in words, such as `November to January`."""
    last = (start_month + months - 2) % 12
    return (
        MONTHS[start_month - 1] if months == 1 else f"{MONTHS[start_month - 1]} to {MONTHS[last]}"
    )
