"""Times: offsets kept, local hours placed, ambiguous dates refused until declared."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from transforms.readers.times import dates, timestamps

HEAD = "order_id,ordered_at,currency,total_amount\n"


def moments(*texts: str, zone: str | None = "Europe/Warsaw", formats: tuple[str, ...] = ()):
    return timestamps(pl.Series(list(texts)), formats, zone).to_list()


def test_each_row_keeps_its_own_offset():
    assert moments(
        "2025-10-07 09:50:26 +0200", "2025-10-07T09:50:26-03:30", "2025-10-07T09:50:26Z"
    ) == [
        datetime(2025, 10, 7, 7, 50, 26, tzinfo=UTC),
        datetime(2025, 10, 7, 13, 20, 26, tzinfo=UTC),
        datetime(2025, 10, 7, 9, 50, 26, tzinfo=UTC),
    ]


def test_an_hour_the_clock_skipped_is_read_an_hour_later():
    assert moments("2025-03-30 02:30:00") == moments("2025-03-30 03:30:00")


def test_an_hour_the_clock_showed_twice_is_read_as_the_first():
    assert moments("2025-10-26 02:30:00") == [datetime(2025, 10, 26, 0, 30, tzinfo=UTC)]


@pytest.mark.parametrize(
    "text", ["2021/04/27 11:02:10 AM GMT+2", "2021/04/27 11:02:10 AM GMT+02:00"]
)
def test_the_times_of_google_forms_carry_their_zone(text):
    assert moments(text, zone="Asia/Manila") == [datetime(2021, 4, 27, 9, 2, 10, tzinfo=UTC)]


def test_a_time_without_a_zone_anywhere_is_not_guessed():
    assert moments("2025-10-07 09:50:26", zone=None) == [None]


def test_the_documented_date_of_webtoffee_with_its_two_spaces_is_read():
    assert moments("9/6/2016  6:29:00", zone="UTC", formats=("%m/%d/%Y %H:%M:%S",)) == [
        datetime(2016, 9, 6, 6, 29, tzinfo=UTC)
    ]


def test_a_day_with_an_offset_is_the_day_that_was_written():
    assert dates(pl.Series(["2025-10-07 00:30:00 +0200", "29/02/2024"]), ()).to_list() == [
        date(2025, 10, 7),
        None,
    ]


@pytest.mark.parametrize("text", ["03/04/2025", "3.4.2025 10:15", "27/04/2025", "03-04-25"])
def test_a_date_of_unknown_order_is_refused_until_it_is_declared(read, text):
    message = read.refusal(HEAD + f"1,{text},PHP,5\n")
    assert message == (
        f"column 'ordered_at', row 2: {text!r} could be day-month or month-day; declare columns.ordered_at.format, such as "
        '"%d/%m/%Y %H:%M", in a file of config/sources/ with `source: generic_orders`, or one that extends it'
    )


def test_a_shop_declares_the_order_by_extending_the_preset(read):
    read.define(
        "our_forms",
        "feed: surveys\nextends: google_forms\ncolumns:\n  submitted_at: {column: Timestamp, format: '%d/%m/%Y %H:%M:%S'}\n",
    )
    result = read("Timestamp,Email Address\n03/04/2025 11:02:10,a@example.com\n", feed="surveys")
    assert result.definition.source == "our_forms"
    assert result.tables["responses"]["submitted_at"][0].month == 4
