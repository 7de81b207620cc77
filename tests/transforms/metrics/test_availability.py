"""What a source or a run can answer, and the reason where it cannot."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from transforms.canonical import CURRENT
from transforms.metrics.availability import of_run, of_sources
from transforms.readers.definitions import load_definitions

SOURCES = {one.source: one for one in load_definitions([])}


def _of(*names: str) -> dict[str, tuple[str, str | None]]:
    found = of_sources([SOURCES[name] for name in names])
    return {one.question.id: (one.availability, one.reason) for one in found}


def _orders(days: list[date], **columns: object) -> pl.DataFrame:
    rows = [
        {"source": "s", "order_id": str(n), "customer_id": "c", "is_identified": True, "order_date": day} | columns
        for n, day in enumerate(days)
    ]  # fmt: skip
    table = CURRENT["orders"]
    frame = pl.DataFrame(rows)
    return frame.with_columns(
        pl.lit(None, dtype=column.dtype).alias(column.name)
        for column in table.columns
        if column.name not in frame.columns
    ).select(table.schema.names())


def _run(orders: pl.DataFrame) -> dict[str, tuple[str, str | None]]:
    tables = {name: table.empty() for name, table in CURRENT.items()} | {"orders": orders}
    found = of_run(tables, date(2025, 12, 31))
    return {row["metric_id"]: (row["availability"], row["reason"]) for row in found.to_dicts()}


def test_shopify_orders_know_retention_exactly_and_refund_dates_not_at_all() -> None:
    found = _of("shopify_orders")
    assert found["M1"] == ("exact", None)
    assert found["M20"] == (
        "approximate",
        "refunds have no date; they are told by the month of their order",
    )
    assert found["M12"] == ("unavailable", "needs the feed marketing_spend")


def test_orders_without_a_person_give_no_retention() -> None:
    shopify = SOURCES["shopify_orders"]
    persons = {"email", "phone", "customer_id"}
    columns = {name: rule for name, rule in shopify.columns.items() if name not in persons}
    nobody = shopify.model_copy(update={"columns": columns})
    found = {one.question.id: one for one in of_sources([nobody])}
    assert found["M1"].reason == "needs a customer id, e-mail or phone on orders"
    assert found["M19"].availability == "approximate"


def test_a_survey_lifts_what_orders_cannot_answer() -> None:
    assert _of("shopify_orders")["M31"][0] == "unavailable"
    assert _of("shopify_orders", "typeform")["M31"][0] == "approximate"


def test_every_feed_in_suki_s_own_words_answers_every_question() -> None:
    generic = [name for name in SOURCES if name.startswith("generic_")]
    assert {
        key for key, (availability, _) in _of(*generic).items() if availability != "exact"
    } == set()


def test_an_empty_run_answers_nothing() -> None:
    assert {availability for availability, _ in _run(_orders([])).values()} == {"unavailable"}


def test_a_history_that_is_too_short_is_a_reason_of_its_own() -> None:
    found = _run(_orders([date(2025, 12, 1)]))
    assert found["M1"] == ("unavailable", "needs 90 days of history; there are 31")
    assert found["M8"][0] == "approximate"


@pytest.mark.parametrize(("refunded", "expected"), [("0", "unavailable"), ("5", "approximate")])
def test_a_column_of_zeros_is_no_refund_known(refunded: str, expected: str) -> None:
    amount = pl.Series([refunded]).cast(pl.Decimal(18, 4))[0]
    found = _run(_orders([date(2025, 1, 1)], refunded_amount=amount))
    assert found["M20"][0] == expected
