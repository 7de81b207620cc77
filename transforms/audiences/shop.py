"""What a finder is given, and what it must return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from transforms.canonical.outreach import CANDIDATES
from transforms.requests import Request
from transforms.support_policy import SupportPolicy
from transforms.yaml_files import Strict


@dataclass(frozen=True)
class Shop:
    """The shop on one business date, as finders see it.

    Attributes:
        as_of: the business date.
        profile: CUSTOMER_PROFILE: whoever is not in it is nobody's candidate.
        facts: fct_orders, fct_order_lines (purchased lines only where `is_purchase`), fct_occasions.
        current: the CURRENT tables of the run by name, and `contacts` (personal: birthday, first_name).
        scores: the SCORES tables of the run by name.
        previous_as_of: date of the publication before; None for the first. Reasons that ran out
            since then are still found, so that they are told as expired once.
        requests: the shop's answers to what customers ask for, of requests.yml.
        support: when support is open and what it promises, of support.yml.
        loyalty: the LOYALTY tables by name; none, or empty ones, where the programme is off.
    """

    as_of: date
    profile: pl.DataFrame
    facts: Mapping[str, pl.DataFrame]
    current: Mapping[str, pl.DataFrame]
    scores: Mapping[str, pl.DataFrame]
    previous_as_of: date | None = None
    requests: tuple[Request, ...] = ()
    support: SupportPolicy = field(default_factory=SupportPolicy)
    loyalty: Mapping[str, pl.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """How long a reason stands: from its event_date for `expires_after_days` days.

    Attributes:
        first: oldest event_date to be found; includes reasons that ran out since the publication before.
        last: newest event_date to be found: as_of.
    """

    first: date
    last: date

    @classmethod
    def of(cls, shop: Shop, expires_after_days: int) -> Window:
        """The window of a campaign."""
        asked = shop.previous_as_of or shop.as_of - timedelta(days=1)
        return cls(asked - timedelta(days=expires_after_days - 1), shop.as_of)

    def holds(self, column: str = "event_date") -> pl.Expr:
        """True where a date lies inside, both ends included."""
        return pl.col(column).is_between(self.first, self.last)


class NoParameters(Strict):
    """A finder that asks for nothing."""


@dataclass(frozen=True)
class Finder:
    """One way to find people with a reason to be written to.

    Attributes:
        name: as `audience` in campaigns.yml names it.
        catalogue_id: id in the catalogue, such as L1.
        description: who is found, in one plain sentence.
        find: (shop, window, parameters) -> CANDIDATES; `finished` brings a frame into that shape.
        parameters: what `parameters` of a campaign may say, with defaults and limits.
        variables: columns of CANDIDATES that are never null here, so that a template may use them.
    """

    name: str
    catalogue_id: str
    description: str
    find: Callable[[Shop, Window, Any], pl.DataFrame]
    parameters: type[Strict] = NoParameters
    variables: tuple[str, ...] = ()


def finished(rows: pl.DataFrame) -> pl.DataFrame:
    """A finder's rows in the shape of CANDIDATES: other columns dropped, ordered by key."""
    names = [name for name in CANDIDATES.schema.names() if name in rows.columns]
    return CANDIDATES.conform(rows.select(names)).sort(CANDIDATES.key)
