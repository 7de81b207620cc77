"""Lists of products to buy again, more of, or because they came: L1, L4 and L26."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.audiences.care_shop import AS_OF, Row, find, finder, person, who
from tests.transforms.audiences.product_shop import (
    basket,
    before,
    product,
    product_shop,
    shuffled,
    without_feeds,
)
from tests.transforms.bought_lines import known, regularity
from transforms.audiences.products import FINDERS
from transforms.audiences.shop import Shop

REORDER, ARRIVALS, SAME = (
    finder(FINDERS, name) for name in ("reorder_due", "category_arrivals", "more_of_the_same")
)
TEA_LASTS_40 = known(("sku", "tea", 40))


def timed(shop: Shop, by: pl.DataFrame = TEA_LASTS_40, regular: pl.DataFrame | None = None) -> Shop:
    """The shop with the reorder days and the regularity of a run."""
    scores = {"product_intervals": by, "regularity": regularity() if regular is None else regular}
    return replace(shop, scores={**shop.scores, **scores})


def tea_shop(*days_ago: int, **facts: Any) -> Shop:
    return timed(product_shop(*(basket("ana", before(ago), "tea") for ago in days_ago), **facts))


def reasons(shop: Shop, **asked: Any) -> list[str]:
    return find(REORDER, shop, **asked)["reason_key"].to_list()


# --- L1


def test_a_reminder_begins_lead_days_before_the_product_runs_out_and_stands_until_it_expires():
    standing = {
        ago: reasons(tea_shop(ago), expires_after_days=7) for ago in (36, 37, 43, 44, 45)
    }  # fmt: skip
    # The 37th day is the first; the 43rd is its seventh; the 44th is told once, as run out.
    assert [ago for ago, found in standing.items() if found] == [37, 43, 44]


def test_the_reason_is_the_product_and_the_day_it_was_bought_and_stays_so_every_night():
    for ago in range(37, 44):
        assert reasons(tea_shop(ago)) == [f"tea:{before(ago)}"]
    shop = tea_shop(40)
    drifted = timed(shop, by=known(("sku", "tea", 42)))
    assert reasons(drifted) == reasons(shop)
    assert find(REORDER, drifted)["event_date"].item() == before(40) + timedelta(days=39)


def test_a_reminder_tells_product_day_and_interval_and_no_due_date_in_the_past():
    (row,) = find(REORDER, tea_shop(37)).to_dicts()
    assert (row["product_name"], row["last_order_date"], row["days"]) == (
        "Name of tea", before(37), 40,
    )  # fmt: skip
    assert row["due_date"] == AS_OF + timedelta(days=3)
    assert find(REORDER, tea_shop(43))["due_date"].item() == AS_OF
    assert row["why"] == (
        "Last bought on 2026-09-24; half of its buyers buy this product again within 40 days "
        "(40 intervals); bought once so far."
    )


def test_the_lead_and_the_quiet_after_an_order_are_the_campaigns_own():
    assert reasons(tea_shop(35), lead_days=5) != []
    assert reasons(tea_shop(35), lead_days=4) == []
    shop = timed(
        product_shop(basket("ana", before(37), "tea"), basket("ana", before(13), "mug"))
    )  # fmt: skip
    assert reasons(shop) == []
    assert reasons(shop, quiet_days_after_order=13) != []


def test_whoever_is_lapsed_is_won_back_and_not_reminded():
    ana = person("ana", lifecycle_state="lapsed")
    assert reasons(tea_shop(37, people=[ana])) == []
    assert reasons(tea_shop(37, people=[person("ana", lifecycle_state="at_risk")])) != []


def test_staff_and_strangers_to_the_profile_are_nobodys_candidates():
    assert reasons(tea_shop(37, people=[person("ana", is_staff=True)])) == []
    assert reasons(tea_shop(37, people=[person("bea")])) == []


@pytest.mark.parametrize(
    "tables",
    [
        {"products": [product("tea", is_active=False)]},
        {"subscriptions": [
            {"source": "s", "subscription_id": "1", "customer_id": "ana", "sku": "tea",
             "start_date": before(90)}
        ]},
    ],
    ids=["discontinued", "on subscription"],
)  # fmt: skip
def test_nobody_is_reminded_of_what_is_gone_or_comes_by_itself(tables):
    assert reasons(tea_shop(37)) != []
    assert reasons(tea_shop(37, **tables)) == []


def test_nobody_is_reminded_of_what_they_sent_back_or_bought_again():
    returned = basket("ana", before(37), "tea", returned=1)
    again = basket("ana", before(20), "tea")
    again_and_returned = basket("ana", before(20), "tea", returned=1)
    assert reasons(timed(product_shop(returned))) == []
    assert reasons(timed(product_shop(basket("ana", before(37), "tea"), again))) == []
    undone = timed(product_shop(basket("ana", before(37), "tea"), again_and_returned))
    assert reasons(undone) == []


def test_a_product_must_have_been_bought_as_often_as_the_campaign_asks():
    assert reasons(tea_shop(37), minimum_purchases=2) == []
    assert reasons(tea_shop(90, 37), minimum_purchases=2) != []


def test_a_habit_comes_before_a_single_purchase_and_few_reasons_are_kept():
    skus = ("tea", "green", "matcha", "mug", "grinder", "boots")
    rows = [basket("ana", before(37), sku, order_id=f"a-{sku}") for sku in skus]
    rows += [basket("ana", before(200 + ago), "mug", order_id=f"m-{ago}") for ago in range(3)]
    shop = timed(product_shop(*rows), by=known(*(("sku", sku, 40) for sku in skus)))
    found = find(REORDER, shop, reasons_per_person=2).sort("rank_value", descending=True)
    assert found["sku"].to_list() == ["mug", "boots"]
    assert found["rank_value"].to_list() == [4 * 0.5 * 365 / 40, 0.5 * 365 / 40]


def test_a_rhythm_of_their_own_is_told_as_such():
    shop = timed(tea_shop(77, 57, 37, 17), regular=regularity(("all", "all", 1.9, True)))
    (row,) = find(REORDER, shop).to_dicts()
    assert row["days"] == 20
    assert "they themselves buy it again every 20 days" in row["why"]


def test_reorder_works_on_orders_alone_and_in_an_empty_shop():
    assert reasons(without_feeds(tea_shop(37))) == [f"tea:{before(37)}"]
    assert reasons(product_shop()) == []


PURCHASES = st.lists(
    st.tuples(
        st.sampled_from(["ana", "bea"]), st.sampled_from(["tea", "mug", "odd"]), st.integers(0, 90)
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(PURCHASES, st.integers(1, 80), st.integers(1, 20))
def test_no_due_date_is_past_no_reason_is_twice_and_no_order_of_rows_matters(rows, days, expiry):
    baskets = [
        basket(who_, before(ago), sku, order_id=f"o{n}") for n, (who_, sku, ago) in enumerate(rows)
    ]
    shop = timed(product_shop(*baskets), by=known(("sku", "tea", days), ("category", "ware", 30)))
    found = find(REORDER, shop, expiry)
    assert (found["due_date"] >= AS_OF).all()
    assert (found["event_date"] > found["last_order_date"]).all()
    if rows:
        assert find(REORDER, shuffled(shop), expiry).equals(found)


# --- L4


def arrived(*days_ago: int, **facts: Any) -> list[Row]:
    skus = ("matcha", "green", "mug")
    return [
        product(sku, first_listed_date=before(ago), **facts)
        for sku, ago in zip(skus, days_ago, strict=False)
    ]


def news(shop: Shop, **asked: Any) -> list[tuple]:
    return find(ARRIVALS, shop, **asked).select("customer_id", "sku", "event_date").rows()


def leaf_shop(*products: Row, ago: int = 60, **facts: Any) -> Shop:
    return product_shop(basket("ana", before(ago), "tea"), products=list(products), **facts)


def test_a_product_listed_in_a_category_they_bought_in_is_news_from_the_day_of_listing():
    assert news(leaf_shop(*arrived(5))) == [("ana", "matcha", before(5))]
    (row,) = find(ARRIVALS, leaf_shop(*arrived(5))).to_dicts()
    assert row["reason_key"] == "matcha"
    assert (row["product_name"], row["bought_product_name"]) == ("Name of matcha", "Name of tea")
    assert row["why"] == (
        "Name of matcha was listed on 2026-10-26; in leaves they bought once, last Name of tea on "
        "2026-09-01, and never this."
    )


def test_whoever_came_to_the_category_later_hears_of_it_the_day_after():
    assert news(leaf_shop(*arrived(10), ago=4)) == [("ana", "matcha", before(3))]


def test_news_grows_old_by_the_campaigns_expiry_and_by_its_own_limit():
    assert news(leaf_shop(*arrived(14)), expires_after_days=14) != []
    assert news(leaf_shop(*arrived(15)), expires_after_days=14) == []
    assert news(leaf_shop(*arrived(10)), listed_within_days=10) == []
    assert news(leaf_shop(*arrived(9)), listed_within_days=10) != []


def test_a_product_to_be_listed_tomorrow_or_discontinued_or_in_another_category_is_no_news():
    assert news(leaf_shop(*arrived(-1))) == []
    assert news(leaf_shop(*arrived(5, is_active=False))) == []
    assert news(leaf_shop(*arrived(5, is_active=None))) != []
    assert news(leaf_shop(product("mug", first_listed_date=before(5)))) == []
    assert news(leaf_shop(product("matcha"))) == []


def test_what_they_own_or_sent_back_or_get_by_subscription_is_no_news():
    shop = leaf_shop(*arrived(5))
    bought = basket("ana", before(2), "matcha")
    tried = basket("ana", before(2), "matcha", returned=1)
    for more in (bought, tried):
        assert news(product_shop(basket("ana", before(60), "tea"), more, products=arrived(5))) == []
    subscribed = {
        "source": "s", "subscription_id": "1", "customer_id": "ana", "sku": "matcha",
        "start_date": before(3),
    }  # fmt: skip
    assert news(shop) != []
    assert news(leaf_shop(*arrived(5), subscriptions=[subscribed])) == []


def test_who_buys_in_the_category_most_hears_first_and_nobody_of_all_arrivals():
    often = [basket("bea", before(ago), "tea") for ago in (50, 60, 70)]
    shop = product_shop(basket("ana", before(60), "tea"), *often, products=arrived(5, 6))
    found = find(ARRIVALS, shop, reasons_per_person=1)
    assert who(found) == ["bea", "ana"]
    assert find(ARRIVALS, shop).height == 4


def test_arrivals_need_a_products_feed():
    assert news(without_feeds(leaf_shop(*arrived(5)))) == []
    assert news(product_shop()) == []


# --- L26


def same(*quantities: int, **facts: Any) -> Shop:
    """Ana's purchases of tea, the last 14 days ago."""
    days = range(14 + 20 * (len(quantities) - 1), 0, -20)
    rows = [
        basket("ana", before(ago), "tea", quantity=quantity)
        for ago, quantity in zip(days, quantities, strict=True)
    ]
    return product_shop(*rows, **facts)


def more(shop: Shop, **asked: Any) -> list[tuple[str, str, date]]:
    return find(SAME, shop, **asked).select("customer_id", "reason_key", "event_date").rows()


def test_whoever_takes_the_same_number_every_time_is_offered_more_of_it():
    assert more(same(2, 2)) == [("ana", "tea", AS_OF)]
    assert find(SAME, same(2, 2))["why"].item() == (
        "Bought Name of tea on 2 days, last on 2026-10-17, 2 at a time every time: a larger "
        "quantity may suit."
    )


def test_one_purchase_or_changing_quantities_are_no_habit():
    assert more(same(2)) == []
    assert more(same(2, 2, 3)) == []
    assert more(same(1, 1), minimum_purchases=3) == []


def test_the_offer_stands_from_so_many_days_after_the_purchase():
    assert more(same(1, 1), days_after_purchase=15) == []
    assert more(same(1, 1), days_after_purchase=10) == [("ana", "tea", before(4))]


def test_the_reason_stays_the_product_when_it_is_bought_again():
    early, late = same(1, 1), same(1, 1, 1)
    assert more(early)[0][1] == more(late)[0][1] == "tea"


def test_no_more_is_offered_of_what_is_gone_or_subscribed_to_or_was_sent_back_last():
    assert more(same(1, 1, products=[product("tea", is_active=False)])) == []
    subscribed = {
        "source": "s", "subscription_id": "1", "customer_id": "ana", "sku": "tea",
        "start_date": before(3),
    }  # fmt: skip
    assert more(same(1, 1, subscriptions=[subscribed])) == []
    sent_back = basket("ana", before(5), "tea", returned=1)
    kept = [basket("ana", before(ago), "tea") for ago in (34, 14)]
    assert more(product_shop(*kept)) != []
    assert more(product_shop(*kept, sent_back)) == []


def test_the_longest_habit_is_first_and_orders_alone_are_enough():
    rows = [basket("bea", before(ago), "mug") for ago in (54, 34, 14)]
    shop = product_shop(*rows, *(basket("ana", before(ago), "tea") for ago in (34, 14)))
    assert who(find(SAME, shop)) == ["bea", "ana"]
    assert find(SAME, without_feeds(shop)).equals(find(SAME, shop))
    assert find(SAME, shuffled(shop)).equals(find(SAME, shop))
    assert more(product_shop()) == []
