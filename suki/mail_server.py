"""A mail server kept as a connection by whoever calls the pipeline, such as Airflow's `suki_smtp`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from suki.errors import ConfigurationError
from suki.settings import SmtpSettings

#: conn_id, host, port, login, password, extra: the fields of an Airflow connection of type smtp.
MailServer = Mapping[str, Any] | None
#: Port where a connection names none.
PORTS = {"tls": 465, "starttls": 587, "none": 25}


def connection_settings(connection: MailServer) -> SmtpSettings | None:
    """A connection as mail settings, read as Airflow's own SMTP hook reads it; None for none.

    In its extra: disable_ssl (without it, encrypted from the first byte), disable_tls (without it,
    STARTTLS), timeout, and of our own messages_per_minute. Certificates are verified always.

    Raises:
        ConfigurationError: a field is missing or impossible; its value is not repeated.
    """
    if connection is None:
        return None
    name, extra = connection.get("conn_id") or "of mail", connection.get("extra") or {}
    security = "tls"
    if _is_on(extra.get("disable_ssl")):
        security = "none" if _is_on(extra.get("disable_tls")) else "starttls"
    given = {
        "host": connection.get("host"),
        "port": connection.get("port") or PORTS[security],
        "security": security,
        "username": connection.get("login"),
        "password": connection.get("password"),
        "timeout_seconds": extra.get("timeout"),
        "messages_per_minute": extra.get("messages_per_minute"),
    }
    try:
        return SmtpSettings.model_validate({k: v for k, v in given.items() if v not in (None, "")})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise ConfigurationError(
            f"the connection {name} is no mail server: {first['loc'][-1]}: {first['msg']}. "
            "Mend it in Airflow under Admin, Connections."
        ) from None


def _is_on(value: Any) -> bool:
    """A switch as a form, a JSON text or an address writes it."""
    return str(value).strip().lower() in {"true", "1", "yes", "on"}
