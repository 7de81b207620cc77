"""For every person and campaign one outcome with one reason, asked in one order."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from tests.transforms.arbiter_shop import (
    AS_OF,
    ago,
    campaign,
    event,
    everything_agreed,
    night,
    outcome,
    outcomes,
    past,
    reason,
    word,
)
from transforms.arbiter import ContactPolicy
from transforms.arbiter import outcomes as counted
from transforms.canonical.outreach import SUPPRESSIONS

EVERYBODY_KEPT_BACK = ContactPolicy(global_holdout_share=1.0)
ANA = [reason("ana")]


#: Outcome -> what brings it about; put on top of each other, the first named is the one told.
IN_ORDER = {
    "erased": {"barred": {"ana": "erased"}},
    "unsubscribed": {"said": [event("ana", "unsubscribed", 2)]},
    "no_address": {"people": {"ana": {"has_email": False}}},
    "bounced": {"said": [event("ana", "bounced", 1)]},
    "open_complaint": {"people": {"ana": {"has_open_complaint": True}}},
    "global_holdout": {"policy": EVERYBODY_KEPT_BACK},
    "expired": {"reasons": [reason("ana", days_ago=30)]},
    "cooldown": {"log": [past("ana", 20, campaign="tea")], "campaigns": campaign(cooldown_days=21)},
    "frequency_cap": {"received": [("ana", 6)]},
}  # fmt: skip


@pytest.mark.parametrize("name", IN_ORDER)
def test_each_reason_alone_is_the_one_told(name):
    given = {"reasons": ANA} | IN_ORDER[name]
    assert outcome(night(given.pop("reasons"), **given)) == name


@pytest.mark.parametrize("position", range(len(IN_ORDER)))
def test_of_several_reasons_the_first_in_order_is_told(position):
    names = list(IN_ORDER)[position:]
    merged: dict = {"reasons": ANA, "people": {"ana": {}}, "said": []}
    for name in names:
        for key, value in IN_ORDER[name].items():
            if key == "people":
                merged["people"]["ana"] |= value["ana"]
            elif key == "said":
                merged["said"] = merged["said"] + value
            else:
                merged[key] = value
    assert outcome(night(merged.pop("reasons"), **merged)) == names[0]


def test_the_order_of_reasons_is_the_published_one():
    rest = ("no_consent", "campaign_holdout", "same_address", "outranked")
    assert tuple(IN_ORDER) == tuple(name for name in SUPPRESSIONS if name not in rest)


def test_who_never_said_a_word_is_not_written_to():
    assert outcome(night(ANA, words=[])) == "no_consent"


def test_a_yes_on_another_channel_is_no_yes():
    assert outcome(night(ANA, words=[word("ana", channel="sms")])) == "no_consent"


def test_staff_who_agreed_are_not_written_to():
    assert outcome(night(ANA, people={"ana": {"is_staff": True}})) == "no_consent"


@pytest.mark.parametrize("name", ["unsubscribed", "complained"])
def test_an_unsubscribe_by_message_ends_an_earlier_yes_and_a_later_yes_ends_the_unsubscribe(name):
    said = [event("ana", name, 50)]
    assert outcome(night(ANA, words=[word("ana", days_ago=100)], said=said)) == "unsubscribed"
    assert outcome(night(ANA, words=[word("ana", days_ago=10)], said=said)) == "send"


def test_an_unsubscribe_of_unknown_channel_holds_for_every_channel_and_a_named_one_for_its_own():
    by_sms = campaign(channel="sms")
    assert (
        outcome(night(ANA, by_sms, said=[event("ana", "unsubscribed", 5, None)])) == "unsubscribed"
    )
    assert outcome(night(ANA, by_sms, said=[event("ana", "unsubscribed", 5, "email")])) == "send"


def test_an_address_bounces_until_something_arrives_there_again():
    bounce = event("ana", "bounced", 9)
    assert outcome(night(ANA, said=[bounce])) == "bounced"
    assert outcome(night(ANA, said=[bounce, event("ana", "delivered", 3)])) == "send"
    assert outcome(night(ANA, said=[bounce, event("ana", "delivered", 20)])) == "bounced"
    assert outcome(night(ANA, said=[bounce, event("ana", "sent", 3)])) == "bounced"


def test_what_a_mailbox_answered_holds_for_everybody_behind_it_but_only_there():
    shared = {
        "people": {"ben": {}},
        "mailboxes": {"ana": "home@example.com", "ben": "home@example.com"},
    }
    for name in ("unsubscribed", "bounced"):
        said = [event("ben", name, 3)]
        assert outcome(night(ANA, said=said, **shared)) == name
        assert (
            outcome(
                night(ANA, campaign(channel="sms"), said=[event("ben", name, 3, "sms")], **shared)
            )
            == "send"
        )
        assert outcome(night(ANA, said=said, people={"ben": {}})) == "send"


def test_the_erased_stand_on_no_list_and_others_barred_on_those_for_the_shops_own_eyes():
    review = campaign(channel="review", purpose="service")
    assert outcome(night(ANA, review, barred={"ana": "erased"})) == "erased"
    assert outcome(night(ANA, review, barred={"ana": "bounced"})) == "send"
    twice = [("ana", "bounced"), ("ana", "erased")]
    assert outcome(night(ANA, review, barred=twice)) == "erased"
    assert outcome(night(ANA, barred=twice)) == "erased"


def test_a_review_list_contacts_nobody_so_nothing_but_erasure_and_expiry_takes_anybody_off():
    review = campaign(channel="review")
    free = {
        "words": [word("ana", False)], "people": {"ana": {"has_email": False, "has_open_complaint": True}},
        "policy": EVERYBODY_KEPT_BACK, "received": [("ana", 1)], "said": [event("ana", "unsubscribed", 1)],
    }  # fmt: skip
    assert outcome(night(ANA, review, **free)) == "send"
    listed = [past("ana", 1, "tea", "tea", "listed", "review")]
    assert outcome(night(ANA, review, log=listed, **free)) == "send", "it stands until it is gone"
    assert outcome(night([reason("ana", days_ago=30)], review, **free)) == "expired"


def test_a_review_list_neither_outranks_a_message_nor_counts_against_the_cap():
    campaigns = {"look": campaign(channel="review", priority=1), "tea": campaign(priority=90)}
    both = {"look": ANA, "tea": ANA}
    log = [
        past("ana", 1, "look", "x", "listed", "review"),
        past("ana", 1, "ring", "x", "listed", "phone"),
    ]
    assert night(both, campaigns, log=log)["outcome"].to_list() == ["send", "send"]


def test_service_is_exempt_from_complaint_and_holdout_but_not_from_cap_and_consent():
    service = campaign(purpose="service", holdout_share=0.5)
    agreed = [word("ana", purpose="service")]
    bothered = {"people": {"ana": {"has_open_complaint": True}}, "policy": EVERYBODY_KEPT_BACK}
    assert outcome(night(ANA, service, words=agreed, **bothered)) == "send"
    assert outcome(night(ANA, service, words=agreed, received=[("ana", 2)])) == "frequency_cap"
    assert outcome(night(ANA, service, words=[word("ana")])) == "no_consent"
    assert (
        outcome(night(ANA, service, words=[word("ana", False, purpose="service")]))
        == "unsubscribed"
    )


def test_where_the_shop_says_that_service_is_agreed_only_a_no_to_service_forbids_it():
    service = campaign(purpose="service")
    agreed = ContactPolicy(global_holdout_share=0.0, service_contact_is_agreed=True)
    assert outcome(night(ANA, service, words=[], policy=agreed)) == "send"
    assert outcome(night(ANA, service, words=[word("ana", False)], policy=agreed)) == "send"
    no = [word("ana", False, purpose="service")]
    assert outcome(night(ANA, service, words=no, policy=agreed)) == "unsubscribed"
    assert outcome(night(ANA, campaign(), words=[], policy=agreed)) == "no_consent"


def test_a_birthday_needs_its_own_yes_and_a_no_to_marketing_ends_it():
    birthday = campaign(purpose="birthday")
    own = word("ana", purpose="birthday", days_ago=10)
    assert outcome(night(ANA, birthday, words=[word("ana")])) == "no_consent"
    assert outcome(night(ANA, birthday, words=[own])) == "send"
    assert outcome(night(ANA, birthday, words=[own, word("ana", False)])) == "unsubscribed"


def test_the_day_of_a_birthday_cannot_be_read_from_the_decision():
    row = night(
        [reason("ana", days_ago=2)],
        campaign(purpose="birthday"),
        words=[word("ana", purpose="birthday")],
    )
    assert row.select("event_date", "expires_on").row(0) == (AS_OF, AS_OF + timedelta(days=1))


def test_a_survey_may_be_sent_on_a_yes_to_marketing_until_a_no_to_either():
    survey = campaign(purpose="survey")
    own_no = word("ana", False, purpose="survey")
    assert outcome(night(ANA, survey, words=[word("ana")])) == "send"
    assert outcome(night(ANA, survey, words=[word("ana"), own_no])) == "unsubscribed"
    assert (
        outcome(night(ANA, survey, words=[word("ana", False), word("ana", purpose="survey")]))
        == "unsubscribed"
    )


def test_a_survey_is_allowed_again_by_a_yes_to_marketing_after_an_unsubscribe():
    survey, left = campaign(purpose="survey"), [event("ana", "unsubscribed", 50)]
    assert (
        outcome(night(ANA, survey, words=[word("ana", days_ago=80)], said=left)) == "unsubscribed"
    )
    assert outcome(night(ANA, survey, words=[word("ana", days_ago=20)], said=left)) == "send"


def test_an_unsubscribe_ends_birthdays_unless_they_were_agreed_to_afterwards():
    birthday, left = campaign(purpose="birthday"), [event("ana", "unsubscribed", 50)]
    for days_ago, told in ((80, "unsubscribed"), (20, "send")):
        words = [word("ana", purpose="birthday", days_ago=days_ago)]
        assert outcome(night(ANA, birthday, words=words, said=left)) == told


@pytest.mark.parametrize(
    ("channel", "flag"),
    [("email", "has_email"), ("sms", "has_phone"), ("phone", "has_phone"), ("push", "has_push_token"),
     ("post", "has_postal_address")],
)  # fmt: skip
def test_whoever_lacks_the_address_of_the_channel_is_told_so(channel, flag):
    by = campaign(channel=channel)
    assert outcome(night(ANA, by)) == "send"
    assert outcome(night(ANA, by, people={"ana": {flag: False}})) == "no_address"


def test_a_mailbox_of_two_gets_one_message_a_night():
    home = {"mailboxes": {"ana": "home@example.com", "ben": "home@example.com"}}
    decided = night([reason("ana"), reason("ben"), reason("cy")], **home)
    assert outcomes(decided) == {"ana": "send", "ben": "same_address", "cy": "send"}


def test_two_campaigns_at_one_mailbox_are_ranked_though_they_are_for_two_people():
    campaigns = {"tea": campaign(priority=2), "mug": campaign(priority=1)}
    home = {"mailboxes": {"ana": "home@example.com", "ben": "home@example.com"}}
    decided = night({"tea": [reason("ana")], "mug": [reason("ben")]}, campaigns, **home)
    assert decided.select("campaign", "outcome", "outranked_by").rows() == [
        ("mug", "send", None), ("tea", "outranked", "mug"),
    ]  # fmt: skip


def test_cap_and_cooldown_go_by_the_mailbox_also_where_only_one_of_two_is_a_candidate():
    home = {
        "people": {"ben": {}},
        "mailboxes": {"ana": "home@example.com", "ben": "home@example.com"},
    }
    assert outcome(night(ANA, log=[past("ben", 3)], **home)) == "frequency_cap"
    assert outcome(night(ANA, received=[("ben", 3)], **home)) == "frequency_cap"
    rests = campaign(cooldown_days=30)
    assert outcome(night(ANA, rests, log=[past("ben", 20, "tea")], **home)) == "cooldown"
    assert outcome(night(ANA, rests, log=[past("ben", 20, "tea")], people={"ben": {}})) == "send"


@pytest.mark.parametrize(("channel", "device"), [("sms", "phone"), ("push", "push_token")])
def test_one_telephone_or_device_gets_one_message_a_night(channel, device):
    shared = {device: {"ana": "+639171234567", "ben": "+639171234567"}}
    decided = night(
        [reason("ana"), reason("ben"), reason("cy")], campaign(channel=channel), **shared
    )
    assert outcomes(decided) == {"ana": "send", "ben": "same_address", "cy": "send"}
    assert set(outcomes(night([reason("ana"), reason("ben")], **shared)).values()) == {"send"}


def test_the_best_priority_is_sent_and_the_others_name_it():
    campaigns = {name: campaign(priority=rank) for name, rank in (("a", 30), ("b", 10), ("c", 20))}
    decided = night(dict.fromkeys(campaigns, ANA), campaigns)
    assert decided.select("campaign", "outcome", "outranked_by").rows() == [
        ("a", "outranked", "b"), ("b", "send", None), ("c", "outranked", "b"),
    ]  # fmt: skip


def test_a_campaign_that_may_not_write_outranks_nobody():
    campaigns = {"mug": campaign(priority=1, cooldown_days=30), "tea": campaign(priority=2)}
    decided = night({"mug": ANA, "tea": ANA}, campaigns, log=[past("ana", 20, "mug")])
    assert decided["outcome"].to_list() == ["cooldown", "send"]


@pytest.mark.parametrize(("days", "told"), [(29, "cooldown"), (30, "send")])
def test_a_campaign_rests_for_its_cooldown_and_no_longer(days, told):
    assert outcome(night(ANA, campaign(cooldown_days=30), log=[past("ana", days, "tea")])) == told


@pytest.mark.parametrize(
    ("days", "told"), [(0, "frequency_cap"), (6, "frequency_cap"), (7, "send")]
)
def test_the_cap_counts_so_many_days_tonight_included(days, told):
    assert outcome(night(ANA, received=[("ana", days)])) == told


def test_a_cap_of_two_lets_a_second_message_through_and_no_third():
    two = ContactPolicy(frequency_cap_messages=2, global_holdout_share=0.0)
    assert outcome(night(ANA, policy=two, log=[past("ana", 2)])) == "send"
    assert (
        outcome(night(ANA, policy=two, log=[past("ana", 2)], received=[("ana", 4)]))
        == "frequency_cap"
    )


def test_whoever_was_kept_back_was_not_written_to_so_no_cap_and_no_cooldown_holds():
    log = [past("ana", 1, "tea", event="held_out")]
    assert outcome(night(ANA, campaign(cooldown_days=30), log=log)) == "send"


@pytest.mark.parametrize("how", ["sent", "listed", "held_out"])
def test_a_reason_in_the_log_is_never_decided_again(how):
    done = past("ana", 300, "tea", "tea:1", how)
    decided = night([reason("ana", "tea:1"), reason("ben", "tea:1")], log=[done])
    assert outcomes(decided) == {"ben": "send"}
    assert outcome(night([reason("ana", "tea:1"), reason("ana", "tea:2")], log=[done])) == "send"


def test_of_several_reasons_the_oldest_is_taken_then_the_larger_rank_then_the_key():
    older = [reason("ana", "late", 1), reason("ana", "early", 5)]
    assert night(older)["reason_key"].item() == "early"
    ranked = [
        reason("ana", "a"),
        reason("ana", "b", rank_value=2.0),
        reason("ana", "c", rank_value=9.0),
    ]
    assert night(ranked)["reason_key"].item() == "c"
    assert night([reason("ana", "b"), reason("ana", "a")])["reason_key"].item() == "a"


def test_a_reason_that_ran_out_gives_way_to_one_that_stands():
    decided = night([reason("ana", "gone", 40), reason("ana", "stands", 2)])
    assert decided.select("reason_key", "outcome").row(0) == ("stands", "send")


@pytest.mark.parametrize(("days", "told"), [(6, "send"), (7, "expired")])
def test_a_reason_stands_for_its_days_and_no_longer(days, told):
    decided = night([reason("ana", days_ago=days)], campaign(expires_after_days=7))
    assert (outcome(decided), decided["expires_on"].item()) == (told, ago(days - 7))


def test_the_language_is_the_customers_or_else_the_campaigns():
    decided = night(
        [reason("ana"), reason("ben")], campaign(language="pl"), people={"ana": {"language": "th"}}
    )
    assert decided["language"].to_list() == ["th", "pl"]


def test_outcomes_name_empty_campaigns_and_leave_out_those_switched_off():
    campaigns = {"tea": campaign(), "mug": campaign(), "off": campaign(enabled=False)}
    decided = night(
        {"tea": [reason("ana"), reason("ben")], "mug": []},
        campaigns,
        words=everything_agreed("ana"),
    )
    table = counted(decided, campaigns)
    some = table.filter(pl.col("people_count") > 0).select(
        "campaign", "outcome", "people_count", "eligible_count"
    )
    assert some.rows() == [("tea", "no_consent", 1, 2), ("tea", "send", 1, 2)]
    assert set(table["campaign"]) == {"tea", "mug"}
    assert table.height == 2 * (len(SUPPRESSIONS) + 1)


def test_nobody_found_is_an_empty_table_of_the_same_shape():
    assert night({"tea": []}).schema == night(ANA).schema
    assert night({}, {}).is_empty()
