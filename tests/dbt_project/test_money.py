"""Money that reconciles: every trap of refunds and amounts, through the real models of dbt."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import polars as pl
import pytest

AS_OF = date(2025, 6, 30)
ZLOTY = Decimal("0.23333333")
MARTS = (
    "refund_bridge_month", "revenue_month", "revenue_cohort", "revenue_reconciliation", "margin_month",
    "order_validity", "order_reconciliation",
)  # fmt: skip
PROOFS = (
    "assert_refund_bridge_nets_to_zero",
    "assert_both_bases_hold_the_same_sales",
    "assert_reconciliation_steps_lead_to_totals",
    "assert_revenue_months_equal_orders",
)
Money = Decimal


def _order(order_id: str, day: str | date, gross: str, *, lines: object = None, **facts: object):
    placed = date.fromisoformat(day) if isinstance(day, str) else day
    moment = datetime(placed.year, placed.month, placed.day, 9, tzinfo=UTC)
    zero = dict.fromkeys(
        ("discount_amount", "shipping_amount", "tax_amount", "fee_amount", "refunded_amount"), Money(0)
    )  # fmt: skip
    order = {
        "source": "shop", "order_id": order_id, "customer_id": "ana", "is_identified": True, "order_date": placed,
        "order_kind": "sale", "ordered_at": moment, "currency": "EUR", "gross_amount": Money(gross), **zero,
        "exchange_rate": Money(1), "is_stale": False, "version_at": moment, "version_basis": "arrival",
        "cancelled_at": None, "is_test": False, "parent_order_id": None,
    }  # fmt: skip
    order |= {name: Money(fact) if isinstance(fact, str) and name.endswith("amount") else fact
              for name, fact in facts.items()}  # fmt: skip
    parts = ("gross_amount", "shipping_amount", "tax_amount", "fee_amount")
    order.setdefault("total_amount", sum(order[p] for p in parts) - order["discount_amount"])
    return {**order, "lines": lines or [("product", "pot", "1", gross)]}


def _trap_orders() -> list[dict]:
    zloty = {"currency": "PLN", "exchange_rate": ZLOTY}
    return [
        _order("8,000 pieces", "2025-01-10", "15600", lines=[("product", "cap", "8000", "1.95")]),
        _order("refunded twice", "2025-01-15", "100", discount_amount="10", shipping_amount="20",
               refunded_amount="33"),
        _order("refunded next month", "2025-01-20", "50", refunded_amount="20",
               lines=[("product", "tea", "5", "10")]),
        _order("refund above order", "2025-02-01", "40", shipping_amount="10", refunded_amount="70"),
        _order("refund undated", "2025-02-02", "30", refunded_amount="6"),
        _order("gift card sold", "2025-03-01", "10", fee_amount="50",
               lines=[("product", "pot", "1", "10"), ("gift_card", "card", "1", "50")]),
        _order("gift card redeemed", "2025-03-02", "60", total_amount="10"),
        _order("in zloty", "2025-03-03", "100", **zloty),
        _order("tax in prices", "2025-05-05", "100", tax_amount="20", refunded_amount="12",
               lines=[("product", "pot", "1", "60"), ("product", "tea", "6", "10")]),
        _order("negative line", "2025-05-06", "20", fee_amount="-5",
               lines=[("product", "pot", "2", "10"), ("adjustment", "pot", "-1", "5")]),
        _order("exchange", "2025-05-07", "60", parent_order_id="8,000 pieces"),
        _order("replacement", "2025-05-08", "0"),
        _order("of the clerk", "2025-05-09", "60", customer_id="clerk"),
        _order("a test", "2025-05-10", "60", is_test=True),
        _order("cancelled", "2025-05-11", "60", cancelled_at=datetime(2025, 5, 12, tzinfo=UTC)),
    ]  # fmt: skip


def _refund(return_id: str, day: str | date, amount: str | Decimal, order_id: str | None, **facts):
    paid = date.fromisoformat(day) if isinstance(day, str) else day
    return {
        "source": "refunds", "return_id": return_id, "return_date": paid, "order_id": order_id,
        "returned_at": datetime(paid.year, paid.month, paid.day, tzinfo=UTC), "refund_amount": Money(amount),
        "currency": "EUR", "exchange_rate": Money(1), **facts,
    }  # fmt: skip


def _rise(order_id: str, number: int, after: date | None, seen: date, amount: str | Decimal):
    return {
        "source": "shop", "order_id": order_id, "observation_number": number, "observed_after": after,
        "observed_on": seen, "refund_amount": Money(amount),
    }  # fmt: skip


def _traps() -> tuple[list[dict], list[dict], list[dict]]:
    returned = [
        _refund("dated", "2025-02-03", "20", "refunded next month"),
        _refund("in euro", "2025-03-20", "7", "in zloty"),
        _refund("ancient", "2025-01-20", "8", "an order of 2019"),
        _refund("nobody's", "2025-04-02", "7", None),
    ]
    seen = [
        _rise("refunded twice", 1, date(2025, 1, 20), date(2025, 2, 10), "11"),
        _rise("refunded twice", 2, date(2025, 2, 10), date(2025, 3, 10), "22"),
        _rise("refunded next month", 1, date(2025, 2, 1), date(2025, 3, 1), "20"),
        _rise("refund above order", 1, date(2025, 2, 2), date(2025, 3, 5), "70"),
        _rise("refund undated", 1, None, date(2025, 6, 1), "6"),
        _rise("tax in prices", 1, date(2025, 5, 6), date(2025, 6, 10), "12"),
    ]
    return _trap_orders(), returned, seen


def _by_chance() -> tuple[list[dict], list[dict], list[dict]]:
    """Orders of 2024 with refunds of every kind; the traps' months of 2025 stay untouched."""
    chance = random.Random(2024)
    orders, returned, seen = [], [], []
    for number in range(300):
        name, day = f"random-{number}", date(2024, 1, 1) + timedelta(days=chance.randint(0, 180))
        # Some orders are of a size at which narrow decimals overflow.
        goods, shipping = (
            chance.randint(1, 10 ** chance.choice([5, 5, 9])),
            chance.randint(0, 2_000),
        )
        rate = chance.choice([{}, {"currency": "PLN", "exchange_rate": ZLOTY}])
        rises = [
            Money(chance.randint(1, max(9, goods // 2))) / 100 for _ in range(chance.randint(0, 3))
        ]
        fed = [
            Money(chance.randint(1, max(9, goods // 2))) / 100
            for _ in range(chance.choice([0, 0, 1, 3]))
        ]
        stated = {"total_amount": None} if chance.random() < 0.1 else {}
        orders.append(_order(
            name, day, str(Money(goods) / 100), shipping_amount=str(Money(shipping) / 100),
            refunded_amount=str(sum(rises, Money(0))), customer_id=f"c{number % 40}", **rate, **stated,
        ))  # fmt: skip
        for place, amount in enumerate(rises, start=1):
            after = day + timedelta(days=20 * place - 10) if place > 1 or number % 2 else None
            seen.append(_rise(name, place, after, day + timedelta(days=20 * place), amount))
        for place, amount in enumerate(fed):
            paid = day + timedelta(days=chance.randint(0, 90))
            returned.append(_refund(f"{name}-{place}", paid, amount, name, **rate))
    return orders, returned, seen


def _frames(asked: pl.DataFrame) -> dict[str, pl.DataFrame]:
    orders, returned, seen = (a + b for a, b in zip(_traps(), _by_chance(), strict=True))
    lines = [
        {
            "source": "shop", "order_id": order["order_id"], "line_number": number, "line_kind": kind, "sku": sku,
            "quantity": Money(quantity), "unit_price": Money(price),
            "line_amount": Money(quantity) * Money(price), "line_discount_amount": Money(0),
        }
        for order in orders
        for number, (kind, sku, quantity, price) in enumerate(order["lines"], start=1)
    ]  # fmt: skip
    people = sorted({order["customer_id"] for order in orders})
    tea = {"sku": "tea", "product_name": "Tea", "unit_cost": Money(4), "cost_currency": "EUR"}
    bare = [{k: v for k, v in order.items() if k != "lines"} for order in orders]
    return {
        "run_context": asked,
        "orders": pl.DataFrame(bare, infer_schema_length=None),
        "order_lines": pl.DataFrame(lines, infer_schema_length=None),
        "returns": pl.DataFrame(returned, infer_schema_length=None),
        "refund_observations": pl.DataFrame(seen, infer_schema_length=None),
        "products": pl.DataFrame([tea]),
        "customers": pl.DataFrame({"customer_id": people}).with_columns(
            is_identified=True, is_staff=pl.col("customer_id") == "clerk", has_email=True,
            email_marketing_consent=False,
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def query(dbt, run_context, query_of, build_facts):
    warehouse = build_facts(_frames(run_context(AS_OF, "EUR")))
    selected = [f"+{mart},tag:marts" for mart in MARTS]
    dbt.invoke(
        warehouse,
        *("build", "--select", *selected, *PROOFS, "--indirect-selection", "empty"),
        *("--exclude-resource-type", "unit_test"),
    )
    return query_of(warehouse)


def test_every_trap_has_its_reason_its_net_sales_and_its_mark(query) -> None:
    found = {
        row[0]: (row[1], str(row[2].normalize()), row[3])
        for row in query(
            "select order_id, invalid_reason, net_sales_amount, is_refund_above_order from fct_orders "
            "where order_id not like 'random%'"
        )
    }
    assert found == {
        "8,000 pieces": (None, "1.56E+4", False),
        "refunded twice": (None, "63", False),  # 33 of the 110 paid, of which 90 were goods
        "refunded next month": (None, "3E+1", False),
        "refund above order": ("fully_refunded", "0", True),
        "refund undated": (None, "24", False),
        "gift card sold": (None, "1E+1", False),
        "gift card redeemed": (None, "6E+1", False),
        # 100 zloty are 23.3333; 7 euro are 30.0000 of them, so 70.0000 are kept, 16.3333 euro.
        "in zloty": (None, "16.3333", False),
        "tax in prices": (None, "9E+1", False),  # a tenth of 120 paid, of 100 goods
        "negative line": (None, "2E+1", False),
        "exchange": ("exchange", "6E+1", False),
        "replacement": ("zero_value", "0", False),
        "of the clerk": ("staff", "6E+1", False),
        "a test": ("test", "6E+1", False),
        "cancelled": ("cancelled", "6E+1", False),
    }


def test_refunds_move_from_the_month_of_the_order_to_their_own_and_nothing_is_lost(query) -> None:
    rows = query(
        "select strftime(month_start, '%m'), cohort_returns_amount, moved_out_amount, moved_in_amount, "
        "undated_amount, finance_returns_amount, unlinked_amount, pre_history_amount, residual_amount "
        "from refund_bridge_month where month_start >= date '2025-01-01' order by 1"
    )
    assert [(row[0], *map(float, row[1:])) for row in rows] == [
        # order month: 9 + 18 of "refunded twice", 20 of "refunded next month"
        ("01", 47.0, 47.0, 0.0, 0.0, 0.0, 0.0, 8.0, 0.0),
        ("02", 46.0, 40.0, 29.0, 6.0, 29.0, 0.0, 0.0, 0.0),
        ("03", 7.0, 0.0, 58.0, 0.0, 65.0, 0.0, 0.0, 0.0),
        ("04", 0.0, 0.0, 0.0, 0.0, 0.0, 7.0, 0.0, 0.0),
        ("05", 10.0, 10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        ("06", 0.0, 0.0, 10.0, 0.0, 10.0, 0.0, 0.0, 0.0),
    ]


def test_finance_basis_sells_what_was_refunded_whole_and_takes_it_back_later(query) -> None:
    [february] = query(
        "select net_sales_amount, fully_refunded_sales_amount, finance_returns_amount, "
        "finance_net_sales_amount, undated_returns_amount from revenue_month "
        "where month_start = date '2025-02-01'"
    )
    assert list(map(float, february)) == [24.0, 40.0, 29.0, 30.0 + 40.0 - 29.0, 6.0]


def test_each_refund_says_what_its_date_and_its_link_rest_on(query) -> None:
    rows = query(
        "select refund_id, link_status, link_basis, date_basis, refund_date from fct_refunds "
        "where refund_id not like 'random%' order by 1"
    )
    assert [(*row[:4], str(row[4])) for row in rows] == [
        ("ancient", "pre_history", "none", "source", "2025-01-20"),
        ("dated", "linked", "source", "source", "2025-02-03"),
        ("in euro", "linked", "source", "source", "2025-03-20"),
        ("nobody's", "unlinked", "none", "source", "2025-04-02"),
        ("refund above order#1", "linked", "source", "observed", "2025-03-05"),
        ("refund undated#1", "linked", "source", "unknown", "None"),
        ("refunded twice#1", "linked", "source", "observed", "2025-02-10"),
        ("refunded twice#2", "linked", "source", "observed", "2025-03-10"),
        ("tax in prices#1", "linked", "source", "observed", "2025-06-10"),
    ]


def _half_up(amount: Fraction) -> Decimal:
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return exact.quantize(Money("0.0001"), ROUND_HALF_UP)


def test_an_order_loses_the_share_on_goods_of_the_larger_of_feed_and_cumulative_refund(query):
    orders, returned, _ = _by_chance()
    fed: dict[str, Decimal] = {}
    for row in returned:
        fed[row["order_id"]] = fed.get(row["order_id"], Money(0)) + row["refund_amount"]
    expected = {}
    for order in orders:
        goods, total = order["gross_amount"], order["total_amount"]
        paid = max(order["refunded_amount"], fed.get(order["order_id"], Money(0)))
        if paid >= (goods if total is None else total):
            share = goods
        else:
            share = (
                paid
                if total is None
                else _half_up(Fraction(paid) * Fraction(goods) / Fraction(total))
            )
        expected[order["order_id"]] = _half_up(Fraction(share) * Fraction(order["exchange_rate"]))
    found = dict(
        query("select order_id, returns_amount from fct_orders where order_id like 'random%'")
    )
    assert sum(amount > 0 for amount in expected.values()) > 200
    assert {
        name: (found[name], amount) for name, amount in expected.items() if found[name] != amount
    } == {}


def test_the_export_leads_to_net_sales_by_named_steps(query) -> None:
    steps = dict(
        query("select step, source_amount from revenue_reconciliation where currency = 'PLN'")
    )
    in_euro = dict(query("select step, amount from revenue_reconciliation where currency = 'EUR'"))
    assert steps["export_total"] > 0
    assert steps["difference_of_totals"] == 0
    # The gift card that paid 50 of 60, and nothing else, parts the total from its parts.
    assert in_euro["difference_of_totals"] == 50
    assert in_euro["invalid_exchange"] == in_euro["invalid_staff"] == Money(-60)
    assert in_euro["fees_and_gift_cards"] == Money(-45)
    assert in_euro["tax"] == Money(-20)
    assert in_euro["rounding_of_conversion"] == 0
    [(net_sales,)] = query("select sum(net_sales_amount) from revenue_month")
    [(by_steps,)] = query("select sum(amount) from revenue_reconciliation where step = 'net_sales'")
    assert by_steps == net_sales


def test_margin_stands_where_the_cost_of_every_unit_is_known(query) -> None:
    rows = query(
        "select order_id, cost_amount, margin_amount, margin_basis from fct_orders "
        "where order_id in ('refunded next month', 'tax in prices') order by 1"
    )
    assert rows == [
        ("refunded next month", Money(20), Money(10), "product_cost"),
        ("tax in prices", None, None, None),
    ]
    [month] = query(
        "select known_margin_amount, margin_amount, margin_basis, reason_code from margin_month "
        "where month_start = date '2025-01-01'"
    )
    assert month == (Money(10), None, "none", "cost_unknown")


def test_prices_with_tax_reconcile_to_their_lines(query) -> None:
    rows = query(
        "select currency, tax_in_prices_amount, difference_amount from order_reconciliation order by 1"
    )
    assert rows == [("EUR", Money(20), Money(0)), ("PLN", Money(0), Money(0))]
