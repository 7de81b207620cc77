"""Which products go together: counted by hand, and not claimed where people buy at random."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from transforms.canonical.outreach import PRODUCT_COMPLEMENTS
from transforms.complement_chance import expected_both
from transforms.product_complements import ComplementPolicy, complements, latest_names

AS_OF = date(2026, 10, 31)
POLICY = ComplementPolicy(minimum_customers=30, minimum_support=0.0)
SCHEMA = {
    "customer_id": pl.String, "sku": pl.String, "product_name": pl.String, "order_date": pl.Date,
}  # fmt: skip


def lines(*rows: tuple[str, str] | tuple[str, str, int]) -> pl.DataFrame:
    """(customer, sku[, days ago]) each."""
    full = [
        (customer, sku, f"Name of {sku}", AS_OF - timedelta(days=ago[0] if ago else 1))
        for customer, sku, *ago in rows
    ]
    return pl.DataFrame(full, schema=SCHEMA, orient="row")


def buyers(prefix: str, count: int, *skus: str) -> list[tuple[str, str]]:
    """Customers who bought all of these and nothing else."""
    return [(f"{prefix}{n:03}", sku) for n in range(count) for sku in skus]


def products(*gone: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"sku": list(gone), "is_active": [False] * len(gone)},
        schema={"sku": pl.String, "is_active": pl.Boolean},
    )


def pairs(
    *rows: tuple[str, str], policy: ComplementPolicy = POLICY, gone: tuple[str, ...] = ()
) -> pl.DataFrame:
    return complements(lines(*rows), products(*gone), AS_OF, policy)


#: 40 own beans and grinder, 20 beans alone, 10 a grinder alone, 130 a mug: n = 200.
SHOP = (
    *buyers("both", 40, "beans", "grinder"), *buyers("beans", 20, "beans"),
    *buyers("grinder", 10, "grinder"), *buyers("mug", 130, "mug"),
)  # fmt: skip


def test_lift_support_and_interval_by_hand():
    row = pairs(*SHOP).row(by_predicate=pl.col("base_sku") == "beans", named=True)
    # lift = 200 x 40 / (60 x 50) = 2.667; variance of its logarithm
    # 1/40 - 1/60 - 1/50 + (2 x 2.6667 - 1)/200 = 0.01; so the interval is times exp(1.96 x 0.1).
    assert (row["complement_sku"], row["both_customer_count"]) == ("grinder", 40)
    assert (row["base_customer_count"], row["complement_customer_count"]) == (60, 50)
    assert (row["customer_count"], row["support"]) == (200, 0.2)
    assert row["lift"] == pytest.approx(8 / 3)
    assert row["lift_low"] == pytest.approx(8 / 3 / math.exp(0.1959964), rel=1e-6)
    assert row["lift_high"] == pytest.approx(8 / 3 * math.exp(0.1959964), rel=1e-6)
    assert row["base_name"] == "Name of beans"


def test_a_pair_stands_in_both_directions_and_never_a_product_with_itself():
    found = pairs(*SHOP)
    assert found.select("base_sku", "complement_sku").rows() == [
        ("beans", "grinder"),
        ("grinder", "beans"),
    ]
    assert found.schema == PRODUCT_COMPLEMENTS.schema


def test_bought_on_two_days_or_twice_counts_once():
    later = [(customer, sku, 9) for customer, sku in SHOP if customer.startswith("both")]
    assert pairs(*SHOP, *later)["both_customer_count"].to_list() == [40, 40]


def test_twenty_nine_customers_are_too_few_and_so_is_too_small_a_share():
    fewer = [row for row in SHOP if row[0] not in {f"both{n:03}" for n in range(29, 40)}]
    assert pairs(*fewer).is_empty()
    assert pairs(*SHOP, policy=ComplementPolicy(30, minimum_support=0.2)).height == 2
    assert pairs(*SHOP, policy=ComplementPolicy(30, minimum_support=0.201)).is_empty()


def test_a_pair_no_commoner_than_chance_is_no_complement():
    # 40 own both of 80 and 80 among 160: exactly what chance gives.
    even = (
        *buyers("both", 40, "beans", "mug"), *buyers("b", 40, "beans"), *buyers("m", 40, "mug"),
        *buyers("n", 40, "tea"),
    )  # fmt: skip
    assert pairs(*even).is_empty()


def test_a_product_that_is_gone_is_no_complement_but_may_have_one():
    found = pairs(*SHOP, gone=("beans",))
    assert found.select("base_sku", "complement_sku").rows() == [("beans", "grinder")]


def test_of_many_complements_the_surest_are_kept_and_ties_go_to_the_first_code():
    rows = []
    for sku in ("cup_b", "cup_a", "cup_c"):
        rows += buyers(sku, 40, "beans", sku)
    rows += buyers("weak", 30, "beans", "spoon") + buyers("more", 60, "spoon")
    rows += buyers("mug", 300, "mug")
    found = pairs(*rows, policy=ComplementPolicy(30, 0.0, per_product=2))
    assert found.filter(pl.col("base_sku") == "beans")["complement_sku"].to_list() == [
        "cup_a",
        "cup_b",
    ]


def test_the_order_of_the_lines_changes_nothing():
    asked = lines(*SHOP)
    for seed in range(3):
        mixed = asked.sample(fraction=1, shuffle=True, seed=seed)
        assert complements(mixed, products(), AS_OF, POLICY).equals(pairs(*SHOP))


def test_an_empty_shop_has_no_complements():
    assert pairs().is_empty()
    assert pairs().schema == PRODUCT_COMPLEMENTS.schema


def random_shop(seed: int = 11) -> pl.DataFrame:
    """600 customers who pick at random from 12 products, most of them once and a few 40 times."""
    rng = np.random.default_rng(seed)
    times = np.minimum(np.ceil(rng.pareto(0.8, 600)), 40).astype(int)
    share = np.linspace(1, 4, 12) / np.linspace(1, 4, 12).sum()
    rows = [
        (f"c{customer:03}", f"p{sku:02}", ago + 1)
        for customer, count in enumerate(times)
        for ago, sku in enumerate(rng.choice(12, size=count, p=share))
    ]
    return lines(*rows)


def test_where_people_pick_at_random_the_plain_lift_sees_relations_and_the_adjusted_none():
    bought = random_shop()
    n = bought["customer_id"].n_unique()
    owned = bought.select("customer_id", "sku").unique()
    both = owned.join(owned, on="customer_id").filter(pl.col("sku") < pl.col("sku_right"))
    counted = both.group_by("sku", "sku_right").agg(pl.len())
    owners = dict(owned.group_by("sku").len().iter_rows())
    lifts = [n * c / (owners[a] * owners[b]) for a, b, c in counted.iter_rows() if c >= 30]
    # Whoever buys much owns everything: by the plain figure almost all pairs belong together.
    assert np.mean(np.array(lifts) > 1.3) > 0.8
    # Of up to 132 ordered pairs 3 or 4 pass by chance.
    assert complements(bought, products(), AS_OF, POLICY).height < 10


def test_where_everybody_buys_the_same_number_of_times_chance_is_base_times_complement_over_n():
    bought = pl.DataFrame({"customer_id": [f"c{n}" for n in range(100)] * 3})
    counts, first, second = np.array([60, 50]), np.array([0]), np.array([1])
    # Three purchases each: who owns the one with chance 0.6 owns the other with 0.5.
    assert expected_both(bought, counts, first, second) == pytest.approx([30.0])


def test_a_product_is_called_by_its_last_name_or_by_its_code():
    named = lines(("a", "tea", 9), ("a", "tea", 2), ("a", "cup", 1)).with_columns(
        product_name=pl.Series(["Before", "Now", None])
    )
    assert dict(latest_names(named).iter_rows()) == {"tea": "Now", "cup": "cup"}
