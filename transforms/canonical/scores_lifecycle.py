"""Score tables about churn and lifecycle: limits, states, transitions and their backtest."""

from __future__ import annotations

import polars as pl

from transforms.canonical.contract import (
    CUSTOMER_ID,
    Column,
    Table,
    date_column,
    flag_column,
    integer_column,
    text_column,
)
from transforms.canonical.scores_timing import REASON, TIMING_SCORES, share_column

CUSTOMER_STATES = ("new", "active", "at_risk", "lapsed", "reactivated")

LIFECYCLE_LIMITS = Table(
    "lifecycle_limits",
    "One row per quarterly version and group of customers: silence after which they are at risk, "
    "and lapsed.",
    ("version", "level", "item"),
    (
        text_column("version", "Quarter the limits are in force, such as 2011Q4.", required=True),
        text_column(
            "level",
            "order_number: used for states; category: of the latest and the coming version, to read.",
            required=True,
            allowed=("order_number", "category"),
        ),
        text_column(
            "item",
            "Order that opens the silence (all, first, second, third_or_later) or a category.",
            required=True,
        ),
        text_column(
            "status",
            "past, in_force on as_of, or forming: next quarter's as far as data has come.",
            required=True,
            allowed=("past", "in_force", "forming"),
        ),
        date_column("valid_from", "First day of the quarter.", required=True),
        date_column("fitted_through", "Last day whose orders the fit knew.", required=True),
        integer_column("gap_count", "Gaps behind the curve, open ones included.", required=True),
        integer_column("event_count", "Gaps that ended with an order.", required=True),
        integer_column(
            "at_risk_estimate_days",
            "Smallest silence with a chance of return below at_risk_return_chance; null where no "
            "data told.",
        ),
        integer_column(
            "at_risk_limit_days",
            "The estimate between floor and ceiling; the ceiling without one.",
            required=True,
        ),
        text_column(
            "at_risk_basis",
            "own curve, curve of all gaps, or configured.",
            required=True,
            allowed=("own", "all", "configured"),
        ),
        text_column("at_risk_reason_code", "Why the own curve did not tell; null where it did."),
        flag_column("is_floor_applied", "The estimate was below the floor.", required=True),
        flag_column("is_ceiling_applied", "The estimate was above the ceiling.", required=True),
        integer_column(
            "lapse_estimate_days",
            "Smallest silence with a chance of return below lapse_return_chance; null where no data "
            "told.",
        ),
        integer_column(
            "lapse_limit_days",
            "The estimate, at least one day after the at-risk limit; null: nobody is called lapsed.",
        ),
        text_column(
            "lapse_basis",
            "own curve, curve of all gaps, or none.",
            required=True,
            allowed=("own", "all", "none"),
        ),
        text_column("lapse_reason_code", "Why the own curve did not tell; null where it did."),
    ),
)

LIFECYCLE_TRANSITIONS = Table(
    "lifecycle_transitions",
    "One row per customer and dated change of state, never later than as_of.",
    ("customer_id", "transition_date"),
    (
        CUSTOMER_ID,
        date_column("transition_date", "Day of the change.", required=True),
        text_column(
            "from_state",
            "State until then; prospect before the first order.",
            required=True,
            allowed=("prospect", *CUSTOMER_STATES),
        ),
        text_column("to_state", "State from that day on.", required=True, allowed=CUSTOMER_STATES),
        date_column(
            "occasion_date", "Latest purchase occasion on or before that day.", required=True
        ),
        integer_column(
            "silence_days", "Days since the occasion before; null on the first.", minimum=1
        ),
        integer_column(
            "limit_days",
            "Limit the silence reached; null where an order brought the change. Less than the "
            "silence where a new quarter's limit was already exceeded.",
        ),
        text_column(
            "limit_version",
            "Version of the limits in force that day; configured where no data gave one.",
            required=True,
        ),
    ),
)

CUSTOMER_STATES_TABLE = Table(
    "customer_states",
    "One row per identified customer with a valid order: the state on as_of, and why.",
    ("customer_id",),
    (
        CUSTOMER_ID,
        text_column("state", "State on as_of.", required=True, allowed=CUSTOMER_STATES),
        date_column("since_date", "Day the state began.", required=True),
        text_column(
            "limit_version",
            "Version of the limits in force when the state began; configured where no data gave one.",
            required=True,
        ),
        text_column(
            "order_band",
            "Which order opened the present silence: first, second, third_or_later.",
            required=True,
            allowed=("first", "second", "third_or_later"),
        ),
        integer_column("occasion_count", "Purchase occasions.", required=True, minimum=1),
        date_column("first_occasion_date", "Day of the first occasion.", required=True),
        date_column("last_occasion_date", "Day of the latest occasion.", required=True),
        integer_column(
            "days_since_last", "Days from the latest occasion to as_of.", required=True, minimum=0
        ),
        integer_column(
            "at_risk_limit_days",
            "At-risk limit the silence reached; the one in force where it did not.",
            required=True,
        ),
        integer_column(
            "lapse_limit_days",
            "Lapse limit the silence reached; the one in force where it did not; null where none is.",
        ),
        Column(
            "median_gap_days",
            pl.Float64,
            "Median of the customer's own completed gaps, in days; null with one occasion.",
        ),
        Column(
            "overdue_ratio",
            pl.Float64,
            "Days since the latest occasion / own median gap; null below three occasions.",
        ),
        integer_column("lapse_count", "Times the customer has lapsed.", required=True, minimum=0),
    ),
)

CHURN_BACKTEST = Table(
    "churn_backtest",
    "One row per method and group of customers: predicted and actual share without a purchase in "
    "the window before as_of.",
    ("method", "level", "item"),
    (
        text_column(
            "method",
            "rule: survival curve; model: MBG/NBD.",
            required=True,
            allowed=("rule", "model"),
        ),
        text_column(
            "level",
            "all, state and at_lapse_limit (rule), decile of the chance (model).",
            required=True,
            allowed=("all", "state", "at_lapse_limit", "decile"),
        ),
        text_column(
            "item",
            "State at the cutoff, decile 01 (surest to return) to 10, or all.",
            required=True,
        ),
        date_column(
            "cutoff_date",
            "Day up to which both knew the orders; the window follows.",
            required=True,
        ),
        integer_column("window_days", "Length of the window, days.", required=True),
        integer_column("customer_count", "Customers.", required=True),
        integer_column("no_purchase_count", "Customers who did not buy in the window."),
        share_column("predicted_share", "Mean predicted chance of no purchase."),
        share_column("actual_share", "Share who really did not buy."),
        share_column("bias", "Predicted less actual share."),
        Column(
            "brier_score",
            pl.Float64,
            "Mean squared difference of chance and outcome; 0 is perfect, less is better.",
        ),
        REASON,
    ),
)

LIFECYCLE_SCORES: tuple[Table, ...] = (
    *TIMING_SCORES,
    LIFECYCLE_LIMITS,
    LIFECYCLE_TRANSITIONS,
    CUSTOMER_STATES_TABLE,
    CHURN_BACKTEST,
)
