"""Made-up rows of customer_profile for tests of segments: everything plausible, what matters stated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from transforms.canonical.outreach import CUSTOMER_PROFILE
from transforms.segment_history import PreviousSegments
from transforms.segment_rules import Segment, check_rule

AS_OF = date(2026, 10, 31)
PLAIN: dict[str, Any] = {
    "first_order_date": date(2026, 1, 1), "last_order_date": date(2026, 10, 1), "days_since_last_order": 30,
    "order_count": 2, "occasion_count": 2, "window_occasion_count": 2,
    "lifetime_net_sales_amount": Decimal(100), "window_net_sales_amount": Decimal(100),
    "mean_order_amount": Decimal(50), "rfm_segment": "loyal", "recency_score": 4, "frequency_score": 4,
    "monetary_score": 4, "frequency_monetary_score": 4, "lifecycle_state": "active", "is_rhythm_regular": False,
    "value_tier": "middle", "is_core": False, "frequency_group": "occasional", "category_count": 1,
    "ticket_count": 0, "has_open_complaint": False, "has_open_return": False, "overdue_invoice_count": 0,
    "active_subscription_count": 0, "is_problem": False, "is_staff": False, "has_email": True,
    "has_phone": False, "has_postal_address": False, "has_push_token": False, "email_consent": True,
    "sms_consent": False, "push_consent": False, "phone_consent": False, "post_consent": False,
}  # fmt: skip


def profile(**customers: dict[str, Any]) -> pl.DataFrame:
    """CUSTOMER_PROFILE of these customers; what a customer does not state is plausible."""
    rows = [{"customer_id": name} | PLAIN | stated for name, stated in customers.items()]
    return pl.DataFrame(rows, schema=CUSTOMER_PROFILE.schema).sort("customer_id")


def segment(name: str, rule: str, **more: Any) -> Segment:
    """A segment with that rule."""
    return Segment(
        name, name.title(), f"Who is {name}.", check_rule(rule), "owner@example.com", **more
    )


def as_previous(tables: dict[str, pl.DataFrame], as_of: date) -> PreviousSegments:
    """The tables of a night as the prior state of the next."""
    return PreviousSegments(
        as_of, tables["segment_members"], tables["segment_history"], tables["segment_definitions"]
    )
