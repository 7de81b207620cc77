"""What the door out asks of the contact lists before anyone is written to."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from expectations.checks import Batch, Check, Row, Severity, between, known, with_rows
from expectations.wording import count

#: Column of the counts, name of the check, gravity, what is wrong, what to do.
_QUESTIONS: tuple[tuple[str, str, Severity, str, str], ...] = (
    (
        "rows_without_consent",
        "list_consent",
        "critical",
        "have not agreed to be contacted",
        "Nobody may be written to without consent: this is a fault in Suki",
    ),
    (
        "rows_without_address",
        "list_address",
        "warning",
        "have no address on the list's channel",
        "They cannot be reached so: this is a fault in Suki",
    ),
    (
        "duplicate_rows",
        "list_duplicates",
        "critical",
        "are in the list twice",
        "They would be written to twice: this is a fault in Suki",
    ),
    (
        "rows_not_in_segment_population",
        "list_population",
        "critical",
        "are unknown to the segments of this run",
        "The list is of another run; run `suki score` and `suki publish` again",
    ),
)


def list_batch(list_checks: pl.DataFrame) -> Batch:
    """Counts per list that must all be nought; a list that was not counted is a finding too."""
    checks: list[Check] = []
    for column, name, severity, wrong, remedy in _QUESTIONS:
        checks.append(known(f"{name}_known", column, "list_name"))
        explain = _explain(column, wrong, remedy)
        checks.append(between(name, column, 0, 0, explain, severity, "list_name"))
    return with_rows(
        Batch("lists", list_checks, tuple(checks)),
        "No list was checked for consent, so none may be used. Run `suki publish` again.",
    )


def _explain(column: str, wrong: str, remedy: str) -> Callable[[Row], str]:
    return lambda row: (
        f"List {row['list_name']}: {count(row[column])} of {count(row['rows'], 'rows')} {wrong}. "
        f"{remedy}."
    )
