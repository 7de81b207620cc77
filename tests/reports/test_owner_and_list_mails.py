"""The owner learns what broke and what stands; the marketer learns which lists wait."""

from __future__ import annotations

from datetime import date

import pytest

from reports.contexts import ListSummary
from reports.render import (
    ListsReady,
    OwnerAlert,
    RenderedMail,
    render_list_ready,
    render_owner_alert,
)

LISTS = (
    ListSummary("reorder", "Time to reorder", 86, {"no_consent": 41}, "lists/reorder.csv"),
    ListSummary("win_back", "Win <back>", 1132, {}, "lists/win_back.csv"),
)


def alert(
    *, is_held: bool, standing_as_of: date | None, as_of: date | None = date(2026, 10, 4)
) -> RenderedMail:
    """The owner's mail about the night of 4 October."""
    return render_owner_alert(
        OwnerAlert(
            shop_name="Harbour & Pine",
            locale="en_GB",
            as_of=as_of,
            run_id="2026-10-04T0300-7f3a",
            is_held=is_held,
            step="door out",
            what_broke=("net sales fell by 71% <against> yesterday",),
            what_to_do=("Look at quality.html.", "Run `suki run --as-of 2026-10-04` again."),
            standing_as_of=standing_as_of,
            standing_run_id="2026-10-03T0300-11aa",
            log_path="runs/2026-10-04T0300-7f3a/run.log",
        )
    )


@pytest.mark.parametrize(
    ("is_held", "subject"),
    [
        (True, "Harbour & Pine: the report of 4 Oct 2026 is held"),
        (False, "Harbour & Pine: the run of 4 Oct 2026 failed"),
    ],
)
def test_the_owner_learns_what_broke_what_stands_and_what_to_do(
    is_held: bool, subject: str
) -> None:
    mail = alert(is_held=is_held, standing_as_of=date(2026, 10, 3))
    assert mail.subject == subject
    assert "net sales fell by 71% <against> yesterday" in mail.text
    assert "net sales fell by 71% &lt;against&gt; yesterday" in mail.html
    for part in (mail.text, mail.html):
        assert "The publication of 3 Oct 2026 (run 2026-10-03T0300-11aa) still stands" in part
        assert "suki run --as-of 2026-10-04" in part
        assert "runs/2026-10-04T0300-7f3a/run.log" in part


def test_the_owner_learns_when_nothing_was_ever_published() -> None:
    mail = alert(is_held=False, standing_as_of=None)
    assert "Nothing has been published yet." in mail.text
    assert "Nothing has been published yet." in mail.html


def test_the_marketer_learns_the_lists_their_sizes_and_their_places() -> None:
    mail = render_list_ready(
        ListsReady("Harbour & Pine", "en_GB", date(2026, 10, 4), "run-1", "1", LISTS)
    )
    assert mail.subject == "Harbour & Pine: 2 lists ready, 1,218 names, 4 Oct 2026"
    for part in (mail.text, mail.html):
        assert "lists/reorder.csv" in part
        assert "41 left out: no consent" in part
        assert "1,132" in part
    assert "Win <back>" not in mail.html
    assert "@" not in mail.text


def test_a_list_without_anybody_is_not_counted_as_ready_and_still_named_with_its_reasons() -> None:
    lists = (
        ListSummary("letter", "Signed letter", 0, {"unsubscribed": 1}),
        ListSummary("calls", "Calls", 3),
        ListSummary("apologies", "Apologies", 12),
        ListSummary("gifts", "Gifts", 0),
    )
    mail = render_list_ready(ListsReady("Shop", "en", date(2026, 10, 4), "run-1", "1", lists))
    assert mail.subject == "Shop: 2 lists ready, 15 names, 4 Oct 2026"
    first, _, rest = mail.text.partition("Nobody today:")
    assert first.index("Apologies: 12 ready") < first.index("Calls: 3 ready")
    assert "- Gifts\n- Signed letter (1 left out: unsubscribed)\n" in rest
    assert "Nobody today: Gifts; Signed letter (1 left out: unsubscribed)." in mail.html


@pytest.mark.parametrize(
    ("lists", "subject"),
    [
        ((), "Shop: 0 lists ready, 0 names, 4 Oct 2026"),
        ((ListSummary("a", "A", 1),), "Shop: 1 list ready, 1 name, 4 Oct 2026"),
    ],
)
def test_none_and_one_are_said_properly(lists: tuple[ListSummary, ...], subject: str) -> None:
    mail = render_list_ready(ListsReady("Shop", "en_GB", date(2026, 10, 4), "run-1", "1", lists))
    assert mail.subject == subject


def test_a_run_that_failed_before_its_date_was_known_says_so() -> None:
    mail = alert(is_held=False, standing_as_of=None, as_of=None)
    assert mail.subject == "Harbour & Pine: the run of an unknown date failed"
    assert "1970" not in mail.text + mail.html
