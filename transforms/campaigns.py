"""Campaigns as the shop writes them down: `config/campaigns.yml`, every mistake told with its line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from transforms.audiences.shop import Finder
from transforms.yaml_files import Strict, YamlFileError, load, nearest, place, read_yaml

LANGUAGES = ("en", "fil", "th", "pl")
#: What the contact log keeps of a name.
MAXIMUM_NAME_LENGTH = 60
Channel = Literal["email", "sms", "push", "phone", "post", "review"]
Purpose = Literal["marketing", "birthday", "survey", "service"]
Occasion = Literal["entered", "once", "monthly", "quarterly", "yearly"]


class Campaign(Strict):
    """One campaign: who is meant, why, how often at most, in which words.

    Attributes:
        audience: a finder of Suki; or else `segment`, a segment of segments.yml.
        occasion: when members of a segment have a reason: on entering it, once, or every period.
        starts_on: first day of a campaign that happens once.
        where: further condition, polars SQL over customer_profile.
        priority: 1 comes first where one person has several reasons.
        cooldown_days: days between two messages of this campaign to one person.
        expires_after_days: days a reason stands while the message is skipped.
        holdout_share: share of people kept back to measure what the message does.
        deliver: message: Suki writes to them after approval; list: a file for another tool.
    """

    title: str
    description: str
    catalogue: str = Field(pattern=r"^[LFYM]\d{1,2}$")
    audience: str | None = None
    segment: str | None = None
    occasion: Occasion = "entered"
    starts_on: date | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    where: str | None = None
    owner: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    channel: Channel = "email"
    purpose: Purpose = "marketing"
    priority: int = Field(ge=1, le=1000)
    cooldown_days: int = Field(ge=0, le=3650)
    expires_after_days: int = Field(ge=1, le=366)
    holdout_share: float = Field(0.0, ge=0, le=0.5)
    deliver: Literal["message", "list"] = "list"
    language: Literal["en", "fil", "th", "pl"] = "en"
    template: str | None = None
    offer: str | None = None
    survey_url: str | None = Field(None, pattern=r"^https://\S+$")
    enabled: bool = True

    @model_validator(mode="after")
    def _hangs_together(self) -> Campaign:
        if (self.audience is None) == (self.segment is None):
            raise ValueError("name either an audience or a segment, not both and not none")
        if self.segment and self.occasion == "once" and self.starts_on is None:
            raise ValueError("occasion: once needs starts_on, such as 2026-12-01")
        if self.audience and self.model_fields_set & {"occasion", "starts_on"}:
            raise ValueError(
                "occasion and starts_on are for a segment; an audience has its own days"
            )
        if self.deliver == "message" and self.channel != "email":
            raise ValueError(
                f"deliver: message writes e-mail; for {self.channel} use deliver: list"
            )
        if self.deliver == "message" and self.template is None:
            raise ValueError("deliver: message needs a template, a file of config/messages/")
        if self.channel in ("review", "phone") and self.holdout_share:
            raise ValueError(f"a {self.channel} list keeps nobody back; take holdout_share out")
        return self


class CampaignFile(Strict):
    """The whole of campaigns.yml."""

    campaigns: dict[str, Campaign]


@dataclass(frozen=True)
class Known:
    """What campaigns may refer to.

    Attributes:
        finders: audiences by name.
        segments: names of segments.yml; True for those that only a person may look at.
        templates: names of config/messages/.
        check_rule: raises ValueError where a `where` cannot be asked of customer_profile.
    """

    finders: Mapping[str, Finder]
    segments: Mapping[str, bool]
    templates: Collection[str]
    check_rule: Any


def load_campaigns(path: Path, known: Known) -> dict[str, Campaign]:
    """The campaigns of a shop, switched-off ones included, by name.

    Raises:
        YamlFileError: a key, value or name is wrong; the message names line and nearest word.
    """
    campaigns = load(path, CampaignFile).campaigns
    for name, campaign in campaigns.items():
        if not name.isidentifier():
            _refuse(path, (name,), f"{name!r} is no name; use letters, digits and _")
        if len(name) > MAXIMUM_NAME_LENGTH:
            _refuse(path, (name,), f"the name is longer than {MAXIMUM_NAME_LENGTH} characters")
        _check_names(path, name, campaign, known)
        _check_parameters(path, name, campaign, known)
        if campaign.where is not None:
            try:
                known.check_rule(campaign.where)
            except ValueError as error:
                _refuse(path, (name, "where"), str(error))
    return campaigns


def parameters_of(campaign: Campaign, finder: Finder) -> Strict:
    """What a campaign tells its finder."""
    return finder.parameters.model_validate(campaign.parameters)


def _check_names(path: Path, name: str, campaign: Campaign, known: Known) -> None:
    references = (
        ("audience", campaign.audience, known.finders),
        ("segment", campaign.segment, known.segments),
        ("template", campaign.template, known.templates),
    )
    for key, value, choices in references:
        if value is not None and value not in choices:
            hint = nearest(value, sorted(choices)).replace("known keys", "known")
            _refuse(path, (name, key), f"there is no {key} {value!r}{hint}")
    if known.segments.get(campaign.segment or "") and campaign.channel != "review":
        told = f"segment {campaign.segment!r} is for a person to look at (review_only); use channel: review"
        _refuse(path, (name, "segment"), told)


def _check_parameters(path: Path, name: str, campaign: Campaign, known: Known) -> None:
    if campaign.segment is not None:
        if campaign.parameters:
            _refuse(path, (name, "parameters"), "a segment takes no parameters; use occasion")
        return
    finder = known.finders[str(campaign.audience)]
    try:
        parameters_of(campaign, finder)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        key = str(problem["loc"][0]) if problem["loc"] else ""
        told = str(problem["msg"]).removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            allowed = finder.parameters.model_fields
            hint = nearest(key, allowed) if allowed else f"; {finder.name} takes none"
            told = f"unknown parameter{hint}"
        _refuse(path, (name, "parameters", key), f"{key}: {told}")


def _refuse(path: Path, where: tuple[str, ...], told: str) -> None:
    content = read_yaml(path)
    raise YamlFileError(f"{path}{place(content, ('campaigns', *where))}: {where[0]}: {told}")
