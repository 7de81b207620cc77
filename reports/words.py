"""Names and one-line definitions of what the tables call by code.

Wording lives here, in `findings.py` and in the templates: what a translator reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.tables import ReportError


def _(message: str) -> str:
    """Mark a message for translation."""
    return message


@dataclass(frozen=True)
class MetricWords:
    """A metric in plain words. `better` is "up", "down" or "" when neither is better."""

    title: str
    definition: str
    better: str = "up"


METRICS = {
    "historic_clv_per_customer": MetricWords(
        _("Value per customer to date"),
        _("Net sales to date divided by the customers who ever ordered (historic CLV)."),
    ),
    "retention_rate": MetricWords(
        _("Customers kept"),
        _(
            "True retention: of the customers active when the period began, the share still "
            "active when it ended. Active means an order within the stated number of days."
        ),
    ),
    "retention_rate_classic": MetricWords(
        _("Retention, classic formula"),
        _(
            "(Active at the end less newly acquired) divided by active at the start. It counts "
            "customers who came back as kept and can pass 100%, so it carries no interval."
        ),
        better="",
    ),
    "period_churn_rate": MetricWords(
        _("Customers lost"),
        _("Of the customers active when the period began, the share no longer active at its end."),
        better="down",
    ),
    "existing_customer_revenue_share": MetricWords(
        _("Sales from existing customers"),
        _(
            "Net sales to customers who had bought on an earlier day, as a share of net sales to "
            "known customers; orders of guests nobody can name are left out."
        ),
        better="",
    ),
    "net_sales": MetricWords(
        _("Net sales"),
        _(
            "Goods sold less discounts and returns, without tax and shipping; refunds reduce the "
            "month of the order they belong to."
        ),
    ),
    "gross_sales": MetricWords(
        _("Gross sales"), _("Goods sold before discounts and returns, without tax and shipping.")
    ),
    "average_order_value": MetricWords(
        _("Average order"), _("Net sales divided by the number of valid orders.")
    ),
    "average_occasion_value": MetricWords(
        _("Average purchase"),
        _("Net sales divided by purchase occasions; orders of one customer on one day are one."),
    ),
    "orders": MetricWords(
        _("Orders"),
        _("Valid orders: not a test, not cancelled, not fully refunded, worth more than nothing."),
    ),
    "active_customers": MetricWords(
        _("Active customers"),
        _("Customers with an order within the stated number of days before the period's end."),
    ),
    "new_customers": MetricWords(
        _("New customers"), _("Customers whose first order fell in the period.")
    ),
    "nps": MetricWords(
        _("Net Promoter Score"),
        _("Share of promoters (9 and 10) less share of detractors (0 to 6), times 100."),
    ),
    "repeat_lifetime": MetricWords(
        _("Ever ordered again"),
        _("Customers with two or more purchases, of all with one; it grows with the shop's age."),
    ),
    "repeat_in_window": MetricWords(
        _("Ordered twice in the period"),
        _("Customers with two or more purchases inside the period, of all with one inside it."),
    ),
    "returning_rate_shopify": MetricWords(
        _("Returning rate, as Shopify counts"),
        _("Customers of the period who ever ordered twice, of all customers of the period."),
    ),
    "returning_customer_share": MetricWords(
        _("Returning customers"),
        _("Customers of the period whose first order was earlier, of all customers of the period."),
    ),
    "returning_order_share": MetricWords(
        _("Orders that are not the first"), _("Orders after a customer's first, of all orders.")
    ),
    "returning_revenue_share": MetricWords(
        _("Sales beyond the first order"),
        _("Net sales of orders after a customer's first, of all net sales."),
    ),
}

WINDOWED_METRICS = {
    "repeat_within": MetricWords(
        _("Second order within {days} days"),
        _(
            "Of the first-time buyers observed for {days} days or more, the share who ordered "
            "again within {days} days. Younger customers are not counted yet."
        ),
    ),
    "one_and_done": MetricWords(
        _("No second order in {days} days"),
        _(
            "Of the first-time buyers observed for {days} days or more, the share without a second "
            "order within {days} days."
        ),
        better="down",
    ),
}

REASONS = {
    "history_shorter_than_A": _("the shop's history is still shorter than the active window"),
    "no_customers_at_start": _("no customer was active when the period began"),
    "no_responses": _("no survey response in the period"),
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
}


def metric_words(metric: str) -> MetricWords:
    """Title, definition and good direction of a metric by its machine name.

    Raises:
        ReportError: when the metric has no words yet; an executive never reads a machine name.
    """
    if metric in METRICS:
        return METRICS[metric]
    windowed = re.fullmatch(r"(repeat_within|one_and_done)_(\d+)", metric)
    if windowed is None:
        raise ReportError(
            f"rpt_headline has the metric {metric!r}, which reports/words.py does not name: "
            "add its title and one-line definition to METRICS"
        )
    words, days = WINDOWED_METRICS[windowed[1]], windowed[2]
    return MetricWords(
        words.title.format(days=days), words.definition.format(days=days), words.better
    )


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
