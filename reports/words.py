"""Names of what the tables call by code; metrics bring theirs from the registry.

Wording lives here, in `findings.py` and in the templates: what a translator reads. A dictionary
of words is marked with `N_` and translated where it is shown.
"""

from __future__ import annotations

import re
from datetime import date

from reports.door_words import told
from reports.languages import N_, _, ngettext, npgettext, pgettext, speaking

REASONS = {
    "history_shorter_than_A": N_("the shop's history is still shorter than the active window"),
    "no_customers_at_start": N_("no customer was active when the period began"),
    "no_responses": N_("no survey response in the period"),
    "small_sample": N_("fewer than 30 answers, too few for a headline"),
    "no_complete_period": N_("no complete period yet"),
    "no_complete_month": N_("no complete month yet"),
    "no_customers": N_("no customer in the period"),
    "no_orders": N_("no order in the period"),
    "nobody_observed_long_enough": N_("no first-time buyer has been observed long enough"),
    "nothing_to_divide_by": N_("nothing to divide by in the period"),
    "denominator_zero": N_("nothing to divide by in the period"),
    "zero_denominator": N_("nothing to divide by in the period"),
    "no_source_field": N_("the exports hold no field that tells it"),
    "none_in_period": N_("none in the period"),
    "no_tickets_in_period": N_("no support ticket in the period"),
    "no_lapse_limit_yet": N_("there were too few orders yet to read a limit of silence from"),
    "too_few_gaps": N_("too few orders observed to read an own limit from"),
    "too_few_events": N_("too few orders were followed by another"),
    "chance_stays_above_limit": N_("the chance of another order never falls that low"),
    "history_too_short": N_("the shop's history is still too short"),
    "not_observed_long_enough": N_("nobody has been observed for so long"),
    "nobody_in_cohort": N_("nobody ordered for the first time then"),
    "too_few_customers": N_("too few customers to fit a model to"),
    "too_few_repeat_customers": N_("too few customers ordered again to fit a model to"),
    "insufficient_data": N_("too few orders to fit a model to"),
    "fit_not_converged": N_("the model found no stable answer"),
    "fit_parameter_at_bound": N_("the model's answer lies at the edge of what is allowed"),
    "fit_hessian_not_finite": N_("the model cannot say how sure it is"),
    "backtest_bias_above_limit": N_("the model was too far off when tested on the past"),
    "no_holdout_purchase": N_("nobody bought in the days held back for the test"),
    "no_purchase_to_test_on": N_("too few orders to hold some back"),
    "no_channel_on_orders": N_("the orders do not say which channel won them"),
    "channel_unknown": N_("the channel that won them is not known"),
    "no_spend_in_channel": N_("no spend is recorded for the channel"),
    "no_new_customers": N_("no customer was won in these months"),
    "no_margin": N_("the margin of some orders is not known"),
}

SEGMENTS = {
    "champion": (N_("Champions"), N_("bought lately, often and for much")),
    "loyal": (N_("Loyal"), N_("come back again and again")),
    "potential_loyalist": (N_("Potential loyalists"), N_("recent, on the way to a habit")),
    "new": (N_("New"), N_("first order only just now")),
    "promising": (N_("Promising"), N_("recent, one small order")),
    "need_attention": (N_("Need attention"), N_("used to buy, now slower")),
    "about_to_sleep": (N_("About to sleep"), N_("little and not lately")),
    "at_risk": (N_("At risk"), N_("good customers, long silent")),
    "cannot_lose": (N_("Cannot lose"), N_("the best, long silent")),
    "hibernating": (N_("Hibernating"), N_("little, and long ago")),
}

VALIDITY = {
    "valid": N_("Valid orders"),
    "test": N_("Test orders"),
    "cancelled": N_("Cancelled"),
    "voided": N_("Payment voided"),
    "return": N_("Returns entered as orders"),
    "zero_value": N_("Worth nothing"),
    "exchange": N_("Exchange or replacement"),
    "staff": N_("The shop's own people"),
    "fully_refunded": N_("Fully refunded"),
    "no_exchange_rate": N_("Currency without a rate"),
}

FEEDS = {
    "orders": N_("Orders"),
    "surveys": N_("Surveys"),
    "customers": N_("Customers"),
    "products": N_("Products"),
    "deliveries": N_("Deliveries"),
    "exchange_rates": N_("Exchange rates"),
    "returns": N_("Returns and refunds"),
    "invoices": N_("Invoices"),
    "subscriptions": N_("Subscriptions"),
    "reviews": N_("Reviews"),
    "messages": N_("Messages"),
    "tickets": N_("Support tickets"),
    "marketing_spend": N_("Marketing spend"),
    "annotations": N_("Notes"),
    "consents": N_("Consents"),
    "redemptions": N_("Loyalty points spent"),
}

#: Codes that stand in a sentence as plain words, see `plain`.
CODES = (
    *(N_("erased"), N_("unsubscribed"), N_("no consent"), N_("no address"), N_("bounced")),
    *(N_("open complaint"), N_("global holdout"), N_("campaign holdout"), N_("expired")),
    *(N_("cooldown"), N_("frequency cap"), N_("same address"), N_("outranked")),
    *(N_("campaign"), N_("price"), N_("holiday"), N_("season"), N_("outage"), N_("competitor")),
    *(N_("other"), N_("email"), N_("sms"), N_("push"), N_("phone"), N_("post"), N_("review")),
    *(N_("excel mangled"), N_("excel serial"), N_("inconsistent"), N_("malformed"), N_("missing")),
    *(N_("negative"), N_("not allowed"), N_("number marks"), N_("out of range"), N_("repeated")),
    *(N_("too large"), N_("too precise"), N_("unidentified"), N_("unknown currency")),
    *(N_("unparseable"), N_("wrong scale"), N_("no order id"), N_("score outside 0 to 10")),
)

#: A month inside a sentence, where Polish needs another case than on a heading.
MONTHS_INSIDE = (
    *(N_("in January"), N_("in February"), N_("in March"), N_("in April"), N_("in May")),
    *(N_("in June"), N_("in July"), N_("in August"), N_("in September"), N_("in October")),
    *(N_("in November"), N_("in December")),
)


def in_month(day: date, *, with_year: bool = True) -> str:
    """A calendar month as part of a sentence: in October 2026, w październiku 2026."""
    month = _(MONTHS_INSIDE[day.month - 1])
    if not with_year:
        return month
    # TRANSLATORS: a month inside a sentence with its year, "in October" and "2026".
    return _("{in_month} {year}").format(in_month=month, year=day.year)


def reason_words(reason_code: str | None) -> str:
    """Why a value is null, in words; a code not known here is shown rather than hidden."""
    if reason_code is None:
        return _("no reason was recorded")
    return _(REASONS.get(reason_code, plain(reason_code)))


def plain(code: str) -> str:
    """A code as words, for closed lists that a shop may extend."""
    return _(code.replace("_", " "))


def title_of(code: str, titles: dict[str, str]) -> str:
    """The title of a code, else the code in plain words."""
    return _(titles[code]) if code in titles else plain(code).capitalize()


def segment_words(segment: str) -> tuple[str, str]:
    """Name and short description of a segment."""
    name, meaning = SEGMENTS.get(segment, (plain(segment).capitalize(), ""))
    return _(name), _(meaning)


def spoken(text: str | None) -> str:
    """Text that came with the data: translated where Suki says it, else as the shop wrote it.

    For titles and definitions of metrics, segments, campaigns, themes and checks. As the filter
    `spoken` in templates, because `_()` there takes a percent sign for a placeholder.
    """
    if not text:
        return ""
    said = _(text)
    return said if said != text else told(text)


def availability_words(reason: str | None) -> str:
    """Why a question is answered less than exactly, as `metric_availability` puts it together."""
    if not reason:
        return ""
    history = re.fullmatch(r"needs (\d+) days of history; there are (\d+)", reason)
    if history:
        return _("needs {days} days of history; there are {known}").format(
            days=history[1], known=history[2]
        )
    if reason.startswith("needs "):
        parts = [_(part) for part in reason.removeprefix("needs ").split(" and ")]
        return _("needs {inputs}").format(inputs=", ".join(parts))
    return "; ".join(_(part) for part in reason.split("; "))


__all__ = [
    "CODES",
    "FEEDS",
    "N_",
    "REASONS",
    "SEGMENTS",
    "VALIDITY",
    "_",
    "availability_words",
    "in_month",
    "ngettext",
    "npgettext",
    "pgettext",
    "plain",
    "reason_words",
    "segment_words",
    "speaking",
    "spoken",
    "title_of",
]
