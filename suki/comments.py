"""What customers wrote, as a run may read and quote it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from suki.configured import comment_box
from suki.contact_log import suppressed_identifiers
from suki.identity_decisions import surrogates_of_run
from suki.ledger import Ledger
from suki.runs import Run
from suki.settings import Settings

if TYPE_CHECKING:
    from transforms.themes import CommentBox


def comments_of(run: Run, settings: Settings, ledger: Ledger) -> CommentBox:
    """The comments of a run, the names and orders to take out of them, and who is never quoted.

    Raises:
        ConfigurationError: themes.yml is wrong; the message names file, line and remedy.
    """
    import polars as pl

    current = run.folder(settings) / "current"
    answers, responses, contacts, customers, orders = (
        pl.read_parquet(current / f"{name}.parquet")
        for name in ("answers", "responses", "contacts", "customers", "orders")
    )
    staff = customers.filter(pl.col("is_staff").fill_null(False))["customer_id"]
    return replace(
        comment_box(answers, responses, settings),
        contacts=contacts,
        order_ids=orders["order_id"],
        never_quoted=frozenset(staff) | _erased(run, ledger),
    )


def _erased(run: Run, ledger: Ledger) -> frozenset[str]:
    customer_of = surrogates_of_run(ledger, run.run_id)
    known_at = datetime.fromisoformat(run.known_at) if run.known_at else None
    return frozenset(
        customer_of[row["identifier"]]
        for row in suppressed_identifiers(ledger, known_at)
        if row["reason"] == "erased" and row["identifier"] in customer_of
    )
