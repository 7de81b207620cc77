"""The suites of the row rules are the contract's, no rule more and no rule less."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from expectations import door_in
from expectations.checks import Batch
from expectations.rule_suite import FAILED_SHARE, contract_rules, rule_batches, share_checks
from expectations.runner import validate
from expectations.thresholds import DoorThresholds
from expectations.wording import demand, remedy
from transforms.canonical import CANONICAL, Column, Table
from transforms.rules import Rule, rules_of


def counts_of(rules: tuple[Rule, ...], failed_rows: int = 0) -> pl.DataFrame:
    rows = [
        {
            "table": rule.table,
            "column": rule.column,
            "code": rule.code,
            "checked_rows": 100,
            "failed_rows": failed_rows,
            "scope": scope,
        }
        for scope in ("tonight", "all")
        for rule in rules
    ]
    return pl.DataFrame(rows)


def with_new_column(table: Table) -> Table:
    column = Column("loyalty_tier", pl.String, "Tier.", required=True, allowed=("gold", "silver"))
    return replace(table, columns=(*table.columns, column))


@pytest.mark.parametrize("table", CANONICAL.values(), ids=CANONICAL)
def test_every_rule_of_a_canonical_table_has_an_expectation_of_its_own(table: Table) -> None:
    asked = {
        check.arguments["column"] for check in share_checks(contract_rules(), DoorThresholds())
    }
    assert {rule.name for rule in rules_of(table)} <= asked


def test_no_expectation_asks_for_a_rule_outside_the_contract() -> None:
    asked = [check.subject for check in share_checks(contract_rules(), DoorThresholds())]
    assert asked == [rule.name for table in CANONICAL.values() for rule in rules_of(table)]


def test_a_rule_added_to_the_contract_appears_in_every_suite() -> None:
    rules = contract_rules((with_new_column(CANONICAL["orders"]),))
    names = {"orders.loyalty_tier.missing", "orders.loyalty_tier.not_allowed"}
    assert names <= {check.subject for check in share_checks(rules, DoorThresholds())}
    shares, *counted = rule_batches(counts_of(rules), DoorThresholds(), rules)
    assert names <= set(shares.frame.columns)
    for batch in counted:
        assert names <= set(_counted_rules(batch))


def _counted_rules(batch: Batch) -> list[str]:
    (check,) = (check for check in batch.checks if check.name == "rules_counted")
    return check.arguments["value_set"]


def test_a_rule_added_to_the_contract_but_never_counted_fails() -> None:
    old = contract_rules((CANONICAL["products"],))
    new = contract_rules((with_new_column(CANONICAL["products"]),))
    verdicts = validate(rule_batches(counts_of(old), DoorThresholds(), new))
    failed = {(v.check.name, v.check.subject) for v in verdicts if not v.success}
    assert failed == {
        (FAILED_SHARE, "products.loyalty_tier.missing"),
        (FAILED_SHARE, "products.loyalty_tier.not_allowed"),
        ("rules_counted", "tonight"),
        ("rules_counted", "all"),
    }


def test_a_counted_rule_the_contract_does_not_know_is_judged_all_the_same() -> None:
    contract = contract_rules((CANONICAL["products"],))
    stranger = Rule("orders", "order_id", "mangled_by_a_spreadsheet")
    counts = pl.concat([counts_of(contract), counts_of((stranger,), failed_rows=50)])
    verdicts = validate(rule_batches(counts, DoorThresholds(), contract))
    failed = {v.check.subject for v in verdicts if not v.success and v.check.name == FAILED_SHARE}
    assert failed == {"orders.order_id.mangled_by_a_spreadsheet"}


def test_counts_of_several_rows_per_rule_are_added_up() -> None:
    rules = contract_rules((CANONICAL["products"],))
    counts = pl.concat([counts_of(rules), counts_of(rules, failed_rows=30)])
    shares, *_ = rule_batches(counts, DoorThresholds(), rules)
    assert set(shares.frame.row(0)) == {0.15}


def test_the_whole_contract_passes_the_door_when_nothing_was_refused() -> None:
    feeds = pl.DataFrame(
        {
            "feed": ["orders"],
            "is_required": [True],
            "accepted_units": [9],
            "current_units": [9],
            "superseded_units": [0],
            "as_of": [None],
            "newest_date": [None],
            "days_since_newest": [0],
            "units_tonight": [9],
            "usual_units_per_night": [None],
            "missing_rate_rows": [0],
        },
        schema_overrides={"usual_units_per_night": pl.Float64},
    )
    columns = ("rows_read", "rows_accepted", "rows_quarantined", "rows_ignored")
    files = pl.DataFrame(
        schema={"file_name": pl.String, "source": pl.String, "feed": pl.String}
        | {"status": pl.String}
        | dict.fromkeys(columns, pl.Int64)
    )
    result = door_in.check(counts_of(contract_rules()), files, feeds)
    assert (result.outcome, result.findings) == ("pass", [])


@pytest.mark.parametrize("rule", contract_rules(), ids=lambda rule: rule.name)
def test_every_rule_can_be_told_in_words(rule: Rule) -> None:
    assert demand(rule).startswith("must")
    assert "None" not in demand(rule)
    assert remedy(rule)
