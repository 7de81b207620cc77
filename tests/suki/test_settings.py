"""Settings: what is wrong is told by name, place and remedy, before anything is touched."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from suki.errors import ConfigurationError
from suki.settings import PROJECT_CONFIG, BusinessSettings, Settings


def shop(home: Path, toml: str | None = None, **environment: str) -> Settings:
    if toml is not None:
        (home / "config").mkdir(parents=True, exist_ok=True)
        (home / "config" / "suki.toml").write_text(toml, encoding="utf-8")
    return Settings({"SUKI_HOME": str(home), **environment})


def complaint(settings: Settings) -> str:
    with pytest.raises(ConfigurationError) as error:
        settings.business  # noqa: B018
    return str(error.value)


def test_the_shipped_settings_are_valid_and_name_every_section_but_nothing_unknown():
    shipped = tomllib.loads((PROJECT_CONFIG / "suki.toml").read_text(encoding="utf-8"))
    BusinessSettings.model_validate(shipped)
    assert set(shipped) == set(BusinessSettings.model_fields)


def test_a_shops_own_file_wins_over_the_shipped_one_as_a_whole(tmp_path):
    own = shop(tmp_path, '[store]\nname = "Mine"\n').business
    assert (own.store.name, own.store.timezone) == ("Mine", "UTC")


def test_without_a_file_of_its_own_a_shop_has_the_shipped_settings(tmp_path, monkeypatch):
    assert shop(tmp_path).config_file("suki.toml") == PROJECT_CONFIG / "suki.toml"
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "suki.toml").write_text('[store]\ntimezone = "Asia/Manila"\n')
    monkeypatch.setattr("suki.settings.PROJECT_CONFIG", shipped)
    assert shop(tmp_path).business.store.timezone == "Asia/Manila"


READERS = '[mail.weekly]\nrecipients = [{address = "a@example.com"}, '


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[segments]\nwindow_dasy = 3\n", ["unknown setting segments.window_dasy", "did you mean 'window_days'"]),
        ("[segmnets]\nwindow_days = 300\n", ["unknown setting segmnets", "did you mean 'segments'"]),
        ("[store]\nzzzz = 1\n", ["unknown setting store.zzzz"]),
        ('[segments]\nwindow_days = "two years"\n', ["segments.window_days = 'two years'", "integer"]),
        ("[segments]\nwindow_days = 1\n", ["segments.window_days = 1", "30"]),
        ("[retention]\nheadline_active_days = 100\n", ["headline_active_days = 100", "90, 180 or 365"]),
        ('[store]\ntimezone = "Manila"\n', ["'Manila' is no IANA time zone", "Asia/Manila"]),
        ('[store]\nreporting_currency = "peso"\n', ["store.reporting_currency = 'peso'"]),
        ('[mail]\nowner = "boss"\n', ["mail.owner = 'boss'", "'boss' is no mail address"]),
        ('[mail.weekly]\nrecipients = "boss@example.com"\n', ["mail.weekly.recipients = 'boss@example.com'"]),
        (READERS + '{address = "no address"}]\n',
         ["mail.weekly.recipients (entry 2).address", "'no address' is no mail address"]),
        (READERS + '{adress = "b@example.com"}]\n',
         ["unknown setting mail.weekly.recipients (entry 2).adress", "did you mean 'address'"]),
        (READERS + '{address = "b@example.com", language = "de"}]\n',
         ["mail.weekly.recipients (entry 2).language = 'de'", "'en', 'fil', 'th' or 'pl'"]),
        (READERS + '{address = "A@example.com"}]\n', ["mail.weekly.recipients", "a@example.com is named twice"]),
        ("[mail.daily]\n", ["unknown setting mail.daily"]),
        ("[mail.weekly]\nlate_within_days = 7\n", ["mail.weekly.late_within_days = 7", "6"]),
        ("store = 3\n", ["store = 3"]),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_setting_and_what_would_be_right(tmp_path, toml, told):
    text = complaint(shop(tmp_path, toml))
    assert str(tmp_path / "config" / "suki.toml") in text
    for part in told:
        assert part in text


def test_every_mistake_is_told_at_once(tmp_path):
    text = complaint(shop(tmp_path, '[store]\ntimezone = "X"\nnmae = "y"\n[orders]\nz = 1\n'))
    assert len(text.splitlines()) == 3


def test_broken_toml_is_told_with_its_line(tmp_path):
    assert "line 2" in complaint(shop(tmp_path, "[store]\nname = \n"))


def test_a_file_in_another_encoding_is_told_and_no_traceback(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "suki.toml").write_bytes('name = "żółć"'.encode("cp1250"))
    assert "not valid TOML" in complaint(shop(tmp_path))


def test_a_home_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(ConfigurationError, match=r"SUKI_HOME=.*is a file; name a folder"):
        Settings({"SUKI_HOME": str(tmp_path / "home")})


@pytest.mark.parametrize("name", ["SUKI_LOCK_WAIT_SECONDS", "SUKI_DBT_THREADS"])
def test_a_number_that_is_none_is_named(tmp_path, name):
    with pytest.raises(ConfigurationError, match=f"{name}='many' is no number"):
        shop(tmp_path, **{name: "many"})


def test_numbers_from_the_environment_are_numbers_and_an_empty_one_is_the_default(tmp_path):
    settings = shop(tmp_path, SUKI_LOCK_WAIT_SECONDS="1.5", SUKI_DBT_THREADS="")
    assert (settings.lock_wait_seconds, settings.dbt_threads) == (1.5, 1)


def test_every_folder_lies_under_the_home(tmp_path):
    settings = shop(tmp_path)
    folders = (settings.landing, settings.canonical, settings.quarantine, settings.build, settings.outbox,
               settings.runs, settings.published, settings.state)  # fmt: skip
    assert all(folder.parent == tmp_path.resolve() for folder in folders)
    assert settings.ledger_url == f"sqlite:///{tmp_path.resolve()}/state/ledger.sqlite"
    assert shop(tmp_path, SUKI_LEDGER_URL="postgresql://x").ledger_url == "postgresql://x"


def test_without_a_host_there_is_no_mail_server(tmp_path):
    assert shop(tmp_path, SUKI_SMTP_PORT="25").smtp is None


def test_a_mail_server_takes_its_settings_from_the_environment(tmp_path):
    smtp = shop(
        tmp_path, SUKI_SMTP_HOST="mail.example.com", SUKI_SMTP_SECURITY="tls", SUKI_SMTP_PORT="465"
    ).smtp
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.security) == ("mail.example.com", 465, "tls")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "smtp"),
        ("SECURITY", "ssl"),
        ("TIMEOUT_SECONDS", "soon"),
        ("MESSAGES_PER_MINUTE", "0"),
    ],
)
def test_a_wrong_mail_setting_is_named_by_its_variable(tmp_path, name, value):
    settings = shop(tmp_path, **{"SUKI_SMTP_HOST": "mail.example.com", f"SUKI_SMTP_{name}": value})
    with pytest.raises(ConfigurationError, match=f"SUKI_SMTP_{name}"):
        settings.smtp  # noqa: B018


def test_a_user_name_without_a_password_is_told_before_a_mail_is_tried(tmp_path):
    settings = shop(tmp_path, SUKI_SMTP_HOST="mail.example.com", SUKI_SMTP_USERNAME="suki")
    with pytest.raises(
        ConfigurationError, match=r"SUKI_SMTP_PASSWORD.*a user name needs a password"
    ):
        settings.smtp  # noqa: B018


def test_a_reader_reads_their_language_in_the_shops_region_where_it_has_one(tmp_path):
    readers = ", ".join(
        f'{{address = "{n}@example.com"{said}}}'
        for n, said in enumerate(("", ', language = "en"', ', language = "pl"'))
    )
    toml = f'[mail]\nlocale = "en_PH"\n[mail.monthly]\nrecipients = [{readers}]\n'
    mail = shop(tmp_path, toml).business.mail
    assert [mail.locale_of(one) for one in mail.monthly.recipients] == ["en_PH", "en_PH", "pl"]
    assert mail.weekly.recipients == ()


def test_the_password_does_not_show_where_settings_are_printed(tmp_path):
    smtp = shop(tmp_path, SUKI_SMTP_HOST="mail.example.com", SUKI_SMTP_PASSWORD="s3cret").smtp
    assert "s3cret" not in repr(smtp)


def test_the_identity_key_is_made_once_for_a_home_and_only_its_owner_reads_it(tmp_path):
    key = shop(tmp_path).identity_secret()
    assert len(key) >= 32
    assert shop(tmp_path).identity_secret() == key
    mode = stat.S_IMODE((tmp_path / "state" / "identity.key").stat().st_mode)
    assert mode == 0o600
    assert shop(tmp_path / "other").identity_secret() != key


def test_a_given_identity_key_wins_and_is_not_written_down(tmp_path):
    assert shop(tmp_path, SUKI_IDENTITY_KEY="given").identity_secret() == b"given"
    assert not (tmp_path / "state").exists()
