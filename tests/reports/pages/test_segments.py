"""Every segment is shown with its size, its movement and its files; a review is no download."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reports.pages.segments import PAGE, line_of
from tests.reports.pages.one_page import Tables, page_of, reading_of, row_of, rows_of

FILES = ("segments/loyal.csv", "segments/loyal.parquet", "segments/odd.csv")


def definition(segment: str, position: int, members: int, **columns: Any) -> dict[str, Any]:
    return {
        "segment": segment,
        "position": position,
        "title": segment.capitalize(),
        "description": f"Who is {segment}.",
        "rule": f"rfm_segment = '{segment}'",
        "definition_version": "v1",
        "segment_group": "rfm",
        "owner": "marketing@example.com",
        "hysteresis_runs": 0,
        "is_review_only": False,
        "member_count": members,
    } | columns


def summary(segment: str, position: int, members: int, amount: str) -> dict[str, Any]:
    return {
        "position": position,
        "segment": segment,
        "customer_count": members,
        "customer_share": members / 40,
        "net_sales_amount": Decimal(amount),
        "net_sales_share": 0.5,
        "contactable_count": members // 2,
    }


def observed(segment: str, day: int, size: int, entered: int, left: int) -> dict[str, Any]:
    return {
        "segment": segment,
        "observed_on": date(2026, 10, day),
        "customer_count": size,
        "entered_count": entered,
        "left_count": left,
    }


def moved(source: str, target: str, count: int, before: date | None) -> dict[str, Any]:
    return {
        "segment_group": "rfm",
        "from_segment": source,
        "to_segment": target,
        "customer_count": count,
        "previous_as_of": before,
    }


def shop() -> Tables:
    before = date(2026, 10, 3)
    return {
        "segment_definitions": [
            definition("loyal", 1, 30),
            definition("new", 2, 10, hysteresis_runs=2),
            definition("odd", 3, 2, segment_group=None, is_review_only=True),
        ],
        "rpt_segments": [summary("loyal", 1, 30, "1500.25"), summary("new", 2, 10, "400.50")],
        "rpt_segment_trend": [
            observed("loyal", 3, 28, 0, 0),
            observed("loyal", 4, 30, 5, 3),
            observed("new", 4, 10, 1, 0),
        ],
        "segment_migration": [
            moved("loyal", "loyal", 26, before),
            moved("new", "loyal", 4, before),
            moved("loyal", "new", 2, before),
            moved("(none)", "new", 8, before),
        ],
    }


def test_sizes_shares_and_sales_are_those_of_the_tables_and_add_up(tmp_path: Path) -> None:
    html = page_of(PAGE, reading_of(tmp_path, shop(), files=FILES))
    assert row_of(html, "Loyal Who")[1:5] == ["30", "75.0%", "£1,500 50.0%", "15"]
    assert row_of(html, "New Who")[1:3] == ["10", "25.0%"]
    assert row_of(html, "Together")[1:5] == ["40", "100.0%", "£1,901", "20"]
    assert "40 customers with an order, sorted anew every night into 3 segments" in html


def test_the_move_between_two_publications_adds_up_to_the_sizes(tmp_path: Path) -> None:
    html = page_of(PAGE, reading_of(tmp_path, shop()))
    assert "26 stayed, 6 moved, 8 came in, 0 are gone." in html
    assert 26 + 6 + 8 == 40
    moves = [row for row in rows_of(html) if row[:1] in (["New"], ["Loyal"], ["not a customer"])]
    assert moves == [["not a customer", "New", "8"], ["New", "Loyal", "4"], ["Loyal", "New", "2"]]


def test_history_is_drawn_only_where_there_are_two_days_of_it(tmp_path: Path) -> None:
    html = page_of(PAGE, reading_of(tmp_path, shop()))
    assert 'aria-label="From 28 on 3 Oct 2026 to 30 on 4 Oct 2026"' in html
    assert row_of(html, "Loyal Who")[5] == "+5 −3"
    assert row_of(html, "New Who")[5] == "first day"
    assert html.count("<polyline") == 1


def test_the_first_publication_says_that_it_has_no_past(tmp_path: Path) -> None:
    tables = shop()
    tables["segment_migration"] = [moved("(none)", "loyal", 30, None), moved("(none)", "new", 10, None)]  # fmt: skip
    tables["rpt_segment_trend"] = []
    html = page_of(PAGE, reading_of(tmp_path, tables))
    assert "this is the first publication" in html
    assert "came in" not in html
    assert "<polyline" not in html


def test_each_format_can_be_downloaded_but_nothing_of_a_review(tmp_path: Path) -> None:
    html = page_of(PAGE, reading_of(tmp_path, shop(), files=FILES))
    assert 'href="../segments/loyal.csv" download aria-label="Loyal as CSV"' in html
    assert 'href="../segments/loyal.parquet"' in html
    assert "segments/odd" not in html
    assert row_of(html, "Odd")[-1] == "for review only"
    assert "suki pull loyal --shape klaviyo --out loyal.csv" in html


def test_rules_versions_and_owners_are_told(tmp_path: Path) -> None:
    html = page_of(PAGE, reading_of(tmp_path, shop()))
    assert "rfm_segment = &#39;loyal&#39;" in html
    assert "in the care of marketing@example.com" in html
    assert "leaves after 2 publications in a row in which the rule says no" in html


def test_what_a_shop_writes_in_a_title_or_rule_is_text_and_not_html(tmp_path: Path) -> None:
    tables = shop()
    tables["segment_definitions"][0] |= {"title": "<b>Suki</b> 100%", "rule": "a < 3 & b"}
    html = page_of(PAGE, reading_of(tmp_path, tables))
    assert "&lt;b&gt;Suki&lt;/b&gt; 100%" in html
    assert "<b>Suki</b>" not in html
    assert "a &lt; 3 &amp; b" in html


def test_a_shop_without_customers_says_so_and_one_customer_is_all_of_them(tmp_path: Path) -> None:
    empty = {"segment_definitions": [definition("loyal", 1, 0)]}
    html = page_of(PAGE, reading_of(tmp_path / "none", empty))
    assert "no identified customer has a valid order" in html
    assert row_of(html, "Loyal Who")[1:3] == ["0", "n/a"]
    alone = empty | {
        "segment_definitions": [definition("loyal", 1, 1)],
        "rpt_segments": [summary("loyal", 1, 1, "9.90")],
    }
    html = page_of(PAGE, reading_of(tmp_path / "one", alone))
    assert row_of(html, "Together")[1:3] == ["1", "100.0%"]


def test_a_line_stays_inside_its_box_and_a_level_one_is_level() -> None:
    points = [tuple(map(float, pair.split(","))) for pair in line_of([5, 90, 7]).split()]
    assert all(0 <= x <= 100 and 0 <= y <= 24 for x, y in points)
    assert points[1][1] < points[2][1] < points[0][1]
    assert {pair.split(",")[1] for pair in line_of([4, 4, 4]).split()} == {"12.0"}
    assert line_of([4]) == ""
