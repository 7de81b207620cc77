"""campaigns.yml: what it may say, and how every mistake is told with file, line and the nearest word."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.audiences.registry import FINDERS
from transforms.campaigns import Known, load_campaigns, parameters_of
from transforms.row_rules import check_rule
from transforms.segment_rules import load_segments
from transforms.yaml_files import YamlFileError

SHIPPED = Path(__file__).parents[2] / "config"
KNOWN = Known(FINDERS, {"vip": False, "odd": True}, {"reorder", "win_back"}, check_rule)
#: Line 1 is `campaigns:`, line 2 the name, line 3 the first key.
PLAIN = {
    "title": "Reorder reminder", "description": "It runs out.", "catalogue": "L1", "audience": "reorder_due",
    "owner": "marketing@example.com", "priority": "40", "cooldown_days": "21", "expires_after_days": "7",
}  # fmt: skip


def written(path: Path, name: str = "reorder", **changes: str | None) -> Path:
    keys = {key: value for key, value in (PLAIN | changes).items() if value is not None}
    lines = ["campaigns:", f"  {name}:", *(f"    {key}: {value}" for key, value in keys.items())]
    file = path / "campaigns.yml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def refusal(path: Path, name: str = "reorder", **changes: str | None) -> str:
    file = written(path, name, **changes)
    with pytest.raises(YamlFileError) as refused:
        load_campaigns(file, KNOWN)
    told = str(refused.value)
    assert told.startswith(str(file))
    return told.removeprefix(str(file))


def test_a_campaign_is_read_with_its_defaults(tmp_path):
    one = load_campaigns(written(tmp_path), KNOWN)["reorder"]
    assert (one.channel, one.purpose, one.deliver, one.language) == (
        "email",
        "marketing",
        "list",
        "en",
    )
    assert (one.holdout_share, one.enabled, one.where) == (0.0, True, None)


def test_the_shipped_file_is_right_and_every_template_is_there():
    segments = load_segments(SHIPPED / "segments.yml")
    reviewed = {one.name: one.is_review_only for one in segments}
    templates = {path.stem for path in (SHIPPED / "messages").glob("*.yml")}
    found = load_campaigns(
        SHIPPED / "campaigns.yml", Known(FINDERS, reviewed, templates, check_rule)
    )
    assert {one.audience for one in found.values() if one.audience} == set(FINDERS), (
        "none forgotten"
    )
    for one in found.values():
        if one.audience:
            parameters_of(one, FINDERS[one.audience])
    service = [one for one in found.values() if one.purpose == "service"]
    assert service
    assert not any(one.holdout_share for one in service)


@pytest.mark.parametrize(
    ("changes", "line", "told"),
    [
        ({"prioritty": "1", "priority": None}, 10, "did you mean 'priority'?"),
        (
            {"audience": "reorder_du"},
            6,
            "there is no audience 'reorder_du'; did you mean 'reorder_due'?",
        ),
        ({"template": "reoder"}, 11, "there is no template 'reoder'; did you mean 'reorder'?"),
        ({"audience": None, "segment": "vipp"}, 10, "there is no segment 'vipp'"),
        ({"audience": None, "segment": "odd"}, 10, "use channel: review"),
        ({"channel": "fax"}, 11, "'email', 'sms', 'push', 'phone', 'post' or 'review'"),
        ({"priority": "0"}, 8, "greater than or equal to 1"),
        ({"priority": "high"}, 8, "it is 'high'"),
        ({"expires_after_days": "400"}, 10, "less than or equal to 366"),
        ({"holdout_share": "10"}, 11, "less than or equal to 0.5"),
        ({"owner": "marketing"}, 7, "owner"),
        ({"survey_url": "http://example.com"}, 11, "survey_url"),
        ({"language": "de"}, 11, "'en', 'fil', 'th' or 'pl'"),
        ({"title": None}, 2, "the key 'campaigns.reorder.title' is missing"),
        ({"parameters": "{lead_day: 3}"}, 11, "unknown parameter; did you mean 'lead_days'?"),
        ({"parameters": "{lead_days: soon}"}, 11, "lead_days"),
        ({"audience": "birthday", "parameters": "{leap_day: jan_1}"}, 11, "leap_day"),
        ({"where": '"order_cont > 1"'}, 11, "'order_count'"),
        ({"where": '"order_count"'}, 11, "true or false"),
        ({"where": '"order_count >"'}, 11, "not a polars SQL expression"),
    ],
)
def test_a_mistake_names_its_line_and_what_to_write(tmp_path, changes, line, told):
    said = refusal(tmp_path, **changes)
    assert told in said
    assert said.startswith(f", line {line}: "), said


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"segment": "vip"}, "either an audience or a segment"),
        ({"audience": None}, "either an audience or a segment"),
        ({"audience": None, "segment": "vip", "occasion": "once"}, "needs starts_on"),
        ({"occasion": "monthly"}, "occasion and starts_on are for a segment"),
        ({"starts_on": "2026-12-01"}, "occasion and starts_on are for a segment"),
        ({"deliver": "message"}, "needs a template"),
        ({"deliver": "message", "template": "reorder", "channel": "sms"}, "use deliver: list"),
        ({"channel": "phone", "holdout_share": "0.1"}, "take holdout_share out"),
        ({"channel": "review", "holdout_share": "0.1"}, "take holdout_share out"),
    ],
)
def test_keys_that_contradict_each_other_are_told_at_the_campaign(tmp_path, changes, told):
    said = refusal(tmp_path, **changes)
    assert told in said
    assert said.startswith(", line 2: "), said


@pytest.mark.parametrize(("name", "told"), [("re-order", "no name"), ("r" * 61, "longer than 60")])
def test_a_name_must_fit_files_and_the_log(tmp_path, name, told):
    assert told in refusal(tmp_path, name)


def test_a_segment_takes_no_parameters_and_is_told_so(tmp_path):
    said = refusal(tmp_path, audience=None, segment="vip", parameters="{lead_days: 3}")
    assert "use occasion" in said


def test_a_review_only_segment_may_be_listed_for_review(tmp_path):
    file = written(tmp_path, audience=None, segment="odd", channel="review")
    assert load_campaigns(file, KNOWN)["reorder"].segment == "odd"


def test_a_campaign_written_down_twice_is_refused(tmp_path):
    file = written(tmp_path)
    text = file.read_text(encoding="utf-8")
    file.write_text(text + text.removeprefix("campaigns:\n"), encoding="utf-8")
    with pytest.raises(YamlFileError, match="reorder"):
        load_campaigns(file, KNOWN)


def test_a_switched_off_campaign_is_checked_all_the_same(tmp_path):
    assert "did you mean" in refusal(tmp_path, enabled="false", audience="reorder_du")
