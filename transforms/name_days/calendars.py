"""Which day of the year belongs to a given name, by the custom of the customer's country.

A country is a file `<code>.csv` beside this module (given_name, month, day, also_kept_on) and an
entry in COUNTRIES. README.md tells where the days come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Country:
    """How customers of a country are told from others.

    Attributes:
        words: spellings of its name as shops export them, folded as `folded` does.
        languages: languages that stand for it where a customer's country is unknown.
    """

    words: tuple[str, ...]
    languages: tuple[str, ...]


COUNTRIES: dict[str, Country] = {
    "pl": Country(
        words=(
            "pl", "pol", "poland", "polska", "polen", "pologne", "polonia", "polonya", "republic of poland",
            "rzeczpospolita polska",
        ),
        languages=("pl",),
    ),
}  # fmt: skip


def folded(text: pl.Expr) -> pl.Expr:
    """Small letters without accents, so that `Łukasz`, `ŁUKASZ` and `Lukasz` are one."""
    small = text.str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    # The stroke of ł is no accent to Unicode: it has to go by hand.
    return small.str.replace_all("ł", "l").str.normalize("NFKD").str.replace_all(r"\p{M}", "")


def given_name_key(text: pl.Expr) -> pl.Expr:
    """The first of somebody's given names, folded: of `Anna Maria` and `Anna-Maria` it is `anna`.

    Null where the field does not begin with a letter.
    """
    return folded(text).str.extract(r"^(\p{L}+)")


def country_code(country: pl.Expr, language: pl.Expr) -> pl.Expr:
    """Code of the country whose custom a customer keeps; null where none of COUNTRIES.

    Where the country is unknown (null or blank) the language decides; where it is known it alone.
    """
    place = folded(country).replace("", None)
    code: pl.Expr = pl.lit(None, pl.String)
    for name, one in COUNTRIES.items():
        is_there = place.is_in(one.words)
        speaks = place.is_null() & language.str.to_lowercase().is_in(one.languages)
        code = pl.when(is_there.fill_null(False) | speaks.fill_null(False)).then(
            pl.lit(name)
        ).otherwise(code)  # fmt: skip
    return code


@cache
def name_days() -> pl.DataFrame:
    """One row per country and given name: its day.

    Returns:
        country_code, given_name_key and name_day, a date of which only month and day count.
    """
    tables = [
        pl.read_csv(_FOLDER / f"{code}.csv", schema_overrides={"also_kept_on": pl.String}).select(
            country_code=pl.lit(code),
            given_name_key=given_name_key(pl.col("given_name")),
            # A leap year, so that 29 February is a day.
            name_day=pl.date(2000, pl.col("month"), pl.col("day")),
        )
        for code in COUNTRIES
    ]
    return pl.concat(tables).sort("country_code", "given_name_key")
