"""The checklist of new customers: what is done, what is next, and what nobody can know."""

from __future__ import annotations

from typing import Any

import pytest

from tests.transforms.audiences.calendar_shop import (
    Row,
    day,
    delivery,
    find,
    finder,
    occasion,
    order,
    person,
    shop,
)
from transforms.audiences.onboarding import FINDERS, STEPS, onboarding_steps
from transforms.audiences.shop import Shop

ONBOARDING = finder(FINDERS, "onboarding")
OLD = person("old", "2024-01-01", "2026-10-01")


def first_timer(**facts: Any) -> Row:
    return person("ana", "2026-10-10", "2026-10-10", occasion_count=1, **facts)


def equipped(*people: Row, **more: Any) -> Shop:
    """A shop that all feeds of the steps tell of, by what they say of an old customer."""
    tables: dict[str, list[Row]] = {
        "contacts": [{"customer_id": "old", "source_customer_id": "1"}],
        "fct_orders": [order("old", "0", "2024-01-01"), order("ana", "1", "2026-10-10")],
        "fct_occasions": [occasion("ana", "2026-10-10", 1), occasion("old", "2024-02-01", 2)],
        "deliveries": [delivery("0", "2024-01-03T02:00")],
        "messages": [message("old")],
        "responses": [response("old")],
    }
    rows = {name: [*tables[name], *more.get(name, [])] for name in tables}
    return shop([OLD, *people], **rows)


def message(who: str, event: str = "delivered", campaign: str = "Check_In ") -> Row:
    return {
        "source": "suki", "message_id": f"{who}-{event}", "customer_id": who, "event_date": day("2026-10-20"),
        "campaign": campaign, "event": event,
    }  # fmt: skip


def response(who: str, **facts: Any) -> Row:
    return {
        "source": "form", "survey_id": "nps", "response_id": f"r-{who}", "customer_id": who,
        "response_date": day("2026-10-25"), "is_completed": True, "respondent": "customer", **facts,
    }  # fmt: skip


def steps_of(to: Shop) -> dict[str, bool | None]:
    rows = onboarding_steps(to, day("2026-10-01"))
    assert rows["customer_id"].unique().to_list() == ["ana"]
    assert rows["step"].to_list() == list(STEPS)
    return dict(rows.select("step", "is_done").iter_rows())


def test_a_customer_who_only_ordered_has_the_account_still_to_make() -> None:
    to = equipped(first_timer())
    assert steps_of(to) == dict.fromkeys(STEPS, False) | {"first_order": True}
    found = find(ONBOARDING, to, 60)
    assert found.select("customer_id", "reason_key", "event_date", "theme", "days").rows() == [
        ("ana", "account", day("2026-10-10"), "account made", 21)
    ]
    assert found["why"].item() == (
        "First bought 21 days ago. Done: first order placed. Next: account made."
    )


def test_every_step_is_seen_when_it_is_done_and_nothing_is_left() -> None:
    to = equipped(
        person("ana", "2026-10-10", "2026-10-29", occasion_count=2),
        contacts=[{"customer_id": "ana", "source_customer_id": "7"}],
        deliveries=[delivery("1", "2026-10-14T02:00")],
        fct_occasions=[occasion("ana", "2026-10-29", 2)],
        messages=[message("ana")],
        responses=[response("ana")],
    )
    assert steps_of(to) == dict.fromkeys(STEPS, True)
    days = onboarding_steps(to, day("2026-10-01"))["done_on"].to_list()
    assert days == [
        None, day("2026-10-10"), day("2026-10-14"), day("2026-10-20"), day("2026-10-25"), day("2026-10-29"),
    ]  # fmt: skip
    assert find(ONBOARDING, to, 60).is_empty()


def test_what_no_feed_tells_is_unknown_and_never_the_next_step() -> None:
    to = shop([first_timer()])
    known = {"first_order": True, "second_order": False}
    assert steps_of(to) == dict.fromkeys(STEPS) | known
    found = find(ONBOARDING, to, 60)
    assert found["reason_key"].to_list() == ["second_order"]
    assert found["why"].item() == (
        "First bought 21 days ago. Done: first order placed. Next: second order placed. Not known: "
        "account made, order delivered, asked how the goods do, survey answered."
    )


@pytest.mark.parametrize("event", ["bounced", "held_out"])
def test_who_was_not_reached_was_not_asked(event: str) -> None:
    to = equipped(first_timer(), messages=[message("ana", event)])
    assert steps_of(to)["checked_in"] is False


def test_another_message_or_half_an_answer_is_no_step() -> None:
    to = equipped(
        first_timer(),
        messages=[message("ana", campaign="newsletter")],
        responses=[response("ana", is_completed=False)],
    )
    assert steps_of(to)["checked_in"] is False
    assert steps_of(to)["survey"] is False


def test_what_arrives_after_the_business_date_has_not_arrived() -> None:
    to = equipped(first_timer(), deliveries=[delivery("1", "2026-11-01T02:00")])
    assert steps_of(to)["delivered"] is False


def test_only_new_customers_are_on_the_list() -> None:
    assert find(ONBOARDING, equipped(first_timer()), 20).is_empty()
    assert find(ONBOARDING, equipped(first_timer()), 21).height == 1, "told as expired"
    assert find(ONBOARDING, equipped(first_timer()), 22).height == 1
