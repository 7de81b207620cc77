"""The command line: complete help, one message per failure, the promised exit codes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from suki import cli as command_line
from suki import pipeline
from suki.errors import ConfigurationError, HeldError, LockedError, SukiError

COMMANDS = sorted(set(command_line.cli.commands) - {"airflow"})
RUN_ID = "2026-10-31_abc"


def help_of(*arguments: str) -> str:
    done = CliRunner().invoke(command_line.cli, [*arguments, "--help"])
    assert done.exit_code == 0
    return done.output


@pytest.fixture
def suki(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command as a terminal would; gives exit code, output and errors."""
    monkeypatch.setenv("SUKI_HOME", str(tmp_path / "home"))

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["suki", *arguments])
        with pytest.raises(SystemExit) as left:
            command_line.main()
        told = capsys.readouterr()
        code = left.value.code
        return (code if isinstance(code, int) else 0), told.out, told.err

    return call


def test_every_step_and_tool_of_the_issue_is_a_command():
    assert {
        "run", "ingest", "build", "score", "publish", "report", "demo", "doctor", "status",
    } <= set(COMMANDS)  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_says_what_it_does_every_option_and_the_exit_codes(name):
    text = help_of(name)
    assert "3 published with warnings, 4 held" in text
    command = command_line.cli.commands[name]
    assert command.help
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert parameter.help, f"suki {name} {parameter.opts[0]} has no help"


def test_the_help_names_every_command():
    text = help_of()
    for name in COMMANDS:
        assert name in text


@pytest.mark.parametrize(("outcome", "code"), [("published", 0), ("banner", 3), ("held", 4)])
def test_the_exit_code_of_a_run_is_its_outcome(suki, monkeypatch, outcome, code):
    monkeypatch.setattr(
        pipeline, "run", lambda *_, **__: {"run_id": RUN_ID, "outcome": outcome, "mails": {}}
    )
    monkeypatch.setattr(command_line, "_tell_run", lambda *_: None)
    assert suki("run", "--as-of", "2026-10-31")[0] == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SukiError("dbt failed"), 1),
        (LockedError("held by process 7"), 1),
        (ConfigurationError("no such zone"), 2),
        (HeldError("held: too many broken rows"), 4),
    ],
)
def test_a_foreseen_failure_is_one_message_and_no_traceback(suki, monkeypatch, error, code):
    def fail(*_arguments: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr(pipeline, "run", fail)
    left, out, err = suki("run")
    assert left == code
    assert err == f"suki: {error}\n"
    assert "Traceback" not in out + err


def test_an_unforeseen_failure_is_told_as_a_defect_and_its_trace_kept(suki, monkeypatch, tmp_path):
    def fail(*_arguments: object, **_named: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr(pipeline, "run", fail)
    left, _, err = suki("run")
    assert left == 1
    assert "Traceback" not in err
    assert "KeyError: surprise" not in err.splitlines()[-1]
    trace = tmp_path / "home" / "state" / "last_error.txt"
    assert str(trace) in err
    assert "surprise" in trace.read_text()


@pytest.mark.parametrize(
    "arguments", [("run", "--asof", "2026-10-31"), ("rnu",), ("demo", "--customers", "many")]
)
def test_bad_usage_leaves_with_2(suki, arguments):
    assert suki(*arguments)[0] == 2


@pytest.mark.parametrize("as_of", ["31.10.2026", "2026-02-30", "yesterday"])
def test_a_date_that_is_none_is_refused_before_anything_is_read(suki, as_of, tmp_path):
    left, _, err = suki("run", "--as-of", as_of)
    assert left == 2
    assert as_of in err
    assert not (tmp_path / "home" / "canonical").exists()


def test_a_missing_landing_folder_is_told_with_what_to_do(suki):
    left, _, err = suki("run")
    assert left == 2
    assert "landing" in err
    assert "suki demo" in err


def test_a_step_without_any_run_says_how_to_begin(suki):
    left, _, err = suki("build")
    assert left == 2
    assert "suki ingest" in err


def test_a_run_that_is_not_there_is_named(suki):
    left, _, err = suki("score", RUN_ID)
    assert left == 2
    assert RUN_ID in err


def test_nothing_is_sent_for_a_run_that_is_not_published(suki):
    for step in (("report", "send"), ("remind",)):
        left, _, err = suki(*step, RUN_ID)
        assert left == 1
        assert "not published" in err


def test_doctor_leaves_with_1_and_says_what_to_fix(suki):
    left, out, _ = suki("doctor")
    assert left == 1
    assert "FIX   landing:" in out
    assert "ok    configuration:" in out


def test_status_of_a_home_without_runs_is_no_failure(suki):
    assert suki("status")[0] == 0
