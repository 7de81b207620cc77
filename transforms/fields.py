"""The fields a source definition may fill, per feed, and how each is read from text."""

from __future__ import annotations

PERSON_FIELDS = {
    "customer_id": "id",
    "email": "email",
    "phone": "phone",
    "first_name": "text",
    "last_name": "text",
    "country": "text",
    "language": "language",
    "accepts_email_marketing": "boolean",
    "accepts_sms_marketing": "boolean",
}

ORDER_LEVEL_FIELDS = {
    "order_id": "id",
    "order_number": "id",
    "ordered_at": "timestamp",
    "updated_at": "timestamp",
    "cancelled_at": "timestamp",
    "currency": "currency",
    "financial_status": "code",
    "fulfilment_status": "text",
    "is_test": "boolean",
    "channel": "text",
    "discount_code": "text",
    "subtotal_amount": "money",
    "discount_amount": "money",
    "shipping_amount": "money",
    "tax_amount": "money",
    "total_amount": "money",
    "refunded_amount": "money",
    **PERSON_FIELDS,
}

LINE_LEVEL_FIELDS = {
    "sku": "id",
    "product_name": "text",
    "quantity": "money",
    "refunded_quantity": "money",
    "quantity_after_refund": "money",
    "unit_price": "money",
    "line_amount": "money",
    "line_discount_amount": "money",
}

FEED_FIELDS: dict[str, dict[str, str]] = {
    "orders": ORDER_LEVEL_FIELDS | LINE_LEVEL_FIELDS,
    "surveys": {
        "response_id": "id",
        "submitted_at": "timestamp",
        "started_at": "timestamp",
        "is_completed": "boolean",
        "score": "score",
        "order_id": "id",
        "updated_at": "timestamp",
        **PERSON_FIELDS,
    },
    "customers": {
        "created_at": "timestamp",
        "updated_at": "timestamp",
        "birthday": "date",
        "tags": "text",
        **PERSON_FIELDS,
    },
    "products": {
        "sku": "id",
        "product_name": "text",
        "category": "text",
        "unit_price": "money",
        "unit_cost": "money",
        "currency": "currency",
        "first_listed_date": "date",
        "is_active": "boolean",
        "updated_at": "timestamp",
    },
    "deliveries": {
        "order_id": "id",
        "shipped_at": "timestamp",
        "delivered_at": "timestamp",
        "updated_at": "timestamp",
    },
    "exchange_rates": {
        "rate_date": "date",
        "from_currency": "currency",
        "to_currency": "currency",
        "rate": "rate",
        "updated_at": "timestamp",
    },
}

REQUIRED_FIELDS: dict[str, tuple[str, ...]] = {
    "orders": ("order_id", "ordered_at", "currency"),
    "surveys": ("response_id",),
    "customers": (),
    "products": ("sku", "product_name"),
    "deliveries": ("order_id",),
    "exchange_rates": ("rate_date", "from_currency", "to_currency", "rate"),
}

#: The field whose value names the unit that is accepted or refused as a whole.
ID_FIELD: dict[str, str] = {
    "orders": "order_id",
    "surveys": "response_id",
    "customers": "customer_id",
    "products": "sku",
    "deliveries": "order_id",
    "exchange_rates": "rate_date",
}

PERSONAL_FIELDS = frozenset(
    {"customer_id", "email", "phone", "first_name", "last_name", "birthday"}
)
