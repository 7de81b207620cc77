"""The scores of a run in one call: from dbt facts to the `SCORES` tables and reminder lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from transforms import contact, lifecycle, reorder, reorder_dates, segments
from transforms.canonical import CURRENT, SCORES
from transforms.clv import scoring as clv
from transforms.clv.gate import ClvPolicy
from transforms.lifecycle_model import no_purchase_model
from transforms.next_order import EnoughGaps
from transforms.support import SupportDesk, score_tickets
from transforms.themes import CommentBox, classify

FACTS = ("fct_occasions", "fct_order_lines")


def score(
    facts: Mapping[str, pl.DataFrame],
    products: pl.DataFrame,
    as_of: date,
    segment_policy: segments.SegmentPolicy,
    reorder_policy: reorder.ReorderPolicy,
    clv_policy: ClvPolicy,
    last_fits: pl.DataFrame | None = None,
    desk: SupportDesk | None = None,
    box: CommentBox | None = None,
    subscriptions: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """Every score table: global curves and thresholds first, then one row per customer.

    Args:
        facts: the frames named in FACTS.
        products: the current products.
        last_fits: model_fits of an earlier run, for a fit that fails tonight.
        desk: the tickets and what support has promised; None: there are none.
        box: what customers wrote and the dictionaries to read it with; None: nobody did.
        subscriptions: the current subscriptions; None: there are none.
    """
    occasions = facts["fct_occasions"]
    lines = facts["fct_order_lines"].filter(pl.col("is_purchase"))
    known_people = lines.join(
        occasions.select("customer_id").unique(), on="customer_id", how="semi"
    )
    bought = reorder.purchases(known_people)
    enough = EnoughGaps(reorder_policy.minimum_intervals, reorder_policy.minimum_events)
    model = no_purchase_model(clv_policy)
    stages = lifecycle.tables(occasions, bought, as_of, segment_policy, enough, model)
    features = segments.customer_features(occasions, as_of, segment_policy.window_days)
    named, cuts = segments.segment(features, stages["customer_states"])
    intervals = reorder.intervals(bought, as_of, reorder_policy)
    running = CURRENT["subscriptions"].empty() if subscriptions is None else subscriptions
    excluded = reorder_dates.exclusions(
        facts["fct_order_lines"], products, running, as_of, reorder_policy.cooldown_days
    )
    due = reorder_dates.due(
        bought, intervals, stages["regularity"], excluded, as_of, reorder_policy
    )
    # Whoever is lapsed is to be won back, not reminded of coffee: the lists are disjoint.
    lapsed = named.filter(pl.col("lifecycle_state") == "lapsed").select("customer_id")
    tables = {
        "customer_segments": named,
        "score_thresholds": segments.thresholds(cuts, stages["lifecycle_limits"]),
        **stages,
        "product_intervals": intervals,
        "reorder_due": due.join(lapsed, on="customer_id", how="anti", maintain_order="left"),
        **clv.score(occasions, as_of, clv_policy, last_fits),
        **score_tickets(desk or SupportDesk(), as_of),
        "response_themes": classify(box or CommentBox()),
    }
    assert tables.keys() == SCORES.keys()
    return tables


def dated(table: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """A score table with the business date it was made for in front of every row."""
    return table.select(pl.lit(as_of).alias("as_of"), pl.all())


def reminder_lists(
    scores: Mapping[str, pl.DataFrame], contacts: pl.DataFrame, customers: pl.DataFrame, as_of: date
) -> list[contact.ReminderList]:
    """The reminder lists of a run, consent applied."""
    return [
        contact.reorder_list(scores["reorder_due"], contacts, customers),
        contact.win_back_list(scores["customer_segments"], contacts, customers, as_of),
    ]


def list_checks(lists: list[contact.ReminderList], customers: pl.DataFrame) -> pl.DataFrame:
    """What the door out asks of lists, counted against the customers anew.

    Returns:
        list_name, rows, rows_without_consent, rows_without_email, duplicate_rows,
        rows_not_in_segment_population: one row per list.
    """
    agreed = customers.filter(pl.col("email_marketing_consent")).select("customer_id")
    known = customers.filter(pl.col("is_identified")).select("customer_id")
    rows = [
        (
            one.name,
            one.rows.height,
            one.rows.join(agreed, on="customer_id", how="anti").height,
            one.rows["email"].null_count(),
            int(one.rows["email"].is_duplicated().sum()),
            one.rows.join(known, on="customer_id", how="anti").height,
        )
        for one in lists
    ]
    names = (
        "rows",
        "rows_without_consent",
        "rows_without_email",
        "duplicate_rows",
        "rows_not_in_segment_population",
    )
    return pl.DataFrame(
        rows, orient="row", schema={"list_name": pl.String, **dict.fromkeys(names, pl.Int64)}
    )


def segment_members(
    named: pl.DataFrame, contacts: pl.DataFrame, customers: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """One frame per segment: who is in it, the scores that put them there, and consent."""
    agreed = customers.select("customer_id", "email_marketing_consent", "country")
    plain = contacts.select("customer_id", "email", "first_name", "last_name", "language")
    full = named.join(plain, on="customer_id", how="left").join(
        agreed, on="customer_id", how="left"
    )
    # Lists are for people: money to the cent, as it is spoken of.
    full = full.with_columns(pl.col("net_sales_amount").round(2).cast(pl.Decimal(18, 2)))
    full = full.with_columns(reason=explanation()).sort("customer_id")
    return {
        name: full.filter(pl.col("segment") == name).drop("segment")
        for name in sorted(segments.SEGMENTS)
    }


def explanation() -> pl.Expr:
    """Why a customer is in the segment, in one sentence."""
    return pl.concat_str(
        pl.lit("last order "), "days_since_last_order", pl.lit(" days ago (score "), "recency_score", pl.lit(" of 5), "),
        "occasion_count", pl.lit(" purchases in the window (score "), "frequency_score", pl.lit("), "),
        pl.col("net_sales_amount").cast(pl.String), pl.lit(" spent (score "), "monetary_score", pl.lit(")"),
        pl.when(pl.col("lifecycle_state") == "new")
        .then(pl.lit("; first purchase, younger than the at-risk limit")).otherwise(pl.lit("")),
    )  # fmt: skip
