"""Waiting for support: open hours across daylight saving, open tickets, targets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.canonical import CURRENT
from transforms.support import SupportDesk, score_tickets, ticket_times
from transforms.support_hours import EPOCH, MICROSECOND, open_time
from transforms.support_periods import last_complete_week_end
from transforms.support_policy import WEEKDAYS, SupportPolicy, load_policy
from transforms.yaml_files import YamlFileError

AS_OF = date(2026, 6, 30)
OFFICE = dict.fromkeys(WEEKDAYS, "09:00-17:00")
CHICAGO = {"timezone": "America/Chicago", "schedules": [
    {"hours": dict.fromkeys(WEEKDAYS, "07:00-21:00")}]}  # fmt: skip
SAN_FRANCISCO = {"timezone": "America/Los_Angeles", "schedules": [
    {"hours": dict.fromkeys(WEEKDAYS[:5], "08:00-17:30")}]}  # fmt: skip


def policy(hours: dict[str, str] | None = None, **more: Any) -> SupportPolicy:
    schedules = {"schedules": [{"hours": hours}]} if hours else {}
    return SupportPolicy.model_validate(schedules | more)


def open_minutes(rules: SupportPolicy, start: datetime, end: datetime, zone: str = "UTC") -> float:
    clock = open_time(rules, zone, start.astimezone(UTC).date(), end.astimezone(UTC).date())
    moments = [np.array([(m - EPOCH) // MICROSECOND]) for m in (start, end)]
    return float(clock.between(*moments)[0]) / 60_000_000


def local_day(day: date, zone: str) -> tuple[datetime, datetime]:
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    after = day + timedelta(days=1)
    return start, datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(zone))


def tickets(*rows: dict[str, Any]) -> pl.DataFrame:
    """Current tickets; moments are written in UTC."""
    filled = []
    for number, row in enumerate(rows, start=1):
        moments = {k: datetime.fromisoformat(v).replace(tzinfo=UTC) if isinstance(v, str) else v
                   for k, v in row.items() if k.endswith("_at")}  # fmt: skip
        filled.append({"source": "desk", "ticket_id": f"t{number}", **row, **moments,
                       "created_date": moments["created_at"].date()})  # fmt: skip
    table = CURRENT["tickets"]
    return table.conform(
        pl.DataFrame(filled, schema_overrides=table.schema, infer_schema_length=None)
    )


def waits(frame: pl.DataFrame, rules: SupportPolicy, measure: str = "first_response") -> Any:
    found = ticket_times(frame, rules, AS_OF, "UTC").filter(pl.col("measure") == measure)
    return {row["ticket_id"]: row for row in found.iter_rows(named=True)}


def test_the_worked_example_of_dbt_zendesk_counts_seconds_as_seconds() -> None:
    """Its decision log says 959.46 and 689.46: it writes 19:01:25 as 1.25 minutes past 19:00."""
    created = datetime(2020, 9, 29, 17, 1, 38, tzinfo=UTC)
    handed_over = datetime(2020, 9, 30, 19, 1, 25, tzinfo=UTC)
    replied = datetime(2020, 9, 30, 19, 1, 46, tzinfo=UTC)
    first, second = (SupportPolicy.model_validate(rules) for rules in (CHICAGO, SAN_FRANCISCO))
    both = open_minutes(first, created, handed_over) + open_minutes(second, handed_over, replied)
    assert round(both, 2) == 960.13
    assert round(open_minutes(second, created, replied), 2) == 690.13


@pytest.mark.parametrize(
    ("zone", "day", "clock_hours"),
    [
        ("Europe/Warsaw", date(2026, 3, 29), 23),
        ("Europe/Warsaw", date(2026, 10, 25), 25),
        ("Europe/Warsaw", date(2026, 7, 1), 24),
        ("Asia/Manila", date(2026, 3, 29), 24),
        ("Asia/Manila", date(2026, 10, 25), 24),
    ],
)
def test_a_day_has_its_own_length_and_office_hours_have_eight(
    zone: str, day: date, clock_hours: int
) -> None:
    start, end = local_day(day, zone)
    whole = policy(dict.fromkeys(WEEKDAYS, "00:00-24:00"))
    assert open_minutes(whole, start, end, zone) == clock_hours * 60
    assert open_minutes(policy(OFFICE), start, end, zone) == 8 * 60


def test_an_hour_that_comes_twice_is_open_twice_and_counted_once() -> None:
    start, end = local_day(date(2026, 10, 25), "Europe/Warsaw")  # 03:00 becomes 02:00 again
    night = {"sunday": "01:00-02:30, 02:30-04:00"}
    assert open_minutes(policy(night), start, end, "Europe/Warsaw") == 4 * 60


@pytest.mark.parametrize(
    ("hours", "minutes"), [("01:00-02:30", 60), ("02:30-04:00", 60), ("02:15-02:45", 0)]
)
def test_an_hour_that_is_left_out_is_not_open(hours: str, minutes: int) -> None:
    start, end = local_day(date(2026, 3, 29), "Europe/Warsaw")  # 02:00 becomes 03:00
    assert open_minutes(policy({"sunday": hours}), start, end, "Europe/Warsaw") == minutes


def test_nights_weekends_and_holidays_do_not_count() -> None:
    rules = policy(dict.fromkeys(WEEKDAYS[:5], "09:00-17:00"), holidays=["2026-06-12"])
    asked = datetime(2026, 6, 11, 16, tzinfo=UTC)  # Thursday; Friday is a holiday
    answered = datetime(2026, 6, 15, 10, 30, tzinfo=UTC)  # Monday
    assert open_minutes(rules, asked, answered) == 60 + 90


def test_new_hours_hold_from_their_day_on_and_nothing_before_the_first() -> None:
    rules = SupportPolicy.model_validate({"schedules": [
        {"starts_on": "2026-06-02", "hours": OFFICE},
        {"starts_on": "2026-06-03", "hours": dict.fromkeys(WEEKDAYS, "09:00-12:00")},
    ]})  # fmt: skip
    start = datetime(2026, 6, 1, tzinfo=UTC)
    assert open_minutes(rules, start, start + timedelta(days=3)) == (8 + 3) * 60


@settings(max_examples=40, deadline=None)
@given(minutes=st.lists(st.integers(0, 400 * 24 * 60), min_size=3, max_size=3).map(sorted))
def test_time_adds_up_and_never_exceeds_the_clock(minutes: list[int]) -> None:
    first, middle, last = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m) for m in minutes)
    rules = policy({"monday": "00:00-09:30, 09:30-24:00", "sunday": "01:00-24:00"})
    parts = (first, middle), (middle, last), (first, last)
    one, two, both = (open_minutes(rules, *part, "Europe/Warsaw") for part in parts)
    assert one + two == both
    assert 0 <= both <= (last - first) / timedelta(minutes=1)


def test_an_unanswered_ticket_has_waited_until_the_end_of_as_of_in_the_stores_zone() -> None:
    frame = tickets({"created_at": "2026-06-30T10:00"})
    found = ticket_times(frame, policy(), AS_OF, "Asia/Manila").row(0, named=True)
    assert (found["elapsed_minutes"], found["is_censored"]) == (
        6 * 60,
        True,
    )  # midnight is 16:00 UTC
    assert (found["is_breach"], found["time_basis"]) == (None, "clock_hours")


def test_a_ticket_is_late_once_its_own_target_has_passed_answered_or_not() -> None:
    targets = {
        "default": {"first_response_hours": 8},
        "by_query_type": {"Refund": {"first_response_hours": 2}},
    }
    frame = tickets(
        {"created_at": "2026-06-29T09:00", "first_response_at": "2026-06-29T12:00", "query_type": "REFUND "},
        {"created_at": "2026-06-29T09:00", "first_response_at": "2026-06-29T12:00", "query_type": "delivery"},
        {"created_at": "2026-06-30T09:00"},
        {"created_at": "2026-06-30T21:00"},
        {"created_at": "2026-06-29T09:00", "resolved_at": "2026-06-29T10:00"},
        {"created_at": "2026-06-29T09:00", "resolved_at": "2026-06-29T18:00"},
    )  # fmt: skip
    found = waits(frame, policy(targets=targets))
    assert {name: row["is_breach"] for name, row in found.items()} == {
        "t1": True, "t2": False, "t3": True, "t4": None, "t5": None, "t6": True,
    }  # fmt: skip
    assert found["t1"]["target_minutes"] == 120
    assert found["t3"]["query_type"] == "unknown"
    assert found["t5"]["elapsed_minutes"] == 60  # closed without a reply: it waited no longer


def test_a_source_that_never_says_when_it_answered_has_unknown_waits_not_endless_ones() -> None:
    frame = tickets(
        {"created_at": "2026-06-01T09:00", "resolved_at": "2026-06-02T09:00"},
        {"created_at": "2026-06-01T09:00"},
        {"created_at": "2026-06-01T09:00", "source": "other", "first_response_at": "2026-06-01T10:00"},
        {"created_at": "2026-06-01T09:00", "source": "other", "first_response_at": "2026-06-01T08:00"},
        {"created_at": "2026-06-01T09:00", "source": "other", "ticket_status": "solved",
         "resolved_at": "2026-06-01T11:00", "first_response_at": "2026-06-01T11:00"},
        {"created_at": "2026-06-01T09:00", "source": "other", "ticket_status": "closed"},
    )  # fmt: skip
    first, solved = waits(frame, policy()), waits(frame, policy(), "resolution")
    assert {t: row["issue"] for t, row in first.items()} == {
        "t1": "not_recorded", "t2": "not_recorded", "t3": None, "t4": "before_creation", "t5": None, "t6": None,
    }  # fmt: skip
    assert first["t4"]["elapsed_minutes"] is None
    assert {t: row["issue"] for t, row in solved.items()} == dict.fromkeys(
        ("t1", "t2", "t3", "t4", "t5")
    ) | {"t6": "undated"}


def test_the_median_counts_those_still_waiting_and_the_mean_of_the_answered_would_not() -> None:
    quick = [{"created_at": "2026-05-04T09:00", "first_response_at": "2026-05-04T10:00"}] * 2
    waiting = [{"created_at": "2026-05-04T09:00"}] * 3
    scored = score_tickets(SupportDesk(tickets(*quick, *waiting), policy()), AS_OF)[
        "response_times"
    ]
    row = scored.filter(
        pl.col("query_type") == "all", pl.col("measure") == "first_response",
        pl.col("period_type") == "month",
    ).row(0, named=True)  # fmt: skip
    assert row["period_start"] == date(2026, 5, 1)
    assert (row["event_count"], row["censored_count"]) == (2, 3)
    assert (row["median_minutes"], row["median_status"]) == (None, "not_reached")


def test_the_ninth_decile_is_the_wait_nine_of_ten_had_by() -> None:
    answered = [
        {"created_at": "2026-06-01T09:00", "first_response_at": f"2026-06-01T10:{minute:02d}"}
        for minute in range(10)
    ]
    scored = score_tickets(SupportDesk(tickets(*answered), policy()), AS_OF)["response_times"]
    row = scored.filter(
        pl.col("query_type") == "all", pl.col("measure") == "first_response",
        pl.col("period_type") == "trailing_90",
    ).row(0, named=True)  # fmt: skip
    assert (row["median_minutes"], row["p90_minutes"]) == (64, 68)


def test_without_any_ticket_the_periods_stand_empty_with_their_reason() -> None:
    scored = score_tickets(SupportDesk(CURRENT["tickets"].empty(), policy(OFFICE)), AS_OF)
    assert scored["ticket_times"].is_empty()
    rows = scored["response_times"]
    assert rows.select("measure", "query_type", "reason_code").rows() == [
        ("first_response", "all", "no_tickets"), ("resolution", "all", "no_tickets"),
    ]  # fmt: skip
    assert set(rows["time_basis"]) == {"business_hours"}


def test_a_promised_query_type_has_its_row_in_a_month_without_such_a_ticket() -> None:
    targets = {"by_query_type": {"refund": {"resolution_hours": 8}}}
    frame = tickets({"created_at": "2026-05-04T09:00", "query_type": "delivery"})
    scored = score_tickets(SupportDesk(frame, policy(targets=targets)), AS_OF)["response_times"]
    refunds = scored.filter(pl.col("query_type") == "refund", pl.col("period_type") == "month")
    assert set(refunds["reason_code"]) == {"no_tickets_in_period"}
    assert refunds.height == 4  # two months, two measures


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timezone: Mars/Olympus", "line 1: timezone: 'Mars/Olympus' is no IANA time zone"),
        ("targets:\n  defualt: {}", "line 2: unknown key 'targets.defualt'; did you mean 'default'"),
        ("schedules:\n  - hours:\n      monday: 9 to 5", "line 2: schedules.0.hours: monday: '9 to 5' is no opening time"),
        ("schedules:\n  - hours: {monday: 22:00-06:00}", "for a night shift write 22:00-24:00"),
        ("schedules:\n  - hours: {monday: 09:00-25:00}", "a day ends at 24:00"),
        ("schedules:\n  - hours: {monday: '09:00-12:00, 11:00-13:00'}", "begins before the time before it ends"),
        ("schedules:\n  - hours: {mon: 09:00-12:00}", "line 2: schedules.0.hours.mon"),
        ("schedules:\n  - hours: {monday: 09:00-12:00}\n  - hours: {monday: 09:00-12:00}", "needs the day it starts_on"),
        ("targets: {default: {first_response_hours: 0}}", "should be greater than 0"),
        ("targets:\n  by_query_type: {Refund: {}, refund: {}}", "differ only in capital letters"),
        ("holidays: [2026-12-25]", "without schedules every hour counts"),
        ("holidays: [2026-02-30]\nschedules: []", "line 1: 2026-02-30 is no date"),
        ("\tschedules:", "spaces, never tabs"),
        ("- monday", "expected keys such as timezone"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_remedy(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "support.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(YamlFileError) as told:
        load_policy(path)
    assert str(told.value).startswith(str(path))
    assert said in str(told.value)


def test_the_example_in_the_shipped_file_is_valid_and_the_file_itself_sets_nothing(
    tmp_path: Path,
) -> None:
    shipped = Path(__file__).resolve().parents[2] / "config" / "support.yml"
    assert load_policy(shipped) == load_policy(None) == SupportPolicy()
    _, example = shipped.read_text(encoding="utf-8").split("promises:\n#\n")
    path = tmp_path / "support.yml"
    path.write_text("\n".join(line[2:] for line in example.splitlines()), encoding="utf-8")
    rules = load_policy(path)
    assert (rules.timezone, len(rules.schedules), len(rules.holidays)) == ("Asia/Manila", 2, 2)
    assert rules.target_hours("refund", "resolution") == 24
    assert rules.target_hours("anything else", "first_response") == 8


def test_a_week_wait_is_told_as_it_was_known_when_the_week_ended() -> None:
    early = {"created_at": "2026-06-20T09:00", "first_response_at": "2026-06-20T10:00"}
    late = [{"created_at": "2026-06-26T09:00", "first_response_at": "2026-06-29T09:00"}] * 2
    desk = SupportDesk(tickets(early, *late), policy())  # AS_OF is a Tuesday
    latest = score_tickets(desk, AS_OF)["week_waits"].row(-1, named=True)
    assert latest == {
        "period_start": date(2026, 3, 31), "period_end": date(2026, 6, 28), "ticket_count": 3,
        "median_minutes": None, "reason_code": "not_reached",
    }  # fmt: skip


def test_windows_that_end_with_a_week_are_compared_with_ninety_and_364_days_before() -> None:
    desk = SupportDesk(CURRENT["tickets"].empty(), policy(), week_start=7)
    rows = score_tickets(desk, AS_OF)["week_waits"]
    assert rows["period_end"].to_list() == [date(2025, 6, 28), date(2026, 3, 29), date(2026, 6, 27)]
    assert set(rows["reason_code"]) == {"no_tickets_in_period"}


@pytest.mark.parametrize(
    ("as_of", "week_start", "expected"),
    [
        (date(2026, 6, 28), 1, date(2026, 6, 28)),  # a Sunday: the week is over
        (date(2026, 6, 27), 1, date(2026, 6, 21)),
        (date(2026, 6, 29), 1, date(2026, 6, 28)),
        (date(2026, 6, 27), 7, date(2026, 6, 27)),  # weeks from Sunday end on Saturday
        (date(2026, 6, 28), 7, date(2026, 6, 27)),
        (date(2026, 1, 1), 4, date(2025, 12, 31)),
    ],
)
def test_the_last_complete_week_has_ended_by_as_of(
    as_of: date, week_start: int, expected: date
) -> None:
    assert last_complete_week_end(as_of, week_start) == expected
