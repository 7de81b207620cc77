"""The contract holds together: types, keys, and a refusal of what is not part of it."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.canonical import (
    CANONICAL,
    CURRENT,
    FEED_TABLES,
    FEEDS,
    LINE_KINDS,
    ORDER_KINDS,
    ORDERS,
    SCORES,
    UNIT_TABLE,
)

EVERY_TABLE = [
    *((f"canonical.{name}", table) for name, table in CANONICAL.items()),
    *((f"current.{name}", table) for name, table in CURRENT.items()),
    *((f"scores.{name}", table) for name, table in SCORES.items()),
]


@pytest.mark.parametrize(("name", "table"), EVERY_TABLE, ids=[name for name, _ in EVERY_TABLE])
def test_key_columns_are_columns_of_the_table_and_no_name_is_used_twice(name, table):
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    assert set(table.key) <= set(names)


@pytest.mark.parametrize(("name", "table"), EVERY_TABLE, ids=[name for name, _ in EVERY_TABLE])
def test_no_amount_is_a_float(name, table):
    amounts = [c for c in table.columns if c.name.endswith(("_amount", "_price", "_cost", "rate"))]
    assert all(isinstance(column.dtype, pl.Decimal) for column in amounts)


@pytest.mark.parametrize(("name", "table"), EVERY_TABLE, ids=[name for name, _ in EVERY_TABLE])
def test_every_moment_is_in_utc(name, table):
    moments = [c.dtype for c in table.columns if isinstance(c.dtype, pl.Datetime)]
    assert all(moment.time_zone == "UTC" for moment in moments)


def test_every_feed_has_a_unit_and_its_table_is_among_the_feeds_tables():
    assert set(FEED_TABLES) == set(UNIT_TABLE) == set(FEEDS)
    for feed, table in UNIT_TABLE.items():
        assert table in FEED_TABLES[feed]
        assert set(FEED_TABLES[feed]) <= set(CANONICAL)


def test_what_dbt_reads_holds_no_personal_data():
    personal = {c.name for table in CANONICAL.values() for c in table.columns if c.personal}
    assert {"email", "phone", "first_name", "last_name", "birthday"} <= personal
    for table in (*CURRENT.values(), *SCORES.values()):
        assert not personal & {column.name for column in table.columns}, table.name


def test_conform_puts_columns_in_order_fills_optional_ones_and_sets_types():
    frame = pl.DataFrame({"sku": ["A"], "product_name": ["Tea"], "source": ["s"]}).with_columns(
        version_at=pl.datetime(2026, 1, 1, time_zone="UTC"),
        version_basis=pl.lit("arrival"),
        file_id=pl.lit("f"),
        row_number=pl.lit(2, dtype=pl.Int32),
    )
    made = CANONICAL["products"].conform(frame)
    assert made.schema == CANONICAL["products"].schema
    assert made["unit_price"].to_list() == [None]


def test_conform_names_the_column_that_is_missing_and_the_one_that_is_too_much():
    with pytest.raises(ValueError, match=r"colour.*order_id"):
        ORDERS.conform(pl.DataFrame({"source": ["s"], "colour": ["red"]}))


def test_an_empty_table_has_the_shape_of_a_full_one():
    for table in CANONICAL.values():
        assert table.empty().schema == table.schema
        assert table.empty().height == 0


def test_a_return_and_a_sale_are_told_apart_and_so_are_goods_and_shipping():
    assert set(ORDER_KINDS) == {"sale", "return"}
    assert {"product", "shipping", "gift_card"} <= set(LINE_KINDS)
