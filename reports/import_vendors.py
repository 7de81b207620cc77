"""The files that Klaviyo, Mailchimp and Meta say they import, and what becomes of each value."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from reports.import_reach import Reached, posted, reached
from reports.lists import FORMULA_STARTS

#: What a campaign's message may speak of; other columns of a list stay in the shop.
MESSAGE_COLUMNS = (
    "sku", "product_name", "category", "bought_product_name", "last_order_date", "due_date", "days",
    "years", "points", "amount", "theme", "tier",
)  # fmt: skip
MAILCHIMP_TEXT_BYTES = 255
META_TEMPLATE: tuple[str, ...] = (
    "email", "email", "email", "phone", "phone", "phone", "madid", "fn", "ln", "zip", "ct", "st",
    "country", "dob", "doby", "gen", "age", "uid",
)  # fmt: skip
META_FEWEST_PEOPLE = 100


@dataclass(frozen=True)
class VendorRows:
    """Rows as a vendor wants them.

    Attributes:
        rows: names of columns are unique, also where the headers repeat.
        headers: of the CSV file.
        found: who was left out and why.
        warnings: what the vendor advises against.
    """

    rows: pl.DataFrame
    headers: tuple[str, ...]
    found: Reached
    warnings: tuple[str, ...] = ()


def klaviyo(people: pl.DataFrame, purpose: str) -> VendorRows:
    """A list for Klaviyo's CSV import.

    First column Email; every row has an e-mail address or a telephone number and neither comes
    twice; other headers become properties (help.klaviyo.com 115005078967, 115005078807). Dates are
    YYYY-MM-DD, to be mapped as text: as dates they become midnight UTC (360039859932). Numbers
    without currency sign, booleans true and false, lists and consent as JSON arrays
    (8557592023451). Numbers in E.164 form and a Country column (360046055671).
    """
    found = reached(people, by_phone=True)
    columns = {
        "Email": pl.col("mail"),
        "Phone Number": pl.col("number"),
        "First Name": pl.col("first_name"),
        "Last Name": pl.col("last_name"),
        "Address": posted("address_line"),
        "City": posted("city"),
        "State / Region": posted("region"),
        "Zip Code": posted("postal_code"),
        "Country": pl.col("country"),
        "Language": pl.col("language"),
        "Birthday": pl.when("birthday_consent").then("birthday"),
    }
    if purpose == "marketing":  # a yes to anything else is no subscription
        columns["Consent"] = pl.concat_str(
            pl.lit("["),
            pl.concat_str(
                pl.when(pl.col("mail").is_not_null()).then(pl.lit('"email"')),
                pl.when(pl.col("number").is_not_null()).then(pl.lit('"sms"')),
                separator=",",
                ignore_nulls=True,
            ),
            pl.lit("]"),
        )
    rows = _with_message(found, columns)
    rows = with_json_arrays(rows)
    return VendorRows(rows, tuple(rows.columns), found)


def mailchimp(people: pl.DataFrame) -> VendorRows:
    """A list for Mailchimp's audience import.

    Only the e-mail address is required, one a row, without letters beyond ASCII before the @; text
    is clipped at 255 bytes, here on a whole character; a birthday is MM/DD; an address is one cell
    that ends with the country, its parts two spaces apart; UTF-8 (mailchimp.com/help:
    format-guidelines-for-your-import-file, international-characters-in-mailchimp).
    """
    local_part = pl.col("mail").str.split("@").list.first()
    unsupported = pl.when(local_part.str.contains(r"[^\x00-\x7f]")).then(
        pl.lit("unsupported_address")
    )
    found = reached(people, by_phone=False, left_out=unsupported)
    parts = [
        posted(part).str.replace_all(r"\s+", " ").str.strip_chars()
        for part in ("address_line", "city", "region", "postal_code", "address_country")
    ]
    columns = {
        "Email Address": pl.col("mail"),
        "First Name": pl.col("first_name"),
        "Last Name": pl.col("last_name"),
        "Address": pl.when("post_consent").then(
            pl.concat_str(parts, separator="  ", ignore_nulls=True).replace("", None)
        ),
        "Birthday": pl.when("birthday_consent").then(pl.col("birthday").dt.strftime("%m/%d")),
        "Language": pl.col("language"),
    }
    rows = _with_message(found, columns)
    whole = {"Email Address", "Address"}
    texts = [n for n, dtype in rows.schema.items() if dtype == pl.String and n not in whole]
    clipped = rows.with_columns(_mapped(rows[name], clip) for name in texts)
    cut = int(
        rows.select(pl.any_horizontal(rows[n].ne_missing(clipped[n]) for n in texts).sum()).item()
    )
    if cut:
        found = Reached(found.rows, found.left_out, found.blanked | {"text_clipped": cut})
    return VendorRows(clipped, tuple(clipped.columns), found)


def meta(people: pl.DataFrame, value_column: str | None = None) -> VendorRows:
    """A customer list for Meta's custom audiences, hashed before it leaves the shop.

    Columns of Meta's template, repeats intended, no ids of the shop's own, better not fewer than
    100 people (Meta Business Help 2082575038703844); a value only on request, not hashed
    (1033094474356222). Every identifier is the SHA-256 of its normal form: e-mail trimmed and in
    lower case; telephone the digits with country code and no leading zeros; names, city and state
    in lower case without punctuation or spaces, UTF-8; postal code without spaces and dashes, five
    digits in the US; country the two letters of ISO 3166-1 (developers.facebook.com: Conversions
    API, Customer Information Parameters). Date of birth, gender, age and devices are not handed on.
    """
    found = reached(people, by_phone=True, left_out=_worthless(people, value_column))
    us = pl.col("address_country").str.to_lowercase() == "us"
    zip_code = posted("postal_code").str.replace_all(r"[\s-]", "").str.to_lowercase()
    country = pl.col("country").str.strip_chars().str.to_lowercase()
    normal = found.rows.select(
        email=pl.col("mail"),
        phone=pl.col("number").str.replace_all(r"\D", ""),
        fn=_letters(pl.col("first_name")),
        ln=_letters(pl.col("last_name")),
        zip=pl.when(us).then(zip_code.str.slice(0, 5)).otherwise(zip_code),
        ct=_letters(posted("city")),
        st=_letters(posted("region")),
        country=pl.when(country.str.contains(r"^[a-z]{2}$")).then(country),
    )
    hashed = {name: _mapped(normal[name], sha256_hex) for name in normal.columns}
    absent = pl.Series([None] * normal.height, dtype=pl.String)
    headers = META_TEMPLATE
    names = [
        f"{h}_{headers[:i].count(h) + 1}" if h in headers[:i] else h for i, h in enumerate(headers)
    ]
    columns = [hashed.get(name, absent).alias(name) for name in names]
    if value_column is not None:
        headers = (*headers, "value")
        columns.append(found.rows[value_column].alias("value"))
    warnings = (
        (f"{normal.height} people; Meta advises against lists of fewer than {META_FEWEST_PEOPLE}",)
        if normal.height < META_FEWEST_PEOPLE
        else ()
    )
    return VendorRows(pl.DataFrame(columns), headers, found, warnings)


def clip(text: str) -> str:
    """The longest beginning of a text within 255 bytes of UTF-8, no letter parted from its marks.

    The apostrophe that will stand before a formula is one of these bytes.
    """
    limit = MAILCHIMP_TEXT_BYTES - text.startswith(FORMULA_STARTS)
    fitting = cut = text.encode()[:limit].decode("utf-8", "ignore")
    while cut and len(cut) < len(text) and unicodedata.category(text[len(cut)]).startswith("M"):
        cut = cut[:-1]
    return cut or fitting  # nothing but marks has no letter to keep whole


def sha256_hex(normal: str) -> str | None:
    """The hash Meta compares with, in small letters; nothing of nothing."""
    return hashlib.sha256(normal.encode()).hexdigest() if normal else None


def _letters(text: pl.Expr) -> pl.Expr:
    """Letters with their marks, in lower case and in one Unicode form: `O'Brien` is obrien."""
    return text.str.to_lowercase().str.normalize("NFC").str.replace_all(r"[^\p{L}\p{M}]", "")


def _worthless(people: pl.DataFrame, value_column: str | None) -> pl.Expr | None:
    """People without a value teach Meta nothing; a loss is no value it takes.

    Raises:
        ValueError: the list has no such column of numbers.
    """
    if value_column is None:
        return None
    numbers = [name for name, dtype in people.schema.items() if dtype.is_numeric()]
    if value_column not in numbers:
        raise ValueError(
            f"no column of numbers {value_column!r}; there are {', '.join(numbers) or 'none'}"
        )
    value = pl.col(value_column)
    return (
        pl.when(value.is_null())
        .then(pl.lit("no_value"))
        .when(value < 0)
        .then(pl.lit("negative_value"))
    )


def _with_message(found: Reached, columns: dict[str, pl.Expr]) -> pl.DataFrame:
    """The vendor's own columns, then what the message speaks of, dates as text."""
    spoken = [name for name in MESSAGE_COLUMNS if name in found.rows.columns]
    rows = found.rows.select(*(e.alias(name) for name, e in columns.items()), *spoken)
    dates = [name for name, dtype in rows.schema.items() if dtype == pl.Date]
    return rows.with_columns(pl.col(name).dt.strftime("%Y-%m-%d") for name in dates)


def with_json_arrays(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns of lists as text, `["apples","bananas"]`, which a cell can hold."""

    def written(items: pl.Series) -> str:
        return json.dumps(items.to_list(), ensure_ascii=False, default=str, separators=(",", ":"))

    lists = [name for name, dtype in rows.schema.items() if isinstance(dtype, pl.List)]
    return rows.with_columns(_mapped(rows[name], written) for name in lists)


def _mapped(column: pl.Series, write: Callable[..., str | None]) -> pl.Series:
    return pl.Series(
        column.name, [None if v is None else write(v) for v in column], dtype=pl.String
    )
