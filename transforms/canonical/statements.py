"""The canonical table of consent stated on its own: an unsubscription, a preference, an opt-in."""

from __future__ import annotations

from transforms.canonical.contract import (
    CONSENT_CHANNELS,
    CONSENT_PURPOSES,
    Table,
    flag_column,
    moment_column,
    text_column,
)
from transforms.canonical.feeds import LINEAGE, SOURCE, VERSION

KEY_PATTERN = r"^[0-9a-f]{32}$"

# The keys are personal here: what stands in the cell is an address, not its hash.
CONSENT_STATEMENTS = Table(
    "consent_statements",
    "One row per statement in each ingested consent file; it makes nobody a customer.",
    ("source", "customer_ref_key", "email_key", "phone_key", "channel", "purpose", "file_id"),
    (
        SOURCE,
        text_column(
            "customer_ref_key", "Keyed hash of the source's own customer id.", personal=True
        ),
        text_column(
            "email_key",
            "Keyed hash of the normalised e-mail address.",
            personal=True,
            pattern=KEY_PATTERN,
        ),
        text_column(
            "phone_key", "Keyed hash of the phone number in E.164 form.", personal=True
        ),
        text_column(
            "channel", "Channel the statement is about.", required=True, allowed=CONSENT_CHANNELS
        ),
        text_column(
            "purpose", "Purpose the statement is about.", required=True, allowed=CONSENT_PURPOSES
        ),
        flag_column("is_granted", "True where the person said yes.", required=True),
        moment_column(
            "stated_at", "When this was stated; when the file was made where it does not say."
        ),
        *VERSION,
        *LINEAGE,
    ),
    feed="consents",
)  # fmt: skip
