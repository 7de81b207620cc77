"""What customers say is counted with its uncertainty, and quoted as they wrote it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from reports.interactive import InteractiveChart, NoPicture
from reports.pages.voice import PAGE
from tests.reports.conftest import month_end, month_start
from tests.reports.pages.one_page import Tables, page_of, reading_of, row_of

NOW = {"period_type": "trailing_90", "period_start": date(2026, 7, 7), "period_end": date(2026, 10, 4)}  # fmt: skip
BEFORE = NOW | {"period_start": date(2026, 4, 8), "period_end": date(2026, 7, 6)}
YEAR_AGO = NOW | {"period_start": date(2025, 7, 7), "period_end": date(2025, 10, 4)}


def score(**columns: Any) -> dict[str, Any]:
    return NOW | {
        "survey_id": "all", "survey_type": "post_purchase", "response_count": 60, "promoter_count": 36,
        "passive_count": 15, "detractor_count": 9, "nps": 45.0, "interval_low": 26.2, "interval_high": 63.8,
        "is_small_sample": False, "delivered_count": 400, "completed_count": 58, "response_rate": 0.145,
    } | columns  # fmt: skip


def month(index: int, points: float | None, answers: int) -> dict[str, Any]:
    return score(
        period_type="month", period_start=month_start(index), period_end=month_end(index), nps=points,
        interval_low=None if points is None else points - 130, interval_high=None if points is None else points + 20,
        response_count=answers, is_small_sample=answers < 30,
    )  # fmt: skip


def theme(name: str, mentions: int, well: int, ill: int, **columns: Any) -> dict[str, Any]:
    return NOW | {
        "theme": name, "mention_count": mentions, "comment_count": 50, "share_of_comments": mentions / 50,
        "people_count": mentions, "asking_people_count": ill, "positive_count": well, "negative_count": ill,
        "mixed_count": 0, "neutral_count": mentions - well - ill, "is_repeated_request": ill >= 3,
        "is_small_sample": False,
    } | columns  # fmt: skip


def comment(text: str, **columns: Any) -> dict[str, Any]:
    return {
        "theme": "delivery", "position": 1, "said_on": date(2026, 9, 30), "score_group": "detractor",
        "language": "fil", "comment": text,
    } | columns  # fmt: skip


def voice(folder: Path, tables: Tables) -> str:
    return page_of(PAGE, reading_of(folder, tables))


def test_the_score_stands_with_its_interval_its_parts_and_who_answered(tmp_path: Path) -> None:
    html = voice(tmp_path, {"rpt_nps": [score()]})
    assert "<h1>NPS is 45, from 60 answers in 90 days</h1>" in html
    assert "26 to 64" in html
    for part in ("36", "15", "9"):
        assert f"<dd>{part}</dd>" in html
    assert 36 + 15 + 9 == 60
    assert "14.5%" in html
    assert "58 of 400" in html


def test_too_few_answers_make_no_headline(tmp_path: Path) -> None:
    html = voice(tmp_path, {"rpt_nps": [score(response_count=8, is_small_sample=True)]})
    assert "<h1>8 answers are too few for a score</h1>" in html
    assert "small sample" in html


def test_the_trend_leaves_out_silent_months_and_stays_on_the_scale(tmp_path: Path) -> None:
    rows = [score(), month(10, -60.0, 12), month(11, None, 0), month(12, 30.0, 40)]
    chart = PAGE.values(reading_of(tmp_path, {"rpt_nps": rows}))["nps_chart"]
    assert isinstance(chart, InteractiveChart)
    assert chart.finding.title == "30 in September 2026, between -100 and 50 allowing for chance"
    assert "n = 52 answers" in chart.finding.subtitle
    assert [row[:2] for row in chart.rows] == [("July 2026", "-60"), ("September 2026", "30")]
    assert chart.rows[0][2:] == ("-100", "-40", "12")


def test_themes_add_up_and_change_against_the_90_days_before(tmp_path: Path) -> None:
    rows = [
        theme("delivery", 20, 4, 12),
        theme("delivery", 10, 4, 2, **BEFORE),
        theme("delivery", 49, 0, 49, **YEAR_AGO),
        theme("price", 25, 20, 2),
        theme("unclassified", 30, 0, 0),
    ]
    html = voice(tmp_path, {"themes": rows})
    row = row_of(html, "Delivery")
    assert row == ["Delivery 12 customers ask for it", "20", "4, 12, 4", "40.0%", "+20.0"]
    assert 4 + 12 + 4 == 20
    assert row_of(html, "Price")[4] == "+50.0"
    assert (
        html.index("theme-price") < html.index("theme-delivery") < html.index("theme-unclassified")
    )


def test_without_comments_before_there_is_no_change_to_tell(tmp_path: Path) -> None:
    html = voice(tmp_path, {"themes": [theme("price", 25, 20, 2)]})
    assert row_of(html, "Price")[4] == "n/a"


def test_a_comment_is_quoted_in_its_language_and_never_as_html(tmp_path: Path) -> None:
    rant = "<script>alert(1)</script> " + "x" * 700
    tables = {
        "themes": [theme("delivery", 20, 4, 12)],
        "rpt_comments": [
            comment("Ang tagal po & mahal."),
            comment(rant, position=2, language=None, score_group=None),
            comment("Of another theme.", theme="packaging", language="en"),
        ],
    }
    html = voice(tmp_path, tables)
    assert '<p lang="fil">Ang tagal po &amp; mahal.</p>' in html
    assert "30 Sept 2026 &middot; detractor" in html
    assert "<script>alert" not in html
    assert '<p class="long" tabindex="0">&lt;script&gt;' in html
    assert "Of another theme." in html


def test_each_step_shows_customers_beside_our_own_people(tmp_path: Path) -> None:
    row = NOW | {
        "metric": "csat", "journey_stage": "delivery", "customer_response_count": 40, "customer_average_answer": 3.25,
        "customer_satisfied_share": 0.5, "customer_interval_low": 0.35, "customer_interval_high": 0.65,
        "staff_response_count": 0, "is_small_sample": False, "is_least_satisfied": True,
    }  # fmt: skip
    html = voice(tmp_path, {"satisfaction_by_stage": [row, row | YEAR_AGO]})
    shown = row_of(html, "Delivery")
    assert shown[0] == "Delivery the weakest step"
    assert shown[1:] == ["50.0% 35.0% to 65.0% n = 40", "3.25", "not asked n = 0"]


def test_waiting_tickets_are_counted_and_an_unreached_median_is_said(tmp_path: Path) -> None:
    row = NOW | {
        "query_type": "all", "measure": "first_response", "time_basis": "business_hours", "ticket_count": 10,
        "event_count": 4, "censored_count": 6, "unknown_count": 1, "median_status": "not_reached",
        "p90_status": "not_reached", "judged_count": 8, "within_target_share": 0.5, "within_target_share_low": 0.2,
        "within_target_share_high": 0.8, "is_small_sample": True,
    }  # fmt: skip
    solved = row | {"measure": "resolution", "median_minutes": 51.0, "p90_minutes": 372.0}
    html = voice(tmp_path, {"response_time": [row, solved]})
    first, second = html.split("Solved</h3>")
    assert row_of(first, "All queries")[2:5] == ["6", "not reached yet", "not reached yet"]
    assert row_of(second, "All queries")[3:5] == ["51 mins", "6.2 hrs"]
    assert "in hours in which support is open" in html


def test_ratings_tell_what_one_bad_review_costs(tmp_path: Path) -> None:
    rating = {
        "platform": "Maps <b>", "period_start": date(2025, 1, 2), "review_count": 92, "rating_sum": 393,
        "one_star_count": 2, "rating": 4.2717, "five_stars_per_one_star": 5, "is_small_sample": False,
    }  # fmt: skip
    html = voice(tmp_path, {"rating_recovery": [rating]})
    assert row_of(html, "Maps <b>")[1:] == ["4.27", "92", "2", "5"]


def test_a_silent_shop_says_what_is_missing_and_draws_nothing(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, {})
    assert isinstance(PAGE.values(reading)["nps_chart"], NoPicture)
    html = page_of(PAGE, reading)
    for told in (
        "No customer has been asked yet",
        "Nobody has written a comment in the last 90 days.",
        "No survey asks about a step of the journey.",
        "No support ticket is known.",
        "the feed reviews is empty",
    ):
        assert told in html, told


def test_one_answer_of_one_customer_is_shown_and_not_made_much_of(tmp_path: Path) -> None:
    lone = score(
        response_count=1, promoter_count=1, passive_count=0, detractor_count=0, nps=100.0, interval_low=100.0,
        interval_high=100.0, is_small_sample=True, response_rate=None, response_rate_reason_code="no_deliveries_known",
    )  # fmt: skip
    html = voice(tmp_path, {"rpt_nps": [lone]})
    assert "no delivery of a survey is known" in html
    assert "too few for a score" in html
