"""What the door in asks of the row rules: suites generated from the canonical contract.

polars applied the rules and counted; here every rule of the contract has an expectation of
its own. A rule nobody counted fails, and a counted rule the contract does not know is judged
like any other, so neither can slip through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from expectations.checks import Batch, Check, Row, between, with_rows
from expectations.thresholds import DoorThresholds
from expectations.wording import count, demand, remedy, share
from transforms.canonical import CANONICAL, Table
from transforms.rules import Rule, rules_of

FAILED_SHARE = "rule_failed_share"
FAILED_ROWS = "rule_failed_rows"
KNOWN_SHARE = "rule_known_failed_share"

#: Checks about single rows: a person reads them together, in quarantine.
ROW_CHECKS = frozenset({FAILED_SHARE, FAILED_ROWS, KNOWN_SHARE})
COUNTED = "rules_counted"


def contract_rules(tables: Iterable[Table] = tuple(CANONICAL.values())) -> tuple[Rule, ...]:
    """Every rule of the given canonical tables, in the order of the contract."""
    return tuple(rule for table in tables for rule in rules_of(table))


def share_checks(rules: Iterable[Rule], thresholds: DoorThresholds) -> tuple[Check, ...]:
    """One expectation per rule on the share of tonight's rows it refused.

    A forgiven rule leaves out a value and keeps the row, so it never holds the run.
    """
    return tuple(
        Check(
            FAILED_SHARE,
            "ExpectColumnMaxToBeBetween",
            {"column": rule.name, "max_value": thresholds.hold_share_of(rule.name)},
            _explain_share,
            "warning" if rule.is_forgiven else "critical",
            subject=rule.name,
        )
        for rule in rules
    )


def rule_batches(
    rule_counts: pl.DataFrame, thresholds: DoorThresholds, rules: tuple[Rule, ...]
) -> list[Batch]:
    """Tonight's shares (one column per rule), tonight's refusals, and all rows ever read.

    Args:
        rule_counts: one row per rule and scope ("tonight", "all"); "tonight" is what was read
            since the last publication, so that a held file is judged again on the next run.
        thresholds: what is tolerated.
        rules: the rules that must have been counted, normally `contract_rules()`.
    """
    tonight = _scope(rule_counts, "tonight")
    known = _scope(rule_counts, "all")
    counted = {row["rule"]: row for row in tonight.to_dicts()}
    strangers = (
        _rule_in(row) for name, row in counted.items() if name not in {rule.name for rule in rules}
    )
    judged = (*rules, *strangers)
    return [
        _shares_of_tonight(judged, counted, thresholds),
        _refusals_of_tonight(tonight, rules, thresholds),
        _shares_of_all(known, rules, thresholds),
    ]


def _scope(rule_counts: pl.DataFrame, scope: str) -> pl.DataFrame:
    """Counts of one scope, one row per rule, with the share of checked rows that failed."""
    checked, failed = pl.col("checked_rows"), pl.col("failed_rows")
    return (
        rule_counts.filter(pl.col("scope") == scope)
        .group_by("table", "column", "code", maintain_order=True)
        .agg(checked.sum(), failed.sum())
        .with_columns(
            pl.format("{}.{}.{}", "table", "column", "code").alias("rule"),
            # Failures among no checked rows are a fault of the counting: as bad as all failed.
            pl.when(checked > 0)
            .then(failed / checked)
            .otherwise((failed > 0).cast(pl.Float64))
            .alias("failed_share"),
        )
    )


def _shares_of_tonight(
    rules: tuple[Rule, ...], counted: Mapping[str, Row], thresholds: DoorThresholds
) -> Batch:
    evidence: dict[str, Row] = {}
    shares: dict[str, float | None] = {}
    for rule in rules:
        row = counted.get(rule.name)
        identity = {"table": rule.table, "column": rule.column, "code": rule.code}
        limit = thresholds.hold_share_of(rule.name)
        evidence[rule.name] = {**(row or identity), "limit": limit}
        shares[rule.name] = _judged_share(row, thresholds)
    # Where nothing at all was counted one finding says so, instead of one per rule.
    frame = pl.DataFrame([shares] if counted else [], schema=dict.fromkeys(shares, pl.Float64))
    batch = Batch("rules_tonight", frame, share_checks(rules, thresholds), evidence)
    return with_rows(batch, _nothing_counted("tonight"))


def _judged_share(row: Row | None, thresholds: DoorThresholds) -> float | None:
    """The share that may hold the run; null, which fails, where the rule was not counted."""
    if row is None:
        return None
    if 0 < row["checked_rows"] < thresholds.hold_needs_checked_rows:
        return 0.0
    return float(row["failed_share"])


def _refusals_of_tonight(
    tonight: pl.DataFrame, rules: tuple[Rule, ...], thresholds: DoorThresholds
) -> Batch:
    check = between(
        FAILED_ROWS,
        "failed_share",
        0,
        thresholds.warn_above_failed_share,
        _explain_rows,
        "warning",
        "rule",
    )
    batch = Batch("rule_counts_tonight", tonight, (_all_counted(rules, "tonight"), check))
    return with_rows(batch, _nothing_counted("tonight"))


def _shares_of_all(
    known: pl.DataFrame, rules: tuple[Rule, ...], thresholds: DoorThresholds
) -> Batch:
    limit = thresholds.warn_above_known_failed_share
    check = between(KNOWN_SHARE, "failed_share", 0, limit, _explain_known, "warning", "rule")
    batch = Batch("rule_counts_all", known, (_all_counted(rules, "all"), check))
    return with_rows(batch, _nothing_counted("all"))


def _all_counted(rules: tuple[Rule, ...], scope: str) -> Check:
    return Check(
        COUNTED,
        "ExpectColumnDistinctValuesToContainSet",
        {"column": "rule", "value_set": [rule.name for rule in rules]},
        lambda _: (
            f"Not every rule of the contract was counted over the rows of scope {scope!r}, so "
            "rows may have come in unchecked. This is a fault in Suki: the row rules and the "
            "contract disagree."
        ),
        subject=scope,
    )


def _nothing_counted(scope: str) -> str:
    return (
        f"No rule was counted over the rows of scope {scope!r}, so nothing says whether they are "
        "good. Run `suki ingest` again; if it stays, this is a fault in Suki."
    )


def _rule_in(row: Row) -> Rule:
    return Rule(row["table"], row["column"], row["code"])


def _explain_share(row: Row) -> str:
    rule = _rule_in(row)
    if "checked_rows" not in row:
        return (
            f"Rule {rule.name} of the contract was not counted tonight, so rows may have come in "
            "unchecked. This is a fault in Suki: the row rules and the contract disagree."
        )
    lost = "came in without the value" if rule.is_forgiven else "were refused"
    return (
        f"{rule.table}.{rule.column} {demand(rule)}: {count(row['failed_rows'])} of tonight's "
        f"{count(row['checked_rows'], 'rows')} ({share(row['failed_share'])}) {lost}, more than "
        f"the {share(row['limit'])} tolerated. Look at file, row and value with `suki status`; "
        f"{remedy(rule)}; then run again. If this is how the shop's data is, raise "
        "hold_above_failed_share under [doors] in suki.toml."
    )


def _explain_rows(row: Row) -> str:
    rule = _rule_in(row)
    fate = "came in without the value" if rule.is_forgiven else "are in quarantine"
    return (
        f"{rule.table}.{rule.column} {demand(rule)}: {count(row['failed_rows'])} of tonight's "
        f"{count(row['checked_rows'], 'rows')} ({share(row['failed_share'])}) do not, and {fate}. "
        f"Look at file, row and value with `suki status`; {remedy(rule)}."
    )


def _explain_known(row: Row) -> str:
    rule = _rule_in(row)
    return (
        f"{rule.table}.{rule.column} {demand(rule)}: of all {count(row['checked_rows'], 'rows')} "
        f"ever read, {count(row['failed_rows'])} ({share(row['failed_share'])}) do not, so the "
        f"figures rest on the rest. To win them back: {remedy(rule)}."
    )
