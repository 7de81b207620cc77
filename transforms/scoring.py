"""The scores of a run in one call: from dbt facts to the `SCORES` tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from transforms import lifecycle, reorder, reorder_dates, segments
from transforms.canonical import CURRENT, SCORES
from transforms.canonical.outreach import OUTREACH_SCORES
from transforms.clv import scoring as clv
from transforms.clv.gate import ClvPolicy
from transforms.comment_quotes import comment_quotes
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
        **_voice(box or CommentBox(), as_of),
    }
    assert tables.keys() == SCORES.keys() - {table.name for table in OUTREACH_SCORES}
    return tables


def _voice(box: CommentBox, as_of: date) -> dict[str, pl.DataFrame]:
    raised = classify(box)
    return {"response_themes": raised, "comment_quotes": comment_quotes(box, raised, as_of)}


def dated(table: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """A score table with the business date it was made for in front of every row."""
    return table.select(pl.lit(as_of).alias("as_of"), pl.all())
