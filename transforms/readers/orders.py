"""Order exports: rows to lines, lines to orders, amounts that add up."""

from __future__ import annotations

import polars as pl

from transforms.canonical import MONEY, ORDER_LINES, ORDERS
from transforms.fields import ORDER_LEVEL_FIELDS
from transforms.readers.context import ReadContext
from transforms.readers.extract import UNIT, Extract, failures
from transforms.readers.raw import ROW
from transforms.sources import SourceDefinition

ZERO = pl.lit(0).cast(MONEY)


def lines(extracted: Extract, definition: SourceDefinition) -> pl.DataFrame:
    """One row per order line with its kind and amounts, `unit_id` and `row_number` beside.

    Shapes without line columns get one line per order that carries the order's goods amount.
    """
    fields = _with_return_kind(extracted.fields, definition)
    have = set(fields.columns)
    goods = (
        pl.col("subtotal_amount")
        if "subtotal_amount" in have
        else pl.col("total_amount")
        if "total_amount" in have
        else ZERO
    )
    quantity = pl.col("quantity") if "quantity" in have else pl.lit(1).cast(MONEY)
    if "line_amount" in have:
        amount = pl.col("line_amount")
    elif "unit_price" in have:
        amount = (quantity * pl.col("unit_price")).cast(MONEY)
    else:
        amount = goods
    price = (
        pl.col("unit_price")
        if "unit_price" in have
        else pl.when(quantity != 0).then(amount / quantity).otherwise(amount)
    )
    return fields.with_columns(
        quantity=quantity,
        unit_price=price.cast(MONEY),
        line_amount=amount.cast(MONEY),
        line_discount_amount=(
            pl.col("line_discount_amount").abs() if "line_discount_amount" in have else ZERO
        ).fill_null(ZERO),
        line_kind=_line_kind(have, definition),
        line_number=pl.int_range(pl.len()).over(UNIT).cast(pl.Int64) + 1,
    )


def _with_return_kind(fields: pl.DataFrame, definition: SourceDefinition) -> pl.DataFrame:
    is_return = pl.lit(False)
    if definition.return_orders:
        is_return = pl.col("order_id").str.contains(definition.return_orders).fill_null(False)
    if definition.negative_quantities == "return" and "quantity" in fields.columns:
        is_return = is_return | (pl.col("quantity") < 0).all().over(UNIT)
    return fields.with_columns(
        order_kind=pl.when(is_return).then(pl.lit("return")).otherwise(pl.lit("sale"))
    )


def _line_kind(have: set[str], definition: SourceDefinition) -> pl.Expr:
    kind = pl.lit("product")
    if "quantity" in have and definition.negative_quantities == "adjustment":
        unbooked = (pl.col("quantity") < 0) & (pl.col("order_kind") == "sale")
        kind = pl.when(unbooked).then(pl.lit("adjustment")).otherwise(kind)
    if "sku" in have:
        for name, pattern in definition.line_kinds.items():
            kind = (
                pl.when(pl.col("sku").str.contains(pattern).fill_null(False))
                .then(pl.lit(name))
                .otherwise(kind)
            )
    return kind


def refusals(rows: pl.DataFrame, headers: dict[str, str]) -> list[pl.DataFrame]:
    """Negative quantities and prices of products on a sale."""
    goods = rows.filter((pl.col("line_kind") == "product") & (pl.col("order_kind") == "sale"))
    negative = {name: goods.filter(pl.col(name) < 0) for name in ("quantity", "unit_price")}
    return [
        failures(bad, "order_lines", name, "negative", headers.get(name, name), pl.col(name))
        for name, bad in negative.items()
        if bad.height
    ]


def order_lines(
    rows: pl.DataFrame, definition: SourceDefinition, context: ReadContext
) -> pl.DataFrame:
    """The canonical lines."""
    return ORDER_LINES.conform(
        rows.select(
            pl.lit(definition.source).alias("source"),
            pl.lit(context.file_id).alias("file_id"),
            *[c for c in rows.columns if c in ORDER_LINES.column_by_name],
        )
    )


def orders(rows: pl.DataFrame, definition: SourceDefinition, context: ReadContext) -> pl.DataFrame:
    """One row per order, `unit_id` kept: order cells from its first row, amounts from its lines."""
    per_order = [
        c for c in rows.columns if c in ORDER_LEVEL_FIELDS and c not in {"order_id", "ordered_at"}
    ]
    keys = [k for k in ("customer_ref_key", "email_key", "phone_key") if k in rows.columns]
    grouped = rows.group_by(UNIT, maintain_order=True).agg(
        pl.col("order_id").first(),
        pl.col("ordered_at").min()
        if "ordered_at" in rows.columns
        else pl.lit(None).alias("ordered_at"),
        pl.col(per_order).first(),
        pl.col(keys).first(),
        pl.col("order_kind").first(),
        pl.col(ROW).first(),
        _sum_of("product").alias("gross"),
        pl.col("line_discount_amount").sum().cast(MONEY).alias("line_discounts"),
        *[_sum_of(kind).alias(f"{kind}_lines") for kind in ("shipping", "discount")],
        _sum_of("fee", "gift_card", "adjustment").alias("fee_amount"),
    )
    have = set(grouped.columns)
    stated = {n: pl.col(n) if n in have else pl.lit(None).cast(MONEY) for n in (
        "subtotal_amount", "discount_amount", "shipping_amount", "tax_amount", "total_amount", "refunded_amount")}  # fmt: skip
    parts = (
        pl.col("line_discounts")
        + pl.col("discount_lines").abs()
        + stated["discount_amount"].abs().fill_null(ZERO)
    )
    tax = stated["tax_amount"].fill_null(ZERO)
    shipping = stated["shipping_amount"].fill_null(ZERO) + pl.col("shipping_lines")
    # Taxes inside the prices are no sales; they leave with the discount-free goods amount.
    gross = pl.col("gross") - (tax if definition.prices_include_tax else ZERO)
    subtotal = stated["subtotal_amount"] - (tax if definition.prices_include_tax else ZERO)
    completed = grouped.with_columns(
        gross_amount=gross.cast(MONEY),
        # The subtotal is what the shop itself says was paid for goods, so it decides the discount.
        discount_amount=(gross - subtotal).fill_null(parts).cast(MONEY),
        shipping_amount=shipping.cast(MONEY),
        tax_amount=tax,
        total_amount=stated["total_amount"],
        refunded_amount=pl.coalesce(
            stated["refunded_amount"].abs(), _whole_refund(have, stated["total_amount"])
        ),
    )
    return completed.with_columns(version(definition, context, completed))


def _whole_refund(have: set[str], total: pl.Expr) -> pl.Expr:
    """Sources that name no refunded amount still say when all of an order was paid back."""
    if "financial_status" not in have:
        return ZERO
    return (
        pl.when(pl.col("financial_status") == "refunded")
        .then(pl.coalesce(total, "gross"))
        .otherwise(ZERO)
        .cast(MONEY)
    )


def version(
    definition: SourceDefinition, context: ReadContext, frame: pl.DataFrame
) -> list[pl.Expr]:
    """Which version of a thing wins: its own updated_at, else the export's date, else arrival."""
    stamp, basis = (
        (context.exported_at, "file_name")
        if context.exported_at
        else (context.arrived_at, "arrival")
    )
    told = pl.lit(stamp).cast(pl.Datetime("us", "UTC"))
    if "updated_at" not in frame.columns:
        return [told.alias("version_at"), pl.lit(basis).alias("version_basis")]
    return [
        pl.coalesce("updated_at", told).alias("version_at"),
        pl.when(pl.col("updated_at").is_not_null())
        .then(pl.lit("updated_at"))
        .otherwise(pl.lit(basis))
        .alias("version_basis"),
    ]


def to_contract(
    order_rows: pl.DataFrame, definition: SourceDefinition, context: ReadContext
) -> pl.DataFrame:
    """The canonical orders."""
    return ORDERS.conform(
        order_rows.select(
            pl.lit(definition.source).alias("source"),
            pl.lit(context.file_id).alias("file_id"),
            *[c for c in order_rows.columns if c in ORDERS.column_by_name],
        )
    )


def _sum_of(*kinds: str) -> pl.Expr:
    return pl.col("line_amount").filter(pl.col("line_kind").is_in(list(kinds))).sum().cast(MONEY)
