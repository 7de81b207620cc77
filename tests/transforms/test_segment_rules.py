"""Rules of segments: a mistake is told with its place, and a rule looks at one customer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.segment_shop import AS_OF, profile, segment
from transforms.canonical.outreach import CUSTOMER_PROFILE
from transforms.row_rule_words import RuleError
from transforms.row_rules import CODE_LISTS, check_rule
from transforms.segment_rules import findings, load_segments, matches
from transforms.segments import RFM_GRID, SEGMENTS
from transforms.yaml_files import YamlFileError

SHIPPED = Path(__file__).resolve().parents[2] / "config/segments.yml"


def matching(rule: str, **customers: dict[str, object]) -> list[str]:
    return check_rule(rule).matching(profile(**customers), AS_OF)["customer_id"].to_list()


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("order_cuont > 3", r"no such column as 'order_cuont' .*; did you mean 'order_count'\?"),
        ("Order_Count > 3", r"no such column as 'Order_Count' .*; did you mean 'order_count'\?"),
        ("zzzz > 3", r"no such column as 'zzzz' .*`suki segments columns` lists"),
        ("order_count", r"gives a number \(Int64\), not true or false"),
        ("lifetime_net_sales_amount * 2", r"gives a number \(Decimal.*not true or false"),
        ("country", r"gives text \(String\), not true or false"),
        ("last_order_date", r"gives a date \(Date\), not true or false"),
        ("sum(order_count) > 3", r"sum looks at more than one customer"),
        ("order_count = max(order_count)", r"max looks at more .*greatest and least"),
        ("count(*) > 3", r"count looks at more than one customer"),
        ("rank() over (order by order_count) = 1", r"looks at more than one customer"),
        ("order_count > abs(order_count) over ()", r"over looks at more than one customer"),
        ("order_count > (select 3)", r"select: a rule asks one customer"),
        ("country in (select country from self)", r"select: a rule asks one customer"),
        ("exists (select 1)", r"a rule asks one customer"),
        ("last_order_date > now()", r"now gives another answer each time; compare with as_of"),
        ("last_order_date > current_date", r"current_date gives another answer each time"),
        ("grater(order_count, 2) > 3", r"no function grater\(\); did you mean 'greatest'\?"),
        ("last_order_date > '2026-01-01'", r"cannot be computed: .*date '2026-01-31'"),
        ("country > 3", r"cannot be computed: cannot compare string with numeric"),
        ("cast(country as integer) > 3", r"cannot be computed: conversion"),
        ("regexp_like(country, '(')", r"cannot be computed: regex"),
        ("order_count >", r"not a polars SQL expression"),
        ("order_count > 3; drop table customers", r"not a polars SQL expression"),
        ("order_count > 3 -- many", r"SQL comment; write it as a YAML comment"),
        ("", r"it is empty"),
        ("1 = 1", r"reads no column of customer_profile"),
        ("as_of > date '2026-01-01'", r"reads no column of customer_profile"),
        ('lifecycle_state = "lapsed"', r"a text stands in single quotes: 'lapsed'"),
    ],
)
def test_a_bad_rule_is_told_what_is_wrong_and_what_to_write(rule: str, told: str) -> None:
    with pytest.raises(RuleError, match=told):
        check_rule(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "lifecycle_state = 'lost'",
        "'lost' = lifecycle_state",
        "not (lifecycle_state <> 'lost')",
        "lifecycle_state in ('active', 'lost')",
        "order_count > 3 and lifecycle_state not in ('lost')",
    ],
)
def test_a_value_a_column_never_holds_is_refused_with_those_it_does(rule: str) -> None:
    with pytest.raises(RuleError, match=r"never 'lost'; it is one of new, active, at_risk, lapsed"):
        check_rule(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "country = 'lost'", "purchase_group = 'only Tea' and value_tier = 'vip'", "nps_group is null",
        "rfm_segment in ('loyal', 'champion')", "coalesce(last_score, 0) >= 9", "is_core and not is_staff",
        "lifetime_net_sales_amount >= 1000.50", "extract(month from first_order_date) = 12",
        "case when order_count > 3 then true else is_core end", "purchase_group like 'only %'",
        "(order_count) > (3)", "value_tier <> 'vip'", "refund_share between 0.1 and 0.5",
        "country = 'it''s = lost'",
    ],
)  # fmt: skip
def test_a_sound_rule_is_accepted(rule: str) -> None:
    assert check_rule(rule).text == rule


def test_unknown_is_not_true_and_not_unknown_is_not_true_either() -> None:
    customers = {"none": {"last_score": None}, "nine": {"last_score": 9}, "six": {"last_score": 6}}
    assert matching("last_score >= 9", **customers) == ["nine"]
    assert matching("not (last_score >= 9)", **customers) == ["six"]


def test_dates_are_compared_with_the_day_of_the_run_and_not_the_clock() -> None:
    customers = {
        "inside": {"last_score_date": date(2026, 8, 3)},
        "edge": {"last_score_date": date(2026, 8, 2)},
    }
    assert matching("last_score_date > as_of - interval '90 days'", **customers) == ["inside"]


def test_money_is_compared_exactly() -> None:
    customers = {
        "at": {"lifetime_net_sales_amount": Decimal("0.3")},
        "below": {"lifetime_net_sales_amount": Decimal("0.2999")},
    }
    assert matching("lifetime_net_sales_amount >= 0.3", **customers) == ["at"]


def test_layout_is_no_change_of_a_definition_and_a_text_is() -> None:
    one = segment("a", "order_count > 3\n  and  country = 'x y'")
    same = segment("a", "order_count > 3 and country = 'x y'", group="g")
    other = segment("a", "order_count > 3 and country = 'x  y'")
    patient = segment("a", "order_count > 3 and country = 'x y'", hysteresis_runs=2)
    assert one.definition_version == same.definition_version
    assert len({one.definition_version, other.definition_version, patient.definition_version}) == 3


ENTRY = "    title: T\n    description: D\n    owner: o@example.com\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"segments:\n  good:\n{ENTRY}    rule: order_count > 3\n  vip:\n{ENTRY}    rule: valu_tier = 'vip'\n",
            r"segments\.yml, line 11: segments\.vip\.rule: no such column as 'valu_tier'.*did you mean 'value_tier'\?",
        ),
        (
            f"segments:\n  vip:\n{ENTRY}    rule: |\n      order_count\n      > sum(order_count)\n",
            r"segments\.yml, line 6: segments\.vip\.rule: sum looks at more than one customer",
        ),
        (
            f"segments:\n  vip:\n{ENTRY}    rule: is_core\n    hysteresis: 2\n",
            r"line 7: unknown key 'segments\.vip\.hysteresis'",
        ),
        ("segments:\n  vip:\n    title: T\n    rule: is_core\n", r"line 2: the key .* is missing"),
        (
            f"segments:\n  Vip Customers:\n{ENTRY}    rule: is_core\n",
            r"line 2: segments.Vip Customers: String should match pattern",
        ),
        (
            f"segments:\n  vip:\n{ENTRY}    rule: is_core\n    group: lonely\n",
            r"line 7: the group 'lonely' has one segment only",
        ),
        (
            f"segments:\n  vip:\n{ENTRY}    rule: is_core\n  vip:\n{ENTRY}    rule: is_core\n",
            r"not valid YAML: .*duplicate key",
        ),
        (f"segments:\n  vip:\n{ENTRY}    rule: 3\n", r"line 6: segments\.vip\.rule: .*string"),
        (
            f"segments:\n  vip:\n{ENTRY}    rule: is_core\n    hysteresis_runs: -1\n",
            r"line 7: .*greater than or equal to 0 \(it is -1\)",
        ),
    ],
)
def test_a_mistake_in_the_file_names_line_and_remedy(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "segments.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(YamlFileError, match=told):
        load_segments(path)


def test_a_shop_without_a_file_has_no_segments() -> None:
    assert load_segments(None) == ()


def test_the_shipped_file_names_every_cell_of_the_grid_and_every_code_once() -> None:
    shipped = load_segments(SHIPPED)
    by_group: dict[str | None, set[str]] = {}
    for one in shipped:
        by_group.setdefault(one.group, set()).add(one.rule.normal_text)
    assert set(SEGMENTS) == set(RFM_GRID.values())
    for group, column in (
        ("rfm", "rfm_segment"), ("lifecycle", "lifecycle_state"), ("value", "value_tier"),
        ("frequency", "frequency_group"),
    ):  # fmt: skip
        assert by_group[group] == {f"{column} = '{code}'" for code in CODE_LISTS[column]}
    assert {one.name for one in shipped if one.group == "rfm"} == set(SEGMENTS)
    assert {one.name for one in shipped if one.is_review_only} == {"problem_customers"}
    assert {
        "vip", "core_customers", "promoters", "passives", "detractors", "at_risk_with_value",
    } <= {one.name for one in shipped}  # fmt: skip


CODES = {name: st.sampled_from(allowed) for name, allowed in CODE_LISTS.items()}
CUSTOMERS = st.lists(
    st.fixed_dictionaries(
        CODES
        | {
            "nps_group": st.none() | CODES["nps_group"],
            "last_score_date": st.none() | st.dates(date(2024, 1, 1), AS_OF),
            "is_core": st.booleans(),
            "is_problem": st.booleans(),
            "is_staff": st.booleans(),
        }
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(customers=CUSTOMERS)
def test_shipped_groups_hold_everybody_once_and_a_rule_says_of_one_what_it_says_among_all(
    customers: list[dict[str, object]],
) -> None:
    shipped = load_segments(SHIPPED)
    everybody = profile(**{f"c{n:02}": one for n, one in enumerate(customers)})
    matched = matches(everybody, shipped, AS_OF)
    assert [f for f in findings(everybody, shipped, matched) if f.severity == "error"] == []
    of_group = {one.name: one.group for one in shipped if one.group}
    in_groups = matched.filter(pl.col("segment").is_in(list(of_group)))
    assert in_groups.height == everybody.height * len(set(of_group.values()))
    alone = [matches(everybody[n], shipped, AS_OF) for n in range(everybody.height)]
    if alone:
        assert pl.concat(alone).sort("segment", "customer_id").equals(matched)


def test_a_group_that_misses_some_and_doubles_others_is_told_with_counts() -> None:
    everybody = profile(
        a={"order_count": 1}, b={"order_count": 2}, c={"order_count": 3}, d={"order_count": 9}
    )
    rules = (
        segment("few", "order_count <= 2", group="size"),
        segment("two", "order_count = 2", group="size"),
        segment("many", "order_count > 5", group="size"),
    )
    (told,) = findings(everybody, rules, matches(everybody, rules, AS_OF))
    assert (told.severity, told.subject) == ("error", "size")
    assert "of 4 customers 1 are in none and 1 are in several" in told.message
    assert "few and two" in told.message


def test_a_rule_for_everybody_is_a_warning_and_one_for_nobody_a_note() -> None:
    everybody = profile(a={}, b={})
    rules = (segment("all", "order_count > 0"), segment("nobody", "order_count > 99"))
    told = findings(everybody, rules, matches(everybody, rules, AS_OF))
    assert [(one.severity, one.subject) for one in told] == [("warning", "all"), ("note", "nobody")]
    empty = CUSTOMER_PROFILE.empty()
    assert findings(empty, rules, matches(empty, rules, AS_OF)) == []


def test_a_rule_that_fails_on_a_customer_names_the_segment() -> None:
    rule = segment("odd", "cast(order_count as tinyint) > 3")
    with pytest.raises(RuleError, match=r"segments\.odd\.rule: it fails on a customer"):
        matches(profile(ana={"order_count": 5000}), [rule], AS_OF)
