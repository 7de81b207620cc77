"""Tables of segments.yml: who is in which segment, since when, and who came and went."""

from __future__ import annotations

from transforms.canonical.contract import (
    CUSTOMER_ID,
    Table,
    date_column,
    flag_column,
    integer_column,
    text_column,
)

CAUSES = ("customer", "definition")
_ENTRY_CAUSE = text_column(
    "entry_cause",
    "Why they entered: customer: they changed; definition: the rule did, or was seen for the first time.",
    allowed=CAUSES,
)

SEGMENT_MEMBERS = Table(
    "segment_members",
    "One row per segment of segments.yml and member on as_of.",
    ("segment", "customer_id"),
    (
        text_column("segment", "Name of the segment.", required=True),
        CUSTOMER_ID,
        date_column("since", "Business date on which membership was first seen.", required=True),
        text_column("definition_version", "Hash of the rule that made the member one.", required=True),
        flag_column(
            "is_held_by_hysteresis", "True where the rule says no, but not yet for long enough.", required=True
        ),
        integer_column(
            "failed_runs", "Publications in a row in which the rule said no; 0 where it says yes.",
            required=True, minimum=0,
        ),
        _ENTRY_CAUSE,
    ),
)  # fmt: skip
SEGMENT_DEFINITIONS = Table(
    "segment_definitions",
    "One row per segment of segments.yml as the run used it.",
    ("segment",),
    (
        text_column("segment", "Name of the segment.", required=True),
        integer_column("position", "Place in segments.yml, from 1.", required=True, minimum=1),
        text_column("title", "Name people read.", required=True),
        text_column("description", "Who is in it, in plain words.", required=True),
        text_column("rule", "polars SQL over customer_profile.", required=True),
        text_column("definition_version", "Hash of rule and hysteresis.", required=True),
        text_column("segment_group", "Group of which everybody is in exactly one segment."),
        text_column("owner", "Who answers for it.", required=True),
        integer_column(
            "hysteresis_runs", "Publications in a row the rule must say no before a member leaves.",
            required=True, minimum=0,
        ),
        flag_column(
            "is_review_only", "True where a person looks at it and nobody is contacted.", required=True
        ),
        integer_column("member_count", "Members on as_of.", required=True, minimum=0),
    ),
)  # fmt: skip
SEGMENT_HISTORY = Table(
    "segment_history",
    "One row per segment, customer and stay: half-open [valid_from, valid_to).",
    ("segment", "customer_id", "valid_from"),
    (
        text_column("segment", "Name of the segment.", required=True),
        CUSTOMER_ID,
        date_column("valid_from", "First business date seen inside.", required=True),
        date_column("valid_to", "First business date seen outside again; null while inside."),
        text_column("definition_version", "Hash of the rule at entry.", required=True),
        _ENTRY_CAUSE,
    ),
)
SEGMENT_CHANGES = Table(
    "segment_changes",
    "One row per segment and customer who entered or left since the publication before.",
    ("segment", "customer_id"),
    (
        text_column("segment", "Name of the segment.", required=True),
        CUSTOMER_ID,
        text_column("change", "entered or left.", required=True, allowed=("entered", "left")),
        text_column(
            "cause", "customer: they changed; definition: the rule did.", required=True, allowed=CAUSES,
        ),
        date_column("previous_as_of", "Date of the publication compared with; null for the first."),
    ),
)  # fmt: skip
SEGMENT_MIGRATION = Table(
    "segment_migration",
    "One row per group of segments and pair of segments: customers by where they were and are.",
    ("segment_group", "from_segment", "to_segment"),
    (
        text_column("segment_group", "Group of segments of which everybody has exactly one.", required=True),
        text_column("from_segment", "Segment in the publication before; (none) for newcomers.", required=True),
        text_column(
            "to_segment",
            "Segment on as_of; (none) for those gone; (unassigned) or (several) where the rules fail.",
            required=True,
        ),
        integer_column("customer_count", "Customers.", required=True, minimum=0),
        date_column("previous_as_of", "Date of the publication compared with; null for the first."),
    ),
)  # fmt: skip
#: Counted from SEGMENT_HISTORY, so that the warehouse need not know who was inside.
SEGMENT_TREND = Table(
    "segment_trend",
    "One row per segment of segments.yml and business date on which any segment was seen to change.",
    ("segment", "observed_on"),
    (
        text_column("segment", "Name of the segment.", required=True),
        date_column(
            "observed_on", "Business date of a publication; as_of is always there.", required=True
        ),
        integer_column("customer_count", "Members on that date.", required=True, minimum=0),
        integer_column(
            "entered_count",
            "Members who were outside in the publication before; null on the segment's first date.",
            minimum=0,
        ),
        integer_column(
            "left_count",
            "Members of the publication before who are outside; null on the segment's first date.",
            minimum=0,
        ),
    ),
)
