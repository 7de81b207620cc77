"""Those who bought for a season last year and have not yet for the one that comes."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from pydantic import Field

from transforms.audiences.baskets import best_reasons, iso_day, lines_of_customers
from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import share_words
from transforms.seasons import SeasonPolicy, season_name, seasons
from transforms.yaml_files import Strict


class Season(Strict):
    """Parameters of `seasonal_reorder`.

    Attributes:
        lead_days: remind so many days before the season begins.
        season_months: calendar months of a season.
        concentration: how many times its even share of the year a season must hold.
        reasons_per_person: so many categories of one person at most.
    """

    lead_days: int = Field(14, ge=0, le=90)
    season_months: int = Field(3, ge=1, le=6)
    concentration: float = Field(1.5, ge=1, le=6)
    reasons_per_person: int = Field(2, ge=1, le=10)


def _seasonal_reorder(shop: Shop, window: Window, rules: Season) -> pl.DataFrame:
    """L2: from `lead_days` before the season on, to buyers of the same stretch a year earlier."""
    kept = shop.facts["fct_order_lines"].filter("is_purchase")
    policy = SeasonPolicy(rules.season_months, rules.concentration)
    coming = _coming(seasons(kept, shop.as_of, policy), window, rules)
    theirs = lines_of_customers(shop).filter("is_purchase").join(coming, on="category")
    this_year = theirs.filter(pl.col("order_date") >= pl.col("event_date"))
    last_year = theirs.filter(
        (pl.col("order_date") >= pl.col("bought_from")) & (pl.col("order_date") < pl.col("bought_to"))
    )  # fmt: skip
    rows = (
        last_year.sort("customer_id", "category", "order_date", "sku", "product_name")
        .group_by("customer_id", "category", maintain_order=True)
        .agg(
            pl.exclude("order_date", "product_name").last(),
            last_order_date=pl.col("order_date").last(),
            bought_product_name=pl.coalesce("product_name", "sku").last(),
            day_count=pl.col("order_date").n_unique(),
        )
        .join(this_year, on=["customer_id", "category"], how="anti")
    )
    found = rows.with_columns(
        reason_key=pl.format("{}:{}", "category", pl.col("season_start").dt.year()),
        rank_value=pl.col("day_count").cast(pl.Float64),
        why=pl.format(
            "Bought {} on {}, for last year's season of {} ({}: {} of a year's buyers, at least {}, "
            "n = {}), and nothing of it yet for this one.",
            "bought_product_name", iso_day("last_order_date"), "category", "season_name",
            share_words("season_share"), share_words("season_share_low"), "sample_size",
        ),
    )  # fmt: skip
    return finished(best_reasons(found.drop("sku"), rules.reasons_per_person))


def _coming(seasonal: pl.DataFrame, window: Window, rules: Season) -> pl.DataFrame:
    """The seasons whose reminder day lies in the window, with the stretch of the year before."""
    lead = timedelta(days=rules.lead_days)
    dated = [
        {
            **season,
            "season_start": (start := date(year, season["start_month"], 1)),
            "event_date": start - lead,
            "bought_from": date(year - 1, season["start_month"], 1) - lead,
            "bought_to": _months_later(date(year - 1, season["start_month"], 1), rules.season_months),
            "season_name": season_name(season["start_month"], rules.season_months),
        }
        for season in seasonal.to_dicts()
        for year in range(window.first.year, window.last.year + 2)
    ]  # fmt: skip
    schema = seasonal.schema | dict.fromkeys(
        ("season_start", "event_date", "bought_from", "bought_to"), pl.Date
    )
    return pl.DataFrame(dated, schema={**schema, "season_name": pl.String}).filter(window.holds())


def _months_later(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


FINDERS: tuple[Finder, ...] = (
    Finder(
        "seasonal_reorder", "L2",
        "Customers who bought a seasonal category in last year's season and not yet in this one.",
        _seasonal_reorder, Season, ("category", "bought_product_name", "last_order_date"),
    ),
)  # fmt: skip
