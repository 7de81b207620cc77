"""A campaign is judged against people who were not written to, and no difference is oversold."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reports.interactive import InteractiveChart, NoPicture
from reports.pages.campaigns import PAGE
from tests.reports.pages.one_page import page_of, reading_of, row_of


def uplift(campaign: str, **columns: Any) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "engagement_window_days": 30,
        "treated_count": 200,
        "treated_buyer_count": 40,
        "treated_rate": 0.2,
        "held_out_count": 100,
        "held_out_buyer_count": 10,
        "held_out_rate": 0.1,
        "treated_immature_count": 0,
        "held_out_immature_count": 0,
        "excluded_in_both_count": 0,
        "difference": 0.1,
        "difference_low": 0.0123,
        "difference_high": 0.1786,
        "is_distinguishable": True,
        "relative_uplift": 1.0,
        "incremental_buyers": 20.0,
        "reason_code": None,
    } | columns


NOBODY_HELD_OUT = {
    "held_out_count": 0,
    "held_out_buyer_count": 0,
    "held_out_rate": None,
    "difference": None,
    "difference_low": None,
    "difference_high": None,
    "is_distinguishable": None,
    "incremental_buyers": None,
    "reason_code": "no_holdout",
}
MAYBE = {
    "held_out_buyer_count": 17,
    "held_out_rate": 0.17,
    "difference": 0.03,
    "difference_low": -0.07,
    "difference_high": 0.11,
    "is_distinguishable": False,
}


def response(scope: str, campaign: str, channel: str = "all", **columns: Any) -> dict[str, Any]:
    return {
        "scope": scope,
        "campaign": campaign,
        "channel": channel,
        "delivery_count": 30,
        "unnamed_delivery_count": 0,
        "delivered_people_count": 30,
        "untracked_people_count": 0,
        "immature_people_count": 5,
        "observed_people_count": 25,
        "replied_people_count": 10,
        "conversion_window_days": 7,
        "conversion_rate": 0.4,
        "conversion_rate_low": 0.234,
        "conversion_rate_high": 0.593,
        "is_small_sample": True,
        "reason_code": None,
    } | columns


def test_a_clear_difference_is_told_with_its_interval_and_both_groups(tmp_path: Path) -> None:
    html = page_of(PAGE, reading_of(tmp_path, {"campaign_uplift": [uplift("spring")]}))
    assert "<h1>1 of 1 campaigns surely made people buy</h1>" in html
    row = row_of(html, "spring")
    assert row[1:4] == ["20.0% 40 of 200", "10.0% 10 of 100", "+10.0 +1.2 to +17.9"]
    assert row[4] == "bought more than without it about 20 buyers more than without"


def test_a_difference_that_may_be_chance_is_called_so_and_counts_no_buyers(tmp_path: Path) -> None:
    rows = [uplift("spring", **MAYBE), uplift("letters", **NOBODY_HELD_OUT)]
    html = page_of(PAGE, reading_of(tmp_path, {"campaign_uplift": rows}))
    assert "The campaign measured cannot be told apart from writing to nobody" in html
    assert row_of(html, "spring")[4] == "cannot be told apart from writing to nobody"
    assert row_of(html, "letters")[2:] == ["nobody", "n/a", "nobody was held out to compare with"]
    assert "buyers more" not in html


def test_the_chart_shows_only_what_was_compared_and_marks_few_people(tmp_path: Path) -> None:
    rows = [
        uplift("letters", **NOBODY_HELD_OUT),
        uplift("spring", **MAYBE),
        uplift("summer", held_out_count=12),
    ]
    chart = PAGE.values(reading_of(tmp_path, {"campaign_uplift": rows}))["uplift_chart"]
    assert isinstance(chart, InteractiveChart)
    assert chart.finding.title == "summer: +10.0 points, more than chance explains"
    assert "n = 512 people" in chart.finding.subtitle
    assert chart.rows == (
        ("summer", "+10.0", "+1.2", "+17.9"),
        ("spring", "+3.0", "−7.0", "+11.0"),
    )
    (records,) = (
        [d for d in chart.spec["datasets"].values() if len(d) == 2]
        if "datasets" in chart.spec
        else [layer["data"]["values"] for layer in chart.spec["layer"][1:2]]
    )
    assert [(one["few"], one["clear"]) for one in records] == [(True, True), (False, False)]


def test_replies_add_up_and_a_small_sample_is_marked(tmp_path: Path) -> None:
    tables = {
        "campaign_response": [
            response("campaign", "spring"),
            response("campaign_and_channel", "spring", "email"),
            response("campaign_and_channel", "spring", "sms", conversion_rate=None, conversion_rate_low=None,
                     conversion_rate_high=None, observed_people_count=0, reason_code="replies_not_recorded"),
            response("shop", "all", observed_people_count=30, delivered_people_count=30),
        ]
    }  # fmt: skip
    html = page_of(PAGE, reading_of(tmp_path, tables))
    row = row_of(html, "spring")
    assert row[1:5] == ["30", "5", "25", "10"]
    assert int(row[1]) == int(row[2]) + int(row[3])
    assert row[5] == "40.0% 23.4% to 59.3% n = 25 small sample"
    assert row_of(html, "sms")[5].startswith("the source never records a reply")
    assert row_of(html, "All campaigns")[3] == "30"


def test_segments_show_rates_beside_each_other_and_who_was_left_out(tmp_path: Path) -> None:
    row = {
        "campaign": "reorder", "segment": "loyal", "engagement_window_days": 30, "people_count": 40,
        "treated_count": 20, "treated_rate": 0.5, "treated_rate_low": 0.3, "treated_rate_high": 0.7,
        "treated_immature_count": 3, "held_out_count": 14, "held_out_rate": 0.25, "held_out_rate_low": 0.1,
        "held_out_rate_high": 0.5, "held_out_immature_count": 1, "excluded_in_both_count": 1,
        "unconfirmed_count": 1, "difference": 0.25, "difference_low": -0.09, "difference_high": 0.5,
        "is_small_sample": True, "reason_code": None,
    }  # fmt: skip
    html = page_of(PAGE, reading_of(tmp_path, {"campaign_segment_response": [row]}))
    shown = row_of(html, "Loyal")
    assert shown[1] == "40"
    assert shown[2] == "50.0% 30.0% to 70.0% n = 20 small sample"
    assert shown[4] == "6"
    assert 20 + 14 + 6 == 40
    assert shown[6] == "cannot be told apart from writing to nobody"


def test_the_loyalty_programme_never_stands_without_its_caveat(tmp_path: Path) -> None:
    effect = {
        "comparison": "since_first_order", "loyalty_group": "member", "metric": "repeat_within", "window_days": 90,
        "numerator": Decimal(6), "denominator": 10, "metric_value": 0.6, "interval_low": 0.31, "interval_high": 0.83,
        "sample_size": 10, "is_small_sample": True, "caveat": "not a causal effect: members choose themselves",
    }  # fmt: skip
    sales = effect | {"metric": "net_sales_per_customer", "numerator": Decimal(900), "metric_value": 90.0,
                      "interval_low": None, "interval_high": None}  # fmt: skip
    html = page_of(PAGE, reading_of(tmp_path, {"loyalty_effect": [effect, sales]}))
    assert "Not a causal effect: members choose themselves." in html
    assert row_of(html, "bought a second time")[1] == "60.0% 31.0% to 83.0% n = 10 small sample"
    assert row_of(html, "net sales per customer")[1] == "£90.00 n = 10 small sample"


def test_recovery_counts_customers_and_keeps_its_warning(tmp_path: Path) -> None:
    row = {
        "recovery_group": "resolved_complaint", "window_days": 90, "customer_count": 40, "observation_count": 44,
        "repeat_count": 22, "repeat_rate": 0.5, "interval_low": 0.35, "interval_high": 0.65,
        "is_small_sample": False, "reading": "association, not proof",
    }  # fmt: skip
    html = page_of(PAGE, reading_of(tmp_path, {"service_recovery": [row]}))
    assert row_of(html, "Complaint solved")[1:] == ["44", "22", "50.0% 35.0% to 65.0% n = 40"]
    assert "Association, not proof" in html


def test_a_shop_that_never_wrote_to_anybody_has_no_chart_but_reasons(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, {})
    assert isinstance(PAGE.values(reading)["uplift_chart"], NoPicture)
    html = page_of(PAGE, reading)
    assert "<h1>No campaign has been sent yet</h1>" in html
    assert "the feed messages is empty" in html
    assert "No loyalty programme is known." in html


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "50% off & more"])
def test_the_name_of_a_campaign_is_text(tmp_path: Path, name: str) -> None:
    html = page_of(PAGE, reading_of(tmp_path, {"campaign_uplift": [uplift(name)]}))
    assert "<script>alert" not in html
    assert row_of(html, name)[1] == "20.0% 40 of 200"
