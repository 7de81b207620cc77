"""Messages to customers: in their language, by their name only where it is one, or not at all."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.message_checks import SAMPLE_LETTERHEAD, SAMPLE_LINK, SAMPLES, check_templates
from reports.message_templates import LANGUAGES, MessageError, MessageTemplate, Part, Wording
from reports.message_words import FOOTERS, PAGES
from reports.messages import choose_language, plain_name, render_message
from reports.render import RenderedMail

GREETING = "Hello{% if first_name %} {{ first_name }}{% endif %},"
FORMULA = '=HYPERLINK("https://evil.example.com","x")'


def template(
    subject: str = "About {{ product_name }}",
    text: str = GREETING + "\n\n{{ product_name }}",
    html: str = f"<p>{GREETING}</p><p>{{{{ product_name }}}}</p>",
    languages: tuple[str, ...] = LANGUAGES,
) -> MessageTemplate:
    wording = Wording(Part(subject, 4), Part(text, 6), Part(html, 12))
    return MessageTemplate("tea", "For tests.", dict.fromkeys(languages, wording), "tea.yml")


def made(one: MessageTemplate | None = None, language: str = "en", **values: Any) -> RenderedMail:
    given_values = {"first_name": "Ana", "offer": None, "product_name": "Tea"} | values
    return render_message(
        one or template(),
        given_values,
        language=language,
        purpose="marketing",
        letterhead=SAMPLE_LETTERHEAD,
        unsubscribe_url=SAMPLE_LINK,
    )


class Words(HTMLParser):
    """The tags and the visible words of a page, as a mail program reads them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize(
    ("preferred", "fallback", "language"),
    [
        ("th", "en", "th"),
        ("pl-PL", "en", "pl"),
        ("fil_PH", "en", "fil"),
        ("tl", "en", "fil"),
        ("TL", "en", "fil"),
        ("de", "pl", "pl"),
        (None, "th", "th"),
        ("", "th", "th"),
        ("de", "xx", "en"),
    ],
)
def test_the_language_is_the_customer_s_else_the_campaign_s_else_english(
    preferred, fallback, language
):
    assert choose_language(preferred, fallback, template()) == language


def test_a_language_the_template_lacks_falls_back_and_none_at_all_is_refused():
    assert choose_language("th", "pl", template(languages=("en", "pl"))) == "pl"
    with pytest.raises(MessageError, match="'tea' has no wording in 'th' or English"):
        choose_language("th", "th", template(languages=("pl",)))


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("Ana", "Ana"),
        ("  María  Luz ", "María Luz"),
        ("O'Brien", "O'Brien"),
        ("Jean-Luc", "Jean-Luc"),
        ("Ma. Teresa", "Ma. Teresa"),
        ("สุดารัตน์", "สุดารัตน์"),
        ("Łukasz", "Łukasz"),
        ("An\u202ea", "Ana"),
        ("Ana\r\nBcc: all@example.com", None),
        ("Ana\nCruz", "Ana Cruz"),
        ("", None),
        (None, None),
        ("   ", None),
        ("-", None),
        ("<b>Ana</b>", None),
        ("{{ 7 }}", None),
        (FORMULA, None),
        ("+Ana", None),
        ("@ana", None),
        ("ana@example.com", None),
        ("https://evil.example.com", None),
        ("evil.example", None),
        ("Ana2", None),
        ("A" * 41, None),
        ("A" * 40, "A" * 40),
        ("N/A", None),
    ],
)
def test_a_name_is_used_only_where_it_is_one(stated, name):
    assert plain_name(stated) == name


@given(st.text(max_size=60))
def test_whatever_is_typed_as_a_name_adds_no_tag_no_line_and_no_link(stated):
    plain, without = made(first_name=stated), made(first_name=None)
    assert Words(plain.html).tags == Words(without.html).tags
    assert len(plain.text.splitlines()) == len(without.text.splitlines())
    assert re.findall(r"https?:", plain.text) == re.findall(r"https?:", without.text)
    assert len(plain.subject.splitlines()) == 1


def test_a_name_that_is_none_is_left_out_and_leaves_no_gap():
    for name in (None, "", FORMULA):
        mail = made(first_name=name)
        assert "Hello,\n" in mail.text
        assert "Hello," in Words(mail.html).words
        assert "HYPERLINK" not in mail.text + mail.html


def test_html_in_a_product_s_name_is_shown_as_it_stands_and_never_obeyed():
    mail = made(product_name='<script>alert("x")</script>\r\nBcc: all@example.com & more')
    assert "<script" not in mail.html
    assert '<script>alert("x")</script>' in Words(mail.html).words
    assert mail.subject == 'About <script>alert("x")</script> Bcc: all@example.com & more'
    assert "&amp;" not in mail.text


@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_variable_stops_the_message_and_names_template_language_and_variable(value):
    with pytest.raises(MessageError, match="'tea' in 'th', subject: the variable 'product_name'"):
        made(language="th", product_name=value)


def test_a_variable_that_is_not_there_at_all_stops_the_message():
    with pytest.raises(MessageError, match=r"text: the variable 'due_day' is missing"):
        made(template(text="{{ due_day }}"))


@pytest.mark.parametrize("word", ["self", "loop", "range", "cycler", "namespace", "joiner"])
def test_words_that_jinja_knows_by_itself_are_no_variables(word):
    with pytest.raises(MessageError, match=f"the variable {word!r} is missing"):
        made(template(text=f"{{{{ {word} }}}}"))


def test_an_offer_printed_without_asking_stops_the_message_of_whoever_has_none():
    careless = template(text="For you: {{ offer }}")
    assert "10 %" in made(careless, offer="10 % off").text
    with pytest.raises(MessageError, match="a variable that is none was printed"):
        made(careless)


def test_no_message_says_none_or_undefined():
    for mail in (made(), made(first_name=None)):
        assert not re.search(r"\b(None|Undefined)\b|\{\{|\{%", mail.subject + mail.text + mail.html)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{{ first_name.__class__.__mro__ }}", "Getattr"),
        ("{{ first_name['__class__'] }}", "Getitem"),
        ("{{ ''.format(first_name) }}", "Call"),
        ("{{ range(10) }}", "Call"),
        ("{% for letter in first_name %}x{% endfor %}", "For"),
        ("{% set name = first_name %}", "Assign"),
        ("{% include 'kpi.html' %}", "Include"),
        ("{% extends 'base.html' %}", "Extends"),
        ("{% import 'x' as y %}", "Import"),
        ("{% macro x() %}{% endmacro %}", "Macro"),
        ("{{ 'x' * 1000000000 }}", "Mul"),
        ("{{ 9 ** 9999999 }}", "Pow"),
        ("{% autoescape false %}{{ first_name }}{% endautoescape %}", "Scope"),
        ("{{ first_name | safe }}", "no filter 'safe'"),
        ("{{ first_name | attr('__class__') }}", "no filter 'attr'"),
        ("{{ first_name | map('upper') }}", "no filter 'map'"),
        ("{{ first_name is callable }}", "no test 'callable'"),
        ("{% if first_name %}", "Unexpected end of template"),
        ("{{ 5 // 0 }}", "zero"),
    ],
)
def test_a_template_can_do_nothing_but_print_ask_and_format(source, told):
    with pytest.raises(MessageError, match=re.escape(told)):
        made(template(text=source))
    with pytest.raises(MessageError, match=re.escape(told)):
        made(template(html=f"<p>{source}</p>"))


def test_dates_and_money_are_written_as_the_language_does():
    words = template(text="{{ due_date }}|{{ amount }}|{{ points | number }}|{{ due_date | date }}")
    values = {"due_date": date(2026, 10, 5), "amount": Decimal("1234.5000"), "points": 12500}
    written = {code: made(words, code, **values).text.splitlines()[0] for code in LANGUAGES}
    assert {code: text.replace("\xa0", " ") for code, text in written.items()} == {
        "en": "October 5, 2026|₱1,234.50|12,500|October 5, 2026",
        "fil": "Oktubre 5, 2026|₱1,234.50|12,500|Oktubre 5, 2026",
        "th": "5 ตุลาคม 2026|PHP1,234.50|12,500|5 ตุลาคม 2026",
        "pl": "5 października 2026|1 234,50 PHP|12 500|5 października 2026",
    }


@pytest.mark.parametrize("text", ["{{ product_name | money }}", "{{ amount | date }}"])
def test_a_filter_given_the_wrong_thing_stops_the_message(text):
    with pytest.raises(MessageError, match="was given what is no"):
        made(template(text=text), amount=Decimal(1))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", ["marketing", "birthday", "survey", "service"])
def test_every_message_says_who_sent_it_why_and_how_to_stop_it(language, purpose):
    mail = render_message(
        template(),
        {"first_name": None, "offer": None, "product_name": "Tea"},
        language=language,
        purpose=purpose,
        letterhead=replace(SAMPLE_LETTERHEAD, shop_name="Tea & <Co>"),
        unsubscribe_url="https://shop.example.com/stop?token=a.b&x=1",
    )
    why = FOOTERS[language].why[purpose].format(shop="Tea & <Co>")
    for words in (mail.text, Words(mail.html).words):
        assert why in words
        assert FOOTERS[language].stop in words
        assert "My Shop Inc., 12 Mabango Ave., 1000 Manila, Philippines" in words
    assert "https://shop.example.com/stop?token=a.b&x=1" in mail.text
    assert 'href="https://shop.example.com/stop?token=a.b&amp;x=1"' in mail.html
    assert f'<html lang="{language}">' in mail.html


def test_a_message_without_an_https_link_to_stop_it_is_not_made():
    with pytest.raises(MessageError, match="unsubscribe link"):
        render_message(
            template(),
            SAMPLES,
            language="en",
            purpose="marketing",
            letterhead=SAMPLE_LETTERHEAD,
            unsubscribe_url="http://shop.example.com/stop",
        )


def test_a_message_needs_no_picture_and_asks_no_other_server_for_anything():
    page = made().html
    assert not re.findall(r"<(?:img|link|script|iframe)\b", page)
    assert "url(" not in page


@pytest.mark.parametrize("subject", ["One\nTwo", "  ", "x" * 201])
def test_a_subject_is_one_line_of_some_words(subject):
    with pytest.raises(MessageError, match="subject"):
        made(template(subject=subject))


def test_the_same_message_is_made_of_the_same_words_twice():
    assert made() == made()


@pytest.mark.parametrize(
    ("html", "line", "told"),
    [
        ("<p>\n<b>x</p>", 13, "</p> closes <b> of line 2"),
        ("<p>x\n", 12, "<p> is never closed"),
        ("x</p>", 12, "</p> closes what was not opened"),
        ("x\n<p", 13, "a tag has no `>`"),
        ("<p>a\n<ul><li>b</li></ul></p>", 13, "<ul> stands inside a <p>"),
        ("<script>x()</script>", 12, "<script> has no place"),
        ("<iframe></iframe>", 12, "<iframe> has no place"),
        ("<form></form>", 12, "<form> has no place"),
        ('<p onclick="x()">a</p>', 12, "onclick: nothing in a message may run"),
        ('<a href="javascript:x()">a</a>', 12, "href: a link leads to"),
        ('<a href=" JAVA\nSCRIPT:x()">a</a>', 12, "href: a link leads to"),
        ('<a href="&#106;avascript:x()">a</a>', 12, "href: a link leads to"),
        ('<a href="{{ product_name }}">a</a>', 12, "href: a link leads to"),
        ('<img src="http://a.example.com/p.png" alt="a">', 12, "src: a picture comes from https"),
        ('<img src="data:image/png;base64,AA" alt="a">', 12, "src: a picture comes from https"),
        ('<img src="https://a.example.com/p.png">', 12, "needs `src`, and `alt`"),
        (
            '<img src="https://a.example.com/p" alt="a" width="1" height="1">',
            12,
            "tracking pixel",
        ),
        ('<p style="background: URL(x)">a</p>', 12, "style: no addresses"),
        ("<!-- a -->", 12, "a comment goes out to everybody"),
        ("<p>a</p>\n{% if offer %}<b>{% endif %}x", 13, "same branch"),
        ("{% if offer %}<p>{% else %}<p>{% endif %}</p>", 12, "same branch"),
        ('<a title="{% if offer %}x{% endif %}">a</a>', 12, "inside a tag"),
        ("{% if offer %}\n<b>{{ offer }}\n{% endif %}", 14, "same branch"),
    ],
)
def test_broken_or_dangerous_html_is_told_with_the_line_of_its_file(html, line, told):
    (finding,) = check_templates([template(html=html, languages=("en",))])[-1:]
    assert told in str(finding)
    assert str(finding).startswith(f"tea.yml, line {line} (en, html): ")
    assert not finding.is_warning


def test_html_that_only_this_message_would_break_stops_this_message():
    risky = template(html='<p><a href="{{ product_name }}">a</a></p>')
    assert made(risky, product_name="https://shop.example.com/tea")
    with pytest.raises(MessageError, match="html: href: a link leads to"):
        made(risky, product_name="javascript:alert(1)")


@pytest.mark.parametrize(
    "html",
    [
        "<p>a<br>b<br/>c</p><hr>",
        "<ul><li>a</li><li>b</li></ul>",
        "<p>1 < 2 &amp; 3 > 2</p>",
        "{% if offer %}<p>{{ offer }}</p>{% elif first_name %}<p>x</p>{% else %}<p>y</p>{% endif %}",
        '<p>x{% if shop_url %}<a href="{{ shop_url }}/tea?a=1&amp;b=2">a</a>{% endif %}</p>',
        '<p><a href="mailto:shop@example.com">a</a> <a href="tel:+63900000000">b</a></p>',
        '<img src="https://shop.example.com/tea.png" alt="A cup" width="300" height="200">',
        '{#- a note\n over two lines -#}<p title="x">y</p>',
    ],
)
def test_sound_html_is_let_through(html):
    assert check_templates([template(html=html)]) == []


def test_a_link_to_the_shop_that_does_not_ask_for_its_address_is_told():
    unasked = template(html='<p><a href="{{ shop_url }}">a</a></p>', languages=("en",))
    assert "for whoever has no shop_url" in str(check_templates([unasked])[-1])


def test_a_word_no_variable_has_is_told_with_line_and_the_nearest_one():
    found = check_templates([template(text="Hello\n{{ product_nam }}", languages=("en",))])
    assert str(found[-1]) == (
        "tea.yml, line 7 (en, text): no variable 'product_nam' in this message; did you mean 'product_name'?"
    )


def test_a_variable_that_the_audience_does_not_bring_is_told():
    one = template()
    assert check_templates([one], {"tea": ("product_name",)}) == []
    found = check_templates([one], {"tea": ("days",)})
    assert {finding.part for finding in found} == {"subject", "text", "html"}
    assert all("no variable 'product_name'" in finding.message for finding in found)


def test_what_fails_only_for_whoever_has_no_name_is_told_before_anybody_is_written_to():
    found = check_templates([template(text="Hello {{ first_name }}", languages=("en",))])
    told = [str(finding) for finding in found if not finding.is_warning]
    assert len(told) == 1
    assert "a variable that is none was printed" in told[0]
    assert told[0].endswith("(for whoever has no first_name)")


def test_a_language_that_is_missing_is_a_warning_and_no_mistake():
    found = check_templates([template(languages=("en", "fil"))])
    assert [f.is_warning for f in found] == [True, True]
    assert "no wording in 'th'" in str(found[0])


def test_every_word_around_a_message_exists_in_every_language():
    assert set(FOOTERS) == set(PAGES) == set(LANGUAGES)
    for code in LANGUAGES:
        assert set(FOOTERS[code].why) == {"marketing", "birthday", "survey", "service"}
        assert all("{shop}" in words for words in FOOTERS[code].why.values())
        assert {"{sender}", "{address}"} <= set(re.findall(r"\{\w+\}", FOOTERS[code].sent_by))
