"""The `suki` command. It parses, calls the pipeline, and tells the result; nothing more."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import click

from suki.contact_commands import approve, campaigns, outcomes, reject, send, suppress
from suki.download_commands import downloads
from suki.errors import ConfigurationError, SukiError
from suki.identity_commands import identity
from suki.list_commands import lists, pull
from suki.loyalty_commands import loyalty
from suki.message_commands import messages, receive_unsubscribes
from suki.metric_commands import database, metric, redefined, restate
from suki.report_commands import report
from suki.segment_commands import segments

EXIT_PUBLISHED_WITH_WARNINGS = 3
EXIT_HELD = 4
CODES = """\b
Exit codes: 0 good, 1 failed, 2 bad usage or configuration,
            3 published with warnings, 4 held."""

as_of_option = click.option(
    "--as-of",
    default="latest",
    show_default=True,
    metavar="DATE",
    help="Last business date, such as 2026-10-31, or latest: the newest date with an order.",
)
known_at_option = click.option(
    "--known-at",
    default=None,
    metavar="TIME",
    help="Use only files that had arrived by this moment (ISO 8601). Such a run contacts nobody and moves no pointer.",
)
seen_at_option = click.option(
    "--seen-at",
    default=None,
    metavar="TIME",
    help="Arrival moment to record for new files, when loading history.",
)
run_argument = click.argument("run_id", required=False)


@click.group(epilog=CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--verbose", "-v", is_flag=True, help="Tell more on the way, such as every dbt model."
)
@click.version_option(package_name="suki", message="suki %(version)s")
def cli(verbose: bool) -> None:
    """Who keeps coming back, who is slipping away, and what to do about it tomorrow.

    Suki reads the exports in landing/<feed>/ under SUKI_HOME, builds the marts, segments,
    lists and reports of one business date, and publishes them.
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("suki").setLevel(logging.DEBUG if verbose else logging.INFO)
    if not verbose:
        logging.getLogger("suki").addFilter(
            lambda record: not record.getMessage().startswith("dbt ")
        )


@cli.command(epilog=CODES)
@as_of_option
@known_at_option
@seen_at_option
def run(as_of: str, known_at: str | None, seen_at: str | None) -> None:
    """All steps in order, in this process: ingest, build, score, publish, report, remind."""
    from suki import pipeline

    outcome = pipeline.run(as_of, known_at, seen_at=seen_at, tell=click.echo)
    _tell_run(outcome["run_id"])
    _leave_with(outcome["outcome"])


@cli.command(epilog=CODES)
@as_of_option
@known_at_option
def night(as_of: str, known_at: str | None) -> None:
    """The same steps through the embedded Airflow: real scheduler, real DAGs, followed to the end."""
    from suki.embedded import run_nightly

    outcome = run_nightly(as_of, known_at, click.echo)
    _tell_run(outcome["run_id"])
    _leave_with(outcome["outcome"])


@cli.command(epilog=CODES)
def serve() -> None:
    """Start the embedded Airflow and leave it running for daily use. Ctrl-C stops it."""
    from suki.embedded import serve as serve_airflow

    serve_airflow(click.echo)


@cli.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def airflow(arguments: tuple[str, ...]) -> None:
    """Airflow's own command line against the embedded Airflow, such as `suki airflow dags list`."""
    from suki.embedded import run_airflow

    sys.exit(run_airflow(arguments))


@cli.command(epilog=CODES)
@as_of_option
@known_at_option
@seen_at_option
def ingest(as_of: str, known_at: str | None, seen_at: str | None) -> None:
    """Read what has landed and open the run of a business date. Prints the run id."""
    from suki import pipeline

    opened = pipeline.ingest(as_of, known_at, seen_at=seen_at)
    for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_ignored"):
        click.echo(f"{name.replace('_', ' '):<18}{opened[name]:>12,}", err=True)
    click.echo(opened["run_id"])


@cli.command(epilog=CODES)
@run_argument
def build(run_id: str | None) -> None:
    """Current state, door in and dbt facts of a run. RUN_ID defaults to the run opened last."""
    _step("build", run_id)


@cli.command(epilog=CODES)
@run_argument
def score(run_id: str | None) -> None:
    """Survival, segments and reorder dates in polars, then the dbt marts."""
    _step("score", run_id)


@cli.command(epilog=CODES)
@run_argument
def publish(run_id: str | None) -> None:
    """Run folder, door out, pointers."""
    _leave_with(_step("publish", run_id)["outcome"])


@cli.command(epilog=CODES)
@run_argument
def remind(run_id: str | None) -> None:
    """Check consent once more and tell the marketer which lists are ready."""
    _step("remind", run_id)


@cli.command(epilog=CODES)
@click.option("--seed", default=7, show_default=True, help="Another seed, another shop.")
@click.option("--customers", default=2500, show_default=True, help="Size of the shop.")
@click.option("--if-empty", is_flag=True, help="Do nothing where landing/ holds files already.")
def demo(seed: int, customers: int, if_empty: bool) -> None:
    """Write a made-up shop into SUKI_HOME, to try Suki with: exports into landing/, settings into config/."""
    from suki.settings import Settings

    settings = Settings()
    landing = settings.landing
    if if_empty and landing.is_dir() and any(path.is_file() for path in landing.rglob("*")):
        click.echo(f"{landing} holds files already; no demo shop was made.")
        return
    from transforms.demo import write_shop

    try:
        written = write_shop(settings.home, seed=seed, customers=customers)
    except (ValueError, FileExistsError) as error:
        raise ConfigurationError(f"no demo shop was made: {error}") from error
    for path in written:
        click.echo(f"wrote {path}")


@cli.command(epilog=CODES)
def doctor() -> None:
    """Check configuration, sources, disk, locks and the ledger, and say what to fix."""
    from suki.doctor import examine

    findings = examine()
    for finding in findings:
        click.echo(
            f"{'ok   ' if finding.is_good else 'FIX  '} {finding.subject}: {finding.message}"
        )
    if any(not finding.is_good for finding in findings):
        sys.exit(1)


@cli.command(epilog=CODES)
@click.option(
    "--quarantine", "show_quarantine", is_flag=True, help="List every refused row with its reason."
)
@click.option("--limit", default=20, show_default=True, help="Rows of quarantine to list.")
def status(show_quarantine: bool, limit: int) -> None:
    """Last runs, freshness of every feed, files refused, quarantine, messages."""
    from suki import status as shown

    shown.print_status(limit if show_quarantine else 0)


for command in (
    approve, campaigns, outcomes, reject, send, suppress, downloads, identity, lists, loyalty,
    messages, metric, pull, receive_unsubscribes, report, restate, redefined, segments, database,
):  # fmt: skip
    command.epilog = CODES
    cli.add_command(command)


def _step(name: str, run_id: str | None) -> dict[str, Any]:
    from suki import pipeline

    step: Callable[[str], dict[str, Any]] = getattr(pipeline, name)
    result = step(run_id or _last_opened())
    for key, value in result.items():
        click.echo(f"{key.replace('_', ' '):<18}{value}")
    return result


def _last_opened() -> str:
    from suki.ledger import Ledger
    from suki.settings import Settings

    newest = Ledger(Settings().ledger_url).latest_runs(1)
    if not newest:
        raise ConfigurationError(
            "no run has been opened yet; begin with `suki ingest` or `suki run`"
        )
    return str(newest[0]["run_id"])


def _tell_run(run_id: str) -> None:
    from suki.status import print_run

    print_run(run_id)


def _leave_with(outcome: str) -> None:
    if outcome == "held":
        sys.exit(EXIT_HELD)
    if outcome == "banner":
        sys.exit(EXIT_PUBLISHED_WITH_WARNINGS)


def main() -> None:
    """Entry point: every foreseen failure is one message and an exit code."""
    try:
        cli(standalone_mode=True)
    except SukiError as error:
        click.echo(f"suki: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:  # the last resort: a defect is told as one, with its trace in a file
        click.echo(f"suki: unforeseen: {type(error).__name__}: {error}", err=True)
        click.echo(
            f"This is a defect of Suki. The trace is in {_keep_trace(error)}; nothing half-made was published.",
            err=True,
        )
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("suki: interrupted; run again, every step is harmless to repeat", err=True)
        sys.exit(1)


def _keep_trace(error: Exception) -> str:
    import tempfile
    import traceback
    from pathlib import Path

    from suki.settings import Settings

    trace = "".join(traceback.format_exception(error))
    try:
        folder = Settings().state
        folder.mkdir(parents=True, exist_ok=True)
    except Exception:  # whatever is wrong with the home, the trace must have a place
        folder = Path(tempfile.gettempdir())
    for place in (folder, Path(tempfile.gettempdir())):
        try:
            (place / "last_error.txt").write_text(trace, encoding="utf-8")
        except OSError:
            continue
        return str(place / "last_error.txt")
    return "no file: nothing here can be written"
