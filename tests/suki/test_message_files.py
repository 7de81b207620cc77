"""Message files as a shop edits them: whose file counts, where a mistake stands, what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reports.message_checks import check_templates
from suki.cli import cli
from suki.errors import ConfigurationError
from suki.message_files import (
    brought_variables,
    letterhead,
    load_template,
    load_templates,
    template_paths,
)
from suki.settings import PROJECT_CONFIG, Settings

SOUND = """\
description: For tests.
en:
  subject: "About {{ product_name }}"
  text: |
    Hello{% if first_name %} {{ first_name }}{% endif %},

    {{ product_name }}
  html: |
    <p>Hello{% if first_name %} {{ first_name }}{% endif %},</p>
    <p>{{ product_name }}</p>
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config" / "messages").mkdir(parents=True)
    monkeypatch.setenv("SUKI_HOME", str(tmp_path))
    monkeypatch.setenv("SUKI_IDENTITY_KEY", "k")
    return tmp_path


def write(home: Path, text: str, name: str = "tea") -> Path:
    path = home / "config" / "messages" / f"{name}.yml"
    path.write_text(text, encoding="utf-8")
    return path


def suki(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_a_shop_s_own_file_wins_over_the_one_that_ships(home):
    own = write(home, SOUND, "reorder")
    settings = Settings()
    assert template_paths(settings)["reorder"] == own
    assert template_paths(settings)["win_back"] == PROJECT_CONFIG / "messages" / "win_back.yml"
    assert set(load_templates(settings)["reorder"].languages) == {"en"}


@pytest.mark.parametrize("name", ["reorder", "win_back"])
def test_the_model_messages_are_whole_in_four_languages(name):
    template = load_template(PROJECT_CONFIG / "messages" / f"{name}.yml")
    assert set(template.languages) == {"en", "fil", "th", "pl"}
    assert check_templates([template]) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SOUND.replace("  subject", "  subjct"), "line 3: unknown key 'en.subjct'; did you mean 'subject'?"),
        (SOUND.replace("en:", "de:"), "line 2: unknown key 'de'"),
        (SOUND.replace("description: For tests.\n", ""), "the key 'description' is missing"),
        (SOUND + "th:\n  subject: x\n  text: y\n", "line 11: the key 'th.html' is missing"),
        (SOUND.replace("  text: |", "\ttext: |"), "line 4: not valid YAML"),
        ("", "expected keys such as description, en"),
    ],
)  # fmt: skip
def test_a_mistake_of_form_is_told_with_file_and_line(home, text, told):
    path = write(home, text)
    with pytest.raises(ConfigurationError) as caught:
        load_template(path)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("found", "put", "place"),
    [
        ("About {{ product_name }}", "About {{ produkt }}", "line 3 (en, subject)"),
        ("\n    {{ product_name }}\n", "\n    {{ produkt }}\n", "line 7 (en, text)"),
        ("<p>{{ product_name }}</p>", "<p>{{ produkt }}</p>", "line 10 (en, html)"),
        ("<p>{{ product_name }}</p>", "<p>{{ product_name }}", "line 10 (en, html)"),
        ("{% endif %},\n\n", ",\n\n", "(en, text)"),
    ],
)
def test_a_mistake_in_words_is_told_with_the_line_of_the_file(home, found, put, place):
    path = write(home, SOUND.replace(found, put, 1))
    told = [str(f) for f in check_templates([load_template(path)]) if not f.is_warning]
    assert len(told) == 1
    assert str(path) in told[0]
    assert place in told[0]


def test_suki_messages_check_tells_every_mistake_and_fails(home):
    write(home, SOUND.replace("{{ product_name }}</p>", "{{ produkt }}</p>"))
    write(home, "description: x\n", "empty")
    done = suki("messages", "check")
    assert done.exit_code == 2
    assert "FIX " in done.output
    assert "no variable 'produkt' in this message; did you mean 'product_name'?" in done.output
    assert "the key 'en' is missing" in done.output
    assert "2 mistakes" in done.output
    assert "no mail goes to customers: unsubscribe_url" in done.output


def test_suki_messages_check_is_content_with_what_ships(home):
    done = suki("messages", "check")
    assert done.exit_code == 0, done.output
    assert ", 0 mistakes" in done.output


def test_suki_messages_preview_writes_what_a_customer_would_get(home, tmp_path):
    (home / "config" / "suki.toml").write_text('[store]\nname = "Kape"\n', encoding="utf-8")
    out = tmp_path / "out"
    done = suki("messages", "preview", "reorder", "--language", "th", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == {
        "reorder.th.subject.txt", "reorder.th.txt", "reorder.th.html",
    }  # fmt: skip
    text = (out / "reorder.th.txt").read_text(encoding="utf-8")
    assert "สวัสดี คุณAna" in text
    assert "Kape" in text
    suki("messages", "preview", "reorder", "--language", "th", "--without-name", "--out", str(out))
    assert "คุณAna" not in (out / "reorder.th.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("preview", "reordr"), "no message 'reordr'; did you mean 'reorder'?"),
        (("preview", "reorder", "--language", "de"), "the template has no such language"),
    ],
)
def test_a_preview_of_what_is_not_there_says_what_is(home, tmp_path, arguments, told):
    done = suki("messages", *arguments, "--out", str(tmp_path / "out"))
    assert done.exit_code != 0
    assert told in str(done.exception)


CAMPAIGN = """\
  {name}:
    title: T
    description: D
    catalogue: L1
    {who}
    owner: marketing@example.com
    priority: 1
    cooldown_days: 1
    expires_after_days: 1
    template: tea
"""


def test_a_template_may_use_only_what_all_its_campaigns_bring(home, monkeypatch):
    from transforms.audiences import registry
    from transforms.audiences.shop import Finder

    def brings(*variables: str) -> Finder:
        return Finder("x", "L1", "d", lambda *_: None, variables=variables)  # type: ignore[arg-type,return-value]

    finders = {"one": brings("days", "sku"), "two": brings("days")}
    monkeypatch.setattr(registry, "FINDERS", finders)
    text = "campaigns:\n" + "".join(
        CAMPAIGN.format(name=f"c_{name}", who=f"audience: {name}") for name in finders
    )
    (home / "config" / "campaigns.yml").write_text(text, encoding="utf-8")
    assert brought_variables(Settings()) == {"tea": frozenset({"days"})}
    both = text + CAMPAIGN.format(name="c", who="segment: vip")
    (home / "config" / "campaigns.yml").write_text(both, encoding="utf-8")
    assert brought_variables(Settings()) == {"tea": frozenset()}
    (home / "config" / "campaigns.yml").write_text(text + "what: 1\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="unknown key 'what'"):
        brought_variables(Settings())


def test_what_stands_around_a_message_is_the_shop_s_own(home):
    (home / "config" / "suki.toml").write_text(
        '[store]\nname = "Kape"\n[contact]\nshop_url = "https://shop.example.com"\n'
        'sender_identity = "Kape Inc."\npostal_address = "Manila"\n',
        encoding="utf-8",
    )
    head = letterhead(Settings(), "PHP")
    assert (head.shop_name, head.shop_url, head.sender_identity) == (
        "Kape", "https://shop.example.com", "Kape Inc.",
    )  # fmt: skip
    assert (head.postal_address, head.currency) == ("Manila", "PHP")
