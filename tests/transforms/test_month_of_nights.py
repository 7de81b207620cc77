"""A month of nights with the finders and campaigns that ship: what must hold on each of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from tests.transforms.audiences.product_shop import shuffled
from tests.transforms.month_shop import NIGHTS, ZONE, Month, month
from tests.transforms.segment_shop import as_previous
from transforms.arbiter import WRITING, ContactPolicy, Memory, bucket, decide, outcomes
from transforms.audiences.registry import FINDERS
from transforms.audiences.shop import Shop
from transforms.campaigns import Campaign, Known, load_campaigns
from transforms.canonical.outreach import CONTACT_LOG
from transforms.contact_history import received_messages, with_own_messages
from transforms.outreach import candidates
from transforms.permission import Permission
from transforms.row_rules import check_rule
from transforms.segment_history import PreviousSegments, members
from transforms.segment_rules import Segment, load_segments

CONFIG = Path(__file__).parents[2] / "config"
POLICY = ContactPolicy()
#: A night on which nothing ran, as it happens.
MISSED = date(2026, 12, 13)
RAN = [night for night in NIGHTS if night != MISSED]
AGAIN = RAN[5::11]


#: Campaigns that find nobody in a shop without a loyalty programme, subscriptions and answered requests.
#: One list for the shop's own eyes (`late_delivery`) stands for all of them: they contact nobody.
WITHOUT_FEED = (
    "complement", "seasonal_reorder", "listened", "declined_request", "exit_survey", "missed_confirmation",
    "cancelled_subscription", "expiring_points", "near_tier", "tier_reached", "punch_reward", "spend_reward",
    "club_invitation",
)  # fmt: skip


@dataclass
class Diary:
    """What the month came to."""

    shop: Month
    campaigns: dict[str, Campaign]
    segments: tuple[Segment, ...]
    nights: dict[date, pl.DataFrame] = field(default_factory=dict)
    eligible: dict[date, Counter[str]] = field(default_factory=dict)
    repeated: dict[date, pl.DataFrame] = field(default_factory=dict)
    log: pl.DataFrame = field(default_factory=CONTACT_LOG.empty)

    def mailbox(self, customer: str) -> str:
        found = self.boxes.get(customer)
        return found or customer

    @property
    def boxes(self) -> dict[str, str | None]:
        return dict(self.shop.contacts.select("customer_id", "email").iter_rows())

    def sent(self) -> pl.DataFrame:
        """night and decision of every message that wrote to somebody."""
        rows = [frame.with_columns(night=pl.lit(night)) for night, frame in self.nights.items()]
        chosen = (pl.col("outcome") == "send") & pl.col("channel").is_in(WRITING)
        return pl.concat(rows).filter(chosen)


@pytest.fixture(scope="module")
def diary() -> Diary:
    segments = load_segments(CONFIG / "segments.yml")
    templates = [path.stem for path in (CONFIG / "messages").glob("*.yml")]
    known = Known(FINDERS, {s.name: s.is_review_only for s in segments}, templates, check_rule)
    shipped = load_campaigns(CONFIG / "campaigns.yml", known)
    switched_on = {
        name: one.model_copy(update={"enabled": True})
        for name, one in shipped.items()
        if name not in WITHOUT_FEED and (one.channel != "review" or name == "late_delivery")
    }
    told = Diary(month(), switched_on, segments)
    before: PreviousSegments | None = None
    for night in RAN:
        shop = told.shop.shop(night, before.as_of if before else None)
        tables = members(shop.profile, segments, before, night)
        told.nights[night], found = _decided(told, shop, tables["segment_members"])
        told.eligible[night] = found
        if night in AGAIN:
            told.repeated[night], _ = _decided(
                told, shuffled(shop), tables["segment_members"][::-1]
            )
        told.log = pl.concat([told.log, _acted_on(told.nights[night], night)])
        before = as_previous(tables, night)
    return told


def _decided(told: Diary, shop: Shop, inside: pl.DataFrame) -> tuple[pl.DataFrame, Counter[str]]:
    others = shop.current["messages"]
    everything = {**shop.current, "messages": with_own_messages(others, told.log, ZONE)}
    found = candidates(replace(shop, current=everything), told.campaigns, inside, told.segments)
    permission = Permission(
        shop.profile, told.shop.words(shop.as_of), everything["messages"],
        pl.DataFrame(schema={"customer_id": pl.String, "reason": pl.String}),
        told.shop.contacts.select("customer_id", address_key="email"),
    )  # fmt: skip
    memory = Memory(told.log, received_messages(everything["messages"], ()))
    decided = decide(found, told.campaigns, permission, memory, POLICY, shop.as_of)
    done = told.log.filter(pl.col("channel") != "review")
    waiting: Counter[str] = Counter()
    for name, rows in found.items():
        own = done.filter(pl.col("campaign") == name)
        left = rows.join(own, on=["customer_id", "reason_key"], how="anti")
        waiting[name] = left["customer_id"].n_unique()
    return decided, waiting


def _acted_on(decided: pl.DataFrame, night: date) -> pl.DataFrame:
    event = pl.when(pl.col("outcome") == "send").then(pl.lit("sent")).otherwise(pl.lit("held_out"))
    rows = decided.filter(pl.col("outcome").is_in(["send", "global_holdout", "campaign_holdout"]))
    columns = CONTACT_LOG.schema.names()
    acted = rows.with_columns(contact_date=pl.lit(night), event=event).select(columns)
    # A review list is looked at night after night: each look is of the same reason.
    known = acted.filter(pl.col("channel") != "review")
    return CONTACT_LOG.conform(known)


def test_the_month_is_worth_looking_at(diary):
    every = pl.concat(list(diary.nights.values()))
    told = Counter(every["outcome"])
    assert {"send", "no_consent", "unsubscribed", "no_address", "bounced", "open_complaint", "global_holdout",
            "campaign_holdout", "expired", "frequency_cap", "cooldown", "outranked", "same_address"} <= set(told)  # fmt: skip
    assert diary.sent().height > 100
    assert every["campaign"].n_unique() >= 20


def test_no_mailbox_gets_more_messages_than_the_cap_in_any_window(diary):
    days = defaultdict(list)
    for night, customer in diary.sent().select("night", "customer_id").iter_rows():
        days[diary.mailbox(customer)].append(night)
    assert POLICY.frequency_cap_messages == 1
    for nights in days.values():
        for first, second in pairwise(sorted(nights)):
            assert (second - first).days >= POLICY.frequency_cap_days


def test_nobody_is_written_to_within_the_window_of_another_tools_message(diary):
    others = defaultdict(set)
    for customer, day in diary.shop.current["messages"].filter(pl.col("event") == "sent").select(
        "customer_id", "event_date"
    ).iter_rows():  # fmt: skip
        others[diary.mailbox(customer)].add(day)
    for night, customer in diary.sent().select("night", "customer_id").iter_rows():
        window = {night - timedelta(days=n) for n in range(POLICY.frequency_cap_days)}
        assert not window & others[diary.mailbox(customer)]


def test_nobody_is_ever_written_to_or_called_without_consent(diary):
    reached = pl.concat([f.with_columns(night=pl.lit(n)) for n, f in diary.nights.items()]).filter(
        (pl.col("outcome") == "send") & (pl.col("channel") != "review")
    )
    assert reached["channel"].n_unique() >= 3
    said: dict[date, dict[tuple[str, str, str], bool]] = {}
    for night in RAN:
        words = diary.shop.words(night).select("customer_id", "channel", "purpose", "is_granted")
        said[night] = {(who, by, about): yes for who, by, about, yes in words.iter_rows()}
    for row in reached.iter_rows(named=True):
        purpose = diary.campaigns[row["campaign"]].purpose
        own = said[row["night"]].get((row["customer_id"], row["channel"], purpose))
        marketing = said[row["night"]].get((row["customer_id"], row["channel"], "marketing"))
        assert own or (purpose == "survey" and own is None and marketing), row
        assert purpose == "service" or marketing is not False, row


def test_whoever_unsubscribed_or_bounced_hears_nothing_more(diary):
    ended: dict[str, date] = {}
    gone = diary.shop.current["messages"].filter(pl.col("event").is_in(["unsubscribed", "bounced"]))
    for customer, day in gone.select("customer_id", "event_date").iter_rows():
        box = diary.mailbox(customer)
        ended[box] = min(day, ended.get(box, day))
    again = defaultdict(list)
    for who, stated in diary.shop.consents.filter("is_granted", pl.col("channel") == "email").select(
        "customer_id", "stated_at"
    ).iter_rows():  # fmt: skip
        again[who].append(stated.date())
    mails = diary.sent().filter(pl.col("channel") == "email")
    late = [
        (night, customer)
        for night, customer, name in mails.select("night", "customer_id", "campaign").iter_rows()
        if diary.mailbox(customer) in ended
        and night >= ended[diary.mailbox(customer)]
        and diary.campaigns[name].purpose != "service"
        and max(again[customer]) < ended[diary.mailbox(customer)]
    ]
    assert ended
    assert late == []


def test_nobody_hears_twice_of_one_reason_and_staff_hear_nothing(diary):
    reasons = diary.sent().select("campaign", "customer_id", "reason_key")
    assert not reasons.is_duplicated().any()
    staff = diary.shop.people.filter("is_staff")["customer_id"]
    assert len(staff) > 0
    assert not set(diary.sent()["customer_id"]) & set(staff)


def test_whoever_a_campaign_keeps_back_it_never_writes_to_all_month(diary):
    written = set(diary.sent().select("campaign", "customer_id").rows())
    kept = {
        (row["campaign"], row["customer_id"])
        for frame in diary.nights.values()
        for row in frame.iter_rows(named=True)
        if row["outcome"].endswith("holdout")
    }
    assert kept
    assert not written & kept
    for name, customer in written:
        one = diary.campaigns[name]
        drawn = (
            bucket(POLICY.holdout_salt, customer, "*"),
            bucket(POLICY.holdout_salt, customer, name),
        )
        assert one.purpose == "service" or drawn[0] >= 50
        assert drawn[1] >= one.holdout_share * 1000


def test_the_outcomes_of_every_night_add_up_to_those_with_an_open_reason(diary):
    for night, frame in diary.nights.items():
        assert not frame.select("campaign", "customer_id").is_duplicated().any()
        totals = (
            outcomes(frame, diary.campaigns).group_by("campaign").agg(pl.col("people_count").sum())
        )
        assert {n: c for n, c in totals.iter_rows() if c} == {
            name: count for name, count in diary.eligible[night].items() if count
        }  # fmt: skip


def test_a_reason_is_told_as_expired_once(diary):
    gone: Counter[tuple[str, ...]] = Counter()
    for frame in diary.nights.values():
        expired = frame.filter(pl.col("outcome") == "expired")
        gone.update(expired.select("campaign", "customer_id", "reason_key").rows())
    assert gone
    assert set(gone.values()) == {1}


def test_a_night_made_again_gives_the_same_decisions_whatever_the_order_of_rows(diary):
    assert len(diary.repeated) == len(AGAIN)
    for night, frame in diary.repeated.items():
        assert frame.equals(diary.nights[night]), night


def test_a_cooldown_is_kept_between_two_messages_of_a_campaign(diary):
    days = defaultdict(list)
    for night, name, customer in (
        diary.sent().select("night", "campaign", "customer_id").iter_rows()
    ):
        days[name, diary.mailbox(customer)].append(night)
    for (name, _), nights in days.items():
        for first, second in pairwise(sorted(nights)):
            assert (second - first).days >= diary.campaigns[name].cooldown_days
