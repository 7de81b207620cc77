"""What goes with a purchase: offered days later (L3), or put into the parcel (L30)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.transforms.audiences.care_shop import AS_OF, find, finder, order, person
from tests.transforms.audiences.product_shop import (
    basket,
    before,
    product,
    product_shop,
    sent,
    shuffled,
    without_feeds,
)
from transforms.audiences.complements import FINDERS, shop_complements
from transforms.audiences.shop import Shop
from transforms.product_complements import ComplementPolicy

LATER, BONUS = (finder(FINDERS, name) for name in ("complement", "bonus_with_order"))


def owners(*extra: list[Any], **facts: Any) -> Shop:
    """40 own tea and a mug, 20 a mug alone, 100 boots, all bought long ago; and the extra orders."""
    rows = []
    for n in range(40):
        rows += [
            basket(f"both{n:02}", before(100), "tea"),
            basket(f"both{n:02}", before(90), "mug"),
        ]
    rows += [basket(f"mug{n:02}", before(95), "mug") for n in range(20)]
    rows += [basket(f"boot{n:03}", before(80 + n % 9), "boots") for n in range(100)]
    return product_shop(*rows, *extra, **facts)


def offered(shop: Shop, **asked: Any) -> list[tuple]:
    return find(LATER, shop, **asked).select("customer_id", "reason_key", "event_date").rows()


TWO_WEEKS_AGO = basket("ana", before(14), "tea")


def test_whoever_bought_the_one_is_offered_the_other_so_many_days_later():
    assert offered(owners(TWO_WEEKS_AGO)) == [("ana", "mug", AS_OF)]
    (row,) = find(LATER, owners(TWO_WEEKS_AGO)).to_dicts()
    assert (row["bought_product_name"], row["product_name"]) == ("Name of tea", "Name of mug")
    assert row["why"].startswith(
        "Bought Name of tea on 2026-10-17; 40 of its 41 buyers also bought Name of mug, "
    )
    assert offered(owners(basket("ana", before(13), "tea"))) == []
    assert offered(owners(basket("ana", before(13), "tea")), days_after_purchase=13) != []
    assert offered(owners(basket("ana", before(28), "tea"))) != []
    assert offered(owners(basket("ana", before(29), "tea"))) == []


def test_nobody_is_offered_what_they_own_or_sent_back_or_get_by_subscription():
    mug, sent_back = basket("ana", before(40), "mug"), basket("ana", before(40), "mug", returned=1)
    assert offered(owners(TWO_WEEKS_AGO, mug)) == []
    assert offered(owners(TWO_WEEKS_AGO, sent_back)) == []
    running = {
        "source": "s", "subscription_id": "1", "customer_id": "ana", "sku": "mug",
        "start_date": before(3),
    }  # fmt: skip
    assert offered(owners(TWO_WEEKS_AGO, subscriptions=[running])) == []


def test_a_discontinued_product_is_offered_to_nobody():
    gone = [product("tea"), product("mug", is_active=False)]
    assert offered(owners(TWO_WEEKS_AGO, products=gone)) == []


def test_a_base_that_was_sent_back_speaks_for_nothing():
    assert offered(owners(basket("ana", before(14), "tea", returned=1))) == []


def test_a_pair_needs_customers_and_support_as_the_campaign_asks():
    assert offered(owners(TWO_WEEKS_AGO), minimum_customers=40) != []
    assert offered(owners(TWO_WEEKS_AGO), minimum_customers=41) == []
    # 40 of 161 customers.
    assert offered(owners(TWO_WEEKS_AGO), minimum_support=0.24) != []
    assert offered(owners(TWO_WEEKS_AGO), minimum_support=0.25) == []


def test_two_of_one_category_are_left_out_where_the_campaign_asks_so():
    assert offered(owners(TWO_WEEKS_AGO), other_category_only=True) != []
    alike = [product("tea", category="things"), product("mug", category="things")]
    assert offered(owners(TWO_WEEKS_AGO, products=alike), other_category_only=True) == []
    assert offered(owners(TWO_WEEKS_AGO, products=alike)) != []


def test_the_reason_is_the_product_offered_whatever_was_bought_and_when():
    again = basket("ana", before(20), "tea")
    assert offered(owners(again)) == [("ana", "mug", before(6))]
    assert offered(owners(again, TWO_WEEKS_AGO)) == [("ana", "mug", AS_OF)]


def test_staff_are_offered_nothing_and_count_in_no_pair():
    people = [person(f"both{n:02}", is_staff=True) for n in range(40)]
    people += [person(name) for name in ("ana", *(f"mug{n:02}" for n in range(20)))]
    assert offered(owners(TWO_WEEKS_AGO, people=people)) == []


def test_the_runs_own_table_of_complements_is_used_where_the_rules_are_its_own():
    shop = owners(TWO_WEEKS_AGO)
    table = shop_complements(shop, ComplementPolicy())
    assert table.height == 2
    given = replace(shop, scores={**shop.scores, "product_complements": table})
    assert find(LATER, given).equals(find(LATER, shop))
    none = replace(shop, scores={**shop.scores, "product_complements": table.clear()})
    assert offered(none) == []
    assert offered(none, minimum_customers=31) != []


@pytest.mark.parametrize("which", [LATER, BONUS])
def test_the_order_of_rows_changes_nothing_and_orders_alone_are_enough(which):
    shop = owners(TWO_WEEKS_AGO, basket("bea", AS_OF, "tea"))
    found = find(which, shop)
    assert found.height > 0
    assert find(which, shuffled(shop)).equals(found)
    assert find(which, without_feeds(shop)).drop("category").equals(found.drop("category"))
    assert find(which, product_shop()).is_empty()


# --- L30

TODAY = basket("bea", AS_OF, "tea", order_id="today")
YESTERDAY = basket("bea", before(1), "tea", order_id="yesterday")


def parcels(shop: Shop, **asked: Any) -> list[tuple]:
    return find(BONUS, shop, 3, **asked).select("customer_id", "order_id", "sku").rows()


def test_an_order_just_placed_gets_what_goes_with_it():
    shop = owners(TODAY)
    assert parcels(shop) == [("bea", "today", "mug")]
    (row,) = find(BONUS, shop).to_dicts()
    assert (row["reason_key"], row["event_date"]) == ("store:today", AS_OF)
    assert row["why"].startswith("Order today of 2026-10-31 has Name of tea in it; 40 of its 41 ")


def test_without_a_deliveries_feed_an_order_is_packed_by_the_next_day():
    assert parcels(owners(YESTERDAY)) == []
    assert parcels(owners(YESTERDAY), packed_after_days=2) == [("bea", "yesterday", "mug")]


def test_with_a_deliveries_feed_whatever_is_not_sent_is_still_to_be_packed():
    morning = datetime(2026, 10, 31, 8, tzinfo=UTC)
    other = sent("another", morning - timedelta(days=9), morning)
    waiting = owners(YESTERDAY, deliveries=[other])
    assert parcels(waiting) == [("bea", "yesterday", "mug")]
    assert parcels(owners(YESTERDAY, deliveries=[other, sent("yesterday", morning)])) == []
    assert parcels(owners(TODAY, deliveries=[other, sent("today", None, morning)])) == []
    # What is to be sent tomorrow is not sent.
    tomorrow = sent("yesterday", morning + timedelta(days=1))
    assert parcels(owners(YESTERDAY, deliveries=[other, tomorrow])) != []


def test_a_feed_that_tells_only_of_arrivals_does_not_tell_what_is_packed():
    morning = datetime(2026, 10, 31, 8, tzinfo=UTC)
    assert parcels(owners(YESTERDAY, deliveries=[sent("another", None, morning)])) == []


def test_over_the_counter_nobody_packs_a_parcel_and_cancelled_orders_get_no_bonus():
    for facts, found in (({"channel": "pos"}, 0), ({"is_valid_order": False}, 0), ({}, 1)):
        shop = owners(TODAY, orders=[order("bea", "today", str(AS_OF), **facts)])
        assert len(parcels(shop)) == found


def test_a_bonus_is_small_against_the_order_and_has_a_known_price():
    # The mug is 10.00.
    for total, found in (("40.00", 1), ("39.99", 0)):
        placed = [order("bea", "today", str(AS_OF), net_sales_amount=Decimal(total))]
        assert len(parcels(owners(TODAY, orders=placed))) == found
    shop = owners(TODAY)
    free = shop.facts["fct_order_lines"].with_columns(
        gross_amount=pl.lit(None, dtype=pl.Decimal(18, 4))
    )
    assert parcels(replace(shop, facts={**shop.facts, "fct_order_lines": free})) == []


def test_what_is_in_the_basket_or_owned_already_is_no_bonus():
    assert parcels(owners(basket("bea", AS_OF, "tea", "mug", order_id="today"))) == []
    assert parcels(owners(TODAY, basket("bea", before(200), "mug"))) == []


def test_one_bonus_per_order_and_one_for_each_of_two_orders():
    second = basket("bea", AS_OF, "tea", order_id="second")
    assert [row[1] for row in parcels(owners(TODAY, second))] == ["second", "today"]
