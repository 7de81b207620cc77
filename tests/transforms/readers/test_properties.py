"""Whatever stands in the cells: no crash, every row accounted for, no good order lost."""

from __future__ import annotations

import random
from contextlib import suppress

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transforms.readers.raw import RefusedFileError

BROKEN = ["", " ", "'", "7.41E+12", "-3", "1,149.00", "45384.3", "x" * 200, "\u00e9\u0142", "NaN", "03/04/2025",
          "2025-02-30", '"', "a,b", "line\nend", "0", "1.234567", "99999999999999999", "=1+1", "#1001"]  # fmt: skip
HEADERS = ["Name", "Id", "Created at", "Currency", "Total", "Lineitem quantity", "Lineitem price",
           "Lineitem sku", "Email", "Financial Status", "Refunded Amount", "Accepts Marketing"]  # fmt: skip
slow_but_few = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
breakages = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(HEADERS), st.sampled_from(BROKEN)), max_size=5
)


def five_orders(order):
    two = ({"Lineitem quantity": "2", "Lineitem price": "3.00"},
           {"Lineitem quantity": "1", "Lineitem price": "4.00"})  # fmt: skip
    return [order(1001, *two), order(1002), order(1003, *two), order(1004), order(1005, *two)]


@slow_but_few
@given(breakages)
def test_broken_cells_never_crash_and_never_cost_another_order(read, shopify, order, broken):
    orders = five_orders(order)
    rows = [row for rows in orders for row in rows]
    touched = set()
    for index, header, value in broken:
        rows[index][header] = value
        touched.add(index)
    owner = [i for i, rows in enumerate(orders) for _ in rows]
    spared = {1001 + i for i in range(5)} - {1001 + owner[index] for index in touched}
    claimed = {row["Name"] for i, row in enumerate(rows) if i in touched}
    spared -= {number for number in spared if f"#{number}" in claimed}
    if "03/04/2025" in {row.get("Created at") for row in rows}:
        assert "could be day-month or month-day" in read.refusal(shopify(*orders))
        return
    result = read(shopify(*orders))
    accepted = set(result.tables["orders"]["order_id"])
    assert {f"721044830{number}" for number in spared} <= accepted
    assert result.rows_read == 8


@slow_but_few
@given(st.integers(0, 5), st.integers(0, 100))
def test_two_files_hold_what_one_file_holds(read, shopify, order, cut, seed):
    orders = five_orders(order)
    random.Random(seed).shuffle(orders)
    whole = read(shopify(*orders)).tables
    parts = [read(shopify(*some)).tables for some in (orders[:cut], orders[cut:]) if some]
    for name, key in (("orders", ["order_id"]), ("order_lines", ["order_id", "line_number"])):
        together = pl.concat([part[name] for part in parts]).drop("row_number").sort(key)
        assert together.equals(whole[name].drop("row_number").sort(key))


@slow_but_few
@given(
    st.binary(max_size=300),
    st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.csv.gz", "a.zip", "a.xlsx", "a.parquet"]),
)
def test_any_bytes_are_read_or_refused_in_words(read, content, name):
    with suppress(RefusedFileError):
        read(content, name)
