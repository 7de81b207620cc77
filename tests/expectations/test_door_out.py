"""The door out passes a good publication and says what is wrong with each kind of bad one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from expectations import door_out
from expectations.checks import DoorResult
from expectations.thresholds import DoorThresholds
from transforms.segments import SEGMENTS

AS_OF = date(2024, 5, 31)
PREVIOUS = {"retention_rate": 0.43, "net_sales": Decimal("90000.0000"), "nps": None}

Frames = dict[str, pl.DataFrame]
Break = Callable[[Frames], Frames]


def good_frames() -> Frames:
    """A small shop's publication; `lists` is handed over beside the tables."""
    return {
        "rpt_headline": _headline(),
        "rpt_headline_week": _headline().with_columns(
            period_end=pl.when(pl.col("metric") != "nps").then(date(2024, 5, 26))
        ),
        "rpt_retention_trend": _retention_trend(),
        "rpt_revenue_bridge": _stamped([{"component": "end", "period_end": date(2024, 5, 26)}]),
        "rpt_state_movement": _stamped([{"to_state": "lapsed", "period_end": date(2024, 5, 26)}]),
        "rpt_cohorts": _cohorts(),
        "rpt_revenue": _stamped([{"period_end": date(2024, 4, 30)}, {"period_end": AS_OF}]),
        "rpt_segments": _segments(),
        "rpt_nps": _stamped([{"survey_id": "all", "period_start": date(2024, 5, 1), "nps": 42.5}]),
        "rpt_data_quality": _stamped([{"feed": "orders"}]),
        "rpt_validity": _stamped([{"invalid_reason": "valid", "order_count": 9}]),
        "rpt_checks": _identities(),
        "lists": pl.DataFrame([_list("reorder", 40), _list("win_back", 0)]),
    }


def _stamped(rows: list[dict[str, Any]], **schema: Any) -> pl.DataFrame:
    stamped = [{"as_of": AS_OF} | row for row in rows]
    return pl.DataFrame(stamped, schema_overrides=schema)


def _headline() -> pl.DataFrame:
    shares = {"value": 0.42, "interval_low": 0.40, "interval_high": 0.44}
    rows = [
        {"position": 1, "metric": "retention_rate", "unit": "share", **shares},
        # New customers can take the classic rate below nought: no proportion underlies it.
        {"position": 2, "metric": "retention_rate_classic", "unit": "share", "value": -0.1},
        {"position": 3, "metric": "net_sales", "unit": "money", "value": 100_000.0},
        {"position": 4, "metric": "orders", "unit": "count", "value": 800.0},
        {"position": 5, "metric": "nps", "unit": "points", "reason_code": "no_responses"},
    ]
    floats = dict.fromkeys(("value", "interval_low", "interval_high"), pl.Float64)
    return _stamped(rows, reason_code=pl.String, **floats)


def _retention_trend() -> pl.DataFrame:
    months = [
        (date(2024, 4, 1), date(2024, 4, 30), None, "history_shorter_than_A"),
        (date(2024, 5, 1), AS_OF, 0.42, None),
    ]
    columns = ("period_start", "period_end", "true_retention_rate", "reason_code")
    return _stamped([dict(zip(columns, month, strict=True)) for month in months])


def _cohorts() -> pl.DataFrame:
    """The third month of the March cohort is May, over on its last day."""
    cells = [
        (date(2024, 3, 1), 0, 1.0, "complete"),
        (date(2024, 3, 1), 1, 0.3, "complete"),
        (date(2024, 3, 1), 2, 0.2, "complete"),
    ]
    columns = ("cohort_month", "month_offset", "retention_rate", "cell_status")
    return _stamped([dict(zip(columns, cell, strict=True)) for cell in cells])


def _segments() -> pl.DataFrame:
    counts = dict.fromkeys(SEGMENTS, 0) | {"champion": 1, "loyal": 1, "hibernating": 1}
    rows = [
        {"segment": name, "customer_count": count, "customer_share": count / 3}
        for name, count in counts.items()
    ]
    return _stamped(rows)


def _identities() -> pl.DataFrame:
    figure = Decimal("8911407.9040")
    sides = {"left_value": figure, "right_value": figure, "difference": Decimal("0.0000")}
    names = ("revenue month net = orders net", "orders lines = orders")
    amount = pl.Decimal(38, 4)
    return _stamped(
        [{"check_name": name, **sides} for name in names],
        left_value=amount,
        right_value=amount,
        difference=amount,
    )


def _list(name: str, rows: int) -> dict[str, Any]:
    return {
        "list_name": name,
        "rows": rows,
        "rows_without_consent": 0,
        "rows_without_address": 0,
        "duplicate_rows": 0,
        "rows_not_in_segment_population": 0,
    }


def setting(frame_name: str, row: int, **values: Any) -> Break:
    """Overwrite cells of one row of one frame."""

    def broken(frames: Frames) -> Frames:
        rows = frames[frame_name].to_dicts()
        rows[row] |= values
        return frames | {frame_name: pl.DataFrame(rows, schema=frames[frame_name].schema)}

    return broken


def without_rows(frame_name: str) -> Break:
    """Empty one frame."""
    return lambda frames: frames | {frame_name: frames[frame_name].clear()}


def without(frame_name: str) -> Break:
    """Leave one table out."""
    return lambda frames: {name: frame for name, frame in frames.items() if name != frame_name}


def all_on(frame_name: str, as_of: date) -> Break:
    """Stamp one table with another business date."""
    return lambda frames: (
        frames | {frame_name: frames[frame_name].with_columns(as_of=pl.lit(as_of))}
    )


def judge(
    frames: Frames, previous: dict[str, Any] | None = PREVIOUS, **thresholds: Any
) -> DoorResult:
    tables = {name: frame for name, frame in frames.items() if name != "lists"}
    return door_out.check(tables, frames["lists"], previous, DoorThresholds(**thresholds))


def test_a_good_publication_passes_without_a_finding() -> None:
    result = judge(good_frames())
    assert (result.outcome, result.findings) == ("pass", [])


BROKEN: dict[str, tuple[Break, tuple[str, str, str]]] = {
    "an identity a hundredth of a cent apart": (
        setting("rpt_checks", 1, difference=Decimal("0.0001")),
        ("identity", "hold", "orders lines = orders"),
    ),
    "an identity nobody worked out": (
        setting("rpt_checks", 0, difference=None),
        ("identity_known", "hold", "revenue month net = orders net"),
    ),
    "no identity checked": (without_rows("rpt_checks"), ("table_empty", "hold", "rpt_checks")),
    "an empty headline": (without_rows("rpt_headline"), ("table_empty", "hold", "rpt_headline")),
    "no headline table": (without("rpt_headline"), ("table_empty", "hold", "rpt_headline")),
    "no orders counted": (without_rows("rpt_validity"), ("table_empty", "hold", "rpt_validity")),
    "no revenue": (without_rows("rpt_revenue"), ("table_empty", "hold", "rpt_revenue")),
    "no segment": (without_rows("rpt_segments"), ("table_empty", "hold", "rpt_segments")),
    "no feed": (without("rpt_data_quality"), ("table_empty", "hold", "rpt_data_quality")),
    "no retention month": (
        without_rows("rpt_retention_trend"),
        ("table_empty", "hold", "rpt_retention_trend"),
    ),
    "a table of another date": (
        all_on("rpt_validity", date(2024, 5, 30)),
        ("one_business_date", "hold", ""),
    ),
    "a headline without net sales": (
        setting("rpt_headline", 2, metric="gross_sales"),
        ("headline_complete", "hold", ""),
    ),
    "a blank figure without a reason": (
        setting("rpt_headline", 4, reason_code=None),
        ("headline_blank", "warn", "nps"),
    ),
    "a figure that is not a number": (
        setting("rpt_headline", 3, value=float("nan")),
        ("headline_blank", "warn", "orders"),
    ),
    "a proportion above one": (
        setting("rpt_headline", 0, interval_high=1.01),
        ("headline_proportion", "hold", "retention_rate"),
    ),
    "a week's proportion above one": (
        setting("rpt_headline_week", 0, interval_high=1.01),
        ("headline_proportion", "hold", "retention_rate"),
    ),
    "a week that is not over": (
        setting("rpt_headline_week", 0, period_end=date(2024, 6, 2)),
        ("period_over", "hold", "2024-06-02"),
    ),
    "a week's figure of no week": (
        setting("rpt_headline_week", 2, period_end=None),
        ("period_over", "hold", "None"),
    ),
    "a bridge into a week that is not over": (
        setting("rpt_revenue_bridge", 0, period_end=date(2024, 6, 2)),
        ("period_over", "hold", "2024-06-02"),
    ),
    "movements of a week that is not over": (
        setting("rpt_state_movement", 0, period_end=date(2024, 6, 2)),
        ("period_over", "hold", "2024-06-02"),
    ),
    "a retention month above one": (
        setting("rpt_retention_trend", 1, true_retention_rate=1.2),
        ("retention_proportion", "hold", "2024-05-01"),
    ),
    "a retention month that is not a number": (
        setting("rpt_retention_trend", 1, true_retention_rate=float("nan")),
        ("retention_proportion", "hold", "2024-05-01"),
    ),
    "a retention month that is not over": (
        setting("rpt_retention_trend", 1, period_end=date(2024, 6, 1)),
        ("period_over", "hold", "2024-06-01"),
    ),
    "a revenue month that is not over": (
        setting("rpt_revenue", 1, period_end=date(2024, 6, 30)),
        ("period_over", "hold", "2024-06-30"),
    ),
    "a revenue month without an end": (
        setting("rpt_revenue", 1, period_end=None),
        ("period_over", "hold", "None"),
    ),
    "a running cohort month not marked": (
        setting("rpt_cohorts", 2, month_offset=3),
        ("cohort_cell_status", "hold", "2024-03-01"),
    ),
    "a whole cohort month marked partial": (
        setting("rpt_cohorts", 2, cell_status="partial"),
        ("cohort_cell_status", "hold", "2024-03-01"),
    ),
    "a cohort below nought": (
        setting("rpt_cohorts", 1, retention_rate=-0.01),
        ("cohort_proportion", "hold", "2024-03-01"),
    ),
    "a customer in two segments": (
        setting("rpt_segments", 3, customer_share=1 / 3),
        ("segment_partition", "hold", ""),
    ),
    "a segment nobody knows": (
        setting("rpt_segments", 9, segment="sleeping_beauty"),
        ("segments_named", "hold", ""),
    ),
    "a net promoter score above a hundred": (
        setting("rpt_nps", 0, nps=100.1),
        ("nps_possible", "hold", "all"),
    ),
    "a list row without consent": (
        setting("lists", 0, rows_without_consent=1),
        ("list_consent", "hold", "reorder"),
    ),
    "a list whose consent nobody counted": (
        setting("lists", 1, rows_without_consent=None),
        ("list_consent_known", "hold", "win_back"),
    ),
    "a list row without an address": (
        setting("lists", 0, rows_without_address=2),
        ("list_address", "warn", "reorder"),
    ),
    "a person in a list twice": (
        setting("lists", 0, duplicate_rows=1),
        ("list_duplicates", "hold", "reorder"),
    ),
    "a list of another run": (
        setting("lists", 0, rows_not_in_segment_population=1),
        ("list_population", "hold", "reorder"),
    ),
    "no list checked": (without_rows("lists"), ("has_rows", "hold", "lists")),
    "retention sixteen points lower": (
        setting("rpt_headline", 0, value=0.27, interval_low=0.25),
        ("headline_change", "warn", "retention_rate"),
    ),
    "retention no longer known": (
        setting("rpt_headline", 0, value=None, reason_code="no_customers_at_start"),
        ("headline_change", "warn", "retention_rate"),
    ),
    "net sales nearly doubled": (
        setting("rpt_headline", 2, value=162_000.01),
        ("headline_change", "warn", "net_sales"),
    ),
}
#: Without a headline its figures have vanished as well, which is said too.
WITH_COMPANY = {"an empty headline", "no headline table", "a headline without net sales"}


@pytest.mark.parametrize("fault", BROKEN)
def test_one_fault_gives_its_own_finding_and_outcome_and_no_noise(fault: str) -> None:
    broken, (check, outcome, subject) = BROKEN[fault]
    result = judge(broken(good_frames()))
    told = [(finding.check, finding.subject) for finding in result.findings]
    assert (check, subject) in told
    assert len(told) == 1 or fault in WITH_COMPANY, told
    assert result.outcome == outcome
    assert {entry["check"] for entry in result.results if not entry["success"]} >= {check}


def test_every_expectation_has_a_publication_that_breaks_it() -> None:
    broken_somewhere = {check for _, (check, _, _) in BROKEN.values()} | {"segment_once"}
    # Made in one loop with list_consent_known, which is broken above.
    counted = {"list_address_known", "list_duplicates_known", "list_population_known"}
    asked = {entry["check"] for entry in judge(good_frames()).results}
    assert asked - broken_somewhere - counted == {"segment_proportion"}


def test_a_segment_share_below_nought_is_refused() -> None:
    frames = setting("rpt_segments", 0, customer_share=-1 / 3)(good_frames())
    checks = {finding.check for finding in judge(frames).findings}
    assert checks == {"segment_proportion", "segment_partition"}


def test_a_segment_with_two_rows_is_refused() -> None:
    frames = good_frames()
    twice = pl.concat([frames["rpt_segments"], frames["rpt_segments"].slice(2, 1)])
    result = judge(frames | {"rpt_segments": twice})
    assert {finding.check for finding in result.findings} == {"segment_once"}
    assert result.outcome == "hold"


def test_a_running_cohort_month_marked_partial_passes() -> None:
    frames = setting("rpt_cohorts", 2, month_offset=3, cell_status="partial")(good_frames())
    assert judge(frames).outcome == "pass"


def test_a_month_is_over_on_its_last_day_and_not_the_day_before() -> None:
    frames = good_frames()
    day_before = {
        name: frame if name == "lists" else frame.with_columns(as_of=pl.lit(date(2024, 5, 30)))
        for name, frame in frames.items()
    }
    checks = {finding.check for finding in judge(day_before).findings}
    assert checks == {"period_over", "cohort_cell_status"}


def test_a_shop_in_its_first_month_is_published_with_a_banner() -> None:
    frames = without_rows("rpt_revenue")(without_rows("rpt_retention_trend")(good_frames()))
    result = judge(without_rows("rpt_cohorts")(frames), previous=None)
    assert result.outcome == "warn"
    assert {finding.check for finding in result.findings} == {"no_complete_month"}


def test_a_shop_without_surveys_passes() -> None:
    assert judge(without_rows("rpt_nps")(good_frames())).outcome == "pass"


def test_a_shop_of_guests_only_has_no_segment_shares_to_add_up() -> None:
    frames = good_frames()
    nobody = frames["rpt_segments"].with_columns(
        pl.lit(0).alias("customer_count"),
        pl.lit(None, dtype=pl.Float64).alias("customer_share"),
    )
    assert judge(frames | {"rpt_segments": nobody}).outcome == "pass"


@pytest.mark.parametrize("previous", [None, {}, {"retention_rate": None, "net_sales": 0}])
def test_nothing_to_compare_with_is_no_fault(previous: dict[str, Any] | None) -> None:
    assert judge(good_frames(), previous=previous).outcome == "pass"


def test_a_change_of_exactly_the_limit_passes() -> None:
    frames = setting("rpt_headline", 2, value=162_000.0)(good_frames())
    frames = setting("rpt_headline", 0, value=0.28, interval_low=0.26)(frames)
    assert judge(frames).outcome == "pass"


WORDS = {
    "identity": (
        setting("rpt_checks", 1, difference=Decimal("1234.5000")),
        ("orders lines = orders", "8,911,407.9040", "1,234.5000 apart"),
    ),
    "list_consent": (
        setting("lists", 0, rows_without_consent=3),
        ("List reorder", "3 of 40 rows", "without consent"),
    ),
    "headline_change": (
        setting("rpt_headline", 0, value=0.20, interval_low=0.18),
        ("retention_rate", "20 %", "43 %", "order files"),
    ),
    "cohort_cell_status": (
        setting("rpt_cohorts", 2, month_offset=3),
        ("Cohort 2024-03", "month 3", "partial", "2024-05-31"),
    ),
    "table_empty": (without_rows("rpt_segments"), ("rpt_segments", "suki build")),
}


@pytest.mark.parametrize(("check", "broken", "words"), [(k, *v) for k, v in WORDS.items()])
def test_the_message_names_the_culprit_the_figures_and_the_remedy(
    check: str, broken: Break, words: tuple[str, ...]
) -> None:
    findings = [f for f in judge(broken(good_frames())).findings if f.check == check]
    assert not [word for word in words if word not in findings[0].message], findings


def test_results_are_json_with_one_entry_per_expectation() -> None:
    results = judge(setting("rpt_checks", 1, difference=Decimal("0.0001"))(good_frames())).results
    assert json.loads(json.dumps(results, allow_nan=False)) == results
    assert [entry["check"] for entry in results if not entry["success"]] == ["identity"]
