"""Tables of the loyalty programme: the ledger of points, tiers, club, cash back and rewards.

They hold surrogates only. Nothing of them is loaded into the warehouse; they are published
beside the marts. Where the programme is off, all of them are empty.
"""

from __future__ import annotations

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

ENTRY_KINDS = ("earn", "redeem", "expire", "reverse", "adjust", "refused")
#: Why an entry is what it is, where its kind does not say it all.
ENTRY_REASONS = (
    "refund", "refund_withdrawn", "debt", "above_balance", "not_positive", "before_start", "not_a_member",
)  # fmt: skip
REWARD_KINDS = ("punch_card", "spend_programme")
CLUB_BASES = ("fee", "invitation")


def _count(name: str, description: str) -> Column:
    return integer_column(name, description, required=True, minimum=0)


def _amount(name: str, description: str) -> Column:
    return money_column(name, description, required=True)


ENTRIES = Table(
    "loyalty_entries",
    "One row per entry of a customer's ledger of points, in the order they were booked.",
    ("customer_id", "sequence"),
    (
        CUSTOMER_ID,
        integer_column("sequence", "Number of the customer's entry, from 1.", required=True, minimum=1),
        date_column("entry_date", "Day it was booked, in the store's time zone.", required=True),
        text_column("kind", "What was booked.", required=True, allowed=ENTRY_KINDS),
        integer_column("points", "Change of the balance; 0 where it was refused.", required=True),
        integer_column(
            "asked_points",
            "Change that was asked for: of a refund all points the goods had earned, of a refused one what was refused; "
            "0 where a debt asked for before is settled.",
            required=True,
        ),
        _count("balance_after", "Points the customer has after the entry; never below 0."),
        _count("debt_after", "Points taken back but already spent, to be set against what is earned next."),
        date_column("expires_on", "First day on which these points are gone; of points given."),
        text_column("reason", "Why, where the kind does not say.", allowed=ENTRY_REASONS),
        text_column("source", "Source of the order or redemption behind it."),
        text_column("order_id", "Order behind it: that earned the points, or was refunded."),
        text_column("redemption_id", "Row of the feed redemptions behind it."),
        text_column("reward", "What the points were spent on, in the source's word."),
    ),
)  # fmt: skip

STANDING = Table(
    "loyalty_standing",
    "One row per customer in the programme.",
    ("customer_id",),
    (
        CUSTOMER_ID,
        date_column("member_since", "First day that counts for the customer.", required=True),
        text_column("tier", "Tier held on as_of; null below the first, or without tiers."),
        integer_column("points_balance", "Points to spend; null where the programme has none."),
        integer_column("debt_points", "Points to be set against what is earned next."),
        money_column("points_value_amount", "What the points are worth, reporting currency."),
        flag_column("is_club_member", "True for a member of the club.", required=True),
        text_column("perks", "What they may have: of partners, of their tier, of the club."),
    ),
)

EXPIRIES = Table(
    "loyalty_expiries",
    "One row per customer and day on which points they still have will be gone.",
    ("customer_id", "expires_on"),
    (
        CUSTOMER_ID,
        date_column("expires_on", "First day on which they are gone; after as_of.", required=True),
        date_column("given_on", "Day they were earned or given.", required=True),
        integer_column("points", "Points that will be gone.", required=True, minimum=1),
    ),
)

TIERS = Table(
    "loyalty_tiers",
    "One row per customer of a programme with tiers who has ever bought.",
    ("customer_id",),
    (
        CUSTOMER_ID,
        text_column("tier", "Tier held on as_of; null below the first."),
        date_column("since", "First day of this stay in the tier; null below the first."),
        flag_column("is_promotion", "True where they rose into it, false where they fell."),
        _amount("rolling_amount", "Net sales inside the rolling window, reporting currency."),
        date_column(
            "kept_until",
            "Last day on which grace keeps the tier; null where sales suffice for it.",
        ),
        money_column("keep_missing_amount", "Net sales missing to keep the tier; null in no danger."),
        text_column("next_tier", "The tier above; null in the highest."),
        money_column("next_tier_amount", "Net sales it takes."),
        money_column("next_missing_amount", "Of these, what is missing."),
        date_column("last_sale_date", "Day of the last order that counts.", required=True),
        text_column("perks", "What the tier gives."),
    ),
)  # fmt: skip

CLUB = Table(
    "loyalty_club",
    "One row per member of the club.",
    ("customer_id",),
    (
        CUSTOMER_ID,
        text_column("basis", "fee where it is paid now, else invitation.", required=True, allowed=CLUB_BASES),
        date_column("since", "First day of membership on that basis.", required=True),
        date_column("paid_until", "Last day paid for; null where invited."),
    ),
)  # fmt: skip

PUNCH_CARDS = Table(
    "loyalty_punch_cards",
    "One row per punch card and customer with a stamp on it, or ever one.",
    ("card", "customer_id"),
    (
        text_column("card", "Name of the card.", required=True),
        CUSTOMER_ID,
        _count("purchase_count", "Days with a stamp, ever."),
        _count("stamp_count", "Stamps on the card in hand."),
        _count("stamps_needed", "Stamps that fill it."),
        _count("reward_count", "Cards filled, ever."),
        _count("open_reward_count", "Of these, not given yet."),
        date_column("last_stamp_date", "Day of the last stamp.", required=True),
    ),
)

REWARDS = Table(
    "loyalty_rewards",
    "One row per reward earned by a full punch card or a spend programme.",
    ("programme", "customer_id", "reward_number"),
    (
        text_column("programme", "Name of the card or spend programme.", required=True),
        CUSTOMER_ID,
        integer_column("reward_number", "Number of the customer's reward, from 1.", required=True, minimum=1),
        text_column("kind", "What earned it.", required=True, allowed=REWARD_KINDS),
        text_column("reward", "What is given.", required=True),
        date_column("earned_on", "Day it was earned.", required=True),
        flag_column("is_given", "True where the feed redemptions says so; oldest first.", required=True),
    ),
)  # fmt: skip

CASH_BACK = Table(
    "loyalty_cash_back",
    "One row per customer and calendar month with something to pay back.",
    ("customer_id", "month_start"),
    (
        CUSTOMER_ID,
        date_column("month_start", "First day of the month.", required=True),
        _amount("net_sales_amount", "Net sales of the month's orders, refunds up to payable_on off."),
        _amount("cash_back_amount", "Share of it, rounded down to two decimals."),
        date_column("payable_on", "Day on which it is to be paid.", required=True),
        flag_column("is_payable", "True where that day has come.", required=True),
    ),
)  # fmt: skip

TOTALS = Table(
    "loyalty_totals",
    "One row per kind of entry: the points of the ledger add up to what customers have.",
    ("kind",),
    (
        text_column(
            "kind",
            "Kind of entry, or why a row of the feed redemptions is in no ledger: nobody (it names no customer known), "
            "unknown_reward (it names no programme).",
            required=True,
            allowed=(*ENTRY_KINDS, "nobody", "unknown_reward"),
        ),
        _count("entry_count", "Entries, or rows of the feed."),
        _count("customer_count", "Customers they belong to."),
        integer_column("points", "Sum of their points.", required=True),
        money_column("points_value_amount", "What these are worth, reporting currency.", required=True),
    ),
)  # fmt: skip

#: Published beside the marts; never loaded into the warehouse.
LOYALTY: dict[str, Table] = {
    table.name: table
    for table in (
        ENTRIES, STANDING, EXPIRIES, TIERS, CLUB, PUNCH_CARDS, REWARDS, CASH_BACK, TOTALS,
    )
}  # fmt: skip
