"""Score tables of what customers say: which themes a response raises. Never a word of its text."""

from __future__ import annotations

from transforms.canonical.contract import Table, text_column
from transforms.canonical.feeds import SOURCE

POLARITIES = ("positive", "negative", "mixed", "neutral")
#: What a comment is filed under when no dictionary knows a word of it.
UNCLASSIFIED = "unclassified"

VOICE_SCORES: tuple[Table, ...] = (
    Table(
        "response_themes",
        "One row per survey response with a comment and theme it raises; unclassified where none.",
        ("source", "response_id", "theme"),
        (
            SOURCE,
            text_column("response_id", "Response that holds the comment.", required=True),
            text_column("theme", "Theme of config/themes.yml, or unclassified.", required=True),
            text_column(
                "polarity",
                "How the response speaks of the theme; neutral where it does not say.",
                required=True,
                allowed=POLARITIES,
            ),
            text_column(
                "language",
                "Language the comment was read in; null where no dictionary knows it.",
            ),
        ),
    ),
)
