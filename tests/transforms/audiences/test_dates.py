"""Birthdays, name days, anniversaries and letters: on their day, once, and nobody else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from tests.transforms.audiences.calendar_shop import (
    AS_OF,
    Row,
    day,
    find,
    finder,
    occasion,
    on,
    person,
    reasons,
    shop,
)
from transforms.audiences.dates import FINDERS, FixedDay, Newsletter
from transforms.audiences.shop import Shop

BIRTHDAY = finder(FINDERS, "birthday")
NAME_DAY = finder(FINDERS, "name_day")
ANNIVERSARY = finder(FINDERS, "anniversary")
SIGNED = finder(FINDERS, "signed_letter")
YEAR_END = finder(FINDERS, "year_end_letter")
NEWSLETTER = finder(FINDERS, "newsletter")


class TestBirthday:
    def born(self, birthday: str | None, **facts: object) -> Shop:
        contact = {"customer_id": "ana", "birthday": day(birthday) if birthday else None}
        return shop([person("ana", **facts)], contacts=[contact])

    def test_it_is_found_on_the_day_and_not_on_the_eve(self) -> None:
        to = self.born("1990-11-05")
        assert find(BIRTHDAY, on(to, day("2026-11-04"))).is_empty()
        assert reasons(find(BIRTHDAY, on(to, day("2026-11-05")))) == [
            ("ana", "2026", day("2026-11-05"))
        ]

    @pytest.mark.parametrize(
        ("leap_day", "common"), [("feb_28", "2026-02-28"), ("mar_1", "2026-03-01")]
    )
    def test_born_on_29_february(self, leap_day: str, common: str) -> None:
        to = self.born("1992-02-29")
        found = find(BIRTHDAY, on(to, day("2026-03-05")), leap_day=leap_day)
        assert reasons(found) == [("ana", "2026", day(common))]
        found = find(BIRTHDAY, on(to, day("2028-02-29")), 1, leap_day=leap_day)
        assert reasons(found) == [("ana", "2028", day("2028-02-29"))]

    def test_a_day_without_a_year_is_kept_as_well(self) -> None:
        to = on(self.born("1904-02-29"), day("2028-02-29"))
        assert reasons(find(BIRTHDAY, to)) == [("ana", "2028", day("2028-02-29"))]

    def test_a_year_end_birthday_bears_its_own_year_in_january(self) -> None:
        to = on(self.born("1990-12-31"), day("2027-01-02"))
        assert reasons(find(BIRTHDAY, to)) == [("ana", "2026", day("2026-12-31"))]

    @pytest.mark.parametrize(
        "made_up", ["1970-01-01", "1900-01-01", "1899-12-30", "2026-01-01", "2031-01-01", None]
    )
    def test_a_date_no_customer_was_born_on_is_no_birthday(self, made_up: str | None) -> None:
        """Unix and spreadsheet epochs, this year, the future, and nothing."""
        for night in ("2026-01-01", "2026-12-31"):
            assert find(BIRTHDAY, on(self.born(made_up), day(night))).is_empty()

    def test_the_shop_may_say_that_1_january_1970_is_a_real_day(self) -> None:
        to = on(self.born("1970-01-01"), day("2027-01-01"))
        assert find(BIRTHDAY, to, placeholders=()).height == 1

    def test_neither_date_nor_age_is_told(self) -> None:
        found = find(BIRTHDAY, on(self.born("1990-11-05"), day("2026-11-05")))
        told = found.drop("event_date").row(0, named=True)
        assert told["years"] is None
        assert not [
            v for v in told.values() if "1990" in str(v) or "11-05" in str(v) or "36" in str(v)
        ]

    def test_staff_and_people_without_an_order_have_none_here(self) -> None:
        to = self.born("1990-10-31", is_staff=True)
        assert find(BIRTHDAY, to).is_empty()
        stranger = [{"customer_id": "bo", "birthday": day("1990-10-31")}]
        assert find(BIRTHDAY, shop([person("ana")], contacts=stranger)).is_empty()


class TestNameDay:
    def named(self, first_name: str | None, **facts: object) -> Shop:
        contact = {"customer_id": "ana", "first_name": first_name}
        return on(shop([person("ana", **facts)], contacts=[contact]), day("2026-10-18"))

    @pytest.mark.parametrize("name", ["Łukasz", "Lukasz", "łukasz", "ŁUKASZ Jan"])
    def test_a_polish_customer_has_the_day_of_the_first_given_name(self, name: str) -> None:
        found = find(NAME_DAY, self.named(name, country="Poland"))
        assert reasons(found) == [("ana", "2026", day("2026-10-18"))]

    def test_it_is_gone_the_day_before_and_over_when_it_has_expired(self) -> None:
        to = self.named("Łukasz", country="PL")
        assert find(NAME_DAY, on(to, day("2026-10-17"))).is_empty()
        assert find(NAME_DAY, on(to, day("2026-10-22")), 3).is_empty()

    def test_a_lukasz_elsewhere_keeps_no_name_day(self) -> None:
        assert find(NAME_DAY, self.named("Lukasz", country="DE", language="pl")).is_empty()
        assert find(NAME_DAY, self.named("Lukasz")).is_empty()

    def test_the_language_stands_in_for_an_unknown_country(self) -> None:
        assert find(NAME_DAY, self.named("Łukasz", language="pl")).height == 1

    def test_a_name_that_is_not_in_the_calendar_or_not_known_has_no_day(self) -> None:
        assert find(NAME_DAY, self.named("Somchai", country="PL")).is_empty()
        assert find(NAME_DAY, self.named(None, country="PL")).is_empty()

    def test_neither_the_name_nor_an_age_is_told(self) -> None:
        found = find(NAME_DAY, self.named("Łukasz", country="PL"))
        assert "ukasz" not in str(found.rows())
        assert found["years"].to_list() == [None]


class TestAnniversary:
    def test_not_before_the_first_full_year(self) -> None:
        to = shop([person("ana", "2025-10-31")])
        assert find(ANNIVERSARY, on(to, day("2025-10-31"))).is_empty()
        assert find(ANNIVERSARY, on(to, day("2026-10-30"))).is_empty()
        found = find(ANNIVERSARY, to)
        assert reasons(found) == [("ana", "2026", AS_OF)]
        assert found["years"].to_list() == [1]
        assert found["why"].to_list() == [
            "First bought on 2025-10-31, 1 year ago; 4 purchases since."
        ]

    def test_a_first_order_of_29_february_moves_as_asked(self) -> None:
        to = on(shop([person("ana", "2024-02-29")]), day("2027-03-02"))
        for leap_day, kept in (("feb_28", "2027-02-28"), ("mar_1", "2027-03-01")):
            found = find(ANNIVERSARY, to, leap_day=leap_day)
            assert found.select("event_date", "years").rows() == [(day(kept), 3)]

    def test_only_from_the_anniversary_that_is_asked_for(self) -> None:
        to = shop([person("one", "2025-10-31"), person("five", "2021-10-31")])
        assert find(ANNIVERSARY, to, minimum_years=5)["customer_id"].to_list() == ["five"]

    def test_the_year_is_that_of_the_day_in_a_window_over_new_year(self) -> None:
        to = shop([person("ana", "2020-12-30"), person("bo", "2020-01-02")])
        found = find(ANNIVERSARY, on(to, day("2027-01-03")), 7)
        assert [(r[0], r[1]) for r in reasons(found)] == [("ana", "2026"), ("bo", "2027")]


class TestLetters:
    def core(self, first: str, **facts: object) -> Row:
        return person("ana", first, is_core=True, **facts)

    def test_core_customers_get_a_letter_on_their_own_day(self) -> None:
        to = shop([self.core("2023-10-31"), person("bo", "2023-10-31")])
        assert reasons(find(SIGNED, to)) == [("ana", "2026", AS_OF)]

    def test_the_first_purchase_itself_brings_no_letter(self) -> None:
        assert find(SIGNED, shop([self.core("2026-10-31")])).is_empty()

    def test_or_all_on_one_day_which_a_newcomer_of_that_day_does_not_miss(self) -> None:
        to = shop([self.core("2026-10-30")])
        fixed = {"sent_on": "fixed_day", "month": 10, "day": 30}
        assert reasons(find(SIGNED, to, **fixed)) == [("ana", "2026", day("2026-10-30"))]
        assert find(SIGNED, shop([self.core("2026-10-31")]), **fixed).is_empty()

    def letters(self, as_of: str, *rows: Row) -> list[tuple[str, str, date]]:
        people = [person(name) for name in sorted({row["customer_id"] for row in rows})]
        return reasons(find(YEAR_END, on(shop(people, fct_occasions=rows), day(as_of))))

    def test_the_new_year_letter_goes_to_who_bought_in_the_year(self) -> None:
        rows = [occasion("ana", "2026-01-01", 1), occasion("bo", "2025-12-31", 1)]
        assert self.letters("2026-12-09", *rows) == []
        assert self.letters("2026-12-10", *rows) == [("ana", "2026", day("2026-12-10"))]

    def test_what_is_bought_after_the_list_was_made_does_not_count(self) -> None:
        rows = [occasion("ana", "2026-12-10", 1), occasion("bo", "2026-12-11", 1)]
        assert self.letters("2026-12-12", *rows) == [("ana", "2026", day("2026-12-10"))]

    def test_in_january_it_still_is_the_letter_of_the_year_before(self) -> None:
        rows = [occasion("ana", "2026-05-01", 1), occasion("bo", "2027-01-01", 1)]
        found = find(
            YEAR_END,
            on(shop([person("ana"), person("bo")], fct_occasions=rows), day("2027-01-01")),
            30,
        )
        assert reasons(found) == [("ana", "2026", day("2026-12-10"))]

    def test_it_says_how_much_was_bought_in_that_year_alone(self) -> None:
        rows = [
            occasion("ana", "2025-12-31", 1, "999.00"),
            occasion("ana", "2026-02-01", 2, "10.50"),
            occasion("ana", "2026-03-01", 3, "20.00"),
        ]
        found = find(YEAR_END, on(shop([person("ana")], fct_occasions=rows), day("2026-12-10")))
        assert found["amount"].to_list() == [Decimal("30.5000")]
        assert found["why"].to_list() == ["Bought on 2 days of 2026 for 30.50 PHP."]

    def test_a_day_that_no_year_has_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="there is no day 31 in month 11"):
            FixedDay(month=11, day=31)
        assert FixedDay(month=2, day=29).date_of(2028) == date(2028, 2, 29)


class TestNewsletter:
    def test_one_issue_a_month_from_its_day_on(self) -> None:
        to = shop([person("ana")])
        assert find(NEWSLETTER, on(to, day("2026-10-31")), 14).is_empty()
        assert reasons(find(NEWSLETTER, on(to, day("2026-11-01")), 14)) == [
            ("ana", "2026-11", day("2026-11-01"))
        ]

    def test_a_year_of_nights_has_twelve_issues(self) -> None:
        to = shop([person("ana")])
        nights = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
        keys = {row[1] for night in nights for row in reasons(find(NEWSLETTER, on(to, night), 1))}
        # On 1 January the December issue's one day is long past.
        assert keys == {f"2026-{month:02}" for month in range(1, 13)}

    def test_the_first_tuesday(self) -> None:
        found = find(NEWSLETTER, on(shop([person("ana")]), day("2026-11-05")), 7, weekday=2)
        assert reasons(found) == [("ana", "2026-11", day("2026-11-03"))]
        with pytest.raises(ValidationError, match="at most 22"):
            Newsletter(day=23, weekday=2)

    @pytest.mark.parametrize(
        ("state", "is_in"),
        [("new", 1), ("active", 1), ("reactivated", 1), ("at_risk", 0), ("lapsed", 0)],
    )
    def test_nobody_who_drifts_away_is_sent_general_mail(self, state: str, is_in: int) -> None:
        to = on(shop([person("ana", lifecycle_state=state)]), day("2026-11-01"))
        assert find(NEWSLETTER, to).height == is_in
