"""A mistake in a source definition is told with file, line, key and the nearest valid key."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.canonical import CANONICAL, FEEDS
from transforms.fields import FEED_FIELDS
from transforms.readers.definitions import PRESETS, load_definitions
from transforms.readers.extract import counted_under
from transforms.rules import rules_of
from transforms.sources import SourceError

GOOD = """\
feed: orders
files: "till*.csv"
currency: PHP
columns:
  order_id: No
  ordered_at: When
  total_amount: Total
"""
EXAMPLES = Path(__file__).parents[2] / "config" / "sources" / "examples"


@pytest.fixture
def problem(tmp_path: Path):
    """The message for a folder with one definition, till.yml, less the folder's name."""

    def message(text: str, **others: str) -> str:
        for name, content in {"till": text, **others}.items():
            (tmp_path / f"{name}.yml").write_text(content, encoding="utf-8")
        with pytest.raises(SourceError) as caught:
            load_definitions([tmp_path])
        return str(caught.value).replace(f"{tmp_path}/", "")

    return message


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("currency", "curency", "till.yml, line 3: unknown key 'curency'; did you mean 'currency'?"),
        ("order_id:", "order_ids:", "till.yml, line 5: columns.order_ids: no such field; did you mean 'order_id'?"),
        ("No", "{colum: No}", "till.yml, line 5: unknown key 'columns.order_id.colum'; did you mean 'column'?"),
        ("  order_id: No\n", "", "till.yml, line 4: columns: orders need order_id"),
        ("feed: orders", "feed: order", "till.yml, line 1: feed: should be 'orders', 'surveys'"),
        ("feed: orders\n", "", "till.yml: the key 'feed' is missing"),
        ("currency: PHP", "header_rows: many", "till.yml, line 3: header_rows: should be a valid integer"),
        ("currency: PHP", "timezone: Asia/Manilla",
         "till.yml, line 3: timezone: 'Asia/Manilla' is no IANA time zone; did you mean 'Asia/Manila'?"),
        ("When", "{column: When, timezone: Mars}", "till.yml, line 6: columns.ordered_at.timezone: 'Mars' is no IANA time zone"),
        ("currency: PHP", "return_orders: '['", "till.yml, line 3: return_orders: '[' is no regular expression"),
        ("currency: PHP", "return_orders: '^(?!C)'",
         "till.yml, line 3: return_orders: '^(?!C)' is no regular expression Suki can search cells with"),
        ("currency: PHP", "line_kinds: {fee: '('}", "till.yml, line 3: line_kinds.fee: '(' is no regular expression"),
        ("currency: PHP", "line_kinds: {postage: x}", "till.yml, line 3: unknown key 'line_kinds.postage'; known keys: shipping"),
        ("currency: PHP", "ignore_rows:\n  - {column: a, matching: '(', reason: b}",
         "till.yml, line 4: ignore_rows.0.matching: '(' is no regular expression"),
        ("currency: PHP", "ignore_rows:\n  - {column: a, matching: b}",
         "till.yml, line 4: the key 'ignore_rows.0.reason' is missing"),
        ("currency: PHP", "packed_lines: {columns: '(', keys: {}}",
         "till.yml, line 3: packed_lines.columns: '(' is no regular expression"),
        ("currency: PHP", "packed_lines: {columns: a, keys: {x: skuu}}",
         "till.yml, line 3: packed_lines.keys: no such field as skuu; did you mean 'sku'?"),
        ("No", "{matching: '('}", "till.yml, line 5: columns.order_id.matching: '(' is no regular expression"),
        ("No", "{column: No, remove: '('}", "till.yml, line 5: columns.order_id.remove: '(' is no regular expression"),
        ("No", "{format: '%Y'}", "till.yml, line 5: columns.order_id: needs a column, a matching or a default"),
        ("currency: PHP", "exported_at: 'export'", "till.yml, line 3: exported_at: 'export' needs a group"),
        ("currency: PHP", "exported_at: '('", "till.yml, line 3: exported_at: '(' is no regular expression"),
        ("currency: PHP", "encoding: utf-99", "till.yml, line 3: encoding: 'utf-99' is no encoding"),
        ("currency: PHP", "delimiter: ';;'",
         "till.yml, line 3: delimiter: ';;' is neither auto, tab, whitespace nor one character"),
        ("currency: PHP", "id_from: [email]", "till.yml, line 3: id_from: email is not mapped"),
        ("currency: PHP", "currency: PHP\nheader_rows: 0", "till.yml, line 4: header_rows: 0 needs column_names"),
        ("currency: PHP", "currency: PHP\ndecimal_mark: ','\nthousands_mark: ','",
         "till.yml, line 5: thousands_mark: ',' is the decimal mark too"),
        ("currency: PHP", "currency: pesos", "till.yml, line 3: currency: String should match pattern"),
        ("currency: PHP", "extends: shopify", "till.yml, line 3: extends 'shopify', which no file defines; did you mean"),
        ("currency: PHP", "\tcurrency: PHP",
         "till.yml, line 3: not valid YAML: found character '\\t' that cannot start any token (YAML is indented"),
        ("currency: PHP", "currency: PHP\ncurrency: EUR", "till.yml, line 4: not valid YAML: found duplicate key"),
        ("columns:", "columns: [", "not valid YAML"),
        (GOOD, "- a\n- b\n", "till.yml: expected keys such as source, feed and columns"),
        (GOOD, "", "till.yml: expected keys such as source, feed and columns"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_remedy(problem, old, new, told):
    assert old in GOOD
    message = problem(GOOD.replace(old, new, 1))
    assert message.startswith(told) or (told == "not valid YAML" and told in message)


def test_a_mistake_in_a_definition_that_extends_another_is_found_in_its_own_file(problem):
    child = "feed: orders\nextends: till\n# a comment\ncolumns:\n  totl_amount: Sum\n"
    assert problem(GOOD, child=child) == (
        "child.yml, line 5: columns.totl_amount: no such field; did you mean 'total_amount'?"
    )


def test_definitions_that_extend_each_other_in_a_circle_are_refused(problem):
    message = problem(GOOD + "extends: other\n", other="feed: orders\nextends: till\n")
    assert (
        message
        == "till.yml, line 8: extends itself in a circle (other -> till -> other); take one `extends` out"
    )


def test_two_files_with_one_source_name_are_refused(problem):
    assert problem(GOOD, other="source: till\n" + GOOD) == (
        "till.yml: source 'till' is already defined in other.yml; rename one"
    )


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "till.yaml").write_bytes(b"feed: \xff\n")
    with pytest.raises(SourceError, match="cannot be read as UTF-8 YAML"):
        load_definitions([tmp_path])


def test_a_definition_that_extends_another_keeps_its_own_name_and_adds_columns(tmp_path):
    (tmp_path / "till.yml").write_text(GOOD)
    (tmp_path / "branch.yaml").write_text("feed: orders\nextends: till\ncolumns:\n  email: Mail\n")
    found = {d.source: d for d in load_definitions([tmp_path])}
    assert set(found["branch"].columns) == {"order_id", "ordered_at", "total_amount", "email"}
    assert found["till"].fingerprint != found["branch"].fingerprint


def test_every_preset_loads_and_a_shop_s_file_of_the_same_name_replaces_it(tmp_path):
    presets = {d.source for d in load_definitions([])}
    assert {path.stem for path in PRESETS.glob("*.yml")} <= presets
    assert {f"generic_{feed}" for feed in FEEDS} <= presets
    (tmp_path / "typeform.yml").write_text("feed: surveys\ncolumns: {response_id: Token}\n")
    typeform = [d for d in load_definitions([tmp_path]) if d.source == "typeform"]
    assert [d.columns["response_id"].column for d in typeform] == ["Token"]


def test_the_examples_are_short_valid_and_inert():
    for path in EXAMPLES.glob("*.yml"):
        assert len(path.read_text().splitlines()) < 30
    assert {"online_retail", "cdnow", "cdnow_sample"} <= {
        d.source for d in load_definitions([EXAMPLES])
    }
    assert "cdnow" not in {d.source for d in load_definitions([EXAMPLES.parent])}


def test_a_value_that_cannot_be_read_is_always_counted_by_a_rule():
    names = {rule.name for table in CANONICAL.values() for rule in rules_of(table)}
    codes = {"id": "excel_mangled", "currency": "unknown_currency"}
    for feed, fields in FEED_FIELDS.items():
        for field, kind in fields.items():
            if kind not in {"text", "phone", "code", "postal_code"}:  # any text can be one
                table, column = counted_under(feed, field)
                assert f"{table}.{column}.{codes.get(kind, 'unparseable')}" in names, (feed, field)
