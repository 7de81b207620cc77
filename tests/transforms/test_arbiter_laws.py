"""What holds for any night: shares of people kept back, sums, order of rows, consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.arbiter_shop import (
    OPEN,
    ago,
    campaign,
    event,
    night,
    outcome,
    outcomes,
    past,
    reason,
    word,
)
from transforms.arbiter import WRITING, ContactPolicy, bucket
from transforms.arbiter import outcomes as counted

IDS = [f"c{number:05d}" for number in range(10_000)]
PEOPLE = ("ana", "ben", "cy", "dot", "eve")
CAMPAIGNS = {
    "mail": campaign(priority=3, cooldown_days=5, expires_after_days=10, holdout_share=0.2),
    "text": campaign(priority=2, channel="sms", expires_after_days=4, holdout_share=0.5),
    "wish": campaign(priority=1, purpose="birthday", expires_after_days=3),
    "ask": campaign(priority=4, purpose="survey", cooldown_days=9),
    "help": campaign(priority=1, purpose="service"),
    "ring": campaign(priority=5, channel="phone", purpose="service"),
    "look": campaign(priority=1, channel="review"),
}


def _share(salt: str, name: str, share: float) -> float:
    return sum(bucket(salt, one, name) < share * 1000 for one in IDS) / len(IDS)


@pytest.mark.parametrize("name", ["*", "reorder", "win_back"])
def test_about_the_stated_share_is_drawn(name):
    # 10,000 people at 5 %: a standard error of 0.22 points; four of them on either side.
    assert _share("suki", name, 0.05) == pytest.approx(0.05, abs=0.009)


def test_a_person_falls_where_they_always_fell():
    # By `printf 'suki\x1freorder\x1fana' | sha256sum`, its first 16 digits modulo 1,000.
    assert bucket("suki", "ana", "reorder") == 392
    assert bucket("suki", "ana", "*") == 755


def test_two_campaigns_keep_back_different_people():
    both = sum(bucket("suki", i, "a") < 100 and bucket("suki", i, "b") < 100 for i in IDS)
    # 1 % of 10,000 if they know nothing of each other; standard error 10.
    assert 60 < both < 140


def test_another_salt_draws_other_people():
    assert {i for i in IDS if bucket("suki", i, "*") < 50} != {
        i for i in IDS if bucket("salt", i, "*") < 50
    }


@pytest.mark.parametrize("share", [0.05, 0.07, 0.0503, 0.0497])
def test_the_thousandths_nearest_to_the_stated_share_are_kept_back(share):
    people = [
        one for one in IDS[:3000] if abs(bucket(OPEN.holdout_salt, one, "tea") - share * 1000) < 3
    ]
    decided = night([reason(one) for one in people], campaign(holdout_share=share))
    kept = {one for one, told in outcomes(decided).items() if told == "campaign_holdout"}
    limit = round(share * 1000)
    assert kept == {one for one in people if bucket(OPEN.holdout_salt, one, "tea") < limit}
    assert limit in {bucket(OPEN.holdout_salt, one, "tea") for one in people}


def test_the_global_holdout_is_told_before_the_campaigns_own():
    one = next(i for i in IDS if bucket("suki", i, "*") < 50 and bucket("suki", i, "tea") < 100)
    decided = night([reason(one)], campaign(holdout_share=0.1), policy=ContactPolicy())
    assert outcome(decided) == "global_holdout"


@pytest.mark.parametrize(
    ("channel", "told"), [("phone", "send"), ("review", "send"), ("post", "global_holdout")]
)
def test_only_what_writes_to_people_keeps_anybody_back(channel, told):
    everybody = ContactPolicy(global_holdout_share=1.0)
    assert outcome(night([reason("ana")], campaign(channel=channel), policy=everybody)) == told


def test_the_same_people_are_kept_back_on_every_night_and_in_any_company():
    some = IDS[:400]
    policy = replace(OPEN, global_holdout_share=0.05)

    def kept(people: list[str], as_of: date) -> set[str]:
        rows = [reason(one, days_ago=2) for one in people]
        decided = night(rows, campaign(holdout_share=0.1), policy=policy, as_of=as_of)
        return {one for one, told in outcomes(decided).items() if told.endswith("holdout")}

    tonight = kept(some, ago(0))
    assert tonight
    assert kept(some, ago(-20)) == tonight
    assert kept(some[:100], ago(0)) == tonight & set(some[:100])


people = st.sampled_from(PEOPLE)
channels = st.sampled_from(["email", "sms", "phone"])
reasons = st.builds(
    reason, people, st.sampled_from(["r1", "r2", "r3"]), st.integers(0, 12),
    rank_value=st.one_of(st.none(), st.floats(0, 9, width=16)),
)  # fmt: skip
words = st.builds(
    word, people, st.booleans(), st.integers(1, 60), channels,
    st.sampled_from(["marketing", "birthday", "survey", "service"]),
)  # fmt: skip
said = st.builds(
    event, people, st.sampled_from(["unsubscribed", "bounced", "delivered", "complained"]), st.integers(0, 60),
    st.one_of(st.none(), channels),
)  # fmt: skip
logs = st.builds(
    past, people, st.integers(1, 20), st.sampled_from(sorted(CAMPAIGNS)), st.sampled_from(["r1", "r2", "z"]),
    st.sampled_from(["sent", "listed", "held_out"]), st.sampled_from(["email", "sms", "phone", "review"]),
)  # fmt: skip


def _unique(rows, *key):
    return list({tuple(row[name] for name in key): row for row in rows}.values())


@st.composite
def nights(draw):
    found = {
        name: _unique(draw(st.lists(reasons, max_size=7)), "customer_id", "reason_key") for name in CAMPAIGNS
    }  # fmt: skip
    return {
        "reasons": found,
        "campaigns": CAMPAIGNS,
        "words": _unique(draw(st.lists(words, max_size=40)), "customer_id", "channel", "purpose"),
        "said": _unique(draw(st.lists(said, max_size=6)), "message_id"),
        "log": _unique(draw(st.lists(logs, max_size=8)), "campaign", "customer_id", "reason_key"),
        "received": draw(st.lists(st.tuples(people, st.integers(0, 9)), max_size=4)),
        "mailboxes": {name: draw(st.sampled_from(["home", name])) for name in PEOPLE},
        "people": {
            name: {"has_open_complaint": draw(st.booleans()), "is_staff": draw(st.integers(0, 9)) == 0}
            for name in PEOPLE
        },
        "policy": ContactPolicy(draw(st.integers(1, 2)), 7, 0.3),
    }  # fmt: skip


@given(nights())
@settings(max_examples=15, deadline=None)
def test_every_person_with_an_open_reason_has_one_outcome_and_the_outcomes_add_up(case):
    decided = night(**case)
    done = {
        (row["campaign"], row["customer_id"], row["reason_key"])
        for row in case["log"] if row["channel"] != "review"
    }  # fmt: skip
    waiting = {
        (name, row["customer_id"])
        for name, rows in case["reasons"].items() for row in rows
        if (name, row["customer_id"], row["reason_key"]) not in done
    }  # fmt: skip
    assert sorted(decided.select("campaign", "customer_id").rows()) == sorted(waiting)
    table = counted(decided, CAMPAIGNS)
    totals = table.group_by("campaign").agg(
        pl.col("people_count").sum(), pl.col("eligible_count").first()
    )
    for name, added, eligible in totals.iter_rows():
        assert added == eligible == sum(one == name for one, _ in waiting)


@given(nights(), st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_the_order_of_rows_changes_nothing(case, random):
    mixed = dict(case)
    for name in ("words", "said", "log", "received"):
        mixed[name] = random.sample(case[name], len(case[name]))
    names = random.sample(sorted(CAMPAIGNS), len(CAMPAIGNS))
    mixed["reasons"] = {
        n: random.sample(case["reasons"][n], len(case["reasons"][n])) for n in names
    }
    mixed["campaigns"] = {name: CAMPAIGNS[name] for name in names}
    assert night(**mixed).equals(night(**case))


@given(nights())
@settings(max_examples=25, deadline=None)
def test_whoever_is_written_to_has_said_yes_and_no_mailbox_gets_two(case):
    decided = night(**case)
    sent = decided.filter(pl.col("outcome") == "send")
    said_yes = {
        (row["customer_id"], row["channel"], row["purpose"]): row["is_granted"] for row in case["words"]
    }  # fmt: skip
    boxes = []
    for row in sent.filter(pl.col("channel") != "review").iter_rows(named=True):
        purpose = CAMPAIGNS[row["campaign"]].purpose
        who, by = row["customer_id"], row["channel"]
        own, marketing = said_yes.get((who, by, purpose)), said_yes.get((who, by, "marketing"))
        assert own or (purpose == "survey" and own is None and marketing)
        assert purpose == "service" or marketing is not False
        assert not case["people"][who]["is_staff"]
        if by in WRITING:
            boxes.append(case["mailboxes"][who])
    assert len(boxes) == len(set(boxes))
    recent = [name for name, days in case["received"] if days < 7]
    recent += [
        row["customer_id"] for row in case["log"]
        if row["event"] != "held_out" and row["channel"] in WRITING and row["contact_date"] > ago(7)
    ]  # fmt: skip
    for box in boxes:
        before = sum(case["mailboxes"][name] == box for name in recent)
        assert before + 1 <= case["policy"].frequency_cap_messages
