"""A link that stops messages: works for ever, tells no address, and cannot be made by anybody else."""

from __future__ import annotations

import base64
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suki.errors import ConfigurationError
from suki.settings import Settings
from suki.unsubscribe import (
    TokenError,
    Unsubscription,
    address_key,
    customer_mail_refusal,
    list_headers,
    read_token,
    token_for,
    unsubscribe_url,
)
from transforms.identity import person_key
from transforms.readers.people import key_of_text

SECRET = b"a secret of this shop"
CLICK = Unsubscription(
    address_key("ana@example.com", SECRET), "email", "marketing", "reorder", date(2026, 10, 5), "th"
)
CONTACT = {
    "unsubscribe_url": "https://shop.example.com/unsubscribe",
    "sender_identity": "Kapihan Trading Inc.",
    "postal_address": "12 Mabango Ave., 1000 Manila",
}


def shop(home: Path, **contact: str) -> Settings:
    (home / "config").mkdir(exist_ok=True)
    lines = [f'{name} = "{value}"' for name, value in contact.items()]
    (home / "config" / "suki.toml").write_text("[contact]\n" + "\n".join(lines), encoding="utf-8")
    return Settings({"SUKI_HOME": str(home), "SUKI_IDENTITY_KEY": SECRET.decode()})


def test_what_was_signed_is_read_back():
    assert read_token(token_for(CLICK, SECRET), SECRET) == CLICK


def test_the_same_link_is_made_again_for_the_same_message():
    assert token_for(CLICK, SECRET) == token_for(CLICK, SECRET)


def test_a_token_of_years_ago_still_works():
    old = replace(CLICK, as_of=date(1999, 12, 31))
    assert read_token(token_for(old, SECRET), SECRET) == old


def test_a_link_of_the_first_version_is_read_by_every_later_one():
    """Links lie in mailboxes for years; whoever changes the format must keep reading this one."""
    sent_long_ago = (
        "MR85NDFkZTcwYzY1YTY1MjA5M2FmZWMzYjI1NmZkM2M0Nh9lbWFpbB9tYXJrZXRpbmcfcmVvcmRlch8yMDI2LTEwLTA1H3Ro"
        ".sQJ3xMYo50M555F1RZKojTSf3mlluNRbvCNkS1TJVdc"
    )
    assert read_token(sent_long_ago, SECRET) == CLICK


@pytest.mark.parametrize("name", [field.name for field in fields(Unsubscription)])
def test_no_field_can_be_changed_without_the_key(name):
    other = {"as_of": date(2026, 10, 6), "email_key": "0" * 32}.get(name, "survey")
    forged = token_for(replace(CLICK, **{name: other}), b"another key")
    body, _, _ = forged.partition(".")
    _, _, signature = token_for(CLICK, SECRET).partition(".")
    for token in (forged, f"{body}.{signature}"):
        with pytest.raises(TokenError):
            read_token(token, SECRET)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: base64.b64encode(b).decode()))
def test_nothing_but_a_token_is_taken_for_one(text):
    with pytest.raises(TokenError):
        read_token(text, SECRET)


@given(st.integers(min_value=0, max_value=139), st.characters(codec="ascii"))
def test_a_token_with_one_character_changed_is_none_or_means_the_same(position, character):
    token = token_for(CLICK, SECRET)
    changed = token[:position] + character + token[position + 1 :]
    try:
        assert read_token(changed, SECRET) == CLICK
    except TokenError:
        return


def test_a_signature_of_another_use_of_the_secret_is_no_signature_of_a_token():
    import hashlib
    import hmac

    body, _, _ = token_for(CLICK, SECRET).partition(".")
    payload = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    plain = hmac.new(SECRET, payload, hashlib.sha256).digest()
    with pytest.raises(TokenError):
        read_token(f"{body}.{base64.urlsafe_b64encode(plain).decode().rstrip('=')}", SECRET)


def test_a_token_holds_no_address_and_needs_no_escaping_in_a_link():
    token = token_for(CLICK, SECRET)
    body = token.partition(".")[0]
    told = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    assert "ana" not in told
    assert "@" not in told
    assert token.replace("-", "").replace("_", "").replace(".", "").isalnum()
    assert len(token) < 250


@pytest.mark.parametrize(
    "address", ["ana@example.com", " Ana@Example.COM ", "ﬁona@example.com", "żaneta@example.com"]
)
def test_the_hash_of_an_address_is_the_one_the_readers_make(address):
    assert address_key(address, SECRET) == key_of_text(address, (), person_key(SECRET))


@pytest.mark.parametrize(
    ("purpose", "everything", "refused"),
    [
        ("marketing", False, {"marketing", "birthday"}),
        ("birthday", False, {"marketing", "birthday"}),
        ("survey", False, {"survey"}),
        ("service", False, {"service"}),
        ("marketing", True, {"marketing", "birthday", "survey"}),
        ("service", True, {"marketing", "birthday", "survey", "service"}),
    ],
)
def test_a_click_refuses_what_the_message_was_and_advertising_as_a_whole(
    purpose, everything, refused
):
    click = replace(CLICK, purpose=purpose)
    found = click.purposes(everything=everything)
    assert set(found) == refused
    assert len(found) == len(refused)


def test_the_link_leads_to_the_shop_s_address_and_stands_in_the_header(tmp_path):
    settings = shop(tmp_path, **CONTACT)
    url = unsubscribe_url(CLICK, settings)
    base, _, token = url.partition("?token=")
    assert base == "https://shop.example.com/unsubscribe"
    assert read_token(token, settings.identity_secret()) == CLICK
    assert list_headers(url) == {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


@pytest.mark.parametrize("missing", CONTACT)
def test_without_an_address_to_say_no_to_or_a_sender_no_mail_goes_to_customers(tmp_path, missing):
    assert customer_mail_refusal(shop(tmp_path, **CONTACT)) is None
    some = {name: value for name, value in CONTACT.items() if name != missing}
    refusal = customer_mail_refusal(shop(tmp_path, **some))
    assert refusal is not None
    assert f"{missing} is not set under [contact]" in refusal


def test_a_shop_as_it_is_shipped_writes_to_no_customer(tmp_path):
    settings = Settings({"SUKI_HOME": str(tmp_path)})
    assert "unsubscribe_url, sender_identity, postal_address are not set" in str(
        customer_mail_refusal(settings)
    )
    with pytest.raises(ValueError, match="unsubscribe_url"):
        unsubscribe_url(CLICK, settings)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example.com/unsubscribe",
        "shop.example.com/unsubscribe",
        "https://shop.example.com/unsubscribe?list=1",
        "https://shop.example.com/un subscribe",
        "https://shop.example.com/#stop",
        "https://user@shop.example.com/stop",
    ],
)
def test_an_address_that_mail_programs_would_not_post_to_is_refused(tmp_path, url):
    with pytest.raises(ConfigurationError, match=r"contact\.unsubscribe_url"):
        _ = shop(tmp_path, **CONTACT | {"unsubscribe_url": url}).business


def test_a_postal_address_is_one_line(tmp_path):
    with pytest.raises(ConfigurationError, match="write it on one line"):
        _ = shop(tmp_path, **CONTACT | {"postal_address": "12 Mabango Ave.\\n1000 Manila"}).business
