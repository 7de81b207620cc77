"""A connection of Airflow's is read as its own hook reads it; nothing of it is repeated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from suki.errors import ConfigurationError
from suki.mail_server import connection_settings
from suki.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-battery"


def kept(**fields: Any) -> dict[str, Any]:
    given = {"conn_id": "suki_smtp", "host": "mail.example.com", "port": None, "login": "suki",
             "password": PASSWORD, "extra": {}}  # fmt: skip
    return given | fields


@pytest.mark.parametrize(
    ("extra", "security", "port"),
    [
        ({}, "tls", 465),
        ({"disable_ssl": False}, "tls", 465),
        ({"disable_ssl": "false"}, "tls", 465),
        ({"disable_tls": True}, "tls", 465),
        ({"disable_ssl": True}, "starttls", 587),
        ({"disable_ssl": "true", "disable_tls": False}, "starttls", 587),
        ({"disable_ssl": True, "disable_tls": True}, "none", 25),
    ],
)
def test_the_switches_of_a_connection_say_how_it_is_encrypted(extra, security, port):
    smtp = connection_settings(kept(extra=extra))
    assert smtp is not None
    assert (smtp.security, smtp.port) == (security, port)
    assert (smtp.username, smtp.password) == ("suki", PASSWORD)


def test_port_time_out_and_pace_are_taken_over():
    extra = {"timeout": 7, "messages_per_minute": 30}
    smtp = connection_settings(kept(port=2525, extra=extra))
    assert smtp is not None
    assert (smtp.port, smtp.timeout_seconds, smtp.messages_per_minute) == (2525, 7, 30)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"host": ""}, "host: Field required"),
        ({"extra": {"timeout": "soon"}}, "timeout_seconds"),
        ({"extra": {"messages_per_minute": -1}}, "messages_per_minute"),
        ({"password": ""}, "password: Value error, a user name needs a password"),
    ],
)
def test_a_connection_that_is_no_mail_server_is_named_without_its_password(wrong, told):
    with pytest.raises(ConfigurationError, match="suki_smtp is no mail server") as caught:
        connection_settings(kept(**wrong))
    assert told in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert "Admin, Connections" in str(caught.value)


def test_a_connection_takes_the_place_of_the_environment_and_none_leaves_it(tmp_path):
    environment = {"SUKI_HOME": str(tmp_path), "SUKI_SMTP_HOST": "from.example.com"}
    given = Settings(environment, mail_server=connection_settings(kept())).smtp
    assert given is not None
    assert given.host == "mail.example.com"
    left = Settings(environment, mail_server=connection_settings(None)).smtp
    assert left is not None
    assert left.host == "from.example.com"


READ = """
import json, sys
from _defaults import mail_server
print("ANSWER" + json.dumps(mail_server()))
"""


@pytest.mark.parametrize("exists", [True, False])
def test_the_dags_hand_over_the_connection_where_airflow_knows_one(tmp_path, exists):
    connection = {"conn_type": "smtp", "host": "mail.example.com", "port": 2525, "login": "suki",
                  "password": PASSWORD, "extra": {"disable_ssl": True}}  # fmt: skip
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "SUKI_"))},
        "AIRFLOW_HOME": str(tmp_path),
        "PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'dags'}",
        **({"AIRFLOW_CONN_SUKI_SMTP": json.dumps(connection)} if exists else {}),
    }
    done = subprocess.run(
        [sys.executable, "-c", READ], env=environment, capture_output=True, text=True, check=False
    )
    assert "ANSWER" in done.stdout, done.stderr
    answer = json.loads(done.stdout.partition("ANSWER")[2])
    if not exists:
        assert answer is None
        return
    smtp = connection_settings(answer)
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.security) == ("mail.example.com", 2525, "starttls")
    assert smtp.password == PASSWORD
    assert PASSWORD not in done.stderr
