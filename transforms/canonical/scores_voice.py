"""Score tables of what customers say: the themes of a response, and a few comments without names."""

from __future__ import annotations

from transforms.canonical.contract import Table, date_column, integer_column, text_column
from transforms.canonical.feeds import SOURCE

POLARITIES = ("positive", "negative", "mixed", "neutral")
SCORE_GROUPS = ("promoter", "passive", "detractor")
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
    Table(
        "comment_quotes",
        "One row per theme and comment of the last 90 days to be read: at most three of a theme.",
        ("theme", "position"),
        (
            text_column("theme", "Theme of config/themes.yml, or unclassified.", required=True),
            integer_column("position", "Place within the theme, from 1.", required=True, minimum=1),
            date_column("said_on", "Day of the response.", required=True),
            text_column(
                "score_group",
                "Group of the response's NPS score; null where it has none.",
                allowed=SCORE_GROUPS,
            ),
            text_column(
                "language",
                "Language the comment was read in; null where no dictionary knows it.",
            ),
            text_column(
                "comment",
                "The comment in one line of at most 280 characters; […] stands for what was personal.",
                required=True,
            ),
        ),
    ),
)
