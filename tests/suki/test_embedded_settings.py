"""The embedded Airflow is for this machine only, and for those who were named."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from suki.embedded.errors import EmbeddedAirflowError
from suki.embedded.settings import Place, accounts, admin_password, environment
from suki.embedded.stack import PROCESSES


def test_the_embedded_airflow_of_make_up_listens_on_loopback_only(tmp_path: Path) -> None:
    """What it then really listens on: tests/end_to_end/test_embedded_airflow.py."""
    place = Place(tmp_path)
    place.airflow_home.mkdir()
    for attended in (True, False):
        given = environment(place, 8080, attended=attended)
        assert given["AIRFLOW__API__HOST"] == "127.0.0.1"
        assert given["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:8080"
    # Its task logs would be served on every address; the option leaves that server away.
    assert "--skip-serve-logs" in PROCESSES["scheduler"]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [("lea", "'lea'"), ("lea:boss", "Roles are viewer, user, op, admin"), ("a b;:user", "'ab;:user'"),
     ("lea:viewer,lea:admin", "there twice"), ("admin:viewer", "admin is there already")],
)  # fmt: skip
def test_an_account_that_is_none_is_told(
    monkeypatch: pytest.MonkeyPatch, given: str, complaint: str
) -> None:
    monkeypatch.setenv("SUKI_AIRFLOW_USERS", given)
    with pytest.raises(EmbeddedAirflowError, match=complaint):
        accounts()


def test_every_account_has_a_password_that_stays_and_only_its_owner_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    place.airflow_home.mkdir()
    ours = admin_password(place)
    monkeypatch.setenv("SUKI_AIRFLOW_USERS", "lea:viewer, mara:user")
    assert admin_password(place) == ours
    passwords = json.loads(place.passwords.read_text(encoding="utf-8"))
    assert sorted(passwords) == ["admin", "lea", "mara"]
    assert len(set(passwords.values())) == 3
    assert stat.S_IMODE(place.passwords.stat().st_mode) == 0o600
    users = environment(place, 8080, attended=False)
    assert users["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] == "admin:admin,lea:viewer,mara:user"
