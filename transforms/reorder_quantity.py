"""Does more bought last longer: the slope of log(gap) on log(quantity), where data supports it."""

from __future__ import annotations

from datetime import date

import polars as pl
from scipy import stats

#: Columns that `quantity_slopes` gives per product, as in the table `product_intervals`.
SLOPE_COLUMNS = (
    "quantity_slope", "quantity_slope_low", "reference_quantity", "smallest_quantity", "largest_quantity",
)  # fmt: skip


def product_gaps(bought: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per customer, product and day of purchase: how long until it was bought again.

    Args:
        bought: what `reorder.purchases` returned.

    Returns:
        customer_id, sku, quantity, gap_days and is_event, in the order of customer, product, day.
    """
    is_same = (pl.col("customer_id") == pl.col("customer_id").shift(-1)) & (
        pl.col("sku") == pl.col("sku").shift(-1)
    )
    following = pl.when(is_same).then(pl.col("order_date").shift(-1))
    return bought.sort("customer_id", "sku", "order_date").select(
        "customer_id",
        "sku",
        pl.col("quantity").cast(pl.Float64),
        gap_days=(pl.coalesce(following, pl.lit(as_of)) - pl.col("order_date")).dt.total_days(),
        is_event=following.is_not_null(),
    )


def quantity_slopes(
    gaps: pl.DataFrame, minimum_events: int, minimum_customers: int
) -> pl.DataFrame:
    """Products whose gaps grow with the quantity bought, and by how much.

    Least squares of log(gap) on log(quantity) over completed gaps; the gaps of one customer share
    a weight of 1, so that nobody who orders daily speaks for all. They are not independent, so the
    variance is clustered by customer (Liang & Zeger 1986, with the usual small-sample factor
    G / (G - 1) and Student's t on G - 1 degrees of freedom). A slope counts where the lower end of
    its 95 % interval is above 0; it is then taken to be at most 1: twice as much lasts at most
    twice as long. Open gaps are not in the regression, and large purchases have more of them, so
    the slope errs towards 0 and reminders of large purchases come rather early than late. Products
    are many: one in forty without any such relation passes by chance.

    Args:
        gaps: what `product_gaps` returned.
        minimum_events: completed gaps a product needs.
        minimum_customers: customers these gaps must come from.

    Returns:
        sku and SLOPE_COLUMNS: slope, its lower bound, the median quantity of all gaps, and the
        least and largest quantity of completed ones. Products without a proven slope are left out.
    """
    centred = _centred(gaps, minimum_events)
    weighted = pl.col("weight") * pl.col("x")
    spread = (weighted * pl.col("x")).sum()
    slope = (weighted * pl.col("y")).sum() / spread
    scores = (
        centred.with_columns(slope=slope.over("sku"), spread=spread.over("sku"))
        .with_columns(score=weighted * (pl.col("y") - pl.col("slope") * pl.col("x")))
        .group_by("sku", "customer_id", maintain_order=True)
        .agg(pl.col("score").sum(), pl.col("slope", "spread").first())
        .group_by("sku", maintain_order=True)
        .agg((pl.col("score") ** 2).sum(), pl.col("slope", "spread").first(), clusters=pl.len())
        .filter((pl.col("clusters") >= minimum_customers) & (pl.col("clusters") > 1))
    )
    count = scores["clusters"].to_numpy()
    error = (pl.col("score") * pl.col("clusters") / (pl.col("clusters") - 1)).sqrt()
    bounded = scores.with_columns(t=pl.Series(stats.t.ppf(0.975, count - 1), dtype=pl.Float64))
    supported = bounded.select(
        "sku",
        quantity_slope=pl.col("slope").clip(upper_bound=1.0).round_sig_figs(12),
        quantity_slope_low=(
            pl.col("slope") - pl.col("t") * error / pl.col("spread")
        ).round_sig_figs(12),
    ).filter(pl.col("quantity_slope_low") > 0)
    return supported.join(_quantities(gaps), on="sku").select("sku", *SLOPE_COLUMNS).sort("sku")


def _centred(gaps: pl.DataFrame, minimum_events: int) -> pl.DataFrame:
    """Completed gaps of products with enough of them and with quantities that vary."""
    quantity = pl.col("quantity")
    return (
        gaps.filter("is_event")
        .filter(
            (pl.len().over("sku") >= minimum_events)
            & (quantity.min().over("sku") < quantity.max().over("sku"))
        )
        .select("sku", "customer_id", x=quantity.log(), y=pl.col("gap_days").log())
        .sort("sku", "customer_id", "x", "y")
        .with_columns(weight=1 / pl.len().over("sku", "customer_id"))
        .with_columns(
            pl.col("x", "y")
            - (pl.col("x", "y") * pl.col("weight")).sum().over("sku")
            / pl.col("weight").sum().over("sku")
        )
    )


def _quantities(gaps: pl.DataFrame) -> pl.DataFrame:
    completed = pl.col("quantity").filter("is_event")
    return gaps.group_by("sku").agg(
        reference_quantity=pl.col("quantity").median(),
        smallest_quantity=completed.min(),
        largest_quantity=completed.max(),
    )


def quantity_factor(reference: str = "reference_quantity") -> pl.Expr:
    """How much longer than the reference the quantity of a row lasts; 1 without a slope.

    Quantities beyond those the slope was measured on count as the nearest of them.
    """
    smallest, largest = pl.col("smallest_quantity"), pl.col("largest_quantity")
    asked, base = (
        pl.col(name).cast(pl.Float64).clip(smallest, largest) for name in ("quantity", reference)
    )
    return (asked / base).pow(pl.col("quantity_slope")).fill_null(1.0)


def at_reference(gaps: pl.DataFrame, slopes: pl.DataFrame) -> pl.DataFrame:
    """The gaps as they would be had everybody bought the product's reference quantity.

    Open gaps are rescaled like completed ones (an accelerated failure time model with the slope
    given), so that the Kaplan-Meier median of the result belongs to one quantity. At least a day.
    """
    days = (pl.col("gap_days") / quantity_factor()).round().cast(pl.Int64)
    return gaps.join(slopes, on="sku", how="left", maintain_order="left").with_columns(
        gap_days=pl.when(pl.col("gap_days") == 0).then("gap_days").otherwise(days.clip(1))
    )
