"""What is taken out of a comment before anybody reads it, and what is left alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from transforms.redaction import Redactor, names_of
from transforms.redaction_patterns import MARK, plain
from transforms.themes_dictionary import load_themes
from transforms.themes_text import fold

SHIPPED = load_themes(Path(__file__).resolve().parents[2] / "config/themes.yml")
NAMES = {
    "en": ("Maria", "Cuppington", "O'Brien", "Zoë", "Jean-Luc", "Beanley"),
    "fil": ("Bayani", "Panutsañol", "Dalisay-Cruz", "Jun", "Dela Rosa"),
    "th": ("สมชาย", "ธนา", "ชาหอม", "กาญจนา"),
    "pl": ("Małgorzata", "Kowalska", "Łukasz", "Wiśniewski", "Żaneta"),
}
#: Names that are words of the language as well: what they do in a sentence decides.
WORDLIKE = ("May", "Grace", "Rose", "Best", "Ang", "Joy", "ใจดี", "ดี", "Mała", "Kot")
SENTENCES = {
    "en": (
        "The coffee was great and {} packed it with care.",
        "I asked {} twice about my refund and nobody replied!",
        "delivery took two weeks, then {}'s rider lost the parcel",
        "Thanks to the lovely people of the shop, above all: {}",
        "{} answered every question in time, and the grind was right.",
    ),
    "fil": (
        "Ang bango ng kape, salamat kay {} na nagbalot nito.",
        "Sobrang tagal dumating, hindi sumagot si {} sa mga mensahe ko",
        "{} ang nag-deliver, mabait at mabilis naman po siya.",
    ),
    "th": (
        "กาแฟหอมมาก ขอบคุณคุณ{}ที่ช่วยดูแลเรื่องจัดส่งค่ะ",
        "ส่งของช้ามากค่ะ ติดต่อ {} แล้วยังไม่มีใครตอบเลย",
        "พนักงานชื่อ{}บริการดีมาก ตอบไว ประทับใจครับ",
    ),
    "pl": (
        "Paczka szła trzy tygodnie, a {} nie odpisał na wiadomość.",
        "Bardzo dobra kawa, dziękuję pani {} za szybki kontakt i pomoc",
        "Obsługa świetna. {} doradziła idealnie, polecam ten sklep wszystkim.",
    ),
}
LANGUAGES = tuple(SENTENCES)
EVERYBODY = [name for names in NAMES.values() for name in names] + list(WORDLIKE)


def redactor(*more: str, order_ids: frozenset[str] = frozenset()) -> Redactor:
    return Redactor(names_of([*EVERYBODY, *more]), order_ids, SHIPPED)


SHOP = redactor(order_ids=frozenset({"so-1a", "barako-77"}))


def words_of(text: str | None) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", fold((text or "").replace("'", " "))))


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, str, str]:
    """Language, name and a sentence of the language with the name in it, typed in some way."""
    language = draw(st.sampled_from(LANGUAGES))
    name = draw(st.sampled_from(NAMES[language] + NAMES["en"]))
    typed = draw(
        st.sampled_from((name, name.upper(), name.lower(), fold(name), fold(name).title()))
    )
    return language, name, draw(st.sampled_from(SENTENCES[language])).format(typed)


@settings(deadline=None)
@given(planted())
def test_no_name_of_the_shops_people_survives(case: tuple[str, str, str]) -> None:
    language, name, comment = case
    shown = SHOP.shown(comment, language)
    particles = {"dela"}
    assert not (words_of(name) - particles) & words_of(shown)
    assert shown is None or fold(name) not in fold(shown)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(LANGUAGES).flatmap(
        lambda language: st.tuples(st.just(language), st.sampled_from(SENTENCES[language]))
    ),
    st.one_of(
        st.text("abcdefghijklmnopqrstuvwxyząćęłńóśźżñéüø", min_size=2, max_size=12).map(str.title),
        st.text("กขคงจชดตถทนบปพมยรลวสหอาิีุูเแโ", min_size=3, max_size=8),
    ),
    st.sampled_from((str, str.upper, str.lower)),
)
def test_no_made_up_name_survives_however_it_is_typed(
    sentence: tuple[str, str], name: str, typed: Callable[[str], str]
) -> None:
    language, template = sentence
    parts = words_of(name)
    one = redactor(name)
    vocabulary = one._vocabulary(language)
    assume(fold(name) == name.lower() or not name.isascii())
    assume(not any(vocabulary.knows(part) for part in parts | {fold(name)}))
    assume(parts.isdisjoint(words_of(template)) and fold(name) not in fold(template))
    shown = one.shown(template.format(typed(name)), language)
    assert shown is None or fold(name) not in words_of(shown)
    assert shown is None or name.lower() != name.upper() or name not in shown


@settings(deadline=None)
@given(
    st.sampled_from(LANGUAGES).flatmap(lambda language: st.sampled_from(SENTENCES[language])),
    st.emails(),
    st.sampled_from((" ", ": ", "")),
)
def test_no_address_survives(template: str, address: str, gap: str) -> None:
    shown = SHOP.shown(template.format(f"{gap}{address}"), "en")
    assert shown is None or (address not in shown and "@" not in shown)


@settings(deadline=None)
@given(
    st.sampled_from(LANGUAGES).flatmap(lambda language: st.sampled_from(SENTENCES[language])),
    st.lists(st.text("0123456789", min_size=2, max_size=4), min_size=4, max_size=5),
    st.sampled_from(("", " ", "-", ".", " - ", ") ", "/")),
    st.sampled_from(("", "+", "+66 ", "(0", "tel. ", "โทร", "tel:")),
)
def test_no_phone_number_survives(template: str, groups: list[str], gap: str, before: str) -> None:
    shown = SHOP.shown(template.format(before + gap.join(groups)), "th")
    assert shown is None or gap.join(groups) not in shown
    assert shown is None or len(re.sub(r"\D", "", shown)) < 4


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Write to ana.b+shop@example.com or call me please", f"Write to {MARK} or call me please"),
        ("Write to ana (at) example (dot) com about the refund", f"Write to {MARK} about the refund"),
        ("Proszę pisać: ana [małpa] example.com w sprawie zwrotu", f"Proszę pisać: {MARK} w sprawie zwrotu"),
        ("write to ana@example.com because nobody replies", f"write to {MARK} because nobody replies"),
        ("See https://example.com/u?id=7 for the broken lid photo", f"See {MARK} for the broken lid photo"),
        ("See the pictures on www.example.org/me of the torn bag", f"See the pictures on {MARK} of the torn bag"),
        ("Pictures of the torn bag are on example.ph/photos now", f"Pictures of the torn bag are on {MARK} now"),
        ("I am @coffee_lover99 on the network, thanks a lot", f"I am {MARK} on the network, thanks a lot"),
        ("My LINE: coffee-lover please answer me there soon", f"My {MARK} please answer me there soon"),
        ("Order #77 never arrived and nobody answers me", f"Order {MARK} never arrived and nobody answers me"),
        ("Order 12 never arrived and nobody answers me", f"Order {MARK} never arrived and nobody answers me"),
        ("Still waiting for SO-1A since the beginning of June", f"Still waiting for {MARK} since the beginning of June"),
        ("Zamówienie nr 31 nie dotarło do dzisiaj, smutno mi", f"Zamówienie nr {MARK} nie dotarło do dzisiaj, smutno mi"),
        ("My order AB12CD34 was wrong, please send another", f"My order {MARK} was wrong, please send another"),
        ("Paid 12345 for it and got half of the coffee only", f"Paid {MARK} for it and got half of the coffee only"),
        ("โทรหาดิฉันที่ ๐๘๑๒๓๔๕๖๗๘ ได้เลยนะคะ รอของอยู่", f"โทรหาดิฉันที่ {MARK} ได้เลยนะคะ รอของอยู่"),
        ("Bought 250g, 2x, on the 3rd at 10am for my V60: nice", None),
        ("Three bags for 900 pesos in 2-3 days, that is fair", None),
        ("Pani Annie dziękuję, a panu Zdzisławowi za dostawę", f"Pani {MARK} dziękuję, a panu {MARK} za dostawę"),
        ("Rozmawiałam z Małgorzatą Kowalską i było miło bardzo", f"Rozmawiałam z {MARK} i było miło bardzo"),
        ("Kowalskiej nikt nie odpisał przez cały ten tydzień", f"{MARK} nikt nie odpisał przez cały ten tydzień"),
        ("Salamat kay Esperanza at kuya Boy sa mabilis na hatid", f"Salamat kay {MARK} at kuya {MARK} sa mabilis na hatid"),
        ("Mr. Smith answered within the hour, which was nice", f"Mr. {MARK} answered within the hour, which was nice"),
        ("Great talk with Zofia Kettleby about how to grind it", None),
        ("Great talk with Zofia Beanley about how to grind it", f"Great talk with {MARK} about how to grind it"),
        ("Great talk with Maria Smithson about how to grind it", f"Great talk with {MARK} about how to grind it"),
    ],
)  # fmt: skip
def test_a_comment_loses_what_is_personal_and_nothing_else(said: str, left: str | None) -> None:
    language = "pl" if re.search("[ęąłż]|Rozm", said) else "fil" if "kay" in said else "en"
    language = "th" if "โทร" in said else language
    assert SHOP.shown(said, language) == (left or said)


@pytest.mark.parametrize(
    ("said", "language", "left"),
    [
        ("the best coffee, may you grow, with grace and joy", "en", "same"),
        ("I spoke with Grace and with May about the grinder", "en", f"I spoke with {MARK} and with {MARK} about the grinder"),
        ("Grace packed it well, but the rider was very late", "en", None),
        ("Best coffee in town, and delivered in two days", "en", None),
        ("May Cuppington was helpful with the broken lid", "en", None),
        ("Ang sarap ng kape at ang bilis ng delivery nila", "fil", "same"),
        ("Masarap ang kape. Ang bango pa ng bagong butil!", "fil", "same"),
        ("ANG SARAP NG KAPE, ANG BILIS PA NG DELIVERY", "fil", "same"),
        ("Ang Beanley ang nag-reply sa akin, mabait siya", "fil", f"{MARK} ang nag-reply sa akin, mabait siya"),
        ("ร้านนี้บริการดีมาก กาแฟหอม ส่งไวค่ะ", "th", "same"),
        ("คุณใจดีตอบไวมาก ขอบคุณสำหรับคำแนะนำนะคะ", "th", f"คุณ{MARK}ตอบไวมาก ขอบคุณสำหรับคำแนะนำนะคะ"),
        ("ไปธนาคารแล้วโอนเงินให้ร้าน แต่ของยังไม่มา", "th", None),
        ("mała paczka, ale kot był z niej zadowolony", "pl", "same"),
    ],
)  # fmt: skip
def test_an_ordinary_word_stays_unless_it_stands_where_a_name_would(
    said: str, language: str, left: str | None
) -> None:
    assert SHOP.shown(said, language) == (said if left == "same" else left)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("one\r\ntwo\u2028three\tfour\x00five", "one two three four five"),
        ("A\u200bna \u202egnihtemos\u202c", "Ana gnihtemos"),
        ("<b>great</b> &amp; <script>alert(1)</script>", "<b>great</b> & <script>alert(1)</script>"),
        ("ana&#64;example．com", "ana@example.com"),
        ("   ", ""),
    ],
)  # fmt: skip
def test_text_is_folded_into_one_line_of_visible_letters(said: str, expected: str) -> None:
    assert plain(said) == expected


@settings(deadline=None)
@given(st.text(max_size=400), st.sampled_from([*LANGUAGES, None]))
def test_any_text_at_all_is_shown_in_one_line_or_not_at_all(
    text: str, language: str | None
) -> None:
    shown = SHOP.shown(text, language)
    assert shown is None or (shown == plain(shown) and "\n" not in shown)


def test_a_rant_of_fifty_thousand_characters_is_read_in_no_time() -> None:
    for rant in ("ส่งช้ามากๆ" * 5_000, "late " * 10_000, "a" * 50_000, "1-" * 25_000, "x.y" * 16_000):
        shown = SHOP.shown(rant + " Maria", "en")
        assert shown is None or "Maria" not in shown


def test_a_shop_that_knows_nobody_still_hides_addresses() -> None:
    shop = Redactor(names_of([]), frozenset(), SHIPPED)
    assert (
        shop.shown("Great beans, write me: ana@example.com", "en")
        == f"Great beans, write me: {MARK}"
    )
