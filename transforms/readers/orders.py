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
#: Order columns that are the same on every row of an order, or belong to lines and are mapped wrongly.
ORDER_AMOUNTS = (
    "currency",
    "subtotal_amount",
    "discount_amount",
    "shipping_amount",
    "tax_amount",
    "total_amount",
    "refunded_amount",
)


def lines(extracted: Extract, definition: SourceDefinition) -> pl.DataFrame:
    """One row per order line with its kind and amounts, `unit_id` and `row_number` beside.

    Where the source has no price of lines, the order's goods amount stands on its first line.
    """
    fields = _with_return_kind(extracted.fields, definition)
    have = set(fields.columns)
    number = pl.int_range(pl.len()).over(UNIT).cast(pl.Int64) + 1
    quantity = pl.col("quantity") if "quantity" in have else pl.lit(1).cast(MONEY)
    if "line_amount" in have:
        amount = pl.col("line_amount")
    elif "unit_price" in have:
        amount = quantity * pl.col("unit_price")
    else:
        stated = [pl.col(name) for name in ("subtotal_amount", "total_amount") if name in have]
        amount = pl.when(number == 1).then(pl.coalesce(*stated, ZERO)).otherwise(ZERO)
    price = (
        pl.col("unit_price")
        if "unit_price" in have
        else pl.when(quantity != 0).then(amount / quantity).otherwise(amount)
    )
    return fields.with_columns(
        quantity=quantity,
        unit_price=price.cast(MONEY, strict=False),
        line_amount=amount.cast(MONEY, strict=False),
        line_discount_amount=(
            pl.col("line_discount_amount").abs() if "line_discount_amount" in have else ZERO
        ).fill_null(ZERO),
        line_kind=_line_kind(have, definition),
        line_number=number,
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


def refusals(
    rows: pl.DataFrame, headers: dict[str, str], definition: SourceDefinition
) -> list[pl.DataFrame]:
    """What no single value shows: returns booked as sales, rows of one order that disagree."""
    goods = rows.filter((pl.col("line_kind") == "product") & (pl.col("order_kind") == "sale"))
    found = [
        failures(bad, "order_lines", name, "negative", headers.get(name, name), pl.col(name))
        for name in ("quantity", "unit_price")
        if (bad := goods.filter(pl.col(name) < 0)).height
    ]
    if {"quantity", "unit_price"} <= set(headers):
        priced = pl.col("quantity").is_not_null() & pl.col("unit_price").is_not_null()
        huge = rows.filter(priced & pl.col("line_amount").is_null())
        if huge.height and "line_amount" not in headers:
            product = pl.concat_str("quantity", pl.lit(" x "), "unit_price")
            header = headers["unit_price"]
            found.append(failures(huge, "order_lines", "line_amount", "too_large", header, product))
    if definition.layout == "row_per_line":
        found += [
            _disagreeing(rows, name, headers[name]) for name in ORDER_AMOUNTS if name in headers
        ]
    return [frame for frame in found if frame.height]


def _disagreeing(rows: pl.DataFrame, name: str, header: str) -> pl.DataFrame:
    """The first row of each order whose value of an order column is not that of the rows before."""
    differs = pl.col(name).is_not_null() & (
        pl.col(name) != pl.col(name).first(ignore_nulls=True).over(UNIT)
    )
    bad = rows.filter(differs).unique(UNIT, keep="first", maintain_order=True)
    column = "discount_amount" if name == "subtotal_amount" else name
    return failures(bad, "orders", column, "inconsistent", header, pl.col(name))


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
        pl.col(per_order).first(ignore_nulls=True),
        pl.col(keys).first(ignore_nulls=True),
        pl.col("order_kind").first(),
        pl.col(ROW).first(),
        _sum_of("product").alias("gross"),
        pl.col("line_discount_amount").sum().cast(MONEY, strict=False).alias("line_discounts"),
        _refund_of_lines(set(rows.columns)).alias("line_refunds"),
        *[_sum_of(kind).alias(f"{kind}_lines") for kind in ("shipping", "discount")],
        _sum_of("fee", "gift_card", "adjustment").alias("fee_amount"),
    )
    completed = _with_amounts(grouped, definition)
    return completed.with_columns(version(definition, context, completed))


def _with_amounts(grouped: pl.DataFrame, definition: SourceDefinition) -> pl.DataFrame:
    """The order's amounts: what the source states, completed by what its lines add up to."""
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
    whole_refund = _whole_refund(have, stated["total_amount"])
    return grouped.with_columns(
        gross_amount=gross.cast(MONEY, strict=False),
        # The subtotal is what the shop itself says was paid for goods, so it decides the discount.
        discount_amount=(gross - subtotal).fill_null(parts).cast(MONEY, strict=False),
        shipping_amount=shipping.cast(MONEY, strict=False),
        tax_amount=tax,
        total_amount=stated["total_amount"],
        refunded_amount=pl.coalesce(
            stated["refunded_amount"].abs(), pl.max_horizontal("line_refunds", whole_refund)
        ),
    )


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


def _refund_of_lines(have: set[str]) -> pl.Expr:
    """What lines say was taken back, at the line's price; null where they say nothing."""
    if "refunded_quantity" in have:
        returned = pl.col("refunded_quantity").abs()
    elif "quantity_after_refund" in have:
        returned = pl.col("quantity") - pl.col("quantity_after_refund")
    else:
        return pl.lit(None).cast(MONEY)
    amount = (returned * pl.col("unit_price")).filter(returned.is_not_null())
    total = pl.when(amount.len() > 0).then(amount.sum())
    return total.cast(MONEY, strict=False)


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
    return (
        pl.col("line_amount")
        .filter(pl.col("line_kind").is_in(list(kinds)))
        .sum()
        .cast(MONEY, strict=False)
    )
