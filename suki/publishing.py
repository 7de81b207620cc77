"""From a built warehouse to a public run: the folder, the door out, the pointers, the lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from suki.building import banner, door_thresholds, keep_findings
from suki.dictionary import data_dictionary
from suki.ledger import Ledger, clock
from suki.outreach_rules import campaigns_in_force
from suki.publication import (
    MART_TABLES,
    SCORE_TABLES,
    RunFolder,
    manifest_of,
    move_pointers,
    previous_headline,
    report_context,
)
from suki.report_files import note_unrendered
from suki.runs import Run, sweep
from suki.segments import load_segments
from suki.settings import Settings
from suki.site_facts import site_facts
from suki.storage import write_text
from suki.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

    from reports.contexts import ListSummary
    from reports.handed import Handed
    from transforms.lists import ContactList

Tell = Callable[[str], None]
#: An open run older than this was given up; its workshop may go.
IN_USE_FOR = timedelta(days=2)


@dataclass(frozen=True)
class Made:
    """What the earlier steps made, read back for publication."""

    marts: dict[str, pl.DataFrame]
    scores: dict[str, pl.DataFrame]
    outreach: dict[str, pl.DataFrame]
    cards: pl.DataFrame
    consents: pl.DataFrame
    customers: pl.DataFrame
    lists: list[ContactList]


def write_run_folder(
    run: Run, settings: Settings, ledger: Ledger, tell: Tell
) -> tuple[str, str | None]:
    """Everything of the run under `runs/<run_id>/`, judged by the door out.

    Returns:
        Outcome (published, banner or held) and the reason for the latter two.
    """
    from transforms import scoring
    from transforms.canonical import SCORES
    from transforms.canonical.loyalty import LOYALTY
    from transforms.canonical.outreach import OUTREACH

    made = _read_back(run, settings, tell)
    outcome, reason = _check_door_out(run, settings, ledger, made)
    run.facts["lists"] = [
        {
            "name": one.name,
            "title": one.title,
            "channel": one.channel,
            "purpose": one.purpose,
            "rows": one.rows.height,
            "suppressed": one.suppressed,
        }
        for one in made.lists
    ]
    folder = RunFolder(run, settings)
    shown = {name: scoring.dated(made.scores[name], run.business_date) for name in SCORE_TABLES}
    kept = {n: scoring.dated(frame, run.business_date) for n, frame in made.outreach.items()}
    tables = made.marts | shown | kept
    described = {"data_dictionary": data_dictionary(run, settings, tables)}
    keys = {name: SCORES[name].key for name in SCORE_TABLES}
    keys |= {name: table.key for name, table in (OUTREACH | LOYALTY).items()}
    folder.write_marts(tables | described, keys)
    folder.write_segments(_segment_files(made, settings))
    folder.write_lists(made.lists)
    handed = site_facts(run, settings, ledger, outcome=outcome, reason=reason)
    _write_reports(folder, run, settings, made.lists, handed)
    _write_quality(folder, run, settings)
    files = ledger.known_files(statuses=["accepted", "superseded"])
    folder.finish(manifest_of(run, outcome, reason, files), run.took)
    if outcome == "held":
        ledger.close_run(run.run_id, "held", reason)
    return outcome, reason


def _read_back(run: Run, settings: Settings, tell: Tell) -> Made:
    import polars as pl

    from transforms import contact_cards, lists

    workshop = run.folder(settings)
    warehouse = Warehouse(workshop, settings, tell)
    reporting = [name for name in warehouse.tables() if name.startswith("rpt_")]
    scores, outreach = (
        {p.stem: pl.read_parquet(p) for p in sorted((workshop / part).glob("*.parquet"))}
        for part in ("scores", "outreach")
    )
    contacts, consents, customers = (
        pl.read_parquet(workshop / "current" / f"{name}.parquet")
        for name in ("contacts", "consents", "customers")
    )
    cards = contact_cards.cards(contacts, consents)
    campaigns = campaigns_in_force(settings)
    made = lists.contact_lists(outreach["contact_decisions"], campaigns, cards)
    marts = warehouse.read([*MART_TABLES, *reporting])
    return Made(marts, scores, outreach, cards, consents, customers, made)


def _segment_files(made: Made, settings: Settings) -> dict[str, pl.DataFrame]:
    import polars as pl

    from transforms.lists import segment_files
    from transforms.segment_reasons import reasons

    members, profile = made.outreach["segment_members"], made.outreach["customer_profile"]
    told = []
    for segment in load_segments(settings):
        inside = members.filter(pl.col("segment") == segment.name)
        people = profile.join(inside.select("customer_id"), on="customer_id", how="semi")
        told.append(reasons(people, segment).with_columns(segment=pl.lit(segment.name)))
    return segment_files(members, profile, made.cards, pl.concat(told)) if told else {}


def _write_quality(folder: RunFolder, run: Run, settings: Settings) -> None:
    doors = {
        name: json.loads((run.folder(settings) / f"door_{name}.json").read_text(encoding="utf-8"))
        for name in ("in", "out")
    }
    folder.write_quality(doors)


def _write_reports(
    folder: RunFolder, run: Run, settings: Settings, lists: list[ContactList], handed: Handed
) -> None:
    from reports.tables import ReportError

    why = {name: campaign.description for name, campaign in campaigns_in_force(settings).items()}
    summaries = [
        summary(one.name, one.title, one.rows.height, one.suppressed, why.get(one.name, ""))
        for one in lists
    ]
    mail = settings.business.mail
    try:
        context = report_context(
            folder.path,
            run,
            settings,
            banner=[*banner(run), *run.facts["door_out"]["critical"]],
            lists=summaries,
            currency=run.facts["reporting_currency"],
        )
    except ReportError as error:
        note_unrendered(folder.path / "reports", mail, str(error))
    else:
        folder.write_reports(context, mail, handed, settings.cache)


def summary(
    name: str, title: str, rows: int, suppressed: dict[str, int], why: str = ""
) -> ListSummary:
    """A list as the mail and the site tell of it."""
    from reports.contexts import ListSummary

    return ListSummary(name, title, rows, suppressed, f"lists/{name}.csv", why)


def _check_door_out(
    run: Run, settings: Settings, ledger: Ledger, made: Made
) -> tuple[str, str | None]:
    from expectations import door_out
    from transforms.lists import list_checks

    earlier = ledger.newest_published(before=run.as_of)
    run.facts["previous_run"] = earlier["run_id"] if earlier else None
    result = door_out.check(
        {name: frame for name, frame in made.marts.items() if name.startswith("rpt_")},
        list_checks(
            made.lists,
            made.consents,
            made.customers,
            service_is_agreed=settings.business.contact.service_contact_is_agreed,
        ),
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
