"""A list tells how many it reaches, who was left out and why, and how it becomes a message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reports.contexts import ListSummary
from reports.handed import CampaignFacts, Handed
from reports.pages.lists import LEFT_OUT, PAGE
from tests.reports.pages.one_page import page_of, reading_of, row_of, rows_of
from transforms.canonical.outreach import CONTACT_CHANNELS, SUPPRESSIONS

LISTS = (
    ListSummary("reorder", "Time to reorder", 86, {"no_consent": 41, "cooldown": 7}),
    ListSummary("win_back", "Win back", 132, {"no_consent": 88}),
    ListSummary("quiet", "Quiet <i>days</i>", 0, {"unsubscribed": 3}),
)
FACTS = {
    "reorder": CampaignFacts("reorder", "It runs out <b>now</b>.", "email", "marketing", "m@example.com", True),
    "win_back": CampaignFacts("win_back", "Long away.", "phone", "marketing", "s@example.com"),
}  # fmt: skip


def outcomes(campaign: str, eligible: int, **people: int) -> list[dict[str, Any]]:
    return [
        {"campaign": campaign, "outcome": why, "people_count": count, "eligible_count": eligible}
        for why, count in people.items()
    ]


TABLES = {
    "contact_outcomes": [
        *outcomes("reorder", 134, send=86, no_consent=41, cooldown=7, bounced=0),
        *outcomes("win_back", 220, send=132, no_consent=88),
        *outcomes("quiet", 3, send=0, unsubscribed=3),
    ]
}


def lists_page(folder: Path, **changes: Any) -> str:
    facts = {"lists": LISTS} | changes
    files = ("lists/reorder.csv", "lists/reorder.parquet")
    return page_of(PAGE, reading_of(folder, TABLES, handed=Handed(campaigns=FACTS), files=files, **facts))  # fmt: skip


def test_ready_and_left_out_add_up_to_those_with_a_reason(tmp_path: Path) -> None:
    html = lists_page(tmp_path)
    told = [row for row in rows_of(html) if len(row) == 2]
    assert told[0] == ["On the list", "132"]  # the longest list first
    assert told[1] == ["gave no consent for this channel", "88"]
    assert told[2] == ["With a reason to be on it", "220"]
    reorder = [int(row[1]) for row in told[3:]]
    assert reorder == [86, 41, 7, 134]
    assert sum(reorder[:-1]) == reorder[-1]
    assert not [row for row in told if row[1] == "0"]
    assert "2 lists are ready today" in html
    assert "With 218 messages to write" in html


def test_a_list_tells_its_purpose_channel_and_files(tmp_path: Path) -> None:
    html = lists_page(tmp_path)
    assert "It runs out &lt;b&gt;now&lt;/b&gt;." in html
    assert "E-mail &middot; written by Suki after approval" in html
    assert "Phone call &middot; a file for people and other tools" in html
    assert 'href="../lists/reorder.csv"' in html
    assert 'href="../lists/reorder.parquet"' in html


def test_the_page_says_where_to_approve_and_claims_no_approval(tmp_path: Path) -> None:
    html = lists_page(tmp_path)
    assert "1 of these lists is written by Suki itself, after a person's yes." in html
    assert "Required Actions" in html
    assert "suki approve" in html
    assert "approved" not in html


def test_lists_with_nobody_share_one_line_at_the_end(tmp_path: Path) -> None:
    html = lists_page(tmp_path)
    assert "Quiet &lt;i&gt;days&lt;/i&gt; (3 people had a reason and were left out)." in html
    assert 'id="list-quiet"' not in html


def test_a_run_without_lists_says_so(tmp_path: Path) -> None:
    html = page_of(PAGE, reading_of(tmp_path, {}, lists=()))
    assert "No list is ready today" in html
    assert "<article" not in html


def test_every_reason_and_channel_the_night_can_give_has_words() -> None:
    from reports.pages.lists import CHANNELS

    assert set(LEFT_OUT) == set(SUPPRESSIONS)
    assert set(CHANNELS) == set(CONTACT_CHANNELS)


def test_outcomes_without_a_table_fall_back_on_what_the_list_itself_says(tmp_path: Path) -> None:
    html = page_of(PAGE, reading_of(tmp_path, {}, lists=LISTS[:1]))
    assert row_of(html, "With a reason")[1] == "134"
