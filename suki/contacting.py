"""When a publication may contact anyone, and how what was handed over is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from suki.errors import SukiError
from suki.ledger import Ledger


def may_contact(run_id: str, ledger: Ledger) -> tuple[dict[str, Any], str | None]:
    """The record of a published run, and why it contacts nobody; None where it may.

    Raises:
        SukiError: it is not published.
    """
    record = ledger.run(run_id)
    if record is None or not ledger.is_published(run_id):
        raise SukiError(f"run {run_id!r} is not published; nothing is sent for it")
    return record, _why_silent(record, ledger)


def _why_silent(record: dict[str, Any], ledger: Ledger) -> str | None:
    newest = ledger.newest_published()
    if record["known_at"] is not None:
        return "a run with known_at tells what was believed then; it contacts nobody"
    if newest and newest["as_of"] > record["as_of"]:
        return f"{record['as_of']} is not the newest business date ({newest['as_of']} is); it contacts nobody"
    return None


def handed_over(
    run_id: str, mail: str, outcomes: list[str], lacking: Iterable[str] = ()
) -> dict[str, Any]:
    """What became of a mail's copies.

    Args:
        lacking: why further copies do not even exist.

    Raises:
        SukiError: some were not sent; the outbox keeps them and the next try sends them.
    """
    troubles = [*lacking]
    if failed := outcomes.count("failed"):
        troubles.append(
            f"{mail} was not sent to {failed} of {len(outcomes)} recipients; `suki status` says why. It "
            f"lies in the outbox; `suki report send {run_id}` and `suki remind {run_id}` try again"
        )
    if troubles:
        raise SukiError("; ".join(troubles))
    return {"run_id": run_id, "mails": _counted(outcomes), "why_silent": None}


def _counted(outcomes: list[str]) -> dict[str, int]:
    return {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}
