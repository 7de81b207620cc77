"""Tables of outreach: who a customer is to the marketer, who may be written to, what was decided.

They hold surrogates only, no name and no address. `customer_profile` is what rules in
`config/segments.yml` and `config/campaigns.yml` are written over.
"""

from __future__ import annotations

import polars as pl

from transforms.canonical.contract import (
    CUSTOMER_ID,
    Column,
    Table,
    date_column,
    flag_column,
    integer_column,
    money_column,
    text_column,
)
from transforms.canonical.outreach_segments import (
    SEGMENT_CHANGES,
    SEGMENT_DEFINITIONS,
    SEGMENT_HISTORY,
    SEGMENT_MEMBERS,
    SEGMENT_MIGRATION,
    SEGMENT_TREND,
)
from transforms.canonical.scores_lifecycle import CUSTOMER_STATES

CONTACT_CHANNELS = ("email", "sms", "push", "phone", "post", "review")
#: Why somebody is not contacted, in the order in which they are asked; `send` is the other outcome.
SUPPRESSIONS = (
    "erased", "unsubscribed", "no_consent", "no_address", "bounced", "open_complaint", "global_holdout",
    "campaign_holdout", "expired", "cooldown", "frequency_cap", "same_address", "outranked",
)  # fmt: skip
OUTCOMES = ("send", *SUPPRESSIONS)


def _number(name: str, description: str) -> Column:
    return Column(name, pl.Float64, description)


def _flag(name: str, description: str) -> Column:
    return flag_column(name, description, required=True)


def _count(name: str, description: str) -> Column:
    return integer_column(name, description, required=True, minimum=0)


_ORDERS = (
    date_column("first_order_date", "Day of the first purchase occasion.", required=True),
    date_column("last_order_date", "Day of the last purchase occasion.", required=True),
    _count("days_since_last_order", "Days from the last purchase occasion to as_of."),
    _count("order_count", "Valid orders ever."),
    _count("occasion_count", "Purchase occasions ever: days with a valid order."),
    _count("window_occasion_count", "Purchase occasions inside the window of RFM."),
    money_column("lifetime_net_sales_amount", "Net sales ever.", required=True),
    money_column("window_net_sales_amount", "Net sales inside the window of RFM.", required=True),
    money_column("mean_order_amount", "Net sales per valid order."),
    money_column("lifetime_margin_amount", "Margin ever; null where an order's cost is unknown."),
    money_column(
        "window_margin_amount", "Margin inside the window of RFM; null where a cost is unknown."
    ),
    _number("refund_share", "Refunded share of gross sales less discounts; null without sales."),
    _number("discount_share", "Discounts as a share of gross sales; null without sales."),
)
_STANDING = (
    text_column("rfm_segment", "Segment of the RFM grid.", required=True),
    _count("recency_score", "1 to 5, 5 bought most recently."),
    _count("frequency_score", "1 to 5, 5 buys most often."),
    _count("monetary_score", "1 to 5, 5 spends most."),
    _count("frequency_monetary_score", "Mean of the two, halves rounded up."),
    text_column(
        "lifecycle_state", "State on as_of.", required=True, allowed=CUSTOMER_STATES
    ),
    date_column("state_since", "Day since which the state holds."),
    integer_column("at_risk_limit_days", "Silence after which the customer is at risk."),
    integer_column("lapse_limit_days", "Silence after which the customer is lapsed."),
    _number("median_gap_days", "The customer's own median gap; null below 3 occasions."),
    _number("overdue_ratio", "Days since the last order / own median gap; null below 3 occasions."),
    _flag("is_rhythm_regular", "True where gaps are regular enough (k > 1.2) to be reminded by."),
    _number("p_alive", "Chance that the customer will ever buy again; null where not predicted."),
    _number("expected_orders_365", "Expected purchase occasions within 365 days."),
    money_column("predicted_clv_amount", "Expected net sales of the next 365 days."),
    text_column(
        "value_tier", "vip, high, middle or low by lifetime net sales.", required=True,
        allowed=("vip", "high", "middle", "low"),
    ),
    _flag("is_core", "True for the few who carry the shop, pay on time and are content."),
    text_column(
        "frequency_group", "first_timer, occasional or regular.", required=True,
        allowed=("first_timer", "occasional", "regular"),
    ),
)  # fmt: skip
_TASTE = (
    text_column("favourite_category", "Category of the most purchase days; ties by name."),
    text_column("purchase_group", "`only X`, or the two categories bought most: `X and Y`."),
    _count("category_count", "Categories ever bought."),
    text_column("last_channel", "Channel of the last order."),
)
_VOICE = (
    integer_column("last_score", "Latest answer to the recommendation question, 0 to 10."),
    date_column("last_score_date", "Day of that answer."),
    text_column(
        "nps_group",
        "Group of that answer; null without one.",
        allowed=("promoter", "passive", "detractor"),
    ),
    _count("ticket_count", "Support tickets ever."),
    _number("tickets_per_order", "Support tickets / valid orders."),
    _flag("has_open_complaint", "True while a complaint is not solved."),
    _flag("has_open_return", "True where goods came back in the last 14 days."),
    _count("overdue_invoice_count", "Invoices past their day and unpaid, or failed."),
    _count("active_subscription_count", "Subscriptions running on as_of."),
    _flag(
        "is_problem",
        "Refunds, discounts and tickets all above the 95th percentile, and margin below 0: for a person to look at.",
    ),
)
_REACH = (
    text_column("country", "Country, latest stated."),
    text_column("language", "Preferred language, ISO 639, latest stated."),
    _flag("is_staff", "True for one of the shop's own people."),
    text_column("loyalty_tier", "Tier in the loyalty programme; null without one."),
    integer_column("points_balance", "Loyalty points; null where the programme is off."),
    _flag("has_email", "True where an e-mail address is known."),
    _flag("has_phone", "True where a phone number is known."),
    _flag("has_postal_address", "True where a postal address is known."),
    _flag("has_push_token", "True where a device to push to is known."),
    _flag("email_consent", "True where the latest word on marketing e-mail is yes."),
    _flag("sms_consent", "True where the latest word on marketing SMS is yes."),
    _flag("push_consent", "True where the latest word on marketing push is yes."),
    _flag("phone_consent", "True where the latest word on marketing calls is yes."),
    _flag("post_consent", "True where the latest word on marketing letters is yes."),
)

CUSTOMER_PROFILE = Table(
    "customer_profile",
    "One row per identified customer with a valid order: everything a rule may ask about them.",
    ("customer_id",),
    (CUSTOMER_ID, *_ORDERS, *_STANDING, *_TASTE, *_VOICE, *_REACH),
)

_CAMPAIGN = text_column("campaign", "Name of the campaign in campaigns.yml.", required=True)

#: What a finder returns: one row per person and reason, of one campaign.
CANDIDATES = Table(
    "contact_candidates",
    "One row per customer and reason to write to them that stands on as_of.",
    ("customer_id", "reason_key"),
    (
        CUSTOMER_ID,
        text_column(
            "reason_key",
            "What the message is about, once and for all: nobody is written to twice for one reason.",
            required=True,
        ),
        date_column("event_date", "Day from which the reason stands; never after as_of.", required=True),
        _number("rank_value", "Larger is written to first; null last."),
        text_column("why", "The reason in one English sentence.", required=True),
        text_column("sku", "Product the message is about."),
        text_column("product_name", "Its name."),
        text_column("category", "Its category."),
        text_column("bought_product_name", "What they bought that makes it fitting."),
        text_column("order_id", "Order the message is about."),
        date_column("last_order_date", "Day they last bought it, or last bought at all."),
        date_column("due_date", "Day it falls due: of a reorder, or the last day to call."),
        integer_column("days", "Days the message speaks of, such as a typical interval."),
        integer_column("years", "Years the message speaks of, such as of an anniversary."),
        integer_column("points", "Loyalty points the message speaks of."),
        money_column("amount", "Money the message speaks of, reporting currency."),
        text_column("theme", "Theme the message answers, as the customer would read it."),
        text_column("tier", "Loyalty tier the message speaks of."),
    ),
)  # fmt: skip

CONTACT_DECISIONS = Table(
    "contact_decisions",
    "One row per campaign and customer with a reason to be written to: exactly one outcome.",
    ("campaign", "customer_id"),
    (
        _CAMPAIGN,
        text_column("channel", "How they would be reached.", required=True, allowed=CONTACT_CHANNELS),
        text_column("outcome", "send, or why not.", required=True, allowed=OUTCOMES),
        text_column("outranked_by", "Campaign that came first; only where outranked."),
        text_column("language", "Language of the message.", required=True),
        text_column("segment", "RFM segment on as_of, for the response report.", required=True),
        date_column("expires_on", "First day on which the reason no longer stands.", required=True),
        *CANDIDATES.columns,
    ),
)  # fmt: skip

#: What was done before this business date, as the ledger remembers it.
CONTACT_LOG = Table(
    "contact_log",
    "One row per campaign, customer and reason that was decided for good on an earlier date.",
    ("campaign", "customer_id", "reason_key"),
    (
        _CAMPAIGN,
        CUSTOMER_ID,
        text_column("reason_key", "What the message was about.", required=True),
        date_column("contact_date", "Business date of the run that decided it.", required=True),
        text_column(
            "event", "sent: written by Suki; listed: on a list handed over; held_out: kept back on purpose.",
            required=True, allowed=("sent", "listed", "held_out"),
        ),
        text_column("channel", "How they were reached.", required=True, allowed=CONTACT_CHANNELS),
        text_column("segment", "RFM segment on that date.", required=True),
    ),
)  # fmt: skip

CONTACT_OUTCOMES = Table(
    "contact_outcomes",
    "One row per campaign and outcome: how many people; the outcomes add up to the eligible.",
    ("campaign", "outcome"),
    (
        _CAMPAIGN,
        text_column("outcome", "send, or why not.", required=True, allowed=OUTCOMES),
        _count("people_count", "People with this outcome."),
        _count("eligible_count", "People of the campaign with any outcome."),
    ),
)

#: Scores that outreach counts, when all other scores stand.
OUTREACH_SCORES: tuple[Table, ...] = (CONTACT_OUTCOMES, SEGMENT_TREND)

PRODUCT_COMPLEMENTS = Table(
    "product_complements",
    "One row per product and product that goes with it: bought by the same customers beyond chance.",
    ("base_sku", "complement_sku"),
    (
        text_column("base_sku", "Product bought.", required=True),
        text_column("base_name", "Its name.", required=True),
        text_column("complement_sku", "Product that goes with it; on sale.", required=True),
        text_column("complement_name", "Its name.", required=True),
        _count("base_customer_count", "Customers who bought the one."),
        _count("complement_customer_count", "Customers who bought the other."),
        _count("both_customer_count", "Customers who bought both, on whatever days."),
        _count("customer_count", "Customers who bought anything."),
        _number("support", "both_customer_count / customer_count."),
        _number(
            "lift", "Customers with both / customers there would be if neither drew the other."
        ),
        _number("lift_low", "Lower end of its 95 % log-normal interval; above 1."),
        _number("lift_high", "Upper end of the interval."),
        _number(
            "adjusted_lift",
            "The same for customers who buy as much: who buys much owns any two things.",
        ),
        _number("adjusted_lift_low", "Lower end of its interval; above 1."),
    ),
)

#: Published beside the marts; never loaded into the warehouse, so that dbt knows no person's reasons.
OUTREACH: dict[str, Table] = {
    table.name: table
    for table in (
        CUSTOMER_PROFILE, CONTACT_DECISIONS, SEGMENT_MEMBERS, SEGMENT_HISTORY, SEGMENT_CHANGES, SEGMENT_MIGRATION,
        SEGMENT_DEFINITIONS, PRODUCT_COMPLEMENTS,
    )
}  # fmt: skip
