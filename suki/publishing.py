"""From a built warehouse to a public run: the folder, the door out, the pointers, the lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from suki.building import banner, canonical_store, door_thresholds, keep_findings
from suki.dictionary import data_dictionary
from suki.errors import SukiError
from suki.identity_decisions import surrogates_of_run
from suki.ledger import Ledger, clock
from suki.publication import (
    MART_TABLES,
    SCORE_TABLES,
    RunFolder,
    manifest_of,
    move_pointers,
    previous_headline,
    report_context,
)
from suki.runs import Run, sweep
from suki.settings import Settings
from suki.storage import write_text
from suki.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

    from reports.contexts import ListSummary
    from transforms.contact import ReminderList

Tell = Callable[[str], None]
#: An open run older than this was given up; its workshop may go.
IN_USE_FOR = timedelta(days=2)


@dataclass(frozen=True)
class Made:
    """What the earlier steps made, read back for publication."""

    marts: dict[str, pl.DataFrame]
    scores: dict[str, pl.DataFrame]
    contacts: pl.DataFrame
    customers: pl.DataFrame
    lists: list[ReminderList]


def write_run_folder(
    run: Run, settings: Settings, ledger: Ledger, tell: Tell
) -> tuple[str, str | None]:
    """Everything of the run under `runs/<run_id>/`, judged by the door out.

    Returns:
        Outcome (published, banner or held) and the reason for the latter two.
    """
    from transforms import scoring
    from transforms.canonical import SCORES

    made = _read_back(run, settings, tell)
    outcome, reason = _check_door_out(run, settings, ledger, made)
    run.facts["lists"] = [
        {
            "name": one.name,
            "title": one.title,
            "rows": one.rows.height,
            "suppressed": one.suppressed,
        }
        for one in made.lists
    ]
    folder = RunFolder(run, settings)
    shown = {name: scoring.dated(made.scores[name], run.business_date) for name in SCORE_TABLES}
    tables = made.marts | shown
    described = {"data_dictionary": data_dictionary(run, settings, tables)}
    folder.write_marts(tables | described, {name: SCORES[name].key for name in SCORE_TABLES})
    members = scoring.segment_members(
        made.scores["customer_segments"], made.contacts, made.customers
    )
    folder.write_segments(members)
    folder.write_lists(made.lists)
    _write_reports(folder, run, settings, made.lists)
    _write_quality(folder, run, settings)
    files = ledger.known_files(statuses=["accepted", "superseded"])
    folder.finish(manifest_of(run, outcome, reason, files), run.took)
    if outcome == "held":
        ledger.close_run(run.run_id, "held", reason)
    return outcome, reason


def _read_back(run: Run, settings: Settings, tell: Tell) -> Made:
    import polars as pl

    from transforms import scoring
    from transforms.canonical import SCORES

    workshop = run.folder(settings)
    warehouse = Warehouse(workshop, settings, tell)
    reporting = [name for name in warehouse.tables() if name.startswith("rpt_")]
    scores = {name: pl.read_parquet(workshop / "scores" / f"{name}.parquet") for name in SCORES}
    contacts, customers = (
        pl.read_parquet(workshop / "current" / f"{name}.parquet")
        for name in ("contacts", "customers")
    )
    lists = scoring.reminder_lists(scores, contacts, customers, run.business_date)
    marts = warehouse.read([*MART_TABLES, *reporting])
    return Made(marts, scores, contacts, customers, lists)


def _write_quality(folder: RunFolder, run: Run, settings: Settings) -> None:
    doors = {
        name: json.loads((run.folder(settings) / f"door_{name}.json").read_text(encoding="utf-8"))
        for name in ("in", "out")
    }
    folder.write_quality(doors)


def _write_reports(
    folder: RunFolder, run: Run, settings: Settings, lists: list[ReminderList]
) -> None:
    summaries = [_summary(one.name, one.title, one.rows.height, one.suppressed) for one in lists]
    context = report_context(
        folder.path,
        run,
        settings,
        banner=[*banner(run), *run.facts["door_out"]["critical"]],
        lists=summaries,
        currency=run.facts["reporting_currency"],
    )
    folder.write_reports(context)


def _summary(name: str, title: str, rows: int, suppressed: dict[str, int]) -> ListSummary:
    from reports.contexts import ListSummary

    return ListSummary(name, title, rows, suppressed, f"lists/{name}.csv")


def _check_door_out(
    run: Run, settings: Settings, ledger: Ledger, made: Made
) -> tuple[str, str | None]:
    from expectations import door_out
    from transforms.scoring import list_checks

    earlier = ledger.newest_published(before=run.as_of)
    run.facts["previous_run"] = earlier["run_id"] if earlier else None
    result = door_out.check(
        {name: frame for name, frame in made.marts.items() if name.startswith("rpt_")},
        list_checks(made.lists, made.customers),
        previous_headline(settings, run.facts["previous_run"]),
        door_thresholds(settings),
    )
    keep_findings(run, "door_out", result)
    write_text(run.folder(settings) / "door_out.json", json.dumps(result.results, default=str))
    if result.outcome == "hold":
        return "held", "\n".join(run.facts["door_out"]["critical"])
    told = banner(run)
    return ("banner", "\n".join(told)) if told else ("published", None)


def make_public(
    run: Run, settings: Settings, ledger: Ledger, outcome: str, reason: str | None, tell: Tell
) -> bool:
    """Move the pointers, note the publication, tidy up old workshops."""
    ledger.close_run(run.run_id, outcome, reason)
    is_newest = move_pointers(run, settings, ledger)
    newest = ledger.newest_published()
    in_use = ledger.unfinished_runs(clock() - IN_USE_FOR)
    sweep(settings, {run.run_id, newest["run_id"] if newest else ""} | in_use, tell)
    return is_newest


def lists_still_safe(run_id: str, settings: Settings, ledger: Ledger) -> list[ListSummary]:
    """The lists of a run, checked against consent as known now.

    A person who has said no since the list was made is taken off by name in the result's
    counts; the published file itself is immutable, so such a list is refused.

    Raises:
        SukiError: a list holds somebody without consent.
    """
    import polars as pl

    from transforms import current, identity

    store = canonical_store(settings, ledger.known_files())
    known = identity.named(surrogates_of_run(ledger, run_id))
    key = identity.person_key(settings.identity_secret())
    refusing = current.refusing_people(store, known, key)
    manifest = json.loads((settings.runs / run_id / "manifest.json").read_text(encoding="utf-8"))
    summaries = []
    for one in manifest["lists"]:
        path = settings.runs / run_id / "lists" / f"{one['name']}.csv"
        members = pl.read_csv(path, infer_schema=False)
        withdrawn = current.members_refusing(members, refusing)
        if withdrawn:
            raise SukiError(
                f"{withdrawn} people on list {one['name']!r} of run {run_id} have withdrawn consent since it was made; "
                "the list is not handed over. Run again to publish a new one."
            )
        summaries.append(_summary(one["name"], one["title"], members.height, one["suppressed"]))
    return summaries
