"""Reasons of the calendar: birthdays, name days, anniversaries, letters of the year, newsletters."""

from __future__ import annotations

from datetime import date
from typing import Literal

import polars as pl
from pydantic import Field, model_validator

from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import customers, money_words, number
from transforms.calendar_days import LeapDay, months, on_weekday, yearly
from transforms.name_days.calendars import country_code, given_name_key, name_days
from transforms.yaml_files import Strict

#: Year of birth that stands for an unknown one; a leap year, so that 29 February fits.
UNKNOWN_YEAR = 1904
#: Nobody is this old: a birthday before is a filled-in field, not a day.
OLDEST_YEARS = 120


class OnceAYear(Strict):
    """Parameters of `name_day`: where 29 February is kept in common years."""

    leap_day: LeapDay = "feb_28"


class Anniversary(OnceAYear):
    """Parameters of `anniversary`."""

    minimum_years: int = Field(1, ge=1, le=50)


class Birthday(OnceAYear):
    """Parameters of `birthday`: dates that shop systems write where they know none."""

    placeholders: tuple[date, ...] = (date(1970, 1, 1),)


class FixedDay(OnceAYear):
    """Parameters of `year_end_letter`: the day on which the letters go out."""

    month: int = Field(12, ge=1, le=12)
    day: int = Field(10, ge=1, le=31)

    @model_validator(mode="after")
    def _is_a_day(self) -> FixedDay:
        try:
            self.date_of(2000)
        except ValueError as error:
            raise ValueError(f"there is no day {self.day} in month {self.month}") from error
        return self

    def date_of(self, year: int) -> date:
        """The day in a leap year."""
        return date(year, self.month, self.day)


class SignedLetter(FixedDay):
    """Parameters of `signed_letter`: `month` and `day` count for a fixed day only."""

    sent_on: Literal["first_order_anniversary", "fixed_day"] = "first_order_anniversary"


class Newsletter(Strict):
    """Parameters of `newsletter`: the day, or the first such weekday (1 Monday) from it on."""

    day: int = Field(1, ge=1, le=28)
    weekday: int | None = Field(None, ge=1, le=7)
    states: tuple[Literal["new", "active", "at_risk", "lapsed", "reactivated"], ...] = (
        "new", "active", "reactivated",
    )  # fmt: skip

    @model_validator(mode="after")
    def _stays_in_its_month(self) -> Newsletter:
        if self.weekday is not None and self.day > 22:
            raise ValueError("with a weekday, day is at most 22, or the issue leaves its month")
        return self


def _birthday(shop: Shop, window: Window, rules: Birthday) -> pl.DataFrame:
    """L12: `why` tells neither date nor year; whether they agreed to it is asked elsewhere."""
    born = pl.col("birthday")
    made_up = pl.lit(pl.Series(rules.placeholders, dtype=pl.Date)).implode()
    plausible = born.dt.year().is_between(shop.as_of.year - OLDEST_YEARS, shop.as_of.year)
    known = shop.current["contacts"].select("customer_id", "birthday").filter(
        plausible | (born.dt.year() == UNKNOWN_YEAR), ~born.is_in(made_up)
    )  # fmt: skip
    rows = yearly(known, "birthday", window.first, window.last, rules.leap_day)
    # Whoever was born in the year of the occasion has no birthday to be wished yet.
    rows = rows.filter(pl.col("years") > 0).drop("years")
    return _once_a_year(rows, shop, pl.lit("Birthday, by the date the customer has given."))


def _name_day(shop: Shop, window: Window, rules: OnceAYear) -> pl.DataFrame:
    """L13: by the custom of the customer's country; a name the calendar lacks has no day."""
    people = customers(shop, "country", "language").with_columns(
        country_code=country_code(pl.col("country"), pl.col("language"))
    )
    named = shop.current["contacts"].select(
        "customer_id", given_name_key=given_name_key(pl.col("first_name"))
    )
    days = people.join(named, on="customer_id").join(
        name_days(), on=["country_code", "given_name_key"]
    )
    rows = yearly(days, "name_day", window.first, window.last, rules.leap_day)
    why = pl.format("Name day by the calendar of {}.", pl.col("country_code").str.to_uppercase())
    return _once_a_year(rows.drop("years"), shop, why)


def _anniversary(shop: Shop, window: Window, rules: Anniversary) -> pl.DataFrame:
    """L11: of the first purchase, from its first full year on."""
    people = customers(shop, "first_order_date", "occasion_count")
    rows = yearly(people, "first_order_date", window.first, window.last, rules.leap_day)
    rows = rows.filter(pl.col("years") >= rules.minimum_years)
    why = pl.format(
        "First bought on {}, {} ago; {} since.", "first_order_date", _counted("years", "year"),
        _counted("occasion_count", "purchase"),
    )  # fmt: skip
    return _once_a_year(rows, shop, why)


def _signed_letter(shop: Shop, window: Window, rules: SignedLetter) -> pl.DataFrame:
    """L8: once a year to the few who carry the shop."""
    is_own_day = rules.sent_on == "first_order_anniversary"
    people = customers(shop, "first_order_date", "is_core").filter("is_core").with_columns(
        letter_day=pl.col("first_order_date") if is_own_day else pl.lit(rules.date_of(2000))
    )  # fmt: skip
    rows = yearly(people, "letter_day", window.first, window.last, rules.leap_day)
    rows = rows.with_columns(
        years=(pl.col("event_date").dt.year() - pl.col("first_order_date").dt.year()).cast(pl.Int64)
    )
    begun = (
        pl.col("years") > 0 if is_own_day else pl.col("first_order_date") <= pl.col("event_date")
    )
    why = pl.format("Core customer since {}: the signed letter of the year.", "first_order_date")
    return _once_a_year(rows.filter(begun), shop, why)


def _year_end_letter(shop: Shop, window: Window, rules: FixedDay) -> pl.DataFrame:
    """L8: to everybody who bought in the year, from 1 January to the day of the letter."""
    day = pl.DataFrame({"letter_day": [rules.date_of(2000)]})
    letters = yearly(day, "letter_day", window.first, window.last, rules.leap_day)
    year = pl.col("occasion_date").dt.year()
    bought = (
        shop.facts["fct_occasions"]
        .join(letters.select("event_date"), how="cross")
        .filter(
            year == pl.col("event_date").dt.year(), pl.col("occasion_date") <= pl.col("event_date")
        )
        .group_by("customer_id", "event_date")
        .agg(occasions=pl.len(), amount=pl.col("net_sales_amount").sum())
    )
    rows = bought.join(customers(shop, "last_order_date"), on="customer_id").with_columns(
        reason_key=pl.col("event_date").dt.year().cast(pl.String),
        rank_value=number("amount"),
        why=pl.format(
            "Bought on {} of {} for {}.", _counted("occasions", "day"),
            pl.col("event_date").dt.year(), money_words("amount", shop),
        ),
    )  # fmt: skip
    return finished(rows)


def _newsletter(shop: Shop, window: Window, rules: Newsletter) -> pl.DataFrame:
    """F14: regular contact, one issue a month, for those who are not drifting away."""
    issues = [
        (month.strftime("%Y-%m"), on_weekday(month.replace(day=rules.day), rules.weekday))
        for month in months(window.first, window.last)
    ]
    table = pl.DataFrame(
        issues, orient="row", schema={"reason_key": pl.String, "event_date": pl.Date}
    )
    people = customers(
        shop, "lifecycle_state", "last_order_date", "lifetime_net_sales_amount"
    ).filter(pl.col("lifecycle_state").is_in(rules.states))
    rows = people.join(table.filter(window.holds()), how="cross").with_columns(
        rank_value=number("lifetime_net_sales_amount"),
        why=pl.format("Issue of {}; the customer is {}.", "reason_key", "lifecycle_state"),
    )
    return finished(rows)


def _once_a_year(rows: pl.DataFrame, shop: Shop, why: pl.Expr) -> pl.DataFrame:
    """Rows of (customer, event_date) as candidates: the calendar year names the reason."""
    content = customers(shop, "last_order_date", "lifetime_net_sales_amount")
    found = rows.join(content, on="customer_id").with_columns(
        reason_key=pl.col("event_date").dt.year().cast(pl.String),
        rank_value=number("lifetime_net_sales_amount"),
        why=why,
    )
    return finished(found)


def _counted(column: str, noun: str) -> pl.Expr:
    """`1 year`, `3 years`."""
    one = pl.when(pl.col(column) == 1).then(pl.lit(noun)).otherwise(pl.lit(f"{noun}s"))
    return pl.format("{} {}", column, one)


FINDERS: tuple[Finder, ...] = (
    Finder("birthday", "L12", "Customers whose birthday it is.", _birthday, Birthday),
    Finder("name_day", "L13", "Customers whose name day it is.", _name_day, OnceAYear),
    Finder(
        "anniversary", "L11", "Customers who first bought one or more years ago to the day.",
        _anniversary, Anniversary, ("years", "last_order_date"),
    ),
    Finder(
        "signed_letter", "L8", "Core customers, once a year.", _signed_letter, SignedLetter,
        ("last_order_date",),
    ),
    Finder(
        "year_end_letter", "L8", "Everybody who bought in the year that ends.", _year_end_letter,
        FixedDay, ("amount", "last_order_date"),
    ),
    Finder(
        "newsletter", "F14", "Customers in good standing, once a month.", _newsletter, Newsletter,
        ("last_order_date",),
    ),
)  # fmt: skip
