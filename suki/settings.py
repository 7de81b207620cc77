"""Every setting of Suki, where it comes from, and nothing else.

Machine settings come from the environment (`SUKI_*`); business settings from `suki.toml`.
A shop with its own `SUKI_HOME` may keep a `config/` folder there: files in it win over
those shipped with the project. This is the only module that reads the environment.
"""

from __future__ import annotations

import difflib
import math
import os
import re
import secrets
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from suki.errors import ConfigurationError

PROJECT = Path(__file__).resolve().parents[1]
PROJECT_CONFIG = PROJECT / "config"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSettings(_Section):
    """What the shop is: `[store]`."""

    name: str = "My shop"
    timezone: str = "UTC"
    reporting_currency: str = Field("auto", pattern=r"^([A-Z]{3}|auto)$")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is no IANA time zone, such as 'Asia/Manila'")
        return value


class OrderSettings(_Section):
    """Which orders count as purchases: `[orders]`."""

    zero_value_orders_are_valid: bool = False
    fully_refunded_orders_are_valid: bool = False


class RetentionSettings(_Section):
    """The headline retention rate: `[retention]`."""

    headline_active_days: Literal[90, 180, 365] = 180


class SegmentSettings(_Section):
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


class SurveySettings(_Section):
    """How answers are counted: `[surveys]`."""

    window_days: int = Field(90, ge=1)


class IdentitySettings(_Section):
    """Guard rails of identity resolution: `[identity]`."""

    max_ids_per_value: int = Field(5, ge=1)
    role_mailboxes: tuple[str, ...] = (
        "info", "sales", "noreply", "no-reply", "admin", "office", "contact", "support", "hello",
    )  # fmt: skip
    merge_by_phone: bool = False


class ReminderSettings(_Section):
    """Reorder and win-back lists: `[reminders]`."""

    lead_days: int = Field(3, ge=0)
    due_within_days: int = Field(7, ge=1)
    cooldown_days: int = Field(14, ge=0)
    minimum_intervals: int = Field(30, ge=1)
    minimum_events: int = Field(10, ge=1)
    maximum_days: int = Field(365, ge=1)


class DoorSettings(_Section):
    """When the doors warn or hold: `[doors]`."""

    hold_above_failed_share: float = Field(0.20, gt=0, le=1)
    orders_stale_after_days: int = Field(3, ge=0)
    orders_hold_after_days: int | None = Field(30, ge=1)
    retention_change_points: float = Field(15.0, gt=0)
    net_sales_change_share: float = Field(0.8, gt=0)


class MailSettings(_Section):
    """Who gets which mail: `[mail]`."""

    sender: str = "Suki <suki@example.com>"
    executives: tuple[str, ...] = ()
    owner: str = "owner@example.com"
    marketer: str = "marketing@example.com"
    locale: str = Field("en", pattern=r"^en(_[A-Z]{2})?$")

    @field_validator("executives", "owner", "marketer", "sender")
    @classmethod
    def _addresses(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for address in (value,) if isinstance(value, str) else value:
            if not re.fullmatch(
                r"([^<>@]*<)?[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>.,;]+>?", address.strip()
            ):
                raise ValueError(f"{address!r} is no mail address")
        return value


class IngestSettings(_Section):
    """How landing files are taken in: `[ingest]`."""

    settle_seconds: float = Field(2.0, ge=0)


class BusinessSettings(_Section):
    """The whole of `suki.toml`."""

    store: StoreSettings = StoreSettings()
    orders: OrderSettings = OrderSettings()
    retention: RetentionSettings = RetentionSettings()
    segments: SegmentSettings = SegmentSettings()
    surveys: SurveySettings = SurveySettings()
    identity: IdentitySettings = IdentitySettings()
    reminders: ReminderSettings = ReminderSettings()
    doors: DoorSettings = DoorSettings()
    mail: MailSettings = MailSettings()
    ingest: IngestSettings = IngestSettings()


class SmtpSettings(_Section):
    """Where mail is sent; without a host it stays in the outbox folder."""

    host: str
    port: int = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: str | None = Field(None, repr=False)
    timeout_seconds: float = 20.0


class Settings:
    """Machine and business settings of one shop (one `SUKI_HOME`)."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        """Read the environment once; `suki.toml` is read on first use.

        Raises:
            ConfigurationError: SUKI_HOME names a file, or a number is none.
        """
        self._environment = dict(os.environ if environment is None else environment)
        self.home = (
            Path(self._environment.get("SUKI_HOME") or PROJECT / "data").expanduser().resolve()
        )
        standing = next(p for p in (self.home, *self.home.parents) if p.exists())
        if not standing.is_dir():
            raise ConfigurationError(f"SUKI_HOME={self.home}: {standing} is a file; name a folder.")
        self.landing = self.home / "landing"
        self.canonical = self.home / "canonical"
        self.quarantine = self.home / "quarantine"
        self.build = self.home / "build"
        self.outbox = self.home / "outbox"
        self.runs = self.home / "runs"
        self.published = self.home / "published"
        self.state = self.home / "state"
        self.cache = Path(self._environment.get("SUKI_CACHE") or PROJECT / ".cache").expanduser()
        self.ledger_url = (
            self._environment.get("SUKI_LEDGER_URL") or f"sqlite:///{self.state}/ledger.sqlite"
        )
        self.lock_wait_seconds = self._number("SUKI_LOCK_WAIT_SECONDS", 120.0)
        self.dbt_threads = int(self._number("SUKI_DBT_THREADS", 1))

    @cached_property
    def config_folders(self) -> tuple[Path, ...]:
        """Folders searched for configuration; the first that has a file wins."""
        return (self.home / "config", PROJECT_CONFIG)

    def config_file(self, name: str) -> Path | None:
        """The file in force of that name, or None where no folder has it."""
        return next(
            (folder / name for folder in self.config_folders if (folder / name).is_file()), None
        )

    @cached_property
    def business(self) -> BusinessSettings:
        """The validated `suki.toml`.

        Raises:
            ConfigurationError: the file cannot be parsed, or names a setting that does not exist.
        """
        path = self.config_file("suki.toml")
        if path is None:
            return BusinessSettings()
        try:
            return BusinessSettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: not valid TOML: {error}") from error
        except ValidationError as error:
            raise ConfigurationError(_explain(path, error)) from error

    @cached_property
    def smtp(self) -> SmtpSettings | None:
        """The mail server, or None where mail only goes to the outbox folder."""
        host = self._environment.get("SUKI_SMTP_HOST")
        if not host:
            return None
        given = {
            "port": self._environment.get("SUKI_SMTP_PORT"),
            "security": self._environment.get("SUKI_SMTP_SECURITY"),
            "username": self._environment.get("SUKI_SMTP_USERNAME"),
            "password": self._environment.get("SUKI_SMTP_PASSWORD"),
            "timeout_seconds": self._environment.get("SUKI_SMTP_TIMEOUT_SECONDS"),
        }
        try:
            return SmtpSettings.model_validate(
                {"host": host} | {k: v for k, v in given.items() if v}
            )
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            name = f"SUKI_SMTP_{str(first['loc'][-1]).upper()}"
            raise ConfigurationError(f"{name}: {first['msg']}.") from error

    @property
    def timezone(self) -> ZoneInfo:
        """The store's time zone."""
        return ZoneInfo(self.business.store.timezone)

    def identity_secret(self) -> bytes:
        """Key of all identifier hashes: `SUKI_IDENTITY_KEY`, else one made for this home.

        The same key gives the same surrogates, so two homes that must agree share it.
        """
        given = self._environment.get("SUKI_IDENTITY_KEY")
        if given:
            return given.encode()
        path = self.state / "identity.key"
        if not path.exists():
            self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(
                path.with_suffix(".part"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600
            )
            with os.fdopen(descriptor, "w") as stream:
                stream.write(secrets.token_hex(32))
            path.with_suffix(".part").replace(path)
        return path.read_bytes()

    def _number(self, name: str, default: float) -> float:
        raw = self._environment.get(name)
        try:
            number = float(raw) if raw else default
        except ValueError as error:
            raise ConfigurationError(f"{name}={raw!r} is no number.") from error
        if not math.isfinite(number) or number < 0:
            raise ConfigurationError(f"{name}={raw!r} must be a number from 0 up.")
        return number


def _explain(path: Path, error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        where = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            close = difflib.get_close_matches(
                str(problem["loc"][-1]), _names_beside(problem["loc"]), 1
            )
            hint = f"; did you mean {close[0]!r}?" if close else ""
            lines.append(f"{path}: unknown setting {where}{hint}")
        else:
            lines.append(f"{path}: {where} = {problem['input']!r}: {problem['msg']}")
    return "\n".join(lines)


def _names_beside(location: tuple[Any, ...]) -> list[str]:
    model: Any = BusinessSettings
    for part in location[:-1]:
        model = model.model_fields[part].annotation
    return list(model.model_fields)
