"""Current tables about who is who: what joins nobody, and who became one or two people."""

from __future__ import annotations

from transforms.canonical.contract import Table, date_column, integer_column, text_column

REVIEW_REASONS = ("placeholder", "role_mailbox", "too_many_ids", "too_many_orders_a_day")
CHANGE_KINDS = ("merge", "manual_merge", "manual_split")

IDENTITY: tuple[Table, ...] = (
    Table(
        "identity_reviews",
        "One row per value that joins nobody, and reason.",
        ("value_key", "kind", "reason_code"),
        (
            text_column("value_key", "Keyed hash of the value; never the value.", required=True),
            text_column(
                "kind", "What the value is.", required=True, allowed=("id", "email", "phone")
            ),
            text_column(
                "reason_code",
                "Why it joins nobody.",
                required=True,
                allowed=REVIEW_REASONS,
            ),
            integer_column(
                "ids_linked",
                "Most identifiers of one other kind it was stated with.",
                required=True,
            ),
            integer_column(
                "orders_on_busiest_day", "Orders on its busiest local day.", required=True
            ),
            integer_column("orders_total", "Orders that name it.", required=True),
        ),
    ),
    Table(
        "identity_changes",
        "One row per person who turned out to be another, or was told apart by hand.",
        ("changed_on", "kind", "old_customer_id", "new_customer_id"),
        (
            date_column(
                "changed_on",
                "Day of the mention that joined them, or of the decision, in the store's time zone.",
                required=True,
            ),
            text_column(
                "kind",
                "merge by what the files say, or a decision by hand.",
                required=True,
                allowed=CHANGE_KINDS,
            ),
            text_column(
                "old_customer_id",
                "Surrogate before; of a split, the one both had.",
                required=True,
            ),
            text_column("new_customer_id", "Surrogate after.", required=True),
            date_column(
                "old_since", "Day the person before was first mentioned, in the store's time zone."
            ),
            date_column(
                "new_since", "Day the person after was first mentioned, in the store's time zone."
            ),
        ),
    ),
)
