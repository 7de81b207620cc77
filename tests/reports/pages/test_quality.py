"""What was asked of the data, what was set aside and what must agree: nothing hidden, no value shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reports.handed import Expectation, Handed, InputFile, Quarantine, RefusedRow
from reports.pages.quality import PAGE
from tests.reports.conftest import shop_rows
from tests.reports.pages.one_page import page_of, reading_of, row_of, rows_of


def asked(check: str, is_met: bool = True, **changes: Any) -> Expectation:
    facts: dict[str, Any] = {"door": "in", "table": "files", "subject": "", "severity": "critical"}
    return Expectation(check=check, is_met=is_met, expectation="ExpectX", **(facts | changes))


HANDED = Handed(
    inputs=(
        InputFile("orders", "orders <1>.csv", "shopify_orders", 10, 8, 1, 1, ("no column `x` for y",)),
        InputFile("surveys", "nps.csv", "typeform", 4, 4, 0, 0),
    ),
    arrival_feeds=("customers",),
    quarantine=(
        Quarantine(
            "orders",
            3,
            {"negative": 2, "missing": 1},
            (RefusedRow("orders", "orders <1>.csv", 1526, "Unit price", "negative", "correct the cell"),),
        ),
    ),
    expectations=(
        asked("has_rows"),
        asked("rule_failed_rows", is_met=False, severity="warning", observed=7, failed_row_count=7),
        asked("identity", door="out", table="rpt_checks"),
    ),
    findings=("orders.unit_price must not be negative: 2 rows.",),
)  # fmt: skip


def quality(folder: Path, handed: Handed = HANDED, tables: dict | None = None) -> str:
    return page_of(PAGE, reading_of(folder, tables or {}, handed=handed))


def test_met_and_not_met_add_up_to_all_that_was_asked(tmp_path: Path) -> None:
    html = quality(tmp_path)
    assert "<h1>All that must hold holds, with 1 warning</h1>" in html
    assert "3 expectations of Great Expectations" in html
    together = next(row for row in rows_of(html) if row[0] == "Together")
    assert together[1:] == ["3", "2", "1"]
    assert row_of(html, "Files Door in")[1:] == ["2", "1", "1"]
    assert row_of(html, "rpt_checks Door out")[1:] == ["1", "1", "0"]


def test_what_failed_stands_first_and_what_must_hold_before_warnings(tmp_path: Path) -> None:
    grave = asked("list_consent", is_met=False, door="out", table="lists", failed_row_count=2)
    handed = Handed(expectations=(*HANDED.expectations, grave))
    html = quality(tmp_path, handed)
    assert "<h1>1 expectation that must hold does not</h1>" in html
    failed = [row for row in rows_of(html) if len(row) == 5 and row[2] in ("must hold", "warning")]
    assert [row[0] for row in failed] == ["List consent", "Rule failed rows"]
    assert failed[1][3:] == ["7", "7"]
    assert html.index("Not met</h3>") < html.index("All of them, by table")


def test_an_expectation_that_could_not_be_asked_tells_its_error(tmp_path: Path) -> None:
    broken = asked("has_rows", is_met=False, error="column <as_of> is missing")
    html = quality(tmp_path, Handed(expectations=(broken,)))
    assert "column &lt;as_of&gt; is missing" in html


def test_a_refused_row_tells_its_place_reason_and_remedy_and_no_value(tmp_path: Path) -> None:
    html = quality(tmp_path)
    told = next(row for row in rows_of(html) if row[:2] == ["orders <1>.csv", "1,526"])
    assert told == ["orders <1>.csv", "1,526", "Unit price", "negative", "correct the cell"]
    assert "negative: 2, missing: 1. Together 3 refused cells." in html
    assert "And 2 more." in html
    assert not hasattr(HANDED.quarantine[0].shown[0], "value")


def test_rows_of_a_file_add_up_and_arrival_order_is_told(tmp_path: Path) -> None:
    html = quality(tmp_path)
    read = next(row for row in rows_of(html) if len(row) == 6 and row[0].startswith("orders <1>"))
    assert read[2:] == ["10", "8", "1", "1"]
    assert 8 + 1 + 1 == 10
    assert "no column `x` for y" in html
    assert "because their files carry no time of their own: Customers." in html
    settled = Handed(inputs=HANDED.inputs)
    assert "Nothing depends on the order in which the files came." in quality(tmp_path, settled)


def step(position: int, name: str, worth: str, **columns: Any) -> dict[str, Any]:
    return {
        "source": "web", "currency": "GBP", "position": position, "step": name, "is_total": False,
        "order_count": 3, "source_amount": Decimal(worth), "amount": Decimal(worth),
    } | columns  # fmt: skip


def test_the_way_to_net_sales_adds_up_over_currencies_and_skips_empty_steps(tmp_path: Path) -> None:
    rows = [
        step(1, "export_total", "100.50", is_total=True),
        step(2, "tax", "-20.25"),
        step(3, "shipping", "0"),
        step(4, "net_sales", "80.25", is_total=True),
        step(1, "export_total", "10", is_total=True, currency="PLN", amount=Decimal("2.02")),
        step(2, "tax", "-2", currency="PLN", amount=Decimal("-0.40")),
        step(4, "net_sales", "8", is_total=True, currency="PLN", amount=Decimal("1.62")),
    ]
    html = quality(tmp_path, tables={"revenue_reconciliation": rows})
    way = [row for row in rows_of(html) if len(row) == 3][1:4]
    assert way == [
        ["Totals of the orders as exported", "6", "£102.52"],
        ["Tax", "6", "-£20.65"],
        ["Net sales", "6", "£81.87"],
    ]
    assert Decimal("102.52") - Decimal("20.65") == Decimal("81.87")
    assert "Web in PLN" in html or "web in PLN" in html


def test_returns_by_order_and_by_money_stand_side_by_side(tmp_path: Path) -> None:
    row = {
        "month_start": date(2026, 9, 1), "is_complete": True, "cohort_returns_amount": Decimal(100),
        "moved_out_amount": Decimal(30), "moved_in_amount": Decimal(12), "undated_amount": Decimal(2),
        "finance_returns_amount": Decimal(80), "residual_amount": Decimal(0),
    }  # fmt: skip
    html = quality(tmp_path, tables={"refund_bridge_month": [row]})
    shown = row_of(html, "September 2026")
    assert shown[1:] == ["£100.00", "£30.00", "£12.00", "£2.00", "£80.00"]
    assert 100 - 30 + 12 - 2 == 80


def test_sums_and_kinds_of_orders_are_those_of_the_tables(tmp_path: Path) -> None:
    html = quality(tmp_path, tables=shop_rows())
    assert row_of(html, "Revenue month net sales")[1:] == ["498,213.77", "498,213.77", "0"]
    assert row_of(html, "Valid orders")[1:] == ["8,410", "£512,340.10"]
    assert ["Together", "8,711", ""] in rows_of(html)


def test_a_page_that_was_handed_nothing_says_so_and_claims_nothing(tmp_path: Path) -> None:
    html = page_of(PAGE, reading_of(tmp_path, {}, intake=(), banner=()))
    for told in (
        "What the doors found was not handed over",
        "Nothing was set aside: the quarantine is empty.",
        "Which files were read was not handed over",
        "No feed has been read yet.",
        "No check was recorded.",
    ):
        assert told in html, told
    assert "Every expectation of the data was met" not in html
