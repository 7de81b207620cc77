"""The fields a source definition may fill, per feed, and how each is read from text."""

from __future__ import annotations

from transforms.canonical.contract import CONSENT_CHANNELS, CONSENT_PURPOSES

PERSON_FIELDS = {
    "customer_id": "id",
    "email": "email",
    "phone": "phone",
    "first_name": "text",
    "last_name": "text",
    "country": "text",
    "language": "language",
}

#: Where else a person is reached. The second line of an address is joined to the first.
ADDRESS_FIELDS = {
    "address_line": "text",
    "address_line_2": "text",
    "city": "text",
    "postal_code": "postal_code",
    "region": "text",
    "push_token": "text",
}

#: Field -> (channel, purpose) of the consent it states. A file without the column states nothing,
#: and what was never stated means no.
CONSENT_FIELDS = {
    f"accepts_{channel}_{purpose}": (channel, purpose)
    for channel in CONSENT_CHANNELS
    for purpose in CONSENT_PURPOSES
}
REACH_FIELDS = ADDRESS_FIELDS | dict.fromkeys(CONSENT_FIELDS, "boolean")

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
    "marketing_channel": "text",
    "referral_code": "text",
    "parent_order_id": "id",
    "is_staff": "boolean",
    "discount_code": "text",
    "subtotal_amount": "money",
    "discount_amount": "money",
    "shipping_amount": "money",
    "tax_amount": "money",
    "total_amount": "money",
    "refunded_amount": "money",
    **PERSON_FIELDS,
    **REACH_FIELDS,
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
        "satisfaction_score": "score",
        "effort_score": "score",
        "journey_stage": "code",
        "respondent": "code",
        "order_id": "id",
        "updated_at": "timestamp",
        **PERSON_FIELDS,
    },
    "customers": {
        "created_at": "timestamp",
        "updated_at": "timestamp",
        "birthday": "date",
        "tags": "text",
        "loyalty_tier": "text",
        "loyalty_since": "date",
        "is_staff": "boolean",
        **PERSON_FIELDS,
        **REACH_FIELDS,
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
    "returns": {
        "return_id": "id",
        "order_id": "id",
        "returned_at": "timestamp",
        "sku": "id",
        "quantity": "money",
        "refund_amount": "money",
        "currency": "currency",
        "reason": "text",
        "updated_at": "timestamp",
    },
    "invoices": {
        "invoice_id": "id",
        "order_id": "id",
        "issued_date": "date",
        "due_date": "date",
        "paid_date": "date",
        "invoice_status": "code",
        "invoice_amount": "money",
        "currency": "currency",
        "updated_at": "timestamp",
        **PERSON_FIELDS,
    },
    "subscriptions": {
        "subscription_id": "id",
        "sku": "id",
        "started_at": "timestamp",
        "cancelled_at": "timestamp",
        "updated_at": "timestamp",
        **PERSON_FIELDS,
    },
    "reviews": {
        "review_id": "id",
        "platform": "text",
        "reviewed_at": "timestamp",
        "rating": "score",
        "is_solicited": "boolean",
        "order_id": "id",
        "sku": "id",
        "updated_at": "timestamp",
        **PERSON_FIELDS,
    },
    "messages": {
        "message_id": "id",
        "campaign": "text",
        "channel": "code",
        "event": "code",
        "event_at": "timestamp",
        "updated_at": "timestamp",
        **PERSON_FIELDS,
    },
    "tickets": {
        "ticket_id": "id",
        "created_at": "timestamp",
        "first_response_at": "timestamp",
        "resolved_at": "timestamp",
        "ticket_status": "code",
        "query_type": "text",
        "channel": "code",
        "order_id": "id",
        "sku": "id",
        "is_negative": "boolean",
        "satisfaction_score": "score",
        "updated_at": "timestamp",
        **PERSON_FIELDS,
    },
    "marketing_spend": {
        "spend_date": "date",
        "marketing_channel": "text",
        "campaign": "text",
        "purpose": "code",
        "spend_amount": "money",
        "currency": "currency",
        "updated_at": "timestamp",
    },
    "annotations": {
        "starts_on": "date",
        "ends_on": "date",
        "kind": "code",
        "title": "text",
        "updated_at": "timestamp",
    },
    "redemptions": {
        "redemption_id": "id",
        "kind": "code",
        "redeemed_at": "timestamp",
        "points": "integer",
        "reward": "text",
        "updated_at": "timestamp",
        **PERSON_FIELDS,
    },
    "consents": {
        "customer_id": "id",
        "email": "email",
        "email_key": "code",
        "phone": "phone",
        "channel": "code",
        "purpose": "code",
        "is_granted": "boolean",
        "stated_at": "timestamp",
    },
}

REQUIRED_FIELDS: dict[str, tuple[str, ...]] = {
    "orders": ("order_id", "ordered_at", "currency"),
    "surveys": ("response_id",),
    "customers": (),
    "products": ("sku", "product_name"),
    "deliveries": ("order_id",),
    "exchange_rates": ("rate_date", "from_currency", "to_currency", "rate"),
    "returns": ("return_id", "returned_at", "refund_amount", "currency"),
    "invoices": ("invoice_id", "issued_date", "invoice_amount", "currency"),
    "subscriptions": ("subscription_id", "started_at"),
    "reviews": ("review_id", "platform", "reviewed_at", "rating"),
    "messages": ("message_id", "campaign", "event", "event_at"),
    "tickets": ("ticket_id", "created_at"),
    "marketing_spend": ("spend_date", "marketing_channel", "purpose", "spend_amount", "currency"),
    "annotations": ("starts_on", "kind", "title"),
    "consents": ("channel", "purpose", "is_granted"),
    "redemptions": ("redemption_id", "kind", "redeemed_at", "points"),
}

#: The field whose value names the unit that is accepted or refused as a whole.
ID_FIELD: dict[str, str] = {
    "orders": "order_id",
    "surveys": "response_id",
    "customers": "customer_id",
    "products": "sku",
    "deliveries": "order_id",
    "exchange_rates": "rate_date",
    "returns": "return_id",
    "invoices": "invoice_id",
    "subscriptions": "subscription_id",
    "reviews": "review_id",
    "messages": "message_id",
    "tickets": "ticket_id",
    "marketing_spend": "spend_date",
    "annotations": "starts_on",
    "consents": "purpose",
    "redemptions": "redemption_id",
}

PERSONAL_FIELDS = frozenset(
    {
        "customer_id",
        "email",
        "email_key",
        "phone",
        "first_name",
        "last_name",
        "birthday",
        *ADDRESS_FIELDS,
    }
)
