"""Names of what the tables call by code; metrics bring theirs from the registry.

Wording lives here, in `findings.py` and in the templates: what a translator reads.
"""

from __future__ import annotations


def _(message: str) -> str:
    """Mark a message for translation."""
    return message


REASONS = {
    "history_shorter_than_A": _("the shop's history is still shorter than the active window"),
    "no_customers_at_start": _("no customer was active when the period began"),
    "no_responses": _("no survey response in the period"),
    "small_sample": _("fewer than 30 answers, too few for a headline"),
    "no_complete_period": _("no complete period yet"),
    "no_complete_month": _("no complete month yet"),
    "no_customers": _("no customer in the period"),
    "no_orders": _("no order in the period"),
    "nobody_observed_long_enough": _("no first-time buyer has been observed long enough"),
    "nothing_to_divide_by": _("nothing to divide by in the period"),
    "denominator_zero": _("nothing to divide by in the period"),
    "zero_denominator": _("nothing to divide by in the period"),
}

SEGMENTS = {
    "champion": (_("Champions"), _("bought lately, often and for much")),
    "loyal": (_("Loyal"), _("come back again and again")),
    "potential_loyalist": (_("Potential loyalists"), _("recent, on the way to a habit")),
    "new": (_("New"), _("first order only just now")),
    "promising": (_("Promising"), _("recent, one small order")),
    "need_attention": (_("Need attention"), _("used to buy, now slower")),
    "about_to_sleep": (_("About to sleep"), _("little and not lately")),
    "at_risk": (_("At risk"), _("good customers, long silent")),
    "cannot_lose": (_("Cannot lose"), _("the best, long silent")),
    "hibernating": (_("Hibernating"), _("little, and long ago")),
}

VALIDITY = {
    "valid": _("Valid orders"),
    "test": _("Test orders"),
    "cancelled": _("Cancelled"),
    "voided": _("Payment voided"),
    "return": _("Returns entered as orders"),
    "zero_value": _("Worth nothing"),
    "exchange": _("Exchange or replacement"),
    "staff": _("The shop's own people"),
    "fully_refunded": _("Fully refunded"),
    "no_exchange_rate": _("Currency without a rate"),
}

FEEDS = {
    "orders": _("Orders"),
    "surveys": _("Surveys"),
    "customers": _("Customers"),
    "products": _("Products"),
    "deliveries": _("Deliveries"),
    "exchange_rates": _("Exchange rates"),
    "returns": _("Returns and refunds"),
    "invoices": _("Invoices"),
    "subscriptions": _("Subscriptions"),
    "reviews": _("Reviews"),
    "messages": _("Messages"),
    "tickets": _("Support tickets"),
    "marketing_spend": _("Marketing spend"),
    "annotations": _("Notes"),
    "consents": _("Consents"),
    "redemptions": _("Loyalty points spent"),
}


def reason_words(reason_code: str | None) -> str:
    """Why a value is null, in words; a code not known here is shown rather than hidden."""
    if reason_code is None:
        return _("no reason was recorded")
    return REASONS.get(reason_code, plain(reason_code))


def plain(code: str) -> str:
    """A code as words, for closed lists that a shop may extend."""
    return code.replace("_", " ")


def title_of(code: str, titles: dict[str, str]) -> str:
    """The title of a code, else the code in plain words."""
    return titles.get(code, plain(code).capitalize())


def segment_words(segment: str) -> tuple[str, str]:
    """Name and short description of a segment."""
    return SEGMENTS.get(segment, (plain(segment).capitalize(), ""))
