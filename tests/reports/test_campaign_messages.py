"""The messages that ship with Suki, in four languages: whole, readable, and true to the catalogue."""

from __future__ import annotations

import html as html_entities
import re
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from reports.message_checks import SAMPLES, check_templates
from reports.message_html import check_fragment
from reports.message_templates import LANGUAGES, PARTS, MessageTemplate, compiled
from suki.message_files import load_template
from transforms.audiences.registry import FINDERS

FOLDER = Path(__file__).parents[2] / "config" / "messages"
COMMON = {"first_name", "shop_name", "shop_url", "offer"}
SURVEY = {"survey_url"}
#: Template -> what its campaign brings besides COMMON; never none.
VARIABLES: dict[str, set[str]] = {
    "anniversary": {"years"},
    "at_risk": {"last_order_date"},
    "birthday": set(),
    "cancelled_subscription": set(),
    "category_arrivals": {"product_name", "category"},
    "check_in": {"last_order_date"},
    "complement": {"product_name", "bought_product_name"},
    "core_thanks": set(),
    "declined_request": {"theme"},
    "detractor_call": set(),
    "early_access": set(),
    "exit_survey": SURVEY,
    "expiring_points": {"points", "due_date"},
    "four_questions": SURVEY,
    "health_check": SURVEY,
    "lapsed_push": set(),
    "listened": {"theme"},
    "long_inactive": {"last_order_date"},
    "more_of_the_same": {"product_name"},
    "name_day": set(),
    "near_tier": {"amount", "tier"},
    "newsletter": set(),
    "nps_invitation": SURVEY,
    "one_year_check_in": {"product_name"},
    "order_check_in": {"last_order_date"},
    "order_confirmation": {"order_id"},
    "punch_reward": {"product_name"},
    "referral_ask": set(),
    "reorder": {"product_name", "last_order_date", "days"},
    "seasonal_reorder": {"category"},
    "service_recovery": set(),
    "signed_letter": set(),
    "testimonial": set(),
    "thank_you": set(),
    "tier_reached": {"tier"},
    "vip_invitation": set(),
    "welcome_1": set(),
    "welcome_2": set(),
    "welcome_3": set(),
    "win_back": {"last_order_date"},
    "year_end_letter": set(),
}
#: Template -> audience, where they are not named alike.
AUDIENCES = {"order_confirmation": "missed_confirmation", "reorder": "reorder_due"}
every_template = pytest.mark.parametrize("name", VARIABLES)

#: The sentence of requests.yml in each language; the Polish one with its subject is F5's own.
FIXED = {
    "en": "Our checkout is now easier than ever.",
    "fil": "Mas madali na ngayon ang pagbabayad sa amin.",
    "th": "ตอนนี้การชำระเงินของเราง่ายกว่าเดิม",
    "pl": "Nasz proces płatności jest teraz łatwiejszy niż kiedykolwiek.",
}
SHOP = {"shop_name": "Kapihan", "shop_url": "https://shop.example.com"}
LINKS = SHOP | {"survey_url": "https://survey.example.com/s"}
#: One of these stands in every customer's life; a message must read well in each.
CIRCUMSTANCES = [
    dict(zip(("first_name", "offer", "shop_url"), values, strict=True))
    for values in product(("Ana", None), ("10 % off with SUKI10", None), (SHOP["shop_url"], None))
]


def audience_of(name: str) -> str:
    return AUDIENCES.get(name, name)


@lru_cache
def template_of(name: str) -> MessageTemplate:
    return load_template(FOLDER / f"{name}.yml")


def ready(name: str, language: str, part: str) -> Any:
    source = getattr(template_of(name).languages[language], part).source
    return compiled(source, language, "PHP", is_html=part == "html")


def rendered(name: str, language: str, part: str, **values: Any) -> str:
    known = SAMPLES | LINKS | {"theme": FIXED[language]} | values
    return str(ready(name, language, part).render(known)).strip("\n")


def every_rendering(name: str, language: str, part: str) -> list[str]:
    return [rendered(name, language, part, **given) for given in CIRCUMSTANCES]


def words_of_html(html: str) -> str:
    """What a reader of the HTML sees, links and bullets written as the text writes them."""
    linked = re.sub(r'<a class="button" href="([^"]*)">(.*?)</a>', r"\2: \1", html)
    listed = linked.replace("<li>", "- ")
    return " ".join(html_entities.unescape(re.sub(r"<[^>]+>", " ", listed)).split())


def test_every_message_that_ships_is_tested() -> None:
    assert {path.stem for path in FOLDER.glob("*.yml")} == set(VARIABLES)


@every_template
def test_a_message_is_written_in_all_four_languages(name: str) -> None:
    template = template_of(name)
    assert tuple(template.languages) == LANGUAGES
    assert re.search(r"\([LFY]\d+(, [LFY]\d+)*\)", template.description), "cite the catalogue"


@every_template
def test_a_message_uses_only_what_its_campaign_brings(name: str) -> None:
    for language, part in product(LANGUAGES, PARTS):
        unknown = set(ready(name, language, part).variables) - COMMON - VARIABLES[name]
        assert not unknown, (language, part)


@pytest.mark.parametrize("name", [one for one in VARIABLES if audience_of(one) in FINDERS])
def test_the_audience_of_a_message_brings_its_variables(name: str) -> None:
    assert VARIABLES[name] - SURVEY <= set(FINDERS[audience_of(name)].variables)


@every_template
def test_text_and_html_of_every_language_tell_the_same_variables(name: str) -> None:
    told = {
        (language, part): frozenset(ready(name, language, part).variables)
        for language in LANGUAGES
        for part in ("text", "html")
    }
    assert len(set(told.values())) == 1, told
    assert VARIABLES[name] <= told["en", "text"]


@every_template
def test_html_says_what_the_text_says(name: str) -> None:
    for language, given in product(LANGUAGES, CIRCUMSTANCES):
        text = " ".join(rendered(name, language, "text", **given).split())
        assert words_of_html(rendered(name, language, "html", **given)) == text


@every_template
def test_a_message_reads_well_whatever_is_known(name: str) -> None:
    for language, part in product(LANGUAGES, PARTS):
        for message in every_rendering(name, language, part):
            lines = [line.lstrip() if part == "html" else line for line in message.split("\n")]
            assert lines[0].strip(), "begins with an empty line"
            assert part == "html" or "\n\n\n" not in message, "a hole between two paragraphs"
            for line in lines:
                assert "  " not in line
                assert line == line.strip()
                assert not re.search(r"\s[,.!?:;]|,[!.]|\(\)|None|[{}]|\.\.(?!\.)", line), line


@every_template
def test_the_name_is_used_where_it_is_known_and_only_there(name: str) -> None:
    for language in LANGUAGES:
        named = rendered(name, language, "text", first_name="Ana")
        nameless = rendered(name, language, "text", first_name=None)
        assert "Ana" in named, language
        assert "Ana" not in nameless, language
        assert named.count("\n") == nameless.count("\n"), "the name takes a line of its own"


@every_template
def test_an_offer_is_told_where_there_is_one(name: str) -> None:
    for language in LANGUAGES:
        told = int("offer" in ready(name, "en", "text").variables)
        assert rendered(name, language, "text", offer="SUKI10").count("SUKI10") == told, language
        assert "SUKI10" not in rendered(name, language, "text", offer=None), language


@every_template
def test_html_is_whole_and_holds_only_plain_tags(name: str) -> None:
    for language in LANGUAGES:
        for html in every_rendering(name, language, "html"):
            check_fragment(html)
            assert set(re.findall(r"</?(\w+)", html)) <= {"p", "strong", "a", "ul", "li"}, language


@every_template
def test_a_subject_fits_one_line_of_a_mailbox(name: str) -> None:
    for language in LANGUAGES:
        for subject in every_rendering(name, language, "subject"):
            assert "\n" not in subject, language
            assert len(subject) <= 90, language


@every_template
def test_a_message_leads_nowhere_but_to_shop_and_survey(name: str) -> None:
    for language, part in product(LANGUAGES, PARTS):
        source = getattr(template_of(name).languages[language], part).source
        assert not re.search(r"https?:|www\.|@|mailto:|unsubscribe", source, re.IGNORECASE)
        assert set(re.findall(r'href="([^"]*)"', source)) <= {"{{ shop_url }}", "{{ survey_url }}"}


def test_the_checker_of_templates_finds_nothing() -> None:
    assert check_templates([template_of(name) for name in VARIABLES], VARIABLES) == []


@every_template
def test_thai_is_thai_and_speaks_for_nobody_s_sex(name: str) -> None:
    for part in PARTS:
        words = words_of_html(rendered(name, "th", part))
        assert len(re.findall(r"[\u0e00-\u0e7f]", words)) >= 10
        if name != "detractor_call":  # the sheet tells whoever calls to add their own particle
            assert not re.search("ค่ะ|คะ(?!แนน)|ครับ|ผม(?!ู)|ดิฉัน", words)


@every_template
def test_polish_is_polish_and_fits_women_and_men(name: str) -> None:
    text = "\n".join(rendered(name, "pl", part) for part in ("subject", "text"))
    assert re.search("[ąćęłńóśźż]", text, re.IGNORECASE)
    # Past tense and adjectives about the reader would have to know: kupiłeś, kupiłaś, zadowolony.
    gendered = r"\w+ł[ae]ś\b|\bzadowolon[ya]\b|\w\([a-z]\)|\b(mógł|chciał|zrobił)a?byś\b"
    assert not re.search(gendered, text)


@every_template
def test_filipino_is_polite_and_no_english(name: str) -> None:
    known = {"offer": None, "shop_url": None}
    text = "\n".join(rendered(name, "fil", part, **known) for part in ("subject", "text"))
    assert re.search(r"\bpo(ng)?\b", text, re.IGNORECASE)
    assert not re.search(r"\b(mo|ikaw|ka|iyo|iyong)\b", text, re.IGNORECASE), "say kayo, inyo"
    english = r"\b(the|you|your|order|shop|reply|email|message|thank|please|discount|feedback)\b"
    assert not re.search(english, text, re.IGNORECASE)


@every_template
def test_a_translation_is_not_the_english(name: str) -> None:
    for part in PARTS:
        assert len({rendered(name, language, part) for language in LANGUAGES}) == len(LANGUAGES)


# What the catalogue asks of single messages.


def test_f5_the_polish_subject_is_the_one_of_the_source() -> None:
    assert rendered("listened", "pl", "subject") == (
        "Mówiliście, słuchaliśmy! Nasz proces płatności jest teraz łatwiejszy niż kiedykolwiek."
    )


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["happy", "obstacles", "other solutions", "recommend"]),
        ("fil", ["kasaya", "sagabal", "solusyon", "Irerekomenda"]),
        ("th", ["พอใจ", "อุปสรรค", "ทางออก", "แนะนำ"]),
        ("pl", ["zadowolenie", "przeszkody", "rozwiązań", "polecisz"]),
    ],
)
def test_f1_the_four_questions_are_asked_in_their_order(language: str, told: list[str]) -> None:
    text = rendered("four_questions", language, "text")
    questions = re.findall(r"^(\d)\. (.+)$", text, re.MULTILINE)
    assert [number for number, _ in questions] == ["1", "2", "3", "4"]
    assert [word for word, (_, asked) in zip(told, questions, strict=True) if word in asked] == told
    why = {"en": "why", "fil": "bakit", "th": "เพราะเหตุใด", "pl": "dlaczego"}[language]
    assert why in questions[3][1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_f2_one_question_with_both_ends_of_its_scale(language: str) -> None:
    text = rendered("nps_invitation", language, "text")
    assert re.findall(r"\b\d+\b", text) == ["0", "10"]


@pytest.mark.parametrize(
    ("language", "steps"),
    [
        ("en", ["Listen", "Apologise", "Fix", "Follow up"]),
        ("fil", ["Makinig", "Humingi ng paumanhin", "Ayusin", "Kumustahin muli"]),
        ("th", ["รับฟัง", "ขอโทษ", "แก้ไข", "ติดตามผล"]),
        ("pl", ["Wysłuchaj", "Przeproś", "Napraw", "Wróć do sprawy"]),
    ],
)
def test_f8_a_call_listens_apologises_fixes_and_follows_up(language: str, steps: list[str]) -> None:
    sheet = rendered("detractor_call", language, "text")
    assert re.findall(r"^- ([^:]+):", sheet, re.MULTILINE) == steps


def test_l6_the_polish_win_back_misses_its_reader() -> None:
    assert "Tęsknimy za Tobą" in rendered("win_back", "pl", "text")


@pytest.mark.parametrize("name", ["anniversary", "birthday", "name_day", "thank_you"])
def test_l11_a_day_of_thanks_sells_nothing(name: str) -> None:
    for language in LANGUAGES:
        assert "shop_url" not in ready(name, language, "text").variables


@pytest.mark.parametrize(
    ("years", "told"),
    [(1, "rok"), (2, "2 lata"), (4, "4 lata"), (5, "5 lat"), (12, "12 lat"), (22, "22 lata"),
     (25, "25 lat")],
)  # fmt: skip
def test_l11_polish_years_are_counted_as_polish_counts(years: int, told: str) -> None:
    assert rendered("anniversary", "pl", "subject", years=years) == f"Dziękujemy za {told} z nami"
    assert f"To już {told} od Twojego" in rendered("anniversary", "pl", "text", years=years)


def test_l11_one_year_is_said_in_words() -> None:
    subjects = {one: rendered("anniversary", one, "subject", years=1) for one in LANGUAGES}
    assert subjects["en"] == "Thank you for a year with us"
    assert "isang taon" in subjects["fil"]
    assert "หนึ่งปี" in subjects["th"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_l9_check_ins_after_delivery_and_the_welcome_give_tips_on_use(language: str) -> None:
    for name in ("check_in", "welcome_2"):
        assert len(re.findall(r"^- ", rendered(name, language, "text"), re.MULTILINE)) >= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_l25_a_push_message_fits_a_locked_screen(language: str) -> None:
    for text in every_rendering("lapsed_push", language, "text"):
        assert len(text) <= 120


@pytest.mark.parametrize("language", LANGUAGES)
def test_y5_a_full_card_names_its_reward(language: str) -> None:
    given = {"product_name": "One free bag of coffee"}
    assert "One free bag" in rendered("punch_reward", language, "text", offer=None, **given)
    assert "Free cake" in rendered("punch_reward", language, "text", offer="Free cake", **given)


@pytest.mark.parametrize("language", LANGUAGES)
def test_l28_words_of_praise_are_not_paid_for(language: str) -> None:
    assert "offer" not in ready("testimonial", language, "text").variables
