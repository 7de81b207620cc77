"""Why a figure about campaigns, answers or tickets is absent: the ends of short sentences."""

from __future__ import annotations

from reports.words import N_, _, reason_words

REASONS = {
    "contact_not_confirmed": N_("whether the message arrived is not known"),
    "complaints_not_told_apart": N_("the tickets do not tell which of them are complaints"),
    "more_answers_than_deliveries": N_("more answers than deliveries: some deliveries are missing"),
    "no_deliveries_known": N_("no delivery of a survey is known"),
    "no_delivery_events": N_("no delivery is recorded"),
    "no_holdout": N_("nobody was held out to compare with"),
    "no_joining_dates": N_("the days of joining are not known"),
    "no_loyalty_field": N_("the customers feed does not tell who is a member"),
    "no_messages": N_("no message was sent"),
    "no_responses_of_customers": N_("no answer of a customer"),
    "no_review_regains_five_stars": N_("no number of reviews brings back a full five stars"),
    "no_reviews": N_("no review in the month"),
    "no_tickets_in_period": N_("no ticket in the period"),
    "no_tickets_known": N_("no ticket is known"),
    "nobody_contacted": N_("nobody has been contacted"),
    "nobody_named": N_("the deliveries name nobody"),
    "nobody_observed_long_enough": N_("nobody has been watched for long enough yet"),
    "origin_not_stated": N_("the source does not tell which were asked for"),
    "replies_not_recorded": N_("the source never records a reply"),
}


def why(reason_code: str | None) -> str:
    """A reason code in words; one that is not known here is told by the words of all reports."""
    if reason_code in REASONS:
        return _(REASONS[reason_code])
    return reason_words(reason_code)
