"""The work inside the steps: current state, doors, dbt passes, scores, the run folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from suki.errors import ConfigurationError
from suki.ledger import Ledger
from suki.publication import MART_TABLES, SCORE_TABLES, RunFolder, manifest_of, move_pointers, previous_headline, report_context
from suki.runs import Run, sweep
from suki.settings import Settings
from suki.storage import write_text, write_with
from suki.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

    from expectations.checks import DoorResult
    from reports.contexts import ListSummary
    from transforms.contact import ReminderList
    from transforms.current import CanonicalStore

Tell = Callable[[str], None]


def canonical_store(settings: Settings, files: Iterable[dict[str, Any]]) -> CanonicalStore:
    """The canonical files a run may read."""
    from transforms.current import CanonicalStore, KnownFile

    known = [KnownFile(f["file_id"], f["feed"], f["sequence"]) for f in files]
    return CanonicalStore(settings.canonical, settings.quarantine, known)


def make_current(run: Run, settings: Settings, ledger: Ledger) -> dict[str, pl.DataFrame]:
    """Resolve people and versions; keep the tables as Parquet beside the run.

    Raises:
        ConfigurationError: orders have several currencies and none is set to report in.
    """
    from transforms import current, identity

    store = canonical_store(settings, run.files)
    key = identity.person_key(settings.identity_secret())
    rails = settings.business.identity
    people = identity.components(store.mentions(), max_ids_per_value=rails.max_ids_per_value, merge_by_phone=rails.merge_by_phone)
    named = identity.surrogates(people, ledger.surrogates(), key)
    ledger.give_surrogates(identity.alias_rows(named, ledger.surrogates()))
    run.facts["identities_sha256"] = hashlib.sha256(named.select("identifier", "customer_id").write_csv().encode()).hexdigest()
    business = settings.business
    request = current.StateRequest(run.business_date, business.store.timezone, business.store.reporting_currency, key)
    try:
        tables = current.build(store, named, request)
        currency = current.reporting_currency(tables["orders"], business.store.reporting_currency)
    except current.CurrentStateError as error:
        raise ConfigurationError(str(error)) from error
    run.facts["reporting_currency"] = currency
    tables["run_context"] = _run_context(run, settings, currency)
    for name, frame in tables.items():
        write_with(run.folder(settings) / "current" / f"{name}.parquet", frame.write_parquet)
    return tables


def _run_context(run: Run, settings: Settings, currency: str) -> pl.DataFrame:
    import polars as pl

    from transforms.canonical import CURRENT

    business = settings.business
    row = {
        "as_of": run.business_date,
        "store_timezone": business.store.timezone,
        "reporting_currency": currency,
        "headline_active_days": business.retention.headline_active_days,
        "zero_value_orders_are_valid": business.orders.zero_value_orders_are_valid,
        "fully_refunded_orders_are_valid": business.orders.fully_refunded_orders_are_valid,
        "survey_window_days": business.surveys.window_days,
    }
    return CURRENT["run_context"].conform(pl.DataFrame([row]))


def check_door_in(run: Run, settings: Settings, ledger: Ledger, tables: dict[str, pl.DataFrame]) -> str:
    """Ask the door in; its findings are kept with the run."""
    from expectations import door_in
    from transforms import door_counts

    tonight = set(run.tonight)
    known = {f["file_id"] for f in run.files}
    files = [f for f in ledger.known_files() if f["file_id"] in known]
    refused = ledger.known_files(statuses=["refused"])
    state = door_counts.feed_state(tables["feed_counts"], tables["orders"], files, tonight, run.business_date)
    result = door_in.check(
        door_counts.rule_counts(files, tonight),
        door_counts.file_counts([*files, *refused], tonight | {f["file_id"] for f in refused}),
        state,
        _thresholds(settings),
    )
    _keep(run, "door_in", result)
    write_text(run.folder(settings) / "door_in.json", json.dumps(result.results, default=str))
    return result.outcome


def _thresholds(settings: Settings) -> Any:
    from expectations.thresholds import DoorThresholds

    try:
        return DoorThresholds(**settings.business.doors.model_dump())
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def _keep(run: Run, door: str, result: DoorResult) -> None:
    run.facts[door] = {
        "outcome": result.outcome,
        "critical": [f.message for f in result.findings if f.severity == "critical"],
        "warnings": [f.message for f in result.findings if f.severity == "warning"],
        "checks": len(result.results),
    }


def build_facts(run: Run, settings: Settings, tables: dict[str, pl.DataFrame], tell: Tell) -> list[dict[str, Any]]:
    """A fresh warehouse with the current tables and the dbt facts."""
    from transforms.canonical import CURRENT

    warehouse = Warehouse(run.folder(settings), settings, tell)
    warehouse.create()
    warehouse.load("current", {name: tables[name] for name in CURRENT})
    return _dbt(warehouse, run, settings, "facts", tell)


def score_and_build_marts(run: Run, settings: Settings, tell: Tell) -> list[dict[str, Any]]:
    """Scores from facts, into the warehouse, then the dbt marts."""
    import polars as pl

    from transforms import reorder, scoring, segments

    warehouse = Warehouse(run.folder(settings), settings, tell)
    facts = warehouse.read(scoring.FACTS)
    products = pl.read_parquet(run.folder(settings) / "current" / "products.parquet")
    scores = scoring.score(
        facts,
        products,
        run.business_date,
        segments.SegmentPolicy(**settings.business.segments.model_dump()),
        reorder.ReorderPolicy(**settings.business.reminders.model_dump()),
    )
    warehouse.load("scores", scores)
    for name, frame in scores.items():
        write_with(run.folder(settings) / "scores" / f"{name}.parquet", frame.write_parquet)
    return _dbt(warehouse, run, settings, "marts", tell)


def _dbt(warehouse: Warehouse, run: Run, settings: Settings, tag: str, tell: Tell) -> list[dict[str, Any]]:
    nodes = warehouse.dbt_build(tag, settings.build / "dbt")
    write_text(run.folder(settings) / f"dbt_{tag}.json", json.dumps(nodes, indent=1))
    for node in nodes:
        tell(f"dbt {node['status']:>7} {node['seconds']:>7.3f} s  {node['kind']} {node['name']}")
    return nodes


def write_run_folder(run: Run, settings: Settings, ledger: Ledger, tell: Tell) -> tuple[str, str | None]:
    """Everything of the run under `runs/<run_id>/`, judged by the door out.

    Returns:
        Outcome (published, banner or held) and the reason for the latter two.
    """
    import polars as pl

    from transforms import scoring
    from transforms.canonical import SCORES

    warehouse = Warehouse(run.folder(settings), settings, tell)
    reporting = [name for name in warehouse.tables() if name.startswith("rpt_")]
    marts = warehouse.read([*MART_TABLES, *reporting])
    workshop = run.folder(settings)
    scores = {name: pl.read_parquet(workshop / "scores" / f"{name}.parquet") for name in SCORES}
    people = {name: pl.read_parquet(workshop / "current" / f"{name}.parquet") for name in ("contacts", "customers")}
    lists = scoring.reminder_lists(scores, people["contacts"], people["customers"], run.business_date)
    outcome, reason = _check_door_out(run, settings, ledger, marts, scoring.list_checks(lists, people["customers"]))
    run.facts["lists"] = [{"name": one.name, "title": one.title, "rows": one.rows.height, "suppressed": one.suppressed} for one in lists]
    folder = RunFolder(run, settings)
    folder.write_marts(marts | {name: scores[name] for name in SCORE_TABLES}, {name: SCORES[name].key for name in SCORE_TABLES})
    folder.write_segments(scoring.segment_members(scores["customer_segments"], people["contacts"], people["customers"]))
    folder.write_lists(lists)
    _write_reports(folder, run, settings, lists)
    refs = {"in": json.loads((workshop / "door_in.json").read_text()), "out": json.loads((workshop / "door_out.json").read_text())}
    folder.write_quality(refs)
    files = ledger.known_files(statuses=["accepted", "superseded"])
    folder.finish(manifest_of(run, outcome, reason, files), {"seconds": run.seconds})
    if outcome == "held":
        ledger.close_run(run.run_id, "held", reason)
    return outcome, reason


def _write_reports(folder: RunFolder, run: Run, settings: Settings, lists: list[ReminderList]) -> None:
    summaries = [_summary(one.name, one.title, one.rows.height, one.suppressed) for one in lists]
    banner = run.facts["door_in"]["warnings"] + run.facts["door_out"]["warnings"] + run.facts["door_out"]["critical"]
    context = report_context(folder.path, run, settings, banner=banner, lists=summaries, currency=run.facts["reporting_currency"])
    folder.write_reports(context)


def _summary(name: str, title: str, rows: int, suppressed: dict[str, int]) -> ListSummary:
    from reports.contexts import ListSummary

    return ListSummary(name, title, rows, suppressed, f"lists/{name}.csv")


def _check_door_out(
    run: Run, settings: Settings, ledger: Ledger, marts: dict[str, pl.DataFrame], list_checks: pl.DataFrame
) -> tuple[str, str | None]:
    from expectations import door_out

    earlier = ledger.newest_published(before=run.as_of)
    run.facts["previous_run"] = earlier["run_id"] if earlier else None
    reporting = {name: frame for name, frame in marts.items() if name.startswith("rpt_")}
    result = door_out.check(reporting, list_checks, previous_headline(settings, run.facts["previous_run"]), _thresholds(settings))
    _keep(run, "door_out", result)
    write_text(run.folder(settings) / "door_out.json", json.dumps(result.results, default=str))
    if result.outcome == "hold":
        return "held", "\n".join(run.facts["door_out"]["critical"])
    warnings = run.facts["door_in"]["warnings"] + run.facts["door_out"]["warnings"]
    return ("banner", "\n".join(warnings)) if warnings else ("published", None)


def make_public(run: Run, settings: Settings, ledger: Ledger, outcome: str, reason: str | None, tell: Tell) -> bool:
    """Move the pointers, note the publication, tidy up old workshops."""
    ledger.close_run(run.run_id, outcome, reason)
    is_newest = move_pointers(run, settings, ledger)
    newest = ledger.newest_published()
    sweep(settings, {run.run_id, newest["run_id"] if newest else ""}, tell)
    return is_newest


def lists_still_safe(run_id: str, settings: Settings, ledger: Ledger) -> list[ListSummary]:
    """The lists of a run, checked against consent as known now.

    A person who has said no since the list was made is taken off by name in the result's
    counts; the published file itself is immutable, so such a list is refused.

    Raises:
        SukiError: a list holds somebody without consent.
    """
    import polars as pl

    from suki.errors import SukiError
    from transforms import current, identity

    store = canonical_store(settings, ledger.known_files())
    refusing = current.refusing_customers(store, identity.named(ledger.surrogates()))
    manifest = json.loads((settings.runs / run_id / "manifest.json").read_text(encoding="utf-8"))
    summaries = []
    for one in manifest["lists"]:
        members = pl.read_csv(settings.runs / run_id / "lists" / f"{one['name']}.csv", infer_schema=False)
        withdrawn = members.join(refusing, on="customer_id", how="semi").height
        if withdrawn:
            raise SukiError(
                f"{withdrawn} people on list {one['name']!r} of run {run_id} have withdrawn consent since it was made; "
                "the list is not handed over. Run again to publish a new one."
            )
        summaries.append(_summary(one["name"], one["title"], members.height, one["suppressed"]))
    return summaries


