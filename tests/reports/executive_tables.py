"""Rows of a made-up shop's tables that only the executive mail tells: week, bridges, voices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

Rows = list[dict[str, Any]]

AS_OF = date(2026, 10, 4)
WEEK = (date(2026, 9, 28), AS_OF)
MONTH = (date(2026, 9, 1), date(2026, 9, 30))
NINETY_DAYS = (date(2026, 7, 7), AS_OF)
NINETY_DAYS_BEFORE = (date(2026, 4, 8), date(2026, 7, 6))

#: Value, value of the week before and of the same week a year earlier, worked out by hand.
WEEK_VALUES: dict[str, tuple[float, float | None, float | None]] = {
    "retention_rate": (0.964, 0.951, 0.958),
    "period_churn_rate": (0.036, 0.049, 0.042),
    "existing_customer_revenue_share": (0.6012, 0.6412, None),
    "net_sales": (11204.25, 12940.5, 9100.0),
    "average_order_value": (58.05, 60.47, None),
    "orders": (193.0, 214.0, 160.0),
    "active_customers": (1271.0, 1264.0, None),
}
WEEK_INTERVALS = {"retention_rate": (0.952, 0.973), "period_churn_rate": (0.027, 0.048)}


def week_rows(headline: Rows) -> Rows:
    """The headline of the week that ended on the date of the run, with places of its own."""
    rows = []
    for row in headline:
        if row["metric"] in WEEK_VALUES:
            value, previous, year_ago = WEEK_VALUES[row["metric"]]
            low, high = WEEK_INTERVALS.get(row["metric"], (None, None))
            row = row | {
                "period_start": WEEK[0],
                "period_end": WEEK[1],
                "value": value,
                "previous_value": previous,
                "year_ago_value": year_ago,
                "interval_low": low,
                "interval_high": high,
                "target_value": None,
                "is_on_track": None,
            }
        elif row["metric"] != "nps":
            continue
        rows.append(row | {"position": len(rows) + 1})
    return rows


def bridge_rows() -> Rows:
    """Bridges that end at the net sales of the headline; of the week, none to a year ago."""
    month = (
        ("start", "46270.15", 671),
        ("lost", "-15120.40", 240),
        ("less", "-3310.00", 88),
        ("more", "4205.25", 97),
        ("returned", "6400.10", 118),
        ("new", "10020.30", 285),
        ("unidentified", "-251.90", None),
        ("end", "48213.50", 700),
    )
    year = (("start", "41020.00", 590), ("lost", "-20000.00", 401), ("new", "27193.50", 285))
    week = (
        ("start", "12940.50", 190),
        ("lost", "-6310.00", 99),
        ("less", "0.00", 0),
        ("more", "1010.00", 20),
        ("returned", "1200.00", 22),
        ("new", "2363.75", 61),
        ("unidentified", "0.00", None),
        ("end", "11204.25", 181),
    )
    return [
        *_bridge("month", "previous", MONTH, month),
        *_bridge("month", "year_ago", MONTH, (*year, ("end", "48213.50", 700))),
        *_bridge("week", "previous", WEEK, week),
    ]


def _bridge(
    kind: str, comparison: str, period: tuple[date, date], steps: tuple[tuple[str, str, Any], ...]
) -> Rows:
    return [
        {
            "period_type": kind,
            "comparison": comparison,
            "period_start": period[0],
            "period_end": period[1],
            "position": position,
            "component": component,
            "customer_count": customers,
            "amount": Decimal(amount),
        }
        for position, (component, amount, customers) in enumerate(steps, start=1)
    ]


def movement_rows() -> Rows:
    """Moves of the month, of the one before, and of the week; becoming a regular is no news."""
    before = (date(2026, 8, 1), date(2026, 8, 31))
    moves = (
        ("month", MONTH, "active", "at_risk", 131),
        ("month", MONTH, "at_risk", "lapsed", 70),
        ("month", MONTH, "lapsed", "reactivated", 41),
        ("month", MONTH, "prospect", "new", 285),
        ("month", MONTH, "new", "active", 77),
        ("month", before, "active", "at_risk", 160),
        ("week", WEEK, "active", "at_risk", 34),
        ("week", WEEK, "lapsed", "reactivated", 9),
    )
    return [
        {
            "period_type": kind,
            "period_start": period[0],
            "period_end": period[1],
            "from_state": before_state,
            "to_state": after_state,
            "customer_count": customers,
        }
        for kind, period, before_state, after_state, customers in moves
    ]


def comment_rows() -> Rows:
    """A critic, an admirer, and a second critic who is told only if room is left."""
    said = (
        ("delivery", 1, "detractor", "en", "Late again, and <b>nobody</b> told us."),
        ("delivery", 2, "detractor", "en", "The rider left it with a neighbour."),
        ("taste_and_fit", 1, "promoter", "th", "อร่อยมาก ส่งไว จะสั่งอีก"),
    )
    return [
        {
            "theme": theme,
            "position": position,
            "said_on": date(2026, 9, 20 + position),
            "score_group": group,
            "language": language,
            "comment": comment,
        }
        for theme, position, group, language, comment in said
    ]


def theme_rows() -> Rows:
    """Themes of the last 90 days and of the 90 before; one is raised for the first time."""
    counts = (
        ("delivery", NINETY_DAYS, 20, 48, 4, 15, True),
        ("taste_and_fit", NINETY_DAYS, 12, 48, 12, 0, False),
        ("price", NINETY_DAYS, 3, 48, 0, 3, False),
        ("unclassified", NINETY_DAYS, 9, 48, 0, 0, None),
        ("delivery", NINETY_DAYS_BEFORE, 10, 40, 3, 6, True),
        ("taste_and_fit", NINETY_DAYS_BEFORE, 14, 40, 14, 0, False),
    )
    return [
        {
            "theme": theme,
            "period_type": "trailing_90",
            "period_start": period[0],
            "period_end": period[1],
            "mention_count": mentions,
            "comment_count": comments,
            "share_of_comments": mentions / comments,
            "positive_count": good,
            "negative_count": bad,
            "is_repeated_request": is_repeated,
            "is_small_sample": False,
        }
        for theme, period, mentions, comments, good, bad, is_repeated in counts
    ]


def definition_rows() -> Rows:
    """The words of the two metrics observed beside the headline."""
    return [
        {
            "metric": metric,
            "metric_id": metric_id,
            "title": title,
            "definition": definition,
            "unit": unit,
            "direction": direction,
        }
        for metric, metric_id, title, definition, unit, direction in (
            (
                "median_first_response",
                "M23",
                "Time to the first answer",
                "Median time from a query to the first reply of a person.",
                "minutes",
                "down",
            ),
            (
                "referral_share",
                "M21",
                "Orders brought by referrals",
                "Share of orders with a referral code or a channel that means referral.",
                "share",
                "up",
            ),
        )
    ]


def observation_rows() -> Rows:
    """Three months of each; a kind of query and an unfinished month must not be taken for them."""
    observed = (
        ("median_first_response", 9, 151.0, 61, "all"),
        ("median_first_response", 8, 49.0, 58, "all"),
        ("median_first_response", 9, 12.0, 9, "refund"),
        ("referral_share", 9, 0.0431, 812, ""),
        ("referral_share", 8, 0.0391, 771, ""),
        ("referral_share", 10, 0.5, 2, ""),
    )
    ends = {8: date(2026, 8, 31), 9: MONTH[1], 10: date(2026, 10, 31)}
    return [
        {
            "metric": metric,
            "period_type": "month",
            "period_start": date(2026, month, 1),
            "period_end": ends[month],
            "dimension_value": kind,
            "metric_value": value,
            "sample_size": size,
            "is_small_sample": False,
            "interval_low": 0.0312 if metric == "referral_share" else None,
            "interval_high": 0.0593 if metric == "referral_share" else None,
            "reason_code": None,
        }
        for metric, month, value, size, kind in observed
    ]


def executive_rows(headline: Rows) -> dict[str, Rows]:
    """Every table of this file by its name."""
    return {
        "rpt_headline_week": week_rows(headline),
        "rpt_revenue_bridge": bridge_rows(),
        "rpt_state_movement": movement_rows(),
        "rpt_comments": comment_rows(),
        "themes": theme_rows(),
        "metric_definition": definition_rows(),
        "metric_observation": observation_rows(),
        "metric_target": [
            {
                "metric": "median_first_response",
                "period_type": "month",
                "period_end": MONTH[1],
                "target_value": 120.0,
                "is_on_track": False,
            }
        ],
    }
