"""Who of a list may go to another tool, and by which address; everybody else is counted."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reports.lists import FORMULA_STARTS

ADDRESS = r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]+$"
INTERNATIONAL = r"^\+[1-9]\d{5,14}$"
#: A name that a spreadsheet, a browser or a template of another tool would run is no name.
CODE = r"[<>{}]|\*\||^[=+\-@\t\r\n]"
POSTAL = ("address_line", "city", "postal_code", "region", "address_country")
#: What a list may say of a person; a column it lacks says nothing, and consent unsaid is no.
EXPECTED: dict[str, type[pl.DataType]] = {
    "email": pl.String, "phone": pl.String, "push_token": pl.String,
    "first_name": pl.String, "last_name": pl.String, "language": pl.String, "country": pl.String,
    "birthday": pl.Date, **dict.fromkeys(POSTAL, pl.String),
} | dict.fromkeys(
    ("email_consent", "sms_consent", "phone_consent", "push_consent", "post_consent", "birthday_consent"),
    pl.Boolean,
)  # fmt: skip


@dataclass(frozen=True)
class Reached:
    """People another tool may have, by the rules every tool shares.

    Attributes:
        rows: one row per mailbox, in the order given, with `mail` and `number`: the address and
            the telephone number that may be used, null where not; every column of EXPECTED.
        left_out: reason -> people who are not among them.
        blanked: what was left out of rows that stay -> people.
    """

    rows: pl.DataFrame
    left_out: dict[str, int]
    blanked: dict[str, int]


def reached(people: pl.DataFrame, *, by_phone: bool, left_out: pl.Expr | None = None) -> Reached:
    """The people who agreed, have an address that is one, and share it with nobody before them.

    Reasons are those of the contact arbiter where it has one: another outcome than `send`,
    no_consent (or what the columns `<channel>_refusal` say), no_address, same_address; besides
    not_an_address, and unsafe_address for one that a spreadsheet would take for a formula.

    Args:
        people: one row per person with columns of EXPECTED; `outcome` where it was decided.
        by_phone: whether a telephone number in E.164 form, with consent to SMS, is enough.
        left_out: a further reason of the tool's own; null where there is none.
    """
    judged = completed(people).with_columns(mail=_mail(), number=_number(by_phone))
    judged = judged.with_columns(reason=pl.coalesce(_reason(people, by_phone), _own(left_out)))
    kept = judged.filter(pl.col("reason").is_null())
    if by_phone:
        kept, doubles = _without_doubles(kept)
    else:
        is_double = pl.col("mail").is_duplicated() & ~pl.col("mail").is_first_distinct()
        kept, doubles = kept.filter(~is_double), kept.filter(is_double).height
    counted = judged.filter(pl.col("reason").is_not_null()).group_by("reason").len()
    reasons = dict(counted.iter_rows())
    if doubles:
        reasons["same_address"] = reasons.get("same_address", 0) + doubles
    named = kept.with_columns(
        pl.when(~pl.col(c).str.contains(CODE)).then(c).alias(c) for c in ("first_name", "last_name")
    )
    blanked = {
        "name_that_is_code": _lost(kept, named, "first_name", "last_name"),
        "phone_not_international": kept.filter(
            pl.col("sms_consent") & pl.col("phone").is_not_null() & ~_is_international()
        ).height
        if by_phone
        else 0,
    }
    return Reached(
        named.drop("reason"), dict(sorted(reasons.items())), {k: n for k, n in blanked.items() if n}
    )


def completed(people: pl.DataFrame) -> pl.DataFrame:
    """A list with every column of EXPECTED: unknown where it lacks one, consent then no."""
    consents = [name for name, dtype in EXPECTED.items() if dtype == pl.Boolean]
    return people.with_columns(
        (pl.col(name) if name in people.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in EXPECTED.items()
    ).with_columns(pl.col(name).fill_null(False) for name in consents)


def posted(column: str) -> pl.Expr:
    """A part of the address, where letters were agreed to."""
    return pl.when("post_consent").then(column)


def _mail() -> pl.Expr:
    mail = pl.col("email").str.strip_chars().str.to_lowercase()
    return pl.when(pl.col("email_consent") & mail.str.contains(ADDRESS) & ~_is_unsafe()).then(mail)


def _is_unsafe() -> pl.Expr:
    return pl.any_horizontal(
        pl.col("email").str.strip_chars().str.starts_with(start) for start in FORMULA_STARTS
    )


def _is_international() -> pl.Expr:
    return pl.col("phone").str.contains(INTERNATIONAL)


def _number(by_phone: bool) -> pl.Expr:
    return pl.when(pl.lit(by_phone) & pl.col("sms_consent") & _is_international()).then("phone")


def _reason(people: pl.DataFrame, by_phone: bool) -> pl.Expr:
    """Why somebody cannot be reached; the mailbox is asked first, as nearly everybody has one."""
    told = "email_refusal" in people.columns
    refusal = pl.col("email_refusal") if told else pl.lit(None, dtype=pl.String)
    unreached = (
        pl.when(~pl.col("email_consent")).then(pl.coalesce(refusal, pl.lit("no_consent")))
        .when(pl.col("email").is_null()).then(pl.lit("no_address"))
        .when(_is_unsafe()).then(pl.lit("unsafe_address"))
        .otherwise(pl.lit("not_an_address"))
    )  # fmt: skip
    has_way = pl.col("mail").is_not_null()
    if by_phone:
        has_way = has_way | pl.col("number").is_not_null()
    reason = pl.when(~has_way).then(unreached)
    if "outcome" not in people.columns:
        return reason
    decided = pl.when(pl.col("outcome").ne_missing("send")).then(
        pl.col("outcome").fill_null("undecided")
    )
    return pl.coalesce(decided, reason)


def _own(left_out: pl.Expr | None) -> pl.Expr:
    return pl.lit(None, dtype=pl.String) if left_out is None else left_out


def _without_doubles(kept: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Neither a mailbox nor a number twice: a later row loses the number, or goes."""
    same_mail = pl.col("mail").is_not_null() & ~pl.col("mail").is_first_distinct()
    first = kept.filter(~same_mail)
    same_number = pl.col("number").is_not_null() & ~pl.col("number").is_first_distinct()
    marked = first.with_columns(number=pl.when(~same_number).then("number"))
    alone = marked.filter(pl.any_horizontal(pl.col("mail", "number").is_not_null()))
    return alone, kept.height - alone.height


def _lost(before: pl.DataFrame, after: pl.DataFrame, *columns: str) -> int:
    """People of whom at least one of the columns was emptied."""
    lost = pl.any_horizontal(before[name].is_not_null() & after[name].is_null() for name in columns)
    return int(before.select(lost.sum()).item())
