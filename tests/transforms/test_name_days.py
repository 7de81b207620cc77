"""Name days: the days people know, however a name and a country are spelt."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from transforms import name_days as package
from transforms.name_days.calendars import (
    COUNTRIES,
    country_code,
    folded,
    given_name_key,
    name_days,
)

FOLDER = Path(package.__file__).parent


def day_of(name: str) -> tuple[int, int] | None:
    asked = pl.DataFrame({"name": [name]}).with_columns(
        given_name_key=given_name_key(pl.col("name"))
    )
    found = asked.join(name_days(), on="given_name_key")["name_day"].to_list()
    assert len(found) <= 1
    return (found[0].month, found[0].day) if found else None


def rows_of(code: str) -> list[dict[str, str]]:
    with (FOLDER / f"{code}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def code_of(country: str | None, language: str | None = None) -> str | None:
    schema = {"country": pl.String, "language": pl.String}
    rows = pl.DataFrame({"country": [country], "language": [language]}, schema=schema)
    found: str | None = rows.select(country_code(pl.col("country"), pl.col("language"))).item()
    return found


# Super Express, Bialystok, 21 January 2026, "most kept": Jan, Anna, Piotr, Pawel, Maria.
# kobieta.interia.pl: Katarzyna. rmf24.pl, December 2019: Barbara, Mikolaj. rodzina.wiara.pl,
# December 2016: Adam, Ewa. twittertwins.pl: Halina. polishsite.us: Agnieszka.
@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Jan", (6, 24)), ("Anna", (7, 26)), ("Piotr", (6, 29)), ("Paweł", (6, 29)), ("Maria", (8, 15)),
        ("Katarzyna", (11, 25)), ("Barbara", (12, 4)), ("Mikołaj", (12, 6)), ("Adam", (12, 24)),
        ("Ewa", (12, 24)), ("Halina", (7, 1)), ("Agnieszka", (1, 21)),
    ],
)  # fmt: skip
def test_well_known_names_stand_on_the_day_that_is_published_for_them(
    name: str, day: tuple[int, int]
) -> None:
    assert day_of(name) == day


@pytest.mark.parametrize(
    "spelling",
    ["Łukasz", "Lukasz", "łukasz", "ŁUKASZ", "  Łukasz ", "Łukasz Jan", "Łukasz-Jan", "Łukasz, dr"],
)
def test_a_name_is_found_however_it_is_written(spelling: str) -> None:
    assert day_of(spelling) == (10, 18)


def test_letters_put_together_of_letter_and_accent_are_the_same_letters() -> None:
    assert day_of("Z\u0307aneta") == day_of("Żaneta") == day_of("zaneta") == (12, 27)


@pytest.mark.parametrize(
    "name", ["Basia", "Noël", "=HYPERLINK(1)", "1", "", "-", "สมชาย", "Janusza"]
)
def test_a_name_the_calendar_lacks_has_no_day(name: str) -> None:
    assert day_of(name) is None


@pytest.mark.parametrize("code", COUNTRIES)
def test_every_row_of_a_calendar_is_a_name_once_on_a_real_day(code: str) -> None:
    rows = rows_of(code)
    keys = pl.DataFrame(rows).select(given_name_key(pl.col("given_name")))["given_name"]
    assert keys.null_count() == 0
    assert keys.is_unique().all()
    for row in rows:
        own = date(2000, int(row["month"]), int(row["day"]))
        others = [date.fromisoformat(f"2000-{text}") for text in row["also_kept_on"].split()]
        assert own not in others
        assert others == sorted(set(others))


def test_the_polish_calendar_covers_the_names_most_people_there_have() -> None:
    names = {row["given_name"] for row in rows_of("pl")}
    assert len(names) >= 300
    # Among the most frequent of each sex in the register of residents (PESEL).
    women = "Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Elżbieta Magdalena Krystyna " \
        "Joanna Aleksandra Monika Zofia Teresa Natalia Julia Danuta Karolina Marta"  # fmt: skip
    men = "Piotr Krzysztof Andrzej Tomasz Jan Paweł Michał Marcin Jakub Adam " \
        "Stanisław Marek Łukasz Grzegorz Mateusz Wojciech Mariusz Dariusz Maciej Rafał"  # fmt: skip
    assert not {*women.split(), *men.split()} - names


@pytest.mark.parametrize("country", ["PL", "pl", "Poland", "POLSKA", " polska ", "POL"])
def test_poland_is_known_however_the_shop_writes_it(country: str) -> None:
    assert code_of(country, "en") == "pl"


def test_where_the_country_is_unknown_the_language_tells_and_only_then() -> None:
    assert code_of(None, "pl") == "pl"
    assert code_of(" ", "PL") == "pl"
    assert code_of("Germany", "pl") is None
    assert code_of(None, "en") is None
    assert code_of(None, None) is None


def test_spellings_of_countries_are_written_as_they_are_compared() -> None:
    for country in COUNTRIES.values():
        words = pl.DataFrame({"word": country.words})
        assert words.select(folded(pl.col("word")))["word"].to_list() == list(country.words)
