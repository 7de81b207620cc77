"""customer_profile: worked examples of every rule behind its columns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.canonical import CURRENT, MONEY, SCORES
from transforms.canonical.outreach import CUSTOMER_PROFILE
from transforms.profile import PROFILE_CURRENT, REACH_FLAGS, customer_profile
from transforms.profile_value import TIER_PERCENT, is_core, value_columns, value_limits

AS_OF = date(2026, 10, 31)
WINDOW = 365
ORDER = {
    "source": pl.String, "order_id": pl.String, "customer_id": pl.String, "is_identified": pl.Boolean,
    "order_date": pl.Date, "ordered_at": pl.Datetime("us", "UTC"), "order_kind": pl.String,
    "is_valid_order": pl.Boolean, "invalid_reason": pl.String, "gross_amount": MONEY, "discount_amount": MONEY,
    "returns_amount": MONEY, "net_sales_amount": MONEY, "margin_amount": MONEY, "channel": pl.String,
}  # fmt: skip
LINE = {
    "customer_id": pl.String, "order_date": pl.Date, "sku": pl.String, "category": pl.String, "is_purchase": pl.Boolean,
}  # fmt: skip
REFUND = {"customer_id": pl.String, "refund_date": pl.Date}


def order(customer: str, ago: int, gross: str = "100", **stated: Any) -> dict[str, Any]:
    """An order that many days before as_of; net sales and dates follow from what is stated."""
    day = AS_OF - timedelta(days=ago)
    row = {
        "source": "s", "order_id": f"{customer}-{ago}", "customer_id": customer, "is_identified": True,
        "order_date": day, "ordered_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        "order_kind": "sale", "is_valid_order": True, "gross_amount": gross, "discount_amount": "0",
        "returns_amount": "0", "margin_amount": "0", "channel": "web",
    } | stated  # fmt: skip
    for name in ("gross_amount", "discount_amount", "returns_amount", "margin_amount"):
        row[name] = None if row[name] is None else Decimal(str(row[name]))
    row["net_sales_amount"] = row["gross_amount"] - row["discount_amount"] - row["returns_amount"]
    return row


def table(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    """A current table; required columns that a row does not state are filled."""
    schema = CURRENT[name].schema
    plain = {"source": "s", "currency": "PHP", "is_identified": True, "is_staff": False}
    return pl.DataFrame([plain | row for row in rows], schema=schema)


def facts(
    orders: list[dict[str, Any]], lines: pl.DataFrame, refunds: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Facts as dbt makes them of these orders."""
    frame = pl.DataFrame(orders, schema=ORDER)
    valid = frame.filter(pl.col("is_identified") & pl.col("is_valid_order"))
    occasions = valid.group_by("customer_id", occasion_date="order_date").agg(
        order_count=pl.len(), net_sales_amount=pl.col("net_sales_amount").sum().cast(MONEY)
    )
    return {
        "fct_orders": frame,
        "fct_order_lines": lines,
        "fct_occasions": occasions,
        "fct_refunds": refunds,
    }


def scores(
    given_facts: dict[str, pl.DataFrame], regularity: bool | None
) -> dict[str, pl.DataFrame]:
    """Scores of everybody with an occasion; only what the profile takes from them matters."""
    inside = pl.col("occasion_date") > AS_OF - timedelta(days=WINDOW)
    people = (
        given_facts["fct_occasions"]
        .group_by("customer_id")
        .agg(
            days_since_last_order=(pl.lit(AS_OF) - pl.col("occasion_date").max()).dt.total_days(),
            occasion_count=inside.sum().cast(pl.Int64),
            net_sales_amount=pl.col("net_sales_amount").filter(inside).sum().cast(MONEY),
        )
    )
    segments = people.with_columns(
        segment=pl.lit("loyal"), lifecycle_state=pl.lit("active"), recency_score=1,
        frequency_score=1, monetary_score=1, frequency_monetary_score=1,
        at_risk_limit_days=30, lapse_limit_days=None,
    )  # fmt: skip
    states = people.select("customer_id").with_columns(
        since_date=AS_OF, median_gap_days=10.0, overdue_ratio=None
    )
    told = {"level": "all", "item": "all", "pair_count": 40, "is_regular": regularity}
    return {
        "customer_segments": SCORES["customer_segments"].conform(segments),
        "customer_states": states,
        "customer_predictions": SCORES["customer_predictions"].empty(),
        "regularity": pl.DataFrame([told], schema=SCORES["regularity"].schema),
    }


def profiled(
    orders: list[dict[str, Any]],
    *,
    lines: list[tuple[Any, ...]] | None = None,
    refunds: list[tuple[Any, ...]] | None = None,
    current: dict[str, pl.DataFrame] | None = None,
    regularity: bool | None = True,
    reach: pl.DataFrame | None = None,
    loyalty: pl.DataFrame | None = None,
) -> dict[str, dict[str, Any]]:
    """The profile by customer."""
    made = facts(
        orders,
        pl.DataFrame(lines or [], schema=LINE, orient="row"),
        pl.DataFrame(refunds or [], schema=REFUND, orient="row"),
    )
    known = {name: CURRENT[name].empty() for name in PROFILE_CURRENT} | (current or {})
    found = customer_profile(made, known, scores(made, regularity), AS_OF, WINDOW, reach, loyalty)
    assert found.schema == CUSTOMER_PROFILE.schema
    required = [column.name for column in CUSTOMER_PROFILE.columns if column.required]
    assert found.select(required).null_count().row(0) == (0,) * len(required)
    return {row["customer_id"]: row for row in found.to_dicts()}


def test_two_orders_of_a_day_are_one_occasion_and_the_window_ends_on_as_of() -> None:
    rows = profiled(
        [
            order("ana", 365, "10", margin_amount="4"),
            order("ana", 364, "20", margin_amount="8"),
            order("ana", 3, "30", margin_amount="9", channel="web"),
            order("ana", 3, "40.01", margin_amount="1", order_id="late", channel="pos"),
        ]
    )
    ana = rows["ana"]
    assert (ana["order_count"], ana["occasion_count"], ana["window_occasion_count"]) == (4, 3, 2)
    assert (ana["first_order_date"], ana["last_order_date"]) == (
        AS_OF - timedelta(days=365),
        AS_OF - timedelta(days=3),
    )
    assert ana["lifetime_net_sales_amount"] == Decimal("100.01")
    assert ana["window_net_sales_amount"] == Decimal("90.01")
    assert ana["mean_order_amount"] == Decimal("25.0025")
    assert (ana["lifetime_margin_amount"], ana["window_margin_amount"]) == (22, 18)
    assert ana["last_channel"] == "pos"
    assert ana["days_since_last_order"] == 3


def test_guests_and_people_without_a_valid_order_have_no_profile() -> None:
    rows = profiled(
        [
            order("ana", 1),
            order("guest", 1, is_identified=False),
            order("ben", 1, is_valid_order=False, invalid_reason="cancelled"),
        ]
    )
    assert set(rows) == {"ana"}


def test_a_margin_with_one_unknown_cost_is_unknown_and_not_smaller() -> None:
    rows = profiled(
        [
            order("ana", 400, margin_amount=None),
            order("ana", 1, margin_amount="5"),
            order("ben", 1, margin_amount=None),
            order("cyd", 400, margin_amount="3"),
        ]
    )
    margins = {n: (r["lifetime_margin_amount"], r["window_margin_amount"]) for n, r in rows.items()}
    assert margins == {"ana": (None, 5), "ben": (None, None), "cyd": (3, 0)}


def test_a_fully_refunded_order_is_no_purchase_but_counts_among_refunds() -> None:
    rows = profiled(
        [
            order("ana", 9, "100", discount_amount="20"),
            order("ana", 5, "100", returns_amount="100", is_valid_order=False, invalid_reason="fully_refunded"),
            order("ana", 4, "500", is_valid_order=False, invalid_reason="cancelled"),
            order("ben", 2, "10", discount_amount="10"),
        ]
    )  # fmt: skip
    ana = rows["ana"]
    assert ana["order_count"] == 1
    assert ana["refund_share"] == pytest.approx(100 / 180)
    assert ana["discount_share"] == pytest.approx(20 / 200)
    assert (rows["ben"]["refund_share"], rows["ben"]["discount_share"]) == (None, 1.0)


def test_a_purchase_group_is_named_alike_whichever_category_came_first() -> None:
    def bought(customer: str, *categories: str | None) -> list[tuple[Any, ...]]:
        return [
            (customer, AS_OF - timedelta(days=ago), "sku", category, True)
            for ago, category in enumerate(categories)
        ]

    lines = [
        *bought("ana", "Tea", "Tea", "Coffee", "Cups"),
        *bought("ben", "Coffee", "Coffee", "Tea"),
        *bought("cyd", "Tea", "Tea", None),
        *bought("dan", None),
        ("ben", AS_OF, "sku", "Cups", False),
        # Three lines of one day are one day: coffee and tea are level, the name decides.
        *[("eve", AS_OF, sku, "Tea", True) for sku in "abc"],
        ("eve", AS_OF - timedelta(days=1), "d", "Coffee", True),
    ]
    rows = profiled([order(name, 1) for name in ("ana", "ben", "cyd", "dan", "eve")], lines=lines)
    told = {
        name: (row["favourite_category"], row["purchase_group"], row["category_count"])
        for name, row in rows.items()
    }
    assert told == {
        # Coffee and cups were bought on one day each: the name decides which is second.
        "ana": ("Tea", "Coffee and Tea", 3),
        "ben": ("Coffee", "Coffee and Tea", 2),
        "cyd": ("Tea", "only Tea", 1),
        "dan": (None, None, 0),
        "eve": ("Coffee", "Coffee and Tea", 2),
    }


@pytest.mark.parametrize(
    ("score", "group"),
    [(10, "promoter"), (9, "promoter"), (8, "passive"), (7, "passive"), (6, "detractor"), (0, "detractor")],
)  # fmt: skip
def test_the_group_of_an_answer(score: int, group: str) -> None:
    row = {"customer_id": "ana", "response_id": "r", "survey_id": "v", "score": score}
    said = row | {"response_date": AS_OF, "is_completed": True, "respondent": "customer"}
    current = {"responses": table("responses", said)}
    assert profiled([order("ana", 1)], current=current)["ana"]["nps_group"] == group


def test_the_latest_completed_answer_of_the_customer_counts_however_old() -> None:
    def answer(number: int, score: int | None, ago: int, **stated: Any) -> dict[str, Any]:
        return {
            "customer_id": "ana", "response_id": f"r{number}", "survey_id": "v", "score": score,
            "response_date": AS_OF - timedelta(days=ago), "is_completed": True, "respondent": "customer",
        } | stated  # fmt: skip

    said = [
        answer(1, 3, 900),
        answer(2, 9, 700, submitted_at=datetime(2024, 11, 30, 8, tzinfo=UTC)),
        answer(3, 7, 700, submitted_at=datetime(2024, 11, 30, 9, tzinfo=UTC)),
        answer(4, None, 5),
        answer(5, 0, 4, is_completed=False),
        answer(6, 10, 3, respondent="staff"),
        answer(7, 10, 2, customer_id=None),
    ]
    ana = profiled([order("ana", 1)], current={"responses": table("responses", *said)})["ana"]
    assert (ana["last_score"], ana["nps_group"]) == (7, "passive")
    assert ana["last_score_date"] == AS_OF - timedelta(days=700)


def test_a_complaint_is_open_until_it_is_solved_by_day_or_by_word() -> None:
    def ticket(customer: str, **stated: Any) -> dict[str, Any]:
        return {
            "customer_id": customer, "ticket_id": f"{customer}{stated}", "created_date": AS_OF, "is_negative": True,
        } | stated  # fmt: skip

    tickets = table(
        "tickets",
        ticket("open"),
        ticket("open", resolved_date=AS_OF),
        ticket("pending", ticket_status="pending"),
        ticket("solved", resolved_date=AS_OF),
        ticket("told", ticket_status="closed"),
        ticket("asked", is_negative=None),
    )
    names = ("open", "pending", "solved", "told", "asked", "silent")
    rows = profiled(
        [order(name, day) for name in names for day in (1, 2)], current={"tickets": tickets}
    )
    assert {name for name, row in rows.items() if row["has_open_complaint"]} == {"open", "pending"}
    assert [rows[name]["ticket_count"] for name in ("open", "asked", "silent")] == [2, 1, 0]
    assert [rows[name]["tickets_per_order"] for name in ("open", "silent")] == [1.0, 0.0]


def test_a_return_is_open_for_fourteen_days() -> None:
    back = [
        ("edge", AS_OF - timedelta(days=13)),
        ("past", AS_OF - timedelta(days=14)),
        ("undated", None),
        (None, AS_OF),
    ]
    rows = profiled([order(name, 50) for name in ("edge", "past", "undated")], refunds=back)
    assert {name for name, row in rows.items() if row["has_open_return"]} == {"edge"}


def test_an_invoice_is_overdue_past_its_day_or_when_its_payment_failed() -> None:
    yesterday, due = AS_OF - timedelta(days=1), AS_OF
    stated: list[dict[str, Any]] = [
        {"due_date": yesterday}, {"due_date": due}, {"due_date": None}, {"invoice_status": "failed"},
        {"due_date": yesterday, "paid_date": AS_OF}, {"due_date": yesterday, "invoice_status": "paid"},
        {"due_date": yesterday, "invoice_status": "void"}, {"due_date": yesterday, "invoice_amount": Decimal(-5)},
        {"due_date": yesterday, "customer_id": None},
    ]  # fmt: skip
    rows = [
        {
            "customer_id": "ana", "invoice_id": str(number), "issued_date": AS_OF - timedelta(days=30),
            "invoice_amount": Decimal(10),
        } | one
        for number, one in enumerate(stated)
    ]  # fmt: skip
    ana = profiled([order("ana", 1)], current={"invoices": table("invoices", *rows)})["ana"]
    assert ana["overdue_invoice_count"] == 2


def test_a_subscription_runs_until_the_day_it_is_cancelled() -> None:
    rows = [
        {"customer_id": "ana", "subscription_id": str(n), "start_date": AS_OF - timedelta(days=9)}
        | one
        for n, one in enumerate(
            [{}, {"cancel_date": AS_OF}, {"cancel_date": AS_OF + timedelta(days=1)}]
        )
    ]
    current = {"subscriptions": table("subscriptions", *rows)}
    assert profiled([order("ana", 1)], current=current)["ana"]["active_subscription_count"] == 2


@pytest.mark.parametrize(("regularity", "told"), [(True, {"ana"}), (False, set()), (None, set())])
def test_a_rhythm_needs_a_regular_shop_and_three_occasions(
    regularity: bool | None, told: set[str]
) -> None:
    orders = [order("ana", day) for day in (1, 2, 3)] + [order("ben", day) for day in (1, 2)]
    rows = profiled(orders, regularity=regularity)
    assert {name for name, row in rows.items() if row["is_rhythm_regular"]} == told
    assert (rows["ana"]["median_gap_days"], rows["ben"]["median_gap_days"]) == (10.0, None)


def test_what_is_not_known_of_reach_is_a_no() -> None:
    reach = pl.DataFrame(
        {"customer_id": ["ana", "zoe"], "sms_consent": [True, True], "has_phone": [None, True]}
    )
    person = {
        "customer_id": "ana",
        "has_email": True,
        "email_marketing_consent": True,
        "country": "PH",
    }
    rows = profiled(
        [order("ana", 1), order("ben", 1)],
        reach=reach,
        current={"customers": table("customers", person)},
    )  # fmt: skip
    flags = [name for name in REACH_FLAGS if rows["ana"][name]]
    assert flags == ["sms_consent"]
    assert not any(rows["ben"][name] for name in (*REACH_FLAGS, "has_email", "is_staff"))
    assert (rows["ana"]["country"], rows["ana"]["has_email"], rows["ben"]["country"]) == (
        "PH",
        True,
        None,
    )
    assert not any(profiled([order("ana", 1)])["ana"][name] for name in REACH_FLAGS)


def test_the_shops_own_programme_outweighs_the_tier_in_the_feed() -> None:
    people = table(
        "customers",
        *({"customer_id": name, "loyalty_tier": "Feed", "has_email": False, "email_marketing_consent": False}
          for name in ("ana", "ben")),
    )  # fmt: skip
    own = pl.DataFrame({"customer_id": ["ana"], "tier": ["gold"], "points_balance": [120]})
    orders = [order("ana", 1), order("ben", 1)]
    rows = profiled(orders, current={"customers": people}, loyalty=own)
    told = {name: (row["loyalty_tier"], row["points_balance"]) for name, row in rows.items()}
    assert told == {"ana": ("gold", 120), "ben": ("Feed", None)}
    assert profiled(orders, current={"customers": people})["ana"]["loyalty_tier"] == "Feed"


def test_an_empty_shop_has_an_empty_profile() -> None:
    assert profiled([]) == {}


def valued(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Value columns of customers of whom only these columns are known."""
    schema = {
        "customer_id": pl.String, "lifetime_net_sales_amount": MONEY, "window_net_sales_amount": MONEY,
        "window_margin_amount": MONEY, "lifetime_margin_amount": MONEY, "occasion_count": pl.Int64,
        "refund_share": pl.Float64, "discount_share": pl.Float64, "tickets_per_order": pl.Float64,
        "overdue_invoice_count": pl.Int64, "nps_group": pl.String, "is_staff": pl.Boolean,
    }  # fmt: skip
    plain = {
        "lifetime_net_sales_amount": 10, "window_net_sales_amount": 10, "occasion_count": 1, "refund_share": 0.0,
        "discount_share": 0.0, "tickets_per_order": 0.0, "overdue_invoice_count": 0, "is_staff": False,
    }  # fmt: skip
    frame = pl.DataFrame(
        [{"customer_id": f"c{n:03}"} | plain | row for n, row in enumerate(rows)], schema=schema
    )
    limits = value_limits(frame)
    return frame.with_columns(value_columns(limits)).with_columns(is_core=is_core(limits))


def spent(*amounts: int) -> list[str]:
    rows = [{"lifetime_net_sales_amount": amount} for amount in amounts]
    return valued(rows)["value_tier"].to_list()


def test_of_forty_customers_two_are_vip_six_high_twelve_middle() -> None:
    assert spent(*range(40, 0, -1)) == ["vip"] * 2 + ["high"] * 6 + ["middle"] * 12 + ["low"] * 20


def test_whoever_spent_as_much_as_the_last_vip_is_one_too() -> None:
    assert spent(*[50] * 3, *range(37, 0, -1))[:4] == ["vip", "vip", "vip", "high"]


def test_who_spent_nothing_is_low_and_an_only_customer_is_vip() -> None:
    assert spent(0, 0, 0) == ["low"] * 3
    assert spent(5) == ["vip"]
    assert spent(5, 0, 0, 0) == ["vip", "low", "low", "low"]


@settings(max_examples=60, deadline=None)
@given(amounts=st.lists(st.integers(0, 60), min_size=1, max_size=60))
def test_tiers_never_part_equal_amounts_and_reach_as_far_as_they_promise(
    amounts: list[int],
) -> None:
    tiers = spent(*amounts)
    order_of = ["vip", "high", "middle", "low"]
    by_amount = sorted(zip(amounts, tiers, strict=True), reverse=True)
    ranks = [order_of.index(tier) for _, tier in by_amount]
    assert ranks == sorted(ranks)
    assert len({(amount, tier) for amount, tier in by_amount}) == len(set(amounts))
    for tier, percent in TIER_PERCENT.items():
        wanted = [a for a, _ in by_amount[: -(-len(amounts) * percent // 100)]]
        reached = [a for a, found in by_amount if order_of.index(found) <= order_of.index(tier)]
        assert all(amount in reached for amount in wanted if amount > 0 and wanted[-1] > 0)


@pytest.mark.parametrize(("count", "group"), [(1, "first_timer"), (2, "occasional"), (3, "regular"), (9, "regular")])  # fmt: skip
def test_the_frequency_group_goes_by_occasions(count: int, group: str) -> None:
    assert valued([{"occasion_count": count}])["frequency_group"].to_list() == [group]


def cores(*rows: dict[str, Any]) -> list[str]:
    return valued(list(rows)).filter(pl.col("is_core"))["customer_id"].to_list()


def test_core_customers_are_the_fewest_who_bring_half_the_margin() -> None:
    brought = [{"window_margin_amount": margin} for margin in (40, 25, 20, 15)]
    assert cores(*brought) == ["c000", "c001"]
    assert cores({"window_margin_amount": 50}, *brought[1:2], *brought[1:2]) == ["c000"]


def test_whoever_brings_as_much_as_the_last_core_customer_counts_too() -> None:
    assert len(cores(*[{"window_margin_amount": 10}] * 4)) == 4


def test_core_customers_pay_on_time_are_content_and_none_of_ours() -> None:
    great = {"window_margin_amount": 100}
    assert cores(
        great,
        great | {"overdue_invoice_count": 1},
        great | {"nps_group": "detractor"},
        great | {"nps_group": "passive"},
        great | {"is_staff": True},
    ) == ["c000", "c003"]


def test_where_too_few_margins_are_known_core_customers_go_by_net_sales() -> None:
    rows: list[dict[str, Any]] = [
        {"window_net_sales_amount": 60, "window_margin_amount": 1},
        {"window_net_sales_amount": 29, "window_margin_amount": 20},
        {"window_net_sales_amount": 11, "window_margin_amount": None},
    ]
    assert cores(*rows) == ["c000"]
    rows[2] |= {"window_net_sales_amount": 9}
    assert cores(*rows) == ["c001"]


def test_a_shop_that_loses_money_has_no_core() -> None:
    assert cores({"window_margin_amount": 5}, {"window_margin_amount": -5}) == []


TROUBLE: dict[str, Any] = {
    "refund_share": 0.9, "discount_share": 0.5, "tickets_per_order": 2.0, "lifetime_margin_amount": -1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "is_problem"),
    [
        ({}, True),
        ({"refund_share": 0.0}, False),
        ({"discount_share": 0.0}, False),
        ({"tickets_per_order": 0.0}, False),
        ({"refund_share": None}, False),
        ({"lifetime_margin_amount": 0}, False),
        ({"lifetime_margin_amount": None}, False),
    ],
)
def test_a_problem_customer_exceeds_every_limit_and_costs_more_than_they_bring(
    stated: dict[str, Any], is_problem: bool
) -> None:
    shop = [{"lifetime_margin_amount": 5}] * 39 + [TROUBLE | stated]
    assert valued(shop)["is_problem"].to_list() == [False] * 39 + [is_problem]


def test_at_the_95th_percentile_nobody_exceeds_it() -> None:
    # Two of forty alike: the percentile (type 7, between the 38th and 39th) lies at 0.05 of the way.
    assert valued([{}] * 38 + [TROUBLE] * 2)["is_problem"].sum() == 2
    assert valued([{}] * 37 + [TROUBLE] * 3)["is_problem"].sum() == 0


def test_the_order_of_rows_does_not_show() -> None:
    names = [f"c{n}" for n in range(30)]
    orders = [
        order(name, 1 + (n * 7) % 400, str(n % 5), order_id=f"{name}-{k}", channel=f"ch{k}", margin_amount=None)
        for n, name in enumerate(names)
        for k in range(3)
    ]  # fmt: skip
    lines = [(name, AS_OF, "sku", category, True) for name in names for category in ("B", "A", "C")]
    assert profiled(orders, lines=lines) == profiled(orders[::-1], lines=lines[::-1])
