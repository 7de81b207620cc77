"""The door in passes good counts and says what is wrong with each kind of bad ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from expectations import door_in
from expectations.checks import DoorResult, Finding
from expectations.thresholds import DoorThresholds
from transforms.rules import Rule

CURRENCY = Rule("orders", "currency", "malformed")
TEST_FLAG = Rule("orders", "is_test", "unparseable")  # forgiven: the row stays
SCORE = Rule("responses", "score", "out_of_range")
RULES = (CURRENCY, TEST_FLAG, SCORE)

Frames = dict[str, pl.DataFrame]
Break = Callable[[Frames], Frames]


def good_frames(rules: tuple[Rule, ...] = RULES) -> Frames:
    """A quiet night: 400 orders and 12 responses, nothing refused."""
    rule_counts = [
        {
            "table": rule.table,
            "column": rule.column,
            "code": rule.code,
            "checked_rows": rows,
            "failed_rows": 0,
            "scope": scope,
        }
        for scope, rows in (("tonight", 400), ("all", 90_000))
        for rule in rules
    ]
    file_counts = [
        _file("orders_2024-05-31.csv", "shopify", "orders", 410, 400, 0, 10),
        _file("nps.csv", "typeform", "surveys", 12, 12, 0, 0),
    ]
    feed_state = [
        _feed("orders", True, 90_000, 85_000, 5_000, date(2024, 5, 31), 0, 400, 380, 0),
        _feed("surveys", False, 900, 900, 0, date(2024, 5, 20), 11, 12, None, None),
        _feed("products", False, 0, 0, 0, None, None, 0, None, None),
        _feed("returns", False, 40, 40, 0, date(2024, 5, 30), 1, 2, None, 0),
    ]
    return {
        "rule_counts": pl.DataFrame(rule_counts),
        "file_counts": pl.DataFrame(file_counts),
        "feed_state": pl.DataFrame(feed_state, infer_schema_length=None).cast(
            {"missing_rates": pl.String}
        ),
    }


def _file(name: str, source: str, feed: str, *rows: int) -> dict[str, Any]:
    columns = ("rows_read", "rows_accepted", "rows_quarantined", "rows_ignored")
    counts = dict(zip(columns, rows, strict=True))
    return {"file_name": name, "source": source, "feed": feed, "status": "ingested", **counts}


def _feed(feed: str, is_required: bool, *figures: Any) -> dict[str, Any]:
    columns = (
        "accepted_units",
        "current_units",
        "superseded_units",
        "newest_date",
        "days_since_newest",
        "units_tonight",
        "usual_units_per_night",
        "missing_rate_rows",
    )
    known = dict(zip(columns, figures, strict=True))
    known |= {"is_required": is_required, "as_of": date(2024, 5, 31), "missing_rates": None}
    return {"feed": feed, **known}


def setting(frame_name: str, row: int, **values: Any) -> Break:
    """Overwrite cells of one row of one frame."""

    def broken(frames: Frames) -> Frames:
        rows = frames[frame_name].to_dicts()
        rows[row] |= values
        changed = pl.DataFrame(rows, schema=frames[frame_name].schema)
        return frames | {frame_name: changed}

    return broken


def without_rows(frame_name: str) -> Break:
    """Empty one frame."""
    return lambda frames: frames | {frame_name: frames[frame_name].clear()}


def keeping(frame_name: str, *condition: Any) -> Break:
    """Keep the rows of one frame that meet a condition."""
    return lambda frames: frames | {frame_name: frames[frame_name].filter(*condition)}


def judge(frames: Frames, **thresholds: Any) -> DoorResult:
    return door_in.check(**frames, thresholds=DoorThresholds(**thresholds), rules=RULES)


def the_finding(result: DoorResult, check: str) -> Finding:
    found = [finding for finding in result.findings if finding.check == check]
    assert len(found) == 1, result.findings
    return found[0]


def test_a_quiet_night_passes_without_a_finding() -> None:
    result = judge(good_frames())
    assert (result.outcome, result.findings) == ("pass", [])


def test_a_night_on_which_no_file_came_in_is_judged_by_its_feeds_alone() -> None:
    assert judge(without_rows("file_counts")(good_frames())).outcome == "pass"


# Rows of rule_counts: 0 currency, 1 test flag, 2 score tonight; 3, 4, 5 the same over all.
BROKEN = {
    "one refused row": (
        setting("rule_counts", 0, failed_rows=1),
        ("rule_failed_rows", "warn", "orders.currency.malformed"),
    ),
    "more than a fifth of tonight refused": (
        setting("rule_counts", 0, failed_rows=81),
        ("rule_failed_share", "hold", "orders.currency.malformed"),
    ),
    "a fifth refused of too few rows to hold": (
        setting("rule_counts", 2, checked_rows=19, failed_rows=19),
        ("rule_failed_rows", "warn", "responses.score.out_of_range"),
    ),
    "more than a fifth of a forgiven value": (
        setting("rule_counts", 1, failed_rows=200),
        ("rule_failed_share", "warn", "orders.is_test.unparseable"),
    ),
    "refused rows where none was checked": (
        setting("rule_counts", 2, checked_rows=0, failed_rows=3),
        ("rule_failed_share", "hold", "responses.score.out_of_range"),
    ),
    "many refused among all rows ever read": (
        setting("rule_counts", 3, failed_rows=9_000),
        ("rule_known_failed_share", "warn", "orders.currency.malformed"),
    ),
    "rows of a file gone": (
        setting("file_counts", 0, rows_accepted=399),
        ("file_balance", "hold", "orders_2024-05-31.csv"),
    ),
    "rows of a file from nowhere": (
        setting("file_counts", 0, rows_ignored=11),
        ("file_balance", "hold", "orders_2024-05-31.csv"),
    ),
    "a file whose rows nobody counted": (
        setting("file_counts", 1, rows_read=None),
        ("file_counts_known", "hold", "nps.csv"),
    ),
    "a refused file": (
        setting("file_counts", 1, status="refused"),
        ("file_refused", "warn", "nps.csv"),
    ),
    "orders lost between files and current state": (
        setting("feed_state", 0, current_units=84_999),
        ("feed_balance", "hold", "orders"),
    ),
    "an optional feed out of balance": (
        setting("feed_state", 1, superseded_units=1),
        ("feed_balance", "hold", "surveys"),
    ),
    "a feed whose counts are not known": (
        setting("feed_state", 1, accepted_units=None),
        ("feed_counts_known", "hold", "surveys"),
    ),
    "no orders": (
        setting(
            "feed_state",
            0,
            accepted_units=0,
            current_units=0,
            superseded_units=0,
            newest_date=None,
            days_since_newest=None,
        ),
        ("required_feed_empty", "hold", "orders"),
    ),
    "orders a month old": (
        setting("feed_state", 0, days_since_newest=31),
        ("feed_too_old", "hold", "orders"),
    ),
    "stale orders": (
        setting("feed_state", 0, days_since_newest=4, newest_date=date(2024, 5, 27)),
        ("feed_stale", "warn", "orders"),
    ),
    "orders of unknown age": (
        setting("feed_state", 0, days_since_newest=None),
        ("feed_age_known", "hold", "orders"),
    ),
    "a fifth of the usual night and less": (
        setting("feed_state", 0, units_tonight=75),
        ("feed_volume", "warn", "orders"),
    ),
    "nothing tonight": (
        setting("feed_state", 0, units_tonight=0),
        ("feed_volume", "warn", "orders"),
    ),
    "five times the usual night and more": (
        setting("feed_state", 0, units_tonight=1_901),
        ("feed_volume", "warn", "orders"),
    ),
    "orders without an exchange rate": (
        setting("feed_state", 0, missing_rate_rows=37),
        ("missing_exchange_rate", "hold", "orders"),
    ),
    "orders whose rates nobody looked up": (
        setting("feed_state", 0, missing_rate_rows=None),
        ("missing_rates_known", "hold", "orders"),
    ),
    "refunds without a rate": (
        setting("feed_state", 3, missing_rate_rows=1),
        ("missing_exchange_rate", "hold", "returns"),
    ),
    "no feed at all": (without_rows("feed_state"), ("has_rows", "hold", "feeds")),
    "no required feed": (
        keeping("feed_state", pl.col("feed") != "orders"),
        ("has_rows", "hold", "required_feeds"),
    ),
    "a rule that was not counted tonight": (
        keeping("rule_counts", (pl.col("column") != "score") | (pl.col("scope") == "all")),
        ("rule_failed_share", "hold", "responses.score.out_of_range"),
    ),
    "a rule that was not counted over all rows": (
        keeping("rule_counts", (pl.col("column") != "score") | (pl.col("scope") == "tonight")),
        ("rules_counted", "hold", "all"),
    ),
    "nothing counted over all rows": (
        keeping("rule_counts", pl.col("scope") == "tonight"),
        ("has_rows", "hold", "rule_counts_all"),
    ),
}


#: A missing frame cannot be judged on anything, so other suites miss their rows as well.
WITH_COMPANY = {"no feed at all", "a rule that was not counted tonight", "orders a month old"}


@pytest.mark.parametrize("fault", BROKEN)
def test_one_fault_gives_its_own_finding_and_outcome_and_no_noise(fault: str) -> None:
    broken, (check, outcome, subject) = BROKEN[fault]
    result = judge(broken(good_frames()))
    told = [(finding.check, finding.subject) for finding in result.findings]
    assert (check, subject) in told
    assert len(told) == 1 or fault in WITH_COMPANY, told
    assert result.outcome == outcome
    assert {entry["check"] for entry in result.results if not entry["success"]} >= {check}


def test_a_night_on_which_nothing_was_counted_holds_in_a_few_words() -> None:
    result = judge(without_rows("rule_counts")(good_frames()))
    assert result.outcome == "hold"
    assert [f.check for f in result.findings] == ["has_rows"] * 3


def test_every_expectation_has_a_night_that_breaks_it() -> None:
    broken_somewhere = {check for _, (check, _, _) in BROKEN.values()}
    assert {entry["check"] for entry in judge(good_frames()).results} <= broken_somewhere


AT_THE_LIMIT = {
    "exactly a fifth refused": (setting("rule_counts", 0, failed_rows=80), "warn"),
    "three days old": (setting("feed_state", 0, days_since_newest=3), "pass"),
    "a fifth of the usual night": (setting("feed_state", 0, units_tonight=76), "pass"),
    "five usual nights": (setting("feed_state", 0, units_tonight=1_900), "pass"),
    "usual night unknown": (
        setting("feed_state", 0, units_tonight=0, usual_units_per_night=None),
        "pass",
    ),
    "usual night too small to judge": (
        setting("feed_state", 0, units_tonight=0, usual_units_per_night=19),
        "pass",
    ),
}


@pytest.mark.parametrize(("changed", "outcome"), AT_THE_LIMIT.values(), ids=AT_THE_LIMIT)
def test_a_figure_at_its_limit_still_passes(changed: Break, outcome: str) -> None:
    assert judge(changed(good_frames())).outcome == outcome


def test_old_orders_hold_only_where_the_owner_asked_for_it() -> None:
    frames = setting("feed_state", 0, days_since_newest=15)(good_frames())
    assert judge(frames).outcome == "warn"
    result = judge(frames, orders_hold_after_days=14)
    assert (result.outcome, result.findings[0].check) == ("hold", "feed_too_old")


def test_a_rule_may_have_a_limit_of_its_own() -> None:
    frames = setting("rule_counts", 0, failed_rows=200)(good_frames())
    own_limit = {CURRENCY.name: 0.5}
    assert judge(frames).outcome == "hold"
    assert judge(frames, hold_above_failed_share_by_rule=own_limit).outcome == "warn"


def test_a_banner_for_refused_rows_may_be_relaxed() -> None:
    frames = setting("rule_counts", 0, failed_rows=4)(good_frames())
    assert judge(frames, warn_above_failed_share=0.01).outcome == "pass"


def test_grave_findings_come_before_warnings() -> None:
    frames = setting("feed_state", 0, missing_rate_rows=37)(
        setting("file_counts", 1, status="refused")(good_frames())
    )
    assert [f.severity for f in judge(frames).findings] == ["critical", "warning"]


def test_a_hundred_refused_files_are_named_up_to_twenty_and_then_counted() -> None:
    frames = good_frames()
    refused = frames["file_counts"].head(1).with_columns(status=pl.lit("refused"))
    many = pl.concat([refused] * 100).with_columns(
        pl.format("day_{}.csv", pl.int_range(100)).alias("file_name")
    )
    findings = judge(frames | {"file_counts": many}).findings
    assert len(findings) == 21
    assert "80 more" in findings[-1].message


WORDS = {
    "rule_failed_share": (
        setting("rule_counts", 0, failed_rows=100),
        ("orders.currency", "100 of tonight's 400 rows (25 %)", "20 %", "[doors] in suki.toml"),
    ),
    "rule_failed_rows": (
        setting("rule_counts", 2, failed_rows=1),
        ("responses.score", "between 0 and 10", "1 of tonight's 400 rows (0.25 %)", "suki status"),
    ),
    "file_balance": (
        setting("file_counts", 0, rows_accepted=300),
        ("orders_2024-05-31.csv", "shopify", "410 rows read", "100 rows unexplained"),
    ),
    "file_refused": (
        setting("file_counts", 1, status="refused"),
        ("nps.csv", "landing/surveys/", "config/sources/"),
    ),
    "feed_balance": (
        setting("feed_state", 0, current_units=84_000),
        ("orders", "90,000 accepted", "84,000 current", "1,000 unexplained"),
    ),
    "feed_stale": (
        setting("feed_state", 0, days_since_newest=9, newest_date=date(2024, 5, 22)),
        ("orders", "2024-05-22", "9 days", "2024-05-31", "landing/orders/"),
    ),
    "feed_volume": (
        setting("feed_state", 0, units_tonight=3),
        ("orders", "3 came in tonight", "usual 380", "landing/orders/"),
    ),
    "missing_exchange_rate": (
        setting("feed_state", 0, missing_rate_rows=37, missing_rates="THB from 2024-05-08"),
        (
            "37 rows",
            "7 days",
            "THB from 2024-05-08",
            "landing/exchange_rates/",
            "reporting_currency",
        ),
    ),
}


@pytest.mark.parametrize(("check", "broken", "words"), [(k, *v) for k, v in WORDS.items()])
def test_the_message_names_the_culprit_the_figures_and_the_remedy(
    check: str, broken: Break, words: tuple[str, ...]
) -> None:
    message = the_finding(judge(broken(good_frames())), check).message
    assert not [word for word in words if word not in message], message


def test_results_are_json_with_one_entry_per_expectation() -> None:
    results = judge(good_frames()).results
    assert json.loads(json.dumps(results, allow_nan=False)) == results
    names = [(entry["batch"], entry["check"], entry["subject"]) for entry in results]
    assert len(set(names)) == len(names)
    assert all(entry["success"] for entry in results)
