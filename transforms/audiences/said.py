"""What customers asked for and what the shop answered: done, or politely not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import polars as pl
from pydantic import Field

from transforms.audiences.shop import Finder, Shop, Window, finished
from transforms.audiences.voices import counted_words, customers
from transforms.canonical.scores_voice import UNCLASSIFIED
from transforms.requests import Request
from transforms.yaml_files import Strict


class Hearing(Strict):
    """Parameters of `listened` and `declined_request`.

    Attributes:
        raised_within_days: who raised it longer than this before the answer is not told.
        language: the campaign's fallback, for those whose language the answer is not written in.
    """

    raised_within_days: int = Field(365, ge=1, le=1825)
    language: str = Field("en", pattern=r"^[a-z]{2,3}$")


#: Praise asks for nothing, and what no dictionary knows asks for nothing known.
_ASKS = (pl.col("polarity") != "positive") & (pl.col("theme") != UNCLASSIFIED)
_ANSWERS = pl.Schema(
    {
        "position": pl.Int64,
        "theme": pl.String,
        "on": pl.Date,
        "since": pl.Date,
        "until": pl.Date,
    }
)


def said_no(shop: Shop, language: str = "en") -> pl.DataFrame:
    """What will not be done (F9): one row per theme whose answer in force on as_of is no.

    Args:
        shop: requests, responses, response_themes and customers are read.
        language: in which `answer` is told, where it is written.

    Returns:
        theme, declined_on, answer, people_count (known customers who ever raised it, other than
        in praise), asked_again_count (of these: on or after declined_on), unknown_count (responses
        of nobody known), first_asked_date and last_asked_date (null where nobody asked).
    """
    asked = _raised(shop)
    in_force = {
        request.theme: request for request in _ordered(shop.requests) if request.on <= shop.as_of
    }
    declined = [one for one in in_force.values() if one.answer == "declined"]
    stated = pl.DataFrame(
        [(one.theme, one.on, one.said_in(None, language)[0]) for one in declined],
        schema={"theme": pl.String, "declined_on": pl.Date, "answer": pl.String},
        orient="row",
    )
    who, is_late = pl.col("customer_id"), pl.col("day") >= pl.col("declined_on")
    return (
        stated.join(asked, on="theme", how="left")
        .group_by("theme", "declined_on", "answer")
        .agg(
            people_count=who.drop_nulls().n_unique().cast(pl.Int64),
            asked_again_count=who.filter(is_late).drop_nulls().n_unique().cast(pl.Int64),
            unknown_count=(who.is_null() & pl.col("day").is_not_null()).sum().cast(pl.Int64),
            first_asked_date=pl.col("day").min(),
            last_asked_date=pl.col("day").max(),
        )
        .sort("theme")
    )


def _listened(shop: Shop, window: Window, rules: Hearing) -> pl.DataFrame:
    """F5: who raised it before it was fixed, and after the shop's last word on it."""
    raised = _answered(shop, rules, "fixed").filter(pl.col("day") < pl.col("on"))
    told = raised.group_by("customer_id", "position", "theme", "on").agg(
        raised_count=pl.len(), last_raised=pl.col("day").max()
    )
    rows = told.with_columns(
        event_date="on",
        why=pl.format(
            "Raised the theme {} in {}, last on {}, before it was fixed on {}",
            "theme", counted_words("raised_count", "response"), "last_raised", "on",
        ),
    )  # fmt: skip
    return _in_words(rows, shop, window, rules)


def _declined_request(shop: Shop, window: Window, rules: Hearing) -> pl.DataFrame:
    """F9: who raised it before the answer hears it on its day, who raises it later on theirs."""
    raised = _answered(shop, rules, "declined").filter(
        (pl.col("day") < pl.col("until")) | pl.col("until").is_null()
    )
    told = raised.group_by("customer_id", "position", "theme", "on").agg(
        raised_count=pl.len(), first_raised=pl.col("day").min(), last_raised=pl.col("day").max()
    )
    rows = told.with_columns(
        event_date=pl.max_horizontal("on", "first_raised"),
        why=pl.format(
            "Raised the theme {} in {}, last on {}; declined on {}",
            "theme", counted_words("raised_count", "response"), "last_raised", "on",
        ),
    )  # fmt: skip
    return _in_words(rows, shop, window, rules)


def _answered(shop: Shop, rules: Hearing, answer: Literal["fixed", "declined"]) -> pl.DataFrame:
    """One row per request that an answer in force speaks to: customer_id, day, and the answer."""
    raised = _raised(shop).drop_nulls("customer_id")
    answers = _rounds(shop.requests, shop.as_of, answer)
    oldest = pl.col("on") - timedelta(days=rules.raised_within_days)
    is_heard = (pl.col("day") >= pl.col("since")) | pl.col("since").is_null()
    return raised.join(answers, on="theme").filter(pl.col("day") >= oldest, is_heard)


def _rounds(requests: Sequence[Request], as_of: date, answer: str) -> pl.DataFrame:
    """Answers that stand on as_of, each with the day since which, and until which, it is heard.

    An answer of the other kind withdraws those before it from the day on which it holds. Who was
    told no is told once it is fixed; who was told that it is fixed must have raised it again.
    """
    rows = []
    for position, request in enumerate(_ordered(requests)):
        same = [one for one in requests if one.theme == request.theme and one.on <= as_of]
        later = [one.on for one in same if one.on > request.on]
        is_withdrawn = any(one.on > request.on and one.answer != request.answer for one in same)
        if request.answer == answer and request.on <= as_of and not is_withdrawn:
            earlier = [one for one in same if one.on < request.on]
            if answer == "fixed":
                earlier = [one for one in earlier if one.answer == "fixed"]
            before = max((one.on for one in earlier), default=None)
            until = min(later, default=None)
            rows.append((position, request.theme, request.on, before, until))
    return pl.DataFrame(rows, schema=_ANSWERS, orient="row")


def _raised(shop: Shop) -> pl.DataFrame:
    """One row per dated response of a customer and theme it asks about: customer_id, theme, day."""
    staff = shop.current["customers"].filter("is_staff").select("customer_id")
    said = shop.current["responses"].filter(
        pl.col("respondent") == "customer", pl.col("response_date") <= shop.as_of
    )
    asks = shop.scores["response_themes"].filter(_ASKS).select("source", "response_id", "theme")
    return (
        said.join(staff, on="customer_id", how="anti")
        .join(asks, on=["source", "response_id"])
        .select("customer_id", "theme", day="response_date")
    )


def _in_words(rows: pl.DataFrame, shop: Shop, window: Window, rules: Hearing) -> pl.DataFrame:
    """The answer as each customer reads it, in `theme`."""
    people = customers(shop, "language", "lifetime_net_sales_amount")
    rows = rows.filter(window.holds()).join(people, on="customer_id")
    answers = _ordered(shop.requests)
    told = [
        answers[position].said_in(language, rules.language)
        for position, language in rows.select("position", "language").iter_rows()
    ]
    return finished(
        rows.with_columns(
            reason_key=pl.format("{}:{}", "theme", "on"),
            rank_value=pl.col("lifetime_net_sales_amount").cast(pl.Float64),
            theme=pl.Series([words for words, _ in told], dtype=pl.String),
            why=pl.format(
                "{}; told in {}.", "why", pl.Series([code for _, code in told], dtype=pl.String)
            ),
        )
    )


def _ordered(requests: Sequence[Request]) -> list[Request]:
    return sorted(requests, key=lambda request: (request.theme, request.on))


FINDERS: tuple[Finder, ...] = (
    Finder(
        "listened", "F5",
        "Customers who had raised a theme before the shop marked it fixed in requests.yml.",
        _listened, Hearing, ("theme",),
    ),
    Finder(
        "declined_request", "F9",
        "Customers who raised a theme of which requests.yml says that it will not be done.",
        _declined_request, Hearing, ("theme",),
    ),
)  # fmt: skip
