"""Where the embedded Airflow lives under SUKI_HOME, and every setting it runs with."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from suki.embedded.errors import EmbeddedAirflowError

PROJECT_ROOT = Path(__file__).resolve().parents[2]
DAGS_FOLDER = PROJECT_ROOT / "dags"
PLUGINS_FOLDER = DAGS_FOLDER / "plugins"
LOCAL_SETTINGS = Path(__file__).resolve().parent / "local_settings"
USER = "admin"
#: What Airflow's simple auth manager calls them; docs/access.md says who is what.
ROLES = ("viewer", "user", "op", "admin")
ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Place:
    """The files of one embedded Airflow, all below `SUKI_HOME/airflow`."""

    home: Path

    @property
    def airflow_home(self) -> Path:
        """AIRFLOW_HOME."""
        return self.home / "airflow"

    @property
    def logs(self) -> Path:
        """One file per process, and one folder per DAG with the logs of its tasks."""
        return self.airflow_home / "logs"

    @property
    def database(self) -> Path:
        """Airflow's metadata, not the warehouse."""
        return self.airflow_home / "airflow.db"

    @property
    def migrated_for(self) -> Path:
        """Holds the Airflow version whose tables the database has."""
        return self.airflow_home / "migrated_for"

    @property
    def passwords(self) -> Path:
        """Who may sign in; readable by its owner only."""
        return self.airflow_home / "passwords.json"

    @property
    def keys(self) -> Path:
        """What Airflow signs and encrypts with; readable by its owner only."""
        return self.airflow_home / "keys.json"

    @property
    def lock(self) -> Path:
        """Locked by the process that started Airflow for as long as it lives."""
        return self.airflow_home / "embedded.lock"

    @property
    def address(self) -> Path:
        """Says who runs this Airflow and where it answers, while it runs."""
        return self.airflow_home / "embedded.json"


def accounts() -> dict[str, str]:
    """Who may sign in, name -> role: ourselves, and those named in SUKI_AIRFLOW_USERS.

    Raises:
        EmbeddedAirflowError: an entry that is no `name:role`.
    """
    found = {USER: "admin"}
    for entry in filter(None, os.environ.get("SUKI_AIRFLOW_USERS", "").replace(" ", "").split(",")):
        name, _, role = entry.partition(":")
        if not ACCOUNT.fullmatch(name) or role not in ROLES or name in found:
            raise EmbeddedAirflowError(
                f"SUKI_AIRFLOW_USERS: {entry!r} is no name:role such as lea:viewer, or is there "
                f"twice. Roles are {', '.join(ROLES)}; {USER} is there already."
            )
        found[name] = role
    return found


def admin_password(place: Place) -> str:
    """Our own password. Every account's is made once and kept where only its owner can read it."""
    known = _read(place.passwords) if place.passwords.exists() else {}
    if missing := accounts().keys() - known.keys():
        known |= {name: secrets.token_urlsafe(12) for name in sorted(missing)}
        _write_private(place.passwords, known)
    return known[USER]


def environment(place: Place, port: int, *, attended: bool) -> dict[str, str]:
    """Everything the Airflow processes read from their environment.

    Args:
        place: Where this Airflow lives.
        port: Free port on loopback for the API server.
        attended: A person waits for one run: poll often, never retry, ignore the clock.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW__")}
    # Without compiled bytecode every Python start takes two to three times as long.
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **inherited,
        **_paths(place),
        **_airflow_settings(place, port),
        **(_attended_pace() if attended else _daily_pace()),
        "GX_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "SCARF_ANALYTICS": "false",
    }


def _paths(place: Place) -> dict[str, str]:
    python_path = [str(LOCAL_SETTINGS), str(PROJECT_ROOT), os.environ.get("PYTHONPATH", "")]
    commands = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    return {
        "SUKI_HOME": str(place.home),
        "AIRFLOW_HOME": str(place.airflow_home),
        "PYTHONPATH": os.pathsep.join(filter(None, python_path)),
        "PATH": os.pathsep.join(filter(None, commands)),
    }


def _airflow_settings(place: Place, port: int) -> dict[str, str]:
    keys = _keys(place)
    url = f"http://127.0.0.1:{port}"
    return {
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS_FOLDER),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PLUGINS_FOLDER),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        # A slot stays taken for a moment after its task is done; two would stall a chain.
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(map(":".join, accounts().items())),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(place.passwords),
        "AIRFLOW__CORE__FERNET_KEY": keys["fernet_key"],
        "AIRFLOW__API__SECRET_KEY": keys["secret_key"],
        "AIRFLOW__API_AUTH__JWT_SECRET": keys["jwt_secret"],
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        # All three write here, most at the start; five seconds were too few on a busy machine.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{place.database}?timeout=60",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(place.logs),
        # Great Expectations tells every task of some two hundred methods it does not document.
        "AIRFLOW__LOGGING__NAMESPACE_LEVELS": "great_expectations=WARNING",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def _attended_pace() -> dict[str, str]:
    return {
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
        # The files are read once at the start: nobody edits a DAG during its run.
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "3600",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
        "SUKI_NIGHTLY_CRON": "never",
        "SUKI_TASK_RETRIES": "0",
    }


def _daily_pace() -> dict[str, str]:
    return {
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
    }


def _keys(place: Place) -> dict[str, str]:
    """Keys that the three processes share; made once, or signed sessions would not survive."""
    if not place.keys.exists():
        fernet_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        random_keys = {name: secrets.token_urlsafe(64) for name in ("secret_key", "jwt_secret")}
        _write_private(place.keys, {"fernet_key": fernet_key, **random_keys})
    return _read(place.keys)


def _read(path: Path) -> dict[str, str]:
    content: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _write_private(path: Path, content: dict[str, str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
