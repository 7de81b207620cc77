"""Four languages: complete catalogues, right plurals and dates, and no word that bypasses them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from expectations import change_suite, feed_suites, presence_suite
from reports.catalogue_checks import faults
from reports.catalogues import TRANSLATED, brought_in_line, read, template, written
from reports.formats import Formats
from reports.languages import catalogue_path, in_its_language, language_of, speaking
from reports.render import OwnerAlert, render_owner_alert
from reports.tables import ReportError
from reports.words import (
    _,
    availability_words,
    in_month,
    ngettext,
    reason_words,
    segment_words,
    spoken,
)
from suki.business import MailSettings


@pytest.fixture(scope="module")
def sources():
    return template()


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_translated_keeps_its_placeholders_tags_and_plural_forms(language, sources) -> None:
    unfinished = ("missing", "not translated", "obsolete")
    found = [one for one in faults(read(language), sources) if not one.startswith(unfinished)]
    assert found == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_message_is_missing_untranslated_or_obsolete(language, sources) -> None:
    found = faults(read(language), sources)
    assert found == [], "run `python -m reports.catalogues update`, then translate what is empty"


@pytest.mark.parametrize("language", TRANSLATED)
def test_updating_a_catalogue_that_is_in_line_changes_nothing(language, sources) -> None:
    kept = catalogue_path(language).read_bytes()
    assert b"POT-Creation-Date" not in kept
    once = brought_in_line(language, sources)
    assert written(once) == kept


@pytest.mark.parametrize(
    ("fault", "source", "said"),
    [
        ("not translated", "Hello", ""),
        ("other placeholders", "{n} orders of %(shop)s", "{n} zamówień"),
        ("other placeholders", "a <b>bold</b> word", "tłuste słowo"),
        ("needs 3 plural forms", ("%(num)s day", "%(num)s days"), ("%(num)s dzień", "", "")),
    ],
)
def test_a_fault_of_a_catalogue_is_named(fault, source, said) -> None:
    from babel.messages.catalog import Catalog

    wanted, kept = Catalog(), Catalog(locale="pl")
    wanted.add(source)
    kept.add(source, said)
    (found,) = faults(kept, wanted)[:1]
    assert found.startswith(fault)


def test_missing_obsolete_and_fuzzy_messages_are_faults() -> None:
    from babel.messages.catalog import Catalog

    wanted, kept = Catalog(), Catalog(locale="pl")
    wanted.add("new")
    wanted.add("guessed")
    kept.add("gone", "nie ma")
    kept.add("guessed", "zgadnięte", flags={"fuzzy"})
    told = " ".join(faults(kept, wanted))
    assert "missing: 'new'" in told
    assert "obsolete, no source says it: 'gone'" in told
    assert "fuzzy" in told


@pytest.mark.parametrize(
    ("locale", "number", "words"),
    [
        ("en", 1, "1 list ready"),
        ("en", 2, "2 lists ready"),
        ("pl", 1, "1 gotowa lista"),
        ("pl", 2, "2 gotowe listy"),
        ("pl", 5, "5 gotowych list"),
        ("pl", 12, "12 gotowych list"),
        ("pl", 22, "22 gotowe listy"),
        ("th", 1, "พร้อมใช้ 1 รายชื่อ"),
        ("th", 7, "พร้อมใช้ 7 รายชื่อ"),
        ("fil", 3, "3 listahan ang handa"),
    ],
)
def test_a_count_takes_the_plural_of_its_language(locale, number, words) -> None:
    with speaking(locale):
        told = ngettext("%(num)s list ready", "%(num)s lists ready", number) % {"num": number}
    assert told == words


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en", "en"), ("en_PH", "en"), ("fil-PH", "fil"), ("th_TH", "th"), ("pl_PL", "pl")],
)
def test_a_region_variant_speaks_its_language(locale, language) -> None:
    assert language_of(locale) == language
    assert MailSettings(locale=locale).locale == locale


@pytest.mark.parametrize("locale", ["de", "", "polski", "EN_us"])
def test_a_language_that_is_not_spoken_is_refused_with_the_four_choices(locale) -> None:
    with pytest.raises(ValueError, match="en, fil, th or pl"):
        MailSettings(locale=locale)


def test_reports_refuse_a_language_they_do_not_speak() -> None:
    with pytest.raises(ReportError, match=r"choose one of en .*fil .*th .*pl"), speaking("de"):
        pass


def test_speaking_ends_with_its_block_even_when_it_fails() -> None:
    def fail() -> None:
        with speaking("pl"):
            assert _("Orders") == "Zamówienia"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert _("Orders") == "Orders"


def test_a_function_speaks_the_language_of_its_context() -> None:
    class Told:
        locale = "th"

    assert in_its_language(lambda context: _("Orders"))(Told()) == "คำสั่งซื้อ"


def test_words_of_the_data_are_translated_where_suki_ships_them() -> None:
    with speaking("pl"):
        assert spoken("Customers kept") == "Utrzymani klienci"
        assert spoken("The top 5 % of customers by lifetime net sales.").startswith("Górne 5 %")
        assert spoken("Buy coffee, never tea") == "Buy coffee, never tea"
        assert spoken("") == spoken(None) == ""
        assert reason_words("no_orders") == "w tym okresie nie było zamówień"
        assert segment_words("champion")[0] == "Czempioni"


def test_a_month_in_a_sentence_takes_its_case() -> None:
    with speaking("pl"):
        assert in_month(date(2026, 9, 1)) == "we wrześniu 2026"
        assert in_month(date(2026, 10, 1), with_year=False) == "w październiku"
        assert Formats("pl", "PLN").month(date(2026, 10, 1)) == "październik 2026"
    assert in_month(date(2026, 9, 1)) == "in September 2026"


def test_a_warning_of_the_doors_is_said_with_the_readers_figures() -> None:
    stale = (
        "Feed orders: the newest is of 2026-09-30, 31 days before 2026-10-31. Customers look more "
        "silent than they are. Check that the export still runs and that its files reach "
        "landing/orders/."
    )
    held = (
        "9 of 39,055 rows read since the last publication could not be trusted; what they belong "
        "to is held in quarantine and left out of these figures."
    )
    assert spoken(stale) == stale
    with speaking("pl"):
        assert "30 wrz 2026" in spoken(stale)
        assert spoken(stale).endswith("trafiają do landing/orders/.")
        assert spoken(held).startswith("9 z 39\N{NO-BREAK SPACE}055 wierszy")
        assert spoken(f"{stale} Nobody knows why.").startswith("Feed orders")


@pytest.mark.parametrize(
    ("explain", "row"),
    [
        (
            feed_suites._explain_stale,
            {"feed": "orders", "newest_date": "2026-09-30", "age_days": 31, "as_of": "2026-10-31"},
        ),
        (
            feed_suites._explain_volume,
            {
                "feed": "orders",
                "units_tonight": 1,
                "usual_units_per_night": 1200,
                "volume_ratio": 0.1,
            },
        ),
        (
            feed_suites._explain_volume,
            {
                "feed": "orders",
                "units_tonight": 9000,
                "usual_units_per_night": 12,
                "volume_ratio": 9,
            },
        ),
        (feed_suites._explain_refused, {"file_name": "a.csv", "feed": "orders", "reason": "empty"}),
        (feed_suites._explain_refused, {"file_name": "a.csv", "feed": "orders"}),
        (
            feed_suites._explain_empty,
            {"feed": "orders", "as_of": "2026-10-31", "accepted_units": 0},
        ),
        (change_suite._explain_retention, {"now": 0.5, "before": 0.9}),
        (change_suite._explain_net_sales, {"now": None, "before": 100}),
        (presence_suite._explain_young, {"table_name": "rpt_revenue"}),
    ],
)
def test_what_a_door_warns_of_is_known_to_the_reports(explain, row) -> None:
    english = explain(row)
    with speaking("pl"):
        assert spoken(english) != english


def test_why_a_question_has_no_exact_answer_is_said_part_by_part() -> None:
    with speaking("pl"):
        assert availability_words("needs the feed tickets and reasons of returns") == (
            "potrzebne: źródło tickets, powody zwrotów"
        )
        assert "90" in availability_words("needs 90 days of history; there are 12")
        assert (
            availability_words("without reasons; before refunds") == "bez powodów; przed zwrotami"
        )
    assert availability_words(None) == ""


@pytest.mark.parametrize(
    ("locale", "day", "month", "money", "share", "count"),
    [
        ("en", "31 Oct 2026", "October 2026", "₱779,205", "33.9%", "1,264"),
        ("en_PH", "31 Oct 2026", "October 2026", "₱779,205", "33.9%", "1,264"),
        ("fil", "31 Okt 2026", "Oktubre 2026", "₱779,205", "33.9%", "1,264"),
        ("th", "31 ต.ค. 2026", "ตุลาคม 2026", "₱779,205", "33.9%", "1,264"),
        ("pl", "31 paź 2026", "październik 2026", "779 205 ₱", "33,9%", "1 264"),
    ],
)
def test_figures_are_written_as_the_reader_writes_them(
    locale, day, month, money, share, count
) -> None:
    formats = Formats(locale, "PHP")
    written_money = re.sub(r"\s", " ", formats.money(Decimal("779205.00")))
    assert (formats.day(date(2026, 10, 31)), formats.month(date(2026, 10, 1))) == (day, month)
    assert (written_money.replace("PHP", "₱"), formats.percent(Decimal("0.339"))) == (money, share)
    assert re.sub(r"\s", " ", formats.count(1264)) == count


@pytest.mark.parametrize("locale", ["fil", "th", "pl"])
def test_the_owners_mail_is_told_in_the_owners_language(locale) -> None:
    alert = OwnerAlert(
        "Kape Suki", locale, date(2026, 10, 4), "run-1", True, "doors", ("net sales fell",),
        ("Look.",), None, "", "run.log",
    )  # fmt: skip
    mail = render_owner_alert(alert)
    assert "is held" not in mail.text
    assert f'lang="{locale}"' in mail.html
