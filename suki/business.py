"""Business settings: the sections of `suki.toml`, their defaults, units and limits."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

#: What executives may be sent: the last complete week, the last complete month.
Cadence = Literal["weekly", "monthly"]
Language = Literal["en", "fil", "th", "pl"]


@cache
def _zones() -> set[str]:
    """Read from the disk once: the pages in Airflow read the settings with each request."""
    return available_timezones()


class Section(BaseModel):
    """Unknown names are refused; nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSettings(Section):
    """What the shop is: `[store]`."""

    name: str = "My shop"
    timezone: str = "UTC"
    reporting_currency: str = Field("auto", pattern=r"^([A-Z]{3}|auto)$")
    week_start: int = Field(1, ge=1, le=7)
    history_is_complete: bool = True
    gross_margin_share: Decimal | None = Field(None, gt=0, le=1)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in _zones():
            raise ValueError(f"{value!r} is no IANA time zone, such as 'Asia/Manila'")
        return value


class OrderSettings(Section):
    """Which orders count as purchases: `[orders]`."""

    zero_value_orders_are_valid: bool = False
    fully_refunded_orders_are_valid: bool = False


class RetentionSettings(Section):
    """The headline retention rate: `[retention]`."""

    headline_active_days: Literal[90, 180, 365] = 180
    cohort_maturity_periods: int = Field(3, ge=1)


class SegmentSettings(Section):
    """RFM window and lapse limits: `[segments]`, all in days unless named otherwise."""

    window_days: int = Field(730, ge=30)
    return_window_days: int = Field(90, ge=7)
    at_risk_return_chance: float = Field(0.25, gt=0, lt=1)
    lapse_return_chance: float = Field(0.10, gt=0, lt=1)
    at_risk_floor_days: int = Field(30, ge=1)
    at_risk_ceiling_days: int = Field(180, ge=1)

    @model_validator(mode="after")
    def _limits_are_in_order(self) -> SegmentSettings:
        if self.at_risk_floor_days > self.at_risk_ceiling_days:
            raise ValueError("at_risk_floor_days must not exceed at_risk_ceiling_days")
        if self.lapse_return_chance > self.at_risk_return_chance:
            raise ValueError("lapse_return_chance must not exceed at_risk_return_chance")
        return self


class SurveySettings(Section):
    """How answers are counted: `[surveys]`."""

    window_days: int = Field(90, ge=1)
    repeated_request_people: int = Field(3, ge=2)


class OutreachSettings(Section):
    """How answers to messages are counted: `[outreach]`."""

    conversion_window_days: int = Field(7, ge=1)
    engagement_window_days: int = Field(30, ge=1)


class ContactSettings(Section):
    """Who may be written to, how often, and what every message must carry: `[contact]`."""

    unsubscribe_url: str | None = None
    sender_identity: str = ""
    postal_address: str = ""
    shop_url: str = ""
    global_holdout_share: float = Field(0.05, ge=0, lt=1)
    holdout_salt: str = Field("suki", min_length=1)
    frequency_cap_messages: int = Field(1, ge=1)
    frequency_cap_days: int = Field(7, ge=1)
    approval_expires_after_hours: int = Field(36, ge=1, le=168)
    service_contact_is_agreed: bool = False
    uncounted_campaigns: tuple[str, ...] = ("order_confirmation",)

    @field_validator("unsubscribe_url", "shop_url")
    @classmethod
    def _https(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"https://[^\s/?#@]+\.[^\s/?#@]+(/[^\s?#]*)?", value):
            raise ValueError(
                f"{value!r} must look like https://shop.example.com/path: https, no `?`, no `#`"
            )
        return value

    @field_validator("sender_identity", "postal_address")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise ValueError("write it on one line; commas part the lines of an address")
        return value.strip()


class IdentitySettings(Section):
    """Guard rails of identity resolution: `[identity]`."""

    max_ids_per_value: int = Field(5, ge=1)
    max_orders_per_day: int = Field(20, ge=1)
    role_mailboxes: tuple[str, ...] = (
        "info", "sales", "noreply", "no-reply", "admin", "office", "contact", "support", "hello",
    )  # fmt: skip
    placeholders: tuple[str, ...] = (
        "test", "none", "na", "n-a", "unknown", "customer", "guest", "example", "noemail", "no-email", "null",
        "nobody", "anonymous", "@localhost",
    )  # fmt: skip
    merge_by_phone: bool = False
    fold_plus_tags: bool = False
    fold_gmail_dots: bool = False


class ReminderSettings(Section):
    """Reorder and win-back lists: `[reminders]`."""

    lead_days: int = Field(3, ge=0)
    due_within_days: int = Field(7, ge=1)
    cooldown_days: int = Field(14, ge=0)
    minimum_intervals: int = Field(30, ge=1)
    minimum_events: int = Field(10, ge=1)
    maximum_days: int = Field(365, ge=1)


class ClvSettings(Section):
    """Predicted customer lifetime value: `[clv]`."""

    model: Literal["mbg_nbd", "pareto_nbd"] = "mbg_nbd"
    minimum_customers: int = Field(500, ge=30)
    minimum_history_days: int = Field(180, ge=60)
    holdout_days: int = Field(180, ge=30)
    bias_limit: float = Field(0.25, gt=0)
    yearly_discount_rate: float = Field(0.0, ge=0, lt=1)


class DoorSettings(Section):
    """When the doors warn or hold: `[doors]`."""

    hold_above_failed_share: float = Field(0.20, gt=0, le=1)
    orders_stale_after_days: int = Field(3, ge=0)
    orders_hold_after_days: int | None = Field(30, ge=1)
    retention_change_points: float = Field(15.0, gt=0)
    net_sales_change_share: float = Field(0.8, gt=0)


class Recipient(Section):
    """One reader of a report; without a language of their own they read the shop's."""

    address: str
    language: Language | None = None

    @field_validator("address")
    @classmethod
    def _one_address(cls, value: str) -> str:
        return _mail_address(value)


class ReportSettings(Section):
    """Who reads a report, and for how many days after its period ended it is still news."""

    recipients: tuple[Recipient, ...] = ()
    late_within_days: int = 0

    @field_validator("recipients")
    @classmethod
    def _each_once(cls, value: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        addresses = [one.address.lower() for one in value]
        if twice := sorted({one for one in addresses if addresses.count(one) > 1}):
            raise ValueError(f"{', '.join(twice)} is named twice; nobody gets a report twice")
        return value


class WeeklySettings(ReportSettings):
    """The report of the last complete week: `[mail.weekly]`."""

    late_within_days: int = Field(6, ge=0, le=6)


class MonthlySettings(ReportSettings):
    """The report of the last complete calendar month: `[mail.monthly]`."""

    late_within_days: int = Field(20, ge=0, le=30)
    attach_pdf: bool = True


class MailSettings(Section):
    """Who gets which mail: `[mail]`."""

    sender: str = "Suki <suki@example.com>"
    owner: str = "owner@example.com"
    marketer: str = "marketing@example.com"
    locale: str = "en"
    weekly: WeeklySettings = WeeklySettings()
    monthly: MonthlySettings = MonthlySettings()

    @property
    def reports(self) -> dict[Cadence, ReportSettings]:
        """What executives may be sent, by its name."""
        return {"weekly": self.weekly, "monthly": self.monthly}

    def locale_of(self, recipient: Recipient) -> str:
        """The shop's own locale where it is in the reader's language, else that language."""
        spoken = re.split("[_-]", self.locale)[0]
        return self.locale if recipient.language in (None, spoken) else str(recipient.language)

    @field_validator("locale")
    @classmethod
    def _spoken(cls, value: str) -> str:
        if not re.fullmatch(r"(en|fil|th|pl)([_-][A-Z]{2})?", value):
            raise ValueError(
                f"{value!r} is no language of the reports: choose en, fil, th or pl, "
                "with a region if you like, such as en_PH, fil_PH, th_TH or pl_PL"
            )
        return value

    @field_validator("owner", "marketer", "sender")
    @classmethod
    def _addresses(cls, value: str) -> str:
        return _mail_address(value)


def _mail_address(value: str) -> str:
    if not re.fullmatch(r"([^<>@]*<)?[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>.,;]+>?", value.strip()):
        raise ValueError(f"{value!r} is no mail address")
    return value


class IngestSettings(Section):
    """How landing files are taken in: `[ingest]`."""

    settle_seconds: float = Field(2.0, ge=0)


class BusinessSettings(Section):
    """The whole of `suki.toml`."""

    store: StoreSettings = StoreSettings()
    orders: OrderSettings = OrderSettings()
    retention: RetentionSettings = RetentionSettings()
    segments: SegmentSettings = SegmentSettings()
    surveys: SurveySettings = SurveySettings()
    outreach: OutreachSettings = OutreachSettings()
    contact: ContactSettings = ContactSettings()
    identity: IdentitySettings = IdentitySettings()
    reminders: ReminderSettings = ReminderSettings()
    clv: ClvSettings = ClvSettings()
    doors: DoorSettings = DoorSettings()
    mail: MailSettings = MailSettings()
    ingest: IngestSettings = IngestSettings()
