"""Every setting of Suki, where it comes from, and nothing else.

Machine settings come from the environment (`SUKI_*`); business settings from `suki.toml`.
A shop with its own `SUKI_HOME` may keep a `config/` folder there: files in it win over
those shipped with the project. This is the only module that reads the environment.
"""

from __future__ import annotations

import difflib
import grp
import math
import os
import secrets
import sys
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from suki.business import BusinessSettings, Section
from suki.errors import ConfigurationError

PROJECT = Path(__file__).resolve().parents[1]
PROJECT_CONFIG = PROJECT / "config"


class SmtpSettings(Section):
    """Where mail is sent; without a host it stays in the outbox folder."""

    host: str
    port: int = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: str | None = Field(None, repr=False, validate_default=True)
    timeout_seconds: float = Field(20.0, gt=0)
    messages_per_minute: float | None = Field(None, gt=0)

    @field_validator("password")
    @classmethod
    def _of_a_user(cls, value: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("username") and not value:
            raise ValueError("a user name needs a password")
        return value


class Settings:
    """Machine and business settings of one shop (one `SUKI_HOME`)."""

    def __init__(
        self,
        environment: dict[str, str] | None = None,
        *,
        mail_server: SmtpSettings | None = None,
    ) -> None:
        """Read the environment once; `suki.toml` is read on first use.

        Args:
            environment: in place of the process's own.
            mail_server: in place of `SUKI_SMTP_*`, such as a connection kept by Airflow.

        Raises:
            ConfigurationError: SUKI_HOME names a file, or a number is none.
        """
        self._environment = dict(os.environ if environment is None else environment)
        self._mail_server = mail_server
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
        self.approvals = self.home / "approvals"
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

    def configuration_files(self) -> dict[str, Path]:
        """Every YAML file in force that is no source definition, by name."""
        names = {path.name for folder in self.config_folders for path in folder.glob("*.yml")}
        return {name: path for name in sorted(names) if (path := self.config_file(name))}

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
        if self._mail_server is not None:
            return self._mail_server
        host = self._environment.get("SUKI_SMTP_HOST")
        if not host:
            return None
        given = {
            "port": self._environment.get("SUKI_SMTP_PORT"),
            "security": self._environment.get("SUKI_SMTP_SECURITY"),
            "username": self._environment.get("SUKI_SMTP_USERNAME"),
            "password": self._environment.get("SUKI_SMTP_PASSWORD"),
            "timeout_seconds": self._environment.get("SUKI_SMTP_TIMEOUT_SECONDS"),
            "messages_per_minute": self._environment.get("SUKI_SMTP_MESSAGES_PER_MINUTE"),
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

    @property
    def has_display(self) -> bool:
        """Whether a browser may be opened: somebody sits here, and it is no build server."""
        if self._environment.get("CI"):
            return False
        has_windows = sys.platform in ("darwin", "win32")
        return has_windows or any(map(self._environment.get, ("DISPLAY", "WAYLAND_DISPLAY")))

    @cached_property
    def readers_group(self) -> int | None:
        """Group of this machine that may read published lists and segments, besides their owner.

        Raises:
            ConfigurationError: there is no such group, or its name cannot be given to files.
        """
        name = self._environment.get("SUKI_READERS_GROUP")
        if not name:
            return None
        try:
            found = grp.getgrnam(name).gr_gid
        except KeyError as error:
            raise ConfigurationError(
                f"SUKI_READERS_GROUP={name!r}: this machine has no such group; `getent group` lists them."
            ) from error
        if os.geteuid() != 0 and found not in {os.getegid(), *os.getgroups()}:
            raise ConfigurationError(
                f"SUKI_READERS_GROUP={name!r}: whoever runs Suki is no member of it; add them with "
                f"`usermod -a -G {name} USER`."
            )
        return found

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
        where = _place(problem["loc"])
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
        # An entry of a list: the first argument of tuple[Entry, ...].
        is_entry = isinstance(part, int)
        model = get_args(model)[0] if is_entry else model.model_fields[part].annotation
    return list(model.model_fields)


def _place(location: tuple[Any, ...]) -> str:
    """Such as mail.weekly.recipients (entry 2).address."""
    words = [f" (entry {part + 1})" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(words).removeprefix(".")
