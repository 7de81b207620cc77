"""What the shop promises its regulars: `config/loyalty.yml`, read strictly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from transforms.yaml_files import Strict, load, read_yaml


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text.strip()


Words = Annotated[str, AfterValidator(_filled)]
Money = Annotated[Decimal, Field(gt=0, decimal_places=4)]
Perks = tuple[Words, ...]


class Points(Strict):
    """Points per unit of net sales (Y1)."""

    per_unit: Decimal = Field(gt=0, le=100_000, decimal_places=4)
    rounding: Literal["down", "nearest"] = "down"
    value: Decimal = Field(Decimal(0), ge=0, decimal_places=6)
    expire_after_days: int | None = Field(None, ge=1)

    @property
    def rate(self) -> Fraction:
        """Points per unit of money, exactly."""
        return Fraction(self.per_unit)


class Level(Strict):
    """One tier: the net sales it takes, and what it gives."""

    name: Words
    net_sales: Money
    perks: Perks = ()


class Tiers(Strict):
    """Tiers by rolling net sales (Y2)."""

    window_months: int = Field(12, ge=1, le=120)
    grace_months: int = Field(0, ge=0, le=120)
    grace_days: int = Field(0, ge=0, le=3660)
    levels: tuple[Level, ...] = Field(min_length=1)

    @field_validator("levels")
    @classmethod
    def _ascending(cls, value: tuple[Level, ...]) -> tuple[Level, ...]:
        for below, above in pairwise(value):
            if above.net_sales <= below.net_sales:
                raise ValueError(
                    f"{above.name} ({above.net_sales}) must take more net sales than "
                    f"{below.name} ({below.net_sales}); write the lowest tier first"
                )
        _once([level.name for level in value], "tier")
        return value

    @property
    def window(self) -> str:
        """The rolling window as polars adds it to a date."""
        return f"{self.window_months}mo"

    @property
    def grace(self) -> str:
        """The grace as polars adds it to a date."""
        return f"{self.grace_months}mo{self.grace_days}d"


class Fee(Strict):
    """The product that is the fee of the club, and how long it lasts."""

    sku: Words
    days: int = Field(ge=1)


class Invitation(Strict):
    """The history that earns an invitation: both, where both are asked for."""

    net_sales: Money | None = None
    occasions: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _asks(self) -> Invitation:
        if self.net_sales is None and self.occasions is None:
            raise ValueError("say net_sales, occasions or both; else everybody is invited")
        return self


class Club(Strict):
    """A club by fee, by invitation on history, or both (Y3)."""

    name: Words
    fee: Fee | None = None
    invitation: Invitation | None = None
    perks: Perks = ()

    @model_validator(mode="after")
    def _has_a_door(self) -> Club:
        if self.fee is None and self.invitation is None:
            raise ValueError("say fee, invitation or both; else nobody can be in the club")
        return self


class CashBack(Strict):
    """A share of each month's net sales, paid once returns are no longer to be expected (Y4)."""

    share: Decimal = Field(gt=0, le=1, decimal_places=4)
    payable_after_days: int = Field(30, ge=0, le=366)


class SpendProgramme(Strict):
    """Spend so much within so many days and get something (Y4)."""

    name: Words
    net_sales: Money
    within_days: int = Field(ge=1)
    reward: Words
    starts_on: date | None = None
    ends_on: date | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> SpendProgramme:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError(f"{self.name} ends on {self.ends_on}, before it starts")
        return self


class PunchCard(Strict):
    """So many purchases and one thing is free (Y5)."""

    name: Words
    stamps: int = Field(10, ge=2)
    reward: Words
    category: Words | None = None


class Programme(Strict):
    """The whole programme; everything in it is optional, and nothing is in force unless enabled.

    Attributes:
        starts_on: first day that counts.
        members: everyone, or joined: whoever has joined by the feed `customers`.
        partner_perks: what everyone in the programme gets (Y6).
    """

    enabled: bool = False
    starts_on: date | None = None
    members: Literal["everyone", "joined"] = "everyone"
    points: Points | None = None
    tiers: Tiers | None = None
    club: Club | None = None
    cash_back: CashBack | None = None
    spend_programmes: tuple[SpendProgramme, ...] = ()
    punch_cards: tuple[PunchCard, ...] = ()
    partner_perks: Perks = ()

    @model_validator(mode="after")
    def _can_begin(self) -> Programme:
        # Redemptions name a reward by its programme, so each name may stand once, whatever its case.
        _once([one.name for one in self._rewards], "programme")
        if not self.enabled:
            return self
        if self.starts_on is None:
            raise ValueError("an enabled programme needs starts_on, the first day that counts")
        if not any((self.points, self.tiers, self.club, self.cash_back, *self._rewards)):
            raise ValueError(
                "the programme is enabled but gives nothing; add points, tiers, club, cash_back, "
                "spend_programmes or punch_cards, or write enabled: false"
            )
        return self

    @property
    def _rewards(self) -> tuple[SpendProgramme | PunchCard, ...]:
        return (*self.spend_programmes, *self.punch_cards)

    @property
    def first_day(self) -> date:
        """The first day that counts of an enabled programme."""
        assert self.starts_on is not None, "only an enabled programme has a first day"
        return self.starts_on

    @property
    def reward_names(self) -> tuple[str, ...]:
        """Names by which the feed `redemptions` may say that a reward was given."""
        return tuple(one.name for one in self._rewards)


def load_programme(path: Path | None) -> Programme:
    """The programme of a file; without one, or where it sets nothing: none is in force.

    Raises:
        YamlFileError: the file is wrong; the message names file, line and remedy.
    """
    if path is None or read_yaml(path) is None:
        return Programme()
    return load(path, Programme)


def _once(names: list[str], what: str) -> None:
    folded = [name.casefold() for name in names]
    twice = next((name for name in names if folded.count(name.casefold()) > 1), None)
    if twice is not None:
        raise ValueError(f"the {what} {twice!r} stands more than once; give each its own name")
