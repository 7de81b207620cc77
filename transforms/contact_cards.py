"""How people are reached, written the way list files, messages and other tools need it. Personal."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import phonenumbers
import polars as pl
from babel.core import Locale, get_global

from transforms.current_people import reach_rows

#: Languages in which an export may name a country.
COUNTRY_LANGUAGES = ("en", "fil", "th", "pl")
#: Columns of a card that say where somebody is reached, by the channel they belong to.
CARD_ADDRESSES = {
    "email": ("email",),
    "sms": ("phone",),
    "phone": ("phone",),
    "push": ("push_token",),
    "post": ("address_line", "city", "postal_code", "region", "address_country"),
}


def cards(
    contacts: pl.DataFrame, consents: pl.DataFrame, customer_ids: Iterable[str] | None = None
) -> pl.DataFrame:
    """One row per customer: names, addresses, and on which channels marketing was agreed to.

    Args:
        contacts: of `latest_contacts`.
        consents: of `latest_consents`.
        customer_ids: whom to write cards of; everybody by default.

    Returns:
        customer_id, email, phone (E.164 where it can be told, else as stated),
        phone_is_international (null without a phone), first_name, last_name, language, country and
        address_country (ISO 3166-1 alpha-2 where known, else as stated), birthday (null without
        consent to be written to about it), address_line, city, postal_code, region, push_token,
        has_* and <channel>_consent of `reach_rows`, birthday_consent. Ordered by customer_id.
    """
    people = contacts
    if customer_ids is not None:
        people = contacts.filter(pl.col("customer_id").is_in(list(customer_ids)))
    celebrated = consents.filter((pl.col("purpose") == "birthday") & pl.col("is_granted"))
    people = people.with_columns(
        *(country_code(c).alias(c) for c in ("country", "address_country")),
        birthday_consent=pl.col("customer_id").is_in(celebrated["customer_id"].implode()),
    )
    where = people.select(pl.coalesce("country", "address_country")).to_series()
    numbers = in_e164(people["phone"], where)
    written = people.with_columns(
        pl.coalesce(numbers, "phone").alias("phone"),
        phone_is_international=pl.when(pl.col("phone").is_not_null()).then(numbers.is_not_null()),
        birthday=pl.when("birthday_consent").then("birthday"),
    )
    return (
        written.select(
            "customer_id", "email", "phone", "phone_is_international", "first_name", "last_name", "language",
            "country", "birthday", "birthday_consent", *CARD_ADDRESSES["post"], "push_token",
        )
        .join(reach_rows(people, consents), on="customer_id", how="left")
        .sort("customer_id")
    )  # fmt: skip


def in_e164(phones: pl.Series, countries: pl.Series) -> pl.Series:
    """Numbers as the world dials them, `+639171234567`; null where that cannot be told.

    A national number needs the country it belongs to. What is too short or too long for its
    country, or carries an extension, is not made into a number that would reach somebody else.
    Numbering plans: Google's libphonenumber.

    Args:
        phones: as stated.
        countries: ISO 3166-1 alpha-2 code of the person; anything else counts as unknown.
    """
    pairs = pl.DataFrame({"phone": phones, "country": countries})
    known = pairs.filter(pl.col("phone").is_not_null()).unique()
    told = known.with_columns(
        number=pl.Series([_dialled(*row) for row in known.iter_rows()], dtype=pl.String)
    )
    joined = pairs.join(
        told, on=["phone", "country"], how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["number"].alias(phones.name)


def _dialled(phone: str, country: str | None) -> str | None:
    text = phone.strip()
    if text.startswith("00") and country is None:
        text = f"+{text[2:]}"
    try:
        number = phonenumbers.parse(text, country if country in _codes() else None)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE or number.extension:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country_code(column: str) -> pl.Expr:
    """ISO 3166-1 alpha-2 of a code, or a name in one of COUNTRY_LANGUAGES; else the word as it is."""
    folded = pl.col(column).str.strip_chars().str.to_lowercase()
    known = folded.replace_strict(_country_words(), default=None, return_dtype=pl.String)
    return pl.coalesce(known, column)


@cache
def _codes() -> frozenset[str]:
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha())


@cache
def _country_words() -> dict[str, str]:
    """Codes, older and three-letter codes, and names of countries, all in lower case."""
    words = {
        alias.lower(): codes[0]
        for alias, codes in get_global("territory_aliases").items()
        if len(codes) == 1 and alias.isalpha()
    }
    for language in COUNTRY_LANGUAGES:
        territories = Locale(language).territories
        words |= {territories[code].lower(): code for code in sorted(_codes() & set(territories))}
    return words | {code.lower(): code for code in _codes()}
