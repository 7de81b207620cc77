"""A small shop with one of everything, built by both passes of dbt."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

AS_OF = date(2025, 6, 30)
RETURNERS = [f"returner-{number}" for number in range(8)]

Line = tuple[str, int, str]


def _order(
    order_id: str,
    customer_id: str,
    day: date,
    lines: list[Line],
    minute: int = 0,
    **facts: object,
) -> dict:
    gross = sum((quantity * Decimal(price) for _, quantity, price in lines), Decimal(0))
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC) + timedelta(minutes=minute)
    order = {
        "source": "shop",
        "order_id": order_id,
        "customer_id": customer_id,
        "is_identified": True,
        "order_date": day,
        "order_kind": "sale",
        "ordered_at": moment,
        "financial_status": "paid",
        "currency": "EUR",
        "gross_amount": gross,
        "discount_amount": Decimal(0),
        "shipping_amount": Decimal(0),
        "tax_amount": Decimal(0),
        "fee_amount": Decimal(0),
        "total_amount": gross,
        "refunded_amount": Decimal(0),
        "exchange_rate": Decimal(1),
        "is_test": False,
        "cancelled_at": None,
        "is_stale": False,
        "version_at": moment,
        "version_basis": "arrival",
    }
    return {**order, **facts, "lines": lines}


def _named_orders() -> list[dict]:
    tea, spring = [("tea", 2, "10.00")], date(2025, 4, 1)
    moment = datetime(2025, 4, 2, tzinfo=UTC)
    money = Decimal
    return [
        _order("first", "ana", date(2024, 1, 10), tea),
        _order("same day", "ana", date(2024, 1, 10), tea, minute=5),
        _order("second", "ana", spring, tea, discount_amount=money(2), total_amount=money(24),
               shipping_amount=money(6), refunded_amount=money(12)),
        _order("in zloty", "bo", spring, [("tea", 1, "40.01"), ("cup", 1, "0.02")],
               currency="PLN", exchange_rate=money("0.23333333")),
        _order("unrated", "bo", spring, tea, currency="THB", exchange_rate=None),
        _order("guest", "guest", spring, tea, is_identified=False),
        _order("test", "bo", spring, tea, is_test=True),
        _order("cancelled", "bo", spring, tea, cancelled_at=moment),
        _order("voided", "bo", spring, tea, financial_status="voided"),
        _order("free", "bo", spring, [("sample", 1, "0")]),
        _order("refunded", "bo", spring, tea, refunded_amount=money(20)),
        _order("sold and returned", "cy", spring, [("pot", 3, "7.00"), ("tea", 1, "10.00")]),
        _order("return", "cy", date(2025, 5, 1), [("pot", -4, "7.00")], order_kind="return"),
        _order("return of a guest", "guest", date(2025, 5, 2), [("tea", -1, "10.00")],
               order_kind="return", is_identified=False),
        _order("without lines", "di", spring, [], gross_amount=money(30), total_amount=money(30)),
    ]  # fmt: skip


def _random_orders() -> list[dict]:
    """Sales and returns of few products at few prices, so that they meet and overtake."""
    chance = random.Random(20250630)
    orders = []
    for number in range(400):
        is_return = chance.random() < 0.4
        quantity = chance.randint(1, 6) * (-1 if is_return else 1)
        line = (
            chance.choice(["tea", "pot"]),
            quantity,
            chance.choice(["2.50", "3.00"]),
        )
        day = date(2024, 2, 1) + timedelta(days=chance.randint(0, 400))
        orders.append(
            _order(
                f"random-{number}", chance.choice(RETURNERS), day, [line],
                order_kind="return" if is_return else "sale",
            )
        )  # fmt: skip
    return orders


def _frames(asked: pl.DataFrame) -> dict[str, pl.DataFrame]:
    orders = _named_orders() + _random_orders()
    lines = [
        {
            "source": "shop",
            "order_id": order["order_id"],
            "line_number": number,
            "line_kind": "product",
            "sku": sku,
            "quantity": Decimal(quantity),
            "unit_price": Decimal(price),
            "line_amount": quantity * Decimal(price),
            "line_discount_amount": Decimal(0),
        }
        for order in orders
        for number, (sku, quantity, price) in enumerate(order["lines"], start=1)
    ]
    people = sorted({order["customer_id"] for order in orders} | {"reader"})
    return {
        "run_context": asked,
        "orders": pl.DataFrame(
            [{name: fact for name, fact in order.items() if name != "lines"} for order in orders],
            infer_schema_length=None,
        ),
        "order_lines": pl.DataFrame(lines, infer_schema_length=None),
        "customers": pl.DataFrame({"customer_id": people}).with_columns(
            is_identified=pl.col("customer_id") != "guest",
            is_staff=False,
            has_email=True,
            email_marketing_consent=pl.col("customer_id") == "ana",
        ),
        "responses": pl.DataFrame(
            [
                {"source": "form", "survey_id": "post", "response_id": f"r{number}",
                 "customer_id": customer, "response_date": date(2025, 5, 3), "is_completed": done,
                 "respondent": "customer", "score": score}
                for number, (customer, score, done) in enumerate(
                    [("ana", 10, True), ("bo", 3, True), (None, 9, True), ("cy", 9, False)]
                )
            ]
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def shop(build_shop, run_context):
    return build_shop(_frames(run_context(AS_OF, "EUR")))


@pytest.fixture(scope="module")
def query(shop, query_of):
    return query_of(shop)


def test_every_unit_test_of_the_project_passes(dbt, shop) -> None:
    statuses = dbt.invoke(shop, "test", "--select", "test_type:unit")
    assert len(statuses) >= 25
    assert "worked_example_m2_keeps_90_of_100" in statuses


def test_every_order_is_valid_or_says_why_not(query) -> None:
    reasons = dict(
        query("select order_id, invalid_reason from fct_orders where order_id not like 'random%'")
    )
    assert reasons == {
        "first": None, "same day": None, "second": None, "in zloty": None, "guest": None,
        "sold and returned": None, "without lines": None, "unrated": "no_exchange_rate",
        "test": "test", "cancelled": "cancelled", "voided": "voided", "free": "zero_value",
        "refunded": "fully_refunded", "return": "return", "return of a guest": "return",
    }  # fmt: skip


def test_amounts_are_net_converted_and_matched(query) -> None:
    found = {
        row[0]: tuple(map(str, row[1:]))
        for row in query(
            "select order_id, gross_amount, returns_amount, unmatched_returns_amount, net_sales_amount from fct_orders"
        )
    }
    # 12 of the 24 paid, of which 18 were goods, undo 9 of them.
    assert found["second"] == ("20.0000", "9.0000", "0.0000", "9.0000")
    # 40.01 x 0.23333333 = 9.33566...; 0.02 x 0.23333333 = 0.00466...; each rounded, then added.
    assert found["in zloty"] == ("9.3404", "0.0000", "0.0000", "9.3404")
    # 3 of the 4 pots returned were ever sold.
    assert found["sold and returned"] == ("31.0000", "21.0000", "0.0000", "10.0000")
    assert found["return"] == ("-28.0000", "0.0000", "7.0000", "-28.0000")
    assert found["return of a guest"][2] == "10.0000"
    assert found["without lines"] == ("30.0000", "0.0000", "0.0000", "30.0000")


def test_returned_and_invalid_lines_are_no_purchase(query) -> None:
    found = query(
        "select order_id, sku from fct_order_lines where is_purchase and order_id "
        "in ('sold and returned', 'cancelled', 'return', 'first') order by all"
    )
    assert found == [("first", "tea"), ("sold and returned", "tea")]


def test_guests_count_as_revenue_and_as_nobody(query) -> None:
    [(occasions,)] = query("select count(*) from fct_occasions where customer_id = 'guest'")
    [(clv_rows,)] = query("select count(*) from clv where customer_id = 'guest'")
    [(guest_orders,)] = query("select sum(unidentified_order_count) from revenue_month")
    assert (occasions, clv_rows, guest_orders) == (0, 0, 1)


def test_each_return_undoes_the_latest_sale_a_stack_would_give(query) -> None:
    stacks: dict[tuple, list[list]] = {}
    expected: dict[tuple[str, str], int] = {}
    random_orders = _random_orders()
    random_orders.sort(
        key=lambda o: (
            o["ordered_at"],
            o["order_kind"] == "return",
            "shop",
            o["order_id"],
        )
    )
    for order in random_orders:
        [(sku, quantity, price)] = order["lines"]
        stack = stacks.setdefault((order["customer_id"], sku, price), [])
        if order["order_kind"] == "sale":
            stack.append([order["order_id"], quantity])
            continue
        wanted = -quantity
        while wanted and stack:
            taken = min(wanted, stack[-1][1])
            expected[order["order_id"], stack[-1][0]] = taken
            stack[-1][1] -= taken
            wanted -= taken
            if stack[-1][1] == 0:
                stack.pop()
    found = query(
        "select return_order_id, sale_order_id, cast(matched_quantity as integer) "
        "from fct_return_matches where return_order_id like 'random%'"
    )
    assert len(expected) > 50
    assert {(returned, sold): quantity for returned, sold, quantity in found} == expected


def test_every_identity_of_the_door_out_holds(query) -> None:
    checks = query("select check_name, difference from rpt_checks")
    assert len(checks) == 10
    assert [name for name, difference in checks if difference != 0] == []


def test_every_segment_has_its_row_in_its_place(query) -> None:
    rows = query("select position, segment, customer_count from rpt_segments order by position")
    assert [row[0] for row in rows] == list(range(1, 11))
    assert {row[1]: row[2] for row in rows if row[2]} == {"new": 4 + len(RETURNERS)}


def test_headline_carries_a_value_or_a_reason(query) -> None:
    rows = query("select metric, value, reason_code from rpt_headline order by position")
    assert rows[0][0] == "historic_clv_per_customer"
    assert [metric for metric, value, reason in rows if (value is None) == (reason is None)] == []


def test_an_unfinished_response_counts_where_its_score_was_given(query) -> None:
    [row] = query(
        "select response_count, promoter_count, detractor_count, nps from rpt_nps "
        "where survey_id = 'post' and period_type = 'trailing_90'"
    )
    assert row == (4, 3, 1, 50.0)


def test_no_column_of_the_warehouse_holds_personal_data(query) -> None:
    columns = query(
        "select distinct column_name from information_schema.columns where table_schema = 'main'"
    )
    suspicious = {"email", "phone", "first_name", "last_name", "birthday", "address"}
    assert {name for (name,) in columns} & suspicious == set()


def test_a_shop_without_anything_still_has_its_headline(build_shop, query_of, run_context) -> None:
    query = query_of(build_shop({"run_context": run_context(AS_OF, "EUR")}))
    rows = query("select metric, value, reason_code from rpt_headline order by position")
    assert len(rows) == 11
    assert all(value is None and reason for _, value, reason in rows)
    assert query("select check_name from rpt_checks where difference <> 0") == []
